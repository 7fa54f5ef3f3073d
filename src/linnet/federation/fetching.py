"""The library: documents of other servers, proven; and whose a key is.

A key counts when the actor that it is said to belong to says so too, in its own document, at its own
address (security paper A04, A06-A08): what stands at the key's address only tells where to look.
"""

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from linnet.db.database import Database
from linnet.federation import vocab
from linnet.federation.actors import queries as actors
from linnet.federation.asking import ALONE, FOR_NOW, OUR_OWN, Asker, Found, Recent, Together
from linnet.federation.authority import Drop, Proven, authority, fetched, normal
from linnet.federation.keys.keyring import SERVER, Keyring
from linnet.federation.signing import signatures
from linnet.federation.vocab import Json
from linnet.kernel.clock import HOUR, MINUTE, now_ms
from linnet.kernel.value import Value
from linnet.net.client import Fetcher

MOST_KEYS = 10  # of one actor (security paper B15)
LATELY = MINUTE  # how long a key in the database is not looked up again
# Keys asked for at once, of one host and in all: whoever names keys that never come must not take
# the places of everybody who fetches something, nor those of all letters in hand.
AT_HOST, AT_ONCE = 8, 32
KEPT = HOUR  # how long a key of somebody who is not in the database is kept in memory


class Key(Value):
    """A public key and the id of the actor who says that it is theirs."""

    pem: str
    owner: str


def for_now(drop: Drop) -> bool:
    """Does the drop say nothing about the document, only that it could not be had now? Then it is
    worth asking again, five minutes later at the earliest."""
    return drop.reason in FOR_NOW


class Library:
    """What other servers say. `blocked`: is this host (authority) not to be asked?"""

    def __init__(
        self,
        client: Fetcher,
        db: Database,
        keyring: Keyring,
        url: str,
        blocked: Callable[[str], Awaitable[bool]],
        *,
        clock: Callable[[], int] = now_ms,
    ) -> None:
        self._db = db
        self._clock = clock
        self._asker = Asker(client, lambda: keyring.signer(db, SERVER), blocked, url, clock)
        self._keys: Recent[str, tuple[int, Key | Drop]] = Recent()
        self._lately: Recent[str, tuple[int, Key]] = Recent()
        self._together: Together[str, Key | Drop] = Together()
        self._asking: Counter[str] = Counter()

    async def document(self, address: str) -> Proven | Drop:
        """The document at `address`, asked for now. One that says to live elsewhere on its server
        is asked for there, once."""
        found = await self._asker.ask(address)
        proven = _proven(found)
        if isinstance(proven, Drop) and proven.reason == "moved":
            proven = _proven(await self._asker.ask(proven.detail))
            if isinstance(proven, Drop) and proven.reason == "moved":
                return Drop("id_elsewhere", proven.detail)
        return proven

    async def may_ask(self, host: str) -> bool:
        """May this host (authority) be asked for a name? Not when it is suspended, ours, or was asked
        too often: names are asked for without a signature, but by the same rules."""
        return await self._asker.may(host)

    async def key(self, key_id: str, *, fresh: bool = False) -> Key | Drop:
        """The key with this id (in the form of `authority.normal`) and whose it is: as it is kept, or
        as its server says. `fresh`: what is kept did not fit, so ask, if that was not done just now."""
        if not fresh:
            kept = await self._kept(key_id)
            if kept is not None:
                return kept
        asked_at, known = self._keys.get(key_id) or (0, None)
        if known is not None and self._clock() < asked_at + (
            ALONE if fresh or isinstance(known, Drop) else KEPT
        ):
            return known
        return await self._together.do(key_id, lambda: self._in_turn(key_id))

    async def _kept(self, key_id: str) -> Key | None:
        """The key of somebody in the database."""
        until, known = self._lately.get(key_id) or (0, None)
        if known is not None and self._clock() < until:
            return known
        row = await self._db.glance(actors.by_key, key_id)
        if row is None or not row.key_pem or row.gone_at is not None:
            return None
        key = Key(row.key_pem, row.uri)
        self._lately.put(key_id, (self._clock() + LATELY, key))
        return key

    async def _in_turn(self, key_id: str) -> Key | Drop:
        """Asks, if not too many are asked for already."""
        host = authority(key_id)
        if self._asking[host] >= AT_HOST or self._asking.total() >= AT_ONCE:
            return Drop("crowded", key_id)
        self._asking[host] += 1
        try:
            return await self._ask_for(key_id)
        finally:
            self._asking[host] -= 1
            if not self._asking[host]:
                del self._asking[host]

    async def _ask_for(self, key_id: str) -> Key | Drop:
        found = await self._owner_of(key_id)
        if not isinstance(found, Drop) or found.reason not in OUR_OWN:
            self._keys.put(key_id, (self._clock(), found))
        return found

    async def _owner_of(self, key_id: str) -> Key | Drop:
        found = await self._asker.ask(key_id, "key")
        if isinstance(found, Drop):
            return found
        owner = _said_owner(found.document, key_id)
        if authority(owner) != authority(key_id):
            return Drop("key_elsewhere" if owner else "key_not_there", owner or key_id)
        proven = fetched(found.document, found.url)
        if isinstance(proven, Drop) or proven.uri != owner or not _is_actor(proven.document):
            proven = _proven(await self._asker.ask(owner, "key"))
            if isinstance(proven, Drop):
                return proven
        if proven.uri != owner or not _is_actor(proven.document):
            return Drop("key_not_listed", owner)
        return _listed(proven, key_id)


def _proven(found: Found | Drop) -> Proven | Drop:
    return found if isinstance(found, Drop) else fetched(found.document, found.url)


def _is_actor(document: Json) -> bool:
    return bool(vocab.kind_of(document, vocab.ACTORS))


def _keys(document: Json) -> list[Json]:
    return [one for one in vocab.many(document.get("publicKey")) if isinstance(one, dict)]


def _said_owner(document: Json, key_id: str) -> str:
    """Whose the key is by the word of the document at its address, which may be the actor's, a key's
    alone, or a part of the actor's at another address (GoToSocial); ''."""
    for one in [*_keys(document)[:MOST_KEYS], document]:
        if normal(one.get("id")) == key_id and "publicKeyPem" in one:
            return normal(vocab.uri(one.get("owner")))
    return ""


def _listed(actor: Proven, key_id: str) -> Key | Drop:
    """The key as its owner lists it."""
    keys = _keys(actor.document)
    if len(keys) > MOST_KEYS:
        return Drop("too_many_keys", actor.uri)
    for one in keys:
        if normal(one.get("id")) == key_id and normal(vocab.uri(one.get("owner"))) == actor.uri:
            return _usable(one.get("publicKeyPem"), actor.uri)
    return Drop("key_not_listed", actor.uri)


def _usable(pem: Any, owner: str) -> Key | Drop:
    opened = signatures.public_key(vocab.text(pem))
    return opened if isinstance(opened, Drop) else Key(vocab.text(pem), owner)
