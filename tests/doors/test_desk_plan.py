"""Plan: drafts written, changed by two, set, missed, thrown away; without a script."""

import re
from collections.abc import Iterator

import pytest

from linnet.desk.drafts import actions as drafts
from linnet.desk.drafts import queries
from linnet.desk.drafts.rules import Content, Draft, next_slot
from linnet.kernel.clock import DAY, HOUR, moment, now_ms, zone
from linnet.kernel.ids import new_id
from linnet.kernel.wire import decode_as
from linnet.social.people import queries as people_queries
from linnet.social.people.rules import Account
from linnet.social.posts.rules import Author
from linnet.social.timelines import queries as timelines
from tests.doors.browser import Browser, Site, site
from tests.pictures import picture

BERLIN = zone("Europe/Berlin")


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("plan")) as made:
        made.set_up()
        yield made


@pytest.fixture
def jana(here: Site) -> Browser:
    return here.logged_in("jana@bakery.example")


def bakery(here: Site) -> Account:
    found = here.db.read_now(people_queries.by_handle, "bakery")
    assert found is not None
    return found


def newest(here: Site, *stages: str) -> Draft:
    return here.db.read_now(
        queries.drafts, bakery(here).id, stages or ("idea", "draft", "set", "missed", "sent")
    )[0]


def tomorrow() -> str:
    return moment(now_ms() + DAY, BERLIN).date().isoformat()


def write(browser: Browser, text: str, **more: str) -> str:
    """Writes a draft by the form; its address."""
    browser.get("/plan/new")
    browser.submit("/plan/new", text=text, do="save", **more)
    return browser.page.url


def refused(browser: Browser, status: int = 422) -> str:
    """The sentence that stands with the form."""
    assert browser.page.status == status, browser.page.text[:500]
    return " ".join(re.findall(r'class="(?:wrong|notice bad)"[^>]*>.*?<span>(.*?)</span>', browser.page.text))


def test_strangers_and_those_who_only_read(here: Site) -> None:
    assert here.browser().send("GET", "/plan").header("location") == "/login?next=/plan"
    here.someone("reader_r", "reader")
    reader = here.logged_in("reader_r@example.org")
    assert reader.get("/plan").status == 403
    assert reader.get("/plan/new").status == 403
    assert "/plan" not in reader.get("/").text
    here.someone("writer_w", "writer")
    writer = here.logged_in("writer_w@example.org")
    address = write(writer, "Only a draft")
    assert "An editor or owner" in writer.page.text
    assert 'value="schedule"' not in writer.page.text
    writer.submit(address, do="now")
    assert refused(writer, 403) == "As writer of this account you may not post."
    assert "Only a draft" in writer.page.text


def test_written_changed_set_moved_taken_off_and_out(here: Site, jana: Browser) -> None:
    address = write(jana, "Rye & spelt <b> tomorrow", warning="bread", go_links="1")
    assert "Rye &amp; spelt &lt;b&gt; tomorrow" in jana.page.text
    jana.submit(address, date=tomorrow(), time="10:15", do="schedule")
    assert jana.page.url.startswith("/plan?week=")
    assert "10:15" in jana.page.text
    draft = newest(here, "set")
    assert (draft.warning, draft.go_links) == ("bread", True)
    assert moment(draft.due_at or 0, BERLIN).strftime("%Y-%m-%d %H:%M") == f"{tomorrow()} 10:15"
    assert draft.due_at in here.db.read_now(
        lambda tx: tx.all(int, "SELECT run_at FROM job WHERE key = :k", k=f"draft:{draft.id}")
    )

    jana.get(address)
    assert f'value="{tomorrow()}"' in jana.page.text
    assert 'value="10:15"' in jana.page.text
    jana.submit(address, time="11:45", do="schedule")
    assert moment(newest(here, "set").due_at or 0, BERLIN).strftime("%H:%M") == "11:45"
    jana.get(address)
    jana.submit(f"{address}/unschedule")
    assert newest(here).stage == "draft"
    assert jana.page.url == address
    jana.submit(address, text="Out now", do="now", warning="")
    post_id = newest(here, "sent").post_id
    assert jana.page.url == f"/@bakery/{post_id}"
    assert jana.get(address).url == f"/@bakery/{post_id}"
    assert "Out now" in jana.get("/plan").text


