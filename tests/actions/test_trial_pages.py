"""A which-page trial lived through: drawn, obeyed by what goes out, counted once, judged. On both engines."""

from collections.abc import Callable

import pytest

from linnet.db.database import Database
from linnet.desk.drafts import actions as drafts
from linnet.desk.drafts import queries as draft_queries
from linnet.desk.drafts.rules import Content, Draft
from linnet.desk.links import actions as links
from linnet.desk.pool import actions as pool
from linnet.desk.publishing import actions as publishing
from linnet.desk.trial import actions, errands, obeying, protocol, queries, records
from linnet.desk.trial.pages import queries as page_queries
from linnet.desk.trial.pages import state as page_state
from linnet.desk.trial.pages.rules import PageTurn, week_days
from linnet.desk.trial.reckoning import calendar
from linnet.desk.trial.records import Judged
from linnet.desk.trial.rules import QuietTime, Trial
from linnet.desk.trial.values import Protocol
from linnet.kernel.clock import DAY, HOUR, zone
from linnet.kernel.days import day_of, day_start, next_day
from linnet.kernel.errors import Conflict, Invalid
from linnet.kernel.ids import new_id
from linnet.kernel.wire import decode_as
from linnet.social.posts import actions as posts
from linnet.social.posts.rules import Author, NewPost
from tests import cast, lived_pages
from tests import lived_trial as trials
from tests.lived_pages import PAGES, PLAN
from tests.lived_trial import BERLIN, TERMS

ZONE = zone(BERLIN)
SITE = "INSERT INTO site (host, url, position) VALUES ('bakery.example', 'https://bakery.example', 0)"


@pytest.fixture
def ada(db: Database) -> Author:
    person, account = db.write_now(cast.both, "ada")
    db.write_now(trials.found, account.id)
    db.write_now(lambda tx: tx.run(SITE))
    return Author(account.id, person.id)


@pytest.fixture
def trial(db: Database, ada: Author, now: int) -> Trial:
    return trials.begin(db, ada, now, PLAN)


def week(db: Database, trial: Trial, number: int) -> list[PageTurn]:
    return [turn for turn in lived_pages.turns(db, trial) if turn.week == number]


def one(db: Database, trial: Trial, number: int, *, promoted: bool) -> str:
    return next(turn.page for turn in week(db, trial, number) if turn.promoted == promoted)


def at_week(trial: Trial, number: int, hours: int = 10) -> int:
    return day_start(week_days(trial.first_day, number)[0], ZONE) + hours * HOUR


def say(db: Database, who: Author, now: int, text: str, **more: object) -> int:
    insists = bool(more.pop("insists", False))
    new = NewPost(text, **more)
    id: int = db.write_now(publishing.publish, who, new, TERMS, id=new_id(), now=now, insists=insists)
    return id


def refused(call: Callable[[], object]) -> QuietTime:
    with pytest.raises(QuietTime) as error:
        call()
    return error.value


def test_each_page_is_promoted_in_one_of_two_weeks(db: Database, trial: Trial):
    assert (trial.stage, trial.first_day) == ("frozen", "2026-11-02")
    every = lived_pages.turns(db, trial)
    assert len(every) == 8 * len(PAGES)
    for turn in every:
        if turn.week % 2 == 0:
            other = next(t for t in every if t.page == turn.page and t.week == turn.week + 1)
            assert other.promoted != turn.promoted
    drawn = calendar.page_calendar(actions.frozen_protocol(trial).design, trial.seed)
    assert {(t.week, t.page) for t in every if t.promoted} == {
        (w.week, page) for w in drawn.weeks for page in w.promoted
    }
    assert {day.arm for day in db.read_now(queries.days, trial.id)} == {"on"}


def test_too_few_pages_are_refused(db: Database, ada: Author, now: int):
    with pytest.raises(Invalid, match="6 to 60"):
        trials.begin(db, ada, now, trials.longer(PLAN, pages=PAGES[:5]))
    with pytest.raises(Invalid, match="28 days"):
        trials.begin(db, ada, now, trials.longer(PLAN, waived=False, baseline_days=20))


