"""A trial for tests: planned, frozen with a seed, lived through with a moved clock."""

import asyncio
import random
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from linnet.db.database import Database
from linnet.db.tx import Tx
from linnet.desk.firm.rules import parse_hours
from linnet.desk.publishing import actions as publishing
from linnet.desk.trial import actions, errands, queries, rules
from linnet.desk.trial.actions import ReadTrial
from linnet.desk.trial.planning import Plan
from linnet.desk.trial.reckoning import calendar
from linnet.desk.trial.rules import QuietTime, Trial, TrialDay
from linnet.desk.trial.values import Worth
from linnet.kernel.clock import DAY, HOUR, zone
from linnet.kernel.days import day_of, day_start, next_day
from linnet.kernel.ids import new_id
from linnet.kernel.value import changed
from linnet.kernel.wire import encode_text
from linnet.social.posts.rules import Author, NewPost, Terms
from tests import desk

BERLIN = "Europe/Berlin"
TERMS = Terms("https://linnet.example", 140)
SEED = "5eed" * 16
WORTH = Worth("EUR", 2000, 100_000, 150_000, 200_000, 30)
PLAN = Plan(WORTH, weeks=6, waived=True)
THREE = Plan(changed(WORTH, light_cost=700, light_minutes=10), weeks=12, waived=True, light=2, light_share=35)
HOURS = "UPDATE firm SET office_hours = :hours WHERE id = 1"
VISIT = """INSERT INTO visit (id, visitor, site, code, path, referrer, came, first_at, last_at, hits, kind, rule)
    VALUES (:id, :id, 'bakery.example', :code, '/', :referrer, :came, :at, :at, 1, :kind, 'R5')"""
STEP = 2 * HOUR


def found(tx: Tx, account_id: int, *, time_zone: str = BERLIN) -> None:
    """The firm with usual hours."""
    desk.found_firm(tx, account_id, zone=time_zone)
    tx.run(HOURS, hours=encode_text(parse_hours("Mon-Sun 09:00-17:00")))


def begin(
    db: Database, author: Author, now: int, plan: Plan = PLAN, *, seed: str = SEED, time_zone: str = BERLIN
) -> Trial:
    """A frozen trial."""
    id = db.write_now(actions.plan, author, plan, id=new_id(), time_zone=time_zone, now=now)
    trial: Trial = db.write_now(actions.freeze, author, id, plan_text=encode_text(plan), seed=seed, now=now)
    return trial


def seed_with(arm: str, plan: Plan, begun: int, now: int) -> str:
    """A seed under which a trial that was frozen at `begun` has `arm` (on, light, quiet) now and in an hour."""
    own = zone(BERLIN)
    design = plan.design(plan.start_after(day_of(begun, own)), BERLIN)
    near = [day_of(at, own) for at in (now, now + HOUR)]
    for n in range(512):
        seed = f"{n:064x}"
        drawn = calendar.calendar(design, seed)
        if all(day and day.arm == arm for day in (calendar.assigned(drawn, one) for one in near)):
            return seed
    raise AssertionError(f"no seed makes it {arm} now")


def again(db: Database, trial: Trial) -> Trial:
    """As it is now."""
    now_there = db.read_now(queries.trial, trial.id)
    assert now_there is not None
    return now_there


def live(db: Database, since: int, until: int, step: int = STEP) -> int:
    """Signs of life from `since` to `until`; answers `until`. All but the last day in one go: what the
    many calls would have added up to."""

    def signs(tx: Tx) -> None:
        now = since
        if until - since > 2 * DAY:
            now = until - DAY
            _live_through(tx, now)
        while now < until:
            now = min(now + step, until)
            actions.live(tx, now)

    db.write_now(signs)
    return until


def _live_through(tx: Tx, until: int) -> None:
    for trial in queries.living(tx):
        added: dict[str, int] = {}
        alive_at = trial.alive_at
        while alive_at < until:
            sign = rules.sign_of_life(alive_at, min(alive_at + STEP, until), zone(trial.time_zone))
            alive_at = sign.alive_at
            for day, ms in sign.add.items():
                added[day] = added.get(day, 0) + ms
        for day, ms in added.items():
            queries.add_alive(tx, trial.id, day, ms)
        queries.set_alive(tx, trial.id, alive_at)


def read(db: Database, trial: Trial) -> None:
    """The errand that reads what is due; in a thread, because a browser has a loop of its own."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(errands.read_trial(db, ReadTrial(trial.id)))).result()


def visits(
    tx: Tx, day: str, *, time_zone: str = BERLIN, kind: str = "person", code: str = "", **by: int
) -> None:
    """So many visits on a day, by where they came from: other, search, mail, ads."""
    start, end = (day_start(d, zone(time_zone)) for d in (day, next_day(day)))
    places: Mapping[str, tuple[str, str]] = {  # the referrer, and the way that a visit keeps of it
        "other": ("", "social" if code else "direct"),
        "search": ("google.de", "search"),
        "mail": ("mail.google.com", "mail"),
        "ads": ("googleads.g.doubleclick.net", "ad"),
    }
    for source, n in by.items():
        referrer, came = places[source]
        for k in range(n):
            at = start + (k * 2 + 1) * (end - start) // (2 * n)
            tx.run(VISIT, id=new_id(), at=at, kind=kind, code=code, referrer=referrer, came=came)


def world(
    db: Database,
    trial: Trial,
    *,
    effect: float,
    light: float = 0,
    base: int = 20,
    seed: int = 1,
    time_zone: str = BERLIN,
) -> None:
    """Visits of every day: more of them where the calendar says on, and `light` more on light days."""
    chance = random.Random(seed)

    def write(tx: Tx) -> None:
        for day in queries.days(tx, trial.id):
            mean = base + {"on": effect, "light": light, "quiet": 0}[day.arm]
            n = max(0, round(chance.gauss(mean, mean**0.5)))
            visits(tx, day.day, time_zone=time_zone, other=n, search=max(0, round(chance.gauss(10, 3))))

    db.write_now(write)


def posted(db: Database, trial: Trial, *, obeying: bool = True) -> None:
    """A post in each stretch that is on or light; in every one where nobody obeys. Full ones of three have four on
    their first day."""

    def write(tx: Tx) -> None:
        seen: set[int] = set()
        three = any(day.arm == "light" for day in queries.days(tx, trial.id))
        for day in queries.days(tx, trial.id):
            if day.span not in seen and (day.arm != "quiet" or not obeying):
                seen.add(day.span)
                at = day_start(day.day, zone(trial.time_zone)) + 10 * HOUR
                for n in range(4 if three and day.arm == "on" else 1):
                    posted = queries.Posted(new_id(), day.day, at + n * HOUR, "post", day.arm == "quiet")
                    queries.put_post(tx, trial.id, posted)

    db.write_now(write)


def longer(plan: Plan, **more: object) -> Plan:
    """The plan, otherwise."""
    return changed(plan, **more)


def days(db: Database, trial: Trial) -> list[TrialDay]:
    """Every day of a trial."""
    return db.read_now(queries.days, trial.id)


def say(db: Database, who: Author, now: int, text: str = "Rye", **more: object) -> int:
    """Publishes as a page does. Raises what that raises."""
    insists = bool(more.pop("insists", False))
    new = NewPost(text, **more)
    id: int = db.write_now(publishing.publish, who, new, TERMS, id=new_id(), now=now, insists=insists)
    return id


def refused(call: Callable[[], object]) -> QuietTime:
    """That a call is refused because of a trial, and how."""
    with pytest.raises(QuietTime) as error:
        call()
    return error.value
