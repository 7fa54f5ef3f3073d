"""Accounts that live elsewhere, as their own server describes them. A second file of actions: it
writes the same table. Who may say so is decided before (`federation.authority`).
"""

import unicodedata

from linnet.db.tx import Tx
from linnet.kernel.value import Value, changed
from linnet.kernel.wire import encode_text
from linnet.social.emoji import actions as emoji
from linnet.social.emoji.rules import RemoteEmoji, used
from linnet.social.media import elsewhere
from linnet.social.media.elsewhere import RemotePicture
from linnet.social.people import abroad, queries, rules
from linnet.social.people.rules import Account, AccountChanged, Kind, ProfileField
from linnet.social.search import actions as search
from linnet.social.text.clean import clean, plain

NAME_LENGTH = 100
BIO_LENGTH = 20_000  # characters of HTML
FIELDS = 8
FIELD_LENGTH = 2048


class RemoteAccount(Value):
    """What its server says of an account. `host`: what stands after the @ in its handle. Counts None:
    it does not say. Pictures '' for none."""

    uri: str
    url: str
    handle: str
    host: str
    kind: Kind
    name: str
    bio: str  # HTML
    fields: tuple[tuple[str, str], ...]  # name, HTML
    locked: bool
    discoverable: bool
    indexable: bool
    hides_network: bool | None  # None: nothing new is known about that
    avatar: str
    header: str
    created_at: int
    followers_count: int | None = None
    following_count: int | None = None
    posts_count: int | None = None
    emoji: tuple[RemoteEmoji, ...] = ()


def put(tx: Tx, theirs: RemoteAccount, *, id: int, now: int) -> Account:
    """The account as it is now, under `id` when it is new. Another account that had its handle
    loses it: the handle's host has the say."""
    had = queries.by_uri(tx, theirs.uri)
    rival = queries.by_handle(tx, theirs.handle, theirs.host)
    if rival and rival.uri != theirs.uri:
        abroad.give_up_handle(tx, rival)
    if had is None:
        abroad.insert_foreign(
            tx, id=id, handle=theirs.handle, host=theirs.host, uri=theirs.uri, created_at=theirs.created_at
        )
        had = queries.must_account(tx, id)
    wanted = _described(had, theirs)
    fields = [f"{one.name} {one.value}" for one in rules.fields_of(wanted)]
    wanted = changed(
        wanted,
        emoji=emoji.put(tx, used(theirs.emoji, wanted.name, wanted.bio_html, *fields), now),
        avatar_id=_picture(tx, had, had.avatar_id, had.avatar_file, theirs.avatar, "avatar", now),
        header_id=_picture(tx, had, had.header_id, had.header_file, theirs.header, "header", now),
    )
    if wanted == had:
        return had
    queries.save_profile(tx, wanted)
    abroad.save_foreign(tx, wanted)
    search.index_account(tx, had.id, wanted.handle, wanted.name, wanted.bio if wanted.indexable else "")
    tx.emit(AccountChanged(had.id))
    return queries.must_account(tx, had.id)


def suspend(tx: Tx, account_id: int, now: int | None) -> None:
    """From now on not shown and not heard; None takes it back."""
    if abroad.set_suspended(tx, account_id, now):
        tx.emit(AccountChanged(account_id))


def moved(tx: Tx, account_id: int, to_id: int | None, now: int | None = None) -> None:
    """The account says that it goes on as another one; None: not any more. `now`: it said so by a letter,
    which counts once in a while only; None: its profile says so."""
    abroad.set_moved(tx, account_id, to_id, now)
    tx.emit(AccountChanged(account_id))


def _described(had: Account, theirs: RemoteAccount) -> Account:
    bio_html = clean(theirs.bio[:BIO_LENGTH])
    return changed(
        had,
        handle=theirs.handle,
        handle_key=rules.handle_key(theirs.handle),
        host=theirs.host,
        url=theirs.url,
        kind=theirs.kind,
        name=line(theirs.name, NAME_LENGTH) or theirs.handle,
        bio=plain(bio_html),
        bio_html=bio_html,
        fields=encode_text(_fields(had, theirs)),
        locked=theirs.locked,
        discoverable=theirs.discoverable,
        indexable=theirs.indexable,
        hides_network=had.hides_network if theirs.hides_network is None else theirs.hides_network,
        followers_count=_count(theirs.followers_count, had.followers_count),
        following_count=_count(theirs.following_count, had.following_count),
        posts_count=_count(theirs.posts_count, had.posts_count),
    )


def _fields(had: Account, theirs: RemoteAccount) -> list[ProfileField]:
    """Its lines. A proof is ours to give: it stays where line and profile page are the same."""
    same = had.url == theirs.url
    proofs = {(one.name, one.value): one.proven_at for one in rules.fields_of(had)} if same else {}
    lines = [
        (line(name, FIELD_LENGTH), line(plain(value), FIELD_LENGTH)) for name, value in theirs.fields[:FIELDS]
    ]
    return [ProfileField(name, value, proofs.get((name, value))) for name, value in lines if name and value]


def _count(said: int | None, had: int) -> int:
    return had if said is None else min(said, 1_000_000_000)


def line(text: str, most: int) -> str:
    """Foreign words as one line that cannot turn the page around it: no control characters, no
    changes of direction, at most `most` characters (security paper C06)."""
    kept = "".join(
        " " if c in "\r\n\t" else c
        for c in unicodedata.normalize("NFC", text[: most * 4])
        if c in "\r\n\t" or (unicodedata.category(c) not in _UNSEEN and c not in _TURNERS)
    )
    return " ".join(kept.split())[:most]


_UNSEEN = {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
_TURNERS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u200b")


def _picture(
    tx: Tx, had: Account, id: int | None, file: str | None, url: str, use: str, now: int
) -> int | None:
    """The row of the profile's picture at `url`: the one it has, or a new one in its place."""
    if id is not None and file is not None and url and elsewhere.is_at(tx, id, url):
        return id
    elsewhere.drop(tx, id, now)
    if not url:
        return None
    return elsewhere.add(
        tx,
        RemotePicture(url),
        account_id=had.id,
        use="avatar" if use == "avatar" else "header",
        post_id=None,
        position=0,
        now=now,
    )
