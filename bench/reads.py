"""How every other kind of reading grows: the same questions at three sizes of the database, one at a time."""

import http.client
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import fill
from bench.cases import Line, say
from bench.server import Server

AT_MOST = 50.0  # ms, 95 of 100 at the largest size
QUESTIONS = {
    "everybody's posts": "/api/v1/timelines/public",
    "everybody's posts, of this server": "/api/v1/timelines/public?local=true",
    "… with pictures (there are none)": "/api/v1/timelines/public?only_media=true",
    "everybody's posts, a year back": "/api/v1/timelines/public?max_id={middle}",
    "posts with a tag of every tenth": "/api/v1/timelines/tag/bread",
    "… a year back": "/api/v1/timelines/tag/bread?max_id={middle}",
    "posts with a tag of every thousandth": "/api/v1/timelines/tag/seldom",
    "home, a year back": "/api/v1/timelines/home?max_id={middle}",
    "posts of an account that writes much": "/api/v1/accounts/{busy}/statuses",
    "… without answers": "/api/v1/accounts/{busy}/statuses?exclude_replies=true",
    "… with pictures (it has none)": "/api/v1/accounts/{busy}/statuses?only_media=true",
    "… with a tag": "/api/v1/accounts/{busy}/statuses?tagged=seldom",
    "posts of an account that writes seldom": "/api/v1/accounts/{quiet}/statuses",
    "a post with its talk": "/api/v1/statuses/{post}/context",
    "notices": "/api/v1/notifications",
    "notices, together": "/api/v2/notifications",
    "notices of a kind that there is none of": "/api/v1/notifications?types[]=poll",
    "favourites": "/api/v1/favourites",
    "bookmarks": "/api/v1/bookmarks",
    "followers of 1,000": "/api/v1/accounts/{firm}/followers",
    "search for posts, a word of every sixth": "/api/v2/search?q=bread&type=statuses",
    "… two words": "/api/v2/search?q=bread+rye&type=statuses",
    "… a word that nobody wrote": "/api/v2/search?q=zebra&type=statuses",
    "search for people": "/api/v2/search?q=neighbour&type=accounts",
    "search for tags": "/api/v2/search?q=bre&type=hashtags",
    "people to follow": "/api/v2/suggestions",
    "people in the directory, local": "/api/v1/directory?order=active&local=true",
    "people in the directory": "/api/v1/directory?order=active",
    "page of an account": "/@{busy_handle}",
    "page of a post": "/@{busy_handle}/{busy_post}",
    "page of a tag": "/tags/bread",
    "instance": "/api/v2/instance",
    "what runs here, for other servers": "/nodeinfo/2.1",
}


@dataclass(frozen=True)
class Sizes:
    posts: tuple[int, ...] = (10_000, 100_000, 1_000_000)
    times: int = 40
    cores: tuple[int, int] | None = (0, 1)


class Reads:
    """One server whose database grows from size to size, and one reader."""

    def __init__(self, sizes: Sizes, folder: Path) -> None:
        self.sizes = sizes
        self.server = Server(folder / "reads", sizes.cores[0] if sizes.cores else None)

    def lines(self) -> Iterable[Line]:
        self.server.set_up()
        found: dict[str, list[float]] = {what: [] for what in QUESTIONS}
        for posts in self.sizes.posts:
            say(f"filling up to {posts:,} posts")
            fill.fill(self.server.environment, posts)
            fill.strangers(self.server.environment, posts // 20)
            token = self.server.token(fill.READER)
            self.server.start()
            try:
                for what, taken in self._ask_all(token):
                    found[what].append(taken)
            finally:
                self.server.stop()
        for what, taken in found.items():
            shown = " · ".join(f"{ms:.1f}" for ms in taken)
            yield Line(what, f"{shown} ms", f"≤ {AT_MOST:.0f} ms", taken[-1] <= AT_MOST)

    def _ask_all(self, token: str) -> Iterable[tuple[str, float]]:
        reader = Reader(self.server.port, token)
        names = reader.names()
        for what, path in QUESTIONS.items():
            yield what, reader.p95(path.format(**names), self.sizes.times)


class Reader:
    """One person, one connection."""

    def __init__(self, port: int, token: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self._token = token

    def names(self) -> dict[str, Any]:
        """Ids that stand for what the questions are about."""

        newest = self._json("/api/v1/timelines/public?limit=40")
        oldest = self._json("/api/v1/timelines/public?limit=1&min_id=1")
        accounts = {s["account"]["id"]: s["account"] for s in newest}.values()
        much = max(accounts, key=lambda a: a["statuses_count"])
        little = self._json("/api/v1/accounts/lookup?acct=town0")
        firm = self._json("/api/v1/accounts/lookup?acct=bench")
        middle = (int(newest[0]["id"]) + int(oldest[0]["id"])) // 2
        own = self._json(f"/api/v1/accounts/{much['id']}/statuses?limit=1")
        return {
            "middle": middle,
            "busy": much["id"],
            "busy_handle": much["acct"],
            "quiet": little["id"],
            "firm": firm["id"],
            "post": newest[0]["id"],
            "busy_post": own[0]["id"],
        }

    def p95(self, path: str, times: int) -> float:
        """ms, after three that do not count."""
        taken = []
        for _ in range(times + 3):
            begun = time.perf_counter()
            status, _ = self._get(path)
            taken.append((time.perf_counter() - begun) * 1000)
            if status != 200:
                raise SystemExit(f"{path} answers {status}")
            if sum(taken) > 20_000:
                break
        return sorted(taken[3:] or taken)[int(len(taken[3:] or taken) * 0.95)]

    def _get(self, path: str) -> tuple[int, bytes]:
        self._connection.request("GET", path, headers={"Authorization": f"Bearer {self._token}"})
        answer = self._connection.getresponse()
        return answer.status, answer.read()

    def _json(self, path: str) -> Any:
        status, body = self._get(path)
        if status != 200:
            raise SystemExit(f"{path} answers {status}: {body[:200]!r}")
        return json.loads(body)
