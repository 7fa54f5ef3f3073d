"""`linnet`: the program's own commands. Only the one that is asked for is loaded."""

import argparse
import importlib
import logging
import sys
from collections.abc import Sequence
from types import ModuleType

from linnet import __version__
from linnet.kernel.errors import LinnetError
from linnet.kernel.settings import load

# The word, the module with its `add(subparsers)` and `run(args, settings) -> int`, and a sentence.
COMMANDS: dict[str, tuple[str, str]] = {
    "serve": ("linnet.commands.serve", "serve on LINNET_BIND until stopped"),
    "setup": ("linnet.commands.setup", "set up the firm and its first person, without a browser"),
    "demo": (
        "linnet.commands.demo",
        "look at a server with an invented firm, its trials and months of life in it",
    ),
    "account": ("linnet.commands.account", "add an account with a person behind it, or close one"),
    "person": ("linnet.commands.person", "give somebody a new password"),
    "token": ("linnet.commands.token", "print a token for the client API"),
    "move": ("linnet.commands.move", "give the server another public address, while it is stopped"),
    "relay": ("linnet.commands.relay", "follow relays, which send what others write to everybody"),
    "import": ("linnet.commands.imports", "read visits or sales from files"),
    "trial": ("linnet.commands.trial", "check the document of a trial"),
    "migrate": ("linnet.commands.migrate", "bring the database to the newest schema"),
    "doctor": ("linnet.commands.doctor", "look whether data, database, clock, disk and address are well"),
    "config-doc": ("linnet.commands.config_doc", "print docs/config.md"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; answers the exit code: 0 done, 1 refused (one sentence on stderr), 2 written
    wrongly, 130 broken off."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser, module = _parser(given)
    args = parser.parse_args(given)
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)  # its warnings repeat our sentence
    if module is None:
        parser.print_help()
        return 0
    try:
        return int(module.run(args, load(instead=getattr(module, "INSTEAD", None))))
    except LinnetError as error:
        return _refused(error.sentence)
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        return _refused(f"{error.strerror or error}{where}")
    except KeyboardInterrupt:
        return 130


def _parser(given: list[str]) -> tuple[argparse.ArgumentParser, ModuleType | None]:
    """The parser, complete for the word that is used; and that word's module."""
    parser = argparse.ArgumentParser(
        prog="linnet",
        description="A microblog for small businesses that tells them what it is worth.",
        epilog="Settings are environment variables or lines of linnet.toml, see docs/config.md. "
        "More about a command: linnet COMMAND --help",
    )
    parser.add_argument("--version", action="version", version=f"Linnet {__version__}")
    subparsers = parser.add_subparsers(title="commands", metavar="command")
    word = next((text for text in given if not text.startswith("-")), "")
    module = None
    for name, (path, sentence) in COMMANDS.items():
        if name == word:
            module = importlib.import_module(path)
            module.add(subparsers)
        else:
            subparsers.add_parser(name, help=sentence)
    return parser, module


def _refused(sentence: str) -> int:
    end = "" if sentence.endswith((".", "!", "?")) else "."
    print(f"linnet: {sentence}{end}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
