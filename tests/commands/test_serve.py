"""The running program with two server processes: what is written in one is heard in the other, and
whoever listens does not keep it from stopping. What was changed so that it cannot work is refused."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import psycopg
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode
from websockets.sync.client import connect

from linnet.commands.belonging import check_home
from linnet.db.facts import drop_fact
from linnet.db.opening import open_database
from linnet.kernel.settings import load
from tests.commands.test_cli import PROGRAM, SECRET, SETUP, TOKEN, Shell
from tests.waiting import PATIENCE, until


@pytest.fixture(params=["sqlite", "postgres"])
def shell(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shell]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{probe.getsockname()[1]}"
    own = {"LINNET_BIND": place, "LINNET_URL": f"http://{place}", "LINNET_WORKERS": "2"}
    if request.param == "sqlite":
        yield Shell(tmp_path, **own)
        return
    base, name = request.getfixturevalue("postgres_template"), f"linnet_serve_{os.getpid()}"
    with psycopg.connect(f"{base}postgres", autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE linnet_template_{os.getpid()}")
        try:
            yield Shell(tmp_path, LINNET_DATABASE=f"{base}{name}", **own)
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


class Server:
    """`linnet serve`, and what it has open."""

    def __init__(self, shell: Shell) -> None:
        self.place = shell.environment["LINNET_BIND"]
        self.run = shell.folder / "data" / "run"
        self.process = subprocess.Popen(
            [PROGRAM, "serve"],
            env=shell.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def end(self) -> None:
        """With every process of its own, whatever became of it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE)

    @property
    def processes(self) -> set[int]:
        """Those that run."""
        return {int(path.name.split("-")[1]) for path in self.run.glob("hub-*.sock")}

    def streams(self, token: str) -> "list[Stream]":
        """One to each of the two processes: the system deals connections out as it likes."""
        kept: list[Stream] = []

        def another() -> bool:
            assert self.process.poll() is None
            before = self.listening_to()
            with contextlib.suppress(ConnectionRefusedError):
                stream = Stream(self.place, token)
                if self.listening_to() > before:
                    kept.append(stream)
                else:
                    stream.close()
            return len(kept) == 2

        until(another, "both listen")
        return kept

    def listening_to(self) -> set[int]:
        """The processes that somebody is connected to, by the system's tables."""
        port = int(self.place.rpartition(":")[2])
        lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        connected = {f"socket:[{n[9]}]" for n in lines if n[1].endswith(f":{port:04X}") and n[3] == "01"}
        return {pid for pid in self.processes if connected & _sockets(pid)}


def _sockets(pid: int) -> set[str]:
    return {str(path.readlink()) for path in Path(f"/proc/{pid}/fd").iterdir() if path.is_symlink()}


class Stream:
    """An open stream of the client API."""

    def __init__(self, place: str, token: str) -> None:
        self._line = http.client.HTTPConnection(place, timeout=PATIENCE)
        self._line.request("GET", "/api/v1/streaming/user", headers={"Authorization": f"Bearer {token}"})
        self._answer = self._line.getresponse()
        assert self._answer.status == 200
        assert self._answer.readline() == b":)\n"

    def next_post(self) -> str:
        while self._answer.readline() != b"event: update\n":
            pass
        return str(json.loads(self._answer.readline().removeprefix(b"data: "))["id"])

    def ends(self) -> bool:
        try:
            while self._answer.readline():
                pass
        except (http.client.IncompleteRead, ConnectionError):
            pass
        self.close()
        return True

    def close(self) -> None:
        self._answer.close()
        self._line.close()


def post(place: str, token: str) -> str:
    line = http.client.HTTPConnection(place, timeout=PATIENCE)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-www-form-urlencoded"}
    line.request("POST", "/api/v1/statuses", urlencode({"status": "Rye from six"}), headers)
    answer = line.getresponse()
    assert answer.status == 200
    id = str(json.loads(answer.read())["id"])
    line.close()
    return id


def test_two_processes_are_one_server(shell: Shell) -> None:
    shell(*SETUP, typed=SECRET)
    token = shell(*TOKEN, "bakery").stdout.strip()
    server = Server(shell)
    try:
        streams = server.streams(token)
        for _ in range(5):
            id = post(server.place, token)
            assert [stream.next_post() for stream in streams] == [id, id]
        with connect(f"ws://{server.place}/api/v1/streaming?access_token={token}") as line:
            line.send("{}")
            assert "error" in str(line.recv(PATIENCE))
            server.process.send_signal(signal.SIGTERM)
            with pytest.raises(ConnectionClosed) as closed:
                line.recv(PATIENCE)
            assert closed.value.rcvd
            assert closed.value.rcvd.code == CloseCode.GOING_AWAY
        assert all(stream.ends() for stream in streams)
        assert server.process.wait(PATIENCE) == 0
        assert server.processes == set()  # they said good-bye: a killed one leaves its socket behind
    finally:
        server.end()


def test_no_process_outlives_the_one_that_started_it(shell: Shell) -> None:
    shell(*SETUP, typed=SECRET)
    token = shell(*TOKEN, "bakery").stdout.strip()
    server = Server(shell)
    try:
        streams = server.streams(token)
        server.process.kill()
        server.process.wait(PATIENCE)
        assert all(stream.ends() for stream in streams)
        until(lambda: not server.processes, "they say good-bye")
    finally:
        server.end()


@pytest.fixture
def elsewhere(tmp_path: Path) -> Shell:
    """The same settings, and another place for data."""
    return Shell(tmp_path / "elsewhere")


def home(shell: Shell) -> str:
    settings = load(shell.environment, shell.folder)
    db = open_database(settings)
    try:
        check_home(db, settings)
        return (settings.data / "home").read_text()
    finally:
        db.close()


def test_a_folder_and_a_database_belong_together(
    tmp_path: Path, postgres_template: str, elsewhere: Shell
) -> None:
    ours = Shell(tmp_path)
    first = home(ours)
    assert first.startswith("lnb_")
    assert home(ours) == first
    ours(*SETUP, typed=SECRET)

    name = f"linnet_home_{os.getpid()}"
    with psycopg.connect(f"{postgres_template}postgres", autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE linnet_template_{os.getpid()}")
        try:
            moved = Shell(tmp_path, LINNET_DATABASE=f"{postgres_template}{name}")
            for _ in range(2):  # it was not taken over by the first try
                assert "belongs to another database" in moved.refused("serve")
            elsewhere.folder.mkdir()
            elsewhere.environment["LINNET_DATABASE"] = moved.environment["LINNET_DATABASE"]
            assert home(elsewhere) != first
            assert "belongs to another database" in moved.refused("serve")
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    assert home(ours) == first


def test_a_restored_database_and_an_old_backup_are_taken_in(tmp_path: Path) -> None:
    ours = Shell(tmp_path)
    ours(*SETUP, typed=SECRET)
    first = home(ours)
    (ours.folder / "data" / "home").unlink()  # a new folder for the same database
    assert home(ours) == first
    db = open_database(load(ours.environment, ours.folder))
    db.write_now(drop_fact, "home")  # a backup of before there was such a thing
    db.close()
    assert home(ours) == first
    for file in (ours.folder / "data").glob("linnet.sqlite*"):
        file.unlink()  # its database is lost, and another one would be made in its place
    assert "belongs to another database" in ours.refused("serve")
