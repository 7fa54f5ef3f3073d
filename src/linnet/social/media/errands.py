"""Files that must go: work of the disk, after the commit that forgot them."""

import asyncio

from linnet.db.database import Database
from linnet.kernel.clock import now_ms
from linnet.social.media import actions, queries
from linnet.social.media.actions import RemoveFiles, SweepMedia
from linnet.social.media.rules import LOOSE_FOR
from linnet.social.media.store import Store


async def remove_files(store: Store, job: RemoveFiles) -> None:
    """Removes files whose rows are gone. Again: nothing."""
    for name in job.names:
        await asyncio.to_thread(store.remove, name)


async def sweep_media(db: Database, store: Store, job: SweepMedia) -> None:  # noqa: ARG001 # every handler takes its job
    """Removes rows that were loose for a day, then files without a row that are as old (a crash
    between file and row). Again: nothing."""
    while await db.write(actions.sweep, now_ms()) == actions.SWEEP_AT_ONCE:
        pass
    for folder in await asyncio.to_thread(store.folders):
        await sweep_folder(db, store, folder, now_ms() - LOOSE_FOR)


async def sweep_folder(db: Database, store: Store, folder: str, before: int) -> int:
    """Removes the files of one folder that were written before `before` (ms) and that no row
    knows; answers how many."""
    there = await asyncio.to_thread(lambda: list(store.names(folder, before)))
    if not there:
        return 0
    known = {_stem(file) for file in await db.read(queries.files_in, folder)}
    strays = [name for name in there if _stem(name) not in known]
    for name in strays:
        await asyncio.to_thread(store.remove_stray, folder, name)
    return len(strays)


def _stem(name: str) -> str:
    """What a picture and its thumbnail have in common. Of an unfinished file: nothing that is known."""
    return name.partition(".")[0].removesuffix("-small")
