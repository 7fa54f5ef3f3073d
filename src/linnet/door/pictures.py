"""Pictures of other servers, fetched by us when somebody looks: nobody's browser asks elsewhere."""

import asyncio
from collections.abc import Awaitable, Callable

from linnet.db.tx import Tx
from linnet.door.house import House
from linnet.kernel.clock import MINUTE, SECOND, now_ms
from linnet.kernel.errors import Invalid, LinnetError, NotFound, TooMany, Upstream
from linnet.net.client import Policy
from linnet.social.emoji import queries as emoji
from linnet.social.media import elsewhere, queries
from linnet.social.media.elsewhere import SEEN_EVERY
from linnet.social.media.rules import Media

AGAIN_AFTER = 5 * MINUTE  # a picture that could not be had is not asked for again before
REMEMBERED = 2_000
AT_WORK = 8  # in the workshop at a time, of 22 places: a page of new emoji keeps nobody's upload waiting
EMOJI_BYTES = 1 << 20  # of an emoji; Mastodon takes a quarter of it, Misskey more


class Gallery:
    """The cache of pictures from elsewhere. `may_show(host)`: the owner wants pictures from there."""

    def __init__(self, house: House, may_show: Callable[[str], Awaitable[bool]]) -> None:
        self._house = house
        self._may_show = may_show
        self._coming: dict[int, asyncio.Task[Media]] = {}
        self._failed: dict[int, int] = {}
        self._bench = asyncio.Semaphore(AT_WORK)

    async def file(self, id: int, small: bool) -> str:
        """The name of the file in the store, fetched first if it has to be. Raises NotFound, Upstream. What
        the owner does not want any more is not shown, whether it is here or not."""
        media, owner = await self._house.db.read(_asked, id)
        if media is None or not media.remote_url:
            raise NotFound("picture")
        for host in (media.remote_url.partition("://")[2].partition("/")[0], owner):
            if host and not await self._may_show(host):
                raise NotFound("picture", cause=f"pictures of {host} are not shown")
        if not media.file:
            media = await self._fetch(media)
        elif now_ms() - await self._looked(media) > SEEN_EVERY:
            await self._house.db.write(elsewhere.looked, media, now_ms())
        return media.thumb_file if small and media.thumb_file else media.file

    async def _looked(self, media: Media) -> int:
        return await self._house.db.read(queries.last_look, media.id)

    async def _fetch(self, media: Media) -> Media:
        """One fetch, however many look at once."""
        if self._failed.get(media.id, 0) > now_ms():
            raise NotFound("picture", cause=f"{media.remote_url} could not be had a moment ago")
        task = self._coming.get(media.id)
        if task is None:
            task = self._coming[media.id] = asyncio.create_task(self._take(media))
            task.add_done_callback(lambda _: self._coming.pop(media.id, None))
        try:
            return await asyncio.shield(task)
        except TooMany:
            raise  # we were busy: that says nothing about the picture
        except LinnetError:
            if len(self._failed) >= REMEMBERED:
                self._failed.clear()
            self._failed[media.id] = now_ms() + AGAIN_AFTER
            raise

    async def _take(self, media: Media) -> Media:
        most = EMOJI_BYTES if media.use == "emoji" else 16 << 20
        policy = Policy(max_bytes=most, timeout=15 * SECOND, accept="image/*", https_only=True)
        answer = await self._house.client.get(media.remote_url, policy=policy)
        if not answer.good:
            raise Upstream("The picture could not be had.", cause=f"{media.remote_url}: {answer.status}")
        try:
            async with self._bench:
                picture = await self._house.workshop.make(answer.body, media.use)
        except Invalid as error:
            raise Upstream("What came is no picture.", cause=f"{media.remote_url}: {error.cause}") from error
        now = now_ms()
        await self._house.db.write(elsewhere.fetched, media.id, picture, now)
        budget = self._house.settings.media_cache_bytes
        await self._house.db.write(elsewhere.make_room, budget, now)
        found = await self._house.db.read(queries.media, media.id)
        if found is None or not found.file:
            raise NotFound("picture")
        return found


def _asked(tx: Tx, id: int) -> tuple[Media | None, str]:
    """The picture, and of an emoji whose it is: that server may keep its pictures at another."""
    media = queries.media(tx, id)
    return media, emoji.host_of(tx, id) if media and media.use == "emoji" else ""
