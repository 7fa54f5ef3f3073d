"""The postman: one per process. Takes hosts that are due, carries their next letters, and hands in
what became of them, many at a time.

Claiming costs the same however much waits: a host is one row (`peer`), taken for a minute by moving
the moment at which it is due. Hosts are taken in the order in which they have waited, each gets a
turn of a few letters, and then stands at the end again; a host that does not answer is left alone.
Several processes share the hosts the same way.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from typing import Protocol

from linnet.db.database import Database, DatabaseError
from linnet.federation import names
from linnet.federation.delivery import actions, rules
from linnet.federation.delivery.lanes import MOST, QUICK, Lanes
from linnet.federation.delivery.rules import Delivery, Done, Outcome, Over, Turn
from linnet.federation.peers import queries as peers
from linnet.federation.signing import signatures
from linnet.federation.signing.shapes import Signing
from linnet.federation.syncing.errands import Headers
from linnet.kernel.clock import SECOND, now_ms
from linnet.kernel.errors import Invalid, Upstream
from linnet.kernel.settings import Settings
from linnet.kernel.value import changed
from linnet.net.client import Answer, Fetcher, Policy

__all__ = ["MOST", "Postman"]

log = logging.getLogger("linnet.federation")

GATHER = 0.02  # seconds in which results come together before they are written down
POLL = 20 * SECOND  # another process may have written letters down: look at least this often
PATIENCE = 4.0  # seconds for letters under way when the program stops
KEPT_BYTES = 8 << 20  # of texts that go to many hosts

LETTER = Policy(
    max_bytes=16 * 1024, cut=True, timeout=10 * SECOND, redirects=0, accept="*/*", https_only=True
)

PUBLIC = names.PUBLIC.encode()


class Keys(Protocol):
    """Where keys are (`keys.Keyring`)."""

    async def signer(self, db: Database, account_id: int) -> Signing:
        """The account's; 0 is the server itself."""
        ...


