"""What a sealed key is: the private half under AES-256-GCM, bound to its account. Pure."""

import base64
import binascii

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from linnet.kernel.errors import LinnetError
from linnet.kernel.value import Value

BITS = 2048  # what every server reads; Mastodon's own
MASTER = 32  # bytes of the key file
NONCE = 12


class SealError(LinnetError):
    """What was sealed cannot be opened with this key file."""


class SigningKey(Value):
    """The row. `account_id` 0 is the server itself."""

    account_id: int
    public_pem: str
    sealed: str
    created_at: int


class Signer:
    """An opened key: signs for one of our actors."""

    def __init__(self, key_id: str, key: rsa.RSAPrivateKey) -> None:
        self.key_id = key_id
        self._key = key

    def sign(self, data: bytes) -> bytes:
        """RSASSA-PKCS1-v1_5 with SHA-256. Takes about 0.4 ms, and may be called in a thread."""
        return self._key.sign(data, PKCS1v15(), SHA256())


def subkey(master: bytes, purpose: str) -> bytes:
    """A key for one purpose only, of the one in the file (RFC 5869): what is sealed for one cannot
    be opened for another (security paper §0.14)."""
    return HKDF(SHA256(), 32, salt=None, info=f"linnet {purpose}".encode()).derive(master)


def make() -> tuple[str, bytes]:
    """A new key: its public half as PEM, its private half as PKCS#8. Takes 30 to 300 ms."""
    key = rsa.generate_private_key(65537, BITS)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return public.decode(), key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def seal(subkey: bytes, account_id: int, private: bytes, nonce: bytes) -> str:
    """`private` for the database. `nonce`: 12 random bytes, never used twice."""
    closed = AESGCM(subkey).encrypt(nonce, private, _bound_to(account_id))
    return base64.b64encode(nonce + closed).decode()


def unseal(subkey: bytes, row: SigningKey) -> rsa.RSAPrivateKey:
    """The private key of a row. Raises SealError when the key file is another one, or when the row
    is not that account's."""
    try:
        closed = base64.b64decode(row.sealed, validate=True)
        private = AESGCM(subkey).decrypt(closed[:NONCE], closed[NONCE:], _bound_to(row.account_id))
    except (binascii.Error, InvalidTag, ValueError) as error:
        raise SealError(
            "The signing keys in the database were sealed with another key file: put back the folder "
            "`keys` of the data folder that belongs to this database."
        ) from error
    # made and sealed by us, and proven whole just now: testing the primes again would take 50 ms
    key = load_der_private_key(private, None, unsafe_skip_rsa_key_validation=True)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def _bound_to(account_id: int) -> bytes:
    return f"signing_key {account_id}".encode()
