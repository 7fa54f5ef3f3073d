"""Cards: which link of a post gets one, under which address it is asked for, what is shown of it.

Nobody's word counts but the page's own, fetched by us (security paper C17); and what it says of where
it is does not count either: a card shows the host at which the page was found in the end.
"""

import re
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from linnet.kernel.clock import DAY, HOUR, MINUTE
from linnet.kernel.value import Value

LONGEST = 2048  # characters of an address
TITLE_LENGTH = 200
DESCRIPTION_LENGTH = 500
ALT_LENGTH = 500

GOOD_FOR = 14 * DAY  # then the next post that links to it has it asked for again
NONE_FOR = DAY  # how long a page that has no card is left alone
AWAY_FOR = 10 * MINUTE  # ... and one that cannot be reached, longer each time
MOST_WAIT = DAY
TRIES = 3  # for one post
SOON = 2_000  # ms: cards of our own posts; a text that is put right at once is not asked for twice
WITHIN = MINUTE  # cards of others are asked for within this time at random (B16)
LATE = HOUR  # whoever has waited so long is not missed any more
ASKING_FOR = MINUTE  # whoever asks has this long to come back
KEPT = 30 * DAY  # what stands under no post any more

ASKING = "is being asked"

# Keys that say who sent a reader and change nothing about the page. `ln` is a code of a Linnet.
_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid?", re.IGNORECASE)
_CODE = re.compile(r"[1-9A-HJ-NP-Za-km-z]{7}")


class Card(Value):
    """What a page says of itself: the row. `url`: where it was found in the end; `title` '': there is
    nothing to show, and `problem` says why. Times in ms."""

    address: str
    url: str
    title: str
    description: str
    media_id: int | None
    language: str
    problem: str
    asked_at: int
    fresh_until: int


class Page(Value):
    """A page as it was read. `image` is an https address or ''; sizes in pixels as the page says, 0
    where it does not."""

    title: str = ""
    description: str = ""
    image: str = ""
    image_alt: str = ""
    width: int = 0
    height: int = 0
    language: str = ""


class CardView(Value):
    """The card of one post, ready to be shown. `url`: where a click leads; `host`: where that ends;
    `picture`: the id of its picture, 0 for none."""

    url: str
    host: str
    title: str
    description: str
    language: str
    picture: int
    width: int
    height: int
    blurhash: str
    alt: str


def address_of(url: str) -> str:
    """The address under which a page is asked for: without fragment and without what only tracks; ''
    for what is no web address."""
    if len(url) > LONGEST or not url.isprintable():
        return ""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc or "\\" in url:
        return ""
    place = host if port is None or port == {"http": 80, "https": 443}[parts.scheme] else f"{host}:{port}"
    return urlunsplit((parts.scheme, place, parts.path or "/", _query(parts.query), ""))


def _query(text: str) -> str:
    """As it was written, unless something has to be taken out."""
    pairs = parse_qsl(text, keep_blank_values=True)
    kept = [(key, value) for key, value in pairs if not _only_tracks(key, value)]
    return text if len(kept) == len(pairs) else urlencode(kept)


def _only_tracks(key: str, value: str) -> bool:
    return bool(_TRACKING.fullmatch(key)) or (key == "ln" and bool(_CODE.fullmatch(value)))


def host_of(url: str) -> str:
    """The host that is shown, with its port where that is unusual; international names as they are in
    the domain name system, so that no letter can pass for another (C06, C18)."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode()
        port = parts.port
    except (ValueError, UnicodeError):
        return ""
    shown = host.removeprefix("www.")
    return shown if port is None or port in (80, 443) else f"{shown}:{port}"


class _Links(HTMLParser):
    """Collects the links of a post."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, str]] = []  # address, its text
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            given = {name: value or "" for name, value in attrs}
            named = {"mention", "hashtag"} & set(given.get("class", "").split())
            self._open = not named
            if self._open:
                self.found.append((given.get("href", ""), ""))

    def handle_endtag(self, tag: str) -> None:
        self._open = self._open and tag != "a"

    def handle_data(self, data: str) -> None:
        if self._open:
            self.found[-1] = (self.found[-1][0], self.found[-1][1] + data)


def first_link(html: str) -> str:
    """The first link of a post (`html` is clean already) that is no mention and no hashtag; '' for
    none. Some servers give those no class: they are known by how they begin."""
    if "<a " not in html:
        return ""
    links = _Links()
    links.feed(html)
    return next((url for url, text in links.found if url and text.lstrip()[:1] not in ("@", "#")), "")


def pause(tries: int, asked: int | None, now: int) -> int:
    """Until when (ms) a page that cannot be reached is left alone, after so many tries in a row. `asked`:
    until when it wants that itself."""
    wait = min(AWAY_FOR << 2 * min(tries, 5), MOST_WAIT)  # four times as long each time
    return min(max(now + wait, asked or 0), now + MOST_WAIT)
