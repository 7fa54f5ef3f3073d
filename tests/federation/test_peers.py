"""Other servers and rules about domains, in the database: who may decide, what follows, what is kept."""

import asyncio

import pytest

from linnet.db.tx import Tx
from linnet.federation.peers import actions, domains, errands, queries, rulebook
from linnet.federation.peers.actions import AskSoftware, ReadList, RulesChanged
from linnet.federation.peers.domains import Rule
from linnet.federation.peers.rulebook import Rulebook
from linnet.jobs.rows import Waiting
from linnet.kernel.clock import DAY, HOUR, SECOND
from linnet.kernel.errors import Conflict, Invalid, NotFound, Upstream
from linnet.net.client import Answer

OWN = ("linnet.example", "bakery.example")
JOBS = "SELECT id, lane, kind, run_at, tries, error FROM job ORDER BY id"
LIST = "https://lists.example/blocked.csv"


@pytest.fixture
def clock(monkeypatch, now):
    class Clock:
        at = now

        def __call__(self):
            return self.at

    it = Clock()
    monkeypatch.setattr(rulebook, "now_ms", it)
    monkeypatch.setattr(errands, "now_ms", it)
    return it


def decide(db, domain, severity="suspend", *, now=1, **more):
    return db.write_now(actions.decide, Rule(domain, severity, **more), own=OWN, now=now)


def jobs(db):
    found = [one.kind for one in db.read_now(lambda tx: tx.all(Waiting, JOBS))]
    return [one for one in found if one != "MarkAccounts"]


def rules(db):
    return {one.domain: (one.severity, one.source) for one in db.read_now(queries.rules)}


class Net:
    """Answers by address; anything else is away."""

    def __init__(self, **pages):
        self.pages = pages
        self.asked = []

    async def get(self, url, *, headers=None, policy=None):
        self.asked.append(url)
        found = self.pages.get(url)
        if found is None:
            raise Upstream("It is away.")
        status, kind, body = found
        return Answer(status, url, {"content-type": kind}, body.encode())


def test_a_rule_counts_at_once_for_everything_below(db, now):
    decide(db, "Bad.Example.", comment="spam", now=now)
    decide(db, "good.bad.example", "allow", now=now)

    def look(tx: Tx):
        assert actions.is_suspended(tx, "x.bad.example:8443")
        assert not actions.is_suspended(tx, "good.bad.example")
        assert actions.rule_for(tx, "bad.example").comment == "spam"
        hosts = ["bad.example", "a.bad.example", "good.bad.example", "other.example"]
        assert actions.suspended_among(tx, hosts) == ["bad.example", "a.bad.example"]

    db.read_now(look)
    decide(db, "bad.example", "limit", now=now + 1)
    assert rules(db)["bad.example"] == ("limit", "")
    db.write_now(actions.undecide, "bad.example", now)
    assert db.read_now(actions.rule_for, "bad.example") is None
    with pytest.raises(NotFound):
        db.write_now(actions.undecide, "bad.example", now)
    with pytest.raises(Invalid):
        decide(db, "bakery.example")


def test_the_rulebook_is_right_at_once_here_and_in_five_seconds_elsewhere(db, clock, now):
    here, there = Rulebook(db), Rulebook(db)

    async def both(host):
        return await here.blocked(host), await there.blocked(host)

    async def story():
        assert await both("sub.bad.example") == (False, False)
        await db.write(actions.decide, Rule("bad.example", "suspend"), own=OWN, now=now)
        here.forget()  # what the program does when it hears of RulesChanged
        assert await both("sub.bad.example") == (True, False)
        clock.at += 5 * SECOND - 1
        assert await both("sub.bad.example") == (True, False)
        clock.at += 1
        assert await both("sub.bad.example") == (True, True)
        await db.write(actions.decide, Rule("sub.bad.example", "limit"), own=OWN, now=now)
        here.forget()
        assert await here.limited("SUB.bad.example")
        assert not await here.blocked("sub.bad.example")
        assert (await here.rule("x.bad.example")).severity == "suspend"

    asyncio.run(story())


def test_the_rulebook_reads_the_rules_only_when_they_changed(db, clock, now):
    class Counting:
        reads = 0

        async def glance(self, *args):
            return await db.glance(*args)

        async def read(self, *args):
            self.reads += 1
            return await db.read(*args)

    counting = Counting()
    book = Rulebook(counting)

    async def story():
        for _ in range(10):
            clock.at += 5 * SECOND
            await asyncio.gather(*(book.blocked("x.example") for _ in range(20)))
        assert counting.reads == 1
        await db.write(actions.decide, Rule("x.example", "suspend"), own=OWN, now=now)
        clock.at += 5 * SECOND
        assert await asyncio.gather(*(book.blocked("x.example") for _ in range(20))) == [True] * 20
        assert counting.reads == 2

    asyncio.run(story())


