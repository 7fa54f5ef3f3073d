"""Going outside for links: the title and picture of a go link's target."""

from linnet.db.database import Database
from linnet.desk.links import actions
from linnet.desk.links.actions import FetchPreview
from linnet.desk.links.previews import read_preview
from linnet.desk.links.rules import Preview
from linnet.kernel.clock import now_ms
from linnet.kernel.errors import Invalid
from linnet.net.client import Fetcher, Policy
from linnet.social.cards.page import text_of

POLICY = Policy(
    max_bytes=512 * 1024, cut=True, accept="text/html", types=("text/html", "application/xhtml+xml")
)


async def fetch_preview(db: Database, client: Fetcher, job: FetchPreview) -> None:
    """Fetches the target once and keeps what it says of itself; a target that may not or cannot be
    read is kept with the reason. Raises Upstream to be tried again."""
    try:
        answer = await client.get(job.target, policy=POLICY)
    except Invalid as error:
        await db.write(actions.keep_preview, Preview(job.target, problem=error.sentence, fetched_at=now_ms()))
        return
    if answer.good:
        html = text_of(answer.body, answer.headers.get("content-type", ""))
        preview = read_preview(job.target, html, url=answer.url, now=now_ms())
    else:
        preview = Preview(
            job.target, problem=f"The page answered with status {answer.status}.", fetched_at=now_ms()
        )
    await db.write(actions.keep_preview, preview)
