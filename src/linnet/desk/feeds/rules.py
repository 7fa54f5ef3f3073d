"""Sources of news: what they are, how often to look, when to give up, what is a sane date."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from statistics import median
from typing import Literal

from linnet.desk.feeds import canonical
from linnet.desk.feeds.likeness import Likeness
from linnet.kernel.clock import DAY, HOUR, MINUTE, SECOND
from linnet.kernel.errors import Invalid, TooMany
from linnet.kernel.value import Value
from linnet.kernel.waiting import retry_at

State = Literal["new", "live", "failing", "dead"]

MOST_FEEDS = 500
SOONEST = 30 * MINUTE
LATEST = DAY
FIRST = HOUR  # until its rhythm is known
LONGEST_WAIT = 7 * DAY  # for a server that says Retry-After
PATIENCE = 14 * DAY  # of failures in a row, and then it is dead
PATIENCE_NEW = 3 * DAY  # the same for one that never worked
FEWEST_FAILURES = 8
ASK_AGAIN = 5 * MINUTE
KEEP = 500  # stories of a source that it no longer carries
KEEP_FOR = 180 * DAY
FOLD_AGE = 17 * DAY  # older stories are not compared: nobody will be shown them
AHEAD = 15 * MINUTE  # how far a source's clock may be ahead
OLDEST = 631_152_000_000  # 1990: no feed is older


class Feed(Value):
    """The row. `every`: ms between two looks; `next_at` None: it is dead."""

    id: int
    address: str
    address_key: str
    site: str
    title: str
    format: str
    state: State
    problem: str
    etag: str
    last_modified: str
    body_hash: str
    every: int
    next_at: int | None
    fetched_at: int | None
    good_at: int | None
    failures: int
    failing_since: int | None
    added_by: int | None
    created_at: int

    @property
    def name(self) -> str:
        """What to call it: its title, or its host."""
        return self.title or canonical.host(self.address)


class Source(Value):
    """A feed as the page of sources shows it. `lately`: stories found in the last 30 days;
    `used`: of all its stories, those that were shared."""

    id: int
    address: str
    site: str
    title: str
    format: str
    state: State
    problem: str
    every: int
    next_at: int | None
    fetched_at: int | None
    good_at: int | None
    failing_since: int | None
    lately: int
    used: int

    @property
    def name(self) -> str:
        """What to call it: its title, or its host."""
        return self.title or canonical.host(self.address)


class Item(Value):
    """A story as a feed gives it. `url` is clean, `url_key` to compare, texts are plain;
    `stated_at` ms as the feed says, unchecked."""

    guid: str
    url: str
    url_key: str
    title: str
    summary: str
    author: str
    stated_at: int | None


class Parsed(Value):
    """A feed that was read. `left_out`: stories without an address, or beyond the most we take;
    `at_least`: the pause between two looks that it asks for, ms."""

    format: str
    title: str
    site: str
    items: tuple[Item, ...]
    left_out: int = 0
    at_least: int = 0


class Document(Value):
    """A good answer: what was read, and what to say at the next look. `moved`: the feed's new
    address for good, or ''."""

    parsed: Parsed
    etag: str
    last_modified: str
    body_hash: str
    moved: str = ""
    alike: tuple[tuple[str, Likeness], ...] = ()  # by guid: stories of other sources that are the same


class Entry(Value):
    """A story. `dated` False: the source gives no sane date; `published_at` is when we found it."""

    id: int
    url: str
    url_key: str
    title: str
    summary: str
    author: str
    published_at: int
    dated: bool
    found_at: int


class Carried(Value):
    """That a source carries a story; `why` it was taken for the same one as another's."""

    feed_id: int
    guid: str
    entry_id: int
    url: str
    url_key: str
    why: str


class Added(Value):
    """What became of a list of feeds. `refused`: pairs of the address as written and the reason."""

    new: int
    known: int
    refused: tuple[tuple[str, str], ...]


class FeedAdded(Value):
    """Event: a source is new."""

    feed_id: int


class FeedRemoved(Value):
    """Event: a source is no longer wanted."""

    feed_id: int


class FeedDied(Value):
    """Event: a source is given up, for the reason `problem`."""

    feed_id: int
    problem: str


class StoriesFound(Value):
    """Event: a source brought `count` stories that nobody had before."""

    feed_id: int
    count: int


def check_address(text: str, field: str = "address") -> str:
    """What somebody typed or pasted as a feed's or a site's address, as a whole address; without
    a scheme it is https, and `feed:` is taken off. Raises Invalid(field)."""
    written = text.strip()
    lower = written.lower()
    if lower.startswith("feed:"):
        written = written[5:].removeprefix("//") if not lower.startswith("feed://") else written[7:]
    if "://" not in written:
        written = f"https://{written}"
    address = canonical.tidy(written).partition("#")[0]
    if not address or "." not in canonical.host(address) + address.partition("://")[2].partition("/")[0]:
        raise Invalid(field, "is not an address like https://example.org/feed")
    return address


