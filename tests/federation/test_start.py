"""What a start looks at and says."""

import asyncio
import logging

import pytest

from linnet import app
from linnet.commands import doctor, ready
from linnet.db.opening import open_database
from linnet.federation.keys import rules
from linnet.federation.keys.keyring import Keyring
from linnet.kernel.settings import Settings, SettingsError, load
from linnet.kernel.value import changed


@pytest.fixture
def settings(tmp_path) -> Settings:
    return changed(load({}), data=tmp_path, url="https://bakery.example")


@pytest.fixture
def keyed(settings, monkeypatch) -> Settings:
    """A server that has signed something."""
    db = open_database(settings)
    asyncio.run(Keyring(settings.data, settings.url).signer(db, 0))
    db.close()
    return settings


def findings(settings: Settings) -> list[str]:
    db = open_database(settings)
    try:
        found = doctor.keys(settings, db)
        return [found.level, found.sentence]
    finally:
        db.close()


def test_a_start_makes_the_key_file_where_others_can_come(settings, capsys):
    (settings.data / "run").mkdir()
    ready.prepare(changed(settings, url="http://localhost:8080"))
    assert not (settings.data / "keys").exists()
    ready.prepare(settings)
    assert (settings.data / "keys" / "master.key").exists()


def test_a_start_without_the_key_file_stops(keyed):
    (keyed.data / "keys" / "master.key").unlink()
    with pytest.raises(SettingsError, match="put back the one of your last backup"):
        ready.prepare(keyed)
    assert findings(keyed)[0] == "fail"


def test_a_start_with_another_key_file_stops(keyed):
    (keyed.data / "keys" / "master.key").write_text("ab" * 32)
    with pytest.raises(rules.SealError, match="another key file"):
        ready.prepare(keyed)
    assert "another key file" in findings(keyed)[1]


def test_the_doctor_on_keys(settings):
    assert findings(settings) == ["ok", "none yet: made at first need"]
    assert not (settings.data / "keys").exists()


def test_the_doctor_on_keys_that_are_well(keyed):
    assert findings(keyed) == ["ok", "the key file opens them"]


@pytest.mark.parametrize("networks", ["", "127.0.0.0/8,fd00::/8"])
def test_private_networks_are_warned_of_loudly(monkeypatch, tmp_path, caplog, networks):
    monkeypatch.setenv("LINNET_DATA", str(tmp_path))
    monkeypatch.setenv("LINNET_ALLOW_NETWORKS", networks)
    monkeypatch.setattr(app, "create", lambda settings: settings)
    with caplog.at_level(logging.WARNING, "linnet"):
        app.serve()
    warnings = [record.getMessage() for record in caplog.records if record.name == "linnet"]
    assert bool(warnings) == bool(networks)
    assert all("127.0.0.0/8, fd00::/8" in warning and "take it out" in warning for warning in warnings)
