"""Real Linnets: each a `linnet serve` with its own folder, under its own name with TLS.

    with Country(tmp_path) as country:
        a, b = country.linnet("a.example"), country.linnet("b.example")
        a.start()
        anna = a.person("anna")                     # a Mastodon.py that speaks for @anna@a.example
        until(lambda: anna.timeline_home(), "the post arrives")

What is not as in the world: names lead to loopback (hosts/sitecustomize.py), the authority of the
certificates is the test's, and TLS ends in this process, as it does in a firm's reverse proxy.
"""

import asyncio
import contextlib
import http.client
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import apsw
import requests
from mastodon import Mastodon

from linnet.db.opening import open_database
from linnet.db.tx import Tx
from linnet.kernel.clock import now_ms
from linnet.kernel.ids import new_id
from linnet.kernel.settings import load
from linnet.social.apps import actions as apps
from linnet.social.people import actions as people
from linnet.social.people.passwords import hash_password
from tests.federation.hosts import sitecustomize as hosts
from tests.tls import Authority
from tests.waiting import PATIENCE, until

LINNET = Path(sys.executable).with_name("linnet")
HOOK = Path(hosts.__file__).parent
SECRET = "a long enough secret"


def free_port(address: str = "127.0.0.1") -> int:
    with socket.socket() as free:
        free.bind((address, 0))
        return int(free.getsockname()[1])


class Country:
    """An internet of names that exist only here."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.authority = Authority(folder)
        self.port = free_port()
        self.hosts: dict[str, str] = {}
        self._ends: list[Callable[[], None]] = []
        self._lines: list[asyncio.StreamWriter] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for end in reversed(self._ends):
            end()
        hosts.leave()
        asyncio.run_coroutine_threadsafe(_end_all(self._lines), self._loop).result(PATIENCE)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()

    def name(self, host: str) -> int:
        """A new name; answers the port on which its server listens behind the TLS."""
        self.hosts[host] = address = f"127.0.0.{len(self.hosts) + 2}"
        behind = free_port()
        asyncio.run_coroutine_threadsafe(self._terminate(host, address, behind), self._loop).result(PATIENCE)
        hosts.lead(self.hosts, self.port)
        return behind

    async def _terminate(self, host: str, address: str, behind: int) -> None:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self._lines.append(writer)
            try:
                back_reader, back_writer = await asyncio.open_connection("127.0.0.1", behind)
            except OSError:  # nobody is there: as a connection that breaks
                writer.close()
                return
            self._lines.append(back_writer)
            await asyncio.gather(_pipe(reader, back_writer), _pipe(back_reader, writer))

        server = await asyncio.start_server(serve, address, self.port, ssl=self.authority.context(host))
        self._ends.append(lambda: self._loop.call_soon_threadsafe(server.close))

    @property
    def environment(self) -> dict[str, str]:
        """What programs need to live here."""
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(HOOK),
            "SSL_CERT_FILE": str(self.authority.file),
            "TEST_HOSTS": ",".join(f"{name}={address}" for name, address in self.hosts.items()),
            "TEST_PORT": str(self.port),
        }

    @property
    def session(self) -> requests.Session:
        """For clients in this process."""
        made = requests.Session()
        made.trust_env, made.verify = False, str(self.authority.file)
        self._ends.append(made.close)
        return made

    def linnet(self, host: str, **settings: str) -> "Linnet":
        """Another Linnet, not started yet. All of them must be named before the first starts."""
        made = Linnet(self, host, self._folder / host, self.name(host), settings)
        self._ends.append(made.stop)
        return made


async def _end_all(lines: list[asyncio.StreamWriter]) -> None:
    """No connection outlives the country: a task that waits for ever is a warning somewhere else, and so is
    a connection that waits for the other side's goodbye."""
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)
    for line in lines:
        line.transport.abort()
    for _ in range(3):  # what aborting leaves to the loop: a TLS connection has another one below it
        await asyncio.sleep(0)


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError, ssl.SSLError, asyncio.CancelledError):
        while chunk := await reader.read(1 << 16):
            writer.write(chunk)
            await writer.drain()
    writer.close()


