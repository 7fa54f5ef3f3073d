"""Going outside for posts: the page that one links to."""

import asyncio

from linnet.db.database import Database
from linnet.kernel.clock import now_ms
from linnet.kernel.errors import Invalid, Upstream
from linnet.kernel.value import changed
from linnet.kernel.waiting import retry_at
from linnet.net.client import Answer, Fetcher, Policy
from linnet.social.cards import actions as cards
from linnet.social.cards import page, rules
from linnet.social.cards.actions import FetchCard
from linnet.social.posts import linked
from linnet.social.posts.linked import Clean

POLICY = Policy(
    max_bytes=512 * 1024, cut=True, accept="text/html", types=("text/html", "application/xhtml+xml")
)
NOT_NOW = {408, 425, 429, 500, 502, 503, 504}


async def fetch_card(db: Database, client: Fetcher, clean: Clean, url: str, job: FetchCard) -> None:
    """The handler of the job: one fetch per page, whoever links to it. `clean`: a link of ours without
    its code, so that a preview is never a visit; `url`: our own address."""
    now = now_ms()
    if not job.ours and now - job.wanted_at > rules.LATE and not job.tries:
        return  # so much was written elsewhere that nobody waits for this one any more
    wanted = await db.write(linked.begin, job, clean, url, now)
    if wanted is not None and wanted.whose == "ours":
        await _ask(db, client, wanted.address, job)
    elif wanted is not None and wanted.whose == "theirs":
        await db.write(cards.again, job, now + rules.ASKING_FOR, now)  # should they not come back


async def _ask(db: Database, client: Fetcher, address: str, job: FetchCard) -> None:
    try:
        answer = await client.get(address, policy=POLICY)
    except Invalid as error:
        await db.write(cards.none, address, error.sentence, now_ms() + rules.NONE_FOR)
        return
    except Upstream as error:
        await _later(db, address, job, error.sentence, None)
        return
    now = now_ms()
    if answer.good:
        found = await asyncio.to_thread(_read, answer)  # a large head takes its time
        await db.write(linked.arrived, address, answer.url, found, now)
    elif answer.status in NOT_NOW:
        asked = retry_at(answer.headers.get("retry-after", ""), now)
        await _later(db, address, job, f"answered {answer.status}", asked)
    else:
        await db.write(cards.none, address, f"answered {answer.status}", now + rules.NONE_FOR)


def _read(answer: Answer) -> rules.Page:
    kind = answer.headers.get("content-type", "")
    return page.read_page(page.text_of(answer.body, kind), answer.url)


async def _later(db: Database, address: str, job: FetchCard, problem: str, asked: int | None) -> None:
    """Nobody asks for it for a while; then this post does again, a few times."""
    now = now_ms()
    until = rules.pause(job.tries, asked, now)
    await db.write(cards.none, address, problem, until)
    if job.tries + 1 < rules.TRIES:
        await db.write(cards.again, changed(job, tries=job.tries + 1), until, now)
