"""A real server in a folder of its own, pinned to one core."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
LINNET = Path(sys.executable).with_name("linnet")
PATIENCE = 60.0  # seconds for a start

_SETUP = (
    "--firm Bench --handle bench --site https://bench.example --time-zone Europe/Berlin --currency EUR "
    "--hourly-cost 40 --name Owner --email owner@bench.example --start today --password-stdin"
)
SETUP = _SETUP.split()


class Server:
    """The server of one data folder. `core`: where its processes run; None leaves that open."""

    def __init__(self, folder: Path, core: int | None) -> None:
        self.port = _free_port()
        self.data = folder
        self._core = core
        self._process: subprocess.Popen[bytes] | None = None
        self._log = (folder.parent / f"{folder.name}.log").open("ab")
        kept = {key: value for key, value in os.environ.items() if not key.startswith("LINNET_")}
        self.environment = kept | {
            "LINNET_DATA": str(folder),
            "LINNET_BIND": f"127.0.0.1:{self.port}",
            "LINNET_URL": f"http://127.0.0.1:{self.port}",
            "LINNET_LOG_LEVEL": "warning",
        }

    def command(self, *arguments: str, stdin: str = "") -> str:
        """Runs `linnet ...`; answers what it printed."""
        done = subprocess.run(
            [LINNET, *arguments],
            input=stdin.encode(),
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"linnet {' '.join(arguments)}: {done.stderr.decode()}")
        return done.stdout.decode().strip()

    def set_up(self) -> None:
        self.command("setup", *SETUP, stdin="a-long-enough-secret-7\n")

    def token(self, handle: str) -> str:
        return self.command("token", "create", "--account", handle, "--scopes", "read write follow")

    def start(self, *, plain: bool = False) -> float:
        """Seconds until the first answer. `plain`: `linnet serve` itself, without the constant route."""
        command = [str(LINNET), "serve"] if plain else [sys.executable, "-m", "bench.run"]
        pin = ["taskset", "-c", str(self._core)] if self._core is not None and shutil.which("taskset") else []
        begun = time.perf_counter()
        self._process = subprocess.Popen(
            [*pin, *command], env=self.environment, cwd=ROOT, stdout=self._log, stderr=self._log
        )
        while time.perf_counter() - begun < PATIENCE:
            if self._process.poll() is not None:
                break
            if self._answers():
                return time.perf_counter() - begun
            time.sleep(0.005)
        said = Path(self._log.name).read_text(errors="replace")[-3000:]
        raise SystemExit(f"The server did not start. It said:\n{said}")

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                for pid in self.processes():
                    os.kill(pid, signal.SIGKILL)
                self._process.wait()
            self._process = None

    def processes(self) -> list[int]:
        """The parent and all below it."""
        return _family(self._process.pid) if self._process else []

    def memory(self) -> int:
        """Bytes of RAM of all its processes (RSS; what they share is counted more than once)."""
        return sum(_resident(pid) for pid in self.processes())

    def spent(self) -> float:
        """Seconds of a core that its processes took so far."""
        return sum(_spent(pid) for pid in self.processes())

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/health")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _family(pid: int) -> list[int]:
    try:
        children = [
            int(child)
            for task in Path(f"/proc/{pid}/task").iterdir()
            for child in (task / "children").read_text().split()
        ]
    except OSError:
        return []
    return [pid, *(found for child in children for found in _family(child))]


def _spent(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:")), 0)
