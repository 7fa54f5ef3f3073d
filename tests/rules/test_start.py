"""When a firm may begin to post, by value."""

import pytest

from linnet.desk.start import rules
from linnet.desk.start.rules import Hold, Start
from linnet.kernel.clock import DAY
from linnet.kernel.errors import Invalid

TODAY = "2026-11-26"
AT = 1_795_680_000_000  # 2026-11-26T08:00:00Z
ASKED = Start(1)


def test_nobody_who_was_not_asked_waits():
    assert rules.hold(None, "", 0, TODAY) is None
    assert rules.hold(Start(1, begun_at=AT), "", 0, TODAY) is None


def test_without_a_visit_there_is_no_day():
    assert rules.hold(ASKED, "", 0, TODAY) == Hold("", "", 0)


def test_the_start_is_the_first_day_with_the_whole_baseline_before_it():
    assert rules.reckoned(TODAY, 0, TODAY) == "2026-12-25"  # today is not a whole day
    assert rules.reckoned(TODAY, 0, "2026-11-27") == "2026-12-25"
    assert rules.reckoned(TODAY, 9, "2026-12-06") == "2026-12-25"
    assert rules.hold(ASKED, TODAY, 27, "2026-12-24") == Hold("2026-12-25", "2026-12-25", 27)
    assert rules.hold(ASKED, TODAY, 28, "2026-12-25") is None


def test_a_lost_day_moves_it():
    assert rules.reckoned(TODAY, 7, "2026-12-06") == "2026-12-27"


def test_a_chosen_day_counts_when_it_is_later_or_waived():
    later = Start(1, day="2027-01-04")
    assert rules.hold(later, TODAY, 9, "2026-12-06") == Hold("2027-01-04", "2026-12-25", 9)
    sooner = Start(1, day="2026-12-10")
    assert rules.hold(sooner, TODAY, 9, "2026-12-06") == Hold("2026-12-25", "2026-12-25", 9)
    waived = Start(1, day="2026-12-10", waived_at=AT, waived_by=2, waived_days=9)
    assert rules.hold(waived, TODAY, 9, "2026-12-06") == Hold("2026-12-10", "2026-12-25", 9)
    assert rules.hold(waived, TODAY, 13, "2026-12-10") is None


def test_a_day_is_chosen_from_tomorrow_on_and_within_a_year():
    assert rules.check_day("2026-11-27", TODAY) == "2026-11-27"
    for day in (TODAY, "2026-11-25", "2027-11-28"):
        with pytest.raises(Invalid):
            rules.check_day(day, TODAY)


def test_what_is_said_of_it():
    zone = "Europe/Berlin"
    assert rules.words(None, zone, "") == ""
    assert rules.words(ASKED, zone, "") == ""
    waived = Start(1, waived_by=2, waived_at=AT, waived_days=1)
    assert rules.words(waived, zone, "Jana") == (
        "What visits were like before the first post: four weeks of counting were waived on 26 November 2026 by Jana, "
        "with 1 day of visits counted."
    )
    begun = Start(
        1, waived_by=2, waived_at=AT, waived_days=1, begun_at=AT + 2 * DAY, begun_days=3, begun_how="page"
    )
    assert rules.words(begun, zone, "Jana") == (
        "What visits were like before the first post. Posting began on 28 November 2026 with 3 days of visits counted before "
        "it; four weeks of them were waived on 26 November 2026 by Jana, with 1 day of visits counted."
    )
    app = Start(1, begun_at=AT, begun_days=0, begun_how="app")
    assert rules.words(app, zone, "") == (
        "What visits were like before the first post. Posting was started from an app on 26 November 2026 with 0 days of "
        "visits counted before it."
    )
    assert (
        rules.words(
            Start(1, waived_at=AT, waived_days=2, begun_at=AT + 40 * DAY, begun_days=28), zone, "Jana"
        )
        == ""
    )
