"""Our values as the entities of the client API: pure functions to plain dicts.

Names and nullability as in https://docs.joinmastodon.org/entities/. Ids are decimal strings.
Inside it is a post, a boost and a notice; only here a status, a reblog and a notification.
"""

import html
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from linnet.kernel.clock import iso
from linnet.kernel.settings import Settings
from linnet.kernel.wire import encode
from linnet.mastodon.missing import AVATAR, HEADER
from linnet.social.apps.rules import App, Granted, Registered
from linnet.social.emoji import rules as emoji_rules
from linnet.social.follows.rules import Relationship
from linnet.social.people.rules import Account, ProfileField, fields_of

Json = dict[str, Any]

VISIBILITY = {"public": "public", "quiet": "unlisted", "followers": "private", "direct": "direct"}
OUR_VISIBILITY = {theirs: ours for ours, theirs in VISIBILITY.items()}

INVENTED = "<p>(Invented, for a demonstration.)</p>"  # apps show no badge of ours

ADDRESS = re.compile(r"https?://[^\s<>\"']{1,250}", re.IGNORECASE)


def day(ms: int) -> str:
    """The UTC day of `ms`, as 2026-11-23."""
    return iso(ms)[:10]


def media_url(url: str, file: str) -> str:
    """Where a file of the media folder is served."""
    return f"{url}/media/{file}"


def account_page(url: str, account: Account) -> str:
    """The profile for people, where the account lives."""
    return account.url or f"{url}/@{account.address}"


def actor_uri(url: str, account: Account) -> str:
    """The account's name among servers: by id, so that it outlives a change of the handle."""
    return account.uri or f"{url}/ap/users/{account.id}"


def account_json(account: Account, settings: Settings) -> Json:
    """The Account entity. A fresh dict: the caller may add to it."""
    return _account(account, settings.url)


@lru_cache(maxsize=4096)
def account_bytes(account: Account, url: str) -> bytes:
    """The Account entity as JSON. The whole row is the key of the cache: nothing can be stale."""
    return encode(_account(account, url))


# of an account that is gone or suspended only who it was is told
_NOTHING_OF: Json = {"display_name": "", "note": "", "fields": [], "emojis": []}


def _account(account: Account, url: str) -> Json:
    shown = not account.hidden
    avatar = media_url(url, account.avatar_file) if account.avatar_file and shown else url + AVATAR
    header = media_url(url, account.header_file) if account.header_file and shown else url + HEADER
    return {
        "id": str(account.id),
        "username": account.handle,
        "acct": account.address,
        "url": account_page(url, account),
        "uri": actor_uri(url, account),
        "display_name": account.name,
        "note": account.bio_html + INVENTED * account.invented,
        "avatar": avatar,
        "avatar_static": avatar,
        "avatar_description": "",
        "header": header,
        "header_static": header,
        "header_description": "",
        "locked": account.locked,
        "bot": account.kind == "service",
        "group": account.kind == "group",
        "discoverable": account.discoverable,
        "indexable": account.indexable,
        "noindex": not account.indexable,
        "hide_collections": account.hides_network,
        "created_at": f"{day(account.created_at)}T00:00:00.000Z",
        "last_status_at": day(account.last_post_at) if account.last_post_at is not None else None,
        "statuses_count": account.posts_count,
        "followers_count": account.followers_count,
        "following_count": account.following_count,
        "fields": [_field(field) for field in fields_of(account)],
        "emojis": emoji_json(account.emoji, url),
        "roles": [],
        **(_NOTHING_OF | {"suspended": True} if account.hidden else {}),
        **({"limited": True} if account.held == "limit" else {}),
    }


def emoji_json(emoji: str, url: str) -> list[Json]:
    """CustomEmoji entities of what a row carries. Nobody here can write them: none is for the picker."""
    return [
        {
            "shortcode": one.name,
            "url": url + emoji_rules.path(one.picture),
            "static_url": url + emoji_rules.still_path(one.picture),
            "visible_in_picker": False,
        }
        for one in emoji_rules.of(emoji)
    ]


