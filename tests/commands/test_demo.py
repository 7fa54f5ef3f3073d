"""`linnet demo`: the story by value, and put on into both databases, what comes out is what went in."""

import asyncio
import os
import re
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from zoneinfo import ZoneInfo

import psycopg
import pytest
from starlette.types import ASGIApp

from linnet.app import Program, create
from linnet.cli import main
from linnet.commands import demo
from linnet.db.database import Database
from linnet.db.facts import drop_fact
from linnet.db.migrate import migrate
from linnet.db.opening import open_database
from linnet.db.sqlite import SqliteDatabase
from linnet.demo import cast, drawing, others, pictures, play, script, shop, trying
from linnet.demo.company import pictured
from linnet.demo.script import Calendar, ScriptError
from linnet.demo.story import Story, tell
from linnet.demo.tried import PAGES as PAGES_TRIED
from linnet.desk.feeds import errands as feed_errands
from linnet.desk.feeds import queries as feeds
from linnet.desk.feeds.actions import FetchFeed
from linnet.desk.firm import actions as firm_actions
from linnet.desk.firm import queries as firms
from linnet.desk.firm.rules import INVENTED, FirstPerson, NewFirm
from linnet.desk.start import queries as starts
from linnet.desk.statement import report
from linnet.desk.trial import protocol
from linnet.desk.trial import queries as trials
from linnet.desk.trial.pages import queries as page_queries
from linnet.desk.trial.records import Judged
from linnet.desk.visits.rules import MACHINES
from linnet.kernel.clock import DAY, HOUR, MINUTE, moment, now_ms
from linnet.kernel.days import before, day_of, month_of, week_of
from linnet.kernel.errors import Upstream
from linnet.kernel.settings import Settings, load
from linnet.kernel.wire import decode_as
from linnet.net.closed import WHY, Closed
from linnet.social.media.rules import Picture
from linnet.social.people import actions as people
from linnet.social.people import queries as people_queries
from linnet.social.posts.rules import Terms
from linnet.social.text.rules import measure
from tests.asgi import Answer, ask

ZONE = ZoneInfo(cast.ZONE)
NOT_A_HASH = "nobody logs in with this"


# the story, which is a value


def test_the_same_seed_tells_the_same_story(now):
    assert tell(now) == tell(now)
    assert tell(now).marks != tell(now, seed=7).marks


def test_eight_weeks_of_a_small_town(now):
    story = tell(now)
    weeks = [post for post in story.said if post.at < story.start + 56 * DAY]
    assert moment(story.start, ZONE).strftime("%A %H:%M") == "Monday 00:00"
    assert 56 * DAY <= now - story.start < 63 * DAY + 2 * HOUR
    assert len(weeks) >= 350
    assert {post.who for post in weeks} == {speaker.handle for speaker in cast.SPEAKERS}
    assert len(cast.SPEAKERS) == 13
    assert {post.by for post in weeks if post.who == cast.FIRM} == {"ina", "jonas"}
    assert Counter(visit.kind for visit in story.came).keys() >= {"confirmed", "person", "preview", "machine"}
    assert any(sold.refund_of for sold in story.sold)


def test_every_line_can_be_posted_and_none_is_said_twice(now):
    story = tell(now)
    texts = [post.text for post in (*story.said, *story.plans)] + [draft.text for draft in story.drafts]
    assert [text for text in texts if measure(text) > 140] == []
    assert [text for text, count in Counter(texts).items() if count > 1] == []
    assert not any(re.search(r"lorem|ipsum", text, re.IGNORECASE) for text in texts)


def test_every_address_in_the_play_is_nowhere(now):
    story = tell(now)
    said = " ".join([*(post.text for post in story.said), *(told.url for told in story.press.told)])
    written = said + " ".join(source.address for source in story.press.sources)
    written += " ".join(f"{speaker.bio} {speaker.fields}" for speaker in cast.SPEAKERS)
    hosts = {match.lower() for match in re.findall(r"https?://([^/\s']+)", written)}
    hosts |= {someone.email.partition("@")[2] for someone in (*cast.BAKERS, *cast.OTHERS)}
    hosts |= {visit.host for visit in story.came}
    assert [host for host in hosts if not host.endswith(".example")] == []


