"""What Stripe and WooCommerce send, coupons, and refunds that come alone; on both engines."""

import base64
import hashlib
import hmac

import pytest

from linnet.desk.coupons import actions as coupons
from linnet.desk.sales import actions, queries, rules, signing, trails
from linnet.desk.sales.rules import SaleReport
from linnet.kernel.clock import DAY, HOUR, MINUTE, SECOND, now_ms
from linnet.kernel.errors import Conflict, Invalid, NotFound
from linnet.kernel.wire import encode
from tests.actions.test_sales import post, record
from tests.desk import BERLIN, link, visit

WHSEC = "whsec_0123456789abcdef"
WOO = "a secret chosen in the shop"


def event(kind, thing, at, **more):
    """As https://docs.stripe.com/api/events/object has it."""
    whole = {"id": "evt_1", "object": "event", "api_version": "2026-09-30", "livemode": True}
    return whole | {"created": at // SECOND, "type": kind, "data": {"object": thing}} | more


def session(**more):
    """As https://docs.stripe.com/api/checkout/sessions/object has it, as far as it matters."""
    return {
        "id": "cs_live_1",
        "object": "checkout.session",
        "amount_subtotal": 3200,
        "amount_total": 2900,
        "client_reference_id": "Ab3xK7q",
        "currency": "eur",
        "customer_details": {"email": "Ann@Example.org", "name": "Ann", "address": {"city": "Bern"}},
        "customer_email": None,
        "metadata": {},
        "mode": "payment",
        "payment_intent": "pi_1",
        "payment_status": "paid",
        "status": "complete",
    } | more


def charge(refunded, **more):
    """As https://docs.stripe.com/api/charges/object has it, as far as it matters."""
    return {
        "id": "ch_1",
        "object": "charge",
        "amount": 2900,
        "amount_refunded": refunded,
        "currency": "eur",
        "payment_intent": "pi_1",
        "refunded": refunded == 2900,
        "receipt_email": "ann@example.org",
    } | more


def order(**more):
    """As https://developer.woocommerce.com/docs/apis/rest-api/v3/orders/ has it, as far as it matters."""
    return {
        "id": 727,
        "number": "727",
        "status": "processing",
        "currency": "EUR",
        "date_created_gmt": "2026-10-25T20:53:00",
        "date_modified_gmt": "2026-10-25T20:58:00",
        "date_paid_gmt": "2026-10-25T20:58:00",
        "discount_total": "0.00",
        "total": "29.35",
        "billing": {"first_name": "Ann", "email": "ann@example.org", "phone": "(555) 555-5555"},
        "customer_ip_address": "203.0.113.77",
        "customer_user_agent": "Mozilla/5.0 (X11; Linux x86_64) secret",
        "meta_data": [{"id": 1, "key": "ln", "value": "Ab3xK7q"}],
        "line_items": [{"id": 315, "name": "Rye", "total": "6.00"}],
        "coupon_lines": [{"id": 9, "code": "rye10", "discount": "1.00"}],
        "refunds": [],
    } | more


@pytest.fixture
def shop(db):
    now = now_ms()
    for secret, name in ((WHSEC, "stripe"), (WOO, "woocommerce")):
        db.write_now(actions.keep_key, secret, shop=name, now=now)

    def stripe(content, at=None, secret=WHSEC):
        body = content if isinstance(content, bytes) else encode(content)
        sign = signing.sign(secret, body, now_ms() if at is None else at)
        return post(db, "/hooks/stripe", body, {"Stripe-Signature": f"{sign},v0={'0' * 64}"})

    def woo(content, secret=WOO):
        body = content if isinstance(content, bytes) else encode(content)
        sign = base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()
        return post(db, "/hooks/woocommerce", body, {"X-WC-Webhook-Signature": sign})

    return stripe, woo


def rows(db):
    found = db.read_now(queries.sales, 0, 1 << 62)
    return [(s.ref, s.amount, s.currency, s.refund_of, s.source) for s in found]


def test_stripe_a_payment_and_what_went_back_of_it(db, shop):
    stripe, _ = shop
    now = now_ms()
    paid = event("checkout.session.completed", session(), now - HOUR)
    assert stripe(paid) == (200, {"status": "recorded"})
    assert [stripe(paid) for _ in range(5)] == [(200, {"status": "known"})] * 5
    all_of_it = event("charge.refunded", charge(2900), now - MINUTE)
    some_of_it = event("charge.refunded", charge(900), now - 2 * MINUTE)
    assert stripe(some_of_it) == (200, {"status": "recorded"})
    assert stripe(all_of_it) == (200, {"status": "recorded"})
    assert [stripe(m)[1]["status"] for m in (some_of_it, all_of_it, paid)] == ["known"] * 3
    assert rows(db) == [
        ("pi_1", 2900, "EUR", "", "stripe"),
        ("ch_1:900", -900, "EUR", "pi_1", "stripe"),
        ("ch_1:2900", -2000, "EUR", "pi_1", "stripe"),
    ]
    sale = db.read_now(queries.sale, "pi_1")
    assert (sale.ln, len(sale.email_hash)) == ("Ab3xK7q", 64)
    assert db.read_now(queries.keys, now, "stripe")[0].used_at is not None


def test_stripe_in_the_wrong_order_and_alone(db, shop):
    stripe, _ = shop
    now = now_ms()
    assert stripe(event("charge.refunded", charge(2900), now))[1]["status"] == "recorded"
    assert stripe(event("charge.refunded", charge(900), now))[1]["status"] == "known"
    alone = db.read_now(queries.sales, 0, now + 1)
    assert db.read_now(trails.of_sales, alone, BERLIN)["ch_1:2900"].words == "its sale was never reported"
    assert db.read_now(trails.oddities, alone) == {"ch_1:2900": "no such sale was reported"}
    stripe(event("checkout.session.completed", session(), now - HOUR))
    assert db.read_now(trails.oddities, db.read_now(queries.sales, 0, now + 1)) == {}
    assert sum(row[1] for row in rows(db)) == 0


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (event("invoice.paid", {"id": "in_1"}, 10**12), "no sale and no refund"),
        (event("checkout.session.completed", session(payment_status="unpaid"), 10**12), "not paid yet"),
        (event("checkout.session.completed", session(), 10**12, livemode=False), "a test"),
    ],
)
def test_stripe_what_is_no_sale_is_answered_and_not_written(db, shop, message, why):
    status, answer = shop[0](message)
    assert (status, answer["status"], why in answer["why"]) == (200, "nothing", True)
    assert rows(db) == []


