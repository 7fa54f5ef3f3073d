"""A whole thread: what stands above it, the answers that nobody sent us, and how it stands now. The
handler of the job `ReadThread`.

What answers what is said by the answers themselves: `replies` and `context` are hints where to look, and
every post is fetched from its own address. One that does not join the thread is not kept. Bounded in
every direction (security paper B12).
"""

import asyncio
import contextlib
from collections import deque

from linnet.db.database import Database
from linnet.federation import vocab
from linnet.federation.authority import Drop, Proven, normal
from linnet.federation.finding import actions, listing, queries, rules
from linnet.federation.finding.actions import ReadThread
from linnet.federation.finding.finder import Budget, Finder, is_open
from linnet.kernel.clock import now_ms
from linnet.kernel.value import changed
from linnet.social.posts import foreign as posts
from linnet.social.posts.foreign import RemotePost
from linnet.social.posts.rules import OPEN, Post

DOCUMENTS = 200  # posts, pages and authors together
PATIENCE = 120.0  # seconds for all of it; what was found by then stays
COUNTED = {"likes": "favourites_count", "shares": "boosts_count", "replies": "replies_count"}


async def read_thread(db: Database, finder: Finder, job: ReadThread) -> None:
    """Looks around a post that somebody opened."""
    crawl = Crawl(db, finder, job.post_id)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            await crawl.run()
    if crawl.grew:
        await db.write(actions.grew, sorted(crawl.grew))


class Crawl:
    """One look at the thread around `post_id`."""

    def __init__(self, db: Database, finder: Finder, post_id: int) -> None:
        self._db = db
        self._finder = finder
        self._post_id = post_id
        self._root_id = 0
        self._budget = Budget(DOCUMENTS, rules.PER_HOST)
        self._again = rules.MOST_AGAIN
        self._new = rules.MOST_NEW
        self._opened = ""  # address of the opened post, when it is from elsewhere
        self._here: dict[str, int] = {}  # ids of the posts from elsewhere that belong to the thread
        self._depth: dict[str, int] = {}
        self._seen: set[str] = set()
        self._documents: dict[str, Proven] = {}  # of posts that are here, not looked into yet
        self._parked: dict[str, Proven] = {}  # of posts that do not join the thread yet
        self._waiting: deque[str] = deque()
        self.grew: set[int] = set()  # where threads begin that are longer now

    async def run(self) -> None:
        """Up from where it begins, then down from everything that is known, the opened post first."""
        await self._load()
        await self._above()
        await self._around()
        while self._waiting:
            uri = self._waiting.popleft()
            document = self._documents.pop(uri, None) or await self._ask_again(uri)
            if document is not None and self._depth.get(uri, 0) < rules.DEEPEST:
                async for sheet in listing.sheets(
                    self._finder, document, document.document.get("replies"), self._budget
                ):
                    await self._hear(sheet.items)
                    if self._new <= 0:
                        break

    async def _load(self) -> None:
        """What is here of the thread."""
        root_id = await self._db.read(queries.root_of, self._post_id)
        self._root_id = root_id or 0
        nodes = await self._db.read(queries.thread, self._root_id)
        theirs = [node for node in nodes if node.uri and node.visibility in OPEN]
        self._here = {node.uri: node.id for node in theirs}
        self._seen |= set(self._here)
        self._opened = next((node.uri for node in theirs if node.id == self._post_id), "")
        first = [node.uri for node in theirs if node.id in (self._post_id, self._root_id)]
        rest = [node.uri for node in reversed(theirs) if node.uri not in first]
        self._waiting = deque([*first, *rest])

    async def _above(self) -> None:
        """Where a thread begins with an answer, what that answers was not to be had when it came."""
        root = next((uri for uri, id in self._here.items() if id == self._root_id), "")
        document = await self._ask_again(root) if root else None
        if document is None:
            return
        self._documents[root] = document
        parent = normal(vocab.uri(document.document.get("inReplyTo")))
        above = await self._finder.post_at(parent, self._budget) if parent else None
        if isinstance(above, Post) and await self._db.write(actions.join, self._here[root], above.id):
            self.grew.add(self._root_id)  # whoever has it open knows it by its old beginning
            await self._load()

    async def _around(self) -> None:
        """What its first server says belongs to the conversation (FEP-f228, FEP-7888); `context` may
        be anything else, too."""
        root = next((uri for uri, id in self._here.items() if id == self._root_id), "")
        document = self._documents.get(root)
        if document is None:
            return
        async for sheet in listing.sheets(
            self._finder, document, document.document.get("context"), self._budget
        ):
            await self._hear(sheet.items)
            if self._new <= 0:
                return

    async def _ask_again(self, uri: str) -> Proven | None:
        """A post that is here, as it stands now."""
        if self._again <= 0:
            return None
        self._again -= 1
        found = await self._finder.document(uri, self._budget)
        if isinstance(found, Drop):
            if found.reason == "gone":
                await self._db.write(actions.gone, uri, now_ms())
            return None
        theirs = await self._finder.read_post(found, None, self._budget)
        if isinstance(theirs, Drop):
            return None
        if uri == self._opened:
            theirs = await self._counted(found, theirs)
        await self._db.write(posts.revise, theirs, now_ms())
        return found

    async def _counted(self, word: Proven, theirs: RemotePost) -> RemotePost:
        """With counts that its document only names the place of."""
        asked = {
            field: await listing.total(self._finder, word, word.document.get(name), self._budget)
            for name, field in COUNTED.items()
            if getattr(theirs, field) is None and word.document.get(name)
        }
        return changed(theirs, **asked)

    async def _hear(self, items: tuple[object, ...]) -> None:
        """Somebody says that these belong to the thread."""
        for item in items:
            uri = normal(vocab.uri(rules.post_in(item))).partition("#")[0]
            if not uri or uri in self._seen or self._new <= 0:
                continue
            self._seen.add(uri)
            if self._finder.is_ours(uri):
                continue
            self._new -= 1
            found = await self._finder.document(uri, self._budget)
            if isinstance(found, Proven) and is_open(found.document):
                self._parked[found.uri] = found
        await self._settle()

    async def _settle(self) -> None:
        """Writes down what was fetched and answers something of the thread, as long as there is any."""
        moved = True
        while moved:
            moved = False
            for uri, found in list(self._parked.items()):
                answered = normal(vocab.uri(found.document.get("inReplyTo")))
                parent_id = await self._place(answered)
                if parent_id is None:
                    continue
                del self._parked[uri]
                moved = True
                theirs = await self._finder.read_post(found, parent_id, self._budget)
                id = None if isinstance(theirs, Drop) else await self._finder.put(theirs)
                if id:
                    await self._db.write(actions.join, id, parent_id)  # it may have been here, alone
                    self._here[uri] = id
                    self._depth[uri] = self._depth.get(answered, 0) + 1
                    self._documents[uri] = found
                    self._waiting.append(uri)
                    self.grew.add(self._root_id)

    async def _place(self, uri: str) -> int | None:
        """The id of a post of this thread by its address."""
        if uri in self._here or not self._finder.is_ours(uri):
            return self._here.get(uri)
        id = await self._finder.known_post(uri)
        return id if id and await self._db.read(queries.root_of, id) == self._root_id else None
