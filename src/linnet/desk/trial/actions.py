"""Planning, freezing, living through and ending a trial. One at a time is open for an account; whoever
is about to decide on it holds the account first: two people may come at the same moment.

Figures are not reckoned here: they take a second, and a transaction must not. `errands` reckons.
"""

from zoneinfo import ZoneInfo

from linnet.db.tx import Tx
from linnet.desk.trial import obeying, protocol, queries, records, rules
from linnet.desk.trial.pages import promoting
from linnet.desk.trial.pages import state as page_state
from linnet.desk.trial.planning import Plan
from linnet.desk.trial.queries import Look
from linnet.desk.trial.reckoning import calendar
from linnet.desk.trial.rules import Note, Stage, Trial
from linnet.desk.trial.values import Power, Protocol
from linnet.jobs import rows as jobs
from linnet.jobs.rows import Job
from linnet.kernel.clock import MINUTE, zone
from linnet.kernel.days import day_of, day_start, next_day, parse_day
from linnet.kernel.errors import Conflict, Invalid, NotFound
from linnet.kernel.value import Value
from linnet.kernel.wire import decode_as, encode_text
from linnet.social.posts.rules import Author

CHECK_EVERY = 10 * MINUTE


class PowerStep(Job):
    """Job: what could this plan see, on the firm's own past?"""

    lease = 15 * MINUTE  # half a minute at most, on a busy machine some more
    patience = 3

    trial_id: int
    plan: str  # of which plan: one that was changed meanwhile asks for its own


class ReadTrial(Job):
    """Job: a look is due, or the verdict."""

    lease = 5 * MINUTE

    trial_id: int


class PowerState(Value):
    """How far the power step is: `done` of `of`; `power`: JSON of what it found, '' until then;
    `problem`: why it cannot be done."""

    done: int = 0
    of: int = 1
    power: str = ""
    problem: str = ""

    @property
    def found(self) -> Power | None:
        """What it found; None as long as it is at it, or cannot be done."""
        return decode_as(Power, self.power) if self.power else None


def plan(tx: Tx, author: Author, wanted: Plan, *, id: int, time_zone: str, now: int) -> int:
    """Makes a plan, or replaces the one that is not frozen; asks for its power step. Answers the trial's
    id. Raises Conflict once it is frozen, Invalid for what cannot be."""
    own = zone(time_zone)
    design = wanted.design(wanted.start_after(day_of(now, own)), own.key)
    calendar.check(design)
    protocol.check_worth(wanted.worth)
    protocol.check_light(design, wanted.worth)
    tx.hold(author.account_id)
    had = queries.current(tx, author.account_id)
    text = encode_text(wanted)
    if had:
        rules.check_changeable(had)
        if had.plan == text and power_of(had).power:
            return had.id  # else the power step is asked for again: it may have been given up
        queries.set_plan(tx, had.id, text)
        id = had.id
    else:
        queries.insert(
            tx,
            id=id,
            account_id=author.account_id,
            person_id=_person(author),
            time_zone=own.key,
            plan=text,
            now=now,
        )
    if wanted.baseline_days:
        queries.set_power(tx, id, encode_text(PowerState()))
        jobs.add(tx, PowerStep(id, text), now=now, key=f"trial-power:{id}")
    return id


def keep_power(tx: Tx, trial_id: int, plan_text: str, state: PowerState) -> bool:
    """How far the power step is. False when nobody wants it any more."""
    trial = queries.trial(tx, trial_id)
    if trial is None or trial.stage != "planned" or trial.plan != plan_text:
        return False
    return queries.set_power(tx, trial_id, encode_text(state))


def drop(tx: Tx, account_id: int, trial_id: int, now: int) -> None:
    """Gives up a plan, or a trial that has not begun. Raises Conflict, NotFound."""
    trial = own(tx, account_id, trial_id)
    if trial.stage == "running":
        raise Conflict("This trial is running. It can be stopped; then it gets its verdict.")
    rules.check_step(trial, "dropped")
    jobs.cancel(tx, f"trial-power:{trial.id}")
    _step(tx, trial, "dropped", now)


