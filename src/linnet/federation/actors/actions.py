"""Keeping what an actor's own server says of it."""

from linnet.db.tx import Tx
from linnet.federation.actors import queries
from linnet.federation.actors.rules import Actor, Described
from linnet.federation.authority import Proven
from linnet.federation.peers import marking
from linnet.kernel.wire import encode_text
from linnet.social.people import foreign
from linnet.social.people import queries as people
from linnet.social.people.rules import Account


def put(tx: Tx, proven: Proven, described: Described, *, id: int, now: int) -> Account:
    """The account as `proven` (fetched from its own address) describes it; under `id` when new."""
    account = foreign.put(tx, described.account, id=id, now=now)
    queries.put(
        tx,
        Actor(
            account.id,
            proven.uri,
            proven.authority,
            described.inbox,
            described.shared_inbox,
            described.outbox,
            described.followers,
            described.following,
            described.featured,
            described.key_id,
            described.key_pem,
            encode_text(described.also_known_as),
            now,
            moved_to=described.moved_to,
        ),
    )
    marking.place_account(tx, account.id, account.host, proven.authority)
    return people.must_account(tx, account.id)


def gone(tx: Tx, account_id: int, now: int) -> None:
    """Its server says that it is gone: its key is good for nothing any more."""
    queries.gone(tx, account_id, now)