def test_a_change_while_the_rules_are_read_is_not_missed(db, clock, now):
    """The old rules are on their way into memory when the new ones are committed."""

    class Slow:
        async def glance(self, *args):
            return await db.glance(*args)

        async def read(self, *args):
            found = await db.read(*args)
            await db.write(actions.decide, Rule("x.example", "suspend"), own=OWN, now=now)
            book.forget()
            return found

    book = Rulebook(Slow())

    async def story():
        assert await book.blocked("x.example") is False
        book._db = db
        assert await book.blocked("x.example") is True

    asyncio.run(story())


def test_every_change_says_so(db, now):
    def act(tx: Tx):
        actions.decide(tx, Rule("a.example", "suspend"), own=OWN, now=now)
        actions.undecide(tx, "a.example", now)
        actions.take_in(tx, domains.read_csv("b.example\n", OWN), now)
        assert [type(event) for event in tx.events].count(RulesChanged) == 3
        return actions.version(tx)

    before = db.write_now(act)
    decide(db, "c.example")
    assert db.read_now(actions.version) != before


def test_a_file_is_taken_in_and_notes_stay(db, now):
    decide(db, "a.example", comment="my note")
    decide(db, "b.example", comment="my note")
    sheet = domains.read_csv("#domain,#severity\na.example,silence\nb.example,suspend\nc.example,noop\n", OWN)
    assert db.write_now(actions.take_in, sheet, now) == 2
    assert rules(db) == {"a.example": ("limit", ""), "b.example": ("suspend", ""), "c.example": ("allow", "")}
    assert db.read_now(queries.rule, "a.example").comment == "my note"


def test_a_list_is_followed_and_the_owner_goes_before_it(db, clock, now):
    net = Net(
        **{
            LIST: (
                200,
                "text/csv",
                "#domain,#severity\nbad.example,suspend\nmine.example,suspend\nlinnet.example,suspend\n",
            )
        }
    )
    decide(db, "mine.example", "allow")
    db.write_now(actions.follow_list, "lists.example/blocked.csv", now)
    assert jobs(db) == ["ReadList"]
    with pytest.raises(Conflict):
        db.write_now(actions.follow_list, LIST, now)
    asyncio.run(errands.read_list(db, net, OWN, ReadList(LIST)))
    assert rules(db) == {"bad.example": ("suspend", LIST), "mine.example": ("allow", "")}
    [listed] = db.read_now(queries.lists)
    assert (listed.domains, listed.read_at, listed.error) == (2, clock.at, "")
    # what went from the list goes, what came comes, and what cannot be read changes nothing
    net.pages[LIST] = 200, "text/plain", "worse.example\n"
    asyncio.run(errands.read_list(db, net, OWN, ReadList(LIST)))
    assert rules(db) == {"worse.example": ("suspend", LIST), "mine.example": ("allow", "")}
    for broken in (
        (404, "text/csv", ""),
        (200, "text/html", "<html>bad.example"),
        (200, "text/csv", "<nothing>"),
    ):
        net.pages[LIST] = broken
        asyncio.run(errands.read_list(db, net, OWN, ReadList(LIST)))
        assert "worse.example" in rules(db)
        assert db.read_now(queries.listed, LIST).error
    db.write_now(actions.end_list, LIST, now)
    assert rules(db) == {"mine.example": ("allow", "")}
    asyncio.run(
        errands.read_list(db, Net(**{LIST: (200, "text/csv", "late.example\n")}), OWN, ReadList(LIST))
    )
    assert "late.example" not in rules(db)


def test_of_two_lists_the_other_is_read_again_when_one_lets_go(db, clock, now):
    other = "https://other.example/list"
    for address in (LIST, other):
        db.write_now(actions.follow_list, address, now)
        sheet = domains.read_csv("bad.example\n", OWN, source=address)
        db.write_now(actions.list_was_read, address, sheet, now)
    db.write_now(lambda tx: tx.run("DELETE FROM job"))
    assert rules(db) == {"bad.example": ("suspend", LIST)}
    db.write_now(actions.end_list, LIST, now)
    assert jobs(db) == ["ReadList"]
    asyncio.run(
        errands.read_list(db, Net(**{other: (200, "text/csv", "bad.example\n")}), OWN, ReadList(other))
    )
    assert rules(db) == {"bad.example": ("suspend", other)}


def test_taking_back_a_decision_lets_the_list_speak_again(db, clock, now):
    db.write_now(actions.follow_list, LIST, now)
    decide(db, "bad.example", "allow")
    sheet = domains.read_csv("bad.example\n", OWN, source=LIST)
    db.write_now(actions.list_was_read, LIST, sheet, now)
    db.write_now(lambda tx: tx.run("DELETE FROM job"))
    db.write_now(actions.undecide, "bad.example", now)
    assert jobs(db) == ["ReadList"]