def test_a_post_waits_for_the_week_of_its_page(db: Database, ada: Author, trial: Trial):
    at = at_week(trial, 0)
    trials.live(db, trial.frozen_at or 0, at)
    held, good = one(db, trial, 0, promoted=False), one(db, trial, 0, promoted=True)
    error = refused(lambda: say(db, ada, at, f"Look: https://www.{held}/?ref=x#top"))
    assert f"it leads to {held}, which your trial does not promote until Monday" in error.sentence
    assert error.until == at_week(trial, 1, 0)
    refused(lambda: say(db, ada, at, f"Both https://{good} https://{held}"))
    say(db, ada, at, "No link at all")
    say(db, ada, at, "Elsewhere https://bakery.example/elsewhere")
    assert db.read_now(queries.posts, trial.id) == []  # what leads to none of them is free
    mine = say(db, ada, at, f"Fresh https://{good}")
    forced = say(db, ada, at, f"Now https://{held}", insists=True)
    assert [(p.post_id, p.quiet) for p in db.read_now(queries.posts, trial.id)] == [
        (mine, False),
        (forced, True),
    ]
    assert [(x.post_id, x.page, x.week, x.held) for x in db.read_now(page_queries.links, trial.id)] == [
        (mine, good, 0, False), (forced, held, 0, True),
    ]  # fmt: skip
    notes = [n for n in db.read_now(queries.notes, trial.id) if n.what == "override"]
    assert [n.person_id for n in notes] == [ada.person_id]
    assert held in notes[0].words
    say(db, ada, error.until, f"Next week https://{held}")  # in its own week


def test_answers_boosts_and_quotes(db: Database, ada: Author, trial: Trial):
    guest = Author(db.write_now(cast.account, "guest").id, None)
    at = at_week(trial, 0)
    trials.live(db, trial.frozen_at or 0, at)
    held = one(db, trial, 0, promoted=False)

    def theirs(text: str) -> int:
        id: int = db.write_now(posts.publish, guest, NewPost(text), TERMS, id=new_id(), now=at)
        return id

    asked, praised = theirs("@ada where do I find it?"), theirs(f"Lovely: https://{held}")
    say(db, ada, at, f"@guest here: https://{held}", reply_to_id=asked)
    say(db, ada, at, f"@guest here: https://{held}", visibility="direct")
    refused(lambda: say(db, ada, at, f"@guest and https://{held}", reply_to_id=praised))
    refused(lambda: db.write_now(publishing.boost, ada, praised, id=new_id(), now=at))
    db.write_now(publishing.boost, ada, asked, id=new_id(), now=at)
    say(db, guest, at, f"A guest may https://{held}")
    assert db.read_now(page_queries.links, trial.id) == []
    boost = db.write_now(publishing.boost, ada, praised, id=new_id(), now=at, insists=True)
    assert [(x.post_id, x.held) for x in db.read_now(page_queries.links, trial.id)] == [(boost, True)]


def test_what_leads_there_by_another_way(db: Database, ada: Author, trial: Trial):
    guest = Author(db.write_now(cast.account, "guest").id, None)
    at = at_week(trial, 0)
    trials.live(db, trial.frozen_at or 0, at)
    held = one(db, trial, 0, promoted=False)
    praised = db.write_now(
        posts.publish, guest, NewPost(f"Lovely https://{held}"), TERMS, id=new_id(), now=at
    )
    refused(lambda: say(db, ada, at, "Look at that", quote_id=praised))
    # a post of another server has its words in HTML
    href = f'<p><a href="https://{held}?a=1&amp;b=2">here</a></p>'
    db.write_now(
        lambda tx: tx.run("UPDATE post SET text = '', html = :html WHERE id = :id", html=href, id=praised)
    )
    refused(lambda: db.write_now(publishing.boost, ada, praised, id=new_id(), now=at))
    # a counted link of ours
    link = db.write_now(
        links.make,
        f"https://{held}",
        kind="go",
        channel="qr",
        account_id=ada.account_id,
        post_id=None,
        now=at,
    )
    refused(lambda: say(db, ada, at, f"Scan {TERMS.url}/go/{link.code}"))
    say(db, ada, at, f"Scan {TERMS.url}/go/1111111")


def draft_at(db: Database, ada: Author, text: str, at: int, now: int, **more: object) -> int:
    id: int = db.write_now(drafts.keep, ada, Content(text), id=new_id(), now=now)
    db.write_now(drafts.schedule, ada, id, at, terms=TERMS, now=now, **more)
    return id


def draft(db: Database, id: int) -> Draft:
    found = db.read_now(draft_queries.draft, id)
    assert found is not None
    return found


