"""Signing a document of ours with an account's key, and telling whose key signed one elsewhere.

Not LD signatures: the bytes that are signed are the caller's, and nothing is read out of them here.
"""

import base64
import binascii

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from linnet.db.database import Database
from linnet.federation.authority import Drop, authority
from linnet.federation.fetching import Library
from linnet.federation.keys.keyring import Keyring
from linnet.federation.signing.signatures import public_key

LONGEST = 2048


class Sealing:
    """RSASSA-PKCS1-v1_5 with SHA-256 by the keys that actors show."""

    def __init__(self, db: Database, keyring: Keyring, library: Library) -> None:
        self._db = db
        self._keyring = keyring
        self._library = library

    async def actor(self, account_id: int) -> str:
        """The address of an account of ours."""
        return (await self._keyring.signer(self._db, account_id)).key_id.partition("#")[0]

    async def seal(self, account_id: int, data: bytes) -> tuple[str, str]:
        """The id of the account's key, and its signature of `data` in base64."""
        signer = await self._keyring.signer(self._db, account_id)
        return signer.key_id, base64.b64encode(signer.sign(data)).decode()

    async def proven(self, key_id: str, signature: str, data: bytes) -> str:
        """The address of the account whose key signed `data`; "" for nobody's, and where the key cannot be
        had. A key that was changed since is asked for once more."""
        try:
            sealed = base64.b64decode(signature[:LONGEST], validate=True)
        except (binascii.Error, ValueError):
            return ""
        for fresh in (False, True):
            key = await self._library.key(key_id, fresh=fresh)
            if isinstance(key, Drop):
                return ""
            opened = public_key(key.pem)
            if isinstance(opened, Drop) or authority(key.owner) != authority(key_id):
                return ""
            try:
                opened.verify(sealed, data, PKCS1v15(), SHA256())
            except InvalidSignature:
                continue
            return key.owner
        return ""