class Postman:
    """Carries letters from `start` to `stop`. Does nothing where federation is off (no https)."""

    def __init__(
        self,
        db: Database,
        client: Fetcher,
        keyring: Keys,
        settings: Settings,
        *,
        clock: Callable[[], int] = now_ms,
        width: int = QUICK,
    ) -> None:
        self._db = db
        self._client = client
        self._keyring = keyring
        self._on = settings.secure
        self._followers = Headers(db, settings.url, clock)
        self._clock = clock
        self._bodies: actions.Bodies = {}
        self._turns: set[asyncio.Task[None]] = set()
        self._done: list[Done] = []
        self._over: list[Over] = []
        self._wake = asyncio.Event()
        self._lanes = Lanes(self._wake.set, width)
        self._stopping = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins, in the running event loop."""
        if self._on:
            self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Begins no further letter, waits a moment for those under way, and writes down what became of
        them. What is left goes out after the next start."""
        self._stopping = True
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._turns:
            await asyncio.wait(self._turns, timeout=PATIENCE)
        for task in self._turns:
            task.cancel()
        await asyncio.gather(*self._turns, return_exceptions=True)
        if self._over:
            try:
                await self._exchange(0)
            except Exception as error:  # noqa: BLE001 # they go out once more, which does no harm
                log.warning("what became of letters cannot be written down: %r", error)

    def wake(self) -> None:
        """Letters were written down. Called in the event loop, after the commit."""
        self._wake.set()

    async def drain(self) -> int:
        """Carries everything that is due, and answers how many letters that was. For tests and the
        command line."""
        count = 0
        while True:
            await self._exchange(self._lanes.room(0))
            if not self._turns:
                return count
            await asyncio.wait(self._turns)
            count += len(self._done)

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            try:
                wait = await self._look()
            except Exception as error:  # noqa: BLE001 # the database is away: a postman never ends
                log.warning("the postman cannot look for letters: %r", error)
                await asyncio.sleep(1)
                continue
            if wait:
                await self._rest(wait)

    async def _look(self) -> int:
        """Hands in, takes what is due; answers how many ms there is nothing to do."""
        room = self._lanes.room(len(self._turns))
        if not (self._done or self._over):
            due = await self._db.glance(peers.next_due) if room else None
            wait = POLL if due is None else due - self._clock()
            if wait > 0:
                return min(wait, POLL)
        if self._turns:  # others are about to end: one write for many
            await asyncio.sleep(GATHER)
        await self._exchange(self._lanes.room(len(self._turns)))
        return 0

    async def _rest(self, wait: int) -> None:
        try:
            async with asyncio.timeout(max(wait, 5) / 1000):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def _exchange(self, want: int) -> None:
        done, over, self._done, self._over = self._done, self._over, [], []
        try:
            turns, bodies = await self._write(done, over, want)
        except DatabaseError:
            self._done, self._over = done + self._done, over + self._over
            raise
        except Exception:  # one of them cannot be written down: the others must not suffer for it
            log.exception("results of deliveries are written down one by one")
            for one in done:
                await self._write_alone([one], [])
            for end in over:
                await self._write_alone([], [end])
            return
        self._bodies |= bodies
        for turn in turns:
            texts = {one.activity_id: self._bodies[one.activity_id] for one in turn.deliveries}
            task = asyncio.create_task(self._carry(turn, texts))
            self._turns.add(task)
            task.add_done_callback(self._turns.discard)
        self._forget_texts()

    async def _write(
        self, done: Sequence[Done], over: Sequence[Over], want: int
    ) -> tuple[list[Turn], actions.Bodies]:
        return await self._db.write(
            actions.exchange,
            done,
            over,
            want=want,
            known=set(self._bodies),
            now=self._clock(),
            jitter=random.random(),  # noqa: S311 # spreads tries
        )

    async def _write_alone(self, done: Sequence[Done], over: Sequence[Over]) -> None:
        try:
            await self._write(done, over, 0)
        except Exception:
            log.exception("not written down, and left to the end of its lease: %r %r", done, over)

    def _forget_texts(self) -> None:
        """The oldest first; turns hold what they need."""
        size = sum(map(len, self._bodies.values()))
        while size > KEPT_BYTES:
            oldest = next(iter(self._bodies))
            size -= len(self._bodies.pop(oldest))

    async def _carry(self, turn: Turn, texts: actions.Bodies) -> None:
        """One host's turn: its letters in order; the first that finds nobody there ends it."""
        form, ended = turn.signature, None
        begin_until = turn.until - rules.LEASE + rules.TURN_TIME
        try:
            for pair in rules.pairs(turn.deliveries):
                if self._stopping or self._clock() > begin_until:
                    break
                outcomes = await self._both(pair, texts, form)
                self._done += [Done(turn, *one) for one in zip(pair, outcomes, strict=True)]
                form = next((one.form for one in outcomes if one.form), form)
                ended = next((one for one in outcomes if one.ending in rules.ENDS_TURN), None)
                if ended:
                    break
                self._wake.set()
        finally:
            self._over.append(Over(turn, ended))
            self._wake.set()

    async def _both(self, pair: Sequence[Delivery], texts: actions.Bodies, form: str) -> list[Outcome]:
        if len(pair) == 1:
            return [await self._deliver(pair[0], texts[pair[0].activity_id], form)]
        return await asyncio.gather(*(self._deliver(one, texts[one.activity_id], form) for one in pair))

    async def _deliver(self, delivery: Delivery, body: bytes, form: str) -> Outcome:
        try:
            async with self._lanes.place():
                return await self._knock(delivery, body, form)
        except (Upstream, Invalid) as error:
            return Outcome("down", error.sentence)
        except DatabaseError as error:  # nobody's fault but ours
            return Outcome("asked", error.sentence, at=self._clock())
        except Exception as error:  # whatever it is, it is this letter's
            log.exception("a letter to %s cannot be sent", delivery.inbox)
            jitter = random.random()  # noqa: S311 # spreads tries
            return rules.set_aside(f"an error of this server: {error!r}", delivery, self._clock(), jitter)

    async def _synchronised(self, delivery: Delivery, body: bytes) -> dict[str, str]:
        """Who follows is said where it matters: with posts for followers alone."""
        if delivery.kind != "Create" or not delivery.followers or PUBLIC in body:
            return {}
        return await self._followers.of(delivery.account_id, delivery.host)

    async def _knock(self, delivery: Delivery, body: bytes, remembered: str) -> Outcome:
        """Signed now, for now. Where the signature is not understood the other form is tried, once; what
        was said to the first counts unless the second helps."""
        signer = await self._keyring.signer(self._db, delivery.account_id)
        more = await self._synchronised(delivery, body)
        answer: Answer | None = None
        used = ""
        for form in rules.forms(remembered):
            headers = signatures.sign(signer, form, "POST", delivery.inbox, body, self._clock())
            said = await self._client.post(delivery.inbox, body, headers=headers | more, policy=LETTER)
            if answer is None or not rules.knock_again(said.status):
                answer, used = said, form
            if not rules.knock_again(said.status):
                break
        assert answer is not None
        jitter = random.random()  # noqa: S311 # spreads tries
        asked = answer.headers.get("retry-after", "")
        outcome = rules.judge(answer.status, asked, delivery, self._clock(), jitter)
        return changed(outcome, form=used) if outcome.ending == "done" else outcome
