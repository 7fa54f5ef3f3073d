"""Measured time: union, idle limit, sessions of other apps, cost. Simulated people beside a plain reference."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linnet.desk.effort import app_use, rules
from linnet.desk.effort.app_use import Call, app_spans, kind_of, steady
from linnet.desk.effort.rules import ACTIVITIES, Beat, DayTime, Rate, Span, page_spans, total, union
from linnet.kernel.clock import HOUR, MINUTE, SECOND
from linnet.kernel.errors import Invalid

spans = st.lists(
    st.builds(
        lambda start, ms, activity, account: Span(start, start + ms, activity, account),
        st.integers(0, 2_000),
        st.integers(0, 600),
        st.sampled_from(ACTIVITIES),
        st.integers(1, 2),
    ),
    max_size=12,
)


def covered(some):
    return {at for span in some for at in range(span.start, span.end)}


@given(spans)
def test_a_union_has_every_moment_once(some):
    joined = union(some)
    assert total(joined) == len(covered(joined)) == len(covered(some))
    assert total(joined) <= total(some)
    assert total(joined) >= max((span.ms for span in some), default=0)
    assert union(joined) == joined
    assert union(joined + some) == joined
    assert joined == sorted(joined, key=lambda span: span.start)


@given(spans, st.randoms())
def test_a_union_knows_no_order(some, random):
    shuffled = list(some)
    random.shuffle(shuffled)
    assert union(shuffled) == union(some)


@given(spans)
def test_a_shared_moment_goes_to_the_more_active_one(some):
    owner = {
        at: (span.activity, span.account_id) for span in union(some) for at in range(span.start, span.end)
    }
    for at, (activity, account) in owner.items():
        there = [(ACTIVITIES.index(s.activity), s.account_id) for s in some if s.start <= at < s.end]
        assert (ACTIVITIES.index(activity), account) == min(there)


@given(spans, spans)
def test_what_is_taken_is_not_counted_again(some, taken):
    taken, some = union(taken), union(some)
    assert covered(rules.without(some, taken)) == covered(some) - covered(taken)
    assert covered(rules.clip(some, 300, 900)) == covered(some) & set(range(300, 900))


# -- one page, simulated by the second ------------------------------------------------------------


def page_beats(tab, visible, inputs, *, activity="read", jitter=0):
    """What a page sends that is visible in [start, end) s and has inputs at these seconds."""
    start, end = visible
    inputs = [start, *sorted(at for at in inputs if start < at < end)]
    moments, last = {start, end}, start
    for at in range(start, end):
        fresh = at in inputs and at - max((i for i in inputs if i < at), default=at) >= 15
        if at - last >= 15 or fresh:
            moments.add(at)
            last = at
    return [
        Beat(
            1,
            at * SECOND + (jitter if at != start else 0),
            tab,
            7,
            activity,
            (at - max(i for i in inputs if i <= at)) * SECOND,
        )
        for at in sorted(moments)
    ]


def truth(visible, inputs, idle=90):
    """Seconds that count, straight from the rule's words."""
    start, end = visible
    inputs = [start, *sorted(at for at in inputs if start < at < end)]
    counted = set()
    for this, after in zip(inputs, [*inputs[1:], None], strict=True):
        until = after if after is not None and after - this <= idle else this + 30
        counted |= set(range(this, min(until, end)))
    return counted


looks = st.tuples(st.integers(0, 900), st.integers(1, 900), st.lists(st.integers(0, 1800), max_size=20))


@given(st.lists(looks, min_size=1, max_size=4), st.sampled_from([60, 90, 300]))
def test_the_beats_of_some_tabs_give_the_time_to_the_second(tabs, idle):
    beats, counted = [], set()
    for at, (start, length, inputs) in enumerate(tabs):
        beats += page_beats(f"tab{at}", (start, start + length), inputs)
        counted |= truth((start, start + length), inputs, idle)
    assert total(page_spans(beats, idle * SECOND)) == len(counted) * SECOND
    assert page_spans(beats + beats, idle * SECOND) == page_spans(list(reversed(beats)), idle * SECOND)


