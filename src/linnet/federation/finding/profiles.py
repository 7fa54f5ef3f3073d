"""A profile from elsewhere before anybody follows it: what it wrote last, what it has on top, how many
follow it. The handler of the job `ReadProfile`."""

from typing import Any

from linnet.db.database import Database
from linnet.federation import authority, vocab
from linnet.federation.authority import Drop, Proven, normal
from linnet.federation.fetching import for_now
from linnet.federation.finding import actions, listing, moves, rules
from linnet.federation.finding.actions import ReadProfile
from linnet.federation.finding.finder import Budget, Finder, is_open
from linnet.federation.finding.listing import Cover
from linnet.kernel.clock import now_ms
from linnet.social.people import queries as people
from linnet.social.people.figures import Figures
from linnet.social.people.rules import Account

DOCUMENTS = 32  # the profile, its collections and a page, and posts where they are only named


async def read_profile(db: Database, finder: Finder, job: ReadProfile) -> None:
    """Fetches first, writes afterwards. What cannot be had is left as it is."""
    account = await db.read(people.account, job.account_id)
    if account is None or account.local or account.suspended_at is not None:
        return
    budget = Budget(DOCUMENTS)
    actor = await finder.document(account.uri, budget)
    if isinstance(actor, Drop):
        if for_now(actor):
            await db.write(actions.sooner, account.id, now_ms())
        return
    taken = await finder.take_account(actor, budget)
    if isinstance(taken, Drop):
        return
    await moves.look(db, finder, taken, budget, now_ms())
    said = actor.document
    followers = await listing.cover(finder, actor, said.get("followers"), budget)
    following = await listing.cover(finder, actor, said.get("following"), budget)
    posts = await listing.total(finder, actor, said.get("outbox"), budget)
    figures = Figures(followers.total, following.total, posts, _hides(followers, following))
    shelf = Shelf(db, finder, taken, budget)
    newest = await shelf.last_posts(actor)
    pinned = await shelf.pinned(actor)
    newest = max(newest, await shelf.boosts())  # last: what is their own comes first when there is much
    await db.write(actions.profile_was_read, taken.id, figures, pinned, newest, now_ms())


def _hides(followers: Cover, following: Cover) -> bool | None:
    """Is one of the two kept to itself? None: it could not be asked."""
    if followers.closed or following.closed:
        return True
    return None if followers.closed is None or following.closed is None else False


class Shelf:
    """Posts of one account."""

    def __init__(self, db: Database, finder: Finder, account: Account, budget: Budget) -> None:
        self._db = db
        self._finder = finder
        self._account = account
        self._budget = budget
        self._boosts: list[Proven] = []  # Announces of the outbox, the newest first

    async def last_posts(self, actor: Proven) -> int:
        """Writes down the first page of its outbox; answers when the newest was written (ms). What it
        passed on is kept for `boosts`."""
        found: list[Proven] = []
        async for sheet in listing.sheets(
            self._finder, actor, actor.document.get("outbox"), self._budget, pages=1
        ):
            for one in sheet.items[: rules.MOST_OF_PROFILE]:
                proven = await self._own(sheet.word, rules.post_in(one))
                if proven is None:
                    continue
                (self._boosts if rules.passes_on(proven.document) else found).append(proven)
            break
        newest = 0
        for proven in reversed(found):  # the oldest first: so what it answers itself is here already
            if await self._write(proven):
                newest = max(newest, min(vocab.moment(proven.document.get("published")) or 0, now_ms()))
        return newest

    async def boosts(self) -> int:
        """Writes down what it passed on, each post as it stands at its origin (A17); answers when the
        newest was (ms). The newest are fetched first, as far as the budget goes."""
        found: list[tuple[Proven, int]] = []
        for proven in self._boosts:
            post_id = await self._passed_on(normal(vocab.uri(proven.document.get("object"))))
            if post_id is not None:
                found.append((proven, post_id))
        newest = 0
        for proven, post_id in found:
            at = min(vocab.moment(proven.document.get("published")) or 0, now_ms())
            if at and await self._finder.put_boost(self._account, post_id, proven, at):
                newest = max(newest, at)
        return newest

    async def _passed_on(self, address: str) -> int | None:
        """The id of the post at this address, which is fetched from there when it is not here. Threads are
        not climbed for it: what answers something unknown would stand alone."""
        if not address:
            return None
        known = await self._finder.known_post(address)
        if known is not None or self._finder.is_ours(address):
            return known
        proven = await self._finder.document(address, self._budget)
        return None if isinstance(proven, Drop) or not is_open(proven.document) else await self._write(proven)

    async def pinned(self, actor: Proven) -> list[int] | None:
        """Ids of what it has on top; None when its server does not say."""
        found: list[int] | None = None
        async for sheet in listing.sheets(
            self._finder, actor, actor.document.get("featured"), self._budget, pages=1
        ):
            found = found or []
            for one in sheet.items[: rules.MOST_PINNED]:
                id = await self._finder.known_post(normal(vocab.uri(one)))
                proven = None if id else await self._own(sheet.word, one)
                id = id or (await self._write(proven) if proven and is_open(proven.document) else None)
                if id:
                    found.append(id)
        return found

    async def _own(self, word: Proven, value: Any) -> Proven | None:
        """A post of this account that everybody may see, or an Announce: as it stands in its collection, or
        from its own address."""
        found = authority.member(word, value, self._account.uri)
        if isinstance(found, Drop) and found.reason == "fetch_it":
            if await self._finder.known_post(found.detail):
                return None  # whoever follows it hears of its changes
            found = await self._finder.document(found.detail, self._budget)
        if isinstance(found, Drop) or found.actor != self._account.uri:
            return None
        return found if is_open(found.document) or rules.passes_on(found.document) else None

    async def _write(self, proven: Proven) -> int | None:
        """Its id; None where it answers something that is not here: alone it would look like a post
        of its own."""
        parent = normal(vocab.uri(proven.document.get("inReplyTo")))
        above = await self._finder.known_post(parent) if parent else None
        if parent and above is None:
            return None
        theirs = await self._finder.read_post(proven, above, self._budget)
        if isinstance(theirs, Drop):
            return None
        return await self._finder.put(theirs)
