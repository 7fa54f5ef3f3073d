"""What a post from elsewhere answers became known later. A third file of actions: it writes the same
table."""

from linnet.db.tx import Tx
from linnet.social.posts import queries
from linnet.social.posts.rules import OPEN

JOIN = """UPDATE post SET reply_to_id = :parent_id, reply_to_account_id = :author_id, revision = revision + 1
    WHERE id = :id AND reply_to_id IS NULL"""
MOVE_THREAD = "UPDATE post SET root_id = :root_id WHERE root_id = :old_id"


def adopt(tx: Tx, post_id: int, parent_id: int) -> bool:
    """The post, which stood alone, answers that one: it joins its thread with all that hangs on it.
    False when there is nothing to do: it is known what it answers, or the parent itself hangs on it."""
    tx.hold(min(post_id, parent_id))
    tx.hold(max(post_id, parent_id))
    post, parent = queries.post(tx, post_id), queries.post(tx, parent_id)
    if post is None or parent is None or not post.uri or post.reply_to_id or post.boost_of_id:
        return False
    if parent.boost_of_id or parent.root_id == post.root_id:
        return False  # round in a ring
    tx.run(JOIN, id=post_id, parent_id=parent_id, author_id=parent.account_id)
    tx.run(MOVE_THREAD, old_id=post.root_id, root_id=parent.root_id)
    if post.visibility in OPEN:
        if parent.uri:
            queries.count_replies_here(tx, parent_id)
        else:
            queries.count_reply(tx, parent_id, 1)
    return True
