"""What is promised (issue 2, part 5), each as a case that measures it."""

import http.client
import json
import sqlite3
import statistics
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bench import fill
from bench.load import Result, Spec, run
from bench.server import Server

HOME = "/api/v1/timelines/home?limit=20"
POST = "/api/v1/statuses"
TEXT = "Fresh+rye+from+the+oven+at+six%2C+come+by+early+and+bring+a+friend+along"  # a form field


@dataclass(frozen=True)
class Plan:
    """How much is done. `cores`: of the server and of the load; None where there is only one."""

    sizes: tuple[int, int, int] = (10_000, 100_000, 1_000_000)
    seconds: float = 4.0
    rounds: int = 3
    fan_outs: int = 60
    cores: tuple[int, int] | None = (0, 1)


@dataclass(frozen=True)
class Line:
    """One line of the table. `good` None: there is no promise to keep."""

    what: str
    measured: str
    target: str
    good: bool | None


class Bench:
    """One run: a server whose database grows from size to size."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        self.plan = plan
        server_core, self._load_core = plan.cores or (None, None)
        self.server = Server(folder / "data", server_core)
        self._homes: dict[int, float] = {}
        self._tokens: dict[str, str] = {}

    def lines(self) -> Iterable[Line]:
        """Every line, as soon as it is known."""
        small, middle, large = self.plan.sizes
        say("setting up")
        self.server.set_up()
        try:
            self._measure_home(small)
            yield from self._full(middle)
            self._measure_home(large)
            yield self._growth()
        finally:
            self.server.stop()

    def _grow(self, posts: int) -> None:
        say(f"filling up to {posts:,} posts")
        fill.fill(self.server.environment, posts)
        for handle in ("bench", fill.READER, fill.WRITER, fill.LAST):
            self._tokens.setdefault(handle, self.server.token(handle))

    def _measure_home(self, posts: int) -> None:
        """The home page alone, at one size."""
        self._grow(posts)
        self.server.start()
        self._homes[posts] = middle_of([self._home() for _ in range(self.plan.rounds)]).rate
        self.server.stop()

    def _full(self, posts: int) -> Iterable[Line]:
        """Everything, at the middle size."""
        self._grow(posts)
        yield self._cold_start(posts)
        self.server.start()
        yield from self._home_and_constant(posts)
        yield from self._fan_out()
        yield from self._posting()
        yield self._memory()
        self.server.stop()

    def _cold_start(self, posts: int) -> Line:
        say("cold starts")
        seconds = []
        for _ in range(self.plan.rounds):
            seconds.append(self.server.start(plain=True))
            self.server.stop()
        worst = max(seconds)
        return Line(
            f"start of `linnet serve` to the first answer, {posts:,} posts",
            f"{worst:.2f} s",
            "< 1.5 s",
            worst < 1.5,
        )

    def _home(self) -> Result:
        return self._load(HOME, token=self._tokens[fill.READER])

    def _home_and_constant(self, posts: int) -> Iterable[Line]:
        """Turn by turn, so that both meet the same machine."""
        say("home timeline against a constant")
        homes, constants = [], []
        for _ in range(self.plan.rounds):
            homes.append(self._home())
            constants.append(self._load(f"/bench/constant/{homes[-1].size}"))
        home, constant = middle_of(homes), middle_of(constants)
        self._homes[posts] = home.rate
        share = home.rate / constant.rate
        size = f"{home.size / 1000:.0f} kB"
        yield Line(
            f"home timeline of 20 posts ({size})", f"{home.rate:,.0f} /s", "≥ 6,000 /s", home.rate >= 6000
        )
        yield Line("… 99 of 100 answered within", f"{home.p99:.1f} ms", "< 10 ms", home.p99 < 10)
        yield Line("… a constant body of that size, same server", f"{constant.rate:,.0f} /s", "", None)
        yield Line("… home as a share of that", f"{share:.0%}", "≥ 40 %", share >= 0.4)

    def _fan_out(self) -> Iterable[Line]:
        """One after the other by the firm; the last of its followers asks until the post is there."""
        say(f"posting to {fill.TOWN:,} followers")
        firm, last = self._client("bench"), self._client(fill.LAST)
        acknowledged, seen = [], []
        for number in range(self.plan.fan_outs):
            begun = time.perf_counter()
            id = firm.ask("POST", POST, f"status={TEXT}+{number}")["id"]
            acknowledged.append((time.perf_counter() - begun) * 1000)
            while last.ask("GET", "/api/v1/timelines/home?limit=1")[0]["id"] != id:
                time.sleep(0.001)
                if time.perf_counter() - begun > 5:
                    raise SystemExit("A post did not reach its follower's home within 5 s.")
            seen.append((time.perf_counter() - begun) * 1000)
        p95, worst = sorted(acknowledged)[int(len(acknowledged) * 0.95)], max(seen)
        yield Line(
            f"post with {fill.TOWN:,} local followers: on disk, p95", f"{p95:.1f} ms", "< 30 ms", p95 < 30
        )
        yield Line("… in the home of the last of them, slowest", f"{worst:.1f} ms", "≤ 200 ms", worst <= 200)

    def _posting(self) -> Iterable[Line]:
        say("posting from 16 connections")
        before = self._database_bytes()
        done = self._load(POST, token=self._tokens[fill.WRITER], text=TEXT)
        (posts_before, bytes_before), (posts_after, bytes_after) = before, self._database_bytes()
        each = (bytes_after - bytes_before) / (posts_after - posts_before)
        good = done.rate >= 200 and not done.failed
        yield Line("posting, durable, 16 connections", f"{done.rate:,.0f} /s", "≥ 200 /s", good)
        yield Line("… 99 of 100 acknowledged within", f"{done.p99:.1f} ms", "", None)
        yield Line(
            f"database per short post ({fill.WRITER_FOLLOWERS} followers, index, keys)",
            f"{each:,.0f} B",
            "< 3,000 B",
            each < 3000,
        )

    def _memory(self) -> Line:
        used = self.server.memory() / 1e6
        count = len(self.server.processes())
        return Line(
            f"memory of its {count} processes after all that (RSS)", f"{used:.0f} MB", "< 150 MB", used < 150
        )

    def _growth(self) -> Line:
        rates = list(self._homes.values())
        within = (max(rates) - min(rates)) / max(rates)
        shown = " · ".join(f"{rate:,.0f}" for rate in rates)
        sizes = " · ".join(f"{size:,}" for size in self._homes)
        return Line(
            f"home at {sizes} posts", f"{shown} /s ({within:.0%} apart)", "within 20 %", within <= 0.2
        )

    def _load(self, path: str, *, token: str = "", text: str = "") -> Result:
        spec = Spec(self.server.port, path, token=token, text=text, seconds=self.plan.seconds)
        done = run(spec, self._load_core)
        if done.failed:
            say(f"{done.failed} of {done.requests} answers to {path} were refusals")
        return done

    def _client(self, handle: str) -> "Client":
        return Client(self.server.port, self._tokens[handle])

    def _database_bytes(self) -> tuple[int, int]:
        """Posts, and bytes of the pages in use."""
        with sqlite3.connect(f"file:{self.server.data / 'linnet.sqlite'}?mode=ro", uri=True) as db:
            (posts,) = db.execute("SELECT COUNT(*) FROM post").fetchone()
            (pages,) = db.execute("PRAGMA page_count").fetchone()
            (free,) = db.execute("PRAGMA freelist_count").fetchone()
            (size,) = db.execute("PRAGMA page_size").fetchone()
        db.close()
        return posts, (pages - free) * size


class Client:
    """One person with one connection."""

    def __init__(self, port: int, token: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._token = token

    def ask(self, method: str, path: str, body: str = "") -> dict[str, str] | list[dict[str, str]]:
        headers = {"Authorization": f"Bearer {self._token}"}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, path, body or None, headers)
        answer = self._connection.getresponse()
        data = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{method} {path}: {answer.status} {data[:300]!r}")
        return json.loads(data)


def middle_of(results: list[Result]) -> Result:
    """The round with the middle rate."""
    rate = statistics.median_low([result.rate for result in results])
    return next(result for result in results if result.rate == rate)


def say(what: str) -> None:
    print(f"… {what}", file=sys.stderr, flush=True)
