"""A town full of people and posts, written straight into the database in bulk.

One account, `reader`, follows 200 of the 1,000; the firm's own, `bench`, is followed by all of them.
"""

import random
from collections.abc import Mapping, Sequence
from typing import Any

from linnet.commands.common import database
from linnet.db.tx import Tx
from linnet.kernel.clock import DAY, now_ms
from linnet.kernel.ids import first_id_at
from linnet.kernel.settings import load
from linnet.social.people import queries as people
from linnet.social.search import queries as search

TOWN = 1_000
READER, WRITER = "town1", "town2"
LAST = f"town{TOWN - 1}"  # the last follower of the firm
READER_FOLLOWS = 200
WRITER_FOLLOWERS = 10
OTHERS = 3  # homes that a post goes to besides the reader's
STEP = 20_000
SPAN = 700 * DAY  # the posts are spread over so long

_WORDS = (
    "fresh bread rye wheat oven early morning market today new open until six thank you all week good coffee "
    "cake order bring friends street corner shop summer winter sale little more than yesterday come by try "
    "our with from and the a for on at what do you think of this photo soon again always best small batch"
)
WORDS = _WORDS.split()

ACCOUNT = """INSERT INTO account (id, handle, handle_key, name, bio, bio_html, created_at, last_post_at)
    VALUES (:id, :handle, :handle, :name, :bio, :bio_html, :at, :at)"""
STRANGER = """INSERT INTO account (id, handle, handle_key, host, uri, name, bio, bio_html, created_at, last_post_at,
        discoverable)
    VALUES (:id, :handle, :handle, :host, :uri, :name, :bio, :bio_html, :at, :at, :discoverable)"""
PERSON = """INSERT INTO person (id, name, email, password_hash, created_at)
    VALUES (:id, :name, :email, '$argon2id$nobody', :at)"""
MEMBER = "INSERT INTO member (person_id, account_id, role, since) VALUES (:id, :account_id, 'owner', :at)"
FOLLOW = "INSERT INTO follow (id, follower_id, followee_id, since) VALUES (:id, :a, :b, :at)"
POST = """INSERT INTO post (id, account_id, person_id, text, html, visibility, language, root_id, created_at,
        favourites_count, reply_to_id, reply_to_account_id)
    VALUES (:id, :account_id, :person_id, :text, :html, :visibility, 'en', :root_id, :at, :liked, :reply_to_id,
        :reply_to_account_id)"""
TAG = "INSERT INTO tag (id, key, name) VALUES (:id, :key, :key) ON CONFLICT DO NOTHING"
TAGGED = "INSERT INTO post_tag (tag_id, post_id) VALUES (:tag_id, :post_id)"
BOOKMARK = "INSERT INTO bookmark (id, account_id, post_id) VALUES (:post_id, :owner_id, :post_id)"
NOTICE = """INSERT INTO notice (id, account_id, kind, from_id, post_id, created_at)
    VALUES (:post_id, :owner_id, 'favourite', :from_id, :post_id, :at)"""
TIMELINE = "INSERT INTO timeline (owner_id, post_id) VALUES (:owner_id, :post_id) ON CONFLICT DO NOTHING"
FAVOURITE = "INSERT INTO favourite (id, account_id, post_id) VALUES (:post_id, :owner_id, :post_id)"
COUNT_POSTS = "UPDATE account SET posts_count = (SELECT COUNT(*) FROM post WHERE account_id = account.id)"
COUNT_FOLLOWS = """UPDATE account SET
    followers_count = (SELECT COUNT(*) FROM follow WHERE followee_id = account.id),
    following_count = (SELECT COUNT(*) FROM follow WHERE follower_id = account.id)"""
TOWNSFOLK = """SELECT a.id FROM account a WHERE a.handle_key LIKE 'town%' ORDER BY a.id"""
TAGS = {"bread": (1, 10), "seldom": (2, 1_000)}  # id, and of how many posts one carries it
ANSWERS = 5  # one of so many posts starts a talk, the others answer the one before
FOLLOWED = "SELECT followee_id FROM follow WHERE follower_id = :id"
POSTS = "SELECT COUNT(*) FROM post"
STRANGERS = "SELECT COUNT(*) FROM account WHERE host <> ''"

Rows = list[dict[str, Any]]


def people_in(tx: Tx) -> None:
    """The thousand, and who follows whom."""
    start = first_id_at(now_ms() - SPAN - DAY)
    at = now_ms() - SPAN - DAY
    accounts = [
        {
            "id": start + n,
            "handle": f"town{n}",
            "name": f"Neighbour {n}",
            "bio": sentence(random.Random(n), 90),
            "bio_html": f"<p>{sentence(random.Random(n), 90)}</p>",
            "at": at,
        }
        for n in range(TOWN)
    ]
    persons = [
        {
            "id": a["id"] + TOWN,
            "account_id": a["id"],
            "name": a["name"],
            "email": f"{a['handle']}@x.org",
            "at": at,
        }
        for a in accounts
    ]
    tx.many(ACCOUNT, accounts)
    tx.many(PERSON, ({key: p[key] for key in ("id", "name", "email", "at")} for p in persons))
    tx.many(MEMBER, ({key: p[key] for key in ("id", "account_id", "at")} for p in persons))
    ids = [a["id"] for a in accounts]
    firm = people.by_handle(tx, "bench")
    assert firm is not None
    reader, writer = ids[1], ids[2]
    pairs = [(one, firm.id) for one in ids]
    pairs += [(reader, other) for other in ids[10 : 10 + READER_FOLLOWS]]
    pairs += [(one, writer) for one in ids[500 : 500 + WRITER_FOLLOWERS]]
    tx.many(FOLLOW, ({"id": start + 10_000 + n, "a": a, "b": b, "at": at} for n, (a, b) in enumerate(pairs)))
    tx.run(COUNT_FOLLOWS)


