"""The program itself, as a script starts it."""

import asyncio
import importlib
import os
import shlex
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from linnet import __version__
from linnet.cli import COMMANDS, main
from linnet.commands import doctor
from linnet.db.migrate import RECORD
from linnet.db.sqlite import SqliteDatabase
from linnet.desk.firm import queries as firm
from linnet.desk.start import queries as starts
from linnet.kernel.errors import Invalid, Upstream
from linnet.net.client import Answer
from linnet.social.apps import queries as apps
from linnet.social.people import passwords
from linnet.social.people import queries as people

PROGRAM = Path(sys.executable).with_name("linnet")
SECRET = "crusty loaves rise early"
SETUP = shlex.split(
    "setup --firm 'Corner Bakery' --handle bakery --site https://bakery.example --site shop.example "
    "--time-zone Europe/Berlin --currency EUR --hourly-cost 40 --name Owner --email owner@bakery.example --password-stdin"
)
TOKEN = ["token", "create", "--scopes", "read write follow push", "--account"]


class Shell:
    """Runs the real program with settings of its own."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("LINNET_")}
        self.environment |= {"LINNET_DATA": str(folder / "data"), **settings}

    def __call__(self, *words: str, typed: str = "", code: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [PROGRAM, *words],
            input=typed,
            capture_output=True,
            text=True,
            env=self.environment,
            cwd=self.folder,
            check=False,
        )
        assert done.returncode == code, done
        assert "Traceback" not in done.stderr
        return done

    def refused(self, *words: str, typed: str = "") -> str:
        done = self(*words, typed=typed, code=1)
        assert done.stdout == ""
        assert done.stderr.startswith("linnet: ")
        assert done.stderr.endswith(".\n")
        assert done.stderr.count("\n") == 1
        return done.stderr


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def _bring_up(shell: Shell) -> tuple[str, str]:
    """Everything that a script needs for a ready server; answers two tokens."""
    done = shell(*SETUP, typed=SECRET + "\n")
    assert "@bakery@localhost:8080" in done.stdout
    created = shell(
        "account",
        "create",
        "--handle",
        "Ann",
        "--email",
        "ann@bakery.example",
        "--password-stdin",
        typed=SECRET,
    )
    assert created.stderr == ""
    tokens = []
    for handle in ("bakery", "@ANN"):
        made = shell(*TOKEN, handle)
        assert made.stderr == ""
        token, end = made.stdout.split("\n")
        assert end == ""
        tokens.append(token)
    return tokens[0], tokens[1]


def test_a_script_brings_up_a_ready_server(shell):
    shell("migrate")
    held = SqliteDatabase(shell.folder / "data" / "linnet.sqlite")  # as a running server holds it
    try:
        for token, handle, owner in zip(_bring_up(shell), ("bakery", "Ann"), (True, False), strict=True):
            bearer = held.read_now(apps.token, token)
            assert bearer.scopes == "read write follow push"
            assert (bearer.role, bearer.owner) == ("owner", owner)
            assert held.read_now(people.account, bearer.account_id).handle == handle
        login = held.read_now(people.credentials, "owner@bakery.example")
        assert passwords.verify(SECRET, login.password_hash)
        assert passwords.verify(SECRET, held.read_now(people.credentials, "ann@bakery.example").password_hash)
        assert [s.host for s in held.read_now(firm.sites)] == ["bakery.example", "shop.example"]
        assert held.read_now(firm.firm).hourly_cost == 4000
        assert "set up already, for Corner Bakery" in shell.refused(*SETUP, typed=SECRET)
        assert "taken" in shell.refused(
            "account", "create", "--handle", "ANN", "--email", "b@c.de", "--password-stdin", typed=SECRET
        )
        assert "does not live here" in shell.refused(*TOKEN, "nobody")
        assert "admin" in shell.refused("token", "create", "--account", "ann", "--scopes", "read admin")
    finally:
        held.close()


def test_a_forgotten_password_is_given_anew(shell):
    _bring_up(shell)
    said = shell(
        "person",
        "password",
        "--email",
        "owner@bakery.example",
        "--password-stdin",
        typed="another long secret\n",
    )
    assert "new password" in said.stdout
    assert "not found" in shell.refused(
        "person",
        "password",
        "--email",
        "nobody@bakery.example",
        "--password-stdin",
        typed="another long secret\n",
    )


def test_the_same_on_postgresql(tmp_path, postgres_template):
    name = f"linnet_cli_{os.getpid()}"
    with psycopg.connect(f"{postgres_template}postgres", autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        admin.execute(f"CREATE DATABASE {name}")
        try:
            shell = Shell(tmp_path, LINNET_DATABASE=f"{postgres_template}{name}")
            assert all(token.startswith("lnt_") for token in _bring_up(shell))
            lines = shell("doctor").stdout.splitlines()
            assert any(line.startswith("ok    database  PostgreSQL 1") for line in lines)
            assert not (shell.folder / "data" / "linnet.sqlite").exists()
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_what_is_refused_is_refused_in_one_sentence(shell):
    def instead(option: str, value: str) -> list[str]:
        words = list(SETUP)
        words[words.index(option) + 1] = value
        return words

    assert "zone" in shell.refused(*instead("--time-zone", "Berlin"), typed=SECRET)
    assert "amount" in shell.refused(*instead("--hourly-cost", "much"), typed=SECRET)
    assert "e-mail" in shell.refused(*instead("--email", "owner"), typed=SECRET)
    assert "shorter than 10" in shell.refused(*SETUP, typed="short\n")
    without = [word for word in SETUP if word != "--password-stdin"]
    assert "--password-stdin" in shell.refused(*without, typed=SECRET)
    shell.environment["LINNET_WORKERS"] = "many"
    assert "LINNET_WORKERS" in shell.refused("migrate")
    del shell.environment["LINNET_WORKERS"]
    (shell.folder / "file").write_text("")
    shell.environment["LINNET_DATA"] = str(shell.folder / "file" / "data")
    assert str(shell.folder / "file") in shell.refused("migrate")


@pytest.mark.wide
@pytest.mark.parametrize(("words", "waived"), [([], False), (["--start", "today"], True)])
def test_a_script_says_when_the_firm_begins_to_post(shell, words, waived):
    shell(*SETUP, *words, typed=f"{SECRET}\n")
    db = SqliteDatabase(shell.folder / "data" / "linnet.sqlite")
    found = db.read_now(lambda tx: starts.start(tx, firm.must_firm(tx).account_id))
    db.close()
    assert (found.waived_at is not None) is waived


def test_what_is_written_wrongly_is_two(shell):
    assert "Corner Bakery" not in shell("setup", "--firm", "Corner Bakery", code=2).stdout
    assert "--email" in shell("account", "create", "--handle", "x", code=2).stderr
    for words in (["nonsense"], ["token"], ["token", "delete"], ["migrate", "--fast"]):
        assert "usage:" in shell(*words, code=2).stderr
    assert not (shell.folder / "data").exists()


def test_a_newer_database_is_left_alone(shell):
    first = shell("migrate").stdout.splitlines()
    assert first[0] == "0001 jobs"
    assert shell("migrate").stdout.splitlines() == first[-1:]
    db = SqliteDatabase(shell.folder / "data" / "linnet.sqlite")
    db.write_now(lambda tx: tx.run(RECORD, number=9999, name="later", checksum="x", now=1))
    db.close()
    for words in (["migrate"], [*TOKEN, "x"]):
        assert "newer Linnet (schema 9999" in shell.refused(*words)
    assert "fail  database  This database was last used by a newer Linnet" in shell("doctor", code=1).stdout


def test_the_doctor_looks_at_everything(shell):
    lines = shell("doctor").stdout.splitlines()
    assert [line.split()[1] for line in lines] == ["data", "disk", "database", "clock", "address"]
    assert lines[2].startswith("warn")  # the steps are still to come
    _bring_up(shell)
    assert [line.split()[0] for line in shell("doctor").stdout.splitlines()] == ["ok"] * 5
    file = shell.folder / "data" / "linnet.sqlite"
    file.write_bytes(b"this is no database, not at all" * 200)
    for rest in file.parent.glob("linnet.sqlite-*"):
        rest.unlink()
    sick = shell("doctor", code=1)
    assert "fail  database" in sick.stdout
    assert "backup" in sick.stdout


def test_the_doctor_on_folders(tmp_path):
    assert doctor.data(tmp_path / "none").level == "warn"
    (tmp_path / "open").mkdir(mode=0o755)
    (tmp_path / "open").chmod(0o755)
    assert "chmod 700" in doctor.data(tmp_path / "open").sentence
    (tmp_path / "open").chmod(0o700)
    assert doctor.data(tmp_path / "open").level == "ok"


def test_the_doctor_on_room(tmp_path, monkeypatch):
    for free, level in ((100 << 20, "fail"), (500 << 20, "warn"), (4 << 30, "warn"), (50 << 30, "ok")):
        usage = type("Usage", (), {"free": free, "total": 100 << 30})
        monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _, usage=usage: usage)
        assert doctor.disk(tmp_path / "not" / "yet").level == level


def test_the_doctor_on_time(now):
    assert doctor.clock(now - 1, now).level == "ok"
    assert doctor.clock(now + 30_000, now).level == "ok"  # clocks of two machines
    assert doctor.clock(now + 120_000, now).level == "fail"
    assert doctor.clock(0, 1_000_000).level == "fail"


@pytest.mark.parametrize(
    ("url", "outcome", "level", "words"),
    [
        ("http://localhost:8080", None, "ok", "this machine only"),
        ("http://bakery.example", None, "warn", "not https"),
        ("https://bakery.example", Answer(200, "", {}, b"ok"), "ok", ""),
        ("https://bakery.example", Answer(502, "", {}, b""), "warn", "502"),
        (
            "https://bakery.example",
            Invalid("url", "is not on the public internet"),
            "fail",
            "public internet",
        ),
        (
            "https://bakery.example",
            Upstream("There is no server called bakery.example."),
            "fail",
            "no server",
        ),
    ],
)
def test_the_doctor_on_the_address(url, outcome, level, words):
    class Net:
        async def get(self, asked, **_):
            assert asked == f"{url}/health"
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

    finding = asyncio.run(doctor.address(url, Net()))
    assert finding.level == level
    assert words in finding.sentence


def test_every_word_of_the_table_can_be_said(capsys):
    for word, (path, sentence) in COMMANDS.items():
        module = importlib.import_module(path)
        assert callable(module.run)
        with pytest.raises(SystemExit) as end:
            main([word, "--help"])
        assert end.value.code == 0
        assert f"usage: linnet {word}" in capsys.readouterr().out
        assert sentence[0].islower()
    assert main([]) == 0
    listed = capsys.readouterr().out
    assert [word for word in COMMANDS if f"    {word}" not in listed] == []
    with pytest.raises(SystemExit):
        main(["--version"])
    assert __version__ in capsys.readouterr().out


def test_a_command_loads_little(shell):
    """`linnet token create` must not wait for web servers, clients and drivers it does not use."""
    code = (
        "import sys, linnet.cli, linnet.commands.token, linnet.commands.setup;"
        "print([m for m in ('aiohttp', 'psycopg', 'starlette', 'granian', 'jinja2', 'PIL', 'feedparser') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
