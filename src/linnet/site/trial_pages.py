"""The which-page trial: its plan from the pages that are visited and linked to most, its weeks while it runs,
and what its verdict counts. Of weeks to come only this one and the next are shown."""

from collections import Counter

from starlette.responses import Response
from starlette.routing import BaseRoute

from linnet.db.tx import Tx
from linnet.desk.links import queries as link_queries
from linnet.desk.trial import actions, history, planning, queries, records, rules
from linnet.desk.trial import protocol as protocols
from linnet.desk.trial.pages import queries as page_queries
from linnet.desk.trial.pages import rules as page_rules
from linnet.desk.trial.pages import state as page_state
from linnet.desk.trial.pages.rules import Linked, PageTurn
from linnet.desk.trial.pages.state import Candidate
from linnet.desk.trial.planning import Basis, Plan
from linnet.desk.trial.queries import Look
from linnet.desk.trial.reckoning import calendar, judging
from linnet.desk.trial.records import Judged
from linnet.desk.trial.rules import Note, Trial, TrialDay
from linnet.desk.trial.values import Protocol, Worth
from linnet.desk.trial.words import line as line_words
from linnet.desk.trial.words import verdict
from linnet.kernel.clock import moment, zone
from linnet.kernel.days import day_of, span_words
from linnet.kernel.errors import Invalid, LinnetError, NotAllowed
from linnet.kernel.ids import new_id
from linnet.kernel.value import Value
from linnet.kernel.wire import decode_as
from linnet.site import forms, trial_plan
from linnet.site.desk_times import day_words, short_day
from linnet.site.frame import Frame, Visit
from linnet.site.trial_chart import flat_chart, range_chart
from linnet.social.posts.rules import Author

PLACE = "/desk/trial/pages"
WEEKS = tuple(range(4, 28, 2))
FIELDS = ("pages", "weeks", "minutes", "cost", "value_low", "value", "value_high", "waived", "start")


class Typed(Value):
    """What stands in the form. `more`: addresses, one a line."""

    pages: tuple[str, ...]
    more: str
    weeks: int
    minutes: str
    value_low: str
    value: str
    value_high: str
    early_looks: bool
    waived: bool


class Known(Value):
    """What the form begins with."""

    trial: Trial | None
    basis: Basis
    candidates: list[Candidate]


class Week(Value):
    """A week as it may be shown. `state`: over | now | next; `posted`: promoted pages with a post; `linked`, `broken`: how many of the pages that
    are promoted, and of the others, a post led to; `dropped`: why it is not used; `lost`: its days without
    figures."""

    first: str
    last: str
    state: str
    promoted: tuple[str, ...]
    posted: tuple[str, ...]
    held: tuple[str, ...]
    linked: int
    broken: int
    counted: bool
    dropped: str
    lost: int


def _known(tx: Tx, visit: Visit, margin: int) -> Known:
    return Known(
        queries.current(tx, visit.firm.account_id),
        history.basis(tx, visit.firm, margin, visit.now),
        page_state.candidates(tx, visit.firm.account_id, visit.now),
    )


def planned(trial: Trial) -> bool:
    """Is this plan one of pages?"""
    return decode_as(Plan, trial.plan).kind == "which_page"


async def plan_page(visit: Visit, error: LinnetError | None = None) -> Response:
    """The form, and what the power step says of the plan."""
    if not visit.here.of_firm:
        raise NotAllowed("The trial is shown to the people of the firm's own account.")
    margin = trial_plan.margin_of(visit)
    known = await visit.db.read(_known, visit, margin)
    trial = known.trial
    if trial and trial.stage != "planned":
        return visit.to("/desk/trial")
    plan = decode_as(Plan, trial.plan) if trial else None
    if plan is None or plan.kind != "which_page":
        trial = plan = None
    own = zone(trial.time_zone if trial else visit.firm.time_zone)
    start = (plan or Plan(trial_plan.NOTHING)).start_after(day_of(visit.now, own))
    shown = _typed_again(visit) if error else typed(visit, known, plan, drawn=margin != trial_plan.MARGIN)
    return visit.render(
        "desk/trial_pages_plan.html",
        title="Plan a trial of pages",
        status=forms.status_for(error) if error else 200,
        activity="manage",
        trial=trial,
        plan=plan,
        basis=known.basis,
        margin=margin,
        candidates=_with_typed(known.candidates, shown.pages),
        typed=shown,
        weeks=WEEKS,
        least=protocols.BASELINE_LEAST,
        step=trial_plan.step_of(trial, plan, start) if trial and plan else None,
        line=judging.break_even(plan.worth) if plan else None,
        coins=calendar.coins(plan.design(start, own.key)) if plan else 0,
        start=start,
        day_words=day_words,
        number=line_words.number,
        flat_chart=flat_chart,
        errors=forms.errors_of(error, *FIELDS) if error else {},
    )


