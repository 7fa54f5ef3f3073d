"""What a post's document says about quotes: which post it quotes, and who may quote it. Pure."""

from linnet.federation import vocab
from linnet.federation.authority import normal
from linnet.federation.vocab import Json
from linnet.social.quotes.rules import Policy


def quoted(doc: Json) -> str:
    """The address that a post quotes, in whichever way it is written; '' for none."""
    said = (normal(vocab.uri(doc.get(key))) for key in ("quote", "quoteUri", "quoteUrl", "_misskey_quote"))
    return next((one for one in said if one), "")


def quotable(doc: Json, author: str, followers: str) -> Policy:
    """Who may quote it. Without a word: nobody (interop paper §10)."""
    said = vocab.obj(vocab.obj(doc.get("interactionPolicy")).get("canQuote"))
    at_once = vocab.uris(said.get("automaticApproval") or said.get("always"))
    if any(vocab.is_public(one) for one in at_once):
        return "public"
    if followers and followers in {normal(one) for one in at_once}:
        return "followers"
    asked = vocab.uris(said.get("manualApproval") or said.get("approvalRequired"))
    return "ask" if any(normal(one) != author for one in asked) else "nobody"
