"""The key file: 32 random bytes, in hex, for nobody but the server. Not in the database, so that a
stolen copy of that signs nothing."""

import os
import secrets
from pathlib import Path

from linnet.federation.keys.rules import MASTER
from linnet.kernel.settings import SettingsError

FOLDER, NAME = "keys", "master.key"


def read(data: Path) -> bytes | None:
    """What is in the file; None when there is none. Raises SettingsError for one that cannot be used."""
    path = data / FOLDER / NAME
    try:
        text = path.read_text(encoding="ascii")
        if path.stat().st_mode & 0o077:
            raise SettingsError(f"The key file {path} is open to other users: chmod 600 {path}")
        master = bytes.fromhex(text)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"The key file {path} cannot be read ({error}): put the one of your last backup in its place."
        ) from error
    if len(master) != MASTER:
        raise SettingsError(f"The key file {path} is damaged: put the one of your last backup in its place.")
    return master


def make(data: Path) -> bytes:
    """Makes the file; of several processes that do so at once the first one wins. Answers what is in
    it. Raises SettingsError when it cannot be written."""
    folder = data / FOLDER
    draft = folder / f".{NAME}.{secrets.token_hex(8)}"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(MASTER))
            file.flush()
            os.fsync(file.fileno())
        try:
            (folder / NAME).hardlink_to(draft)
        except FileExistsError:
            pass  # somebody was first: theirs counts
        finally:
            draft.unlink()
        _to_disk(folder)
    except OSError as error:
        raise SettingsError(
            f"The key file {folder / NAME} cannot be written ({error}): look at the disk and at the rights "
            "of the data folder."
        ) from error
    master = read(data)
    assert master is not None
    return master


def _to_disk(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
