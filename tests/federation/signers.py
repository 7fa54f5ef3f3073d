"""Keys of other people, made once for all tests of a process."""

from functools import cache

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


@cache
def private_key(name: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    """Always the same key for the same name, within one process."""
    return rsa.generate_private_key(65537, bits)


class Signer:
    """Somebody elsewhere who signs: what `keys.Signer` is for our own."""

    def __init__(self, key_id: str, name: str = "alice", bits: int = 2048) -> None:
        self.key_id = key_id
        self._key = private_key(name, bits)

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data, PKCS1v15(), SHA256())

    @property
    def pem(self) -> str:
        public = self._key.public_key()
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
