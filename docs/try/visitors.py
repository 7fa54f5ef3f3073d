"""Who comes by the firm's links: people, and what looks like them. Each is known beforehand for what it is."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from outside import Answer, Linnet, TryError

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:{}) Gecko/20100101 Firefox/{}"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS {0}_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{0}.1 Mobile/15E148 Safari/604.1"
MASTODON = "Mastodon/4.6.{} (http.rb/5.2.0; +https://social{}.example/) Bot"
CURL = "curl/8.5.0"
OWNER = "192.0.2.10"  # where the firm's own people sit
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()  # noqa: SIM905 # a list to read


def firefox(now: datetime) -> str:
    """What a Firefox of this year calls itself: a new one comes every four weeks."""
    version = 100 + (now - datetime(2022, 5, 3, tzinfo=UTC)).days // 29
    return FIREFOX.format(version, version)


@dataclass(frozen=True)
class Kind:
    """So many visitors of a kind: the class and rule that they must be given, '' for those that
    must not be counted, and whether they came by the link."""

    what: str
    count: int
    kind: str
    rule: str
    site: str
    linked: bool = True


def log_line(
    at: datetime,
    address: str,
    agent: str,
    path: str,
    *,
    status: int = 200,
    method: str = "GET",
    by: str = "-",
) -> str:
    """A line as a web server writes it, in the combined format."""
    when = f"{at.day:02d}/{MONTHS[at.month - 1]}/{at:%Y:%H:%M:%S %z}"
    return f'{address} - - [{when}] "{method} {path} HTTP/1.1" {status} 1234 "{by}" "{agent}"\n'


class OwnSite:
    """The firm's own website: some of its visitors let the snippet speak, all leave a line in its log."""

    def __init__(self, linnet: Linnet, site: str, code: str, now: datetime) -> None:
        self._linnet, self._site = linnet, site
        self._page = f"/rolls?ln={code}"
        self._code = code
        self._now = now
        self._agent = firefox(now)
        self._log: list[str] = []

    def visited(self) -> list[Kind]:
        """Lets everybody come; who they were. Raises TryError."""
        come: list[tuple[Callable[[str], None], Kind]] = [
            (self._with_snippet, Kind("people, seen by the page", 5, "confirmed", "R6", self._site)),
            (self._with_styles, Kind("people whose browser blocks scripts", 3, "person", "R5", self._site)),
            (self._page_alone, Kind("browsers that load nothing else", 2, "unsure", "R4", self._site)),
            (self._card, Kind("servers that draw a card", 6, "preview", "R2", self._site)),
            (self._curl, Kind("programs", 2, "machine", "R2", self._site)),
            (self._head, Kind("checks with HEAD", 2, "probe", "R0", self._site)),
            (
                self._by_itself,
                Kind("people without the link", 2, "confirmed", "R6", self._site, linked=False),
            ),
            (self._unwatched, Kind("people who asked not to be watched", 1, "", "", self._site)),
        ]
        for nth, (does, kind) in enumerate(come):
            for number in range(kind.count):
                does(f"198.51.100.{20 * nth + number + 1}")
        return [kind for _, kind in come]

    def log(self) -> str:
        """What the site's web server has written so far."""
        return "".join(self._log)

    def _write(self, address: str, agent: str, path: str, *, method: str = "GET", by: str = "-") -> None:
        self._log.append(log_line(self._now, address, agent, path, method=method, by=by))

    def _with_snippet(self, address: str) -> None:
        self._with_styles(address)
        self._says(address, "/rolls", self._code).must(204)
        self._says(address, "/order", self._code).must(204)  # the visit goes on

    def _with_styles(self, address: str) -> None:
        self._page_alone(address)
        self._write(address, self._agent, "/style.css", by=f"https://{self._site}/rolls")

    def _page_alone(self, address: str) -> None:
        self._write(address, self._agent, self._page)

    def _card(self, address: str) -> None:
        number = address.rpartition(".")[2]
        self._write(address, MASTODON.format(number, number), self._page)

    def _curl(self, address: str) -> None:
        self._write(address, CURL, self._page)

    def _head(self, address: str) -> None:
        self._write(address, IPHONE.format(18), self._page, method="HEAD")

    def _by_itself(self, address: str) -> None:
        self._says(address, "/", "").must(204)

    def _unwatched(self, address: str) -> None:
        self._says(address, "/rolls", self._code, gpc="1").must(204)

    def _says(self, address: str, path: str, code: str, gpc: str = "0") -> Answer:
        """What the snippet sends when the page was seen."""
        body = json.dumps({"ln": code, "u": f"https://{self._site}{path}", "r": ""}).encode()
        headers = {
            "User-Agent": self._agent,
            "X-Forwarded-For": address,
            "Origin": f"https://{self._site}",
            "Content-Type": "text/plain;charset=UTF-8",
            "Sec-GPC": gpc,
        }
        return self._linnet.ask("POST", "/ln", body, headers)


