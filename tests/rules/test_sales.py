"""Sales and leads: reports, signatures, CSV both ways, the attribution rule."""

import base64
import csv
import hashlib
import hmac
import io
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from linnet.desk.coupons.rules import Coupon, check_word, words_of
from linnet.desk.sales import rules, sheet, signing
from linnet.desk.sales.rules import Evidence, HookKey, Sale, SaleReport
from linnet.kernel.clock import DAY, HOUR, MINUTE, SECOND, iso
from linnet.kernel.errors import Conflict, Invalid, Late, Unknown
from linnet.kernel.money import DECIMALS, MOST, decimal_text
from linnet.kernel.value import changed
from tests.desk import BERLIN

NOW = 1_793_000_000_000
GOOD = {"id": "A-1", "at": "2026-10-26T08:00:00+01:00", "amount": 1234, "currency": "EUR"}
HASH = hashlib.sha256(b"ann@example.org").hexdigest()


# -- reports --------------------------------------------------------------------------------------


def test_a_report_is_read_whole():
    full = GOOD | {"ln": " Ab3xK7q ", "email_sha256": HASH.upper(), "coupon": "RYE", "refund_of": None}
    sale = rules.read_sale(full, NOW)
    assert sale == SaleReport("A-1", 1_792_998_000_000, 1234, "EUR", "Ab3xK7q", HASH, "RYE", "")
    lead = rules.read_lead({"id": "L", "at": GOOD["at"], "heard": "a friend"}, NOW)
    assert (lead.id, lead.at, lead.heard) == ("L", sale.at, "a friend")


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("id", {"id": ""}),
        ("id", {"id": "x" * 101}),
        ("id", {"id": 7}),
        ("id", {"id": "a\x00b"}),
        ("id", {"id": "a\ud800"}),
        ("at", {"at": ""}),
        ("at", {"at": "yesterday"}),
        ("at", {"at": "2026-10-26T08:00:00"}),
        ("at", {"at": "2026-10-26"}),
        ("at", {"at": 1793000000}),
        ("at", {"at": "2026-10-26T08:39:00Z"}),
        ("at", {"at": "1999-12-31T23:59:59Z"}),
        ("at", {"at": "2026-13-26T08:00:00Z"}),
        ("amount", {"amount": 12.34}),
        ("amount", {"amount": "1234"}),
        ("amount", {"amount": True}),
        ("amount", {"amount": None}),
        ("amount", {"amount": 10**14}),
        ("amount", {"refund_of": "A-0"}),
        ("refund_of", {"amount": -1}),
        ("refund_of", {"amount": -1, "refund_of": "A-1"}),
        ("currency", {"currency": "eur"}),
        ("currency", {"currency": "XXX"}),
        ("currency", {"currency": ""}),
        ("currency", {"currency": "EURO"}),
        ("ln", {"ln": "x" * 65}),
        ("ln", {"ln": ["Ab3xK7q"]}),
        ("email_sha256", {"email_sha256": "ann@example.org"}),
        ("coupon", {"coupon": "a\nb"}),
        ("price", {"price": 3}),
    ],
)
def test_a_report_that_cannot_be_names_its_field(field, change):
    with pytest.raises(Invalid) as caught:
        rules.read_sale(GOOD | change, NOW)
    assert caught.value.field == field


@pytest.mark.parametrize("data", [None, [], "x", 3, [GOOD]])
def test_a_body_that_is_no_object(data):
    with pytest.raises(Invalid):
        rules.read_sale(data, NOW)


json = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=30), st.just([]), st.just({"a": 1})
)


@given(st.dictionaries(st.sampled_from([*GOOD, "ln", "email_sha256", "coupon", "refund_of"]), json))
def test_whatever_is_sent_is_taken_or_refused(change):
    try:
        sale = rules.read_sale(GOOD | change, NOW)
    except Invalid:
        return
    assert sale.currency in DECIMALS
    assert (sale.amount < 0) == bool(sale.refund_of)


def refused(read, *args):
    with pytest.raises(Invalid) as caught:
        read(*args)
    return caught.value.field


