"""Lists of accounts and statuses, with the headers that lead to the next page."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from linnet.db.tx import Tx
from linnet.kernel.page import Page
from linnet.mastodon.answer import Answer
from linnet.mastodon.calls import Call
from linnet.mastodon.entities import account_bytes, joined
from linnet.social.people import queries as people
from linnet.social.people.rules import Account


class Line(Protocol):
    """A row of a list: paged by its own id, about an account."""

    @property
    def id(self) -> int: ...

    @property
    def account_id(self) -> int: ...


def accounts(call: Call, found: Iterable[Account]) -> Answer:
    """Accounts, without pages."""
    url = call.house.settings.url
    return Answer(joined([account_bytes(account, url) for account in found]))


def page_of_accounts(call: Call, ties: Sequence[Line], found: Iterable[Account], page: Page) -> Answer:
    """One page of accounts; `ties` are the rows it was read from."""
    made = accounts(call, found)
    if ties:
        made.headers += call.links(ties[0].id, ties[-1].id, [("limit", str(page.size))])
    return made


def behind(tx: Tx, ties: Sequence[Line]) -> list[Account]:
    """The accounts that the rows are about, in their order."""
    return people.accounts(tx, [tie.account_id for tie in ties])
