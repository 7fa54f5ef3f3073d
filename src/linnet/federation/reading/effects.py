"""What a letter comes to: everything that must be fetched has been; what is left is one transaction."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from linnet.db.database import Database
from linnet.db.tx import Tx
from linnet.federation.authority import Drop, Proven
from linnet.federation.finding.finder import Budget, Finder
from linnet.kernel.errors import Invalid
from linnet.social.people.rules import Account

Effect = Callable[[Tx, int], None]  # (transaction, now)


class ConcernsNobody(Invalid):
    """Nobody here has to do with it: known in the transaction only, for who follows whom may change
    until then."""

    def __init__(self) -> None:
        super().__init__("object", "concerns nobody here")


@dataclass(frozen=True, slots=True)
class Letter:
    """An activity that is being read: proven, with the account that signed it."""

    proven: Proven
    sender: Account
    budget: Budget
    finder: Finder
    db: Database
    url: str  # our own


Read = Callable[[Letter], Awaitable[Effect | Drop]]
