"""Whatever a shop sends comes to something, or is refused by the name of a field."""

import contextlib

from hypothesis import given
from hypothesis import strategies as st

from linnet.desk.sales.rules import check_sale
from linnet.desk.sales.shops import Told, read_stripe, read_woocommerce
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
