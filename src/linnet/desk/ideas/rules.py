"""What is worth sharing, and why: measuring paper, 4f. Simple on purpose, so that every place in
the list can be explained in a sentence.

score = freshness * (.5 * interest + .2 * newness + .2 * trust + .1 * talk)

freshness  halves with age: after 18 hours for a busy source, up to 5 days for a quiet one
interest   the firm's words in title (3) and summary (1), rare ones weigh more (BM25F), 0 to 1
newness    1 - how much it is like what was shared in the last 7 days
trust      of what was shown of its sources, the share that was used; a new source is given 1 of 6
talk       how many of the own sources carry it

The list is then filled one by one: every story of the same source above takes three tenths of what
is left, and what is like a story above counts less (maximal marginal relevance, lambda .7).
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal

from linnet.desk.feeds import canonical, likeness
from linnet.kernel.clock import DAY, HOUR, MINUTE
from linnet.kernel.errors import Invalid
from linnet.kernel.value import Value

Verdict = Literal["shared", "saved", "dismissed"]
REASONS = ("", "old", "known", "off_topic")

PLACES = 10
WINDOW = 14 * DAY  # older stories are no news
CANDIDATES = 400
SHARED_FOR = 90 * DAY  # what was shared within is not offered again
SHORTEST, LONGEST = 18 * HOUR, 5 * DAY
UNDATED = 12 * HOUR  # a story without a date is taken for this much older than when it was found
RECENT = 7 * DAY
SAME_SOURCE = 0.7
SPREAD = 0.7
LITTLE_SHOWN = 10
ENOUGH_SIGNS = 20
MONTH = 30 * DAY
WEIGHTS = {"shared": 2.0, "saved": 1.0, "off_topic": -2.0}
K1, B = 1.2, 0.75
LEARNED = 30


class Story(Value):
    """An entry as it is ranked."""

    id: int
    url: str
    title: str
    summary: str
    author: str
    published_at: int
    dated: bool
    found_at: int


class SourceOf(Value):
    """A source that carries the story `entry_id`. `every`: ms between two looks at it."""

    entry_id: int
    feed_id: int
    title: str
    address: str
    every: int

    @property
    def name(self) -> str:
        """Its title, or its host."""
        return self.title or canonical.host(self.address)


class Record(Value):
    """What became of a source's stories: how many were shown, how many of them shared or saved."""

    feed_id: int
    shown: int
    used: int


class Sign(Value):
    """A decision to learn from. `kind`: shared | saved | off_topic."""

    kind: str
    title: str
    summary: str
    at: int


class Past(Value):
    """A story that was shared lately."""

    title: str
    summary: str
    at: int


class Material(Value):
    """All that the ranking looks at."""

    stories: tuple[Story, ...]
    sources: tuple[SourceOf, ...]
    records: tuple[Record, ...] = ()
    signs: tuple[Sign, ...] = ()
    shared: tuple[Past, ...] = ()


class Idea(Value):
    """A story that is worth sharing. `reasons` in words, the strongest first; `parts`: the terms
    of the score by name, for whoever wants to see the sum."""

    entry_id: int
    url: str
    title: str
    summary: str
    author: str
    published_at: int
    dated: bool
    sources: tuple[SourceOf, ...]
    score: float
    reasons: tuple[str, ...]
    parts: dict[str, float]


class Decision(Value):
    """What an account made of a story."""

    account_id: int
    entry_id: int
    verdict: Verdict
    reason: str
    person_id: int | None
    draft_id: int | None
    post_id: int | None
    decided_at: int


def check_reason(reason: str) -> str:
    """Why a story was dismissed: '', old, known or off_topic. Raises Invalid("reason")."""
    if reason not in REASONS:
        raise Invalid("reason", f"must be one of {', '.join(REASONS[1:])}, or nothing")
    return reason


def worth_sharing(material: Material, words: Sequence[str], now: int, n: int = PLACES) -> list[Idea]:
    """The `n` stories most worth sharing, best first. `words`: what the firm's field is about."""
    sources: dict[int, list[SourceOf]] = {}
    for source in material.sources:
        sources.setdefault(source.entry_id, []).append(source)
    records = {record.feed_id: record for record in material.records}
    stories = [story for story in material.stories if sources.get(story.id) and story.title]
    interest = _Interest(words, learn(material.signs, now), stories)
    lately = [
        (past, likeness.any_of((past.title, past.summary)))
        for past in material.shared
        if past.at > now - RECENT
    ]
    scored = [
        _score(story, interest, tuple(_each_once(sources[story.id])), records, lately, now)
        for story in stories
    ]
    return _fill(scored, records, n)


