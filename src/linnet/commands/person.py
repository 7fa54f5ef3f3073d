"""`linnet person password`: somebody forgot theirs, and the owner sits at the machine."""

import argparse

from linnet.commands.common import add_password, database, password_hash
from linnet.db.tx import Tx
from linnet.kernel.errors import NotFound
from linnet.kernel.settings import Settings
from linnet.social.people import actions, queries


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Registers the command with its one word."""
    parser = subparsers.add_parser("person", description="The people behind the accounts.")
    words = parser.add_subparsers(title="commands", metavar="command", required=True)
    password = words.add_parser(
        "password",
        help="give somebody a new password",
        description="Give somebody a new password, and end every session and token that they have.",
    )
    password.add_argument("--email", required=True, help="of the person")
    add_password(password)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Sets the password. Raises NotFound, Invalid."""
    hash = password_hash(args)
    with database(settings) as db:
        name = db.write_now(_change, args.email, hash)
    print(f"{name} has a new password and is logged out everywhere.")
    return 0


def _change(tx: Tx, email: str, hash: str) -> str:
    person = queries.person_by_email(tx, email)
    if person is None:
        raise NotFound("person with this e-mail address")
    actions.change_password(tx, person.id, hash)
    return person.name
