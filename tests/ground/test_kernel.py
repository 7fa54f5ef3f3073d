"""Settings, ids, pages, the rewriting of SQL."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from linnet.db.tx import for_postgres, for_sqlite
from linnet.kernel import clock, ids
from linnet.kernel.errors import Invalid
from linnet.kernel.page import WIDE, Page, in_order, page_of
from linnet.kernel.settings import TABLE, SettingsError, document, load

WRONG = {
    "LINNET_DATA": ["", "  ", "~nobody-of-this-name/data"],
    "LINNET_DATABASE": ["", "mysql://x/y", "SQLite", "linnet.sqlite"],
    "LINNET_BIND": ["", "8080", ":8080", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:8o"],
    "LINNET_URL": [
        "",
        "bakery.example",
        "ftp://bakery.example",
        "https://",
        "https://bakery.example/path",
        "https://u@bakery.example",
        "https://bakery.example?x",
        "https://bakery.example:99999",
        "https://[",
    ],
    "LINNET_WORKERS": ["", "0", "-1", "65", "two", "1.5", "２", "9" * 5000],
    "LINNET_MAX_CHARACTERS": ["0", "100001", "140 "],
    "LINNET_TRUSTED_PROXIES": ["proxy.example", "10.0.0.0/8", "127.0.0.1;10.0.0.1"],
    "LINNET_ALLOW_PRIVATE": [
        "127.0.0.1",
        "127.0.0.1:0",
        "http://127.0.0.1:9000",
        "127.0.0.1:99999",
        "::1:80",
    ],
    "LINNET_ALLOW_NETWORKS": ["localhost", "127.0.0.1/8", "10.0.0.0/33", "10.0.0.0/8;::1/128"],
    "LINNET_HANDLE_DOMAIN": [
        "bakery",
        "https://bakery.example",
        "-x.example",
        "bakery.example/",
        "a b.example",
    ],
    "LINNET_AUTHORIZED_FETCH": ["", "maybe", "2"],
    "LINNET_MEDIA_CACHE_BYTES": ["1G", "1048575", str((1 << 46) + 1)],
    "LINNET_INBOX_BYTES": ["1G", "16777215", str((1 << 46) + 1)],
    "LINNET_UPLOAD_BYTES": ["16M", "1023", str((1 << 30) + 1)],
    "LINNET_LATE_GRACE_MINUTES": ["0", "10081", "2h"],
    "LINNET_SMTP": ["mail.example", "http://mail.example", "smtp://", "smtp://m.example/box", "smtp://["],
    "LINNET_MAIL_FROM": ["ann", "ann@", "a b@c.example"],
    "LINNET_LOG_LEVEL": ["", "INFO", "loud"],
}


@pytest.mark.parametrize(("variable", "text"), [(v, text) for v, texts in WRONG.items() for text in texts])
def test_a_wrong_setting_is_named_in_one_sentence(tmp_path, variable, text):
    with pytest.raises(SettingsError) as refused:
        load({variable: text}, tmp_path)
    sentence = refused.value.sentence
    assert sentence.startswith(f"{variable} is ")
    assert "but it must be" in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_every_setting_has_its_wrong_values():
    assert set(WRONG) == {setting.variable for setting in TABLE}


def test_right_ones(tmp_path):
    found = load(
        {
            "LINNET_DATA": "~/linnet",
            "LINNET_BIND": "[::1]:9000",
            "LINNET_URL": "HTTPS://Bakery.Example:8443/",
            "LINNET_TRUSTED_PROXIES": "127.0.0.1, ::1,",
            "LINNET_ALLOW_PRIVATE": "127.0.0.1:9000,[::1]:80,feeds.local:8000",
            "PATH": "/bin",
        },
        tmp_path,
    )
    assert (found.bind_host, found.bind_port) == ("::1", 9000)
    assert (found.url, found.host, found.secure) == (
        "https://bakery.example:8443",
        "bakery.example:8443",
        True,
    )
    assert found.trusted_proxies == ("127.0.0.1", "::1")
    assert found.allow_private == ("127.0.0.1:9000", "[::1]:80", "feeds.local:8000")
    assert found.data == Path.home() / "linnet"
    plain = load({}, tmp_path)
    assert (plain.max_characters, plain.workers, plain.database, plain.secure) == (140, 1, "sqlite", False)


def test_the_environment_wins_over_the_file(tmp_path):
    (tmp_path / "linnet.toml").write_text(
        'max_characters = 200\nworkers = "3"\ntrusted_proxies = ["127.0.0.1", "::1"]\nlog_level = "error"\n'
    )
    found = load({"LINNET_WORKERS": "2"}, tmp_path)
    assert (found.max_characters, found.workers, found.log_level) == (200, 2, "error")
    assert found.trusted_proxies == ("127.0.0.1", "::1")
    elsewhere = tmp_path / "other.toml"
    elsewhere.write_text("max_characters = 77\n")
    assert load({"LINNET_CONFIG": str(elsewhere)}, tmp_path).max_characters == 77
    assert load({}, tmp_path / "nothing").max_characters == 140


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("maximum = 3", "'maximum', which is no setting"),
        ("workers = ", "cannot be read"),
        ("workers = true", "workers in"),
        ("bind = 1.5", "bind in"),
        ("[data]\nfolder = 'x'", "data in"),
        ("allow_private = [1]", "allow_private in"),
        ("workers = 99", "LINNET_WORKERS is '99'"),
    ],
)
def test_a_wrong_file_is_named(tmp_path, text, words):
    (tmp_path / "linnet.toml").write_text(text)
    with pytest.raises(SettingsError) as refused:
        load({}, tmp_path)
    assert words in refused.value.sentence
    assert "\n" not in refused.value.sentence


def test_a_misspelt_or_missing_one_is_named(tmp_path):
    with pytest.raises(SettingsError, match="LINNET_WORKER is not a setting"):
        load({"LINNET_WORKER": "2"}, tmp_path)
    with pytest.raises(SettingsError, match="cannot be read"):
        load({"LINNET_CONFIG": str(tmp_path / "none.toml")}, tmp_path)
    (tmp_path / "linnet.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="cannot be read"):
        load({}, tmp_path)


def test_the_document_is_the_one_that_is_shipped():
    path = Path(__file__).parents[2] / "docs" / "config.md"
    assert path.read_text(encoding="utf-8") == document(), "run `make docs`"


def test_ids_rise_and_differ_over_threads():
    ready = threading.Barrier(4)

    def make(_):
        ready.wait(20)
        return [ids.new_id() for _ in range(20_000)]

    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(make, range(4)))
    assert all(mine == sorted(set(mine)) for mine in made)
    assert len({id for mine in made for id in mine}) == 80_000
    assert all(0 < id < 1 << 63 for mine in made for id in mine)


@given(st.lists(st.integers(0, 3), min_size=1, max_size=60))
def test_ids_rise_whatever_the_clock_does(jumps):
    """Also when it stands still, or is set back, and when a millisecond is used up."""
    clock, at, last = ids._Clock(), 10**12, 0
    for jump in jumps:
        at += {0: 0, 1: 1, 2: -5, 3: 1000}[jump]
        clock._low = max(clock._low, 0xFFFE) if jump == 0 else clock._low
        made = _at(clock, at)
        assert made > last
        last = made


def _at(clock, ms):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ids.time, "time_ns", lambda: ms * 1_000_000)
        return clock.next()


@given(st.integers(1, 1 << 46))
def test_ids_tell_their_time(ms):
    assert ids.made_at(ids.first_id_at(ms)) == ms
    assert ids.made_at(_at(ids._Clock(), ms)) == ms
    assert ids.first_id_at(ms) <= _at(ids._Clock(), ms) < ids.first_id_at(ms + 1)


def test_pages():
    assert page_of({}.get) == Page()
    assert page_of({"limit": "500", "max_id": "9", "since_id": "4"}.get) == Page(40, 9, 4, False)
    assert page_of({"min_id": "7", "since_id": "4"}.get, size=5) == Page(5, WIDE, 7, True)
    assert page_of({"max_id": "9" * 25, "limit": "", "min_id": ""}.get) == Page()
    assert in_order(Page(ascending=True), [1, 2]) == [2, 1]
    assert in_order(Page(), (2, 1)) == [2, 1]


@given(st.sampled_from(["limit", "max_id", "since_id", "min_id"]), st.text())
def test_a_page_of_anything_is_a_page_or_refused(name, text):
    if text and not (
        text.isascii() and text.isdigit() and len(text) <= 25 and (name != "limit" or int(text))
    ):
        with pytest.raises(Invalid) as refused:
            page_of({name: text}.get)
        assert refused.value.field == name
        return
    page = page_of({name: text}.get)
    assert 1 <= page.size <= 40
    assert 0 <= page.above <= WIDE
    assert 0 <= page.below <= WIDE


@pytest.mark.parametrize(
    ("sql", "sqlite", "postgres"),
    [
        ("SELECT :a", "SELECT :a", "SELECT %(a)s"),
        ("a IN :ids", "a IN (SELECT value FROM json_each(:ids))", "a = ANY(%(ids)s)"),
        ("a not in :ids", "a not IN (SELECT value FROM json_each(:ids))", "a <> ALL(%(ids)s)"),
        ("a LIKE '%:x''%' AND b = :x", "a LIKE '%:x''%' AND b = :x", "a LIKE '%%:x''%%' AND b = %(x)s"),
        ("CAST(:n AS BIGINT) % 2", "CAST(:n AS BIGINT) % 2", "CAST(%(n)s AS BIGINT) %% 2"),
        ("x::text", "x::text", "x::text"),
        ("id BIGINT PRIMARY KEY", "id INTEGER PRIMARY KEY", "id BIGINT PRIMARY KEY"),
        (") WITHOUT ROWID", ") WITHOUT ROWID", ") "),
        ("a IN (1, 2)", "a IN (1, 2)", "a IN (1, 2)"),
    ],
)
def test_one_text_for_two_engines(sql, sqlite, postgres):
    assert for_sqlite(sql) == sqlite
    assert for_postgres(sql) == postgres


@given(st.text(alphabet="ab:%' IN()_=?", max_size=40))
def test_what_stands_in_quotes_stays(text):
    quoted = "'" + text.replace("'", "''") + "'"
    assert for_postgres(f"SELECT {quoted}").replace("%%", "%") == f"SELECT {quoted}"


@given(st.integers(0, 7_000_000_000_000))
@example(1_086_009_440_909)  # a float has one ms less
def test_a_moment_is_the_same_as_text(ms):
    assert clock.parse_time(clock.iso(ms), "at") == clock.to_ms(clock.moment(ms)) == ms