def test_how_long_and_how_much_a_report_may_be():
    for field, most in (("id", 100), ("ln", 64), ("coupon", 100)):
        assert getattr(rules.read_sale(GOOD | {field: "x" * most}, NOW), field) == "x" * most
        assert refused(rules.read_sale, GOOD | {field: "x" * (most + 1)}, NOW) == field
    assert rules.read_sale(GOOD | {"refund_of": "x" * 100, "amount": -1}, NOW).amount == -1
    assert refused(rules.read_sale, GOOD | {"refund_of": "x" * 101, "amount": -1}, NOW) == "refund_of"
    for amount, more in ((MOST, {}), (0, {}), (-MOST, {"refund_of": "A-0"})):
        assert rules.read_sale(GOOD | {"amount": amount} | more, NOW).amount == amount
    for amount, more in ((MOST + 1, {}), (-MOST - 1, {"refund_of": "A-0"}), (0, {"refund_of": "A-0"})):
        assert refused(rules.read_sale, GOOD | {"amount": amount} | more, NOW) == "amount"
    assert refused(rules.read_sale, GOOD | {"": 1}, NOW) == "body"


def test_a_moment_may_be_five_minutes_ahead_and_not_before_2000():
    def at(moment):
        return rules.check_sale(SaleReport("A", moment, 1, "EUR"), NOW).at

    assert [at(NOW + 5 * MINUTE), at(946_684_800_000)] == [NOW + 5 * MINUTE, 946_684_800_000]
    for wrong in (NOW + 5 * MINUTE + 1, 946_684_800_000 - 1):
        assert refused(at, wrong) == "at"


LEAD = {"id": "L", "at": GOOD["at"]}


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("id", {"id": ""}),
        ("id", {"id": "x" * 101}),
        ("at", {"at": "2026-10-26T08:39:00Z"}),
        ("ln", {"ln": "x" * 65}),
        ("email_sha256", {"email_sha256": "ann@example.org"}),
        ("heard", {"heard": "x" * 301}),
        ("amount", {"amount": 1}),
    ],
)
def test_a_lead_that_cannot_be_names_its_field(field, change):
    assert refused(rules.read_lead, LEAD | change, NOW) == field


def test_how_long_a_lead_may_be():
    for field, most in (("id", 100), ("ln", 64), ("heard", 300)):
        assert getattr(rules.read_lead(LEAD | {field: "x" * most}, NOW), field) == "x" * most


SALE = Sale(1, "A", NOW, 1000, "EUR", "", "", "", "", "hook", NOW)


def test_a_refund_is_of_a_sale_or_of_one_that_was_never_reported():
    back = SaleReport("R", NOW, -1, "EUR", refund_of="R0")
    refund = Sale(2, "R0", NOW, -100, "EUR", "", "", "", "A", "hook", NOW)
    assert refused(rules.check_refund, back, refund, 0) == "refund_of"
    rules.check_refund(back, None, 0)


def test_what_does_not_fit_about_a_refund():
    back = Sale(2, "R", NOW, -600, "EUR", "", "", "", "A", "hook", NOW)
    assert rules.odd(back, SALE, -1000) == ""
    assert rules.odd(back, SALE, -1001) == "more went back than the sale brought"
    assert rules.odd(back, changed(SALE, currency="USD"), -600) == "its sale was in USD"
    assert rules.odd(back, None, -600) == "no such sale was reported"


def test_a_refund_gives_back_what_was_paid_and_no_more():
    back = SaleReport("R", NOW, -600, "EUR", refund_of="A")
    rules.check_refund(back, SALE, -400)
    for sale, refunded, report in (
        (SALE, -401, back),
        (SALE, 0, SaleReport("R", NOW, -600, "USD", refund_of="A")),
        (Sale(2, "R0", NOW, -100, "EUR", "", "", "", "A", "hook", NOW), 0, back),
    ):
        with pytest.raises(Invalid):
            rules.check_refund(report, sale, refunded)


def test_the_same_again_is_the_same_however_it_came():
    rules.check_same(SALE, Sale(9, "A", NOW, 1000, "EUR", "", "", "", "", "csv", NOW + 1))
    with pytest.raises(Conflict, match="amount"):
        rules.check_same(SALE, Sale(9, "A", NOW, 1001, "EUR", "", "", "", "", "hook", NOW))


# -- signatures -----------------------------------------------------------------------------------

KEY, OLD = HookKey(1, "new", NOW, None, None), HookKey(2, "old", NOW, NOW + DAY, None)


