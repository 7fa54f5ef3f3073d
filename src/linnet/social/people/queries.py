"""Tables `person`, `account`, `member`, `session`."""

from linnet.db.tx import Tx
from linnet.kernel.errors import NotFound
from linnet.kernel.tokens import token_hash
from linnet.social.people.rules import (
    SESSION_AGE,
    SESSION_IDLE,
    Account,
    Credentials,
    Member,
    Person,
    Role,
    Session,
    handle_key,
)

SESSION_PREFIX = "lns"

PERSON = "SELECT id, name, email, owner, created_at, disabled_at FROM person WHERE id = :id"
PERSON_BY_EMAIL = "SELECT id, name, email, owner, created_at, disabled_at FROM person WHERE email = :email"
PEOPLE = "SELECT id, name, email, owner, created_at, disabled_at FROM person ORDER BY id"
CREDENTIALS = "SELECT id AS person_id, password_hash, disabled_at FROM person WHERE email = :email"
CREDENTIALS_OF = "SELECT id AS person_id, password_hash, disabled_at FROM person WHERE id = :id"


def person(tx: Tx, person_id: int) -> Person | None:
    """The person with this id."""
    return tx.one(Person, PERSON, id=person_id)


def person_by_email(tx: Tx, email: str) -> Person | None:
    """The person with this address, in any case."""
    return tx.one(Person, PERSON_BY_EMAIL, email=_email_key(email))


def people(tx: Tx) -> list[Person]:
    """Everybody who may log in, oldest first."""
    return tx.all(Person, PEOPLE)


def credentials(tx: Tx, email: str) -> Credentials | None:
    """What a login by e-mail is checked against; None for an unknown address (then check against
    nothing all the same: `PasswordDesk.verify(password, None)`)."""
    return tx.one(Credentials, CREDENTIALS, email=_email_key(email))


def credentials_of(tx: Tx, person_id: int) -> Credentials | None:
    """As `credentials`, for somebody who is logged in and must say the password again."""
    return tx.one(Credentials, CREDENTIALS_OF, id=person_id)


def _email_key(email: str) -> str:
    address = email.strip()[:255]
    return address.lower() if address.isascii() else ""


# of `account a`, for `rules.Account`
COLUMNS = """a.id, a.handle, a.handle_key, a.host, a.kind, a.name, a.bio, a.bio_html, a.fields, a.avatar_id,
    a.header_id, a.locked, a.discoverable, a.indexable, a.default_visibility, a.default_sensitive,
    a.default_language, a.followers_count, a.following_count, a.posts_count, a.last_post_at, a.revision,
    a.created_at, a.invented, a.uri, a.url, a.moved_to_id, a.suspended_at, a.hides_network,
    a.default_quotes, a.emoji, a.held,
    (SELECT CASE WHEN m.remote_url = '' THEN m.file ELSE 'elsewhere/' || CAST(m.id AS TEXT) END
        FROM media m WHERE m.id = a.avatar_id) AS avatar_file,
    (SELECT CASE WHEN m.remote_url = '' THEN m.file ELSE 'elsewhere/' || CAST(m.id AS TEXT) END
        FROM media m WHERE m.id = a.header_id) AS header_file"""
ACCOUNT = f"SELECT {COLUMNS} FROM account a WHERE a.id = :id"
ACCOUNTS = f"SELECT {COLUMNS} FROM account a WHERE a.id IN :ids"
BY_HANDLE = f"SELECT {COLUMNS} FROM account a WHERE a.handle_key = :key AND a.host = :host"
BY_HANDLES = f"""SELECT {COLUMNS} FROM account a
    WHERE a.handle_key IN :keys AND a.host = :host AND a.suspended_at IS NULL"""
BY_URI = f"SELECT {COLUMNS} FROM account a WHERE a.uri = :uri AND a.uri <> ''"
LOCAL = f"""SELECT {COLUMNS} FROM account a
    WHERE a.host = '' AND a.suspended_at IS NULL AND a.id < :below AND a.id > :above ORDER BY a.id LIMIT :n"""
