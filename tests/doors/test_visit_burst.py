"""A burst of visits from one address is one visitor and one class: over real sockets, on many connections at
once, by the go link, the snippet and the log. The burst alarm (measuring paper, 4a) rings for many addresses
and never for one."""

import http.client
import json
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from linnet.desk.links import actions as links
from linnet.desk.links import queries as link_queries
from linnet.desk.visits import figures
from linnet.desk.visits.figures import VisitCounts, VisitRow, Wanted
from linnet.desk.visits.logs import import_log
from linnet.kernel.clock import HOUR, SECOND, iso, now_ms
from tests.doors.conftest import Running, _running
from tests.doors.test_measure import SITE
from tests.rules.test_visits import IPHONE, PERSON

pytestmark = pytest.mark.wide

EVER = 1 << 62
FAINT = {"User-Agent": IPHONE, "Accept": "*/*"}  # next to no signs of a person
CLEAR = {**PERSON, "user-agent": IPHONE}  # the same browser with all of them
OURS = {"Origin": "https://bakery.example", "Content-Type": "text/plain"}
VISITORS = "SELECT COUNT(DISTINCT visitor) FROM visit"
HITS = "SELECT COUNT(*) FROM hit"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Running]:
    with _running(tmp_path, "sqlite") as running:
        running.write(lambda tx: tx.run(SITE))
        yield running


class Street:
    """People on this machine: the loopback net has an address for each of them."""

    def __init__(self, server: Running) -> None:
        self._server = server
        self._place = urlsplit(server.url)
        now = now_ms()
        self.code = server.write(
            links.make,
            "https://bakery.example/rye",
            kind="go",
            channel="fediverse",
            account_id=1,
            post_id=None,
            now=now,
        ).code

    def ask(self, who: int, method: str, path: str, headers: dict[str, str], body: str = "") -> int:
        line = http.client.HTTPConnection(
            self._place.hostname or "", self._place.port, timeout=60, source_address=(f"127.0.0.{who}", 0)
        )
        try:
            line.request(method, path, body or None, headers)
            answer = line.getresponse()
            answer.read()
            return answer.status
        finally:
            line.close()

    def click(self, who: int = 2, headers: dict[str, str] = CLEAR, method: str = "GET") -> int:
        return self.ask(who, method, f"/go/{self.code}", headers)

    def page(self, who: int = 2, path: str = "/rye", code: str = "") -> int:
        body = json.dumps({"ln": code, "u": f"https://bakery.example{path}", "r": ""})
        return self.ask(who, "POST", "/ln", {**CLEAR, **OURS}, body)

    def visits(self) -> list[VisitRow]:
        found: list[VisitRow] = self._server.read(figures.visits, Wanted(0, EVER))
        return found

    def counts(self) -> VisitCounts:
        found: VisitCounts = self._server.read(figures.counts, 0, EVER)
        return found

    def value(self, sql: str) -> int:
        found: int = self._server.read(lambda tx: tx.value(sql))
        return found

    def rang(self) -> bool:
        return self._server.read(link_queries.link, self.code).burst_at is not None


def at_once(calls: list) -> set[int]:
    """Every call, sixteen at a time, in an order that nobody chose."""
    random.Random(4).shuffle(calls)
    with ThreadPoolExecutor(16) as pool:
        return {done.result() for done in [pool.submit(call) for call in calls]}


def test_two_hundred_hits_from_one_address_are_one_visit_of_one_class(server: Running) -> None:
    street = Street(server)
    assert street.click() == 302
    burst = [street.click] * 60  # one beyond what is counted of an address in a minute
    burst += [lambda: street.click(method="HEAD")] * 19
    burst += [lambda n=n: street.page(path=f"/bread/{n}") for n in range(60)]
    burst += [lambda: street.page(code=street.code)] * 60
    assert at_once(burst) <= {204, 302}
    [visit] = street.visits()
    assert (visit.kind, visit.rule, visit.code) == ("confirmed", "R6", street.code)
    assert street.value(VISITORS) == 1
    assert visit.hits == street.value(HITS) >= 60 + 120
    assert street.counts() == VisitCounts(confirmed=1, probable=1)
    assert not street.rang()


