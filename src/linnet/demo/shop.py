"""The figures of the play: visits as the page, our own links and the web server's log report them;
sales and leads; minutes."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from linnet.db.database import Database
from linnet.db.tx import Tx
from linnet.demo import cast
from linnet.demo.company import Company
from linnet.demo.story import Story
from linnet.demo.trade import Asked, Sold
from linnet.demo.visitors import Came
from linnet.demo.work import BEAT, Work
from linnet.desk.coupons import actions as coupons
from linnet.desk.effort import actions as effort
from linnet.desk.effort.app_use import Call
from linnet.desk.firm import queries as firms
from linnet.desk.links import actions as links
from linnet.desk.links import queries as link_queries
from linnet.desk.links.rules import Preview
from linnet.desk.sales import actions as sales
from linnet.desk.sales import queries as sale_queries
from linnet.desk.sales.rules import LeadReport, SaleReport, email_digest
from linnet.desk.visits import actions as visits
from linnet.desk.visits.campaign import NOTHING, tags_in
from linnet.desk.visits.logs import import_log
from linnet.desk.visits.rules import Sight, read_features, tidy_host
from linnet.kernel.clock import DAY, HOUR, MINUTE, SECOND, zone
from linnet.kernel.days import day_of, day_start
from linnet.kernel.ids import first_id_at

SEEN_AFTER = 1500  # ms until the page's snippet reports
# In letters, on bags, in the trial's posts: (word, channel, first day, last one or None), days from the first week on
COUPONS = (
    ("BREADPAPER", "newsletter", 0, None),
    ("OVENDOOR", "qr", 7, None),
    ("FIRSTSLICE", "fediverse", -56, 0),
)
AT_ONCE = 400  # visits in one transaction

_LINE = '{address} - - [{when}] "{method} {target} HTTP/1.1" {status} 5120 "{referrer}" "{agent}"\n'


def preview(tx: Tx, story: Story) -> None:
    """What the targets of go links say of themselves, so that nobody has to ask them."""
    titles = {told.url: told for told in story.press.told}
    for link in story.placed:
        if link.go and link.url in titles:
            told = titles[link.url]
            links.keep_preview(tx, Preview(link.url, told.title, told.summary, fetched_at=link.at))


def place(tx: Tx, story: Story, company: Company, start: int, end: int) -> dict[str, str]:
    """The codes of the links of [start, end). Those of posts are there already."""
    ids = {post.key: post.id for post in story.said}
    codes = {}
    for link in _within(story.placed, start, end):
        if link.key in ids:
            made = link_queries.of_post(tx, ids[link.key])
            codes[link.key] = next(row.code for row in made if row.target == link.url)
        else:
            row = links.make(
                tx,
                link.url,
                kind="go" if link.go else "site",
                channel=link.channel,
                account_id=company.bakery,
                post_id=None,
                now=link.at,
            )
            codes[link.key] = row.code
    return codes


class _Dated(Protocol):
    @property
    def at(self) -> int: ...


_D = TypeVar("_D", bound=_Dated)


def _within(some: Sequence[_D], start: int, end: int) -> list[_D]:
    return [one for one in some if start <= one.at < end]


# visits


def receive(db: Database, story: Story, codes: Mapping[str, str], start: int, end: int) -> None:
    """Writes the visits of a week, first what the page and our own links see, then what the web server's
    log has besides, which is read in the night after it."""
    some = _within(story.came, start, end)
    seen = [visit for visit in some if visit.how != "log"]
    for at in range(0, len(seen), AT_ONCE):
        db.write_now(_record_all, seen[at : at + AT_ONCE], codes)
    logged = [visit for visit in some if visit.logged]
    if logged:
        read_at = min(end + 4 * HOUR, story.now - MINUTE)
        number = story.weeks.index(end)
        import_log(db, log_lines(logged, codes), site=cast.HOST, name=f"access.log.{number}", now=read_at)


def _record_all(tx: Tx, some: Sequence[Came], codes: Mapping[str, str]) -> None:
    for visit in some:
        _record(tx, visit, codes.get(visit.link, ""))


def _record(tx: Tx, visit: Came, code: str) -> None:
    if visit.kind == "staff":
        visits.seen_staff(tx, address=visit.address, user_agent=visit.agent, now=visit.at - MINUTE)
    page = visit.how == "page"
    for number, (after, path) in enumerate(visit.pages):
        sight = Sight(
            site=visit.host,
            path=path,
            features=read_features(
                _headers(visit).get,
                source=visit.how,
                method="POST" if page else visit.method,
                status=204 if page else 302,
            ),
            code=code,
            referrer=tidy_host(visit.referrer),
            tags=tags_in(f"?{visit.query}") if visit.query and not number else NOTHING,
        )
        now = visit.at + after + (SEEN_AFTER if page else 0)
        visits.record(tx, sight, address=visit.address, user_agent=visit.agent, now=now)


def _headers(visit: Came) -> dict[str, str]:
    """What a browser sends along, and others do not."""
    sent = {"user-agent": visit.agent}
    if visit.kind in {"person", "prefetch"}:
        sent |= {
            "sec-fetch-mode": "navigate",
            "sec-fetch-user": "?1",
            "accept-language": "en-GB,en;q=0.8",
            "accept": "text/html,application/xhtml+xml,image/avif,image/webp,*/*;q=0.8",
        }
    if visit.kind == "prefetch":
        sent["sec-purpose"] = "prefetch"
    return sent


def log_lines(some: Sequence[Came], codes: Mapping[str, str]) -> Iterator[bytes]:
    """The web server's log of these visits, in the combined format and in order of time."""
    lines: list[tuple[int, str]] = []
    for visit in some:
        code = codes.get(visit.link, "")
        for after, path in visit.pages:
            at = visit.at + after
            target = (
                f"{path}?ln={code}"
                if code
                else f"{path}?{visit.query}"
                if visit.query and not after
                else path
            )
            lines.append((at, _line(visit, at, target)))
            if visit.kind in {"confirmed", "person"}:
                lines.append((at + SECOND, _line(visit, at + SECOND, "/style.css")))
    return (line.encode() for _, line in sorted(lines))


