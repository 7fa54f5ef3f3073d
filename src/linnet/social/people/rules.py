"""People and accounts: what they are, what a good handle is, who may do what."""

import html
import re
import unicodedata
from typing import Literal

import regex

from linnet.kernel.clock import DAY, HOUR
from linnet.kernel.errors import Conflict, Invalid, NotAllowed
from linnet.kernel.value import Value, changed
from linnet.kernel.wire import decode_as, encode_text
from linnet.social.quotes.rules import check_policy

Role = Literal["owner", "editor", "writer", "answerer", "reader"]
Deed = Literal["administer", "post", "draft", "answer", "read"]
Kind = Literal["person", "organization", "service", "group"]

ROLES: tuple[Role, ...] = ("owner", "editor", "writer", "answerer", "reader")
KINDS: tuple[Kind, ...] = ("person", "organization", "service")  # of our own; groups live elsewhere
VISIBILITIES = ("public", "quiet", "followers", "direct")

NAME_LENGTH = 40
BIO_LENGTH = 500
FIELDS = 4
FIELD_LENGTH = 255

SESSION_IDLE = 14 * DAY  # a session ends that was not used for so long
SESSION_AGE = 90 * DAY  # and one that was opened so long ago
SEEN_EVERY = HOUR  # how often a session's or token's last use is written down


class Person(Value):
    """Somebody who logs in. The password's hash is not part of it: see `Credentials`."""

    id: int
    name: str
    email: str
    owner: bool
    created_at: int
    disabled_at: int | None


class Credentials(Value):
    """What a login is checked against."""

    person_id: int
    password_hash: str
    disabled_at: int | None


class Account(Value):
    """Who speaks in public: the row, whole."""

    id: int
    handle: str
    handle_key: str
    host: str
    kind: Kind
    name: str
    bio: str
    bio_html: str
    fields: str
    avatar_id: int | None
    header_id: int | None
    locked: bool
    discoverable: bool
    indexable: bool
    default_visibility: str
    default_sensitive: bool
    default_language: str
    followers_count: int
    following_count: int
    posts_count: int
    last_post_at: int | None
    revision: int
    created_at: int
    invented: bool
    uri: str = ""  # its id among servers and its page, of an account elsewhere
    url: str = ""
    moved_to_id: int | None = None
    suspended_at: int | None = None
    hides_network: bool = False  # whom it follows and who follows it is not told
    held: str = ""  # what the owner decided about its domain: limit | suspend
    default_quotes: str = "public"  # who may quote its posts: see social.quotes
    emoji: str = ""  # those in its name, words and lines, of an account elsewhere: see social.emoji
    avatar_file: str | None = None  # names in the media folder
    header_file: str | None = None

    @property
    def local(self) -> bool:
        """Does it live here?"""
        return self.host == ""

    @property
    def hidden(self) -> bool:
        """Is nothing of it shown to anybody?"""
        return self.suspended_at is not None or self.held == "suspend"

    def tells_network(self, viewer_id: int) -> bool:
        """May this viewer read whom it follows and who follows it? (0: somebody who is not logged in.)"""
        return not self.hides_network or self.id == viewer_id

    @property
    def address(self) -> str:
        """`handle` for our own, `handle@host` for others: "acct" in the client API."""
        return f"{self.handle}@{self.host}" if self.host else self.handle


class ProfileField(Value):
    """One of the four lines beside a profile. `proven_at` (ms): the link was found to link back."""

    name: str
    value: str
    proven_at: int | None = None


class Member(Value):
    """A person's part in an account."""

    person_id: int
    account_id: int
    role: Role
    since: int


class Session(Value):
    """A browser that is logged in, speaking as `account_id`."""

    token_hash: str
    person_id: int
    account_id: int
    created_at: int
    seen_at: int
    label: str
    owner: bool  # of the server
    role: Role


class ProfileChange(Value):
    """What is to change; None leaves a thing as it is. `avatar_id`/`header_id` 0 takes it away."""

    name: str | None = None
    bio: str | None = None
    fields: tuple[ProfileField, ...] | None = None
    kind: Kind | None = None
    locked: bool | None = None
    discoverable: bool | None = None
    indexable: bool | None = None
    hides_network: bool | None = None
    default_visibility: str | None = None
    default_sensitive: bool | None = None
    default_language: str | None = None
    default_quotes: str | None = None
    avatar_id: int | None = None
    header_id: int | None = None


