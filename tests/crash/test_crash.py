"""`kill -9` at random moments while eight clients post and planned posts fall due: nothing that was
acknowledged is lost, and nothing is there twice."""

import http.client
import json
import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import psycopg
import pytest

from linnet.db import health
from linnet.db.opening import open_database
from linnet.desk.drafts import actions as drafts
from linnet.desk.drafts import queries as draft_queries
from linnet.desk.drafts.rules import Content
from linnet.kernel.clock import MINUTE, SECOND, now_ms
from linnet.kernel.ids import new_id
from linnet.kernel.settings import load
from linnet.kernel.value import Value
from linnet.social.people import queries as people
from linnet.social.posts.rules import Author, Terms
from tests.waiting import PATIENCE, until

ROUNDS = int(os.environ.get("LINNET_CRASH_ROUNDS", "50"))
CLIENTS = 8
LINNET = Path(sys.executable).with_name("linnet")

pytestmark = pytest.mark.slow


@dataclass
class Ledger:
    """What the clients sent under which key, and what they were told."""

    sent: dict[str, str] = field(default_factory=dict)
    acknowledged: dict[str, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    up: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)
    told: threading.Condition = field(default_factory=threading.Condition)


class Server:
    """The real program in a folder of its own."""

    def __init__(self, folder: Path, workers: int, database: str = "sqlite") -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.environment = {
            "PATH": os.environ["PATH"],
            "LINNET_DATA": str(folder),
            "LINNET_DATABASE": database,
            "LINNET_BIND": f"127.0.0.1:{self.port}",
            "LINNET_URL": f"http://127.0.0.1:{self.port}",
            "LINNET_WORKERS": str(workers),
        }
        self.settings = load(self.environment, folder)
        self.process: subprocess.Popen[bytes] | None = None

    def say(self, *words: str, typed: str = "") -> str:
        done = subprocess.run(
            [LINNET, *words], env=self.environment, input=typed, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [LINNET, "serve"],
            env=self.environment,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until(self.answers, "the server answers")

    def answers(self) -> bool:
        assert self.process
        assert self.process.poll() is None, "the server did not start"
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            line.request("GET", "/health")
            return line.getresponse().status == 200
        except OSError:
            return False
        finally:
            line.close()

    def end(self, how: signal.Signals) -> None:
        assert self.process
        if how is signal.SIGKILL:
            os.killpg(self.process.pid, how)
        else:
            self.process.send_signal(how)
        self.process.wait(PATIENCE)


def client(server: Server, token: str, ledger: Ledger, name: int) -> None:
    """Posts one thing after the other, each until it was acknowledged."""
    number = 0
    while not ledger.over.is_set():
        number += 1
        key, text = secrets.token_hex(8), f"client {name} says {number} #c{name}"
        with ledger.lock:
            ledger.sent[key] = text
        while key not in ledger.acknowledged:
            if not ledger.up.wait(PATIENCE):
                return
            answer = post(server.port, token, key, text)
            if answer:
                with ledger.told:
                    ledger.acknowledged[key] = answer
                    ledger.told.notify_all()


def post(port: int, token: str, key: str, text: str) -> str:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    headers = {
        "Authorization": f"Bearer {token}",
        "Idempotency-Key": key,
        "Content-Type": "application/x-www-form-urlencoded",
    }
    try:
        line.request("POST", "/api/v1/statuses", urlencode({"status": text}), headers)
        answer = line.getresponse()
        body = answer.read()
        return str(json.loads(body)["id"]) if answer.status == 200 else ""
    except (OSError, http.client.HTTPException):
        return ""
    finally:
        line.close()


def plan(server: Server, text: str) -> int:
    """A planned post that is due in a second; written while no server runs."""
    db = open_database(server.settings)
    try:
        account = db.read_now(people.by_handle, "bakery")
        assert account
        who = db.read_now(people.members_of, account.id)[0].person_id
        author, terms = Author(account.id, who), Terms(server.settings.url, 140)
        id, now = new_id(), now_ms()
        db.write_now(drafts.keep, author, Content(text), id=id, now=now)
        db.write_now(drafts.schedule, author, id, now + SECOND, terms=terms, now=now - MINUTE)
        return id
    finally:
        db.close()


FEW = ROUNDS // 5


@pytest.mark.parametrize(("workers", "rounds"), [(1, ROUNDS - FEW), (2, FEW)])
def test_nothing_is_lost_and_nothing_doubled(tmp_path: Path, workers: int, rounds: int) -> None:
    play(Server(tmp_path, workers), rounds)


def test_nor_on_postgresql(tmp_path: Path, postgres_template: str) -> None:
    name = f"linnet_crash_{os.getpid()}"
    with psycopg.connect(f"{postgres_template}postgres", autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE linnet_template_{os.getpid()}")
        try:
            play(Server(tmp_path, 2, f"{postgres_template}{name}"), FEW)
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def play(server: Server, rounds: int) -> None:
    """Rounds of posting and killing, and then the look at what is there."""
    ledger, chance = Ledger(), random.Random(7)
    setup = "setup --firm Bakery --handle bakery --site https://bakery.example --time-zone Europe/Berlin --currency EUR --hourly-cost 40"
    who = "--name Owner --email owner@bakery.example --password-stdin"
    server.say(*setup.split(), *who.split(), typed="a long enough secret\n")
    token = server.say("token", "create", "--account", "bakery", "--scopes", "read write")
    planned: list[tuple[int, str]] = []
    clients = [threading.Thread(target=client, args=(server, token, ledger, n)) for n in range(CLIENTS)]
    for thread in clients:
        thread.start()
    for round in range(rounds):
        text = f"planned for round {round}"
        planned.append((plan(server, text), text))
        server.start()
        ledger.up.set()
        enough = len(ledger.acknowledged) + chance.randint(1, 40)
        with ledger.told:
            assert ledger.told.wait_for(lambda: len(ledger.acknowledged) >= enough, PATIENCE)  # noqa: B023 # asked in this round
        server.end(signal.SIGKILL)
        ledger.up.clear()
    server.start()
    ledger.over.set()
    ledger.up.set()
    for thread in clients:
        thread.join(PATIENCE)
        assert not thread.is_alive()
    finish(server, [id for id, _ in planned])
    server.end(signal.SIGTERM)
    check(server, ledger, [text for _, text in planned])


def finish(server: Server, ids: list[int]) -> None:
    """Waits until every planned post has gone out."""
    db = open_database(server.settings)
    try:
        until(
            lambda: not any(db.read_now(draft_queries.draft, id).stage == "set" for id in ids),
            "every planned post is out",
        )
    finally:
        db.close()


POSTS = "SELECT id, text FROM post ORDER BY id"
KEYS = "SELECT post_id AS id, key AS text FROM post_key WHERE key NOT LIKE 'draft:%'"
COUNTS = """SELECT CAST((SELECT SUM(posts_count) FROM account) AS BIGINT) AS counted,
    (SELECT COUNT(*) FROM timeline) AS at_home, (SELECT COUNT(*) FROM post_search) AS found,
    (SELECT COUNT(*) FROM job WHERE kind = 'PublishDraft') AS due, (SELECT COUNT(*) FROM job_parked) AS given_up"""


class Line(Value):
    """A post's text, or the key that it was sent under."""

    id: int
    text: str


class Counts(Value):
    """Posts by the account's own count, in its home, in the index; and jobs."""

    counted: int
    at_home: int
    found: int
    due: int
    given_up: int


def check(server: Server, ledger: Ledger, planned: list[str]) -> None:
    """Every acknowledged post is there, once, under its key; nothing else is; every count agrees."""
    db = open_database(server.settings)
    try:
        posts = {line.id: line.text for line in db.read_now(lambda tx: tx.all(Line, POSTS))}
        keys = {line.text: line.id for line in db.read_now(lambda tx: tx.all(Line, KEYS))}
        assert set(ledger.sent) == set(ledger.acknowledged) == set(keys)
        assert {key: str(id) for key, id in keys.items()} == ledger.acknowledged
        assert {key: posts[id] for key, id in keys.items()} == ledger.sent
        assert sorted(posts.values()) == sorted([*ledger.sent.values(), *planned])
        assert db.read_now(lambda tx: tx.one(Counts, COUNTS)) == Counts(
            len(posts), len(posts), len(posts), 0, 0
        )
        assert db.read_now(health.problems) == []
    finally:
        db.close()