def test_two_tabs_open_count_once_and_two_devices_add_up_when_apart():
    one = page_beats("a", (0, 600), range(0, 600, 20))
    other = page_beats("b", (0, 600), range(0, 600, 25), activity="write")
    later = page_beats("c", (600, 900), range(600, 900, 20))
    assert total(page_spans(one + other, 90_000)) == 600 * SECOND
    assert {span.activity for span in page_spans(one + other, 90_000)} == {"write"}
    assert total(page_spans(one + later, 90_000)) == 900 * SECOND


def test_nobody_there_ends_half_a_minute_after_the_last_input():
    beats = page_beats("a", (0, 3600), [10])
    assert total(page_spans(beats, 90_000)) == 40 * SECOND
    again = page_beats("a", (0, 3600), [10, 210])
    assert total(page_spans(again, 90_000)) == (40 + 30) * SECOND
    assert total(page_spans(again, 300_000)) == (210 + 30) * SECOND


def test_a_machine_that_slept_brings_nothing():
    asleep = [Beat(1, 0, "a", 7, "read", 0), Beat(1, 8 * HOUR, "a", 7, "read", 0)]
    assert page_spans(asleep, 90_000) == []
    woke = [*asleep, Beat(1, 8 * HOUR + 15_000, "a", 7, "read", 0)]
    assert total(page_spans(woke, 90_000)) == 15 * SECOND
    slow = [Beat(1, 0, "a", 7, "read", 0), Beat(1, 40_000, "a", 7, "read", 0)]
    assert total(page_spans(slow, 90_000)) == 15 * SECOND  # never more than a beat is worth
    assert total(page_spans([asleep[0]], 90_000)) == 0
    assert page_spans([], 90_000) == []


@pytest.mark.parametrize(
    ("gap", "counted"),
    [(15_000, 15_000), (20_000, 20_000), (20_001, 15_000), (60_000, 15_000), (60_001, 0)],
)
def test_how_much_a_late_beat_still_says(gap, counted):
    beats = [Beat(1, at, "a", 7, "read", 0) for at in (0, gap)]
    assert total(rules.tab_spans(beats, rules.IDLE)) == counted


def test_two_inputs_within_the_idle_limit_have_the_time_between_them():
    assert rules.IDLE == 90_000
    assert rules.awake([0, 90_000], 90_000) == [(0, 120_000)]
    assert rules.awake([0, 90_001], 90_000) == [(0, 30_000), (90_001, 120_001)]
    assert rules.awake([], 90_000) == []


def test_beats_a_little_late_lose_nothing():
    beats = [Beat(1, n * 15_400, "a", 7, "write", 0) for n in range(11)]
    assert total(page_spans(beats, 90_000)) == 154_000


# -- other apps -----------------------------------------------------------------------------------


def calls(kind, *seconds, account=7):
    return [Call(1, at * SECOND, account, kind) for at in seconds]


@pytest.mark.parametrize(
    ("method", "path", "kind", "activity"),
    [
        ("GET", "/api/v1/timelines/home", "GET timelines/home", "read"),
        ("GET", "/api/v1/timelines/tag/rye", "GET timelines/tag", "read"),
        ("GET", "/api/v1/statuses/123/context", "GET statuses/:id/context", "read"),
        ("GET", "/api/v1/notifications", "GET notifications", "read"),
        ("POST", "/api/v1/statuses", "POST statuses", "write"),
        ("POST", "/api/v1/statuses/123/favourite", "POST statuses/:id/favourite", "read"),
        ("PUT", "/api/v1/statuses/123", "PUT statuses/:id", "write"),
        ("POST", "/api/v2/media", "POST media", "write"),
        ("GET", "/api/v2/search", "GET search", "find_people"),
        ("POST", "/api/v1/accounts/5/follow", "POST accounts/:id/follow", "find_people"),
        ("GET", "/api/v1/accounts/5/statuses", "GET accounts/:id/statuses", "read"),
        ("PATCH", "/api/v1/accounts/update_credentials", "PATCH accounts/update_credentials", "manage"),
        ("GET", "/api/v1/accounts/verify_credentials", "", None),
        ("GET", "/api/v1/accounts/relationships", "", None),
        ("GET", "/api/v1/streaming/user", "", None),
        ("POST", "/api/v1/markers", "", None),
        ("GET", "/api/v1/instance", "", None),
        ("GET", "/api/v1/tags/rye", "GET tags/:id", "read"),
        ("GET", "/oauth/authorize", "", None),
        ("GET", "/web/v1/timelines/home", "", None),
        ("GET", "/api/v3/timelines/home", "", None),
        ("GET", "/api/v1", "", None),
        ("GET", "/", "", None),
    ],
)
def test_what_a_call_says_about_its_person(method, path, kind, activity):
    assert kind_of(method, path) == kind
    assert app_use.activity_of(kind) == activity