def typed(visit: Visit, known: Known, plan: Plan | None, *, drawn: bool) -> Typed:
    """The form as the plan has it, or as it is suggested."""
    currency = visit.firm.currency
    worth = (plan.worth.value_low, plan.worth.value, plan.worth.value_high) if plan else None
    values = known.basis.value if drawn or worth is None else worth
    low, value, high = (planning.value_text(v, currency) for v in values) if values else ("", "", "")
    if plan is None:
        pages = tuple(page_state.suggested(known.candidates))
        return Typed(pages, "", page_rules.WEEKS_USUAL, "", low, value, high, True, False)
    return Typed(
        plan.pages, "", plan.weeks, str(plan.worth.minutes), low, value, high, plan.early_looks, plan.waived
    )


def _with_typed(found: list[Candidate], pages: tuple[str, ...]) -> list[Candidate]:
    """Also pages that were typed before, whether or not anybody comes there."""
    known = {one.page for one in found}
    return [*found, *(Candidate(page, 0, 0) for page in pages if page not in known)]


def _typed_again(visit: Visit) -> Typed:
    form = visit.form
    weeks = form.text("weeks")
    return Typed(
        tuple(form.all("page")),
        form.text("more"),
        int(weeks) if weeks in {str(n) for n in WEEKS} else page_rules.WEEKS_USUAL,
        form.text("minutes"),
        form.text("value_low"),
        form.text("value"),
        form.text("value_high"),
        form.on("early_looks"),
        form.on("waived"),
    )


async def plan(visit: Visit) -> Response:
    """Makes the plan, or changes it; the power step begins by itself."""
    if not visit.runs_firm:
        raise NotAllowed("Only an owner of the firm decides on a trial.")
    author = Author(visit.firm.account_id, visit.session.person_id)
    try:
        wanted = await read_form(visit)
        await visit.db.write(
            actions.plan, author, wanted, id=new_id(), time_zone=visit.firm.time_zone, now=visit.now
        )
    except Invalid as error:
        return await plan_page(visit, error)
    return visit.to("/desk/trial")


async def read_form(visit: Visit) -> Plan:
    """The plan that was sent. Raises Invalid with the field."""
    form, currency = visit.form, visit.firm.currency
    basis = await visit.db.read(history.basis, visit.firm, trial_plan.MARGIN, visit.now)
    hosts = await visit.db.read(link_queries.own_hosts)
    pages = page_rules.check_pages([*form.all("page"), *form.text("more").split()], hosts)
    weeks, minutes = form.whole("weeks"), form.whole("minutes")
    if not 0 < minutes <= planning.MINUTES_MOST:
        raise Invalid("minutes", "must be 1 to 1440: what promoting one page takes in a week")
    waived = trial_plan.waives(visit, basis)
    low, value, high = (
        planning.parse_value(form.text(name), currency, name) for name in ("value_low", "value", "value_high")
    )
    worth = Worth(currency, planning.cost_of(minutes, basis.hourly), low, value, high, minutes)
    return Plan(
        worth,
        "which_page",
        weeks,
        early_looks=form.on("early_looks"),
        waived=waived,
        baseline_days=basis.baseline_days,
        usual=basis.usual,
        pages=pages,
    )


# running


class Pages(Value):
    """What is read of a trial's weeks."""

    turns: list[PageTurn]
    links: list[Linked]
    days: list[TrialDay]


def pages_of(tx: Tx, trial: Trial) -> Pages:
    """Three queries."""
    turns, links = page_queries.turns(tx, trial.id), page_queries.links(tx, trial.id)
    return Pages(turns, links, queries.days(tx, trial.id))


