"""`linnet import sales FILE`: sales, or with --leads leads, of a CSV file. Safe to repeat."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from linnet.commands.common import database
from linnet.desk.firm import queries as firms
from linnet.desk.sales import actions, sheet
from linnet.desk.sales.actions import Imported, Rejected
from linnet.kernel.clock import now_ms, zone
from linnet.kernel.errors import Invalid
from linnet.kernel.settings import Settings

SHOWN = 50  # refused lines that are printed


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The word `sales` behind `linnet import`."""
    parser = subparsers.add_parser(
        "sales",
        help="read sales or leads from a CSV file",
        description="Read sales from a CSV file with the columns id, at and amount; and currency, ln, email or "
        "email_sha256, coupon, refund_of. With --leads: id, at; and ln, email or email_sha256, heard. The same "
        "id twice is one sale, so that a file may be read again.",
    )
    parser.add_argument("file", help="the CSV file, - for standard input")
    parser.add_argument("--leads", action="store_true", help="the file holds leads, not sales")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Takes what can be taken and names the other lines; 1 when there were any. Raises Invalid for
    a file that is no such table, NotFound before the set-up."""
    data = _read(args.file)
    with database(settings) as db:
        firm = db.read_now(firms.must_firm)
        if args.leads:
            leads = sheet.read_leads(data, zone(firm.time_zone))
            bad, unused = leads.bad, leads.unused
            done = db.write_now(actions.import_leads, leads.rows, now=now_ms())
        else:
            sales = sheet.read_sales(data, firm.currency, zone(firm.time_zone))
            bad, unused = sales.bad, sales.unused
            done = db.write_now(actions.import_sales, sales.rows, now=now_ms())
    refused = sorted([*done.rejected, *(Rejected(b.line, b.reason) for b in bad)], key=lambda r: r.line)
    _tell(done, refused, unused)
    return 1 if refused else 0


def _read(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read(sheet.BYTES_MOST + 1)
    path = Path(name)
    if path.is_dir():
        raise Invalid("file", "is a folder")
    with path.open("rb") as file:
        return file.read(sheet.BYTES_MOST + 1)


def _tell(done: Imported, refused: Sequence[Rejected], unused: Sequence[str]) -> None:
    print(f"{done.added} new, {done.again} there already, {len(refused)} not taken.")
    if unused:
        print(f"Columns that were not used: {', '.join(unused)}.")
    for line in refused[:SHOWN]:
        print(f"line {line.line}: {line.reason}", file=sys.stderr)
    if len(refused) > SHOWN:
        print(f"... and {len(refused) - SHOWN} more lines", file=sys.stderr)
