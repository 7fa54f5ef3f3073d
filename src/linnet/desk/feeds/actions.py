"""Adding and removing sources; taking in what a look at one brought.

Every outcome of a look plans the next one in the same transaction, under the key `feed:<id>`:
there is one job per source, or none for a dead one.
"""

from collections.abc import Sequence
from typing import ClassVar

from linnet.db.tx import Tx
from linnet.desk.feeds import canonical, queries, rules
from linnet.desk.feeds.opml import Outline
from linnet.desk.feeds.rules import (
    Added,
    Carried,
    Document,
    Entry,
    Feed,
    FeedAdded,
    FeedDied,
    FeedRemoved,
    Item,
    StoriesFound,
)
from linnet.jobs import rows as jobs
from linnet.jobs.rows import Job
from linnet.kernel.clock import HOUR, MINUTE, SECOND
from linnet.kernel.errors import Invalid, NotFound
from linnet.kernel.ids import new_id
from linnet.kernel.page import WIDE
from linnet.kernel.value import changed


class FetchFeed(Job):
    """Job: look whether a source has something new. Plans its own next time."""

    feed_id: int

    lane: ClassVar[str] = "fetch"
    lease: ClassVar[int] = 3 * MINUTE


def add(
    tx: Tx,
    address: str,
    *,
    id: int,
    now: int,
    person_id: int | None = None,
    title: str = "",
    site: str = "",
    run_at: int | None = None,
) -> Feed:
    """Adds a source and plans its first look (at `run_at` ms; now by default). The same address
    again: that source, and a dead one is looked at anew. Raises Invalid."""
    good = rules.check_address(address)
    key = canonical.key(good)
    before = queries.feed_at(tx, key)
    if before:
        return _wake(tx, before, now) if before.state == "dead" else before
    rules.check_room(queries.count(tx))
    at = now if run_at is None else run_at
    feed = Feed(
        id=id,
        address=good,
        address_key=key,
        site=canonical.tidy(site),
        title=title[:200],
        format="",
        state="new",
        problem="",
        etag="",
        last_modified="",
        body_hash="",
        every=rules.FIRST,
        next_at=at,
        fetched_at=None,
        good_at=None,
        failures=0,
        failing_since=None,
        added_by=person_id,
        created_at=now,
    )
    if not queries.insert_feed(tx, feed):  # a twin of this request was faster
        twin = queries.feed_at(tx, key)
        if twin is None:
            raise NotFound("source")
        return twin
    _plan(tx, feed, now)
    tx.emit(FeedAdded(id))
    return feed


def add_all(tx: Tx, outlines: Sequence[Outline], *, now: int, person_id: int | None = None) -> Added:
    """Adds a list of sources, of an OPML file. What cannot be added is answered with the reason;
    the first looks are a second apart."""
    new, known, refused = 0, 0, []
    for outline in outlines:
        id = new_id()
        try:
            feed = add(
                tx,
                outline.address,
                id=id,
                now=now,
                person_id=person_id,
                title=outline.title,
                site=outline.site,
                run_at=now + new * SECOND,
            )
        except Invalid as error:
            refused.append((outline.address, error.sentence))
            continue
        new, known = (new + 1, known) if feed.id == id else (new, known + 1)
    return Added(new, known, tuple(refused))


def remove(tx: Tx, feed_id: int) -> None:
    """Takes a source away, and the stories that only it had, but for those that were shared or
    saved. Raises NotFound."""
    tx.hold(feed_id)
    must(tx, feed_id)
    while rows := queries.stale(tx, feed_id, until=WIDE, now=WIDE):
        queries.forget(tx, feed_id, rows)
    queries.delete_feed(tx, feed_id)
    jobs.cancel(tx, f"feed:{feed_id}")
    tx.emit(FeedRemoved(feed_id))


