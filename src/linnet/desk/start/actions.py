"""Asking, waiving, choosing the day, and noting the first public post."""

from itertools import islice

from linnet.db.tx import Tx
from linnet.desk.firm import queries as firms
from linnet.desk.firm.rules import Firm, FirmChanged
from linnet.desk.start import queries, rules
from linnet.desk.start.rules import Hold
from linnet.desk.trial import obeying
from linnet.desk.trial import queries as trials
from linnet.desk.trial.planning import HISTORY
from linnet.kernel.clock import zone
from linnet.kernel.days import day_of, day_start, days_between, days_from, next_day, same_clock
from linnet.kernel.errors import Conflict, Invalid
from linnet.kernel.value import changed
from linnet.social.posts.rules import Author, NewPost

PUBLIC = ("public", "quiet")


def choose(tx: Tx, person_id: int, choice: str, now: int) -> None:
    """What was answered at the set-up: `count` first, or begin `today`, which is a waiver. Raises
    Invalid("start"), NotFound before the set-up."""
    if choice not in rules.CHOICES:
        raise Invalid("start", f"must be one of {', '.join(rules.CHOICES)}")
    firm = firms.must_firm(tx)
    queries.insert(tx, firm.account_id)
    if choice == "today":
        waive(tx, firm, person_id, now=now)
    tx.emit(FirmChanged(firm.account_id))


def hold(tx: Tx, firm: Firm, now: int) -> Hold | None:
    """What holds the firm's first public post back, None for nothing: one query where nobody was asked
    or it has begun."""
    start = queries.start(tx, firm.account_id)
    if start is None or start.begun_at is not None:
        return None
    own = zone(firm.time_zone)
    first = trials.first_visit(tx)
    day = day_of(first, own) if first is not None else ""
    return rules.hold(start, day, days(tx, firm, now, rules.LEAST), day_of(now, own))


def holds(tx: Tx, firm: Firm, account_id: int, new: NewPost, now: int) -> Hold | None:
    """As `hold`, for this post of this account: only public posts of the firm's own wait, and answers to people
    who wrote never do."""
    held = hold(tx, firm, now) if account_id == firm.account_id else None
    return held if held and waits(tx, account_id, new) else None


def later(tx: Tx, account_id: int, new: NewPost, app_id: int | None, now: int) -> int | None:
    """When (ms) a planned post whose time has come is to go out instead, because days were lost and the start
    moved: at the same time of that day. None: now. What an app planned is not held back."""
    found = firms.firm(tx) if app_id is None else None
    held = holds(tx, found, account_id, new, now) if found else None
    if found is None or held is None or not held.day:
        return None
    own = zone(found.time_zone)
    return same_clock(now, days_from(day_of(now, own), held.day), own)


def days(tx: Tx, firm: Firm, now: int, enough: int = HISTORY) -> int:
    """How many whole days of visits are counted, as a trial counts them (`trial.history.past_days`): of the last
    half year until yesterday, those on which anything at all was counted. One look at an index a day, and none
    more once there are `enough`."""
    begun = trials.first_visit(tx)
    if begun is None:
        return 0
    own = zone(firm.time_zone)
    today = day_of(now, own)
    first = max(next_day(day_of(begun, own)), next_day(today, -HISTORY))
    counted = (
        day
        for day in days_between(first, next_day(today, -1))
        if queries.counted(tx, day_start(day, own), day_start(next_day(day), own))
    )
    return sum(1 for _ in islice(counted, enough))


def waive(tx: Tx, firm: Firm, person_id: int | None, *, now: int, day: str = "") -> None:
    """Begins on `day`, '' for today, however many days are counted by then: who said so, when, and how many
    there were. Raises Conflict where it has begun or nobody was asked."""
    tx.hold(firm.account_id)
    start = queries.start(tx, firm.account_id)
    if start is None or start.begun_at is not None:
        raise Conflict("The firm has begun to post already.")
    queries.save(
        tx,
        changed(
            start,
            day=day or day_of(now, zone(firm.time_zone)),
            waived_by=person_id,
            waived_at=now,
            waived_days=days(tx, firm, now),
        ),
    )
    tx.emit(FirmChanged(firm.account_id))


def move(tx: Tx, firm: Firm, person_id: int | None, day: str, *, now: int) -> tuple[str, str]:
    """Begins on `day` instead: the day before, and the new one. Sooner than the baseline is whole is a waiver, and
    later takes one back. Raises Invalid("day"), Conflict where nothing holds the first post back."""
    tx.hold(firm.account_id)
    held = hold(tx, firm, now)
    if held is None:
        raise Conflict("Nothing holds your first post back.")
    if not held.reckoned:
        raise Invalid("day", "cannot be said before a visit was counted")
    rules.check_day(day, day_of(now, zone(firm.time_zone)))
    if day < held.reckoned:
        waive(tx, firm, person_id, now=now, day=day)
    else:
        start = queries.start(tx, firm.account_id)
        if start:
            none = {"waived_by": None, "waived_at": None, "waived_days": None}
            queries.save(tx, changed(start, day="" if day == held.reckoned else day, **none))
        tx.emit(FirmChanged(firm.account_id))
    return held.day, day


def went_out(tx: Tx, author: Author, new: NewPost, now: int) -> None:
    """Notes the first public post of a firm that was asked, and how many days were counted before it."""
    start = queries.start(tx, author.account_id)
    if start is None or start.begun_at is not None or not waits(tx, author.account_id, new):
        return
    tx.hold(author.account_id)
    start = queries.start(tx, author.account_id)  # as it is now that it is held: two at once
    if start is None or start.begun_at is not None:
        return
    how: rules.How = "page" if author.app_id is None else "app"
    counted = days(tx, firms.must_firm(tx), now)
    queries.save(tx, changed(start, begun_at=now, begun_days=counted, begun_how=how))
    tx.emit(FirmChanged(author.account_id))


def said(tx: Tx, firm: Firm) -> str:
    """How it began, as the statement says it; '' where nothing is to be said."""
    start = queries.start(tx, firm.account_id)
    return rules.words(start, firm.time_zone, queries.name(tx, start.waived_by if start else None))


def waits(tx: Tx, account_id: int, new: NewPost) -> bool:
    """Is it a post that waits for the start: public, and no answer to somebody who wrote?"""
    return new.visibility in PUBLIC and obeying.counts(tx, account_id, new)
