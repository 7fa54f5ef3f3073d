"""What is told of a post that is not there (any more). That it is gone is said of what everybody could see,
and of nothing else: for the rest it would tell that there was something."""

from linnet.db.tx import Tx
from linnet.kernel.errors import Gone, LinnetError, NotFound
from linnet.social.people import queries as people
from linnet.social.posts import queries


def why_absent(tx: Tx, post_id: int, handle: str = "") -> LinnetError:
    """Why a post is not shown to somebody who may not see it: to be raised. Gone or NotFound. `handle`: of
    ours, below which it was asked for; of an account that was closed everything is gone, whatever it was."""
    account = people.by_handle(tx, handle) if handle else None
    if account and account.hidden:
        return Gone("This account was closed.")
    return Gone("This post was deleted.") if queries.grave(tx, post_id) else NotFound("post")
