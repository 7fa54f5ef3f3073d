"""A trial as it is made public: a JSON of whole numbers, signed by the firm's own key, that anybody can read
and nobody can change. Bands stand where a figure would say too much of the firm's business.

Between the numbers of two firms only a share can be compared: the effect is the natural logarithm of visits on
a day on over visits on a quiet day; of a trial of pages, of visits of a promoted page in a week over those of
one in its other week.
"""

import json
import math
from collections.abc import Iterable, Sequence
from typing import Any, Literal
from urllib.parse import urlsplit

from linnet.desk.pool.meta import Pooled, Result, pool
from linnet.desk.trial.values import KINDS, Protocol, Reading, VerdictKind
from linnet.kernel.days import next_day, parse_day
from linnet.kernel.errors import Invalid
from linnet.kernel.value import Value, changed
from linnet.kernel.wire import convert, decode

Document = dict[str, Any]  # a JSON object
TYPE, LIST_TYPE = "LinnetTrial", "LinnetTrials"
VERSION = 1
PARTS = 10_000  # effect and error are given in ten-thousandths
LATE = 14  # days after its last day in which a result may still come
LARGEST_LIST = 200
BASELINES = (5, 20, 50, 150, 500)  # visits a day; of a trial of pages, of a page in a week
FOLLOWERS = (30, 100, 300, 1000)
NORMAL = 1.959963984540054
Z_LEAST = 1e-4  # an error below this is none that anybody measured
State = Literal["registered", "finished"]


class Summary(Value, omit_defaults=True):
    """What a firm makes public of a trial. `id`: the address of this JSON; `actor`: the account that signs;
    `effect` and `error`: log scale, ten-thousandths, None before the end and where there is no range. `pages`: of a
    trial of pages, how many; then `baseline` is visits of a page in a week, `minutes` those of a page and week,
    `blocks_on` and `blocks_quiet` are weeks of pages promoted and not, and `dropped` days without figures.
    `arms`: 3 of a trial that had light days too; its figures are those of full days against quiet ones."""

    type: str
    version: int
    id: str
    actor: str
    firm: str
    field: tuple[str, ...]
    state: State
    protocol_hash: str
    seed_hash: str
    design: str
    weeks: int
    first: str
    last: str
    baseline: str
    followers: str
    minutes: int
    waived: bool
    registered_at: int
    verdict: str = ""
    effect: int | None = None
    error: int | None = None
    followed_on: int = 0
    blocks_on: int = 0
    posted_quiet: int = 0
    blocks_quiet: int = 0
    dropped: int = 0
    seed: str = ""
    pages: int = 0
    arms: int = 2

    @property
    def of_pages(self) -> bool:
        """Was it one of pages?"""
        return self.design == "which_page"

    @property
    def result(self) -> Result | None:
        """Its figures, where it has some and was not broken."""
        if self.state != "finished" or self.verdict == "broken" or self.effect is None or self.error is None:
            return None
        return Result(self.effect / PARTS, self.error / PARTS)


class Found(Value):
    """What is known of all public trials. `registered`, `finished`, `missing`: how many there are, how many
    have a result, and how many are over without one. `like`: of firms like ours; `every`: of all."""

    registered: int
    finished: int
    missing: int
    broken: int
    like: Pooled | None
    like_k: int
    every: Pooled | None
    every_k: int


def band(value: float, edges: Sequence[int]) -> str:
    """5-20 for 12; under 5, 500 or more."""
    for low, high in zip((None, *edges), (*edges, None), strict=True):
        if high is None or value < high:
            return f"under {high}" if low is None else f"{low} or more" if high is None else f"{low}-{high}"
    raise AssertionError(value)


def bands(edges: Sequence[int]) -> tuple[str, ...]:
    """Every band, from the smallest."""
    return tuple(band(value, edges) for value in (0, *edges))


def logarithm(reading: Reading) -> Result | None:
    """The effect as a share of a quiet day. The error is that of the range, which is wider than the standard
    error where there are few coins. None without a range, and without visits to compare with."""
    if reading.low is None or reading.high is None or reading.mean_quiet <= 0:
        return None
    on = max(reading.mean_quiet + reading.effect, reading.mean_quiet / 100)
    error = (reading.high - reading.low) / (2 * NORMAL) / on
    return Result(math.log(on / reading.mean_quiet), error) if error > Z_LEAST else None


def with_result(summary: Summary, reading: Reading, verdict: VerdictKind, seed: str) -> Summary:
    """The same trial when it is over."""
    found = logarithm(reading)
    return changed(
        summary,
        state="finished",
        verdict=verdict,
        effect=round(found.effect * PARTS) if found else None,
        error=max(1, round(found.error * PARTS)) if found else None,
        followed_on=reading.followed_on,
        blocks_on=reading.blocks_on,
        posted_quiet=reading.posted_quiet,
        blocks_quiet=reading.blocks_quiet,
        dropped=_lost(summary, reading),
        seed=seed,
    )


def _lost(summary: Summary, reading: Reading) -> int:
    """Days without figures; a trial of pages from before they were counted dropped whole weeks."""
    if not summary.of_pages:
        return reading.dropped
    return reading.lost or 7 * reading.dropped // max(1, summary.pages)


def minutes_of(protocol: Protocol) -> int:
    """Minutes of a day on (of a page and week), to the next five: nobody else needs them finer."""
    return 5 * round(protocol.worth.minutes / 5)


