"""Our keys: made once, sealed, and useless without their file."""

import asyncio
import base64
import os
from pathlib import Path

import pytest

from linnet.federation.keys import actions, keyfile, queries, rules
from linnet.federation.keys.keyring import OPENED, Keyring
from linnet.federation.keys.rules import SealError, SigningKey
from linnet.federation.signing import signatures
from linnet.kernel.settings import SettingsError
from linnet.kernel.value import changed
from tests.conftest import NOW

URL = "https://bakery.example"


@pytest.fixture
def few_keys(monkeypatch):
    """The same key each time: making one takes long."""
    made = []

    def make():
        made.append(1)
        return KEY

    monkeypatch.setattr(rules, "make", make)
    return made


KEY = rules.make()


def test_a_key_is_made_once_and_signs(db, tmp_path, few_keys):
    ring = Keyring(tmp_path, URL)

    async def go():
        signers = await asyncio.gather(*(ring.signer(db, 7) for _ in range(5)))
        assert len({id(signer) for signer in signers}) == 1
        return signers[0], await ring.public_pem(db, 7)

    signer, pem = asyncio.run(go())
    assert few_keys == [1]
    assert signer.key_id == "https://bakery.example/ap/users/7#main-key"
    headers = signatures.sign(signer, "cavage", "POST", "https://peer.example/inbox", b"x", NOW)
    request = signatures.Received(
        "POST",
        "/inbox",
        {name.lower(): (value,) for name, value in headers.items()},
        "peer.example",
    )
    assert signatures.verify(signatures.read(request), pem, b"x", NOW) is None


def test_the_server_has_a_key_of_its_own(db, tmp_path, few_keys):
    ring = Keyring(tmp_path, URL)
    assert asyncio.run(ring.signer(db, 0)).key_id == "https://bakery.example/ap/actor#main-key"


def test_another_process_finds_the_same_key(db, tmp_path, few_keys):
    first = asyncio.run(Keyring(tmp_path, URL).public_pem(db, 7))
    assert asyncio.run(Keyring(tmp_path, URL).public_pem(db, 7)) == first
    assert few_keys == [1]


def test_of_two_keys_made_at_once_one_counts(db):
    first, second = (SigningKey(7, pem, "x", NOW) for pem in ("one", "two"))
    assert db.write_now(actions.keep, first) == first
    assert db.write_now(actions.keep, second) == first


def test_no_private_key_is_in_the_database(db, tmp_path, few_keys):
    asyncio.run(Keyring(tmp_path, URL).signer(db, 7))
    row = db.read_now(queries.one, 7)
    sealed = base64.b64decode(row.sealed)
    assert KEY[1] not in sealed
    assert "PRIVATE" not in row.public_pem
    # and the file is nobody else's to read
    file = tmp_path / "keys" / "master.key"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_only_as_many_keys_stay_open_as_are_used(db, tmp_path, few_keys, monkeypatch):
    ring = Keyring(tmp_path, URL)
    monkeypatch.setattr("linnet.federation.keys.keyring.OPENED", 2)

    async def go():
        first = await ring.signer(db, 1)
        await ring.signer(db, 2)
        assert await ring.signer(db, 1) is first  # used again: it stays
        await ring.signer(db, 3)
        assert set(ring._opened) == {1, 3}
        assert await ring.signer(db, 1) is first
        assert (await ring.signer(db, 2)).key_id.endswith("/2#main-key")

    asyncio.run(go())
    assert OPENED >= 100


def test_a_missing_key_file_is_one_clear_sentence(db, tmp_path, few_keys):
    asyncio.run(Keyring(tmp_path, URL).signer(db, 7))
    (tmp_path / "keys" / "master.key").unlink()
    for use in (
        lambda: db.read_now(Keyring(tmp_path, URL).prepare),
        lambda: asyncio.run(Keyring(tmp_path, URL).signer(db, 7)),
        lambda: asyncio.run(Keyring(tmp_path, URL).signer(db, 8)),
    ):
        with pytest.raises(SettingsError, match="is missing, but keys in the database are sealed with it"):
            use()
    assert not (tmp_path / "keys" / "master.key").exists()


def test_another_key_file_is_one_clear_sentence(db, tmp_path, few_keys):
    asyncio.run(Keyring(tmp_path, URL).signer(db, 7))
    (tmp_path / "keys" / "master.key").write_text("ab" * 32)
    with pytest.raises(SealError, match="sealed with another key file"):
        db.read_now(Keyring(tmp_path, URL).prepare)
    with pytest.raises(SealError, match="sealed with another key file"):
        asyncio.run(Keyring(tmp_path, URL).signer(db, 8))


@pytest.mark.parametrize("content", ["", "ab", "zz" * 32, "ab" * 31, "\xff"])
def test_a_damaged_key_file_is_one_clear_sentence(tmp_path, content):
    (tmp_path / "keys").mkdir()
    file = tmp_path / "keys" / "master.key"
    file.write_text(content, encoding="latin-1")
    file.chmod(0o600)
    with pytest.raises(SettingsError, match="last backup"):
        keyfile.read(tmp_path)


def test_a_key_file_that_others_may_read_is_refused(tmp_path):
    keyfile.make(tmp_path)
    (tmp_path / "keys" / "master.key").chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        keyfile.read(tmp_path)


def test_the_first_of_several_key_files_counts(tmp_path):
    first = keyfile.make(tmp_path)
    assert keyfile.make(tmp_path) == first == keyfile.read(tmp_path)
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["master.key"]


def test_a_key_file_that_cannot_be_written(tmp_path):
    (tmp_path / "keys").write_text("a file where the folder should be")
    with pytest.raises(SettingsError, match="cannot be written"):
        keyfile.make(tmp_path)


def test_a_start_without_keys_makes_the_file(db, tmp_path):
    db.read_now(Keyring(tmp_path, URL).prepare)
    assert keyfile.read(tmp_path) is not None
    db.read_now(Keyring(tmp_path, URL).prepare)


def test_a_sealed_key_is_bound_to_its_account_and_purpose():
    subkey = rules.subkey(b"m" * 32, "signing keys")
    row = SigningKey(7, KEY[0], rules.seal(subkey, 7, KEY[1], b"n" * 12), NOW)
    assert rules.unseal(subkey, row).key_size == 2048
    broken = base64.b64encode(base64.b64decode(row.sealed)[:-1] + b"x").decode()
    for bad, key in (
        (changed(row, account_id=8), subkey),
        (row, rules.subkey(b"m" * 32, "something else")),
        (row, rules.subkey(b"n" * 32, "signing keys")),
        (changed(row, sealed=broken), subkey),
        (changed(row, sealed=""), subkey),
        (changed(row, sealed="no base64"), subkey),
    ):
        with pytest.raises(SealError):
            rules.unseal(key, bad)


def test_a_folder_that_is_made_is_closed_whatever_the_umask(tmp_path: Path):
    before = os.umask(0)
    try:
        keyfile.make(tmp_path)
    finally:
        os.umask(before)
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
