"""`linnet relay add|remove|list`: relays that send this server what others write to everybody."""

import argparse

from linnet.commands.common import database
from linnet.federation.relays import actions, queries
from linnet.federation.relays.rules import Relay
from linnet.kernel.clock import iso, now_ms
from linnet.kernel.errors import Conflict
from linnet.kernel.settings import Settings


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`relay` and what can be done."""
    parser = subparsers.add_parser(
        "relay", description="Relays send this server what others write to everybody."
    )
    deeds = parser.add_subparsers(title="commands", metavar="command", required=True)
    adding = deeds.add_parser(
        "add", help="follow a relay", description="Ask a relay to send what it passes on."
    )
    adding.add_argument("address", help="its actor or, in Mastodon's manner, its inbox")
    adding.add_argument(
        "--followed-tags",
        action="store_true",
        help="keep only posts with a hashtag that somebody here follows",
    )
    adding.add_argument(
        "--style",
        choices=("mastodon", "litepub"),
        default="",
        help="how it works; otherwise that is found out",
    )
    adding.set_defaults(deed=_add)
    removing = deeds.add_parser(
        "remove", help="follow a relay no longer", description="Follow a relay no longer. What came stays."
    )
    removing.add_argument("address", help="as `linnet relay list` shows it")
    removing.set_defaults(deed=_remove)
    deeds.add_parser(
        "list",
        help="show the relays that are followed",
        description="Show the relays that are followed, and what came of each.",
    ).set_defaults(deed=_list)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Does it. Raises Invalid, Conflict, NotFound."""
    if not settings.secure:
        raise Conflict("LINNET_URL must begin with https:// before this server speaks with others.")
    args.deed(args, settings)
    return 0


def _add(args: argparse.Namespace, settings: Settings) -> None:
    with database(settings) as db:
        relay = db.write_now(
            actions.add, args.address, style=args.style, followed_tags=args.followed_tags, now=now_ms()
        )
    print(f"{relay.address} is asked as soon as the server runs.")


def _remove(args: argparse.Namespace, settings: Settings) -> None:
    with database(settings) as db:
        relay = db.read_now(actions.named, args.address)
        db.write_now(actions.remove, relay.id, settings.url, now_ms())
    print(f"{relay.address} is followed no longer.")


def _list(_args: argparse.Namespace, settings: Settings) -> None:
    with database(settings) as db:
        found = db.read_now(queries.relays)
    for relay in found:
        print(_line(relay))
    if not found:
        print("No relay is followed.")


def _line(relay: Relay) -> str:
    state = f"{relay.state}: {relay.problem}" if relay.problem else relay.state
    kept = "followed hashtags only" if relay.followed_tags else "everything"
    heard = f", the last {iso(relay.heard_at)[:16].replace('T', ' ')} UTC" if relay.heard_at else ""
    return f"{relay.address}  {state}  {kept}  {relay.taken} posts{heard}"
