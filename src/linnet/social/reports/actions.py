"""Complaining, and deciding on complaints."""

from collections.abc import Sequence

from linnet.db.tx import Tx
from linnet.kernel.clock import DAY
from linnet.kernel.errors import Invalid, NotFound, TooMany
from linnet.kernel.wire import encode_text
from linnet.social.follows import actions as follows
from linnet.social.follows import queries as follow_queries
from linnet.social.people import foreign
from linnet.social.people import queries as people
from linnet.social.reports import queries, rules
from linnet.social.reports.rules import Report, Reported

MOST_FOLLOWERS = 100_000  # of ours, of one account


def report(
    tx: Tx,
    account_id: int,
    about_id: int,
    post_ids: Sequence[int],
    *,
    comment: str,
    category: str,
    forward: bool,
    id: int,
    now: int,
) -> Report:
    """One of ours complains. `forward`: the other server is told too, in the server's name. Posts
    that are not the account's are left out. Raises NotFound, Invalid."""
    about = people.must_account(tx, about_id)
    if about_id == account_id:
        raise Invalid("account_id", "is your own")
    row = Report(
        id=id,
        uri="",
        from_id=account_id,
        from_host="",
        about_id=about_id,
        post_ids=encode_text(queries.posts_of(tx, about_id, post_ids[: rules.MOST_POSTS])),
        category=rules.check_category(category),
        comment=rules.check_comment(comment),
        forwarded=forward and not about.local,
        created_at=now,
        closed_at=None,
        closed_by=None,
    )
    queries.insert(tx, row)
    if row.forwarded:
        tx.emit(Reported(id, about_id))
    return row


def receive(
    tx: Tx, *, id: int, uri: str, host: str, about_id: int, post_ids: Sequence[int], comment: str, now: int
) -> bool:
    """Another server complains about one of ours. False when it did before. Raises TooMany when it
    complains more than anybody could decide: it must not bury what others say."""
    if (
        queries.open_from_host(tx, host, rules.PER_HOST_OPEN) >= rules.PER_HOST_OPEN
        or queries.from_host(tx, host, now - DAY, rules.PER_HOST_A_DAY) >= rules.PER_HOST_A_DAY
    ):
        raise TooMany("This server complains too often.")
    row = Report(
        id=id,
        uri=uri,
        from_id=None,
        from_host=host,
        about_id=about_id,
        post_ids=encode_text(queries.posts_of(tx, about_id, post_ids)),
        category="other",
        comment=comment[: rules.COMMENT_LENGTH].replace("\0", ""),
        forwarded=False,
        created_at=now,
        closed_at=None,
        closed_by=None,
    )
    return queries.insert(tx, row)


def close(tx: Tx, report_id: int, person_id: int, now: int) -> None:
    """The owner has decided; again: nothing. Raises NotFound."""
    if queries.report(tx, report_id) is None:
        raise NotFound("report")
    queries.close(tx, report_id, person_id, now)


def suspend(tx: Tx, report_id: int, person_id: int, now: int) -> None:
    """The account elsewhere that the report is about is not shown and not heard any more. Raises
    NotFound, Invalid for one of our own."""
    found = queries.report(tx, report_id)
    if found is None:
        raise NotFound("report")
    if people.must_account(tx, found.about_id).local:
        raise Invalid("account", "lives here: take away its people's access in the settings instead")
    foreign.suspend(tx, found.about_id, now)
    for follower in follow_queries.local_followers(tx, found.about_id, MOST_FOLLOWERS):
        follows.end(tx, follower, found.about_id, by_id=follower)
    queries.close(tx, report_id, person_id, now)
