"""Going out for news: the job of one source, and finding the feeds of a website."""

import asyncio
import hashlib
import re
from collections.abc import Sequence

from linnet.db.database import Database
from linnet.desk.feeds import actions, canonical, discovery, likeness, queries, reading, rules
from linnet.desk.feeds.actions import FetchFeed
from linnet.desk.feeds.discovery import Found
from linnet.desk.feeds.likeness import Likeness, Text
from linnet.desk.feeds.rules import Document, Feed, Item, Parsed
from linnet.kernel.clock import SECOND, now_ms
from linnet.kernel.errors import Invalid, Upstream
from linnet.net.client import Answer, Fetcher, Policy

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, application/json;q=0.7, text/xml;q=0.7, text/html;q=0.5, */*;q=0.1"
)
# What is longer is cut: a feed that never ends still has its newest stories at the beginning.
FETCH = Policy(max_bytes=reading.LARGEST, timeout=30 * SECOND, redirects=5, accept=ACCEPT, cut=True)
LOOK = Policy(max_bytes=1 << 20, timeout=10 * SECOND, redirects=5, accept=ACCEPT, cut=True)
SEARCH = 25  # seconds for finding the feeds of a site, all told
GONE = 410
SAME = 304

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._-]{2,40})")


async def fetch_feed(db: Database, client: Fetcher, job: FetchFeed) -> None:
    """The handler: looks at the source once. What goes wrong outside is written on the source and
    is no failure of the job. A dead or removed source is left alone."""
    feed = await db.glance(queries.feed, job.feed_id)
    if feed is None or feed.state == "dead":
        return
    try:
        answer = await client.get(feed.address, headers=rules.conditions(feed), policy=FETCH)
    except (Invalid, Upstream) as error:
        await db.write(actions.failed, feed.id, error.sentence, now=now_ms())
        return
    now = now_ms()
    pause = rules.max_age(answer.headers)
    if answer.status == SAME:
        await db.write(actions.unchanged, feed.id, pause=pause, now=now)
    elif answer.status == GONE:
        await db.write(actions.die, feed.id, rules.refusal(GONE), now)
    elif not answer.good:
        wait = rules.retry_after(answer.headers, now)
        await db.write(actions.failed, feed.id, rules.refusal(answer.status), retry_after=wait, now=now)
    else:
        await _take_in(db, feed, answer, pause, now)


async def find_feeds(client: Fetcher, text: str) -> list[Found]:
    """The feeds at what somebody typed: the address itself when it is a feed, else what its page
    names, else what lies where feeds usually lie. [] when there are none. Raises Invalid("address")
    and Upstream; takes 25 seconds at most, so ask before a transaction, not in it."""
    address = rules.check_address(text)
    try:
        async with asyncio.timeout(SEARCH):
            answer = await _first(client, address, written="://" in text)
            if itself := await _as_feed(answer):
                return [itself]
            named = await asyncio.to_thread(discovery.named, answer.body, answer.url, _charset(answer))
            return named or await _usual(client, answer.url)
    except TimeoutError as error:
        raise Upstream(f"{canonical.host(address)} took too long to answer.") from error


async def _take_in(db: Database, feed: Feed, answer: Answer, pause: int, now: int) -> None:
    digest = hashlib.sha256(answer.body).hexdigest()
    if digest == feed.body_hash and not answer.moved:
        await db.write(actions.unchanged, feed.id, pause=pause, now=now)
        return
    try:
        parsed = await asyncio.to_thread(
            reading.parse, answer.body, answer.url, answer.headers.get("content-type", "")
        )
    except Invalid as error:
        await db.write(actions.failed, feed.id, f"What is there {error.problem}.", now=now)
        return
    document = Document(
        parsed=parsed,
        etag=rules.validator(answer.headers, "etag"),
        last_modified=rules.validator(answer.headers, "last-modified"),
        body_hash=digest,
        moved=answer.moved,
        alike=await _alike(db, feed.id, parsed, now),
    )
    await db.write(actions.take_in, feed.id, document, pause=pause, now=now)


async def _alike(db: Database, feed_id: int, parsed: Parsed, now: int) -> tuple[tuple[str, Likeness], ...]:
    """Compared before the transaction, which everybody else would have to wait for. Two sources
    that bring one story in the same second make two; the next source that has it joins the older."""
    since = now - rules.FOLD_AGE
    items = [item for item in parsed.items if rules.when(item.stated_at, now)[0] >= since]
    if not items:
        return ()
    others = await db.read(queries.of_others, feed_id, since - likeness.WITHIN, now)
    return await asyncio.to_thread(_compare, items, others, now)


def _compare(items: Sequence[Item], others: Sequence[Text], now: int) -> tuple[tuple[str, Likeness], ...]:
    texts = [
        Text(at, item.title, item.summary, rules.when(item.stated_at, now)[0])
        for at, item in enumerate(items)
    ]
    return tuple((items[at].guid, like) for at, like in likeness.fold(texts, others).items())


async def _first(client: Fetcher, address: str, *, written: bool) -> Answer:
    """The page itself; without a written scheme http too, when https is not there."""
    try:
        answer = await client.get(address, policy=FETCH)
    except Upstream:
        if written:
            raise
        answer = await client.get(address.replace("https://", "http://", 1), policy=FETCH)
    if not answer.good:
        raise Upstream(rules.refusal(answer.status))
    return answer


async def _usual(client: Fetcher, address: str) -> list[Found]:
    for place in discovery.usual(address):
        try:
            answer = await client.get(place, policy=LOOK)
        except (Invalid, Upstream):
            continue
        if answer.good and (found := await _as_feed(answer)):
            return [found]
    return []


async def _as_feed(answer: Answer) -> Found | None:
    try:
        parsed = await asyncio.to_thread(
            reading.parse, answer.body, answer.url, answer.headers.get("content-type", "")
        )
    except Invalid:
        return None
    return Found(answer.moved or answer.url, parsed.title, parsed.format)


def _charset(answer: Answer) -> str:
    found = _CHARSET.search(answer.headers.get("content-type", ""))
    return found[1] if found else ""
