"""OAuth 2 as clients of the Mastodon API speak it: scopes, redirect addresses, PKCE.

RFC 6749, RFC 7636, RFC 8252, and https://docs.joinmastodon.org/api/oauth-scopes/.
"""

import base64
import hashlib
import hmac
import re
from typing import Literal
from urllib.parse import urlencode, urlsplit

from linnet.kernel.clock import DAY, HOUR, MINUTE
from linnet.kernel.errors import Invalid
from linnet.kernel.value import Value

OOB = "urn:ietf:wg:oauth:2.0:oob"  # the code is shown, and the person copies it
CODE_LIFE = 10 * MINUTE
UNUSED_APP_LIFE = DAY
USED_EVERY = HOUR  # how often a token's last use is written down

NAME_LENGTH = 200
WEBSITE_LENGTH = 500
REDIRECT_LENGTH = 2000
REDIRECTS = 10


class App(Value):
    """A client app. `secret_hash` stays in the database."""

    id: int
    client_id: str
    name: str
    website: str
    redirect_uris: str  # one a line
    scopes: str  # separated by spaces
    created_at: int

    @property
    def redirects(self) -> list[str]:
        """The addresses it may be answered at."""
        return self.redirect_uris.split("\n")


class NewApp(Value):
    """What a client asks to be registered with."""

    name: str
    redirect_uris: str  # one a line
    scopes: str = "read"
    website: str = ""


class Registered(Value):
    """A new app with its secret, which is shown this once."""

    app: App
    client_secret: str


class Request(Value):
    """What a client sends a person to the consent page with."""

    client_id: str
    redirect_uri: str
    scopes: str = "read"
    challenge: str = ""
    challenge_method: str = ""


class Asked(Value):
    """A request that was found good: what the consent page shows."""

    app: App
    redirect_uri: str
    scopes: str
    challenge: str


class Code(Value):
    """A code on its way from the consent page to the client, and for a while after."""

    code_hash: str
    app_id: int
    person_id: int
    account_id: int
    scopes: str
    redirect_uri: str
    challenge: str
    expires_at: int
    used_at: int | None


class Authorized(Value):
    """The code, readable this once, and where to take it (`OOB`: show it)."""

    code: str
    redirect_uri: str


class Refusal(Value):
    """Why the token endpoint says no: an `error` of RFC 6749, 5.2, and a sentence.

    An answer, not an exception: refusing a code that was used before also revokes tokens, and
    that must be committed.
    """

    error: Literal["invalid_client", "invalid_grant", "invalid_scope", "unauthorized_client"]
    sentence: str


class TokensEnded(Value):
    """Event: tokens ended; open streams must look again. `app_id` 0: of any app; `person_id` 0: the
    app's own."""

    app_id: int
    person_id: int


class Granted(Value):
    """A new token, readable this once."""

    token: str
    scopes: str
    created_at: int


class Bearer(Value):
    """Whose token it is. `person_id` and `account_id` are None for the app's own token."""

    token_hash: str
    app_id: int
    person_id: int | None
    account_id: int | None
    scopes: str
    used_at: int
    role: str | None
    owner: bool | None  # of the server
    app_name: str
    app_website: str


class Grant(Value):
    """A token as its person may look at it and end it."""

    token_hash: str
    app_id: int
    account_id: int
    app_name: str
    app_website: str
    scopes: str
    created_at: int
    used_at: int


_READ = "accounts blocks bookmarks favourites filters follows lists mutes notifications search statuses"
_WRITE = """accounts blocks bookmarks conversations favourites filters follows lists media mutes
    notifications reports statuses"""
_FOLLOW = frozenset(f"{verb}:{what}" for verb in ("read", "write") for what in ("blocks", "follows", "mutes"))
SCOPES = frozenset(
    ["read", "write", "follow", "push", "profile"]
    + [f"read:{what}" for what in _READ.split()]
    + [f"write:{what}" for what in _WRITE.split()]
)


def check_scopes(text: str, field: str = "scopes") -> str:
    """The scopes of `text`, once each, in the order given. Raises Invalid for none, for one that
    is not known, and for `admin`, which Linnet does not hand to apps."""
    scopes = list(dict.fromkeys(text.split()))
    if not scopes:
        raise Invalid(field, "are empty: ask for read, write, follow, push or a part of them")
    for scope in scopes:
        if scope == "admin" or scope.startswith("admin:"):
            raise Invalid(field, "may not include admin: the server is administered on its own pages")
        if scope not in SCOPES:
            raise Invalid(field, f"include {scope[:60]!r}, which is not known")
    return " ".join(scopes)


def allows(granted: str, wanted: str) -> bool:
    """Do the scopes `granted` (separated by spaces) allow the one scope `wanted`?

    read allows read:statuses, but never the other way about; follow (deprecated) allows reading
    and writing of follows, blocks and mutes; profile allows profile alone, read:accounts and read
    allow it too.
    """
    have = granted.split()
    if wanted in have or wanted.partition(":")[0] in have:
        return True
    if wanted in _FOLLOW:
        return "follow" in have
    return wanted == "profile" and ("read" in have or "read:accounts" in have)


def within(scopes: str, limit: str) -> bool:
    """Is every one of `scopes` allowed by `limit`?"""
    return all(allows(limit, scope) if scope != "follow" else _has_follow(limit) for scope in scopes.split())


def _has_follow(limit: str) -> bool:
    return "follow" in limit.split() or all(allows(limit, scope) for scope in _FOLLOW)


