"""What the parts of federation share: one of each, made in `app.Program`."""

from shutil import disk_usage

from starlette.routing import BaseRoute

from linnet.db.database import Database
from linnet.door.heard import Heard
from linnet.door.house import Sighted, Unwatched, Watch
from linnet.federation.authority import authority
from linnet.federation.doors.proving import prover
from linnet.federation.doors.readers import Parts
from linnet.federation.fetching import Library
from linnet.federation.finding.finder import Finder
from linnet.federation.finding.looking import Looking
from linnet.federation.finding.lookup import knows_as, lookup
from linnet.federation.keys.keyring import Keyring
from linnet.federation.letters import inbox
from linnet.federation.letters.drops import Drops
from linnet.federation.letters.steps import Hall
from linnet.federation.peers.rulebook import Rulebook
from linnet.federation.render.facts import Here
from linnet.federation.sealing import Sealing
from linnet.hub.hub import Hub
from linnet.kernel.settings import Settings
from linnet.net.client import Fetcher


class Office:
    """The office of one process."""

    def __init__(self, settings: Settings, db: Database, hub: Hub, client: Fetcher) -> None:
        self.settings = settings
        self.db = db
        self.hub = hub
        self.client = client
        self.keyring = Keyring(settings.data, settings.url)
        self.rulebook = Rulebook(db)
        self.library = Library(client, db, self.keyring, settings.url, self.rulebook.blocked)
        self.finder = Finder(db, self.library, client, settings.url, settings.domain, self.may_show)
        self.watch: Watch = Looking(db) if self.on else Unwatched()
        self.drops = Drops(db)
        self.sealing = Sealing(db, self.keyring, self.library)

    @property
    def on(self) -> bool:
        """Does this server federate? Only under an address that is https."""
        return self.settings.secure

    @property
    def own_names(self) -> tuple[str, ...]:
        """What this server is called: no rule can be made about these."""
        return (self.settings.host, self.settings.domain)

    @property
    def here(self) -> Here:
        """Our address, and what stands in our handles."""
        return Here(self.settings.url, self.settings.domain)

    async def lookup(self, text: str) -> Sighted:
        """`@a@b` or an address, asked for at its server and written down here. Nothing when there is
        nothing, when that host is suspended, and on a server that does not federate."""
        if not self.on:
            return Sighted()
        found = await lookup(self.finder, text)
        if found.account_id:
            await self.watch.profile(found.account_id)
        return found

    async def knows_as(self, target_id: int, account_id: int) -> bool:
        """Does this account elsewhere say, asked now, that it is also this one of ours?"""
        return self.on and await knows_as(self.finder, self.db, self.settings.url, target_id, account_id)

    async def may_show(self, host: str) -> bool:
        """Are pictures from this host wanted?"""
        rule = await self.rulebook.rule(host)
        return rule is None or (rule.severity != "suspend" and not rule.reject_media)

    def readable(self) -> Parts:
        """What the doors need that others read at."""
        proof = prover(self.db, self.library, self.settings.host)
        return Parts(self.settings, self.db, self.hub, self.keyring, proof, self.rulebook.blocked)

    def inboxes(self) -> list[BaseRoute]:
        """Where letters arrive. Where a good one came from is told to those who count visits."""
        hall = Hall(
            self.db,
            self.library,
            self.rulebook.blocked,
            most_bytes=self.settings.inbox_bytes,
            free=lambda: disk_usage(self.settings.data).free,
        )
        own, trusted = authority(self.settings.url), self.settings.trusted_proxies
        return inbox.routes(hall, self.drops, own, heard=Heard(self.db), trusted=trusted)

    async def stop(self) -> None:
        """Writes down what is only in memory."""
        await self.drops.stop()
