"""A timer for work elsewhere: started and stopped by hand, kept on the server. Pure.

It counts by the server's clock, so it survives a restart, a closed page and an empty battery. One
that was forgotten is not believed: it asks.
"""

from zoneinfo import ZoneInfo

from linnet.desk.effort.rules import Channel, Span, total, without
from linnet.kernel.clock import HOUR, MINUTE
from linnet.kernel.days import day_of, day_start, next_day
from linnet.kernel.errors import Conflict, Invalid
from linnet.kernel.value import Value

FORGOTTEN = 4 * HOUR  # nobody telephones that long: it asks instead of counting the night


class Timer(Value):
    """What somebody has running since `started_at` (ms)."""

    person_id: int
    account_id: int
    channel: Channel
    note: str
    started_at: int


class Piece(Value):
    """Whole minutes of one day."""

    day: str
    minutes: int


def elapsed(timer: Timer, now: int) -> int:
    """How long it runs, in ms; never less than nothing, also when the clock was set back."""
    return max(0, now - timer.started_at)


def forgotten(timer: Timer, now: int) -> bool:
    """Does it run for so long that it must be asked about?"""
    return elapsed(timer, now) > FORGOTTEN


def stopped(timer: Timer, now: int, minutes: int | None, measured: list[Span], zone: ZoneInfo) -> list[Piece]:
    """What a timer that is stopped comes to, by days. `minutes`: how long it really was, said by its
    person, at most what it ran; `measured`: the time that our pages counted meanwhile (in order, no
    overlaps), which is not counted a second time. Raises Conflict for a forgotten one without
    `minutes`, Invalid("minutes")."""
    ran = elapsed(timer, now)
    if minutes is None:
        if forgotten(timer, now):
            raise Conflict(
                f"This timer runs for more than {FORGOTTEN // HOUR} hours: say how many minutes it really was, "
                "or throw it away."
            )
        end = timer.started_at + ran
    else:
        if not 1 <= minutes <= max(1, -(-ran // MINUTE)):
            raise Invalid("minutes", "must be 1 or more, and no more than the timer ran")
        end = timer.started_at + minutes * MINUTE
    whole = Span(timer.started_at, end, "outside", timer.account_id)
    return _by_day(without([whole], measured), zone)


def _by_day(spans: list[Span], zone: ZoneInfo) -> list[Piece]:
    """Rounded so that the pieces add up to the rounded sum; a day that comes to nothing is left out."""
    sums: dict[str, int] = {}
    for span in spans:
        start = span.start
        while start < span.end:
            day = day_of(start, zone)
            end = min(span.end, day_start(next_day(day), zone))
            sums[day] = sums.get(day, 0) + end - start
            start = end
    pieces, counted, written = [], 0, 0
    most = max(1, (total(spans) + MINUTE // 2) // MINUTE) if spans else 0
    for day, ms in sorted(sums.items()):
        counted += ms
        until = min(most, (counted + MINUTE // 2) // MINUTE) if day != max(sums) else most
        if until > written:
            pieces.append(Piece(day, until - written))
            written = until
    return pieces
