"""Who may say what: the one function that decides it, and the one value that says it was asked.

The family of bugs that came back in every server (security paper §0.1, A01-A32) is one mistake: a
document is believed about something that its sender has no say in. So a `Proven` is made here and
nowhere else (a test looks), and what reads and writes remote data takes a `Proven`.

    fetched   the document's own id is the address at which it was found, after redirects
    signed    the activity's actor owns the key that signed it, and the activity's id is of the
              same authority

What stands inside of these is believed in two cases, and else fetched: the object of a signed activity
(`inside`), and the members of somebody's own fetched collection (`member`).

An authority is the host of an https address, with its port where that is not 443. Addresses are
compared in the form in which we write them ourselves (RFC 3986 §6.2.2), never as they came.
"""

from functools import lru_cache
from typing import Any, Literal

from linnet.federation import vocab
from linnet.federation.vocab import Json
from linnet.kernel.errors import Invalid
from linnet.kernel.value import Value
from linnet.net.address import read_url


class Drop(Value):
    """Refused, with a word for the counter and a sentence for the log."""

    reason: str
    detail: str = ""


class Proven(Value):
    """A document and who answers for it. Made by this module only.

    `authority`: whose word it is; `actor`: for a signed activity and for an object inside it the
    address of the signer, for a fetched one whoever it is attributed to ('' for an actor: itself).
    """

    document: Json
    uri: str
    authority: str
    actor: str
    how: Literal["fetched", "signed"]


def normal(address: object) -> str:
    """The address in the form in which we compare it; '' when it is no proper https address
    (userinfo, odd hosts, other schemes). Whether it may be asked is for `net` to say."""
    return _normal(address) if isinstance(address, str) else ""


@lru_cache(maxsize=2048)  # one letter names the same few addresses twenty times: a third of its cost
def _normal(address: str) -> str:
    try:
        target = read_url(address)
    except Invalid:
        return ""
    fragment = address.partition("#")[2]
    if target.scheme != "https" or not fragment.isprintable():
        return ""
    return f"{target.url}#{fragment}" if fragment else target.url


def authority(address: object) -> str:
    """The authority of an address: `host` or `host:port`, lower case, ASCII; '' for none."""
    good = normal(address)
    return good.partition("://")[2].partition("/")[0] if good else ""


def fetched(document: Any, final_url: str) -> Proven | Drop:
    """A document as found at `final_url` (the last hop). Its id must be that address; who it is
    attributed to must be of the same authority. A document with another id of the same authority
    is `Drop("moved", id)`: the caller may ask there once."""
    if not isinstance(document, dict):
        return Drop("not_an_object")
    own, found = normal(document.get("id")), normal(final_url)
    if not own or not found:
        return Drop("no_id")
    if own != found:
        return Drop("moved" if authority(own) == authority(found) else "id_elsewhere", own)
    return _whose(document, own, "fetched", "")


def signed(activity: Any, key_owner: str) -> Proven | Drop:
    """An activity whose signature was good under a key of `key_owner`."""
    if not isinstance(activity, dict):
        return Drop("not_an_object")
    actor, owner = normal(vocab.uri(activity.get("actor"))), normal(key_owner)
    if not actor or not owner or len(vocab.many(activity.get("actor"))) != 1:
        return Drop("no_actor")
    if actor != owner:
        return Drop("actor_is_not_signer", actor)
    own = normal(activity.get("id"))
    if not own:
        return Drop("no_id")
    if authority(own) != authority(actor):
        return Drop("id_elsewhere", own)
    return Proven(activity, own, authority(actor), actor, "signed")


def inside(proven: Proven, value: object) -> Proven | Drop:
    """The object of a signed activity, believed when it is of the signer's authority and attributed
    to the signer. Anything else has to be fetched: `Drop("fetch_it", address)`. What was fetched
    answers for nothing but itself."""
    address = vocab.uri(value)
    if proven.how != "signed":
        return Drop("fetch_it", normal(address))
    document = vocab.obj(value)
    own = normal(document.get("id"))
    if not own:
        return Drop("fetch_it", normal(address)) if normal(address) else Drop("no_id")
    found = _whose(document, own, "signed", proven.actor)
    if isinstance(found, Drop) or found.authority != proven.authority:
        return Drop("fetch_it", own)
    return found


def member(collection: Proven, value: object, owner: str) -> Proven | Drop:
    """Something that stands whole in a collection of `owner`'s: an outbox, what is pinned. The
    collection was fetched from its own address, and the owner's document names it.

    Its server is the one that would answer if the member's own address were asked, so it is believed
    about members of its own authority. But only about what is its owner's: a server lets many write,
    and what one of them lists must not be able to speak for the others. Anything else has to be
    fetched. Collections that strangers fill (`replies`, `context`) have no owner to speak of: there
    everything is fetched."""
    whose = normal(owner)
    address = normal(vocab.uri(value))
    if collection.how != "fetched" or not whose or authority(whose) != collection.authority:
        return Drop("not_their_collection", collection.uri)
    document = vocab.obj(value)
    own = normal(document.get("id"))
    if not own or own == whose:
        return Drop("fetch_it", address) if address else Drop("no_id")
    found = _whose(document, own, "fetched", whose)
    if isinstance(found, Drop) or found.authority != collection.authority:
        return Drop("fetch_it", own)
    return found


def named(proven: Proven, value: object) -> Proven | Drop:
    """Something of the signer's own authority that is only named, by its address: enough to take
    back what the signer did under that address, and for nothing else."""
    own = normal(vocab.uri(value))
    if proven.how != "signed" or not own or authority(own) != proven.authority:
        return Drop("named_elsewhere", own)
    return Proven({}, own, proven.authority, proven.actor, "signed")


def _whose(document: Json, own: str, how: Literal["fetched", "signed"], signer: str) -> Proven | Drop:
    """`document` under its own id `own`, if nobody of another authority is said to have made it."""
    place = authority(own)
    makers = {normal(one) for one in vocab.uris(document.get("attributedTo"))}
    makers |= {normal(one) for one in vocab.uris(document.get("actor"))}
    if any(authority(maker) != place for maker in makers):
        return Drop("attributed_elsewhere", own)
    if signer and makers != {signer} and own != signer:
        return Drop("attributed_to_another", own)
    maker = normal(vocab.uri(document.get("attributedTo")) or vocab.uri(document.get("actor")))
    return Proven(document, own, place, signer or maker, how)
