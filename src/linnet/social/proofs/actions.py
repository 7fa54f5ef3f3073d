"""The pages that a profile names are looked at: after it was changed, when somebody looks at one from
elsewhere, and again every week."""

from collections.abc import Mapping
from typing import ClassVar

from linnet.db.tx import Tx
from linnet.jobs import rows
from linnet.jobs.rows import Job
from linnet.kernel.clock import MINUTE
from linnet.social.people import proven
from linnet.social.people import queries as people
from linnet.social.people.rules import Account, AccountChanged, fields_of
from linnet.social.proofs import rules
from linnet.social.proofs.rules import Found

AT_ONCE = 200


class CheckLinks(Job):
    """Job: do the pages that a profile names link back? `tries`: how often in a row one was away."""

    lane: ClassVar[str] = "look"
    lease: ClassVar[int] = 2 * MINUTE
    patience: ClassVar[int] = 3

    account_id: int
    tries: int = 0


def account_changed(tx: Tx, event: AccountChanged, now: int) -> None:
    """A profile was saved here: its pages are looked at soon. Those of others wait until somebody looks at
    them: every server that knows them would come at that moment."""
    account = people.account(tx, event.account_id)
    if account and account.local and _links(account):
        key = _key(account.id)
        rows.add(tx, CheckLinks(account.id), now=now, run_at=now + rules.SOON, key=key)


def look(tx: Tx, account_id: int, now: int) -> None:
    """Somebody looks at this profile from elsewhere. What is planned already stays as it is."""
    account = people.account(tx, account_id)
    if account and _links(account):
        rows.add_if_new(tx, CheckLinks(account.id), now=now, run_at=now, key=_key(account.id))


def checked(tx: Tx, job: CheckLinks, url: str, found: Mapping[str, Found], now: int) -> None:
    """What the pages said. The profile may have been changed meanwhile: then what was found counts for
    the lines that are still there, and the others are looked at next. `url`: our own address."""
    account = people.account(tx, job.account_id)
    if account is None:
        return
    pages = rules.pages_of(account, url)
    away = any(found.get(page) == "away" for page in pages)
    last = job.tries + 1 >= rules.TRIES
    fields = rules.proved(fields_of(account), found, now, last=last)
    proven.prove(tx, account.id, fields)
    tries = job.tries + 1 if away and not last else 0
    if not set(pages) <= set(found):
        at = now + rules.SOON
    elif tries or any(field.proven_at is not None for field in fields) or (account.local and pages):
        at = rules.next_look(account.id, tries, now)
    else:
        return  # nothing to lose: when somebody looks at it again
    rows.add(tx, CheckLinks(account.id, tries), now=now, run_at=at, key=_key(account.id))


def replan(tx: Tx, now: int) -> None:
    """Recurring: profiles of ours that name pages and have no job (from before there were any)."""
    after = 0
    while found := people.local_accounts(tx, above=after, n=AT_ONCE):
        for account in found:
            if _links(account):
                at = now + account.id % MINUTE
                rows.add_if_new(tx, CheckLinks(account.id), now=now, run_at=at, key=_key(account.id))
        after = found[-1].id


def _links(account: Account) -> bool:
    """Is there anything to look at?"""
    return not account.hidden and any(rules.address_of(field.value) for field in fields_of(account))


def _key(account_id: int) -> str:
    return f"links:{account_id}"
