"""`linnet token create`: a token for the client API, printed alone, so that a script can take it."""

import argparse

from linnet.commands.common import database
from linnet.db.tx import Tx
from linnet.kernel.clock import now_ms
from linnet.kernel.errors import Invalid
from linnet.kernel.settings import Settings
from linnet.social.apps import actions as apps
from linnet.social.people import queries as people


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`token create` and its options."""
    parser = subparsers.add_parser("token", description="Tokens for the client API.")
    deeds = parser.add_subparsers(title="commands", metavar="command", required=True)
    create = deeds.add_parser(
        "create",
        help="print a new token",
        description="Print a new token, and nothing else. It speaks for the account's owner.",
    )
    create.add_argument("--account", required=True, help="the account's handle")
    create.add_argument("--scopes", required=True, help='like "read write follow push"')


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Prints the token. Raises Invalid."""
    with database(settings) as db:
        token = db.write_now(_create, args.account, args.scopes, now_ms())
    print(token)
    return 0


def _create(tx: Tx, handle: str, scopes: str, now: int) -> str:
    account = people.by_handle(tx, handle.removeprefix("@"))
    if account is None:
        raise Invalid("account", f"{handle!r} does not live here")
    for member in people.members_of(tx, account.id):
        person = people.person(tx, member.person_id)
        if member.role == "owner" and person is not None and person.disabled_at is None:
            app = apps.command_line_app(tx, now)
            return apps.issue_token(tx, app, person.id, account.id, scopes, now).token
    raise Invalid("account", f"{handle!r} has no owner who may log in")
