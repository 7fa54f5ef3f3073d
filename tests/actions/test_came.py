"""Which way visits came, written down in every input, summed up, asked again; on both engines."""

import asyncio

import pytest

from linnet.db.migrate import migrate, steps
from linnet.db.sqlite import SqliteDatabase
from linnet.desk.links import actions as links
from linnet.desk.sales import persons
from linnet.desk.statement import rows as statement_rows
from linnet.desk.statement.report import statement
from linnet.desk.trial import protocol
from linnet.desk.trial import queries as trial_queries
from linnet.desk.trial.history import past_days
from linnet.desk.trial.rules import Counted
from linnet.desk.trial.values import Protocol
from linnet.desk.visits import actions, errands, figures, formats, ways
from linnet.desk.visits.actions import ReplayVisits
from linnet.desk.visits.campaign import tags_in
from linnet.desk.visits.figures import VisitCounts, Wanted
from linnet.desk.visits.logs import import_log
from linnet.desk.visits.rules import Sight, read_features
from linnet.kernel.clock import DAY, MINUTE
from linnet.kernel.days import day_of, day_start, week_of
from linnet.kernel.wire import decode_as
from linnet.social.posts.rules import Author
from tests import cast, desk, lived_trial
from tests.actions.test_visits import EVER, SITE, line
from tests.commands.test_import_log import caddy
from tests.desk import BERLIN
from tests.rules.test_visits import PERSON

KEPT = "SELECT came, mark, source, medium, campaign FROM visit ORDER BY first_at, id"
FORGET = "UPDATE visit SET came = ''"
SECRET = "Cj0KCQ-secret"


def kept(db) -> list[tuple[str, ...]]:
    return [tuple(row) for row in db.read_now(lambda tx: tx._fetch(KEPT, {})[0])]


def seen(tx, at, address, query="", *, code="", referrer="", path="/", source="page"):
    """A page that was opened by `address`."""
    features = read_features(PERSON.get, source=source, method="POST", status=204)
    sight = Sight(SITE, path, features, code, referrer, tags_in(query))
    return actions.record(tx, sight, address=address, user_agent=PERSON["user-agent"], now=at)


def link(tx, channel, now):
    return links.make(
        tx, f"https://{SITE}/", kind="site", channel=channel, account_id=1, post_id=None, now=now
    ).code


def a_day(db, now) -> None:
    """Eleven visits of people, each another way; one of them is confirmed by two pages."""

    def play(tx):
        news, post = link(tx, "newsletter", now), link(tx, "fediverse", now)
        for n, (query, referrer, code) in enumerate(
            [
                ("", "", ""),
                ("", "google.com", ""),
                (f"?gclid={SECRET}", "google.com", ""),
                ("?utm_source=Google&utm_medium=cpc&utm_campaign=Advent", "google.com", ""),
                ("?utm_source=Mailchimp&utm_medium=email&utm_campaign=Advent", "", ""),
                ("?utm_source=Mailchimp&utm_medium=email&utm_campaign=Advent", "", ""),
                (f"?fbclid={SECRET}", "l.facebook.com", ""),
                ("?utm_campaign=x", "baker.example", ""),
                ("", SITE, ""),
                (f"?gclid={SECRET}", "", post),
                ("", "", news),
            ]
        ):
            seen(tx, now + n * MINUTE, f"203.0.113.{n}", query, code=code, referrer=referrer)
        # first touch decides: what the same visit says later is not written
        seen(tx, now + 5 * MINUTE, "203.0.113.0", "?utm_medium=cpc", path="/b")

    db.write_now(play)


WAYS = {"search": 1, "ad": 2, "mail": 3, "social": 2, "referral": 1, "own": 1, "direct": 1}


def test_the_first_touch_of_a_visit_says_which_way_it_came(db, now):
    a_day(db, now)
    assert [row[0] for row in kept(db)] == [
        "direct", "search", "ad", "ad", "mail", "mail", "social", "referral", "own", "social", "mail",
    ]  # fmt: skip
    assert kept(db)[4] == ("mail", "", "mailchimp", "email", "advent")
    assert kept(db)[2] == ("ad", "gclid", "", "", "")
    assert SECRET not in str(db.read_now(lambda tx: tx._fetch("SELECT * FROM visit", {})[0]))
    assert {way: c.probable for way, c in db.read_now(ways.ways, 0, EVER).items()} == WAYS


