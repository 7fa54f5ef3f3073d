"""The trial's pages: planned or refused, frozen, running without a figure, judged and checked; and what
writing in quiet time asks for. Without a script."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from linnet.db.tx import Tx
from linnet.desk.drafts import queries as draft_queries
from linnet.desk.effort import prices
from linnet.desk.effort.money import Tool
from linnet.desk.trial import actions, errands, protocol, queries
from linnet.desk.trial.actions import PowerStep, ReadTrial
from linnet.desk.trial.planning import Plan
from linnet.desk.trial.rules import Trial
from linnet.kernel.clock import DAY, HOUR, now_ms, zone
from linnet.kernel.days import day_of, day_start, days_between, next_day
from linnet.kernel.wire import decode_as
from linnet.site.desk_times import day_words
from linnet.social.people.rules import Account
from linnet.social.posts import actions as posts
from linnet.social.posts.rules import Author, NewPost
from tests import cast, lived_trial
from tests.doors.browser import Browser, Site, site
from tests.lived_trial import BERLIN, PLAN, TERMS

ZONE = zone(BERLIN)
PERSON = "SELECT person_id FROM member WHERE account_id = :id"


class Firm:
    """A firm on the site, its owner, and a trial wherever it is wanted."""

    def __init__(self, here: Site) -> None:
        self.here = here
        self.account: Account = here.set_up()
        self.owner = Author(
            self.account.id, here.db.read_now(lambda tx: tx.value(PERSON, id=self.account.id))
        )
        self.jana = here.logged_in("jana@bakery.example")

    def past(self, days: int, visits: int = 20) -> None:
        """Visits of the days before today; of 0, one now and then."""
        today = day_of(now_ms(), ZONE)

        def write(tx: Tx) -> None:
            for n, day in enumerate(days_between(next_day(today, -days), next_day(today, -1))):
                lived_trial.visits(
                    tx, day, other=visits + n % 5 - n % 3 if visits else n % 12 == 0, search=8 + n % 4
                )

        self.here.db.write_now(write)

    def current(self) -> Trial:
        found = self.here.db.read_now(queries.current, self.account.id)
        assert found is not None
        return found

    def running(self, back: int, plan: Plan = PLAN, *, arm: str = "", effect: float = 0) -> Trial:
        """A trial that was frozen `back` days ago; now and in an hour it is `arm`."""
        now = now_ms()
        begun = now - back * DAY
        seed = lived_trial.seed_with(arm, plan, begun, now) if arm else "0" * 64
        trial = lived_trial.begin(self.here.db, self.owner, begun, plan, seed=seed)
        lived_trial.world(self.here.db, trial, effect=effect)
        lived_trial.posted(self.here.db, trial)
        lived_trial.live(self.here.db, begun, now)
        return lived_trial.again(self.here.db, trial)


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    with site(tmp_path) as made:
        yield Firm(made)


def errors(browser: Browser) -> str:
    return " ".join(
        re.findall(r'class="(?:wrong|notice bad)"[^>]*>.*?<span>(.*?)</span>', browser.page.text, re.DOTALL)
    )


def text(browser: Browser) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", browser.page.text.split("<main")[1]).split())


GOOD = {
    "kind": "half_week",
    "weeks": "6",
    "minutes": "30",
    "value_low": "1",
    "value": "1,50",
    "value_high": "2.00",
}


def plan(browser: Browser, **more: str) -> None:
    browser.get("/desk/trial")
    browser.submit("/desk/trial", **{**GOOD, **more})


# planning


def test_tools_are_in_the_cost_of_a_day_and_not_in_that_of_a_page(firm: Firm):
    since = day_of(now_ms() - 9 * DAY, ZONE)
    firm.here.db.write_now(prices.put_tool, Tool(1, "Scheduler", 3000, "EUR", since, ""))
    jana = firm.jana
    jana.get("/desk/trial")
    assert re.search(r"On top of that come 0\.99\s€ a day for tools", text(jana))
    plan(jana, waived="1")
    worth = decode_as(Plan, firm.current().plan).worth
    assert (worth.cost, worth.tools) == (2099, 99)
    assert re.search(r"A day of posting costs 20\.99\s€, 0\.99\s€ of it for tools", text(jana))
    jana.get("/desk/trial/pages")
    assert "Tools that are paid by the month are not in it" in text(jana)


def test_a_plan_is_tried_on_the_firms_own_past_and_frozen(firm: Firm):
    firm.past(80)
    jana = firm.jana
    plan(jana)
    assert "0 of 100 parts are done" in text(jana)
    assert "Look again" in text(jana)
    assert not [f for f in jana.forms() if f.action == "/desk/trial/freeze"]
    trial = firm.current()
    assert jana.get("/desk/trial/power", x_linnet_part="1").header("x-linnet-done") == ""
    part = jana.send("GET", "/desk/trial/power", headers={"x-linnet-part": "1"})
    assert "<progress" in part.text
    assert part.header("x-linnet-done") == ""
    firm.here.runner.run(errands.power_step(firm.here.db, PowerStep(trial.id, trial.plan)))
    done = jana.send("GET", "/desk/trial/power", headers={"x-linnet-part": "1"})
    assert done.header("x-linnet-done") == "1"
    jana.get("/desk/trial")
    said = text(jana)
    assert "visits a day" in said
    assert "500 trials without any effect were laid over" in said
    assert re.search(r"A day of posting costs 20\.00\s€", said)
    jana.submit("/desk/trial/freeze", publish="1")
    trial = firm.current()
    assert trial.stage == "frozen"
    assert trial.seed not in jana.page.text
    assert trial.seed_hash in jana.page.text
    assert trial.protocol_hash in jana.page.text
    assert trial.post_id is not None
    jana.get(f"/posts/{trial.post_id}")
    assert f"SHA-256: {trial.protocol_hash}" in jana.page.text
    # now nothing of it changes any more
    key = jana.key()
    refused = jana.post("/desk/trial", [*GOOD.items(), ("cuts", "0-4"), ("form_key", key)])
    assert (refused.status, "frozen" in refused.text) == (409, True)
    jana.get("/desk/trial")
    jana.submit("/desk/trial/drop")
    assert firm.here.db.read_now(queries.current, firm.account.id) is None


def test_a_short_past_gives_a_first_guess_and_a_lost_step_is_asked_for_again(firm: Firm):
    firm.past(30)
    jana = firm.jana
    plan(jana)
    trial = firm.current()
    assert firm.here.db.write_now(
        lambda tx: tx.run("DELETE FROM job WHERE key = :key", key=f"trial-power:{trial.id}")
    )
    plan(jana)
    assert (
        firm.here.db.read_now(lambda tx: tx.value("SELECT COUNT(*) FROM job WHERE kind = 'PowerStep'")) == 1
    )
    firm.here.runner.run(errands.power_step(firm.here.db, PowerStep(trial.id, trial.plan)))
    jana.get("/desk/trial")
    assert "Your past is too short to try trials on" in text(jana)
    assert jana.form("/desk/trial/freeze")


def test_refusals_are_plain_and_keep_what_was_typed(firm: Firm):
    jana = firm.jana
    plan(jana)
    assert jana.page.status == 422
    assert "0 days of visits are recorded, 28 are needed" in errors(jana)
    assert 'value="1,50"' in jana.page.text
    for field, value, sentence in (
        ("weeks", "4", "are too few: they have 4 coins"),
        ("minutes", "0", "must be 1 to 1440"),
        ("minutes", "x", "is not a whole number"),
        ("value", "free", "is not an amount of money like 1.50"),
        ("value_low", "1.80", "must lie in its range"),
        ("kind", "daily", "cannot be single days: too few visits by your links are known"),
        ("kind", "which", "is not known"),
    ):
        plan(jana, waived="1", **{field: value})
        assert (jana.page.status, sentence in jana.page.text) == (422, True), (field, text(jana))
    plan(jana, waived="1")
    assert jana.page.status == 200
    assert "Started without a baseline: 0 days" in text(jana)
    jana.submit("/desk/trial/freeze")
    assert firm.current().stage == "frozen"
    assert "Started without a baseline: 0 days" in text(jana)  # on every page


def test_a_trial_that_can_see_nothing_in_a_year_is_refused(firm: Firm):
    firm.past(60, visits=0)
    jana = firm.jana
    plan(jana, value_low="5", value="6", value_high="1000", minutes="1")
    trial = firm.current()
    firm.here.runner.run(errands.power_step(firm.here.db, PowerStep(trial.id, trial.plan)))
    jana.get("/desk/trial")
    assert "Do not start this trial" in text(jana)
    assert not [f for f in jana.forms() if f.action == "/desk/trial/freeze"]
    refused = jana.post(
        "/desk/trial/freeze", {"trial": str(trial.id), "plan": trial.plan, "form_key": jana.key()}
    )
    assert (refused.status, "even in a year" in refused.text) == (409, True)


def test_only_owners_decide_and_only_the_firm_sees(firm: Firm):
    firm.here.someone("other_o", "owner")
    other = firm.here.logged_in("other_o@example.org")
    assert other.get("/desk/trial").status == 403
    assert 'href="/desk/trial"' not in other.get("/").text
    assert 'href="/desk/trial"' in firm.jana.get("/").text
    assert other.post("/desk/trial", {**GOOD, "form_key": "x"}).status == 403
    assert firm.here.browser().send("GET", "/desk/trial").header("location") == "/login?next=/desk/trial"


# running


def test_a_running_trial_shows_days_and_compliance_and_no_figure(firm: Firm):
    trial = firm.running(20, effect=30)
    jana = firm.jana
    jana.get("/desk/trial")
    said = text(jana)
    assert "The trial is running" in said
    for word in ("Days over", "Posting times with a post", "Quiet times with a post", "Dropped, by rule"):
        assert word in said
    assert "Posting brought" not in said
    assert "range" not in said.lower()
    days = firm.here.db.read_now(queries.days, trial.id)
    counted = [day for day in days if day.state == "counted"]
    assert counted
    figures = re.findall(r'class="number[^"]*">\s*([\d., ]+)\s*<', jana.page.text)
    assert not {str(day.visits) for day in counted if day.visits > 20} & {f.strip() for f in figures}
    hidden = [
        day for day in days if day.span > max(d.span for d in days if d.day <= day_of(now_ms(), ZONE)) + 1
    ]
    assert hidden
    assert trial.seed not in jana.page.text


def test_writing_in_quiet_time_asks_for_another_word(firm: Firm):
    trial = firm.running(20, arm="quiet")
    before = {post.post_id for post in firm.here.db.read_now(queries.posts, trial.id)}

    def noted() -> list[tuple[str, bool]]:
        rows = firm.here.db.read_now(queries.posts, trial.id)
        return [(post.kind, post.quiet) for post in rows if post.post_id not in before]

    jana = firm.jana
    jana.get("/")
    assert "Quiet time of your trial, until" in text(jana)
    jana.submit("/posts", text="Fresh rye")
    assert jana.page.status == 422
    assert "cannot go out now: your trial has quiet time until" in errors(jana)
    assert "Fresh rye" in jana.page.text
    jana.submit("/posts", text="Fresh rye", insists="1")
    assert jana.page.status == 200
    assert noted() == [("post", True)]
    jana.get("/desk/trial")
    assert "because it was insisted on" in text(jana)

    guest = firm.here.db.write_now(cast.account, "guest")
    said = firm.here.db.write_now(
        posts.publish,
        Author(guest.id, None),
        NewPost("@bakery rye?"),
        TERMS,
        id=lived_trial.new_id(),
        now=now_ms(),
    )
    jana.get(f"/compose?to={said}")
    assert "Quiet time" not in text(jana)
    jana.submit("/posts", text="@guest until six")
    assert jana.page.status == 200
    part = jana.post(f"/posts/{said}/boost", {"form_key": jana.key()}, x_linnet_part="1")
    assert (part.status, part.header("x-linnet-go")) == (422, f"/posts/{said}/boost")
    jana.get(f"/@guest/{said}")
    jana.post(f"/posts/{said}/boost", {"form_key": jana.key()})
    assert "Boost it all the same" in text(jana)
    jana.submit(f"/posts/{said}/boost")
    assert noted() == [("post", True), ("boost", True)]


def test_the_plan_knows_quiet_time(firm: Firm):
    firm.running(20, arm="quiet")
    jana = firm.jana
    jana.get("/plan")
    assert "quiet time of the trial" in text(jana)
    assert jana.page.text.count('<span class="hushed">quiet</span>') >= 1
    jana.get("/plan/new")
    assert "Quiet time of your trial:" in text(jana)
    quiet_day = day_of(now_ms() + HOUR, ZONE)
    jana.submit("/plan/new", text="Today", date=quiet_day, time="23:59", do="schedule")
    assert jana.page.status == 422
    assert "cannot go out then" in errors(jana)
    jana.submit("/plan/new", text="Today", date=quiet_day, time="23:59", insists="1", do="schedule")
    assert jana.page.status == 200
    jana.get("/plan/new")
    jana.submit("/plan/new", text="Whenever", do="slot")
    draft = firm.here.db.read_now(draft_queries.drafts, firm.account.id, ("set",))[0]
    quiet = firm.here.db.read_now(actions.obeying.known, firm.account.id, now_ms())
    assert draft.due_at is not None
    assert quiet.at(draft.due_at) is None


def test_it_is_stopped_and_judged(firm: Firm):
    firm.running(63, lived_trial.longer(PLAN, weeks=12), effect=40)
    jana = firm.jana
    jana.get("/desk/trial/stop")
    assert "the range is a wider one" in text(jana)
    jana.submit("/desk/trial/stop")
    trial = firm.current()
    assert trial.stage == "stopped"
    assert "Then the verdict stands here" in text(jana)
    lived_trial.live(firm.here.db, now_ms(), now_ms() + DAY + HOUR)
    firm.here.runner.run(errands.read_trial(firm.here.db, ReadTrial(trial.id)))
    jana.get("/desk/trial")
    assert "Verdicts" in text(jana)
    jana.get(f"/desk/trial/{trial.id}")
    said = text(jana)
    assert "Stopped at a time that was not planned" in said
    assert "Not measured: a reputation that grows over months" in said
    assert trial.seed in jana.page.text
    assert 'role="img"' in jana.page.text
    file = jana.get(f"/desk/trial/{trial.id}/trial.json")
    assert "attachment" in file.header("content-disposition")
    found = protocol.verify(file.body)
    assert found.ok, [check.words for check in found.checks if not check.ok]
    assert found.said is not None
    assert found.said.title in said


@pytest.mark.parametrize(
    ("effect", "title"), [(45.0, "Worth it"), (0.0, "Not worth it"), (16.0, "Cannot tell yet")]
)
def test_the_verdict_page(firm: Firm, effect: float, title: str):
    plan = lived_trial.longer(PLAN, weeks=8, early_looks=False)
    trial = firm.running(66, plan, effect=effect)
    assert trial.stage == "ended"
    firm.here.runner.run(errands.read_trial(firm.here.db, ReadTrial(trial.id)))
    jana = firm.jana
    jana.get(f"/desk/trial/{trial.id}")
    assert f">{title}</h1>" in jana.page.text
    said = text(jana)
    assert "pays for itself from 10.0 to 20.0 visits a day" in said
    assert "What would pay range 10.0 to 20.0" in said
    assert re.search(r"n \d+ days on, \d+ quiet · range", said)
    last = next(iter(re.findall(r"What to do (.*?) In figures", said)))
    assert last
    assert ("trial of pages" in last) == (title == "Cannot tell yet")
    assert ('href="/desk/trial/pages"' in jana.page.text) == ("trial of pages" in last)
    assert day_start(trial.last_day, ZONE) < now_ms()
    file = jana.get(f"/desk/trial/{trial.id}/trial.json")
    assert protocol.verify(file.body).ok


def test_unknown_verdicts_are_not_there(firm: Firm):
    trial = firm.running(3)
    for path in (f"/desk/trial/{trial.id}", f"/desk/trial/{trial.id}/trial.json", "/desk/trial/7"):
        assert firm.jana.get(path).status == 404


def test_a_firm_that_has_not_posted_gets_a_date(firm: Firm):
    jana = firm.jana
    jana.get("/desk/trial")
    assert "First count, then begin" in text(jana)
    firm.past(10)
    jana.get("/desk/trial")
    day = next_day(day_of(now_ms(), ZONE), -10 + protocol.BASELINE_LEAST + 1)
    assert f"Begin on {day_words(day)}" in text(jana)
    assert "9 so far" in text(jana)  # the first day was not whole
    assert "Visits to your website are counted, done" in " ".join(text(jana).split()).replace(" ,", ",")
    jana.get("/")
    jana.submit("/posts", text="Too soon")
    jana.get("/desk/trial")
    assert "Begin on" not in text(jana)


def test_of_a_look_for_futility_that_goes_on_no_figure_is_told(firm: Firm):
    trial = firm.running(68, lived_trial.longer(PLAN, weeks=12), effect=45)
    lived_trial.read(firm.here.db, trial)
    assert len(firm.here.db.read_now(queries.looks, trial.id)) == 1
    firm.jana.get("/desk/trial")
    said = text(firm.jana)
    assert "Can it still be worth it? It can, so the trial goes on" in said
    assert "Posting brought" not in said
    assert "trial-chart" not in firm.jana.page.text
