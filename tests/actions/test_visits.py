"""Visits on both engines: the golden log, what is never written, salts, bursts, logs, replay."""

import re
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from linnet.desk.links import actions as links
from linnet.desk.links import queries as link_queries
from linnet.desk.links.rules import Ways
from linnet.desk.visits import actions, figures, logs, queries, rules
from linnet.desk.visits.figures import VisitCounts, Wanted
from linnet.desk.visits.lines import hash_of, read_line
from linnet.desk.visits.logs import Imported, LogPage, LogSession, import_log
from linnet.desk.visits.rules import Sight, read_features
from linnet.kernel.clock import HOUR, MINUTE, SECOND, parse_time
from linnet.kernel.errors import Invalid, NotFound
from tests import cast, desk
from tests.races import race
from tests.rules.test_visits import CHROME, FIREFOX, IPHONE, PERSON

SITE = "bakery.example"
EVER = 1 << 62
TABLES = (
    "hit_overrule",
    "visit_peer",
    "link",
    "link_preview",
    "visit",
    "hit",
    "visit_salt",
    "visit_staff",
    "visit_overrule",
    "log_import",
    "job",
)


def hit(tx, code, now, *, address="203.0.113.7", agent=None, source="go", method="GET", path="/", **headers):
    """One hit, as the door hands it over."""
    sent = {**PERSON, **{name.replace("_", "-"): value for name, value in headers.items()}}
    sent["user-agent"] = agent or sent["user-agent"]
    seen = read_features(sent.get, source=source, method=method, status=302)
    sight = Sight(SITE, path, seen, code)
    return actions.record(tx, sight, address=address, user_agent=sent["user-agent"], now=now)


def weak(tx, code, now, address):
    """A hit of a browser that says next to nothing."""
    nothing = {"sec_fetch_mode": "", "sec_fetch_user": "", "accept_language": "", "accept": "*/*"}
    return hit(tx, code, now, address=address, agent=IPHONE, **nothing)


def link(tx, now, *, post_id=None, account_id=1):
    return links.make(
        tx,
        "https://bakery.example/",
        kind="go",
        channel="fediverse",
        account_id=account_id,
        post_id=post_id,
        now=now,
    ).code


def dump(tx):
    return "\n".join(str(row) for table in TABLES for row in tx._fetch(f"SELECT * FROM {table}", {})[0])


def counts(db):
    return db.read_now(figures.counts, 0, EVER)


def test_the_golden_log(db, now):
    """1,000 previews, heads with an iPhone's name, prefetches, two of the firm, and 20 people: 20."""

    def golden(tx):
        code = link(tx, now - HOUR, post_id=5)
        for n in range(1000):
            agent = f"http.rb/5.1.0 (Mastodon/4.{n % 7}.2; +https://host{n}.example/) Bot"
            hit(tx, code, now + n, address=f"198.51.{n // 250}.{n % 250}", agent=agent)
        for n in range(3):
            hit(tx, code, now + n, address=f"192.0.2.{n}", agent=IPHONE, method="HEAD")
        for n in range(4):
            hit(tx, code, now + n, address=f"192.0.2.1{n}", sec_purpose="prefetch")
        for n in range(2):
            actions.seen_staff(tx, address=f"192.0.2.20{n}", user_agent=CHROME, now=now)
            hit(tx, code, now + n, address=f"192.0.2.20{n}")
        for n in range(20):
            hit(tx, code, now + n * SECOND, address=f"203.0.113.{n}")
            hit(tx, code, now + n * SECOND + MINUTE, address=f"203.0.113.{n}", method="HEAD")
            if n < 8:  # eight of them wait for the page
                hit(
                    tx,
                    code,
                    now + n * SECOND + 2 * MINUTE,
                    address=f"203.0.113.{n}",
                    source="page",
                    method="POST",
                )
        return code

    code = db.write_now(golden)
    expected = VisitCounts(confirmed=8, probable=20, unsure=0, machines=1007, previews=1000, staff=2)
    assert counts(db) == expected
    assert expected.all == 1027
    assert db.read_now(figures.counts, 0, EVER, 1) == expected
    assert db.read_now(figures.counts, 0, EVER, 2) == VisitCounts()
    assert db.read_now(figures.counts, 0, now) == VisitCounts()
    assert db.read_now(figures.counts_by_link, [code])[code] == expected
    by_rule = {row.rule: (row.kind, row.visits, row.hits) for row in db.read_now(figures.drawer, 0, EVER)}
    assert by_rule == {
        "R0": ("probe", 3, 3),
        "R1": ("prefetch", 4, 4),
        "R2": ("preview", 1000, 1000),
        "RS": ("staff", 2, 2),
        "R5": ("person", 12, 24),
        "R6": ("confirmed", 8, 24),
    }
    # each number leads to its rows
    people = Wanted(0, EVER, kinds=("person", "confirmed"), post_id=5)
    assert db.read_now(figures.visits, Wanted(0, EVER, post_id=6)) == []
    assert db.read_now(figures.visits, Wanted(0, EVER, post_id=5, code="1111111")) == []
    assert len(db.read_now(figures.visits, Wanted(0, EVER, code=code, rule="R6"))) == 8
    first = db.read_now(figures.visits, people, n=15)
    rest = db.read_now(figures.visits, people, before=(first[-1].first_at, first[-1].id), n=15)
    assert len({row.id for row in first + rest}) == 20
    assert first[0].target == "https://bakery.example/"
    confirmed = next(row for row in rest if row.kind == "confirmed")
    assert [h.rule for h in db.read_now(figures.hits_of, confirmed.id)] == ["R5", "R0", "R6"]

    written = db.read_now(dump)
    assert re.findall(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])", written) == []
    assert "AppleWebKit" not in written
    assert "host7.example" in written