def look_now(tx: Tx, feed_id: int, now: int) -> Feed:
    """Somebody wants it looked at; a dead one comes back to life. Raises NotFound, and TooMany
    within five minutes of the last look."""
    tx.hold(feed_id)
    feed = must(tx, feed_id)
    rules.check_again(feed, now)
    return _wake(tx, feed, now)


def take_in(tx: Tx, feed_id: int, document: Document, *, pause: int, now: int) -> int:
    """A look brought a feed: keeps its stories, folds those that are known already, forgets old
    ones, plans the next look (not before `pause` ms). Answers how many are new. Nothing happens
    when the source was removed meanwhile; doing it twice changes nothing."""
    feed = _held(tx, feed_id)
    if feed is None:
        return 0
    parsed = document.parsed
    new = _keep(tx, feed_id, document, now)
    queries.seen(tx, feed_id, [item.guid for item in parsed.items], now)
    _forget_old(tx, feed_id, now)
    every = rules.rhythm([i.stated_at for i in parsed.items], feed.every, fresh=new > 0, now=now)
    good = changed(
        feed,
        site=parsed.site or feed.site,
        title=parsed.title or feed.title,
        format=parsed.format,
        etag=document.etag,
        last_modified=document.last_modified,
        body_hash=document.body_hash,
        every=every,
    )
    moved = _moved(tx, good, document.moved)
    if moved is None:
        die(tx, feed_id, "It moved to the address of another source in your list.", now)
    else:
        _succeed(tx, moved, max(pause, parsed.at_least), now)
    if new:
        tx.emit(StoriesFound(feed_id, new))
    return new


def unchanged(tx: Tx, feed_id: int, *, pause: int, now: int) -> None:
    """A look brought nothing new: "not changed", or the same bytes again."""
    feed = _held(tx, feed_id)
    if feed:
        _succeed(tx, feed, pause, now)


def failed(tx: Tx, feed_id: int, problem: str, *, retry_after: int = 0, now: int) -> None:
    """A look failed: the next one later and later; after two weeks the source is dead."""
    feed = _held(tx, feed_id)
    if feed is None:
        return
    failures = feed.failures + 1
    if rules.is_dead(feed, failures, now):
        die(tx, feed_id, problem, now)
        return
    next_at = rules.after(rules.back_off(failures, feed.every, retry_after), 0, feed_id, now)
    failing = changed(
        feed,
        state="failing",
        problem=problem[:500],
        failures=failures,
        failing_since=feed.failing_since if feed.failing_since is not None else now,
        fetched_at=now,
        next_at=next_at,
    )
    queries.put_feed(tx, failing)
    _plan(tx, failing, now)


def die(tx: Tx, feed_id: int, problem: str, now: int) -> None:
    """The source is given up: it stays in the list with the reason, and is not looked at again
    until somebody asks."""
    feed = _held(tx, feed_id)
    if feed is None:
        return
    queries.put_feed(
        tx,
        changed(
            feed,
            state="dead",
            problem=problem[:500],
            fetched_at=now,
            next_at=None,
            failing_since=feed.failing_since if feed.failing_since is not None else now,
        ),
    )
    jobs.cancel(tx, f"feed:{feed_id}")
    tx.emit(FeedDied(feed_id, problem))


def replan(tx: Tx, now: int) -> int:
    """Recurring: sources whose job was lost (parked after an error of ours) get one again. Answers
    how many are overdue."""
    overdue = queries.overdue(tx, now - HOUR)
    for feed_id in overdue:
        jobs.add_if_new(tx, FetchFeed(feed_id), now=now, run_at=now, key=f"feed:{feed_id}")
    return len(overdue)


def must(tx: Tx, feed_id: int) -> Feed:
    """The source. Raises NotFound."""
    feed = queries.feed(tx, feed_id)
    if feed is None:
        raise NotFound("source")
    return feed


def _held(tx: Tx, feed_id: int) -> Feed | None:
    """The source, which nobody else changes or removes until the commit."""
    tx.hold(feed_id)
    return queries.feed(tx, feed_id)


