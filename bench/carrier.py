"""One worker that carries letters: the real postman, keys, client and database, in a process of its own.

Reads a plan as JSON, fills the queue, carries until the living have everything, prints what it took.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvloop

from linnet.db.migrate import migrate
from linnet.db.opening import open_database
from linnet.db.tx import Tx
from linnet.federation.delivery import actions, lanes
from linnet.federation.delivery.postman import Postman
from linnet.federation.keys.keyring import Keyring
from linnet.kernel.clock import now_ms
from linnet.kernel.ids import new_id
from linnet.kernel.settings import Settings, load
from linnet.net.client import Client

NAME = "h{}.bench.example"
WORDS = "Fresh rye from the oven at six, come by early and bring a friend along. " * 2
ACTIVITY = """INSERT INTO activity (id, account_id, kind, object_uri, body, created_at, inboxes, hosts, followers)
    VALUES (:id, 0, 'Create', :about, :body, :now, :n, :n, :n)"""
DELIVERY = """INSERT INTO delivery (host, id, activity_id, inbox, followers, created_at)
    VALUES (:host, :id, :activity_id, :inbox, 1, :now)"""
PEER = "INSERT INTO peer (host, waiting, next_at) VALUES (:host, :n, :now)"
LEFT = "SELECT COUNT(*) FROM delivery WHERE host LIKE :port"
DONE = "SELECT SUM(inboxes_done) FROM activity"


@dataclass(frozen=True)
class Spec:
    """`letters` activities, each to `inboxes` inboxes on each of `hosts` hosts; of these the last `silent`
    never answer and the `refusing` before them cannot be connected to. `filler`: rows written straight
    into the queue beforehand, for hosts that are not due."""

    hosts: int
    letters: int = 1
    inboxes: int = 1
    silent: int = 0
    refusing: int = 0
    filler: int = 0


def note(id: str) -> bytes:
    """A Create of about the usual size."""
    actor = "https://linnet.bench.example/ap/users/1"
    made = {
        "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
        "id": f"{actor}/posts/{id}/activity",
        "type": "Create",
        "actor": actor,
        "to": ["https://www.w3.org/ns/activitystreams#Public"],
        "cc": [f"{actor}/followers"],
        "object": {
            "id": f"{actor}/posts/{id}",
            "type": "Note",
            "attributedTo": actor,
            "content": f"<p>{WORDS}</p>",
            "contentMap": {"en": f"<p>{WORDS}</p>"},
            "published": "2026-10-26T07:33:20Z",
            "tag": [],
        },
    }
    return json.dumps(made).encode()


class Carrier:
    """A queue in a folder, and the one who empties it."""

    def __init__(self, settings: Settings, ports: tuple[int, int], spec: Spec) -> None:
        self._settings = settings
        self._taking, self._silent = ports
        self._spec = spec
        self.db = open_database(settings)
        migrate(self.db, now_ms())

    def host(self, number: int) -> str:
        """Its authority; the port says how it behaves."""
        spec = self._spec
        port = self._taking
        if number >= spec.hosts - spec.silent:
            port = self._silent
        elif number >= spec.hosts - spec.silent - spec.refusing:
            port = 1
        return f"{NAME.format(number)}:{port}"

    def fill(self) -> None:
        """What is measured, as `send` writes it, and the filler beside it."""
        if self._spec.filler:
            self.db.write_now(self._filler)
        inboxes = [
            f"https://{self.host(number)}/users/{user}/inbox"
            for number in range(self._spec.hosts)
            for user in range(self._spec.inboxes)
        ]
        for letter in range(self._spec.letters):
            self.db.write_now(
                actions.send,
                account_id=0,
                kind="Create",
                object_uri=f"https://linnet.bench.example/{letter}",
                body=note(str(letter)),
                inboxes=dict.fromkeys(inboxes, 1),
                post_id=None,
                now=now_ms(),
            )

    def _filler(self, tx: Tx) -> None:
        """For 2,000 hosts that are due in an hour."""
        hosts, later = 2_000, now_ms() + 3_600_000
        each = self._spec.filler // hosts

        def rows() -> Iterator[dict[str, Any]]:
            for letter in range(each):
                id = new_id()
                body = note(f"filler{letter}").decode()
                tx.run(
                    ACTIVITY,
                    id=id,
                    about=f"https://linnet.bench.example/filler{letter}",
                    body=body,
                    now=1,
                    n=hosts,
                )
                for number in range(hosts):
                    host = f"filler{number}.bench.example"
                    inbox = f"https://{host}/inbox"
                    yield {"host": host, "id": new_id(), "activity_id": id, "inbox": inbox, "now": 1}

        tx.many(DELIVERY, rows())
        tx.many(PEER, [{"host": f"filler{n}.bench.example", "n": each, "now": later} for n in range(hosts)])

    async def carry(self) -> dict[str, float]:
        """Until the living have everything: seconds to the first letter, and to the last."""
        names = Names()
        client = Client(self._settings, resolver=names, places=lanes.MOST)
        keyring = Keyring(self._settings.data, self._settings.url)
        await keyring.signer(self.db, 0)
        spec = self._spec
        living = (spec.hosts - spec.silent - spec.refusing) * spec.letters * spec.inboxes
        begun = time.perf_counter()
        before = time.process_time()
        postman = Postman(self.db, client, keyring, self._settings)
        postman.start()
        first = 0.0
        while True:
            await asyncio.sleep(0.02)
            done = await self.db.read(self._done)
            if done and not first:
                first = time.perf_counter() - begun
            if done >= living:
                break
        took = time.perf_counter() - begun
        cpu = time.process_time() - before
        await postman.stop()
        await client.close()
        return {"first": first, "took": took, "cpu": cpu, "letters": living}

    @staticmethod
    def _done(tx: Tx) -> int:
        return int(tx.value(DONE) or 0)

    def exchanges(self, rounds: int = 100) -> list[float]:
        """ms that a postman's exchange takes, with nothing but the queue in the way."""
        times = []
        for _ in range(rounds):
            begun = time.perf_counter()
            turns, _ = self.db.write_now(actions.exchange, [], [], want=8, known=(), now=now_ms(), jitter=0.0)
            over = [actions.Over(turn) for turn in turns]
            self.db.write_now(actions.exchange, [], over, want=0, known=(), now=now_ms(), jitter=0.0)
            times.append((time.perf_counter() - begun) * 1000)
        return sorted(times)


