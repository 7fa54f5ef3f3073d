"""What a firm is, and what it may be called, cost and open at."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

import idna
import regex

from linnet.kernel.clock import zone
from linnet.kernel.errors import Invalid
from linnet.kernel.money import check_currency, parse_amount
from linnet.kernel.value import Value
from linnet.kernel.wire import decode_as, encode_text
from linnet.social.people.rules import NAME_LENGTH, check_handle, check_line, check_name

FIRM_NAME_LENGTH = 100
SITES = 20
WORDS = 30
WORD_LENGTH = 50
COST_MOST = 10**9  # minor units an hour
DAY_MINUTES = 24 * 60

Span = tuple[int, int]  # minutes of the day: open from, open until
Week = tuple[Span | None, ...]  # seven of them, Monday first; None is closed

USUAL_HOURS = "Mon-Fri 09:00-17:00"
INVENTED = "This is a demonstration. The firm, its people and every figure here are invented."


class Firm(Value):
    """The firm: its one row."""

    account_id: int
    name: str
    time_zone: str
    currency: str
    hourly_cost: int  # minor units
    office_hours: str  # JSON of a Week
    field_words: str  # JSON of a list
    logo_id: int | None
    accent: str
    created_at: int
    invented: bool = False  # of `linnet demo`: its account says so
    waits: bool = False  # it was asked how it begins, and has no public post yet (desk.start)

    @property
    def mark(self) -> str:
        """What must stand wherever an invented firm shows; '' for a real one."""
        return INVENTED if self.invented else ""

    @property
    def title(self) -> str:
        """Its name where a machine asks for it; an invented one says that it is."""
        return f"{self.name} (invented)" if self.invented else self.name

    @property
    def file_prefix(self) -> str:
        """What files that are taken away begin with, so that nobody takes them for a real firm's."""
        return "invented-" if self.invented else ""

    @property
    def week(self) -> Week:
        """When it is open, Monday first, in its own time zone."""
        return decode_as(Week, self.office_hours)

    @property
    def words(self) -> list[str]:
        """The words of its field."""
        return decode_as(list[str], self.field_words)


class Site(Value):
    """One of the firm's websites. `host`: ASCII, lower case, without www."""

    host: str
    url: str
    position: int


class NewFirm(Value):
    """What a firm is set up with, as it was typed."""

    firm: str
    handle: str
    sites: tuple[str, ...]
    time_zone: str
    currency: str
    hourly_cost: str  # 40 or 40.50
    office_hours: str = USUAL_HOURS
    words: str = ""  # separated by commas
    accent: str = ""


class FirstPerson(Value):
    """Who sets it up. The password comes hashed (`social.people.passwords`)."""

    name: str
    email: str
    password_hash: str


class FirmChange(Value):
    """What is to change, as it was typed; None leaves a thing as it is. `logo_id` 0 takes it away."""

    firm: str | None = None
    sites: tuple[str, ...] | None = None
    time_zone: str | None = None
    currency: str | None = None
    hourly_cost: str | None = None
    office_hours: str | None = None
    words: str | None = None
    accent: str | None = None
    logo_id: int | None = None


class FirmChanged(Value):
    """Event: the firm was set up or changed; who keeps a copy of it looks again."""

    account_id: int


def new_firm(new: NewFirm, account_id: int, now: int) -> tuple[Firm, list[Site]]:
    """The firm and its websites, every field looked at. Raises Invalid with the field's name in
    NewFirm."""
    currency = check_currency(new.currency.strip().upper())
    firm = Firm(
        account_id,
        check_firm_name(new.firm),
        check_zone(new.time_zone),
        currency,
        check_cost(new.hourly_cost, currency),
        encode_text(parse_hours(new.office_hours)),
        encode_text(check_words(new.words)),
        None,
        check_accent(new.accent),
        now,
    )
    return firm, check_sites(new.sites)


def problems(new: NewFirm) -> dict[str, str]:
    """What is wrong with each field, all at once, for a form: {field: "is empty"}. None: {}."""
    found: dict[str, str] = {}

    def attempt(check: Callable[[], object]) -> None:
        try:
            check()
        except Invalid as error:
            found[error.field] = error.problem

    for check in (
        lambda: check_firm_name(new.firm),
        lambda: check_handle(new.handle),
        lambda: check_sites(new.sites),
        lambda: check_zone(new.time_zone),
        lambda: check_currency(new.currency.strip().upper()),
        lambda: parse_hours(new.office_hours),
        lambda: check_words(new.words),
        lambda: check_accent(new.accent),
    ):
        attempt(check)
    if "currency" not in found:
        attempt(lambda: check_cost(new.hourly_cost, new.currency.strip().upper()))
    return found


def with_change(firm: Firm, change: FirmChange) -> Firm:
    """The firm as it will be; websites and whose the logo is, the action sees to. Raises Invalid,
    and for a new currency without the hourly cost in it."""
    currency = firm.currency
    if change.currency is not None:
        currency = check_currency(change.currency.strip().upper())
    if currency != firm.currency and change.hourly_cost is None:
        raise Invalid("hourly_cost", f"must be said again in {currency}")
    return Firm(
        firm.account_id,
        firm.name if change.firm is None else check_firm_name(change.firm),
        firm.time_zone if change.time_zone is None else check_zone(change.time_zone),
        currency,
        firm.hourly_cost if change.hourly_cost is None else check_cost(change.hourly_cost, currency),
        firm.office_hours if change.office_hours is None else encode_text(parse_hours(change.office_hours)),
        firm.field_words if change.words is None else encode_text(check_words(change.words)),
        firm.logo_id if change.logo_id is None else change.logo_id or None,
        firm.accent if change.accent is None else check_accent(change.accent),
        firm.created_at,
        firm.invented,
        firm.waits,
    )


