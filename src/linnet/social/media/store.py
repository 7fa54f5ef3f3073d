"""Where picture files lie: <data>/media/ab/<name>, `ab` being the first two letters of the name.

Names are 128 random bits (security paper, 5.9): they say nothing and cannot be guessed. A picture
and its thumbnail share them. A file never changes under its name.
"""

import asyncio
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from linnet.social.media.rules import EXTENSIONS, NAME

FOLDERS = tuple(f"{n:02x}" for n in range(256))


class Store:
    """The folder of pictures. Its plain methods block for a disk."""

    def __init__(self, root: Path) -> None:
        self.root = root

    async def keep(self, picture: bytes, mime: str, thumb: bytes) -> tuple[str, str]:
        """Writes both (the thumbnail is WebP); answers their names once they are on disk."""
        return await asyncio.to_thread(self.keep_now, picture, mime, thumb)

    def keep_now(self, picture: bytes, mime: str, thumb: bytes) -> tuple[str, str]:
        """As `keep`; blocks."""
        stem = secrets.token_hex(16)
        names = f"{stem}.{EXTENSIONS[mime]}", f"{stem}-small.webp"
        folder = self._folder(stem)
        for name, data in zip(names, (picture, thumb), strict=True):
            self._write(folder, name, data)
        _sync(folder)  # the names themselves, before any row speaks of them
        return names

    def path(self, name: str) -> Path | None:
        """Where the file of this name is; None for what is not one of our names. Whether the file
        is there is not looked at."""
        return self.root / name[:2] / name if NAME.fullmatch(name) else None

    def remove(self, name: str) -> None:
        """Removes the file; it may be gone already."""
        path = self.path(name)
        if path is not None:
            path.unlink(missing_ok=True)

    def folders(self) -> list[str]:
        """Those of FOLDERS that there are: a small server has few of them."""
        return [folder for folder in FOLDERS if (self.root / folder).is_dir()]

    def names(self, folder: str, before: int) -> Iterator[str]:
        """Everything in one of FOLDERS that was written before `before` (ms), unfinished files too."""
        try:
            with os.scandir(self.root / folder) as entries:
                for entry in entries:
                    if entry.is_file(follow_symlinks=False) and entry.stat().st_mtime * 1000 < before:
                        yield entry.name
        except FileNotFoundError:
            return

    def remove_stray(self, folder: str, name: str) -> None:
        """Removes what `names` found."""
        (self.root / folder / name).unlink(missing_ok=True)

    def _folder(self, stem: str) -> Path:
        folder = self.root / stem[:2]
        if not folder.is_dir():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _sync(self.root)
            _sync(self.root.parent)
        return folder

    def _write(self, folder: Path, name: str, data: bytes) -> None:
        unfinished = folder / f".{name}.part"
        try:
            with unfinished.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            unfinished.rename(folder / name)
        except OSError:  # a full disk: leave nothing half done
            unfinished.unlink(missing_ok=True)
            raise


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
