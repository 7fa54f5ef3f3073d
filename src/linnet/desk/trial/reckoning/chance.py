"""Chance that anybody can draw again: a stream of bits from a seed. Pure, and the same for ever.

Block i of the stream is SHA-256(seed, 0x00, label as UTF-8, 0x00, i as 8 bytes, big-endian); the blocks
follow each other and are read from the highest bit down. `random` is not used because its results may
change between versions of Python. A seed is 64 hexadecimal digits (256 bits); what is committed before
the start is the SHA-256 of those digits as text, so that `printf %s SEED | sha256sum` checks it.
"""

import hashlib
import re
from collections.abc import Sequence
from typing import TypeVar

from linnet.kernel.errors import Invalid

T = TypeVar("T")


def commitment(seed: str) -> str:
    """What is published of a seed before the start. Raises Invalid for what is no seed."""
    return hashlib.sha256(check_seed(seed).encode()).hexdigest()


def check_seed(seed: str) -> str:
    """A seed as it must be written. Raises Invalid."""
    if not re.fullmatch(r"[0-9a-f]{64}", seed, re.ASCII):
        raise Invalid("seed", "is not 64 hexadecimal digits in small letters")
    return seed


class Stream:
    """The bits of one seed for one use. `label` keeps the uses apart: the coins of the calendar say
    nothing about the calendars that are drawn for the test."""

    def __init__(self, seed: str, label: str) -> None:
        """At its beginning. Raises Invalid for what is no seed."""
        self._head = bytes.fromhex(check_seed(seed)) + b"\x00" + label.encode() + b"\x00"
        self._block = 0
        self._pool = 0
        self._left = 0

    def bits(self, n: int) -> int:
        """The next `n` bits as a number, the first bit highest."""
        while self._left < n:
            block = hashlib.sha256(self._head + self._block.to_bytes(8, "big")).digest()
            self._pool = self._pool << 256 | int.from_bytes(block, "big")
            self._block += 1
            self._left += 256
        self._left -= n
        taken = self._pool >> self._left
        self._pool &= (1 << self._left) - 1
        return taken

    def below(self, n: int) -> int:
        """A number from 0 to n - 1, each as likely: what does not fit is thrown again."""
        size = (n - 1).bit_length()
        while (number := self.bits(size)) >= n:
            pass
        return number

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """The items in an order of which each is as likely (Fisher and Yates, from the end)."""
        order = list(items)
        for i in range(len(order) - 1, 0, -1):
            j = self.below(i + 1)
            order[i], order[j] = order[j], order[i]
        return order
