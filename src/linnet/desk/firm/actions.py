"""Setting the firm up, once, and changing it."""

import hmac

from linnet.db.facts import drop_fact, fact, keep_fact
from linnet.db.tx import Tx
from linnet.desk.effort import actions as effort
from linnet.desk.firm import queries, rules
from linnet.desk.firm.rules import Firm, FirmChange, FirmChanged, FirstPerson, NewFirm
from linnet.kernel.errors import Conflict, Invalid, Unknown
from linnet.kernel.ids import new_id
from linnet.kernel.tokens import new_token, token_hash
from linnet.kernel.value import Value
from linnet.social.people import actions as people
from linnet.social.people import queries as people_queries
from linnet.social.people.rules import Account, Person, ProfileChange

SETUP_PREFIX = "lnz"
SETUP_FACT = "setup_token"


class SetUp(Value):
    """What a set-up made."""

    firm: Firm
    account: Account
    person: Person


def new_setup_token(tx: Tx) -> str:
    """The secret of a one-time set-up address; an earlier one ends. Raises Conflict when the
    server is set up already."""
    _must_be_new(tx)
    token = new_token(SETUP_PREFIX)
    keep_fact(tx, SETUP_FACT, token_hash(token, SETUP_PREFIX))
    return token


def setup_token_good(tx: Tx, token: str) -> bool:
    """Is it the secret of the set-up address? Never after the set-up."""
    hash, kept = token_hash(token, SETUP_PREFIX), fact(tx, SETUP_FACT)
    return bool(hash and kept) and hmac.compare_digest(hash, kept or "")


def set_up(tx: Tx, new: NewFirm, first: FirstPerson, *, token: str | None, now: int) -> SetUp:
    """The firm with its account, and its first person as owner of both, in one piece.

    `token`: what the set-up address has; None for somebody at the machine itself. It is used up.
    Raises Invalid with the field's name in NewFirm or FirstPerson, Conflict when the server is set
    up already, Unknown for a token that is not good.
    """
    _must_be_new(tx)
    if token is not None and not setup_token_good(tx, token):
        raise Unknown("This set-up address is not good any more: start the server again for a new one.")
    firm, sites = rules.new_firm(new, new_id(), now)
    account = people.add_account(
        tx,
        id=firm.account_id,
        handle=new.handle,
        name=rules.speaking_name(firm.name),
        kind="organization",
        now=now,
    )
    person = people.add_person(
        tx,
        id=new_id(),
        name=first.name,
        email=first.email,
        password_hash=first.password_hash,
        owner=True,
        now=now,
    )
    people.join(tx, person.id, account.id, "owner", now)
    queries.insert(tx, firm)
    queries.replace_sites(tx, sites)
    drop_fact(tx, SETUP_FACT)
    tx.emit(FirmChanged(account.id))
    return SetUp(firm, account, person)


def change(tx: Tx, change: FirmChange, now: int) -> Firm:
    """Changes what is given. A new name becomes the account's too, while that was the firm's; a new
    hourly cost counts from today on. Raises Invalid, and then changes nothing; NotFound before the set-up."""
    had = queries.must_firm(tx)
    wanted = rules.with_change(had, change)
    if wanted.logo_id not in (None, had.logo_id) and not people_queries.owns_picture(
        tx, had.account_id, wanted.logo_id or 0
    ):
        raise Invalid("logo", "is not one of your pictures")
    if change.sites is not None:
        queries.replace_sites(tx, rules.check_sites(change.sites))
    queries.save(tx, wanted)
    if wanted.currency != had.currency:
        effort.change_currency(tx)
    elif wanted.hourly_cost != had.hourly_cost:
        effort.change_usual(tx, had.hourly_cost, wanted.hourly_cost, now)
    account = people_queries.must_account(tx, had.account_id)
    if wanted.name != had.name and account.name == rules.speaking_name(had.name):
        people.change_profile(tx, account.id, ProfileChange(name=rules.speaking_name(wanted.name)))
    tx.emit(FirmChanged(had.account_id))
    return wanted


def _must_be_new(tx: Tx) -> None:
    firm = queries.firm(tx)
    if firm is not None:
        raise Conflict(
            f"This server is set up already, for {firm.name}. "
            "Log in to change that, or add people with `linnet account create`."
        )
