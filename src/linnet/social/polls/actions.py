"""Making a poll, voting, ending. What a viewer may see is asked by those who call."""

from linnet.db.tx import Tx
from linnet.jobs import rows as jobs
from linnet.jobs.rows import Job
from linnet.kernel.errors import NotFound
from linnet.social.notices import actions as notices
from linnet.social.polls import queries, rules
from linnet.social.polls.rules import ForeignPoll, NewPoll, Poll, PollEnded


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


def take_in(tx: Tx, theirs: ForeignPoll, *, id: int, post_id: int, account_id: int, now: int) -> None:
    """A poll of a post from elsewhere. Its end is a job, for those here who vote in it."""
    poll = Poll(id, post_id, account_id, theirs.multiple, False, theirs.expires_at, theirs.voters_count)
    queries.insert(tx, poll, [title for title, _ in theirs.options])
    recount(tx, id, theirs)
    if poll.expires_at > now:
        jobs.add(tx, EndPoll(id), now=now, run_at=poll.expires_at, key=f"poll:{id}")


def recount(tx: Tx, poll_id: int, theirs: ForeignPoll) -> None:
    """The votes of a poll from elsewhere as its server counts them now. Answers are known by their words, in
    whatever order they come. Other words are another poll: its answers take the place of those that were,
    and what was voted here is void (so does Mastodon)."""
    view = queries.views(tx, [poll_id], 0).get(poll_id)
    if view is None:
        return
    votes = dict(theirs.options)
    places = {option.title: option.position for option in view.options}
    if places.keys() != votes.keys() or view.poll.multiple != theirs.multiple:
        queries.replace(tx, poll_id, [title for title, _ in theirs.options], multiple=theirs.multiple)
        places = {title: at for at, (title, _) in enumerate(theirs.options)}
    counts = {places[title]: n for title, n in votes.items()}
    queries.set_counts(tx, poll_id, counts, theirs.voters_count, theirs.expires_at)


def choose(tx: Tx, poll_id: int, voter_id: int, title: str, now: int) -> bool:
    """One answer of somebody elsewhere, by its words: each comes alone. False when it does not
    count: unknown, too late, a second answer where one is allowed, or the same again (A27)."""
    view = queries.views(tx, [poll_id], voter_id).get(poll_id)
    if view is None or view.poll.expires_at <= now or view.poll.account_id == voter_id:
        return False
    position = next((option.position for option in view.options if option.title == title), None)
    voted = queries.voted(tx, poll_id, voter_id)
    if position is None or (voted and not view.poll.multiple):
        return False
    if queries.chosen(tx, poll_id, voter_id, position):
        return False
    queries.insert_choice(tx, poll_id, voter_id, position, first=not voted)
    return True


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