_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{0,40}")
_NEVER = {"javascript", "data", "vbscript", "file", "blob", "about", "ftp", "ws", "wss", "view-source"}
_LOCAL = {"localhost", "127.0.0.1", "::1"}
_CLIMBS = {".", "..", "%2e", "%2e%2e", ".%2e", "%2e."}


def check_redirect(uri: str, field: str = "redirect_uris") -> str:
    """An address that a code may be sent to: https, http on this machine (RFC 8252, 7.3), an
    app's own scheme (7.1), or the `oob` word. Raises Invalid."""
    if uri == OOB:
        return uri
    if len(uri) > REDIRECT_LENGTH or "\\" in uri or not all("!" <= c <= "~" for c in uri):
        raise Invalid(field, "have an address that is too long or has characters that no address has")
    if "#" in uri:
        raise Invalid(field, "must not have a fragment (#)")
    try:
        parts = urlsplit(uri)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise Invalid(field, f"have {uri[:60]!r}, which is not an address") from error
    if "@" in parts.netloc or port == 0:
        raise Invalid(field, "must not have a user name in the address")
    if any(segment.lower() in _CLIMBS for segment in parts.path.split("/")):
        raise Invalid(field, "must not have . or .. in their path")
    if not _may_be_sent_to(parts.scheme, host):
        raise Invalid(field, f"have {uri[:60]!r}: use https, http on localhost, or a scheme of the app's own")
    return uri


def _may_be_sent_to(scheme: str, host: str) -> bool:
    if scheme == "https":
        return host != ""
    if scheme == "http":
        return host in _LOCAL
    return _SCHEME.fullmatch(scheme) is not None and scheme not in _NEVER


def check_new_app(new: NewApp) -> NewApp:
    """What an app may be registered with, tidied. Raises Invalid."""
    name = new.name.strip()
    if not name:
        raise Invalid("client_name", "is empty")
    if len(name) > NAME_LENGTH:
        raise Invalid("client_name", f"is longer than {NAME_LENGTH} characters")
    if not name.isprintable():
        raise Invalid("client_name", "has line breaks or invisible characters")
    website = new.website.strip()
    if website and (
        len(website) > WEBSITE_LENGTH
        or not website.isprintable()
        or not website.lower().startswith(("https://", "http://"))
    ):
        raise Invalid("website", "is not a web address")
    redirects = list(dict.fromkeys(new.redirect_uris.split()))
    if not redirects:
        raise Invalid("redirect_uris", "are empty")
    if len(redirects) > REDIRECTS:
        raise Invalid("redirect_uris", f"are more than {REDIRECTS}")
    for uri in redirects:
        check_redirect(uri)
    return NewApp(name, "\n".join(redirects), check_scopes(new.scopes), website)


def check_request(request: Request, app: App | None) -> Asked:
    """Is this request one that a person may be asked about? Raises Invalid.

    The door shows the sentence on a page of its own and never redirects: an address that was not
    found good is not an address to send anybody to (security paper, E04).
    """
    if app is None:
        raise Invalid("client_id", "is not known here: let the app register again")
    if request.redirect_uri not in app.redirects:
        raise Invalid("redirect_uri", "is not one of those that the app was registered with")
    scopes = check_scopes(request.scopes, "scope")
    if not within(scopes, app.scopes):
        raise Invalid("scope", "goes beyond what the app was registered with")
    challenge = check_challenge(request.challenge, request.challenge_method)
    return Asked(app, request.redirect_uri, scopes, challenge)


def check_code(
    code: Code | None, *, app: App, redirect_uri: str, verifier: str, with_secret: bool, now: int
) -> Refusal | None:
    """Why the code may not be exchanged; None if it may. (Whether it was used, the action asks.)"""
    if code is None or code.app_id != app.id:
        return Refusal("invalid_grant", "This code is not known.")
    if code.expires_at <= now:
        return Refusal("invalid_grant", "This code is too old: ask again.")
    if code.redirect_uri != redirect_uri:
        return Refusal("invalid_grant", "The redirect_uri is not the one that the code was asked with.")
    if code.challenge and not proves(verifier, code.challenge):
        return Refusal("invalid_grant", "The code_verifier does not belong to the code_challenge.")
    if verifier and not code.challenge:
        return Refusal("invalid_grant", "A code_verifier was sent, but no code_challenge before it.")
    if not with_secret and not code.challenge:
        return Refusal("invalid_client", "Send the client_secret, or use PKCE (code_challenge, S256).")
    return None


def answer_uri(redirect_uri: str, answer: dict[str, str]) -> str:
    """Where to send the person back to, with `answer` (code and state, or error) added to the query."""
    return f"{redirect_uri}{'&' if '?' in redirect_uri else '?'}{urlencode(answer)}"


def is_due_to_be_used(bearer: Bearer, now: int) -> bool:
    """Is it time to write down that the token is in use?"""
    return now - bearer.used_at >= USED_EVERY


_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


def check_challenge(challenge: str, method: str) -> str:
    """PKCE: S256 only (RFC 7636). '' when none was sent. Raises Invalid."""
    if not challenge and not method:
        return ""
    if method != "S256":
        raise Invalid("code_challenge_method", "must be S256; plain protects nothing")
    if not _CHALLENGE.fullmatch(challenge):
        raise Invalid("code_challenge", "is not a SHA-256 in base64url without padding")
    return challenge


def proves(verifier: str, challenge: str) -> bool:
    """Does the verifier belong to the S256 challenge?"""
    if not _VERIFIER.fullmatch(verifier):
        return False
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return hmac.compare_digest(digest, challenge)