def test_an_answer_is_told_by_the_door():
    assert app_use.activity_of(kind_of("POST", "/api/v1/statuses", reply=True)) == "answer"
    assert kind_of("POST", "/api/v1/media", reply=True) == "POST media"


def test_a_session_ends_with_five_minutes_of_silence():
    some = calls("GET timelines/home", 0, 40, 40 + 300) + calls("POST statuses", 40 + 300 + 301)
    found = app_spans(some)
    assert total(found) == (340 + 30 + 30) * SECOND
    assert found[-1].activity == "write"


def test_before_something_is_sent_it_was_being_written():
    some = calls("GET statuses/:id/context", 0) + calls(app_use.REPLY, 50) + calls("GET timelines/home", 55)
    assert [(s.activity, s.ms) for s in app_spans(some)] == [
        ("answer", 55 * SECOND),
        ("read", 30 * SECOND),
    ]


def test_what_an_app_asks_by_the_clock_is_not_counted():
    polling = [Call(1, n * 60_000 + (n * 7919) % 2000, 7, "GET notifications") for n in range(60)]
    assert app_spans(polling) == []
    person = calls("GET timelines/home", 1000, 1010, 1075, 1100)
    assert total(app_spans(polling + person)) == 130 * SECOND
    in_between = [*polling, Call(1, 30 * 60_000 + 20_000, 7, "GET notifications")]
    assert total(app_spans(in_between)) == 30 * SECOND


def test_people_are_not_steady():
    assert steady([0, 10_000, 21_000, 29_000, 44_000, 52_000]) == set()
    assert steady([0, 0, 0, 0, 0, 0]) == set()  # one screen being filled
    assert steady([n * 5_000 for n in range(4)]) == set()  # too few to say
    assert steady([n * 5_000 for n in range(5)]) == set(range(5))
    assert steady([]) == set()
    assert steady([0, *range(7000, 27_001, 5000)]) == {1, 2, 3, 4, 5}
    assert steady([n * 1000 for n in range(5)]) == set(range(5))
    assert steady([n * 999 for n in range(5)]) == set()  # one screen being filled
    # a tenth of the mean is not below it: intervals of 9 and 11 s
    assert steady([0, 9000, 20_000, 29_000, 40_000]) == set()
    assert steady([0, 9100, 20_000, 29_100, 40_000]) == set(range(5))


@given(st.lists(st.integers(0, 5000), max_size=30), st.randoms())
def test_sessions_know_no_order_and_no_twins(seconds, random):
    some = calls("GET timelines/home", *seconds)
    shuffled = some + some[:3]
    random.shuffle(shuffled)
    assert app_spans(shuffled) == app_spans(some)


# -- cost and checks ------------------------------------------------------------------------------


def test_cost_is_hours_times_rate_and_nothing_else():
    times = [
        DayTime("2026-10-20", 1, 7, "write", "page", 30 * MINUTE),
        DayTime("2026-10-21", 1, 7, "write", "page", 30 * MINUTE),
        DayTime("2026-10-21", 2, 7, "answer", "page", 90 * MINUTE),
        DayTime("2026-10-21", 2, 7, "read", "app", 10 * MINUTE),
    ]
    assert rules.costs(times, [], 4000) == {
        ("write", "page"): 4000,
        ("answer", "page"): 6000,
        ("read", "app"): 667,
    }
    rates = [Rate(1, "2026-10-21", 6000), Rate(2, "2026-10-01", 9000), Rate(2, "2026-10-21", None)]
    assert rules.costs(times, rates, 4000) == {
        ("write", "page"): 2000 + 3000,
        ("answer", "page"): 6000,
        ("read", "app"): 667,
    }


