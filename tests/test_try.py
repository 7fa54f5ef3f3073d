"""The script that tries the main job (docs/try): it runs on a real server, and it can fail."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from linnet.desk.statement import ranges

TRY = Path(__file__).parents[1] / "docs" / "try"
sys.path.append(str(TRY))

import feeds  # noqa: E402 # the script's own parts, which stand beside it
import figures  # noqa: E402
import outside  # noqa: E402
import visitors  # noqa: E402
import weblog  # noqa: E402
from main_job import main_job  # noqa: E402

NOW = datetime(2026, 10, 26, 7, 33, 20, tzinfo=UTC)


@pytest.mark.slow
def test_the_main_job_on_small_input(tmp_path):
    files, said = feeds.small(datetime.now(UTC)), []
    with feeds.served(files) as port:
        linnet = outside.Linnet(tmp_path, fetch_from=port)
        with linnet.serving():
            story = main_job(linnet, files, port, say=said.append)
            assert [row for row in story.table.rows if not row.equal] == []
            assert len(story.table.rows) > 180
            # and it sees it when something else went in
            story.table, story.went.count["visits.probable"] = figures.Table(), 99
            story.went.money["money.trail"] += 1
            story.read_statement()
    wrong = {row.what.partition(":")[0] for row in story.table.rows if not row.equal}
    assert wrong == {
        "Visits, probable people (with the confirmed), by your links",
        "Money observed with a trail, refunds taken off, EUR",
        "Came by",  # Social networks: all links are those of posts
        "Cost per probable visit by your links",
        f"Probable visits on {story.today}",
    }
    assert any("NO" in line.split() for line in said)


def test_the_count_of_feeds_is_an_independent_one():
    small = {name: feeds.counted(body) for name, body in feeds.small(NOW).items()}
    assert {name: (one.title, len(one.stories)) for name, one in small.items()} == {
        "guild.json": ("The Guild", 4),
        "market.atom": ("Market & Bakers", 2),
        "mill.rss": ("Die Mühle", 2),
        "town.xml": ("A Praça — Notícias", 2),
    }
    assert small["market.atom"].stories["https://market.example/prices"] == "Bread prices in autumn"
    assert small["town.xml"].stories == {
        "http://www.praca.example/pao.htm": "Pão de centeio à venda",
        "http://www.praca.example/cafe.htm": "Café aberto",
    }
    assert feeds.counted(b"<html><body>no feed</body></html>") is None


def test_dates_are_moved_by_whole_days_to_just_before_now():
    old = b"<pubDate>Tue, 30 Jan 2018 17:00:03 GMT</pubDate><dc:date>2018-01-31T10:15:15+01:00</dc:date> 2018"
    moved = feeds.moved_to_today(old, NOW)
    assert b"Sat, 24 Oct 2026 17:00:03" in moved
    assert b"2026-10-25T10:15:15+01:00" in moved
    assert moved.endswith(b" 2018")
    assert feeds.moved_to_today(b"no date", NOW) == b"no date"


def test_the_small_log_is_counted_and_labelled():
    log, kinds = visitors.small_log(NOW, "orchard.example")
    seen = weblog.counted(log)
    assert seen.lines == len(log.splitlines())
    assert seen.unreadable == 2
    assert seen.pages == sum(kind.count for kind in kinds) + 4  # four people look at a second page
    assert {moment.date() for moment in seen.moments} == {(NOW - timedelta(days=10)).date()}


def test_numbers_are_written_as_the_statement_does():
    known = {0: (0.0, 3.69), 1: (0.03, 5.57), 12: (6.2, 20.96)}  # of Garwood's table
    assert {k: tuple(round(end, 2) for end in figures.poisson_range(k)) for k in known} == known
    for k in (5, 80, 300):  # found in another way than the statement's own
        assert figures.poisson_range(k) == pytest.approx(ranges.poisson_range(k), rel=1e-9)
    assert figures.cost(figures.Span(59_000, 60_000), 4000) == figures.Span(66, 67)
    assert figures.share(figures.exact(466), 12) == figures.exact(39)
    assert figures.money(figures.exact(-1_234_50)) == ["−1\u202f234.50\u00a0€"]
    assert figures.spent(figures.exact(29_999)) == ["under 1 min"]
    assert figures.spent(figures.exact(65 * 60_000)) == ["1 h 05 min"]
    assert set(figures.minutes(figures.Span(8_990, 9_010))) == {"0.1", "0.2"}  # on the edge, either is right


def test_a_table_says_what_differs():
    table = figures.Table()
    table.same("a", 1, 1)
    table.same("b", 1, 2, detail=True)
    table.among("c", ["0.1", "0.2"], "0.2", detail=True)
    assert table.wrong == 1
    assert [line.split() for line in table.lines(("x", "in", "out", "same"))][1:] == [
        ["a", "1", "1", "yes"],
        ["b", "1", "2", "NO"],
        ["and", "1", "more", "comparisons,", "all", "equal"],
    ]


def test_the_planned_minute_is_far_enough():
    from story import _next_minute

    zone = ZoneInfo("Asia/Tokyo")
    for second in range(0, 120, 7):
        now = datetime(2026, 11, 26, 12, 0, tzinfo=zone) + timedelta(seconds=second)
        due = _next_minute(now)
        assert due.second == 0
        assert timedelta(seconds=61) < due - now <= timedelta(seconds=122)
