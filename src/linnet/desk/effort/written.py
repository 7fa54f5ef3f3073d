"""Time elsewhere, got hold of: one tap, a timer, the lines of a file. Everybody for themselves.

What stands here is an entry like one that was typed in; `actions` has those.
"""

from collections.abc import Sequence

from linnet.db.tx import Tx
from linnet.desk.effort import actions, queries, rules, timers, totals
from linnet.desk.effort.actions import put_entry
from linnet.desk.effort.rules import Activity, Channel, Entry, How
from linnet.desk.effort.timers import Timer
from linnet.kernel.days import day_of
from linnet.kernel.errors import Conflict, Invalid, NotFound
from linnet.kernel.ids import new_id
from linnet.kernel.value import Value, changed

TAP = 5  # minutes
LINES_MOST = 5_000  # of one file


class Line(Value):
    """A line of a file, or an event of a calendar, as an entry to be. `id`: of an entry of ours that it
    corrects, 0 for none; `ref`: what it is in its file, so that twice is once."""

    line: int
    day: str
    minutes: int
    channel: Channel
    activity: Activity
    note: str
    ref: str
    id: int = 0


class Bad(Value):
    """A line that cannot be taken, and why."""

    line: int
    reason: str


class TakenIn(Value):
    """What a file came to. With `bad` lines nothing of it was written."""

    added: int
    changed: int
    again: int
    bad: tuple[Bad, ...]


def tap(tx: Tx, person_id: int, account_id: int, channel: str, now: int) -> Entry:
    """Five minutes more on a channel, today: one entry a day, that grows. Raises Invalid."""
    where = rules.check_channel(channel)
    tx.hold(person_id)  # two taps at once are ten minutes
    today = day_of(now, queries.firm_zone(tx))
    ref = f"tap:{where}:{today}"
    had = queries.entry_of_ref(tx, person_id, ref)
    if had is not None and had.account_id == account_id:
        return put_entry(tx, changed(had, minutes=had.minutes + TAP), now)
    note = "" if where != "other" else "something else"
    # of another account's taps on the same day and channel the first keeps the name
    own = ref if had is None else ""
    new = Entry(new_id(), person_id, account_id, today, TAP, note, now, where, "outside", "tap", own)
    return put_entry(tx, new, now)


def start_timer(tx: Tx, person_id: int, account_id: int, *, channel: str, note: str, now: int) -> list[Entry]:
    """Starts a person's timer; one that runs is stopped first, and what it came to is answered.
    Raises Conflict when that one was forgotten, Invalid."""
    where = rules.check_channel(channel)
    tx.hold(person_id)
    line = _note(note, where, now, tx)
    done = stop_timer(tx, person_id, now) if queries.timer(tx, person_id) else []
    queries.put_timer(tx, Timer(person_id, account_id, where, line, now))
    return done


def _note(note: str, channel: Channel, now: int, tx: Tx) -> str:
    today = day_of(now, queries.firm_zone(tx))
    return rules.check_entry(1, note, today, today, 0, channel)


def stop_timer(tx: Tx, person_id: int, now: int, minutes: int | None = None) -> list[Entry]:
    """Stops a person's timer and writes down what it came to, by days: without what our pages
    measured meanwhile, which counts already. `minutes`: how long it really was; a timer that was
    forgotten needs it. Raises NotFound, Conflict, Invalid, and then it goes on."""
    tx.hold(person_id)
    timer = queries.timer(tx, person_id)
    if timer is None:
        raise NotFound("timer")
    zone = queries.firm_zone(tx)
    measured = totals.page_spans_of(tx, person_id, timer.started_at, max(now, timer.started_at))
    pieces = timers.stopped(timer, now, minutes, measured, zone)
    queries.drop_timer(tx, person_id)
    return [
        actions.add_entry(
            tx,
            person_id,
            timer.account_id,
            day=piece.day,
            minutes=piece.minutes,
            note=timer.note,
            channel=timer.channel,
            how="timer",
            id=new_id(),
            now=max(now, timer.started_at),
        )
        for piece in pieces
    ]


