"""Tables `card` and `post_card`."""

from linnet.db.tx import Tx
from linnet.social.cards.rules import Card

CARD = """SELECT address, url, title, description, media_id, language, problem, asked_at, fresh_until
    FROM card WHERE address = :address"""
CLAIM = """INSERT INTO card (address, problem, asked_at, fresh_until)
    VALUES (:address, :problem, :now, :until)
    ON CONFLICT (address) DO UPDATE SET problem = excluded.problem, asked_at = excluded.asked_at,
        fresh_until = excluded.fresh_until WHERE card.fresh_until <= :now"""
SAVE = """UPDATE card SET url = :url, title = :title, description = :description, media_id = :media_id,
    language = :language, problem = :problem, fresh_until = :fresh_until WHERE address = :address"""
PUT_OFF = "UPDATE card SET problem = :problem, fresh_until = :until WHERE address = :address"
TIE = """INSERT INTO post_card (post_id, address, url) VALUES (:post_id, :address, :url)
    ON CONFLICT (post_id) DO UPDATE SET address = excluded.address, url = excluded.url"""
UNTIE = "DELETE FROM post_card WHERE post_id = :post_id"
IS_TIED = "SELECT 1 FROM post_card WHERE post_id = :post_id AND address = :address AND url = :url"
UNUSED = """SELECT address, url, title, description, media_id, language, problem, asked_at, fresh_until FROM card
    WHERE asked_at < :before AND fresh_until < :now
        AND NOT EXISTS (SELECT 1 FROM post_card p WHERE p.address = card.address)
    ORDER BY asked_at LIMIT :n"""
DELETE = "DELETE FROM card WHERE address = :address"


def card(tx: Tx, address: str) -> Card | None:
    """What is known of the page at this address."""
    return tx.one(Card, CARD, address=address)


def claim(tx: Tx, address: str, problem: str, until: int, now: int) -> bool:
    """False when it needs not be asked: somebody did, or does."""
    return tx.run(CLAIM, address=address, problem=problem, until=until, now=now) > 0


def save(tx: Tx, card: Card) -> None:
    tx.run(
        SAVE,
        address=card.address,
        url=card.url,
        title=card.title,
        description=card.description,
        media_id=card.media_id,
        language=card.language,
        problem=card.problem,
        fresh_until=card.fresh_until,
    )


def put_off(tx: Tx, address: str, problem: str, until: int) -> None:
    tx.run(PUT_OFF, address=address, problem=problem, until=until)


def tie(tx: Tx, post_id: int, address: str, url: str) -> None:
    tx.run(TIE, post_id=post_id, address=address, url=url)


def untie(tx: Tx, post_id: int) -> bool:
    """False when it had no card."""
    return tx.run(UNTIE, post_id=post_id) > 0


def is_tied(tx: Tx, post_id: int, address: str, url: str) -> bool:
    """Does this card stand under this post already?"""
    return tx.value(IS_TIED, post_id=post_id, address=address, url=url) is not None


def unused(tx: Tx, before: int, now: int, n: int) -> list[Card]:
    """Cards under no post, not asked for since then (ms)."""
    return tx.all(Card, UNUSED, before=before, now=now, n=n)


def delete(tx: Tx, address: str) -> None:
    tx.run(DELETE, address=address)
