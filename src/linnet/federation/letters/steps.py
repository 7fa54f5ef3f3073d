"""What a letter goes through, step by step: the cheap ones first, and none that fetches before all
that need not fetch (security paper §5.2, B03). Each may refuse it with a reason."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from linnet.db.database import Database
from linnet.federation import authority, proof
from linnet.federation.authority import Drop, Proven
from linnet.federation.fetching import Library
from linnet.federation.letters import actions, queries, rules
from linnet.federation.letters.rules import Letter, Load, Shape
from linnet.federation.plain import json_object
from linnet.federation.signing import signatures
from linnet.federation.signing.shapes import Claim, Received
from linnet.federation.syncing import actions as sync_actions
from linnet.federation.syncing import rules as syncing
from linnet.federation.vocab import Json
from linnet.kernel.clock import SECOND
from linnet.kernel.ids import new_id
from linnet.kernel.page import WIDE
from linnet.kernel.throttle import Throttle

log = logging.getLogger("linnet.federation")


@dataclass(slots=True)
class Arrival:
    """A letter on its way in, and what is known of it so far. `recipient`: the account whose inbox it
    came to, None for the shared one; `now` in ms."""

    request: Received
    body: bytes
    recipient: int | None
    now: int
    document: Json = field(default_factory=dict)
    said: Shape | None = None
    claim: Claim | None = None
    signer: str = ""
    proven: Proven | None = None

    @property
    def host(self) -> str:
        """Whose letter it is, as far as that is proven."""
        return authority.authority(self.signer)


@dataclass(slots=True)
class Hall:
    """What the steps work with. `blocked`: is this host not heard? `most_bytes`: of letters that may wait;
    `load`: what waits, as it was at `counted_at` (ms) and with what was kept here since; `crowding`: hosts
    that have their share of the room; `free`: how many bytes of the disk are."""

    db: Database
    library: Library
    blocked: Callable[[str], Awaitable[bool]]
    flood: Throttle = field(default_factory=lambda: Throttle(rules.PER_HOST, rules.PER_HOST_IN))
    answered: Throttle = field(
        default_factory=lambda: Throttle(rules.PER_HOST_ANSWERED, rules.PER_HOST_ANSWERED_IN)
    )
    most_bytes: int = rules.QUEUE_BYTES
    counted_at: int = 0
    load: Load = rules.EMPTY
    crowding: frozenset[str] = frozenset()
    free: Callable[[], int] = lambda: rules.LEAST_FREE
    disk_is_full: bool = False


Step = Callable[[Hall, Arrival], Awaitable[Drop | None]]


async def walk(hall: Hall, arrival: Arrival) -> Drop | None:
    """Takes the letter through every step; None: it is kept, or was before."""
    for step in STEPS:
        drop = await step(hall, arrival)
        if drop is not None:
            return drop
    return None


async def room(hall: Hall, arrival: Arrival) -> Drop | None:
    """Is there room? Looked at once a second: the table is the queue."""
    if arrival.now - hall.counted_at >= SECOND:
        hall.counted_at = arrival.now
        hall.load = await hall.db.glance(queries.waiting, rules.QUEUE)
        share = rules.share(hall.most_bytes)
        # whose it is matters only where somebody could have that much
        full = hall.load.letters >= share.letters or hall.load.bytes >= share.bytes
        hall.crowding = await hall.db.glance(queries.crowding, share) if full else frozenset()
        _look_at_the_disk(hall)
    load = hall.load
    if hall.disk_is_full:
        return Drop("crowded", "the disk is nearly full")
    if load.letters >= rules.QUEUE or load.bytes + len(arrival.body) > hall.most_bytes:
        return Drop("crowded", f"{load.letters} letters wait, {load.bytes} bytes")
    return None


def _look_at_the_disk(hall: Hall) -> None:
    was, hall.disk_is_full = hall.disk_is_full, hall.free() < rules.LEAST_FREE
    if hall.disk_is_full and not was:
        log.warning("the disk is nearly full: no letters of other servers are taken until there is room")


async def address(hall: Hall, arrival: Arrival) -> Drop | None:
    """Is there somebody of ours at this inbox?"""
    if arrival.recipient is None:
        return None
    found = await hall.db.glance(queries.recipient, min(arrival.recipient, WIDE))
    if found is None:
        return Drop("no_inbox", str(arrival.recipient))
    return Drop("gone_inbox", str(arrival.recipient)) if found.suspended_at is not None else None


async def json(_hall: Hall, arrival: Arrival) -> Drop | None:
    """Is it a JSON object?"""
    found = json_object(arrival.body)
    if isinstance(found, Drop):
        return found
    arrival.document = found
    return None


async def shape(_hall: Hall, arrival: Arrival) -> Drop | None:
    """Is it an activity, and of a kind that we read?"""
    found = rules.shape(arrival.document)
    if isinstance(found, Drop):
        return found
    arrival.said = found
    return None if found.kind else Drop("type", str(arrival.document.get("type"))[:100])


async def blocked(hall: Hall, arrival: Arrival) -> Drop | None:
    """Is nobody in it blocked?"""
    assert arrival.said is not None
    for host in rules.hosts(arrival.said):
        if await hall.blocked(host):
            return Drop("blocked", host)
    return None


async def parameters(_hall: Hall, arrival: Arrival) -> Drop | None:
    """Is it signed, over all that must be covered?"""
    found = signatures.read(arrival.request)
    if isinstance(found, Drop):
        return found
    arrival.claim = found
    return None


async def sound(_hall: Hall, arrival: Arrival) -> Drop | None:
    """Is it of about now, and is this the body that was signed?"""
    assert arrival.claim is not None
    return signatures.sound(arrival.claim, arrival.body, arrival.now)


async def place(_hall: Hall, arrival: Arrival) -> Drop | None:
    """Is the key of the actor's own server, and its address of that server too?"""
    assert arrival.claim is not None
    assert arrival.said is not None
    own = authority.authority(arrival.said.actor)
    if authority.authority(arrival.claim.key_id) != own:
        return Drop("key_elsewhere", arrival.claim.key_id)
    if authority.authority(arrival.said.uri) != own:
        return Drop("id_elsewhere", arrival.said.uri)
    return None


