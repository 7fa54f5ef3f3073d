"""People before pages and apps, simulated by the second, beside a plain reference: what is counted is
what the rule's words say, to the second, whatever machines, lines and clocks do.

The simulated page does what `static/beat.js` does. The reference knows no spans and no unions: it
looks at one second after another.
"""

import itertools
import re
import statistics
from pathlib import Path
from random import Random
from typing import NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import linnet.site
from linnet.desk.effort import actions, rules, totals
from linnet.desk.effort.app_use import GAP, Call, app_spans
from linnet.desk.effort.rules import ACTIVITIES, Beat, page_spans, total
from linnet.kernel.clock import HOUR, MINUTE, SECOND
from linnet.kernel.days import day_of, day_start
from tests import cast
from tests.desk import BERLIN, found_firm

PAGE = (Path(linnet.site.__file__).parent / "static" / "beat.js").read_text(encoding="utf-8")
EVERY, PAGE_IDLE = 15, 300

# where a simulation begins: an evening, both changes of the clocks, the last minutes of a year
STARTS = [
    day_start("2026-11-24", BERLIN) - 10 * MINUTE,
    day_start("2026-10-25", BERLIN) + 100 * MINUTE,
    day_start("2026-03-29", BERLIN) + 50 * MINUTE,
    day_start("2027-01-01", BERLIN) - 3 * MINUTE,
]


def test_the_simulated_page_is_the_real_one():
    assert f"const EVERY = {EVERY * 1000};" in PAGE
    assert f"const IDLE = {PAGE_IDLE * 1000};" in PAGE
    assert PAGE_IDLE * SECOND == rules.IDLE_MOST  # so that another setting can be counted anew
    assert rules.BEAT == EVERY * SECOND
    assert re.search(r"quiet > IDLE", PAGE)
    assert "setInterval" not in PAGE  # a beat is due 15 seconds after the one before it


class Stretch(NamedTuple):
    """What happens at one tab for so many seconds. `use`: inputs every few seconds; `idle`: none;
    `hidden`; `asleep`: the machine; `offline`: beats are lost; `stalled`: they all come at its end."""

    kind: str
    seconds: int
    every: int


class Sent(NamedTuple):
    at: int  # seconds of the real world, when it was sent
    came: int  # and when it came
    tab: str
    quiet: int


class Tab:
    """One tab, as beat.js has it. `really`: the seconds in which somebody was there (visible, awake,
    and within 60 seconds of an input: the strictest setting)."""

    def __init__(self, name, start):
        self.name, self.start, self.now = name, start, start
        self.word, self.shown = f"{name}0", True
        self.frozen = 0  # the page's own clock stands while the machine sleeps
        self.last_input, self.due = start, start
        self.sent, self.really = [], set()
        self.beat(start)

    @property
    def own(self):
        return self.now - self.frozen

    def beat(self, came):
        self.due = self.own + EVERY
        quiet = self.own - self.last_input
        if quiet <= PAGE_IDLE and came is not None:
            self.sent.append(Sent(self.now, came, self.word, quiet))

    def show(self, shown, number):
        if shown != self.shown:
            self.shown = shown
            if shown:
                self.word, self.last_input = f"{self.name}{number}", self.own
            self.beat(self.now)

    def second(self, came, touched):
        self.now += 1
        if self.shown and touched:
            before, self.last_input = self.own - self.last_input, self.own
            if before > EVERY:
                self.beat(came)
        if self.shown and self.own >= self.due:
            self.beat(came)
        if self.shown and self.own - self.last_input <= 60:
            self.really.add(self.now - 1)


def tab_life(name, start, life):
    """The beats of one tab that lives so, and the seconds in which somebody really was there."""
    tab = Tab(name, start)
    for number, stretch in enumerate(life, 1):
        end = tab.now + stretch.seconds
        if stretch.kind == "asleep":
            tab.frozen, tab.now = tab.frozen + stretch.seconds, end
            continue
        tab.show(stretch.kind != "hidden", number)
        while tab.now < end:
            came = {"offline": None, "stalled": end}.get(stretch.kind, tab.now + 1)
            touched = stretch.kind != "idle" and (tab.now + 1 - start) % stretch.every == 0
            tab.second(came, touched)
    if tab.shown:
        tab.beat(tab.now)
    return tab.sent, tab.really


class World(NamedTuple):
    base: int
    lives: list  # (start in s, activity, stretches)
    jumps: list  # (at in s, by s) of the server's clock


def server_clock(world, second):
    """What the server's clock says in that second of the real world, in seconds after the base."""
    return second + sum(by for at, by in world.jumps if at <= second)