OF_PERSON = f"""SELECT {COLUMNS} FROM account a JOIN member m ON m.account_id = a.id
    WHERE m.person_id = :person_id ORDER BY m.since, a.id"""


def account(tx: Tx, account_id: int) -> Account | None:
    """The account with this id."""
    return tx.one(Account, ACCOUNT, id=account_id)


def must_account(tx: Tx, account_id: int) -> Account:
    """As `account`. Raises NotFound."""
    found = account(tx, account_id)
    if found is None:
        raise NotFound("account")
    return found


def accounts(tx: Tx, ids: list[int]) -> list[Account]:
    """The accounts with these ids that exist, in the order of `ids`."""
    if not ids:
        return []
    found = {a.id: a for a in tx.all(Account, ACCOUNTS, ids=sorted(set(ids)))}
    return [found[id] for id in ids if id in found]


def by_handle(tx: Tx, handle: str, host: str = "") -> Account | None:
    """The account called `handle` (in any case) at `host`; '' is here."""
    return tx.one(Account, BY_HANDLE, key=handle_key(handle), host=host)


def by_uri(tx: Tx, uri: str) -> Account | None:
    """The account elsewhere with this id."""
    return tx.one(Account, BY_URI, uri=uri)


def by_handles(tx: Tx, handles: list[str]) -> dict[str, Account]:
    """Our own accounts among `handles`, by handle key. For the mentions of a text."""
    if not handles:
        return {}
    keys = sorted({handle_key(handle) for handle in handles})
    return {a.handle_key: a for a in tx.all(Account, BY_HANDLES, keys=keys, host="")}


def local_accounts(tx: Tx, *, above: int = 0, below: int = (1 << 63) - 1, n: int = 100) -> list[Account]:
    """Our own accounts that are not closed, oldest first."""
    return tx.all(Account, LOCAL, above=above, below=below, n=n)


def accounts_of_person(tx: Tx, person_id: int) -> list[Account]:
    """The accounts that a person is a member of, the longest first."""
    return tx.all(Account, OF_PERSON, person_id=person_id)


MEMBER = """SELECT person_id, account_id, role, since FROM member
    WHERE person_id = :person_id AND account_id = :account_id"""
MEMBERS_OF = "SELECT person_id, account_id, role, since FROM member WHERE account_id = :account_id ORDER BY since, person_id"
MEMBERSHIPS = "SELECT person_id, account_id, role, since FROM member WHERE person_id = :person_id ORDER BY since, account_id"


def member(tx: Tx, person_id: int, account_id: int) -> Member | None:
    """The part that this person has in this account."""
    return tx.one(Member, MEMBER, person_id=person_id, account_id=account_id)


def members_of(tx: Tx, account_id: int) -> list[Member]:
    """Who may act for the account."""
    return tx.all(Member, MEMBERS_OF, account_id=account_id)


def memberships(tx: Tx, person_id: int) -> list[Member]:
    """What the person may act for."""
    return tx.all(Member, MEMBERSHIPS, person_id=person_id)


SESSION = """SELECT s.token_hash, s.person_id, s.account_id, s.created_at, s.seen_at, s.label, p.owner, m.role
    FROM session s JOIN person p ON p.id = s.person_id
    JOIN member m ON m.person_id = s.person_id AND m.account_id = s.account_id
    WHERE s.token_hash = :hash AND s.seen_at > :idle AND s.created_at > :oldest AND p.disabled_at IS NULL"""
SESSIONS_OF = """SELECT s.token_hash, s.person_id, s.account_id, s.created_at, s.seen_at, s.label, p.owner, m.role
    FROM session s JOIN person p ON p.id = s.person_id
    JOIN member m ON m.person_id = s.person_id AND m.account_id = s.account_id
    WHERE s.person_id = :person_id AND s.seen_at > :idle AND s.created_at > :oldest ORDER BY s.seen_at DESC"""


