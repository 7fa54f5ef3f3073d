"""The statement, on both engines: every figure that was put in comes out, and every number opens its rows."""

import pytest

from linnet.desk.effort import actions as effort
from linnet.desk.firm import queries as firms
from linnet.desk.sales import actions as sales
from linnet.desk.sales.rules import LeadReport, SaleReport, email_digest
from linnet.desk.statement import returns, rules
from linnet.desk.statement.report import statement
from linnet.desk.statement.rows import rows
from linnet.kernel.clock import DAY, HOUR, MINUTE, SECOND
from linnet.kernel.days import day_of, month_of, next_day, parse_period
from linnet.kernel.errors import Invalid, NotFound
from linnet.kernel.ids import new_id
from linnet.social.follows import actions as follows
from linnet.social.people import actions as people
from linnet.social.timelines import queries as timelines
from tests import cast
from tests.desk import BERLIN, found_firm, link, post, visit

WEEK = parse_period("2026-W43", BERLIN)  # ends with 25 hours
LATER = WEEK.end + DAY


def work(tx, ann, bakery):
    """90 minutes of writing (one of them counted in two tabs) and 15 on the phone: 70.00 EUR."""
    effort.measure(tx, ann.id, True, WEEK.start)
    for at in range(0, 90 * 60 + 1, 15):
        effort.beat(tx, ann.id, bakery.id, "write", "tab1", WEEK.start + DAY + at * SECOND)
    for at in range(0, 61, 15):
        effort.beat(tx, ann.id, bakery.id, "read", "tab2", WEEK.start + DAY + at * SECOND)
    for at in range(0, 61, 15):  # in the next week
        effort.beat(tx, ann.id, bakery.id, "read", "tab3", WEEK.end + at * SECOND)
    effort.add_entry(
        tx, ann.id, bakery.id, day=WEEK.last, minutes=15, note="phone", id=new_id(), now=WEEK.end
    )


def talk(tx, ann, bakery):
    """3 posts, 1 passed on, 2 answers; delivered to 2 followers each; 3 wrote, 2 of them wait."""
    dora, emil, fred = (cast.account(tx, name) for name in ("dora", "emil", "fred"))
    follows.follow(tx, dora.id, bakery.id, now=WEEK.start - DAY)
    follows.follow(tx, emil.id, bakery.id, now=WEEK.start - DAY)
    said = [post(tx, bakery.id, WEEK.start + n * DAY, person_id=ann.id) for n in range(2)]
    said.append(post(tx, bakery.id, WEEK.end - 1, to=(said[0], bakery.id), root=said[0]))
    said += [post(tx, bakery.id, outside) for outside in (WEEK.start - 1, WEEK.end)]
    for one in said:
        timelines.put(tx, bakery.id, one)
        timelines.put(tx, dora.id, one)
        timelines.put(tx, emil.id, one)
    follows.follow(tx, fred.id, bakery.id, now=WEEK.end)  # has the last posts at home, but later
    asked = [post(tx, dora.id, WEEK.start + 2 * DAY + n * MINUTE, mentions=(bakery.id,)) for n in range(2)]
    post(tx, emil.id, WEEK.start + 2 * DAY, mentions=(bakery.id,))
    post(tx, emil.id, WEEK.end, mentions=(bakery.id,))
    post(tx, bakery.id, WEEK.start, mentions=(bakery.id,), visibility="direct")
    post(tx, bakery.id, WEEK.start + 3 * DAY, to=(asked[0], dora.id), root=asked[0])
    post(tx, bakery.id, WEEK.start + 3 * DAY, to=(1, dora.id), visibility="direct")
    post(tx, bakery.id, WEEK.start + 4 * DAY, boost_of=asked[1])


def visits(tx, bakery):
    """By links: 2 confirmed, 3 more probable, 1 unsure, 11 machines. Without: 4 probable and one
    by another account's link."""
    link(tx, "Ab3xK7q", bakery.id, WEEK.start - 40 * DAY)
    link(tx, "Zz9zZ9z", bakery.id + 1, 1)
    kinds = ["confirmed"] * 2 + ["person"] * 3 + ["unsure"] + ["preview"] * 10 + ["machine"]
    for n, kind in enumerate(kinds):
        visit(tx, WEEK.start + n * HOUR, kind, "Ab3xK7q")
    for n in range(4):
        visit(tx, WEEK.end - 1 - n, "person")
    visit(tx, WEEK.start, "person", "Zz9zZ9z")
    visit(tx, WEEK.start - 1, "person", "Ab3xK7q")
    visit(tx, WEEK.end, "person", "Ab3xK7q")


