"""Sales and leads: what a report must be, who signed it, and what may be said to have led to it."""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo
from typing import Any, Literal

from linnet.desk.coupons.rules import Coupon, words_of
from linnet.kernel.clock import DAY, MINUTE, parse_time
from linnet.kernel.days import day_of
from linnet.kernel.errors import Conflict, Invalid
from linnet.kernel.money import MOST, check_currency
from linnet.kernel.value import Value

KEY_PREFIX = "lnh"
SKEW = 5 * MINUTE
ROTATION = DAY  # how long the key before stays good
BODY_MOST = 64 * 1024
# Whose reports we read, and by which header they are signed; '' is our own way.
SHOPS = ("", "stripe", "woocommerce")

SALE_WINDOW = 30 * DAY
LEAD_WINDOW = 7 * DAY
CLICKS = ("person", "confirmed")  # kinds of visit that are clicks; the text below says "people's"

# The rule as the page prints it, made of the same numbers that `trail_of` goes by.
ATTRIBUTION = (
    "A sale or lead is observed with a trail when it carried the tag of one of our links, and the last "
    f"click of people's on that tag was at most {SALE_WINDOW // DAY} days before a sale, or "
    f"{LEAD_WINDOW // DAY} days before a lead. A tag that came back although no click on it was counted is "
    "taken to have been clicked when its link was made, the earliest it can have been. Without a tag that counts, "
    "a sale with one of our coupon codes is observed by the coupon. Without a tag of its own, it joins a lead or "
    "sale that carried one only by the same e-mail address (kept as a keyed hash) and only on the same day. The "
    "last tagged click has it; the first one is kept too. A refund goes with its sale; one whose sale was never "
    "reported is kept, and has no trail. Currencies are never added up. Observed with a trail does not mean "
    "because of it: some would have bought anyway."
)


class SaleReport(Value):
    """A sale (or, with `refund_of`, a refund) as somebody reports it. `amount` in minor units."""

    id: str
    at: int
    amount: int
    currency: str
    ln: str = ""
    email_sha256: str = ""
    coupon: str = ""
    refund_of: str = ""


class LeadReport(Value):
    """Somebody asked. `heard`: their answer to "How did you hear about us?"."""

    id: str
    at: int
    ln: str = ""
    email_sha256: str = ""
    heard: str = ""


class Sale(Value):
    """A row of `sale`. `ref` is the shop's id, `email_hash` the keyed hash of the reported one."""

    id: int
    ref: str
    at: int
    amount: int
    currency: str
    ln: str
    email_hash: str
    coupon: str
    refund_of: str
    source: str
    received_at: int


class Lead(Value):
    """A row of `lead`."""

    id: int
    ref: str
    at: int
    ln: str
    email_hash: str
    heard: str
    source: str
    received_at: int


class HookKey(Value):
    """A key that shops sign with. `ends_at` None: the current one. `shop`: see SHOPS."""

    id: int
    secret: str
    made_at: int
    ends_at: int | None
    used_at: int | None
    shop: str = ""


class Evidence(Value):
    """What is known around one sale or lead. `link_at`: when the link of its tag was made, None
    when the tag is none of ours; clicks by people on that tag, up to the moment itself."""

    ref: str
    at: int
    ln: str
    email_hash: str
    coupon: str
    link_at: int | None
    last_click: int | None
    first_click: int | None  # the first within the window


class Trail(Value):
    """What the attribution rule says of one sale or lead. `words` says why, also when not."""

    how: Literal["tag", "coupon", "hash", "none"]
    code: str
    last_click: int | None
    first_click: int | None
    words: str

    @property
    def observed(self) -> bool:
        """Is there one?"""
        return self.how != "none"


class SaleRecorded(Value):
    """Event: a sale or refund was written down."""

    id: int


class LeadRecorded(Value):
    """Event: a lead was written down."""

    id: int


# -- reports --------------------------------------------------------------------------------------

_SALE_FIELDS = ("id", "at", "amount", "currency", "ln", "email_sha256", "coupon", "refund_of")
_LEAD_FIELDS = ("id", "at", "ln", "email_sha256", "heard")


