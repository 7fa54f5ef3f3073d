"""Pages of statuses, as bytes: rendered once per change, kept, and spliced with the viewer's flags.

A kept copy is asked for by id and proved by revisions (of the post, its author, and for a boost
of the boosted post and its author), which the same short query brings that brings the flags.
So nothing here has to be told when something changes, and nothing can be stale.
"""

from collections.abc import Sequence

from linnet.db.database import Database
from linnet.kernel.clock import now_ms
from linnet.kernel.errors import NotFound
from linnet.kernel.page import Page
from linnet.kernel.value import Value
from linnet.mastodon.status import NO_TAILS, TAILS, head, status_bytes
from linnet.social.posts import views
from linnet.social.posts.rules import PostView
from linnet.social.posts.views import Line

MOST = 3_000  # kept statuses: some 2 kB each


class Kept(Value):
    """A rendered status without flags; of a boost, `doubled`: they come twice at the end."""

    revision: int
    author_revision: int
    inner_revision: int
    inner_author_revision: int
    body: bytes
    doubled: bool


class Presenter:
    """Statuses of one process. For the event loop."""

    def __init__(self, db: Database, url: str) -> None:
        self._db = db
        self._url = url
        self._kept: dict[int, Kept] = {}

    async def home(self, viewer_id: int, page: Page) -> list[tuple[int, bytes]]:
        """The home timeline: (id, status), newest first."""
        return await self._present(await self._db.glance(views.home_lines, viewer_id, page), viewer_id)

    async def statuses(self, ids: Sequence[int], viewer_id: int) -> list[tuple[int, bytes]]:
        """Those of `ids` that the viewer (0: anybody) may see: (id, status), in order."""
        return await self._present(await self._db.glance(views.lines, ids, viewer_id), viewer_id)

    async def status(self, post_id: int, viewer_id: int) -> bytes:
        """One status. Raises NotFound."""
        found = await self.statuses([post_id], viewer_id)
        if not found:
            raise NotFound("record")
        return found[0][1]

    async def _present(self, lines: list[Line], viewer_id: int) -> list[tuple[int, bytes]]:
        kept, tails = self._kept, TAILS if viewer_id else NO_TAILS
        shown: list[tuple[int, bytes]] = []
        missing: list[int] = []
        for line in lines:
            known = kept.get(line.id)
            if known is not None and _is_good(known, line):
                end = tails[line.flags]
                shown.append((line.id, known.body + end + end if known.doubled else known.body + end))
            else:
                missing.append(line.id)
        if not missing:
            return shown
        made = dict(shown) | await self._render(missing, {line.id: line for line in lines}, viewer_id)
        return [(line.id, made[line.id]) for line in lines if line.id in made]

    async def _render(self, ids: list[int], lines: dict[int, Line], viewer_id: int) -> dict[int, bytes]:
        now = now_ms()
        made: dict[int, bytes] = {}
        for view in await self._db.read(views.views, ids, viewer_id):
            made[view.post.id] = status_bytes(view, viewer_id, self._url, now)
            # a poll shows the viewer's own votes, a quote what the viewer may see
            if view.shown.poll is None and view.shown.quote is None:
                self._keep(view, lines[view.post.id], now)
        return made

    def _keep(self, view: PostView, line: Line, now: int) -> None:
        inner = view.boost_of
        body = head(view, self._url, now) + (head(inner, self._url, now) if inner else b"")
        kept = Kept(
            view.post.revision,
            view.account.revision,
            inner.post.revision if inner else 0,
            inner.account.revision if inner else 0,
            body,
            inner is not None,
        )
        if not _is_good(kept, line):
            return  # it changed between the two looks: the next reader renders it again
        if len(self._kept) >= MOST:
            del self._kept[next(iter(self._kept))]
        self._kept[view.post.id] = kept


def _is_good(kept: Kept, line: Line) -> bool:
    return (
        kept.revision == line.revision
        and kept.author_revision == line.author_revision
        and kept.inner_revision == line.inner_revision
        and kept.inner_author_revision == line.inner_author_revision
    )