class AccountChanged(Value):
    """Event: what a reader can see of the account is different (name, bio, picture)."""

    account_id: int


class AccessEnded(Value):
    """Event: a person's sessions or tokens ended; open streams must look again.
    `account_id` 0: for every account."""

    person_id: int
    account_id: int


_MAY: dict[Deed, tuple[Role, ...]] = {
    "administer": ("owner",),
    "post": ("owner", "editor"),
    "draft": ("owner", "editor", "writer"),
    "answer": ("owner", "editor", "answerer"),
    "read": ROLES,
}


def may(role: Role, deed: Deed) -> bool:
    """May somebody with this role do this for the account? `answer` is a reply to somebody."""
    return role in _MAY[deed]


def must(role: Role, deed: Deed) -> None:
    """As `may`. Raises NotAllowed."""
    if not may(role, deed):
        raise NotAllowed(f"As {role} of this account you may not {deed}.")


_HANDLE = re.compile(r"[A-Za-z0-9_]{1,30}")

# Names that would be taken for the server itself, or for nobody in particular.
_RESERVED = """
    abuse account accounts actor admin administrator all anonymous api app apps auth billing bot
    contact everyone federation feed feeds help helpdesk here hostmaster inbox linnet login logout
    mailer_daemon media moderator moderators mod nobody nodeinfo noreply no_reply notice notices
    null oauth official outbox owner postmaster privacy public root search secure security server
    settings setup signup site ssl staff static status statuses support sysadmin system tags
    undefined unknown users verify webfinger webmaster well_known www
"""
RESERVED = frozenset(_RESERVED.split())


def check_handle(handle: str, field: str = "handle") -> str:
    """A name for an account of our own, as written. Raises Invalid."""
    if not _HANDLE.fullmatch(handle):
        raise Invalid(field, "must be 1 to 30 letters a to z, digits or underscores")
    if handle.lower() in RESERVED:
        raise Invalid(field, f"{handle!r} is reserved: it could be taken for the server itself")
    return handle


def handle_key(handle: str) -> str:
    """The form in which handles are compared. Only ASCII is folded: the Kelvin sign is no k."""
    return handle.lower() if handle.isascii() else handle


_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")


def check_email(email: str, field: str = "email") -> str:
    """An e-mail address in the form we keep: lower case. Raises Invalid.

    ASCII only: letters that fold into others have been used to take over accounts.
    """
    address = email.strip()
    if len(address) > 254 or ".." in address or not _EMAIL.fullmatch(address):
        raise Invalid(field, "is not an e-mail address like owner@bakery.example")
    return address.lower()


