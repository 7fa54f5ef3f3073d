"""Who came: the ladder from a hit to a class, and how hits fold into visits.

Measuring paper, 4a. First match wins:

    R0  not a plain GET, a probing range, or an answer that was an error      probe
    R1  the browser says it only fetches ahead                                prefetch
    R2  no user agent, or one that no browser has                             machine, or preview
        where it names a server of the social web
    RS  a browser that somebody of the firm logged in with, yesterday or today  staff
    R3  the address of a server that we exchange posts with, score below 5    preview
    R6  the snippet saw the page for a second, or the first input             confirmed
    R4  score below 3 (in a log: no style, script, font or icon of it)        unsure
    RB  score 3 or more, in a burst of unsure visitors after delivery         unsure
    R5  else                                                                  person

Features are all that the rules read and all that is kept: rules can be changed and replayed.
What a changed word list would say of an old user agent cannot be asked again; it is not kept.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta, tzinfo

from linnet.desk.links.rules import is_address
from linnet.desk.visits.agents import Agent, is_current, read_agent
from linnet.desk.visits.campaign import NOTHING, Tags
from linnet.desk.visits.private import ADDRESS, MAIL
from linnet.kernel.clock import HOUR, MINUTE, moment, to_ms
from linnet.kernel.errors import Invalid
from linnet.kernel.throttle import address_key
from linnet.kernel.value import Value, changed

GAP = 30 * MINUTE  # silence that ends a visit
SALT_LIFE = 48 * HOUR  # also when a day has 25 hours
BURST_SPAN = MINUTE
BURST_SIZE = 5  # more unsure visitors than this within the span
SEEN_ENOUGH = 5  # score at which a peer's address is a person's after all
PERSON_ENOUGH = 3
PATH_LENGTH = 300

# From worst to best: a visit is what the best of its hits is. Staff stays staff.
KINDS = ("probe", "prefetch", "machine", "preview", "unsure", "person", "confirmed", "staff")
RANK = {kind: rank for rank, kind in enumerate(KINDS)}
PROBABLE = ("person", "confirmed")
MACHINES = ("probe", "prefetch", "machine", "preview")
RULES = {
    "R0": "Not a visit: a check, a part of a page, or a page that was not there",
    "R1": "A browser that fetched ahead",
    "R2": "A program that says so",
    "R3": "A server that we exchange posts with",
    "R4": "Perhaps a person: too few signs",
    "R5": "A person, by the signs a browser gives",
    "R6": "A person, seen by the page",
    "RB": "One of many in the minute after delivery",
    "RS": "Somebody of the firm",
}
MAY_OVERRULE = ("R0", "R1", "R2", "R3", "R4", "R5", "RB", "RS")
OVERRULED_TO = ("person", "unsure", "machine", "staff")


class Features(Value, frozen=True, omit_defaults=True):
    """Everything of a hit that the rules read; stored as JSON. `source`: go | page | log.
    `peer`: None where nobody could tell (R3 is then not asked)."""

    source: str
    agent: Agent
    method: str = "GET"
    status: int = 200
    range_probe: bool = False
    purpose: str = ""  # prefetch | preview
    navigate: bool = False  # Sec-Fetch-Mode: navigate
    by_user: bool = False  # Sec-Fetch-User: ?1
    language: bool = False  # Accept-Language is there
    page_and_picture: bool = False  # Accept has text/html and a picture type
    peer: bool | None = None
    staff: bool = False
    burst: bool = False
    assets: bool = False  # log: a style, script, font or icon followed


class Verdict(Value):
    """A class and the rule that gave it."""

    kind: str
    rule: str


class Sight(Value):
    """A hit as a door saw it, before it is written: without the address and the user agent,
    which are handed over beside it and forgotten."""

    site: str
    path: str
    features: Features
    code: str = ""
    referrer: str = ""
    tags: Tags = NOTHING


class OpenVisit(Value):
    """A visit that another hit may belong to."""

    id: int
    visitor: int
    code: str
    first_at: int
    last_at: int
    hits: int
    kind: str
    rule: str


class Recorded(Value):
    """What became of a hit."""

    visit_id: int
    verdict: Verdict


def read_features(header: Callable[[str], str | None], *, source: str, method: str, status: int) -> Features:
    """The features of a request. `header(name)` gives a header by its lower-case name. `status`:
    what was answered. What the address tells (`peer`, `staff`) is put in where the hit is written."""
    purposes = " ".join(header(n) or "" for n in ("sec-purpose", "purpose", "x-purpose", "x-moz")).lower()
    accept = (header("accept") or "").lower()
    return Features(
        source=source,
        agent=read_agent(header("user-agent") or ""),
        method=method,
        status=status,
        range_probe=(header("range") or "").replace(" ", "").lower().startswith("bytes=0-"),
        purpose=next((word for word in ("prefetch", "preview") if word in purposes), ""),
        navigate=(header("sec-fetch-mode") or "").lower() == "navigate",
        by_user=header("sec-fetch-user") == "?1",
        language=bool(header("accept-language")),
        page_and_picture="text/html" in accept and "image/" in accept,
    )


def score(seen: Features, at: int) -> int:
    """How much looks like a person's browser, 0 to 8."""
    return (
        3 * seen.navigate
        + 2 * seen.by_user
        + seen.language
        + seen.page_and_picture
        + is_current(seen.agent, at)
    )