def read_sale(data: object, now: int) -> SaleReport:
    """The body of /hooks/sale. Raises Invalid with the name of the field."""
    body = _fields(data, _SALE_FIELDS)
    amount = body.get("amount")
    if isinstance(amount, bool) or not isinstance(amount, int):
        raise Invalid("amount", "must be a whole number of the smallest unit: 1234 for 12.34 EUR")
    return check_sale(
        SaleReport(
            _text(body, "id", 100),
            _moment(body),
            amount,
            _text(body, "currency", 3),
            _text(body, "ln", 64),
            _text(body, "email_sha256", 64).lower(),
            _text(body, "coupon", 100),
            _text(body, "refund_of", 100),
        ),
        now,
    )


def read_lead(data: object, now: int) -> LeadReport:
    """The body of /hooks/lead. Raises Invalid with the name of the field."""
    body = _fields(data, _LEAD_FIELDS)
    return check_lead(
        LeadReport(
            _text(body, "id", 100),
            _moment(body),
            _text(body, "ln", 64),
            _text(body, "email_sha256", 64).lower(),
            _text(body, "heard", 300),
        ),
        now,
    )


def check_sale(sale: SaleReport, now: int) -> SaleReport:
    """What every sale must be, from wherever it comes. Raises Invalid."""
    _check_common(sale.id, sale.at, sale.email_sha256, now)
    check_currency(sale.currency)
    if abs(sale.amount) > MOST:
        raise Invalid("amount", "is larger than anything we count")
    if sale.refund_of and sale.amount >= 0:
        raise Invalid("amount", "of a refund must be below zero")
    if sale.amount < 0 and not sale.refund_of:
        raise Invalid("refund_of", "must name the sale, because the amount is below zero")
    if sale.refund_of == sale.id:
        raise Invalid("refund_of", "names itself")
    return sale


def check_lead(lead: LeadReport, now: int) -> LeadReport:
    """What every lead must be. Raises Invalid."""
    _check_common(lead.id, lead.at, lead.email_sha256, now)
    return lead


def check_refund(refund: SaleReport, sale: Sale | None, refunded: int) -> None:
    """May this be a refund of that sale? `refunded`: what went back before (0 or less). One whose sale
    was not reported may: it is kept, and said to be odd (`odd`). Raises Invalid."""
    if sale is None:
        return
    if sale.refund_of:
        raise Invalid("refund_of", "names a refund, not a sale")
    if sale.currency != refund.currency:
        raise Invalid("currency", f"is not that of the sale, {sale.currency}")
    if sale.amount + refunded + refund.amount < 0:
        raise Invalid("amount", "gives back more than the sale brought")


def odd(refund: Sale, sale: Sale | None, refunded: int) -> str:
    """What does not fit about a refund, in words; '' when it fits. `refunded`: all that went back of
    that sale (0 or less)."""
    if sale is None:
        return "no such sale was reported"
    if sale.currency != refund.currency:
        return f"its sale was in {sale.currency}"
    return "more went back than the sale brought" if sale.amount + refunded < 0 else ""


def check_same(had: Sale | Lead, new: Sale | Lead) -> None:
    """Is it the report we had? When and how it came does not matter. Raises Conflict."""
    for field in had.__struct_fields__:
        if field not in _OF_RECEIPT and getattr(had, field) != getattr(new, field):
            raise Conflict(
                f"{had.ref!r} was reported before with another {field.replace('email_hash', 'email_sha256')}: "
                "nothing was changed. Send a correction under an id of its own."
            )


_OF_RECEIPT = frozenset({"id", "source", "received_at"})


def email_digest(address: str) -> str:
    """SHA-256, hex, of an e-mail address in lower case, as shops are asked to send it."""
    return hashlib.sha256(address.strip().lower().encode()).hexdigest()


def peppered(pepper: str, email_sha256: str) -> str:
    """What is kept of it: HMAC-SHA256 under this firm's pepper, '' of ''. Without the pepper a
    copy of the database does not tell whether an address is in it."""
    if not email_sha256:
        return ""
    return hmac.new(pepper.encode(), email_sha256.encode(), hashlib.sha256).hexdigest()


def check_secret(secret: str, shop: str) -> None:
    """Raises Invalid("secret") for one that is too short, or not Stripe's."""
    if not 16 <= len(secret) <= 200 or not secret.isascii() or not secret.isprintable():
        raise Invalid("secret", "must be 16 to 200 letters, digits and signs")
    if shop == "stripe" and not secret.startswith("whsec_"):
        raise Invalid("secret", "is not the signing secret of a webhook of Stripe's: it begins with whsec_")


GONE = "gone-"


def is_gone(ref: str) -> bool:
    """Was the person of this row forgotten?"""
    return ref.startswith(GONE)


