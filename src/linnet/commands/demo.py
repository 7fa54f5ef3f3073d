"""`linnet demo`: a lived-in server to look at, with an invented firm, in a folder of its own.

It never touches a real server: its settings come from the environment alone, not from linnet.toml,
and a database with a real firm in it is refused. What it makes says everywhere that it is invented,
and nothing leaves it (`net.closed`).
"""

import argparse
import os

from linnet.commands import serve
from linnet.commands.common import database
from linnet.db.database import Database
from linnet.demo import cast
from linnet.demo.company import drawn
from linnet.demo.play import Found, look, put_on
from linnet.demo.story import tell
from linnet.kernel.clock import moment, now_ms
from linnet.kernel.errors import Conflict
from linnet.kernel.settings import Settings
from linnet.social.media.store import Store
from linnet.social.media.workshop import Workshop
from linnet.social.people.passwords import hash_password
from linnet.social.posts.rules import Terms

INSTEAD = {"data": "demo-data"}  # of linnet.toml


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The options."""
    parser = subparsers.add_parser(
        "demo",
        description="Make a demonstration in ./demo-data (or LINNET_DATA) and serve it: an invented bakery, its "
        "customers and neighbours; five weeks of counting, a trial of eight weeks with its verdict, a trial of pages "
        "that runs, and posts, clicks and sales all the while. Once made, it is only served. For a fresh one, remove "
        "the folder.",
    )
    parser.add_argument("--only-make", action="store_true", help="make it, and do not serve it")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Makes it where there is none, says how to log in, serves. Raises Conflict for a real server."""
    lock = serve.hold(settings)
    try:
        with database(settings) as db:
            there = db.read_now(look)
            if there is None:
                print(f"Making a demonstration in {settings.data}. Everybody in it is invented.", flush=True)
                _make(db, settings)
            else:
                _must_be_whole(there, settings)
    finally:
        lock.close()
    print(
        f"Log in on {settings.url}/login as {cast.BAKERS[0].email}, password: {cast.PASSWORD}\n"
        "(the others too: jonas@ and mila@bakery.example, nora@post.example ...)\n"
        f"Then look at {settings.url}/desk: what posting brought the bakery, who waits, what goes out next.",
        flush=True,
    )
    if args.only_make:
        return 0
    # each server process reads its settings anew
    os.environ |= {
        "LINNET_CONFIG": os.devnull,
        "LINNET_DATA": str(settings.data),
        "LINNET_DATABASE": settings.database,
    }
    return serve.run(args, settings)


def _make(db: Database, settings: Settings) -> None:
    story = tell(now_ms())
    workshop = Workshop(Store(settings.data / "media"), settings.upload_bytes)
    try:
        pictures = drawn(story, workshop.make_now)
    finally:
        workshop.close()
    _say(f"{len(pictures)} pictures drawn")
    terms = Terms(settings.url, settings.max_characters)
    put_on(db, story, terms, pictures, hash_password(cast.PASSWORD), _say)


def _must_be_whole(there: Found, settings: Settings) -> None:
    where = settings.data if settings.database == "sqlite" else "the database of LINNET_DATABASE"
    if not there.invented:
        raise Conflict(
            f"A real firm, {there.firm}, is set up in {where}: a demonstration is only made in a place of its "
            "own. Leave LINNET_DATA and LINNET_DATABASE out, or name another place."
        )
    if there.made_at is None:
        raise Conflict(
            f"The demonstration in {where} was broken off while it was made: remove it, and try again."
        )
    print(f"The demonstration in {where} is of {moment(there.made_at):%d.%m.%Y}; remove it for a fresh one.")


def _say(text: str) -> None:
    print(f"  {text}", flush=True)
