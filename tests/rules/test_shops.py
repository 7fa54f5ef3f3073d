"""Whatever a shop sends comes to something, or is refused by the name of a field."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linnet.desk.sales.rules import check_sale, email_digest
from linnet.desk.sales.shops import Told, read_stripe, read_woocommerce
from linnet.kernel.clock import parse_time
from linnet.kernel.errors import Invalid
from tests.actions.test_shops import charge, event, order, session
from tests.conftest import NOW

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def said(told: Told) -> None:
    for sale in (*([told.sale] if told.sale else []), *told.refunds):
        assert len(sale.id) <= 100
        with contextlib.suppress(Invalid):  # in the future, or more than anybody pays
            check_sale(sale, NOW)


@given(st.sampled_from(sorted(session())), ANYTHING)
def test_any_field_of_a_session_may_be_anything(field, value):
    with contextlib.suppress(Invalid):
        said(read_stripe(event("checkout.session.completed", session(**{field: value}), NOW)))


@given(st.sampled_from(sorted(charge(1))), ANYTHING)
def test_any_field_of_a_charge_may_be_anything(field, value):
    with contextlib.suppress(Invalid):
        told = read_stripe(event("charge.refunded", charge(1) | {field: value}, NOW))
        assert told.total
        assert len(told.total.ref) <= 100 + 20


@given(st.sampled_from(sorted(order())), ANYTHING)
def test_any_field_of_an_order_may_be_anything(field, value):
    with contextlib.suppress(Invalid):
        said(read_woocommerce(order(**{field: value})))


@given(ANYTHING)
def test_any_message_may_be_anything(message):
    for read in (read_stripe, read_woocommerce):
        with contextlib.suppress(Invalid):
            said(read(message))


@pytest.mark.parametrize("field", ["status", "total"])
def test_a_message_without_an_order_is_no_sale(field):
    lacking = {name: value for name, value in order().items() if name != field}
    assert read_woocommerce(lacking).why == "there is no order in it"


def test_an_order_is_of_the_moment_it_was_paid_or_else_completed_or_made():
    made, done, paid = "2026-10-25T20:53:00", "2026-10-25T21:00:00", "2026-10-25T20:58:00"
    for times, at in (
        ((made, done, paid), paid),
        ((made, done, None), done),
        ((made, None, None), made),
        ((made, None, ""), made),
    ):
        named = dict(zip(("date_created_gmt", "date_completed_gmt", "date_paid_gmt"), times, strict=True))
        sale = read_woocommerce(order(**named)).sale
        assert sale.at == parse_time(at, "at")
    with pytest.raises(Invalid) as refused:
        read_woocommerce(order(date_created_gmt=None, date_completed_gmt=None, date_paid_gmt=None))
    assert refused.value.field == "date_created_gmt"


@pytest.mark.parametrize("amount", [True, -1, 1.0, "2900", None, 1 << 62])
def test_an_amount_of_stripe_is_a_whole_number(amount):
    with pytest.raises(Invalid) as refused:
        read_stripe(event("checkout.session.completed", session(amount_total=amount), NOW))
    assert refused.value.field == "amount_total"


def test_nothing_to_pay_and_nobody_named():
    sale = read_stripe(
        event("checkout.session.completed", session(amount_total=0, customer_details={"email": " "}), NOW)
    ).sale
    assert (sale.amount, sale.email_sha256) == (0, "")
    for name in ("x" * 91, ""):
        with pytest.raises(Invalid):
            read_stripe(event("checkout.session.completed", session(payment_intent=name, id=""), NOW))


def test_what_a_session_carries():
    def read(**more):
        return read_stripe(event("checkout.session.completed", session(**more), NOW)).sale

    assert read().ln == "Ab3xK7q"
    assert read(metadata={"ln": "Zb3xK7q"}).ln == "Zb3xK7q"  # what was meant for it goes before
    assert read(client_reference_id="cart 17").ln == ""
    assert read(client_reference_id=None).ln == ""
    named = read(customer_details=None, customer_email="bob@example.org")
    assert named.email_sha256 == email_digest("bob@example.org")
    assert read(metadata={"coupon": " RYE "}).coupon == "RYE"
    assert read().coupon == ""
    assert read(payment_intent=None).id == "cs_live_1"


def test_a_charge_without_a_payment_is_its_own():
    told = read_stripe(event("charge.refunded", charge(100, payment_intent=None), NOW)).total
    assert (told.sale, told.ref, told.amount) == ("ch_1", "ch_1:100", 100)
