"""`linnet import log FILE`, as far as the file is read."""

import argparse
import gzip
import shutil
from types import SimpleNamespace

import pytest

from linnet.commands import import_log
from linnet.db.migrate import migrate
from linnet.db.sqlite import SqliteDatabase
from linnet.desk.visits import figures
from linnet.kernel.clock import now_ms
from linnet.kernel.errors import Invalid
from tests.rules.test_visits import CHROME, LINE

EVER = 1 << 62


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A data folder with a database, which the command opens for itself."""
    db = SqliteDatabase(tmp_path / "linnet.sqlite")
    migrate(db, now_ms())
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
