"""Time as one number: milliseconds since 1970 in UTC (BIGINT in the database).

Below the doors nobody asks the clock: time comes as an argument (house rule 3).
"""

import time
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from linnet.kernel.errors import Invalid

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def now_ms() -> int:
    """The wall clock, in ms since 1970 UTC. For doors and workers only."""
    return time.time_ns() // 1_000_000


def moment(ms: int, zone: tzinfo = UTC) -> datetime:
    """`ms` as an aware datetime in `zone`."""
    return datetime.fromtimestamp(ms / 1000, zone)


def iso(ms: int) -> str:
    """`ms` as RFC 3339 in UTC with milliseconds: 2026-11-23T09:05:00.000Z."""
    return datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{ms % 1000:03d}Z"


def to_ms(when: datetime) -> int:
    """An aware datetime as ms since 1970 UTC."""
    return (when - EPOCH) // timedelta(milliseconds=1)  # in whole numbers: floats lose one now and then


def parse_time(text: str, field: str) -> int:
    """RFC 3339 / ISO 8601 with an offset (or Z) to ms. Raises Invalid(field)."""
    try:
        when = datetime.fromisoformat(text.strip())
        return to_ms(when if when.tzinfo else when.replace(tzinfo=UTC))
    except (ValueError, OverflowError) as error:
        raise Invalid(field, "is not a date and time like 2026-11-23T09:05:00Z") from error


def zone(name: str, field: str = "time_zone") -> ZoneInfo:
    """The IANA time zone called `name`. Raises Invalid(field)."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Invalid(field, f"is not a known zone: {name[:60]!r}; write it like Europe/Berlin") from error
