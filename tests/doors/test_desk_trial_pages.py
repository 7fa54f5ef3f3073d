"""The which-page trial's pages: planned from what is visited, refused, frozen, running without a figure,
judged and checked; and what writing about a page in its other week asks for. Without a script."""

import re
from datetime import date

import pytest

from linnet.desk.drafts import queries as draft_queries
from linnet.desk.trial import errands, protocol, queries
from linnet.desk.trial.actions import PowerStep
from linnet.desk.trial.pages import queries as page_queries
from linnet.desk.trial.pages import rules as page_rules
from linnet.desk.trial.planning import Plan
from linnet.desk.trial.rules import Trial
from linnet.kernel.clock import DAY, HOUR, now_ms
from linnet.kernel.days import date_words, day_of, next_day
from linnet.kernel.wire import decode_as
from linnet.social.posts import actions as posts
from linnet.social.posts.rules import Author, NewPost
from tests import cast, lived_pages, lived_trial
from tests.doors.browser import Browser
from tests.doors.test_desk_trial import ZONE, Firm, errors, firm, text
from tests.lived_pages import PAGES, PLAN
from tests.lived_trial import TERMS

__all__ = ["firm"]  # a fixture
# what only a trial of days may say
OF_DAYS = re.compile(r"quiet|loud|posting times|visits a day|day of posting|half-week", re.IGNORECASE)
PLACE = "/desk/trial/pages"
GOOD = {"weeks": "8", "minutes": "8", "value_low": "1", "value": "1,50", "value_high": "2.00"}


def plan(browser: Browser, **more: object) -> None:
    browser.get(PLACE)
    browser.submit(PLACE, **{**GOOD, **more})


def running(firm: Firm, back: int, wanted: Plan = PLAN, *, effect: float = 0, obeying: bool = True) -> Trial:
    """A trial that was frozen `back` days ago."""
    now = now_ms()
    trial = lived_trial.begin(firm.here.db, firm.owner, now - back * DAY, wanted)
    lived_pages.world(firm.here.db, trial, effect=effect)
    lived_pages.linked(firm.here.db, trial, obeying=obeying)
    lived_trial.live(firm.here.db, now - back * DAY, now)
    return lived_trial.again(firm.here.db, trial)


def held(firm: Firm, trial: Trial, *, promoted: bool = False) -> str:
    week = page_rules.week_of(trial.first_day, day_of(now_ms(), ZONE))
    turns = firm.here.db.read_now(page_queries.turns, trial.id)
    return next(turn.page for turn in turns if turn.week == week and turn.promoted == promoted)


def test_a_plan_is_tried_on_past_weeks_of_the_pages_and_frozen(firm: Firm):
    lived_pages.past(firm.here.db, day_of(now_ms(), ZONE))
    jana = firm.jana
    jana.get("/desk/trial")
    assert PLACE in jana.page.text
    jana.get(PLACE)
    assert sorted(value for name, value in jana.form(PLACE).pairs if name == "page") == sorted(PAGES)
    jana.submit(PLACE, **GOOD)
    assert "0 of 100 parts are done" in text(jana)
    trial = firm.current()
    wanted = decode_as(Plan, trial.plan)
    assert (wanted.kind, wanted.pages, wanted.weeks) == ("which_page", tuple(sorted(PAGES)), 8)
    firm.here.runner.run(errands.power_step(firm.here.db, PowerStep(trial.id, trial.plan)))
    jana.get("/desk/trial")
    said = text(jana)
    assert "visits per promoted page and week" in said
    assert "500 trials without any effect were laid over 64 weeks of your own pages" in said
    assert "8 pages, 32 coins in 8 weeks" in said
    assert not OF_DAYS.search(said)
    jana.submit("/desk/trial/freeze", publish="1")
    trial = firm.current()
    assert trial.stage == "frozen"
    assert trial.seed not in jana.page.text
    assert trial.protocol_hash in jana.page.text
    assert trial.post_id is not None
    said = firm.here.db.read_now(page_queries.said, trial.post_id)
    assert said is not None
    assert said.text.startswith("What does a mention bring a page? Trial ")
    said = text(jana)
    assert "The first week" in said
    assert "Post about these 4 pages" in said
    assert "Next week" not in said


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"more": "bakery.example/a bakery.example/b"}, "are too few: 2. Each page is a coin"),
        (
            {"more": "bakery.example/shop?id=1\nbakery.example/shop?id=2"},
            "cannot be told apart by what stands behind the ?",
        ),
        ({"more": "https://else.example/a"}, "must be on your own websites; this one is not"),
        ({"more": "\n".join(f"https://bakery.example/{n}" for n in range(41))}, "are too many: 41"),
        ({"more": " ".join(PAGES)}, "baseline: 0 days of visits are recorded"),
        ({"more": " ".join(PAGES), "waived": "1", "minutes": "0"}, "must be 1 to 1440"),
        ({"more": " ".join(PAGES), "waived": "1", "weeks": "7"}, "must be an even number"),
    ],
)
def test_what_cannot_be_is_refused_in_words(firm: Firm, more: dict[str, str], words: str):
    jana = firm.jana
    jana.get(PLACE)
    jana.submit(PLACE, **{**GOOD, **more})
    assert jana.page.status == 422
    assert words in errors(jana) or words in text(jana)
    assert firm.here.db.read_now(queries.current, firm.account.id) is None


