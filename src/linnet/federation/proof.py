"""Who signed a request: the one way from a claim to a name, for letters and for readers alike."""

from urllib.parse import quote

from starlette.types import Scope

from linnet.federation.authority import Drop
from linnet.federation.fetching import Library
from linnet.federation.signing import signatures
from linnet.federation.signing.shapes import Claim, Received, headers_of


async def who_signed(library: Library, request: Received, body: bytes, now: int) -> str | Drop:
    """The actor that owns the key, or why nobody is believed. What can be seen without a key is
    looked at before one is fetched (security paper B03)."""
    claim = signatures.read(request)
    if isinstance(claim, Drop):
        return claim
    return signatures.sound(claim, body, now) or await owner(library, claim)


async def owner(library: Library, claim: Claim) -> str | Drop:
    """The actor whose key made this signature. A kept key that does not fit is asked for again, once:
    it may have been changed."""
    found = await _owner(library, claim, fresh=False)
    if isinstance(found, Drop) and found.reason in {"signature", "key"}:
        return await _owner(library, claim, fresh=True)
    return found


async def _owner(library: Library, claim: Claim, *, fresh: bool) -> str | Drop:
    key = await library.key(claim.key_id, fresh=fresh)
    if isinstance(key, Drop):
        return key
    return signatures.genuine(claim, key.pem) or key.owner


def received(scope: Scope, host: str) -> Received:
    """A request of ours as signatures see it: path and query as they stood in its first line. `host`:
    our own authority, which it must be meant for."""
    path = scope.get("raw_path") or quote(scope["path"]).encode()
    query = scope.get("query_string", b"")
    target = path + b"?" + query if query else path
    return Received(scope["method"], target.decode("latin-1"), headers_of(scope["headers"]), host)
