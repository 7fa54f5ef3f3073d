"""Who reads, proven by the signature of the request: the same proof as for letters, over no body."""

from starlette.requests import Request

from linnet.db.database import Database
from linnet.federation.actors import queries as actors
from linnet.federation.authority import Drop
from linnet.federation.doors.readers import Proof, Reader, is_signed
from linnet.federation.fetching import Library
from linnet.federation.proof import received, who_signed
from linnet.kernel.clock import now_ms


def prover(db: Database, library: Library, host: str) -> Proof:
    """Asks the library whose key it is. `host`: our own authority."""

    async def proof(request: Request) -> Reader | Drop | None:
        if not is_signed(request):
            return None
        found = await who_signed(library, received(request.scope, host), b"", now_ms())
        if isinstance(found, Drop):
            return found
        known = await db.glance(actors.by_uri, found)
        return Reader(found, known.account_id if known else 0)

    return proof
