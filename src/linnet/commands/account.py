"""`linnet account create|close`: an account with a person who owns it, and the end of one."""

import argparse

from linnet.commands.common import add_password, database, password_hash
from linnet.db.tx import Tx
from linnet.desk.closing import actions as closing
from linnet.kernel.clock import now_ms
from linnet.kernel.errors import Invalid, NotFound
from linnet.kernel.ids import new_id
from linnet.kernel.settings import Settings
from linnet.social.people import actions as people
from linnet.social.people import queries
from linnet.social.people.rules import Account


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`account create`, `account close` and their options."""
    parser = subparsers.add_parser("account", description="Accounts, and the people behind them.")
    deeds = parser.add_subparsers(title="commands", metavar="command", required=True)
    create = deeds.add_parser(
        "create", help="add an account with a person", description="Add an account with a person who owns it."
    )
    create.add_argument("--handle", required=True, help="the account's name: letters, digits, underscores")
    create.add_argument("--email", required=True, help="of the person, who logs in with it")
    create.add_argument("--name", default="", help="shown for both; otherwise the handle")
    add_password(create)
    create.set_defaults(deed=_add)
    close = deeds.add_parser(
        "close",
        help="close an account for good",
        description="Close an account: its posts, pictures, follows and drafts go, other servers are told. "
        "There is no way back.",
    )
    close.add_argument("handle", help="the account's name")
    close.add_argument(
        "--last",
        action="store_true",
        help="also the firm's own account, when it is the last one: nobody can log in afterwards",
    )
    close.add_argument("--yes", action="store_true", help="do not ask for the name once more")
    close.set_defaults(deed=_close)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Does it. Raises Invalid, Conflict, NotFound."""
    args.deed(args, settings)
    return 0


def _add(args: argparse.Namespace, settings: Settings) -> None:
    hash = password_hash(args)
    with database(settings) as db:
        account = db.write_now(_create, args.handle, args.name, args.email, hash, now_ms())
    print(f"@{account.handle}@{settings.domain} is there. {args.email} can log in.")


def _create(tx: Tx, handle: str, name: str, email: str, hash: str, now: int) -> Account:
    account = people.add_account(tx, id=new_id(), handle=handle, name=name, kind="person", now=now)
    person = people.add_person(
        tx, id=new_id(), name=name or handle, email=email, password_hash=hash, owner=False, now=now
    )
    people.join(tx, person.id, account.id, "owner", now)
    return account


def _close(args: argparse.Namespace, settings: Settings) -> None:
    with database(settings, tells=True) as db:
        account = db.read_now(queries.by_handle, args.handle.removeprefix("@"))
        if account is None:
            raise NotFound("account")
        db.read_now(closing.check, account.id, account.handle, last=args.last)
        typed = account.handle if args.yes else _typed(account)
        db.write_now(closing.close, account.id, typed=typed, person_id=None, last=args.last, now=now_ms())
    print(f"@{account.handle} is closed. Its posts go, and other servers are told, while the server runs.")


def _typed(account: Account) -> str:
    try:
        return input(f"Everything of @{account.handle} goes for good. Type its name to close it: ")
    except EOFError as error:
        raise Invalid("name", "is needed: type it, or add --yes") from error
