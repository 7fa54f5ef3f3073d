"""Tables `balance_setting`, `balance_correction`, `balance_hint`, `balance_unfollow`; what the balance reads
of posts and follows."""

from collections.abc import Sequence

from linnet.db.tx import Tx
from linnet.desk.balance.hints import Hint, Outcome
from linnet.desk.balance.rules import Kind, Setting
from linnet.kernel.page import WIDE
from linnet.kernel.value import Value


class Row(Value):
    """A post or boost of the account with what it answers, passes on or continues. The texts are as
    they were published."""

    id: int
    at: int
    text: str
    visibility: str
    boost_of_id: int | None = None
    quoted_id: int | None = None
    passed_account_id: int | None = None  # whose post is boosted or quoted
    reply_to_id: int | None = None
    reply_to_account_id: int | None = None
    parent_text: str | None = None  # of what is answered; None: gone, or no answer
    parent_to_account_id: int | None = None
    software: str = ""


class Corrected(Value):
    """What a person said that a post is."""

    post_id: int
    kind: Kind


class Unfollow(Value):
    """Somebody who had followed since `since` went at `at` (ms)."""

    since: int
    at: int


class Pair(Value):
    """A post and how many."""

    post_id: int
    n: int


# A boost has no text; of the post that a boost or quote passes on only its author matters.
ITEMS = """SELECT p.id, p.created_at AS at, p.text, p.visibility, p.boost_of_id, q.quoted_id,
        COALESCE(b.account_id, o.account_id) AS passed_account_id, p.reply_to_id, p.reply_to_account_id,
        r.text AS parent_text, r.reply_to_account_id AS parent_to_account_id, COALESCE(s.software, '') AS software
    FROM post p
    LEFT JOIN post b ON b.id = p.boost_of_id
    LEFT JOIN quote q ON q.post_id = p.id
    LEFT JOIN post o ON o.id = q.quoted_id
    LEFT JOIN post r ON r.id = p.reply_to_id
    LEFT JOIN account a ON a.id = r.account_id
    LEFT JOIN peer s ON s.host = a.host AND a.host <> ''"""
WINDOW = f"""{ITEMS} WHERE p.account_id = :account_id AND p.id >= :above AND p.id < :below
    AND p.visibility IN ('public', 'quiet') ORDER BY p.id DESC LIMIT :n"""
WEEK = f"""{ITEMS} WHERE p.account_id = :account_id AND p.id >= :above AND p.id < :below AND p.boost_of_id IS NULL
    ORDER BY p.id DESC LIMIT :n"""
AMONG = f"{ITEMS} WHERE p.account_id = :account_id AND p.id IN :ids"
PARENT = """SELECT r.id, r.account_id, r.text, r.reply_to_account_id, COALESCE(s.software, '') AS software FROM post r
    LEFT JOIN account a ON a.id = r.account_id LEFT JOIN peer s ON s.host = a.host AND a.host <> '' WHERE r.id = :id"""
HOW_MANY = (
    """SELECT COUNT(*) FROM post WHERE account_id = :account_id AND visibility IN ('public', 'quiet')"""
)
SETTING = """SELECT rule, percent, words, shops, campaign_until FROM balance_setting WHERE account_id = :account_id"""
CORRECTIONS = (
    """SELECT post_id, kind FROM balance_correction WHERE account_id = :account_id AND post_id IN :ids"""
)
COLUMNS = "id, account_id, person_id, day, about, sentence, key, shown_at, outcome, outcome_at"
HINTS = f"SELECT {COLUMNS} FROM balance_hint WHERE account_id = :account_id ORDER BY day DESC LIMIT :n"
HINT = f"SELECT {COLUMNS} FROM balance_hint WHERE account_id = :account_id AND id = :id"
FOLLOWS_NOT = """SELECT COUNT(*) FROM account a WHERE a.id IN :ids AND a.id <> :account_id AND NOT EXISTS (
    SELECT 1 FROM follow f WHERE f.followee_id = :account_id AND f.follower_id = a.id)"""
