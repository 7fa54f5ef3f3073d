"""`linnet doctor`: one line for each thing that a server stands on."""

import argparse
import asyncio
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from linnet.db.database import Database
from linnet.db.health import engine, last_step_at, problems
from linnet.db.migrate import pending, steps
from linnet.db.opening import open_database
from linnet.federation.keys.keyring import Keyring
from linnet.kernel.clock import MINUTE, SECOND, iso, now_ms
from linnet.kernel.errors import Invalid, LinnetError, Upstream
from linnet.kernel.settings import Settings
from linnet.kernel.value import Value
from linnet.net.client import Client, Fetcher, Policy

GIB = 1 << 30
RELEASED = 1_767_225_600_000  # 2026-01-01: no honest clock stands before this program
HERE = ("http://localhost", "http://127.0.0.1", "http://[::1]")


class Finding(Value):
    """One line."""

    level: Literal["ok", "warn", "fail"]
    what: str
    sentence: str


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """No options."""
    subparsers.add_parser(
        "doctor",
        description="Look whether data, database, clock, disk and address are well. "
        "Exit code 1 when something fails; a warning alone is no failure.",
    )


def run(_: argparse.Namespace, settings: Settings) -> int:
    """Prints a line for each thing; 1 when one of them fails."""
    failed = False
    for finding in examine(settings):
        print(f"{finding.level:<5} {finding.what:<9} {finding.sentence}", flush=True)
        failed = failed or finding.level == "fail"
    return int(failed)


def examine(settings: Settings) -> Iterator[Finding]:
    """Every finding, as it is found."""
    yield data(settings.data)
    yield disk(settings.data)
    yield from _database(settings)
    yield asyncio.run(_address(settings))


def data(folder: Path) -> Finding:
    """May we write there, and may others not read there?"""
    if not folder.is_dir():
        return Finding("warn", "data", f"{folder} is not there yet: the first start makes it.")
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return Finding(
            "fail", "data", f"{folder} cannot be written: give it to the user that Linnet runs as."
        )
    if folder.stat().st_mode & 0o077:
        return Finding(
            "warn", "data", f"{folder} is open to other users of this machine: chmod 700 closes it."
        )
    return Finding("ok", "data", f"{folder}")


def disk(folder: Path) -> Finding:
    """Is there room? Below 1 GiB or 5 % it is time to make some; below 200 MiB nothing is safe."""
    there = next(path for path in (folder, *folder.parents) if path.exists())
    usage = shutil.disk_usage(there)
    room = f"{usage.free / GIB:.1f} GiB free of {usage.total / GIB:.1f}"
    if usage.free < GIB // 5:
        return Finding("fail", "disk", f"{room}: Linnet cannot work without room.")
    if usage.free < GIB or usage.free < usage.total // 20:
        return Finding("warn", "disk", f"{room}: make room before it is full.")
    return Finding("ok", "disk", room)


def _database(settings: Settings) -> Iterator[Finding]:
    try:
        db = open_database(settings, upgrade=False)
    except LinnetError as error:
        yield Finding("fail", "database", error.sentence)
        yield clock(0, now_ms())
        return
    try:
        yield database(db)
        yield clock(db.read_now(last_step_at), now_ms())
        if settings.secure:
            yield keys(settings, db)
    except LinnetError as error:
        yield Finding("fail", "database", error.sentence)
        yield clock(0, now_ms())
    finally:
        db.close()


def database(db: Database) -> Finding:
    """Is it whole, new enough, and at our schema? Raises DatabaseError for a strange schema."""
    name, missing = db.read_now(engine), pending(db)
    wrong = db.read_now(problems)
    if wrong:
        return Finding(
            "fail", "database", f"{name}: {' '.join(wrong)} Put your last backup in its place if need be."
        )
    if missing:
        return Finding(
            "warn", "database", f"{name}, {len(missing)} schema steps behind: the next start takes them."
        )
    return Finding("ok", "database", f"{name}, whole, schema {steps(db.dialect)[-1].number:04d}")


def keys(settings: Settings, db: Database) -> Finding:
    """Is the file there that our signing keys are sealed with?"""
    try:
        sealed = db.read_now(Keyring(settings.data, settings.url).examine)
    except LinnetError as error:
        return Finding("fail", "keys", error.sentence)
    return Finding("ok", "keys", "the key file opens them" if sealed else "none yet: made at first need")


def clock(last: int, now: int) -> Finding:
    """Does it stand after everything that is known to have happened? (`last`, `now` in ms)"""
    if now < max(last - MINUTE, RELEASED):
        return Finding(
            "fail",
            "clock",
            f"It says {iso(now)}, but it was {iso(max(last, RELEASED))} already: set it right.",
        )
    return Finding("ok", "clock", iso(now))


async def _address(settings: Settings) -> Finding:
    client = Client(settings)
    try:
        return await address(settings.url, client)
    finally:
        await client.close()


async def address(url: str, client: Fetcher) -> Finding:
    """Is the public address one that others can reach, and does Linnet answer there?"""
    if url.startswith(HERE):
        return Finding(
            "ok", "address", f"{url}, for this machine only: set LINNET_URL before others are to come."
        )
    if not url.startswith("https://"):
        return Finding("warn", "address", f"{url} is not https: other servers cannot be reached from it.")
    try:
        answer = await client.get(
            f"{url}/health", policy=Policy(timeout=5 * SECOND, redirects=0, https_only=True)
        )
    except Invalid as error:
        return Finding("fail", "address", f"{url} {error.problem}: others cannot come there.")
    except Upstream as error:
        return Finding("fail", "address", f"{url}: {error.sentence}")
    if answer.status != 200:
        return Finding(
            "warn", "address", f"{url} answers, but not as Linnet ({answer.status}): is it running?"
        )
    return Finding("ok", "address", url)
