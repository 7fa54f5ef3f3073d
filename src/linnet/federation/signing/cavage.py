"""draft-cavage-http-signatures-12, as servers speak it: RSA and SHA-256, whatever it is called.

What must be covered is what makes a stolen letter useless elsewhere (security paper A09-A12):
method and target, the host, the time, and on POST the body.
"""

import base64
import re
from email.utils import format_datetime, parsedate_to_datetime

from linnet.federation.authority import Drop, normal
from linnet.federation.signing import digest
from linnet.federation.signing.shapes import (
    Claim,
    Received,
    Signing,
    is_header_name,
    is_ours,
    whole_number,
    without_doubles,
)
from linnet.kernel.clock import SECOND, moment
from linnet.net.address import Target

ALGORITHMS = {"rsa-sha256", "hs2019"}
LONGEST = 8192  # characters of the header
MOST = 30  # headers covered


def sign(
    signer: Signing, method: str, target: Target, body: bytes | None, content_type: str, now: int
) -> dict[str, str]:
    """The headers to send. `now` in ms."""
    headers = {"Host": target.authority, "Date": http_date(now)}
    if body is not None:
        headers |= {"Digest": digest.digest(body), "Content-Type": content_type}
    covered = ["(request-target)", *(name.lower() for name in headers)]
    lines = [f"(request-target): {method.lower()} {target.target}"]
    lines += [f"{name.lower()}: {value}" for name, value in headers.items()]
    made = base64.b64encode(signer.sign("\n".join(lines).encode())).decode()
    headers["Signature"] = (
        f'keyId="{signer.key_id}",algorithm="rsa-sha256",headers="{" ".join(covered)}",signature="{made}"'
    )
    return headers


def http_date(now: int) -> str:
    """`now` (ms) as a Date header: Mon, 26 Oct 2026 07:33:20 GMT."""
    return format_datetime(moment(now // SECOND * SECOND), usegmt=True)


# name="text" or name=123, separated by commas. No escapes: nobody uses them, and readers differ.
_PARAMETER = re.compile(r'[ \t]*([A-Za-z][A-Za-z0-9_]*)=(?:"([^"\\]*)"|([0-9]+))[ \t]*(?:,|$)')


def read(request: Received) -> Claim | Drop:
    """What the Signature header says, if it covers what it must."""
    header = request.header("signature")
    if isinstance(header, Drop):
        return header
    said = _parameters(header)
    if said is None:
        return Drop("parameters", "the Signature header cannot be read")
    key_id = normal(said.get("keyId"))
    if not key_id:
        return Drop("parameters", "keyId is no https address")
    if said.get("algorithm", "hs2019").lower() not in ALGORITHMS:
        return Drop("algorithm", said["algorithm"][:40])
    signature = digest.strict_base64(said.get("signature", ""))
    if not signature:
        return Drop("parameters", "the signature is no base64")
    covered = said.get("headers", "").lower().split(" ")
    if len(covered) > MOST or len(set(covered)) != len(covered):
        return Drop("parameters", "odd list of headers")
    missing = _missing(request, covered)
    if missing:
        return Drop("uncovered", f"{missing} is not signed")
    return _claim(request, said, covered, key_id, signature)


def _parameters(header: str) -> dict[str, str] | None:
    if len(header) > LONGEST:
        return None
    pairs, at = [], 0
    while at < len(header):
        found = _PARAMETER.match(header, at)
        if found is None:
            return None
        pairs.append((found[1], found[2] if found[3] is None else found[3]))
        at = found.end()
    said = without_doubles(pairs)
    return dict(said) if said is not None else None


def _missing(request: Received, covered: list[str]) -> str:
    """What must be covered and is not; ''."""
    for name in ("(request-target)", "host"):
        if name not in covered:
            return name
    if not {"date", "(created)"} & set(covered):
        return "date"
    if request.method == "POST" and not {"digest", "content-digest"} & set(covered):
        return "digest"
    return ""


def _claim(
    request: Received, said: dict[str, str], covered: list[str], key_id: str, signature: bytes
) -> Claim | Drop:
    lines: list[str] = []
    for name in covered:
        value = _value(request, said, name)
        if isinstance(value, Drop):
            return value
        lines.append(f"{name}: {value}")
    if not is_ours(request.header("host"), request.host):
        return Drop("host", "signed for another host")
    made_at = whole_number(said.get("created", "")) if "(created)" in covered else _date(request)
    until = whole_number(said.get("expires", "")) if "(expires)" in covered else None
    if made_at is None or (until is None and "(expires)" in covered):
        return Drop("clock", "no time that can be read")
    at = covered.index("(request-target)")
    texts = ["\n".join(lines)]
    if "?" in request.target:
        short = f"(request-target): {request.method.lower()} {request.without_query}"
        texts.append("\n".join([*lines[:at], short, *lines[at + 1 :]]))
    digests = tuple(request.headers[name][0] for name in ("digest", "content-digest") if name in covered)
    encoded = tuple(text.encode("latin-1") for text in texts)
    return Claim("cavage", key_id, signature, encoded, made_at, until, digests)


def _value(request: Received, said: dict[str, str], name: str) -> str | Drop:
    """What stands for `name` in the text that was signed."""
    if name == "(request-target)":
        return f"{request.method.lower()} {request.target}"
    if name in {"(created)", "(expires)"}:
        if said.get("algorithm", "hs2019").lower() != "hs2019":
            return Drop("parameters", f"{name} needs the algorithm hs2019")
        return said.get(name[1:-1], "")
    if not is_header_name(name):
        return Drop("parameters", f"{name[:40]} is no header")
    return request.header(name)


def _date(request: Received) -> int | None:
    value = request.header("date")
    if isinstance(value, Drop) or len(value) > 60:
        return None
    try:
        when = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return int(when.timestamp()) if when.tzinfo is not None else None