def test_unsure_in_a_burst_stay_unsure_until_the_page_sees_them(db, now):
    def burst(tx):
        code = link(tx, now)
        for n in range(6):
            weak(tx, code, now + n * SECOND, f"203.0.113.{n}")
        first = hit(tx, code, now + 30 * SECOND, address="203.0.113.1", agent=IPHONE)
        fresh = hit(tx, code, now + 31 * SECOND, address="203.0.113.99")
        seen = hit(
            tx, code, now + 40 * SECOND, address="203.0.113.2", agent=IPHONE, source="page", method="POST"
        )
        calm = link(tx, now - HOUR)
        for n in range(8):
            weak(tx, calm, now + n, f"198.51.100.{n}")
        later = hit(tx, calm, now + MINUTE, address="198.51.100.1", agent=IPHONE)
        return code, calm, [r.verdict.rule for r in (first, fresh, seen, later)]

    code, calm, said = db.write_now(burst)
    assert said == ["RB", "R5", "R6", "R5"]
    assert db.read_now(link_queries.link, code).burst_at == now + 5 * SECOND
    assert db.read_now(link_queries.link, calm).burst_at is None
    assert db.read_now(figures.counts_by_link, [code])[code] == VisitCounts(confirmed=1, probable=2, unsure=5)


def test_a_click_before_midnight_and_a_page_after_it_meet(db):
    db.write_now(desk.found_firm, 1)
    click = parse_time("2026-11-24T22:50:00Z", "at")  # 23:50 in Berlin
    before = db.write_now(hit, "", click)
    after = db.write_now(hit, "", click + 20 * MINUTE, source="page", method="POST")
    assert after.visit_id == before.visit_id
    assert [s.day for s in db.read_now(queries.all_salts)] == ["2026-11-24", "2026-11-25"]
    later = db.write_now(hit, "", click + 51 * MINUTE)
    assert later.visit_id != before.visit_id  # half an hour of silence
    visitors = db.read_now(lambda tx: tx.all(int, "SELECT visitor FROM visit ORDER BY id"))
    assert len(set(visitors)) == 2  # and nothing tells that it was the same


def test_of_two_hits_at_once_the_later_may_be_written_first(db, now):
    later = db.write_now(hit, "", now + 5)
    earlier = db.write_now(hit, "", now)
    assert earlier.visit_id == later.visit_id
    [visit] = db.read_now(figures.visits, Wanted(0, EVER))
    assert (visit.first_at, visit.last_at, visit.hits) == (now, now + 5, 2)


def test_a_log_that_was_read_when_queries_were_in_its_hashes_is_known_again(db, now):
    lines = [line(0, "/rolls?utm_source=a&mc_eid=1"), line(1, "/style.css"), line(9, "/bread")]
    assert read(db, lines, now).added == 2

    def as_before(tx):
        for offset, raw in ((0, lines[0]), (len(lines[0] + lines[1]), lines[2])):
            tx.run(FORMER, hash=hash_of(read_line(raw).former), offset=offset)

    db.write_now(as_before)
    assert read(db, lines, now).added == 0
    assert counts(db) == VisitCounts(probable=1)


