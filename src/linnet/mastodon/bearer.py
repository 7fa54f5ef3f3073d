"""Who calls, what they may do, and how often.

A token is looked up once and remembered for a few seconds. Ending one is seen at once: the
actions emit `TokensEnded` and `AccessEnded`, which the hub brings to every process before the
one who ended it is answered; the seconds bound what a lost event could do.
"""

from typing import Literal

from linnet.door.house import House
from linnet.kernel.clock import MINUTE, SECOND, iso
from linnet.kernel.errors import NotFound
from linnet.kernel.throttle import Allowance, Throttle
from linnet.kernel.value import Value, changed
from linnet.mastodon import errors
from linnet.social.apps import actions as apps
from linnet.social.apps import queries as app_queries
from linnet.social.apps.rules import Bearer, TokensEnded, allows, is_due_to_be_used
from linnet.social.people.rules import AccessEnded, Deed, Role, must

REMEMBERED = 5 * SECOND
MOST = 10_000

Needs = Literal["nobody", "anyone", "app", "user"]


class Auth(Value):
    """What an endpoint asks of the one who calls.

    nobody: no token is looked at; anyone: with a token or without; app: any good token; user: one
    that speaks for an account. One of `scopes` is needed where a token is there. `deed` is what
    the person's role in the account must allow (a reader of the account only reads, whatever the
    token's scopes say).
    """

    needs: Needs
    scopes: tuple[str, ...] = ()
    deed: Deed = "read"


NOBODY = Auth("nobody")


def anyone(*scopes: str) -> Auth:
    """Public; with a token, one of the scopes is needed."""
    return Auth("anyone", scopes)


def app(*scopes: str) -> Auth:
    """Any good token with one of the scopes (or whatever scopes, when none are named)."""
    return Auth("app", scopes)


def user(*scopes: str, deed: Deed = "read") -> Auth:
    """A token that speaks for an account."""
    return Auth("user", scopes, deed)


def check(auth: Auth, bearer: Bearer | None) -> None:
    """Raises Unknown, NotAllowed, or Invalid (an app's token where an account must speak)."""
    if bearer is None:
        if auth.needs in ("app", "user"):
            raise errors.no_token()
        return
    if auth.scopes and not any(allows(bearer.scopes, scope) for scope in auth.scopes):
        raise errors.out_of_scope()
    if auth.needs == "user":
        if bearer.account_id is None:
            raise errors.NoUser
        must(role_of(bearer), auth.deed)


def role_of(bearer: Bearer) -> Role:
    """The part that the token's person has in the account. Raises NotFound for an app's token."""
    match bearer.role:
        case "owner" | "editor" | "writer" | "answerer" | "reader" as role:
            return role
        case _:
            raise NotFound("member")


class Tokens:
    """Tokens, looked up and remembered. For the event loop."""

    def __init__(self, house: House) -> None:
        self._db = house.db
        self._known: dict[str, tuple[Bearer, int]] = {}
        self._generation = 0
        house.hub.listen(self._hear)

    async def find(self, token: str, now: int) -> Bearer:
        """Whose token it is. Raises Unknown."""
        known = self._known.get(token)
        if known is not None and known[1] > now:
            return known[0]
        generation = self._generation
        bearer = await self._db.glance(app_queries.token, token)
        if bearer is None:
            self._known.pop(token, None)
            raise errors.no_token()
        due = is_due_to_be_used(bearer, now)
        if due:
            bearer = changed(bearer, used_at=now)
        if generation == self._generation:  # nothing ended while we looked
            if len(self._known) >= MOST:
                self._known.clear()
            self._known[token] = (bearer, now + REMEMBERED)
        if due:
            await self._db.write(apps.use_token, bearer, now)
        return bearer

    def _hear(self, event: Value) -> None:
        if isinstance(event, TokensEnded | AccessEnded):
            self._generation += 1
            self._known.clear()


Bucket = Literal["read", "write", "media", "apps", "tokens", "anyone"]

# Mastodon documents 300 calls in five minutes per account, for servers that anybody may join.
# Here every account belongs to the firm: the limits stop a program that has run wild, not a
# person. What strangers may do (registering apps, trying tokens, reading) stays close to
# Mastodon's own numbers: 7,500 per address in five minutes.
LIMITS: dict[Bucket, tuple[int, int]] = {
    "read": (6_000_000, 5 * MINUTE),
    "write": (300_000, 5 * MINUTE),
    "media": (600, 30 * MINUTE),
    "apps": (100, 10 * MINUTE),
    "tokens": (600, 10 * MINUTE),
    "anyone": (7_500, 5 * MINUTE),
}


class Limits:
    """How often each account, app or address may call. Per process."""

    def __init__(self) -> None:
        self._throttles = {bucket: Throttle(limit, per) for bucket, (limit, per) in LIMITS.items()}
        self._reset = (0, b"")

    def take(self, bucket: Bucket, key: str, now: int) -> Allowance:
        """Counts one call."""
        return self._throttles[bucket].take(key, now)

    def headers(self, allowance: Allowance) -> list[tuple[bytes, bytes]]:
        """X-RateLimit-*, as https://docs.joinmastodon.org/api/rate-limits/ has them."""
        second = -(-allowance.reset_at // SECOND)
        if self._reset[0] != second:
            self._reset = (second, iso(second * SECOND).encode())
        return [
            (b"x-ratelimit-limit", str(allowance.limit).encode()),
            (b"x-ratelimit-remaining", str(allowance.remaining).encode()),
            (b"x-ratelimit-reset", self._reset[1]),
        ]
