"""How often is too often: a bucket per key, in memory, for one process.

GCRA (the generic cell rate algorithm): one number per key, the moment at which it would be
back to rest. No windows, so nobody gets twice the limit at the seam of two of them. The keys
used longest ago are forgotten beyond a cap: many addresses cannot fill the memory.
"""

import ipaddress
from collections import OrderedDict

from linnet.kernel.clock import SECOND
from linnet.kernel.errors import TooMany
from linnet.kernel.value import Value

KEYS = 100_000


class Allowance(Value):
    """The answer to one try: what the X-RateLimit headers say, and whether it may go on."""

    allowed: bool
    limit: int
    remaining: int
    reset_at: int  # ms: when the whole limit is there again
    retry_at: int  # ms: when the next try would be allowed; now, if it is


class Throttle:
    """`limit` tries per `per` ms for each key. For one thread: the event loop."""

    def __init__(self, limit: int, per: int, *, keys: int = KEYS) -> None:
        self._limit = limit
        self._per = per
        self._step = per / limit
        self._cap = keys
        self._rest: OrderedDict[str, float] = OrderedDict()

    def take(self, key: str, now: int) -> Allowance:
        """Counts one try of `key`. One that is refused does not count."""
        rest = self._at_rest(key, now) + self._step
        if rest - now > self._per + 1e-6:
            return Allowance(False, self._limit, 0, _up(rest - self._step), _up(rest - self._per))
        self._rest[key] = rest
        self._rest.move_to_end(key)
        if len(self._rest) > self._cap:
            self._rest.popitem(last=False)
        return Allowance(True, self._limit, self._left(rest, now), _up(rest), now)

    def look(self, key: str, now: int) -> Allowance:
        """The state of `key`, without counting: would the next try be allowed?"""
        rest = self._at_rest(key, now)
        left = self._left(rest, now)
        retry = now if left else _up(rest + self._step - self._per)
        return Allowance(left > 0, self._limit, left, _up(rest), retry)

    def must_take(self, key: str, now: int, sentence: str) -> Allowance:
        """As `take`. Raises TooMany(sentence) with the time to wait."""
        allowance = self.take(key, now)
        if not allowance.allowed:
            wait = -(-(allowance.retry_at - now) // SECOND)
            raise TooMany(
                sentence, retry_after=max(wait, 1), cause=f"{sentence} ({self._limit} per {self._per} ms)"
            )
        return allowance

    def forget(self, key: str) -> None:
        """Back to rest: the right password was given."""
        self._rest.pop(key, None)

    def _at_rest(self, key: str, now: int) -> float:
        # a clock that was set back must not lock anybody out for longer than one period
        return min(max(self._rest.get(key, now), now), now + self._per)

    def _left(self, rest: float, now: int) -> int:
        return int((self._per - (rest - now)) / self._step + 1e-6)


def _up(ms: float) -> int:
    return -int(-ms // 1)


def address_key(address: str) -> str:
    """Whom an IP address stands for: an IPv4 address itself, an IPv6 /64 (one customer has that
    many), an IPv4 address written in IPv6 as the IPv4 one. Anything else as it is, cut short."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    if ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    return str(ipaddress.ip_network((int(ip) >> 64 << 64, 64)))