KNOWN = "SELECT id FROM account WHERE handle_key = :handle_key AND host = :host"


class Parent(Value):
    """The post that is about to be answered."""

    id: int
    account_id: int
    text: str
    reply_to_account_id: int | None
    software: str


def window(tx: Tx, account_id: int, *, above: int, below: int = WIDE, n: int) -> list[Row]:
    """The newest public items of the account with ids from `above` up, the newest first."""
    return tx.all(Row, WINDOW, account_id=account_id, above=above, below=below, n=n)


def week(tx: Tx, account_id: int, *, above: int, below: int = WIDE, n: int) -> list[Row]:
    """The newest posts of the account, whoever may read them, without boosts, the newest first."""
    return tx.all(Row, WEEK, account_id=account_id, above=above, below=below, n=n)


def among(tx: Tx, account_id: int, ids: Sequence[int]) -> list[Row]:
    """Those of these posts that are the account's own."""
    return tx.all(Row, AMONG, account_id=account_id, ids=list(ids)) if ids else []


def parent(tx: Tx, id: int) -> Parent | None:
    """The post that is answered or quoted."""
    return tx.one(Parent, PARENT, id=id)


def how_many(tx: Tx, account_id: int) -> int:
    """Public items of the account, ever."""
    return int(tx.value(HOW_MANY, account_id=account_id))


def setting(tx: Tx, account_id: int) -> Setting:
    """What the account has set; the defaults where it has set nothing."""
    return tx.one(Setting, SETTING, account_id=account_id) or Setting()


def corrections(tx: Tx, account_id: int, ids: Sequence[int]) -> dict[int, Kind]:
    """What people said that these posts are."""
    rows = tx.all(Corrected, CORRECTIONS, account_id=account_id, ids=list(ids)) if ids else []
    return {row.post_id: row.kind for row in rows}


def hints(tx: Tx, account_id: int, n: int) -> list[Hint]:
    """The newest hints, the newest first."""
    return tx.all(Hint, HINTS, account_id=account_id, n=n)


def hint(tx: Tx, account_id: int, id: int) -> Hint | None:
    """One of the account's hints."""
    return tx.one(Hint, HINT, account_id=account_id, id=id)


def known(tx: Tx, handle_key: str, host: str) -> int | None:
    """The account of this name; `host` '' for one of ours."""
    return tx.one(int, KNOWN, handle_key=handle_key, host=host)


def follow_not(tx: Tx, account_id: int, ids: Sequence[int]) -> int:
    """How many of these, beside the account itself, do not follow it."""
    return int(tx.value(FOLLOWS_NOT, account_id=account_id, ids=list(ids))) if ids else 0


# what came of posts

REPLIES = """SELECT reply_to_id AS post_id, COUNT(*) AS n FROM post
    WHERE reply_to_id IN :ids AND account_id <> :account_id GROUP BY reply_to_id"""
FOLLOWED_SINCE = "SELECT since FROM follow WHERE followee_id = :account_id ORDER BY since LIMIT :n"
UNFOLLOWS = "SELECT since, at FROM balance_unfollow WHERE account_id = :account_id AND at >= :from_at ORDER BY at LIMIT :n"
COUNTED_SINCE = "SELECT applied_at FROM migration WHERE number = 63"
MOST_FOLLOWS = 200_000


def replies(tx: Tx, account_id: int, ids: Sequence[int]) -> dict[int, int]:
    """How often others answered each of these posts, as far as this server knows."""
    rows = tx.all(Pair, REPLIES, account_id=account_id, ids=list(ids)) if ids else []
    return {row.post_id: row.n for row in rows}


def followed_since(tx: Tx, account_id: int) -> list[int]:
    """Since when each of the followers follows, rising."""
    return tx.all(int, FOLLOWED_SINCE, account_id=account_id, n=MOST_FOLLOWS)


def unfollows(tx: Tx, account_id: int, from_at: int) -> list[Unfollow]:
    """Who went since `from_at`, in order."""
    return tx.all(Unfollow, UNFOLLOWS, account_id=account_id, from_at=from_at, n=MOST_FOLLOWS)