@pytest.mark.parametrize("hours", range(0, 24 * 15, 11))
def test_it_can_be_told_at_any_moment(now, hours):
    at = now + hours * HOUR + 17 * MINUTE
    story = tell(at)
    known = {}
    for post in story.said:
        assert post.at <= at
        assert not post.to or known[post.to].at < post.at
        known[post.key] = post
    assert len({post.id for post in story.said}) == len(story.said)
    assert all(mark.key in known and known[mark.key].at < mark.at <= at for mark in story.marks)
    assert all(plan.at > at - 2 * MINUTE and plan.written_at < at for plan in story.plans)
    assert len(story.plans) >= 4
    missed = next(draft for draft in story.drafts if draft.stage == "missed")
    assert missed.at < missed.due_at < at - 3 * HOUR
    for rows in (story.came, story.sold, story.asked, story.work.calls, story.press.told):
        assert all(row.at < at for row in rows)
    assert len([told for told in story.press.told if not told.verdict and told.at > at - 14 * DAY]) >= 10


@pytest.mark.parametrize("days", [0, 5, 40, 95, 150, 154, 159, 200, 365])  # over both changes of the clocks
def test_the_trial_has_the_same_days_whenever_it_is_told(now, days):
    """So its verdict is the same too, whatever day it is."""

    def before(story: Story) -> tuple[Counter, int]:
        first = moment(story.start, ZONE).date()
        came = Counter(
            (first - moment(visit.at, ZONE).date()).days for visit in story.came if visit.at < story.start
        )
        return came, sum(sale.amount for sale in story.sold if sale.at < story.tried.days.asked_at)

    assert before(tell(now + days * DAY + 7 * HOUR)) == before(tell(now))


@pytest.mark.parametrize("days", range(9))
def test_quiet_time_is_kept_but_for_the_day_without_power(now, days):
    story = tell(now + days * DAY)
    trial = story.tried.days
    own = [p for p in story.said if p.who == cast.FIRM and p.at < story.start and not p.to]
    quiet = [p for p in own if moment(p.at, ZONE).date() not in trial.on]
    assert [p for p in own if "insists" in p.options] == quiet
    assert len(quiet) == 1
    assert {moment(p.at, ZONE).date() for p in own} >= {day for day in trial.on if day.weekday() < 6}
    assert not [visit for visit in story.came if trial.cut[0] <= visit.at < trial.cut[1]]
    spent = [s.ms for s in story.work.sittings if s.start < story.start]
    assert sum(spent) / MINUTE / len(trial.on) == pytest.approx(trying.MINUTES, abs=0.6)
    by_week = {week.first: week.promoted for week in story.tried.pages.weeks}
    led = [p for p in (*story.said, *story.plans) if p.key.startswith("bread ")]
    assert len(led) == 15
    for post in led:
        day = moment(post.at, ZONE).date()
        page = post.text.rpartition("https://")[2]
        assert page in by_week[(day - timedelta(days=day.weekday())).isoformat()]


def test_a_line_that_cannot_be_read_is_a_mistake(now):
    calendar = Calendar(now, ZONE)
    for text in (
        "06:10 nora: Hello",
        "== mon\n+4 nora: Hello",
        "== mon\n6 nora: Hello",
        "== mon\n06:10 nora: x {what}",
    ):
        with pytest.raises(ScriptError):
            script.read(text, "play", calendar, 1)


def test_an_answer_names_whom_it_answers(now):
    text = (
        "== tue\n06:10 nora: Hello\n    +4 wilma: Hello\n        +3h wilma: Still here\n    +5 samokoro: ~Bye"
    )
    calendar = Calendar(now, ZONE)
    first, answer, own, quiet = script.read(text, "play", calendar, 1)
    assert (first.text, answer.text, own.text, quiet.text) == ("Hello", "@nora Hello", "Still here", "Bye")
    assert (answer.to, own.to, quiet.to) == (first.key, answer.key, first.key)
    assert (answer.at, own.at) == (first.at + 4 * MINUTE, answer.at + 3 * HOUR)
    assert moment(first.at, ZONE).strftime("%A %H:%M") == "Tuesday 06:10"


def test_pictures_are_drawn_and_say_what_they_show(now, monkeypatch):
    monkeypatch.setattr(drawing, "TWICE", 1)
    wanted = set(pictured(tell(now)).values())
    assert wanted <= set(pictures.ALT)
    for name in pictures.ALT:
        assert pictures.post(name, Random(1)).startswith(b"\x89PNG")
    assert pictures.post("rolls", Random(1)) != pictures.post("rolls", Random(2))
    faces = {pictures.face(*speaker.face) for speaker in cast.SPEAKERS}
    assert len(faces) == len(cast.SPEAKERS)


