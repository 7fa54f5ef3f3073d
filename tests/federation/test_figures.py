"""What the owner reads about letters and servers, on both databases."""

import pytest

from linnet.federation.delivery import actions, figures
from linnet.federation.delivery.rules import Done, Outcome, Over
from linnet.federation.letters.actions import day_of
from linnet.federation.peers import actions as peers
from linnet.federation.peers import domains
from linnet.federation.peers import figures as servers
from linnet.kernel.clock import DAY, HOUR
from linnet.kernel.errors import NotFound
from linnet.kernel.page import WIDE
from tests import cast
from tests.federation.world import send

AWAY = Outcome("down", "It cannot be reached.")
LATER = Outcome("again", "404: nobody is at that address", at=9, answered=True)
NO = Outcome("refused", "403: it takes no letters from here", answered=True)


def carry(db, now, **outcomes):
    turns, _ = db.write_now(actions.exchange, [], [], want=9, known=(), now=now, jitter=0.0)
    done = [
        Done(turn, one, outcomes.get(turn.host[:1], Outcome("done", answered=True)))
        for turn in turns
        for one in turn.deliveries
    ]
    over = [Over(turn, AWAY if outcomes.get(turn.host[:1]) is AWAY else None) for turn in turns]
    db.write_now(actions.exchange, done, over, want=0, known=(), now=now, jitter=0.0)


def test_a_letter_in_full(db, now):
    who = db.write_now(cast.account, "bakery").id
    told = {f"https://{name}.example/{n}": 2 for name in ("a", "b", "c", "d") for n in range(2)}
    id = db.write_now(send, 1, now=now, account_id=who, told=told)
    other = db.write_now(send, 2, "a.example", now=now, account_id=who, kind="Like")
    carry(db, now, b=AWAY, c=LATER, d=NO)
    way = db.read_now(figures.way, id, now + HOUR)
    letter = way.told
    assert (letter.handle, letter.inboxes, letter.hosts, letter.followers) == ("bakery", 8, 4, 16)
    assert (letter.inboxes_done, letter.followers_done, letter.refused, letter.queued) == (2, 4, 2, 2)
    assert (letter.waiting, letter.hosts_left) == (4, 2)
    assert {one.host: one.reason for one in way.refused} == {"d.example": NO.reason}
    assert [(one.host, one.alone, one.state, one.reason) for one in way.waiting] == [
        ("b.example", False, "failing", AWAY.reason),
        ("b.example", False, "failing", AWAY.reason),
        ("c.example", True, "failing", LATER.reason),
        ("c.example", True, "failing", LATER.reason),
    ]
    assert [one.id for one in db.read_now(figures.told, all_kinds=True, before=WIDE, n=9)] == [other, id]
    assert [one.id for one in db.read_now(figures.told, all_kinds=True, before=other, n=9)] == [id]
    assert db.read_now(figures.told, all_kinds=False, before=WIDE, n=9) == []
    with pytest.raises(NotFound):
        db.read_now(figures.way, 5, now)


def test_servers_by_name_and_state(db, now):
    db.write_now(send, 1, "a.example", "b.example", "c_d.example", now=now)
    carry(db, now, b=AWAY)
    db.write_now(send, 2, "a.example", now=now)
    db.write_now(peers.decide, domains.Rule("a.example", "limit"), own=(), now=now)

    def names(**more):
        asked = {"which": "all", "search": "", "after": "", "n": 9, "now": now, **more}
        return [one.host for one in db.read_now(servers.servers, **asked)]

    assert names() == ["a.example", "b.example", "c_d.example"]
    assert names(which="trouble") == ["b.example"]
    assert names(which="waiting") == ["a.example", "b.example"]
    assert names(which="nonsense", after="a.example", n=1) == ["b.example"]
    assert names(search=" B.EX") == ["b.example"]
    assert names(search="%") == names()
    [one] = db.read_now(servers.servers, which="all", search="a.", after="", n=1, now=now)
    assert (one.severity, one.state, one.waiting) == ("limit", "well", 1)
    found = db.read_now(servers.overview, now)
    assert (found.servers, found.waiting, found.troubled, found.not_taken) == (3, 2, 1, [])
    assert {type(n) for n in (found.servers, found.waiting, found.troubled)} == {int}


def test_what_was_not_taken_is_added_up(db, now):
    def drop(tx):
        for at, reason, times in (
            (now, "clock", 3),
            (now - DAY, "clock", 4),
            (now - 8 * DAY, "clock", 9),
            (now, "json", 1),
        ):
            tx.run(
                "INSERT INTO dropped (day, reason, host, times) VALUES (:day, :reason, 'a.example', :times)",
                day=day_of(at),
                reason=reason,
                times=times,
            )

    db.write_now(drop)
    found = db.read_now(servers.overview, now).not_taken
    assert [(one.reason, one.host, one.times) for one in found] == [
        ("clock", "a.example", 7),
        ("json", "a.example", 1),
    ]


def test_rules_and_lists_by_name(db, now):
    db.write_now(peers.follow_list, "https://lists.example/l", now)
    for name in ("a.example", "b.example", "c.example"):
        db.write_now(peers.decide, domains.Rule(name, "suspend"), own=(), now=now)
    rows = db.read_now(servers.rule_rows, search="", after="a.example", n=1)
    assert [(one.domain, one.severity, one.source) for one in rows] == [("b.example", "suspend", "")]
    assert [one.domain for one in db.read_now(servers.rule_rows, search="C", after="", n=9)] == ["c.example"]
    assert [one.address for one in db.read_now(servers.lists)] == ["https://lists.example/l"]
