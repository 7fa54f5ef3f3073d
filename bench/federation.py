"""What is promised of deliveries to other servers: one real worker (keys, signatures, TLS, database) against a
thousand servers that are one process on loopback, under a certificate authority made for the run."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from bench.carrier import Spec
from bench.cases import Line, say

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Sizes:
    """How much is done. `cores`: of the worker and of the others; None where there is only one."""

    kept: tuple[int, int] = (50, 200)  # hosts, letters to each
    fresh: int = 1_000
    hosts: int = 1_000
    followers: int = 10  # on each
    queue: int = 1_000_000
    cores: tuple[int, int] | None = (0, 1)


class Outbox:
    """One run."""

    def __init__(self, sizes: Sizes, folder: Path) -> None:
        self.sizes = sizes
        self._folder = folder
        self._runs = 0
        self._memory = 0.0

    def lines(self) -> Iterable[Line]:
        """Every line, as soon as it is known."""
        authority, certificate = certificates(self._folder)
        self._environment = {"PATH": os.environ["PATH"], "SSL_CERT_FILE": str(authority)}
        with subprocess.Popen(
            [*self._pin(1), sys.executable, "-m", "bench.sink", str(certificate)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        ) as self._sink:
            try:
                self._ports = json.loads(self._sink.stdout.readline())
                yield from self._rates()
                yield from self._post()
                yield from self._queue()
                used = self._memory / 1e6
                yield Line("memory of the worker, at most (RSS)", f"{used:.0f} MB", "< 256 MB", used < 256)
            finally:
                self._sink.terminate()

    def _rates(self) -> Iterable[Line]:
        hosts, letters = self.sizes.kept
        said = self._run(Spec(hosts, letters=letters))
        rate = said["letters"] / said["took"]
        yield Line(
            f"deliveries over kept connections ({hosts} hosts, {letters} letters each)",
            f"{rate:,.0f} /s ({said['cpu'] / said['letters'] * 1000:.1f} ms of CPU each)",
            "≥ 300 /s",
            rate >= 300,
        )
        said = self._run(Spec(self.sizes.fresh))
        rate = said["letters"] / said["took"]
        yield Line(
            f"deliveries over new TLS connections ({self.sizes.fresh:,} hosts, one letter each)",
            f"{rate:,.0f} /s ({said['cpu'] / said['letters'] * 1000:.1f} ms of CPU each)",
            "≥ 100 /s",
            rate >= 100,
        )

    def _post(self) -> Iterable[Line]:
        hosts, each = self.sizes.hosts, self.sizes.followers
        said = self._run(Spec(hosts, inboxes=each))
        what = f"a post to {hosts * each:,} followers on {hosts:,} hosts"
        yield Line(
            f"{what}, none with a shared inbox: all have it",
            f"{said['took']:.1f} s",
            "≤ 60 s",
            said["took"] <= 60,
        )
        silent, refusing = hosts // 4, hosts // 2 - hosts // 4
        said = self._run(Spec(hosts, inboxes=each, silent=silent, refusing=refusing))
        yield Line(
            f"… half of the hosts dead ({silent} hang, {refusing} refuse): the living have it",
            f"{said['took']:.1f} s",
            "≤ 90 s",
            said["took"] <= 90,
        )
        said = self._run(Spec(hosts, inboxes=each, silent=hosts // 2))
        yield Line(
            "… half of the hosts dead, all of which hang: the living have it",
            f"{said['took']:.1f} s",
            "≤ 90 s",
            said["took"] <= 90,
        )

    def _queue(self) -> Iterable[Line]:
        rows = self.sizes.queue
        said = self._run(Spec(100, filler=rows))
        start = said["opened"] + said["first"]
        yield Line(
            f"start with {rows:,} rows in the queue: the first letter is out",
            f"{start:.2f} s",
            "≤ 10 s",
            start <= 10,
        )
        few = self._run(Spec(100, letters=20, filler=rows // 100), exchanges=True)["exchanges"]
        many = self._run(Spec(100, letters=20, filler=rows), exchanges=True)["exchanges"]
        middle = [times[len(times) // 2] for times in (few, many)]
        yield Line(
            f"claiming 8 hosts and letting them go, {rows // 100:,} · {rows:,} rows in the queue",
            f"{middle[0]:.1f} · {middle[1]:.1f} ms",
            "the same",
            middle[1] < middle[0] * 2,
        )

    def _run(self, spec: Spec, *, exchanges: bool = False) -> dict[str, float]:
        say(f"{spec}")
        self._runs += 1
        folder = self._folder / f"run{self._runs}"
        folder.mkdir()
        asked = {"folder": str(folder), "spec": asdict(spec), "ports": self._ports, "exchanges": exchanges}
        done = subprocess.run(
            [*self._pin(0), sys.executable, "-m", "bench.carrier"],
            input=json.dumps(asked),
            capture_output=True,
            text=True,
            env=self._environment,
            cwd=ROOT,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"The worker failed:\n{done.stderr[-3000:]}")
        shutil.rmtree(folder)
        said = json.loads(done.stdout)
        if not exchanges:
            self._check(said["letters"])
        self._memory = max(self._memory, said["memory"])
        return said

    def _check(self, letters: float) -> None:
        self._sink.stdin.write("\n")
        self._sink.stdin.flush()
        counted = json.loads(self._sink.stdout.readline())
        if counted["letters"] != letters or counted["doubles"]:
            raise SystemExit(f"{letters} letters were written down as delivered, but {counted} arrived.")

    def _pin(self, which: int) -> list[str]:
        cores = self.sizes.cores
        return ["taskset", "-c", str(cores[which])] if cores and shutil.which("taskset") else []


def certificates(folder: Path) -> tuple[Path, Path]:
    """A certificate authority, and a certificate with its key for every host of the run."""
    key, name = ec.generate_private_key(ec.SECP256R1()), _name("Linnet bench")
    root = _certificate(name, name, key.public_key(), authority=True).sign(key, SHA256())
    own = ec.generate_private_key(ec.SECP256R1())
    leaf = _certificate(_name("bench.example"), name, own.public_key(), authority=False).sign(key, SHA256())
    authority, chain = folder / "authority.pem", folder / "sink.pem"
    authority.write_bytes(root.public_bytes(Encoding.PEM))
    private = own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    chain.write_bytes(private + leaf.public_bytes(Encoding.PEM))
    return authority, chain


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, *, authority: bool
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if authority:
        return made
    return made.add_extension(x509.SubjectAlternativeName([x509.DNSName("*.bench.example")]), critical=False)