def test_without_a_baseline_it_says_so(firm: Firm):
    plan(firm.jana, more=" ".join(PAGES), waived="1")
    assert "Started without a baseline" in text(firm.jana)
    firm.jana.submit("/desk/trial/freeze")
    assert "Started without a baseline" in text(firm.jana)
    # frozen: the form is not offered any more
    firm.jana.get(PLACE)
    assert "The trial is frozen" in text(firm.jana)


def test_running_it_shows_weeks_and_no_figure(firm: Firm):
    trial = running(firm, 24)
    firm.jana.get("/desk/trial")
    said = text(firm.jana)
    assert "This week" in said
    assert "Next week" in said
    assert said.count("Post about these 4 pages") == 2
    week = page_rules.week_of(trial.first_day, day_of(now_ms(), ZONE))
    assert f"Weeks over {week} of 8" in said
    assert f"Promoted pages with a post to them, by week {4 * week} of {4 * week}" in said
    assert f"Other pages with a post to them, by week 0 of {4 * week}" in said
    assert "Posting brought" not in said
    assert not OF_DAYS.search(said)
    assert trial.seed not in firm.jana.page.text
    firm.jana.get("/desk/trial/stop")
    assert "End the trial?" in text(firm.jana)
    firm.jana.get("/statement")
    assert f"A trial of pages runs until {date_words(trial.last_day)}" in text(firm.jana)
    firm.jana.get("/desk/trial/stop")
    firm.jana.submit("/desk/trial/stop")
    firm.jana.get("/statement")
    assert "A trial of pages is over. Its verdict comes when the last week is counted." in text(firm.jana)


def test_writing_about_a_page_of_the_other_week(firm: Firm):
    trial = running(firm, 24)
    jana, page = firm.jana, held(firm, trial)
    before = len(firm.here.db.read_now(queries.posts, trial.id))
    jana.get("/")
    assert "Not to be linked to this week: 4 pages" in text(jana)
    jana.submit("/posts", text=f"Look: https://{page}")
    assert jana.page.status == 422
    assert f"it leads to {page}, which your trial does not promote until Monday" in jana.page.text
    jana.submit("/posts", insists="1")
    assert jana.page.status == 200
    noted = firm.here.db.read_now(queries.posts, trial.id)[before:]
    assert [post.quiet for post in noted] == [True]
    jana.get("/")
    jana.submit("/posts", text="Nothing to link to")
    assert jana.page.status == 200
    jana.get("/desk/trial")
    assert "it was insisted on" in text(jana)


