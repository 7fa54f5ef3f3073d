"""Reading the public trials of other firms."""

from collections.abc import Awaitable, Callable

from linnet.db.database import Database
from linnet.desk.pool import actions, rules
from linnet.desk.pool.actions import ReadPublic
from linnet.desk.pool.rules import Document
from linnet.kernel.clock import now_ms
from linnet.kernel.errors import Invalid
from linnet.net.client import Fetcher, Policy

POLICY = Policy(max_bytes=64 * 1024, accept="application/json", https_only=True, redirects=2)
GONE = {404, 410}

# Whose signature is this? (key, signature in base64, what was signed) -> the account's address, "" for nobody's
Proof = Callable[[str, str, bytes], Awaitable[str]]


async def read_public(db: Database, client: Fetcher, proof: Proof, url: str, job: ReadPublic) -> None:
    """Reads a trial or a list of them and keeps what is proven. Raises Upstream to be tried again."""
    try:
        answer = await client.get(job.address, policy=POLICY)
        if answer.status in GONE:
            raise Invalid("trial", f"is not there any more ({answer.status})")
        if not answer.good:
            raise Invalid("trial", f"was not given: the server answered {answer.status}")
        document = rules.read_document(answer.body)
    except Invalid as error:
        await db.write(actions.keep_problem, job.address, error.sentence, now_ms())
        return
    if document.get("type") == rules.LIST_TYPE:
        await _read_list(db, document, url, job)
        return
    try:
        summary = rules.read_summary(document, job.address)
        await _prove(document, summary.actor, proof)
    except Invalid as error:
        await db.write(actions.keep_problem, job.address, error.sentence, now_ms())
        return
    await db.write(actions.keep, job.address, summary, now_ms())


async def _read_list(db: Database, document: Document, url: str, job: ReadPublic) -> None:
    try:
        named = rules.addresses(document)
    except Invalid as error:
        await db.write(actions.keep_list, job.address, error.sentence, now_ms())
        return
    await db.write(actions.keep_list, job.address, "", now_ms())
    await db.write(actions.found, named, url, now_ms())


async def _prove(document: Document, actor: str, proof: Proof) -> None:
    seal = document.get("signature")
    if not isinstance(seal, dict) or not all(isinstance(seal.get(key), str) for key in ("key", "value")):
        raise Invalid("trial", "is not signed")
    if rules.host_of(seal["key"]) != rules.host_of(actor):
        raise Invalid("trial", "is signed with a key of another server")
    if await proof(seal["key"], seal["value"], rules.canonical(document)) != actor:
        raise Invalid("trial", "has a signature that is not of the account it names")