_UNSEEN = {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
_TURNERS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u200b")


def check_line(text: str, field: str, most: int) -> str:
    """One line of visible text, trimmed, NFC, at most `most` characters as people count them;
    may be empty. Raises Invalid."""
    if len(text) > most * 20:
        raise Invalid(field, f"is longer than {most} characters")
    line = unicodedata.normalize("NFC", text).strip()
    if any(unicodedata.category(c) in _UNSEEN or c in _TURNERS for c in line):
        raise Invalid(field, "has line breaks or invisible control characters")
    if len(regex.findall(r"\X", line)) > most:
        raise Invalid(field, f"is longer than {most} characters")
    return line


def check_name(name: str, field: str = "name", *, most: int = NAME_LENGTH) -> str:
    """The name of a person, account or firm. Raises Invalid."""
    line = check_line(name, field, most)
    if not line:
        raise Invalid(field, "is empty")
    return line


def check_bio(bio: str, field: str = "bio") -> str:
    """The words a profile says about itself: at most 500 characters, lines allowed."""
    text = unicodedata.normalize("NFC", bio.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if len(text) > BIO_LENGTH * 20 or len(regex.findall(r"\X", text)) > BIO_LENGTH:
        raise Invalid(field, f"is longer than {BIO_LENGTH} characters")
    if any(c != "\n" and (unicodedata.category(c) in _UNSEEN or c in _TURNERS) for c in text):
        raise Invalid(field, "has invisible control characters")
    return text


def bio_html(bio: str) -> str:
    """The bio as HTML: paragraphs and line breaks, everything else escaped."""
    paragraphs = [html.escape(part).replace("\n", "<br>") for part in bio.split("\n\n") if part.strip()]
    return "".join(f"<p>{part}</p>" for part in paragraphs)


_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")


def check_language(code: str, field: str = "language") -> str:
    """A language code like de or pt-BR (BCP 47), or '' for none. Raises Invalid."""
    if code and not _LANGUAGE.fullmatch(code):
        raise Invalid(field, "is not a language code like de or en")
    return code


def check_visibility(visibility: str, field: str = "visibility") -> str:
    """Raises Invalid for an unknown visibility."""
    if visibility not in VISIBILITIES:
        raise Invalid(field, "must be public, quiet, followers or direct")
    return visibility


def check_role(role: str, field: str = "role") -> Role:
    """`role` as a Role. Raises Invalid."""
    for known in ROLES:
        if role == known:
            return known
    raise Invalid(field, f"must be one of {', '.join(ROLES)}")


def fields_of(account: Account) -> list[ProfileField]:
    """The lines beside the profile."""
    return decode_as(list[ProfileField], account.fields)


def fields_text(wanted: tuple[ProfileField, ...], had: list[ProfileField]) -> str:
    """The lines to store. A proof is ours to give: it is kept where name and value stay the same,
    and never taken from `wanted`. Lines without name and value are left out. Raises Invalid."""
    proofs = {(field.name, field.value): field.proven_at for field in had}
    kept = []
    for field in wanted:
        name = check_line(field.name, "fields", FIELD_LENGTH)
        value = check_line(field.value, "fields", FIELD_LENGTH)
        if name and value:
            kept.append(ProfileField(name, value, proofs.get((name, value))))
        elif name or value:
            raise Invalid("fields", "need a name and a value each")
    if len(kept) > FIELDS:
        raise Invalid("fields", f"are more than {FIELDS}")
    return encode_text(kept)


def with_changes(account: Account, change: ProfileChange) -> Account:
    """The account as it will be. Raises Invalid. (Whose the pictures are, the action checks.)"""
    new: dict[str, object] = {}
    for name in _AS_GIVEN:
        new[name] = getattr(change, name)
    if change.name is not None:
        new["name"] = check_name(change.name or account.handle)
    if change.bio is not None:
        bio = check_bio(change.bio)
        new |= {"bio": bio, "bio_html": bio_html(bio)}
    if change.kind is not None and change.kind not in KINDS:
        raise Invalid("kind", f"must be one of {', '.join(KINDS)}")
    if change.fields is not None:
        new["fields"] = fields_text(change.fields, fields_of(account))
    if change.default_visibility is not None:
        new["default_visibility"] = check_visibility(change.default_visibility, "default_visibility")
    if change.default_language is not None:
        new["default_language"] = check_language(change.default_language, "default_language")
    if change.default_quotes is not None:
        new["default_quotes"] = check_policy(change.default_quotes, "default_quotes")
    wanted = changed(account, **{name: value for name, value in new.items() if value is not None})
    return changed(
        wanted,
        avatar_id=_picture(account.avatar_id, change.avatar_id),
        header_id=_picture(account.header_id, change.header_id),
    )


_AS_GIVEN = ("kind", "locked", "discoverable", "indexable", "hides_network", "default_sensitive")


def _picture(had: int | None, wanted: int | None) -> int | None:
    return had if wanted is None else wanted or None


def check_leaving(members: list[Member], person_id: int) -> None:
    """May `person_id` stop being an owner? Raises Conflict when nobody else is one."""
    if not any(member.role == "owner" and member.person_id != person_id for member in members):
        raise Conflict("An account needs an owner: make somebody else owner first.")


def is_due_to_be_seen(seen_at: int, now: int) -> bool:
    """Is it time to write down that a session or token was used?"""
    return now - seen_at >= SEEN_EVERY