def test_planned_posts_move_to_the_week_of_their_page(db: Database, ada: Author, trial: Trial, now: int):
    held, good = one(db, trial, 2, promoted=False), one(db, trial, 2, promoted=True)
    at = at_week(trial, 2, 33)
    moved = draft_at(db, ada, f"Held https://{held}", at, now)
    stays = [
        draft_at(db, ada, text, at, now)
        for text in (f"Good https://{good}", "Free", "Else https://other.example/x")
    ]
    insisted = draft_at(db, ada, f"Held https://{held}", at, now, insists=True)
    assert db.write_now(drafts.keep_quiet, now) == 0  # nobody is to learn of it yet
    assert db.write_now(drafts.keep_quiet, at_week(trial, 0)) == 0
    assert db.write_now(drafts.keep_quiet, at_week(trial, 1)) == 1
    assert [draft(db, id).due_at for id in (*stays, insisted)] == [at] * 4
    there = draft(db, moved)
    assert there.due_at
    assert day_of(there.due_at, ZONE) == week_days(trial.first_day, 3)[0]
    assert "does not promote its page then, so it was moved" in there.moved
    assert [n.what for n in db.read_now(queries.notes, trial.id)].count("moved") == 1
    with pytest.raises(QuietTime, match=r"cannot go out then: it leads to"):
        draft_at(db, ada, f"Held https://{held}", at, at_week(trial, 1))
    # after the first week of a fortnight its second is known, because it is the opposite
    with pytest.raises(QuietTime, match=rf"then: it leads to {good}, which your trial does not promote"):
        draft_at(db, ada, f"Next https://{good} https://{held}", at_week(trial, 3), at_week(trial, 1))
    # a job that comes all the same publishes nothing
    db.write_now(drafts.schedule, ada, moved, at, terms=TERMS, now=at_week(trial, 1), insists=True)
    db.write_now(lambda tx: tx.run("UPDATE draft SET insists = FALSE WHERE id = :id", id=moved))
    db.write_now(drafts.publish_due, moved, TERMS, 15, id=new_id(), now=at)
    assert draft(db, moved).stage == "set"
    assert (draft(db, moved).due_at or 0) >= at_week(trial, 3, 0)


def test_two_pages_of_opposite_weeks_wait_for_a_later_fortnight(
    db: Database, ada: Author, trial: Trial, now: int
):
    both = f"https://{one(db, trial, 0, promoted=False)} https://{one(db, trial, 0, promoted=True)}"
    id = draft_at(db, ada, both, at_week(trial, 5), now)
    db.write_now(
        lambda tx: tx.run("UPDATE draft SET due_at = :at WHERE id = :id", at=at_week(trial, 0), id=id)
    )
    assert db.write_now(drafts.keep_quiet, at_week(trial, 0)) == 1
    assert (draft(db, id).due_at or 0) >= at_week(trial, 2, 0)


def test_only_this_week_and_the_next_are_known(db: Database, ada: Author, trial: Trial, now: int):
    for at, weeks in ((now, {0}), (at_week(trial, 0), {0, 1}), (at_week(trial, 3), {3, 4})):
        found = db.read_now(obeying.known, ada.account_id, at)
        assert {turn.week for turn in found.turns} == weeks


def test_weeks_are_counted_once_by_page(db: Database, ada: Author, trial: Trial):
    start = at_week(trial, 0, 1)

    def came(tx):
        lived_pages.visit(tx, start, "/rye", "/cake", "/rye")  # one visit, two pages
        lived_pages.visit(tx, start, "/rye/")
        lived_pages.visit(tx, start, "/other")
        lived_pages.visit(tx, start, "/rye", kind="machine")
        lived_pages.visit(tx, start, "/rye", kind="staff")
        lived_pages.visit(tx, start, "/rye", source="go")
        lived_pages.visit(tx, start, "/rye", hit="probe")
        lived_pages.visit(tx, at_week(trial, 1, 0), "/rye")
        lived_pages.visit(tx, at_week(trial, 0, 0) - 1, "/rye")

    db.write_now(came)
    end = at_week(trial, 1, 0)
    trials.live(db, trial.frozen_at or 0, end + DAY - HOUR)
    assert {turn.state for turn in week(db, trial, 0)} == {"open"}
    trials.live(db, end + DAY - HOUR, end + DAY + HOUR)
    had = {turn.page: turn for turn in week(db, trial, 0)}
    assert {turn.state for turn in had.values()} == {"counted"}
    assert (had["bakery.example/rye"].visits, had["bakery.example/cake"].visits) == (2, 1)
    assert had["bakery.example/pie"].visits == 0
    db.write_now(lived_pages.visit, start, "/rye")  # an import that comes too late
    trials.live(db, end + DAY + HOUR, end + 2 * DAY)
    assert not db.write_now(page_queries.count, had["bakery.example/rye"], 99, "", end)
    assert {turn.page: turn for turn in week(db, trial, 0)} == had


