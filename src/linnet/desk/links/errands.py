"""Going outside for links: the title and picture of a go link's target."""

import re

from linnet.db.database import Database
from linnet.desk.links import actions
from linnet.desk.links.actions import FetchPreview
from linnet.desk.links.previews import read_preview
from linnet.desk.links.rules import Preview
from linnet.kernel.clock import now_ms
from linnet.kernel.errors import Invalid
from linnet.net.client import Fetcher, Policy

POLICY = Policy(
    max_bytes=512 * 1024, cut=True, accept="text/html", types=("text/html", "application/xhtml+xml")
)
_CHARSET = re.compile(rb"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)


async def fetch_preview(db: Database, client: Fetcher, job: FetchPreview) -> None:
    """Fetches the target once and keeps what it says of itself; a target that may not or cannot be
    read is kept with the reason. Raises Upstream to be tried again."""
    try:
        answer = await client.get(job.target, policy=POLICY)
    except Invalid as error:
        await db.write(actions.keep_preview, Preview(job.target, problem=error.sentence, fetched_at=now_ms()))
        return
    if answer.good:
        html = _text(answer.body, answer.headers.get("content-type", ""))
        preview = read_preview(job.target, html, url=answer.url, now=now_ms())
    else:
        preview = Preview(
            job.target, problem=f"The page answered with status {answer.status}.", fetched_at=now_ms()
        )
    await db.write(actions.keep_preview, preview)


def _text(body: bytes, content_type: str) -> str:
    named = _CHARSET.search(content_type.encode()) or _CHARSET.search(body[:2048])
    try:
        return body.decode(named[1].decode() if named else "utf-8", "replace")
    except LookupError:
        return body.decode("utf-8", "replace")
