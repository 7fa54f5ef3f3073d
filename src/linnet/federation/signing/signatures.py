"""The door of this package: sign a request, read what a request says about itself, and check it.

    sign(...)             headers to send
    read(request)         Claim | Drop      which key, made when, over what
    sound(claim, ...)     Drop | None       the cheap part: time and body
    genuine(claim, pem)   Drop | None       the key's word
    verify(...)           both

A drop of `genuine` alone is worth asking for the key again: it may have been changed.
"""

from collections.abc import Callable
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from linnet.federation import vocab
from linnet.federation.authority import Drop
from linnet.federation.signing import cavage, digest, rfc9421
from linnet.federation.signing.shapes import Claim, Form, Received, Signing
from linnet.kernel.clock import SECOND
from linnet.net.address import Target, read_url

# A letter may have waited in its sender's queue (Mastodon signs once and keeps 12 hours), and
# clocks differ by an hour where somebody took a time zone for UTC.
OLDEST = 12 * 3600
SKEW = 3600

SMALLEST, LARGEST = 1024, 4096  # bits of a key (security paper B15)
LONGEST_PEM = 4096  # characters

_SIGN: dict[Form, Callable[[Signing, str, Target, bytes | None, str, int], dict[str, str]]] = {
    "cavage": cavage.sign,
    "rfc9421": rfc9421.sign,
}


def sign(
    signer: Signing,
    form: Form,
    method: str,
    url: str,
    body: bytes | None,
    now: int,
    content_type: str = vocab.CONTENT_TYPE,
) -> dict[str, str]:
    """The headers to send with a request to `url` (`now` in ms). With a body they bring its
    Content-Type, which is signed and must be sent as it is. Raises Invalid("url")."""
    return _SIGN[form](signer, method, read_url(url), body, content_type, now)


def read(request: Received) -> Claim | Drop:
    """What the request says about itself. `Drop("unsigned")` when it says nothing."""
    if "signature-input" in request.headers:
        return rfc9421.read(request)
    if "signature" not in request.headers:
        return Drop("unsigned")
    return cavage.read(request)


def verify(claim: Claim, pem: str, body: bytes, now: int) -> Drop | None:
    """Was this body sent with this request by whoever holds the key, about now (ms)?"""
    return sound(claim, body, now) or genuine(claim, pem)


def sound(claim: Claim, body: bytes, now: int) -> Drop | None:
    """What can be seen without the key: is it of about now (ms), and is the digest of `body`?"""
    seconds = now // SECOND
    if claim.made_at > seconds + SKEW:
        return Drop("clock", f"made in {claim.made_at - seconds} s")
    if claim.made_at < seconds - OLDEST:
        return Drop("clock", f"made {seconds - claim.made_at} s ago")
    if claim.until is not None and claim.until + SKEW < seconds:
        return Drop("clock", f"good until {seconds - claim.until} s ago")
    if not all(digest.fits(told, body) for told in claim.digests):
        return Drop("digest", "the body is another one")
    return None


def genuine(claim: Claim, pem: str) -> Drop | None:
    """Did the key sign one of the texts?"""
    key = public_key(pem)
    if isinstance(key, Drop):
        return key
    for text in claim.texts:
        try:
            key.verify(claim.signature, text, PKCS1v15(), SHA256())
        except InvalidSignature:
            continue
        return None
    return Drop("signature", "another key or another text")


@lru_cache(maxsize=4096)
def public_key(pem: str) -> RSAPublicKey | Drop:
    """An opened key, if it is RSA of a bearable size."""
    if len(pem) > LONGEST_PEM:
        return Drop("key", "longer than a key")
    try:
        key = load_pem_public_key(pem.encode())
    except Exception as error:  # noqa: BLE001 # whatever a foreign text does to the parser, it is no key
        return Drop("key", repr(error)[:200])
    if not isinstance(key, RSAPublicKey):
        return Drop("key", "not RSA")
    if not SMALLEST <= key.key_size <= LARGEST or key.public_numbers().e.bit_length() > 33:
        return Drop("key", f"RSA of {key.key_size} bits")
    return key
