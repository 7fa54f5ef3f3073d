"""The measuring door: go links, the page snippet, and what the snippet reports.

    GET  /go/{code}   a tracked address of ours: one durable row, then on to the target
    GET  /ln.js       the snippet for the firm's own pages (static/ln.js)
    POST /ln          what the snippet saw: {"ln": code or "", "u": page, "r": referring host, "q": its tags}

Measuring paper, 4a; security paper, F01 to F05. The target comes from the database by an opaque
code, never from the query. No cookie is set or read here.
"""

import hashlib
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from linnet.desk.links import queries as links
from linnet.desk.links.rules import Link, Preview, host_of, is_code, is_own, with_code
from linnet.desk.visits import actions as visits
from linnet.desk.visits import rules
from linnet.desk.visits.campaign import merged, tags_in
from linnet.desk.visits.rules import Sight, read_features
from linnet.door.caller import address_of
from linnet.door.house import House
from linnet.kernel.clock import MINUTE, now_ms
from linnet.kernel.errors import Invalid
from linnet.kernel.throttle import Throttle, address_key
from linnet.kernel.value import Value
from linnet.kernel.wire import decode_as

SNIPPET = Path(__file__).parent / "static" / "ln.js"
BODY_BYTES = 2048
CLICKS, REPORTS = 60, 120  # per minute and address
UNKEPT = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}
SHIELDED = ("machine", "preview")


class Report(Value):
    """The body of a beacon: the code the page was opened with, its address, the referring host, and of its
    query the campaign words and the names of click ids, like "?utm_medium=email" and "&mc_cid"."""

    ln: str = ""
    u: str = ""
    r: str = ""
    q: tuple[str, ...] | None = None


def routes(house: House) -> list[BaseRoute]:
    """The three routes, and the answer to a browser that asks before it reports."""
    door = _Door(house)
    return [
        Route("/go/{code}", door.go, methods=["GET"]),  # and HEAD, says Starlette
        Route("/ln.js", door.snippet, methods=["GET"]),
        Route("/ln", door.report, methods=["POST"]),
        Route("/ln", door.may_report, methods=["OPTIONS"]),
    ]


class _Door:
    """What the handlers share: the house, and how often is too often."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._clicks = Throttle(CLICKS, MINUTE)
        self._reports = Throttle(REPORTS, MINUTE)
        self._snippet = SNIPPET.read_bytes()
        self._etag = f'"{hashlib.sha256(self._snippet).hexdigest()[:16]}"'

    async def go(self, request: Request) -> Response:
        """Writes the hit, then leads on: people to the target, machines to its title and picture.
        Beyond 60 a minute an address is still led on, and not counted."""
        code, now = request.path_params["code"], now_ms()
        link = await self._house.db.glance(links.link, code) if is_code(code) else None
        if link is None or link.kind != "go":
            return _page("There is no such link", "It may have been written wrongly.", 404)
        if link.stopped_at is not None:
            return _page("This link was switched off", "It leads nowhere any more.", 410)
        address = address_of(request, self._house.settings.trusted_proxies)
        sight = Sight(
            site=host_of(link.target),
            path=rules.tidy_path(urlsplit(link.target).path),
            features=read_features(request.headers.get, source="go", method=request.method, status=302),
            code=code,
            referrer=rules.tidy_host(request.headers.get("referer", "").partition("://")[2]),
            # what was put behind our own address, and what the target carries
            tags=merged(tags_in(f"?{request.url.query}"), tags_in(link.target)),
        )
        kind = rules.classify(sight.features, now).kind
        if self._clicks.take(address_key(address), now).allowed:
            recorded = await self._house.db.write(
                visits.record,
                sight,
                address=address,
                user_agent=request.headers.get("user-agent", ""),
                now=now,
            )
            kind = recorded.verdict.kind
        if kind in SHIELDED:
            return _shield(link, await self._house.db.glance(links.preview, link.target))
        own = is_own(host_of(link.target), await self._house.db.glance(links.own_hosts))
        # on a page of ours the snippet then reports the same code, which confirms this visit
        target = with_code(link.target, code) if own else link.target
        return RedirectResponse(target, 302, headers=UNKEPT)

    async def snippet(self, request: Request) -> Response:
        """The script, for pages of any of the firm's sites."""
        headers = {
            "Cache-Control": "public, max-age=3600",
            "ETag": self._etag,
            "Cross-Origin-Resource-Policy": "cross-origin",
            "X-Content-Type-Options": "nosniff",
        }
        if self._etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(self._snippet, media_type="text/javascript", headers=headers)

    async def report(self, request: Request) -> Response:
        """Writes that a page was seen. Only from the firm's own sites, 120 a minute at most."""
        own = await self._house.db.glance(links.own_hosts)
        allow = _allowing(request, own)
        if allow is None:
            return Response("This page is not of a site of ours.\n", 403, media_type="text/plain")
        if request.headers.get("sec-gpc") == "1" or request.headers.get("dnt") == "1":
            return Response(status_code=204, headers=allow)  # asked not to be watched: nothing is written
        now = now_ms()
        address = address_of(request, self._house.settings.trusted_proxies)
        if not self._reports.take(address_key(address), now).allowed:
            return Response(status_code=429, headers={**allow, "Retry-After": "60"})
        try:
            sight = _seen(request, await _body(request), own)
        except Invalid as error:
            return Response(f"{error.sentence}.\n", 422, media_type="text/plain", headers=allow)
        agent = request.headers.get("user-agent", "")
        known = await self._house.db.glance(links.link, sight.code) if sight.code else None
        await self._house.db.write(
            visits.record,
            sight if known else rules.without_link(sight),
            address=address,
            user_agent=agent,
            now=now,
        )
        return Response(status_code=204, headers=allow)

    async def may_report(self, request: Request) -> Response:
        """The preflight of a page that sends JSON by itself."""
        allow = _allowing(request, await self._house.db.glance(links.own_hosts))
        if allow is None:
            return Response(status_code=403)
        asked = {
            "Access-Control-Allow-Methods": "POST",
            "Access-Control-Allow-Headers": "content-type",
            "Access-Control-Max-Age": "86400",
        }
        return Response(status_code=204, headers={**allow, **asked})