def test_a_signature_is_hmac_sha256_of_time_and_body():
    header = signing.sign("new", b'{"id": 1}', NOW)
    by_hand = hmac.new(b"new", b'1793000000.{"id": 1}', hashlib.sha256).hexdigest()
    assert header == f"t=1793000000,v1={by_hand}"
    assert signing.check_signature(header, b'{"id": 1}', [OLD, KEY], NOW) == KEY
    assert signing.check_signature(signing.sign("old", b"", NOW), b"", [OLD, KEY], NOW) == OLD
    two = f"{header}, v1={'0' * 64}"
    assert signing.check_signature(two, b'{"id": 1}', [KEY], NOW) == KEY
    for off in (-5 * MINUTE, 5 * MINUTE):
        assert signing.check_signature(header, b'{"id": 1}', [KEY], NOW + off) == KEY
    for off in (-5 * MINUTE - SECOND, 5 * MINUTE + SECOND):
        with pytest.raises(Late):
            signing.check_signature(header, b'{"id": 1}', [KEY], NOW + off)


@pytest.mark.parametrize(
    ("header", "body", "now"),
    [
        ("", b"x", NOW),
        ("t=1793000000", b"x", NOW),
        (f"v1={'0' * 64}", b"x", NOW),
        (f"t=1793000000,v1={'0' * 64}", b"x", NOW),
        (f"t=1793000000,t=1,v1={'0' * 64}", b"x", NOW),
        ("t=1793000000,v1=zz", b"x", NOW),
        (f"t={'9' * 13},v1={'0' * 64}", b"x", NOW),
        (signing.sign("new", b"y", NOW), b"x", NOW),
        (signing.sign("new", b"x", NOW).replace("t=1793000000", "t=1793000001"), b"x", NOW),
        (signing.sign("newer", b"x", NOW), b"x", NOW),
        (signing.sign("old", b"x", NOW + DAY), b"x", NOW + DAY),
        ("," * 5000, b"x", NOW),
    ],
)
def test_a_signature_that_is_not_right(header, body, now):
    with pytest.raises(Unknown):
        signing.check_signature(header, body, [KEY, OLD], now)
    with pytest.raises(Unknown):
        signing.check_signature(header, body, [], now)


def test_the_shape_of_a_header():
    right = signing.sign("new", b"x", NOW).partition("v1=")[2]
    for good in (
        f"v1={right}, t=1793000000",
        f"t=1793000000,v0={'1' * 64},v1={right}",
        f"t=1793000000,x=1,v1={right}",
    ):
        assert signing.check_signature(good, b"x", [KEY], NOW) == KEY
    for bad in (
        f"x=1793000000,v1={right}",
        f"t=1793000000,v0={right}",
        f"t=\u0661\u0667\u0669\u0663000000,v1={right}",
        f"t=-793000000,v1={right}",
        f"t=1793000000.,v1={right}",
        f"t=0001793000000,v1={right}",
        f"t=1793000000,v1={right.upper()}",
    ):
        with pytest.raises(Unknown, match="missing or not like"):
            signing.check_signature(bad, b"x", [KEY], NOW)


def test_woocommerce_signs_with_a_key_until_its_end():
    header = base64.b64encode(hmac.new(b"old", b"x", hashlib.sha256).digest()).decode()
    assert signing.check_woocommerce(f" {header} ", b"x", [KEY, OLD], NOW + DAY - 1) == OLD
    for keys, body, now in (([KEY, OLD], b"x", NOW + DAY), ([KEY, OLD], b"y", NOW), ([KEY], b"x", NOW)):
        with pytest.raises(Unknown):
            signing.check_woocommerce(header, body, keys, now)


def test_which_secret_may_sign():
    for good, shop in (("x" * 16, ""), ("x" * 200, "woocommerce"), ("whsec_" + "x" * 10, "stripe")):
        rules.check_secret(good, shop)
    for bad, shop in (
        ("x" * 15, ""),
        ("x" * 201, ""),
        ("é" * 16, ""),
        ("x" * 16 + "\n", ""),
        ("x" * 16, "stripe"),
    ):
        assert refused(rules.check_secret, bad, shop) == "secret"


def test_which_words_are_a_coupon():
    assert words_of(" Rye  10,,FAIR , ") == ["rye 10", "fair"]
    assert check_word(f" {'x' * 60} ") == "x" * 60
    for wrong in ("x" * 61, "a,b", "a\u202eb", " "):
        with pytest.raises(Invalid):
            check_word(wrong)