def run(world):
    """The beats as the server keeps them, in the order in which they came, and the real seconds."""
    came, really = [], set()
    for number, (start, activity, life) in enumerate(world.lives):
        sent, there = tab_life(f"t{number}x", start, life)
        really |= there
        came += [(one.came, one.at, one, activity) for one in sent]
    kept, seen = [], set()
    for at, _, one, activity in sorted(came):
        moment = world.base + server_clock(world, at) * SECOND
        if (moment, one.tab) not in seen:  # the key of the table
            seen.add((moment, one.tab))
            kept.append(Beat(1, moment, one.tab, 7, activity, one.quiet * SECOND))
    return kept, really


def reference(beats, idle):
    """{second: activity}, straight from the words: between two beats of one look at a page at most 20
    seconds apart all of it counts, up to a minute the last 15 seconds, more counts nothing; of that,
    the seconds between two inputs at most `idle` apart, and 30 after an input that none followed. A
    second belongs to the first of the activities in it."""
    looks = {}
    for beat in beats:
        looks.setdefault(beat.tab, []).append(beat)
    owner = {}
    for look in looks.values():
        look.sort(key=lambda b: b.at)
        inputs = sorted({(b.at - b.quiet) // SECOND for b in look})
        awake = set()
        for n, this in enumerate(inputs):
            after = inputs[n + 1] if n + 1 < len(inputs) else None
            near = after is not None and after - this <= idle
            awake.update(range(this, after if near else this + 30))
        for n in range(1, len(look)):
            before, now = look[n - 1].at // SECOND, look[n].at // SECOND
            gap = now - before
            first = before if gap <= 20 else now - 15 if gap <= 60 else now
            for second in range(first, now):
                if second in awake:
                    rank = ACTIVITIES.index(look[n].activity)
                    owner[second] = min(rank, owner.get(second, rank))
    return {second: ACTIVITIES[rank] for second, rank in owner.items()}


_serials = itertools.count(1000)

stretches = st.builds(
    Stretch,
    st.sampled_from(["use", "use", "use", "idle", "hidden", "asleep", "offline", "stalled"]),
    st.integers(1, 400),
    st.integers(1, 100),
)
lives = st.tuples(
    st.integers(0, 1500),
    st.sampled_from(ACTIVITIES[:-1]),
    st.lists(stretches, min_size=1, max_size=7),
)
jumps = st.lists(
    st.tuples(st.integers(1, 2500), st.sampled_from([3600, -3600, 7, -7, 45, -45, 400, -400])), max_size=2
)
worlds = st.builds(World, st.sampled_from(STARTS), st.lists(lives, min_size=1, max_size=4), jumps)


@settings(max_examples=250, deadline=None)
@given(worlds, st.sampled_from([60, 90, 300]))
def test_what_is_counted_is_the_reference_to_the_second(world, idle):
    beats, _ = run(world)
    expected = reference(beats, idle)
    spans = page_spans(beats, idle * SECOND)
    counted = {
        second: span.activity for span in spans for second in range(span.start // SECOND, span.end // SECOND)
    }
    assert total(spans) == len(expected) * SECOND
    assert counted == expected


@settings(max_examples=150, deadline=None)
@given(worlds, st.sampled_from([[], [(700, HOUR // SECOND)], [(700, -HOUR // SECOND)]]))
def test_nothing_that_happens_adds_time(world, clock):
    """Sleep, lost beats and an hour's jump of the clock take time away, never add some. Two things no
    server can know: a machine that slept for less than a minute, and how long a line held a beat back."""

    def known(stretch):
        slept = stretch.kind == "asleep"
        return stretch._replace(seconds=stretch.seconds + 60) if slept else stretch

    calm = [
        (start, what, [known(s) for s in life if s.kind != "stalled"]) for start, what, life in world.lives
    ]
    beats, really = run(World(world.base, calm, clock))
    assert total(page_spans(beats, 60 * SECOND)) <= len(really) * SECOND


def test_a_calm_world_is_counted_whole():
    life = [Stretch("use", 600, 10), Stretch("hidden", 300, 1), Stretch("use", 300, 25)]
    beats, _ = run(World(STARTS[0], [(0, "write", life), (100, "read", life)], []))
    assert total(page_spans(beats, 90 * SECOND)) == (700 + 300 + 100) * SECOND


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=worlds, idle=st.sampled_from([60, 90, 300]))
def test_days_in_the_database_are_those_of_the_reference(db, world, idle):
    """Through the action, the table and the sum of a day; over midnight and the changes of the clocks."""
    serial = next(_serials)  # each world is somebody else's
    beats, _ = run(world)

    def act(tx):
        actions.measure(tx, serial, True, 1)
        for beat in beats:
            actions.beat(tx, serial, 7, beat.activity, beat.tab, beat.at, quiet=beat.quiet)

    db.write_now(act)
    expected = {}
    for second, activity in reference(beats, idle).items():
        key = (day_of(second * SECOND, BERLIN), activity)
        expected[key] = expected.get(key, 0) + SECOND
    found = {}
    for day in sorted({day_of(beat.at, BERLIN) for beat in beats}):
        for time in db.read_now(totals.of_day, day, BERLIN, idle * SECOND):
            if time.person_id == serial:
                found[day, time.activity] = time.ms
    assert found == expected


def test_the_clocks_go_back_and_forward_and_no_hour_is_made(db):
    """An hour of work over each change: an hour, whatever the wall says."""

    def act(tx):
        ann, firm = cast.both(tx, "bakery")
        found_firm(tx, firm.id)
        actions.measure(tx, ann.id, True, 1)
        for day in ("2026-10-25", "2026-03-29"):
            start = day_start(day, BERLIN) + HOUR + 30 * MINUTE
            for at in range(0, 3601, 15):
                actions.beat(tx, ann.id, firm.id, "write", day.replace("-", ""), start + at * SECOND)
        return firm.id

    firm_id = db.write_now(act)
    now = day_start("2026-10-27", BERLIN)
    for day in ("2026-10-25", "2026-03-29"):
        assert [t.ms for t in db.read_now(totals.day_times, firm_id, day, day, now)] == [HOUR]


# -- writing is not the work: a known session comes out again -------------------------------------


def test_a_scripted_session_gives_its_split_within_five_per_cent():
    """F35: 12 minutes of writing, 9 of answering, 20 of finding, 25 of reading, with pauses."""
    minutes = {"write": 12, "answer": 9, "find_news": 20, "read": 25}
    chance, at, played = Random(7), 0, []
    for _ in range(4):
        for activity, n in minutes.items():
            life = [Stretch("use", n * 60 // 4, 7)]
            played.append((at, activity, life))
            at += n * 60 // 4 + chance.randrange(40, 400)
    beats, _ = run(World(STARTS[0], played, []))
    found = {}
    for span in page_spans(beats, 90 * SECOND):
        found[span.activity] = found.get(span.activity, 0) + span.ms
    every = sum(minutes.values())
    for activity, n in minutes.items():
        assert abs(found[activity] / total(page_spans(beats, 90 * SECOND)) - n / every) <= 0.05 * n / every


# -- other apps: an estimate, within a tenth ------------------------------------------------------

_DOES = (
    "GET timelines/home",
    "GET statuses/:id/context",
    "GET notifications",
    "GET accounts/:id/statuses",
    "POST statuses/:id/favourite",
    "GET search",
    "POST statuses",
)


def app_days(seed):
    """Sessions of a person with an app in a day: (calls, seconds that they really took). After the last
    call they look for a while; in the background the app asks every minute, whether or not they are there."""
    chance = Random(seed)
    calls, really, at = [], 0.0, 8 * 3600.0
    while at < 20 * 3600:
        start = at
        for n in range(chance.randrange(4, 40)):
            at += min(240.0, chance.lognormvariate(3.0, 0.9)) if n else 0
            calls.append(Call(1, round(at * SECOND), 7, chance.choice(_DOES)))
            if chance.random() < 0.4:  # a screen is filled by several calls at once
                calls.append(Call(1, round(at * SECOND) + chance.randrange(400), 7, "GET statuses/:id"))
        at += min(120.0, chance.expovariate(1 / 30))
        really += at - start
        at += chance.uniform(GAP / SECOND + 30, 5400)
    background = [
        Call(1, n * 60_000 + chance.randrange(900), 7, kind)
        for kind in ("GET conversations",)
        for n in range(8 * 60, 21 * 60)
    ]
    return calls, background, really


def test_time_in_other_apps_is_right_within_a_tenth():
    """Of weeks; the estimate of a single day may be a little further off, and on the whole it is even."""
    days = []
    for seed in range(100):
        calls, background, really = app_days(seed)
        assert total(app_spans(calls)) == total(app_spans([*calls, *background])), "polling is no work"
        days.append((total(app_spans([*calls, *background])) / SECOND, really))
    weeks = [days[at : at + 5] for at in range(0, len(days), 5)]
    errors = [sum(found for found, _ in week) / sum(real for _, real in week) - 1 for week in weeks]
    assert max(abs(error) for error in errors) <= 0.10
    assert abs(statistics.fmean(errors)) <= 0.03
    assert max(abs(found / real - 1) for found, real in days) <= 0.20


def test_an_app_that_only_polls_is_nobody():
    _, background, _ = app_days(1)
    assert app_spans(background) == []
