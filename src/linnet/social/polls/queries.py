"""Tables `poll`, `poll_option`, `poll_vote`."""

from collections.abc import Mapping, Sequence

from linnet.db.tx import Tx
from linnet.social.polls.rules import Option, Poll, PollView

POLLS = """SELECT id, post_id, account_id, multiple, hide_totals, expires_at, voters_count FROM poll
    WHERE id IN :ids"""
OPTIONS = """SELECT o.poll_id, o.position, o.title, o.votes_count, EXISTS (SELECT 1 FROM poll_vote v
        WHERE v.poll_id = o.poll_id AND v.position = o.position AND v.account_id = :viewer_id) AS own
    FROM poll_option o WHERE o.poll_id IN :ids ORDER BY o.poll_id, o.position"""


def views(tx: Tx, poll_ids: Sequence[int], viewer_id: int) -> dict[int, PollView]:
    """Polls as `viewer_id` (0: anybody) sees them, by id. Two queries."""
    if not poll_ids:
        return {}
    ids = list(poll_ids)
    options = tx.all(Option, OPTIONS, ids=ids, viewer_id=viewer_id)
    return {
        poll.id: PollView(poll, tuple(option for option in options if option.poll_id == poll.id))
        for poll in tx.all(Poll, POLLS, ids=ids)
    }


VOTED = "SELECT 1 FROM poll_vote WHERE poll_id = :poll_id AND account_id = :account_id LIMIT 1"
VOTERS = """SELECT DISTINCT v.account_id FROM poll_vote v JOIN account a ON a.id = v.account_id
    WHERE v.poll_id = :poll_id AND a.host = '' AND v.account_id > :above ORDER BY v.account_id LIMIT :n"""


def voted(tx: Tx, poll_id: int, account_id: int) -> bool:
    """Has the account voted?"""
    return tx.value(VOTED, poll_id=poll_id, account_id=account_id) is not None


def voters(tx: Tx, poll_id: int, *, above: int = 0, n: int = 500) -> list[int]:
    """Our own accounts that voted."""
    return tx.all(int, VOTERS, poll_id=poll_id, above=above, n=n)


INSERT = """INSERT INTO poll (id, post_id, account_id, multiple, hide_totals, expires_at)
    VALUES (:id, :post_id, :account_id, :multiple, :hide_totals, :expires_at)"""
INSERT_OPTION = "INSERT INTO poll_option (poll_id, position, title) VALUES (:poll_id, :position, :title)"
INSERT_VOTE = (
    "INSERT INTO poll_vote (poll_id, account_id, position) VALUES (:poll_id, :account_id, :position)"
)
COUNT_VOTE = (
    "UPDATE poll_option SET votes_count = votes_count + 1 WHERE poll_id = :poll_id AND position = :position"
)
COUNT_VOTER = "UPDATE poll SET voters_count = voters_count + 1 WHERE id = :id"
DELETE_VOTES = "DELETE FROM poll_vote WHERE poll_id = :id"
DELETE_OPTIONS = "DELETE FROM poll_option WHERE poll_id = :id"
DELETE = "DELETE FROM poll WHERE id = :id"


def insert(tx: Tx, poll: Poll, options: Sequence[str]) -> None:
    tx.run(
        INSERT,
        id=poll.id,
        post_id=poll.post_id,
        account_id=poll.account_id,
        multiple=poll.multiple,
        hide_totals=poll.hide_totals,
        expires_at=poll.expires_at,
    )
    rows = [{"poll_id": poll.id, "position": at, "title": title} for at, title in enumerate(options)]
    tx.many(INSERT_OPTION, rows)


def insert_votes(tx: Tx, poll_id: int, account_id: int, choices: Sequence[int]) -> None:
    for position in choices:
        tx.run(INSERT_VOTE, poll_id=poll_id, account_id=account_id, position=position)
        tx.run(COUNT_VOTE, poll_id=poll_id, position=position)
    tx.run(COUNT_VOTER, id=poll_id)


COUNT_OPTION = "UPDATE poll_option SET votes_count = :votes WHERE poll_id = :poll_id AND position = :position"
SET_POLL = "UPDATE poll SET voters_count = :voters_count, expires_at = :expires_at WHERE id = :id"
CHOSEN = (
    "SELECT 1 FROM poll_vote WHERE poll_id = :poll_id AND account_id = :account_id AND position = :position"
)


def set_counts(tx: Tx, poll_id: int, votes: Mapping[int, int], voters: int, expires_at: int) -> None:
    """The counts of a poll from elsewhere, as its server says them, by the answer's place."""
    tx.run(SET_POLL, id=poll_id, voters_count=voters, expires_at=expires_at)
    tx.many(COUNT_OPTION, [{"poll_id": poll_id, "position": at, "votes": n} for at, n in votes.items()])


SET_MULTIPLE = "UPDATE poll SET multiple = :multiple WHERE id = :id"


def replace(tx: Tx, poll_id: int, options: Sequence[str], *, multiple: bool) -> None:
    """Other answers; no votes."""
    tx.run(DELETE_VOTES, id=poll_id)
    tx.run(DELETE_OPTIONS, id=poll_id)
    tx.run(SET_MULTIPLE, id=poll_id, multiple=multiple)
    rows = [{"poll_id": poll_id, "position": at, "title": title} for at, title in enumerate(options)]
    tx.many(INSERT_OPTION, rows)


def chosen(tx: Tx, poll_id: int, account_id: int, position: int) -> bool:
    """Has the account chosen this answer?"""
    return tx.value(CHOSEN, poll_id=poll_id, account_id=account_id, position=position) is not None


def insert_choice(tx: Tx, poll_id: int, account_id: int, position: int, *, first: bool) -> None:
    """One answer of a voter; `first`: their first one in this poll."""
    tx.run(INSERT_VOTE, poll_id=poll_id, account_id=account_id, position=position)
    tx.run(COUNT_VOTE, poll_id=poll_id, position=position)
    if first:
        tx.run(COUNT_VOTER, id=poll_id)


def delete(tx: Tx, poll_id: int) -> None:
    tx.run(DELETE_VOTES, id=poll_id)
    tx.run(DELETE_OPTIONS, id=poll_id)
    tx.run(DELETE, id=poll_id)