def learn(signs: Sequence[Sign], now: int) -> dict[str, float]:
    """Words that the account's own decisions speak for (up to 1) or against (down to -1): shared
    counts 2, saved 1, "not our field" -2, and each month less by a tenth (Rocchio). {} before
    twenty decisions: too few to learn from."""
    if len(signs) < ENOUGH_SIGNS:
        return {}
    sums: dict[str, float] = {}
    for sign in signs:
        weight = WEIGHTS.get(sign.kind, 0.0) * 0.9 ** (max(now - sign.at, 0) / MONTH)
        for word in likeness.any_of((sign.title,)):
            sums[word] = sums.get(word, 0.0) + weight
    often = {word: value for word, value in sums.items() if abs(value) > 2 and not word.isdigit()}
    strongest = sorted(often.items(), key=lambda pair: (-abs(pair[1]), pair[0]))[:LEARNED]
    most = max((abs(value) for _, value in strongest), default=1.0)
    return {word: value / most for word, value in strongest}


def age_in_words(ms: int) -> str:
    """ "3 hours old"."""
    for size, name in ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute")):
        if ms >= size:
            count = ms // size
            return f"{count} {name}{'' if count == 1 else 's'} old"
    return "just published"


class _Interest:
    """BM25F over the stories at hand: https://en.wikipedia.org/wiki/Okapi_BM25, title weight 3."""

    def __init__(self, words: Sequence[str], learned: Mapping[str, float], stories: Sequence[Story]) -> None:
        self.phrases = {" ".join(t): t for w in words if (t := likeness.tokens(w))}
        self.learned = {word: weight for word, weight in learned.items() if word not in self.phrases}
        self.tokens = {s.id: (likeness.tokens(s.title), likeness.tokens(s.summary)) for s in stories}
        lengths = [3 * len(title) + len(rest) for title, rest in self.tokens.values()]
        self.average = sum(lengths) / len(lengths) if lengths else 1.0
        self.counts = {s.id: self._counts(s.id) for s in stories}
        among = Counter(word for counts in self.counts.values() for word in counts)
        total = len(stories)
        self.rarity = {w: math.log(1 + (total - df + 0.5) / (df + 0.5)) for w, df in among.items()}
        self.rarest = math.log(1 + (total + 0.5) / 0.5)

    def of(self, id: int) -> tuple[float, list[str], list[str]]:
        """(0 to 1, the firm's words in it, learned words in it)."""
        counts = self.counts[id]
        title, rest = self.tokens[id]
        length = (3 * len(title) + len(rest)) / (self.average or 1.0)
        weights = {}
        for word, tf in counts.items():
            part = tf * (K1 + 1) / (tf + K1 * (1 - B + B * length))
            # never quite nothing: in a list that is all about bread, bread is still the firm's word
            weights[word] = max(self.rarity[word] / self.rarest, 0.3) * part * self.learned.get(word, 1.0)
        total = max(sum(weights.values()), 0.0)
        strongest = sorted(weights, key=lambda w: (-weights[w], w))
        firm = [w for w in strongest if w in self.phrases]
        taught = [w for w in strongest if w in self.learned and weights[w] > 0]
        return total / (total + 1), firm, taught

    def _counts(self, id: int) -> dict[str, int]:
        title, rest = self.tokens[id]
        counts = {}
        for name, phrase in self.phrases.items():
            if tf := 3 * _times(phrase, title) + _times(phrase, rest):
                counts[name] = tf
        both = Counter(rest)
        for word in title:
            both[word] += 3
        counts.update({word: both[word] for word in self.learned if word in both})
        return counts


def _times(phrase: Sequence[str], tokens: Sequence[str]) -> int:
    """How often the words stand there one after the other."""
    size = len(phrase)
    return sum(
        all(_same(phrase[i], tokens[at + i]) for i in range(size)) for at in range(len(tokens) - size + 1)
    )


def _same(word: str, token: str) -> bool:
    """The word itself, or from four letters on one with an ending of up to three: bread, breads."""
    if token == word:
        return True
    return len(word) >= 4 and token.startswith(word) and len(token) <= len(word) + 3


