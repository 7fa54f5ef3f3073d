"""People elsewhere whom a text names: looked up before it is published, so that the mention is one."""

import asyncio

from linnet.db.tx import Tx
from linnet.door.house import House
from linnet.social.people import queries as people
from linnet.social.posts import rules
from linnet.social.posts.rules import Terms
from linnet.social.text.scan import scan

PATIENCE = 4.0  # seconds; who is not found by then stays plain text
MOST = 10


async def meet(house: House, text: str) -> None:
    """Looks up whom `text` mentions at other servers and whom we do not know yet. Never raises for a
    name that cannot be found, and is never long: the writer waits."""
    if "@" not in text:
        return
    unknown = await house.db.read(_unknown, text, house.terms)
    if not unknown:
        return
    try:
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*(house.lookup(name) for name in unknown[:MOST]))
    except TimeoutError:
        return


def _unknown(tx: Tx, text: str, terms: Terms) -> list[str]:
    found = []
    for mention in scan(text).mentions:
        host = rules.host_of(mention, terms)
        if host and people.by_handle(tx, mention.handle, host) is None:
            found.append(f"{mention.handle}@{host}")
    return list(dict.fromkeys(found))
