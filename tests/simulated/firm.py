"""A firm that lives for some months: it writes, people and previews come, somebody buys, the owner works. All
of it through the doors of a real Program, with the clock moved; everything that is done is written into a
ledger, which the statement must then equal.

    firm = Firm(folder, clock, World(...))
    firm.live(56)                      # days
    firm.page("/statement?period=2027-01")
"""

import asyncio
import hashlib
import json
import random
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from linnet.app import Program, assemble, plan
from linnet.db.tx import Tx
from linnet.desk.effort import actions as effort
from linnet.desk.firm import actions as firms
from linnet.desk.firm.rules import FirstPerson, NewFirm
from linnet.desk.sales import actions as sales
from linnet.desk.sales.signing import HEADER, sign
from linnet.kernel.clock import HOUR, MINUTE, SECOND, iso, zone
from linnet.kernel.days import day_of, day_start, next_day
from linnet.kernel.settings import load
from linnet.net.closed import Closed
from linnet.social.apps import actions as apps
from linnet.social.people import queries as people
from linnet.social.people.actions import open_session
from tests import asgi
from tests.doors.browser import HASH, Browser, Reply
from tests.rules.test_visits import CHROME

BERLIN = zone("Europe/Berlin")
URL = "http://linnet.example:8080"
SITE = "https://bakery.example"
PREVIEW = "Mastodon/4.3.0 (http.rb/5.2.0; +https://m.example/) Bot"
BEATS = 9  # of a working day: two minutes
MOVES = 110 * MINUTE  # how far the clock goes at once: less than what counts as being away
SETTLING = 2  # days after the last one, until the verdict is there


class Clock:
    """The time of day, in place of the machine's."""

    def __init__(self, ms: int) -> None:
        self.ms = ms

    def time_ns(self) -> int:
        return self.ms * 1_000_000


@dataclass(frozen=True)
class World:
    """What is true. Visits a day that come by themselves and from search engines; `effect`: more of them on a
    day with a post, of which a third come by the post's own link; `obeys`: is a quiet time kept?"""

    base: float
    searches: float
    effect: float
    obeys: bool = True
    seed: int = 1


@dataclass
class Ledger:
    """What was done, by local day."""

    ms: Counter[str] = field(default_factory=Counter)
    posts: Counter[str] = field(default_factory=Counter)
    visits: Counter[str] = field(default_factory=Counter)  # people, of the firm's site and by go links
    by_link: Counter[str] = field(default_factory=Counter)
    machines: Counter[str] = field(default_factory=Counter)
    sales: Counter[str] = field(default_factory=Counter)
    money: Counter[str] = field(default_factory=Counter)  # cents, refunds taken off
    trail: Counter[str] = field(default_factory=Counter)  # cents, of sales that carried a code
    refused: int = 0

    def sum(self, of: str, first: str, last: str) -> int:
        """Of one column, from a day to a day."""
        column: Counter[str] = getattr(self, of)
        return sum(n for day, n in column.items() if first <= day <= last)


