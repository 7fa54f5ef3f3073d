"""Adding people and accounts, changing them, logging in and out."""

from linnet.db.tx import Tx
from linnet.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, Unknown
from linnet.kernel.tokens import new_token, token_hash
from linnet.kernel.value import changed
from linnet.social.apps import actions as apps
from linnet.social.people import queries, rules
from linnet.social.people.queries import SESSION_PREFIX
from linnet.social.people.rules import (
    AccessEnded,
    Account,
    AccountChanged,
    Kind,
    Member,
    Person,
    ProfileChange,
    Role,
    Session,
)
from linnet.social.search import actions as search


def add_person(
    tx: Tx, *, id: int, name: str, email: str, password_hash: str, owner: bool, now: int
) -> Person:
    """Somebody who may log in. `owner`: of the server. Raises Invalid, or Conflict when the
    address is taken."""
    name, email = rules.check_name(name), rules.check_email(email)
    if queries.person_by_email(tx, email):
        raise Conflict("Somebody has this e-mail address already.")
    queries.insert_person(
        tx, id=id, name=name, email=email, password_hash=password_hash, owner=owner, now=now
    )
    return Person(id, name, email, owner, now, None)


def add_account(tx: Tx, *, id: int, handle: str, name: str, kind: Kind, now: int) -> Account:
    """An account of our own. `name` '' is the handle. Raises Invalid, or Conflict when the handle
    is taken (in any case)."""
    handle = rules.check_handle(handle)
    name = rules.check_name(name or handle)
    if queries.by_handle(tx, handle):
        raise Conflict(f"The handle {handle} is taken.")
    queries.insert_account(tx, id=id, handle=handle, name=name, kind=kind, now=now)
    search.index_account(tx, id, handle, name, "")
    return queries.must_account(tx, id)


def join(tx: Tx, person_id: int, account_id: int, role: Role, now: int) -> Member:
    """Makes a person a member. Raises NotFound, or Conflict when they are one already."""
    if queries.person(tx, person_id) is None:
        raise NotFound("person")
    if not queries.must_account(tx, account_id).local:
        raise NotAllowed("That account lives on another server.")
    if queries.member(tx, person_id, account_id):
        raise Conflict("This person is a member already.")
    queries.put_member(tx, person_id, account_id, rules.check_role(role), now)
    return Member(person_id, account_id, role, now)


def set_role(tx: Tx, person_id: int, account_id: int, role: Role, now: int) -> Member:
    """Gives a member another role. Raises NotFound, or Conflict for the last owner."""
    had = _must_member(tx, person_id, account_id)
    role = rules.check_role(role)
    if had.role == "owner" and role != "owner":
        rules.check_leaving(queries.members_of(tx, account_id), person_id)
    queries.put_member(tx, person_id, account_id, role, now)
    tx.emit(AccessEnded(person_id, account_id))
    return changed(had, role=role)


def leave(tx: Tx, person_id: int, account_id: int) -> None:
    """Ends a membership and all access that hangs on it. Raises NotFound, or Conflict for the
    last owner."""
    had = _must_member(tx, person_id, account_id)
    if had.role == "owner":
        rules.check_leaving(queries.members_of(tx, account_id), person_id)
    queries.drop_member(tx, person_id, account_id)
    queries.drop_sessions_as(tx, person_id, account_id)
    apps.revoke_member(tx, person_id, account_id)
    tx.emit(AccessEnded(person_id, account_id))


def disable_person(tx: Tx, person_id: int, now: int) -> None:
    """Locks a person out at once: sessions and tokens end. Raises NotFound."""
    if not queries.set_disabled(tx, person_id, now):
        raise NotFound("person")
    _end_access(tx, person_id, "")


def enable_person(tx: Tx, person_id: int) -> None:
    """Lets a person log in again. Raises NotFound."""
    if not queries.set_disabled(tx, person_id, None):
        raise NotFound("person")


def change_profile(tx: Tx, account_id: int, change: ProfileChange) -> Account:
    """Changes what is given. Raises Invalid, and then changes nothing; NotFound."""
    had = queries.must_account(tx, account_id)
    wanted = _with_changes(tx, had, change)
    if wanted == had:
        return had
    queries.save_profile(tx, wanted)
    if (had.name, had.bio) != (wanted.name, wanted.bio):
        search.index_account(tx, account_id, had.handle, wanted.name, wanted.bio)
    tx.emit(AccountChanged(account_id))
    return changed(wanted, revision=had.revision + 1)