FORMER = "UPDATE hit SET line_hash = :hash WHERE line_offset = :offset"


def test_one_of_our_links_followed_by_a_browser_that_has_the_style_already(db, now):
    code = db.write_now(link, now)
    lines = [line(0, "/rolls"), line(1, "/style.css"), line(50, "/far"), line(55, f"/bread?ln={code}")]
    read(db, lines, now)
    assert {v.path: v.kind for v in db.read_now(figures.visits, Wanted(0, EVER))} == {
        "/rolls": "person",
        "/bread": "person",
    }
    read(db, [line(0, "/style.css", address="203.0.113.8"), line(1, "/x", address="203.0.113.8")], now, "b")
    assert db.read_now(figures.visits, Wanted(0, EVER, kinds=("unsure",)))[0].path == "/x"  # by no link


RUN_AT = "SELECT run_at FROM job WHERE key = :key"


@pytest.mark.parametrize("start", ["2026-10-23T22:00:00Z", "2026-03-27T23:00:00Z"])  # midnight in Berlin
def test_no_salt_is_older_than_48_hours_also_around_a_clock_change(db, start):
    db.write_now(desk.found_firm, 1)
    berlin, at = ZoneInfo("Europe/Berlin"), parse_time(start, "at")
    db.write_now(actions.roll_salts, now=at)
    seen: dict[str, set[str]] = {}
    for step in range(150):  # three days and a bit; the day of the change has 25 or 23 hours
        due = db.read_now(lambda tx: tx.value(RUN_AT, key=actions.ROLL_KEY))
        while due <= at:
            db.write_now(actions.roll_salts, now=due)
            before, due = due, db.read_now(lambda tx: tx.value(RUN_AT, key=actions.ROLL_KEY))
            assert due > before
        if step % 10 == 0:
            db.write_now(hit, "", at)
        salts = db.read_now(queries.all_salts)
        assert {s.day for s in salts} <= set(rules.days_alive(at, berlin))
        assert all(at - s.made_at < 48 * HOUR for s in salts)
        for salt in salts:
            seen.setdefault(salt.day, set()).add(salt.secret)
        at += 30 * MINUTE
    assert len(seen) == 4
    assert all(len(secrets) == 1 for secrets in seen.values())
    assert len(set.union(*seen.values())) == 4
    at += 7 * 24 * HOUR  # the server was off for a week
    db.write_now(actions.roll_salts, now=at)
    assert [s.made_at for s in db.read_now(queries.all_salts)] == [at]


def test_hits_at_the_same_moment_are_one_visit(db, now):
    db.write_now(actions.roll_salts, now=now)
    with ThreadPoolExecutor(8) as pool:
        done = [pool.submit(db.write_now, hit, "", now) for _ in range(24)]
    assert len({future.result().visit_id for future in done}) == 1
    assert [row.hits for row in db.read_now(figures.visits, Wanted(0, EVER))] == [24]


def test_staff_is_forgotten_with_the_salt(db, now):
    db.write_now(actions.seen_staff, address="203.0.113.7", user_agent=CHROME, now=now)
    assert db.write_now(hit, "", now + HOUR).verdict.rule == "RS"
    assert db.write_now(hit, "", now + HOUR, address="203.0.113.8").verdict.rule == "R5"
    db.write_now(actions.roll_salts, now=now + 48 * HOUR)
    assert db.read_now(lambda tx: tx.value("SELECT COUNT(*) FROM visit_staff")) == 0
    assert db.write_now(hit, "", now + 49 * HOUR).verdict.rule == "R5"


def replay(db):
    since, after, changed, done = 0, 0, 0, False
    while not done:
        step = db.write_now(actions.replay, since=since, until=EVER, after=after, n=2)
        since, after, changed, done = step.since, step.after, changed + step.changed, step.done
    return changed


def test_where_letters_came_from_is_known_for_a_day_and_as_a_hash(db, now):
    def play(tx):
        code = link(tx, now)
        actions.seen_peer(tx, address="2001:db8:1:2::7", now=now)
        actions.seen_peer(tx, address="203.0.113.9", now=now)
        same = weak(tx, code, now + MINUTE, "2001:db8:1:2::99")  # the same /64
        other = weak(tx, code, now + MINUTE, "203.0.113.8")
        at_home = hit(tx, code, now + MINUTE, address="203.0.113.9")
        past_midnight = weak(tx, code, now + 23 * HOUR, "203.0.113.9")
        kept = str(tx._fetch("SELECT * FROM visit_peer", {})[0])
        late = weak(tx, code, now + 24 * HOUR, "203.0.113.9")
        actions.roll_salts(tx, now=now + 24 * HOUR)
        left = tx.value("SELECT COUNT(*) FROM visit_peer")
        return [r.verdict.rule for r in (same, other, at_home, past_midnight, late)], kept, left

    found, kept, left = db.write_now(play)
    assert found == ["R3", "R4", "R5", "R3", "R4"]
    assert "203.0" not in kept
    assert "2001" not in kept
    assert left == 0


