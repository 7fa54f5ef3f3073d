"""The one base class of every value that crosses a room's border."""

from typing import TypeVar, dataclass_transform

import msgspec

T = TypeVar("T", bound=msgspec.Struct)


@dataclass_transform(frozen_default=True, kw_only_default=False)
class Value(msgspec.Struct, frozen=True):
    """A frozen, typed record: rows, forms, jobs, events, settings.

    Replacing msgspec touches this file and `kernel.wire` only
    (docs/decisions/0003-msgspec.md).
    """


def changed(value: T, **fields: object) -> T:
    """A copy of `value` with the named fields replaced."""
    return msgspec.structs.replace(value, **fields)