def counted_since(tx: Tx) -> int:
    """Since when it is written down that somebody went: since there is the table for it."""
    return int(tx.value(COUNTED_SINCE))


PUT_SETTING = """INSERT INTO balance_setting (account_id, rule, percent, words, shops, campaign_until)
    VALUES (:account_id, :rule, :percent, :words, :shops, :campaign_until)
    ON CONFLICT (account_id) DO UPDATE SET rule = excluded.rule, percent = excluded.percent,
        words = excluded.words, shops = excluded.shops, campaign_until = excluded.campaign_until"""
PUT_CORRECTION = """INSERT INTO balance_correction (post_id, account_id, kind, person_id, at)
    VALUES (:post_id, :account_id, :kind, :person_id, :at)
    ON CONFLICT (post_id) DO UPDATE SET kind = excluded.kind, person_id = excluded.person_id, at = excluded.at"""
DELETE_CORRECTION = "DELETE FROM balance_correction WHERE account_id = :account_id AND post_id = :post_id"
INSERT_HINT = """INSERT INTO balance_hint (id, account_id, person_id, day, about, sentence, key, shown_at)
    VALUES (:id, :account_id, :person_id, :day, :about, :sentence, :key, :shown_at)
    ON CONFLICT (account_id, day) DO NOTHING"""
SET_OUTCOME = """UPDATE balance_hint SET outcome = :outcome, outcome_at = :at
    WHERE account_id = :account_id AND id = :id AND outcome = ''"""
INSERT_UNFOLLOW = (
    "INSERT INTO balance_unfollow (id, account_id, since, at) VALUES (:id, :account_id, :since, :at)"
)


def put_setting(tx: Tx, account_id: int, row: Setting) -> None:
    tx.run(
        PUT_SETTING,
        account_id=account_id,
        rule=row.rule,
        percent=row.percent,
        words=row.words,
        shops=row.shops,
        campaign_until=row.campaign_until,
    )


def put_correction(tx: Tx, account_id: int, post_id: int, kind: Kind, person_id: int, now: int) -> None:
    tx.run(PUT_CORRECTION, post_id=post_id, account_id=account_id, kind=kind, person_id=person_id, at=now)


def delete_correction(tx: Tx, account_id: int, post_id: int) -> None:
    tx.run(DELETE_CORRECTION, account_id=account_id, post_id=post_id)


def insert_hint(tx: Tx, row: Hint) -> bool:
    """False when the day has its hint already."""
    return (
        tx.run(
            INSERT_HINT,
            id=row.id,
            account_id=row.account_id,
            person_id=row.person_id,
            day=row.day,
            about=row.about,
            sentence=row.sentence,
            key=row.key,
            shown_at=row.shown_at,
        )
        > 0
    )


def set_outcome(tx: Tx, account_id: int, id: int, outcome: Outcome, now: int) -> bool:
    """False when it had one already."""
    return tx.run(SET_OUTCOME, account_id=account_id, id=id, outcome=outcome, at=now) > 0


def insert_unfollow(tx: Tx, id: int, account_id: int, row: Unfollow) -> None:
    tx.run(INSERT_UNFOLLOW, id=id, account_id=account_id, since=row.since, at=row.at)


FORGET_SETTING = "DELETE FROM balance_setting WHERE account_id = :account_id"
FORGET_CORRECTIONS = "DELETE FROM balance_correction WHERE account_id = :account_id"
FORGET_HINTS = "DELETE FROM balance_hint WHERE account_id = :account_id"
FORGET_UNFOLLOWS = "DELETE FROM balance_unfollow WHERE account_id = :account_id"


def forget_account(tx: Tx, account_id: int) -> None:
    tx.run(FORGET_SETTING, account_id=account_id)
    tx.run(FORGET_CORRECTIONS, account_id=account_id)
    tx.run(FORGET_HINTS, account_id=account_id)
    tx.run(FORGET_UNFOLLOWS, account_id=account_id)
