"""What is reckoned for a trial outside of any transaction: the power step, a look, the verdict."""

import asyncio

from linnet.db.database import Database
from linnet.desk.trial import actions, analysis, records, verdict
from linnet.desk.trial.actions import ReadTrial
from linnet.desk.trial.queries import Look
from linnet.desk.trial.records import Beside, Judged, ToRead
from linnet.kernel.clock import now_ms
from linnet.kernel.wire import encode_text


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
    reading = analysis.read(due.protocol, seed, due.days, due.until)
    beside = [
        Beside(name, analysis.secondary(due.protocol, seed, due.days, values, due.until))
        for name, values in due.others.items()
    ]
    return Judged(reading, verdict.judge(due.protocol, reading), tuple(beside))
