"""What stands outside of Linnet and uses it: a terminal, a browser, an app, a shop."""

import hashlib
import hmac
import html
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

LINNET = Path(sys.executable).with_name("linnet")
PATIENCE = 30  # seconds after which something that should happen is taken not to

T = TypeVar("T")


class TryError(Exception):
    """Something that should have gone well did not. Says what."""


def now_ms() -> int:
    """The clock of this machine, which is also the server's."""
    return time.time_ns() // 1_000_000


def wait_for(look: Callable[[], T], what: str, patience: float = PATIENCE, pause: float = 0.2) -> T:
    """What `look` answers as soon as it answers something. Raises TryError."""
    until = time.monotonic() + patience
    while not (found := look()):
        if time.monotonic() > until:
            raise TryError(f"Waited {patience:.0f} seconds in vain: {what}.")
        time.sleep(pause)
    return found


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body, as text."""
        return self.body.decode("utf-8", "replace")

    @property
    def json(self) -> Any:
        """The body, as JSON."""
        return json.loads(self.body)

    def must(self, *statuses: int) -> "Answer":
        """Itself. Raises TryError for another status than these."""
        if self.status not in statuses:
            said = re.findall(r'class="wrong"[^>]*>.*?<span>(.*?)</span>', self.text, re.DOTALL)
            raise TryError(f"Answered {self.status} instead of {statuses[0]}: {said or self.text[:300]}")
        return self


class Linnet:
    """The real program, in a folder of its own, spoken to by its commands and over HTTP."""

    def __init__(self, folder: Path, *, fetch_from: int, database: str = "sqlite") -> None:
        """`fetch_from`: the port of this machine that sources may be fetched from; `database`: as
        LINNET_DATABASE, empty."""
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.folder = folder
        self._environment = {
            "PATH": os.environ["PATH"],
            "LINNET_DATA": str(folder / "data"),
            "LINNET_DATABASE": database,
            "LINNET_BIND": f"127.0.0.1:{self.port}",
            "LINNET_URL": self.url,
            "LINNET_ALLOW_PRIVATE": f"127.0.0.1:{fetch_from}",
            "LINNET_TRUSTED_PROXIES": "127.0.0.1",  # so that visitors can come from different addresses
        }

    def say(self, *words: str, typed: str = "") -> str:
        """Runs a command, and answers what it prints. Raises TryError."""
        done = subprocess.run(
            [LINNET, *words], env=self._environment, input=typed, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise TryError(f"linnet {' '.join(words)} ended with {done.returncode}: {done.stderr.strip()}")
        return done.stdout.strip()

    @contextmanager
    def serving(self) -> Iterator[None]:
        """The server runs as long as this does; its log is in the folder."""
        with (self.folder / "server.log").open("wb") as log:
            process = subprocess.Popen(
                [LINNET, "serve"], env=self._environment, stdout=log, stderr=log, start_new_session=True
            )
            try:
                wait_for(lambda: process.poll() is not None or self._healthy(), "the server's first answer")
                if process.poll() is not None:
                    raise TryError(f"The server did not start: {self.folder / 'server.log'} says why.")
                yield
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(PATIENCE)

    def _healthy(self) -> bool:
        try:
            return self.ask("GET", "/health").status == 200
        except OSError:
            return False

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One request. Redirects are not followed."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            line.putrequest(method, path, skip_accept_encoding=True)
            sent = dict(headers or {})
            if body or method == "POST":
                sent["Content-Length"] = str(len(body))
            for name, value in sent.items():
                line.putheader(name, value)
            line.endheaders(body)
            answer = line.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            line.close()

    def call(self, method: str, path: str, token: str = "", **fields: str) -> Any:
        """One call of the client API, as an app makes it. Raises TryError."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if fields:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        return self.ask(method, path, urlencode(fields).encode() if fields else b"", headers).must(200).json


class Browser:
    """Somebody of the firm, with a session and the keys of its forms."""

    def __init__(self, linnet: Linnet, address: str, agent: str) -> None:
        self._linnet = linnet
        self._cookies: dict[str, str] = {}
        self._who = {"User-Agent": agent, "X-Forwarded-For": address}
        self._key = ""

    def log_in(self, email: str, password: str) -> None:
        """Opens a session. Raises TryError."""
        self.send("/login", email=email, password=password).must(303)
        self._key = found(r'name="form_key" value="(\w+)"', self.get("/").text, "the key of the forms")

    def get(self, path: str) -> Answer:
        """A page. Raises TryError when it is none."""
        return self._kept(self._linnet.ask("GET", path, headers=self._headers())).must(200)

    def send(self, path: str, **fields: str) -> Answer:
        """A form."""
        body = urlencode({"form_key": self._key, **fields}).encode()
        more = {"Content-Type": "application/x-www-form-urlencoded", "Origin": self._linnet.url}
        return self._kept(self._linnet.ask("POST", path, body, self._headers() | more))

    def beat(self, activity: str, tab: str) -> tuple[int, int]:
        """The sign of life of an open page; when it was sent and when it was answered."""
        sent = now_ms()
        self.send("/beat", activity=activity, tab=tab, quiet="0").must(204)
        return sent, now_ms()

    def _headers(self) -> dict[str, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        return {**self._who, "Sec-Fetch-Site": "same-origin", "Cookie": cookies}

    def _kept(self, answer: Answer) -> Answer:
        cookie = re.match(r"(\w+)=([^;]*)", answer.headers.get("set-cookie", ""))
        if cookie:
            self._cookies[cookie[1]] = cookie[2]
        return answer


def found(pattern: str, text: str, what: str) -> str:
    """The first group of the first place where `pattern` fits, without HTML's escapes. Raises
    TryError."""
    match = re.search(pattern, text, re.DOTALL)
    if match is None:
        raise TryError(f"There is no {what} on the page.")
    return html.unescape(match[1])


def report(linnet: Linnet, path: str, key: str, body: Mapping[str, object], *, late: int = 0) -> Answer:
    """What a shop says to a hook, signed as the page "Sales" shows it; `late`: seconds ago."""
    said = json.dumps(body).encode()
    seconds = int(time.time()) - late
    sign = hmac.new(key.encode(), b"%d." % seconds + said, hashlib.sha256).hexdigest()
    headers = {"Linnet-Signature": f"t={seconds},v1={sign}", "Content-Type": "application/json"}
    return linnet.ask("POST", path, said, headers)
