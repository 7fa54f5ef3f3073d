"""`linnet config-doc`: docs/config.md, for `make docs`."""

import argparse

from linnet.kernel.settings import Settings, document


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """No options."""
    subparsers.add_parser("config-doc", description="Print docs/config.md.")


def run(_: argparse.Namespace, __: Settings) -> int:
    """Prints it."""
    print(document(), end="")
    return 0
