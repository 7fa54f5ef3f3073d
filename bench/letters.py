"""Letters from an invented world, signed for real, sent to a running server. A process of its own:
`python -m bench.letters` reads a JSON `Job` and prints a JSON `Said`."""

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass, field

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from linnet.federation.signing import signatures

KEYS = 16  # RSA keys that the actors share between them: what is measured is checking, not making
TEXT = "Bread and butter, and butter on bread. " * 8


@dataclass
class Job:
    """What to send. `url`: the server's public address; actors are `https://hostN.example/users/M`."""

    port: int
    url: str
    actors: int
    hosts: int
    letters: int
    connections: int
    form: str
    run: str
    keys: list[str]


@dataclass
class Said:
    """What came of it. Times in ms."""

    took: float = 0.0
    p95: float = 0.0
    statuses: dict[str, int] = field(default_factory=dict)


class Signer:
    """One actor's."""

    def __init__(self, number: int, hosts: int, key: rsa.RSAPrivateKey) -> None:
        self.uri = f"https://host{number % hosts}.example/users/{number}"
        self.key_id = f"{self.uri}#main-key"
        self._key = key

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data, PKCS1v15(), SHA256())


def new_keys() -> list[str]:
    """Private keys as PEM."""
    made = (rsa.generate_private_key(65537, 2048) for _ in range(KEYS))
    return [key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode() for key in made]


def signers(job: Job) -> list[Signer]:
    keys = [load_pem_private_key(pem.encode(), None) for pem in job.keys]
    return [Signer(number, job.hosts, keys[number % len(keys)]) for number in range(job.actors)]


def letter(job: Job, who: Signer, number: int, now: int) -> bytes:
    """A Create of a public post, as it goes over the wire."""
    to, cc = ["https://www.w3.org/ns/activitystreams#Public"], [f"{who.uri}/followers"]
    note = {
        "id": f"{who.uri}/notes/{job.run}-{number}",
        "type": "Note",
        "attributedTo": who.uri,
        "content": f"<p>{TEXT}</p>",
        "contentMap": {"en": f"<p>{TEXT}</p>"},
        "published": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now // 1000)),
        "to": to,
        "cc": cc,
        "tag": [],
        "attachment": [],
    }
    activity = {
        "@context": ["https://www.w3.org/ns/activitystreams", {"sensitive": "as:sensitive"}],
        "id": f"{who.uri}/activities/{job.run}-{number}",
        "type": "Create",
        "actor": who.uri,
        "published": note["published"],
        "to": to,
        "cc": cc,
        "object": note,
    }
    body = json.dumps(activity).encode()
    headers = signatures.sign(who, job.form, "POST", f"{job.url}/ap/inbox", body, now)
    lines = [f"{name}: {value}\r\n" for name, value in headers.items()]
    head = (
        f"POST /ap/inbox HTTP/1.1\r\n{''.join(lines)}Content-Length: {len(body)}\r\nUser-Agent: bench\r\n\r\n"
    )
    return head.encode() + body


async def send(job: Job, letters: list[bytes]) -> Said:
    said, times = Said(), []

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", job.port)
        while letters:
            data = letters.pop()
            begun = time.perf_counter()
            writer.write(data)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            size = next(
                (int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"content-length:")), 0
            )
            if size:
                await reader.readexactly(size)
            times.append((time.perf_counter() - begun) * 1000)
            status = head[9:12].decode()
            said.statuses[status] = said.statuses.get(status, 0) + 1
        writer.close()

    begun = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(job.connections)))
    said.took = (time.perf_counter() - begun) * 1000
    said.p95 = sorted(times)[int(len(times) * 0.95)]
    return said


def main() -> int:
    job = Job(**json.loads(sys.stdin.readline()))
    who, now = signers(job), int(time.time() * 1000)
    letters = [letter(job, who[number % len(who)], number, now) for number in range(job.letters)]
    print("ready", flush=True)
    sys.stdin.readline()
    print(json.dumps(asdict(asyncio.run(send(job, letters)))), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
