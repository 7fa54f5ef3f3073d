"""What the doors are given: one of each, made in `linnet.app`."""

from dataclasses import dataclass

from linnet.db.database import Database
from linnet.hub.hub import Hub
from linnet.kernel.settings import Settings
from linnet.social.media.workshop import Workshop
from linnet.social.people.passwords import PasswordDesk


@dataclass(frozen=True, slots=True)
class House:
    """The parts of a running server that a door may use. A door's module has
    `routes(house) -> list[BaseRoute]`."""

    settings: Settings
    db: Database
    hub: Hub
    passwords: PasswordDesk
    workshop: Workshop
