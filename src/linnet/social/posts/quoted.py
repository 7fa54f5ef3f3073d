"""What posts quote, as one viewer sees it. Asked for only where something quotes: a page without
quotes costs nothing more. Reads only."""

from collections.abc import Callable, Sequence
from typing import Protocol

from linnet.db.tx import Tx
from linnet.kernel.value import changed
from linnet.social.posts.rules import PostView, QuoteView
from linnet.social.quotes import queries
from linnet.social.quotes.rules import State


class Quoting(Protocol):
    """A row of a post with what it quotes."""

    @property
    def id(self) -> int: ...

    @property
    def quoted_id(self) -> int | None: ...

    @property
    def quote_state(self) -> State | None: ...


def of(
    tx: Tx, rows: Sequence[Quoting], viewer_id: int, views: "Callable[..., list[PostView]] | None"
) -> dict[int, QuoteView]:
    """The quotes of these posts by the posts' ids. `views`: shows posts to a viewer; None: what is
    quoted is only named, as inside of a quote."""
    found = {
        row.id: QuoteView(row.quoted_id, row.quote_state) for row in rows if row.quoted_id and row.quote_state
    }
    wanted = [one.quoted_id for one in found.values() if one.state == "accepted"]
    if views is None or not wanted:
        return found
    shown = {view.post.id: view for view in views(tx, wanted, viewer_id, deep=False)}
    unwanted = queries.hidden(tx, viewer_id, [view.account.id for view in shown.values()])
    return {id: _seen(one, shown.get(one.quoted_id), unwanted) for id, one in found.items()}


def _seen(quote: QuoteView, view: PostView | None, unwanted: dict[int, str]) -> QuoteView:
    if quote.state != "accepted":
        return quote
    if view is None:
        return changed(quote, hidden="unauthorized")
    how = unwanted.get(view.account.id, "")
    return changed(quote, hidden=how, view=None if how else view)
