"""`python -m bench`: measures everything and prints the table; `python -m bench federation` what concerns
other servers; `python -m bench desk` what the desk promises; `python -m bench reads` how every other
kind of reading grows; `--quick` only tries it out."""

import argparse
import os
import sys
import tempfile
from itertools import chain
from pathlib import Path

from bench.cases import Bench, Plan
from bench.desk import Desk
from bench.desk import Sizes as DeskSizes
from bench.federation import Outbox, Sizes
from bench.inbox import Inbox
from bench.inbox import Sizes as Letters
from bench.reads import Reads
from bench.reads import Sizes as Towns
from bench.report import machine, rows, table


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Measure a real server over sockets."
    )
    parser.add_argument(
        "what", nargs="?", choices=["server", "federation", "desk", "reads"], default="server"
    )
    parser.add_argument("--quick", action="store_true", help="small and short: to see that it works")
    args = parser.parse_args()
    cores = sorted(os.sched_getaffinity(0))
    pinned = (cores[0], cores[1]) if len(cores) > 1 else None
    if args.what == "federation":
        return federation(pinned, quick=args.quick)
    if args.what == "desk":
        return desk(pinned, quick=args.quick)
    if args.what == "reads":
        return reads(pinned, quick=args.quick)
    plan = Plan(cores=pinned)
    if args.quick:
        plan = Plan(sizes=(1_000, 3_000, 6_000), seconds=0.5, rounds=1, fan_outs=5, cores=pinned)
    missed = 0
    with tempfile.TemporaryDirectory(prefix="linnet-bench-") as folder:
        bench = Bench(plan, Path(folder))

        def counted():
            nonlocal missed
            for line in bench.lines():
                missed += line.good is False
                yield line

        for text in table(counted(), plan):
            print(text, flush=True)
    return 1 if missed and not args.quick else 0


def federation(cores: tuple[int, int] | None, *, quick: bool) -> int:
    sizes = Sizes((5, 20), 50, 40, 3, 20_000, cores) if quick else Sizes(cores=cores)
    taken = Letters(1_000, 40, 8, 200, 200, 8, 0.5, cores) if quick else Letters(cores=cores)
    missed = 0
    with tempfile.TemporaryDirectory(prefix="linnet-bench-") as folder:
        print("# Benchmarks of federation\n")
        print(
            "Written by `python -m bench federation`; what is measured and how stands in `bench/inbox.py` and `bench/federation.py`.\n"
        )
        how = "one worker on core {}, all other servers on core {}".format(*cores) if cores else "not pinned"
        for text in machine(how):
            print(text)
        both = chain(Inbox(taken, Path(folder)).lines(), Outbox(sizes, Path(folder)).lines())
        for text in rows(both):
            missed += "**miss**" in text
            print(text, flush=True)
    return 1 if missed and not quick else 0


def desk(cores: tuple[int, int] | None, *, quick: bool) -> int:
    sizes = DeskSizes(0.5, 1, 8, 20_000, 20_000, 200, 100, cores) if quick else DeskSizes(cores=cores)
    missed = 0
    with tempfile.TemporaryDirectory(prefix="linnet-bench-") as folder:
        print("# Benchmarks of the desk\n")
        print("Written by `python -m bench desk`; what is measured and how stands in `bench/desk.py`.\n")
        pinned = "one worker on core {}, the load on core {}".format(*cores) if cores else "not pinned"
        for text in machine(f"{pinned}; {sizes.rounds} rounds of {sizes.seconds:g} s, the middle one counts"):
            print(text)
        for text in rows(Desk(sizes, Path(folder)).lines()):
            missed += "**miss**" in text
            print(text, flush=True)
    return 1 if missed and not quick else 0


def reads(cores: tuple[int, int] | None, *, quick: bool) -> int:
    sizes = Towns((1_000, 3_000), 5, cores) if quick else Towns(cores=cores)
    missed = 0
    with tempfile.TemporaryDirectory(prefix="linnet-bench-") as folder:
        print("# Benchmarks of reading\n")
        print("Written by `python -m bench reads`; what is asked stands in `bench/reads.py`.\n")
        pinned = f"one worker on core {cores[0]}" if cores else "not pinned"
        posts = " · ".join(f"{n:,}" for n in sizes.posts)
        for text in machine(
            f"{pinned}; one connection, {sizes.times} times each; 95 of 100 answered within, at {posts} posts"
        ):
            print(text)
        for text in rows(Reads(sizes, Path(folder)).lines()):
            missed += "**miss**" in text
            print(text, flush=True)
    return 1 if missed and not quick else 0


if __name__ == "__main__":
    sys.exit(main())
