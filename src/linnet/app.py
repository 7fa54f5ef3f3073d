"""The whole machine on one screen: what follows from what, and how it is wired.

EVENTS   what an event makes due, in the transaction of its cause
HEARD    what goes through the hub after the commit, to streams and to the other processes
create() all of it as one ASGI app; `linnet serve` runs it

Which handler does which job, and recurring work, stand beside it in `work`.
"""

import asyncio
import contextlib
import logging
import resource
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route, Router
from starlette.types import ASGIApp

from linnet.db.opening import open_database
from linnet.db.tx import Tx
from linnet.desk.balance import actions as balance
from linnet.desk.drafts.rules import DraftChanged
from linnet.desk.firm import queries as firms
from linnet.desk.firm.rules import FirmChanged
from linnet.desk.sales.rules import LeadRecorded, SaleRecorded
from linnet.desk.visits import actions as visit_actions
from linnet.door.ending import Ending
from linnet.door.front import Front
from linnet.door.heard import Heard, Overheard
from linnet.door.house import House
from linnet.door.pictures import Gallery
from linnet.federation.delivery.postman import MOST, Postman
from linnet.federation.doors import discovery
from linnet.federation.doors import routes as documents
from linnet.federation.doors.crossing import Crossing
from linnet.federation.finding import actions as finding
from linnet.federation.neighbours import Neighbourhood
from linnet.federation.office import Office
from linnet.federation.peers.actions import RulesChanged
from linnet.federation.peers.rules import PeersChanged
from linnet.federation.relays.shelf import RelayShelf
from linnet.federation.telling import heeding
from linnet.hub.hub import Hub
from linnet.jobs import rows, sweeps
from linnet.jobs.rows import JobAdded
from linnet.jobs.sweeps import Every
from linnet.jobs.worker import Lane, Worker
from linnet.kernel.clock import now_ms
from linnet.kernel.settings import Settings, load
from linnet.kernel.value import Value
from linnet.mastodon import table as mastodon
from linnet.net.client import Client, Fetcher
from linnet.net.closed import Closed
from linnet.net.mail import Mailer, NoMail, Smtp
from linnet.site import hooks, measure, media_files
from linnet.site import routes as site
from linnet.social.apps.rules import TokensEnded
from linnet.social.follows.rules import Followed, FollowRequested, Unfollowed
from linnet.social.media.store import Store
from linnet.social.media.workshop import Workshop
from linnet.social.notices.rules import NoticeGiven
from linnet.social.people.passwords import PasswordDesk
from linnet.social.people.rules import AccessEnded, AccountChanged
from linnet.social.polls.rules import PollEnded
from linnet.social.posts.rules import PostDeleted, PostEdited, PostPublished, ThreadGrew
from linnet.social.proofs import actions as proofs
from linnet.social.quotes.rules import QuoteUnclear
from linnet.social.reactions.rules import Voted
from linnet.social.safety.rules import Blocked, MuteChanged, Unblocked
from linnet.work import jobs, recurring

log = logging.getLogger("linnet")

# What an event makes due, as jobs in the same transaction: other servers are told, where somebody
# there is concerned.
EVENTS: dict[type[Value], tuple[Callable[[Tx, Any, int], None], ...]] = {
    **heeding.OF_ACCOUNTS,
    PostPublished: (heeding.published,),
    PostEdited: (heeding.edited,),
    PostDeleted: (heeding.deleted,),
    **heeding.OF_MARKS,
    Voted: (heeding.voted,),
    PollEnded: (heeding.poll_ended,),
    **heeding.OF_TIES,
    AccountChanged: (heeding.account_changed, proofs.account_changed),
    **heeding.OF_QUOTES,
    QuoteUnclear: (finding.look_at_quote,),
}

# What the desk writes down of an event, in the same transaction, on every server.
NOTED: dict[type[Value], tuple[Callable[[Tx, Any, int], None], ...]] = {
    Unfollowed: (balance.note_unfollow,),
}

# What listeners are told after the commit, here and in the other processes.
HEARD: tuple[type[Value], ...] = (
    JobAdded,
    PostPublished,
    PostEdited,
    PostDeleted,
    ThreadGrew,
    PollEnded,
    Voted,
    NoticeGiven,
    Followed,
    Unfollowed,
    FollowRequested,
    Blocked,
    Unblocked,
    MuteChanged,
    AccountChanged,
    TokensEnded,
    AccessEnded,
    DraftChanged,
    FirmChanged,
    SaleRecorded,
    LeadRecorded,
    PeersChanged,
    RulesChanged,
)

# `look`: what is asked for because somebody looks at it
WIDTHS = {"desk": 4, "media": 2, "fetch": 6, "look": 6, "deliver": 8, "read": 8}
LANES = tuple(Lane(name, width) for name, width in WIDTHS.items())