def _line(visit: Came, at: int, target: str) -> str:
    return _LINE.format(
        address=visit.address,
        when=datetime.fromtimestamp(at // 1000, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
        method=visit.method,
        target=target,
        status=visit.status,
        referrer=f"https://{visit.referrer}/" if visit.referrer else "-",
        agent=visit.agent,
    )


# sales


def open_shop(tx: Tx, story: Story) -> None:
    """The shop gets its key, and coupons go round; one of them is over."""
    sales.new_key(tx, story.begin)
    account_id = firms.must_firm(tx).account_id
    for number, (word, channel, first, last) in enumerate(COUPONS):
        since = _midnight(story, first)
        id = first_id_at(since) + number
        coupons.add(tx, word, id=id, channel=channel, code="", account_id=account_id, since=since, now=since)
        if last is not None:
            coupons.end(tx, id, account_id, _midnight(story, last))


def _midnight(story: Story, days: int) -> int:
    """Where a day begins that is so many days after the first one of the first week."""
    own = zone(cast.ZONE)
    return day_start(day_of(story.start + days * DAY + DAY // 2, own), own)


def sell(tx: Tx, story: Story, codes: Mapping[str, str], start: int, end: int) -> None:
    """The shop reports what it sold, and the form who asked, each at its time."""
    for number, asked in enumerate(story.asked):
        if start <= asked.at < end:
            _ask(tx, asked, codes, number)
    for number, sold in enumerate(story.sold):
        if start <= sold.at < end:
            _sell(tx, sold, codes, number)
    hooked = [sold.at for sold in _within(story.sold, start, end) if sold.by_hook]
    for key in sale_queries.keys(tx, end):
        if hooked:
            sales.see_key(tx, key, hooked[-1])


def _ask(tx: Tx, asked: Asked, codes: Mapping[str, str], number: int) -> None:
    report = LeadReport(
        asked.ref, asked.at, codes.get(asked.link, ""), email_digest(asked.email), asked.heard
    )
    sales.record_lead(tx, report, source="hook", id=first_id_at(asked.at) + number, now=asked.at + 2 * SECOND)


def _sell(tx: Tx, sold: Sold, codes: Mapping[str, str], number: int) -> None:
    report = SaleReport(
        sold.ref,
        sold.at,
        sold.amount,
        cast.NEW_FIRM.currency,
        codes.get(sold.link, ""),
        email_digest(sold.email) if sold.email else "",
        sold.coupon,
        sold.refund_of,
    )
    source = "hook" if sold.by_hook else "csv"
    sales.record_sale(tx, report, source=source, id=first_id_at(sold.at) + number, now=sold.at + 2 * SECOND)


# minutes


def toil(tx: Tx, work: Work, company: Company, start: int, end: int) -> None:
    """Beats of the pages, calls of the app, what was written down, of [start, end)."""
    for sitting in work.sittings:
        if not start <= sitting.start < end:
            continue
        for beat in range(sitting.beats):
            effort.beat(
                tx,
                company.people[sitting.by],
                company.bakery,
                sitting.activity,
                sitting.tab,
                sitting.start + beat * BEAT,
                quiet=beat * 7 % 9 * SECOND,
            )
    effort.api_calls(
        tx,
        [
            Call(company.people[call.by], call.at, company.bakery, call.kind)
            for call in _within(work.calls, start, end)
        ],
    )
    for number, entry in enumerate(work.entries):
        if not start <= entry.at < end:
            continue
        effort.add_entry(
            tx,
            company.people[entry.by],
            company.bakery,
            day=entry.day,
            minutes=entry.minutes,
            channel=entry.channel,
            note=entry.note,
            id=first_id_at(entry.at) + number,
            now=entry.at,
        )


def fold(db: Database, now: int) -> None:
    """Days that are over are added up, as the recurring work would have done day by day."""
    while db.write_now(effort.fold, now):
        pass


def settle(tx: Tx, now: int) -> None:
    """The salts of the days that are over go."""
    visits.roll_salts(tx, now=now)