def test_a_draft_sent_twice_is_one(here: Site, jana: Browser) -> None:
    jana.get("/plan/new")
    form = jana.form("/plan/new")
    pairs = [*form.pairs, ("text", "Twice pressed"), ("do", "save")]
    for _ in range(2):
        jana.post("/plan/new", pairs)
    texts = [d.text for d in here.db.read_now(queries.drafts, bakery(here).id)]
    assert texts.count("Twice pressed") == 1


def test_the_next_free_slot_is_in_office_hours(here: Site, jana: Browser) -> None:
    first = write(jana, "first")
    second = write(jana, "second")
    for address in (first, second):
        jana.get(address)
        assert "Next free slot" in jana.page.text
        jana.submit(address, do="slot")
        assert jana.page.url.startswith("/plan?week=")
    times = [
        moment(d.due_at or 0, BERLIN)
        for d in here.db.read_now(queries.planned, bakery(here).id, 0, now_ms() + 40 * DAY)
        if d.text in {"first", "second"}
    ]
    assert len(times) == 2
    assert all(t.weekday() < 5 and 9 <= t.hour < 17 for t in times)
    assert abs((times[1] - times[0]).total_seconds()) >= 3 * 3600
    assert next_slot([], [], BERLIN, now_ms()) is None


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"date": "2020-01-01", "time": "10:00"}, "Scheduled at is in the past"),
        ({"date": "2031-01-01", "time": "10:00"}, "is more than a year away"),
        ({"date": "2027-03-28", "time": "02:30"}, "Time does not exist on that day"),
        ({"date": "soon", "time": "10:00"}, "Date is not a day"),
        ({"time": ""}, "Time is not a time like 09:30"),
        ({"time": "10:00", "text": ""}, "Text is empty"),
        ({"time": "10:00", "text": "x" * 141}, "Text is 1 character longer than 140"),
        ({"time": "10:00", "visibility": "nobody"}, "Visibility"),
        ({"time": "10:00", "version": "x"}, "Version is not a whole number"),
        ({"time": "10:00", "do": "dance"}, "Do is not known"),
    ],
)
def test_what_is_refused_keeps_what_was_typed(
    here: Site, jana: Browser, values: dict[str, str], sentence: str
) -> None:
    before = here.db.read_now(queries.open_count, bakery(here).id)
    jana.get("/plan/new")
    jana.submit(
        "/plan/new", **{"text": "Kept words", "date": tomorrow(), "do": "schedule", "warning": "w", **values}
    )
    said = refused(jana)
    assert sentence.removeprefix("Scheduled at ").removeprefix("Time ") in said
    if "text" not in values:
        assert "Kept words" in jana.page.text
    assert f'value="{values.get("date", tomorrow())}"' in jana.page.text
    assert here.db.read_now(queries.open_count, bakery(here).id) == before


def test_the_second_editor_is_told_and_loses_nothing(here: Site, jana: Browser) -> None:
    address = write(jana, "The first words")
    other = here.logged_in("jana@bakery.example")
    other.get(address)
    jana.submit(address, text="Words of the first", do="save")
    other.submit(address, text="Words of the second", do="save")
    assert "Somebody else changed this draft" in refused(other, 409)
    assert "Words of the second" in other.page.text
    assert "Words of the first" in other.page.text
    assert newest(here).text == "Words of the first"
    other.submit(address, do="save")  # seen, and wanted all the same
    assert newest(here).text == "Words of the second"

    jana.get(address)
    other.get(address)
    jana.submit(address, text="It is out", do="now")
    other.submit(address, text="Too late for this", do="save")
    assert "published meanwhile" in refused(other, 409)
    assert "Too late for this" in other.page.text
    other.submit("/plan/new", do="save")
    assert (newest(here, "draft").text, other.page.url) == (
        "Too late for this",
        f"/plan/{newest(here, 'draft').id}",
    )


def test_saving_by_script_answers_with_the_version(here: Site, jana: Browser) -> None:
    address = write(jana, "typed")
    form = jana.form(address)
    pairs = [(n, v) for n, v in form.pairs if n not in {"text", "version"}]
    reply = jana.post(
        address, [*pairs, ("text", "typed on"), ("version", "1"), ("do", "save")], x_linnet_part="draft"
    )
    assert decode_as(dict[str, object], reply.text)["version"] == 2
    stale = jana.post(
        address, [*pairs, ("text", "stale"), ("version", "1"), ("do", "save")], x_linnet_part="draft"
    )
    assert (stale.status, newest(here).text) == (409, "typed on")
    assert stale.text.startswith("Somebody else changed")


