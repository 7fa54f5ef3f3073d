"""Actors: our accounts, and the server itself (interop paper §4)."""

import re
from html import escape

from linnet.federation import names
from linnet.federation.render import context
from linnet.federation.render.facts import ActorFacts, Here, Json, hashtag, stamp
from linnet.social.media.rules import MIMES
from linnet.social.people.rules import Account, ProfileField, fields_of
from linnet.social.text.scan import Hashtag, scan

TYPES = {"person": "Person", "organization": "Organization", "service": "Service"}

# As the client API writes them (`mastodon.entities`); a door does not import another door.
_ADDRESS = re.compile(r"https?://[^\s<>\"']{1,250}", re.IGNORECASE)


def actor(here: Here, facts: ActorFacts) -> Json:
    """An account of ours. Of a suspended one only what its letters are checked with."""
    account = facts.account
    id = names.actor(here.url, account.id)
    suspended = account.suspended_at is not None
    found: Json = {
        "@context": context.ACTOR,
        "id": id,
        "type": TYPES[account.kind],
        "preferredUsername": account.handle,
        "webfinger": f"{account.handle}@{here.domain}",
        "name": "" if suspended else account.name,
        "summary": "" if suspended else account.bio_html,
        "url": f"{here.url}/@{account.handle}",
        "inbox": f"{id}/inbox",
        "outbox": f"{id}/outbox",
        "followers": names.followers(id),
        "following": f"{id}/following",
        "featured": f"{id}/featured",
        "featuredTags": f"{id}/tags",
        "endpoints": {"sharedInbox": names.shared_inbox(here.url)},
        "publicKey": _key(id, facts.key_pem),
        "published": stamp(account.created_at),
        "manuallyApprovesFollowers": account.locked,
        "discoverable": account.discoverable,
        "indexable": account.indexable,
        "memorial": False,
        "suspended": suspended,
    }
    return found if suspended else found | _extras(here, facts)


def _extras(here: Here, facts: ActorFacts) -> Json:
    account = facts.account
    found: Json = {
        "attachment": [_field(field) for field in fields_of(account)],
        "tag": [hashtag(here, tag.key, tag.name) for tag in tags_of(account)],
    }
    if account.avatar_file:
        found["icon"] = _image(here, account.avatar_file)
    if account.header_file:
        found["image"] = _image(here, account.header_file)
    if facts.aliases:
        found["alsoKnownAs"] = list(facts.aliases)
    if facts.moved_to:
        found["movedTo"] = facts.moved_to
    if facts.sites:
        found["attributionDomains"] = list(facts.sites)
    return found


def server(here: Here, key_pem: str) -> Json:
    """The server itself: it signs what it fetches and what it reports. Its name is the domain, which
    no account can have: handles have no dot."""
    id = names.server_actor(here.url)
    return {
        "@context": context.ACTOR,
        "id": id,
        "type": "Application",
        "preferredUsername": server_handle(here),
        "webfinger": f"{server_handle(here)}@{here.domain}",
        "name": server_handle(here),
        "url": f"{here.url}/about",
        "inbox": names.shared_inbox(here.url),
        "outbox": f"{id}/outbox",
        "endpoints": {"sharedInbox": names.shared_inbox(here.url)},
        "publicKey": _key(id, key_pem),
        "manuallyApprovesFollowers": True,
        "discoverable": False,
        "indexable": False,
    }


def server_handle(here: Here) -> str:
    """What stands before the second @ of the server's own name."""
    return here.domain.partition(":")[0]


def tags_of(account: Account) -> tuple[Hashtag, ...]:
    """The hashtags that an account names in its bio, each once."""
    return tuple({tag.key: tag for tag in scan(account.bio).tags}.values())


def _key(owner: str, pem: str) -> Json:
    return {"id": names.key(owner), "owner": owner, "publicKeyPem": pem}


def _image(here: Here, file: str) -> Json:
    mime = MIMES.get(file.rpartition(".")[2], "image/jpeg")
    return {"type": "Image", "mediaType": mime, "url": f"{here.url}/media/{file}"}


def _field(field: ProfileField) -> Json:
    return {"type": "PropertyValue", "name": field.name, "value": field_html(field.value)}


def field_html(value: str) -> str:
    """A profile field as HTML: a link when the whole of it is an address, else escaped text. The
    `me` lets the page behind it link back (interop paper §4). Its words are the whole address, as Mastodon
    wants before it asks that page; what it hides of them is marked so."""
    safe = escape(value)
    if not _ADDRESS.fullmatch(value):
        return safe
    scheme, _, rest = value.partition("://")
    shown, end = escape(rest.rstrip("/")), "/" * (len(rest) - len(rest.rstrip("/")))
    words = f'<span class="invisible">{scheme}://</span>{shown}'
    words += f'<span class="invisible">{end}</span>' if end else ""
    return (
        f'<a href="{safe}" target="_blank" rel="nofollow noopener noreferrer me" translate="no">{words}</a>'
    )