def drop_timer(tx: Tx, person_id: int) -> None:
    """Throws a running timer away: it comes to nothing. Raises NotFound."""
    if not queries.drop_timer(tx, person_id):
        raise NotFound("timer")


def take_in(tx: Tx, person_id: int, account_id: int, lines: Sequence[Line], how: How, now: int) -> TakenIn:
    """The lines of a file as entries of a person: all of them, or none and what is wrong with each.
    A line that is there already is left, one that corrects an entry changes it. Raises Invalid for a
    file that is too long."""
    if len(lines) > LINES_MOST:
        raise Invalid("file", f"has more than {LINES_MOST} lines: split it")
    tx.hold(person_id)
    plan = _Plan(tx, person_id, account_id, lines, how, now)
    bad = [problem for line in lines if (problem := plan.add(line))]
    bad += plan.full_days()
    if bad:
        return TakenIn(0, 0, 0, tuple(sorted(bad, key=lambda one: one.line)))
    for entry in plan.writes:
        queries.put_entry(tx, entry)
    return TakenIn(plan.added, len(plan.writes) - plan.added, plan.again, ())


class _Plan:
    """What the lines of a file come to, before anything is written."""

    def __init__(
        self, tx: Tx, person_id: int, account_id: int, lines: Sequence[Line], how: How, now: int
    ) -> None:
        self.tx, self.person_id, self.account_id, self.how, self.now = tx, person_id, account_id, how, now
        self.today = day_of(now, queries.firm_zone(tx))
        self.known = queries.known_refs(tx, person_id, [line.ref for line in lines if line.ref])
        self.writes: list[Entry] = []
        self.added = self.again = 0
        self.of_days: dict[str, list[tuple[int, int]]] = {}  # day: (line, id of the entry it becomes)
        self.seen: set[int | str] = set()

    def add(self, line: Line) -> Bad | None:
        """Plans one line; answers what is wrong with it."""
        try:
            self._add(line)
        except (Invalid, Conflict) as error:
            return Bad(line.line, error.sentence)
        return None

    def _add(self, line: Line) -> None:
        note = rules.check_entry(line.minutes, line.note, line.day, self.today, 0, line.channel)
        had = self._had(line)
        name = had.id if had else line.ref
        if name and name in self.seen:
            raise Conflict("It is the same as a line before it.")
        self.seen.add(name)
        if had is None:
            entry = Entry(
                new_id(),
                self.person_id,
                self.account_id,
                line.day,
                line.minutes,
                note,
                self.now,
                line.channel,
                line.activity,
                self.how,
                line.ref,
            )
            self.added += 1
        else:
            entry = changed(
                had,
                day=line.day,
                minutes=line.minutes,
                note=note,
                channel=line.channel,
                activity=line.activity,
            )
        if entry == had:
            self.again += 1
            return
        self.writes.append(entry)
        self.of_days.setdefault(line.day, []).append((line.line, entry.id))

    def _had(self, line: Line) -> Entry | None:
        had = queries.entry(self.tx, line.id, self.person_id) if line.id else None
        if had is None and line.ref in self.known:
            had = queries.entry_of_ref(self.tx, self.person_id, line.ref)
        return had

    def full_days(self) -> list[Bad]:
        """Lines on days that would have more than 24 hours."""
        minutes = {entry.id: entry.minutes for entry in self.writes}
        bad = []
        for day, written in self.of_days.items():
            stands = sum(
                entry.minutes
                for entry in queries.entries_of(self.tx, self.person_id, day, day)
                if entry.id not in minutes
            )
            if stands + sum(minutes[id] for _, id in written) > rules.ENTRY_MOST:
                bad.append(Bad(written[-1][0], f"Minutes make more than 24 hours on {day}."))
        return bad