def freeze(tx: Tx, author: Author, trial_id: int, *, plan_text: str, seed: str, now: int) -> Trial:
    """Freezes the plan that the owner saw (`plan_text`), draws the calendar of `seed` and writes every
    day of it down, before anybody can see one. Raises Conflict (frozen already, changed
    meanwhile, power step not done), Invalid."""
    trial = own(tx, author.account_id, trial_id)
    rules.check_step(trial, "frozen")
    if trial.plan != plan_text:
        raise Conflict("Somebody changed the plan meanwhile. Look at it again before you freeze it.")
    wanted, zone_of = decode_as(Plan, trial.plan), zone(trial.time_zone)
    design = wanted.design(wanted.start_after(day_of(now, zone_of)), trial.time_zone)
    frozen = protocol.freeze(
        design,
        wanted.worth,
        seed,
        baseline_days=wanted.baseline_days,
        waived=wanted.waived,
        now=now,
        sites=tuple(queries.sites(tx)),
        all_visits=wanted.all_visits,
        early_looks=wanted.early_looks,
    )
    records.check_power(wanted, frozen, power_of(trial).found)
    queries.freeze(
        tx,
        trial.id,
        protocol=protocol.canonical(frozen).decode(),
        protocol_hash=protocol.protocol_hash(frozen),
        seed=seed,
        seed_hash=frozen.commitment,
        first_day=design.start,
        last_day=calendar.last_day(design),
        now=now,
    )
    if design.kind == "which_page":
        page_state.draw(tx, trial.id, design, seed)
    else:
        drawn = calendar.calendar(design, seed).days
        queries.insert_days(tx, trial.id, [(d.day, d.block, d.arm) for d in drawn])
    words = "The protocol was frozen and the calendar drawn."
    obeying.note(tx, trial.id, Note(now, author.person_id, "freeze", words))
    jobs.cancel(tx, f"trial-power:{trial.id}")
    return own(tx, author.account_id, trial_id)


def announce(tx: Tx, trial_id: int, post_id: int) -> None:
    """Remembers the post that made both hashes public."""
    queries.set_post(tx, trial_id, post_id)


def live(tx: Tx, now: int) -> None:
    """Recurring: every trial goes on with the clock. Days that ended a day ago are counted, once."""
    for trial in queries.living(tx):
        tx.hold(trial.account_id)
        again = queries.trial(tx, trial.id)  # as it is now that it is held
        if again:
            _live(tx, again, now)


def _live(tx: Tx, trial: Trial, now: int) -> None:
    own_zone = zone(trial.time_zone)
    sign = rules.sign_of_life(trial.alive_at, now, own_zone)
    for day, ms in sign.add.items():
        queries.add_alive(tx, trial.id, day, ms)
    if sign.spoiled:
        words = "The server's clock was set back: some hours of this day came twice."
        if queries.spoil_day(tx, trial.id, sign.spoiled, words, now):
            obeying.note(tx, trial.id, Note(now, None, "clock", f"{words} ({sign.spoiled})"))
    queries.set_alive(tx, trial.id, sign.alive_at)
    at = rules.lived(sign.alive_at, now)
    today = day_of(at, own_zone)
    if trial.stage == "frozen" and today >= trial.first_day:
        trial = _step(tx, trial, "running", now)
    _note_zone(tx, trial, now)
    _count(tx, trial, own_zone, at)
    page_state.count(tx, trial, own_zone, at)
    if trial.stage == "running" and today > trial.last_day:
        trial = _step(tx, trial, "ended", now)
    if records.something_to_read(tx, trial):
        jobs.add_if_new(tx, ReadTrial(trial.id), now=now, run_at=now, key=f"trial-read:{trial.id}")