@pytest.mark.parametrize(
    "address", ["http://lists.example/x", "ftp://x.example/", "", "https://user:pw@x.example/"]
)
def test_a_list_must_have_a_good_address(db, now, address):
    with pytest.raises(Invalid) as error:
        db.write_now(actions.follow_list, address, now)
    assert error.value.field == "address"


def test_lists_are_read_once_a_day(db, now):
    db.write_now(actions.follow_list, LIST, now)
    db.write_now(actions.list_failed, LIST, "away", now)
    db.write_now(lambda tx: tx.run("DELETE FROM job"))
    db.write_now(actions.plan_lists, now + DAY)
    assert jobs(db) == []
    db.write_now(actions.plan_lists, now + DAY + 1)
    db.write_now(actions.plan_lists, now + DAY + 1)
    assert jobs(db) == ["ReadList"]


WELL_KNOWN = "https://there.example/.well-known/nodeinfo"
V20, V21 = (f"http://nodeinfo.diaspora.software/ns/schema/{n}" for n in ("2.0", "2.1"))
INDEX = '{"links": [{"rel": "%s", "href": "%s"}, {"rel": "%s", "href": "/n/2.1"}]}'


def known(db, host="there.example"):
    return db.read_now(queries.peer, host)


def test_what_a_server_runs(db, clock, now):
    db.write_now(actions.heard, "there.example", now)
    assert jobs(db) == ["AskSoftware"]
    index = INDEX % (V20, "https://there.example/n/2.0", V21)
    said = '{"software": {"name": "Mastodon", "version": "4.6.0"}}'
    net = Net(
        **{WELL_KNOWN: (200, "application/json", index), "https://there.example/n/2.1": (200, "", said)}
    )
    asyncio.run(errands.ask_software(db, net, Rulebook(db), AskSoftware("there.example")))
    assert (known(db).software, known(db).version) == ("mastodon", "4.6.0")


@pytest.mark.parametrize(
    "pages",
    [
        {},
        {WELL_KNOWN: (404, "", "")},
        {WELL_KNOWN: (200, "", "[]")},
        {WELL_KNOWN: (200, "", '{"links": {"rel": 1}}')},
        {WELL_KNOWN: (200, "", '{"links": [{"rel": ["x"], "href": "/n"}, 5, null]}')},
        {WELL_KNOWN: (200, "", "nonsense")},
        {WELL_KNOWN: (200, "", INDEX % (V20, "http://127.0.0.1/x", "other"))},
        {
            WELL_KNOWN: (200, "", INDEX % (V20, "/n", "x")),
            "https://there.example/n": (200, "", '{"software": "x"}'),
        },
        {
            WELL_KNOWN: (200, "", INDEX % (V20, "/n", "x")),
            "https://there.example/n": (200, "", '{"software": {"name": "a\\u0000b", "version": []}}'),
        },
        {WELL_KNOWN: (200, "", INDEX % (V20, "//[", "x"))},
    ],
)
def test_b07_odd_nodeinfo_says_nothing_and_leads_nowhere_else(db, clock, now, pages):
    db.write_now(actions.heard, "there.example", now)
    net = Net(**pages)
    asyncio.run(errands.ask_software(db, net, Rulebook(db), AskSoftware("there.example")))
    assert known(db).software == ""
    assert {url.partition("/")[2].split("/")[1] for url in net.asked} == {"there.example"}


def test_a23_a_suspended_server_is_not_even_asked(db, clock, now):
    decide(db, "there.example")
    net = Net()
    asyncio.run(errands.ask_software(db, net, Rulebook(db), AskSoftware("there.example")))
    assert net.asked == []


def test_b14_servers_with_which_there_is_nothing_are_forgotten(db, now):
    for n in range(5):
        db.write_now(actions.heard, f"h{n}.example", now)
    db.write_now(actions.queue, {"waits.example": 1}, now)
    db.write_now(actions.heard, "h0.example", now + 89 * DAY)
    db.write_now(actions.forget, now + 90 * DAY + HOUR)
    assert [host for host in ("h0.example", "h1.example", "waits.example") if known(db, host)] == [
        "h0.example",
        "waits.example",
    ]


def test_the_owner_need_not_wait(db, now):
    with pytest.raises(NotFound):
        db.write_now(actions.try_now, "there.example", now)
    db.write_now(actions.queue, {"there.example": 1}, now)
    db.write_now(lambda tx: tx.run("UPDATE peer SET failures = 9, next_at = :at", at=now + DAY))
    db.write_now(actions.try_now, "there.example", now)
    assert known(db).next_at == now