def test_stripe_money_without_decimals(db, shop):
    now = now_ms()
    for currency, amount in (("jpy", 500), ("isk", 50000), ("kwd", 12340)):
        paid = session(currency=currency, amount_total=amount, payment_intent=None, id=f"cs_{currency}")
        assert shop[0](event("checkout.session.async_payment_succeeded", paid, now))[0] == 200
    assert [row[:3] for row in rows(db)] == [
        ("cs_jpy", 500, "JPY"),
        ("cs_isk", 500, "ISK"),
        ("cs_kwd", 12340, "KWD"),
    ]
    status, answer = shop[0](
        event("checkout.session.completed", session(currency="isk", amount_total=1), now)
    )
    assert (status, answer["field"]) == (422, "amount_total")


def test_stripe_counts_the_ariary_whole(db, shop):
    now = now_ms()
    paid = session(currency="mga", amount_total=5000)  # ISO 4217 has two decimals for it
    shop[0](event("checkout.session.completed", paid, now - HOUR))
    shop[0](event("charge.refunded", charge(500, currency="mga"), now))
    assert [row[:3] for row in rows(db)] == [("pi_1", 500000, "MGA"), ("ch_1:50000", -50000, "MGA")]


def test_stripe_a_thin_event_says_what_to_choose(db, shop):
    thin = {"id": "evt_1", "object": "v2.core.event", "type": "v1.checkout.session.completed"}
    status, answer = shop[0](thin)
    assert (status, answer["status"], "snapshot" in answer["why"]) == (200, "nothing", True)


def test_stripe_while_a_secret_is_exchanged_there_are_several_signatures(db, shop):
    body, now = encode(event("checkout.session.completed", session(), now_ms())), now_ms()
    time, _, ours = signing.sign(WHSEC, body, now).partition(",")
    others = [signing.sign(f"whsec_another_{n}", body, now).partition(",")[2] for n in range(7)]
    assert post(db, "/hooks/stripe", body, {"Stripe-Signature": ",".join([time, *others])})[0] == 401
    assert post(db, "/hooks/stripe", body, {"Stripe-Signature": ",".join([time, *others, ours])})[0] == 200


