"""What the desk promises (issue 4, part 7): taking in hits, leading on, reading logs, the statement, the
size of the snippet, the power step of a trial.

Hits come over sockets, each from another person (X-Forwarded-For by a trusted proxy), and are answered
after they are on disk. The statement is read from a database that was filled in bulk. What each thing took
of a core is told too: that is the same however busy the machine is with something else.
"""

import random
import resource
import statistics
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from bench.cases import Line, middle_of, say
from bench.load import PERSON, Result, Spec, run
from bench.server import Server
from linnet.commands.common import database
from linnet.db.tx import Tx
from linnet.desk.firm import queries as firms
from linnet.desk.links import actions as links
from linnet.desk.statement.report import statement
from linnet.desk.trial.reckoning import power
from linnet.desk.trial.values import DayRecord, Design
from linnet.desk.visits.lines import read_line
from linnet.kernel.clock import DAY, HOUR, MINUTE, SECOND, now_ms, zone
from linnet.kernel.days import before, day_of, month_of
from linnet.kernel.ids import first_id_at
from linnet.kernel.settings import load
from linnet.site.measure import SNIPPET

STEP = 20_000
PACE = 1_000  # clicks a second under which people are to be led on quickly
SPAN = 365 * DAY  # what is filled in is spread over a year
KINDS = (
    ("person", "R5", 50),
    ("confirmed", "R6", 20),
    ("unsure", "R4", 15),
    ("preview", "R2", 10),
    ("probe", "R0", 5),
)
FEATURES = '{"source":"go","agent":{"browser_like":true,"family":"Chrome","major":149,"device":"phone"},"navigate":true}'

POST = """INSERT INTO post (id, account_id, text, html, visibility, language, root_id, created_at)
    VALUES (:id, :account_id, 'Rye', '<p>Rye</p>', 'public', 'en', :id, :at)"""
LINK = """INSERT INTO link (code, kind, target, canonical, account_id, post_id, channel, created_at)
    VALUES (:code, 'site', 'https://bench.example/rye', 'https://bench.example/rye', :account_id, :post_id, 'fediverse', :at)"""
CAME = ("search", "direct", "search", "referral", "mail")  # who came by no link of ours
VISIT = """INSERT INTO visit (id, visitor, site, code, path, agent, came, first_at, last_at, hits, kind, rule)
    VALUES (:id, :id, 'bench.example', :code, '/rye', 'Chrome 149, phone', :came, :at, :at, 1, :kind, :rule)"""
HIT = """INSERT INTO hit (id, visit_id, at, source, site, path, code, features, kind, rule)
    VALUES (:id, :id, :at, 'go', 'bench.example', '/rye', :code, :features, :kind, :rule)"""
SALE = """INSERT INTO sale (id, ref, at, amount, currency, ln, source, received_at)
    VALUES (:id, :ref, :at, 1250, 'EUR', :ln, 'hook', :at)"""


@dataclass(frozen=True)
class Sizes:
    """How much is done. `cores`: of the server and of the load; None where there is only one."""

    seconds: float = 4.0
    rounds: int = 3
    connections: int = 16
    lines: int = 400_000
    hits: int = 1_000_000
    posts: int = 10_000
    sales: int = 5_000
    cores: tuple[int, int] | None = (0, 1)