def _field(field: ProfileField) -> Json:
    return {
        "name": field.name,
        "value": field_html(field.value),
        "verified_at": iso(field.proven_at) if field.proven_at is not None else None,
    }


def field_html(value: str) -> str:
    """A profile field as HTML: a link when the whole of it is an address, else escaped text."""
    safe = html.escape(value)
    if not ADDRESS.fullmatch(value):
        return safe
    shown = html.escape(value.partition("://")[2].rstrip("/"))
    return f'<a href="{safe}" target="_blank" rel="nofollow noopener me" translate="no">{shown}</a>'


def credential_account(account: Account, settings: Settings, *, requests: int) -> Json:
    """The CredentialAccount entity, for the account itself. `requests`: how many wait to follow."""
    return account_json(account, settings) | {
        "source": {
            "privacy": VISIBILITY[account.default_visibility],
            "sensitive": account.default_sensitive,
            "language": account.default_language or None,
            "quote_policy": account.default_quotes,
            "note": account.bio,
            "fields": [
                {
                    "name": field.name,
                    "value": field.value,
                    "verified_at": iso(field.proven_at) if field.proven_at is not None else None,
                }
                for field in fields_of(account)
            ],
            "follow_requests_count": requests,
            "hide_collections": account.hides_network,
            "discoverable": account.discoverable,
            "indexable": account.indexable,
            "attribution_domains": [],
        },
        "role": {"id": "-99", "name": "", "color": "", "permissions": "0", "highlighted": False},
    }


def preferences(account: Account) -> Json:
    """The Preferences entity."""
    return {
        "posting:default:visibility": VISIBILITY[account.default_visibility],
        "posting:default:sensitive": account.default_sensitive,
        "posting:default:language": account.default_language or None,
        "posting:default:quote_policy": account.default_quotes,
        "reading:expand:media": "default",
        "reading:expand:spoilers": False,
        "reading:autoplay:gifs": False,
    }


def relationship(tie: Relationship) -> Json:
    """The Relationship entity."""
    return {
        "id": str(tie.id),
        "following": tie.following,
        "showing_reblogs": tie.showing_boosts,
        "notifying": tie.notifying,
        "languages": None,
        "followed_by": tie.followed_by,
        "blocking": tie.blocking,
        "blocked_by": tie.blocked_by,
        "muting": tie.muting,
        "muting_notifications": tie.muting_notices,
        "muting_expires_at": iso(tie.muted_until) if tie.muted_until is not None else None,
        "requested": tie.requested,
        "requested_by": tie.requested_by,
        "domain_blocking": False,
        "endorsed": False,
        "note": tie.note,
    }


def application(app: App) -> Json:
    """The Application entity."""
    return {
        "id": str(app.id),
        "name": app.name,
        "website": app.website or None,
        "scopes": app.scopes.split(),
        "redirect_uri": app.redirect_uris,
        "redirect_uris": app.redirects,
        "vapid_key": "",
    }


def credential_application(made: Registered) -> Json:
    """The CredentialApplication entity: with the secret, this once."""
    return application(made.app) | {
        "client_id": made.app.client_id,
        "client_secret": made.client_secret,
        "client_secret_expires_at": 0,
    }


def token(granted: Granted) -> Json:
    """The Token entity. `created_at` is in whole seconds, as the API documents."""
    return {
        "access_token": granted.token,
        "token_type": "Bearer",
        "scope": granted.scopes,
        "created_at": granted.created_at // 1000,
    }


def marker(last_read_id: str, version: int, updated_at: int) -> Json:
    """The Marker entity."""
    return {"last_read_id": last_read_id, "version": version, "updated_at": iso(updated_at)}


def joined(parts: Sequence[bytes]) -> bytes:
    """JSON texts as one JSON array."""
    return b"[" + b",".join(parts) + b"]"


def tag(name: str, url: str, *, following: bool | None = None) -> Json:
    """The Tag entity; `following` None: nobody is logged in."""
    shown: Json = {"id": name, "name": name, "url": f"{url}/tags/{name}", "history": []}
    return shown if following is None else shown | {"following": following, "featuring": False}
