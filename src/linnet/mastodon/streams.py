"""Live streams: who listens to what, and what an event brings to whom.

One listener on the hub for all streams of the process. An event is looked up once, in one
transaction, whoever listens: the post is rendered once, without anybody's flags (as Mastodon
does), and the timelines themselves say whose it is, so a stream never shows what its timeline
would not.
"""

import asyncio
import logging
from collections.abc import Iterable

from linnet.db.tx import Tx
from linnet.door.house import House
from linnet.kernel.clock import now_ms
from linnet.kernel.errors import Invalid, LinnetError, TooMany
from linnet.kernel.page import Page
from linnet.kernel.value import Value, changed
from linnet.kernel.wire import encode
from linnet.mastodon import errors
from linnet.mastodon.bearer import Tokens
from linnet.mastodon.notified import shown
from linnet.mastodon.present import Presenter
from linnet.mastodon.status import status_bytes
from linnet.social.apps.rules import Bearer, TokensEnded, allows
from linnet.social.notices import queries as notices
from linnet.social.notices.rules import NoticeGiven
from linnet.social.people.rules import AccessEnded
from linnet.social.posts import views
from linnet.social.posts.rules import PostDeleted, PostEdited, PostPublished, PostView
from linnet.social.text.scan import hashtag_key
from linnet.social.timelines import queries as timelines

log = logging.getLogger("linnet.mastodon")

WAITING = 500  # letters that one slow client may have waiting
OF_ONE = 100  # streams of one account
IN_ALL = 10_000

USER, NOTICES = "user", "user:notification"
PUBLIC = {
    "public": (False, False, False),
    "public:media": (False, False, True),
    "public:local": (True, False, False),
    "public:local:media": (True, False, True),
    "public:remote": (False, True, False),
    "public:remote:media": (False, True, True),
}  # local, remote, with media
TAGS = {"hashtag": False, "hashtag:local": True}  # local


class Channel(Value):
    """What can be listened to. `tag`: the key of a hashtag, '' elsewhere; `label`: what the client
    calls it."""

    name: str
    tag: str = ""
    label: tuple[str, ...] = ()


def channel(name: str, tag: str = "") -> Channel:
    """A channel by its name in the API. Raises Invalid."""
    if name in {USER, NOTICES} or name in PUBLIC:
        return Channel(name, "", (name,))
    if name in TAGS:
        if not tag.strip():
            raise Invalid("tag", "can't be blank")
        return Channel(name, hashtag_key(tag.strip().removeprefix("#")), (name, tag))
    raise Invalid("stream", f"{name[:60]!r} is not supported")


def check_channel(wanted: Channel, bearer: Bearer) -> None:
    """May this token listen there? Raises NotAllowed, Invalid."""
    needed = "read:notifications" if wanted.name == NOTICES else "read:statuses"
    if not allows(bearer.scopes, needed):
        raise errors.out_of_scope()
    if wanted.name in {USER, NOTICES} and bearer.account_id is None:
        raise errors.NoUser


class Letter(Value):
    """One event for one stream. `payload` is JSON, or the id of what is gone."""

    channel: Channel
    event: str
    payload: bytes

    @property
    def frame(self) -> str:
        """As a WebSocket message: the payload is JSON in a JSON string, as documented."""
        return encode(
            {"stream": self.channel.label, "event": self.event, "payload": self.payload.decode()}
        ).decode()

    @property
    def lines(self) -> bytes:
        """As a server-sent event."""
        return b"event: %s\ndata: %s\n\n" % (self.event.encode(), self.payload)


class Stream:
    """One open connection, and what it listens to."""

    def __init__(self, bearer: Bearer, token: str) -> None:
        self.bearer = bearer
        self.token = token
        self.channels: dict[tuple[str, str], Channel] = {}
        self.letters: asyncio.Queue[Letter | None] = asyncio.Queue(WAITING)

    @property
    def account_id(self) -> int:
        """The account that listens, 0 for an app."""
        return self.bearer.account_id or 0

    def listen(self, wanted: Channel) -> None:
        """Raises NotAllowed, Invalid."""
        check_channel(wanted, self.bearer)
        self.channels[wanted.name, wanted.tag] = wanted

    def leave(self, unwanted: Channel) -> None:
        self.channels.pop((unwanted.name, unwanted.tag), None)

    def give(self, name: str, event: str, payload: bytes, tag: str = "") -> None:
        """Hands over a letter, if this is listened to. Who does not read is let go: it comes back
        and asks for what it missed."""
        wanted = self.channels.get((name, tag))
        if wanted is None:
            return
        if self.letters.qsize() >= WAITING - 1:
            self.close()
        else:
            self.letters.put_nowait(Letter(wanted, event, payload))

    def close(self) -> None:
        """The connection ends once it has read this."""
        self.channels.clear()
        if not self.letters.full():
            self.letters.put_nowait(None)


