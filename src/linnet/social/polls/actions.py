"""Making a poll, voting, ending. What a viewer may see is asked by those who call."""

from linnet.db.tx import Tx
from linnet.jobs import rows as jobs
from linnet.jobs.rows import Job
from linnet.kernel.errors import NotFound
from linnet.social.notices import actions as notices
from linnet.social.polls import queries, rules
from linnet.social.polls.rules import NewPoll, Poll, PollEnded


class EndPoll(Job):
    """Job: tells those who took part that the poll is over."""

    poll_id: int


def create(tx: Tx, new: NewPoll, *, id: int, post_id: int, account_id: int, now: int) -> None:
    """A poll for a post that is being written; its end is a job. Raises Invalid."""
    good = rules.check_poll(new)
    poll = Poll(id, post_id, account_id, good.multiple, good.hide_totals, now + good.duration, 0)
    queries.insert(tx, poll, good.options)
    jobs.add(tx, EndPoll(id), now=now, run_at=poll.expires_at, key=f"poll:{id}")


def vote(tx: Tx, poll_id: int, voter_id: int, choices: list[int], now: int) -> Poll:
    """One vote. Raises NotFound, Invalid, Late, Conflict."""
    view = queries.views(tx, [poll_id], voter_id).get(poll_id)
    if view is None:
        raise NotFound("poll")
    voted = queries.voted(tx, poll_id, voter_id)
    rules.check_vote(view.poll, len(view.options), choices, voted=voted, voter_id=voter_id, now=now)
    queries.insert_votes(tx, poll_id, voter_id, choices)
    return view.poll


def end(tx: Tx, poll_id: int, now: int) -> Poll | None:
    """Its time is over: tells the author and our own voters. None when the poll is gone."""
    view = queries.views(tx, [poll_id], 0).get(poll_id)
    if view is None or view.poll.expires_at > now:
        return None
    poll = view.poll
    for account_id in (poll.account_id, *queries.voters(tx, poll_id)):
        notices.add_own(
            tx, account_id=account_id, kind="poll", from_id=poll.account_id, post_id=poll.post_id, now=now
        )
    tx.emit(PollEnded(poll.id, poll.post_id))
    return poll


def drop(tx: Tx, poll_id: int) -> None:
    """The post is gone: so is its poll."""
    jobs.cancel(tx, f"poll:{poll_id}")
    queries.delete(tx, poll_id)