def _allowing(request: Request, own: tuple[str, ...]) -> dict[str, str] | None:
    """The CORS headers for a page of ours; none for a browser that does not say (a page with
    `Referrer-Policy: no-referrer` makes it say "null"); None for anybody else's page."""
    origin = request.headers.get("origin", "null")
    if origin == "null":
        return {}
    if is_own(host_of(origin), own):
        return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
    return None


async def _body(request: Request) -> bytes:
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > BODY_BYTES:
                raise Invalid("body", f"is longer than {BODY_BYTES} bytes")
    except ClientDisconnect as error:
        raise Invalid("body", "was broken off") from error
    return bytes(body)


def _seen(request: Request, body: bytes, own: tuple[str, ...]) -> Sight:
    """The report as a hit. Raises Invalid for what the snippet would not send."""
    report = decode_as(Report, body)
    host = host_of(report.u)
    origin = request.headers.get("origin", "null")
    if not is_own(host, own) or (origin != "null" and host_of(origin) != host):
        raise Invalid("u", "is not a page of this site")
    features = read_features(request.headers.get, source="page", method="POST", status=204)
    return Sight(
        site=host,
        path=rules.tidy_path(urlsplit(report.u).path),
        features=features,
        code=report.ln if is_code(report.ln) else "",
        referrer=rules.tidy_host(report.r),
        tags=tags_in("?" + "".join(report.q or ())),
    )


def _shield(link: Link, preview: Preview | None) -> Response:
    """The same title and picture as the target and nothing else, so that not every server of the
    world asks a small site for them at once. With a plain link, for a person taken for a machine."""
    shown = preview or Preview(link.target)
    title = shown.title or shown.site_name or host_of(link.target)
    described = {
        "og:title": title,
        "og:description": shown.description,
        "og:image": shown.image,
        "og:site_name": shown.site_name,
        "og:url": link.target,
    }
    tags = "".join(f'<meta property="{n}" content="{escape(v)}">' for n, v in described.items() if v)
    target = escape(link.target)
    body = (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{escape(title)}</title>{tags}'
        f'<link rel="canonical" href="{target}"></head><body><p><a href="{target}">{escape(title)}</a></p></body></html>'
    )
    return HTMLResponse(body, headers=UNKEPT)


def _page(title: str, sentence: str, status: int) -> Response:
    return HTMLResponse(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>'
        f"<body><h1>{title}</h1><p>{sentence}</p></body></html>",
        status,
        headers=UNKEPT,
    )
