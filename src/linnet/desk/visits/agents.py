"""What a User-Agent header says, cut down to what may be kept: family and major version of a
browser, the kind of device, or the name, version and host of the server that looks at a link.

Pure. The crawler list is the package `crawler-user-agents` (MIT); what it lacks is here.
"""

import re
from functools import lru_cache

from crawleruseragents import is_crawler

from linnet.desk.links.rules import is_address
from linnet.kernel.clock import DAY
from linnet.kernel.value import Value

LONGEST = 1000  # characters looked at: browsers stay below 300


class Agent(Value, frozen=True, omit_defaults=True):
    """The features of a User-Agent that the rules read. Nothing here can name a person."""

    empty: bool = False
    browser_like: bool = False  # begins as the browsers of people do
    address: bool = False  # has an address in it, as well-behaved programs do
    word: str = ""  # of WORDS
    listed: bool = False  # the crawler list knows it
    software: str = ""  # a server of the social web, with what it says of itself
    version: str = ""
    host: str = ""
    family: str = ""  # browser
    major: int = 0
    device: str = ""  # phone | tablet | desktop

    @property
    def label(self) -> str:
        """For people: "Firefox 140, desktop", "Mastodon 4.6.0, freiburg.social"."""
        if self.software:
            name = f"{self.software} {self.version}".strip()
            return f"{name}, {self.host}" if self.host else name
        if self.empty or not self.browser_like or self.word or self.listed or self.address:
            return "a program"
        name = f"{self.family} {self.major or ''}".strip() or "an unknown browser"
        return f"{name}, {self.device}"


# Servers that fetch a link to draw its card, as they name themselves. The crawler list misses most
# of them. "Name/1.2 (+https://host)", "Name 1.2; https://host <mail>", "(Name/1.2; +https://host/)".
SOFTWARE = (
    "Mastodon", "Pleroma", "Akkoma", "Misskey", "Calckey", "Firefish", "Sharkey", "Iceshrimp",
    "GoToSocial", "Lemmy", "PieFed", "Mbin", "Kbin", "Friendica", "Hubzilla", "Streams", "PeerTube",
    "Pixelfed", "Mobilizon", "WriteFreely", "snac", "honk", "Takahe", "Mitra", "BookWyrm", "Funkwhale",
    "Owncast", "Bonfire", "Smithereen", "NodeBB", "Hollo", "Linnet", "SummalyBot", "Bluesky Cardyb",
)  # fmt: skip
_SOFTWARE = re.compile(
    rf"(?<![A-Za-z])({'|'.join(map(re.escape, SOFTWARE))})(?:\s'[^']{{0,60}}'\s|[/ ]v?)"
    r"(\d+(?:\.\d+){0,2})?",
    re.IGNORECASE,
)
_NAMES = {name.lower(): name for name in SOFTWARE}
_HOST = re.compile(r"\+?https?://([a-z0-9.-]{1,253})(?::\d{1,5})?(?=[/;)\s,>]|$)", re.IGNORECASE)
_LIBRARIES = {"SummalyBot"}  # gives the address of its own source, not of the server

# How browsers begin: all of today's, and Opera Mini, which many cheap telephones come with.
_BROWSERS = ("Mozilla/5.0", "Opera/9.80 (")

# Parts of words that no browser of a person has. "bot" not in CUBOT, which makes telephones.
WORDS = (
    r"(?<!cu)bots?(?![a-z])", "crawl", "spider", "slurp", "preview", "fetch", "scanner", "monitor",
    "headless", "phantomjs", "lighthouse", "pingdom", "uptime", "curl", "wget", "python", "perl",
    "ruby", "java/", "okhttp", "go-http", "libwww", "httpclient", "node-", "axios", "guzzle",
    "feed", r"\brss\b", "favicon", "archive", "validator", "checker", "facebookexternalhit", "externalagent",
    r"trident/5\.0;  wow64",  # Bing, looking at pages as an Internet Explorer, with two spaces too many
)  # fmt: skip
_WORDS = re.compile("|".join(WORDS), re.IGNORECASE)

