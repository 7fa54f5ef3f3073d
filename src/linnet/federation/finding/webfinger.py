"""Asking who answers to a handle (RFC 7033). A name is proven when the host in it names the actor."""

import re
from collections.abc import Awaitable, Callable
from urllib.parse import quote

from linnet.federation import vocab
from linnet.federation.authority import Drop, authority, normal
from linnet.federation.vocab import Json
from linnet.kernel.clock import SECOND
from linnet.kernel.errors import Invalid, LinnetError
from linnet.kernel.value import Value
from linnet.kernel.wire import decode
from linnet.net.client import Fetcher, Policy

POLICY = Policy(
    max_bytes=256 * 1024, timeout=6 * SECOND, accept="application/jrd+json, application/json", https_only=True
)
_ACCT = re.compile(r"acct:@?([A-Za-z0-9_][A-Za-z0-9_.-]{0,99})@([^\s/?#@]{1,253})", re.IGNORECASE)

May = Callable[[str], Awaitable[bool]]


class Name(Value):
    """`handle@host` and the id of the actor that answers to it."""

    handle: str
    host: str
    uri: str


async def ask(client: Fetcher, may: May, handle: str, host: str) -> Name | Drop:
    """Who is `handle@host`? When the answer names another host (split domain), that host is asked
    too, once: only it can give a name away (security paper A22). `may(host)`: is it to be asked at
    all? A stranger's document can name any host, also one that is suspended (A23)."""
    found = await _one(client, may, handle, host)
    if isinstance(found, Drop) or (found.handle.lower(), found.host) == (handle.lower(), host):
        return found
    again = await _one(client, may, found.handle, found.host)
    if isinstance(again, Drop):
        return again
    if again.uri != found.uri or (again.handle.lower(), again.host) != (found.handle.lower(), found.host):
        return Drop("name_not_confirmed", f"{handle}@{host}")
    return again


async def _one(client: Fetcher, may: May, handle: str, host: str) -> Name | Drop:
    if not await may(host):
        return Drop("not_asked", host)
    resource = quote(f"acct:{handle}@{host}", safe="")
    try:
        answer = await client.get(f"https://{host}/.well-known/webfinger?resource={resource}", policy=POLICY)
        if answer.status in (404, 410):
            return Drop("no_such_name", f"{handle}@{host}")
        if not answer.good:
            return Drop("name_unanswered", f"{host}: {answer.status}")
        document = decode(answer.body)
    except Invalid as error:
        return Drop("name_unreadable", error.cause)
    except LinnetError as error:
        return Drop("name_unanswered", error.cause)
    return read(document, handle, host)


def read(document: object, handle: str, host: str) -> Name | Drop:
    """The answer about `handle@host`: subject and the link to the actor. Pure."""
    if not isinstance(document, dict):
        return Drop("name_unreadable", host)
    uri = next((one for one in map(_self, vocab.many(document.get("links"))) if one), "")
    if not uri:
        return Drop("name_without_actor", f"{handle}@{host}")
    subject = _ACCT.fullmatch(vocab.text(document.get("subject")))
    if subject is None:
        return Name(handle, host, uri)
    place = authority(f"https://{subject[2]}/")
    return Name(subject[1], place, uri) if place else Drop("name_unreadable", host)


def _self(link: Json | object) -> str:
    if not isinstance(link, dict) or link.get("rel") != "self":
        return ""
    return normal(link.get("href")) if vocab.is_activity_type(vocab.text(link.get("type"))) else ""


def parse_handle(text: str) -> tuple[str, str] | None:
    """`@handle@host`, `handle@host` or `acct:handle@host` as (handle, host); None for anything else."""
    found = _ACCT.fullmatch(f"acct:{text.strip().removeprefix('acct:').removeprefix('@')}")
    place = authority(f"https://{found[2]}/") if found else ""
    return (found[1], place) if found and place else None
