"""What the parts of federation share: one of each, made in `app.Program`."""

from linnet.db.database import Database
from linnet.federation.doors.readers import Parts
from linnet.federation.keys.keyring import Keyring
from linnet.federation.peers.rulebook import Rulebook
from linnet.federation.render.facts import Here
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

    @property
    def on(self) -> bool:
        """Does this server federate? Only under an address that is https."""
        return self.settings.secure

    @property
    def here(self) -> Here:
        """Our address, and what stands in our handles."""
        return Here(self.settings.url, self.settings.domain)

    def readable(self) -> Parts:
        """What the doors need that others read at."""
        return Parts(self.settings, self.db, self.hub, self.keyring, refused=self.rulebook.blocked)
