"""One window for everything that can be read: a page for browsers, a document for servers, and who
may see what. Each address says what it shows (`Shown`); the rules of showing are here, once."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from linnet.db.tx import Tx
from linnet.door.statuses import status_of
from linnet.federation.authority import Drop, authority
from linnet.federation.doors import accept
from linnet.federation.doors.documents import Ask, Was
from linnet.federation.doors.kept import Kept, Made, Topic
from linnet.federation.doors.readers import Parts, Reader, claimed_host, is_signed
from linnet.federation.fetching import for_now
from linnet.federation.render import queries
from linnet.federation.render.facts import Json
from linnet.hub.hub import Hub
from linnet.kernel.clock import now_ms
from linnet.kernel.errors import LinnetError
from linnet.kernel.value import Value, changed
from linnet.kernel.wire import encode
from linnet.social.closing import queries as closings
from linnet.social.follows.rules import Followed, Unfollowed
from linnet.social.people.rules import AccountChanged
from linnet.social.polls.rules import PollEnded
from linnet.social.posts.rules import PostDeleted, PostEdited, PostPublished
from linnet.social.reactions.rules import Voted

Make = Callable[[Tx, Ask], Json]

RETRY_AFTER = 300  # seconds: how long the library leaves an address alone that failed

PUBLIC = {"cache-control": "public, max-age=30", "vary": "Accept, Signature"}
PRIVATE = {"cache-control": "private, no-store", "vary": "Accept, Signature"}


class Shown(Value):
    """What stands at an address. `page`: where a browser is sent, below the profile; `actor`: it shows
    a key, and is readable whatever the settings say, because signatures are checked with it."""

    topic: Topic
    key: Hashable
    make: Make
    ask: Ask
    page: str = ""
    actor: bool = False


@dataclass(slots=True)
class Window:
    """The window of one process. For the event loop."""

    parts: Parts
    kept: Kept = field(default_factory=Kept)

    def listen(self, hub: Hub) -> None:
        """Drops from what is kept whatever is told to have changed."""
        hub.listen(self._heard)

    async def show(self, request: Request, shown: Shown) -> Response:
        """The answer to one request."""
        wanted = request.headers.get("accept", "")
        if request.url.path.startswith("/ap/") and accept.wants_page(wanted):
            return await self._page(shown)
        host = claimed_host(request)
        if host and await self.parts.refused(host):
            return refusal(403, "This server is not served here.")
        strict = self.parts.settings.authorized_fetch and not shown.actor
        reader: Reader | Drop | None = None
        if strict:
            reader = await self._reader(request)
            if not isinstance(reader, Reader):
                return _unproven(reader)
        made = await self._made(request, shown, reader)
        if isinstance(made, Response):
            return made
        private = strict or made[1]
        return _answer(made[0], accept.content_type(wanted), PRIVATE if private else PUBLIC)

    async def proven(self, request: Request) -> Reader | Response:
        """Who asks for what is for them alone, or what is answered to who does not say."""
        reader = await self._reader(request)
        if isinstance(reader, Drop) and reader.reason == "blocked_domain":
            return refusal(403, "This server is not served here.")
        return reader if isinstance(reader, Reader) else _unproven(reader)

    async def _page(self, shown: Shown) -> Response:
        account = (
            await self.parts.db.glance(queries.speaker, shown.ask.account_id)
            if shown.ask.account_id
            else None
        )
        if shown.ask.account_id and account is None:
            return refusal(404, "Not found")
        path = f"/@{account.handle}{shown.page}" if account else "/about"
        return RedirectResponse(self.parts.settings.url + path, 302, headers=dict(PUBLIC))

    async def _made(
        self, request: Request, shown: Shown, reader: Reader | Drop | None
    ) -> tuple[Made, bool] | Response:
        """The document, and whether it is for this reader alone."""
        if isinstance(reader, Reader) and reader.account_id:
            return await self._for(shown, reader.account_id), True
        made = await self.kept.get(shown.topic, shown.key, lambda: self._for(shown, 0))
        if made.status != 404 or reader is not None or shown.actor or not is_signed(request):
            return made, False
        # not for everybody: perhaps for whoever signed
        reader = await self._reader(request)
        if isinstance(reader, Drop):
            return _unproven(reader)
        if reader is None or not reader.account_id:
            return made, True
        return await self._for(shown, reader.account_id), True

    async def _reader(self, request: Request) -> Reader | Drop | None:
        reader = await self.parts.proof(request)
        if isinstance(reader, Reader) and await self.parts.refused(authority(reader.uri)):
            return Drop("blocked_domain")
        return reader

    async def _for(self, shown: Shown, viewer_id: int) -> Made:
        ask = changed(shown.ask, viewer_id=viewer_id, now=now_ms())
        if shown.actor:
            account = await self.parts.db.glance(queries.speaker, ask.account_id) if ask.account_id else None
            if ask.account_id and account is None:
                return Made(404, b"")  # no key is made for nobody
            if account is None or not await self.parts.db.glance(closings.closing, account.id):
                ask = changed(ask, pem=await self.parts.keys.public_pem(self.parts.db, ask.account_id))
        return await self.parts.db.read(_make, shown.make, ask)

    def _heard(self, event: Value) -> None:
        match event:
            case PostPublished() | PostEdited() | PostDeleted():
                self.kept.forget(("post", event.post_id))
                self.kept.forget(("account", event.account_id))
            case Voted() | PollEnded():
                self.kept.forget(("post", event.post_id))
            case AccountChanged():
                self.kept.forget(("account", event.account_id))
            case Followed() | Unfollowed():
                self.kept.forget(("account", event.followee_id))
                self.kept.forget(("account", event.follower_id))
            case _:
                pass


def _make(tx: Tx, make: Make, ask: Ask) -> Made:
    try:
        return Made(200, encode(make(tx, ask)))
    except Was as gone:
        return Made(410, encode(gone.document))
    except LinnetError as error:
        return Made(status_of(error), encode({"error": error.sentence}))


def _answer(made: Made, kind: str, headers: dict[str, str]) -> Response:
    if made.status == 404:  # alike for what never was and for what this reader may not see
        return refusal(404, "Not found")
    return Response(made.body, made.status, headers=dict(headers), media_type=kind)


def _unproven(drop: Drop | None) -> Response:
    """Nobody is believed: because nobody signed, or not well, or because the key cannot be had now."""
    if drop is None:
        return refusal(401, "Say by a signature who asks.")
    if for_now(drop):
        answer = refusal(503, "Your key cannot be fetched now.")
        answer.headers["retry-after"] = str(RETRY_AFTER)
        return answer
    return refusal(401, f"The signature is not good: {drop.reason}.")


def refusal(status: int, sentence: str) -> Response:
    """No document, and why."""
    return Response(encode({"error": sentence}), status, headers=dict(PRIVATE), media_type="application/json")