def canonical(document: Document) -> bytes:
    """What is signed: the JSON without its signature, keys in order, no spaces (RFC 8785, for whole numbers
    and texts). Raises Invalid for anything else in it."""
    bare = {key: value for key, value in document.items() if key != "signature"}
    _check_plain(bare)
    return json.dumps(bare, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def _check_plain(value: Any) -> None:
    if isinstance(value, dict):
        if not all(isinstance(key, str) and key.isascii() for key in value):
            raise Invalid("trial", "has a name in it that cannot be put in order")
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            _check_plain(one)
    elif value is not None and not isinstance(value, str | int):
        raise Invalid("trial", "has a number in it that is not whole")


def read_document(body: bytes) -> Document:
    """A JSON object. Raises Invalid."""
    found = decode(body)
    if not isinstance(found, dict):
        raise Invalid("trial", "is no JSON object")
    return found


def addresses(document: Document) -> list[str]:
    """What a list of trials names: https addresses, at most 200."""
    named = document.get("trials")
    if not isinstance(named, list):
        raise Invalid("trials", "is not a list")
    return [one for one in named if isinstance(one, str) and host_of(one)][:LARGEST_LIST]


def host_of(address: str) -> str:
    """The host of an https address; '' for anything else."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    good = parts.scheme == "https" and parts.hostname and "@" not in parts.netloc and len(address) <= 500
    return parts.netloc.lower() if good and address.isprintable() else ""


def read_summary(document: Document, address: str) -> Summary:
    """The trial that stands at `address`, as far as it can be believed without its signature. Raises
    Invalid."""
    bare = {key: value for key, value in document.items() if key != "signature"}
    try:
        summary = convert(Summary, bare)
    except Invalid as error:
        raise Invalid("trial", "does not have the form of a Linnet trial", cause=error.cause) from error
    own = host_of(address)
    problem = next(
        (
            words
            for wrong, words in (
                (
                    summary.type != TYPE or summary.version != VERSION,
                    "is of a version that is not known here",
                ),
                (summary.id != address, "says that it stands at another address"),
                (not own or host_of(summary.actor) != own, "is signed by somebody of another server"),
                (summary.design not in KINDS, "has a design that is not known here"),
                (not _sensible(summary), "has figures that cannot be"),
            )
            if wrong
        ),
        "",
    )
    if problem:
        raise Invalid("trial", problem)
    return summary


def _sensible(summary: Summary) -> bool:
    texts = (summary.firm, summary.protocol_hash, summary.seed_hash, summary.verdict, *summary.field)
    whole = (
        0 < summary.weeks <= 520,
        0 <= summary.minutes <= 1440,
        len(summary.field) <= 20,
        0 <= summary.pages <= 100,
    )
    figures = summary.effect is None or (
        summary.error is not None and abs(summary.effect) <= 50 * PARTS and 0 < summary.error <= 50 * PARTS
    )
    return (
        all(whole)
        and figures
        and summary.arms in ((2,) if summary.of_pages else (2, 3))
        and all(len(text) <= 200 for text in texts)
        and summary.baseline in bands(BASELINES)
        and summary.followers in bands(FOLLOWERS)
        and _is_day(summary.first)
        and _is_day(summary.last)
    )


def _is_day(text: str) -> bool:
    try:
        return bool(parse_day(text))
    except Invalid:
        return False


def is_missing(summary: Summary, today: str) -> bool:
    """Registered, over for more than two weeks, and no result."""
    return summary.state == "registered" and next_day(summary.last, LATE) < today


def latest(summaries: Iterable[Summary]) -> list[Summary]:
    """One finished trial of each account: who makes many does not count more."""
    by_actor: dict[str, Summary] = {}
    for summary in sorted(summaries, key=lambda one: (one.last, one.id)):
        if summary.result:
            by_actor[summary.actor] = summary
    return list(by_actor.values())


def is_like(summary: Summary, baseline: str, followers: str) -> bool:
    """At most one band away in visits and in followers."""
    return (
        abs(_place(summary.baseline, BASELINES) - _place(baseline, BASELINES)) <= 1
        and abs(_place(summary.followers, FOLLOWERS) - _place(followers, FOLLOWERS)) <= 1
    )


def _place(name: str, edges: Sequence[int]) -> int:
    return bands(edges).index(name)


def together(
    summaries: Sequence[Summary],
    today: str,
    *,
    baseline: str,
    followers: str,
    pages: bool,
) -> Found:
    """What is known. `pages`: which-page trials (they ask another question and are never put together
    with the others)."""
    asked = [one for one in summaries if one.of_pages == pages]
    firms = latest(asked)
    like = [one for one in firms if is_like(one, baseline, followers)]
    return Found(
        registered=len(asked),
        finished=sum(one.state == "finished" for one in asked),
        missing=sum(is_missing(one, today) for one in asked),
        broken=sum(one.verdict == "broken" for one in asked),
        like=pool([one.result for one in like if one.result]),
        like_k=len(like),
        every=pool([one.result for one in firms if one.result]),
        every_k=len(firms),
    )


def per_hundred(logarithm: float) -> int:
    """Visits more (or fewer) for each hundred on a quiet day, or of a page in its other week."""
    return round(100 * math.expm1(min(logarithm, 10.0)))