def test_every_number_has_its_rows(db, now):
    db.write_now(desk.found_firm, 1)
    a_day(db, now)
    period = week_of(day_of(now, BERLIN), BERLIN)
    found = db.read_now(statement, period, now + DAY)
    came = {f.key: f for f in found.figures if f.key.startswith("came.")}
    assert {key.removeprefix("came."): f.value for key, f in came.items()} == WAYS
    by_post = next(v for v in db.read_now(figures.visits, Wanted(0, EVER)) if v.channel == "fediverse")
    assert by_post.words == "gclid"
    assert sum(f.value for f in came.values()) == found.figure("site.probable").value == 11
    for figure in came.values():
        table = db.read_now(statement_rows.rows, figure.rows, now + DAY)
        assert len(table.rows) == figure.value, figure.key
    span = f"class=probable&from={period.first}&to={period.last}"
    for row in db.read_now(ways.campaigns, 0, EVER):
        address = f"came={row.came}&source={row.source}&medium={row.medium}&campaign={row.campaign}"
        marked = f"&mark={row.mark}" if row.mark else ""
        table = db.read_now(statement_rows.rows, f"visits?{address}{marked}&{span}", now + DAY)
        assert len(table.rows) == row.probable, row
    for place in db.read_now(ways.places, 0, EVER):
        address = f"visits?came={place.came}&referrer={place.referrer}&{span}"
        assert len(db.read_now(statement_rows.rows, address, now + DAY).rows) == place.probable, place
    campaigns = [(r.campaign, r.source, r.mark, r.probable) for r in db.read_now(ways.campaigns, 0, EVER)]
    assert campaigns == [
        ("advent", "mailchimp", "", 2),
        ("", "", "fbclid", 1),
        ("", "", "gclid", 1),
        ("", "", "gclid", 1),
        ("advent", "google", "", 1),
        ("x", "", "", 1),
    ]
    assert [(p.referrer, p.came, p.probable) for p in db.read_now(ways.places, 0, EVER)] == [
        ("google.com", "ad", 2),
        ("baker.example", "referral", 1),
        ("google.com", "search", 1),
        ("l.facebook.com", "social", 1),
    ]


def test_logs_of_all_formats_say_it(db, now):
    query = f"?utm_source=Rye%20Post&utm_medium=E-Mail&utm_campaign=anna%40example.org&mc_eid={SECRET}"
    combined = [
        line(0, f"/a{query}", by="-"),
        line(1, f"/a?gclid={SECRET}", address="203.0.113.8", by="-"),
        line(2, "/b?utm_medium=cpc"),  # the second page of the first: first touch decides
    ]
    import_log(db, combined, site=SITE, name="access.log", now=now)
    import_log(
        db,
        [caddy(1792990000.5, f"/a{query}")],
        site=SITE,
        name="caddy.json",
        now=now,
        read=formats.Caddy(SITE),
    )
    head = b"time,address,target,user_agent,referrer\n"
    table = formats.Table(head, SITE, {}, BERLIN)
    cells = f"1792000000,203.0.113.9,/a{query},{PERSON['user-agent']},\n".replace(
        "(KHTML, like", "(KHTML like"
    )
    import_log(db, [head, cells.encode()], site=SITE, name="t.csv", now=now, read=table)
    letter = ("mail", "mc_eid", "rye post", "e-mail", "")
    assert sorted(kept(db)) == sorted([("ad", "gclid", "", "", ""), letter, letter, letter])
    assert import_log(db, combined, site=SITE, name="access.log", now=now).added == 0
    assert len(kept(db)) == 4


def test_asked_again_they_say_the_same_and_their_words_stay(db, now):
    a_day(db, now)
    before = kept(db)
    db.write_now(lambda tx: tx.run(FORGET))  # as after the step that brought it
    assert {w: c.probable for w, c in db.read_now(ways.ways, 0, EVER).items()} == {ways.UNASKED: 11}
    found = db.write_now(actions.replay, since=0, until=EVER, n=500)
    assert (found.changed, found.done) == (11, True)
    assert kept(db) == before
    assert db.write_now(actions.replay, since=0, until=EVER, n=500).changed == 0