def test_a_draft_and_a_boost_wait_too(firm: Firm):
    trial = running(firm, 24)
    jana, page = firm.jana, held(firm, trial)
    jana.get("/plan/new")
    assert "this week not to be linked to" in text(jana)
    jana.submit("/plan/new", text=f"Later https://{page}", do="slot")
    assert jana.page.status == 200
    due = firm.here.db.read_now(draft_queries.planned, firm.account.id, 0, 1 << 60)
    assert len(due) == 1
    week = page_rules.week_of(trial.first_day, day_of(due[0].due_at or 0, ZONE))
    assert week > page_rules.week_of(trial.first_day, day_of(now_ms(), ZONE))
    guest = Author(firm.here.db.write_now(cast.account, "guest").id, None)
    praise = firm.here.db.write_now
    id = praise(posts.publish, guest, NewPost(f"Nice https://{page}"), TERMS, id=now_ms() << 16, now=now_ms())
    jana.get(f"/posts/{id}/boost")
    assert f"It leads to {page}, which your trial does not promote until" in text(jana)
    jana.submit(f"/posts/{id}/boost")
    assert [x.post_id for x in firm.here.db.read_now(page_queries.links, trial.id) if x.held]
    plain = praise(posts.publish, guest, NewPost("Nice"), TERMS, id=now_ms() << 16, now=now_ms())
    jana.get(f"/posts/{plain}/boost")
    assert "all the same" not in text(jana)


@pytest.mark.parametrize(("effect", "title"), [(20, "Worth it"), (0, "Not worth it")])
def test_the_verdict_and_its_file(firm: Firm, effect: float, title: str):
    trial = running(firm, 8 * 7 + 12, effect=effect)
    lived_trial.read(firm.here.db, trial)
    jana = firm.jana
    jana.get("/desk/trial")
    assert title in text(jana)
    jana.get(f"/desk/trial/{trial.id}")
    said = text(jana)
    assert title in said
    assert "weeks of pages promoted" in said
    assert "Page by page" in said
    assert not OF_DAYS.search(said)
    reply = jana.get(f"/desk/trial/{trial.id}/trial.json")
    checked = protocol.verify(reply.body)
    assert checked.ok
    assert checked.said is not None
    assert checked.said.title == title
    lived_trial.live(firm.here.db, now_ms(), now_ms() + HOUR)  # nothing comes after a verdict
    assert lived_trial.again(firm.here.db, trial).stage == "judged"
    # the statement and the page of public trials can live with it
    jana.get("/statement")
    assert "Your trial of pages, " in text(jana)
    assert f": {title}." in text(jana)
    jana.get("/desk/worked")
    assert jana.page.status == 200


def test_the_plan_shows_the_pages_of_this_week_and_the_next_one(firm: Firm):
    trial = running(firm, 24)
    jana, db = firm.jana, firm.here.db
    turns = db.read_now(page_queries.turns, trial.id)
    week = page_rules.week_of(trial.first_day, day_of(now_ms(), ZONE))
    for number, shown in ((week - 1, False), (week, True), (week + 1, True), (week + 2, False)):
        first = page_rules.week_days(trial.first_day, number)[0]
        year, iso, _ = date.fromisoformat(first).isocalendar()
        jana.get(f"/plan?week={year}-W{iso:02d}")
        said = text(jana)
        assert ("Your trial of pages" in said) == shown
        if shown:
            open_part, _, rest = said.partition("Not to be linked to: 4 pages")
            held_part = rest.partition("Times are those of")[0]
            for turn in turns:
                if turn.week == number:
                    page = turn.page.replace("/", "/ ")  # where the address may break
                    assert (page in open_part, page in held_part) == (turn.promoted, not turn.promoted)
            assert "each of them has a post already" in said
    jana.get("/plan")
    assert "Your trial of pages this week" in text(jana)
    jana.get("/desk")
    assert "Your trial of pages : 4 pages not to be linked to this week." in text(jana)


def test_before_it_begins_the_plan_shows_its_first_week_only(firm: Firm):
    trial = lived_trial.begin(firm.here.db, firm.owner, now_ms(), PLAN)
    year, iso, _ = date.fromisoformat(trial.first_day).isocalendar()
    firm.jana.get(f"/plan?week={year}-W{iso:02d}")
    assert "each is to have a post" in text(firm.jana)
    year, iso, _ = date.fromisoformat(next_day(trial.first_day, 7)).isocalendar()
    firm.jana.get(f"/plan?week={year}-W{iso:02d}")
    assert "Your trial of pages" not in text(firm.jana)
