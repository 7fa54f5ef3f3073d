"""JSON in and out. The second of the two files that know msgspec (the first is `value`)."""

from typing import Any, TypeVar

import msgspec

from linnet.kernel.errors import Invalid

T = TypeVar("T")

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder()


def encode(value: object) -> bytes:
    """`value` (Values, dicts, lists, scalars) as UTF-8 JSON."""
    return _encoder.encode(value)


def encode_text(value: object) -> str:
    """As `encode`, for a TEXT column."""
    return _encoder.encode(value).decode()


def decode(data: bytes | str) -> Any:
    """Untyped JSON. Raises Invalid("body") for anything that is not strict JSON (RFC 8259),
    including NaN, lone surrogates and nesting too deep to be honest."""
    try:
        return _decoder.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise Invalid("body", "is not valid JSON", cause=str(error)) from error


def decode_as(kind: type[T], data: bytes | str) -> T:
    """JSON as `kind`. Raises Invalid with the path of the first field that does not fit."""
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise Invalid("body", f"does not fit: {error}") from error


def convert(kind: type[T], data: object) -> T:
    """Plain dicts and lists as `kind`. Raises Invalid like `decode_as`."""
    try:
        return msgspec.convert(data, type=kind)
    except (msgspec.ValidationError, RecursionError) as error:
        raise Invalid("body", f"does not fit: {error}") from error


def plain(value: object) -> Any:
    """Values as dicts, lists and scalars."""
    return msgspec.to_builtins(value)