def _score(
    story: Story,
    interest: _Interest,
    sources: tuple[SourceOf, ...],
    records: Mapping[int, Record],
    lately: Sequence[tuple[Past, frozenset[str]]],
    now: int,
) -> Idea:
    age = max(now - story.published_at, 0) + (0 if story.dated else UNDATED)
    half = min(max(5 * max(s.every for s in sources), SHORTEST), LONGEST)
    fresh = 2.0 ** (-age / half)
    wanted, firm, taught = interest.of(story.id)
    mine = likeness.any_of((story.title, story.summary))
    closest, like = max(
        ((likeness.overlap(mine, w), past) for past, w in lately), key=lambda p: p[0], default=(0.0, None)
    )
    trust = max(_trust(records.get(s.feed_id)) for s in sources)
    talk = min(math.log(len(sources)) / math.log(10), 1.0)
    parts = {
        "freshness": fresh,
        "interest": wanted,
        "newness": 1 - closest,
        "trust": trust,
        "talk": talk,
    }
    score = fresh * (0.5 * wanted + 0.2 * (1 - closest) + 0.2 * trust + 0.1 * talk)
    reasons = _reasons(story, firm, taught, sources, records, age)
    if like and closest >= 0.2:
        reasons = (*reasons, f"close to “{_short(like.title)}”, which you shared lately")
    return Idea(
        entry_id=story.id,
        url=story.url,
        title=story.title,
        summary=story.summary,
        author=story.author,
        published_at=story.published_at,
        dated=story.dated,
        sources=sources,
        score=score,
        reasons=reasons,
        parts=parts,
    )


def _reasons(
    story: Story,
    firm: Sequence[str],
    taught: Sequence[str],
    sources: Sequence[SourceOf],
    records: Mapping[int, Record],
    age: int,
) -> tuple[str, ...]:
    said = []
    if firm:
        said.append(f"matches your words: {', '.join(firm[:4])}")
    if taught:
        said.append(f"like what you shared before: {', '.join(taught[:3])}")
    if len(sources) > 1:
        said.append(f"{_NUMBERS.get(len(sources), len(sources))} of your sources carry it")
    used = max((r.used for s in sources if (r := records.get(s.feed_id))), default=0)
    if used >= 2:
        said.append(f"you used {used} stories of this source before")
    said.append(age_in_words(age) if story.dated else f"no date; found {_found(age - UNDATED)}")
    return tuple(said)


_NUMBERS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine"}


def _found(ms: int) -> str:
    words = age_in_words(max(ms, 0))
    return "just now" if words == "just published" else f"{words.removesuffix(' old')} ago"


def _trust(record: Record | None) -> float:
    """Mean of Beta(1, 5) and what is known: a source starts at one in six."""
    return (1 + record.used) / (6 + max(record.shown, record.used)) if record else 1 / 6


def _fill(scored: Sequence[Idea], records: Mapping[int, Record], n: int) -> list[Idea]:
    """The list, one place after the other. The last of ten places goes to a source that has hardly
    been shown, if none is above: how else would anybody learn what it is good for?"""
    left = sorted(scored, key=lambda idea: (-idea.score, -idea.published_at, idea.entry_id))[: 12 * n]
    words = {idea.entry_id: likeness.any_of((idea.title, idea.summary)) for idea in left}
    chosen: list[Idea] = []
    from_source: Counter[int] = Counter()
    nearest = dict.fromkeys(words, 0.0)

    def value(idea: Idea) -> float:
        repeated = min(from_source[source.feed_id] for source in idea.sources)
        return SPREAD * idea.score * SAME_SOURCE**repeated - (1 - SPREAD) * nearest[idea.entry_id]

    while left and len(chosen) < n:
        best = max(left, key=value)
        if len(chosen) == PLACES - 1 and not any(_is_new(idea, records) for idea in chosen):
            best = max((idea for idea in left if _is_new(idea, records)), key=value, default=best)
        left.remove(best)
        chosen.append(best)
        from_source.update(source.feed_id for source in best.sources)
        for idea in left:
            like = likeness.overlap(words[idea.entry_id], words[best.entry_id])
            nearest[idea.entry_id] = max(nearest[idea.entry_id], like)
    return chosen


def _is_new(idea: Idea, records: Mapping[int, Record]) -> bool:
    """Was one of its sources hardly ever shown?"""
    return any(
        (record := records.get(source.feed_id)) is None or record.shown < LITTLE_SHOWN
        for source in idea.sources
    )


def _each_once(sources: Sequence[SourceOf]) -> list[SourceOf]:
    return list({source.feed_id: source for source in sources}.values())


def _short(title: str) -> str:
    return title if len(title) <= 60 else f"{title[:59].rstrip()}…"
