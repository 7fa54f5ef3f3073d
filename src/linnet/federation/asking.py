"""One document of another server: a GET signed by our server, with every limit there is.

Each hop is signed anew for where it goes, asked for only if that host is not blocked, and counted.
An address that failed is left alone for five minutes, whoever wants it (security paper B13), and of
several who want the same one at once only one asks.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Generic, Literal, TypeVar
from urllib.parse import urljoin

from linnet.federation import vocab
from linnet.federation.authority import Drop, authority, normal
from linnet.federation.plain import LARGEST, json_object
from linnet.federation.signing import signatures
from linnet.federation.signing.shapes import Form, Signing
from linnet.federation.vocab import Json
from linnet.kernel.clock import HOUR, MINUTE, SECOND
from linnet.kernel.errors import Invalid, LinnetError
from linnet.kernel.throttle import Throttle
from linnet.kernel.value import Value, changed
from linnet.net.client import MOVED, Answer, Fetcher, Policy

K = TypeVar("K")
V = TypeVar("V")

Purpose = Literal["document", "key", "name"]

HOPS = 3
DEADLINE = 15 * SECOND  # for all hops together
ALONE = 5 * MINUTE  # how long an address that failed is not asked again
REMEMBERED = 4096  # addresses, hosts

# How often one host is asked in a minute. Keys come first: without them its letters cannot be read.
PER_MINUTE: dict[Purpose, int] = {"document": 60, "key": 300, "name": 120}  # two names of each account

POLICY = Policy(max_bytes=LARGEST, timeout=10 * SECOND, redirects=0, accept=vocab.ACCEPT, https_only=True)

# Drops that say nothing about the document: ask again later.
FOR_NOW = frozenset({"unreachable", "failing", "busy", "budget", "crowded"})
# Drops that come from here and not from there: nothing to remember.
OUR_OWN = frozenset({"budget", "crowded", "blocked", "ours"})


class Found(Value):
    """A document, and the address at which it was found in the end."""

    document: Json
    url: str


class Recent(Generic[K, V]):
    """What was last used, and no more of it than `most`."""

    def __init__(self, most: int = REMEMBERED) -> None:
        self._most = most
        self._kept: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V | None:
        """What is kept under `key`."""
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def put(self, key: K, value: V) -> None:
        """Keeps it, in place of what was used longest ago."""
        self._kept[key] = value
        self._kept.move_to_end(key)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def __len__(self) -> int:
        return len(self._kept)


class Together(Generic[K, V]):
    """Does a thing once for all who want it at the same time."""

    def __init__(self) -> None:
        self._running: dict[K, asyncio.Task[V]] = {}

    async def do(self, key: K, make: Callable[[], Awaitable[V]]) -> V:
        """What `make()` gives, made now or being made already. Whoever stops waiting leaves it to
        the others."""
        task = self._running.get(key)
        if task is None:

            async def run() -> V:
                try:
                    return await make()
                finally:
                    del self._running[key]

            task = self._running[key] = asyncio.create_task(run())
        return await asyncio.shield(task)


class Asker:
    """Asks. `signer`: who signs (our server's actor); `blocked`: is a host (its authority) not to be
    asked; `url`: our own address. For one event loop."""

    def __init__(
        self,
        client: Fetcher,
        signer: Callable[[], Awaitable[Signing]],
        blocked: Callable[[str], Awaitable[bool]],
        url: str,
        clock: Callable[[], int],
    ) -> None:
        self._client = client
        self._signer = signer
        self._blocked = blocked
        self._own = authority(url)
        self._clock = clock
        self._alone: Recent[str, tuple[int, Drop]] = Recent()
        self._forms: Recent[str, Form] = Recent()
        self._budgets = {name: Throttle(n, MINUTE, keys=REMEMBERED) for name, n in PER_MINUTE.items()}
        self._together: Together[str, Found | Drop] = Together()

    async def ask(self, address: str, purpose: Purpose = "document") -> Found | Drop:
        """The document at `address`."""
        url = normal(address).partition("#")[0]
        if not url:
            return Drop("address", address[:500])
        until, why = self._alone.get(url) or (0, None)
        if why is not None and self._clock() < until:
            return why
        return await self._together.do(url, lambda: self._once(url, purpose))

    async def may(self, host: str) -> bool:
        """May this host (authority) be asked for a name now?"""
        return await self._may(f"https://{host}/", "name") is None

    async def _once(self, url: str, purpose: Purpose) -> Found | Drop:
        found = await self._hops(url, purpose)
        if isinstance(found, Drop) and found.reason not in OUR_OWN:
            self._alone.put(url, (self._clock() + _pause(found), found))
        return found

    async def _hops(self, url: str, purpose: Purpose) -> Found | Drop:
        seen: list[str] = []
        clock = asyncio.get_running_loop().time
        began = clock()
        while True:
            refused = await self._may(url, purpose)
            if refused is not None:
                return refused
            left = DEADLINE - int((clock() - began) * SECOND)
            answer = await self._knock(url, changed(POLICY, timeout=min(max(left, 1), POLICY.timeout)))
            if isinstance(answer, Drop):
                return answer
            if answer.status not in MOVED or "location" not in answer.headers:
                return _read(answer)
            seen.append(url)
            url = _following(url, answer.headers["location"])
            if not url or url in seen or len(seen) > HOPS:
                return Drop("redirects", f"{seen[0]} leads on and on, or nowhere")

    async def _may(self, url: str, purpose: Purpose) -> Drop | None:
        host = authority(url)
        if host == self._own:
            return Drop("ours", url)
        if await self._blocked(host):
            return Drop("blocked", host)
        if not self._budgets[purpose].take(host, self._clock()).allowed:
            return Drop("budget", host)
        return None

    async def _knock(self, url: str, policy: Policy) -> Answer | Drop:
        """Asks with the kind of signature that the host took last; refused, once with the other."""
        host = authority(url)
        usual = self._forms.get(host) or "cavage"
        other: Form = "rfc9421" if usual == "cavage" else "cavage"
        answer = await self._get(url, usual, policy)
        if isinstance(answer, Answer) and answer.status in {400, 401, 403}:
            second = await self._get(url, other, policy)
            if isinstance(second, Answer) and second.status < 400:
                self._forms.put(host, other)
                return second
        return answer

    async def _get(self, url: str, form: Form, policy: Policy) -> Answer | Drop:
        try:
            signer = await self._signer()
            headers = signatures.sign(signer, form, "GET", url, None, self._clock())
            return await self._client.get(url, headers=headers, policy=policy)
        except Invalid as error:
            return Drop("address", error.cause)
        except LinnetError as error:
            return Drop("unreachable", error.cause)


def _following(url: str, location: str) -> str:
    """Where a redirect leads; '' where it must not. Never down to http (security paper B02)."""
    try:
        return normal(urljoin(url, location.strip())).partition("#")[0]
    except ValueError:
        return ""


def _read(answer: Answer) -> Found | Drop:
    status = answer.status
    if status == 410:
        return Drop("gone", answer.url)
    if status == 404:
        return Drop("missing", answer.url)
    if status in {429, 503}:
        return Drop("busy", answer.headers.get("retry-after", ""))
    if status >= 500:
        return Drop("failing", f"{answer.url}: {status}")
    if not answer.good:
        return Drop("refused", f"{answer.url}: {status}")
    kind = answer.headers.get("content-type", "")
    if not vocab.is_activity_type(kind):
        return Drop("content_type", f"{answer.url}: {kind[:100]}")
    document = json_object(answer.body)
    return document if isinstance(document, Drop) else Found(document, answer.url)


def _pause(why: Drop) -> int:
    """How long the address is left alone, in ms."""
    if why.reason == "busy" and why.detail.isascii() and why.detail.isdigit() and len(why.detail) < 6:
        return min(max(int(why.detail) * SECOND, ALONE), HOUR)
    return ALONE