def check_firm_name(name: str) -> str:
    """Raises Invalid("firm")."""
    return check_name(name, "firm", most=FIRM_NAME_LENGTH)


def speaking_name(name: str) -> str:
    """The firm's name as its account shows it: an account's name is shorter."""
    letters = regex.findall(r"\X", name)
    if len(letters) <= NAME_LENGTH:
        return name
    return "".join(letters[: NAME_LENGTH - 1]).rstrip() + "…"


def check_zone(name: str) -> str:
    """The name of a time zone. Raises Invalid("time_zone")."""
    return zone(name.strip(), "time_zone").key


def check_cost(text: str, currency: str) -> int:
    """What an hour costs, in minor units; 0 is allowed. Raises Invalid("hourly_cost")."""
    amount = parse_amount(text, currency, "hourly_cost")
    if not 0 <= amount <= COST_MOST:
        raise Invalid("hourly_cost", "must be 0 or more, and an hour's cost")
    return amount


def check_words(text: str) -> list[str]:
    """Words of the field, separated by commas or lines, each once. Raises Invalid("words")."""
    found: dict[str, str] = {}
    for piece in re.split(r"[,\n]", text):
        word = check_line(piece.strip("\r"), "words", WORD_LENGTH)
        if word:
            found.setdefault(unicodedata.normalize("NFKC", word).casefold(), word)
    if len(found) > WORDS:
        raise Invalid("words", f"are more than {WORDS}")
    return list(found.values())


_ACCENT = re.compile(r"#[0-9a-f]{6}")


def check_accent(text: str) -> str:
    """A colour like #2f6f4e, or '' for Linnet's own. Raises Invalid("accent")."""
    colour = text.strip().lower()
    if colour and not _ACCENT.fullmatch(colour):
        raise Invalid("accent", "is not a colour like #2f6f4e")
    return colour


def check_sites(texts: Sequence[str]) -> list[Site]:
    """The firm's own websites, each host once, in the order given. Raises Invalid("site") for
    none, for more than 20, and for what is no address."""
    sites: dict[str, Site] = {}
    for text in texts:
        if text.strip():
            site = check_site(text, len(sites))
            sites.setdefault(site.host, site)
    if not sites:
        raise Invalid("site", "is empty: your own website is where visitors are counted")
    if len(sites) > SITES:
        raise Invalid("site", f"was given more than {SITES} times")
    return list(sites.values())


_NO_URL = re.compile(r"[\x00-\x20\x7f\\]")
_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*")


def check_site(text: str, position: int = 0) -> Site:
    """`bakery.example` or `https://www.bakery.example/shop` as a Site. Raises Invalid("site")."""
    address = text.strip()
    full = address if "://" in address else f"https://{address}"
    wrong = Invalid("site", f"is not an address like https://bakery.example: {address[:80]!r}")
    try:
        parts = urlsplit(full)
        port, name = parts.port, parts.hostname or ""
        host = (name if name.isascii() else idna.encode(name, uts46=True).decode()).lower().rstrip(".")
    except ValueError as error:  # an IDNAError is one
        raise wrong from error
    bad = _NO_URL.search(full) or "@" in parts.netloc or len(full) > 500 or len(host) > 253
    if bad or parts.scheme not in {"http", "https"} or not _HOST.fullmatch(host):
        raise wrong
    path = parts.path.rstrip("/")
    return Site(
        host.removeprefix("www."), f"{parts.scheme}://{host}{f':{port}' if port else ''}{path}", position
    )


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY = r"(mon|tue|wed|thu|fri|sat|sun)[a-z]*"
_RULE = re.compile(rf"{_DAY}(?:\s*[-–]\s*{_DAY})?\s+(closed|(\d\d?):(\d\d)\s*[-–]\s*(\d\d?):(\d\d))")  # noqa: RUF001 # people type both


def parse_hours(text: str) -> Week:
    """Office hours like "Mon-Fri 09:00-17:00, Sat 10:00-14:00": a day that is not named is
    closed, a later rule wins, '' is closed all week. Raises Invalid("office_hours")."""
    week: list[Span | None] = [None] * 7
    for rule in filter(None, (piece.strip().lower() for piece in re.split(r"[,;\n]", text))):
        match = _RULE.fullmatch(rule)
        if match is None:
            raise Invalid("office_hours", f"are not like Mon-Fri 09:00-17:00, Sat 10:00-14:00: {rule[:40]!r}")
        first = _day_number(match[1])
        last = _day_number(match[2]) if match[2] else first
        span = None if match[3] == "closed" else _span(*(int(match[at]) for at in (4, 5, 6, 7)))
        for step in range((last - first) % 7 + 1):
            week[(first + step) % 7] = span
    return tuple(week)


def _day_number(day: str) -> int:
    return [known.lower() for known in _DAYS].index(day)


def _span(hour: int, minute: int, end_hour: int, end_minute: int) -> Span:
    start, end = hour * 60 + minute, end_hour * 60 + end_minute
    if minute > 59 or end_minute > 59 or end > DAY_MINUTES:
        raise Invalid("office_hours", "have a time that is not on the clock")
    if start >= end:
        raise Invalid("office_hours", "must end later on the same day, at 24:00 at the latest")
    return start, end


def hours_text(week: Week) -> str:
    """The opposite of `parse_hours`: equal neighbours together, closed days left out."""
    rules = []
    day = 0
    while day < 7:
        last = day
        while last + 1 < 7 and week[last + 1] == week[day]:
            last += 1
        span = week[day]
        if span is not None:
            days = _DAYS[day] if last == day else f"{_DAYS[day]}-{_DAYS[last]}"
            rules.append(f"{days} {_clock(span[0])}-{_clock(span[1])}")
        day = last + 1
    return ", ".join(rules)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
