"""RFC 9421, HTTP Message Signatures, as far as servers use it: one signature, RSA and SHA-256.

What must be covered is Mastodon's rule: method, the whole address, when it was made, and on POST
the digest of the body. Structured fields (RFC 9651) are read as far as they occur here.
"""

import base64
import re

from linnet.federation.authority import Drop, normal
from linnet.federation.signing import digest
from linnet.federation.signing.cavage import http_date
from linnet.federation.signing.shapes import (
    Claim,
    Received,
    Signing,
    is_header_name,
    is_ours,
    whole_number,
    without_doubles,
)
from linnet.kernel.clock import SECOND
from linnet.kernel.value import Value
from linnet.net.address import Target

ALGORITHM = "rsa-v1_5-sha256"
LONGEST = 8192
MOST = 30


def sign(
    signer: Signing, method: str, target: Target, body: bytes | None, content_type: str, now: int
) -> dict[str, str]:
    """The headers to send. `now` in ms."""
    headers = {"Host": target.authority, "Date": http_date(now)}
    values = {"@method": method, "@target-uri": target.url}
    if body is not None:
        values |= {"content-digest": digest.content_digest(body), "content-type": content_type}
        headers |= {"Content-Digest": values["content-digest"], "Content-Type": content_type}
    covered = " ".join(f'"{name}"' for name in values)
    said = f'({covered});created={now // SECOND};keyid="{signer.key_id}";alg="{ALGORITHM}"'
    made = base64.b64encode(signer.sign(_base(values, said))).decode()
    return headers | {"Signature-Input": f"sig1={said}", "Signature": f"sig1=:{made}:"}


def _base(values: dict[str, str], said: str) -> bytes:
    """The text that is signed (RFC 9421, 2.5)."""
    lines = [f'"{name}": {value}' for name, value in values.items()]
    return "\n".join([*lines, f'"@signature-params": {said}']).encode("latin-1")


class _Input(Value):
    """One member of Signature-Input: what is covered, the parameters, and both as they are signed."""

    label: str
    covered: list[str]
    parameters: dict[str, str]
    said: str


_KEY = r"[a-z*][a-z0-9_.*-]*"
_STRING = r'"(?:[ !#-\[\]-~]|\\["\\])*"'
_BARE = rf"{_STRING}|-?[0-9]{{1,15}}(?:\.[0-9]{{1,3}})?|\?[01]|:[A-Za-z0-9+/=]*:|[A-Za-z*][A-Za-z0-9:/!#$%&'*+.^_`|~-]*"
_MEMBER = re.compile(rf"({_KEY})=\(([^()]*)\)((?:;.*)?)")
_ITEM = re.compile(r'"([^"\\]*)"')
_PARAMETER = re.compile(rf"; *({_KEY})=({_BARE})")
_SIGNATURE = re.compile(rf"({_KEY})=:([A-Za-z0-9+/]+={{0,2}}):")


def read(request: Received) -> Claim | Drop:
    """What Signature-Input and Signature say, if they cover what they must."""
    said, made = request.header("signature-input"), request.header("signature")
    if isinstance(said, Drop) or isinstance(made, Drop):
        return said if isinstance(said, Drop) else Drop("parameters", "Signature and Signature-Input")
    found = _input(said)
    if isinstance(found, Drop):
        return found
    signature = _signature(made, found.label)
    if not signature:
        return Drop("parameters", "the Signature header does not fit its input")
    if found.parameters.get("alg", f'"{ALGORITHM}"') != f'"{ALGORITHM}"':
        return Drop("algorithm", found.parameters["alg"][:40])
    key_id = normal(found.parameters.get("keyid", "").strip('"'))
    if not key_id:
        return Drop("parameters", "keyid is no https address")
    if request.method == "POST" and "content-digest" not in found.covered:
        return Drop("uncovered", "content-digest is not signed")
    if not {"@method", "@target-uri"} <= set(found.covered):
        return Drop("uncovered", "method and address are not signed")
    return _claim(request, found, key_id, signature)


def _input(header: str) -> _Input | Drop:
    member = _MEMBER.fullmatch(header) if len(header) <= LONGEST else None
    if member is None:
        return Drop("parameters", "Signature-Input is not one list with parameters")
    label, inner, rest = member.groups()
    items = [_ITEM.fullmatch(part) for part in inner.split()]
    covered = [item[1] for item in items if item is not None]
    if len(covered) != len(items) or len(items) > MOST or len(set(covered)) != len(covered):
        return Drop("parameters", "odd list of components")
    pairs, at = [], 0
    while at < len(rest):
        found = _PARAMETER.match(rest, at)
        if found is None:
            return Drop("parameters", "odd parameters")
        pairs.append((found[1], found[2]))
        at = found.end()
    parameters = without_doubles(pairs)
    if parameters is None:
        return Drop("parameters", "a parameter is there twice")
    # serialised anew, because that is what is signed (RFC 9421, 2.3), whatever spaces were sent
    written = "".join(f";{name}={value}" for name, value in pairs)
    listed = " ".join(f'"{name}"' for name in covered)
    return _Input(label, covered, dict(parameters), f"({listed}){written}")


def _signature(header: str, label: str) -> bytes | None:
    found = _SIGNATURE.fullmatch(header) if len(header) <= LONGEST else None
    return digest.strict_base64(found[2]) if found is not None and found[1] == label else None


def _claim(request: Received, said: _Input, key_id: str, signature: bytes) -> Claim | Drop:
    made_at = whole_number(said.parameters.get("created", ""))
    until = whole_number(said.parameters.get("expires", ""))
    if made_at is None or (until is None and "expires" in said.parameters):
        return Drop("clock", "no time that can be read")
    texts: list[bytes] = []
    for target in dict.fromkeys((request.target, request.without_query)):
        values = _values(request, said.covered, target)
        if isinstance(values, Drop):
            return values
        texts.append(_base(values, said.said))
    if not is_ours(request.header("host"), request.host):
        return Drop("host", "signed for another host")
    digests = request.headers["content-digest"] if "content-digest" in said.covered else ()
    return Claim("rfc9421", key_id, signature, tuple(texts), made_at, until, digests)


def _values(request: Received, covered: list[str], target: str) -> dict[str, str] | Drop:
    """The value of each component. `@target-uri` is what we are called, not what a header says."""
    path, mark, query = target.partition("?")
    derived = {
        "@method": request.method,
        "@target-uri": f"https://{request.host}{target}",
        "@authority": request.host,
        "@scheme": "https",
        "@request-target": target,
        "@path": path,
        "@query": f"?{query}" if mark else "?",
    }
    values: dict[str, str] = {}
    for name in covered:
        if name not in derived and not is_header_name(name):
            return Drop("parameters", f"{name[:40]} is nothing that can be signed")
        value = derived[name] if name in derived else request.header(name)
        if isinstance(value, Drop):
            return value
        values[name] = value
    return values
