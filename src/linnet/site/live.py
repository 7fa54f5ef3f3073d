"""New posts and notices, as they arrive, for open pages (server-sent events, WHATWG HTML 9.2).

Events carry no contents: the page asks for what it shows. One listener for all open pages of the
process: an event costs one query, however many listen.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Iterable

from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute

from linnet.door.house import House
from linnet.kernel.clock import now_ms
from linnet.kernel.errors import LinnetError, TooMany
from linnet.kernel.ids import first_id_at
from linnet.kernel.value import Value
from linnet.site import forms
from linnet.site.frame import Frame, Visit
from linnet.social.notices.rules import NoticeGiven
from linnet.social.people import queries as people
from linnet.social.people.rules import AccessEnded
from linnet.social.posts import queries as posts
from linnet.social.posts.rules import OPEN, PostPublished, ThreadGrew
from linnet.social.timelines import queries as timelines

log = logging.getLogger("linnet.site")

BREATH = 20  # seconds of silence before a comment says that the line is alive
WAITING = 50  # events that one slow page may have waiting
PAGES_OF_ONE = 12  # open pages of one person
LINES = 2000  # open pages in all


class Line:
    """One open page."""

    def __init__(self, person_id: int, account_id: int, cookie: str, thread: int, read: int) -> None:
        self.person_id = person_id
        self.account_id = account_id
        self.cookie = cookie
        self.thread = thread  # the post that the thread on it begins with; 0: it shows none
        self.read = read  # when the page with it was read (ms); 0: not said
        self.letters: asyncio.Queue[str] = asyncio.Queue(WAITING)

    def send(self, letter: str) -> None:
        """Hands over a letter; a page that does not read misses it and asks again when it wakes."""
        if not self.letters.full():
            self.letters.put_nowait(letter)


class Live:
    """All open pages of this process."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._lines: set[Line] = set()
        self._published: deque[PostPublished] = deque()
        self._listening = False
        self._work: asyncio.Task[None] | None = None  # runs only while there is something to deliver

    async def stream(self, visit: Visit) -> Response:
        """Opens a line. Raises TooMany."""
        person_id = visit.session.person_id
        if (
            len(self._lines) >= LINES
            or sum(line.person_id == person_id for line in self._lines) >= PAGES_OF_ONE
        ):
            raise TooMany("Too many pages are open.", retry_after=60)
        self._listen()
        thread = forms.whole(visit.query("thread")) or 0
        read = forms.whole(visit.query("read")) or 0
        line = Line(person_id, visit.account.id, visit.cookie, thread, read)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(self._letters(line), media_type="text/event-stream", headers=headers)

    async def _letters(self, line: Line) -> AsyncIterator[str]:
        self._lines.add(line)
        try:
            if await self._missed(line):
                self._thread(line.thread, {line.account_id})
            yield "retry: 5000\n\n"
            while True:
                try:
                    async with asyncio.timeout(BREATH):
                        letter = await line.letters.get()
                except TimeoutError:
                    letter = ":\n\n"
                if letter == "":
                    session = await self._house.db.glance(people.session, line.cookie, now_ms())
                    if session is None or session.account_id != line.account_id:
                        yield "event: over\ndata: .\n\n"
                        return
                    continue
                yield letter
        finally:
            self._lines.discard(line)

    async def _missed(self, line: Line) -> bool:
        """Did the thread grow between the page and its line? A line that broke, or a computer that slept, asks
        again with the same moment: then the page looks once more, and finds nothing or what it missed."""
        if not line.thread or not line.read or line.read > now_ms():
            return False
        return await self._house.db.glance(posts.grew_since, line.thread, first_id_at(line.read))

    def _listen(self) -> None:
        if not self._listening:
            self._listening = True
            self._house.hub.listen(self._hear)

    def _hear(self, event: Value) -> None:
        if not self._lines:
            return
        match event:
            case PostPublished():
                self._published.append(event)
                if self._work is None or self._work.done():
                    self._work = asyncio.get_running_loop().create_task(self._deliver())
            case ThreadGrew():
                self._thread(event.root_id)
            case NoticeGiven():
                letter = f"event: notice\ndata: {event.notice_id}\n\n"
                self._send(letter, {line for line in self._lines if line.account_id == event.account_id})
            case AccessEnded():
                self._send("", {line for line in self._lines if line.person_id == event.person_id})
            case _:
                pass

    async def _deliver(self) -> None:
        while self._published:
            event = self._published.popleft()
            owners = sorted({line.account_id for line in self._lines})
            try:
                have = set(await self._house.db.glance(timelines.owners_among, event.post_id, owners))
                if any(line.thread for line in self._lines):
                    post = await self._house.db.glance(posts.post, event.post_id)
                    for_all = event.visibility in OPEN  # of others nobody hears that there is one
                    self._thread(post.root_id if post else 0, None if for_all else have)
            except LinnetError as error:
                log.warning("an event was not delivered: %s", error.cause)
                continue
            letter = f"event: post\nid: {event.post_id}\ndata: {event.account_id}\n\n"
            self._send(letter, {line for line in self._lines if line.account_id in have})

    def _thread(self, root_id: int, only: set[int] | None = None) -> None:
        """There is more of a thread: who has it open asks for it. `only`: these accounts."""
        letter = f"event: thread\ndata: {root_id}\n\n"
        open_here = {line for line in self._lines if root_id and line.thread == root_id}
        self._send(letter, {line for line in open_here if only is None or line.account_id in only})

    @staticmethod
    def _send(letter: str, lines: Iterable[Line]) -> None:
        for line in lines:
            line.send(letter)


def routes(frame: Frame) -> list[BaseRoute]:
    """The route."""
    live = Live(frame.house)
    return [frame.get("/live", live.stream, who="member")]
