"""What is worth sharing, and why: the rules alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linnet.desk.ideas import rules
from linnet.desk.ideas.rules import Material, Past, Record, Sign, SourceOf, Story
from linnet.kernel.clock import DAY, HOUR, MINUTE
from linnet.kernel.errors import Invalid

NOW = 1_793_000_000_000
FEEDS = {1: "Grain", 2: "Paper", 3: "Radio"}


def story(id, title, *, summary="", age=HOUR, dated=True):
    return Story(id, f"https://e.example/{id}", title, summary, "", NOW - age, dated, NOW - age)


def source(entry_id, feed_id=1, every=HOUR):
    return SourceOf(entry_id, feed_id, FEEDS.get(feed_id, f"Feed {feed_id}"), "https://e.example/feed", every)


def ranked(*stories, words=("sourdough", "rye"), sources=None, n=10, **more):
    carried = sources or [source(s.id) for s in stories]
    return rules.worth_sharing(Material(tuple(stories), tuple(carried), **more), words, NOW, n)


def reasons(idea):
    return list(idea.reasons)


def test_the_firms_words_lead_and_are_named():
    ideas = ranked(
        story(1, "Football results"),
        story(2, "A loaf a day", summary="why rye keeps longer"),
        story(3, "Sourdough and rye for beginners"),
        sources=[source(1, 1), source(2, 2), source(3, 3)],
    )
    assert [i.entry_id for i in ideas] == [3, 2, 1]
    assert reasons(ideas[0])[0] == "matches your words: sourdough, rye"
    assert reasons(ideas[1]) == ["matches your words: rye", "1 hour old"]
    assert reasons(ideas[2]) == ["1 hour old"]
    assert set(ideas[0].parts) == {"freshness", "interest", "newness", "trust", "talk"}
    assert ideas[2].parts["interest"] == 0


@pytest.mark.parametrize(
    ("word", "title", "matches"),
    [
        ("bread", "Breads of Europe", True),
        ("Sourdough", "SOURDOUGH!", True),
        ("rye", "Ryegrass in the field", False),
        ("stone mill", "The stone mills of Kent", True),
        ("stone mill", "Mill and stone", False),
        ("Brötchen", "brötchen zum Frühstück", True),
        ("パン", "パンの話", True),
        ("", "anything", False),
        ("!!!", "anything!!!", False),
    ],
)
def test_what_counts_as_a_match(word, title, matches):
    (idea,) = ranked(story(1, title), words=[word])
    assert (idea.parts["interest"] > 0) is matches
    assert any(r.startswith("matches your words") for r in idea.reasons) is matches


def test_freshness_halves_sooner_for_busy_sources():
    def fresh(age, every, *, dated=True):
        (idea,) = ranked(story(1, "x y", age=age, dated=dated), sources=[source(1, 1, every)])
        return idea.parts["freshness"]

    assert fresh(18 * HOUR, 30 * MINUTE) == pytest.approx(0.5)
    assert fresh(5 * DAY, DAY) == pytest.approx(0.5)
    assert fresh(0, HOUR) == 1
    assert fresh(6 * HOUR, HOUR, dated=False) == pytest.approx(0.5), "undated: taken for older"
    (idea,) = ranked(story(1, "x y", age=3 * HOUR, dated=False))
    assert reasons(idea) == ["no date; found 3 hours ago"]


def test_several_sources_are_a_reason():
    one, two = ranked(
        story(1, "Mill closes"),
        story(2, "Rain"),
        sources=[source(1, 1), source(1, 2), source(1, 1), source(2, 3)],
    )
    assert (one.entry_id, two.entry_id) == (1, 2)
    assert reasons(one)[0] == "two of your sources carry it"
    assert [s.name for s in one.sources] == ["Grain", "Paper"]


def test_sources_that_were_useful_rise_and_useless_ones_sink():
    stories = [story(n, f"Title {'abc'[n - 1] * 3}") for n in (1, 2, 3)]
    sources = [source(1, 1), source(2, 2), source(3, 3)]
    ideas = ranked(*stories, sources=sources, records=(Record(1, 60, 0), Record(2, 60, 30)))
    assert [i.entry_id for i in ideas] == [2, 3, 1]
    assert "you used 30 stories of this source before" in ideas[0].reasons


def test_what_is_like_something_shared_lately_sinks_and_says_so():
    near = story(1, "Stone mill in valley closes after two hundred years")
    far = story(2, "Rain over the coast tomorrow")
    past = Past("Stone mill in valley closes", "", NOW - DAY)
    ideas = ranked(near, far, sources=[source(1, 1), source(2, 2)], shared=(past,))
    assert [i.entry_id for i in ideas] == [2, 1]
    assert "close to “Stone mill in valley closes”, which you shared lately" in ideas[1].reasons
    old = ranked(near, shared=(Past(past.title, "", NOW - 8 * DAY),))
    assert old[0].parts["newness"] == 1


def test_one_source_does_not_fill_the_list():
    loud = [story(n, f"Topic {n} {chr(97 + n) * 4}", age=n * MINUTE) for n in range(1, 9)]
    quiet = story(99, "Something of another kind", age=5 * HOUR)
    sources = [*(source(s.id, 1) for s in loud), source(99, 2)]
    ideas = ranked(*loud, quiet, sources=sources, n=4)
    assert 99 in [i.entry_id for i in ideas[:2]]
    assert len(ideas) == 4


def test_the_last_of_ten_places_is_for_a_source_hardly_ever_shown():
    shown = tuple(Record(feed, 50, 25) for feed in range(1, 13))
    good = [story(n, f"Rye {chr(96 + n) * 5}") for n in range(1, 13)]
    unknown = story(50, "Qqqqq wwwww", age=30 * HOUR)
    sources = [*(source(s.id, s.id) for s in good), source(50, 50)]
    ideas = ranked(*good, unknown, sources=sources, records=shown)
    assert ideas[-1].entry_id == 50
    ideas = ranked(*good, unknown, sources=sources, records=(*shown, Record(50, 40, 0)))
    assert 50 not in [i.entry_id for i in ideas]


def test_learning_needs_twenty_decisions_and_forgets():
    liked = [Sign("shared", "Flour from the mill", "", NOW - n * DAY) for n in range(12)]
    never = [Sign("off_topic", "Football results", "", NOW) for _ in range(8)]
    assert rules.learn([*liked, *never[:7]], NOW) == {}
    learned = rules.learn([*liked, *never], NOW)
    assert learned["flour"] > 0 > learned["football"]
    assert max(abs(v) for v in learned.values()) == 1
    faded = rules.learn([*(Sign(s.kind, s.title, "", s.at - 300 * DAY) for s in liked), *never], NOW)
    assert faded["flour"] < learned["flour"]
    signs = (*liked, *never)
    ideas = ranked(
        story(1, "Football today"), story(2, "Flour today"), sources=[source(1, 1), source(2, 2)], signs=signs
    )
    assert [i.entry_id for i in ideas] == [2, 1]
    assert reasons(ideas[0])[0] == "like what you shared before: flour"
    assert not any("football" in r for r in ideas[1].reasons)


def test_stories_without_a_source_or_a_title_are_not_shown():
    assert ranked(story(1, "a b"), sources=[source(2)]) == []
    assert ranked(story(1, "")) == []
    assert ranked() == []


@pytest.mark.parametrize(
    ("ms", "words"),
    [(0, "just published"), (MINUTE, "1 minute old"), (HOUR - 1, "59 minutes old"), (3 * HOUR, "3 hours old"), (2 * DAY, "2 days old")],
)  # fmt: skip
def test_age_in_words(ms, words):
    assert rules.age_in_words(ms) == words


def test_reasons_of_a_dismissal():
    assert rules.check_reason("off_topic") == "off_topic"
    with pytest.raises(Invalid):
        rules.check_reason("because")


@given(
    st.lists(
        st.tuples(st.text("rye flour ", max_size=20), st.integers(-DAY, 30 * DAY), st.integers(1, 4)),
        max_size=30,
    ),
    st.lists(st.text(max_size=10), max_size=4),
    st.integers(1, 12),
)
def test_the_list_is_bounded_in_order_and_without_doubles(rows, words, n):
    stories = [story(id, title, age=age) for id, (title, age, _) in enumerate(rows, 1)]
    sources = [source(id, feed) for id, (_, _, feed) in enumerate(rows, 1)]
    ideas = ranked(*stories, words=words, sources=sources, n=n) if stories else []
    assert len(ideas) == min(n, sum(bool(title) for title, _, _ in rows))
    assert len({i.entry_id for i in ideas}) == len(ideas)
    assert all(i.reasons and 0 <= i.score <= 1.01 for i in ideas)
    assert all(0 <= part <= 1 for i in ideas for part in i.parts.values())
