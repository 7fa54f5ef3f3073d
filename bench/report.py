"""The table, with the machine it was made on."""

import os
import platform
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import apsw

from bench.cases import Line, Plan
from linnet import __version__


def table(lines: Iterable[Line], plan: Plan) -> Iterator[str]:
    """Markdown, line by line."""
    pinned = (
        "one server process on core {}, load on core {}".format(*plan.cores) if plan.cores else "not pinned"
    )
    yield "# Benchmarks"
    yield ""
    yield "Written by `make bench > docs/benchmarks.md`; what is measured and how stands in `bench/cases.py`."
    yield ""
    yield from machine(
        f"{pinned}; 16 connections; {plan.rounds} rounds of {plan.seconds:g} s, the middle one counts"
    )
    yield from rows(lines)


def rows(lines: Iterable[Line]) -> Iterator[str]:
    """The table itself."""
    yield "| what | measured | promised | kept |"
    yield "|---|---|---|---|"
    for line in lines:
        kept = {True: "ok", False: "**miss**", None: ""}[line.good]
        yield f"| {line.what} | {line.measured} | {line.target} | {kept} |"


def machine(run: str) -> Iterator[str]:
    """What it was measured on, and how."""
    yield f"- date: {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, Linnet {__version__}"
    yield f"- machine: {_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}"
    yield f"- programs: Python {platform.python_version()}, SQLite {apsw.sqlite_lib_version()}"
    yield f"- run: {run}"
    yield f"- load of the machine before: {os.getloadavg()[0]:.1f}"
    yield ""


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
