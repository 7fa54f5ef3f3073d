"""Flag: another server complains about one of ours, usually in nobody's name."""

from functools import partial

from linnet.db.tx import Tx
from linnet.federation import names, vocab
from linnet.federation.authority import Drop
from linnet.federation.peers import actions as peers
from linnet.federation.reading.effects import Effect, Letter
from linnet.kernel.errors import NotAllowed
from linnet.kernel.ids import new_id
from linnet.social.people import queries as people
from linnet.social.reports import actions as reports
from linnet.social.reports.rules import MOST_ABOUT
from linnet.social.text.clean import plain


async def flag(letter: Letter) -> Effect | Drop:
    """The accounts and posts of ours that it names; one report for each account."""
    document = letter.proven.document
    about: dict[int, list[int]] = {}
    for address in vocab.uris(document.get("object")):
        own = names.ours(letter.url, address)
        if own and own.kind in ("account", "post"):
            about.setdefault(own.account_id, []).extend([own.post_id] if own.post_id else [])
    if not about:
        return Drop("not_one_of_ours")
    comment = plain(vocab.text(document.get("content"))[:10_000])
    return partial(_receive, letter.proven.uri, letter.proven.authority, about, comment)


def _receive(uri: str, host: str, about: dict[int, list[int]], comment: str, tx: Tx, now: int) -> None:
    rule = peers.rule_for(tx, host)
    if rule is not None and rule.reject_reports:
        raise NotAllowed("The owner wants no complaints from there.")
    for account_id, post_ids in list(about.items())[:MOST_ABOUT]:
        account = people.account(tx, account_id)
        if account and account.local:
            reports.receive(
                tx,
                id=new_id(),
                uri=f"{uri}#{account_id}",  # one Flag may be about several of ours
                host=host,
                about_id=account_id,
                post_ids=post_ids,
                comment=comment,
                now=now,
            )
