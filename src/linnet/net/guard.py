"""Where connections are made: names looked up, every address checked, places counted."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from aiohttp.abc import AbstractResolver, ResolveResult

from linnet.kernel.errors import Upstream
from linnet.kernel.value import changed
from linnet.net.address import Exceptions, may_connect

EVERYWHERE = 64  # at once, if nothing else is said
PER_HOST = 2  # of them at one host: its other readers want something too
LOOKUP = 3.0  # seconds for a name
LOOKUPS = 32  # at once: names whose servers are dead hold a place for half a minute


class Resolver(Protocol):
    """Name to addresses."""

    async def __call__(self, host: str, port: int) -> list[str]:
        """Every address of `host`, as text. Raises OSError."""
        ...


class UnsafeError(OSError):
    """An address that may not be connected to. An OSError, because that is what aiohttp takes for
    a connection that cannot be made."""


class Guard(AbstractResolver):
    """Stands where connections are made: looks names up, checks every address, and then lets
    sockets be opened to exactly those."""

    def __init__(self, resolver: Resolver, allowed: Exceptions) -> None:
        self._resolver = resolver
        self._allowed = allowed
        self._networks = changed(allowed, pairs=frozenset())
        # Private addresses behind an allowed name: what the socket check must let through.
        self._opened: set[tuple[str, int]] = set(allowed.pairs)

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_UNSPEC,  # noqa: ARG002 # both, always
    ) -> list[ResolveResult]:
        """Every address of `host`; one bad one among them spoils all (security paper B05)."""
        try:
            async with asyncio.timeout(LOOKUP):
                found = await self._resolver(host, port)
        except TimeoutError as error:
            raise OSError(f"no answer about {host} within {LOOKUP} s") from error
        for address in found:
            if not may_connect(address, host, port, self._allowed):
                raise UnsafeError(f"{host} is at {address}")
        if not found:
            raise OSError(f"{host} has no address")
        if (host, port) in self._allowed.pairs:
            self._opened |= {(address, port) for address in found}
        return [_result(host, port, address) for address in found]

    def socket(self, info: tuple[int, int, int, str, tuple[str, int] | tuple[object, ...]]) -> socket.socket:
        """Opens a socket for one connection. Sees every address, literal ones too."""
        family, kind, protocol, _, place = info
        address, port = str(place[0]), int(str(place[1]))
        if (address, port) not in self._opened and not may_connect(address, "", port, self._networks):
            raise UnsafeError(f"connection to {address}")
        return socket.socket(family, kind, protocol)

    async def close(self) -> None:
        """Nothing to close."""


def _result(host: str, port: int, address: str) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return ResolveResult(
        hostname=host,
        host=address,
        port=port,
        family=family,
        proto=socket.IPPROTO_TCP,
        flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
    )


class Names:
    """The system's resolver, in threads of its own: a dead name server must not hold up others'."""

    def __init__(self, threads: int = LOOKUPS) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="linnet-names")

    async def __call__(self, host: str, port: int) -> list[str]:
        infos = await asyncio.get_running_loop().run_in_executor(
            self._threads, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        )
        return list(dict.fromkeys(str(place[0]) for _, _, _, _, place in infos))

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


class Places:
    """How many may be at one host, and in all. Hosts are forgotten when nobody is there."""

    def __init__(self, everywhere: int = EVERYWHERE) -> None:
        self._all = asyncio.Semaphore(everywhere)
        self._hosts: dict[str, tuple[asyncio.Semaphore, int]] = {}

    @contextlib.asynccontextmanager
    async def at(self, host: str, patience: float) -> AsyncIterator[None]:
        """A place at `host`, waited for at most `patience` seconds. Raises Upstream."""
        places, users = self._hosts.get(host, (asyncio.Semaphore(PER_HOST), 0))
        self._hosts[host] = (places, users + 1)
        try:
            await self._take(places, host, patience)
            try:
                yield
            finally:
                self._all.release()
                places.release()
        finally:
            users = self._hosts[host][1] - 1
            if users:
                self._hosts[host] = (places, users)
            else:
                del self._hosts[host]

    async def _take(self, places: asyncio.Semaphore, host: str, patience: float) -> None:
        try:
            async with asyncio.timeout(patience):
                await places.acquire()
                try:
                    await self._all.acquire()
                except BaseException:
                    places.release()
                    raise
        except TimeoutError as error:
            raise Upstream(f"{host} is slow, and others are waiting for it: try again later.") from error