def test_a_week_with_three_lost_days_is_dropped_one_with_two_is_not(db: Database, trial: Trial):
    start = at_week(trial, 0, 0)
    at = trials.live(db, trial.frozen_at or 0, start + 6 * HOUR)
    db.write_now(actions.live, at + 40 * HOUR)  # Monday and Tuesday lost

    def came(tx):
        for day in range(7):
            lived_pages.visits(tx, "bakery.example/rye", next_day(trial.first_day, day), 1 + day, days=1)

    db.write_now(came)
    at = trials.live(db, at + 40 * HOUR, start + 9 * DAY)
    db.write_now(actions.live, at + 64 * HOUR)  # three days lost
    trials.live(db, at + 64 * HOUR, start + 15 * DAY + HOUR)
    kept = {turn.page: turn for turn in week(db, trial, 0)}
    assert {turn.state for turn in kept.values()} == {"counted"}
    assert kept["bakery.example/rye"].visits == 3 + 4 + 5 + 6 + 7  # those of the lost days are not in it
    gone = week(db, trial, 1)
    assert {turn.state for turn in gone} == {"dropped"}
    assert gone[0].reason.startswith("3 of its days have no figures. The server did not count")
    rows = db.read_now(page_state.records, trials.again(db, trial), week_days(trial.first_day, 1)[1])
    assert {(row.week, row.lost, bool(row.dropped)) for row in rows} == {(0, 2, False), (1, 3, True)}


def test_a_trial_frozen_before_days_were_counted_goes_on_by_its_own_rule(db: Database, trial: Trial):
    text = trial.protocol.replace(',"lost_days":2', "")
    assert text != trial.protocol
    db.write_now(lambda tx: tx.run("UPDATE trial SET protocol = :p WHERE id = :id", p=text, id=trial.id))
    start = at_week(trial, 0, 0)
    at = trials.live(db, trial.frozen_at or 0, start + 6 * HOUR)
    db.write_now(actions.live, at + 5 * HOUR)  # one day lost
    db.write_now(lived_pages.visits, "bakery.example/rye", trial.first_day, 4, 1)
    at = trials.live(db, at + 5 * HOUR, start + 9 * DAY)
    db.write_now(actions.live, at + 40 * HOUR)  # two days lost
    trials.live(db, at + 40 * HOUR, start + 15 * DAY + HOUR)
    assert {turn.page: turn.visits for turn in week(db, trial, 0)}["bakery.example/rye"] == 4
    assert {turn.state for turn in week(db, trial, 1)} == {"dropped"}
    rows = db.read_now(page_state.records, trials.again(db, trial), week_days(trial.first_day, 1)[1])
    assert {(row.week, row.lost, bool(row.dropped)) for row in rows} == {(0, 0, False), (1, 0, True)}


@pytest.mark.parametrize(
    ("effect", "obeying", "kind"), [(20, True, "worth_it"), (0, True, "not_worth_it"), (20, False, "broken")]
)
def test_the_verdict_is_what_is_true_there(db: Database, trial: Trial, effect: int, obeying: bool, kind: str):
    plan_worth = PLAN.worth
    assert plan_worth.cost == 500  # pays from 2.5 to 5 visits per page and week
    lived_pages.world(db, trial, effect=effect, base=5)
    lived_pages.linked(db, trial, obeying=obeying)
    trials.live(db, trial.frozen_at or 0, at_week(trial, 8, 30))
    assert {turn.state for turn in lived_pages.turns(db, trial)} == {"counted"}
    trials.read(db, trial)
    over = trials.again(db, trial)
    assert over.stage == "judged"
    found = decode_as(Judged, over.verdict)
    assert found.verdict.kind == kind
    assert found.reading.blocks_on == 4 * len(PAGES)
    assert found.beside == ()
    # the file proves it, alone
    rows = db.read_now(page_state.records, over, over.last_day)
    frozen = decode_as(Protocol, over.protocol)
    data = protocol.export(frozen, over.seed, [], over.last_day, rows)
    checked = protocol.verify(data)
    assert checked.ok
    assert checked.verdict == found.verdict


def test_a_stop_in_mid_week_reads_whole_weeks(db: Database, ada: Author, trial: Trial):
    lived_pages.world(db, trial, effect=10)
    lived_pages.linked(db, trial)
    at = trials.live(db, trial.frozen_at or 0, at_week(trial, 3, 60))
    assert db.write_now(actions.stop, ada, trial.id, now=at) == "stopped"
    trials.live(db, at, at + 3 * DAY)
    trials.read(db, trial)
    found = decode_as(Judged, trials.again(db, trial).verdict)
    assert (found.reading.how, found.reading.days) == ("stopped", 3 * len(PAGES))