class Desk:
    """One run: a server that takes in hits, then a log, then a database full of them."""

    def __init__(self, sizes: Sizes, folder: Path) -> None:
        self.sizes = sizes
        self._folder = folder
        server_core, self._load_core = sizes.cores or (None, None)
        self.server = Server(folder / "data", server_core)
        self.server.environment["LINNET_TRUSTED_PROXIES"] = "127.0.0.1"

    def lines(self) -> Iterable[Line]:
        """Every line, as soon as it is known."""
        say("setting up")
        self.server.set_up()
        code = self._link()
        self.server.start()
        try:
            yield from self._hits(code)
        finally:
            self.server.stop()
        yield from self._log()
        yield from self._statement()
        yield power_step()
        size = SNIPPET.stat().st_size
        yield Line("the snippet", f"{size:,} bytes", "< 1,500 bytes", size < 1500)

    # taking in

    def _link(self) -> str:
        with database(load(self.server.environment, Path())) as db:

            def make(tx: Tx) -> str:
                account = firms.must_firm(tx).account_id
                found = links.make(
                    tx,
                    "https://mill.example/flour",
                    kind="go",
                    channel="other",
                    account_id=account,
                    post_id=None,
                    now=now_ms() - HOUR,
                )
                return found.code

            return db.write_now(make)

    def _hits(self, code: str) -> Iterator[Line]:
        n = self.sizes.connections
        say("clicks")
        clicks, words = self._run(
            Spec(self.server.port, f"/go/{code}", people=PERSON, good="3", connections=n)
        )
        yield Line(
            f"clicks on a go link by {n} people at a time, each another one: judged, on disk, led on",
            words,
            "≥ 1,000 a second",
            clicks.rate >= 1000 and not clicks.failed,
        )
        say("clicks at a pace")
        paced, words = self._run(
            Spec(self.server.port, f"/go/{code}", people=PERSON, good="3", connections=64, pace=PACE)
        )
        yield Line(
            f"led on, at {PACE:,} clicks a second",
            words,
            "p99 < 20 ms",
            paced.p99 < 20 and not paced.failed,
        )
        say("previews")
        _, words = self._run(Spec(self.server.port, f"/go/{code}", people="Mastodon", connections=n))
        yield Line("the same by servers that want a card", words, "", None)
        say("reports of the snippet")
        body = '{"ln":"","u":"https://bench.example/rye","r":"m.example"}'
        seen, words = self._run(Spec(self.server.port, "/ln", people=PERSON, body=body, connections=n))
        yield Line(
            "reports of the snippet, each another person's",
            words,
            "≥ 1,000 a second",
            seen.rate >= 1000 and not seen.failed,
        )

    def _run(self, spec: Spec) -> tuple[Result, str]:
        """The middle round, and what all of them were in words."""
        rounds = [
            replace(spec, seconds=self.sizes.seconds, round=n + 10 * bool(spec.pace))
            for n in range(self.sizes.rounds)
        ]
        before = self.server.spent()
        done = [run(each, self._load_core) for each in rounds]
        # of what was asked in the warm-up nothing is told: it is as much a second as the rest
        asked = sum(each.requests * (1 + spec.warm_up / self.sizes.seconds) for each in done)
        core = (self.server.spent() - before) * 1000 / max(asked, 1)
        of_core = "" if spec.pace else f"; {core:.2f} ms of a core each"  # its warm-up is no sample
        return middle_of(done), said(middle_of(done)) + of_core

    # logs

    def _log(self) -> Iterator[Line]:
        say(f"writing a log of {self.sizes.lines:,} lines")
        path = self._folder / "access.log"
        write_log(path, self.sizes.lines)
        raw = path.read_bytes().splitlines(keepends=True)[:50_000]
        begun = time.perf_counter()
        pages = sum(line.what == "page" for line in map(read_line, raw) if line)
        parsing = len(raw) / (time.perf_counter() - begun)
        say("reading it")
        for again in (False, True):
            begun, before = time.perf_counter(), _children()
            self.server.command("import", "log", str(path), "--site", "bench.example")
            rate = self.sizes.lines / (time.perf_counter() - begun)
            core = self.sizes.lines / (_children() - before)
            what = (
                "again: nothing new"
                if again
                else f"every {len(raw) // max(pages, 1)}th a page, into the database"
            )
            yield Line(
                f"a log of {self.sizes.lines:,} lines, {what}",
                f"{rate:,.0f} lines a second; {core:,.0f} for each second of a core",
                "≥ 20,000",
                rate >= 20_000,
            )
        yield Line("of it, understanding a line", f"{parsing:,.0f} lines a second", "", None)

    # the statement

    def _statement(self) -> Iterator[Line]:
        sizes = self.sizes
        say(f"filling in {sizes.hits:,} hits, {sizes.posts:,} posts, {sizes.sales:,} sales over a year")
        now = now_ms()
        with database(load(self.server.environment, Path())) as db:
            firm = db.read_now(firms.must_firm)
            own = zone(firm.time_zone)
            for rows in fill(sizes, firm.account_id, now):
                db.write_now(put, *rows)
            this = month_of(day_of(now, own), own)
            months = [this]
            for _ in range(3):
                months.append(before(months[-1], own))
            times, cores = [], []
            for period in [*months[1:], *months]:
                begun, before_it = time.perf_counter(), time.process_time()
                db.read_now(statement, period, now)
                times.append((time.perf_counter() - begun) * 1000)
                cores.append((time.process_time() - before_it) * 1000)
        slowest = max(times[3:])
        yield Line(
            f"the statement of a month, of {sizes.hits:,} hits, {sizes.posts:,} posts and {sizes.sales:,} sales in a year",
            f"{statistics.median(times[3:]):.0f} ms, the slowest of four {slowest:.0f} ms; first time {times[0]:.0f} ms; "
            f"{statistics.median(cores[3:]):.0f} ms of a core",
            "< 500 ms",
            slowest < 500,
        )


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def said(result: Result) -> str:
    """A result in the words of the table."""
    failed = f", {result.failed} failed" if result.failed else ""
    return f"{result.rate:,.0f} a second, p50 {result.p50:.1f} ms, p99 {result.p99:.1f} ms{failed}"