def test_pictures_stay_with_the_draft(here: Site, jana: Browser) -> None:
    jana.get("/plan/new")
    jana.submit("/plan/new", text="", do="save", alt0="Rye", files={"file0": ("rye.png", picture("PNG"))})
    address = jana.page.url
    assert 'value="Rye"' in jana.page.text
    id = newest(here).media_ids[0]
    jana.submit(address, do="schedule", date=tomorrow(), time="16:20", **{f"alt_{id}": "A loaf of rye"})
    assert newest(here, "set").media_ids == (id,)
    jana.get(address)
    assert 'value="A loaf of rye"' in jana.page.text
    jana.submit(address, drop=str(id), text="No picture then", do="save")
    assert newest(here, "set").media_ids == ()
    jana.get(address)
    jana.submit(address, text="New words", do="save", files={"file0": ("rye.png", b"<svg/>")})
    assert "New words" in jana.page.text
    assert jana.page.status == 422


def test_a_missed_post_says_why_and_asks(here: Site, jana: Browser) -> None:
    account = bakery(here)
    person = here.db.read_now(people_queries.person_by_email, "jana@bakery.example")
    author = Author(account.id, person.id)
    now = now_ms()
    id = here.db.write_now(drafts.keep, author, Content("Missed it"), id=new_id(), now=now)
    here.db.write_now(drafts.schedule, author, id, now + HOUR, terms=here.house.terms, now=now)
    here.db.write_now(drafts.publish_due, id, here.house.terms, 15, id=new_id(), now=now + 2 * HOUR)
    assert "Shall it still go out?" in jana.get("/plan").text
    jana.get(f"/plan/{id}")
    assert "60 minutes late" in jana.page.text
    jana.submit(f"/plan/{id}", do="now")
    assert (
        len([i for i in here.db.read_now(timelines.account, account.id) if jana.page.url.endswith(str(i))])
        == 1
    )


def test_a_post_missed_yesterday_can_be_set_for_a_day_to_come(here: Site, jana: Browser) -> None:
    """A browser sends no form whose day lies before the first one allowed, whatever button is pressed."""
    person = here.db.read_now(people_queries.person_by_email, "jana@bakery.example")
    author = Author(bakery(here).id, person.id)
    then = now_ms() - 2 * DAY
    id = here.db.write_now(drafts.keep, author, Content("Missed long ago"), id=new_id(), now=then)
    here.db.write_now(drafts.schedule, author, id, then + HOUR, terms=here.house.terms, now=then)
    here.db.write_now(drafts.publish_due, id, here.house.terms, 15, id=new_id(), now=now_ms())
    jana.get(f"/plan/{id}")
    day, first = re.findall(r'name="date" value="([^"]+)" min="([^"]+)"', jana.page.text)[0]
    assert day == first
    assert len(re.findall(r'value="(?:save|slot|now)" formnovalidate', jana.page.text)) == 3


def test_thrown_away_only_after_a_question(here: Site, jana: Browser) -> None:
    address = write(jana, "Not so good")
    jana.get(f"{address}/discard")
    assert "Not so good" in jana.page.text
    assert newest(here).text == "Not so good"
    jana.submit(f"{address}/discard")
    assert jana.page.url == "/plan"
    assert "Not so good" not in jana.page.text
    assert jana.get(address).status == 404


def test_other_accounts_drafts_are_not_there(here: Site, jana: Browser) -> None:
    address = write(jana, "Secret plans")
    here.someone("stranger")
    stranger = here.logged_in("stranger@example.org")
    assert stranger.get(address).status == 404
    assert stranger.get(f"{address}/discard").status == 404
    stranger.get("/plan/new")
    for path in (address, f"{address}/discard", f"{address}/unschedule"):
        reply = stranger.post(path, {"form_key": stranger.key(), "text": "mine now", "do": "save"})
        assert reply.status == 404
    assert stranger.get("/plan/99999999999999999999").status == 404
    assert stranger.get("/plan?week=2026-11").status == 422


def test_the_week_by_name(jana: Browser) -> None:
    page = jana.get("/plan?week=2027-W01").text
    assert "4 to 10 January 2027" in page
    assert "/plan?week=2026-W53" in page
    assert "/plan?week=2027-W02" in page
