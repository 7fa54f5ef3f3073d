"""What is promised of letters from other servers: a real server takes them, reads them, and goes on
showing timelines meanwhile; and many servers fetch one post at once."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from bench import fill, letters
from bench.cases import Client, Line, middle_of, say
from bench.letters import Job
from bench.load import Spec, run
from bench.server import Server
from linnet.commands.common import database
from linnet.db.tx import Tx
from linnet.kernel.ids import new_id
from linnet.kernel.settings import load

URL = "https://linnet.example"
ROOT = Path(__file__).parent.parent
ACTOR = """INSERT INTO actor (account_id, uri, authority, inbox, key_id, key_pem, fetched_at)
    VALUES (:id, :uri, :authority, :inbox, :key_id, :key_pem, :now)"""
ACCOUNT = """INSERT INTO account (id, handle, handle_key, host, uri, name, created_at)
    VALUES (:id, :handle, :handle, :authority, :uri, :handle, 0)"""
FOLLOW = "INSERT INTO follow (id, follower_id, followee_id, since) VALUES (:follow, :reader, :id, 0)"
READER = "SELECT id FROM account WHERE handle_key = :handle AND host = ''"
WAITING = "SELECT COUNT(*) FROM letter"
POSTS = "SELECT COUNT(*) FROM post WHERE uri LIKE '%/notes/' || ? || '-%'"


@dataclass(frozen=True)
class Sizes:
    """How much is sent. `cores`: of the server and of everybody else."""

    posts: int = 20_000
    actors: int = 1_000
    hosts: int = 200
    letters: int = 8_000
    burst: int = 10_000
    connections: int = 32
    seconds: float = 4.0
    cores: tuple[int, int] | None = (0, 1)


class Inbox:
    """One run."""

    def __init__(self, sizes: Sizes, folder: Path) -> None:
        self.sizes = sizes
        self.server = Server(folder / "data", sizes.cores[0] if sizes.cores else None)
        self.server.environment["LINNET_URL"] = URL
        self._keys = letters.new_keys()
        self._runs = 0

    def lines(self) -> Iterable[Line]:
        """Every line, as soon as it is known."""
        self.server.set_up()
        fill.fill(self.server.environment, self.sizes.posts)
        self._token = self.server.token(fill.READER)
        self._neighbours()
        self.server.start(plain=True)
        try:
            yield from self._accepting("cavage", hosts=self.sizes.actors, promise=400)
            yield from self._accepting("rfc9421", hosts=self.sizes.hosts, promise=150)
            yield from self._burst()
            yield from self._fetched()
            used = self.server.memory() / 1e6
            yield Line("memory of the server after all that (RSS)", f"{used:.0f} MB", "< 256 MB", used < 256)
        finally:
            self.server.stop()

    def _neighbours(self) -> None:
        """Actors of both numberings of hosts, with keys that are known, all followed by the reader: so
        their posts are kept, not thrown away."""
        say("meeting the neighbours")
        rows = []
        for hosts in {self.sizes.actors, self.sizes.hosts}:
            for number, signer in enumerate(letters.signers(self._job(hosts=hosts))):
                rows.append(self._neighbour(number, signer))
        with database(load(self.server.environment)) as db:
            db.write_now(_neighbours, list({row["uri"]: row for row in rows}.values()))

    def _neighbour(self, number: int, signer: letters.Signer) -> dict[str, Any]:
        key = load_pem_private_key(self._keys[number % len(self._keys)].encode(), None).public_key()
        return {
            "uri": signer.uri,
            "authority": signer.uri.split("/")[2],
            "inbox": f"{signer.uri}/inbox",
            "key_id": signer.key_id,
            "key_pem": key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
            "handle": f"u{number}",
            "now": int(time.time() * 1000),
        }

    def _job(self, *, hosts: int, count: int = 0, form: str = "cavage") -> Job:
        self._runs += 1
        return Job(
            self.server.port,
            URL,
            self.sizes.actors,
            hosts,
            count,
            self.sizes.connections,
            form,
            f"r{self._runs}",
            self._keys,
        )

    def _accepting(self, form: str, *, hosts: int, promise: int) -> Iterable[Line]:
        job = self._job(hosts=hosts, count=self.sizes.letters, form=form)
        said, p95 = self._send(job)
        rate = job.letters / said["took"] * 1000
        good = rate >= promise and said["statuses"] == {"202": job.letters}
        what = (
            f"signed letters accepted, durable ({form}, {job.actors:,} actors on {hosts:,} hosts, keys known)"
        )
        yield Line(what, f"{rate:,.0f} /s", f"≥ {promise} /s", good)
        yield Line("… 95 of 100 answered within", f"{said['p95']:.0f} ms", "", None)
        yield Line("… a home timeline meanwhile, p95", f"{p95:.0f} ms", "< 300 ms", p95 < 300)
        self._drained(job)

    def _burst(self) -> Iterable[Line]:
        job = self._job(hosts=self.sizes.hosts, count=self.sizes.burst)
        begun = time.perf_counter()
        said, _ = self._send(job, look=False)
        self._drained(job)
        took = time.perf_counter() - begun
        good = took <= 60 and said["statuses"] == {"202": job.letters}
        yield Line(
            f"a burst of {job.letters:,} posts: all taken, read and at home", f"{took:.0f} s", "≤ 60 s", good
        )

    def _fetched(self) -> Iterable[Line]:
        """2,000 servers want a post and its author at once: each path by itself, on kept connections."""
        firm = Client(self.server.port, self.server.token("bench"))
        made = firm.ask("POST", "/api/v1/statuses", "status=Fresh+rye")
        for what, address in (("a post", made["uri"]), ("its author", made["account"]["uri"])):
            path = address.removeprefix(URL)
            spec = Spec(
                self.server.port, path, seconds=self.sizes.seconds, accept="application/activity+json"
            )
            core = self.sizes.cores[1] if self.sizes.cores else None
            rate = middle_of([run(spec, core) for _ in range(3)]).rate
            yield Line(f"{what} fetched by other servers", f"{rate:,.0f} /s", "≥ 1,000 /s", rate >= 1000)

    def _send(self, job: Job, *, look: bool = True) -> tuple[dict[str, Any], float]:
        """Sends; meanwhile somebody looks at the home timeline again and again: p95 in ms."""
        say(f"{job.letters:,} letters ({job.form})")
        cores = self.sizes.cores
        pin = ["taskset", "-c", str(cores[1])] if cores and shutil.which("taskset") else []
        with subprocess.Popen(
            [*pin, sys.executable, "-m", "bench.letters"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=os.environ,
        ) as sender:
            sender.stdin.write(json.dumps(asdict(job)) + "\n")
            sender.stdin.flush()
            sender.stdout.readline()  # all are signed
            sender.stdin.write("\n")
            sender.stdin.flush()
            ended = threading.Event()
            times: list[float] = [0.0]
            looking = threading.Thread(target=self._look, args=(ended, times))
            if look:
                looking.start()
            said = json.loads(sender.stdout.readline())
            ended.set()
            if look:
                looking.join()
        return said, sorted(times)[int(len(times) * 0.95)]

    def _look(self, ended: threading.Event, times: list[float]) -> None:
        client = Client(self.server.port, self._token)
        while not ended.is_set():
            begun = time.perf_counter()
            client.ask("GET", "/api/v1/timelines/home?limit=20")
            times.append((time.perf_counter() - begun) * 1000)
            ended.wait(0.02)

    def _drained(self, job: Job) -> None:
        """Waits until every letter was read, and looks whether its post is there."""
        until = time.perf_counter() + 300
        with sqlite3.connect(f"file:{self.server.data / 'linnet.sqlite'}?mode=ro", uri=True) as db:
            while db.execute(WAITING).fetchone()[0]:
                if time.perf_counter() > until:
                    raise SystemExit("The letters were not read within five minutes.")
                time.sleep(0.05)
            (there,) = db.execute(POSTS, (job.run,)).fetchone()
        db.close()
        if there != job.letters:
            raise SystemExit(f"Of {job.letters} posts {there} are there.")


def _neighbours(tx: Tx, rows: list[dict[str, Any]]) -> None:
    reader = tx.value(READER, handle=fill.READER)
    made = [row | {"id": new_id(), "follow": new_id(), "reader": reader} for row in rows]
    for at, row in enumerate(made):
        row["handle"] = f"{row['handle']}_{at}"
    tx.many(ACCOUNT, [{k: row[k] for k in ("id", "handle", "authority", "uri")} for row in made])
    wanted = ("id", "uri", "authority", "inbox", "key_id", "key_pem", "now")
    tx.many(ACTOR, [{k: row[k] for k in wanted} for row in made])
    tx.many(FOLLOW, [{k: row[k] for k in ("follow", "reader", "id")} for row in made])