def test_what_the_firm_usually_costs_has_its_days_too():
    rates = [
        Rate(2, "2026-10-01", 9000),
        Rate(2, "2026-10-21", None),
        Rate(rules.EVERYBODY, "2026-10-20", 5000),
        Rate(rules.EVERYBODY, rules.EVER, 4000),
    ]
    days = {"2026-10-19": (4000, 9000), "2026-10-20": (5000, 9000), "2026-10-21": (5000, 5000)}
    for day, costs in days.items():
        assert (rules.rate_on(rates, 1, day, 1), rules.rate_on(rates, 2, day, 1)) == costs
    assert rules.rate_on([], 1, "2026-10-20", 7000) == 7000


@given(st.integers(0, 10**7), st.integers(0, 10**5))
def test_cost_is_rounded_once_to_the_nearest_unit(ms, rate):
    cost = rules.costs([DayTime("2026-10-20", 1, 7, "write", "page", ms)], [], rate)[("write", "page")]
    assert abs(cost * 3_600_000 - ms * rate) * 2 <= 3_600_000


@pytest.mark.parametrize(
    ("activity", "tab", "quiet"),
    [
        ("outside", "a", 0),
        ("sleep", "a", 0),
        ("", "a", 0),
        ("read", "", 0),
        ("read", "a" * 33, 0),
        ("read", "a;b", 0),
        ("read", "ä", 0),
        ("read", "a", -1),
        ("read", "a", 10**9),
    ],
)
def test_beats_that_are_none(activity, tab, quiet):
    with pytest.raises(Invalid):
        rules.check_beat(activity, tab, quiet)


@pytest.mark.parametrize(
    ("minutes", "note", "day", "already"),
    [
        (0, "phone", "2026-10-20", 0),
        (1441, "phone", "2026-10-20", 0),
        (60, "phone", "2026-10-20", 1381),
        (5, "phone", "2026-10-27", 0),
        (5, " ", "2026-10-20", 0),
        (5, "x" * 81, "2026-10-20", 0),
        (5, "a\x00b", "2026-10-20", 0),
    ],
)
def test_entries_that_cannot_be(minutes, note, day, already):
    with pytest.raises(Invalid):
        rules.check_entry(minutes, note, day, "2026-10-26", already)
    assert rules.check_entry(5, "  phone \n call", "2026-10-26", "2026-10-26", 0) == "phone call"


def test_limits():
    assert rules.check_idle(60_000) == 60_000
    for idle in (59_999, 300_001):
        with pytest.raises(Invalid):
            rules.check_idle(idle)
    assert rules.check_idle(300_000) == 300_000
    for cost in (-1, 10**9 + 1):
        with pytest.raises(Invalid):
            rules.check_rate(cost)
    assert [rules.check_rate(cost) for cost in (None, 0, 10**9)] == [None, 0, 10**9]
    assert [rules.check_overhead(permille) for permille in (1000, 10_000)] == [1000, 10_000]
    assert [rules.check_beat("read", "a" * 32, quiet) for quiet in (0, 86_400_000)] == ["read", "read"]
    with pytest.raises(Invalid):
        rules.check_beat("read", "a", 86_400_001)


def test_entries_that_can_just_be():
    today = "2026-10-26"
    for minutes, already in ((1, 0), (1440, 0), (60, 1380), (1, 1439)):
        assert rules.check_entry(minutes, "x" * 80, today, today, already) == "x" * 80
    assert rules.check_entry(5, " ", today, today, 0, "phone") == ""  # the channel says what it was


def test_the_newest_overhead_is_valid_in_whatever_order_they_stand():
    said = [rules.Overhead("2026-10-01", 1100), rules.Overhead("2026-10-10", 1200)]
    for overheads in (said, said[::-1]):
        days = ("2026-09-30", "2026-10-01", "2026-10-09", "2026-10-10")
        assert [rules.overhead_on(overheads, day) for day in days] == [1000, 1100, 1100, 1200]


def test_half_a_unit_is_rounded_up():
    halves = [DayTime("2026-10-20", 1, 7, "write", "page", ms) for ms in (1_800_000, 1_799_999)]
    assert [rules.costs([half], [], 1)[("write", "page")] for half in halves] == [1, 0]
