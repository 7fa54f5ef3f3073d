"""Proofs of links: which lines of a profile can have one, which page gives it, when it ends.

A line is proven when the page at exactly its address links to the profile with `rel="me"`. We look
ourselves; what another server says of it counts for nothing (security paper A30).
https://microformats.org/wiki/rel-me
"""

import contextlib
import re
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from typing import Literal
from urllib.parse import urlsplit

from linnet.kernel.clock import DAY, HOUR
from linnet.kernel.value import changed
from linnet.social.people.rules import Account, ProfileField, fields_of

Found = Literal["yes", "no", "away"]

MOST = 4  # pages of one profile
SOON = 2_000  # ms after a profile was saved
AGAIN = 7 * DAY  # a proof is looked at again
TRIES = 3  # so often in a row a page may be away before its proof ends
LONGEST = 2048

_PLAIN = re.compile(r"https://[^\s<>\"'\\]+", re.IGNORECASE)
# What stands in these is text or is not shown: a page may carry there what strangers wrote.
_NOT_SHOWN = frozenset({"iframe", "noembed", "noframes", "noscript", "template", "textarea", "title", "xmp"})


def address_of(text: str) -> str:
    """`text` as an https address in the one form in which we compare: name and port as they are written
    usually, the rest letter by letter; '' for anything else."""
    if len(text) > LONGEST or not text.isprintable() or not _PLAIN.fullmatch(text):
        return ""
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except (ValueError, UnicodeError):
        return ""
    if not host or "@" in parts.netloc or "[" in parts.netloc:
        return ""
    place = host if port in (None, 443) else f"{host}:{port}"
    query = f"?{parts.query}" if parts.query else ""
    return f"https://{place}{parts.path or '/'}{query}"


def profile_pages(account: Account, url: str) -> tuple[str, ...]:
    """Where the profile is: a page must link to one of these. `url`: our own address."""
    own = address_of(f"{url}/@{account.handle}" if account.local else account.uri)
    page = own if account.local else address_of(account.url)
    return tuple(one for one in dict.fromkeys((page, own)) if one and _place(one) == _place(own))


def pages_of(account: Account, url: str) -> list[str]:
    """The lines of the profile that are whole https addresses, as they stand there. Not those of its own
    server: a profile page links to itself already, and that proves nothing."""
    own = {_place(page) for page in profile_pages(account, url)}
    values = dict.fromkeys(field.value for field in fields_of(account))
    found = [value for value in values if address_of(value) and _place(address_of(value)) not in own]
    return found[:MOST] if own else []


def is_same_place(asked: str, final: str) -> bool:
    """Is the page at `final`, where the redirects ended, still that of the address in the profile? On the
    same host (`www.` in front makes no difference) and by https: on a host that sends readers anywhere,
    any page could lend its name."""
    one, other = _place(address_of(asked)), _place(address_of(final))
    return bool(one) and one.removeprefix("www.") == other.removeprefix("www.")


class _Links(HTMLParser):
    """Collects what the page calls itself elsewhere."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: set[str] = set()
        self._within = ""  # an element whose content does not count

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._within:
            return
        if tag in _NOT_SHOWN:
            self._within = tag
        elif tag in ("a", "link"):
            given = {name: value or "" for name, value in reversed(attrs)}  # of two the first counts
            if "me" in given.get("rel", "").lower().split():
                self.found.add(address_of(given.get("href", "").strip()))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag == self._within:
            self._within = ""


def links_back(html: str, profiles: Sequence[str]) -> bool:
    """Does this page link to one of the `profiles` with rel="me"? Never raises for bad HTML."""
    links = _Links()
    # an AssertionError is how the parser says that a declaration makes no sense: what came before counts
    with contextlib.suppress(AssertionError):
        links.feed(html)
    return bool((links.found - {""}) & set(profiles))


def proved(
    fields: Sequence[ProfileField], found: Mapping[str, Found], now: int, *, last: bool
) -> tuple[ProfileField, ...]:
    """The lines after their pages were looked at (`found`, by value). A proof keeps the moment at which it
    was first found; a page that is away takes it only when this was the `last` try."""
    return tuple(
        changed(field, proven_at=_moment(field.proven_at, found.get(field.value, "no"), now, last=last))
        for field in fields
    )


def _moment(had: int | None, found: Found, now: int, *, last: bool) -> int | None:
    if found == "yes":
        return now if had is None else had
    return had if found == "away" and not last else None


def next_look(account_id: int, tries: int, now: int) -> int:
    """When (ms) the pages are looked at again: after `tries` times away in an hour, then in four; after
    none in a week, spread over a day by the account's id, so that not all come at once."""
    return now + (HOUR * 4 ** (tries - 1) if tries else AGAIN + account_id % DAY)


def _place(address: str) -> str:
    return address.partition("://")[2].partition("/")[0]