def write_log(path: Path, lines: int) -> None:
    """Some 10,000 people and machines at a site, over a month: pages, what belongs to them, checks."""
    dice = random.Random(7)
    browsers = [
        f"Mozilla/5.0 (X{n}; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{120 + n % 30}.0.0.0 Safari/537.36"
        for n in range(60)
    ] + ["curl/8.5.0", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "-"]
    assets = [
        f"/static/{n}.{kind}" for n in range(10) for kind in ("css", "js", "png", "jpg", "woff2", "svg")
    ]
    written, at = 0, time.time() - 40 * 86400
    with path.open("w", encoding="utf-8") as out:
        while written < lines:
            address, agent = (
                f"10.{dice.randrange(4)}.{dice.randrange(50)}.{dice.randrange(50)}",
                dice.choice(browsers),
            )
            page = f"/{dice.choice(['bread', 'cake', 'shop'])}/{dice.randrange(500)}"
            at += dice.expovariate(1 / 12)
            asked = [(page, "https://search.example/")]
            if agent.startswith("Mozilla/5.0 (X"):
                asked += [
                    (dice.choice(assets), f"https://bench.example{page}")
                    for _ in range(dice.randrange(3, 12))
                ]
            for target, referrer in asked:
                when = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(at))
                out.write(f'{address} - - [{when}] "GET {target} HTTP/1.1" 200 5120 "{referrer}" "{agent}"\n')
                written += 1
                if written == lines:
                    return


Rows = list[dict[str, object]]


def fill(sizes: Sizes, account_id: int, now: int) -> Iterator[tuple[str, Rows]]:
    """Rows for each table, some at a time; evenly over the year that ends now."""
    dice = random.Random(11)
    kinds = [(kind, rule) for kind, rule, share in KINDS for _ in range(share)]
    start = now - SPAN
    posts = [start + n * SPAN // sizes.posts for n in range(sizes.posts)]
    codes = [f"B{n:06d}".replace("0", "z") for n in range(sizes.posts)]
    made = [{"id": first_id_at(at), "account_id": account_id, "at": at} for at in posts]
    yield POST, made
    yield (
        LINK,
        [
            {"code": code, "account_id": account_id, "post_id": post["id"], "at": post["at"]}
            for code, post in zip(codes, made, strict=True)
        ],
    )
    for first in range(0, sizes.hits, STEP):
        rows: Rows = []
        for n in range(first, min(first + STEP, sizes.hits)):
            at = start + n * SPAN // sizes.hits
            kind, rule = dice.choice(kinds)
            code = codes[max(0, (n * sizes.posts // sizes.hits) - dice.randrange(40))] if n % 5 else ""
            rows.append(
                {
                    "id": first_id_at(at) + n % 60_000,
                    "at": at,
                    "code": code,
                    "kind": kind,
                    "rule": rule,
                    "came": "social" if code else CAME[n % len(CAME)],
                    "features": FEATURES,
                }
            )
        yield VISIT, [{key: row[key] for key in ("id", "at", "code", "kind", "rule", "came")} for row in rows]
        yield HIT, rows
    yield (
        SALE,
        [
            {
                "id": first_id_at(start + n * SPAN // sizes.sales) + 60_000,
                "ref": f"S-{n}",
                "at": start + n * SPAN // sizes.sales + MINUTE + SECOND,
                "ln": codes[n * sizes.posts // sizes.sales] if n % 2 else "",
            }
            for n in range(sizes.sales)
        ],
    )


def put(tx: Tx, sql: str, rows: Rows) -> None:
    tx.many(sql, rows)


def power_step() -> Line:
    """What a trial of 26 weeks could see, tried out on half a year of a firm's own days."""
    say("the power step")
    dice = random.Random(1)
    start = date(2026, 6, 1)
    past = [
        DayRecord((start + timedelta(days=n)).isoformat(), dice.randint(30, 70), dice.randint(20, 40), 0, 0)
        for n in range(182)
    ]
    design = Design("half_week", "2026-11-30", 26, "Europe/Berlin")
    begun = time.perf_counter()
    *_, last = power.steps(past, design, "5eed" * 16)
    took = time.perf_counter() - begun
    assert last.power is not None
    return Line(
        f"the power step of a trial of 26 weeks, {last.power.runs} runs", f"{took:.1f} s", "< 20 s", took < 20
    )
