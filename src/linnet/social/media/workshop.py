"""The workshop: an upload goes in, a `Picture` whose files are on disk comes out.

Every picture is read in a process of its own (`decode.py`), with limits, and never in the server's.
"""

import asyncio
import struct
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO

from linnet.kernel.errors import Invalid, LinnetError, TooMany
from linnet.kernel.value import Value
from linnet.kernel.wire import decode_as
from linnet.social.media.kinds import MIMES, PROGRAM, kind_of
from linnet.social.media.rules import Picture, Use
from linnet.social.media.store import Store

SIDE_BY_SIDE = 2  # two cores; and each may take half a gigabyte
WAITING = 20
PATIENCE = 40.0  # seconds of wall time; decode.py allows itself 20 of CPU


class _Facts(Value):
    """What decode.py says about its work; `problem` alone when it refused."""

    problem: str = ""
    mime: str = ""
    width: int = 0
    height: int = 0
    bytes: int = 0
    thumb_width: int = 0
    thumb_height: int = 0
    thumb_bytes: int = 0
    blurhash: str = ""


class Workshop:
    """Where the doors hand in pictures: two at a time, twenty wait, the rest are told to."""

    def __init__(self, store: Store, upload_bytes: int) -> None:
        """`upload_bytes`: the largest upload (`settings.upload_bytes`)."""
        self._store = store
        self._upload_bytes = upload_bytes
        self._threads = ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="linnet-picture")
        self._inside = 0

    async def make(
        self, data: bytes, use: Use = "post", field: str = "file", thumbnail: bytes | None = None
    ) -> Picture:
        """Makes the upload anew for its use and keeps it. The answer is for `actions.add`; without
        a row its files are swept after a day. `thumbnail`: a picture to make the small one from.
        Raises Invalid(field), Invalid("thumbnail"), TooMany."""
        self._check_all(data, field, thumbnail)
        if self._inside >= SIDE_BY_SIDE + WAITING:
            raise TooMany("Too many pictures are being made ready right now.", retry_after=10)
        self._inside += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._threads, self.make_now, data, use, field, thumbnail
            )
        finally:
            self._inside -= 1

    def make_now(
        self, data: bytes, use: Use = "post", field: str = "file", thumbnail: bytes | None = None
    ) -> Picture:
        """As `make`, for the command line: blocks."""
        self._check_all(data, field, thumbnail)
        facts, picture, thumb = _decoded(data, use, field)
        small = facts
        if thumbnail is not None:
            small, _, thumb = _decoded(thumbnail, use, "thumbnail")
        file, thumb_file = self._store.keep_now(picture, facts.mime, thumb)
        return Picture(
            mime=facts.mime,
            width=facts.width,
            height=facts.height,
            bytes=facts.bytes,
            file=file,
            thumb_file=thumb_file,
            thumb_width=small.thumb_width,
            thumb_height=small.thumb_height,
            blurhash=small.blurhash,
        )

    def close(self) -> None:
        """Ends the threads once what they are at is done."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _check_all(self, data: bytes, field: str, thumbnail: bytes | None) -> None:
        self._check(data, field)
        if thumbnail is not None:
            self._check(thumbnail, "thumbnail")

    def _check(self, data: bytes, field: str) -> None:
        if not data:
            raise Invalid(field, "is empty")
        if len(data) > self._upload_bytes:
            raise Invalid(field, f"is larger than {self._upload_bytes / (1 << 20):.3g} MB")
        if kind_of(data[:16]) is None:
            raise Invalid(field, "is not a JPEG, PNG, GIF, WebP or AVIF picture")


def _decoded(data: bytes, use: Use, field: str) -> tuple[_Facts, bytes, bytes]:
    """Runs decode.py. Its output goes to a file: how much it may write is then a limit of the
    kernel's, and no pipe can stall. Nothing of our environment (secrets) is given to it."""
    with tempfile.TemporaryFile() as out:
        try:
            ended = subprocess.run(  # noqa: S603 # our own program, no shell
                [sys.executable, "-I", "-m", PROGRAM, use],
                input=data,
                stdout=out,
                stderr=subprocess.DEVNULL,
                env={},
                cwd="/",
                timeout=PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise Invalid(field, "takes too long to read: save it smaller or simpler") from error
        if ended.returncode != 0:
            cause = f"decode.py ended with {ended.returncode}"
            raise Invalid(field, "cannot be read as a picture", cause=cause)
        try:
            return _read(out, field)
        except (struct.error, OSError) as error:
            raise Invalid(field, "cannot be read as a picture", cause=repr(error)) from error


def _read(out: BinaryIO, field: str) -> tuple[_Facts, bytes, bytes]:
    """The protocol of decode.py, not trusted more than what it reads."""
    out.seek(0)
    (length,) = struct.unpack(">I", out.read(4))
    try:
        facts = decode_as(_Facts, out.read(min(length, 10_000)))
    except LinnetError as error:
        raise Invalid(field, "cannot be read as a picture", cause=error.cause) from error
    if facts.problem:
        raise Invalid(field, facts.problem[:300])
    picture, thumb = out.read(max(0, facts.bytes)), out.read(max(0, facts.thumb_bytes))
    whole = 0 < facts.bytes == len(picture) and 0 < facts.thumb_bytes == len(thumb)
    if not whole or facts.mime not in MIMES.values() or min(facts.width, facts.height) < 1:
        raise Invalid(field, "cannot be read as a picture", cause=f"decode.py answered {facts!r}")
    return facts, picture, thumb
