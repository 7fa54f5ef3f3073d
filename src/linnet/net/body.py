"""Bodies that cannot grow beyond a cap, packed or not.

A packed answer of half a megabyte can be a thousand times that (security paper §0.5), so the cap
is handed to zlib itself: more than that is never unpacked, not even for a moment.
"""

import zlib

PACKED = {"gzip": 31, "x-gzip": 31, "deflate": 15}  # RFC 9110, 8.4.1: zlib's wbits for each
MEMBERS = 100  # gzip files may be strung together (RFC 1952, 2.2); not without end


class TooBigError(Exception):
    """The body is longer than the cap. What fits is in `Body.data`."""


class BrokenError(Exception):
    """The packing is not what it says, or the body broke off inside it."""


class Body:
    """Collects a body of at most `most` bytes. `encoding`: '' or a key of PACKED."""

    def __init__(self, most: int, encoding: str = "") -> None:
        self.data = bytearray()
        self._most = most
        self._wbits = PACKED[encoding] if encoding else 0
        self._unpack = zlib.decompressobj(self._wbits) if encoding else None
        self._taken = 0
        self._members = 1

    def add(self, chunk: bytes) -> None:
        """Takes in what arrived. Raises TooBigError, BrokenError."""
        self._taken += len(chunk)
        if self._unpack is None:
            self._keep(chunk)
            return
        if self._taken > self._most:  # packed, and already longer than it may be unpacked
            raise TooBigError
        try:
            while chunk:
                chunk = self._step(chunk)
        except zlib.error as error:
            raise BrokenError(str(error)) from error

    def finish(self) -> bytes:
        """The whole body. Raises BrokenError when the packing has not come to its end."""
        if self._unpack is not None and self._taken and not self._unpack.eof:
            raise BrokenError("it broke off")
        return bytes(self.data)

    def _step(self, chunk: bytes) -> bytes:
        """Unpacks one member, or the part of it that is here; answers what is left."""
        assert self._unpack is not None
        if self._unpack.eof:
            self._members += 1
            if self._members > MEMBERS:
                raise BrokenError("too many parts")
            self._unpack = zlib.decompressobj(self._wbits)
        self._keep(self._unpack.decompress(chunk, self._most - len(self.data) + 1))
        return self._unpack.unused_data if self._unpack.eof else b""

    def _keep(self, piece: bytes) -> None:
        self.data += piece[: self._most - len(self.data) + 1]
        if len(self.data) > self._most:
            del self.data[self._most :]
            raise TooBigError
