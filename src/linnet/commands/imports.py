"""`linnet import`: what lies in files elsewhere. The words behind it are modules of their own."""

import argparse

from linnet.commands import import_log, import_sales
from linnet.kernel.settings import Settings


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Registers the command with its words."""
    parser = subparsers.add_parser(
        "import", description="Read visits or sales from files. The same file may be read again."
    )
    words = parser.add_subparsers(title="commands", metavar="command", required=True)
    import_log.add(words)
    import_sales.add(words)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Runs the word's own command."""
    code: int = args.run(args, settings)
    return code
