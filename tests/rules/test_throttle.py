"""How often is too often."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linnet.kernel.clock import MINUTE, SECOND
from linnet.kernel.errors import TooMany
from linnet.kernel.throttle import Throttle, address_key

NOW = 1_793_000_000_000


def test_e11_ten_tries_and_no_more():
    throttle = Throttle(10, 10 * MINUTE)
    assert [throttle.take("ann", NOW).remaining for _ in range(10)] == list(range(9, -1, -1))
    refused = throttle.take("ann", NOW)
    assert not refused.allowed
    assert refused.retry_at == NOW + MINUTE
    assert refused.reset_at == NOW + 10 * MINUTE
    assert throttle.take("bob", NOW).allowed
    assert not throttle.take("ann", NOW + MINUTE - 1).allowed
    assert throttle.take("ann", NOW + MINUTE).allowed
    assert throttle.look("ann", NOW + 20 * MINUTE).remaining == 10


def test_too_many_says_when_to_come_back():
    throttle = Throttle(2, MINUTE)
    throttle.must_take("k", NOW, "no")
    throttle.must_take("k", NOW, "no")
    with pytest.raises(TooMany) as caught:
        throttle.must_take("k", NOW, "Too many tries.")
    assert caught.value.retry_after == 30
    throttle.forget("k")
    assert throttle.look("k", NOW).remaining == 2


def test_many_keys_do_not_fill_the_memory():
    throttle = Throttle(1, MINUTE, keys=3)
    for key in "abcd":
        throttle.take(key, NOW)
    assert throttle.take("a", NOW).allowed  # forgotten
    assert not throttle.take("d", NOW).allowed


def test_a_clock_set_back_locks_nobody_out_for_long():
    throttle = Throttle(1, MINUTE)
    throttle.take("k", NOW)
    assert not throttle.take("k", NOW - 100 * MINUTE).allowed
    assert throttle.look("k", NOW - 100 * MINUTE).retry_at <= NOW - 99 * MINUTE


@given(st.integers(1, 50), st.integers(1, 600), st.lists(st.integers(0, 20 * SECOND), max_size=120))
@settings(max_examples=100)
def test_never_more_than_twice_the_limit_in_a_period_and_never_stuck(limit, seconds, waits):
    throttle, now, granted = Throttle(limit, seconds * SECOND), NOW, []
    for wait in waits:
        now += wait
        answer = throttle.take("k", now)
        assert 0 <= answer.remaining < limit or not answer.allowed
        if answer.allowed:
            granted.append(now)
        else:
            assert now < answer.retry_at <= now + seconds * SECOND
    for start in granted:
        assert sum(start <= at < start + seconds * SECOND for at in granted) <= 2 * limit
    assert throttle.take("k", now + seconds * SECOND).allowed


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unix", "unix"),
    ],
)
def test_e11_a_customer_is_a_64(address, key):
    assert address_key(address) == key