_FAMILIES = (
    ("Edge", re.compile(r"\b(?:Edg|EdgA|EdgiOS|Edge)/(\d{1,4})")),
    ("Opera", re.compile(r"\b(?:OPR|OPiOS|OPT)/(\d{1,4})")),
    ("Opera Mini", re.compile(r"\bOpera Mini/(\d{1,4})")),
    ("Opera", re.compile(r"^Opera/9\.80 .* Version/(\d{1,4})")),
    ("Samsung Internet", re.compile(r"\bSamsungBrowser/(\d{1,4})")),
    ("Firefox", re.compile(r"\b(?:Firefox|FxiOS)/(\d{1,4})")),
    ("Chrome", re.compile(r"\b(?:Chrome|CriOS|Chromium)/(\d{1,4})")),
    ("Safari", re.compile(r"\bVersion/(\d{1,4})[\d.]* (?:Mobile/\w+ )?Safari/")),
)


@lru_cache(maxsize=4096)
def read_agent(user_agent: str) -> Agent:
    """The features of a User-Agent header. Never raises; kept for a while in memory only, since
    the crawler list costs 0.1 ms."""
    text = user_agent[:LONGEST].strip()
    if not text or text == "-":
        return Agent(empty=True)
    lower = text.lower()
    word = _WORDS.search(text)
    software, version, host = _server(text)
    family, major = _browser(text)
    return Agent(
        browser_like=text.startswith(_BROWSERS),
        address="://" in text or "+http" in lower or "@" in text,
        word=word[0].lower() if word else "",
        listed=is_crawler(text),
        software=software,
        version=version,
        host=host,
        family=family,
        major=major,
        device=_device(text),
    )


def _server(text: str) -> tuple[str, str, str]:
    found = _SOFTWARE.search(text)
    if not found:
        return "", "", ""
    name, version = _NAMES[found[1].lower()], found[2] or ""
    place = _HOST.search(text)
    host = place[1].lower() if place and name not in _LIBRARIES else ""
    return name, version, "" if is_address(host) else host


def _browser(text: str) -> tuple[str, int]:
    for family, pattern in _FAMILIES:
        found = pattern.search(text)
        if found:
            return family, int(found[1])
    return "", 0


def _device(text: str) -> str:
    if "Opera Mini" in text:
        return "phone"
    if "iPad" in text or "Tablet" in text or ("Android" in text and "Mobile" not in text):
        return "tablet"
    return "phone" if "Mobile" in text or "iPhone" in text else "desktop"


# Day of a version's release, as a straight line: (major, days since 1970, days from one to the next).
# Chrome 100 29.03.2022, 140 02.09.2025; Firefox 100 03.05.2022, 140 24.06.2025; Samsung 20 02.2023,
# 28 04.2025; Opera follows Chrome by 14-16 numbers. Good to a month or two, which is enough for
# "at most three years old".
_LINES = {
    "Chrome": (100, 19080, 31.3),
    "Edge": (100, 19083, 31.3),
    "Opera": (86, 19101, 33.0),
    "Firefox": (100, 19115, 28.7),
    "Samsung Internet": (20, 19400, 99.0),
}
_OLDEST, _AHEAD = 3 * 365 * DAY, 200 * DAY


def is_current(agent: Agent, at: int) -> bool:
    """Was this a known browser, at most three years old, at `at` (ms)? One from the far future is
    made up."""
    if agent.family == "Safari":
        # 15 in 2021 ... 18 in 2024, then by the year: 26 in 2025
        year = agent.major + 1999 if agent.major >= 26 else agent.major + 2006
        released = float((year - 1970) * 365.2425 + 258)  # mid-September
    elif agent.family in _LINES:
        major, day, step = _LINES[agent.family]
        released = day + (agent.major - major) * step
    else:
        return False
    return -_AHEAD <= at - released * DAY <= _OLDEST