class Visitor:
    """A browser without scripts, as far as it is needed here."""

    def __init__(self, url: str, session: requests.Session, email: str) -> None:
        self._url, self._session = url, session
        self.send("/login", "/login", email=email, password=SECRET)

    def page(self, path: str) -> str:
        answer = self._session.get(self._url + path, timeout=PATIENCE)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text

    def send(self, page: str, action: str, status: int | None = 200, **fields: str) -> str:
        """Fills in the form of that page."""
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', self.page(page)))
        answer = self._session.post(
            self._url + action, hidden | fields, headers={"Origin": self._url}, timeout=PATIENCE
        )
        assert status in (None, answer.status_code), (action, answer.status_code, answer.text)
        return answer.text


HASH = hash_password(SECRET)


def _newcomer(tx: Tx, handle: str, email: str, now: int) -> str:
    account = people.add_account(tx, id=new_id(), handle=handle, name="", kind="person", now=now)
    person = people.add_person(
        tx, id=new_id(), name=handle, email=email, password_hash=HASH, owner=False, now=now
    )
    people.join(tx, person.id, account.id, "owner", now)
    app = apps.command_line_app(tx, now)
    return apps.issue_token(tx, app, person.id, account.id, "read write follow push", now).token


class Linnet:
    """One real server."""

    def __init__(
        self, country: Country, host: str, folder: Path, port: int, settings: dict[str, str]
    ) -> None:
        self.country, self.host, self.url, self.port = country, host, f"https://{host}", port
        self.folder = folder
        self._settings = {
            "LINNET_DATA": str(folder),
            "LINNET_URL": self.url,
            "LINNET_BIND": f"127.0.0.1:{port}",
            "LINNET_ALLOW_NETWORKS": "127.0.0.0/8",
            **{f"LINNET_{name.upper()}": value for name, value in settings.items()},
        }
        self._process: subprocess.Popen[bytes] | None = None

    def say(self, *words: str, typed: str = "") -> str:
        """A command of the program; answers what it prints."""
        environment = self.country.environment | self._settings
        done = subprocess.run(
            [LINNET, *words], env=environment, input=typed, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def set_up(self, handle: str = "shop") -> None:
        """The firm and its first person."""
        firm = f"--firm {handle} --handle {handle} --site https://{handle}.example --currency EUR"
        more = f"--time-zone Europe/Berlin --hourly-cost 40 --name Owner --email owner@{self.host}"
        self.say("setup", *firm.split(), *more.split(), "--password-stdin", typed=f"{SECRET}\n")

    def person(self, handle: str) -> Mastodon:
        """Somebody new, who speaks through the client API. Made in this process: what the commands for it
        do is asked elsewhere (tests/commands), and each takes half a second to start."""
        db = open_database(load(self._settings, self.folder), upgrade=False)
        try:
            token = db.write_now(_newcomer, handle, f"{handle}@{self.host}", now_ms())
        finally:
            db.close()
        return Mastodon(
            access_token=token,
            api_base_url=self.url,
            version_check_mode="none",
            session=self.country.session,
            ratelimit_method="throw",
        )

    def visit(self, email: str) -> "Visitor":
        """Somebody with a browser, logged in."""
        return Visitor(self.url, self.country.session, email)

    def start(self) -> None:
        """Serves; what it says is in `log`."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [LINNET, "serve"],
                env=self.country.environment | self._settings,
                start_new_session=True,
                stdout=log,
                stderr=log,
            )
        until(self._answers, f"{self.host} answers")

    @property
    def log(self) -> Path:
        return self.folder.with_suffix(".log")

    def _answers(self) -> bool:
        assert self._process
        assert self._process.poll() is None, self.log.read_text()[-2000:]
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            line.request("GET", "/health")
            return line.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            line.close()

    def waiting(self) -> int:
        """Letters that were taken and are not read yet."""
        db = apsw.Connection(str(self.folder / "linnet.sqlite"), flags=apsw.SQLITE_OPEN_READONLY)
        try:
            return int(db.execute("SELECT COUNT(*) FROM letter WHERE parked_at IS NULL").fetchall()[0][0])
        finally:
            db.close()

    def kill(self) -> None:
        """`kill -9`, the whole group."""
        assert self._process
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(PATIENCE)
        self._process = None

    def stop(self) -> None:
        """Ends it as a service manager does."""
        if self._process:
            self._process.terminate()
            try:
                self._process.wait(PATIENCE)
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self._process.pid, signal.SIGKILL)
                self._process = None