def follow_go_link(linnet: Linnet, code: str, target: str, site: str, owner_agent: str) -> list[Kind]:
    """Lets people and machines follow a go link; who they were. Raises TryError when somebody is
    led wrongly."""
    clicked = {
        "User-Agent": owner_agent,
        "Accept": "text/html,application/xhtml+xml,image/avif,*/*;q=0.8",
        "Accept-Language": "en",
        "Sec-Fetch-Mode": "navigate",
        "Sec-Fetch-User": "?1",
    }
    card = clicked | {"User-Agent": MASTODON.format(1, "")}
    come: list[tuple[str, dict[str, str], int, Kind]] = [
        ("GET", clicked, 302, Kind("people who clicked", 4, "person", "R5", site)),
        (
            "GET",
            {"User-Agent": owner_agent},
            302,
            Kind("a browser without its signs", 1, "unsure", "R4", site),
        ),
        ("GET", card, 200, Kind("servers that draw a card", 5, "preview", "R2", site)),
        ("GET", {"User-Agent": CURL}, 200, Kind("programs", 1, "machine", "R2", site)),
        ("GET", {}, 200, Kind("programs without a name", 1, "machine", "R2", site)),
        ("HEAD", clicked, 302, Kind("checks with HEAD", 2, "probe", "R0", site)),
        (
            "GET",
            clicked | {"Sec-Purpose": "prefetch"},
            302,
            Kind("browsers that fetch ahead", 2, "prefetch", "R1", site),
        ),
    ]
    for nth, (method, headers, status, kind) in enumerate(come):
        for number in range(kind.count):
            _follow(linnet, code, method, headers, f"203.0.113.{20 * nth + number + 1}", status, target)
    own = Kind("the owner, looking", 1, "staff", "RS", site)
    _follow(linnet, code, "GET", clicked, OWNER, 302, target)
    return [*(kind for *_, kind in come), own]


def _follow(
    linnet: Linnet, code: str, method: str, headers: dict[str, str], address: str, status: int, target: str
) -> None:
    answer = linnet.ask(method, f"/go/{code}", headers={**headers, "X-Forwarded-For": address}).must(status)
    if status == 302 and answer.headers.get("location") != target:
        raise TryError(f"The go link leads to {answer.headers.get('location')} instead of {target}.")


def counts(kinds: Sequence[Kind], *, linked: bool) -> dict[str, int]:
    """What the statement must say of these visitors: those by the links, or all."""
    of: dict[str, int] = {}
    for one in kinds:
        if one.linked or not linked:
            of[one.kind] = of.get(one.kind, 0) + one.count
    confirmed = of.get("confirmed", 0)
    machines = sum(of.get(kind, 0) for kind in ("preview", "machine", "probe", "prefetch"))
    return {
        "confirmed": confirmed,
        "probable": confirmed + of.get("person", 0),
        "unsure": of.get("unsure", 0),
        "machine": machines,
    }


def small_log(now: datetime, site: str) -> tuple[bytes, list[Kind]]:
    """A log of ten days ago to do with where none is given, and who is in it."""
    day = now - timedelta(days=10)
    agent = firefox(day)
    opera = "Opera/9.80 (Android; Opera Mini/76.0.2254/191.303; U; en) Presto/2.12.423 Version/12.16"
    lines: list[str] = []

    def add(second: int, address: str, name: str, path: str, **more: str) -> None:
        lines.append(log_line(day + timedelta(seconds=second), address, name, path, **more))

    for n in range(4):  # people; the last one has a slow line, so that the style is written down first
        add(60 * n + (9 if n == 3 else 0), f"198.51.100.{n}", agent, "/")
        add(60 * n + 1, f"198.51.100.{n}", agent, "/style.css", by=f"https://{site}/")
        add(60 * n + 20, f"198.51.100.{n}", agent, "/about.html", by=f"https://{site}/")
    add(300, "198.51.100.50", opera, "/")
    add(303, "198.51.100.50", opera, "/reset.css", by=f"https://{site}/")
    for n in range(3):
        add(400 + n, f"198.51.100.{60 + n}", agent, "/blog/", by="https://search.example/")
    for n in range(7):
        add(500 + n, f"203.0.113.{n}", "Mozilla/5.0 (compatible; Somebot/2.1; +http://bot.example/)", "/")
    for n in range(2):
        add(600 + n, f"203.0.113.{20 + n}", MASTODON.format(n, n), "/")
    for n in range(3):
        add(700 + n, f"203.0.113.{30 + n}", agent, "/wp-login.php")
        lines[-1] = lines[-1].replace(" 200 ", " 404 ")
    lines += ['"\\x16\\x03\\x01"\n', "rubbish\n"]
    kinds = [
        Kind("people", 5, "person", "R5", site, linked=False),
        Kind("browsers that load nothing else", 3, "unsure", "R4", site, linked=False),
        Kind("crawlers", 7, "machine", "R2", site, linked=False),
        Kind("servers that draw a card", 2, "preview", "R2", site, linked=False),
        Kind("who tries doors", 3, "probe", "R0", site, linked=False),
    ]
    return "".join(lines).encode(), kinds
