"""`linnet setup`: what the set-up page does, for scripts."""

import argparse

from linnet.commands.common import add_password, database, password_hash
from linnet.db.tx import Tx
from linnet.desk.effort import actions as effort
from linnet.desk.firm import actions
from linnet.desk.firm.rules import USUAL_HOURS, FirstPerson, NewFirm, new_firm
from linnet.desk.start import actions as starting
from linnet.desk.start.rules import CHOICES
from linnet.kernel.clock import now_ms
from linnet.kernel.settings import Settings


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The options: the fields of the set-up page."""
    parser = subparsers.add_parser(
        "setup", description="Set up the firm and its first person, without a browser."
    )
    parser.add_argument("--firm", required=True, help="its name")
    parser.add_argument(
        "--handle", required=True, help="the name of its account: letters, digits, underscores"
    )
    parser.add_argument(
        "--site", required=True, action="append", help="its own website; may be given more than once"
    )
    parser.add_argument("--time-zone", required=True, help="like Europe/Berlin")
    parser.add_argument("--currency", required=True, help="like EUR")
    parser.add_argument("--hourly-cost", required=True, help="what an hour of work costs, like 40 or 40.50")
    parser.add_argument(
        "--office-hours", default=USUAL_HOURS, help="like %(default)r, which is used otherwise"
    )
    parser.add_argument("--words", default="", help="words of its field, separated by commas")
    parser.add_argument("--name", required=True, help="of the first person")
    parser.add_argument("--email", required=True, help="of the first person, who logs in with it")
    parser.add_argument(
        "--measure-time", action="store_true", help="count the time that this person spends on the pages"
    )
    parser.add_argument(
        "--start",
        choices=CHOICES,
        default="count",
        help="when the firm begins to post: count visits for four weeks first, or today (default: %(default)s)",
    )
    add_password(parser)


def _set_up(tx: Tx, new: NewFirm, first: FirstPerson, choice: str, now: int) -> actions.SetUp:
    made = actions.set_up(tx, new, first, token=None, now=now)
    starting.choose(tx, made.person.id, choice, now)
    return made


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Sets up. Raises Invalid, Conflict."""
    new = NewFirm(
        args.firm,
        args.handle,
        tuple(args.site),
        args.time_zone,
        args.currency,
        args.hourly_cost,
        args.office_hours,
        args.words,
    )
    now = now_ms()
    new_firm(new, 0, now)  # what can be wrong is said before a password is asked for
    first = FirstPerson(args.name, args.email, password_hash(args))
    with database(settings) as db:
        made = db.write_now(_set_up, new, first, args.start, now)
        if args.measure_time:
            db.write_now(effort.measure, made.person.id, True, now)
    print(
        f"{made.firm.name} is set up: @{made.account.handle}@{settings.domain}. {made.person.email} can log in."
    )
    return 0
