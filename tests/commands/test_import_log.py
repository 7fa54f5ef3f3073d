"""`linnet import log FILE`, as far as the file is read."""

import argparse
import gzip
import io
import shutil
from types import SimpleNamespace

import pytest

from linnet.commands import import_log
from linnet.db.sqlite import SqliteDatabase
from linnet.desk.visits import figures
from linnet.kernel.errors import Invalid
from tests import fresh
from tests.rules.test_visits import CHROME, LINE

EVER = 1 << 62


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A data folder with a database, which the command opens for itself."""
    db = fresh.database(tmp_path)
    monkeypatch.setattr(import_log, "database", lambda _: open_again(tmp_path))
    db.close()
    return tmp_path


def open_again(folder):
    class Opened:
        def __enter__(self):
            self.db = SqliteDatabase(folder / "linnet.sqlite")
            return self.db

        def __exit__(self, *_):
            self.db.close()

    return Opened()


def run(*words):
    parser = argparse.ArgumentParser()
    import_log.add(parser.add_subparsers())
    args = parser.parse_args(["log", *words])
    return args.run(args, SimpleNamespace())


def visits(folder):
    with open_again(folder) as db:
        return db.read_now(figures.counts, 0, EVER).all


def test_a_log_plain_and_packed_is_the_same_log(folder, capsys):
    lines = LINE % CHROME.encode() + b"rubbish\n" + LINE % b"curl/8"
    log, packed = folder / "access.log", folder / "access.log.1.gz"
    log.write_bytes(lines)
    with gzip.open(packed, "wb") as file:
        file.write(lines)
    assert run(str(log), "--site", "https://www.bakery.example/") == 0
    assert capsys.readouterr().out == "3 lines, 2 page hits, 2 of them new, 1 unreadable.\n"
    assert run(str(packed), "--site", "bakery.example") == 0
    assert capsys.readouterr().out == "3 lines, 2 page hits, 0 of them new, 1 unreadable.\n"
    assert visits(folder) == 2


CADDY = (
    '{{"level":"info","ts":{ts},"logger":"http.log.access","msg":"handled request","request":{{"remote_ip":"172.16.0.1",'
    '"client_ip":"203.0.113.7","proto":"HTTP/2.0","method":"GET","host":"{host}","uri":"{uri}","headers":'
    '{{"User-Agent":["{agent}"],"Referer":["https://m.example/@x"]}}}},"duration":0.001,"size":9,"status":200}}\n'
)


def caddy(ts, uri, host="www.bakery.example"):
    return CADDY.format(ts=ts, uri=uri, host=host, agent=CHROME).encode()


def test_a_log_of_caddy_with_another_site_in_it(folder, capsys):
    log = folder / "caddy.json"
    log.write_bytes(
        caddy(1792990000.5, "/rolls?ln=Ab3xK7q")
        + caddy(1792990003.5, "/style.css")
        + caddy(1792990100.5, "/other", host="inn.example")
        + b'{"level":"info","ts":1792990200.1,"msg":"certificate obtained"}\n{"broken\n'
        + caddy(1792990300.5, "/bread?token=secret")
    )
    for new in (2, 0):
        assert run(str(log), "--site", "bakery.example") == 0
        assert capsys.readouterr().out == f"6 lines, 2 page hits, {new} of them new, 1 unreadable.\n"
    with open_again(folder) as db:
        found = db.read_now(figures.visits, figures.Wanted(0, EVER))
        assert [(v.path, v.kind, v.hits, v.referrer, v.agent) for v in found] == [
            ("/rolls", "person", 2, "m.example", "Chrome 149, desktop")
        ]
        assert [h.rule for h in db.read_now(figures.hits_of, found[0].id)] == ["R5", "R4"]


def test_a_log_as_a_table(folder, capsys):
    log = folder / "cdn.csv"
    log.write_text(
        "Zeit;IP;Agent;Pfad;Code\n"
        f'2026-10-26 08:00:00;203.0.113.7;"{CHROME}; de";/rolls;200\n'
        f'2026-10-26 08:00:05;203.0.113.7;"{CHROME}; de";/a.css;200\n'
        f'1792998000;203.0.113.8;"{CHROME}";/rolls;404\n'
        "2026-10-26 08:00:05;203.0.113.7;short\n"
        "never;203.0.113.7;x;/;200\n"
    )
    columns = "time=Zeit, address=IP, user_agent=Agent, target=Pfad, status=Code"
    assert run(str(log), "--site", "bakery.example", "--columns", columns) == 0
    assert capsys.readouterr().out == "6 lines, 2 page hits, 2 of them new, 2 unreadable.\n"
    with open_again(folder) as db:
        assert db.read_now(figures.counts, 0, EVER) == figures.VisitCounts(probable=1, machines=1)
    for words, sentence in (
        (("--format", "csv"), "no column 'time'"),
        (("--columns", "when=Zeit"), "pairs like"),
        (("--columns", "time"), "pairs like"),
        (("--columns", columns, "--format", "caddy"), "belong to a log in the format csv"),
        (("--columns", "time=Zeit, host=Wirt"), "no column"),
    ):
        with pytest.raises(Invalid, match=sentence):
            run(str(log), "--site", "bakery.example", *words)


def test_how_far_it_is_is_told_on_a_terminal():
    out, clock = io.StringIO(), iter([0.0, 2.0, 4.0])
    parts = iter([0.5, 0.0])
    bar = import_log.Bar(out, lambda: next(parts), lambda: next(clock))
    bar.show(40_000)
    bar.show(80_000)
    first, second = out.getvalue().split("\r")[1:]
    assert first.startswith(f"[{'#' * 15}{' ' * 15}]  50%  40,000 lines, 20,000 a second")
    assert second.startswith("80,000 lines, 20,000 a second")


def test_what_is_no_log_is_said_to_be_none(folder, capsys):
    log = folder / "x.log"
    log.write_bytes(b"nothing\nof the kind\n")
    assert run(str(log), "--site", "bakery.example") == 1
    assert "combined format" in capsys.readouterr().err
    with pytest.raises(Invalid, match="--site"):
        run(str(log))  # no firm, no site
    with pytest.raises(Invalid, match="folder"):
        run(str(folder), "--site", "bakery.example")
    broken = folder / "y.gz"
    shutil.copy(log, broken)
    with pytest.raises(Invalid, match="gz"):
        run(str(broken), "--site", "bakery.example")
    assert visits(folder) == 0
