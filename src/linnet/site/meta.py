"""What browsers and robots ask for: icon, manifest, robots.txt, about, the keys."""

from starlette.responses import Response
from starlette.routing import BaseRoute

from linnet import __version__
from linnet.kernel.wire import encode
from linnet.site.colour import OWN, PAPER
from linnet.site.frame import Frame, Visit
from linnet.social.people import queries as people

KEYS = (
    ("n", "Write something new"),
    ("j", "Next post"),
    ("k", "Post before"),
    ("Enter", "Open the post"),
    ("r", "Answer"),
    ("f", "Favourite"),
    ("b", "Boost"),
    ("m", "Bookmark"),
    ("s", "Write for another time"),
    ("/", "Search"),
    ("g h", "Home"),
    ("g n", "Notifications"),
    ("g p", "Your profile"),
    ("g d", "Desk"),
    ("g a", "Answers"),
    ("g s", "Statement"),
    ("Ctrl Enter", "Send what you are writing"),
    ("?", "These keys"),
)

ROBOTS = """User-agent: *
Disallow: /search
Disallow: /compose
Disallow: /settings
Disallow: /login
Disallow: /setup
Disallow: /oauth/
Disallow: /api/
Disallow: /posts/
"""


async def robots(_visit: Visit) -> Response:
    """robots.txt (RFC 9309)."""
    return Response(ROBOTS, media_type="text/plain", headers={"Cache-Control": "public, max-age=86400"})


async def manifest(visit: Visit) -> Response:
    """The web app manifest."""
    name = visit.here.firm.title if visit.here.firm else "Linnet"
    icon = {"src": visit.frame.assets.url("bird.svg"), "type": "image/svg+xml", "sizes": "any"}
    body = {
        "name": name,
        "short_name": name[:12],
        "start_url": "/",
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": (visit.here.firm.accent if visit.here.firm else "") or OWN,
        "icons": [icon | {"purpose": "any"}, icon | {"purpose": "maskable"}],
        "shortcuts": [{"name": "Write", "url": "/compose"}],
    }
    return Response(
        encode(body),
        media_type="application/manifest+json",
        headers={"Cache-Control": "public, max-age=3600"},
    )


async def favicon(visit: Visit) -> Response:
    """The icon in the tab."""
    return visit.to(visit.frame.assets.url("bird.svg"))


async def about(visit: Visit) -> Response:
    """Who runs this server, and with what."""
    account = await visit.db.read(people.account, visit.firm.account_id)
    return visit.render(
        "about.html",
        title=f"About {visit.firm.name}",
        account=account,
        version=__version__,
    )


async def keys(visit: Visit) -> Response:
    """The keys of the keyboard."""
    return visit.render("keys.html", title="Keys", keys=KEYS)


def routes(frame: Frame) -> list[BaseRoute]:
    """The routes."""
    return [
        frame.get("/robots.txt", robots),
        frame.get("/manifest.webmanifest", manifest),
        frame.get("/favicon.ico", favicon),
        frame.get("/favicon.svg", favicon),
        frame.get("/about", about),
        frame.get("/keys", keys),
    ]
