"""`linnet trial verify FILE`: computes a trial's document again, from the file alone."""

import argparse
import sys
from pathlib import Path

from linnet.desk.trial import protocol
from linnet.desk.trial.protocol import Verified
from linnet.desk.trial.words.light import SECOND
from linnet.kernel.errors import Invalid
from linnet.kernel.settings import Settings


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Registers the command with its word."""
    parser = subparsers.add_parser("trial", description="Check the document of a trial.")
    words = parser.add_subparsers(title="commands", metavar="command", required=True)
    check = words.add_parser(
        "verify",
        help="compute a trial's document again",
        description="Read the document that a trial's page exports and compute the protocol's hash, the calendar "
        "from its seed, the reading and the verdict again. Nothing else is read: no database, no network. "
        "Compare the hash with the one that was published before the start.",
    )
    check.add_argument("file", help="the JSON document, - for standard input")
    check.set_defaults(run=verify)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Runs the word's own command."""
    code: int = args.run(args, settings)
    return code


def verify(args: argparse.Namespace, _settings: Settings) -> int:
    """Prints each check and the verdict; 1 when anything differs. Raises Invalid for what is no
    document of a trial."""
    found = protocol.verify(_read(args.file))
    for check in found.checks:
        print(f"{'same   ' if check.ok else 'DIFFERS'}  {check.name}: {check.words}")
    _tell(found)
    return 0 if found.ok else 1


def _tell(found: Verified) -> None:
    if found.said is None:
        print("No verdict can be computed from this file.")
        return
    print()
    print(f"{found.said.title}. {found.said.sentence}")
    for line in (*found.said.reasons, *found.said.lines):
        print(f"  {line}")
    if found.said.light:
        print(SECOND)
        for line in (*found.said.light, *found.said.rest):
            print(f"  {line}")
    for line in found.said.notes:
        print(f"  ({line})")
    if not found.ok:
        print(
            "This is what the figures in the file say; the file itself was changed or made by another program."
        )


def _read(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read(protocol.BYTES_MOST + 1)
    path = Path(name)
    if path.is_dir():
        raise Invalid("file", "is a folder")
    with path.open("rb") as file:
        return file.read(protocol.BYTES_MOST + 1)