class Firm:
    """The Corner Bakery in one world."""

    def __init__(self, folder: Path, clock: Clock, world: World) -> None:
        self.clock, self.world = clock, world
        self.dice = random.Random(world.seed)
        self.ledger = Ledger()
        self.runner = asyncio.Runner()
        environment = {"LINNET_DATA": str(folder), "LINNET_URL": URL}
        self.program = Program(load(environment, folder), Closed())
        self.app = assemble(self.program)
        self.db = self.program.db
        new = NewFirm("Corner Bakery", "bakery", (SITE,), "Europe/Berlin", "EUR", "40", words="bread")
        owner = FirstPerson("Jana", "jana@bakery.example", HASH)
        self.account_id = self.db.write_now(firms.set_up, new, owner, token=None, now=clock.ms).account.id
        self.secret, self.token = self.db.write_now(self._keys)
        self.jana = Browser(self)  # type: ignore[arg-type] # all that it needs is here: app and runner
        self.jana.cookies["sid"] = self.db.write_now(self._session)
        self.runner.run(self._start())
        self.go = self._go_link()
        self._code = ""
        self._visitors = 0
        self._orders = 0

    async def _start(self) -> None:
        self.program.hub.start()
        await self.db.write(self._plan)

    def _plan(self, tx: Tx) -> None:
        plan(tx, self.program.sweeps, self.clock.ms)

    def _keys(self, tx: Tx) -> tuple[str, str]:
        [member] = people.members_of(tx, self.account_id)
        effort.measure(tx, member.person_id, True, self.clock.ms)
        token = apps.issue_token(
            tx,
            apps.command_line_app(tx, self.clock.ms),
            member.person_id,
            self.account_id,
            "read write",
            self.clock.ms,
        )
        return sales.new_key(tx, self.clock.ms), token.token

    def _session(self, tx: Tx) -> str:
        [member] = people.members_of(tx, self.account_id)
        return open_session(tx, member.person_id, self.account_id, "a simulation", self.clock.ms)

    def close(self) -> None:
        self.runner.run(self.program.stop())
        self.runner.close()

    # the doors

    def ask(
        self, method: str, path: str, body: bytes = b"", address: str = "203.0.113.9", **headers: str
    ) -> asgi.Answer:
        """One request, from an address."""
        sent = {
            "host": "linnet.example:8080",
            **{name.replace("_", "-"): text for name, text in headers.items()},
        }
        if method == "POST":
            sent["content-length"] = str(len(body))
        return self.runner.run(asgi._ask(self.app, method, path, sent, body, address))

    def api(self, path: str, fields: Mapping[str, str]) -> asgi.Answer:
        """A call of the client API."""
        return self.ask(
            "POST",
            path,
            urlencode(fields).encode(),
            authorization=f"Bearer {self.token}",
            content_type="application/x-www-form-urlencoded",
        )

    def _go_link(self) -> str:
        """A link to somebody else's page that is counted, for a newsletter."""
        self.jana.get("/links/new")
        self.jana.submit("/links/new", target="https://mill.example/rye", channel="newsletter")
        found = re.search(r"/go/([1-9A-HJ-NP-Za-km-z]{7})", self.jana.page.text)
        assert found, self.jana.page.text[:2000]
        return found[1]

    # time

    def to(self, ms: int) -> None:
        """The clock goes on; what is due on the way is done."""
        while self.clock.ms < ms:
            self.clock.ms = min(ms, self.clock.ms + MOVES)
            self.runner.run(self.program.worker.drain())

    @property
    def today(self) -> str:
        return day_of(self.clock.ms, BERLIN)

    def live(self, days: int, *, posting: bool = True) -> None:
        """So many whole days from now on, each to its midnight."""
        for _ in range(days):
            self.day(posting=posting)

    def day(self, *, posting: bool) -> None:
        """One day of the firm, from wherever it is now to the next midnight."""
        day = self.today
        start, end = day_start(day, BERLIN), day_start(next_day(day), BERLIN)
        self.to(start + 8 * HOUR)
        self._work(day)
        posted = posting and self._post(day)
        self.to(start + 11 * HOUR)
        self._visitors_come(day, posted)
        self.to(start + 17 * HOUR)
        self._shop(day)
        self.to(end)

    def look(self, path: str) -> Reply:
        """A page as Jana sees it; after a month she is not logged in any more, and does so again."""
        if self.jana.get(path).url.startswith("/login"):
            self.jana.cookies["sid"] = self.db.write_now(self._session)
        return self.jana.get(path)

    # what happens on a day

    def _work(self, day: str) -> None:
        self.look("/desk")
        key = self.jana.key()
        tab = hashlib.sha256(day.encode()).hexdigest()[:16]
        for _ in range(BEATS):
            fields = {"activity": "write", "tab": tab, "quiet": "0", "form_key": key}
            assert self.jana.post("/beat", fields, x_linnet_part="beat").status == 204
            self.clock.ms += 15 * SECOND
        self.ledger.ms[day] += (BEATS - 1) * 15 * SECOND

    def _post(self, day: str) -> bool:
        text = f"Fresh rye on {date.fromisoformat(day):%A}, {day}: {SITE}/rye"
        answer = self.api("/api/v1/statuses", {"status": text})
        if answer.status == 422:
            self.ledger.refused += 1
            if self.world.obeys:
                return False
            answer = self.api("/api/v1/statuses", {"status": text, "linnet_override": "quiet"})
        assert answer.status == 200, answer.body
        found = re.search(r"ln=([1-9A-HJ-NP-Za-km-z]{7})", json.loads(answer.body)["content"])
        assert found
        self._code = found[1]
        self.ledger.posts[day] += 1
        return True

    def _many(self, mean: float) -> int:
        """A Poisson number (Knuth)."""
        n, product, least = 0, self.dice.random(), 2.718281828459045**-mean
        while product > least:
            n, product = n + 1, product * self.dice.random()
        return n

    def _somebody(self) -> str:
        self._visitors += 1
        return (
            f"198.{18 + self._visitors // 65025 % 2}.{self._visitors // 255 % 255}.{self._visitors % 255 + 1}"
        )

    def _visitors_come(self, day: str, posted: bool) -> None:
        more = self._many(self.world.effect) if posted else 0
        by_link = more // 3
        for n in range(self._many(self.world.base) + more):
            self._seen(day, ln=self._code if n < by_link else "", referrer="")
        for _ in range(self._many(self.world.searches)):
            self._seen(day, ln="", referrer="www.google.de")
        self._newsletter(day)

    def _seen(self, day: str, *, ln: str, referrer: str) -> None:
        """The snippet of the firm's page, a second after somebody came."""
        body = json.dumps({"ln": ln, "u": f"{SITE}/rye", "r": referrer}).encode()
        answer = self.ask(
            "POST", "/ln", body, self._somebody(), user_agent=CHROME, origin=SITE, content_type="text/plain"
        )
        assert answer.status == 204, answer.body
        self.clock.ms += SECOND
        self.ledger.visits[day] += 1
        self.ledger.by_link[day] += bool(ln)

    def _newsletter(self, day: str) -> None:
        """On a Tuesday: one reader of the newsletter, and the previews of three servers."""
        if date.fromisoformat(day).weekday() != 1:
            return
        path = f"/go/{self.go}"
        person = {"sec_fetch_mode": "navigate", "sec_fetch_user": "?1", "accept_language": "de"}
        answer = self.ask(
            "GET", path, b"", self._somebody(), user_agent=CHROME, accept="text/html,image/avif", **person
        )
        assert (answer.status, urlsplit(answer.headers["location"]).netloc) == (302, "mill.example")
        self.ledger.visits[day] += 1
        self.ledger.by_link[day] += 1
        for _ in range(3):
            assert self.ask("GET", path, b"", self._somebody(), user_agent=PREVIEW).status == 200
            self.ledger.machines[day] += 1

    def _shop(self, day: str) -> None:
        """Somebody buys on most days, some by the last post's link; on Fridays one gives it back."""
        if self.dice.random() < 0.7:
            ln = self._code if self._code and self.dice.random() < 0.5 else ""
            id, amount = self._sold(day, self.dice.randrange(500, 5000), ln)
            if date.fromisoformat(day).weekday() == 4:
                self._sold(day, -amount, ln, refund_of=id)

    def _sold(self, day: str, amount: int, ln: str, **more: str) -> tuple[str, int]:
        self._orders += 1
        id = f"order-{self._orders}"
        report = {"id": id, "at": iso(self.clock.ms), "amount": amount, "currency": "EUR", **more}
        if ln:
            report["ln"] = ln
        body = json.dumps(report).encode()
        signed = {HEADER.lower().replace("-", "_"): sign(self.secret, body, self.clock.ms)}
        for known in (201, 200):  # shops call twice
            answer = self.ask("POST", "/hooks/sale", body, content_type="application/json", **signed)
            assert answer.status == known, answer.body
        self.clock.ms += SECOND
        self.ledger.sales[day] += amount > 0
        self.ledger.money[day] += amount
        self.ledger.trail[day] += amount if ln else 0
        return id, amount

    # the trial

    def plan(self, *, minutes: int, value: str, weeks: int = 12) -> None:
        """Plans a trial and waits for its power step."""
        self.look("/desk/trial")
        low, high = f"{float(value) * 0.8:.2f}", f"{float(value) * 1.2:.2f}"
        self.jana.submit(
            "/desk/trial",
            weeks=str(weeks),
            minutes=str(minutes),
            value_low=low,
            value=value,
            value_high=high,
            kind="half_week",
        )
        assert self.jana.page.status == 200, self.jana.page.text
        self.runner.run(self.program.worker.drain())

    def freeze(self) -> None:
        """Freezes it: nothing of it changes any more."""
        self.look("/desk/trial")
        self.jana.submit("/desk/trial/freeze")
        assert "Frozen. The trial begins on" in self.jana.page.text, self.jana.page.text
