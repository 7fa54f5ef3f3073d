"""What is reckoned for a trial outside of any transaction: the power step, a look, the verdict."""

import asyncio
import secrets

from linnet.db.database import Database
from linnet.desk.trial import actions, protocol, records
from linnet.desk.trial.actions import PowerState, PowerStep, ReadTrial
from linnet.desk.trial.queries import Look
from linnet.desk.trial.reckoning import analysis, judging, power, power_pages
from linnet.desk.trial.records import Beside, Judged, Past, ToRead
from linnet.desk.trial.values import Power
from linnet.kernel.clock import now_ms
from linnet.kernel.errors import Invalid
from linnet.kernel.wire import encode_text

TELL_EVERY = 0.5  # seconds between two words on how far the power step is


async def power_step(db: Database, job: PowerStep) -> None:
    """Tries the plan out on the firm's own past, and says how far it is meanwhile. A plan that was
    changed or given up ends it."""
    past = await db.read(records.past, job.trial_id, now_ms())
    if past is None or past.plan_text != job.plan:
        return
    meter = _Meter()
    work = asyncio.create_task(asyncio.to_thread(_tried, past, secrets.token_hex(32), meter))
    try:
        while not work.done():
            await asyncio.wait({work}, timeout=TELL_EVERY)
            if not work.done():
                state = PowerState(meter.done, meter.of)
                if not await db.write(actions.keep_power, job.trial_id, job.plan, state):
                    return
        state = PowerState(1, 1, encode_text(work.result()))
    except Invalid as error:
        state = PowerState(1, 1, problem=f"{error.sentence}.")
    finally:
        meter.wanted = False
    await db.write(actions.keep_power, job.trial_id, job.plan, state)


class _Meter:
    """How far the thread is, and whether anybody still wants what it does."""

    def __init__(self) -> None:
        self.done, self.of, self.wanted = 0, 1, True


def _tried(past: Past, seed: str, meter: _Meter) -> Power | None:
    profile = past.profile or power.PROFILE
    steps = power.steps(past.days, past.design, seed, profile, rules=past.rules)
    if past.design.kind == "which_page":
        steps = power_pages.steps(past.pages, past.design, seed)
    for step in steps:
        meter.done, meter.of = step.done, step.of
        if step.power is not None or not meter.wanted:
            return step.power
    return None


async def read_trial(db: Database, job: ReadTrial) -> None:
    """Takes the looks that are due, one after the other, and gives the verdict when the trial is over."""
    while (due := await db.read(records.to_read, job.trial_id)) is not None:
        found = encode_text(await asyncio.to_thread(judged, due))
        if due.number:
            look = Look(due.number, due.until, found, now_ms())
            await db.write(actions.keep_look, job.trial_id, look, now_ms())
        else:
            await db.write(actions.keep_verdict, job.trial_id, found)


def judged(due: ToRead) -> Judged:
    """Reads the days and judges them. Pure; half a second."""
    seed = due.trial.seed
    reading = protocol.read(due.protocol, seed, due.days, due.pages, due.until)
    beside = [
        Beside(name, analysis.secondary(due.protocol, seed, due.days, values, due.until))
        for name, values in due.others.items()
    ]
    return Judged(reading, judging.judge(due.protocol, reading), tuple(beside))