@given(st.text(max_size=200))
def test_no_header_is_taken_for_a_signature(header):
    with pytest.raises(Unknown):
        signing.check_signature(header, b"x", [KEY], NOW)


def test_an_address_is_kept_as_a_keyed_hash():
    assert sheet.email_digest(" Ann@Example.org ") == HASH
    assert rules.peppered("p", HASH) != rules.peppered("q", HASH) != HASH
    assert rules.peppered("p", "") == ""


# -- attribution ----------------------------------------------------------------------------------


def seen(at, ln="Ab3xK7q", email="", *, link_at=0, last=None, first=None):
    return Evidence("x", at, ln, email, "", link_at, last, first)


def test_the_last_tagged_click_within_its_window():
    window = rules.SALE_WINDOW
    trail = rules.trail_of(seen(NOW, last=NOW - 30 * DAY, first=NOW - 30 * DAY), window, BERLIN)
    assert (trail.how, trail.code, trail.last_click) == ("tag", "Ab3xK7q", NOW - 30 * DAY)
    assert not rules.trail_of(seen(NOW, last=NOW - 30 * DAY - 1), window, BERLIN).observed
    assert not rules.trail_of(seen(NOW, last=NOW - 7 * DAY - 1), rules.LEAD_WINDOW, BERLIN).observed
    both = rules.trail_of(seen(NOW, last=NOW - HOUR, first=NOW - 20 * DAY), window, BERLIN)
    assert (both.last_click, both.first_click) == (NOW - HOUR, NOW - 20 * DAY)
    uncounted = rules.trail_of(seen(NOW, link_at=NOW - 2 * DAY), window, BERLIN)
    assert uncounted.observed
    assert uncounted.last_click is None
    assert not rules.trail_of(seen(NOW, link_at=NOW - 31 * DAY), window, BERLIN).observed
    assert not rules.trail_of(seen(NOW, link_at=NOW + 1), window, BERLIN).observed
    for none in (seen(NOW, link_at=None), seen(NOW, ln="")):
        assert rules.trail_of(none, window, BERLIN).how == "none"


def test_a_trail_says_why_and_why_not():
    def words(**known):
        return rules.trail_of(seen(NOW, **known), rules.SALE_WINDOW, BERLIN).words

    assert words(last=NOW) == "carried the tag"
    assert words(link_at=NOW) == "carried the tag; no click was counted on it"
    assert words(last=NOW - 31 * DAY) == "the last click was counted more than 30 days before, or after"
    assert words(link_at=NOW - 31 * DAY) == "the link was made more than 30 days before, or after"
    assert words(link_at=None) == "its tag is none of our links"
    assert words(ln="") == "carried no tag"


def test_a_tag_goes_before_a_coupon_and_a_coupon_counts_in_its_time_only():
    def how(at, *, since=NOW - DAY, ends_at=None, last=None, typed="rye 10, other"):
        coupon = Coupon(1, "rye 10", "Rye 10", "fediverse", "Zb3xK7q", 1, since, ends_at, since)
        sale = Evidence("x", at, "Ab3xK7q" if last else "", "", typed, 0, last, last)
        trail = rules.trail_of(sale, rules.SALE_WINDOW, BERLIN, (), {"rye 10": coupon})
        return trail.how, trail.code

    assert how(NOW, last=NOW - HOUR) == ("tag", "Ab3xK7q")
    assert how(NOW, last=NOW - 31 * DAY) == ("coupon", "Zb3xK7q")
    assert how(NOW - DAY) == ("coupon", "Zb3xK7q")
    assert how(NOW - DAY - 1) == ("none", "")
    assert how(NOW - 1, ends_at=NOW) == ("coupon", "Zb3xK7q")
    assert how(NOW, ends_at=NOW) == ("none", "")
    assert how(NOW, typed="other") == ("none", "")
    old = seen(NOW, last=NOW - 31 * DAY)
    assert rules.trail_of(old, rules.SALE_WINDOW, BERLIN, (), {}).code == "Ab3xK7q"  # it is not forgotten


