"""The pure parts of the site door: colours that can be read, words for numbers, safe addresses."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linnet.kernel.clock import DAY, HOUR, MINUTE
from linnet.kernel.errors import Invalid
from linnet.site import colour, edge, nav, setup, words
from linnet.site.forms import Form, whole

NOW = 1_793_000_000_000  # Monday, 26 October 2026, 08:33 in Berlin
BERLIN = ZoneInfo("Europe/Berlin")

colours = st.integers(0, 0xFFFFFF).map(lambda n: f"#{n:06x}")


@given(colours)
def test_any_colour_of_a_firm_can_be_read(chosen: str):
    css = colour.stylesheet(chosen)
    pairs = [
        dict(part.split(":") for part in block.split(";"))
        for block in css.replace("{", "\n").replace("}", "\n").split("\n")
        if block.startswith("--accent")
    ]
    assert len(pairs) == 4
    for pair, grounds in zip(
        pairs,
        [
            (colour.PAPER, colour.CARD),
            (colour.NIGHT, colour.NIGHT_CARD),
            (colour.NIGHT, colour.NIGHT_CARD),
            (colour.PAPER, colour.CARD),
        ],
        strict=True,
    ):
        for ground in grounds:
            assert colour.contrast(pair["--accent"], ground) >= 4.5
        assert colour.contrast(pair["--accent"], pair["--on-accent"]) >= 4.5


def test_a_colour_that_can_be_read_stays():
    assert f"--accent:{colour.OWN}" in colour.stylesheet(colour.OWN)
    assert colour.contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("text", ["red", "#12345", "#1234567", "#12345g", "url(x)"])
def test_what_is_no_colour(text: str):
    with pytest.raises(Invalid):
        colour.check_colour(text)


def test_colours_of_the_sheet_and_of_the_code_are_the_same():
    css = (Path(colour.__file__).parent / "static/linnet.css").read_text()
    for name, value in (("paper", colour.PAPER), ("card", colour.CARD), ("accent", colour.OWN)):
        assert f"--{name}: {value};" in css
    for name, value in (("paper", colour.NIGHT), ("card", colour.NIGHT_CARD)):
        assert css.count(f"--{name}: {value};") == 2


@pytest.mark.parametrize(
    ("ground", "ink", "least"),
    [
        ("#fbf8f3", "#685e54", 4.5),
        ("#ffffff", "#a1271c", 4.5),
        ("#fcefec", "#a1271c", 4.5),
        ("#fdf4e0", "#8a5a00", 4.5),
        ("#ffffff", "#8d8273", 3.0),
        ("#171513", "#ada296", 4.5),
        ("#201d1a", "#f2958a", 4.5),
        ("#35201d", "#f2958a", 4.5),
        ("#2f2717", "#e6b865", 4.5),
        ("#201d1a", "#857a6d", 3.0),
        ("#f3eee6", "#685e54", 4.5),
    ],
)
def test_contrast_of_our_own_colours(ground: str, ink: str, least: float):
    assert colour.contrast(ground, ink) >= least


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        (0, "now"),
        (59_999, "now"),
        (MINUTE, "1 min"),
        (HOUR - 1, "59 min"),
        (DAY - 1, "23 h"),
        (6 * DAY, "6 d"),
        (8 * DAY, "18 Oct"),
        (400 * DAY, "21 Sep 2025"),
        (-MINUTE, "now"),
    ],
)
def test_how_long_ago(gone: int, said: str):
    assert words.ago(NOW - gone, NOW, BERLIN) == said


def test_times_and_numbers_in_words():
    assert words.when(NOW, BERLIN) == "Monday, 26 October 2026, 08:33"
    assert [words.ahead(NOW + ms, NOW) for ms in (1, MINUTE, HOUR, 3 * DAY)] == [
        "1 minute",
        "1 minute",
        "1 hour",
        "3 days",
    ]
    assert words.count(1234567) == "1\u202f234\u202f567"
    assert [words.some(n, "answer") for n in (0, 1, 2)] == ["0 answers", "1 answer", "2 answers"]
    assert words.money(-123456, "EUR") == "\u22121\u202f234.56\u00a0€"
    assert words.money(980, "JPY") == "980\u00a0¥"
    assert words.percent(1, 3) == "33 %"
    assert words.percent(0, 0) == ""


@given(st.text(max_size=30))
def test_nobody_is_sent_to_another_host(text: str):
    here = edge.here_only(text, "/otherwise")
    assert here.startswith("/")
    assert not here.startswith("//")
    assert "\\" not in here
    assert here.isprintable()


@given(st.text(max_size=25))
def test_whole_numbers_fit_into_a_row(text: str):
    number = whole(text)
    assert number is None or 0 <= number < 1 << 63


def test_form_keys_belong_to_a_cookie():
    assert edge.is_form_key(edge.form_key("lns_a"), "lns_a")
    assert not edge.is_form_key(edge.form_key("lns_a"), "lns_b")
    assert not edge.is_form_key("\ud800", "lns_b")


@pytest.mark.parametrize(
    ("agent", "label"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox on Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605 Version/19.0 Safari/604",
            "Safari on iPhone",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537 Chrome/140 Safari/537 Edg/140", "Edge on Windows"),
        ("", "A browser"),
    ],
)
def test_browsers_have_names(agent: str, label: str):
    assert edge.label_of(agent) == label


def test_the_week_of_a_form():
    form = Form(
        [
            ("open_0", "1"),
            ("from_0", "09:00"),
            ("to_0", "17:30"),
            ("from_1", "x"),
            ("open_6", "1"),
            ("from_6", "6:00"),
            ("to_6", "12:00"),
        ]
    )
    assert setup.hours_of(form) == "Mon 09:00-17:30, Sun 6:00-12:00"
    assert setup.week_of(form) == ((540, 1050), None, None, None, None, None, (360, 720))
    assert setup.clock(545) == "09:05"


def test_lines_show_themselves_when_their_page_exists():
    few = nav.items({"/", "/notifications", "/search", "/settings"}, may_draft=True)
    assert [item.path for item in few.bar] == ["/", "/search", "/compose", "/notifications", "/settings"]
    whole_desk = nav.items({item.path for item in nav.TABLE}, may_draft=True)
    assert [item.name for item in whole_desk.bar] == ["Home", "Desk", "Write", "Answers", "Statement"]
    reader = nav.items({item.path for item in nav.TABLE}, may_draft=False)
    assert "/plan" not in [item.path for group in reader.groups for item in group]
    assert "/compose" not in [item.path for item in reader.bar]
