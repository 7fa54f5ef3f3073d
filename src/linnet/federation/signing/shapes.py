"""What both kinds of signature have in common: the words, and the headers of a request as they came."""

import re
from collections.abc import Iterable, Mapping
from typing import Literal, Protocol

from linnet.federation.authority import Drop
from linnet.kernel.value import Value

Form = Literal["cavage", "rfc9421"]
FORMS: tuple[Form, ...] = ("cavage", "rfc9421")


class Signing(Protocol):
    """Somebody who can sign: an opened key of ours (`keys.Signer`)."""

    @property
    def key_id(self) -> str:
        """Where others find the public half."""
        ...

    def sign(self, data: bytes) -> bytes:
        """RSASSA-PKCS1-v1_5 with SHA-256."""
        ...


class Received(Value):
    """A request as it came, as far as signatures speak of it. `target`: path and query, raw;
    `headers`: names in lower case, values as they came; `host`: our own authority."""

    method: str
    target: str
    headers: dict[str, tuple[str, ...]]
    host: str

    def header(self, name: str) -> str | Drop:
        """The value of a header that must be there once. Two of them mean that somebody hopes that
        one reader takes the first and the other the last (security paper A10, A11)."""
        values = self.headers.get(name, ())
        if len(values) != 1:
            return Drop("parameters", f"{name} is {'there twice' if values else 'missing'}")
        return values[0]

    @property
    def without_query(self) -> str:
        """The target without its query: some sign it so."""
        return self.target.partition("?")[0]


class Claim(Value):
    """What a signature says, before it is believed.

    `key_id` is in the form of `authority.normal`. `texts`: what may have been signed; one of them
    must have been. `made_at`, `until`: seconds since 1970. `digests`: values of Digest or
    Content-Digest headers that are covered by the signature.
    """

    form: Form
    key_id: str
    signature: bytes
    texts: tuple[bytes, ...]
    made_at: int
    until: int | None
    digests: tuple[str, ...]


def headers_of(pairs: Iterable[tuple[bytes, bytes]]) -> dict[str, tuple[str, ...]]:
    """Headers by name in lower case, every value kept, as the server took them off the wire. Each
    byte becomes one character and back again, so that what is compared is what was sent. Values
    lose the white space around them, which is none of theirs (RFC 9110, 5.5)."""
    found: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        key = name.decode("latin-1").lower()
        found[key] = (*found.get(key, ()), value.decode("latin-1").strip(" \t"))
    return found


_NAME = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+")


def is_header_name(name: str) -> bool:
    """A header's name in lower case (RFC 9110, 5.6.2)."""
    return bool(_NAME.fullmatch(name))


def is_ours(host: object, own: str) -> bool:
    """Is a Host header our own authority? Its usual port may be written out."""
    return isinstance(host, str) and host.lower() in {own.lower(), f"{own.lower()}:443"}


def whole_number(text: str) -> int | None:
    """Seconds since 1970 as parameters write them; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else None


def without_doubles(pairs: list[tuple[str, str]]) -> Mapping[str, str] | None:
    """The parameters by name, or None when one of them is there twice."""
    found = dict(pairs)
    return found if len(found) == len(pairs) else None
