"""Addresses of stories: tidy enough to share, and one spelling to compare (measuring paper, 4f)."""

import re
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

import idna

LONGEST = 2000

# Keys that say how a reader came, not what is read.
TRACKING = re.compile(
    r"(?:utm|mtm|pk|piwik|hsa|oly|vero|mc|wt|at|trk|ns)_\w+"
    r"|_hs(?:enc|mi)|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|li_fat_id|mkt_tok"
    r"|igshid?|igsh|ref|ref_src|ref_url|cmp|cmpid|ncid|ocid|smid|s_cid|spm|xtor|ln",
    re.IGNORECASE,
)
_FROM_FEED = {"rss=1", "rss=true", "rss=yes", "feed=1"}
_AMP_KEY = re.compile(r"amp|outputtype=amp", re.IGNORECASE)
_TRACKING_FRAGMENT = re.compile(
    r"(?:utm_|xtor=|ref=|rss|atom|feed|mtm_|at_|pk_|wt_|:~:|ftag=|intcid)", re.IGNORECASE
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f\\\ud800-\udfff]")
_SPACE = re.compile(r"[\t\r\n]+")
_HOST = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9_-]{1,63}(?<!-))*")
_IPV6 = re.compile(r"[0-9a-f:.]{2,45}")
_DEFAULT_PORT = {"http": 80, "https": 443}
_TRIPLET = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_SAFE = "%/:@!$&'()*+,;=~-._?[]"
# A counting address with the true one in its path, as newspapers' feeds have them (".../rss/*https://...").
_WRAPPED = re.compile(r"https?://[^/?#]+/[^?#]*\*(https?://.+)", re.IGNORECASE)
_PREFIX = re.compile(r"(?:www|m|mobile|amp)\.(?=[^.]+\.)")
_PATH_END = re.compile(r"(?:/(?:index|default)\.(?:html?|php|aspx?|jsp)|/amp|/)\Z", re.IGNORECASE)


def tidy(text: str, base: str = "") -> str:
    """`text`, relative to `base`, as an http(s) address in one form: lower-case ASCII host, no
    default port, nothing that must be escaped. '' for anything else: other schemes, user names,
    control characters, more than 2,000 characters. Never raises."""
    given = _SPACE.sub("", text.strip())
    if not given or len(given) > LONGEST or _CONTROL.search(given):
        return ""
    try:
        parts = urlsplit(urljoin(base, given) if base else given)
        port = parts.port
        host = _host(parts.hostname or "")
    except (ValueError, UnicodeError):
        return ""
    if parts.scheme not in _DEFAULT_PORT or not host or "@" in parts.netloc or port == 0:
        return ""
    if port is not None and port != _DEFAULT_PORT[parts.scheme]:
        host = f"{host}:{port}"
    path, query, fragment = (quote(part, safe=_SAFE) for part in (parts.path, parts.query, parts.fragment))
    made = SplitResult(parts.scheme, host, path or "/", query, fragment).geturl()
    return made if len(made) <= LONGEST else ""


def shared(text: str, base: str = "") -> str:
    """As `tidy`, without tracking keys, tracking fragments and a counting address around it: what a
    reader is sent to."""
    address = tidy(text, base)
    if wrapped := _WRAPPED.fullmatch(address):
        address = tidy(wrapped[1]) or address
    if not address:
        return ""
    parts = urlsplit(address)
    query = "&".join(piece for piece in parts.query.split("&") if piece and not _tracks(piece))
    fragment = "" if _TRACKING_FRAGMENT.match(parts.fragment) else parts.fragment
    return parts._replace(query=query, fragment=fragment).geturl()


def key(address: str, *, with_fragment: bool = False) -> str:
    """One spelling for one page, to compare and never to fetch: no scheme, no `www.`, `m.`,
    `mobile.` or `amp.`, no tracking keys, the other keys in order, no fragment, no closing slash,
    `index.html` or `/amp`. '' for what is no address."""
    address = shared(address)
    if not address:
        return ""
    parts = urlsplit(address)
    host = parts.netloc.removesuffix(":80").removesuffix(":443")
    while shorter := _PREFIX.match(host):
        host = host[shorter.end() :]
    path = _escapes(parts.path)
    while ending := _PATH_END.search(path):
        path = path[: ending.start()]
    pieces = sorted(
        _escapes(p)
        for p in parts.query.split("&")
        if p and not _AMP_KEY.fullmatch(p.partition("=")[0]) and not _AMP_KEY.fullmatch(p)
    )
    query = f"?{'&'.join(pieces)}" if pieces else ""
    fragment = f"#{_escapes(parts.fragment)}" if with_fragment and parts.fragment else ""
    return f"{host}{path}{query}{fragment}"


def fragment(address: str) -> str:
    """The part behind `#` of a shared address; '' for none."""
    return address.partition("#")[2]


def host(address: str) -> str:
    """The host of an address, without `www.`; '' for none."""
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _tracks(piece: str) -> bool:
    return TRACKING.fullmatch(unquote(piece.partition("=")[0])) is not None or piece.lower() in _FROM_FEED


def _host(text: str) -> str:
    if ":" in text:
        return f"[{text}]" if _IPV6.fullmatch(text) else ""
    if not text.isascii():
        text = idna.encode(text, uts46=True, std3_rules=True).decode()
    text = text.lower().removesuffix(".")
    return text if len(text) <= 253 and _HOST.fullmatch(text) else ""


def _escapes(text: str) -> str:
    """Escapes in one spelling: unreserved characters plain, the others in upper case (RFC 3986, 6.2.2)."""

    def one(found: re.Match[str]) -> str:
        character = chr(int(found[1], 16))
        return character if character in _UNRESERVED else found[0].upper()

    return _TRIPLET.sub(one, text)
