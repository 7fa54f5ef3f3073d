"""What a firm may be: hours, websites, money, words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linnet.desk.firm import rules
from linnet.desk.firm.rules import FirmChange, NewFirm
from linnet.kernel.errors import Invalid
from linnet.kernel.money import DECIMALS, MOST, decimal_text, parse_amount
from linnet.kernel.value import changed

BAKERY = NewFirm("Corner Bakery", "bakery", ("https://bakery.example",), "Europe/Berlin", "EUR", "40")
NINE_TO_FIVE = (540, 1020)


def test_a_firm_in_one_piece():
    firm, sites = rules.new_firm(
        changed(BAKERY, currency=" eur ", words="Bread, cake,,BREAD\n Rye ", accent="#2F6f4E"), 7, 9
    )
    assert (firm.account_id, firm.name, firm.time_zone, firm.currency, firm.hourly_cost) == (
        7,
        "Corner Bakery",
        "Europe/Berlin",
        "EUR",
        4000,
    )
    assert firm.week == (NINE_TO_FIVE,) * 5 + (None, None)
    assert firm.words == ["Bread", "cake", "Rye"]
    assert (firm.accent, firm.logo_id, firm.created_at) == ("#2f6f4e", None, 9)
    assert [site.host for site in sites] == ["bakery.example"]
    assert rules.problems(BAKERY) == {}


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("firm", " ", "firm"),
        ("firm", "x" * 101, "firm"),
        ("firm", "a\u202eb", "firm"),
        ("handle", "corner bakery", "handle"),
        ("handle", "admin", "handle"),
        ("sites", (), "site"),
        ("sites", ("  ",), "site"),
        ("sites", ("ftp://bakery.example",), "site"),
        ("sites", tuple(f"s{n}.example" for n in range(21)), "site"),
        ("time_zone", "Berlin", "time_zone"),
        ("time_zone", "../../etc/passwd", "time_zone"),
        ("time_zone", "", "time_zone"),
        ("currency", "EURO", "currency"),
        ("currency", "XAU", "currency"),
        ("hourly_cost", "-1", "hourly_cost"),
        ("hourly_cost", "forty", "hourly_cost"),
        ("hourly_cost", "40.005", "hourly_cost"),
        ("hourly_cost", "99999999999", "hourly_cost"),
        ("office_hours", "whenever", "office_hours"),
        ("words", ",".join(f"w{n}" for n in range(31)), "words"),
        ("words", "x" * 51, "words"),
        ("accent", "green", "accent"),
    ],
)
def test_each_field_is_looked_at(field, value, named):
    wrong = changed(BAKERY, **{field: value})
    assert set(rules.problems(wrong)) == {named}
    if field != "handle":  # that one is the account's, and looked at there
        with pytest.raises(Invalid) as caught:
            rules.new_firm(wrong, 1, 1)
        assert caught.value.field == named


def test_all_problems_at_once():
    wrong = NewFirm("", "a b", (), "Nowhere", "??", "x", "never", "x" * 51, "red")
    assert set(rules.problems(wrong)) == {
        "firm", "handle", "site", "time_zone", "currency", "office_hours", "words", "accent",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "host", "url"),
    [
        ("bakery.example", "bakery.example", "https://bakery.example"),
        ("HTTPS://WWW.Bakery.Example/", "bakery.example", "https://www.bakery.example"),
        ("http://shop.bakery.example/de/?a#b", "shop.bakery.example", "http://shop.bakery.example/de"),
        ("bäckerei.example", "xn--bckerei-5wa.example", "https://xn--bckerei-5wa.example"),
        ("http://localhost:9001", "localhost", "http://localhost:9001"),
    ],
)
def test_a_website(text, host, url):
    site = rules.check_site(text)
    assert (site.host, site.url) == (host, url)


@pytest.mark.parametrize(
    "text",
    ["javascript:alert(1)", "https://u:p@bakery.example", "https://", "https://[::1]/", "a b.example", "https://bakery.example\\@evil", "x" * 600, "https://bakery.example:x", "-bad.example", "https://a..b", "https://bakery.example/\x00", "bücher.\ud800"],
)  # fmt: skip
def test_no_website(text):
    with pytest.raises(Invalid, match="Site"):
        rules.check_site(text)


def test_a_website_counts_once():
    sites = rules.check_sites(["bakery.example", "", "www.bakery.example", "shop.bakery.example"])
    assert [(s.host, s.position) for s in sites] == [("bakery.example", 0), ("shop.bakery.example", 1)]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Mon-Fri 9:00-17:00", "Mon-Fri 09:00-17:00"),
        ("tuesday – saturday 06:30 – 12:00; Sun 7:00-11:00", "Tue-Sat 06:30-12:00, Sun 07:00-11:00"),
        ("Fri-Mon 10:00-24:00", "Mon 10:00-24:00, Fri-Sun 10:00-24:00"),
        ("Mon-Sun 09:00-17:00, Wed closed", "Mon-Tue 09:00-17:00, Thu-Sun 09:00-17:00"),
        ("", ""),
        (" , ", ""),
    ],
)
def test_office_hours(text, shown):
    assert rules.hours_text(rules.parse_hours(text)) == shown


@pytest.mark.parametrize("text", ["Mon", "Mon 9-17", "Mon 25:00-26:00", "Mon 10:60-11:00", "Mon 17:00-09:00", "Mon 18:00-02:00", "Mon 09:00-24:01", "Mon 09:00-09:00", "Mo-Fr 09:00-17:00", "09:00-17:00"])  # fmt: skip
def test_no_office_hours(text):
    with pytest.raises(Invalid) as caught:
        rules.parse_hours(text)
    assert caught.value.field == "office_hours"


SPAN = st.tuples(st.integers(0, 1439), st.integers(1, 1440)).filter(lambda s: s[0] < s[1])


@given(st.tuples(*[st.one_of(st.none(), SPAN)] * 7))
def test_office_hours_there_and_back(week):
    assert rules.parse_hours(rules.hours_text(week)) == week


@given(st.text(max_size=60))
def test_nothing_typed_falls_over(text):
    rules.problems(NewFirm(text, text, (text,), text, text, text, text, text, text))


def test_a_change():
    firm, _ = rules.new_firm(BAKERY, 7, 9)
    assert rules.with_change(firm, FirmChange()) == firm
    assert rules.with_change(firm, FirmChange(firm="New", logo_id=5)) == changed(firm, name="New", logo_id=5)
    assert rules.with_change(changed(firm, logo_id=5), FirmChange(logo_id=0)).logo_id is None
    assert rules.with_change(firm, FirmChange(office_hours="")).week == (None,) * 7
    with pytest.raises(Invalid, match="said again in JPY"):
        rules.with_change(firm, FirmChange(currency="JPY"))
    yen = rules.with_change(firm, FirmChange(currency="JPY", hourly_cost="5000"))
    assert (yen.currency, yen.hourly_cost) == ("JPY", 5000)
    assert rules.with_change(firm, FirmChange(hourly_cost="40,50")).hourly_cost == 4050


def test_a_long_name_is_shown_shorter():
    assert rules.speaking_name("Corner Bakery") == "Corner Bakery"
    shown = rules.speaking_name("Müller und Söhne Präzisionswerkzeuge GmbH & Co. KG")
    assert len(shown) <= 40
    assert shown.endswith("…")


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("40", "EUR", 4000), ("40.5", "EUR", 4050), ("40,50", "EUR", 4050), (" 0.05 ", "EUR", 5), ("-3.10", "EUR", -310),
        ("1200", "JPY", 1200), ("1.234", "KWD", 1234), ("1,2", "KWD", 1200), ("0", "EUR", 0), ("007", "EUR", 700),
    ],
)  # fmt: skip
def test_money_as_typed(text, currency, amount):
    assert parse_amount(text, currency) == amount


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("", "EUR"), ("1,200", "EUR"), ("1,200", "KWD"), ("1.200,00", "EUR"), ("1 200", "EUR"), ("40.123", "EUR"),
        ("5.5", "JPY"), ("€5", "EUR"), ("1e3", "EUR"), ("٣", "EUR"), ("+5", "EUR"), (".5", "EUR"), ("5.", "EUR"),
        ("--5", "EUR"), ("NaN", "EUR"), ("9" * 13, "EUR"),
    ],
)  # fmt: skip
def test_no_money(text, currency):
    with pytest.raises(Invalid) as caught:
        parse_amount(text, currency, "price")
    assert caught.value.field == "price"
    assert {"EUR": "1200.50", "KWD": "1200.500", "JPY": "1200"}[currency] in str(
        caught.value
    ) or text == "9" * 13


@given(st.integers(-MOST, MOST), st.sampled_from(sorted(DECIMALS)))
def test_money_there_and_back(amount, currency):
    assert parse_amount(decimal_text(amount, currency), currency) == amount
