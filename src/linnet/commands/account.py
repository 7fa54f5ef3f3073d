"""`linnet account create`: an account with a person who owns it."""

import argparse

from linnet.commands.common import add_password, database, password_hash
from linnet.db.tx import Tx
from linnet.kernel.clock import now_ms
from linnet.kernel.ids import new_id
from linnet.kernel.settings import Settings
from linnet.social.people import actions as people
from linnet.social.people.rules import Account


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`account create` and its options."""
    parser = subparsers.add_parser("account", description="Accounts, and the people behind them.")
    deeds = parser.add_subparsers(title="commands", metavar="command", required=True)
    create = deeds.add_parser(
        "create", help="add an account with a person", description="Add an account with a person who owns it."
    )
    create.add_argument("--handle", required=True, help="the account's name: letters, digits, underscores")
    create.add_argument("--email", required=True, help="of the person, who logs in with it")
    create.add_argument("--name", default="", help="shown for both; otherwise the handle")
    add_password(create)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Adds the two. Raises Invalid, Conflict."""
    hash = password_hash(args)
    with database(settings) as db:
        account = db.write_now(_create, args.handle, args.name, args.email, hash, now_ms())
    print(f"@{account.handle}@{settings.domain} is there. {args.email} can log in.")
    return 0


def _create(tx: Tx, handle: str, name: str, email: str, hash: str, now: int) -> Account:
    account = people.add_account(tx, id=new_id(), handle=handle, name=name, kind="person", now=now)
    person = people.add_person(
        tx, id=new_id(), name=name or handle, email=email, password_hash=hash, owner=False, now=now
    )
    people.join(tx, person.id, account.id, "owner", now)
    return account