@pytest.mark.parametrize(
    ("currency", "total", "amount"),
    [
        ("JPY", "5000.00", 5000),  # a shop that shows two decimals for yen
        ("EUR", "29.3500", 2935),
        ("EUR", "29.345", 2935),  # three decimals shown, two are paid
        ("EUR", "29", 2900),
        ("KWD", "12.34", 12340),
    ],
)
def test_woocommerce_with_other_decimals_than_the_currency_has(db, shop, currency, total, amount):
    assert shop[1](order(currency=currency, total=total))[1] == {"status": "recorded"}
    assert [row[1:3] for row in rows(db)] == [(amount, currency)]


@pytest.mark.parametrize("total", ["", "NaN", "Infinity", "1e99", "twelve", None, [1]])
def test_woocommerce_an_amount_that_is_none(db, shop, total):
    assert shop[1](order(total=total))[1]["status"] == "refused"
    assert rows(db) == []


def test_woocommerce_an_order_through_its_life(db, shop):
    _, woo = shop
    assert woo(order(status="pending")) == (
        200,
        {"status": "nothing", "why": "an order that is 'pending' is no sale yet"},
    )
    assert woo(order()) == (200, {"status": "recorded"})
    assert woo(order(status="completed", billing={"email": "ann@new.example"}))[1] == {"status": "known"}
    back = [{"id": 731, "reason": "", "total": "-9.35"}]
    assert woo(order(refunds=back))[1] == {"status": "recorded"}
    back.append({"id": 735, "reason": "stale", "total": "-20.00"})
    for status in ("recorded", "known", "known"):
        assert woo(order(status="refunded", refunds=back))[1] == {"status": status}
    assert woo(order())[1] == {"status": "known"}  # an old delivery again
    assert rows(db) == [
        ("woo-727", 2935, "EUR", "", "woocommerce"),
        ("woo-refund-731", -935, "EUR", "woo-727", "woocommerce"),
        ("woo-refund-735", -2000, "EUR", "woo-727", "woocommerce"),
    ]
    sale = db.read_now(queries.sale, "woo-727")
    assert (sale.ln, sale.coupon) == ("Ab3xK7q", "rye10")
    # another total for an order that was counted: nothing changes, and WooCommerce does not end the webhook
    status, answer = woo(order(total="30.00"))
    assert (status, answer["status"], "another amount" in answer["why"]) == (200, "refused", True)
    assert woo({"id": 727})[1]["why"] == "there is no order in it"  # order.deleted
    entry = [
        {"key": "_wc_order_attribution_session_entry", "value": "https://bakery.example/rye?a=1&ln=Bb3xK7q"}
    ]
    woo(order(id=728, meta_data=entry, coupon_lines=[]))
    assert db.read_now(queries.sale, "woo-728").ln == "Bb3xK7q"


def test_what_is_not_signed_by_the_shop_is_refused(db, shop):
    stripe, woo = shop
    now = now_ms()
    paid = event("checkout.session.completed", session(), now)
    assert stripe(paid, secret="whsec_another_one_000")[0] == 401
    assert stripe(paid, at=now - 6 * MINUTE)[0] == 422
    assert woo(order(), secret="another secret of a shop")[0] == 401
    assert woo(b"webhook_id=12") == (200, {"status": "ping"})
    assert post(db, "/hooks/woocommerce", b"webhook_id=12", {}) == (200, {"status": "ping"})
    assert post(db, "/hooks/woocommerce", encode(order()), {})[0] == 401
    for send in (stripe, woo):
        assert send(b"[1]")[0] == 400
        assert send(b"{")[0] == 400
    assert woo(order(refunds=[7])) == (
        200,
        {"status": "refused", "why": "Refunds must be a list of JSON objects"},
    )
    assert "currency code" in woo(order(currency="XXX"))[1]["why"]
    assert stripe(b" " * ((1 << 20) + 1))[0] == 413
    assert rows(db) == []
    # no shop's key is good for another's door
    ours = db.write_now(actions.new_key, now)
    assert stripe(paid, secret=ours)[0] == 401
    db.write_now(actions.revoke_keys, now, "stripe")
    assert stripe(paid)[0] == 401
    assert woo(order())[0] == 200
    for secret, name in (("short", "woocommerce"), (ours, "stripe"), (ours, "amazon")):
        with pytest.raises(Invalid):
            db.write_now(actions.keep_key, secret, shop=name, now=now)


