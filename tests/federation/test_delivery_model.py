"""The queue against a model: whatever servers do, whenever processes die, in whatever order things
are written down, nothing is lost, nothing is counted twice, and letters about one thing keep their order.
"""

import json
from collections import defaultdict
from dataclasses import dataclass, field

from hypothesis import settings as how
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from linnet.db.tx import Tx
from linnet.federation.delivery import actions, queries, rules
from linnet.federation.delivery.actions import SendAgain
from linnet.federation.delivery.rules import Done, Outcome, Over, Turn
from linnet.federation.peers import actions as peers
from linnet.federation.peers import queries as peer_queries
from linnet.federation.peers.domains import Rule
from linnet.kernel.clock import DAY, HOUR, MINUTE, SECOND
from linnet.kernel.value import Value
from linnet.kernel.wire import decode_as

HOSTS = ("a.example", "b.example", "c.example")
PLACES = tuple(f"https://{host}/{user}" for host in HOSTS for user in ("1", "2"))
THINGS = ("https://linnet.example/p", "https://linnet.example/q")
EMPTY = ("delivery", "delivery_failed", "activity", "peer", "job", "domain_rule", "server_fact")


class Where(Value):
    activity_id: int
    inbox: str


class Counts(Value):
    id: int
    inboxes: int
    inboxes_done: int
    followers_done: int


class Job(Value):
    id: int
    body: str


@dataclass
class Held:
    """A turn in the hands of a process, and how far it has come."""

    turn: Turn
    done: list[Done] = field(default_factory=list)
    over: Over | None = None


