"""What there is to say about accounts and posts of ours. Reads only."""

from collections.abc import Sequence
from typing import Any

from linnet.db.tx import Tx
from linnet.desk.links import actions as links
from linnet.desk.links import queries as link_queries
from linnet.federation import names
from linnet.federation.render.facts import ActorFacts, Here, PostFacts
from linnet.kernel.value import Value
from linnet.social.people import moving
from linnet.social.people import queries as people
from linnet.social.people.rules import Account
from linnet.social.posts import views
from linnet.social.posts.rules import OPEN, PostView
from linnet.social.quotes import queries as quotes_of
from linnet.social.text.scan import scan


class Named(Value):
    """A post that another one is tied to. `host` '' is here."""

    id: int
    account_id: int
    uri: str
    visibility: str
    host: str


NAMED = """SELECT p.id, p.account_id, p.uri, p.visibility, a.host
    FROM post p JOIN account a ON a.id = p.account_id WHERE p.id IN :ids"""


def speaker(tx: Tx, account_id: int) -> Account | None:
    """An account that speaks among servers: one of ours that is not invented."""
    found = people.account(tx, account_id)
    return found if found and found.local and not found.invented else None


def actor(tx: Tx, here: Here, account: Account, key_pem: str) -> ActorFacts:
    """An account of ours with its key, its sites and where it went."""
    moved = people.account(tx, account.moved_to_id) if account.moved_to_id else None
    return ActorFacts(
        account,
        key_pem,
        moved_to=names.account_uri(here.url, moved) if moved else "",
        aliases=tuple(one.uri for one in moving.aliases(tx, account.id)),
        sites=link_queries.own_hosts(tx),
    )


def posts(tx: Tx, here: Here, ids: Sequence[int], viewer_id: int) -> list[PostFacts]:
    """Those of these posts and boosts that the viewer (0: anybody) may see and that were made by
    accounts which speak among servers, in the order of `ids`."""
    seen = [
        view for view in views.views(tx, ids, viewer_id) if view.account.local and not view.account.invented
    ]
    tied = {view.post.reply_to_id for view in seen} | {view.post.root_id for view in seen}
    found = {row.id: row for row in _named(tx, sorted(id for id in tied if id))}
    quotes = _quotes(tx, here, [view.post.id for view in seen if view.quote])
    askers = {view.post.reply_to_account_id for view in seen}
    authors = {one.id: one for one in people.accounts(tx, sorted(id for id in askers if id))}
    return [
        PostFacts(
            view,
            answers=_answers(here, view, found, authors),
            answered=authors.get(view.post.reply_to_account_id or 0),
            thread=_thread(here, found.get(view.post.root_id)),
            links=clean_links(tx, here, view.post.text),
            **quotes.get(view.post.id, {}),
        )
        for view in seen
    ]


def _quotes(tx: Tx, here: Here, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """What these posts quote, as far as the quote stands or waits, and the stamps."""
    proofs = quotes_of.proofs(tx, ids)
    rows = {row.id: row for row in _named(tx, [one.quoted_id for one in proofs])}
    who = {one.id: one for one in people.accounts(tx, [row.account_id for row in rows.values()])}
    found: dict[int, dict[str, Any]] = {}
    for one in proofs:
        row = rows.get(one.quoted_id)
        if row is None or row.account_id not in who:
            continue
        found[one.post_id] = {
            "quotes": row.uri or names.post(here.url, row.account_id, row.id),
            "quoted": who[row.account_id],
            "quote_stamp": names.stamp(here.url, row.account_id, one.stamp_id)
            if one.stamp_id
            else one.stamp_uri,
        }
    return found


def clean_links(tx: Tx, here: Here, text: str) -> tuple[str, ...]:
    """Where the links of a text lead, without the codes that count who follows them: other servers
    fetch these for their previews, and none of them is a visitor (FEP-8967)."""
    if "." not in text:
        return ()
    return tuple(dict.fromkeys(link.url for link in scan(links.clean_text(tx, text, here.url)).links))


def _named(tx: Tx, ids: list[int]) -> list[Named]:
    return tx.all(Named, NAMED, ids=ids) if ids else []


def _answers(here: Here, view: PostView, found: dict[int, Named], authors: dict[int, Account]) -> str:
    """The address of the parent; of one of ours also when it is gone, since it never changes."""
    row = view.post
    if row.reply_to_id is None:
        return ""
    parent = found.get(row.reply_to_id)
    if parent:
        return parent.uri or names.post(here.url, parent.account_id, parent.id)
    author = authors.get(row.reply_to_account_id or 0)
    return names.post(here.url, author.id, row.reply_to_id) if author and author.local else ""


def _thread(here: Here, root: Named | None) -> str:
    if root is None or root.host or root.visibility not in OPEN:
        return ""
    return f"{names.post(here.url, root.account_id, root.id)}/context"
