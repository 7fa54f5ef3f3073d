"""A which-page trial from the draw to its figures: its rows, its weeks counted once, its past, and the pages
that one could be made of."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from zoneinfo import ZoneInfo

from linnet.db.tx import Tx
from linnet.desk.links import queries as link_queries
from linnet.desk.trial import history, queries
from linnet.desk.trial.pages import queries as page_queries
from linnet.desk.trial.pages import rules as page_rules
from linnet.desk.trial.pages.rules import Linked, PageTurn
from linnet.desk.trial.planning import HISTORY, WINDOW
from linnet.desk.trial.reckoning import calendar
from linnet.desk.trial.reckoning.paged import LOST_DAYS
from linnet.desk.trial.rules import Trial, TrialDay
from linnet.desk.trial.values import Design, PageRecord, Protocol
from linnet.kernel.clock import DAY
from linnet.kernel.days import day_of, day_start, days_between, next_day
from linnet.kernel.value import Value
from linnet.kernel.wire import decode_as

LOOK_BACK = 56  # days whose visits rank the pages
OFFERED = 60


class Candidate(Value):
    """A page of the firm's own that may be in a trial: visits in the last eight weeks, and posts that led
    to it in the last 90 days."""

    page: str
    visits: int
    posts: int


def draw(tx: Tx, trial_id: int, design: Design, seed: str) -> None:
    """Writes every week of the calendar down, and its days, by which outages are known."""
    drawn = calendar.page_calendar(design, seed).weeks
    page_queries.insert(
        tx,
        trial_id,
        [(week.week, page, page in week.promoted) for week in drawn for page in design.pages],
    )
    queries.insert_days(
        tx, trial_id, [(day, w.week, "on") for w in drawn for day in days_between(w.first, w.last)]
    )


def count(tx: Tx, trial: Trial, own: ZoneInfo, now: int) -> None:
    """Counts the pages of each week whose days are settled, once."""
    open_weeks: dict[int, list[PageTurn]] = defaultdict(list)
    for turn in page_queries.turns(tx, trial.id):
        if turn.state == "open":
            open_weeks[turn.week].append(turn)
    for week, turns in sorted(open_weeks.items()):
        first, last = page_rules.week_days(trial.first_day, week)
        if last > trial.last_day or day_start(next_day(last), own) > now:
            return
        days = queries.days_near(tx, trial.id, first, last)
        if any(day.state == "open" for day in days):
            return
        rules = decode_as(Protocol, trial.protocol).rules
        reason = page_rules.why_dropped(days, rules.lost_days or page_rules.BEFORE)
        used = [(day.day, day.state == "counted" or not rules.lost_days) for day in days]
        seen = _visits(tx, page_rules.with_figures(used), own)
        for turn in turns:
            page_queries.count(tx, turn, seen.get(turn.page, 0), reason, now)


def records(tx: Tx, trial: Trial, until: str) -> list[PageRecord]:
    """Every page in every week that was over by `until`, as they are read."""
    posted: dict[tuple[str, int], int] = defaultdict(int)
    for link in page_queries.links(tx, trial.id):
        posted[link.page, link.week] += 1
    lost = lost_days(trial, queries.days(tx, trial.id))
    return [
        PageRecord(
            turn.page,
            turn.week,
            turn.visits,
            posted[turn.page, turn.week],
            turn.reason if turn.state == "dropped" else "",
            lost.get(turn.week, 0),
        )
        for turn in page_queries.turns(tx, trial.id)
        if turn.state != "open" and page_rules.week_days(trial.first_day, turn.week)[1] <= until
    ]


def lost_days(trial: Trial, days: Iterable[TrialDay]) -> dict[int, int]:
    """Days without figures by week, where the protocol asks for them."""
    if not decode_as(Protocol, trial.protocol).rules.lost_days:
        return {}
    lost = (day.day for day in days if day.state == "dropped" and day.day <= trial.last_day)
    return dict(Counter(page_rules.week_of(trial.first_day, day) for day in lost))


def links(tx: Tx, trial: Trial) -> list[Linked]:
    """What went out and led to its pages."""
    return page_queries.links(tx, trial.id)


def past(tx: Tx, own: ZoneInfo, pages: Collection[str], now: int) -> list[PageRecord]:
    """Visits of the pages in the whole weeks of the last half year, each of seven days, the last of them
    ending yesterday; the oldest is number 0."""
    known = {day.day: day for day in history.past_days(tx, own, now)}
    last = next_day(day_of(now, own), -1)
    weeks: list[tuple[str, str]] = []
    while len(weeks) < HISTORY // 7 and next_day(last, -6) in known:
        weeks.append((next_day(last, -6), last))
        last = next_day(last, -7)
    found = []
    for number, (first, end) in enumerate(reversed(weeks)):
        days = [(day, not known[day].dropped) for day in days_between(first, end)]
        lost = sum(not good for _, good in days)
        reason = f"{lost} of its days have no figures." if lost > LOST_DAYS else ""
        seen = _visits(tx, page_rules.with_figures(days), own)
        found += [PageRecord(page, number, seen.get(page, 0), 0, reason, lost) for page in pages]
    return found


def candidates(tx: Tx, account_id: int, now: int) -> list[Candidate]:
    """The firm's own pages that were visited or linked to most."""
    hosts = link_queries.own_hosts(tx)
    seen = _seen(tx, now - LOOK_BACK * DAY, now)
    posts: dict[str, int] = defaultdict(int)
    for row in page_queries.targets(tx, account_id, now - WINDOW * DAY):
        posts[page_rules.page_of(row.target, hosts)] += row.posts
    own = [page for page in seen.keys() | posts.keys() if page_rules.page_of(f"https://{page}", hosts)]
    found = [Candidate(page, seen.get(page, 0), posts.get(page, 0)) for page in own]
    return sorted(found, key=lambda one: (-one.visits, -one.posts, one.page))[:OFFERED]


def suggested(found: list[Candidate]) -> list[str]:
    """Twelve of them that are visited every week or so. Not a site's front page: everybody comes by there,
    so that what a post adds is lost in it."""
    calm = [one.page for one in found if one.visits >= LOOK_BACK // 7 and not one.page.endswith("/")]
    return calm[:12]


def _visits(tx: Tx, stretches: Iterable[tuple[str, str]], own: ZoneInfo) -> Counter[str]:
    """Visits by page of days that have figures: a visit is of the day on which it began."""
    found: Counter[str] = Counter()
    for first, last in stretches:
        found.update(_seen(tx, day_start(first, own), day_start(next_day(last), own)))
    return found


def _seen(tx: Tx, since: int, until: int) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for row in page_queries.saw(tx, since, until):
        found[page_rules.page_at(row.site, row.path)] += row.visits
    return found