def test_two_currencies_stay_apart_and_a_refund_in_another_one_is_said_to_be_odd(db, now):
    record(db, SaleReport("A", now, 1000, "EUR"), now)
    record(db, SaleReport("B", now, 1000, "CHF"), now)
    record(db, SaleReport("R1", now, -500, "USD", refund_of="C"), now)  # its sale comes later
    record(db, SaleReport("R2", now, -500, "EUR", refund_of="D"), now)
    record(db, SaleReport("C", now, 1000, "EUR"), now)
    record(db, SaleReport("D", now, 400, "EUR"), now)
    every = db.read_now(queries.sales, 0, now + 1)
    assert db.read_now(trails.oddities, every) == {
        "R1": "its sale was in EUR",
        "R2": "more went back than the sale brought",
    }


def test_a_sale_with_our_coupon_is_observed_by_it(db, now):
    def play(tx):
        link(tx, "Ab3xK7q", 1, now - 10 * DAY)
        link(tx, "Zb3xK7q", 1, now - 90 * DAY)
        visit(tx, now - 90 * DAY, "person", "Zb3xK7q")
        one = coupons.add(
            tx, " Rye  10 ", id=1, channel="", code="Ab3xK7q", account_id=1, since=now - DAY, now=now
        )
        two = coupons.add(tx, "FAIR", id=2, channel="qr", code="", account_id=1, since=0, now=now)
        coupons.end(tx, 2, 1, now)
        for typed, more, error in (
            ("rye 10", {}, Conflict),
            ("", {}, Invalid),
            ("a,b", {}, Invalid),
            ("x" * 61, {}, Invalid),
            ("new", {"channel": "smoke"}, Invalid),
            ("new", {"code": "nothere"}, Invalid),
            ("new", {"code": "Ab3xK7q", "account_id": 2}, Invalid),
        ):
            given = {"channel": "other", "code": "", "account_id": 1} | more
            with pytest.raises(error):
                coupons.add(tx, typed, id=3, since=0, now=now, **given)
        with pytest.raises(NotFound):
            coupons.end(tx, 2, 1, now)
        return one, two

    one, two = db.write_now(play)
    assert (one.shown, one.channel, two.channel) == ("Rye 10", "fediverse", "qr")
    for ref, at, ln, coupon in (
        ("by coupon", now, "", "other, RYE 10"),
        ("too early", now - 2 * DAY, "", "rye 10"),
        ("after its end", now, "", "fair"),
        ("in its time", now - DAY, "", "Fair"),
        ("tag first", now, "Ab3xK7q", "fair"),
        ("tag too old", now, "Zb3xK7q", "rye 10"),
        ("none", now, "", "what"),
    ):
        record(db, SaleReport(ref, at, 100, "EUR", ln, "", coupon), now)
    record(db, SaleReport("back", now, -50, "EUR", refund_of="by coupon"), now)
    sales = db.read_now(queries.sales, 0, now + 1)
    of = db.read_now(trails.of_sales, sales, BERLIN)
    assert {ref: (trail.how, trail.code) for ref, trail in of.items()} == {
        "by coupon": ("coupon", "Ab3xK7q"),
        "back": ("coupon", "Ab3xK7q"),
        "too early": ("none", ""),
        "after its end": ("none", ""),
        "in its time": ("coupon", ""),
        "tag first": ("tag", "Ab3xK7q"),
        "tag too old": ("coupon", "Ab3xK7q"),
        "none": ("none", ""),
    }
    assert of["by coupon"].words == "came with the coupon 'Rye 10'"


def test_what_the_page_prints_names_every_way_and_never_says_caused():
    for word in ("last", "first", "30 days", "7 days", "coupon", "e-mail", "refund", "Currencies"):
        assert word in rules.ATTRIBUTION
    assert "caused" not in rules.ATTRIBUTION
