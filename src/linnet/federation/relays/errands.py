"""Going outside: what is a relay?"""

from linnet.db.database import Database
from linnet.federation import vocab
from linnet.federation.authority import Drop, Proven, authority, normal
from linnet.federation.fetching import Library, for_now
from linnet.federation.relays import actions, queries
from linnet.federation.relays.actions import FollowRelay
from linnet.federation.relays.rules import Relay
from linnet.kernel.clock import now_ms
from linnet.kernel.errors import Upstream


async def follow_relay(db: Database, library: Library, url: str, job: FollowRelay) -> None:
    """The handler of the job. An actor is followed; anything else at that address is an inbox, as those
    who run relays for Mastodon name theirs. Raises Upstream to be tried again."""
    relay = await db.read(queries.relay, job.relay_id)
    if relay is None or relay.state != "asked":
        return
    actor = Drop("not_looked") if relay.style == "mastodon" else await library.document(relay.address)
    if isinstance(actor, Drop):
        await _as_inbox(db, url, relay, actor)
        return
    inbox = normal(vocab.uri(actor.document.get("inbox")))
    if not _is_actor(actor) or authority(inbox) != actor.authority:
        await db.write(actions.failed, relay.id, "What is there is no relay.", for_good=True)
        return
    await db.write(actions.ask, relay.id, url, style="litepub", actor=actor.uri, inbox=inbox, now=now_ms())


async def _as_inbox(db: Database, url: str, relay: Relay, why: Drop) -> None:
    if for_now(why):
        await db.write(actions.failed, relay.id, "It cannot be reached.", for_good=False)
        raise Upstream("A relay cannot be reached.", cause=f"{relay.address}: {why.reason} {why.detail}")
    if why.reason in ("blocked", "ours") or relay.style == "litepub":
        await db.write(actions.failed, relay.id, f"It cannot be followed: {why.reason}.", for_good=True)
        return
    await db.write(actions.ask, relay.id, url, style="mastodon", actor="", inbox=relay.address, now=now_ms())


def _is_actor(proven: Proven) -> bool:
    return bool(vocab.kind_of(proven.document, vocab.ACTORS))