class Streams:
    """All streams of this process."""

    def __init__(self, house: House, tokens: Tokens, present: Presenter) -> None:
        self._db = house.db
        self._url = house.settings.url
        self._tokens = tokens
        self._present = present
        self._open: set[Stream] = set()
        self._events: asyncio.Queue[Value] = asyncio.Queue()  # of events that nobody has looked at yet
        self._task: asyncio.Task[None] | None = None
        house.hub.listen(self._hear)

    async def open(self, token: str) -> Stream:
        """A new stream for a token. Raises Unknown, TooMany."""
        bearer = await self._tokens.find(token, now_ms())
        stream = Stream(bearer, token)
        if len(self._open) >= IN_ALL or sum(s.account_id == stream.account_id for s in self._open) >= OF_ONE:
            raise TooMany("There are too many open streams.", retry_after=60)
        self._open.add(stream)
        if self._task is None:
            self._task = asyncio.create_task(self._work())
        return stream

    def close(self, stream: Stream) -> None:
        """The client is gone; with the last one, the work ends."""
        self._open.discard(stream)
        if not self._open and self._task is not None:
            self._task.cancel()
            self._task = None

    async def still_good(self, stream: Stream) -> bool:
        """Is its token still good? Asked now and then, in case an event was lost."""
        try:
            await self._tokens.find(stream.token, now_ms())
        except LinnetError:
            return False
        return True

    def _hear(self, event: Value) -> None:
        if self._open:
            self._events.put_nowait(event)

    async def _work(self) -> None:
        while True:
            event = await self._events.get()
            try:
                await self._bring(event)
            except Exception:
                log.exception("streams could not be told of %r", event)

    async def _bring(self, event: Value) -> None:
        match event:
            case PostPublished():
                await self._post(event.post_id, event.account_id, "update")
            case PostEdited():
                await self._post(event.post_id, event.account_id, "status.update")
            case PostDeleted():
                self._gone(event)
            case NoticeGiven():
                await self._notice(event)
            case TokensEnded() | AccessEnded():
                await self._end(event.person_id)
            case _:
                pass

    async def _post(self, post_id: int, author_id: int, kind: str) -> None:
        streams = [s for s in self._open if s.channels]
        found = await self._db.read(_audience, post_id, author_id, _wishes(streams))
        if found.view is None:
            return
        body = status_bytes(found.view, 0, self._url, now_ms())
        for stream in streams:
            if stream.account_id in found.at_home:
                stream.give(USER, kind, body)
            for name, tag in found.open_to.get(stream.account_id, ()):
                stream.give(name, kind, body, tag)

    def _gone(self, event: PostDeleted) -> None:
        """Only the id: it says nothing to those who never saw the post."""
        body = str(event.post_id).encode()
        for stream in list(self._open):
            for name, tag in list(stream.channels):
                if name == USER or (event.visibility == "public" and (not tag or tag in event.tags)):
                    stream.give(name, "delete", body, tag)

    async def _notice(self, event: NoticeGiven) -> None:
        listening = [
            s
            for s in self._open
            if s.account_id == event.account_id and allows(s.bearer.scopes, "read:notifications")
        ]
        notice = await self._db.glance(notices.one, event.account_id, event.notice_id) if listening else None
        if notice is None:
            return
        for one in await shown(self._db, self._present, self._url, event.account_id, [notice]):
            for stream in listening:
                stream.give(USER, "notification", one.json)
                stream.give(NOTICES, "notification", one.json)

    async def _end(self, person_id: int) -> None:
        for stream in [s for s in self._open if (s.bearer.person_id or 0) == person_id]:
            if not await self.still_good(stream):
                stream.close()


Wish = tuple[str, str]  # name and tag of a channel


class Audience(Value):
    """A post, whose home it is in, and which open channels of whom show it."""

    view: PostView | None
    at_home: set[int]
    open_to: dict[int, list[Wish]]


def _wishes(streams: Iterable[Stream]) -> dict[int, set[Wish]]:
    wishes: dict[int, set[Wish]] = {}
    for stream in streams:
        wishes.setdefault(stream.account_id, set()).update(stream.channels)
    return wishes


def _audience(tx: Tx, post_id: int, author_id: int, wishes: dict[int, set[Wish]]) -> Audience:
    found = views.views(tx, [post_id], author_id)
    if not found:
        return Audience(None, set(), {})
    view = _for_everybody(found[0])
    homes = [account_id for account_id, wanted in wishes.items() if account_id and (USER, "") in wanted]
    at_home = set(timelines.owners_among(tx, post_id, homes)) if homes else set()
    if view.post.visibility != "public" or view.boost_of:
        return Audience(view, at_home, {})
    keys = {tag.key for tag in view.tags}
    open_to = {
        account_id: [wish for wish in wanted if _shows(tx, post_id, keys, account_id, wish)]
        for account_id, wanted in wishes.items()
    }
    return Audience(view, at_home, open_to)


def _for_everybody(view: PostView) -> PostView:
    """Without the choice that its author, or whoever boosted it, made in its poll."""
    poll = view.poll and changed(
        view.poll, options=tuple(changed(option, own=False) for option in view.poll.options)
    )
    return changed(view, poll=poll, boost_of=view.boost_of and _for_everybody(view.boost_of))


def _shows(tx: Tx, post_id: int, keys: set[str], viewer_id: int, wish: Wish) -> bool:
    """Would the timeline of this name show the post to this viewer?"""
    name, tag = wish
    just = Page(size=1, below=post_id + 1, above=post_id - 1)
    if name in PUBLIC:
        local, remote, with_media = PUBLIC[name]
        return bool(
            timelines.public(tx, just, viewer_id=viewer_id, local=local, remote=remote, with_media=with_media)
        )
    if name in TAGS and tag in keys:
        return bool(timelines.tag(tx, tag, just, viewer_id=viewer_id, local=TAGS[name]))
    return False
