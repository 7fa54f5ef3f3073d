"""The rules about domains, kept in memory: asked for every address of every letter."""

import asyncio

from linnet.db.database import Database
from linnet.db.tx import Tx
from linnet.federation.peers import actions, domains, queries
from linnet.federation.peers.domains import Rule
from linnet.kernel.clock import SECOND, now_ms

KEPT = 5 * SECOND


class Rulebook:
    """Right at once after a change in this process (`forget`, called when `RulesChanged` was committed),
    and after at most five seconds in the others."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._rules: dict[str, Rule] = {}
        self._version: str | None = None
        self._until = 0
        self._changes = 0
        self._looking = asyncio.Lock()

    async def rule(self, authority: str) -> Rule | None:
        """The rule that counts for a host; None where there is none."""
        if now_ms() >= self._until:
            async with self._looking:  # whoever comes meanwhile waits: what is kept may be wrong
                if now_ms() >= self._until:
                    await self._look()
        return domains.match(self._rules, authority) if self._rules else None

    async def blocked(self, authority: str) -> bool:
        """Is the host suspended? Then it is told nothing, asked nothing and not listened to."""
        found = await self.rule(authority)
        return found is not None and found.severity == "suspend"

    async def limited(self, authority: str) -> bool:
        """Is the host limited: seen only by those who follow somebody there?"""
        found = await self.rule(authority)
        return found is not None and found.severity == "limit"

    def forget(self) -> None:
        """The rules were changed."""
        self._until = 0
        self._changes += 1

    async def _look(self) -> None:
        changes, until = self._changes, now_ms() + KEPT
        version = await self._db.glance(actions.version)
        if version != self._version:
            self._version, self._rules = await self._db.read(_read)
        if changes == self._changes:  # else the next one looks again
            self._until = until


def _read(tx: Tx) -> tuple[str, dict[str, Rule]]:
    return actions.version(tx), {one.domain: one for one in queries.rules(tx)}
