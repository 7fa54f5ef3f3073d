"""Pages of a trial: their one spelling, what is refused, what may be known of their weeks."""

import pytest

from linnet.desk.trial.pages import rules as page_rules
from linnet.desk.trial.pages.rules import PageTurn
from linnet.desk.trial.rules import Quiet, TrialDay
from linnet.kernel.clock import DAY, HOUR, zone
from linnet.kernel.days import day_start, next_day
from linnet.kernel.errors import Invalid

ZONE = zone("Europe/Berlin")
FIRST = "2026-10-19"  # the clocks change on the 25th, the last day of week 0
HOSTS = ("bakery.example",)


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("https://bakery.example", "bakery.example/"),
        ("https://bakery.example/", "bakery.example/"),
        ("https://www.Bakery.example/rye/", "bakery.example/rye"),
        ("http://bakery.example:8080/rye?ln=abc#top", "bakery.example/rye"),
        ("https://shop.bakery.example/rye", "shop.bakery.example/rye"),
        ("https://bakery.example/br%C3%B6tchen", "bakery.example/brötchen"),
        ("https://bakery.example/brötchen/", "bakery.example/brötchen"),
        ("https://bakery.example/a%3Fb", "bakery.example/a%3Fb"),
        ("https://bakery.example/50%25", "bakery.example/50%25"),
        ("https://bakery.example/%ff", "bakery.example/%ff"),
        ("https://bakery.example/Rye", "bakery.example/Rye"),  # paths are told apart by case
        ("https://otherbakery.example/rye", ""),
        ("https://bakery.example.evil.test/rye", ""),
        ("http://[::1", ""),
        ("nothing", ""),
    ],
)
def test_the_one_spelling_of_a_page(url: str, page: str):
    assert page_rules.page_of(url, HOSTS) == page


def test_chosen_and_typed_pages_are_put_together():
    chosen = [f"bakery.example/{n}" for n in range(5)]
    typed = ["https://www.bakery.example/4/", " http://bakery.example/0?ln=x#a", "", "bakery.example/zebra"]
    assert page_rules.check_pages([*chosen, *typed], HOSTS) == (*chosen, "bakery.example/zebra")
    with pytest.raises(Invalid, match=r"too few: 5\. Each page is a coin"):
        page_rules.check_pages(chosen, HOSTS)
    with pytest.raises(Invalid, match=r"not: else\.example/x"):
        page_rules.check_pages([*chosen, "else.example/x"], HOSTS)
    one = "https://bakery.example/shop?id=1&utm_source=x"  # one of such a path is taken
    assert "bakery.example/shop" in page_rules.check_pages([*chosen, one, f"{one}#top"], HOSTS)
    for other in ("bakery.example/shop?id=2", "bakery.example/shop"):
        with pytest.raises(Invalid, match=r"behind the \?, because .* Of bakery\.example/shop there are two"):
            page_rules.check_pages([*chosen, one, other], HOSTS)
    many = [f"bakery.example/{n}" for n in range(41)]
    assert len(page_rules.check_pages(many[:40], HOSTS)) == 40
    with pytest.raises(Invalid, match="too many: 41"):
        page_rules.check_pages(many, HOSTS)


def turn(week: int, page: str, *, promoted: bool) -> PageTurn:
    return PageTurn(1, week, page, promoted, "open", "", 0, None)


# a: 0, 3, 4; b: 1, 2, 5
TURNS = [turn(w, p, promoted=(w in (0, 3, 4)) == (p == "a")) for w in range(6) for p in ("a", "b")]
LAST = next_day(FIRST, 41)


def start(week: int) -> int:
    return day_start(next_day(FIRST, 7 * week), ZONE)


@pytest.mark.parametrize(
    ("now", "pages", "times"),
    [
        # before the start: the first week, and so the second
        (start(0) - DAY, "a", [(1, 2)]),
        (start(0) - DAY, "b", [(0, 1)]),
        (start(0), "a", [(1, 2)]),
        (start(0) + 3 * DAY, "b", [(0, 1)]),
        # in the second week the third is known, and so the fourth
        (start(1), "a", [(1, 3)]),
        (start(1), "b", [(3, 4)]),
        (start(2), "b", [(3, 4)]),
        # both together are never promoted
        (start(0), "ab", [(0, 2)]),
        (start(1), "ab", [(1, 4)]),
        # the trial ends
        (start(5), "a", [(5, 6)]),
        (start(5), "b", []),
        (start(7), "a", []),
        (start(0), "", []),
    ],
)
def test_what_leads_to_a_page_waits(now: int, pages: str, times: list[tuple[int, int]]):
    found = page_rules.held_times(TURNS, list(pages), FIRST, LAST, now, ZONE)
    assert found == [Quiet(start(a), start(b)) for a, b in times]


def test_of_later_weeks_nothing_is_told():
    for week in range(-1, 6):
        shown = page_rules.seen(TURNS, week)
        assert {turn.week for turn in shown} == set(range(min(week + 2, 6)))
        # what is known does not depend on later weeks
        other = [t if t.week <= week + 1 else turn(t.week, t.page, promoted=not t.promoted) for t in TURNS]
        now = start(week) + 5 * HOUR
        for pages in ("a", "b", "ab"):
            known = page_rules.held_times(TURNS, pages, FIRST, LAST, now, ZONE)
            assert known == page_rules.held_times(other, pages, FIRST, LAST, now, ZONE)


def test_a_stopped_trial_holds_nothing_after_its_last_day():
    last = next_day(FIRST, 9)
    found = page_rules.held_times(TURNS, ["a"], FIRST, last, start(0), ZONE)
    assert found == [Quiet(start(1), day_start(next_day(last), ZONE))]


def test_two_lost_days_are_borne_three_are_not():
    def day(n: int, state: str) -> TrialDay:
        return TrialDay(
            1, next_day(FIRST, n), 0, "on", state, "Away." if state == "dropped" else "", 0, 0, 0, 0, 0, 1
        )

    week = [day(n, "counted") for n in range(7)]
    two = [*week[:5], day(5, "dropped"), day(6, "dropped")]
    assert page_rules.why_dropped(week, 2) == page_rules.why_dropped(two, 2) == ""
    assert page_rules.why_dropped(two, 1) == "2 of its days have no figures. Away."
    assert page_rules.why_dropped([day(0, "dropped"), *two[1:]], 2).startswith("3 of its days")


def test_only_days_with_figures_are_counted_neighbours_together():
    days = [next_day(FIRST, n) for n in range(7)]
    every = [(day, n not in {0, 3}) for n, day in enumerate(days)]
    assert page_rules.with_figures(every) == [(days[1], days[2]), (days[4], days[6])]
    assert page_rules.with_figures([(day, False) for day in days]) == []
    assert page_rules.with_figures([(days[0], True), (days[2], True)]) == [(days[0],) * 2, (days[2],) * 2]
