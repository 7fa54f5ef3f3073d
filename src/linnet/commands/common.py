"""What several commands need: the database, a password."""

import argparse
import contextlib
import getpass
import importlib
import sys
from collections.abc import Iterator

from linnet.db.database import Database
from linnet.db.opening import open_database
from linnet.kernel.errors import Invalid
from linnet.kernel.settings import Settings
from linnet.social.people.passwords import hash_password

LONGEST = 4096  # bytes read of a password: more than any that is allowed


@contextlib.contextmanager
def database(settings: Settings, *, tells: bool = False) -> Iterator[Database]:
    """The database, brought to the newest schema. A running server does not mind: writers take
    turns. `tells`: what is done here becomes letters to other servers, as when the server does it.
    Raises DatabaseError with a sentence for the owner."""
    duties = importlib.import_module("linnet.app").duties if tells and settings.secure else None
    db = open_database(settings, on_emit=duties)
    try:
        yield db
    finally:
        db.close()


def add_password(parser: argparse.ArgumentParser) -> None:
    """The option that says where the password comes from. Never an argument: those can be seen by
    everybody on the machine."""
    parser.add_argument(
        "--password-stdin",
        action="store_true",
        help="read the password from standard input instead of asking for it",
    )


def password_hash(args: argparse.Namespace) -> str:
    """The password, hashed; from standard input, or asked for. Raises Invalid("password")."""
    if not args.password_stdin:
        if not sys.stdin.isatty():
            raise Invalid("password", "is needed: write it to standard input and add --password-stdin")
        return hash_password(getpass.getpass("Password: "))
    try:
        text = sys.stdin.buffer.read(LONGEST).decode()
    except UnicodeDecodeError as error:
        raise Invalid("password", "is not UTF-8 text") from error
    return hash_password(text.removesuffix("\n").removesuffix("\r"))
