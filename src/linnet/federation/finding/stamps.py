"""A quote of which it could not be told, when it came, whether it may be shown: the quoted post or its stamp
was not to be had. The handler of the job `ReadQuote`. It is asked for again a few times, then given up; what
is left is asked for when somebody opens the thread, or when the post is edited."""

from linnet.db.database import Database
from linnet.federation.authority import Drop
from linnet.federation.fetching import for_now
from linnet.federation.finding import actions
from linnet.federation.finding.actions import ReadQuote
from linnet.federation.finding.finder import Budget, Finder
from linnet.kernel.clock import now_ms
from linnet.social.posts import foreign
from linnet.social.posts import queries as posts


async def read_quote(db: Database, finder: Finder, job: ReadQuote) -> None:
    """Reads the quoting post again as it stands now, with what it quotes."""
    post = await db.read(posts.post, job.post_id)
    if post is None or not post.uri:
        return
    budget = Budget()
    found = await finder.document(post.uri, budget)
    theirs = found if isinstance(found, Drop) else await finder.read_post(found, None, budget)
    if isinstance(theirs, Drop):
        if theirs.reason == "gone":
            await db.write(actions.gone, post.uri, now_ms())
        elif for_now(theirs):
            await db.write(actions.quote_again, job, now_ms())
        return
    await db.write(foreign.revise, theirs, now_ms())
    if theirs.quote is not None and theirs.quote.state is None:
        await db.write(actions.quote_again, job, now_ms())
