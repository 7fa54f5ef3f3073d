"""A firm lives through a trial of three ways, through its doors: it wants to post three times a day, always; light
days let two out, quiet ones none, what is queued moves on, and the verdict is that of its world."""

from collections import Counter
from datetime import date

import pytest

from linnet.desk.drafts import queries as drafts
from linnet.desk.trial import protocol, queries
from linnet.desk.trial.records import Judged
from linnet.kernel.clock import HOUR, iso
from linnet.kernel.days import day_start, next_day
from linnet.kernel.wire import decode_as
from tests.simulated.firm import BERLIN, SETTLING, Clock, Firm, World
from tests.simulated.test_worlds import BASELINE, begin, clock, title

pytestmark = pytest.mark.slow
__all__ = ["begin", "clock"]  # fixtures

FULL, LIGHT = 14, 5  # visits that a full day and a light one bring
MOST = 2


class Dosed(Firm):
    """Posts three times a day by an app, as often as it is let, and queues one for the day after tomorrow."""

    queued = 0

    def plan(self, *, minutes: int, value: str, weeks: int = 12) -> None:
        self.look("/desk/trial")
        self.jana.submit(
            "/desk/trial",
            kind="half_week",
            ways="3",
            weeks=str(weeks),
            light=str(MOST),
            light_share="30",
            minutes=str(minutes),
            value_low="1.40",
            value=value,
            value_high="1.60",
        )
        assert self.jana.page.status == 200, self.jana.page.text
        self.runner.run(self.program.worker.drain())

    def _post(self, day: str) -> bool:
        for n in range(3):
            answer = self.api("/api/v1/statuses", {"status": f"Rye {n + 1} of {day}"})
            assert answer.status in {200, 422}, answer.body
            self.ledger.refused += answer.status == 422
            if answer.status == 422:
                assert b"linnet_override=quiet" in answer.body
            self.ledger.posts[day] += answer.status == 200
        if date.fromisoformat(day).weekday() in {0, 2}:
            at = day_start(next_day(day, 7), BERLIN) + 10 * HOUR
            answer = self.api("/api/v1/statuses", {"status": f"Set on {day}", "scheduled_at": iso(at)})
            assert answer.status in {200, 422}, (
                answer.body
            )  # of the first stretch it is known that it is quiet
            self.queued += answer.status == 200
        return self.ledger.posts[day] > 0

    def _visitors_come(self, day: str, posted: bool) -> None:
        brings = FULL if self.ledger.posts[day] > MOST else LIGHT if posted else 0
        for _ in range(self._many(self.world.base) + self._many(brings)):
            self._seen(day, ln="", referrer="")
        for _ in range(self._many(self.world.searches)):
            self._seen(day, ln="", referrer="www.google.de")


def test_three_ways_from_the_plan_to_the_verdict(clock: Clock, tmp_path):
    firm = Dosed(tmp_path, clock, World(base=12, searches=6, effect=0, seed=9))
    try:
        firm.live(BASELINE, posting=False)
        firm.plan(minutes=3, value="1.50")
        assert "8 draws in 12 weeks" in firm.look("/desk/trial").text
        firm.freeze()
        trial = firm.db.read_now(queries.current, firm.account_id)
        assert trial is not None
        while firm.today <= trial.last_day:
            firm.day(posting=True)
        firm.live(SETTLING)
        page = firm.look(f"/desk/trial/{trial.id}")
        check(firm, trial.id, page.text)
        file = firm.look(f"/desk/trial/{trial.id}/trial.json")
        assert protocol.verify(file.body).ok
    finally:
        firm.close()


def check(firm: Dosed, trial_id: int, page: str) -> None:
    assert title(page) == "Worth it"
    assert "Light days, and what full days have more" in page
    days = {day.day: day.arm for day in firm.db.read_now(queries.days, trial_id)}
    posted = Counter(post.day for post in firm.db.read_now(queries.posts, trial_id))
    assert {posted[day] for day, arm in days.items() if arm == "quiet"} == {0}
    assert {posted[day] for day, arm in days.items() if arm == "light"} <= {1, 2}
    assert max(posted[day] for day, arm in days.items() if arm == "on") >= 3
    assert firm.ledger.refused > 28 * 3
    # what was queued went out on other days, or waits: none is lost
    assert firm.queued >= 22
    waiting = firm.db.read_now(drafts.drafts, firm.account_id, ("missed",))
    assert waiting == []
    notes = [note.what for note in firm.db.read_now(queries.notes, trial_id)]
    assert notes.count("moved") > 5
    assert "override" not in notes
    found = firm.db.read_now(queries.trial, trial_id)
    assert found is not None
    reading = decode_as(Judged, found.verdict).reading
    assert (reading.followed_on, reading.blocks_on, reading.posted_quiet) == (8, 8, 0)
    assert reading.low < FULL < reading.high
    assert reading.light is not None
    assert (reading.light.followed, reading.light.blocks, reading.light.kept) == (8, 8, True)
    assert reading.light.heavier == reading.days_on
    assert reading.light.quiet.low < LIGHT < reading.light.quiet.high
    assert reading.light.rest.low < FULL - LIGHT < reading.light.rest.high
