"""A few people to act in tests."""

from linnet.db.tx import Tx
from linnet.kernel.ids import new_id
from linnet.social.people import actions as people
from linnet.social.people.rules import Account, Person, ProfileChange

HASH = "$argon2id$not-a-real-hash"


def account(tx: Tx, handle: str, *, locked: bool = False, now: int = 1) -> Account:
    """An account of our own without anybody behind it."""
    made = people.add_account(tx, id=new_id(), handle=handle, name="", kind="person", now=now)
    return people.change_profile(tx, made.id, ProfileChange(locked=True)) if locked else made


def person(tx: Tx, name: str, *, owner: bool = False, password_hash: str = HASH, now: int = 1) -> Person:
    """Somebody who may log in as name@example.org."""
    email = f"{name}@example.org"
    return people.add_person(
        tx, id=new_id(), name=name, email=email, password_hash=password_hash, owner=owner, now=now
    )


def both(tx: Tx, handle: str, *, now: int = 1) -> tuple[Person, Account]:
    """A person with an account that they own."""
    who, speaks = person(tx, handle, now=now), account(tx, handle, now=now)
    people.join(tx, who.id, speaks.id, "owner", now)
    return who, speaks
