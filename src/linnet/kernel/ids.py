"""Ids: 63-bit, time-ordered, made by us, unguessable enough to be public.

47 bits of ms since 1970, then 16 bits: a counter within the millisecond, started at random,
so that two processes on one machine do not meet. Decimal strings of them sort by length, then
text, as client apps expect (the Mastodon API's rule for ids). Not reset by a clock that is
set back within one process; a restored backup cannot re-use one.
"""

import secrets
import threading
import time


class _Clock:
    """The last id's two parts."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ms = 0
        self._low = 0

    def next(self) -> int:
        with self._lock:
            ms = time.time_ns() // 1_000_000
            if ms > self._ms:
                self._ms, self._low = ms, secrets.randbelow(0x8000)
            elif self._low >= 0xFFFF:
                self._ms, self._low = self._ms + 1, 0
            else:
                self._low += 1
            return (self._ms << 16) | self._low


_clock = _Clock()


def new_id() -> int:
    """A fresh id, greater than every id this process made before."""
    return _clock.next()


def first_id_at(ms: int) -> int:
    """The smallest id that could have been made at `ms`: turns a time bound into an id bound."""
    return ms << 16


def made_at(id: int) -> int:
    """When `id` was made, in ms since 1970 UTC."""
    return id >> 16