async def running(
    visit: Visit, trial: Trial, looks: list[Look], notes: list[Note], past: list[tuple[Trial, str]]
) -> Response:
    """Weeks, compliance, dates; nothing of what came before a look is due. `past`: former trials, with
    their verdicts."""
    protocol = decode_as(Protocol, trial.protocol)
    own = zone(trial.time_zone)
    found = await visit.db.read(pages_of, trial)
    shown = weeks_of(found, trial, day_of(rules.lived(trial.alive_at, visit.now), own))
    over = [week for week in shown if week.state == "over"]
    taken = {look.day: decode_as(Judged, look.result) for look in looks}
    return visit.render(
        "desk/trial_pages_running.html",
        title="The trial",
        activity="manage",
        trial=trial,
        protocol=protocol,
        weeks=shown,
        ahead=[week for week in shown if week.state != "over"],
        over=len(over),
        waiting=sum(not week.counted for week in over),
        lost=[week for week in over if week.dropped],
        gone=gone(found.days, trial),
        followed=(sum(w.linked for w in over), sum(len(w.promoted) for w in over)),
        broke=(sum(w.broken for w in over), sum(len(w.held) for w in over)),
        posts=len({link.post_id for link in found.links}),
        insisted=len({link.post_id for link in found.links if link.held}),
        looks=[(look, day, taken.get(day)) for look, day in records.looks(protocol)],
        goes_on=judging.goes_on,
        words=lambda judged: verdict.words(protocol, judged.reading, judged.verdict),
        chart=lambda reading, judged: range_chart(reading, judged, pages=True),
        can_end=lambda judged: judged.verdict.kind in {"worth_it", "not_worth_it"},
        past=past,
        notes=notes,
        day_words=day_words,
        short_day=short_day,
        at=lambda ms: f"{moment(ms, own):%-d %b, %H:%M}",
    )


def gone(days: list[TrialDay], trial: Trial) -> list[TrialDay]:
    """The days without figures, whatever became of their weeks."""
    return [day for day in days if day.state == "dropped" and day.day <= trial.last_day]


def weeks_of(found: Pages, trial: Trial, today: str) -> list[Week]:
    """The weeks that may be shown on `today`, until the trial's last day."""
    current = page_rules.week_of(trial.first_day, today)
    by_week: dict[int, list[PageTurn]] = {}
    for turn in page_rules.seen(found.turns, current):
        by_week.setdefault(turn.week, []).append(turn)
    linked = {(link.week, link.page) for link in found.links}
    lost = Counter(page_rules.week_of(trial.first_day, day.day) for day in gone(found.days, trial))
    shown = []
    for number, turns in sorted(by_week.items()):
        first, last = page_rules.week_days(trial.first_day, number)
        if first > trial.last_day:
            continue
        shown.append(
            Week(
                first,
                last,
                "over" if number < current else "now" if number == current else "next",
                tuple(turn.page for turn in turns if turn.promoted),
                tuple(turn.page for turn in turns if turn.promoted and (number, turn.page) in linked),
                tuple(turn.page for turn in turns if not turn.promoted),
                sum((number, turn.page) in linked for turn in turns if turn.promoted),
                sum((number, turn.page) in linked for turn in turns if not turn.promoted),
                all(turn.state != "open" for turn in turns),
                turns[0].reason,
                lost[number],
            )
        )
    return shown


async def verdict_page(visit: Visit, trial: Trial, found: Judged, notes: list[Note]) -> Response:
    """One of five answers, and everything to check it with."""
    protocol = decode_as(Protocol, trial.protocol)
    rows = await visit.db.read(pages_of, trial)
    weeks = weeks_of(rows, trial, trial.last_day)
    used = [turn for turn in rows.turns if turn.state == "counted"]
    return visit.render(
        "desk/trial_pages_verdict.html",
        title=verdict.TITLES[found.verdict.kind],
        activity="manage",
        trial=trial,
        protocol=protocol,
        found=found,
        said=verdict.words(protocol, found.reading, found.verdict),
        chart=range_chart(found.reading, found.verdict, pages=True),
        number=line_words.number,
        by_page=by_page(used, protocol.design.pages),
        lost=[week for week in weeks if week.dropped],
        gone=gone(rows.days, trial),
        scaled=sum(bool(week.lost) and not week.dropped for week in weeks),
        notes=notes,
        span_words=span_words,
        day_words=day_words,
        short_day=short_day,
        at=lambda ms: f"{moment(ms, zone(trial.time_zone)):%-d %b, %H:%M}",
    )


def by_page(used: list[PageTurn], pages: tuple[str, ...]) -> list[tuple[str, int, int, int, int]]:
    """For each page: visits and weeks in which it was promoted, and in which it was not."""
    rows = []
    for page in pages:
        on = [turn.visits for turn in used if turn.page == page and turn.promoted]
        off = [turn.visits for turn in used if turn.page == page and not turn.promoted]
        rows.append((page, sum(on), len(on), sum(off), len(off)))
    return rows


def routes(frame: Frame) -> list[BaseRoute]:
    """The routes; they stand before /desk/trial/{id}."""
    return [frame.get(PLACE, plan_page, who="member"), frame.post(PLACE, plan)]
