"""What a relay is, and what we say to one. Two manners (interop paper; FEP-ae0c): in Mastodon's the server
follows everything there is, and the relay's inbox is what the owner knows; in LitePub's it follows the
relay's actor. Either way the server itself is who follows, and what comes is an Announce."""

from typing import Literal

from linnet.federation import names, vocab
from linnet.federation.authority import authority, normal
from linnet.federation.render import context
from linnet.federation.vocab import Json
from linnet.kernel.errors import Invalid
from linnet.kernel.value import Value

Style = Literal["", "mastodon", "litepub"]
State = Literal["asked", "accepted", "refused", "failed"]

MOST = 20  # each of them may send a thousand posts an hour


class Relay(Value):
    """A relay: the row. `style` '': not known yet; `actor`: who announces, '' until that is known. Times
    in ms."""

    id: int
    address: str
    style: Style
    actor: str
    inbox: str
    state: State
    problem: str
    followed_tags: bool
    taken: int
    added_at: int
    answered_at: int | None
    heard_at: int | None


def address_of(text: str) -> str:
    """The address of a relay as the owner typed it. Raises Invalid("address")."""
    typed = text.strip()
    address = normal(typed if "://" in typed else f"https://{typed}")
    if not address or "#" in address:
        raise Invalid("address", "must be the https address of a relay, like https://relay.example/actor")
    return address


def follow(url: str, relay: Relay) -> Json:
    """The Follow of the server itself."""
    whom = relay.actor if relay.style == "litepub" else names.PUBLIC
    found = {
        "@context": context.PLAIN,
        "id": follow_id(url, relay.id),
        "type": "Follow",
        "actor": names.server_actor(url),
        "object": whom,
    }
    return found | ({"to": [relay.actor]} if relay.style == "litepub" else {})


def unfollow(url: str, relay: Relay) -> Json:
    """... taken back."""
    undone = {key: value for key, value in follow(url, relay).items() if key != "@context"}
    return {
        "@context": context.PLAIN,
        "id": f"{follow_id(url, relay.id)}/undo",
        "type": "Undo",
        "actor": names.server_actor(url),
        "object": undone,
    }


def follow_id(url: str, relay_id: int) -> str:
    """The address of the Follow."""
    return f"{names.server_actor(url)}#relays/{relay_id}"


def answered_by(url: str, answer: object) -> int | None:
    """Which relay is meant by the object of an Accept or Reject: our Follow whole, or its address alone.
    0: one of the server's, without saying which; None: it has nothing to do with relays."""
    embedded = vocab.obj(answer)
    said = vocab.uri(answer)
    start = f"{names.server_actor(url)}#relays/"
    if said.startswith(start):
        number = said.removeprefix(start)
        return int(number) if number.isascii() and number.isdigit() and len(number) < 20 else None
    own = names.ours(url, vocab.uri(embedded.get("actor"))) if embedded else None
    return 0 if own is not None and own.kind == "server" else None


def may_answer(relay: Relay, actor: str) -> bool:
    """Is this the one that was asked? Where only its inbox is known, somebody of the same server."""
    if relay.actor:
        return relay.actor == actor
    return bool(relay.inbox) and authority(relay.inbox) == authority(actor)
