"""`linnet import log FILE`: visits, from the log of the web server of the firm's site."""

import argparse
import gzip
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import IO, TextIO
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from linnet.commands.common import database
from linnet.db.database import Database
from linnet.desk.firm import queries as firms
from linnet.desk.visits.formats import read_columns, reader
from linnet.desk.visits.logs import Imported, import_log
from linnet.desk.visits.queries import time_zone
from linnet.desk.visits.rules import tidy_host
from linnet.kernel.clock import now_ms, zone
from linnet.kernel.errors import Invalid
from linnet.kernel.settings import Settings
from linnet.kernel.value import Value

LONGEST = 1 << 20  # bytes read as one line: a file without line ends must not fill the memory


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The word `log` behind `linnet import`."""
    parser = subparsers.add_parser(
        "log",
        help="read visits from a web server's log",
        description="Read a log of your website's server: the combined format (nginx, Apache), Caddy's JSON, or "
        "CSV. What was read before is not counted again: the log may grow, and be put aside by rotation. "
        "Addresses and user agents are used while reading and not kept. In a log, a page hit is taken for a "
        "person's only when a style, script or font of the page, or the site's icon, follows within ten seconds.",
    )
    parser.add_argument("file", help="the log, also compressed as .gz; - for standard input")
    parser.add_argument("--site", default="", help="the website it belongs to; otherwise the firm's first")
    parser.add_argument(
        "--format",
        default="auto",
        choices=["auto", "combined", "caddy", "csv"],
        help="how it is written; otherwise what its first line looks like",
    )
    parser.add_argument(
        "--columns",
        default="",
        help="for CSV, which column is what where it has another name: "
        "'time=Date, address=Client IP, target=URI, user_agent=Agent, method=Verb, status=Code, "
        "referrer=Referer, host=Host'; the first four are needed",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Reads the file and says what was in it; 1 when no line could be read. Raises Invalid."""
    with database(settings) as db:
        site = _host(args.site) if args.site else next((s.host for s in db.read_now(firms.sites)), "")
        if not site:
            raise Invalid("site", "is needed: add --site https://www.example.org, or name it in the set-up")
        how = _How(site, args.format, read_columns(args.columns), zone(db.read_now(time_zone)))
        if args.file == "-":
            done = _import(db, sys.stdin.buffer, "-", how, lambda: 0.0)
        else:
            done = _read(db, Path(args.file), how)
    print(f"{done.lines} lines, {done.pages} page hits, {done.added} of them new, {done.rubbish} unreadable.")
    if done.lines and done.rubbish == done.lines:
        print(
            "This is no log in the combined format of nginx or Apache, and none that was named by --format.",
            file=sys.stderr,
        )
        return 1
    return 0


class _How(Value):
    site: str
    form: str
    columns: dict[str, str]
    zone: ZoneInfo


def _read(db: Database, path: Path, how: _How) -> Imported:
    if path.is_dir():
        raise Invalid("file", "is a folder")
    with path.open("rb") as raw:
        size = max(path.stat().st_size, 1)
        file = gzip.GzipFile(fileobj=raw) if path.suffix == ".gz" else raw
        try:
            return _import(db, file, path.name, how, lambda: raw.tell() / size)
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise Invalid("file", "is not a whole .gz file", cause=str(error)) from error


def _import(
    db: Database, file: IO[bytes] | gzip.GzipFile, name: str, how: _How, part: Callable[[], float]
) -> Imported:
    lines = _lines(file)
    first = next(lines, b"")
    read = reader(how.form, first, site=tidy_host(how.site), columns=how.columns, zone=how.zone)
    bar = Bar(sys.stderr, part, time.monotonic) if sys.stderr.isatty() else None
    every = chain([first] if first else [], lines)
    try:
        return import_log(
            db, every, site=how.site, name=name, now=now_ms(), read=read, told=bar.show if bar else _silent
        )
    finally:
        if bar:
            sys.stderr.write("\n")


def _silent(_lines: int) -> None:
    """Nobody looks at a screen."""


class Bar:
    """How far it is, on one line of a terminal. `part()`: what was read of the file, 0 to 1, 0 where
    nobody knows; `clock()` in seconds."""

    def __init__(self, out: TextIO, part: Callable[[], float], clock: Callable[[], float]) -> None:
        self._out, self._part, self._clock, self._begun = out, part, clock, clock()

    def show(self, lines: int) -> None:
        """So many lines were read."""
        part, spent = min(self._part(), 1.0), max(self._clock() - self._begun, 1e-9)
        drawn = f"[{'#' * round(part * 30):<30}] {part:4.0%}  " if part else ""
        self._out.write(f"\r{drawn}{lines:,} lines, {lines / spent:,.0f} a second \x1b[K")
        self._out.flush()


def _lines(file: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
    while line := file.readline(LONGEST):
        yield line


def _host(site: str) -> str:
    return (urlsplit(site).hostname or "") if "://" in site else site