def test_an_older_database_is_asked_in_the_background(tmp_path, now):
    db = SqliteDatabase(tmp_path / "old.sqlite")
    try:
        migrate(db, now, [step for step in steps(db.dialect) if step.number < 70])
        old = """INSERT INTO visit (id, visitor, site, code, path, referrer, first_at, last_at, hits, kind, rule)
            VALUES (1, 1, 'bakery.example', '', '/', 'google.de', :now, :now, 1, 'person', 'R5')"""
        db.write_now(lambda tx: tx.run(old, now=now))
        migrate(db, now)
        job = db.read_now(lambda tx: tx.one(str, "SELECT body FROM job WHERE kind = 'ReplayVisits'"))
        asyncio.run(errands.replay_visits(db, decode_as(ReplayVisits, job)))
        assert kept(db) == [("search", "", "", "", "")]
    finally:
        db.close()


def test_what_a_trial_counts_by_its_rule(db, now):
    """A letter without a referrer was a visit like others, and a paid click was a search."""
    db.write_now(desk.found_firm, 1)
    at = now - 2 * DAY
    a_day(db, at)
    by_words = db.read_now(trial_queries.counted, 0, EVER, 2)
    assert by_words == Counted(visits=5, search=1, paid=5, machines=0)
    assert db.read_now(trial_queries.counted, 0, EVER, 1) == Counted(visits=7, search=3, paid=1, machines=0)
    db.write_now(seen, at - DAY, "203.0.113.99")  # the history begins with the first whole day
    [*_, day, _] = db.read_now(past_days, BERLIN, now)
    assert (day.outcome, day.searches, day.visits) == (5, 1, 11)


@pytest.mark.parametrize("who", ["Anna", "na-schm"])
def test_a_customer_who_was_named_in_a_campaign_is_found_and_taken_out(db, now, who):
    def play(tx):
        seen(
            tx,
            now,
            "203.0.113.1",
            "?utm_source=anna-schmidt&utm_medium=email&utm_campaign=for%20anna-schmidt",
        )
        seen(tx, now, "203.0.113.2", "?utm_source=gazette&utm_medium=email&utm_campaign=advent_1")
        seen(tx, now, "203.0.113.3")

    db.write_now(play)
    held = db.read_now(persons.find, who)
    assert [(w.source, w.campaign, w.visits) for w in held.words] == [("anna-schmidt", "for anna-schmidt", 1)]
    assert persons.document(held, now)["campaign_words_of_visits"][0]["campaign"] == "for anna-schmidt"
    assert db.write_now(persons.forget_words, who) == 1
    assert db.read_now(persons.find, who).words == []
    assert kept(db)[0] == ("mail", "", "*", "email", "*")
    db.write_now(actions.replay, since=0, until=EVER, n=500)
    assert kept(db)[0][0] == "mail"
    assert kept(db)[1][4] == "advent_1"
    assert db.read_now(figures.counts, 0, EVER) == VisitCounts(confirmed=3, probable=3)
    assert db.read_now(persons.find, "t_1").words[0].campaign == "advent_1"
    assert db.read_now(persons.find, "t%1").words == []


LETTERS = "UPDATE visit SET medium = 'email', source = 'brevo' WHERE referrer = 'mail.google.com'"
NO_REFERRER = "UPDATE visit SET referrer = '' WHERE referrer = 'mail.google.com'"
PROTOCOL = "UPDATE trial SET protocol = :protocol WHERE id = :id"


@pytest.mark.parametrize(("before", "expected"), [(False, (5, 3)), (True, (7, 1))])
def test_a_trial_is_counted_by_the_rule_that_it_was_frozen_with(db, now, before, expected):
    person, account = db.write_now(cast.both, "ada")
    db.write_now(lived_trial.found, account.id)
    trial = lived_trial.begin(db, Author(account.id, person.id), now)
    assert decode_as(Protocol, trial.protocol).rules.sources == 2
    if before:  # as a program wrote it that knew no campaign words
        old = trial.protocol.replace(',"sources":2', "")
        assert old != trial.protocol
        db.write_now(lambda tx: tx.run(PROTOCOL, protocol=old, id=trial.id))
        frozen = decode_as(Protocol, old)
        assert protocol.canonical(frozen).decode() == old
    day = trial.first_day

    def came(tx):
        lived_trial.visits(tx, day, other=5, search=3, mail=2, ads=1)
        tx.run(LETTERS)
        tx.run(NO_REFERRER)

    db.write_now(came)
    lived_trial.live(db, now, day_start(day, BERLIN) + 3 * DAY)
    first = db.read_now(trial_queries.days, trial.id)[0]
    assert (first.visits, first.paid) == expected