def _count(tx: Tx, trial: Trial, own_zone: ZoneInfo, at: int) -> None:
    wanted, rule = decode_as(Plan, trial.plan), frozen_protocol(trial).rules.sources
    days = [day for day in queries.days(tx, trial.id) if day.day <= trial.last_day]
    for day in rules.due_to_count(days, at, own_zone):
        start, end = day_start(day.day, own_zone), day_start(next_day(day.day), own_zone)
        counted = queries.counted(tx, start, end, rule)
        reason = rules.why_dropped(day, counted, wanted.usual, own_zone)
        queries.count_day(tx, trial.id, day.day, counted, reason, at)


def _note_zone(tx: Tx, trial: Trial, now: int) -> None:
    """The firm moved to another zone: the trial keeps its own, and says so once."""
    firm_zone = queries.firm_zone(tx)
    if firm_zone in {"", trial.time_zone} or not trial.frozen_at:
        return
    words = f"The firm's time zone is {firm_zone} now. The trial keeps {trial.time_zone}."
    if all(note.words != words for note in queries.notes(tx, trial.id) if note.what == "zone"):
        obeying.note(tx, trial.id, Note(now, None, "zone", words))


def stop(tx: Tx, author: Author, trial_id: int, *, at_look: str = "", now: int) -> Stage:
    """Ends a trial before its time: with the days up to yesterday and the wider range that holds at any
    time, or `at_look` (the last day of a look that was taken) with the figures of that look. A
    trial without a whole day (of pages: week) is dropped. Raises Conflict, NotFound, Invalid."""
    trial = own(tx, author.account_id, trial_id)
    rules.check_step(trial, "stopped")
    own_zone = zone(trial.time_zone)
    last = next_day(day_of(rules.lived(trial.alive_at, now), own_zone), -1)
    if at_look:
        if at_look not in {look.day for look in queries.looks(tx, trial.id)}:
            raise Invalid("look", "was not taken")
        last = at_look
    least = 7 if promoting.is_paged(trial) else 1  # days that make one thing to count
    if next_day(last, 1 - least) < trial.first_day:
        _step(tx, trial, "dropped", now)
        return "dropped"
    queries.set_last_day(tx, trial.id, min(last, trial.last_day))
    _step(tx, trial, "stopped", now)
    words = "The trial was ended at a look." if at_look else "The trial was stopped before its time."
    obeying.note(tx, trial.id, Note(now, author.person_id, "stop", words))
    live(tx, now)
    return "stopped"


def keep_look(tx: Tx, trial_id: int, look: Look, now: int) -> None:
    """What a look showed. The same look twice is one."""
    if queries.put_look(tx, trial_id, look):
        trial = queries.trial(tx, trial_id)
        what = "weeks" if trial and promoting.is_paged(trial) else "days"
        obeying.note(
            tx,
            trial_id,
            Note(now, None, "look", f"A look at the {what} up to {parse_day(look.day):%-d %B}, as planned."),
        )


def keep_verdict(tx: Tx, trial_id: int, verdict: str) -> None:
    """The trial is judged. Once."""
    queries.set_verdict(tx, trial_id, verdict)


def own(tx: Tx, account_id: int, trial_id: int) -> Trial:
    """The account's trial, held. Raises NotFound."""
    tx.hold(account_id)
    trial = queries.trial(tx, trial_id)
    if trial is None or trial.account_id != account_id:
        raise NotFound("trial")
    return trial


def frozen_protocol(trial: Trial) -> Protocol:
    """The protocol of a trial that is frozen."""
    return decode_as(Protocol, trial.protocol)


def power_of(trial: Trial) -> PowerState:
    """How far its power step is."""
    return decode_as(PowerState, trial.power) if trial.power else PowerState()


def _step(tx: Tx, trial: Trial, stage: Stage, now: int) -> Trial:
    rules.check_step(trial, stage)
    over_at = now if stage in {"stopped", "ended"} else trial.over_at
    if not queries.set_stage(tx, trial, stage, over_at):
        raise Conflict("Somebody else was first. Look at the trial again.")
    return queries.trial(tx, trial.id) or trial


def _person(author: Author) -> int:
    if author.person_id is None:
        raise Conflict("A trial needs a person who stands for it.")
    return author.person_id
