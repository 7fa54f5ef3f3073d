"""Linnet's main job, tried from outside on real input: from the news to the statement.

    python docs/try/main_job.py
    python docs/try/main_job.py --feeds FOLDER --log access.log --move-to-today NAME

README.md beside this file says what it does. Ends with 1 when any figure differs.
"""

import argparse
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import feeds
from outside import Linnet, TryError
from story import Say, Story


def main_job(
    linnet: Linnet, files: Mapping[str, bytes], port: int, log: bytes | None = None, say: Say = print
) -> Story:
    """The whole way on a server that runs and is not set up yet; what came of it stands in the story's
    table. `files`: the feeds, which are served on `port`; `log`: of a web server, else a small one is
    made. Raises TryError."""
    story = Story(linnet, say)
    story.set_up()
    story.read_feeds(files, port)
    story.read_log(log)
    target = story.draft_news(files)
    story.read_news()
    code = story.post_own_link()
    story.talk()
    go_code = story.wait_until_published()
    story.let_visitors_come(code, go_code, target)
    story.sell(code)
    story.read_statement()
    return story


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description="Tries Linnet's main job from outside.")
    parser.add_argument("--feeds", type=Path, help="a folder of feeds; otherwise four small ones are made")
    parser.add_argument("--log", type=Path, help="a web server's log; otherwise a small one is made")
    parser.add_argument(
        "--move-to-today",
        metavar="NAME",
        help="of the feeds, one whose dates are moved up to now: of old stories none is worth sharing",
    )
    parser.add_argument("--database", default="sqlite", help="an empty one, as LINNET_DATABASE names it")
    parser.add_argument("--keep", type=Path, help="a new folder to leave the server's data in")
    args = parser.parse_args()
    now = datetime.now(UTC)
    files = feeds.read_folder(args.feeds) if args.feeds else feeds.small(now)
    if args.move_to_today:
        if args.move_to_today not in files:
            parser.error(f"--move-to-today names none of {', '.join(files)}")
        files[args.move_to_today] = feeds.moved_to_today(files[args.move_to_today], now)
    with tempfile.TemporaryDirectory(prefix="linnet-try-") as passing:
        folder = args.keep or Path(passing)
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with feeds.served(files) as port:
                linnet = Linnet(folder, fetch_from=port, database=args.database)
                with linnet.serving():
                    log = args.log.read_bytes() if args.log else None
                    table = main_job(linnet, files, port, log).table
        except TryError as error:
            print(error, file=sys.stderr)
            return 1
    print(f"{len(table.rows)} comparisons, {table.wrong} differ.")
    return 1 if table.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