def check_new(ref: str) -> None:
    """Raises Invalid("id") for a new id that would look like one of a person who was forgotten."""
    if is_gone(ref):
        raise Invalid("id", f"may not begin with {GONE}: that is kept for people who were forgotten")


def gone(pepper: str, ref: str) -> str:
    """What stands in place of an id of the shop or form once its person was forgotten: the same report
    again is still known, and nobody finds the person by it."""
    return f"{GONE}{hmac.new(pepper.encode(), ref.encode(), hashlib.sha256).hexdigest()[:32]}"


def _fields(data: object, known: Sequence[str]) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise Invalid("body", "must be a JSON object")
    for name in data:
        if name not in known:
            raise Invalid(str(name)[:40] or "body", f"is not a field here; known are {', '.join(known)}")
    return data


def _text(body: dict[str, Any], field: str, most: int) -> str:
    value = body.get(field, "")
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Invalid(field, "must be text")
    return check_text(value, field, most)


def check_text(value: str, field: str, most: int) -> str:
    """One line, trimmed, at most `most` characters. Raises Invalid."""
    text = value.strip()
    if len(text) > most:
        raise Invalid(field, f"is longer than {most} characters")
    if not text.isprintable():
        raise Invalid(field, "has line breaks or control characters")
    return text


_WITH_OFFSET = re.compile(r".*T.*(Z|[+-]\d\d:?\d\d)", re.ASCII | re.IGNORECASE)


def _moment(body: dict[str, Any]) -> int:
    text = _text(body, "at", 40)
    if not _WITH_OFFSET.fullmatch(text):
        raise Invalid("at", "is not a date and time with its offset, like 2026-11-23T09:05:00Z")
    return parse_time(text, "at")


_SHA256 = re.compile(r"[0-9a-f]{64}")
OLDEST = parse_time("2000-01-01T00:00:00Z", "at")


def _check_common(id: str, at: int, email_sha256: str, now: int) -> None:
    if not id:
        raise Invalid("id", "is missing: without it the same report cannot be told from a second one")
    if at > now + SKEW:
        raise Invalid("at", "is in the future")
    if at < OLDEST:
        raise Invalid("at", "is before the year 2000")
    if email_sha256 and not _SHA256.fullmatch(email_sha256):
        raise Invalid("email_sha256", "is not a SHA-256 in hex of the address in lower case")


# -- attribution ----------------------------------------------------------------------------------


NOT_REPORTED = Trail("none", "", None, None, "its sale was never reported")


def trail_of(
    seen: Evidence,
    window: int,
    zone: tzinfo,
    joined: Iterable[Evidence] = (),
    coupons: Mapping[str, Coupon] | None = None,
) -> Trail:
    """What led to it, by ATTRIBUTION. `joined`: leads and sales with the same e-mail hash; `coupons`:
    ours, by their folded words."""
    tagged = _tagged(seen, window) if seen.ln else None
    if tagged and tagged.observed:
        return tagged
    for word in words_of(seen.coupon):
        coupon = (coupons or {}).get(word)
        if coupon and coupon.since <= seen.at and (coupon.ends_at is None or seen.at < coupon.ends_at):
            return Trail("coupon", coupon.code, None, None, f"came with the coupon {coupon.shown!r}")
    if tagged:
        return tagged
    day = day_of(seen.at, zone)
    for other in sorted(joined, key=lambda e: (e.at, e.ref), reverse=True):
        same = other.email_hash == seen.email_hash != "" and other.at <= seen.at
        if same and other.ln and day_of(other.at, zone) == day:
            trail = _tagged(other, window)
            if trail.observed:
                words = f"same e-mail address on the same day as {other.ref!r}, which carried the tag"
                return Trail("hash", trail.code, trail.last_click, trail.first_click, words)
    return Trail("none", "", None, None, "carried no tag")


def _tagged(seen: Evidence, window: int) -> Trail:
    days = window // DAY
    if seen.link_at is None:
        return Trail("none", "", None, None, "its tag is none of our links")
    clicked = seen.link_at if seen.last_click is None else seen.last_click
    if not 0 <= seen.at - clicked <= window:
        what = "last click was counted" if seen.last_click is not None else "link was made"
        return Trail(
            "none", seen.ln, seen.last_click, None, f"the {what} more than {days} days before, or after"
        )
    words = (
        "carried the tag" if seen.last_click is not None else "carried the tag; no click was counted on it"
    )
    return Trail("tag", seen.ln, seen.last_click, seen.first_click, words)