def test_the_owner_knows_better_about_one_hit(db, now):
    def play(tx):
        code = link(tx, now)
        mine = hit(tx, code, now, address="203.0.113.1")
        other = hit(tx, code, now, address="203.0.113.2")
        head = hit(tx, code, now, address="203.0.113.3", method="HEAD")
        id_of = lambda r: queries.hits(tx, [r.visit_id])[0].id  # noqa: E731 # short words for what is done often below
        actions.overrule_hit(tx, id_of(mine), kind="staff", person_id=1, now=now)
        actions.overrule_hit(tx, id_of(head), kind="person", person_id=1, now=now)
        for id, kind, error in (
            (1, "person", NotFound),
            (id_of(other), "probe", Invalid),
            (id_of(other), "", NotFound),
        ):
            with pytest.raises(error):
                actions.overrule_hit(tx, id, kind=kind, person_id=1, now=now)
        return id_of(mine), id_of(head)

    def replay(tx):
        return actions.replay(tx, since=0, until=EVER)

    mine, head = db.write_now(play)
    said = VisitCounts(probable=2, staff=1)
    assert counts(db) == said
    db.write_now(replay)
    assert counts(db) == said  # it outlives a replay
    assert {row.rule for row in db.read_now(figures.drawer, 0, EVER)} == {
        "R0",
        "R5",
    }  # the rule is still told

    def otherwise(tx):
        actions.overrule(tx, site=SITE, rule="R0", kind="machine", person_id=1, now=now)
        replay(tx)
        before = figures.counts(tx, 0, EVER)
        actions.overrule_hit(tx, head, kind="", person_id=1, now=now)
        actions.overrule_hit(tx, mine, kind="", person_id=1, now=now)
        return before

    assert db.write_now(otherwise) == said  # one hit is more than its rule
    assert counts(db) == VisitCounts(probable=2, machines=1)


def test_a_replay_changes_classes_and_nothing_else(db, now):
    def some(tx):
        for n in range(5):
            hit(tx, "", now, address=f"203.0.113.{n}")  # all at one moment: the pages of a replay still meet
        weak(tx, "", now + 1, "198.51.100.1")

    db.write_now(some)
    raw = "SELECT id, visit_id, at, source, site, path, code, features FROM hit ORDER BY id"
    before = db.read_now(lambda tx: [tuple(r) for r in tx._fetch(raw, {})[0]])
    assert replay(db) == 0
    db.write_now(actions.overrule, site=SITE, rule="R4", kind="person", person_id=9, now=now)
    db.write_now(actions.overrule, site="other.example", rule="R5", kind="machine", person_id=9, now=now)
    assert replay(db) == 1
    assert counts(db) == VisitCounts(probable=6)
    assert db.read_now(lambda tx: [tuple(r) for r in tx._fetch(raw, {})[0]]) == before
    assert db.write_now(weak, "", now + 2, "198.51.100.2").verdict == rules.Verdict("person", "R4")
    db.write_now(actions.restore_rule, site=SITE, rule="R4", now=now)
    assert replay(db) == 2
    assert counts(db) == VisitCounts(probable=5, unsure=2)
    with pytest.raises(NotFound):
        db.write_now(actions.restore_rule, site=SITE, rule="R4", now=now)
    with pytest.raises(Invalid):
        db.write_now(actions.overrule, site=SITE, rule="R6", kind="person", person_id=9, now=now)


def line(
    at, path, *, address="203.0.113.7", agent=FIREFOX, status=200, method="GET", by="https://m.example/"
):
    when = f"{at // 60 % 24:02d}:{at % 60:02d}"
    text = f'{address} - - [20/May/2026:10:{when} +0000] "{method} {path} HTTP/1.1" {status} 9 "{by}" "{agent}"\n'
    return text.encode()


def read(db, lines, now, name="access.log"):
    return import_log(db, lines, site=f"www.{SITE}", name=name, now=now)


