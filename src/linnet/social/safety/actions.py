"""Blocking, muting, and taking either back. Every action is safe to repeat."""

from linnet.db.tx import Tx
from linnet.kernel.ids import new_id
from linnet.social.follows import actions as follows
from linnet.social.follows import queries as follow_queries
from linnet.social.notices import actions as notices
from linnet.social.people import actions as people
from linnet.social.people import queries as people_queries
from linnet.social.safety import queries, rules
from linnet.social.safety.rules import Blocked, MuteChanged, Unblocked
from linnet.social.timelines import actions as timelines

AT_ONCE = 200  # mutes that end in one transaction


def block(tx: Tx, account_id: int, target_id: int, now: int) -> None:
    """Ends everything between the two, both ways, and lets nothing new begin. Raises NotFound,
    Invalid (oneself)."""
    _check(tx, account_id, target_id)
    people.hold(tx, account_id, target_id)
    if not queries.insert_block(tx, id=new_id(), account_id=account_id, target_id=target_id, now=now):
        return
    follows.end(tx, account_id, target_id, by_id=account_id)
    follows.end(tx, target_id, account_id, by_id=account_id)
    timelines.drop(tx, account_id, target_id)
    timelines.drop(tx, target_id, account_id)
    notices.forget_pair(tx, account_id, target_id)
    tx.emit(Blocked(account_id, target_id))


def unblock(tx: Tx, account_id: int, target_id: int) -> None:
    """Takes a block back; what it ended stays ended. Raises NotFound."""
    _check(tx, account_id, target_id)
    block_id = queries.delete_block(tx, account_id, target_id)
    if block_id:
        tx.emit(Unblocked(account_id, target_id, block_id))


def mute(
    tx: Tx, account_id: int, target_id: int, *, notices: bool = True, until: int | None = None, now: int
) -> None:
    """Keeps somebody's posts out of home, and with `notices` their notices too, until `until`
    (ms; None for ever). They are not told, and no follow ends. Again: changes the terms.
    Raises NotFound, Invalid (oneself, an end in the past)."""
    _check(tx, account_id, target_id)
    rules.check_until(until, now)
    queries.put_mute(
        tx, id=new_id(), account_id=account_id, target_id=target_id, notices=notices, until=until, now=now
    )
    timelines.drop(tx, account_id, target_id)
    tx.emit(MuteChanged(account_id, target_id))


def unmute(tx: Tx, account_id: int, target_id: int) -> None:
    """Takes a mute back; their last posts return to home if they are followed. Raises NotFound."""
    _check(tx, account_id, target_id)
    _end_mute(tx, account_id, target_id)


def end_mutes(tx: Tx, now: int) -> int:
    """Ends the mutes whose time has passed; answers how many. Recurring work."""
    over = queries.over(tx, now, AT_ONCE)
    for mute in over:
        _end_mute(tx, mute.account_id, mute.target_id)
    return len(over)


def note(tx: Tx, account_id: int, target_id: int, text: str) -> None:
    """Keeps the account's private note on another; '' takes it away. Raises NotFound, Invalid."""
    people_queries.must_account(tx, target_id)
    words = rules.check_note(text)
    if words:
        queries.put_note(tx, account_id, target_id, words)
    else:
        queries.delete_note(tx, account_id, target_id)


def _check(tx: Tx, account_id: int, target_id: int) -> None:
    people_queries.must_account(tx, target_id)
    rules.check_target(account_id, target_id)


def _end_mute(tx: Tx, account_id: int, target_id: int) -> None:
    if not queries.delete_mute(tx, account_id, target_id):
        return
    follow = follow_queries.follow(tx, account_id, target_id)
    if follow:
        timelines.take_up(tx, account_id, target_id, boosts=follow.boosts)
    tx.emit(MuteChanged(account_id, target_id))


def forget_account(tx: Tx, account_id: int) -> int:
    """The account is gone: its blocks, mutes and notes go; answers how many. Nobody is told: there is
    nobody any more whom they would keep away."""
    return queries.drop_account(tx, account_id)
