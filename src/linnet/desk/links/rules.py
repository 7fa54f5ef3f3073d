"""Tracked links: codes, targets, and how an address carries a code (measuring paper, 4a)."""

import ipaddress
import re
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from linnet.kernel.errors import Invalid
from linnet.kernel.value import Value

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"  # base58: no 0 O I l
CODE_BITS = 40
CODE_LENGTH = 7  # 58**7 > 2**40
CODE = rf"[{ALPHABET}]{{{CODE_LENGTH}}}"
TARGET_LENGTH = 2048
CHANNELS = ("fediverse", "bluesky", "linkedin", "newsletter", "qr", "other")

# Keys that say who sent a reader, not what is read (measuring paper, 4f "Canonical URL").
TRACKING = re.compile(
    r"utm_\w+|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid?|igsh|ref|ref_src|ln", re.IGNORECASE
)

_CODE = re.compile(CODE)
_CARRIED = re.compile(rf"([?&])ln=({CODE})(&|(?=#)|$)")
_ANY_CARRIED = re.compile(r"([?&])ln=[^&#]*(&|(?=#)|$)")
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\<>\"`{}|^]")
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")  # a host that ends so is an IPv4 address to a browser (WHATWG URL)
_HOST = re.compile(r"[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)+")


class Link(Value):
    """A tracked address. `kind`: 'site' (`?ln=` on an own site) or 'go' (our own `/go/`)."""

    code: str
    kind: str
    target: str
    canonical: str
    account_id: int
    post_id: int | None
    channel: str
    created_at: int
    burst_at: int | None = None
    stopped_at: int | None = None


class Preview(Value):
    """Title and picture of a target, as it describes itself; what a machine is shown."""

    target: str
    title: str = ""
    description: str = ""
    image: str = ""
    site_name: str = ""
    problem: str = ""
    fetched_at: int = 0


class Ways(Value):
    """How links of a text are rewritten. `own_hosts`: the firm's sites, lower case, without
    `www.`; `base`: our own public address without a path; `go_links`: count foreign targets too,
    because the writer asked for it."""

    own_hosts: tuple[str, ...]
    base: str
    go_links: bool = False


def code_of(number: int) -> str:
    """`number` (0 .. 2**40 - 1) as seven letters of base58."""
    letters = []
    for _ in range(CODE_LENGTH):
        number, at = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[at])
    return "".join(reversed(letters))


def is_code(text: str) -> bool:
    """Could this be a code of ours? Says nothing about whether there is such a link."""
    return _CODE.fullmatch(text) is not None


def check_target(url: str, field: str = "target") -> str:
    """`url` when browsers and we are sure to read it alike. Raises Invalid(field) for anything
    but plain http(s) with a public name (security paper, F02): user names, backslashes, control
    characters, bare addresses, more than 2 kB."""
    if len(url) > TARGET_LENGTH:
        raise Invalid(field, f"is longer than {TARGET_LENGTH} characters")
    if _UNSAFE.search(url):
        raise Invalid(field, "has characters that do not belong in an address")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Invalid(field, "is not an address", cause=str(error)) from error
    if parts.scheme not in {"http", "https"} or not url.lower().startswith(f"{parts.scheme}://"):
        raise Invalid(field, "must begin with https:// or http://")
    if "@" in parts.netloc:
        raise Invalid(field, "has a user name in it")
    host = parts.hostname or ""
    if not _HOST.fullmatch(host) or port == 0 or parts.netloc.lower() not in {host, f"{host}:{port}"}:
        raise Invalid(field, "has no proper host name")
    if _NUMBER.fullmatch(host.rsplit(".", 1)[-1]) or host.endswith((".localhost", ".local", ".internal")):
        raise Invalid(field, "is not on the public internet")
    return url


def check_channel(channel: str) -> str:
    """Raises Invalid("channel") for one that is not in CHANNELS."""
    if channel not in CHANNELS:
        raise Invalid("channel", f"must be one of {', '.join(CHANNELS)}")
    return channel


def host_of(url: str) -> str:
    """The host of `url`, lower case and without `www.`; '' for what has none."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def is_own(host: str, own_hosts: tuple[str, ...]) -> bool:
    """Is this one of the firm's hosts, or below one?"""
    bare = host.lower().removeprefix("www.")
    return any(bare == own or bare.endswith(f".{own}") for own in own_hosts)


def kind_for(target: str, ways: Ways) -> str:
    """'site', 'go', or '' for a link that stays as it is. Our own address is never a target: it
    would count the reading of an update, and could lead round in a ring."""
    if ways.base and urlsplit(target).netloc.lower() == urlsplit(ways.base).netloc:
        return ""
    if is_own(host_of(target), ways.own_hosts):
        return "site"
    return "go" if ways.go_links else ""


def with_code(url: str, code: str) -> str:
    """`url` carrying `code`: query and fragment stay, a code that it carried is replaced. Works
    on text, so that nothing else of what was written changes."""
    address, hash, fragment = without_code(url).partition("#")
    scheme, colon, rest = address.rpartition("://")
    if "/" not in rest and "?" not in rest:
        rest += "/"
    mark = "" if rest.endswith(("?", "&")) else "&" if "?" in rest else "?"
    return f"{scheme}{colon}{rest}{mark}ln={code}{hash}{fragment}"


def without_code(url: str) -> str:
    """`url` without the code it may carry: what a reader may be shown, and what the outgoing
    post names as its attachment so that servers preview the clean address."""
    while True:
        bare = _ANY_CARRIED.sub(lambda found: found[1] if found[2] else "", url, count=1)
        if bare == url:
            return url
        url = bare


def code_in(url: str) -> str:
    """The code that `url` (or a bare query string beginning with ?) carries; '' for none."""
    found = _CARRIED.search(url)
    return found[2] if found else ""


def go_address(base: str, code: str) -> str:
    """Where a go link stands: on our own address."""
    return f"{base}/go/{code}"


def address_of(link: Link, base: str) -> str:
    """What is given to readers: the page itself with the code behind it, or our own address."""
    return with_code(link.target, link.code) if link.kind == "site" else go_address(base, link.code)


def go_code(url: str, base: str) -> str:
    """The code of a go link of ours; '' for any other address."""
    code = url.removeprefix(f"{base}/go/")
    return code if code != url and is_code(code) else ""


def canonical(url: str) -> str:
    """One spelling for one page, for sums: lower host without www., no default port, no fragment,
    no tracking keys, the other keys in order (measuring paper, 4f)."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return url
    standard = {"http": 80, "https": 443}.get(parts.scheme)
    host = host_of(url) + (f":{port}" if port and port != standard else "")
    kept = [
        (key, value)
        for key, value in parse_qsl(parts.query, keep_blank_values=True)
        if not TRACKING.fullmatch(key)
    ]
    return SplitResult(parts.scheme, host, parts.path or "/", urlencode(sorted(kept)), "").geturl()


def is_address(host: str) -> bool:
    """Is this host a bare IP address, and so perhaps somebody's own?"""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
