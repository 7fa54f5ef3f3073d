"""This server (https://docs.joinmastodon.org/methods/instance/)."""

import html
from typing import Any

from linnet import __version__
from linnet.db.tx import Tx
from linnet.desk.firm import queries as firms
from linnet.kernel.clock import iso
from linnet.kernel.settings import Settings
from linnet.kernel.value import Value
from linnet.mastodon import entities
from linnet.mastodon.answer import Answer, answer
from linnet.mastodon.bearer import anyone
from linnet.mastodon.calls import Call, Endpoint
from linnet.mastodon.missing import AVATAR
from linnet.social.media.rules import ACCEPTED, ALT_LENGTH, MOST
from linnet.social.people import abroad
from linnet.social.people import queries as people
from linnet.social.people.rules import FIELD_LENGTH, FIELDS, Account
from linnet.social.people.usage import Usage, usage
from linnet.social.polls import rules as polls
from linnet.social.posts.rules import MOST_PINS

# The documented API that this server speaks, for clients that look at the number, and who it is.
VERSION = f"4.5.0 (compatible; Linnet {__version__})"
API_VERSIONS = {"mastodon": 7}  # 4.5, quotes
SOURCE = "/about"  # the page of this server that leads to its source (AGPL, section 13)

PIXELS = 33_177_600  # as in social.media.decode, which runs in a process of its own


class Census(Value):
    """Who lives here. `first`: the firm's account, the one to turn to; None before the set-up."""

    title: str
    mark: str  # of an invented firm: that it is one
    used: Usage
    hosts: int  # other servers, and this one
    first: Account | None


def _census(tx: Tx, now: int) -> Census:
    known = firms.firm(tx)
    first = people.account(tx, known.account_id) if known else None
    return Census(
        known.title if known else "",
        known.mark if known else "",
        usage(tx, now),
        abroad.hosts_count(tx) + 1,
        first or next(iter(people.local_accounts(tx, n=1)), None),
    )


async def show(call: Call) -> Answer:
    """GET /api/v2/instance."""
    settings = call.house.settings
    census = await call.house.db.read(_census, call.now)
    return answer(
        {
            "domain": settings.domain,
            "title": census.title or settings.domain,
            "version": VERSION,
            "source_url": f"{settings.url}{SOURCE}",
            "description": _words(census),
            "usage": {"users": {"active_month": census.used.month}},
            "thumbnail": {
                "url": _picture(settings, census),
                "blurhash": None,
                "versions": {},
                "description": "",
            },
            "icon": [{"src": _picture(settings, census), "size": "400x400"}],
            "languages": ["en"],
            "configuration": _configuration(settings)
            | {
                "urls": {"streaming": _streaming(settings), "status": None, "about": f"{settings.url}/"},
                "vapid": {"public_key": ""},
                "translation": {"enabled": False},
                "timelines_access": {
                    "live_feeds": {"local": "public", "remote": "public"},
                    "hashtag_feeds": {"local": "public", "remote": "public"},
                    "trending_link_feeds": {"local": "public", "remote": "public"},
                },
                "limited_federation": False,
            },
            "registrations": {
                "enabled": False,
                "approval_required": False,
                "reason_required": False,
                "message": None,
                "min_age": None,
                "url": None,
            },
            "api_versions": API_VERSIONS,
            "contact": {"email": "", "account": _contact(settings, census)},
            "rules": [],
        }
    )


async def show_v1(call: Call) -> Answer:
    """GET /api/v1/instance."""
    settings = call.house.settings
    census = await call.house.db.read(_census, call.now)
    return answer(
        {
            "uri": settings.domain,
            "title": census.title or settings.domain,
            "short_description": _words(census),
            "description": _words(census),
            "email": "",
            "version": VERSION,
            "urls": {"streaming_api": _streaming(settings)},
            "stats": {
                "user_count": census.used.total,
                "status_count": census.used.posts,
                "domain_count": census.hosts,
            },
            "thumbnail": _picture(settings, census),
            "languages": ["en"],
            "registrations": False,
            "approval_required": False,
            "invites_enabled": False,
            "configuration": _configuration(settings),
            "contact_account": _contact(settings, census),
            "rules": [],
        }
    )


def _configuration(settings: Settings) -> dict[str, Any]:
    return {
        "accounts": {
            "max_featured_tags": 0,
            "max_pinned_statuses": MOST_PINS,
            "max_profile_fields": FIELDS,
            "profile_field_name_limit": FIELD_LENGTH,
            "profile_field_value_limit": FIELD_LENGTH,
        },
        "statuses": {
            "max_characters": settings.max_characters,
            "max_media_attachments": MOST,
            "characters_reserved_per_url": 23,
            "supported_mime_types": ["text/plain"],
        },
        "media_attachments": {
            "supported_mime_types": list(ACCEPTED),
            "description_limit": ALT_LENGTH,
            "image_size_limit": settings.upload_bytes,
            "image_matrix_limit": PIXELS,
            "video_size_limit": 0,
            "video_frame_rate_limit": 0,
            "video_matrix_limit": 0,
        },
        "polls": {
            "max_options": polls.MOST,
            "max_characters_per_option": polls.OPTION_LENGTH,
            "min_expiration": polls.SHORTEST // 1000,
            "max_expiration": polls.LONGEST // 1000,
        },
    }


def _words(census: Census) -> str:
    return f"{census.mark} {census.first.bio if census.first else ''}".strip()


def _contact(settings: Settings, census: Census) -> dict[str, Any] | None:
    return entities.account_json(census.first, settings) if census.first else None


def _picture(settings: Settings, census: Census) -> str:
    """The firm's face, which its logo becomes at the set-up."""
    if census.first and census.first.avatar_file:
        return entities.media_url(settings.url, census.first.avatar_file)
    return f"{settings.url}{AVATAR}"


def _streaming(settings: Settings) -> str:
    return f"{'wss' if settings.secure else 'ws'}://{settings.host}"


async def extended_description(call: Call) -> Answer:
    """GET /api/v1/instance/extended_description."""
    census = await call.house.db.read(_census, call.now)
    first = census.first
    return answer(
        {
            "updated_at": iso(first.created_at) if first else iso(call.now),
            "content": f"<p>{html.escape(census.mark)}</p>" * bool(census.mark)
            + (first.bio_html if first else ""),
        }
    )


async def peers(call: Call) -> Answer:
    """GET /api/v1/instance/peers: the servers that this one has to do with."""
    return answer(await call.house.db.read(abroad.hosts))


ENDPOINTS = (
    Endpoint("GET", "/api/v1/instance/peers", peers, anyone()),
    Endpoint("GET", "/api/v2/instance", show, anyone()),
    Endpoint("GET", "/api/v1/instance", show_v1, anyone()),
    Endpoint("GET", "/api/v1/instance/extended_description", extended_description, anyone()),
)