def test_a_log_is_read_once_however_often_it_is_read(db, now):
    code = db.write_now(link, now)
    lines = [
        line(0, f"/rolls?ln={code}"),
        line(1, "/style.css"),
        line(2, "/rolls", address="203.0.113.8"),  # no style: unsure
        line(3, "/rolls", agent="curl/8.5.0"),
        b"\x16\x03\x01 rubbish\n",
        line(4, "/missing", status=404, address="203.0.113.9"),
        line(5, "/bread"),  # goes on: the code stays with the visit
        line(6, "/rolls?ln=1111111", address="198.51.100.1"),  # no code of ours
        line(30, "/rolls", address="198.51.100.2"),
        line(41, "/late.js", address="198.51.100.2"),  # eleven seconds are too late
        line(42, "/rolls"),
    ]
    assert read(db, lines[:6], now) == Imported(lines=6, rubbish=1, pages=4, added=4)
    assert read(db, lines, now) == Imported(lines=11, rubbish=1, pages=8, added=4)  # it grew
    assert read(db, lines, now, "access.log.1") == Imported(lines=11, rubbish=1, pages=8, added=0)
    assert counts(db) == VisitCounts(probable=1, unsure=3, machines=2)
    [person] = db.read_now(figures.visits, Wanted(0, EVER, kinds=("person",)))
    assert (person.code, person.hits, person.path, person.referrer) == (code, 3, "/rolls", "m.example")
    fresh = [line(50, "/new", address="198.51.100.3"), line(51, "/f.woff2", address="198.51.100.3")]
    assert read(db, fresh, now).added == 1  # rotated: a new file from byte 0
    assert counts(db).probable == 2
    newest = db.read_now(figures.imports)[0]
    assert (newest.site, newest.lines, newest.added) == (SITE, 2, 1)
    written = db.read_now(dump)
    assert re.findall(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])", written) == []


def test_two_readings_of_one_log_at_once_add_it_once(db, now):
    seen = read_line(line(0, "/rolls"))
    session = LogSession(seen.address, seen.user_agent, 7, (LogPage(0, seen, assets=True),))
    db.write_now(actions.roll_salts, now=now)  # else the second waits for the salt of the day
    take_in = partial(logs.take_in, site=SITE, sessions=[session], now=now)
    assert race(db, take_in, take_in) == (1, 0)
    assert counts(db) == VisitCounts(probable=1)


def test_a_page_hit_becomes_a_persons_when_the_log_grows_by_its_style(db, now):
    lines = [line(0, "/rolls")]
    read(db, lines, now)
    assert counts(db) == VisitCounts(unsure=1)
    assert read(db, [*lines, line(3, "/style.css")], now).added == 0
    assert counts(db) == VisitCounts(probable=1)


def test_a_style_that_names_its_page_counts_for_a_minute_in_either_direction(db, now):
    slow = [  # the page is written down when its last byte has gone out, after its style
        line(0, "/s.css", by=f"https://{SITE}/slow"),
        line(50, "/slow?a=1"),
        line(50, "/other"),  # no style names it, and none follows
        line(0, "/far", address="203.0.113.8"),
        line(61, "/f.woff2", address="203.0.113.8", by=f"https://{SITE}/far"),
    ]
    read(db, slow, now)
    kinds = {v.path: v.kind for v in db.read_now(figures.visits, Wanted(0, EVER))}
    assert kinds == {"/slow": "person", "/far": "unsure"}
    assert read(db, slow, now).added == 0


def test_the_snippet_and_the_log_tell_of_the_same_visit(db):
    at = parse_time("2026-05-20T10:00:02Z", "at")  # two seconds after its line
    db.write_now(hit, "", at, agent=FIREFOX, source="page", method="POST", path="/rolls")
    lines = [
        line(0, "/rolls"),
        line(1, "/s.css"),
        line(0, "/rolls", address="198.51.100.1"),
        line(1, "/s.css", address="198.51.100.1"),
    ]
    read(db, lines, at + 100 * HOUR)  # the salt of that day is gone
    assert counts(db) == VisitCounts(confirmed=1, probable=2)
    read(db, lines, at + 100 * HOUR)
    assert counts(db) == VisitCounts(confirmed=1, probable=2)
    db.write_now(hit, "", at + HOUR, agent=FIREFOX, source="page", method="POST", path="/x")
    read(db, [line(0, "/y").replace(b"10:00:00", b"11:10:00")], at + 2 * HOUR)  # it still lives
    assert counts(db) == VisitCounts(confirmed=2, probable=3)