def session(tx: Tx, token: str, now: int) -> Session | None:
    """Who holds this cookie, if it is good and they still belong to the account."""
    hash = token_hash(token, SESSION_PREFIX)
    if not hash:
        return None
    return tx.one(Session, SESSION, hash=hash, idle=now - SESSION_IDLE, oldest=now - SESSION_AGE)


def sessions_of(tx: Tx, person_id: int, now: int) -> list[Session]:
    """Where the person is logged in, the latest first."""
    return tx.all(
        Session, SESSIONS_OF, person_id=person_id, idle=now - SESSION_IDLE, oldest=now - SESSION_AGE
    )


INSERT_PERSON = """INSERT INTO person (id, name, email, password_hash, owner, created_at)
    VALUES (:id, :name, :email, :password_hash, :owner, :now)"""
INSERT_ACCOUNT = """INSERT INTO account (id, handle, handle_key, kind, name, created_at)
    VALUES (:id, :handle, :key, :kind, :name, :now)"""
PUT_MEMBER = """INSERT INTO member (person_id, account_id, role, since) VALUES (:person_id, :account_id, :role, :now)
    ON CONFLICT (person_id, account_id) DO UPDATE SET role = excluded.role"""
DROP_MEMBER = "DELETE FROM member WHERE person_id = :person_id AND account_id = :account_id"
SET_HASH = "UPDATE person SET password_hash = :password_hash WHERE id = :id"
SET_DISABLED = "UPDATE person SET disabled_at = :at WHERE id = :id"
SAVE_PROFILE = """UPDATE account SET name = :name, bio = :bio, bio_html = :bio_html, fields = :fields, kind = :kind,
    avatar_id = :avatar_id, header_id = :header_id, locked = :locked, discoverable = :discoverable,
    indexable = :indexable, hides_network = :hides_network,
    default_visibility = :default_visibility, default_sensitive = :default_sensitive,
    default_language = :default_language, default_quotes = :default_quotes, revision = revision + 1 WHERE id = :id"""
SET_INVENTED = "UPDATE account SET invented = TRUE, revision = revision + 1 WHERE id = :id"
OWNS_PICTURE = "SELECT 1 FROM media WHERE id = :id AND account_id = :account_id AND post_id IS NULL"
COUNT_FOLLOWERS = """UPDATE account SET followers_count = followers_count + :by, revision = revision + 1
    WHERE id = :id"""
COUNT_FOLLOWING = """UPDATE account SET following_count = following_count + :by, revision = revision + 1
    WHERE id = :id"""
MOVE = """UPDATE account SET bio_html = REPLACE(bio_html, :old, :new), revision = revision + 1
    WHERE bio_html LIKE :marked"""
HOLD = "UPDATE account SET revision = revision WHERE id = :id"
COUNT_POSTS = """UPDATE account SET posts_count = posts_count + :by,
    last_post_at = COALESCE(:at, last_post_at), revision = revision + 1 WHERE id = :id"""


def insert_person(
    tx: Tx, *, id: int, name: str, email: str, password_hash: str, owner: bool, now: int
) -> None:
    tx.run(INSERT_PERSON, id=id, name=name, email=email, password_hash=password_hash, owner=owner, now=now)


def insert_account(tx: Tx, *, id: int, handle: str, name: str, kind: str, now: int) -> None:
    tx.run(INSERT_ACCOUNT, id=id, handle=handle, key=handle_key(handle), name=name, kind=kind, now=now)


def put_member(tx: Tx, person_id: int, account_id: int, role: Role, now: int) -> None:
    tx.run(PUT_MEMBER, person_id=person_id, account_id=account_id, role=role, now=now)


def drop_member(tx: Tx, person_id: int, account_id: int) -> None:
    tx.run(DROP_MEMBER, person_id=person_id, account_id=account_id)


def set_password(tx: Tx, person_id: int, password_hash: str) -> bool:
    return tx.run(SET_HASH, id=person_id, password_hash=password_hash) > 0


