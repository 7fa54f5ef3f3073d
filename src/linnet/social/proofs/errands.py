"""Going outside for proofs: the pages that a profile names."""

import asyncio

from linnet.db.database import Database
from linnet.kernel.clock import SECOND, now_ms
from linnet.kernel.errors import Invalid, Upstream
from linnet.net.client import Answer, Fetcher, Policy
from linnet.social.cards.page import text_of
from linnet.social.people import queries as people
from linnet.social.proofs import actions, rules
from linnet.social.proofs.actions import CheckLinks
from linnet.social.proofs.rules import Found

POLICY = Policy(
    max_bytes=1 << 20,
    cut=True,
    timeout=10 * SECOND,
    accept="text/html",
    types=("text/html", "application/xhtml+xml"),
    https_only=True,
)
NOT_NOW = {408, 425, 429, 500, 502, 503, 504}


async def check_links(db: Database, client: Fetcher, url: str, job: CheckLinks) -> None:
    """The handler of the job. `url`: our own address."""
    account = await db.read(people.account, job.account_id)
    if account is None or account.hidden:
        return
    profiles = rules.profile_pages(account, url)
    found = {page: await _ask(client, page, profiles) for page in rules.pages_of(account, url)}
    await db.write(actions.checked, job, url, found, now_ms())


async def _ask(client: Fetcher, page: str, profiles: tuple[str, ...]) -> Found:
    try:
        answer = await client.get(page, policy=POLICY)
    except Invalid:
        return "no"  # where it is, or where it leads to, nobody may ask
    except Upstream:
        return "away"
    if answer.status in NOT_NOW:
        return "away"
    if not answer.good or not rules.is_same_place(page, answer.url):
        return "no"
    return (
        "yes" if await asyncio.to_thread(_links_back, answer, profiles) else "no"
    )  # a large page takes time


def _links_back(answer: Answer, profiles: tuple[str, ...]) -> bool:
    html = text_of(answer.body, answer.headers.get("content-type", ""))
    return rules.links_back(html, profiles)
