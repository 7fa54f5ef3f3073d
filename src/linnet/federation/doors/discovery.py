"""How accounts and this server are found: WebFinger (RFC 7033), host-meta (RFC 6415), NodeInfo."""

from html import escape
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from linnet import __version__
from linnet.db.tx import Tx
from linnet.desk.firm import queries as firms
from linnet.federation import names
from linnet.federation.doors import queries
from linnet.federation.doors.kept import Kept, Made
from linnet.federation.doors.readers import Parts
from linnet.federation.render import queries as facts
from linnet.federation.render.actors import server_handle
from linnet.federation.render.facts import Here, Json
from linnet.federation.vocab import CONTENT_TYPE
from linnet.kernel.clock import now_ms
from linnet.kernel.settings import Settings
from linnet.kernel.wire import encode
from linnet.social.media.rules import MIMES
from linnet.social.people.rules import Account
from linnet.social.people.usage import usage

HEADERS = {"access-control-allow-origin": "*", "cache-control": "public, max-age=300"}
JRD = "application/jrd+json"
SCHEMA = "http://nodeinfo.diaspora.software/ns/schema"
PROFILE_PAGE = "http://webfinger.net/rel/profile-page"
VERSIONS = ("2.1", "2.0")
LONGEST = 500


def finger(tx: Tx, here: Here, resource: str) -> Json | None:
    """Who is meant by `resource`: `acct:handle@host`, or an address of ours. None: nobody here."""
    if resource.startswith(("https://", "http://")):
        return _by_address(tx, here, resource)
    handle, _, host = resource.removeprefix("acct:").removeprefix("@").partition("@")
    if host.lower() not in {here.domain, urlsplit(here.url).netloc}:
        return None
    if handle.lower() == server_handle(here):
        return _server(here)
    return _account(here, queries.named(tx, handle))


def _by_address(tx: Tx, here: Here, address: str) -> Json | None:
    if address.rstrip("/") == here.url:  # FEP-d556
        return _server(here)
    ours = names.ours(here.url, address)
    if ours and ours.kind == "server":
        return _server(here)
    if ours and ours.kind == "account":
        return _account(here, facts.speaker(tx, ours.account_id))
    handle = address.removeprefix(f"{here.url}/@")
    return _account(here, queries.named(tx, handle)) if handle != address and "/" not in handle else None


def _account(here: Here, account: Account | None) -> Json | None:
    if account is None or account.suspended_at is not None:
        return None
    page, actor = f"{here.url}/@{account.handle}", names.actor(here.url, account.id)
    found = _links(f"{account.handle}@{here.domain}", page, actor)
    if account.avatar_file:
        mime = MIMES.get(account.avatar_file.rpartition(".")[2], "image/jpeg")
        avatar = f"{here.url}/media/{account.avatar_file}"
        found["links"].append({"rel": "http://webfinger.net/rel/avatar", "type": mime, "href": avatar})
    return found


def _server(here: Here) -> Json:
    return _links(f"{server_handle(here)}@{here.domain}", f"{here.url}/about", names.server_actor(here.url))


def _links(name: str, page: str, actor: str) -> Json:
    return {
        "subject": f"acct:{name}",
        "aliases": [page, actor],
        "links": [
            {"rel": PROFILE_PAGE, "type": "text/html", "href": page},
            {"rel": "self", "type": CONTENT_TYPE, "href": actor},
        ],
    }


def host_meta(url: str) -> str:
    """Where WebFinger is answered, as XRD."""
    template = escape(f"{url}/.well-known/webfinger?resource={{uri}}")
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">'
        f'<Link rel="lrdd" type="{JRD}" template="{template}"/></XRD>\n'
    )


