"""What a trial of pages says: of pages and weeks, in every verdict, and nothing of quiet days."""

import random
import re

import pytest

from linnet.desk.trial.protocol import freeze
from linnet.desk.trial.reckoning import judging, paged
from linnet.desk.trial.reckoning.calendar import last_day
from linnet.desk.trial.values import Design, Power, Protocol, Reading, Worth
from linnet.desk.trial.words import line as line_words
from linnet.desk.trial.words import pages as page_words
from linnet.desk.trial.words import verdict
from linnet.kernel.value import changed
from tests.trials import world

KEY = "5e" * 32
PAGES = tuple(f"bakery.example/{n}" for n in range(8))
DESIGN = Design("which_page", "2026-11-30", 8, "Europe/Berlin", pages=PAGES)
WORTH = Worth("EUR", 500, 100_000, 150_000, 200_000, 8)  # pays from 2.5 to 5 visits
# words of trials of days: a day as what is posted on, loud or quiet; a day without figures may be told of
OF_DAYS = re.compile(
    r"quiet|loud|posting times|days on|visits a day|a day of posting|old days|half-week|stretch",
    re.IGNORECASE,
)


def frozen(**more: object) -> Protocol:
    how = {"baseline_days": 56, "waived": False, "now": 1, **more}
    return freeze(DESIGN, WORTH, KEY, **how)


def reading(low: float | None, high: float | None, **more: object) -> Reading:
    effect = 0.0 if low is None or high is None else (low + high) / 2
    found = Reading(
        how="end", until="2027-01-24", limit=450, effect=effect, se=1.0, p=0.01, quantile=2.0, low=low, high=high,
        followed=effect, days=64, days_on=32, dropped=0, capped=0, coins=32, calendars=24_010_000, exact=False,
        mean_quiet=7.0, followed_on=32, blocks_on=32, posted_quiet=0, blocks_quiet=32, broken=(),
    )  # fmt: skip
    return changed(found, **more)


EVERY = [
    ("worth_it", reading(6, 9)),
    ("not_worth_it", reading(-1, 2)),
    ("cannot_tell", reading(1, 6)),
    ("cannot_tell", reading(None, None)),
    ("cannot_tell", reading(1, 12, how="stopped", days=24, days_on=12)),
    ("broken", reading(1, 6, broken=("compliance", "dropped"), posted_quiet=20, lost=6, dropped=8, days=56)),
    ("broken", reading(None, None, broken=("no_figures",), days=0, days_on=0, followed=None)),
    ("worth_it", reading(6, 9, capped=2, lost=3, posted_quiet=2, followed_on=30)),
]


@pytest.mark.parametrize(("kind", "found"), EVERY)
def test_no_word_of_a_trial_of_days(kind: str, found: Reading):
    protocol = frozen(baseline_days=9, waived=True)
    judged = judging.judge(protocol, found)
    assert judged.kind == kind
    said = verdict.words(protocol, found, judged)
    for words in (said.sentence, *said.lines, *said.next, *said.reasons, said.slow, *said.notes):
        assert not OF_DAYS.search(words), words
        assert words.endswith((".", ":")), words


def test_the_lines_of_a_clear_answer():
    found = reading(6, 9)
    said = verdict.words(frozen(), found, judging.judge(frozen(), found))
    assert said.lines == (
        "Posting about a page brought it 7.5 visits a week; range 6.0 to 9.0 (32 weeks of pages promoted, 32 not).",
        "A week of promoting a page costs 5.00 EUR (8 minutes) and pays for itself from 2.5 to 5.0 visits to it.",
        "In money: 6.00 EUR to 18.00 EUR per promoted page and week, against a cost of 5.00 EUR.",
        "More than 9.0 visits per promoted page and week is ruled out.",
        "Less than 6.0 visits per promoted page and week is ruled out.",
    )
    assert said.next[0].startswith("Keep posting about these pages")
    assert "in its other week a page lives on the fame" in said.slow


def test_many_calendars_are_told_in_few_letters():
    numbers = {
        4096: "4096",
        24_010_000: "24,010,000",
        10**12: "1.0\u00b710\u00b9\u00b2",
        184_756**4: "1.1\u00b710\u00b2\u00b9",
    }
    assert {n: line_words.many(n) for n in numbers} == numbers


def test_what_broke_it_is_counted_in_days_and_in_pages_by_week():
    found = reading(1, 6, broken=("dropped", "compliance"), posted_quiet=20, lost=6, dropped=8, days=56)
    said = verdict.words(frozen(), found, judging.judge(frozen(), found))
    assert said.reasons[0].endswith("allows: 6 of 56.")
    assert said.reasons[1].endswith("a post led to 32 of 32 promoted pages, and to 20 of 32 of the others.")
    notes = " ".join(said.notes)
    assert "Without figures: 6 of 56 days, for all pages alike" in notes
    assert "1 week that lost more is not used" in notes


def test_a_plan_that_should_not_be_started():
    tiny = Power(64, 8, 500, 0.4, 1.0, (50,) * 10, 25, 9.0, 9.0, ())
    dear = changed(WORTH, cost=50)
    found = judging.before(DESIGN, dear, tiny)
    assert found is not None
    assert found.next == ("more_pages", "measure_value", "watch")
    said = verdict.words_before(DESIGN, dear, tiny, found)
    every = (said.sentence, *said.lines, *said.next, *said.reasons, said.slow)
    assert not any(OF_DAYS.search(words) for words in every)
    assert "today a page has 0.4 in a week." in said.lines[0]


def test_every_key_of_a_trial_of_days_has_words_for_pages_too():
    assert set(page_words.REASONS) == set(verdict.REASONS)
    assert set(page_words.SENTENCES) == set(verdict.SENTENCES)
    assert set(page_words.NEXT) >= {"keep", "look_again", "again", "stop", "halve"}


def test_a_lived_one_reads_well():
    protocol = frozen()
    protocol = changed(protocol, rules=changed(protocol.rules, draws=99))
    rows = world.pages(random.Random(3), protocol, KEY, effect=9)
    rows = [changed(r, lost=1) if r.week == 1 else r for r in rows]
    found = paged.read(protocol, KEY, rows, last_day(DESIGN))
    said = verdict.words(protocol, found, judging.judge(protocol, found))
    assert "Without figures: 1 of 56 days" in " ".join(said.notes)