def test_of_two_that_the_hash_joins_the_later_one_has_it():
    sale = seen(NOW, ln="", email="h")
    first, second = (
        Evidence(ref, at, code, "h", "", 0, at, at)
        for ref, at, code in (("L1", NOW - HOUR, "Ab3xK7q"), ("L2", NOW, "Zb3xK7q"))
    )
    for joined in ([first, second], [second, first]):
        assert rules.trail_of(sale, rules.SALE_WINDOW, BERLIN, joined).code == "Zb3xK7q"
    gone = Evidence("L3", NOW, "", "h", "", NOW, None, None)  # no tag of its own joins nothing
    assert rules.trail_of(sale, rules.SALE_WINDOW, BERLIN, [gone]).how == "none"


def test_the_hash_alone_joins_on_the_same_day_only():
    midnight = 1_792_969_200_000  # 2026-10-26 in Berlin
    tagged = seen(midnight + HOUR, email="h", last=midnight)
    sale = seen(midnight + 9 * HOUR, ln="", email="h")
    trail = rules.trail_of(sale, rules.SALE_WINDOW, BERLIN, [tagged])
    assert (trail.how, trail.code, trail.last_click) == ("hash", "Ab3xK7q", midnight)
    for other in (
        seen(midnight - 1, email="h", last=midnight - HOUR),  # the day before
        seen(midnight + 10 * HOUR, email="h", last=midnight),  # later
        seen(midnight + HOUR, email="other", last=midnight),
        seen(midnight + HOUR, email="h", link_at=None),
        seen(midnight + HOUR, ln="", email="h"),
    ):
        assert not rules.trail_of(sale, rules.SALE_WINDOW, BERLIN, [other]).observed
    stranger = seen(midnight + 9 * HOUR, ln="", email="")
    assert not rules.trail_of(stranger, rules.SALE_WINDOW, BERLIN, [seen(midnight, email="")]).observed


def test_the_printed_rule_says_the_numbers():
    for word in ("30 days before a sale", "7 days before a lead", "same day", "first one is kept", "refund"):
        assert word in rules.ATTRIBUTION


# -- CSV in ---------------------------------------------------------------------------------------


def sales(text, **kwargs):
    data = text if isinstance(text, bytes) else text.encode()
    return sheet.read_sales(data, kwargs.get("currency", "EUR"), BERLIN)


@pytest.mark.parametrize(
    "data",
    [
        b"id,at,amount\nA,2026-10-26 14:30,12.50\n",
        b"id;at;amount\r\nA;2026-10-26 14:30;12,50\r\n",
        b"\xef\xbb\xbfID\tDate\tTotal\nA\t26.10.2026 14:30\t12.5",
        "Bestellnummer;Datum;Betrag;Währung;Ort\nA;26.10.2026 14:30:00;12,50;eur;Köln".encode("cp1252"),
        'id;at;amount\n"A";"2026-10-26T14:30+01:00";"12,50"\n'.encode("utf-16"),
        b'"order id","created at","amount"\r"A","2026-10-26T13:30:00Z","12.50"\r',
    ],
)
def test_files_as_they_really_come(data):
    found = sales(data)
    assert [(line, s.id, iso(s.at), s.amount, s.currency) for line, s in found.rows] == [
        (2, "A", "2026-10-26T13:30:00.000Z", 1250, "EUR")
    ]
    assert found.bad == ()


def test_rubbish_lines_are_named_and_the_others_taken():
    found = sales(
        "id,at,amount,currency,note\n"
        "A,2026-10-26,1,,\n"
        "\n"
        'B,"2026-10-26,2,,\n'
        "C,2026-10-26,3\n"
        "D,26/10/2026,4,,\n"
        "E,2026-10-26,4.567,,\n"
        'F,2026-10-26,"1,234",,\n'
        "G,2026-10-26,1,XYZ,\n"
        'H,2026-10-26,8,,"two\nlines"\n'
        "I,2026-10-26,9,JPY,x\n"
        "J,9999-99-99,1,,\n"
        "K,0001-01-01,1,,\n"
        f"{'L' * 101},2026-10-26,1,,\n"
        ',2026-10-26,1,,"a ""quoted"" word"'
    )
    assert [(line, s.id, s.amount) for line, s in found.rows if s.id != "K"] == [
        (2, "A", 100),
        (10, "H", 800),
        (12, "I", 9),
        (16, "", 100),
    ]
    assert [b.line for b in found.bad if b.line != 14] == [4, 5, 6, 7, 8, 9, 13, 15]
    assert "quote" in found.bad[0].reason
    assert found.unused == ("note",)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        b"id,at\nA,2026-10-26",
        b"id,id,at,amount\n",
        b"\x00\x01\x02",
        b"\x89PNG\r\n\x1a\n\x00",
        b"\xff\xfe\x00",
    ],
)
def test_files_that_are_no_such_table(data):
    with pytest.raises(Invalid) as caught:
        sales(data)
    assert caught.value.field == "file"


