"""What a trial is: its stages, its days, what quiet time is, and what follows from the clock. Pure.

How days are drawn stands in `calendar`, what they say in `analysis` and `verdict`.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo

from linnet.kernel.clock import HOUR, MINUTE
from linnet.kernel.days import day_of, day_start, next_day
from linnet.kernel.errors import Conflict, Invalid
from linnet.kernel.value import Value

Stage = Literal["planned", "frozen", "running", "stopped", "ended", "judged", "dropped"]
OPEN: tuple[Stage, ...] = ("planned", "frozen", "running", "stopped", "ended")
FOLLOWS: dict[Stage, tuple[Stage, ...]] = {
    "planned": ("frozen", "dropped"),
    "frozen": ("running", "dropped"),
    "running": ("stopped", "ended", "dropped"),  # dropped: before a whole day was over
    "stopped": ("judged",),
    "ended": ("judged",),
    "judged": (),
    "dropped": (),
}

Arm = Literal["on", "light", "quiet"]
State = Literal["open", "counted", "dropped"]

AWAY = 2 * HOUR  # so long without a sign of life is no counting; so much of a day, and the day is dropped
BACK = 5 * MINUTE  # a clock is put right by less than this all the time
SETTLE = 24 * HOUR  # after a day, until it is counted: logs are imported, visits confirmed
USUAL_ENOUGH = 10  # visits of such a weekday: none at all then means that counting was broken

OVERRIDE = "quiet"  # what a client sends as linnet_override to post all the same


class Trial(Value):
    """The row. `plan`, `power`, `protocol` and `verdict` are JSON; times in ms."""

    id: int
    account_id: int
    person_id: int
    stage: Stage
    time_zone: str
    plan: str
    power: str
    protocol: str
    protocol_hash: str
    seed: str
    seed_hash: str
    first_day: str
    last_day: str
    alive_at: int
    post_id: int | None
    verdict: str
    created_at: int
    frozen_at: int | None
    over_at: int | None

    @property
    def over(self) -> bool:
        """May seed and figures be shown?"""
        return self.stage in {"stopped", "ended", "judged"}


class TrialDay(Value):
    """A day of a trial. `arm`: of three arms, on is full. `visits` are those that did not come from search, ads or mail; `paid` are
    those from ads and mail; `alive` in ms."""

    trial_id: int
    day: str
    span: int
    arm: Arm
    state: State
    reason: str
    alive: int
    visits: int
    search: int
    paid: int
    machines: int
    counted_at: int | None


class Counted(Value):
    """What was counted of one day."""

    visits: int = 0
    search: int = 0
    paid: int = 0
    machines: int = 0

    @property
    def people(self) -> int:
        """All visits of people."""
        return self.visits + self.search + self.paid


class Quiet(Value):
    """A known quiet time, from `start` to `end` (ms, end not in it). `most`: 0, or the posts of a light day that has
    all of them: it is as good as quiet."""

    start: int
    end: int
    most: int = 0


class LightDay(Value):
    """A known light day, from `start` to `end` (ms, end not in it). `most`: posts that it may have; `taken`: those
    that went out, or have their place."""

    start: int
    end: int
    most: int
    taken: int

    @property
    def left(self) -> int:
        """How many more may go out."""
        return max(0, self.most - self.taken)


class Note(Value):
    """Something that happened to a trial."""

    at: int
    person_id: int | None
    what: str
    words: str


class QuietTime(Invalid):
    """It is quiet time. `until`: when that ends, ms, as far as it is known."""

    def __init__(self, field: str, words: str, until: int) -> None:
        super().__init__(field, words)
        self.until = until


def check_step(trial: Trial, wanted: Stage) -> None:
    """Raises Conflict where a trial cannot go from its stage to `wanted`."""
    if wanted not in FOLLOWS[trial.stage]:
        raise Conflict(
            REFUSED.get((trial.stage, wanted), f"This trial is {trial.stage}: it cannot be {wanted}.")
        )


REFUSED: dict[tuple[str, str], str] = {
    ("frozen", "frozen"): "This trial is frozen: its protocol cannot be changed any more.",
    ("running", "frozen"): "This trial is running: its protocol cannot be changed any more.",
    ("frozen", "stopped"): "This trial has not begun. It can be given up.",
    ("stopped", "stopped"): "This trial was stopped already.",
    ("ended", "stopped"): "This trial has ended already.",
    ("judged", "stopped"): "This trial is over already.",
}


def check_changeable(trial: Trial) -> None:
    """Raises Conflict once the protocol is frozen."""
    if trial.stage != "planned":
        raise Conflict(
            "The protocol of this trial is frozen: nothing of it can be changed. "
            "A trial that may be changed on the way proves nothing."
        )


# what is known of the calendar


def seen_days(days: Sequence[TrialDay], today: str) -> list[TrialDay]:
    """The days that may be shown: those gone by, this half-week and the next one; before the start the
    first one. Later ones nobody is to know, or news would be saved up for them."""
    running = [day for day in days if day.day <= today]
    last = running[-1].span + 1 if running else 0
    return [day for day in days if day.span <= last]


def quiet_times(days: Sequence[TrialDay], today: str, zone: ZoneInfo) -> list[Quiet]:
    """The quiet times of the days that may be shown, from today on, neighbours together."""
    found: list[Quiet] = []
    for day in seen_days(days, today):
        if day.arm != "quiet" or day.day < today:
            continue
        start, end = day_start(day.day, zone), day_start(next_day(day.day), zone)
        if found and found[-1].end == start:
            found[-1] = Quiet(found[-1].start, end)
        else:
            found.append(Quiet(start, end))
    return found


def quiet_at(times: Sequence[Quiet], at: int) -> Quiet | None:
    """The quiet time that `at` (ms) falls into."""
    return next((quiet for quiet in times if quiet.start <= at < quiet.end), None)


def light_days(
    days: Sequence[TrialDay], today: str, zone: ZoneInfo, most: int, posted: int
) -> list[LightDay]:
    """The light days that may be shown, from today on. `posted`: what went out today."""
    return [
        LightDay(
            day_start(day.day, zone),
            day_start(next_day(day.day), zone),
            most,
            posted if day.day == today else 0,
        )
        for day in seen_days(days, today)
        if day.arm == "light" and day.day >= today
    ]


def without_room(lights: Sequence[LightDay]) -> list[Quiet]:
    """The light days that have all their posts."""
    return [Quiet(light.start, light.end, light.most) for light in lights if not light.left]


def together(times: Iterable[Quiet]) -> list[Quiet]:
    """Times in which nothing may go out, in order, neighbours as one."""
    found: list[Quiet] = []
    for quiet in sorted(times, key=lambda one: one.start):
        if found and found[-1].end >= quiet.start:
            found[-1] = Quiet(found[-1].start, max(found[-1].end, quiet.end))
        else:
            found.append(Quiet(quiet.start, quiet.end))
    return found


def answers_somebody(
    account_id: int, to_account_id: int | None, parent_to: int | None, named: Collection[int]
) -> bool:
    """Is it an answer to somebody who wrote to the account? `to_account_id`: who wrote what is
    answered, `parent_to`: whom that one answered, `named`: whom it mentions."""
    if to_account_id is None or to_account_id == account_id:
        return False
    return parent_to == account_id or account_id in named


# the clock


def lived(alive_at: int, now: int) -> int:
    """The moment that a trial is at: never earlier than it was, so that no day is lived twice."""
    return now if now >= alive_at - BACK else alive_at


class Alive(Value):
    """What a sign of life at a moment means: ms to add by day; the day that a clock set back spoiled
    ('' for none); the new latest moment."""

    add: dict[str, int]
    spoiled: str
    alive_at: int


def sign_of_life(alive_at: int, now: int, zone: ZoneInfo) -> Alive:
    """Up to two hours since the last sign were lived through. A clock that is set back by more than
    five minutes: the latest moment stays, so that no day is lived twice, and the day in which
    it happened is spoiled, because its hours come again."""
    if now < alive_at - BACK:
        return Alive({}, day_of(alive_at, zone), alive_at)
    if now <= alive_at or not alive_at or now - alive_at > AWAY:
        return Alive({}, "", max(alive_at, now))
    add: dict[str, int] = {}
    at = alive_at
    while at < now:
        day = day_of(at, zone)
        end = min(now, day_start(next_day(day), zone))
        add[day] = end - at
        at = end
    return Alive(add, "", now)


def due_to_count(days: Sequence[TrialDay], now: int, zone: ZoneInfo) -> list[TrialDay]:
    """The open days that ended a day ago or longer."""
    return [day for day in days if day.state == "open" and day_start(next_day(day.day), zone) + SETTLE <= now]


def why_dropped(day: TrialDay, counted: Counted, usual: Sequence[float], zone: ZoneInfo) -> str:
    """Why a day is dropped, for every calendar alike; '' for a good one. `usual`: the median of
    all people's visits on each weekday before the trial, Monday first; () without a baseline."""
    whole = day_start(next_day(day.day), zone) - day_start(day.day, zone)
    away = whole - day.alive
    if away > AWAY:
        return f"The server did not count for {_hours(away)} of this day."
    weekday = date.fromisoformat(day.day).weekday()
    if not counted.people and usual and usual[weekday] >= USUAL_ENOUGH:
        return f"Nobody was counted, where about {usual[weekday]:.0f} visits are usual: counting was broken."
    return ""


def _hours(ms: int) -> str:
    hours = max(1, round(ms / HOUR))
    return f"{hours} hour{'' if hours == 1 else 's'}"
