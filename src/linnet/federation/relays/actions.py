"""Following relays, and what they answer; each in one transaction."""

from linnet.db.tx import Tx
from linnet.federation.delivery import actions as delivery
from linnet.federation.relays import queries, rules
from linnet.federation.relays.rules import Relay, Style
from linnet.jobs import rows
from linnet.jobs.rows import Job
from linnet.kernel.errors import Conflict, Invalid, NotFound
from linnet.kernel.ids import new_id
from linnet.kernel.value import changed
from linnet.kernel.wire import encode

STYLES: dict[str, Style] = {"": "", "mastodon": "mastodon", "litepub": "litepub"}


class FollowRelay(Job):
    """Job: look what a relay is, and ask it."""

    lane = "look"
    patience = 4

    relay_id: int


def add(tx: Tx, address: str, *, style: str = "", followed_tags: bool = False, now: int) -> Relay:
    """Asks a relay to send us what it passes on; with `followed_tags` only posts with a hashtag that
    somebody here follows are kept. Raises Invalid, Conflict."""
    where = rules.address_of(address)
    if style not in STYLES:
        raise Invalid("style", "must be mastodon or litepub")
    if len(queries.relays(tx)) >= rules.MOST:
        raise Invalid("address", f"is one more than {rules.MOST} relays: remove another one first")
    id = new_id()
    if not queries.insert(
        tx, id=id, address=where, style=STYLES[style], followed_tags=followed_tags, now=now
    ):
        raise Conflict("This relay is followed already.")
    rows.add(tx, FollowRelay(id), now=now, key=f"relay:{id}")
    return must(tx, id)


def must(tx: Tx, id: int) -> Relay:
    """Raises NotFound."""
    found = queries.relay(tx, id)
    if found is None:
        raise NotFound("relay")
    return found


def named(tx: Tx, address: str) -> Relay:
    """The relay at this address. Raises Invalid, NotFound."""
    found = queries.at(tx, rules.address_of(address))
    if found is None:
        raise NotFound("relay")
    return found


def limit(tx: Tx, id: int, *, followed_tags: bool) -> None:
    """Keeps everything, or only what has a followed hashtag. Raises NotFound."""
    queries.save(tx, changed(must(tx, id), followed_tags=followed_tags))


def remove(tx: Tx, id: int, url: str, now: int) -> None:
    """Nothing comes from there any more; what came stays. Raises NotFound."""
    relay = must(tx, id)
    rows.cancel(tx, f"relay:{id}")
    if relay.inbox and relay.state in ("asked", "accepted"):
        _send(tx, relay, "Undo", encode(rules.unfollow(url, relay)), url, now)
    queries.delete(tx, id)


def ask(tx: Tx, id: int, url: str, *, style: Style, actor: str, inbox: str, now: int) -> None:
    """It is known what the relay is: our Follow goes out."""
    relay = queries.relay(tx, id)
    if relay is None or relay.state != "asked":
        return  # removed meanwhile, or it answered
    relay = changed(relay, style=style, actor=actor, inbox=inbox, problem="")
    queries.save(tx, relay)
    _send(tx, relay, "Follow", encode(rules.follow(url, relay)), url, now)


def failed(tx: Tx, id: int, problem: str, *, for_good: bool) -> None:
    """It could not be asked."""
    relay = queries.relay(tx, id)
    if relay and relay.state == "asked":
        state = "failed" if for_good else "asked"
        queries.save(tx, changed(relay, state=state, problem=problem[:200]))


def answer(tx: Tx, relay_id: int, actor: str, now: int, *, yes: bool) -> None:
    """What a relay says to our Follow; `relay_id` 0: it does not say which. Raises NotFound when it was
    not asked, or is not the one that was (A29)."""
    asked = [queries.relay(tx, relay_id)] if relay_id else list(queries.asked(tx))
    relay = next((one for one in asked if one and rules.may_answer(one, actor)), None)
    if relay is None or (relay.state != "asked" and yes):
        raise NotFound("relay that was asked")
    state = "accepted" if yes else "refused"
    queries.save(tx, changed(relay, state=state, actor=actor, problem="", answered_at=now))


def took(tx: Tx, relay_id: int, now: int) -> None:
    """A post came by it."""
    queries.took(tx, relay_id, 1, now)


def _send(tx: Tx, relay: Relay, kind: str, body: bytes, url: str, now: int) -> None:
    delivery.send(
        tx,
        account_id=0,  # the server itself
        kind=kind,
        object_uri=rules.follow_id(url, relay.id),
        body=body,
        inboxes={relay.inbox: 0},
        post_id=None,
        now=now,
    )
