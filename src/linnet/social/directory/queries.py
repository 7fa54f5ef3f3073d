"""Table `unsuggested`, and people to look at: only those who wish to be found, and nobody from a server
that the owner limited or suspended. Where there is nobody, there is nobody."""

from typing import Literal

from linnet.db.tx import Tx
from linnet.kernel.ids import made_at
from linnet.kernel.value import Value

Reason = Literal["friends of friends", "hashtags", "here", "lately"]

_FOUND = """a.discoverable AND a.held = '' AND a.suspended_at IS NULL AND a.moved_to_id IS NULL
        AND NOT EXISTS (SELECT 1 FROM block b WHERE (b.account_id = :viewer_id AND b.target_id = a.id)
            OR (b.account_id = a.id AND b.target_id = :viewer_id))
        AND NOT EXISTS (SELECT 1 FROM mute m WHERE m.account_id = :viewer_id AND m.target_id = a.id)"""
ACTIVE = f"""SELECT a.id FROM account a WHERE a.last_post_at IS NOT NULL AND {_FOUND}
    ORDER BY a.last_post_at DESC, a.id DESC LIMIT :n OFFSET :skip"""
NEW = f"SELECT a.id FROM account a WHERE {_FOUND} ORDER BY a.id DESC LIMIT :n OFFSET :skip"
# of ours alone: few, and not to be looked for among everybody whom this server ever met
ACTIVE_HERE = f"""SELECT a.id FROM account a WHERE a.host = '' AND a.last_post_at IS NOT NULL AND {_FOUND}
    ORDER BY a.last_post_at DESC, a.id DESC LIMIT :n OFFSET :skip"""
NEW_HERE = f"""SELECT a.id FROM account a WHERE a.host = '' AND {_FOUND}
    ORDER BY a.id DESC LIMIT :n OFFSET :skip"""


def directory(
    tx: Tx, *, viewer_id: int = 0, new: bool = False, local: bool = False, n: int = 40, skip: int = 0
) -> list[int]:
    """Ids of those who wish to be found: who wrote last first, or (`new`) who came to be known here last."""
    newest = NEW_HERE if local else NEW
    active = ACTIVE_HERE if local else ACTIVE
    return tx.all(int, newest if new else active, viewer_id=viewer_id, n=n, skip=skip)


class Suggested(Value):
    """Somebody to follow, and how often there is a reason."""

    id: int
    times: int


# Whom those follow whom the viewer follows, as far as it is known here; of the last 200 only.
FRIENDS_OF_FRIENDS = """SELECT f.followee_id AS id, COUNT(*) AS times
    FROM (SELECT followee_id FROM follow WHERE follower_id = :viewer_id ORDER BY id DESC LIMIT 200) mine
    JOIN follow f ON f.follower_id = mine.followee_id JOIN account a ON a.id = f.followee_id
    JOIN account b ON b.id = f.follower_id
    WHERE NOT b.hides_network AND a.discoverable AND a.held = '' AND a.suspended_at IS NULL AND a.moved_to_id IS NULL
        AND a.id <> :viewer_id
        AND NOT EXISTS (SELECT 1 FROM follow g WHERE g.followee_id = a.id AND g.follower_id = :viewer_id)
        AND NOT EXISTS (SELECT 1 FROM follow_request r WHERE r.followee_id = a.id AND r.follower_id = :viewer_id)
        AND NOT EXISTS (SELECT 1 FROM block b WHERE (b.account_id = :viewer_id AND b.target_id = a.id)
            OR (b.account_id = a.id AND b.target_id = :viewer_id))
        AND NOT EXISTS (SELECT 1 FROM mute m WHERE m.account_id = :viewer_id AND m.target_id = a.id)
        AND NOT EXISTS (SELECT 1 FROM unsuggested u WHERE u.account_id = :viewer_id AND u.target_id = a.id)
    GROUP BY f.followee_id ORDER BY times DESC, id LIMIT :n"""
# Who lately wrote with a hashtag that the viewer follows.
BY_HASHTAG = """SELECT p.account_id AS id, COUNT(*) AS times
    FROM tag_follow t JOIN post_tag x ON x.tag_id = t.tag_id AND x.post_id > :since
    JOIN post p ON p.id = x.post_id JOIN account a ON a.id = p.account_id
    WHERE t.account_id = :viewer_id AND p.visibility = 'public'
        AND a.discoverable AND a.held = '' AND a.suspended_at IS NULL AND a.moved_to_id IS NULL
        AND a.id <> :viewer_id
        AND NOT EXISTS (SELECT 1 FROM follow g WHERE g.followee_id = a.id AND g.follower_id = :viewer_id)
        AND NOT EXISTS (SELECT 1 FROM follow_request r WHERE r.followee_id = a.id AND r.follower_id = :viewer_id)
        AND NOT EXISTS (SELECT 1 FROM block b WHERE (b.account_id = :viewer_id AND b.target_id = a.id)
            OR (b.account_id = a.id AND b.target_id = :viewer_id))
        AND NOT EXISTS (SELECT 1 FROM mute m WHERE m.account_id = :viewer_id AND m.target_id = a.id)
        AND NOT EXISTS (SELECT 1 FROM unsuggested u WHERE u.account_id = :viewer_id AND u.target_id = a.id)
    GROUP BY p.account_id ORDER BY times DESC, id LIMIT :n"""
