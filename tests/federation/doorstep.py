"""An inbox without a server around it: letters are posted, and what became of them is looked up."""

import json
from typing import Any

from linnet.db.database import Database
from linnet.db.tx import Tx
from linnet.federation.fetching import Library
from linnet.federation.letters import inbox
from linnet.federation.letters.drops import Drops
from linnet.federation.letters.steps import Hall
from linnet.federation.signing import signatures
from linnet.kernel.value import Value
from linnet.social.people import queries as people
from tests.asgi import Answer, ask
from tests.conftest import NOW
from tests.federation.abroad import OWN, Abroad, OwnKey, person
from tests.federation.signers import Signer

ALICE = "https://peer.example/users/alice"
KEY = f"{ALICE}#main-key"
OURS = 4711


class Kept(Value):
    """A row of `letter`."""

    uri: str
    actor_uri: str
    host: str
    recipient_id: int | None
    body: str


LETTERS = "SELECT uri, actor_uri, host, recipient_id, body FROM letter ORDER BY id"
JOBS = "SELECT COUNT(*) FROM job WHERE kind = 'ReadLetter' AND lane = 'read'"
ADD_ACTOR = """INSERT INTO actor (account_id, uri, authority, inbox, key_id, key_pem, fetched_at)
    VALUES (:id, :uri, 'peer.example', :uri, :key_id, :key_pem, 0)"""
ADD_ACCOUNT = """INSERT INTO account (id, handle, handle_key, host, uri, created_at)
    VALUES (:id, 'a', 'a', :host, :uri, 0)"""


class Doorstep:
    """Alice lives at peer.example, and her document can be fetched."""

    def __init__(self, db: Database, pages: dict[str, Any] | None = None) -> None:
        self.db = db
        self.alice = Signer(KEY)
        self.abroad = Abroad({ALICE: person(ALICE, self.alice)} | (pages or {}))
        self.now = NOW
        self.blocked = {"blocked.example"}
        library = Library(
            self.abroad,
            db,
            OwnKey(),
            f"https://{OWN}",
            self.is_blocked,
            clock=lambda: self.now,  # type: ignore[arg-type]
        )
        self.hall = Hall(db, library, self.is_blocked)
        self.drops = Drops(db, lambda: self.now)
        self.routes = inbox.routes(self.hall, self.drops, OWN, lambda: self.now)
        db.write_now(people.insert_account, id=OURS, handle="shop", name="Shop", kind="organization", now=NOW)

    async def is_blocked(self, host: str) -> bool:
        return host in self.blocked

    def like(self, n: int = 1, actor: str = ALICE, **more: Any) -> dict[str, Any]:
        """An activity of Alice's."""
        place = actor.partition("/users/")[0]
        found = {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": f"{place}/likes/{n}",
            "type": "Like",
        }
        return found | {"actor": actor, "object": f"https://{OWN}/ap/users/{OURS}/posts/1"} | more

    def post(
        self,
        letter: Any,
        signer: Signer | None = None,
        *,
        form: signatures.Form = "cavage",
        path: str = "/ap/inbox",
        signed_for: str = "",
        instead: dict[str, str | None] | None = None,
        sent: bytes | None = None,
    ) -> Answer:
        """Posts `letter`, signed. `instead`: headers to change (None: to leave out); `sent`: another body
        than the one that was signed."""
        body = letter if isinstance(letter, bytes) else json.dumps(letter).encode()
        url = signed_for or f"https://{OWN}{path}"
        headers = signatures.sign(signer or self.alice, form, "POST", url, body, self.now)
        changes = {name.lower(): value for name, value in (instead or {}).items()}
        headers = {name.lower(): value for name, value in headers.items()}
        kept = {name: value for name, value in (headers | changes).items() if value is not None}
        return ask(self.routes, "POST", path, headers=kept, body=body if sent is None else sent)

    @property
    def letters(self) -> list[Kept]:
        return self.db.read_now(lambda tx: tx.all(Kept, LETTERS))

    @property
    def jobs(self) -> int:
        return int(self.db.read_now(lambda tx: tx.value(JOBS)))

    @property
    def counted(self) -> dict[str, int]:
        """What was refused, by reason (in memory still)."""
        return {reason: times for (_, reason, _), times in self.drops._counts.items()}

    def knows(self, uri: str = ALICE, signer: Signer | None = None) -> None:
        """The account and its key are in the database."""

        def add(tx: Tx) -> None:
            host = uri.split("/")[2]
            tx.run(ADD_ACCOUNT, id=1, host=host, uri=uri)
            key = signer or self.alice
            tx.run(ADD_ACTOR, id=1, uri=uri, key_id=key.key_id, key_pem=key.pem)

        self.db.write_now(add)
