"""When a draft may go out, and the next free slot in the firm's hours: over DST, at the edges."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linnet.desk.drafts.rules import APART, FURTHEST, SOONEST, Slot, check_due, is_late, next_slot
from linnet.kernel.clock import DAY, HOUR, MINUTE, moment, to_ms
from linnet.kernel.errors import Invalid

BERLIN = ZoneInfo("Europe/Berlin")
NINE_TO_FIVE = Slot(9 * 60, 17 * 60)
WORKDAYS = [NINE_TO_FIVE] * 5 + [None, None]


def at(text: str, zone: ZoneInfo = BERLIN) -> int:
    return to_ms(datetime.fromisoformat(text).replace(tzinfo=zone))


def slot(now: str, *taken: str, hours: list[Slot | None] = WORKDAYS) -> str:
    found = next_slot([at(t) for t in taken], hours, BERLIN, at(now))
    return moment(found, BERLIN).strftime("%a %d %b %H:%M") if found is not None else "none"


@pytest.mark.parametrize(
    ("now", "taken", "wanted"),
    [
        ("2026-10-26T08:00", (), "Mon 26 Oct 09:00"),
        ("2026-10-26T08:55", (), "Mon 26 Oct 09:30"),  # nine is too soon to look at it once more
        ("2026-10-26T09:20", (), "Mon 26 Oct 09:30"),
        ("2026-10-26T16:25", (), "Tue 27 Oct 09:00"),  # at five the firm is closed
        ("2026-10-26T08:00", ("2026-10-26T09:00",), "Mon 26 Oct 12:00"),
        ("2026-10-26T08:00", ("2026-10-26T11:00", "2026-10-26T14:00"), "Tue 27 Oct 09:00"),
        ("2026-10-23T18:00", (), "Mon 26 Oct 09:00"),  # Friday evening, over the night of the change
        ("2026-03-27T18:00", (), "Mon 30 Mar 09:00"),  # and in spring
        ("2026-12-31T18:00", (), "Fri 01 Jan 09:00"),
    ],
)  # fmt: skip
def test_next_slot(now: str, taken: tuple[str, ...], wanted: str) -> None:
    assert slot(now, *taken) == wanted


def test_never_open_is_never() -> None:
    assert slot("2026-10-26T08:00", hours=[None] * 7) == "none"
    assert slot("2026-10-26T08:00", hours=[]) == "none"


def test_the_wall_clock_stands_still_over_dst() -> None:
    sundays = [None] * 6 + [NINE_TO_FIVE]
    before, after = at("2026-10-24T12:00"), at("2026-10-18T12:00")
    assert next_slot([], sundays, BERLIN, before) == at("2026-10-25T09:00")
    assert at("2026-10-25T09:00") - at("2026-10-24T09:00") == 25 * HOUR
    assert next_slot([at("2026-10-18T16:30")], sundays, BERLIN, after + 4 * HOUR) == at("2026-10-25T09:00")


@given(
    now=st.integers(at("2026-01-01T00:00"), at("2027-06-01T00:00")),
    gaps=st.lists(st.integers(0, 14 * DAY), max_size=12),
    zone=st.sampled_from(
        ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]
    ),
)
def test_a_slot_is_in_hours_and_apart(now: int, gaps: list[int], zone: str) -> None:
    taken = [now + gap for gap in gaps]
    found = next_slot(taken, WORKDAYS, ZoneInfo(zone), now)
    assert found is not None
    wall = moment(found, ZoneInfo(zone))
    assert wall.weekday() < 5
    assert 9 * 60 <= wall.hour * 60 + wall.minute < 17 * 60
    assert found >= now + 10 * MINUTE
    assert all(abs(found - other) >= APART for other in taken)


def test_due_and_late(now: int) -> None:
    assert check_due(now + SOONEST, now) == now + SOONEST
    for wrong in (now + SOONEST - 1, now - DAY, now + FURTHEST + 1):
        with pytest.raises(Invalid, match="Scheduled at"):
            check_due(wrong, now)
    assert not is_late(now, now + 15 * MINUTE, 15)
    assert is_late(now, now + 15 * MINUTE + 1, 15)