def nodeinfo(tx: Tx, settings: Settings, version: str, now: int) -> Json:
    """What runs here and how much it is used. Apps know a server by `software.name`, and treat one
    that they do not know like the `upstream` it names (interop paper §12)."""
    used = usage(tx, now)
    firm = firms.firm(tx)
    software = {"name": "linnet", "version": __version__}
    if version == "2.1":
        software["homepage"] = f"{settings.url}/about"
    return {
        "version": version,
        "software": software,
        "protocols": ["activitypub"] if settings.secure else [],
        "services": {"inbound": ["atom1.0", "rss2.0"], "outbound": ["atom1.0"]},
        "openRegistrations": False,
        "usage": {
            "users": {
                "total": used.total,
                "activeMonth": used.month,
                "activeHalfyear": used.half_year,
            },
            "localPosts": used.posts,
        },
        "metadata": {
            "nodeName": firm.title if firm else settings.host,
            "nodeDescription": firm.mark if firm else "",
            "upstream": {"name": "mastodon"},
        },
    }


class Discovery:
    """The handlers of one process."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._kept = Kept()

    async def webfinger(self, request: Request) -> Response:
        """GET /.well-known/webfinger."""
        resource = request.query_params.get("resource", "")
        if not resource or len(resource) > LONGEST or not resource.isprintable():
            return _json({"error": "Say by `resource` who is meant, like acct:name@host."}, 400, JRD)
        found = await self._parts.db.glance(finger, self._parts.here, resource)
        if found is None:
            return _json({"error": "Nobody here is called so."}, 404, JRD)
        wanted = set(request.query_params.getlist("rel"))
        if wanted:
            found["links"] = [link for link in found["links"] if link["rel"] in wanted]
        return _json(found, 200, JRD)

    async def host_meta(self, request: Request) -> Response:
        """GET /.well-known/host-meta, and with .json."""
        url = self._parts.settings.url
        wanted = request.headers.get("accept", "")
        if request.url.path.endswith(".json") or "jrd+json" in wanted or "application/json" in wanted:
            template = f"{url}/.well-known/webfinger?resource={{uri}}"
            return _json({"links": [{"rel": "lrdd", "type": JRD, "template": template}]}, 200, JRD)
        return Response(host_meta(url), headers=_headers(), media_type="application/xrd+xml")

    async def index(self, _request: Request) -> Response:
        """GET /.well-known/nodeinfo."""
        url = self._parts.settings.url
        links = [{"rel": f"{SCHEMA}/{v}", "href": f"{url}/nodeinfo/{v}"} for v in VERSIONS]
        return _json({"links": links}, 200, "application/json")

    async def nodeinfo(self, request: Request) -> Response:
        """GET /nodeinfo/2.0 and 2.1."""
        version = request.path_params["version"]
        if version not in VERSIONS:
            return _json({"error": "Not found"}, 404, "application/json")

        async def make() -> Made:
            now = now_ms()
            return Made(200, encode(await self._parts.db.read(nodeinfo, self._parts.settings, version, now)))

        made = await self._kept.get(("nodeinfo", 0), version, make)
        kind = f'application/json; profile="{SCHEMA}/{version}#"'
        return Response(made.body, headers=_headers(), media_type=kind)


def _json(document: Json, status: int, kind: str) -> Response:
    return Response(encode(document), status, headers=_headers(), media_type=kind)


def _headers() -> dict[str, str]:
    return dict(HEADERS)


def open_routes(parts: Parts) -> list[BaseRoute]:
    """What stands here whether or not the server federates: apps ask what it is."""
    doors = Discovery(parts)
    return [
        Route("/.well-known/nodeinfo", doors.index, methods=["GET"]),
        Route("/nodeinfo/{version}", doors.nodeinfo, methods=["GET"]),
    ]


def routes(parts: Parts) -> list[BaseRoute]:
    """How other servers find accounts."""
    doors = Discovery(parts)
    return [
        Route("/.well-known/webfinger", doors.webfinger, methods=["GET"]),
        Route("/.well-known/host-meta", doors.host_meta, methods=["GET"]),
        Route("/.well-known/host-meta.json", doors.host_meta, methods=["GET"]),
    ]
