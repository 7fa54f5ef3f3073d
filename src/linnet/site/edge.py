"""The edge of the door: browser policy, cookies, whose form this is, how large a body may be.

Security paper, 5.4 (browser policy, cookies, CSRF) and 5.13 (sizes).
"""

import gzip
import hashlib
import hmac
from urllib.parse import quote, urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive

from linnet.kernel.errors import NotAllowed
from linnet.kernel.settings import Settings
from linnet.site import forms

EVERYBODYS = "public, max-age=0, s-maxage=60"
PACKED_FROM = 1000  # bytes; below that packing saves no packet
FORM_BYTES = 1 << 20  # a form without files
UPLOADS = 4  # files in one form


def policy(*, form_action: str = "") -> str:
    """The Content-Security-Policy of a page. `form_action`: where else a form of this page may
    lead (the consent page sends people back to their app)."""
    forms = f"'self' {form_action}".strip()
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "media-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'; "
        f"form-action {forms}; frame-ancestors 'none'; base-uri 'none'"
    )


def add_headers(headers: MutableHeaders, settings: Settings) -> None:
    """What every answer of this door says to browsers; what a page set itself stays."""
    headers.setdefault("Content-Security-Policy", policy())
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cache-Control", "private, no-cache")
    if settings.secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")


def for_everybody(answer: Response, request: Request) -> None:
    """A page that is the same for every stranger: a cache on the way may hold it for a minute, and it
    is packed (gzip) where the browser asks for that. Pages of a session never are: words of an address
    stand in them beside the key of their forms, and how well both pack together tells it (BREACH)."""
    if answer.headers.setdefault("Cache-Control", EVERYBODYS) != EVERYBODYS:
        return  # the page says itself that it is not
    if "gzip" in request.headers.get("accept-encoding", "") and len(answer.body) > PACKED_FROM:
        answer.body = gzip.compress(bytes(answer.body), 5, mtime=0)
        answer.headers["Content-Encoding"] = "gzip"
        answer.headers["Content-Length"] = str(len(answer.body))


def cookie_name(name: str, settings: Settings) -> str:
    """`__Host-` binds a cookie to this host and to https, where there is https."""
    return f"__Host-{name}" if settings.secure else name


def check_origin(request: Request, settings: Settings) -> None:
    """Raises NotAllowed for a form that was sent from somewhere else, or that does not say where
    from: every browser does (Fetch standard: Sec-Fetch-Site; RFC 6454: Origin)."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    here = {settings.host, request.headers.get("host", "").lower()}
    if site in {"cross-site", "same-site"}:
        raise NotAllowed("This form was sent from another website.", cause=f"sec-fetch-site {site}")
    if origin and origin != "null" and _netloc(origin) not in here:
        raise NotAllowed("This form was sent from another website.", cause=f"origin {origin[:100]}")
    if site not in {"same-origin", "none"} and (not origin or origin == "null"):
        raise NotAllowed("Your browser did not say where this form was sent from.", cause="no origin")


def form_key(cookie: str) -> str:
    """The key that every form of a session carries: nobody can make it without the cookie."""
    return hmac.new(cookie.encode(), b"linnet form key", hashlib.sha256).hexdigest()[:32]


def is_form_key(given: str, cookie: str) -> bool:
    """Is it the key of this session?"""
    return hmac.compare_digest(given.encode(errors="replace"), form_key(cookie).encode())


def _netloc(origin: str) -> str:
    """Host and port of an Origin; '' for what is none, which is nobody's."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def here_only(address: str, otherwise: str = "/") -> str:
    """`address` if it is a path of this server, else `otherwise`: nobody is sent elsewhere."""
    plain = address.isascii() and address.isprintable() and "\\" not in address and len(address) <= 2000
    if not plain or not address.startswith("/") or address.startswith("//"):
        return otherwise
    try:
        parts = urlsplit(address)
    except ValueError:
        return otherwise
    return otherwise if parts.scheme or parts.netloc else address


def with_next(path: str, request: Request) -> str:
    """`path` with the way back to what was asked for."""
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return path if asked == "/" else f"{path}?next={quote(asked, safe='/')}"


def limited(receive: Receive, most: int) -> Receive:
    """`receive` that gives up on a body of more than `most` bytes. Raises Invalid."""
    seen = 0

    async def counting() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > most:
            raise forms.too_large(most)
        return message

    return counting


def label_of(agent: str) -> str:
    """A browser in words for the list of sessions: "Firefox on Linux"."""
    browsers = (
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    )
    systems = (
        ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
        ("Mac OS X", "Mac"), ("CrOS", "ChromeOS"), ("Linux", "Linux"),
    )  # fmt: skip
    browser = next((name for mark, name in browsers if mark in agent), "A browser")
    system = next((f" on {name}" for mark, name in systems if mark in agent), "")
    return browser + system
