"""`linnet move URL`: the server gets another public address."""

import argparse

from linnet.commands.serve import hold
from linnet.db.facts import ADDRESS, fact, keep_fact
from linnet.db.opening import open_database
from linnet.db.tx import Tx
from linnet.kernel.settings import Settings, check_url
from linnet.social.people import actions as people
from linnet.social.posts import actions as posts


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Registers the command."""
    parser = subparsers.add_parser(
        "move",
        description="Give the server another public address: posts and profiles are rewritten. Stop the server "
        "before, and set LINNET_URL to the new address after. Other servers know its accounts by the old one.",
    )
    parser.add_argument("url", help="the new address, like https://bakery.example")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Writes the new address into posts and profiles. Raises SettingsError while a server runs."""
    url = check_url(args.url)
    with hold(settings):
        db = open_database(settings)
        try:
            count = db.write_now(_move, settings.url, url)
        finally:
            db.close()
    print(f"This server lives at {url} now; {count} posts were rewritten. Start it with LINNET_URL={url}")
    return 0


def _move(tx: Tx, given: str, url: str) -> int:
    old = fact(tx, ADDRESS) or given
    keep_fact(tx, ADDRESS, url)
    if old == url:
        return 0
    people.move(tx, old, url)
    return posts.move(tx, old, url)
