"""Tables to take away: as CSV for programs, or as the office suite of a country reads it.

A suite takes 1.50 for a number where people write it so; elsewhere it is a text that no sum counts, or a day
in May. A moment with an offset is a text to all of them. So `?office=point` and `?office=comma` have a byte
order mark, which Excel needs for umlauts, and the day of each moment in a column of its own; `comma` has
decimal commas and `;` between cells.
"""

import csv
import io
import re
from datetime import datetime, tzinfo
from itertools import chain, repeat

from starlette.responses import Response

from linnet.kernel.errors import Invalid
from linnet.site.frame import Visit

MARK = "\ufeff"
WAYS = ("", "point", "comma")
_DECIMAL = re.compile(r"-?\d+\.\d+", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", re.ASCII)
# What stands here are names and words, also where they look like numbers.
_WORDS = frozenset(
    ("id", "ln", "coupon", "refund_of", "heard", "note", "person", "what", "website", "source", "medium", "campaign")
)  # fmt: skip


def csv_file(visit: Visit, text: str, name: str) -> Response:
    """The CSV `text` as a file called `name`, in the way that was asked for. Raises Invalid("office")."""
    way = visit.query("office")
    if way not in WAYS:
        raise Invalid("office", "must be point or comma, or left out")
    headers = {
        "Content-Disposition": f'attachment; filename="{visit.firm.file_prefix}{name}"',
        "Cache-Control": "private, no-store",
    }
    body = for_office(text, visit.zone, comma=way == "comma") if way else text
    return Response(body, media_type="text/csv; charset=utf-8", headers=headers)


def for_office(text: str, zone: tzinfo, *, comma: bool) -> str:
    """The same table for an office suite, with days in `zone`. Pure."""
    rows = list(csv.reader(io.StringIO(text.removeprefix(MARK), newline="")))
    header = next((at for at, row in enumerate(rows) if len(row) > 1), 0)  # before it: whose it is
    names = rows[header] if rows else []
    moment = names.index("at") if "at" in names else None
    out = io.StringIO()
    # all of them quoted: a suite that parts cells at both signs must not part 1,50
    writer = csv.writer(out, delimiter=";" if comma else ",", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    for at, row in enumerate(rows):
        cells = row
        if comma and at > header:
            named = chain(names, repeat(""))  # rows may be shorter or longer than the first
            cells = [_cell(cell, name) for cell, name in zip(row, named, strict=False)]
        if moment is not None and at >= header:
            cells = ["day" if at == header else _day("".join(row[moment : moment + 1]), zone), *cells]
        writer.writerow(cells)
    return MARK + out.getvalue()


def _cell(cell: str, name: str) -> str:
    return cell.replace(".", ",") if name not in _WORDS and _DECIMAL.fullmatch(cell) else cell


def _day(cell: str, zone: tzinfo) -> str:
    if not _MOMENT.fullmatch(cell):
        return ""
    return datetime.fromisoformat(cell).astimezone(zone).date().isoformat()
