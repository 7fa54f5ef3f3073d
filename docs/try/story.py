"""The firm's week, step by step, on a server that runs; what went in is written down on the way."""

import html
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import feeds
import statement
import visitors
import weblog
from figures import Span, Table, exact
from outside import PATIENCE, Browser, Linnet, TryError, found, now_ms, report, wait_for

SITE, LOG_SITE = "bakery.example", "orchard.example"
EMAIL, PASSWORD = "owner@bakery.example", "a long enough secret"
HOURLY = 40_00
ZONES = ("Pacific/Honolulu", "America/Denver", "America/Sao_Paulo", "Europe/Berlin", "Asia/Karachi",
         "Asia/Tokyo", "Pacific/Auckland")  # fmt: skip
BEAT = 5_000  # ms; a page sends one every 15 s
SITTING = 8.0  # seconds that are spent on the news, and in an app

Say = Callable[[str], object]


@dataclass
class Tab:
    """An open page: when its beats were sent and answered."""

    activity: str
    name: str
    beats: list[tuple[int, int]] = field(default_factory=list)

    def beat(self, browser: Browser, *, last: bool = False) -> None:
        """Says that somebody is there, unless it was said just now and is not the last time."""
        if last or not self.beats or now_ms() - self.beats[-1][0] >= BEAT:
            self.beats.append(browser.beat(self.activity, self.name))

    @property
    def spent(self) -> Span:
        """From the first beat to the last one, in ms."""
        first, last = self.beats[0], self.beats[-1]
        return Span(max(last[0] - first[1], 0), last[1] - first[0])


