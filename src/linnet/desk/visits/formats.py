"""The other ways in which web servers write their log: Caddy's JSON, and CSV with any columns. Pure.

Caddy: one JSON object a line, `ts`, `status`, `size`, and `request` with `client_ip`, `method`, `host`,
`uri` and `headers` (https://caddyserver.com/docs/logging, https://caddyserver.com/docs/caddyfile/directives/log).
One file may hold several sites and lines of other kinds: those are passed over. A line of CSV is one
request; the first line names the columns.
"""

import csv
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo

from linnet.desk.visits import lines, rules
from linnet.desk.visits.lines import LONGEST, Line, read_line
from linnet.kernel.clock import to_ms
from linnet.kernel.errors import Invalid
from linnet.kernel.value import Value
from linnet.kernel.wire import decode_as

Reader = Callable[[bytes], Line | None]

# A line that is well and says nothing here: of another site, or of no request.
PASSED = Line(0, "", "", "GET", 200, "/", "", "", "", "other", "")


def reader(form: str, first: bytes, *, site: str, columns: Mapping[str, str], zone: tzinfo) -> Reader:
    """What reads the lines of a log in the format `form`: combined | caddy | csv | auto, which looks at
    the `first` line. `columns`: for CSV, what is called how there; `zone`: of its times without an
    offset. Raises Invalid("format"), Invalid("columns")."""
    if form == "auto":
        form = "caddy" if first.lstrip().startswith(b"{") else "csv" if columns else "combined"
    if columns and form != "csv":
        raise Invalid("columns", "belong to a log in the format csv")
    if form == "combined":
        return read_line
    if form == "caddy":
        return Caddy(site)
    if form == "csv":
        return Table(first, site, columns, zone)
    raise Invalid("format", "must be combined, caddy or csv")


# -- Caddy ----------------------------------------------------------------------------------------


class _Request(Value, frozen=True):
    uri: str = ""
    method: str = "GET"
    host: str = ""
    client_ip: str = ""
    remote_ip: str = ""
    headers: dict[str, list[str]] | None = None


class _Entry(Value, frozen=True):
    ts: float | str = 0.0
    status: int = 0
    size: int = 0
    duration: float | str = 0.0
    request: _Request | None = None


class Caddy:
    """Reads the lines of a site (a host) in Caddy's log."""

    def __init__(self, site: str) -> None:
        self._site = site

    def __call__(self, raw: bytes) -> Line | None:
        """A line, PASSED, or None for rubbish. Never raises."""
        if len(raw) > LONGEST:
            return None
        try:
            entry = decode_as(_Entry, raw)
            at = moment(str(entry.ts), UTC)
        except Invalid:
            return None
        asked = entry.request
        if asked is None or rules.tidy_host(asked.host) != self._site:
            return PASSED
        address = asked.client_ip or asked.remote_ip  # client_ip: through the proxies that Caddy trusts
        if not asked.uri or not address:
            return None
        return lines.line_of(
            at=at,
            address=address,
            user_agent=_header(asked, "User-Agent"),
            method=asked.method,
            status=entry.status,
            target=asked.uri,
            referrer=_header(asked, "Referer"),
            known=(str(entry.ts), str(entry.size), str(entry.duration)),
        )


def _header(asked: _Request, name: str) -> str:
    found = (asked.headers or {}).get(name)
    return found[0] if found else ""


# -- CSV ------------------------------------------------------------------------------------------

COLUMNS = ("time", "address", "target", "user_agent", "method", "status", "referrer", "host")
NEEDED = ("time", "address", "target", "user_agent")


def read_columns(text: str) -> dict[str, str]:
    """`time=Date, address=Client IP` as a mapping from our words to the names of columns. Raises
    Invalid("columns")."""
    found = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        ours, equals, theirs = (word.strip() for word in pair.partition("="))
        if not equals or ours not in COLUMNS or not theirs:
            raise Invalid("columns", f"must be pairs like time=Date, of {', '.join(COLUMNS)}: not {pair!r}")
        found[ours] = theirs
    return found


class Table:
    """Reads the lines of a CSV log; `first` is its line of names."""

    def __init__(self, first: bytes, site: str, columns: Mapping[str, str], zone: tzinfo) -> None:
        """Raises Invalid("columns")."""
        head = first.decode("utf-8-sig", "replace").rstrip("\r\n")
        self._delimiter = max(",;\t", key=head.count)
        names = [name.strip() for name in _cells(head, self._delimiter) or []]
        self._places = {}
        for ours in COLUMNS:
            theirs = columns.get(ours, ours)
            if theirs in names:
                self._places[ours] = names.index(theirs)
            elif ours in columns or ours in NEEDED:
                raise Invalid(
                    "columns", f"has no column {theirs!r} for {ours}; the first line is {head[:200]!r}"
                )
        self._width, self._first, self._site, self._zone = len(names), first, site, zone

    def __call__(self, raw: bytes) -> Line | None:
        """A line, PASSED (the line of names), or None for rubbish. Never raises."""
        if raw == self._first:
            return PASSED
        if len(raw) > LONGEST:
            return None
        text = raw.decode("utf-8", "replace").rstrip("\r\n")
        cells = _cells(text, self._delimiter)
        if cells is None or len(cells) != self._width:
            return None
        cell = {ours: cells[at].strip() for ours, at in self._places.items()}
        if "host" in cell and rules.tidy_host(cell["host"]) != self._site:
            return PASSED
        status = cell.get("status", "200")
        try:
            at = moment(cell["time"], self._zone)
        except Invalid:
            return None
        if not cell["address"] or not cell["target"] or not (status.isascii() and status.isdigit()):
            return None
        return lines.line_of(
            at=at,
            address=cell["address"],
            user_agent=cell["user_agent"],
            method=cell.get("method", "GET").upper(),
            status=int(status[:6]),
            target=cell["target"],
            referrer=cell.get("referrer", ""),
            known=(cell["time"],),
        )


def _cells(text: str, delimiter: str) -> list[str] | None:
    if '"' not in text:
        return text.split(delimiter)
    try:
        rows = list(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return rows[0] if rows else None


_SECONDS_MOST = 1e11  # a larger number of seconds would be after the year 5000: it is ms


def moment(text: str, zone: tzinfo) -> int:
    """Seconds or ms since 1970, `17/May/2015:10:05:03 +0000`, or ISO 8601, in ms; without an offset it is
    in `zone`. Raises Invalid("time")."""
    if text[:1].isdigit() and text.replace(".", "", 1).isdigit() and text.isascii():
        number = float(text)
        if not 0 < number < _SECONDS_MOST * 1000:
            raise Invalid("time", "is out of range")
        return round(number if number >= _SECONDS_MOST else number * 1000)
    if "/" in text:
        found = lines.moment(text)
        if found is not None:
            return found
    try:
        when = datetime.fromisoformat(text)
        return to_ms(when if when.tzinfo else when.replace(tzinfo=zone))
    except (ValueError, OverflowError) as error:
        raise Invalid("time", f"is not a date and time: {text[:40]!r}") from error
