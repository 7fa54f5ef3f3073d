"""A trial of three ways in its pages: planned, tried on the past, frozen, lived through, judged, taken away."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from linnet.commands import trial as command
from linnet.desk.drafts import actions as drafts
from linnet.desk.drafts import queries as draft_queries
from linnet.desk.trial import errands, protocol, queries
from linnet.desk.trial.actions import PowerStep, ReadTrial
from linnet.kernel.clock import DAY, HOUR, now_ms
from linnet.kernel.days import day_of, next_day
from linnet.kernel.ids import new_id
from linnet.site import trial_light
from tests import desk, lived_trial
from tests.doors.browser import site
from tests.doors.test_desk_trial import ZONE, Firm, errors, text
from tests.lived_trial import THREE

GOOD = {
    "kind": "half_week",
    "ways": "3",
    "weeks": "9",
    "minutes": "30",
    "light": "2",
    "light_share": "35",
    "value_low": "1",
    "value": "1,50",
    "value_high": "2.00",
}

ENTRY = """INSERT INTO effort_entry (id, person_id, account_id, day, minutes, activity, channel, note, created_at)
    VALUES (:id, :person_id, :account_id, :day, :minutes, 'write', 'fediverse', '', 1)"""


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    with site(tmp_path) as made:
        yield Firm(made)


def plan(firm: Firm, **more: str) -> None:
    firm.jana.get("/desk/trial")
    firm.jana.submit("/desk/trial", **{**GOOD, **more})


def habits(firm: Firm) -> None:
    """Twenty days with one post and ten minutes, twenty with four and forty."""
    today = day_of(now_ms(), ZONE)

    def write(tx) -> None:
        for n in range(1, 41):
            day = next_day(today, -n)
            at = lived_trial.day_start(day, ZONE) + 9 * HOUR
            many = n % 2
            for k in range(4 if many else 1):
                desk.post(tx, firm.account.id, at + k * HOUR)
            tx.run(
                ENTRY,
                id=new_id(),
                day=day,
                person_id=firm.owner.person_id,
                account_id=firm.account.id,
                minutes=40 if many else 10,
            )

    firm.here.db.write_now(write)


def test_refusals_of_light_days_are_plain_and_keep_what_was_typed(firm: Firm):
    for field, value, sentence in (
        ("light", "0", "must be 1 at least: with none it would be a quiet day"),
        ("light", "x", "is not a whole number"),
        ("light", "21", "must be 1 to 20 posts on a light day"),
        ("light_share", "", "is not known from your own days"),
        ("light_share", "100", "must be 1 to 99 per cent"),
        ("weeks", "6", "are too few: they have 4 draws"),
        ("weeks", "10", "must be 3, 6, 9 and so on"),
        ("ways", "4", "are two or three"),
    ):
        plan(firm, waived="1", **{field: value})
        assert (firm.jana.page.status, sentence in firm.jana.page.text) == (422, True), (
            field,
            text(firm.jana),
        )
    assert 'name="light" inputmode="numeric" value="2"' in firm.jana.page.text
    plan(firm, waived="1", ways="2", weeks="6", light="", light_share="")
    assert firm.jana.page.status == 200
    assert json.loads(firm.current().plan)["light"] == 0


@pytest.mark.wide
def test_a_trial_of_three_ways_from_its_plan_to_its_verdict(firm: Firm, tmp_path: Path, capsys):
    db, jana = firm.here.db, firm.jana
    firm.past(80)
    jana.get("/desk/trial")
    assert "You posted nothing in the last 90 days" in text(jana)
    plan(firm)
    trial = firm.current()
    firm.here.runner.run(errands.power_step(db, PowerStep(trial.id, trial.plan)))
    jana.get("/desk/trial")
    said = text(jana)
    assert "6 draws in 9 weeks" in said
    assert "of full days and of light days alike" in said
    assert re.search(r"A light day, with at most 2 posts, takes 35 per cent .* costs 7\.33\s€", said)
    jana.submit("/desk/trial/freeze", publish="1")
    trial = firm.current()
    assert json.loads(trial.protocol)["design"]["light"] == 2
    assert trial.protocol_hash in jana.page.text
    assert "a light one, with at most 2 posts a day" in text(jana)
    assert "a full day of posting costs" in text(jana)
    jana.submit("/desk/trial/drop")

    trial = firm.running(40, THREE, arm="light", effect=45)
    jana.get("/desk/trial")
    said = text(jana)
    assert "Light At most 2 posts a day" in said
    assert "Light times with a post, and with at most 2 posts a day" in said
    assert "range" not in said.lower()
    before = {post.post_id for post in db.read_now(queries.posts, trial.id)}

    def noted() -> list[bool]:
        return [p.quiet for p in db.read_now(queries.posts, trial.id) if p.post_id not in before]

    db.write_now(lambda tx: tx.run("DELETE FROM trial_post WHERE day = :day", day=day_of(now_ms(), ZONE)))
    jana.get("/")
    assert "Light day of your trial: 2 of 2 posts left" in text(jana)
    jana.submit("/posts", text="Fresh rye")
    jana.get("/plan")
    assert "a few posts only, for the trial" in text(jana)
    today = day_of(now_ms() + HOUR, ZONE)
    jana.get("/plan/new")
    assert "(1 of 2 left)" in text(jana)
    jana.submit("/plan/new", text="Later", date=today, time="23:59", do="schedule")
    assert jana.page.status == 200
    later = db.read_now(draft_queries.drafts, firm.account.id, ("set",))[0]
    jana.get("/")
    jana.submit("/posts", text="And plaited loaf")
    assert noted() == [False, False]
    jana.get("/")
    assert "no more is left" in text(jana)
    jana.submit("/posts", text="A third one")
    assert jana.page.status == 422
    assert "the 2 posts of a light day of your trial have their places until" in errors(jana)
    assert db.write_now(drafts.keep_quiet, now_ms()) == 1  # what was queued moves on by itself
    moved = db.read_now(draft_queries.draft, later.id)
    assert moved is not None
    assert day_of(moved.due_at or 0, ZONE) > today
    jana.get(f"/plan/{later.id}")
    assert "That is a light day of the trial, for 2 posts, so it was moved here." in text(jana)
    jana.get("/")
    jana.submit("/posts", text="A third one", insists="1")
    assert noted() == [False, False, True]
    jana.get("/desk/trial")
    assert "beyond its 2, because it was insisted on" in text(jana)

    end = lived_trial.live(db, now_ms(), now_ms() + 50 * DAY)
    lived_trial.live(db, end, end + 2 * HOUR)
    trial = lived_trial.again(db, trial)
    firm.here.runner.run(errands.read_trial(db, ReadTrial(trial.id)))
    jana.get(f"/desk/trial/{trial.id}")
    said = text(jana)
    assert "Light days, and what full days have more" in said
    assert "Light against quiet Light posting (at most 2 posts a day) brought" in said
    assert "Full against light The rest of the effort of a full day brought" in said
    assert "Full days with more than 2 posts" in said
    assert 'class="row-name"' in jana.page.text
    file = jana.get(f"/desk/trial/{trial.id}/trial.json")
    assert protocol.verify(file.body).ok
    kept = tmp_path / "trial.json"
    kept.write_bytes(file.body)
    assert command.verify(type("Args", (), {"file": str(kept)}), None) == 0
    assert "A light day costs 7.00" in capsys.readouterr().out


@pytest.mark.wide
def test_what_a_light_day_takes_comes_from_the_firms_own_days(firm: Firm):
    habits(firm)
    firm.jana.get("/desk/trial")
    said = text(firm.jana)
    assert (
        "On a usual day with posts you send 2 posts (n 40 of 90 days)." in said
    )  # 1 and 4: in the middle 2.5
    assert "Days with 1 post took 10 minutes, days with more 40 (n 20 and 20): 25 per cent." in said
    plan(firm, waived="1", light="1", light_share="")
    assert firm.jana.page.status == 200
    kept = json.loads(firm.current().plan)
    assert (kept["light"], kept["light_share"], kept["worth"]["light_minutes"]) == (1, 25, 8)
    assert "takes 25 per cent of its minutes" in text(firm.jana)


def test_lengths_are_offered_by_the_ways_that_they_fit():
    offered = dict(trial_light.WEEKS)
    assert offered["Two ways or three"][:2] == (12, 18)
    assert offered["Two ways only"][:3] == (6, 8, 10)
    assert offered["Three ways only"][:2] == (9, 15)
