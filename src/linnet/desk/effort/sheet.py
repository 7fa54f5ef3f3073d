"""The timesheet: CSV in and out, as an office suite reads it. Pure.

    date,person,activity,channel,minutes,note,source,id
    2026-11-24,Jana,Elsewhere (written down),Phone,25,the mill about flour,written down,id-117…

Out: what was written down and, where asked for, what was measured and estimated, by day. In: what was
written down; lines that Linnet measured itself are passed over, they count already. The same file
twice changes nothing; a line whose id is an entry of yours corrects it.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from zoneinfo import ZoneInfo

from linnet.desk.effort.rules import DayTime, Entry, check_activity, check_channel
from linnet.desk.effort.words import ACTIVITY_WORDS, CHANNEL_WORDS
from linnet.desk.effort.written import Bad, Line
from linnet.desk.sales.sheet import Number, parse_moment, read_table, write_table
from linnet.kernel.clock import MINUTE
from linnet.kernel.days import day_of
from linnet.kernel.errors import Invalid
from linnet.kernel.value import Value

HEADER = ("date", "person", "activity", "channel", "minutes", "note", "source", "id")
MARK = "\ufeff"  # without it some office suites read umlauts as two letters each

COLUMNS = {
    "date": "date day datum tag",
    "person": "person name user mitarbeiter employee",
    "activity": "activity task tätigkeit taetigkeit aktivität",
    "channel": "channel kanal project projekt",
    "minutes": "minutes minuten min dauer duration",
    "note": "note notes comment description bemerkung notiz beschreibung",
    "source": "source quelle",
    "id": "id",
}
_NAMES = {alias: name for name, aliases in COLUMNS.items() for alias in aliases.split()}

MEASURED, ESTIMATED, WRITTEN = "measured", "estimated", "written down"
_SOURCES = {"page": MEASURED, "app": ESTIMATED, "entry": WRITTEN}


class Timesheet(Value):
    """What a file holds. `passed`: lines that Linnet measured or estimated itself."""

    lines: tuple[Line, ...]
    bad: tuple[Bad, ...]
    passed: int
    unused: tuple[str, ...]


class _Row(Value):
    day: str
    minutes: int
    channel: str
    activity: str
    note: str
    id: int
    own: bool


def read(data: bytes, person: str, zone: ZoneInfo) -> Timesheet:
    """A timesheet of `person`. Columns date and minutes; activity, channel, note, person, source and
    id if it has them. Raises Invalid for a file that is no such table."""

    def row(cells: Mapping[str, str]) -> _Row:
        source = cells.get("source", "").strip().lower()
        if source in {MEASURED, ESTIMATED}:
            return _Row("", 0, "", "", "", 0, True)
        who = " ".join(cells.get("person", "").split())
        if who and who.casefold() != " ".join(person.split()).casefold():
            raise Invalid(
                "person", f"is {who[:60]!r}: everybody reads in their own time, and you are {person!r}"
            )
        return _Row(
            _day(cells["date"], zone),
            parse_minutes(cells["minutes"]),
            check_channel(_word(cells.get("channel", ""), CHANNEL_WORDS, "other")),
            check_activity(_word(cells.get("activity", ""), ACTIVITY_WORDS, "outside")),
            cells.get("note", ""),
            _id(cells.get("id", "")),
            False,
        )

    table = read_table(data, _NAMES, ("date", "minutes"), row)
    written = [(at, found) for at, found in table.rows if not found.own]
    bad = tuple(Bad(one.line, one.reason) for one in table.bad)
    return Timesheet(tuple(_lines(written)), bad, len(table.rows) - len(written), table.unused)


def _lines(rows: Iterable[tuple[int, _Row]]) -> Iterator[Line]:
    """The rows as entries to be. Without an id the row itself is its name, and of equal ones which of
    them it is."""
    times: dict[tuple[str, ...], int] = {}
    for at, row in rows:
        note = " ".join(row.note.split())
        key = (row.day, row.activity, row.channel, str(row.minutes), note)
        times[key] = times.get(key, 0) + 1
        same = hashlib.sha256("\n".join((*key, str(times[key]))).encode()).hexdigest()[:24]
        channel, activity = check_channel(row.channel), check_activity(row.activity)
        yield Line(at, row.day, row.minutes, channel, activity, row.note, f"csv:{row.id or same}", row.id)


def _day(cell: str, zone: ZoneInfo) -> str:
    try:
        return day_of(parse_moment(cell, zone), zone)
    except Invalid as error:
        raise Invalid("date", error.problem, cause=error.cause) from error


_MINUTES = re.compile(r"(\d{1,4})(?:[.,]0{1,3})?", re.ASCII)
_CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)(?::00)?", re.ASCII)


def parse_minutes(text: str) -> int:
    """25, 25.0 or 0:25 as minutes. Raises Invalid, also for parts of a minute."""
    cell = text.strip()
    whole, by_clock = _MINUTES.fullmatch(cell), _CLOCK.fullmatch(cell)
    if by_clock:
        return int(by_clock[1]) * 60 + int(by_clock[2])
    if whole is None:
        raise Invalid("minutes", f"must be whole minutes like 25, or 0:25: {cell[:20]!r}")
    return int(whole[1])


def _word(cell: str, words: Mapping[str, str], otherwise: str) -> str:
    """A cell as one of our words: by itself, or as it is shown."""
    text = " ".join(cell.split()).casefold()
    shown = {label.casefold(): key for key, label in words.items()}
    return shown.get(text, text) if text else otherwise


def _id(cell: str) -> int:
    text = cell.strip()
    if not text:
        return 0
    found = re.fullmatch(r"(?:id-)?(\d{1,18})", text, re.ASCII)
    if found is None:
        raise Invalid("id", "is not one of ours: leave it empty for a new line")
    return int(found[1])


def write_own(person: str, times: Iterable[DayTime], entries: Iterable[Entry]) -> str:
    """A person's own timesheet: what was measured and estimated by day, and each entry by itself."""
    lines = [_line(time, person, time.ms) for time in times if time.source != "entry"]
    for entry in entries:
        what, where = ACTIVITY_WORDS[entry.activity], CHANNEL_WORDS[entry.channel]
        ours = f"id-{entry.id}"  # the last digits of a bare number are lost in a spreadsheet
        lines.append((entry.day, person, what, where, entry.minutes, entry.note, WRITTEN, ours))
    return _table(lines)


def write_team(times: Iterable[tuple[str, DayTime]]) -> str:
    """What an owner sees of everybody: (name, time) as sums by day, activity, channel and source."""
    sums: dict[tuple[str, str, str, str, str], tuple[DayTime, int]] = {}
    for name, time in times:
        key = (time.day, name, time.activity, time.channel, time.source)
        sums[key] = time, sums.get(key, (time, 0))[1] + time.ms
    return _table([_line(time, key[1], ms) for key, (time, ms) in sums.items()])


_Line = tuple[str | int | float | None, ...]


def _line(time: DayTime, person: str, ms: int) -> _Line:
    minutes = Number(f"{ms / MINUTE:.1f}".removesuffix(".0"))
    what, where = ACTIVITY_WORDS[time.activity], CHANNEL_WORDS[time.channel]
    return time.day, person, what, where, minutes, "", _SOURCES[time.source], ""


def _table(lines: list[_Line]) -> str:
    in_order = sorted(lines, key=lambda line: [str(cell).casefold() for cell in line])
    return MARK + write_table(HEADER, in_order)