def set_disabled(tx: Tx, person_id: int, at: int | None) -> bool:
    return tx.run(SET_DISABLED, id=person_id, at=at) > 0


def save_profile(tx: Tx, account: Account) -> None:
    tx.run(
        SAVE_PROFILE,
        id=account.id,
        name=account.name,
        bio=account.bio,
        bio_html=account.bio_html,
        fields=account.fields,
        kind=account.kind,
        avatar_id=account.avatar_id,
        header_id=account.header_id,
        locked=account.locked,
        discoverable=account.discoverable,
        indexable=account.indexable,
        hides_network=account.hides_network,
        default_visibility=account.default_visibility,
        default_sensitive=account.default_sensitive,
        default_language=account.default_language,
        default_quotes=account.default_quotes,
    )


def set_invented(tx: Tx, account_id: int) -> bool:
    return tx.run(SET_INVENTED, id=account_id) > 0


def owns_picture(tx: Tx, account_id: int, media_id: int) -> bool:
    """Is it a picture of this account that stands in no post?"""
    return tx.value(OWNS_PICTURE, id=media_id, account_id=account_id) is not None


def move(tx: Tx, old: str, new: str) -> None:
    tx.run(MOVE, old=f"{old}/", new=f"{new}/", marked=f"%{old}/%")


def hold(tx: Tx, account_id: int) -> None:
    tx.run(HOLD, id=account_id)


def count_followers(tx: Tx, account_id: int, by: int) -> None:
    tx.run(COUNT_FOLLOWERS, id=account_id, by=by)


def count_following(tx: Tx, account_id: int, by: int) -> None:
    tx.run(COUNT_FOLLOWING, id=account_id, by=by)


def count_posts(tx: Tx, account_id: int, by: int, at: int | None) -> None:
    tx.run(COUNT_POSTS, id=account_id, by=by, at=at)


INSERT_SESSION = """INSERT INTO session (token_hash, person_id, account_id, created_at, seen_at, label)
    VALUES (:hash, :person_id, :account_id, :now, :now, :label)"""
SEE_SESSION = "UPDATE session SET seen_at = :now WHERE token_hash = :hash"
SWITCH_SESSION = "UPDATE session SET account_id = :account_id WHERE token_hash = :hash"
DROP_SESSION = "DELETE FROM session WHERE token_hash = :hash AND person_id = :person_id"
DROP_SESSIONS = "DELETE FROM session WHERE person_id = :person_id AND token_hash <> :except_hash"
DROP_SESSIONS_AS = "DELETE FROM session WHERE person_id = :person_id AND account_id = :account_id"
DROP_OLD_SESSIONS = "DELETE FROM session WHERE seen_at <= :idle OR created_at <= :oldest"


def insert_session(tx: Tx, *, hash: str, person_id: int, account_id: int, label: str, now: int) -> None:
    tx.run(INSERT_SESSION, hash=hash, person_id=person_id, account_id=account_id, label=label, now=now)


def see_session(tx: Tx, hash: str, now: int) -> None:
    tx.run(SEE_SESSION, hash=hash, now=now)


def switch_session(tx: Tx, hash: str, account_id: int) -> None:
    tx.run(SWITCH_SESSION, hash=hash, account_id=account_id)


def drop_session(tx: Tx, hash: str, person_id: int) -> bool:
    return tx.run(DROP_SESSION, hash=hash, person_id=person_id) > 0


def drop_sessions(tx: Tx, person_id: int, except_hash: str) -> None:
    tx.run(DROP_SESSIONS, person_id=person_id, except_hash=except_hash)


def drop_sessions_as(tx: Tx, person_id: int, account_id: int) -> None:
    tx.run(DROP_SESSIONS_AS, person_id=person_id, account_id=account_id)


def drop_old_sessions(tx: Tx, now: int) -> int:
    return tx.run(DROP_OLD_SESSIONS, idle=now - SESSION_IDLE, oldest=now - SESSION_AGE)