def trade(tx):
    """2 of 3 leads and 2 of 4 sales with a trail; 160.00 EUR and 10.00 USD, 130.00 EUR with a trail."""
    at = WEEK.start + 5 * DAY
    mail = email_digest("ann@example.org")
    for lead in (
        LeadReport("L1", at, ln="Ab3xK7q"),
        LeadReport("L2", at, ln="Ab3xK7q", email_sha256=mail),
        LeadReport("L3", at, heard="=a friend"),
        LeadReport("L4", WEEK.end, ln="Ab3xK7q"),
    ):
        sales.record_lead(tx, lead, source="hook", id=new_id(), now=LATER)
    for sale in (
        SaleReport("S1", at, 10_000, "EUR", ln="Ab3xK7q"),
        SaleReport("S2", at + HOUR, 5_000, "EUR", email_sha256=mail, coupon="RYE"),  # joined by the hash
        SaleReport("S3", at, 3_000, "EUR"),
        SaleReport("S4", at, 1_000, "USD", ln="nolink1"),
        SaleReport("R1", at + DAY, -2_000, "EUR", refund_of="S1"),
        SaleReport("S5", WEEK.start - 1, 7_777, "EUR", ln="Ab3xK7q"),
    ):
        sales.record_sale(tx, sale, source="hook", id=new_id(), now=LATER)


@pytest.fixture
def firm(db):
    def make(tx):
        ann, bakery = cast.both(tx, "bakery")
        people.join(tx, cast.person(tx, "bob").id, bakery.id, "writer", 1)
        found_firm(tx, bakery.id)
        work(tx, ann, bakery)
        talk(tx, ann, bakery)
        visits(tx, bakery)
        trade(tx)

    db.write_now(make)