def _keep(tx: Tx, feed_id: int, document: Document, now: int) -> int:
    """Stories that this source has for the first time; answers how many nobody had before."""
    items = document.parsed.items
    known = queries.carried(tx, feed_id, [item.guid for item in items])
    fresh = [item for item in items if item.guid not in known]
    _set_words(tx, [(known[i.guid], i) for i in items if i.guid in known])
    by_key = queries.ids_by_key(tx, [item.url_key for item in fresh])
    alike = dict(document.alike)
    alive = {entry.id for entry in queries.entries(tx, sorted({like.id for like in alike.values()}))}
    rows, new = [], 0
    for item in sorted(
        fresh, key=lambda item: item.url_key
    ):  # one order: two sources never wait for each other
        like = alike.get(item.guid)
        if item.url_key in by_key:
            entry_id, why = by_key[item.url_key], "same address"
        elif like and like.id in alive:
            entry_id, why = like.id, like.why
        else:
            entry_id, why = _insert(tx, item, now)
            new += why == "first"
        by_key[item.url_key] = entry_id
        rows.append(Carried(feed_id, item.guid, entry_id, item.url, item.url_key, why))
    queries.insert_carried(tx, rows, now)
    return new


def _insert(tx: Tx, item: Item, now: int) -> tuple[int, str]:
    published_at, dated = rules.when(item.stated_at, now)
    entry = Entry(
        id=new_id(),
        url=item.url,
        url_key=item.url_key,
        title=item.title,
        summary=item.summary,
        author=item.author,
        published_at=published_at,
        dated=dated,
        found_at=now,
    )
    if queries.insert_entry(tx, entry):
        return entry.id, "first"
    # another source brought it between our two looks at the table
    return queries.ids_by_key(tx, [item.url_key])[item.url_key], "same address"


def _set_words(tx: Tx, pairs: Sequence[tuple[Carried, Item]]) -> None:
    """The source that was first may correct its own words; the address stays what it was."""
    queries.set_words(
        tx,
        [
            {"id": row.entry_id, "title": item.title, "summary": item.summary, "author": item.author}
            for row, item in pairs
            if row.why == "first"
        ],
    )


def _forget_old(tx: Tx, feed_id: int, now: int) -> None:
    """What the source no longer carries goes when it is old, or when there is too much of it."""
    until = max(now - rules.KEEP_FOR, queries.nth_found(tx, feed_id, rules.KEEP) or 0)
    queries.forget(tx, feed_id, queries.stale(tx, feed_id, until, now))


def _moved(tx: Tx, feed: Feed, address: str) -> Feed | None:
    """The feed at its new address; None when there is another source there already."""
    good = canonical.tidy(address).partition("#")[0]
    if not good or good == feed.address:
        return feed
    key = canonical.key(good)
    there = queries.feed_at(tx, key)
    if there and there.id != feed.id:
        return None
    return changed(feed, address=good, address_key=key)


def _succeed(tx: Tx, feed: Feed, pause: int, now: int) -> None:
    next_at = rules.after(feed.every, pause, feed.id, now)
    live = changed(
        feed,
        state="live",
        problem="",
        failures=0,
        failing_since=None,
        fetched_at=now,
        good_at=now,
        next_at=next_at,
    )
    queries.put_feed(tx, live)
    _plan(tx, live, now)


def _wake(tx: Tx, feed: Feed, now: int) -> Feed:
    awake = changed(
        feed,
        state=("failing" if feed.good_at is not None else "new") if feed.state == "dead" else feed.state,
        failures=0 if feed.state == "dead" else feed.failures,
        failing_since=None if feed.state == "dead" else feed.failing_since,
        next_at=now,
    )
    queries.put_feed(tx, awake)
    _plan(tx, awake, now)
    return awake


def _plan(tx: Tx, feed: Feed, now: int) -> None:
    jobs.add(tx, FetchFeed(feed.id), now=now, run_at=feed.next_at, key=f"feed:{feed.id}")
