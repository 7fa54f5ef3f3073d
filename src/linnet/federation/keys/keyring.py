"""Who signs: opened keys, kept in memory as long as they are used."""

import asyncio
import secrets
from collections import OrderedDict
from pathlib import Path

from linnet.db.database import Database
from linnet.db.tx import Tx
from linnet.federation import names
from linnet.federation.keys import actions, keyfile, queries, rules
from linnet.federation.keys.rules import Signer, SigningKey
from linnet.kernel.clock import now_ms
from linnet.kernel.settings import SettingsError

OPENED = 256  # keys kept open; a firm has a handful of accounts
SERVER = 0  # the account_id of the server itself


class Keyring:
    """The keys of one server. Make it anywhere, use it in one event loop."""

    def __init__(self, data: Path, url: str) -> None:
        self._data = data
        self._url = url
        self._subkey = b""
        self._opened: OrderedDict[int, tuple[SigningKey, Signer]] = OrderedDict()
        self._making = asyncio.Lock()

    def prepare(self, tx: Tx) -> None:
        """At the start: the key file is there and fits what is sealed. Raises SettingsError when
        keys are sealed and their file is gone, SealError when it is another one."""
        self._key(queries.any_one(tx))

    def examine(self, tx: Tx) -> bool:
        """As `prepare`, but makes nothing. Are there keys?"""
        sealed = queries.any_one(tx)
        if sealed is not None:
            self._key(sealed)
        return sealed is not None

    async def signer(self, db: Database, account_id: int) -> Signer:
        """Who signs for an account (0: for the server). The key is made at first need."""
        return (await self._open(db, account_id))[1]

    async def public_pem(self, db: Database, account_id: int) -> str:
        """The public half, which is shown to everybody."""
        return (await self._open(db, account_id))[0].public_pem

    async def _open(self, db: Database, account_id: int) -> tuple[SigningKey, Signer]:
        known = self._opened.get(account_id)
        if known is None:
            async with self._making:  # one at a time: making takes a core
                known = self._opened.get(account_id) or await self._load(db, account_id)
            self._opened[account_id] = known
            if len(self._opened) > OPENED:
                self._opened.popitem(last=False)
        self._opened.move_to_end(account_id)
        return known

    async def _load(self, db: Database, account_id: int) -> tuple[SigningKey, Signer]:
        row = await db.read(queries.one, account_id)
        if row is None:
            subkey = self._key(await db.read(queries.any_one))
            pem, private = await asyncio.to_thread(rules.make)
            sealed = rules.seal(subkey, account_id, private, secrets.token_bytes(rules.NONCE))
            row = await db.write(actions.keep, SigningKey(account_id, pem, sealed, now_ms()))
        private_key = rules.unseal(self._key(row), row)
        return row, Signer(names.key(self._actor(account_id)), private_key)

    def _key(self, sealed: SigningKey | None) -> bytes:
        """What keys are sealed with. `sealed`: some row, if there is one; then the file must be there."""
        if not self._subkey:
            master = keyfile.read(self._data)
            if master is None and sealed is not None:
                raise SettingsError(
                    f"The key file {self._data / keyfile.FOLDER / keyfile.NAME} is missing, but keys in the "
                    "database are sealed with it: put back the one of your last backup. Without it other "
                    "servers would no longer believe that your accounts are yours."
                )
            subkey = rules.subkey(master or keyfile.make(self._data), "signing keys")
            if sealed is not None:
                rules.unseal(subkey, sealed)
            self._subkey = subkey
        return self._subkey

    def _actor(self, account_id: int) -> str:
        return names.server_actor(self._url) if account_id == SERVER else names.actor(self._url, account_id)