def mark_invented(tx: Tx, account_id: int) -> None:
    """Whoever speaks here exists for a demonstration only, and every page says so from now on.
    There is no way back. Raises NotFound."""
    if not queries.set_invented(tx, account_id):
        raise NotFound("account")
    tx.emit(AccountChanged(account_id))


def _with_changes(tx: Tx, had: Account, change: ProfileChange) -> Account:
    wanted = rules.with_changes(had, change)
    for field, id, old in (
        ("avatar", wanted.avatar_id, had.avatar_id),
        ("header", wanted.header_id, had.header_id),
    ):
        if id is not None and id != old and not queries.owns_picture(tx, had.id, id):
            raise Invalid(field, "is not one of your pictures")
    return wanted


def change_password(tx: Tx, person_id: int, password_hash: str, keep_session: str = "") -> None:
    """Sets a password (hashed by `passwords`) and ends every other session and every app token.
    `keep_session`: the cookie of the one who changes it, or ''. Raises NotFound."""
    if not queries.set_password(tx, person_id, password_hash):
        raise NotFound("person")
    _end_access(tx, person_id, token_hash(keep_session, SESSION_PREFIX))


def _end_access(tx: Tx, person_id: int, keep_hash: str) -> None:
    queries.drop_sessions(tx, person_id, keep_hash)
    apps.revoke_person(tx, person_id)
    tx.emit(AccessEnded(person_id, 0))


def rehash_password(tx: Tx, person_id: int, password_hash: str) -> None:
    """The same password under newer parameters: nothing ends."""
    queries.set_password(tx, person_id, password_hash)


def open_session(tx: Tx, person_id: int, account_id: int, label: str, now: int) -> str:
    """Logs a browser in; the answer is the cookie, which nobody can read out again. A new one
    every time (no fixation). Raises Unknown for somebody who may not."""
    person = queries.person(tx, person_id)
    if person is None or person.disabled_at is not None or not queries.member(tx, person_id, account_id):
        raise Unknown("You cannot log in to this account.")
    token = new_token(SESSION_PREFIX)
    queries.insert_session(
        tx,
        hash=token_hash(token, SESSION_PREFIX),
        person_id=person_id,
        account_id=account_id,
        label=_printable(label),
        now=now,
    )
    return token


def _printable(label: str) -> str:
    return "".join(c if c.isprintable() else " " for c in label[:100]).strip()


def see_session(tx: Tx, session: Session, now: int) -> None:
    """Writes down that the session is in use; call it when `rules.is_due_to_be_seen`."""
    queries.see_session(tx, session.token_hash, now)


def switch_account(tx: Tx, session: Session, account_id: int) -> None:
    """Lets the session speak as another account of the same person. Raises NotAllowed."""
    if not queries.member(tx, session.person_id, account_id):
        raise NotAllowed("You are not a member of that account.")
    queries.switch_session(tx, session.token_hash, account_id)


def close_session(tx: Tx, person_id: int, session_hash: str) -> None:
    """Logs out one of the person's own sessions (by `Session.token_hash`). Raises NotFound."""
    if not queries.drop_session(tx, session_hash, person_id):
        raise NotFound("session")
    tx.emit(AccessEnded(person_id, 0))


def sweep_sessions(tx: Tx, now: int) -> int:
    """Removes sessions that are over; answers how many."""
    return queries.drop_old_sessions(tx, now)


def move(tx: Tx, old: str, new: str) -> None:
    """The server's address changed from `old` to `new`: so do the links to its own pages in bios."""
    queries.move(tx, old, new)


def hold(tx: Tx, a: int, b: int) -> None:
    """Until this transaction ends, nobody else decides what stands between these two: a follow and
    a block at the same moment must not both be kept (PostgreSQL; SQLite has one writer anyway)."""
    for account_id in sorted((a, b)):  # in one order, so that two of these cannot wait for each other
        queries.hold(tx, account_id)


def count_follow(tx: Tx, follower_id: int, followee_id: int, by: int) -> None:
    """One follow more (+1) or less (-1) in the counts of both."""
    queries.count_following(tx, follower_id, by)
    queries.count_followers(tx, followee_id, by)


def count_post(tx: Tx, account_id: int, by: int, at: int | None = None) -> None:
    """One post more (+1, made `at`) or less (-1) in the account's count."""
    queries.count_posts(tx, account_id, by, at)


def _must_member(tx: Tx, person_id: int, account_id: int) -> Member:
    had = queries.member(tx, person_id, account_id)
    if had is None:
        raise NotFound("member")
    return had