# put on


@dataclass
class Stage:
    """A demonstration that was made, and its server."""

    story: Story
    settings: Settings
    db: Database
    app: ASGIApp
    cookie: str

    def get(self, path: str, *, stranger: bool = False) -> Answer:
        headers = (
            {"accept": "text/html"} if stranger else {"accept": "text/html", "cookie": f"sid={self.cookie}"}
        )
        return ask(self.app, "GET", path, headers=headers)


def undrawn(story: Story) -> dict[str, Picture]:
    """Pictures whose files nobody will look at."""
    keys = [*(speaker.handle for speaker in cast.SPEAKERS), "logo", "header", *pictured(story)]
    return {
        key: Picture("image/png", 1200, 800, 1, f"{n:032x}.png", f"{n:032x}-small.webp", 600, 400, "")
        for n, key in enumerate(keys)
    }


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def stage(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    given = {"LINNET_DATA": str(folder), "LINNET_URL": "http://localhost:8080"}
    if request.param == "postgres":
        base, name = request.getfixturevalue("postgres_template"), f"linnet_demo_{os.getpid()}"
        with psycopg.connect(f"{base}postgres", autocommit=True) as admin:
            admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            admin.execute(f"CREATE DATABASE {name} TEMPLATE linnet_template_{os.getpid()}")
        given["LINNET_DATABASE"] = f"{base}{name}"
    settings = load(given, folder)
    db = open_database(settings)
    story = tell(now_ms())
    said: list[str] = []
    play.put_on(db, story, Terms(settings.url, 140), undrawn(story), NOT_A_HASH, said.append)
    assert len(said) >= 5
    ina = db.read_now(people_queries.person_by_email, cast.BAKERS[0].email)
    cookie = db.write_now(people.open_session, ina.id, db.read_now(firms.firm).account_id, "", now_ms())
    yield Stage(story, settings, db, create(settings), cookie)
    db.close()


# trials, and what they say


def test_a_trial_is_over_with_a_clear_verdict_and_another_one_runs(stage):
    account_id = stage.db.read_now(firms.firm).account_id
    [over] = stage.db.read_now(trials.past, account_id)
    runs = stage.db.read_now(trials.current, account_id)
    judged = decode_as(Judged, over.verdict)
    reading = judged.reading
    start = stage.db.read_now(starts.start, account_id)
    assert start.begun_days >= 28
    assert start.waived_at is None
    assert judged.verdict.kind == "worth_it"
    assert (reading.followed_on, reading.posted_quiet, reading.dropped) == (reading.blocks_on, 1, 1)
    assert runs.stage == "running"
    assert len({turn.page for turn in stage.db.read_now(page_queries.turns, runs.id)}) == len(PAGES_TRIED)
    assert [link for link in stage.db.read_now(page_queries.links, runs.id) if link.held] == []
    front = stage.get("/desk").body.decode()
    assert f'<a href="/desk/trial/{over.id}">Worth it</a>' in front
    assert front.index('id="answer"') < front.index('id="waiting"')  # the answer comes first
    assert "Posting brought" in stage.get(f"/desk/trial/{over.id}").body.decode()
    file = stage.get(f"/desk/trial/{over.id}/trial.json").body
    assert all(check.ok for check in protocol.verify(file).checks)
    running = stage.get("/desk/trial").body.decode()
    assert "The trial is running" in running
    assert f'href="/desk/trial/{over.id}">Worth it</a>' in running
    moved = stage.db.read_now(lambda tx: tx.all(str, "SELECT moved FROM draft WHERE moved <> ''"))
    assert ["moved here" in words for words in moved] == [True]


def test_other_firms_told_theirs(stage):
    page = stage.get("/desk/worked").body.decode()
    assert page.count("(invented)") >= len(others.FIRMS)
    assert "Firms like yours: for each 100 visits" in page
    assert "No result told" in page
    kinds = {said.verdict for firm in others.FIRMS for said, _ in others.told(firm, stage.story.now)}
    assert kinds >= {"worth_it", "not_worth_it", "cannot_tell", "broken"}
    assert (
        stage.db.read_now(lambda tx: tx.all(str, "SELECT problem FROM pooled_trial WHERE problem <> ''"))
        == []
    )


def test_what_it_costs_and_what_is_about_itself_has_something_to_say(stage):
    costs = stage.get("/costs").body.decode()
    assert "26.00" in costs
    assert "28.00" in costs
    assert all(name in costs for name, *_ in cast.TOOLS)
    assert "of your last posts are about yourself" in stage.get("/desk/balance").body.decode()
    coupons = stage.get("/links/coupons").body.decode()
    assert all(word in coupons for word, *_ in shop.COUPONS)
    words = stage.db.read_now(lambda tx: tx.all(str, "SELECT campaign FROM visit WHERE campaign <> ''"))
    sent = Counter(visit.query.rpartition("=")[2] for visit in stage.story.came if visit.query)
    assert Counter(words) == sent
    assert set(sent) == {"long-market", "from-two-oclock"}


@pytest.mark.parametrize("days", [-150, 125])  # in spring, and with the trial across the change in autumn
def test_it_is_put_on_at_any_season(now, days, tmp_path):
    story = tell(now + days * DAY + 9 * HOUR)
    db = SqliteDatabase(tmp_path / "linnet.sqlite")
    migrate(db, now)
    play.put_on(
        db, story, Terms("http://localhost:8080", 140), undrawn(story), NOT_A_HASH, lambda _words: None
    )
    account_id = db.read_now(firms.firm).account_id
    [over] = db.read_now(trials.past, account_id)
    assert decode_as(Judged, over.verdict).verdict.kind == "worth_it"
    assert db.read_now(trials.current, account_id).stage == "running"
    db.close()


PAGES = """/ /notifications /notifications?only=talk /search?q=rye /settings /bookmarks /favourites /compose /desk
    /worth-sharing /worth-sharing/later /plan /plan/new /sources /links /links/new /links/hits /links/snippet /sales
    /time /time/files /statement /statement/mail /desk/trial /desk/worked /desk/balance /costs /costs/people
    /links/coupons /links/came /sales/shops /@bakery /@bakery/with_replies /@bakery/media /@bakery/followers /@bakery/following /@nora
    /@wilma /tags/rye /about /keys /search?q=nora"""
PUBLIC = """/ /@bakery /@bakery/with_replies /@bakery/media /@nora /tags/rye
    /about /login /no/such/page"""
INSIDE = re.compile(r'href="(/(?:links|plan|posts|statement/rows|@bakery|@nora|statement|sales|time)[^"#]*)"')


def test_every_page_is_there_and_says_that_it_is_invented(stage):
    pages = {path: stage.get(path) for path in PAGES.split()}
    further = {}
    for path, page in pages.items():
        for found in INSIDE.findall(page.body.decode()):
            kind = re.sub(r"\d+|/links/\w{7}\b|=[^&]*", "", found)
            further.setdefault((kind, found if path == "/statement" else ""), found.replace("&amp;", "&"))
    pages |= {path: stage.get(path) for path in further.values() if not re.search(r"\.(csv|atom|json)", path)}
    assert len(pages) > 60
    assert {path: page.status for path, page in pages.items() if page.status not in {200, 303}} == {}
    shown = {path: page.body.decode() for path, page in pages.items() if page.status == 200}
    assert [path for path, text in shown.items() if INVENTED not in text] == []
    assert "wait for an answer" in shown["/desk"]
    assert "Did not go out" in shown["/desk"]


def test_strangers_are_told_too(stage):
    post = next(post for post in stage.story.said if post.who == "nora")
    for path in (*PUBLIC.split(), f"/@nora/{post.id}"):
        page = stage.get(path, stranger=True)
        assert page.status == (404 if path == "/no/such/page" else 200), path
        assert INVENTED in page.body.decode(), path


def test_what_leaves_the_pages_is_marked(stage):
    for path in ("/@bakery.atom", "/@bakery.json", "/tags/rye.atom", "/tags/rye.json"):
        feed = stage.get(path, stranger=True).body.decode()
        assert "(invented)" in feed
        assert INVENTED in feed
    assert "(invented)" in stage.get("/manifest.webmanifest").body.decode()
    assert "(invented)" in stage.get("/sources.opml").body.decode()
    csv = stage.get("/statement.csv")
    assert csv.body.decode().splitlines()[0] == INVENTED
    assert 'filename="invented-statement-' in csv.headers["content-disposition"]
    assert 'filename="invented-sales-' in stage.get("/sales.csv").headers["content-disposition"]
    for path in ("/api/v1/instance", "/api/v2/instance"):
        instance = stage.get(path).body.decode()
        assert "Corner Bakery (invented)" in instance
        assert INVENTED in instance
    account = stage.get("/api/v1/accounts/lookup?acct=wilma").body.decode()
    assert "Invented, for a demonstration" in account


def test_nothing_leaves_it(stage):
    program = Program(stage.settings)
    assert isinstance(program.client, Closed)
    program.db.close()
    with pytest.raises(Upstream, match=WHY):
        asyncio.run(program.client.get("https://linnet.example/"))
    with pytest.raises(Upstream, match=WHY):
        asyncio.run(program.client.post("https://linnet.example/inbox", b"{}"))
    before_it = {s.title: s.state for s in stage.db.read_now(feeds.sources, now_ms())}
    assert sorted(before_it.values()) == ["dead", "failing", "live", "live", "live", "live"]
    for source in stage.db.read_now(feeds.sources, now_ms()):
        asyncio.run(feed_errands.fetch_feed(stage.db, program.client, FetchFeed(source.id)))
    assert {s.title: s.state for s in stage.db.read_now(feeds.sources, now_ms())} == before_it


@pytest.mark.parametrize("kind", ["week", "month"])
def test_the_statement_says_what_went_in(stage, kind):
    """The last week, and the last month, that is over and lies in the play."""
    story = stage.story
    of = week_of if kind == "week" else month_of
    period = before(of(day_of(story.now, ZONE), ZONE), ZONE)
    since = max(period.start, story.begin)
    shown = stage.db.read_now(report.statement, period, story.now)
    figure = {one.key: one.value for one in shown.figures}

    def within(rows):
        return [row for row in rows if since <= row.at < period.end]

    said, marks = within(story.said), within(story.marks)
    own = [post for post in said if post.who == cast.FIRM and post.visibility != "direct"]
    by_key = {post.key: post for post in story.said}
    answers = [post for post in own if post.to and by_key[post.to].who != cast.FIRM]
    direct = [post for post in said if post.who == cast.FIRM and post.visibility == "direct"]
    assert figure["posts.written"] == len(own) - len(answers) > 0
    assert figure["answers.given"] == len(answers) + len(direct)
    assert figure["posts.boosts"] == len([m for m in marks if m.kind == "boost" and m.who == cast.FIRM])
    assert figure["answers.received"] == len(
        [post for post in said if post.who != cast.FIRM and re.search(r"@bakery\b", post.text)]
    )
    came = within(story.came)
    for key, kinds in (
        ("confirmed", {"confirmed"}),
        ("probable", {"confirmed", "person"}),
        ("unsure", {"unsure"}),
        ("machine", set(MACHINES)),
    ):
        expected = [visit for visit in came if visit.kind in kinds]
        assert figure[f"site.{key}"] == len(expected) > 0, key
        assert figure[f"visits.{key}"] == len([visit for visit in expected if visit.link]), key
    sold, asked = within(story.sold), within(story.asked)
    assert figure["sales.all"] == len([sale for sale in sold if not sale.refund_of])
    assert figure["sales.refunds"] == len([sale for sale in sold if sale.refund_of])
    assert figure["sales.trail"] == len([sale for sale in sold if sale.trail and not sale.refund_of])
    assert figure["money.EUR.all"] == sum(sale.amount for sale in sold)
    assert figure["money.EUR.trail"] == sum(sale.amount for sale in sold if sale.trail)
    assert (figure["leads.all"], figure["leads.trail"]) == (len(asked), sum(one.trail for one in asked))


@pytest.mark.parametrize("kind", ["week", "month"])
def test_the_minutes_are_those_that_were_spent(stage, kind):
    story = stage.story
    period = before((week_of if kind == "week" else month_of)(day_of(story.now, ZONE), ZONE), ZONE)
    shown = stage.db.read_now(report.statement, period, story.now)
    spent, cost = Counter(), 0
    usual = {one.key: one.hourly_costs[-1][1] if one.hourly_costs else 4000 for one in cast.BAKERS}
    for sitting in story.work.sittings:
        if period.start <= sitting.start < period.end:
            spent[sitting.activity] += sitting.ms
            cost += sitting.ms * usual[sitting.by]
    for entry in story.work.entries:
        if period.first <= entry.day <= period.last:
            spent["outside"] += entry.minutes * MINUTE
            cost += entry.minutes * MINUTE * usual[entry.by]
    measured = {line.activity: line for line in shown.time if not line.estimated}
    assert {activity: line.ms for activity, line in measured.items()} == dict(spent)
    assert abs(sum(line.cost for line in measured.values()) - cost / HOUR) <= len(measured) / 2
    estimated = sum(line.ms for line in shown.time if line.estimated)
    calls = [call for call in story.work.calls if period.start <= call.at < period.end]
    assert 0 < estimated < len(calls) * 5 * MINUTE


def test_no_address_of_a_visitor_is_kept(stage):
    salts = stage.db.read_now(lambda tx: tx.all(str, "SELECT day FROM visit_salt ORDER BY day"))
    today = moment(stage.story.now, ZONE).date()
    assert set(salts) <= {today.isoformat(), (today - timedelta(days=1)).isoformat()}
    columns = "SELECT site || path || referrer || agent FROM visit"
    kept = stage.db.read_now(lambda tx: tx.all(str, columns))
    assert len(kept) == len(stage.story.came)
    assert not any("2001:db8" in text for text in kept)


# the command


@pytest.fixture
def alone(tmp_path, monkeypatch):
    """A working folder, nothing in the environment, and pictures that take no time."""
    for name in [name for name in os.environ if name.startswith("LINNET_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(demo, "drawn", lambda story, _make: undrawn(story))
    return tmp_path


def test_the_command_makes_it_once_and_says_how_to_log_in(alone, capsys):
    (alone / "linnet.toml").write_text('data = "real"\nurl = "https://bakery.example"\n')
    assert main(["demo", "--only-make"]) == 0
    made = capsys.readouterr().out
    assert "Everybody in it is invented" in made
    for words in ("http://localhost:8080/login", "ina@bakery.example", cast.PASSWORD):
        assert words in made
    assert not (alone / "real").exists()
    assert (alone / "demo-data" / "linnet.sqlite").exists()
    assert main(["demo", "--only-make"]) == 0
    again = capsys.readouterr().out
    assert "Making" not in again
    assert cast.PASSWORD in again


def test_a_served_demonstration_stays_in_its_folder(alone, monkeypatch):
    seen = {}
    monkeypatch.setattr(
        demo.serve, "run", lambda _args, settings: seen.update(os.environ, asked=settings) or 0
    )
    for name in ("LINNET_CONFIG", "LINNET_DATABASE"):
        monkeypatch.setenv(name, "sqlite")  # and put back afterwards
        monkeypatch.delenv(name)
    monkeypatch.setenv("LINNET_DATA", str(alone / "elsewhere"))
    (alone / "linnet.toml").write_text('workers = "3"\n')
    assert main(["demo"]) == 0
    assert seen["asked"].data == alone / "elsewhere"
    served = load({key: value for key, value in seen.items() if key.startswith("LINNET_")})
    assert served == seen["asked"]


def test_a_real_server_is_left_alone(alone, monkeypatch, capsys):
    monkeypatch.setenv("LINNET_DATA", str(alone / "data"))
    settings = load()
    db = open_database(settings)
    db.write_now(_real_firm)
    there = db.read_now(lambda tx: tx.all(int, "SELECT COUNT(*) FROM account"))
    assert main(["demo", "--only-make"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("linnet: A real firm, Real Bread, is set up in ")
    assert said.err.count("\n") == 1
    assert db.read_now(lambda tx: tx.all(int, "SELECT COUNT(*) FROM account")) == there
    assert not db.read_now(firms.invented)
    db.close()
    assert not isinstance(Program(settings).client, Closed)


def _real_firm(tx):
    new = NewFirm("Real Bread", "real", ("https://real.example",), cast.ZONE, "EUR", "40")
    return firm_actions.set_up(
        tx, new, FirstPerson("Rea L", "rea@real.example", NOT_A_HASH), token=None, now=1
    )


def test_one_that_was_broken_off_is_not_served(alone, capsys):
    assert main(["demo", "--only-make"]) == 0
    db = open_database(load({"LINNET_DATA": str(alone / "demo-data")}))
    db.write_now(drop_fact, play.MADE)
    db.close()
    capsys.readouterr()
    assert main(["demo", "--only-make"]) == 1
    assert "was broken off" in capsys.readouterr().err
