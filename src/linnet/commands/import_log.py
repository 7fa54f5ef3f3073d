"""`linnet import log FILE`: visits, from the log of the web server of the firm's site."""

import argparse
import gzip
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from linnet.commands.common import database
from linnet.db.database import Database
from linnet.desk.firm import queries as firms
from linnet.desk.visits.logs import Imported, import_log
from linnet.kernel.clock import now_ms
from linnet.kernel.errors import Invalid
from linnet.kernel.settings import Settings

LONGEST = 1 << 20  # bytes read as one line: a file without line ends must not fill the memory


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The word `log` behind `linnet import`."""
    parser = subparsers.add_parser(
        "log",
        help="visits, from a web server's log",
        description="Reads a log of your website's server in the combined format (nginx, Apache). What was read "
        "before is not counted again: the log may grow, and be put aside by rotation. Addresses and user agents "
        "are used while reading and not kept.",
    )
    parser.add_argument("file", help="the log, also compressed as .gz; - for standard input")
    parser.add_argument("--site", default="", help="the website it belongs to; otherwise the firm's first")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Reads the file and says what was in it; 1 when no line could be read. Raises Invalid."""
    with database(settings) as db:
        site = _host(args.site) if args.site else next((s.host for s in db.read_now(firms.sites)), "")
        if not site:
            raise Invalid("site", "is needed: add --site https://www.example.org, or name it in the set-up")
        if args.file == "-":
            done = import_log(db, _lines(sys.stdin.buffer), site=site, name="-", now=now_ms())
        else:
            done = _read(db, Path(args.file), site)
    print(f"{done.lines} lines, {done.pages} page hits, {done.added} of them new, {done.rubbish} unreadable.")
    if done.lines and done.rubbish == done.lines:
        print("This is no log in the combined format of nginx or Apache.", file=sys.stderr)
        return 1
    return 0


def _read(db: Database, path: Path, site: str) -> Imported:
    if path.is_dir():
        raise Invalid("file", "is a folder")
    with path.open("rb") as raw:
        packed = path.suffix == ".gz"
        try:
            return import_log(
                db,
                _lines(gzip.GzipFile(fileobj=raw) if packed else raw),
                site=site,
                name=path.name,
                now=now_ms(),
            )
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise Invalid("file", "is not a whole .gz file", cause=str(error)) from error


def _lines(file: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
    while line := file.readline(LONGEST):
        yield line


def _host(site: str) -> str:
    return (urlsplit(site).hostname or "") if "://" in site else site