def posts_up_to(tx: Tx, have: int, want: int, total: int) -> None:
    """Posts number `have` to `want`, of `total` in the end, oldest first. Four of five answer the one
    before them; a tenth carries #bread and a thousandth #seldom."""
    ids = tx.all(int, TOWNSFOLK)
    reader = ids[1]
    followed = set(tx.all(int, FOLLOWED, id=reader))
    posts: Rows = []
    homes: Rows = []
    now = now_ms()
    for n in range(have, want):
        rng = random.Random(n)
        at = now - SPAN + SPAN * n // total
        author = ids[int(rng.paretovariate(1.2) * 10) % TOWN]  # a few write much
        id = first_id_at(at) + n % 60_000
        text = sentence(rng, rng.randint(40, 130))
        before = posts[-1] if posts and n % ANSWERS else None
        posts.append(
            {
                "id": id,
                "account_id": author,
                "person_id": author + TOWN,
                "text": text,
                "html": f"<p>{text}</p>",
                "visibility": "public" if n % 10 else "quiet",
                "at": at,
                "liked": rng.randint(0, 3),
                "root_id": before["root_id"] if before else id,
                "reply_to_id": before and before["id"],
                "reply_to_account_id": before and before["account_id"],
            }
        )
        owners = {author, *(rng.choice(ids) for _ in range(OTHERS))} - {reader}
        owners |= {reader} if author in followed else set()
        homes += [{"owner_id": owner, "post_id": id} for owner in owners]
    _write(tx, posts, homes, reader)
    _tag(tx, posts, have)


def _write(tx: Tx, posts: Rows, homes: Rows, reader: int) -> None:
    tx.many(POST, posts)
    tx.many(search.LITE_PUT_POST, ({"id": p["id"], "text": p["text"]} for p in posts))
    tx.many(TIMELINE, homes)
    seen = [row for row in homes if row["owner_id"] == reader]
    tx.many(FAVOURITE, seen[::20])
    tx.many(BOOKMARK, seen[::20])
    tx.many(
        NOTICE,
        (
            {"owner_id": reader, "from_id": p["account_id"], "post_id": p["id"], "at": p["at"]}
            for p in posts[::20]
        ),
    )


def _tag(tx: Tx, posts: Rows, have: int) -> None:
    tx.many(TAG, ({"id": id, "key": key} for key, (id, _) in TAGS.items()))
    for id, of in TAGS.values():
        tagged = (p["id"] for n, p in enumerate(posts, have) if n % of == 1)
        tx.many(TAGGED, ({"tag_id": id, "post_id": post_id} for post_id in tagged))


def sentence(rng: random.Random, length: int) -> str:
    """Some words, about so many characters."""
    words: list[str] = []
    size = 0
    while size < length:
        words.append(rng.choice(WORDS))
        size += len(words[-1]) + 1
    return " ".join(words).capitalize()


def fill(environment: Mapping[str, str], wanted: int) -> int:
    """Brings the database of these settings (SQLite, set up before, not being served) to at least
    `wanted` posts; answers how many there are."""
    settings = load(environment)
    with database(settings) as db:
        if db.dialect != "sqlite":
            raise SystemExit("The benchmark fills SQLite only.")
        if not db.read_now(lambda tx: tx.all(int, TOWNSFOLK)):
            db.write_now(people_in)
        have = int(db.read_now(lambda tx: tx.value(POSTS)))
        for begin in _steps(have, wanted):
            db.write_now(posts_up_to, begin, min(begin + STEP, wanted), wanted)
        db.write_now(lambda tx: tx.run(COUNT_POSTS))
        return int(db.read_now(lambda tx: tx.value(POSTS)))


def strangers(environment: Mapping[str, str], wanted: int) -> None:
    """Brings the accounts of other servers that are known here to `wanted`; a third of them may be found."""
    with database(load(environment)) as db:
        db.write_now(_strangers_in, wanted)


def _strangers_in(tx: Tx, wanted: int) -> None:
    have, at = int(tx.value(STRANGERS)), now_ms() - 2 * SPAN
    tx.many(
        STRANGER,
        (
            {
                "id": first_id_at(at) + n,
                "handle": f"far{n}",
                "host": f"h{n % 500}.example",
                "uri": f"https://h{n % 500}.example/u/{n}",
                "name": f"Stranger {n}",
                "bio": sentence(random.Random(n), 90),
                "bio_html": f"<p>{sentence(random.Random(n), 90)}</p>",
                "at": now_ms() - SPAN * n // max(wanted, 1),
                "discoverable": n % 3 == 0,
            }
            for n in range(have, wanted)
        ),
    )


def _steps(have: int, wanted: int) -> Sequence[int]:
    return range(have, wanted, STEP)
