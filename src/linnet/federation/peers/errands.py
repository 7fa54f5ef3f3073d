"""Goes outside for what is known of other servers: what they run, and lists of domains."""

import asyncio
from collections.abc import Iterable
from typing import Any
from urllib.parse import urljoin

from linnet.db.database import Database
from linnet.federation import authority, vocab
from linnet.federation.peers import actions, domains
from linnet.federation.peers.actions import AskSoftware, ReadList
from linnet.federation.peers.rulebook import Rulebook
from linnet.kernel.clock import now_ms
from linnet.kernel.errors import Invalid, LinnetError, Upstream
from linnet.kernel.wire import decode
from linnet.net.client import Answer, Fetcher, Policy

NODEINFO = Policy(max_bytes=64 * 1024, redirects=2, accept="application/json", https_only=True)
LIST = Policy(max_bytes=5 << 20, accept="text/csv, text/plain;q=0.9, */*;q=0.5", https_only=True)
SCHEMAS = tuple(f"http://nodeinfo.diaspora.software/ns/schema/{number}" for number in ("2.1", "2.0", "1.0"))


async def ask_software(db: Database, client: Fetcher, rulebook: Rulebook, job: AskSoftware) -> None:
    """What a server runs, as it says itself (NodeInfo). Nothing depends on the answer: it is for the
    owner to read."""
    if await rulebook.blocked(job.host):
        return
    try:
        index = _document(await client.get(f"https://{job.host}/.well-known/nodeinfo", policy=NODEINFO))
        address = _link(index, job.host)
        said = _document(await client.get(address, policy=NODEINFO)) if address else {}
    except (Upstream, Invalid):
        return  # it was asked; in a week again
    software = said.get("software")
    if isinstance(software, dict):
        name, version = (str(software.get(key, "")) for key in ("name", "version"))
        if name.isprintable() and version.isprintable():
            await db.write(actions.runs, job.host, name.lower(), version, now_ms())


def _document(answer: Answer) -> dict[str, Any]:
    found = decode(answer.body) if answer.good else {}
    return found if isinstance(found, dict) else {}


def _link(index: dict[str, Any], host: str) -> str:
    """The newest schema's address, if it is on the same host."""
    links = index.get("links")
    found = {
        vocab.text(link.get("rel")): vocab.text(link.get("href"))
        for link in (links if isinstance(links, list) else [])[:20]
        if isinstance(link, dict)
    }
    address = next((found[rel] for rel in SCHEMAS if rel in found), "")
    try:
        full = urljoin(f"https://{host}/", address) if address else ""
    except ValueError:  # `//[`
        return ""
    return full if authority.authority(full) == host else ""


async def read_list(db: Database, client: Fetcher, own: Iterable[str], job: ReadList) -> None:
    """Reads a list of domains again. One that cannot be read says so beside its name, and its rules
    stay."""
    try:
        answer = await client.get(job.address, policy=LIST)
        if not answer.good:
            raise Upstream(f"It answered {answer.status}.")
        if answer.media_type == "text/html":
            raise Upstream("It is a web page, not a list.")
        text = answer.body.decode("utf-8", "replace")
        sheet = await asyncio.to_thread(domains.read_csv, text, own, source=job.address, now=now_ms())
    except LinnetError as error:
        await db.write(actions.list_failed, job.address, error.sentence, now_ms())
        return
    await db.write(actions.list_was_read, job.address, sheet, now_ms())
