"""Deciding on stories: share, keep for later, never."""

from collections.abc import Sequence

from linnet.db.tx import Tx
from linnet.desk.feeds import queries as feeds
from linnet.desk.feeds.rules import Entry
from linnet.desk.ideas import queries, rules
from linnet.desk.ideas.rules import Decision
from linnet.kernel.errors import NotFound
from linnet.kernel.value import changed


def save(tx: Tx, account_id: int, entry_id: int, *, person_id: int | None, now: int) -> None:
    """Keeps a story for later. Raises NotFound."""
    _must(tx, entry_id)
    queries.put_decision(tx, Decision(account_id, entry_id, "saved", "", person_id, None, None, now))


def dismiss(
    tx: Tx, account_id: int, entry_id: int, *, person_id: int | None, reason: str = "", now: int
) -> None:
    """The story is not wanted; off_topic teaches the ranking. Raises NotFound, Invalid("reason")."""
    _must(tx, entry_id)
    why = rules.check_reason(reason)
    queries.put_decision(tx, Decision(account_id, entry_id, "dismissed", why, person_id, None, None, now))


def mark_shared(
    tx: Tx,
    account_id: int,
    entry_id: int,
    *,
    person_id: int | None = None,
    draft_id: int | None = None,
    post_id: int | None = None,
    now: int,
) -> bool:
    """The story became a draft, or a post (called again then: the draft stays known). False when
    the story is gone, which must not keep anybody from publishing."""
    if feeds.entry(tx, entry_id) is None:
        return False
    before = queries.decision(tx, account_id, entry_id)
    shared = Decision(account_id, entry_id, "shared", "", person_id, draft_id, post_id, now)
    if before and before.verdict == "shared":
        shared = changed(
            shared,
            person_id=before.person_id if person_id is None else person_id,
            draft_id=before.draft_id if draft_id is None else draft_id,
            post_id=before.post_id if post_id is None else post_id,
        )
    queries.put_decision(tx, shared)
    return True


def take_back(tx: Tx, account_id: int, entry_id: int) -> bool:
    """Undoes the decision (its draft was discarded, or somebody changed their mind): the story may
    be offered again. One that is out as a post stays shared. False when there was nothing to undo."""
    before = queries.decision(tx, account_id, entry_id)
    if before is None or before.post_id is not None:
        return False
    return queries.delete_decision(tx, account_id, entry_id)


def note_shown(tx: Tx, account_id: int, entry_ids: Sequence[int], now: int) -> None:
    """These stories were shown to the account; only the first time counts."""
    queries.put_shown(tx, account_id, entry_ids, now)


def forget_gone(tx: Tx, now: int) -> int:  # noqa: ARG001 # the shape of recurring work
    """Recurring: decisions and showings of stories that no source carries any more."""
    return queries.forget_gone(tx)


def _must(tx: Tx, entry_id: int) -> Entry:
    entry = feeds.entry(tx, entry_id)
    if entry is None:
        raise NotFound("story")
    return entry
