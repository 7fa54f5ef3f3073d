"""What the owner may see and decide about other servers. The pages know only this; what is behind it
belongs to the federation, which hands it over in `linnet.app`."""

from typing import Protocol

from linnet.db.tx import Tx
from linnet.kernel.value import Value


class Told(Value):
    """A letter to other servers, and how far it has come."""

    id: int
    account_id: int
    handle: str
    kind: str  # Create | Update | Delete | Announce | Follow ...
    post_id: int | None
    text: str  # of the post, '' when it is gone or was none
    created_at: int
    inboxes: int
    hosts: int
    followers: int
    inboxes_done: int
    followers_done: int
    refused: int  # inboxes
    queued: int  # inboxes that wait in the queue; others are tried again by themselves
    hosts_left: int  # where something waits in the queue or was refused

    @property
    def waiting(self) -> int:
        """Inboxes that have it still to come."""
        return max(self.inboxes - self.inboxes_done - self.refused, 0)

    @property
    def hosts_done(self) -> int:
        """Servers that took all of it; at least one where somebody has it."""
        alone = self.waiting - self.queued
        return max(self.hosts - self.hosts_left - alone, 1) if self.inboxes_done else 0


class Refusal(Value):
    """Where a letter will not arrive, and why."""

    host: str
    inbox: str
    followers: int
    reason: str
    at: int


class Wait(Value):
    """Where a letter has still to arrive, and why it has not. `alone`: it was set aside and is tried by
    itself, so that others need not wait for it."""

    host: str
    inbox: str
    followers: int
    tries: int
    next_at: int
    state: str  # of the server: well | asked | failing | resting | given up
    reason: str
    alone: bool = False


class Way(Value):
    """A letter in full: what was refused, what waits, the first hundred of each."""

    told: Told
    refused: list[Refusal]
    waiting: list[Wait]


class Server(Value):
    """Another server."""

    host: str
    software: str
    version: str
    waiting: int
    next_at: int
    failures: int
    failing_since: int | None
    delivered_at: int | None
    heard_at: int | None
    error: str
    state: str
    severity: str = ""  # what the owner decided about it


class NotTaken(Value):
    """Letters that came and were not taken."""

    reason: str
    host: str
    times: int


class Parked(Value):
    """A letter that could not be read, three times: it waits for somebody to look."""

    id: int
    uri: str
    host: str
    reason: str
    parked_at: int


class Overview(Value):
    """All servers together."""

    servers: int
    waiting: int  # letters
    troubled: int  # servers
    not_taken: list[NotTaken]  # lately, the most frequent first


class DomainRule(Value):
    """What was decided about a domain; `source`: '' the owner, else the address of a list."""

    domain: str
    severity: str  # allow | limit | suspend
    reject_media: bool
    reject_reports: bool
    comment: str
    public_comment: str
    source: str
    created_at: int


class DomainList(Value):
    """A list of domains, kept by others."""

    address: str
    asked_at: int
    read_at: int | None
    domains: int
    error: str


class Neighbours(Protocol):
    """Functions of a transaction, as everywhere."""

    def told(self, tx: Tx, *, all_kinds: bool, before: int, n: int) -> list[Told]:
        """Letters older than the id `before`, the newest first; those about posts, or all."""
        ...

    def way(self, tx: Tx, id: int, now: int) -> Way:
        """One letter. Raises NotFound."""
        ...

    def overview(self, tx: Tx, now: int) -> Overview:
        """All servers together."""
        ...

    def servers(self, tx: Tx, *, which: str, search: str, after: str, n: int, now: int) -> list[Server]:
        """Servers by name, from after `after` on; `which`: trouble | waiting | all."""
        ...

    def try_now(self, tx: Tx, host: str, now: int) -> None:
        """Does not wait any longer. Raises NotFound."""
        ...

    def parked(self, tx: Tx, *, n: int) -> list[Parked]:
        """Letters that could not be read, the latest first."""
        ...

    def read_again(self, tx: Tx, letter_id: int, now: int) -> None:
        """One of them is read once more. Raises NotFound."""
        ...

    def rules(self, tx: Tx, *, search: str, after: str, n: int) -> list[DomainRule]:
        """Rules by name, from after `after` on."""
        ...

    def decide(self, tx: Tx, rule: DomainRule, now: int) -> str:
        """The owner decides about a domain; answers its name in the one form. Raises Invalid."""
        ...

    def undecide(self, tx: Tx, domain: str, now: int) -> None:
        """Takes that back. Raises NotFound."""
        ...

    def csv(self, tx: Tx) -> str:
        """The owner's own rules as a file."""
        ...

    def read_csv(self, text: str, now: int) -> "Sheet":
        """What a file says. Raises Invalid("csv")."""
        ...

    def take_in(self, tx: Tx, sheet: "Sheet", now: int) -> int:
        """Makes it the owner's own; answers how many rules are new or other than before."""
        ...

    def lists(self, tx: Tx) -> list[DomainList]:
        """Lists that are followed."""
        ...

    def follow_list(self, tx: Tx, address: str, now: int) -> None:
        """Follows one more. Raises Invalid, Conflict."""
        ...

    def end_list(self, tx: Tx, address: str, now: int) -> None:
        """Ends that, and its rules. Raises NotFound."""
        ...


class Sheet(Value):
    """A file of rules that was read: what it says, and the lines that were not understood, and why."""

    rules: list[DomainRule]
    wrong: list[tuple[int, str]]
