"""CSV in and out, as shops and spreadsheets really write it. Pure.

In: `,` `;` or tab, any line ends, a byte order mark, UTF-8, UTF-16 or Windows-1252, decimal
commas, dates as 2026-11-24, 2026-11-24 14:30 or 24.11.2026 14:30. What cannot be understood is
reported with its line; nothing is guessed where two readings are possible. Out: RFC 4180, and no
text cell that a spreadsheet would take for a formula.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Generic, TypeVar

from linnet.desk.sales.rules import Lead, LeadReport, Sale, SaleReport, check_text, email_digest
from linnet.kernel.clock import iso, to_ms
from linnet.kernel.errors import Invalid
from linnet.kernel.money import DECIMALS, check_currency, decimal_text, parse_amount
from linnet.kernel.value import Value

R = TypeVar("R")

BYTES_MOST = 32 << 20
LINES_MOST = 200_000
CELL_MOST = 10_000
SPAN_MOST = 20  # lines that one quoted cell may run over

ALIASES = {
    "id": "id order order_id order_number ordernumber order_no bestellnummer lead lead_id",
    "at": "at date time datetime created created_at order_date datum zeit",
    "amount": "amount total order_total sum betrag gesamt summe",
    "currency": "currency währung waehrung",
    "ln": "ln",
    "email": "email e_mail mail billing_email",
    "email_sha256": "email_sha256",
    "coupon": "coupon coupon_code gutschein",
    "refund_of": "refund_of",
    "heard": "heard heard_from how_did_you_hear_about_us",
}
_COLUMNS = {alias: name for name, aliases in ALIASES.items() for alias in aliases.split()}


class BadLine(Value):
    """A line that was not understood."""

    line: int
    reason: str


class Sheet(Value, Generic[R]):
    """What a file holds: reports with the number of the line each began on, and the rest. Columns
    that mean nothing here are named in `unused`."""

    rows: tuple[tuple[int, R], ...]
    bad: tuple[BadLine, ...]
    unused: tuple[str, ...]


def read_sales(data: bytes, currency: str, zone: tzinfo) -> Sheet[SaleReport]:
    """Sales and refunds. Columns id, at, amount; and currency (else `currency`), ln, email or
    email_sha256, coupon, refund_of. Times without an offset are in `zone`, days without a time at
    noon. Raises Invalid for a file that is no such table at all."""

    def report(cells: Mapping[str, str]) -> SaleReport:
        code = check_currency((cells.get("currency") or currency).upper())
        return SaleReport(
            check_text(cells["id"], "id", 100),
            parse_moment(cells["at"], zone),
            parse_money(cells["amount"], code),
            code,
            check_text(cells.get("ln", ""), "ln", 64),
            _email(cells),
            check_text(cells.get("coupon", ""), "coupon", 100),
            check_text(cells.get("refund_of", ""), "refund_of", 100),
        )

    return read_table(data, _COLUMNS, ("id", "at", "amount"), report)


def read_leads(data: bytes, zone: tzinfo) -> Sheet[LeadReport]:
    """Leads: columns id, at; and ln, email or email_sha256, heard. As `read_sales`."""

    def report(cells: Mapping[str, str]) -> LeadReport:
        return LeadReport(
            check_text(cells["id"], "id", 100),
            parse_moment(cells["at"], zone),
            check_text(cells.get("ln", ""), "ln", 64),
            _email(cells),
            check_text(cells.get("heard", ""), "heard", 300),
        )

    return read_table(data, _COLUMNS, ("id", "at"), report)


def read_table(
    data: bytes, columns: Mapping[str, str], needed: Sequence[str], report: Callable[[Mapping[str, str]], R]
) -> Sheet[R]:
    """A table of any kind: `columns` gives the name behind each way to write a column's title, `report`
    makes one line of the cells by name, or raises Invalid. Raises Invalid for a file that is no table
    with the `needed` columns."""
    records = list(_records(decode(data)))
    if not records:
        raise Invalid("file", "is empty")
    header = records[0].cells
    names = [columns.get(_plain(cell), "") for cell in header]
    missing = [name for name in needed if name not in names]
    if missing:
        raise Invalid("file", f"has no column {missing[0]!r} in its first line")
    doubled = [name for name in names if name and names.count(name) > 1]
    if doubled:
        raise Invalid("file", f"has two columns for {doubled[0]!r}")
    rows: list[tuple[int, R]] = []
    bad: list[BadLine] = []
    for record in records[1:]:
        try:
            rows.append((record.line, report(_named(names, record))))
        except Invalid as error:
            bad.append(BadLine(record.line, error.sentence))
    unused = [
        cell.strip()[:60] for cell, name in zip(header, names, strict=True) if not name and cell.strip()
    ]
    return Sheet(tuple(rows), tuple(bad), tuple(unused))


class _Record(Value):
    line: int
    cells: tuple[str, ...]
    problem: str = ""


def _named(names: Sequence[str], record: _Record) -> dict[str, str]:
    if record.problem:
        raise Invalid("line", record.problem)
    if len(record.cells) != len(names):
        raise Invalid("line", f"has {len(record.cells)} cells, the first line has {len(names)}")
    return {name: without_guard(cell) for name, cell in zip(names, record.cells, strict=True) if name}


def _plain(cell: str) -> str:
    return re.sub(r"[^\w]+", "_", cell.strip().lower()).strip("_")


def _email(cells: Mapping[str, str]) -> str:
    given = cells.get("email_sha256", "").strip().lower()
    address = cells.get("email", "").strip()
    return given or (email_digest(address) if address else "")


def decode(data: bytes) -> str:
    """The text of a file: by its byte order mark, else UTF-8, else Windows-1252 (what old
    spreadsheets write). Raises Invalid for a file that is too large or no text."""
    if len(data) > BYTES_MOST:
        raise Invalid("file", f"is larger than {BYTES_MOST >> 20} MB")
    try:
        text = data.decode("utf-16") if data.startswith((b"\xff\xfe", b"\xfe\xff")) else _utf8(data)
    except UnicodeDecodeError as error:
        raise Invalid("file", "is not text") from error
    if "\0" in text:
        raise Invalid("file", "is not text")
    return text


def _utf8(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252")


def _records(text: str) -> Iterator[_Record]:
    """The records of a table. A quote that never ends costs its own line, not the rest of the file."""
    lines = re.split(r"\r\n|\n|\r", text)
    if len(lines) > LINES_MOST:
        raise Invalid("file", f"has more than {LINES_MOST} lines: split it")
    delimiter = _delimiter(next((line for line in lines if line.strip()), ""))
    width, at = 0, 0
    while at < len(lines):
        end = _end(lines, at)
        cells = _cells(lines[at:end], delimiter)
        if end > at + 1 and (cells is None or (width and len(cells) != width)):
            end = at + 1  # the quote did not go on to where another one happened to stand
            cells = _cells(lines[at:end], delimiter)
        if cells is None:
            yield _Record(at + 1, (), "has a quote that does not end")
        elif any(len(cell) > CELL_MOST for cell in cells):
            yield _Record(at + 1, (), f"has a cell of more than {CELL_MOST} characters")
        elif lines[at].strip():
            width = width or len(cells)
            yield _Record(at + 1, cells)
        at = end


def _end(lines: Sequence[str], at: int) -> int:
    """Behind the last line of the record that begins at `at`, by the quotes in it."""
    end, quotes = at + 1, lines[at].count('"')
    while quotes % 2 and end < len(lines) and end - at < SPAN_MOST:
        quotes += lines[end].count('"')
        end += 1
    return end


def _cells(lines: Sequence[str], delimiter: str) -> tuple[str, ...] | None:
    """The cells of one record; None when these lines are not exactly one."""
    reader = csv.reader((f"{line}\n" for line in lines), delimiter=delimiter, strict=True)
    try:
        rows = list(reader)
    except csv.Error:
        return None
    return tuple(rows[0]) if len(rows) == 1 else None


def _delimiter(header: str) -> str:
    bare = re.sub(r'"[^"]*"', "", header)
    return max(",;\t", key=bare.count)


_GROUPED = re.compile(r"-?\d{1,3}([.,' \u00a0\u202f])\d{3}(\1\d{3})*([.,]\d{1,3})?")


def parse_money(text: str, currency: str) -> int:
    """12.50, 12,50, 1.234,50, 1,234.50 or 1'234.50 in minor units. Raises Invalid, also for what
    could be two amounts: 1,234 may be one or a thousand."""
    cell = text.strip()
    match = _GROUPED.fullmatch(cell)
    if match and match[3] and match[3][0] != match[1]:
        cell = cell[: match.start(3)].replace(match[1], "") + match[3].replace(",", ".")
    elif match and (match[1] not in ".," or match[2] or not DECIMALS[currency]) and not match[3]:
        cell = cell.replace(match[1], "")
    return parse_amount(cell, currency)


_FORMATS = ("%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y")


def parse_moment(text: str, zone: tzinfo) -> int:
    """A date and time in ms; without an offset it is in `zone`, without a time it is noon.
    Raises Invalid."""
    cell = " ".join(text.split())
    when = _iso_moment(cell)
    for form in _FORMATS:
        if when is None:
            when = _try(cell, form)
    if when is None:
        raise Invalid("at", f"is not a date like 2026-11-24 14:30 or 24.11.2026: {cell[:40]!r}")
    if re.fullmatch(r"\d{4}-\d\d-\d\d|\d\d?\.\d\d?\.\d{4}", cell, re.ASCII):
        when = when.replace(hour=12)
    try:
        return to_ms(when if when.tzinfo else when.replace(tzinfo=zone))
    except (ValueError, OverflowError) as error:
        raise Invalid("at", "is out of range") from error


def _iso_moment(text: str) -> datetime | None:
    if not re.match(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _try(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007 # the zone is the caller's
    except ValueError:
        return None


# -- out ------------------------------------------------------------------------------------------

# What a spreadsheet takes for the start of a formula (OWASP, "CSV Injection"), behind any guards.
_SIGN = "[=+\\-@\uff1d\uff0b\uff0d\uff20\t\r]"
_FORMULA = re.compile(rf"'*[\s]*{_SIGN}")
# A spreadsheet of a country with decimal commas parts cells at ";", whatever the quotes say.
_INNER = re.compile(rf"([;\t|][\s\"']*)(?={_SIGN})")
_INNER_GUARDED = re.compile(rf"([;\t|][\s\"']*)'(?={_SIGN})")


def guarded(text: str) -> str:
    """`text` with an apostrophe before it where it would be run as a formula, and within it where a
    spreadsheet might take a new cell to begin."""
    inside = _INNER.sub(r"\1'", text)
    return f"'{inside}" if _FORMULA.match(inside) else inside


def without_guard(text: str) -> str:
    """The opposite of `guarded`."""
    bare = text[1:] if text.startswith("'") and _FORMULA.match(text) else text
    return _INNER_GUARDED.sub(r"\1", bare)


def write_table(header: Sequence[str], rows: Iterable[Sequence[str | int | float | None]]) -> str:
    """CSV (RFC 4180). Texts are guarded; numbers are numbers; None is an empty cell."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([guarded(cell) for cell in header])
    for row in rows:
        writer.writerow(
            [
                guarded(cell) if isinstance(cell, str) and not isinstance(cell, Number) else cell
                for cell in row
            ]
        )
    return out.getvalue()


SALES_HEADER = ("id", "at", "amount", "currency", "ln", "coupon", "refund_of", "source")


LEADS_HEADER = ("id", "at", "ln", "heard", "source")


def write_leads(leads: Iterable[Lead]) -> str:
    """Leads as CSV that `read_leads` reads back; without the e-mail hashes, which are ours."""
    return write_table(LEADS_HEADER, ((row.ref, iso(row.at), row.ln, row.heard, row.source) for row in leads))


class Number(str):
    """A decimal that is written as it is: a negative amount is no formula."""

    __slots__ = ()


def write_sales(sales: Iterable[Sale]) -> str:
    """Sales as CSV that `read_sales` reads back; without the e-mail hashes, which are ours."""
    return write_table(
        SALES_HEADER,
        (
            (
                s.ref,
                iso(s.at),
                Number(decimal_text(s.amount, s.currency)),
                s.currency,
                s.ln,
                s.coupon,
                s.refund_of,
                s.source,
            )
            for s in sales
        ),
    )