class Names:
    """Everybody lives here."""

    async def __call__(self, _host: str, _port: int) -> list[str]:
        return ["127.0.0.1"]


def most_memory() -> int:
    """Bytes of RAM that this process had at most. (`ru_maxrss` begins with what its parent had.)"""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))


def main() -> None:
    asked = json.load(sys.stdin)
    folder, spec = Path(asked["folder"]), Spec(**asked["spec"])
    settings = load(
        {
            "LINNET_DATA": str(folder),
            "LINNET_URL": "https://linnet.bench.example",
            "LINNET_ALLOW_NETWORKS": "127.0.0.0/8",
            **({"LINNET_DATABASE": asked["database"]} if asked.get("database") else {}),
        },
        folder,
    )
    carrier = Carrier(settings, tuple(asked["ports"]), spec)
    carrier.fill()
    carrier.db.close()
    begun = time.perf_counter()
    carrier = Carrier(settings, tuple(asked["ports"]), spec)  # opened again: what a start costs
    opened = time.perf_counter() - begun
    said: dict[str, Any] = {"opened": opened}
    if asked.get("exchanges"):
        said["exchanges"] = carrier.exchanges()
    else:
        said |= uvloop.run(carrier.carry())  # as the server does
    carrier.db.close()
    said["memory"] = most_memory()
    json.dump(said, sys.stdout)


if __name__ == "__main__":
    main()