# Who else writes on this server.
HERE = """SELECT a.id, a.followers_count AS times FROM account a
    WHERE a.host = '' AND a.last_post_at IS NOT NULL
        AND a.discoverable AND a.held = '' AND a.suspended_at IS NULL AND a.moved_to_id IS NULL
        AND a.id <> :viewer_id
        AND NOT EXISTS (SELECT 1 FROM follow g WHERE g.followee_id = a.id AND g.follower_id = :viewer_id)
        AND NOT EXISTS (SELECT 1 FROM follow_request r WHERE r.followee_id = a.id AND r.follower_id = :viewer_id)
        AND NOT EXISTS (SELECT 1 FROM block b WHERE (b.account_id = :viewer_id AND b.target_id = a.id)
            OR (b.account_id = a.id AND b.target_id = :viewer_id))
        AND NOT EXISTS (SELECT 1 FROM mute m WHERE m.account_id = :viewer_id AND m.target_id = a.id)
        AND NOT EXISTS (SELECT 1 FROM unsuggested u WHERE u.account_id = :viewer_id AND u.target_id = a.id)
    ORDER BY times DESC, a.id LIMIT :n"""

# Who wrote lately elsewhere and came to be known here, by a relay or in a thread: of the last 200 those that
# most people follow.
LATELY = """SELECT a.id, a.followers_count AS times
    FROM (SELECT id, followers_count FROM account
        WHERE discoverable AND last_post_at > :since AND host <> '' AND held = '' AND suspended_at IS NULL
            AND moved_to_id IS NULL
        ORDER BY last_post_at DESC LIMIT 200) a
    WHERE NOT EXISTS (SELECT 1 FROM follow g WHERE g.followee_id = a.id AND g.follower_id = :viewer_id)
        AND NOT EXISTS (SELECT 1 FROM follow_request r WHERE r.followee_id = a.id AND r.follower_id = :viewer_id)
        AND NOT EXISTS (SELECT 1 FROM block b WHERE (b.account_id = :viewer_id AND b.target_id = a.id)
            OR (b.account_id = a.id AND b.target_id = :viewer_id))
        AND NOT EXISTS (SELECT 1 FROM mute m WHERE m.account_id = :viewer_id AND m.target_id = a.id)
        AND NOT EXISTS (SELECT 1 FROM unsuggested u WHERE u.account_id = :viewer_id AND u.target_id = a.id)
    ORDER BY times DESC, a.id LIMIT :n"""


def suggested(tx: Tx, viewer_id: int, *, since_id: int, n: int = 40) -> list[tuple[int, Reason]]:
    """People whom the viewer does not follow and might like to, the best reason first. `since_id`: posts
    before this one do not count."""
    found: dict[int, Reason] = {}
    for row in tx.all(Suggested, FRIENDS_OF_FRIENDS, viewer_id=viewer_id, n=n):
        found.setdefault(row.id, "friends of friends")
    for row in tx.all(Suggested, BY_HASHTAG, viewer_id=viewer_id, since=since_id, n=n):
        found.setdefault(row.id, "hashtags")
    for row in tx.all(Suggested, HERE, viewer_id=viewer_id, n=n):
        found.setdefault(row.id, "here")
    if len(found) < n:
        for row in tx.all(Suggested, LATELY, viewer_id=viewer_id, since=made_at(since_id), n=n):
            found.setdefault(row.id, "lately")
    return list(found.items())[:n]


PUT = """INSERT INTO unsuggested (account_id, target_id, at) VALUES (:account_id, :target_id, :now)
    ON CONFLICT DO NOTHING"""


def put_unsuggested(tx: Tx, account_id: int, target_id: int, now: int) -> None:
    tx.run(PUT, account_id=account_id, target_id=target_id, now=now)


DROP_ACCOUNT = "DELETE FROM unsuggested WHERE account_id = :account_id"


def drop_account(tx: Tx, account_id: int) -> int:
    """Whom the account did not want to be shown; how many those were."""
    return tx.run(DROP_ACCOUNT, account_id=account_id)