def check_room(count: int) -> None:
    """Raises Invalid when there are as many sources as one server looks after."""
    if count >= MOST_FEEDS:
        raise Invalid("address", f"cannot be added: there are {MOST_FEEDS} sources already")


def check_again(feed: Feed, now: int) -> None:
    """May somebody ask for a look right now? Raises TooMany within five minutes of the last."""
    if feed.fetched_at is not None and now - feed.fetched_at < ASK_AGAIN:
        wait = (feed.fetched_at + ASK_AGAIN - now) // SECOND + 1
        raise TooMany("This source was looked at just now: try again in a few minutes.", retry_after=wait)


def conditions(feed: Feed) -> dict[str, str]:
    """Headers that spare both sides a body that has not changed (RFC 9110, 13.1)."""
    headers = {}
    if feed.etag:
        headers["if-none-match"] = feed.etag
    if feed.last_modified:
        headers["if-modified-since"] = feed.last_modified
    return headers


def validator(headers: Mapping[str, str], name: str) -> str:
    """An ETag or Last-Modified worth sending back; '' for none, or one that is odd."""
    value = headers.get(name, "").strip()
    return value if len(value) <= 500 and value.isascii() and value.isprintable() else ""


def refusal(status: int) -> str:
    """What a status that brings no feed means, in words that continue "The server"."""
    known = {
        401: "wants a password",
        402: "wants to be paid",
        403: "does not let Linnet in",
        404: "knows no such address",
        410: "says that the feed is gone for good",
        429: "says that it was asked too often",
        500: "has an error of its own",
        502: "cannot reach what is behind it",
        503: "is out of service",
        504: "cannot reach what is behind it",
    }
    return f"The server {known.get(status, 'answers with an error')} ({status})."


def when(stated_at: int | None, now: int) -> tuple[int, bool]:
    """(published_at, dated): the date a feed states, unless it is missing, before 1990 or in the
    future; then the moment it was found."""
    if stated_at is None or stated_at < OLDEST or stated_at > now + AHEAD:
        return now, False
    return min(stated_at, now), True


def rhythm(stated: Sequence[int | None], before: int, *, fresh: bool, now: int) -> int:
    """How long until the next look, in ms, 30 minutes to a day: half the usual pause between its
    newest twenty stories, more the longer it has been silent. A feed without dates is looked at
    twice as often after a look that brought something, and half again as seldom after none."""
    dates = sorted({when(at, now)[0] for at in stated if at is not None and when(at, now)[1]})[-20:]
    if len(dates) < 3:
        return _bounded(before // 2 if fresh else before * 3 // 2)
    pause = int(median(later - earlier for earlier, later in pairwise(dates)))
    return _bounded(max(pause // 2, (now - dates[-1]) // 20))


def after(every: int, at_least: int, feed_id: int, now: int) -> int:
    """When to look next: not before the pause that was asked for (at most a day), and not all
    sources at once: each a little later by its id."""
    wait = max(every, min(at_least, LATEST))
    return now + wait + wait * (feed_id % 997) // 9970


def max_age(headers: Mapping[str, str]) -> int:
    """The pause that Cache-Control asks for, in ms; 0 for none."""
    for piece in headers.get("cache-control", "").lower().split(","):
        name, _, value = piece.strip().partition("=")
        if name == "max-age" and value.isascii() and value.isdigit() and len(value) < 10:
            return int(value) * SECOND
    return 0


def retry_after(headers: Mapping[str, str], now: int) -> int:
    """How long a server wants to be left alone, in ms; at most a week; 0 for what it does not say."""
    asked = retry_at(headers.get("retry-after", ""), now)
    return 0 if asked is None else min(max(asked - now, 0), LONGEST_WAIT)


def back_off(failures: int, every: int, retry_after: int) -> int:
    """How long after the `failures`-th failure in a row, in ms: twice as long each time, up to a
    day, and at least what the server asked for."""
    doubled: int = max(every, SOONEST) << min(failures - 1, 6)
    return max(min(doubled, LATEST), retry_after)


def is_dead(feed: Feed, failures: int, now: int) -> bool:
    """Is it time to give it up? After two weeks of failures in a row; three days for one that
    never worked; and never after fewer than eight."""
    patience = PATIENCE if feed.good_at is not None else PATIENCE_NEW
    since = feed.failing_since if feed.failing_since is not None else now
    return failures >= FEWEST_FAILURES and now - since >= patience


def _bounded(every: int) -> int:
    return min(max(every, SOONEST), LATEST)
