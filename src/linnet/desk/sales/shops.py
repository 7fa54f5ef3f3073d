"""What the messages of Stripe and WooCommerce come to. Pure.

Stripe: https://docs.stripe.com/api/events/object, .../api/checkout/sessions/object,
.../api/charges/object, https://docs.stripe.com/currencies (minor units). WooCommerce:
https://developer.woocommerce.com/docs/apis/rest-api/v3/orders/ (the body of order.created and
order.updated). Only what is named here is read; the rest of a message is not kept.
"""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from linnet.desk.links.rules import code_in, is_code
from linnet.desk.sales.rules import SaleReport, check_text, email_digest
from linnet.kernel.clock import SECOND, parse_time
from linnet.kernel.errors import Invalid
from linnet.kernel.money import DECIMALS, check_currency, parse_amount
from linnet.kernel.value import Value


class Total(Value):
    """So much (in minor units) went back of a sale up to now, by what a payment service says: what is
    new of it is a refund. `ref` names that refund."""

    ref: str
    sale: str
    at: int
    amount: int
    currency: str


class Told(Value):
    """What a message comes to. `why`: in words, when it is nothing to write down."""

    sale: SaleReport | None = None
    refunds: tuple[SaleReport, ...] = ()
    total: Total | None = None
    why: str = ""


# -- Stripe ---------------------------------------------------------------------------------------

_PAID = ("checkout.session.completed", "checkout.session.async_payment_succeeded")
# ISO 4217 gives these no decimals; Stripe counts them in hundredths all the same ("special cases").
_IN_HUNDREDTHS = ("ISK", "UGX")
# ISO 4217 gives this one two decimals, Stripe counts it whole.
_WHOLE = ("MGA",)


def read_stripe(event: object) -> Told:
    """An event of Stripe. Raises Invalid with the name of the field."""
    body = _table(event, "body")
    kind = body.get("type")
    if body.get("object") == "v2.core.event":  # has no more than the name of a thing that has to be fetched
        return Told(why="it is a thin event: choose snapshot as the payload style of the endpoint")
    if kind not in (*_PAID, "charge.refunded"):
        return Told(why="this kind of event is no sale and no refund")
    thing = _table(_table(body.get("data"), "data").get("object"), "data.object")
    if body.get("livemode") is not True:
        return Told(why="a test of Stripe's: the signature is right")
    at = _whole(body.get("created"), "created") * SECOND
    return _refunded(thing, at) if kind == "charge.refunded" else _session(thing, at)


def _session(session: dict[str, Any], at: int) -> Told:
    if session.get("payment_status") != "paid":
        return Told(why="it is not paid yet, or there is nothing to pay: it is a sale when Stripe says so")
    currency, amount = _minor(session, "amount_total")
    details, data = _part(session.get("customer_details")), _part(session.get("metadata"))
    carried = str(data.get("ln") or session.get("client_reference_id") or "")
    return Told(
        SaleReport(
            # the payment, since that is what a refund names; a session without one is its own
            _name(session.get("payment_intent") or session.get("id"), "payment_intent"),
            at,
            amount,
            currency,
            carried if is_code(carried) else "",
            _digest(details.get("email") or session.get("customer_email")),
            check_text(str(data.get("coupon") or ""), "coupon", 100),
        )
    )


def _refunded(charge: dict[str, Any], at: int) -> Told:
    currency, amount = _minor(charge, "amount_refunded")
    ref = _name(charge.get("id"), "id")
    sale = _name(charge.get("payment_intent") or charge.get("id"), "payment_intent")
    return Told(total=Total(f"{ref}:{amount}", sale, at, amount, currency))


def _minor(thing: dict[str, Any], field: str) -> tuple[str, int]:
    currency = check_currency(str(thing.get("currency") or "").upper())
    amount = _whole(thing.get(field), field)
    if currency in _WHOLE:
        return currency, amount * 10 ** DECIMALS[currency]
    if currency not in _IN_HUNDREDTHS:
        return currency, amount
    whole, rest = divmod(amount, 100)
    if rest:
        raise Invalid(field, f"of {currency} must end in 00")
    return currency, whole


# -- WooCommerce ----------------------------------------------------------------------------------

_SOLD = ("processing", "completed", "refunded")
_ENTRY = "_wc_order_attribution_session_entry"  # the address somebody came in by (WooCommerce 8.5)


def read_woocommerce(order: object) -> Told:
    """An order of WooCommerce. Raises Invalid with the name of the field."""
    body = _table(order, "body")
    if "status" not in body or "total" not in body:
        return Told(why="there is no order in it")
    if body.get("status") not in _SOLD:
        return Told(why=f"an order that is {str(body.get('status'))[:40]!r} is no sale yet")
    currency = check_currency(str(body.get("currency") or ""))
    ref = f"woo-{_whole(body.get('id'), 'id')}"
    return Told(
        SaleReport(
            ref,
            _moment(body, "date_paid_gmt", "date_completed_gmt", "date_created_gmt"),
            _decimal(body.get("total"), currency, "total"),
            currency,
            _carried(body),
            _digest(_part(body.get("billing")).get("email")),
            _coupons(body),
        ),
        tuple(
            SaleReport(
                f"woo-refund-{_whole(_table(back, 'refunds').get('id'), 'refunds')}",
                _moment(body, "date_modified_gmt", "date_created_gmt"),
                -abs(_decimal(back.get("total"), currency, "refunds")),
                currency,
                refund_of=ref,
            )
            for back in _list(body.get("refunds"), "refunds")
        ),
    )


def _decimal(value: object, currency: str, field: str) -> int:
    """An amount with as many decimals as the shop is set to show, which may be more than are paid."""
    text = str(value)[:40]
    try:
        paid = Decimal(text).quantize(Decimal(1).scaleb(-DECIMALS[currency]), ROUND_HALF_UP)
    except InvalidOperation as error:
        raise Invalid(field, "is not an amount like 12.50") from error
    return parse_amount(f"{paid:f}", currency, field)


def _carried(order: dict[str, Any]) -> str:
    data = {str(row.get("key")): row.get("value") for row in _list(order.get("meta_data"), "meta_data")}
    for name in ("ln", "_ln"):
        code = str(data.get(name) or "")
        if is_code(code):
            return code
    return code_in(str(data.get(_ENTRY) or ""))


def _coupons(order: dict[str, Any]) -> str:
    rows = _list(order.get("coupon_lines"), "coupon_lines")
    return check_text(", ".join(str(row.get("code") or "") for row in rows), "coupon_lines", 100)


def _moment(order: dict[str, Any], *fields: str) -> int:
    """The first of these times that there is: in GMT, without an offset."""
    found = next((name for name in fields if order.get(name)), fields[-1])
    return parse_time(str(order.get(found) or ""), found)


# -- both -----------------------------------------------------------------------------------------


def _table(value: object, field: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Invalid(field, "must be a JSON object")
    return value


def _part(value: object) -> dict[str, Any]:
    """A part that may be missing; PHP writes an empty one as a list."""
    return value if isinstance(value, dict) else {}


def _list(value: object, field: str) -> list[dict[str, Any]]:
    rows = value if value is not None else []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Invalid(field, "must be a list of JSON objects")
    return rows


def _whole(value: object, field: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1 << 62:
        raise Invalid(field, "must be a whole number")
    return value


def _name(value: object, field: str) -> str:
    if not isinstance(value, str) or not value:
        raise Invalid(field, "is missing")
    return check_text(value, field, 90)


def _digest(address: object) -> str:
    return email_digest(address) if isinstance(address, str) and address.strip() else ""