class Program:
    """One server process: everything made once, started and stopped together."""

    def __init__(self, settings: Settings, client: Fetcher | None = None) -> None:
        """`client`: another way out, for tests with an internet of their own."""
        self.settings = settings
        self.hub = Hub(settings.data / "run", HEARD)
        self.db = open_database(settings, on_emit=duties if settings.secure else noted, on_commit=self._tell)
        # an invented firm (`linnet demo`) must not knock at real doors
        invented = self.db.read_now(firms.invented)
        self.client = Closed() if invented else client or Client(settings)
        # letters have connections of their own: silent inboxes must not hold up what people ask for
        heard = Heard(self.db)
        self.way_out = (
            self.client
            if invented or client
            else Client(settings, places=MOST, beside=lambda names: Overheard(names, heard))
        )
        mailer: Mailer = Smtp(settings) if settings.smtp and not invented else NoMail()
        store = Store(settings.data / "media")
        workshop = Workshop(store, settings.upload_bytes)
        self.office = Office(settings, self.db, self.hub, self.client)
        self.house = House(
            settings,
            self.db,
            self.hub,
            PasswordDesk(),
            store,
            workshop,
            self.client,
            lookup=self.office.lookup,
            watch=self.office.watch,
            knows_as=self.office.knows_as,
            neighbours=Neighbourhood(self.office.own_names) if self.office.on else None,
            relays=RelayShelf(settings.url) if self.office.on else None,
            seals=self.office.sealing if self.office.on else None,
        )
        self.gallery = Gallery(self.house, self.office.may_show)
        self.sweeps = recurring(self.db, store, settings)
        self.ending = Ending()
        self.worker = Worker(self.db, jobs(self.office, self.house, self.sweeps, mailer), LANES)
        self.postman = Postman(self.db, self.way_out, self.office.keyring, settings)

    async def start(self) -> None:
        """In the running event loop: listen, plan, work."""
        self.ending.watch()
        self.hub.start()
        self.hub.listen(self._wake)
        await self.db.write(plan, self.sweeps, now_ms())
        self.worker.start()
        self.postman.start()

    async def stop(self) -> None:
        """Finishes what was accepted. What is not done is done after the next start."""
        await self.worker.stop()
        await self.postman.stop()
        await self.office.stop()
        for end in self.house.at_end:
            await end()
        self.hub.stop()
        await self.client.close()
        await self.way_out.close()
        self.house.passwords.close()
        self.house.workshop.close()
        await asyncio.to_thread(self.db.close)

    def _tell(self, events: Sequence[Value]) -> None:
        self.hub.publish([event for event in events if isinstance(event, HEARD)])

    def _wake(self, event: Value) -> None:
        if isinstance(event, JobAdded):
            self.worker.wake(event.lane)
        elif isinstance(event, PeersChanged):
            self.postman.wake()
        elif isinstance(event, RulesChanged):
            self.office.rulebook.forget()


def plan(tx: Tx, every: Mapping[str, Every], now: int) -> None:
    """At the start: recurring work has its jobs."""
    sweeps.plan(tx, every, now)
    visit_actions.roll_salts(tx, now=now)


def duties(tx: Tx, event: Value) -> None:
    """Turns an event into the jobs it makes due, in its own transaction."""
    for heed in EVENTS.get(type(event), ()):
        heed(tx, event, now_ms())
    noted(tx, event)


def noted(tx: Tx, event: Value) -> None:
    """Writes down what the desk keeps of an event. A server that speaks to no other has only this."""
    for heed in NOTED.get(type(event), ()):
        heed(tx, event, now_ms())


def routes(house: House, office: Office, gallery: Gallery, read: Sequence[BaseRoute]) -> list[BaseRoute]:
    """Every door. `read`: what other servers read, where there are any."""
    readable = office.readable()

    async def health(_request: Request) -> Response:
        await house.db.read(rows.next_due, "desk")
        return PlainTextResponse("OK", headers={"cache-control": "no-store"})

    return [
        Route("/health", health, methods=["GET"]),
        *(office.inboxes() if office.on else ()),
        *mastodon.routes(house),
        *discovery.open_routes(readable),
        *(discovery.routes(readable) if office.on else ()),
        *read,
        *media_files.routes(house.store, gallery.file),
        *hooks.routes(house),
        *measure.routes(house),
        *site.routes(house),
    ]


def create(settings: Settings) -> ASGIApp:
    """The server of `settings` as an ASGI app: its lifespan starts and stops the worker and the
    hub. Raises DatabaseError when the database cannot be used."""
    return assemble(Program(settings))


def assemble(program: Program) -> ASGIApp:
    """The doors of `program`, which starts and stops with them."""

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await program.start()
        try:
            yield
        finally:
            await program.stop()

    office = program.office
    read, instead = documents.routes(office.readable()) if office.on else ([], [])
    doors = routes(program.house, office, program.gallery, read)
    app: ASGIApp = Starlette(routes=doors, lifespan=lifespan)
    if office.on:
        app = Crossing(app, Router(instead))
    return Front(app, _client_api(doors), program.ending)


def _client_api(doors: Sequence[BaseRoute]) -> ASGIApp:
    return next(route.app for route in doors if isinstance(route, Mount) and route.path == "/api")


def serve() -> ASGIApp:
    """What each server process runs: the app of the environment's settings."""
    settings = load()
    logging.basicConfig(level=settings.log_level.upper(), format="%(levelname)s %(name)s: %(message)s")
    if settings.allow_networks:
        log.warning(
            "LINNET_ALLOW_NETWORKS is set: this server fetches from and sends to the private networks %s, on "
            "any port. That is for tests on one machine: take it out on a real server.",
            ", ".join(settings.allow_networks),
        )
    _open_many_files()
    return create(settings)


def _open_many_files() -> None:
    """As many connections as the system lets us have: each reader of a stream is one, and each server
    that was written to a moment ago. The usual first limit of 1024 is there for other programs."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