async def farewell(hall: Hall, arrival: Arrival) -> Drop | None:
    """Somebody we never met is gone: there is nothing to do, and no key any more to ask for."""
    assert arrival.said is not None
    if not rules.is_farewell(arrival.document, arrival.said):
        return None
    known = await hall.db.glance(queries.is_known, arrival.said.actor)
    return None if known else Drop("farewell", arrival.said.actor)


async def signature(hall: Hall, arrival: Arrival) -> Drop | None:
    """Is the signature the key's, and whose is the key? The only step that may ask others."""
    assert arrival.claim is not None
    assert arrival.said is not None
    found = await proof.owner(hall.library, arrival.claim)
    if isinstance(found, Drop):
        if found.reason == "gone" and rules.is_farewell(arrival.document, arrival.said):
            return Drop("farewell", arrival.said.actor)  # nobody is left to prove it
        return found
    arrival.signer = found
    return None


async def actor(_hall: Hall, arrival: Arrival) -> Drop | None:
    """Does the actor own the key, and does the activity live on the actor's server?"""
    found = authority.signed(arrival.document, arrival.signer)
    if isinstance(found, Drop):
        return found
    arrival.proven = found
    return None


async def flood(hall: Hall, arrival: Arrival) -> Drop | None:
    """Does its server send more than anybody could read, or could answer?"""
    assert arrival.said is not None
    if arrival.host in hall.crowding:
        return Drop("crowded", f"half of what waits is of {arrival.host}")
    if arrival.said.kind in rules.ANSWERED and not hall.answered.take(arrival.host, arrival.now).allowed:
        return Drop("crowded", f"answers to {arrival.host}")
    allowance = hall.flood.take(arrival.host, arrival.now)
    return None if allowance.allowed else Drop("crowded", arrival.host)


async def keep(hall: Hall, arrival: Arrival) -> Drop | None:
    """Written down, once, before anybody is told that it was taken."""
    proven = arrival.proven
    assert proven is not None
    letter = Letter(
        id=new_id(),
        uri=proven.uri,
        actor_uri=proven.actor,
        host=proven.authority,
        recipient_id=arrival.recipient,
        body=arrival.body.decode(),
        received_at=arrival.now,
    )
    if await hall.db.write(actions.accept, letter, arrival.now):
        # until the table is looked at again: a second is time for more than there may be room for
        hall.load = Load(hall.load.letters + 1, hall.load.bytes + len(arrival.body))
    return None


async def followers(hall: Hall, arrival: Arrival) -> Drop | None:
    """Does its server say who of ours follows the sender? That is compared later, and never a reason to
    refuse the letter."""
    values = arrival.request.headers.get(syncing.HEADER.lower(), ())
    said = syncing.read(values[0], arrival.signer) if len(values) == 1 else None
    if said is not None:
        await hall.db.write(sync_actions.ask, arrival.signer, said, arrival.now)
    return None


STEPS: tuple[Step, ...] = (
    room,
    address,
    parameters,
    sound,  # before the text is read, which costs more: what is not signed at all, or long ago, costs little
    json,
    shape,
    blocked,
    place,
    farewell,
    signature,
    actor,
    flood,
    keep,
    followers,
)