class Queue(RuleBasedStateMachine):
    def __init__(self, db, now):
        super().__init__()
        self.db, self.now = db, now
        self.db.write_now(lambda tx: [tx.run(f"DELETE FROM {table}") for table in EMPTY])
        self.status = dict.fromkeys(HOSTS, 202)
        self.sent: dict[int, tuple[str, str, frozenset[str]]] = {}  # kind, thing, inboxes
        self.received: dict[str, list[int]] = defaultdict(list)  # inbox -> activities, first time each
        self.held: list[Held] = []

    def read(self, kind, sql):
        return self.db.read_now(lambda tx: tx.all(kind, sql))

    @rule(
        kind=st.sampled_from(["Create", "Update", "Delete", "Like"]),
        thing=st.sampled_from(THINGS),
        inboxes=st.sets(st.sampled_from(PLACES), min_size=1),
    )
    def send(self, kind, thing, inboxes):
        id = self.db.write_now(
            actions.send,
            account_id=0,
            kind=kind,
            object_uri=thing,
            body=json.dumps({"id": len(self.sent)}).encode(),
            inboxes=dict.fromkeys(inboxes, 3),
            post_id=None,
            now=self.now,
        )
        self.sent[id] = kind, thing, frozenset(inboxes)

    @rule(host=st.sampled_from(HOSTS), status=st.sampled_from([202, 202, 202, 403, 404, 429, 500, 503, 0]))
    def server_changes(self, host, status):
        self.status[host] = status

    @rule(wait=st.sampled_from([SECOND, MINUTE, 2 * MINUTE, HOUR, 12 * HOUR, 3 * DAY]))
    def time_passes(self, wait):
        self.now += wait

    @rule(want=st.integers(1, 3))
    def take(self, want):
        turns, bodies = self.exchange([], [], want)
        at_work = {one.turn.host for one in self.held if one.turn.until > self.now}
        assert at_work.isdisjoint(turn.host for turn in turns)  # nobody is carried to by two at once
        self.held += [Held(turn) for turn in turns]
        assert {one.activity_id for turn in turns for one in turn.deliveries} <= set(bodies)

    def exchange(self, done, over, want=0):
        return self.db.write_now(actions.exchange, done, over, want=want, known=(), now=self.now, jitter=0.5)

    @precondition(lambda self: self.held)
    @rule(which=st.integers(0, 5), n=st.integers(1, 6))
    def carry(self, which, n):
        """A process sends the next letters of a turn, as long as it may begin one."""
        one = self.held[which % len(self.held)]
        for delivery in one.turn.deliveries[len(one.done) : len(one.done) + n]:
            if one.over or self.now > one.turn.until - rules.LEASE + rules.TURN_TIME:
                return
            outcome = self.knock(delivery)
            one.done.append(Done(one.turn, delivery, outcome))
            if outcome.ending in rules.ENDS_TURN:
                one.over = Over(one.turn, outcome)

    def knock(self, delivery):
        status = self.status[delivery.host]
        if status == 202:
            seen = self.received[delivery.inbox]
            if delivery.activity_id not in seen:
                self.check_order(seen, delivery)
                seen.append(delivery.activity_id)
        if status == 0:
            return Outcome("down", "away")
        return rules.judge(status, "", delivery, self.now, 0.5)

    def check_order(self, seen, delivery):
        """Of two letters about one thing the later never comes first. (A letter that was set aside and
        not followed by what makes it needless may come after others.)"""
        _, thing, _ = self.sent[delivery.activity_id]
        later = [self.sent[id][0] for id in seen if id > delivery.activity_id and self.sent[id][1] == thing]
        if delivery.tries == 0:
            assert later == []
        else:
            assert "Delete" not in later

    @precondition(lambda self: self.held)
    @rule(which=st.integers(0, 5), part=st.booleans())
    def hand_in(self, which, part):
        """What is known is written down: some of it, or the turn's end as well."""
        one = self.held[which % len(self.held)]
        if part:
            self.exchange(one.done, [])
            one.turn = Turn(one.turn.host, one.turn.until, "", one.turn.deliveries[len(one.done) :])
            one.done = []
        else:
            self.exchange(one.done, [one.over or Over(one.turn)])
            self.held.remove(one)

    @precondition(lambda self: self.held)
    @rule(which=st.integers(0, 5))
    def killed(self, which):
        """kill -9: what was sent and not written down is forgotten."""
        del self.held[which % len(self.held)]

    @rule()
    def round(self):
        """A process that has luck: what is due is carried and written down."""
        mine = len(self.held)
        self.take(3)
        while len(self.held) > mine:
            self.carry(mine, 100)
            self.hand_in(mine, False)

    @rule()
    def all_are_killed_and_started(self):
        self.held.clear()
        self.db.write_now(peers.free, self.now)

    @rule()
    def jobs_run(self):
        def run(tx: Tx):
            for job in tx.all(Job, "SELECT id, body FROM job WHERE kind = 'SendAgain' ORDER BY id"):
                actions.again(tx, decode_as(SendAgain, job.body), self.now)
                tx.run("DELETE FROM job WHERE id = :id", id=job.id)

        self.db.write_now(run)

    @rule(host=st.sampled_from(HOSTS), severity=st.sampled_from(["allow", "suspend"]))
    def owner_decides(self, host, severity):
        self.db.write_now(peers.decide, Rule(host, severity), own=(), now=self.now)

    @rule(host=st.sampled_from(HOSTS))
    def letter_comes_from(self, host):
        self.db.write_now(peers.heard, host, self.now)

    @invariant()
    def everything_is_somewhere_once(self):
        waiting = self.read(Where, "SELECT activity_id, inbox FROM delivery")
        failed = self.read(Where, "SELECT activity_id, inbox FROM delivery_failed")
        jobs = self.read(Job, "SELECT id, body FROM job WHERE kind = 'SendAgain'")
        aside = [decode_as(SendAgain, job.body) for job in jobs]
        places = [(one.activity_id, one.inbox) for one in (*waiting, *failed, *aside)]
        assert len(places) == len(set(places))
        left = defaultdict(set)
        for id, inbox in places:
            left[id].add(inbox)
        for row in self.read(Counts, "SELECT id, inboxes, inboxes_done, followers_done FROM activity"):
            inboxes = self.sent[row.id][2]
            done = inboxes - left[row.id]
            assert row.inboxes == len(inboxes)
            assert row.inboxes_done == len(done)  # nothing lost, nothing doubled
            assert row.followers_done == 3 * len(done)
            assert all(
                row.id in self.received[inbox] for inbox in done
            )  # none is counted that did not arrive

    @invariant()
    def hosts_know_how_many_wait(self):
        for host in HOSTS:
            peer = self.db.read_now(peer_queries.peer, host)
            rows = self.db.read_now(queries.next_for, host, 1000)
            assert (peer.waiting if peer else 0) == len(rows)

    def teardown(self):
        """In the end everything comes to rest: servers answer, nobody is killed any more."""
        self.held.clear()
        self.status = dict.fromkeys(HOSTS, 202)
        for host in HOSTS:
            self.owner_decides(host, "allow")
        for _ in range(40):
            self.now += 8 * DAY
            self.jobs_run()
            self.take(3)
            while self.held:
                self.now += 0
                self.carry(0, 100)
                self.hand_in(0, False)
            self.everything_is_somewhere_once()
        assert self.read(Where, "SELECT activity_id, inbox FROM delivery") == []
        assert self.read(Job, "SELECT id, body FROM job WHERE kind = 'SendAgain'") == []
        self.hosts_know_how_many_wait()


def test_the_queue_is_what_the_model_says(db, now):
    quick = how(max_examples=60 if db.dialect == "sqlite" else 8, stateful_step_count=40, deadline=None)
    run_state_machine_as_test(lambda: Queue(db, now), settings=quick)