class Story:
    """The steps; what went in is written down on the way."""

    def __init__(self, linnet: Linnet, say: Say) -> None:
        now = datetime.now(UTC)
        self.linnet, self.say = linnet, say
        self.zone = min(
            ZONES, key=lambda name: abs(now.astimezone(ZoneInfo(name)).hour - 12)
        )  # no midnight near
        self.today = now.astimezone(ZoneInfo(self.zone)).date()
        self.owner = Browser(linnet, visitors.OWNER, visitors.firefox(now))
        self.table = Table()
        self.went = statement.Went(HOURLY)
        self.token = self.account = ""
        self.called = (0, 0)

    @property
    def period(self) -> str:
        """The week that runs, as the statement calls it."""
        year, week, _ = self.today.isocalendar()
        return f"{year}-W{week:02d}"

    def set_up(self) -> None:
        """The firm, by commands; somebody who follows it, by the client API."""
        firm = f"setup --firm Bakery --handle bakery --site https://{SITE} --site https://{LOG_SITE} --time-zone {self.zone}"
        owner = f"--currency EUR --hourly-cost 40 --words bread,flour,rye,prices --name Owner --email {EMAIL} --start today"
        self.linnet.say(
            *firm.split(), *owner.split(), "--measure-time", "--password-stdin", typed=PASSWORD + "\n"
        )
        reader = "account create --handle reader --email reader@reader.example --password-stdin"
        self.linnet.say(
            *reader.split(),
            typed=PASSWORD + "\n",
        )
        self.token = self._token("bakery")
        self.owner.log_in(EMAIL, PASSWORD)
        self.account = self.linnet.call("GET", "/api/v1/accounts/lookup?acct=bakery")["id"]
        self.linnet.call("POST", f"/api/v1/accounts/{self.account}/follow", self._token("reader"))
        self.say(f"A bakery in {self.zone}, on {self.linnet.url}")

    def _token(self, handle: str) -> str:
        return self.linnet.say("token", "create", "--account", handle, "--scopes", "read write follow push")

    # -- news in

    def read_feeds(self, files: Mapping[str, bytes], port: int) -> None:
        """Adds every file as a source, waits until it was read, and compares with another reader."""
        table = Table()
        for name, body in files.items():
            other = feeds.counted(body)
            before = set(self._sources())
            answer = self.owner.send("/sources", address=f"http://127.0.0.1:{port}/{name}")
            if other is None:
                table.same(f"{name}: no feed", 422, answer.status)
                continue
            answer.must(303)
            (added,) = set(self._sources()) - before
            wait_for(lambda added=added: self._sources()[added][0] != "new", f"{name} is read")
            _, title, stories = self._sources()[added]
            table.same(f"{name}: stories", len(other.stories), stories)
            table.same(f"{name}: title", other.title, title)
        self._show(table, ("Feed", "feedparser", "Linnet", "equal"))

    def _sources(self) -> dict[str, tuple[str, str, int]]:
        """State, title and number of stories of each source, by its id."""
        page = self.owner.get("/sources").text
        rows = re.findall(r'<li class="(\w+)"><div class="grow">(.*?)</li>', page, re.DOTALL)
        return {
            found(r"/sources/(\d+)/look", row, "source"): (
                state,
                feeds.line(found(r'<a class="name"[^>]*>(.*?)</a>', row, "source's name")),
                weblog.number(found(r"([\d\u202f]+) stor(?:y|ies) in 30 days", row, "count of stories")),
            )
            for state, row in rows
        }

    # -- visits in

    def read_log(self, given: bytes | None) -> None:
        """Imports a web server's log twice; the second time must not change anything."""
        made, kinds = visitors.small_log(datetime.now(UTC), LOG_SITE)
        log = made if given is None else given
        file = self.linnet.folder / "access.log"
        file.write_bytes(log)
        seen = weblog.counted(log)
        table = Table()
        first = self._import(file)
        weeks = weblog.weeks(self.owner, seen, self.zone)
        for what, went_in, said in zip(
            ("lines", "pages", "new", "unreadable"), seen.report, first, strict=True
        ):
            table.same(f"First import: {what}", went_in, said)
        again = self._import(file)
        table.same("Second import: new", 0, again[2])
        same = weeks == weblog.weeks(self.owner, seen, self.zone)
        table.same("Second import: every row as before", True, same)
        visits = [visit for week in weeks for visit in week.visits]
        table.same("Pages in all visits", seen.pages, sum(visit.hits for visit in visits))
        if given is None:
            expected = Counter({(kind.kind, kind.rule): kind.count for kind in kinds})
            for (kind, rule), count in sorted(expected.items()):
                table.same(f"{kind} by {rule}", count, weblog.by_rule(visits)[kind, rule])
            table.same("Visits", sum(expected.values()), len(visits))
        for week in weeks:
            weblog.compare_week(table, self.owner, week)
        self._show(table, ("Log", "went in", "Linnet", "equal"))
        for line in weblog.summary(visits):
            self.say(line)
        self.before = statement.visits_so_far(self.owner, self.period)

    def _import(self, file: Path) -> tuple[int, int, int, int]:
        """Lines, page hits, new ones and unreadable ones, as the command says it."""
        said = self.linnet.say("import", "log", str(file), "--site", f"https://{LOG_SITE}")
        lines, pages, new, bad = re.findall(r"\d+", said)
        return int(lines), int(pages), int(new), int(bad)

    # -- idea, draft, schedule, published

    def draft_news(self, files: Mapping[str, bytes]) -> str:
        """Takes the first story that is worth sharing, asks for its clicks to be counted, and sets a
        time for it; answers where the story stands."""
        page = self.owner.get("/worth-sharing").text
        offered = re.findall(r'<h2><a href="([^"]*)"[^>]*>(.*?)</a></h2>', page)
        if not offered:
            raise TryError(
                "Nothing is worth sharing: no story is of the last two weeks. See --move-to-today."
            )
        stories = {url: title for body in files.values() for url, title in _stories(body)}
        for address, title in offered:
            url, shown = html.unescape(address), feeds.line(html.unescape(title))
            self.table.same(f"Offered: {shown[:50]}", stories.get(url), shown, detail=True)
        entry = found(r'action="/worth-sharing/(\d+)/draft"', page, "story to draft")
        where = self.owner.send(f"/worth-sharing/{entry}/draft").must(303).headers["location"]
        sheet = self.owner.get(where).text
        text = found(r'<textarea[^>]*name="text"[^>]*>\n?(.*?)</textarea>', sheet, "text")
        due = _next_minute(datetime.now(ZoneInfo(self.zone)))
        fields = {
            "key": found(r'name="key" value="([^"]*)"', sheet, "key"),
            "version": found(r'name="version" value="(\d+)"', sheet, "version"),
            "date": due.date().isoformat(),
            "time": f"{due:%H:%M}",
        }
        self.owner.send(where, text=text, go_links="1", do="schedule", **fields).must(303)
        self.say(f"Planned for {due:%H:%M:%S}: {text}")
        return html.unescape(offered[0][0])

    def read_news(self) -> None:
        """Some seconds in front of the news."""
        tab = Tab("find_news", "news1")
        over = now_ms() + SITTING * 1000
        tab.beat(self.owner)
        wait_for(lambda: now_ms() >= over, "the clock", pause=0.5)
        tab.beat(self.owner, last=True)
        self.went.time["Finding news"] = tab.spent

    def post_own_link(self) -> str:
        """A post by an app, with a link to the firm's own site; answers the code that it got."""
        sent = now_ms()
        post = self.linnet.call(
            "POST", "/api/v1/statuses", self.token, status=f"Rye rolls today: https://{SITE}/rolls"
        )
        self.called = (sent, now_ms())
        return found(rf'href="https://{SITE}/rolls\?ln=(\w{{7}})"', post["content"], "tracked link")

    def talk(self) -> None:
        """Two people ask, one of them is answered and passed on; five minutes are written down."""
        reader = self._token("reader")
        asked = [
            self.linnet.call("POST", "/api/v1/statuses", reader, status=f"@bakery What about {what}?")["id"]
            for what in ("rye", "wheat")
        ]
        self.owner.send("/posts", text="@reader From eight on.", to=asked[0], key="answer1").must(303)
        self.owner.send(f"/posts/{asked[0]}/boost").must(303)
        self.owner.send("/time/entries", day=str(self.today), minutes="5", note="phone").must(303)
        self.went.time["Elsewhere (written down)"] = exact(5 * 60_000)

    def wait_until_published(self) -> str:
        """Somebody writes on in two tabs until the planned post is out; the code of its go link."""
        writing, reading = Tab("write", "write1"), Tab("read", "read1")

        over = self.called[1] + SITTING * 1000  # until then only the app was used
        wait_for(lambda: now_ms() >= over, "the clock", pause=0.5)

        def is_out() -> list[str]:
            writing.beat(self.owner)
            reading.beat(self.owner)  # at the same time: it must not count twice
            return re.findall(r'href="[^"]*/go/(\w{7})"', self._posts())

        codes = wait_for(is_out, "the planned post is out", patience=150, pause=1)
        long_enough = self.called[1] + 31_000  # the app's half minute must lie within the writing
        wait_for(lambda: is_out() and now_ms() > long_enough, "half a minute of writing", PATIENCE * 2, 1)
        writing.beat(self.owner, last=True)
        self.table.same("Planned posts that went out", 1, len(set(codes)))
        self.went.time["Writing"] = writing.spent
        first = writing.beats[0]
        app = Span(max(first[0] - self.called[1], 0), first[1] - self.called[0])
        self.went.time["Writing, in other apps (estimated)"] = app
        return codes[0]

    def _posts(self) -> str:
        posts = self.linnet.call("GET", f"/api/v1/accounts/{self.account}/statuses")
        return " ".join(post["content"] for post in posts if not post["reblog"])

    # -- clicks, sales, and what the statement says of them

    def let_visitors_come(self, code: str, go_code: str, target: str) -> None:
        """Visitors of the firm's own site, whose log is imported twice, and of the go link."""
        now = datetime.now(UTC) - timedelta(seconds=2)
        site = visitors.OwnSite(self.linnet, SITE, code, now)
        kinds = site.visited()
        file = self.linnet.folder / "own-site.log"
        file.write_text(site.log(), encoding="utf-8")
        for _ in range(2):
            self.linnet.say("import", "log", str(file), "--site", f"https://{SITE}")
        agent = visitors.firefox(datetime.now(UTC))
        elsewhere = target.partition("://")[2].partition("/")[0].removeprefix("www.")
        kinds += visitors.follow_go_link(self.linnet, go_code, target, elsewhere, agent)
        for kind in kinds:
            self.say(f"  {kind.count} {kind.what} on {kind.site}: {kind.kind or 'nothing'} {kind.rule}")
        self._look_into_drawer(kinds)
        every = visitors.counts(kinds, linked=False)
        for name, count in visitors.counts(kinds, linked=True).items():
            self.went.count[f"visits.{name}"] = count
            self.went.count[f"site.{name}"] = every[name] + self.before[name]

    def _look_into_drawer(self, kinds: Sequence[visitors.Kind]) -> None:
        expected: Counter[tuple[str, str, str]] = Counter()
        for kind in kinds:
            if kind.kind:
                expected[kind.site, kind.kind, kind.rule] += kind.count
        said = weblog.drawer(self.owner)
        sites = {kind.site for kind in kinds}
        for key in sorted({*expected, *(key for key in said if key[0] in sites)}):
            self.table.same(f"Drawer, {key[0]}: {key[1]} by {key[2]}", expected[key], said[key])

    def sell(self, code: str) -> None:
        """Two leads and two sales, one of each with the code; one comes twice, one is taken back in
        part, and three are refused."""
        page = self.owner.send("/sales/key").must(200).text
        key = found(r'id="secret">([^<]+)<', page, "key")
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        first = {"id": "order-1", "at": at, "amount": 2500, "currency": "EUR", "ln": code}
        asked = {"id": "form-1", "at": at, "ln": code}
        second: dict[str, object] = {"id": "order-2", "at": at, "amount": 1250, "currency": "EUR"}
        back = {"id": "back-1", "at": at, "amount": -500, "currency": "EUR", "refund_of": "order-1"}
        reports: list[tuple[str, str, str, Mapping[str, object], int, int]] = [
            ("A lead with the code", "lead", key, asked, 0, 201),
            ("The same again", "lead", key, asked, 0, 200),
            ("A lead without", "lead", key, {"id": "form-2", "at": at, "heard": "a friend"}, 0, 201),
            ("A sale with the code", "sale", key, first, 0, 201),
            ("The same again", "sale", key, first, 0, 200),
            ("The same with another amount", "sale", key, {**first, "amount": 9900}, 0, 409),
            ("A sale without", "sale", key, second, 0, 201),
            ("A part taken back", "sale", key, back, 0, 201),
            ("One with a wrong key", "sale", "lnh_wrong", {**second, "id": "order-3"}, 0, 401),
            ("One signed ten minutes ago", "sale", key, {**second, "id": "order-4"}, 600, 422),
        ]
        for what, hook, signer, body, late, status in reports:
            answer = report(self.linnet, f"/hooks/{hook}", signer, body, late=late)
            self.table.same(f"{what}: answered", status, answer.status)
        self.went.count |= {
            "leads.all": 2,
            "leads.trail": 1,
            "sales.all": 2,
            "sales.trail": 1,
            "sales.refunds": 1,
        }
        self.went.money = {"money.all": 2500 + 1250 - 500, "money.trail": 2500 - 500}
        self.went.n = {"money.all": 3, "money.trail": 2}

    def read_statement(self) -> None:
        """Every figure of the week."""
        self.went.count |= {
            "posts.written": 2,
            "posts.boosts": 1,
            "delivered.total": 2,
            "delivered.followers": 1,
        }
        self.went.count |= {"answers.given": 1, "answers.received": 2, "answers.waiting": 1}
        statement.compare(self.table, self.went, self.owner, self.period, str(self.today))
        for line in self.table.lines((f"Statement of {self.period}", "went in", "statement says", "equal")):
            self.say(line)

    def _show(self, table: Table, head: Sequence[str]) -> None:
        for line in table.lines(head):
            self.say(line)
        self.say("")
        self.table.rows += [replace(row, detail=True) for row in table.rows]


def _stories(body: bytes) -> Sequence[tuple[str, str]]:
    other = feeds.counted(body)
    return list(other.stories.items()) if other else []


def _next_minute(now: datetime) -> datetime:
    """The next full minute that is far enough for a draft to be set for it."""
    return (now + timedelta(seconds=62 + 59)).replace(second=0, microsecond=0)
