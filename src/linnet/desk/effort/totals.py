"""Time, read and added up: folded days from their rows, the newest days from the raw ones.

Reads only. What a day holds is the same before and after it is folded, because both come from
`of_day`.
"""

from collections import defaultdict
from zoneinfo import ZoneInfo

from linnet.db.tx import Tx
from linnet.desk.effort import queries, rules
from linnet.desk.effort.app_use import Call, app_spans
from linnet.desk.effort.rules import Beat, DayTime, Source, Span
from linnet.kernel.clock import HOUR, MINUTE
from linnet.kernel.days import day_of, day_start, days_between, next_day
from linnet.kernel.value import Value

BEATS_AROUND = 10 * MINUTE  # an idle limit reaches over midnight
CALLS_AROUND = 3 * HOUR  # so does an app that asks by the clock


class OwnSpan(Value):
    """A span as its own person sees it. `source` app is an estimate."""

    start: int
    end: int
    activity: str
    source: Source


def day_times(tx: Tx, account_id: int, first: str, last: str, now: int) -> list[DayTime]:
    """What everybody spent for an account from the day `first` to the day `last`: pages, apps
    (estimated) and entries. For those who count: not to be shown with names to others."""
    setting, zone = queries.setting(tx), queries.firm_zone(tx)
    last = min(last, day_of(now, zone))
    times = queries.days(tx, account_id, first, min(last, setting.folded_through))
    for day in _live(tx, max(first, _after(setting.folded_through)), last, zone):
        times += [time for time in of_day(tx, day, zone, setting.idle) if time.account_id == account_id]
    for entry in queries.entries(tx, account_id, first, last):
        times.append(
            DayTime(
                entry.day,
                entry.person_id,
                account_id,
                entry.activity,
                "entry",
                entry.minutes * MINUTE,
                entry.channel,
            )
        )
    return sorted(times, key=lambda t: (t.day, t.person_id, t.activity, t.source))


def of_day(tx: Tx, day: str, zone: ZoneInfo, idle: int) -> list[DayTime]:
    """Everybody's time on one day, of the raw rows."""
    start, end = day_start(day, zone), day_start(next_day(day), zone)
    beats: dict[int, list[Beat]] = defaultdict(list)
    calls: dict[int, list[Call]] = defaultdict(list)
    for beat in queries.beats(tx, start - BEATS_AROUND, end + BEATS_AROUND):
        beats[beat.person_id].append(beat)
    for call in queries.calls(tx, start - CALLS_AROUND, end + CALLS_AROUND):
        calls[call.person_id].append(call)
    times: list[DayTime] = []
    for person_id in sorted({*beats, *calls}):
        page, app = _spans(beats[person_id], calls[person_id], idle, start, end)
        times += rules.by_kind(page, day, person_id, "page") + rules.by_kind(app, day, person_id, "app")
    return times


def own_spans(tx: Tx, person_id: int, day: str) -> list[OwnSpan]:
    """What is known of a person's own day, in order. Of days that are older than 35 days only the
    sums are left (`queries.days_of`)."""
    setting, zone = queries.setting(tx), queries.firm_zone(tx)
    start, end = day_start(day, zone), day_start(next_day(day), zone)
    beats = queries.beats_of(tx, person_id, start - BEATS_AROUND, end + BEATS_AROUND)
    calls = queries.calls_of(tx, person_id, start - CALLS_AROUND, end + CALLS_AROUND)
    page, app = _spans(beats, calls, setting.idle, start, end)
    found = [OwnSpan(s.start, s.end, s.activity, "page") for s in page]
    found += [OwnSpan(s.start, s.end, s.activity, "app") for s in app]
    return sorted(found, key=lambda s: s.start)


def page_spans_of(tx: Tx, person_id: int, start: int, end: int) -> list[Span]:
    """What our pages measured of a person within [start, end) ms, in order, no moment twice."""
    beats = queries.beats_of(tx, person_id, start - BEATS_AROUND, end + BEATS_AROUND)
    return rules.clip(rules.page_spans(beats, queries.setting(tx).idle), start, end)


def _spans(
    beats: list[Beat], calls: list[Call], idle: int, start: int, end: int
) -> tuple[list[Span], list[Span]]:
    page = rules.page_spans(beats, idle)
    app = rules.without(app_spans(calls), page)
    return rules.clip(page, start, end), rules.clip(app, start, end)


def _live(tx: Tx, first: str, last: str, zone: ZoneInfo) -> list[str]:
    oldest = queries.first_raw(tx)
    if oldest is None:
        return []
    return list(days_between(max(first, day_of(oldest, zone)), last))


def _after(day: str) -> str:
    return next_day(day) if day else ""
