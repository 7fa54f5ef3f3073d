"""How long somebody asks us to wait (RFC 9110 §10.2.3)."""

from email.utils import parsedate_to_datetime

from linnet.kernel.clock import SECOND, to_ms


def retry_at(text: str, now: int) -> int | None:
    """The moment (ms) that a Retry-After header names, in seconds or as a date; None for none. Whether it
    is sensible is for the caller to say."""
    plain = text.strip()
    if plain.isascii() and plain.isdigit():
        return now + int(plain[:9]) * SECOND
    try:
        return to_ms(parsedate_to_datetime(plain))
    except (ValueError, TypeError, OverflowError):
        return None