def test_links_of_a_text_are_tracked_and_cleaned(db, now):
    ways = Ways(("bakery.de",), "https://linnet.example", go_links=True)
    text = "Rolls: https://bakery.de/rolls?a=1#x and bakery.de! Read https://news.example/a_(b) too, https://bakery.de/rolls?a=1#x"
    account = db.write_now(cast.account, "bakery")

    def track(tx, words, **more):
        given = {
            "ways": ways,
            "channel": "fediverse",
            "account_id": account.id,
            "post_id": 5,
            "now": now,
            **more,
        }
        return links.track(tx, words, **given)

    tracked = db.write_now(track, text)
    made = {row.target: row for row in db.read_now(link_queries.of_post, 5)}
    rolls, home, news = (
        made[t].code
        for t in (
            "https://bakery.de/rolls?a=1#x",
            "https://bakery.de",
            "https://news.example/a_(b)",
        )
    )
    assert tracked == (
        f"Rolls: https://bakery.de/rolls?a=1&ln={rolls}#x and bakery.de/?ln={home}! "
        f"Read https://linnet.example/go/{news} too, https://bakery.de/rolls?a=1&ln={rolls}#x"
    )
    assert db.write_now(track, text) == db.write_now(track, tracked) == tracked  # one code per use
    assert db.read_now(links.clean_text, tracked, ways.base) == text
    other = db.write_now(track, text, channel="linkedin")
    assert rolls not in other
    assert db.read_now(links.clean_text, other, ways.base) == text
    plain = db.write_now(track, text, ways=Ways(("bakery.de",), ways.base), post_id=6)
    assert "https://news.example/a_(b)" in plain
    stranger = "https://bakery.de/?ln=1111111 https://linnet.example/go/1111111"
    assert db.read_now(links.clean_text, stranger, ways.base) == stranger
    jobs = db.read_now(lambda tx: tx.all(str, "SELECT body FROM job WHERE kind = 'FetchPreview'"))
    assert jobs == ['{"target":"https://news.example/a_(b)"}']
    with pytest.raises(Invalid):
        db.write_now(track, text, channel="fax")

    db.write_now(links.stop, news, now=now)
    assert db.read_now(link_queries.link, news).stopped_at == now
    db.write_now(links.resume, news)
    assert db.read_now(link_queries.link, news).stopped_at is None
    with pytest.raises(NotFound):
        db.write_now(links.stop, "1111111", now=now)
    assert [row.post_id for row in db.read_now(link_queries.of_account, account.id, before=now + 1)].count(
        5
    ) == 6


def test_a_go_link_of_a_server_on_this_machine_is_a_link_and_is_taken_back(db, now):
    account = db.write_now(cast.account, "bakery")
    ways = Ways((), "http://localhost:8080", go_links=True)
    given = {"ways": ways, "channel": "fediverse", "account_id": account.id, "post_id": 5, "now": now}
    text = "Read https://news.example/a."
    tracked = db.write_now(lambda tx: links.track(tx, text, **given))
    [row] = db.read_now(link_queries.of_post, 5)
    assert tracked == f"Read http://localhost:8080/go/{row.code}."
    assert db.read_now(links.clean_text, tracked, ways.base) == text
    assert db.write_now(lambda tx: links.track(tx, tracked, **given)) == tracked


def test_what_every_hit_asks_for_is_found_by_its_visitor(db):
    """A plan by the site or the time would make a hit cost the more the more there were."""
    if db.read_now(lambda tx: tx.dialect) != "sqlite":
        pytest.skip("PostgreSQL chooses by what is in the table")

    def plan(tx, sql, **given):
        return " ".join(str(row[-1]) for row in tx._fetch(f"EXPLAIN QUERY PLAN {sql}", given)[0])

    def plans(tx):
        return (
            plan(tx, queries.OPEN, visitors=[1, 2], site=SITE, since=1, until=2),
            plan(tx, figures.COUNTS_OF_ACCOUNT, since=1, until=2, account_id=1),
            plan(tx, figures.COUNTS_BY_LINK, codes=["a"], since=1, until=2),
            plan(tx, figures.BY_RULE, site=SITE, rule="R0", before=EVER, n=50),
        )

    opened, of_account, by_link, by_rule = db.read_now(plans)
    assert "visit_open (visitor=?" in opened
    assert "visit_time (first_at>?" in of_account
    assert "COVERING INDEX visit_code" in by_link
    assert "hit_rule (site=? AND rule=? AND id<?)" in by_rule
