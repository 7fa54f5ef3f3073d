"""A real server for tests of the doors: granian in a thread, reached over loopback."""

import asyncio
import contextlib
import itertools
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests
from granian.constants import Interfaces
from granian.server.embed import Server as Granian
from mastodon import Mastodon
from starlette.types import ASGIApp

from linnet.app import HEARD, create, duties
from linnet.db.database import Database
from linnet.db.opening import open_database
from linnet.desk.firm import actions as firms
from linnet.desk.firm.rules import FirstPerson, NewFirm
from linnet.hub.hub import Hub
from linnet.kernel.clock import now_ms
from linnet.kernel.settings import Settings, load
from linnet.social.apps import actions as apps
from linnet.social.people import actions as people
from linnet.social.people.rules import Account, Person, ProfileChange
from tests import cast, fresh
from tests.waiting import until

ALL = "read write follow push profile"
_numbers = itertools.count(1)


class Running:
    """A server that runs, and shortcuts to bring people into it."""

    def __init__(self, url: str, settings: Settings, db: Database) -> None:
        self.url = url
        self.settings = settings
        self.db = db

    def write(self, action: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        return self.db.write_now(action, *args, **kwargs)

    def read(self, query: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        return self.db.read_now(query, *args, **kwargs)

    def someone(
        self, name: str = "somebody", *, scopes: str = ALL, role: str = "owner", **profile: Any
    ) -> "Someone":
        """A person with an account of their own and a token."""
        handle = f"{name}_{next(_numbers)}"
        person, account = self.write(cast.both, handle, now=now_ms())
        if profile:
            account = self.write(people.change_profile, account.id, ProfileChange(**profile))
        if role != "owner":
            boss = self.write(cast.person, f"boss_of_{handle}")
            self.write(people.join, boss.id, account.id, "owner", now_ms())
            self.write(people.set_role, person.id, account.id, role, now_ms())
        return Someone(self, person, account, self.token(person, account, scopes))

    def token(self, person: Person, account: Account, scopes: str = ALL) -> str:
        def issue(tx: Any) -> str:
            return apps.issue_token(
                tx, apps.command_line_app(tx, now_ms()), person.id, account.id, scopes, now_ms()
            ).token

        token: str = self.write(issue)
        return token


class Someone:
    """Somebody with an account and a token, who speaks through Mastodon.py or plain requests."""

    def __init__(self, server: Running, person: Person, account: Account, token: str) -> None:
        self.server = server
        self.person = person
        self.account = account
        self.id = account.id
        self.handle = account.handle
        self.token = token
        self.api = Mastodon(access_token=token, api_base_url=server.url, ratelimit_method="throw")

    def ask(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}", **kwargs.pop("headers", {})}
        return requests.request(method, self.server.url + path, headers=headers, timeout=20, **kwargs)


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One running server for all tests of the client API, on each engine: each test brings its own
    people."""
    with a_server(request, tmp_path_factory) as made:
        yield made


def a_bakery(server: Running) -> Someone:
    """Sets a firm up there: its own account, and who runs it."""
    new = NewFirm("Corner Bakery", "bakery", ("https://bakery.example",), "Europe/Berlin", "EUR", "40")
    person = FirstPerson("Jana", "jana@bakery.example", "$argon2id$not-a-real-hash")
    made = server.write(firms.set_up, new, person, token=None, now=now_ms())
    return Someone(server, made.person, made.account, server.token(made.person, made.account))


@contextlib.contextmanager
def a_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server on the engine that the fixture's parameter names, for tests that set a firm up."""
    folder = tmp_path_factory.mktemp("server")
    with contextlib.ExitStack() as stack:
        database = "sqlite"
        if request.param == "postgres":
            database = stack.enter_context(_postgres(request.getfixturevalue("postgres_template")))
        yield stack.enter_context(_running(folder, database))


@contextlib.contextmanager
def _postgres(base: str) -> Iterator[str]:
    name = f"linnet_door_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(f"{base}postgres", autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE linnet_template_{os.getpid()}")
    yield f"{base}{name}"
    with psycopg.connect(f"{base}postgres", autocommit=True) as admin:
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextlib.contextmanager
def _running(folder: Path, database: str) -> Iterator[Running]:
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    settings = load(
        {
            "LINNET_DATA": str(folder),
            "LINNET_DATABASE": database,
            "LINNET_BIND": f"127.0.0.1:{port}",
            "LINNET_URL": url,
        },
        folder,
    )
    if database == "sqlite":
        fresh.prepare(settings.data)
    hub = Hub(settings.data / "run", HEARD)  # as another process of the same machine would
    thread = _Server(create(settings), hub, port)
    db = open_database(settings, on_emit=duties, on_commit=hub.publish)
    thread.start()
    try:
        until(lambda: _answers(url), "the server answers")
        yield Running(url, settings, db)
    finally:
        thread.stop()
        db.close()


class _Server(threading.Thread):
    """Granian in an event loop of its own."""

    def __init__(self, app: ASGIApp, hub: Hub, port: int) -> None:
        super().__init__(daemon=True)
        self._app, self._hub, self._port = app, hub, port
        self._loop = asyncio.new_event_loop()
        self._granian: Granian | None = None

    def run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._granian = Granian(
            self._app, address="127.0.0.1", port=self._port, interface=Interfaces.ASGI, log_enabled=False
        )
        self._hub.start()
        await self._granian.serve()
        self._hub.stop()

    def stop(self) -> None:
        if self._granian is not None:
            self._loop.call_soon_threadsafe(self._granian.stop)
        self.join(timeout=20)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(url: str) -> bool:
    with contextlib.suppress(requests.ConnectionError):
        return requests.get(f"{url}/health", timeout=20).ok
    return False
