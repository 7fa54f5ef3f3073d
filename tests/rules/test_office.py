"""A table as an office suite reads it: decimals, days, umlauts, and nothing else changed."""

import csv
import io

import pytest

from linnet.desk.effort import sheet as timesheets
from linnet.desk.sales.sheet import decode, read_sales
from linnet.site.office import for_office
from tests.desk import BERLIN

SALES = (
    "id,at,amount,currency,coupon,refund_of\r\n"
    "12.50,2026-10-31T23:30:00.000Z,11.80,EUR,1.5,\r\n"
    '"a;b, c",2026-11-02T13:52:00.000Z,-6.40,EUR,"Rüben ""1.2""",12.50\r\n'
    "Q,2026-11-02,5,EUR,,\r\n"
)


def table(text: str, delimiter: str) -> list[list[str]]:
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:], newline=""), delimiter=delimiter))


def test_decimal_commas_where_numbers_are():
    assert table(for_office(SALES, BERLIN, comma=True), ";") == [
        ["day", "id", "at", "amount", "currency", "coupon", "refund_of"],
        ["2026-11-01", "12.50", "2026-10-31T23:30:00.000Z", "11,80", "EUR", "1.5", ""],
        ["2026-11-02", "a;b, c", "2026-11-02T13:52:00.000Z", "-6,40", "EUR", 'Rüben "1.2"', "12.50"],
        ["", "Q", "2026-11-02", "5", "EUR", "", ""],
    ]


def test_decimal_points_are_left():
    rows = table(for_office(SALES, BERLIN, comma=False), ",")
    assert [row[3] for row in rows] == ["amount", "11.80", "-6.40", "5"]


def test_whose_it_is_stays_the_first_line_and_a_table_without_moments_gets_no_days():
    text = "\ufeffThis is 1.5 times invented.\r\nwhat,value,low\r\nCosts,12.50,3.1\r\nA,1.5\r\nB,1,2,3.5\r\n"
    assert table(for_office(text, BERLIN, comma=True), ";") == [
        ["This is 1.5 times invented."],
        ["what", "value", "low"],
        ["Costs", "12,50", "3,1"],
        ["A", "1,5"],
        ["B", "1", "2", "3,5"],
    ]


def test_a_row_without_its_moment_has_no_day():
    rows = table(for_office("id,at\r\nA,2026-11-01T12:00:00.000Z\r\nB\r\n", BERLIN, comma=False), ",")
    assert rows == [["day", "id", "at"], ["2026-11-01", "A", "2026-11-01T12:00:00.000Z"], ["", "B"]]


def test_names_of_campaigns_and_websites_are_no_numbers():
    text = "website,source,medium,campaign,low\r\n1.5,2.5,3.5,2026.11,0.25\r\n"
    assert table(for_office(text, BERLIN, comma=True), ";")[1] == ["1.5", "2.5", "3.5", "2026.11", "0,25"]


def test_nothing_is_nothing():
    assert for_office("", BERLIN, comma=True) == "\ufeff"


@pytest.mark.parametrize("comma", [True, False])
def test_it_can_be_read_in_again(comma: bool):
    plain = read_sales(SALES.encode(), "EUR", BERLIN)
    again = read_sales(for_office(SALES, BERLIN, comma=comma).encode(), "EUR", BERLIN)
    assert again.rows == plain.rows
    assert len(again.rows) == 3
    assert again.unused == ("day",)
    assert decode(for_office(SALES, BERLIN, comma=comma).encode()).startswith('"day"')


@pytest.mark.parametrize("comma", [True, False])
def test_a_timesheet_can_be_read_in_again(comma: bool):
    text = (
        "date,person,activity,channel,minutes,note,source,id\r\n"
        "2026-11-24,Jana,Elsewhere (written down),Phone,25,1.5 t of flour,written down,id-117565371187200005\r\n"
        "2026-11-24,Jana,Writing,Phone,7.8,,measured,\r\n"
    )
    found = timesheets.read(for_office(text, BERLIN, comma=comma).encode(), "Jana", BERLIN)
    assert found.bad == ()
    assert found.passed == 1
    [line] = found.lines
    assert (line.minutes, line.note, line.id) == (25, "1.5 t of flour", 117565371187200005)
