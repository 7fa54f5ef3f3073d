"""People elsewhere for tests of what goes outward, and whatever is sent to them."""

import json
from dataclasses import dataclass, field
from typing import Any

from linnet.app import EVENTS
from linnet.db.database import Database
from linnet.db.tx import Tx
from linnet.federation.actors import queries as actors
from linnet.federation.actors.rules import Actor
from linnet.federation.render.facts import Here
from linnet.federation.telling import actions as telling
from linnet.federation.telling.job import Tell
from linnet.kernel.ids import new_id
from linnet.kernel.wire import decode_as
from linnet.social.follows import actions as follows
from linnet.social.people import foreign
from linnet.social.people.foreign import RemoteAccount
from linnet.social.people.rules import Account
from linnet.social.posts import foreign as foreign_posts
from linnet.social.posts.foreign import RemotePost
from linnet.social.posts.rules import Terms

URL = "https://linnet.example"
HERE = Here(URL, "linnet.example")
TERMS = Terms(URL, 500, "linnet.example")
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
NOW = 1_793_000_000_000


def neighbour(tx: Tx, handle: str, host: str, *, shared: bool = True, now: int = NOW) -> Account:
    """`@handle@host`, whose server has a shared inbox or none."""
    uri = f"https://{host}/users/{handle}"
    said = RemoteAccount(
        uri,
        f"https://{host}/@{handle}",
        handle,
        host,
        "person",
        handle.title(),
        "",
        (),
        False,
        True,
        True,
        False,
        "",
        "",
        now,
    )
    account = foreign.put(tx, said, id=new_id(), now=now)
    actors.put(
        tx,
        Actor(
            account.id,
            uri,
            host,
            f"{uri}/inbox",
            f"https://{host}/inbox" if shared else "",
            "",
            f"{uri}/followers",
            "",
            "",
            f"{uri}#main-key",
            "",
            "[]",
            now,
        ),
    )
    return account


def their_post(tx: Tx, account: Account, name: str, *, reply_to_id: int | None = None, **more: Any) -> int:
    """A public post of theirs."""
    said = RemotePost(
        f"{account.uri}/{name}",
        f"{account.url}/{name}",
        account.id,
        f"<p>{name}</p>",
        "",
        False,
        more.pop("visibility", "public"),
        "",
        NOW,
        None,
        reply_to_id,
        more.pop("mention_ids", ()),
        (),
        (),
        more.pop("poll", None),
    )
    return foreign_posts.receive(tx, said, id=new_id(), now=NOW, live=True)


def follow_us(tx: Tx, follower: Account, followee: Account) -> str:
    """A Follow of theirs comes in; answers its address."""
    uri = f"{follower.uri}#follows/{followee.id}"
    follows.follow(tx, follower.id, followee.id, uri=uri, now=NOW)
    return uri


@dataclass
class Sent:
    """One letter."""

    account_id: int
    kind: str
    object_uri: str
    body: dict[str, Any]
    inboxes: dict[str, int]
    post_id: int | None


JOBS = "SELECT body FROM job WHERE kind = 'Tell' ORDER BY id"
CLEAR = "DELETE FROM job WHERE kind = 'Tell'"


@dataclass
class Post:
    """Does what is done in one transaction with its duties, then tells what is due and keeps it."""

    db: Database
    here: Here = HERE
    sent: list[Sent] = field(default_factory=list)
    now: int = NOW

    def do(self, action: Any, *args: Any, **kwargs: Any) -> Any:
        def act(tx: Tx) -> Any:
            tx._on_emit = self._heed  # as `linnet.app` opens its database
            try:
                return action(tx, *args, **kwargs)
            finally:
                tx._on_emit = None

        return self.db.write_now(act)

    def _heed(self, tx: Tx, event: Any) -> None:
        for heed in EVENTS.get(type(event), ()):
            heed(tx, event, self.now)

    def due(self) -> list[Tell]:
        """The jobs that wait."""
        return [decode_as(Tell, body) for body in self.db.read_now(lambda tx: tx.all(str, JOBS))]

    def tell(self, now: int = NOW) -> list[Sent]:
        """Does the jobs; answers what was sent by that."""
        jobs, before = self.due(), len(self.sent)
        self.db.write_now(lambda tx: tx.run(CLEAR))
        for job in jobs:
            self.db.write_now(telling.tell, job, self.here, self._send, pem="PEM", now=now)
        return self.sent[before:]

    def done(self, action: Any, *args: Any, **kwargs: Any) -> list[Sent]:
        """What doing this sends."""
        self.do(action, *args, **kwargs)
        return self.tell()

    def _send(self, _tx: Tx, /, **letter: Any) -> int:
        body = json.loads(letter.pop("body"))
        letter.pop("now")
        self.sent.append(Sent(body=body, **letter))
        return 1