def test_every_figure_put_in_comes_out(db, firm):
    found = db.read_now(statement, WEEK, LATER)
    assert (found.firm, found.currency, found.over, found.until) == ("Corner Bakery", "EUR", True, WEEK.end)
    assert [(x.activity, x.ms // SECOND, x.cost) for x in found.time] == [
        ("write", 5400, 6000),
        ("outside", 900, 1000),
    ]
    assert {figure.key: figure.value for figure in found.figures} == {
        "time.total": 105 * MINUTE,
        "cost.total": 7000,
        "cost.time": 7000,
        "cost.tools": 0,
        "posts.written": 3,
        "posts.boosts": 1,
        "delivered.total": 6,
        "delivered.followers": 2,
        "answers.given": 2,
        "answers.received": 3,
        "answers.waiting": 2,
        "visits.confirmed": 2,
        "visits.probable": 5,
        "visits.unsure": 1,
        "visits.machine": 11,
        "site.confirmed": 2,
        "site.probable": 10,
        "site.unsure": 1,
        "site.machine": 11,
        "came.unasked": 10,  # rows of before they were asked which way they came
        "leads.all": 3,
        "leads.trail": 2,
        "sales.all": 4,
        "sales.trail": 2,
        "sales.refunds": 1,
        "money.EUR.all": 16_000,
        "money.EUR.trail": 13_000,
        "money.USD.all": 1_000,
        "money.USD.trail": 0,
    }
    assert {per.key: (per.each, per.count) for per in found.costs} == {
        "per.posts.written": (2333, 3),
        "per.answers.given": (3500, 2),
        "per.visits.probable": (1400, 5),
        "per.leads.trail": (3500, 2),
        "per.sales.trail": (3500, 2),
    }
    assert [said.key for said in found.not_known] == [
        "time.off",
        "visits.unsure",
        "sales.untrailed",
        "currencies",
        "because",
    ]
    assert [(d.day, d.ms // MINUTE, d.probable, d.machines, d.leads, d.sales) for d in found.days] == [
        ("2026-10-19", 0, 5, 11, 0, 0),
        ("2026-10-20", 90, 0, 0, 0, 0),
        ("2026-10-21", 0, 0, 0, 0, 0),
        ("2026-10-22", 0, 0, 0, 0, 0),
        ("2026-10-23", 0, 0, 0, 0, 0),
        ("2026-10-24", 0, 0, 0, 2, 2),
        ("2026-10-25", 15, 0, 0, 0, 0),
    ]
    probable = found.figure("visits.probable")
    assert (probable.n, round(probable.low, 4), round(probable.high, 4)) == (5, 1.6235, 11.6683)
    assert "30 days before a sale" in found.attribution
    assert len(rules.to_csv(found).splitlines()) > 40


def test_every_number_opens_its_rows(db, firm):
    found = db.read_now(statement, WEEK, LATER)
    for figure in found.figures:
        table = db.read_now(rows, figure.rows, LATER)
        assert {len(row) for row in table.rows} <= {len(table.columns)}
        if figure.unit == rules.COUNT and not figure.key.startswith("delivered"):
            assert (figure.key, len(table.rows)) == (figure.key, figure.value)
        elif figure.unit == rules.MS:
            assert sum(row[3] for row in table.rows) == figure.value
        elif figure.key.startswith("money"):
            amounts = [row[2].split() for row in table.rows]
            assert {currency for _, currency in amounts} <= {figure.unit}
            assert round(sum(float(amount) for amount, _ in amounts) * 100) == figure.value
            assert len(amounts) == figure.n
    homes = db.read_now(rows, found.figure("delivered.total").rows, LATER)
    assert [row[3] for row in homes.rows] == [2, 2, 2]
    assert sum(line.ms for line in found.time) == sum(
        row[3] for line in found.time for row in db.read_now(rows, line.rows, LATER).rows
    )
    why = {row[1]: (row[4], row[7]) for row in db.read_now(rows, found.figure("sales.all").rows, LATER).rows}
    assert why["S1"] == ("Ab3xK7q", "carried the tag")
    assert why["S2"][0] == "Ab3xK7q"
    assert "same e-mail address on the same day as 'L2'" in why["S2"][1]
    assert why["S3"] == ("", "carried no tag")
    assert why["S4"] == ("", "its tag is none of our links")
    machines = found.figure("site.machine").rows
    first = db.read_now(rows, machines, LATER, n=6)
    second = db.read_now(rows, machines, LATER, n=6, skip=6)
    assert (len(first.rows), first.more, len(second.rows), second.more) == (6, True, 5, False)
    for where in ("", "people?from=2026-10-19&to=2026-10-25"):
        with pytest.raises(Invalid):
            db.read_now(rows, where, LATER)
    with pytest.raises(Invalid):
        db.read_now(rows, machines, LATER, n=501)


def test_a_month_and_an_open_period_and_an_answer_that_came_later(db, firm):
    month = db.read_now(statement, month_of("2026-10-20", BERLIN), LATER)
    assert not month.over
    assert "period" in {said.key for said in month.not_known}
    assert month.figure("visits.probable").value == 7
    assert month.figure("money.EUR.all").value == 16_000 + 7_777
    assert len(month.days) == 31
    waiting = db.read_now(rows, db.read_now(statement, WEEK, LATER).figure("answers.waiting").rows, LATER)

    def answer(tx):
        bakery = tx.value("SELECT account_id FROM firm")
        to = int(waiting.rows[0][2])
        post(tx, bakery, LATER, to=(to, 5), root=to)

    db.write_now(answer)
    assert db.read_now(statement, WEEK, LATER).figure("answers.waiting").value == 1


def test_a_firm_that_has_nothing_is_told_so(db):
    with pytest.raises(NotFound):
        db.read_now(statement, WEEK, LATER)
    db.write_now(lambda tx: found_firm(tx, cast.both(tx, "bakery")[1].id, hourly_cost=0))
    found = db.read_now(statement, WEEK, LATER)
    assert {f.value for f in found.figures} == {0}
    assert [said.key for said in found.not_known] == [
        "time.off",
        "time.none",
        "hourly_cost",
        "visits.none",
        "leads.none",
        "sales.none",
        "because",
    ]
    assert {per.words for per in found.costs} == {"not known: no time with a cost was recorded"}
    for figure in found.figures:
        assert db.read_now(rows, figure.rows, LATER).rows == ()
    before = db.read_now(statement, WEEK, WEEK.start - 5)
    assert (before.over, before.until) == (False, WEEK.start)


FOLLOW = "INSERT INTO follow (id, follower_id, followee_id, since) VALUES (:id, :id, :followee_id, :since)"
OF_POST = "UPDATE link SET post_id = :post_id WHERE code = :code"


def test_how_many_followers_are_enough(db):
    """32 posts, one more follower and one more visit at each; a visit a fortnight later is none of theirs."""

    def grow(tx):
        _, bakery = cast.both(tx, "bakery")
        found_firm(tx, bakery.id)
        for n in range(32):
            at = WEEK.start - (60 - n) * DAY
            tx.run(FOLLOW, id=1000 + n, followee_id=bakery.id, since=at - HOUR)
            code = f"Ab3xK{n // 9 + 1}{n % 9 + 1}"
            link(tx, code, bakery.id, at)
            tx.run(OF_POST, post_id=post(tx, bakery.id, at), code=code)
            for k in range(n + 1):
                visit(tx, at + HOUR + k, "person", code)
            visit(tx, at + 14 * DAY, "person", code)
            visit(tx, at + HOUR, "preview", code)

    db.write_now(grow)
    [said] = [step for step in db.read_now(statement, WEEK, LATER).steps if step.key == "enough"]
    assert (
        "100.0 to 100.0 visits more a post for each 100 followers (32 posts, 1 to 32 followers)" in said.words
    )
    assert "What a post costs is not known yet" in said.words
    early = db.read_now(statement, parse_period("2026-W35", BERLIN), LATER)  # when two had had their week
    assert "Not enough posts yet" in next(step.words for step in early.steps if step.key == "enough")


def test_effort_and_return_by_whole_weeks_since_time_was_recorded(db):
    """12 weeks, the first two without any time; an hour more each fortnight, two visits more for it."""

    def live(tx):
        ann, bakery = cast.both(tx, "bakery")
        found_firm(tx, bakery.id)
        link(tx, "Ab3xK7q", bakery.id, 1)
        for n in range(12):
            start = WEEK.start - (12 - n) * 7 * DAY
            for k in range(2 * (n % 2) + 1):
                visit(tx, start + 3 * DAY + k, "person", "Ab3xK7q")
            visit(tx, start + 3 * DAY, "preview", "Ab3xK7q")
            if n >= 2:
                day = day_of(start + 3 * DAY, BERLIN)
                effort.add_entry(
                    tx,
                    ann.id,
                    bakery.id,
                    day=day,
                    minutes=60 + 60 * (n % 2),
                    note="phone",
                    id=new_id(),
                    now=WEEK.start,
                )

    db.write_now(live)
    found = db.read_now(lambda tx: returns.weeks(tx, firms.must_firm(tx), WEEK.start + DAY))
    assert [(week.minutes, week.visits) for week in found] == [(60, 1), (120, 3)] * 5
    assert "An hour more in a week went along with 2.0 more visits" in db.read_now(
        lambda tx: returns.words(tx, firms.must_firm(tx), WEEK.start + DAY)
    )


def test_weeks_of_effort_and_return_end_where_they_end(db):
    """26 weeks and no more, from the one in whose last day the first time lies; the week that runs is none."""
    ann, bakery = db.write_now(cast.both, "bakery")

    def spend(day, minutes):
        more = {"minutes": minutes, "note": "phone", "id": new_id(), "now": WEEK.end}
        db.write_now(effort.add_entry, ann.id, bakery.id, day=day, **more)

    def live(tx):
        found_firm(tx, bakery.id)
        link(tx, "Ab3xK7q", bakery.id, 1)
        for at in (WEEK.start - 1, WEEK.start, WEEK.end - 1, WEEK.end):
            visit(tx, at, "person", "Ab3xK7q")
        visit(tx, WEEK.start, "person")  # by no link

    def weeks():
        found = db.read_now(lambda tx: returns.weeks(tx, firms.must_firm(tx), WEEK.end + DAY))
        return [(week.minutes, week.visits) for week in found]

    db.write_now(live)
    assert weeks() == []
    spend(next_day(WEEK.first, -1), 7)
    spend(WEEK.first, 20)
    spend(WEEK.last, 30)
    spend(next_day(WEEK.last), 500)
    assert weeks() == [(7, 1), (50, 2)]
    spend(next_day(WEEK.last, -25 * 7), 40)
    spend(next_day(WEEK.last, -26 * 7), 90)
    assert weeks() == [(40, 0), *[(0, 0)] * 23, (7, 1), (50, 2)]