def test_a_quote_that_never_ends_costs_one_line():
    lines = "".join(f"{n},2026-10-26,1\n" for n in range(100))
    inch = sales('id,at,amount,coupon\nA,2026-10-26,1,5" pie\nB,2026-10-26,1,x\n')
    assert [s.coupon for _, s in inch.rows] == ['5" pie', "x"]
    found = sales(f'id,at,amount\n"open,2026-10-26,1\n{lines}')
    assert (len(found.rows), [b.line for b in found.bad]) == (100, [2])


@given(
    st.binary(max_size=300)
    | st.text(max_size=300).map(lambda t: ("id,at,amount\n" + t).encode("utf-8", "replace"))
)
def test_no_file_breaks_the_reader(data):
    try:
        found = sales(data)
    except Invalid:
        return
    assert all(line >= 2 for line, _ in found.rows)
    assert all(bad.reason for bad in found.bad)


def test_an_email_is_hashed_at_the_door():
    found = sheet.read_leads(b"id,at,email,ln\nL,2026-10-26,Ann@example.org,Ab3xK7q", BERLIN)
    [(_, lead)] = found.rows
    assert (lead.email_sha256, lead.ln) == (HASH, "Ab3xK7q")


@given(
    st.integers(-(10**9), 10**9),
    st.sampled_from(["EUR", "JPY", "KWD"]),
    st.sampled_from([(",", "."), (".", ","), ("'", "."), (" ", ",")]),
)
def test_money_in_every_dress(amount, currency, marks):
    thousands, point = marks
    plain = decimal_text(amount, currency)
    whole, dot, rest = plain.partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    dressed = sign + f"{int(digits):,}".replace(",", thousands) + (point + rest if dot else "")
    assert sheet.parse_money(plain, currency) == amount
    if dot and not (currency == "KWD" and point == "," and len(digits) < 4):  # 1,234 KWD could be two amounts
        assert sheet.parse_money(dressed, currency) == amount


# -- CSV out --------------------------------------------------------------------------------------

cells = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20),
    st.text(";|\t\"'=+-@ a\n", max_size=12),
)


@example([["SPRING;=HYPERLINK(1)", "a;'=1"], ['"; =1', ";\t=1"]])
@given(st.lists(st.lists(cells, min_size=2, max_size=2), max_size=5))
def test_no_cell_is_a_formula_and_none_is_changed(rows):
    text = sheet.write_table(("a", "b"), rows)
    back = list(csv.reader(io.StringIO(text, newline="")))[1:]
    assert [[sheet.without_guard(cell) for cell in row] for row in back] == rows
    signs = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
    for row in back:
        for cell in row:
            assert not cell.lstrip().startswith(signs)
    for cell in re.split("[;\t]", text):  # as a spreadsheet parts them where commas are for decimals
        assert not cell.lstrip().lstrip('"').lstrip().startswith(signs)


def test_numbers_stay_numbers():
    text = sheet.write_table(("n", "t"), [(-5, "-5"), (sheet.Number("-1.50"), "=1+1"), (None, "@x")])
    assert text == "n,t\r\n-5,'-5\r\n-1.50,'=1+1\r\n,'@x\r\n"


words = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=15)


@given(
    st.lists(
        st.builds(
            lambda ref, at, amount, currency, ln, coupon: Sale(
                1, ref, at * 1000, amount, currency, ln, "", coupon, "", "hook", NOW
            ),
            words.filter(bool),
            st.integers(1_600_000_000, 1_700_000_000),
            st.integers(-(10**12), 10**12),
            st.sampled_from(["EUR", "JPY", "KWD"]),
            words,
            words,
        ),
        max_size=5,
    )
)
def test_what_goes_out_comes_back(rows):
    found = sheet.read_sales(sheet.write_sales(rows).encode(), "EUR", BERLIN)
    assert found.bad == ()
    assert [(s.id, s.at, s.amount, s.currency, s.ln, s.coupon) for _, s in found.rows] == [
        (s.ref, s.at, s.amount, s.currency, s.ln, s.coupon) for s in rows
    ]
