"""Somebody looks at something from elsewhere: it is asked for again, if that was long ago. What is found
is written down, each in one transaction."""

from collections.abc import Sequence
from typing import ClassVar

from linnet.db.tx import Tx
from linnet.federation.finding import queries, rules
from linnet.jobs import rows
from linnet.jobs.rows import Job
from linnet.kernel.clock import MINUTE
from linnet.kernel.errors import LinnetError
from linnet.social.people import figures
from linnet.social.people.figures import Figures
from linnet.social.posts import foreign as posts
from linnet.social.posts import joining
from linnet.social.posts.rules import ThreadGrew
from linnet.social.proofs import actions as proofs
from linnet.social.quotes.rules import QuoteUnclear
from linnet.social.reactions import actions as reactions
from linnet.social.timelines import actions as timelines


class ReadProfile(Job):
    """Job: an account elsewhere with its last posts, what it has on top, and its figures."""

    lane: ClassVar[str] = "look"
    lease: ClassVar[int] = 4 * MINUTE
    patience: ClassVar[int] = 3

    account_id: int


class ReadThread(Job):
    """Job: what is missing of the thread around a post, and how it stands."""

    lane: ClassVar[str] = "look"
    lease: ClassVar[int] = 4 * MINUTE
    patience: ClassVar[int] = 2

    post_id: int


class ReadQuote(Job):
    """Job: what a post quotes, which could not be had when it came. `tries`: how often that was so since."""

    lane: ClassVar[str] = "look"
    lease: ClassVar[int] = 2 * MINUTE
    patience: ClassVar[int] = 2

    post_id: int
    tries: int = 0


def look_at_quote(tx: Tx, event: QuoteUnclear, now: int) -> None:
    """What a new post quotes could not be had: soon again."""
    key = f"quote:{event.post_id}"
    rows.add_if_new(tx, ReadQuote(event.post_id), now=now, run_at=now + rules.QUOTE_AGAIN[0], key=key)


def quote_again(tx: Tx, job: ReadQuote, now: int) -> None:
    """It could not be had again: later, or not any more."""
    tries = job.tries + 1
    if tries < len(rules.QUOTE_AGAIN):
        run_at = now + rules.QUOTE_AGAIN[tries]
        rows.add(tx, ReadQuote(job.post_id, tries), now=now, run_at=run_at, key=f"quote:{job.post_id}")


def look_at_profile(tx: Tx, account_id: int, now: int) -> bool:
    """Asks for it, once a day. False when that is not due."""
    if not queries.profile_due(tx, account_id, now - rules.PROFILE_AGAIN):
        return False
    queries.put_asked(tx, "profile", account_id, now)
    rows.add_if_new(tx, ReadProfile(account_id), now=now, run_at=now, key=f"profile:{account_id}")
    return True


def sooner(tx: Tx, account_id: int, now: int) -> None:
    """Its server could not be asked now: not a day later but in ten minutes somebody may look again."""
    queries.put_asked(tx, "profile", account_id, now - rules.PROFILE_AGAIN + rules.AWAY_AGAIN)


def look_at_thread(tx: Tx, post_id: int, now: int) -> bool:
    """Asks for it, once in a quarter of an hour, whichever of its posts is looked at. False when that
    is not due."""
    root_id = queries.thread_due(tx, post_id, now - rules.THREAD_AGAIN)
    if root_id is None:
        return False
    queries.put_asked(tx, "thread", root_id, now)
    rows.add_if_new(tx, ReadThread(post_id), now=now, run_at=now, key=f"thread:{root_id}")
    return True


def profile_was_read(
    tx: Tx, account_id: int, said: Figures, pinned: Sequence[int] | None, newest: int, now: int
) -> None:
    """What was found of a profile: totals, posts on top (None: its server did not say), when it last
    wrote (ms, 0: nothing was found). The first time, who follows it already gets its last posts."""
    figures.recount(tx, account_id, said)
    if newest:
        figures.wrote(tx, account_id, newest)
    if pinned is not None:
        _pin(tx, account_id, pinned)
    if not queries.was_asked(tx, "filled", account_id):
        for owner in queries.followers_here(tx, account_id):
            timelines.take_up(tx, owner.id, account_id, boosts=owner.boosts)
    queries.put_asked(tx, "filled", account_id, now)
    proofs.look(tx, account_id, now)


def _pin(tx: Tx, account_id: int, wanted: Sequence[int]) -> None:
    had = set(queries.pins(tx, account_id))
    for post_id in had - set(wanted):
        reactions.unpin(tx, account_id, post_id)
    for at, post_id in enumerate(reversed(wanted)):  # the first of theirs is shown first
        if post_id not in had:
            try:
                reactions.pin(tx, account_id, post_id, at)
            except LinnetError:
                continue  # not theirs, or one more than we show


def join(tx: Tx, post_id: int, parent_id: int) -> bool:
    """It became known what a post from elsewhere answers."""
    return joining.adopt(tx, post_id, parent_id)


def grew(tx: Tx, root_ids: Sequence[int]) -> None:
    """There is more of these threads: whoever has one open may look again."""
    for root_id in root_ids:
        tx.emit(ThreadGrew(root_id))


def gone(tx: Tx, uri: str, now: int) -> None:
    """The post's own server says that it is gone for good."""
    posts.withdrawn(tx, uri, now)


def forget(tx: Tx, now: int) -> None:
    """Recurring: what nobody has looked at for a month."""
    queries.forget_asked(tx, now - rules.ASKED_KEPT)
