"""`linnet migrate`: the newest schema. Every other command does the same on its way."""

import argparse

from linnet.db.migrate import migrate, steps
from linnet.db.opening import open_database
from linnet.kernel.clock import now_ms
from linnet.kernel.settings import Settings


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """No options."""
    subparsers.add_parser("migrate", description="Bring the database to the newest schema.")


def run(_: argparse.Namespace, settings: Settings) -> int:
    """Takes the steps that are missing. Raises DatabaseError for a newer or a strange schema."""
    db = open_database(settings, upgrade=False)
    try:
        taken = migrate(db, now_ms())
        for step in taken:
            print(f"{step.number:04d} {step.name}")
        print(f"The database is at schema {steps(db.dialect)[-1].number:04d}.")
    finally:
        db.close()
    return 0
