"""Bytes from elsewhere as a JSON object, or refused: strict JSON (RFC 8259) of a bearable shape, that
every reader reads the same way and every database can keep (security paper G02, C07)."""

import json
from typing import Any

from linnet.federation.authority import Drop
from linnet.federation.vocab import Json
from linnet.kernel.errors import Invalid
from linnet.kernel.wire import decode

LARGEST = 1 << 20  # bytes
PARTS = 50_000  # members of objects and lists together: what takes time to read
DEEPEST = 60  # one in another


class _TwiceError(ValueError):
    """Two members of one name: readers differ about which one counts."""


def _members(pairs: list[tuple[str, Any]]) -> Json:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _TwiceError("a name is there twice")
    return found


def json_object(data: bytes) -> Json | Drop:
    """The object, or a drop that says what is wrong. Total."""
    if len(data) > LARGEST:
        return Drop("too_big", f"{len(data)} bytes")
    # each part but the first stands behind one of these, so that counting them is enough
    if data.count(b",") + data.count(b"{") + data.count(b"[") > PARTS:
        return Drop("json", "too many parts")
    try:
        found = decode(data)
        if not isinstance(found, dict):
            return Drop("json", "no object")
        if b"\\u0000" in data and _has_nul(found):
            return Drop("json", "NUL")
        # the strict reader keeps the last of two members of one name: so the other reader looks too
        json.loads(data, object_pairs_hook=_members)
    except (Invalid, RecursionError, ValueError) as error:
        return Drop("json", str(error)[:200])
    return found if _depth(found) <= DEEPEST else Drop("json", "too deep")


def _has_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any("\0" in name or _has_nul(one) for name, one in value.items())
    return isinstance(value, list) and any(_has_nul(one) for one in value)


def _depth(value: Any) -> int:
    """How deep the deepest part lies; one more than `DEEPEST` for anything beyond it."""
    level, depth = [value], 0
    while level and depth <= DEEPEST:
        depth += 1
        inner = [one for one in level if isinstance(one, dict | list)]
        level = [part for one in inner for part in (one.values() if isinstance(one, dict) else one)]
    return depth