def test_a_stop_before_a_comparison_is_possible(db: Database, ada: Author, trial: Trial):
    at = trials.live(db, trial.frozen_at or 0, at_week(trial, 1, 0) - HOUR)
    assert db.write_now(actions.stop, ada, trial.id, now=at) == "dropped"  # not one whole week
    other = trials.begin(db, ada, at, PLAN, seed="0" * 64)
    lived_pages.world(db, other, effect=10)
    lived_pages.linked(db, other)
    later = trials.live(db, at, at_week(other, 1))
    assert db.write_now(actions.stop, ada, other.id, now=later) == "stopped"
    trials.live(db, later, later + 2 * DAY)
    trials.read(db, other)
    over = trials.again(db, other)
    found = decode_as(Judged, over.verdict)
    assert (found.verdict.kind, found.reading.broken) == ("broken", ("no_figures",))
    rows = db.read_now(page_state.records, over, over.last_day)
    data = protocol.export(decode_as(Protocol, over.protocol), over.seed, [], over.last_day, rows)
    assert protocol.verify(data).ok


def test_the_power_step_tries_past_weeks_of_the_pages(db: Database, ada: Author, now: int):
    lived_pages.past(db, day_of(now, ZONE))
    wanted = trials.longer(PLAN, waived=False, baseline_days=60)
    id = db.write_now(actions.plan, ada, wanted, id=new_id(), time_zone=BERLIN, now=now)
    past = db.read_now(records.past, id, now)
    assert past is not None
    assert len(past.pages) == 10 * len(PAGES)
    assert {record.week for record in past.pages} == set(range(10))
    assert all(record.visits for record in past.pages)
    assert not any(record.dropped for record in past.pages)
    before = {record.week: record.visits for record in past.pages if record.page == PAGES[0]}
    db.write_now(lived_pages.visits, PAGES[0], next_day(day_of(now, ZONE), -7), 50)
    again = db.read_now(records.past, id, now)
    assert again is not None
    after = {record.week: record.visits for record in again.pages if record.page == PAGES[0]}
    assert {week: n - before[week] for week, n in after.items() if n != before[week]} == {9: 50}  # the newest
    found = errands._tried(past, "0" * 64, errands._Meter())
    assert found is not None
    assert found.days == 8 * len(PAGES)
    assert 5 < found.mean < 9
    assert found.smallest is not None
    with pytest.raises(Conflict, match="power step is not finished"):
        db.write_now(actions.freeze, ada, id, plan_text=past.plan_text, seed=trials.SEED, now=now)


def test_candidates_are_own_pages_that_were_seen_or_linked(db: Database, ada: Author, now: int):
    lived_pages.past(db, day_of(now, ZONE), pages=PAGES[:3])
    db.write_now(lived_pages.visits, "bakery.example/", next_day(day_of(now, ZONE), -7), 30)
    say(db, ada, now, "Our https://bakery.example/new?x=1 and https://else.example/y")
    found = db.read_now(page_state.candidates, ada.account_id, now)
    by = {one.page: one for one in found}
    assert by["bakery.example/new"].posts == 1
    assert "else.example/y" not in by
    assert found[0].page in PAGES
    assert sorted(page_state.suggested(found)) == sorted(PAGES[:3])


def test_it_can_be_made_public(db: Database, ada: Author, trial: Trial):
    db.write_now(pool.register, trial, 7, trial.frozen_at or 0)
    lived_pages.world(db, trial, effect=20, base=5)
    lived_pages.linked(db, trial)
    trials.live(db, trial.frozen_at or 0, at_week(trial, 8, 30))
    trials.read(db, trial)
    over = trials.again(db, trial)
    db.write_now(pool.tell_result, over, 8)
    same, public, firm = db.read_now(pool.of_hash, over.protocol_hash)
    said = pool.summary(same, public, firm, id="https://linnet.example/trials/x.json", actor="x")
    assert (said.of_pages, said.pages, said.dropped) == (True, len(PAGES), 0)
    assert (said.design, said.state, said.verdict) == ("which_page", "finished", "worth_it")
    assert (said.weeks, said.minutes, said.blocks_on) == (8, 10, 4 * len(PAGES))
    # log((5 + 20)/5) = 1.6
    assert said.effect
    assert 1.3 < said.effect / 10_000 < 1.9
