"""Where people came from, as an owner sees it: every number opens as many rows; as a table; on the statement."""

import csv
import io
import re
from collections.abc import Iterator
from html import unescape

import pytest

from linnet.kernel.clock import DAY, SECOND, now_ms, zone
from linnet.kernel.days import day_of, month_of, week_of
from tests.actions.test_came import SECRET, a_day
from tests.doors.browser import Browser, Site, site
from tests.doors.test_desk_figures import plain

BERLIN = zone("Europe/Berlin")


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("came")) as made:
        made.set_up()
        # eleven minutes of last week, all in one month
        at = week_of(day_of(now_ms() - 7 * DAY, BERLIN), BERLIN).start + SECOND
        a_day(made.db, at)
        yield made


@pytest.fixture
def jana(here: Site) -> Browser:
    return here.logged_in("jana@bakery.example")


@pytest.fixture
def periods() -> tuple[str, str]:
    day = week_of(day_of(now_ms() - 7 * DAY, BERLIN), BERLIN).first
    return week_of(day, BERLIN).name, month_of(day, BERLIN).name


def test_every_number_opens_as_many_rows(jana: Browser, periods: tuple[str, str]) -> None:
    for period in periods:
        jana.get(f"/links/came?period={period}")
        said = plain(jana.page.text)
        assert "11 probable visits, 11 of them confirmed" in said
        for line in (
            "Search engines range 0.0 to 5.6 1 1",
            "Mail and newsletters range 0.6 to 8.8 3 3",
            "advent mailchimp / email · Mail and newsletters · range 0.2 to 7.2 2 2",
            "No words, marked gclid Ads",
            "google.com Ads",
        ):
            assert line in said, line
        links = re.findall(
            r'href="(/statement/rows/visits[^"]+)" aria-label="[^"]*">(\d+)</a>', jana.page.text
        )
        assert len(links) == 7 + 6 + 4
        for address, n in links:
            jana.get(unescape(address))
            assert jana.page.status == 200, address
            assert jana.page.text.count("<tr>") - 1 == int(n), address
    assert SECRET not in jana.page.text
    assert "%" not in plain(jana.page.text)


def test_as_a_table(jana: Browser, periods: tuple[str, str]) -> None:
    rows = list(csv.DictReader(io.StringIO(jana.get(f"/links/came.csv?period={periods[0]}").text)))
    of = {
        section: [row for row in rows if row["section"] == section]
        for section in ("way", "website", "campaign")
    }
    assert {section: sum(int(row["probable visits"]) for row in found) for section, found in of.items()} == {
        "way": 11,
        "website": 5,
        "campaign": 7,
    }
    best = of["campaign"][0]
    assert [best[key] for key in ("campaign", "source", "medium", "low")] == [
        "advent",
        "mailchimp",
        "email",
        "0.24",
    ]
    for row in rows:
        assert jana.get(f"/statement/rows/{row['rows']}").status == 200, row
    assert jana.get("/links/came.csv?period=x").status == 422


def test_the_statement_shows_the_ways_and_its_file_has_them(jana: Browser, periods: tuple[str, str]) -> None:
    jana.get(f"/statement?period={periods[0]}")
    said = plain(jana.page.text)
    assert "Where they came from Search engines range" in said
    assert f"/links/came?period={periods[0]}" in jana.page.text
    rows = jana.get(f"/statement.csv?period={periods[0]}").text
    assert "Came by: Mail and newsletters,3,count,3" in rows
    address = re.search(r"visits\?class=probable&came=mail&[^,\s]+", rows)
    assert address
    assert "advent, mailchimp / email" in plain(jana.get(f"/statement/rows/{address[0]}").text)


def test_nobody_came(here: Site, jana: Browser) -> None:
    assert "Nobody was counted in this time" in jana.get("/links/came?period=2020-01").text
    assert '<a href="/links/came">' in jana.get("/links").text
    assert here.browser().get("/links/came").url.endswith("/login?next=/links/came")


def test_a_customer_named_in_a_campaign_is_taken_out(
    here: Site, jana: Browser, periods: tuple[str, str]
) -> None:
    jana.get("/sales/person")
    jana.submit("/sales/person", who="Mailch")
    assert "campaign words" in plain(jana.page.text)
    shown = jana.page
    jana.submit("/sales/person/export")
    assert '"source":"mailchimp"' in jana.page.text
    jana.page = shown
    jana.submit("/sales/person/forget", words="1")
    assert jana.page.status == 422
    jana.submit("/sales/person/forget", sure="1")  # without the box the words stay
    assert "mailchimp" in jana.get(f"/links/came?period={periods[0]}").text
    jana.get("/sales/person")
    jana.submit("/sales/person", who="mailchimp")
    jana.submit("/sales/person/forget", sure="1", words="1")
    assert "2 rows do not name anybody any more" in jana.page.text
    said = jana.get(f"/links/came?period={periods[0]}").text
    assert "mailchimp" not in said
    assert "* / email" in said