def test_a_page_by_no_link_and_then_the_link_are_two_visits_of_one_visitor_and_class(server: Running) -> None:
    street = Street(server)
    assert at_once([lambda n=n: street.page(path=f"/bread/{n}") for n in range(40)]) == {204}
    assert at_once([street.click] * 30 + [lambda: street.page(code=street.code)] * 30) == {204, 302}
    assert {(visit.kind, visit.rule) for visit in street.visits()} == {("confirmed", "R6")}
    assert [visit.code for visit in street.visits()] == [street.code, ""]
    assert street.value(VISITORS) == 1


def test_one_faint_address_rings_no_alarm_and_six_do(server: Running) -> None:
    street = Street(server)
    assert at_once([lambda: street.click(2, FAINT)] * 60) == {302}
    assert [(v.kind, v.rule, v.hits) for v in street.visits()] == [("unsure", "R4", 60)]
    assert not street.rang()
    for who in range(3, 7):
        street.click(who, FAINT)
    assert not street.rang()  # five of them
    street.click(7, FAINT)
    assert street.rang()
    assert street.counts() == VisitCounts(unsure=6)
    # who was unsure in the burst stays so, whatever its browser says now, until the page sees it
    assert street.click(7, CLEAR) == 302
    assert street.counts() == VisitCounts(unsure=6)
    assert street.click(8, CLEAR) == 302
    assert street.counts() == VisitCounts(probable=1, unsure=6)  # who comes fresh is not of the burst
    assert street.page(7, code=street.code) == 204
    assert street.counts() == VisitCounts(confirmed=1, probable=2, unsure=5)
    assert street.value(VISITORS) == 7


def log_of(code: str, at: int, *, style: bool, address: str = "127.0.0.2") -> list[bytes]:
    """Two hundred pages within four seconds by one browser, some of them by our link."""

    def when(at: int) -> str:
        day = iso(at)
        return f"{day[8:10]}/{MONTHS[int(day[5:7]) - 1]}/{day[:4]}:{day[11:19]} +0000"

    paths = [f"/bread/{n % 70}" for n in range(100)] + [f"/rye?ln={code}"] * 20 + ["/rye"] * 80
    lines = [*paths[:1], *(["/style.css"] if style else []), *paths[1:]]
    return [
        f'{address} - - [{when(at + n // 50 * SECOND)}] "GET {path} HTTP/1.1" 200 99 "-" "{IPHONE}"\n'.encode()
        for n, path in enumerate(lines)
    ]


MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@pytest.mark.parametrize(("style", "kind"), [(True, "person"), (False, "unsure")])
def test_the_same_burst_in_a_log_is_of_one_class(server: Running, style: bool, kind: str) -> None:
    street = Street(server)
    lines = log_of(street.code, now_ms() - 100 * HOUR, style=style)
    for _ in range(2):
        import_log(server.db, lines, site="bakery.example", name="access.log", now=now_ms())
    assert [(v.kind, v.code, v.hits) for v in street.visits()] == [
        (kind, street.code, 100),
        (kind, "", 100),
    ]
    assert street.value(VISITORS) == 1
    assert not street.rang()


def test_the_log_of_a_burst_that_was_seen_adds_no_visit(server: Running) -> None:
    street = Street(server)
    assert at_once([lambda n=n: street.page(path=f"/bread/{n % 70}") for n in range(100)]) == {204}
    assert at_once([street.click] * 20 + [lambda: street.page(code=street.code)] * 10) == {204, 302}
    before = [(v.id, v.kind) for v in street.visits()]
    lines = log_of(street.code, now_ms(), style=False)
    import_log(server.db, lines, site="bakery.example", name="access.log", now=now_ms())
    assert [(v.id, v.kind) for v in street.visits()] == before
    assert {kind for _, kind in before} == {"confirmed"}
    assert street.value(VISITORS) == 1