def classify(seen: Features, at: int, overruled: Mapping[str, str] | None = None) -> Verdict:
    """The ladder. `at` (ms) tells how old the browser was; `overruled`: what the owner of the
    site says instead, by rule."""
    verdict = _ladder(seen, at)
    return Verdict((overruled or {}).get(verdict.rule, verdict.kind), verdict.rule)


def _ladder(seen: Features, at: int) -> Verdict:
    if seen.source != "page" and not _plain_get(seen):
        return Verdict("probe", "R0")
    if seen.purpose:
        return Verdict("prefetch", "R1")
    if _program(seen.agent):
        return Verdict("preview" if seen.agent.software else "machine", "R2")
    if seen.staff:
        return Verdict("staff", "RS")
    if seen.source == "page":
        return Verdict("confirmed", "R6")
    if seen.source == "log":
        return Verdict("person", "R5") if seen.assets else Verdict("unsure", "R4")
    points = score(seen, at)
    if seen.peer and points < SEEN_ENOUGH:
        return Verdict("preview", "R3")
    if points < PERSON_ENOUGH:
        return Verdict("unsure", "R4")
    return Verdict("unsure", "RB") if seen.burst else Verdict("person", "R5")


def _plain_get(seen: Features) -> bool:
    return seen.method == "GET" and not seen.range_probe and 200 <= seen.status < 400


def _program(agent: Agent) -> bool:
    return agent.empty or not agent.browser_like or agent.address or bool(agent.word) or agent.listed


def best(verdicts: Iterable[Verdict]) -> Verdict:
    """What a visit is, by its hits: the best of them; the first of equals. Needs at least one."""
    return max(verdicts, key=lambda verdict: RANK[verdict.kind])


def belongs(visits: Sequence[OpenVisit], code: str, at: int) -> OpenVisit | None:
    """The visit of one visitor that a hit at `at` (ms) belongs to: at most 30 minutes from it.
    Another code begins another visit (the last tagged click counts); a page without a code goes
    on with whatever there was last."""
    near = [v for v in visits if v.first_at - GAP <= at <= v.last_at + GAP and (not code or v.code == code)]
    return min(near, key=lambda v: (max(v.first_at - at, at - v.last_at, 0), -v.first_at), default=None)


def without_link(sight: Sight) -> Sight:
    """The same hit, by no link of ours: an unknown code says nothing."""
    return changed(sight, code="")


def is_burst(unsure: int) -> bool:
    """Do so many unsure visitors within a minute of delivery mean machines?"""
    return unsure > BURST_SIZE


# who it was, for a day


def day_of(at: int, zone: tzinfo) -> str:
    """The local day of `at` (ms), like 2026-11-24."""
    return moment(at, zone).date().isoformat()


def days_alive(now: int, zone: tzinfo) -> tuple[str, str]:
    """Today and yesterday, locally: the days whose salts may live. By the calendar, since a local
    day may have 23 or 25 hours."""
    today = moment(now, zone).date()
    return today.isoformat(), (today - timedelta(days=1)).isoformat()


def next_midnight(now: int, zone: tzinfo) -> int:
    """When the next local day begins, in ms."""
    tomorrow = moment(now, zone).date() + timedelta(days=1)
    return to_ms(datetime.combine(tomorrow, time(), zone))


def visitor(secret: str, site: str, address: str, user_agent: str) -> int:
    """HMAC-SHA256 under a day's salt (hex), cut to 64 bits. An IPv6 address counts as its /64.
    Without the salt it cannot be traced back; the salt is gone after two days."""
    parts = (site, address_key(address), user_agent[:1000])
    message = "\x00".join(parts).encode("utf-8", "surrogatepass")
    digest = hmac.digest(bytes.fromhex(secret), message, hashlib.sha256)
    return int.from_bytes(digest[:8], "big", signed=True)


def tidy_path(path: str) -> str:
    """A path as it may be kept: without query and fragment, without what looks like somebody's
    address in it, cut at 300 characters."""
    bare = path.split("?", 1)[0].split("#", 1)[0]
    clean = MAIL.sub("*", ADDRESS.sub("*", bare))
    return "".join(c if c.isprintable() else "?" for c in clean)[:PATH_LENGTH] or "/"


def tidy_host(host: str) -> str:
    """A host as it may be kept: lower case, no port, no `www.`; '' for a bare address and for
    what is no host."""
    name = re.split(r"[/?#]", host.strip().lower(), maxsplit=1)[0].rpartition("@")[2]
    name = name if name.startswith("[") else name.split(":", 1)[0]
    name = name.rstrip(".").removeprefix("www.")
    good = re.fullmatch(r"[^\W_](?:[\w.-]{0,250}[^\W_])?", name)
    return name if good and not is_address(name) else ""


def check_overrule(rule: str, kind: str) -> None:
    """Raises Invalid where the owner may not say so: what the page saw (R6) stays."""
    if rule not in MAY_OVERRULE:
        raise Invalid("rule", f"must be one of {', '.join(MAY_OVERRULE)}")
    if kind not in OVERRULED_TO:
        raise Invalid("kind", f"must be one of {', '.join(OVERRULED_TO)}")
