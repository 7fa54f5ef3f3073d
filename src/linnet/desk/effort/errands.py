"""Reading a calendar file: in a process of its own, with limits, and never in the server's."""

import asyncio
import subprocess
import sys
import threading

from linnet.desk.effort import calendar_file
from linnet.desk.effort.calendars import BYTES_MOST, DAYS_MOST, Events
from linnet.kernel.days import next_day, parse_day
from linnet.kernel.errors import Invalid, LinnetError, TooMany
from linnet.kernel.value import Value
from linnet.kernel.wire import decode_as

PATIENCE = 20.0  # seconds of wall time; the program allows itself ten of CPU
SIDE_BY_SIDE = threading.BoundedSemaphore(2)  # two cores; and each may take half a gigabyte


class _Problem(Value):
    problem: str = ""


async def read_calendar(data: bytes, first: str, last: str, zone_name: str) -> Events:
    """The events of a calendar file that begin on the days from `first` to `last`, both in it, in
    the firm's time zone. Raises Invalid("file"), Invalid("first"), TooMany."""
    return await asyncio.to_thread(read_now, data, first, last, zone_name)


def read_now(data: bytes, first: str, last: str, zone_name: str) -> Events:
    """As `read_calendar`; blocks."""
    days = (parse_day(last, "last") - parse_day(first, "first")).days
    if not 0 <= days < DAYS_MOST:
        raise Invalid("first", f"must be a day before the last, at most {DAYS_MOST} days in all")
    if not data.strip():
        raise Invalid("file", "is empty")
    if len(data) > BYTES_MOST:
        raise Invalid("file", f"is larger than {BYTES_MOST >> 20} MB")
    if not SIDE_BY_SIDE.acquire(timeout=1):
        raise TooMany("Other calendars are being read right now.", retry_after=10)
    try:
        return _read(data, first, next_day(last), zone_name)
    finally:
        SIDE_BY_SIDE.release()


def _read(data: bytes, first: str, until: str, zone_name: str) -> Events:
    """Runs calendar_file.py. Nothing of our environment (secrets) is given to it."""
    try:
        ended = subprocess.run(  # noqa: S603 # our own program, no shell
            [sys.executable, "-I", "-m", calendar_file.__name__, first, until, zone_name],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            cwd="/",
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Invalid("file", "takes too long to read: export fewer days of it") from error
    if ended.returncode != 0:
        cause = f"calendar_file.py ended with {ended.returncode}"
        raise Invalid("file", "cannot be read: it is damaged, or repeats without end", cause=cause)
    try:
        problem = decode_as(_Problem, ended.stdout).problem
        if not problem:
            return decode_as(Events, ended.stdout)
    except LinnetError as error:
        raise Invalid("file", "cannot be read", cause=error.cause) from error
    raise Invalid("file", problem[:300])
