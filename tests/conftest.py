"""Fixtures for every test: a fresh database on each engine, a fixed time."""

import gc
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from linnet.db.database import Database
from linnet.db.migrate import migrate
from linnet.db.postgres import PostgresDatabase
from tests import fresh

# a busy machine is no failure: nothing here fails by the clock
settings.register_profile("linnet", deadline=None, suppress_health_check=[HealthCheck.too_slow])
if not os.environ.get("CI"):  # there hypothesis has a profile of its own, which is as patient
    settings.load_profile("linnet")

NOW = 1_793_000_000_000  # 2026-10-26T07:33:20Z, a Monday after a DST change in Europe


# Where both engines belong to the minute: the ground, and whatever two do at once. Elsewhere SQLite does,
# and `make test-wide` (which CI runs too) asks PostgreSQL the same.
BOTH_ENGINES = {"ground"}
# Whole servers, alone or talking with each other: minutes, not seconds. Their pure rules stay here.
WHOLE = {"federation"}
PROCESSES = {"test_serve", "test_demo", "test_cli"}
# Every page, field and word against every other; weeks of beats; whole databases read through; trials drawn anew.
LONG = {
    "test_hostile_pages",
    "test_hostile_api",
    "test_mastodon_errors",
    "test_mastodon_shapes",
    "test_effort_simulated",
    "test_privacy_of_visits",
    "test_trial_pages",
    "test_desk_balance",
    "test_desk_trial",
    "test_desk_trial_pages",
    "test_trial_analysis",
    "test_trial_protocol",
    "test_trial_verdict",
    "test_timers",
    "test_written",
    "test_golden_log",
    "test_closing_page",
}
# Of the slow ones: those that take minutes, the longest waits first; those that share nothing between
# their tests; those that have servers for each parameter of their fixture, which is named first.
LONGEST = (
    "test_try",
    "test_three_arms",
    "test_worlds",
    "test_crash",
    "test_processes_killed",
    "test_processes",
)
ALONE = {"test_worlds", "test_three_arms", "test_crash"}
SERVERS = {"test_processes", "test_fedify"}
PURE = {
    "test_authority",
    "test_signing",
    "test_signing_strength",
    "test_peers_rules",
    "test_plain",
    "test_render",
    "test_render_any",
    "test_security_index",
}


def pytest_configure(config: pytest.Config) -> None:
    """Files of tests lie in memory where there is room: what is saved there waits for no disk."""
    room = quick_room()
    if room and not config.option.basetemp:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", room)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """What would not run is not even loaded: that is the half of collecting."""
    if not collection_path.name.startswith("test_"):
        return None
    wanted = config.option.markexpr
    left_out = "not wide" in wanted and all_wide(collection_path)
    if wanted == "slow":
        left_out = "mark.slow" not in collection_path.read_text(encoding="utf-8")
    return True if left_out else None


def all_wide(path: Path) -> bool:
    """Is every test of this file wide?"""
    room, name = path.parent.name, path.stem
    return name in PROCESSES | LONG or (room in WHOLE and name.startswith("test_") and name not in PURE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks as `wide` what `make test` leaves to `make test-wide`: most on the second engine too, and
    whole servers that speak with each other."""
    for item in items:
        room, name = item.path.parent.name, item.path.stem
        again = "postgres" in item.nodeid and room not in BOTH_ENGINES and not name.endswith("_races")
        if again or all_wide(item.path):
            item.add_marker(pytest.mark.wide)
    items.sort(key=turn)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling | None:
    """`make test-slow`, several at once."""
    return Companies(config, log) if config.option.markexpr == "slow" else None


def pytest_collection_finish() -> None:
    """What was loaded stays: the collector of garbage need not look through it again and again."""
    gc.freeze()


class Companies(LoadScopeScheduling):
    """What shares its servers and its browser stays together."""

    def _split_scope(self, nodeid: str) -> str:
        path, _, name = nodeid.partition("::")
        stem = Path(path).stem
        if stem in ALONE:
            return nodeid
        return f"{stem} {name.partition('[')[2].partition('-')[0].rstrip(']')}" if stem in SERVERS else stem


def turn(item: pytest.Item) -> int:
    """What takes longest begins first, the rest fills the gaps."""
    slow, name = item.get_closest_marker("slow"), item.path.stem
    return LONGEST.index(name) if slow and name in LONGEST else len(LONGEST)


@pytest.fixture
def now() -> int:
    return NOW


@pytest.fixture(params=["sqlite", "postgres"])
def db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A migrated, empty database; the test runs once on each engine."""
    if request.param == "sqlite":
        database: Database = fresh.database(tmp_path)
        yield database
        database.close()
        return
    template = request.getfixturevalue("postgres_template")
    name = f"linnet_test_{os.getpid()}_{abs(hash(request.node.nodeid)) % 10**9}"
    with psycopg.connect(f"{template}postgres", autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name}")
        admin.execute(f"CREATE DATABASE {name} TEMPLATE linnet_template_{os.getpid()}")
    database = PostgresDatabase(f"{template}{name}")
    yield database
    database.close()
    with psycopg.connect(f"{template}postgres", autocommit=True) as admin:
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def quick_room() -> str | None:
    """A folder in memory where there is room: a database copied for a test is a thousand files, half a
    second on a disk and 15 ms there. None: the usual place."""
    memory = Path("/dev/shm")  # mkdtemp makes the name in it
    if memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 1_000_000_000:
        return str(memory)
    return None


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> Iterator[str]:
    """A migrated database to copy from: a copy takes 15 ms, the migrations twenty times that."""
    name = f"linnet_template_{os.getpid()}"
    with psycopg.connect(f"{postgres_server}postgres", autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name}")
        admin.execute(f"CREATE DATABASE {name}")
    database = PostgresDatabase(f"{postgres_server}{name}")
    migrate(database, NOW)
    database.close()
    yield postgres_server
    with psycopg.connect(f"{postgres_server}postgres", autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL server up to the database's name.

    LINNET_TEST_POSTGRES names one; else one is started in a temporary folder when Debian's
    server programs are installed; else the test is skipped (CI always has one).
    """
    given = os.environ.get("LINNET_TEST_POSTGRES")
    if given:
        yield given
        return
    bin = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)
    if bin is None or os.environ.get("CI"):
        if os.environ.get("CI"):
            pytest.fail("CI must set LINNET_TEST_POSTGRES")
        pytest.skip("PostgreSQL is not installed here; CI runs this")
    folder = Path(tempfile.mkdtemp(prefix="linnet-pg-", dir=quick_room()))
    as_user = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] if os.geteuid() == 0 else []
    if as_user:
        shutil.chown(folder, "nobody", "nogroup")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(
        [
            *as_user,
            bin / "initdb",
            "-D",
            folder / "data",
            "-U",
            "linnet",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "-N",
        ],
        check=True,
        **quiet,
    )  # type: ignore[call-overload]
    options = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=200"
    subprocess.run(
        [*as_user, bin / "pg_ctl", "-D", folder / "data", "-o", options, "-w", "start"], check=True, **quiet
    )  # type: ignore[call-overload]
    try:
        yield f"postgresql:///?host={folder}&user=linnet&dbname="
    finally:
        subprocess.run(
            [*as_user, bin / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop"], check=False, **quiet
        )  # type: ignore[call-overload]
        shutil.rmtree(folder, ignore_errors=True)
