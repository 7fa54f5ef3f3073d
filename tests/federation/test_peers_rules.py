"""How another server is and when it is tried again; which rule about a domain counts. By value."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from linnet.federation.peers import domains, rules
from linnet.federation.peers.domains import Rule
from linnet.federation.peers.rules import HOLD, Peer, Report
from linnet.kernel.clock import DAY, HOUR, MINUTE, SECOND
from linnet.kernel.errors import Invalid
from linnet.kernel.value import changed

NOW = 1_793_000_000_000


def failed(peer, at, error="away", **more):
    held = changed(peer, held=at + 1)
    return rules.after(held, Report(peer.host, at + 1, over=True, failure=error, **more), at, 0.0)


def test_pauses_grow_and_the_host_rests_after_five():
    peer, at, waits, states = Peer("a.example"), NOW, [], []
    for _ in range(11):
        peer = failed(peer, at)
        waits.append(peer.next_at - at)
        states.append(rules.state(peer, at))
        at = peer.next_at
    assert waits[:5] == [MINUTE, 5 * MINUTE, 15 * MINUTE, 15 * MINUTE, 30 * MINUTE]
    assert waits[5:] == [HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, DAY]
    assert states == ["failing"] * 4 + ["resting"] * 7


def test_after_seven_days_it_is_given_up_and_asked_once_a_week():
    peer = Peer("a.example", failures=12, failing_since=NOW - HOLD, error="away")
    assert rules.state(changed(peer, failing_since=NOW - HOLD + 1), NOW) == "resting"
    assert rules.state(peer, NOW) == "given up"
    again = failed(peer, NOW)
    assert again.next_at == NOW + 7 * DAY
    assert again.failing_since == NOW - HOLD
    assert "has not answered for 7 days" in rules.refuses(again, NOW)
    assert rules.refuses(changed(again, waiting=1), again.next_at)
    assert rules.refuses(again, again.next_at) == ""  # this letter is how it is asked


@given(st.integers(0, 100), st.integers(0, 30 * DAY), st.floats(0, 1))
def test_every_pause_is_a_minute_to_ten_days(failures, age, jitter):
    assert MINUTE <= rules.pause(failures, age, jitter) <= 1.5 * HOLD
    assert rules.pause(failures, age, 0) <= rules.pause(failures, age, jitter)
    assert rules.pause(failures, age, jitter) <= rules.pause(failures + 1, age, jitter)


def test_an_answer_ends_the_failures_but_a_lost_lease_decides_nothing():
    peer = Peer("a.example", failures=6, failing_since=NOW, error="away", next_at=NOW + 5, held=NOW + 5)
    well = rules.after(
        peer, Report("a.example", NOW + 5, answered=True, delivered=True, form="rfc9421", over=True), NOW, 0
    )
    assert well == Peer("a.example", next_at=NOW, signature="rfc9421", delivered_at=NOW)
    refused = rules.after(peer, Report("a.example", NOW + 5, answered=True, over=True), NOW, 0)
    assert (refused.failures, refused.delivered_at) == (0, None)
    late = rules.after(peer, Report("a.example", NOW + 4, over=True, failure="slow"), NOW, 0)
    assert late == peer


def test_who_asks_to_wait_has_not_failed():
    peer = Peer("a.example", held=NOW + 1, next_at=NOW + 1)
    told = Report("a.example", NOW + 1, over=True, failure="429", not_before=NOW + HOUR, asked=True)
    after = rules.after(peer, told, NOW, 1.0)
    assert (after.next_at, after.failures, rules.state(after, NOW)) == (NOW + HOUR, 0, "asked")
    assert rules.state(after, NOW + HOUR) == "well"
    # 503 with Retry-After: a failure, and not sooner than asked
    assert failed(Peer("a.example"), NOW, not_before=NOW + HOUR).next_at == NOW + HOUR
    assert failed(Peer("a.example"), NOW, not_before=NOW + SECOND).next_at == NOW + MINUTE


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("120", 2 * MINUTE),
        ("1", 30 * SECOND),
        ("0", 30 * SECOND),
        ("999999999999999", DAY),
        ("Mon, 26 Oct 2026 07:38:20 GMT", 5 * MINUTE),
        ("Mon, 26 Oct 2020 07:38:20 GMT", 30 * SECOND),
        ("soon", None),
        ("-5", None),
        ("", None),
        ("１２０", None),
    ],
)
def test_retry_after_is_honoured_within_bounds(text, wait):
    assert rules.retry_after(text, NOW) == (None if wait is None else NOW + wait)


@given(st.text(max_size=40))
def test_retry_after_is_total(text):
    found = rules.retry_after(text, NOW)
    assert found is None or NOW + 30 * SECOND <= found <= NOW + DAY


def test_letters_for_few_go_before_letters_for_many_but_not_for_ever():
    idle = Peer("a.example", next_at=NOW - DAY)
    assert rules.queued_at(idle, NOW, few=False) == NOW
    assert rules.queued_at(idle, NOW, few=True) == NOW - 10 * MINUTE
    in_line = Peer("a.example", waiting=3, next_at=NOW - MINUTE)
    assert rules.queued_at(in_line, NOW, few=False) == NOW - MINUTE  # keeps its place
    assert rules.queued_at(changed(in_line, next_at=NOW - HOUR), NOW, few=True) == NOW - HOUR
    resting = Peer("a.example", waiting=3, next_at=NOW + HOUR, failures=6)
    assert rules.queued_at(resting, NOW, few=True) == NOW + HOUR


def test_a_silent_host_does_not_fill_the_disk():
    peer = Peer("a.example", waiting=5000, failures=1, failing_since=NOW, error="away")
    assert "5,000 letters wait" in rules.refuses(peer, NOW)
    assert rules.refuses(changed(peer, failures=0, failing_since=None), NOW) == ""
    assert rules.refuses(changed(peer, waiting=4999), NOW) == ""


@pytest.mark.parametrize(
    ("typed", "domain"),
    [
        ("bad.example", "bad.example"),
        (" BAD.Example. ", "bad.example"),
        ("https://user:secret@Bad.Example:8443/@x?y#z", "bad.example"),
        ("*.bad.example", "bad.example"),
        ("@somebody@bad.example", "bad.example"),
        ("exämple.org", "xn--exmple-cua.org"),
        ("xn--exmple-cua.org", "xn--exmple-cua.org"),
        ("EXÄMPLE.org", "xn--exmple-cua.org"),
        ("bad。example", "bad.example"),
        ("198.51.100.7:3000", "198.51.100.7"),
        ("[2001:DB8::1]:443", "2001:db8::1"),
        ("https://bad.example\\@good.example/", "bad.example"),
    ],
)
def test_a21_a_domain_has_one_form(typed, domain):
    assert domains.domain_of(typed) == domain


@pytest.mark.parametrize(
    "typed", ["", "  ", "com", "*.", "bad example.org", "a..b", "-x.org", "127.1", "x.\x00.y"]
)
def test_a21_what_is_no_domain_is_refused(typed):
    with pytest.raises(Invalid) as error:
        domains.domain_of(typed)
    assert error.value.field == "domain"


def rule(domain, severity="suspend", **more):
    return Rule(domain, severity, **more)


@pytest.mark.parametrize(
    ("host", "severity"),
    [
        ("bad.example", "suspend"),
        ("BAD.example.", "suspend"),
        ("sub.bad.example:8443", "suspend"),
        ("a.b.c.bad.example", "suspend"),
        ("good.bad.example", "allow"),
        ("very.good.bad.example", "allow"),
        ("notbad.example", None),
        ("bad.example.org", None),
        ("example", None),
        ("xn--exmple-cua.org", "limit"),
        ("exämple.org", "limit"),
        ("7.198.51.100", None),
        ("198.51.100.7:80", "suspend"),
        ("", None),
        ("bad.example/", "suspend"),
        ("not a host", None),
    ],
)
def test_a21_a_rule_holds_for_everything_below_and_the_longest_name_counts(host, severity):
    known = {
        one.domain: one
        for one in (
            rule("bad.example"),
            rule("good.bad.example", "allow"),
            rule("xn--exmple-cua.org", "limit"),
            rule("198.51.100.7"),
            rule("51.100.7"),
        )
    }
    found = domains.match(known, host)
    assert (found.severity if found else None) == severity


def test_no_rule_about_ourselves():
    own = ("social.bakery.example", "bakery.example:8443")
    for domain in ("bakery.example", "social.bakery.example", "SOCIAL.bakery.example:443"):
        with pytest.raises(Invalid):
            domains.check(rule(domain), own)
        assert domains.check(rule(domain, "allow"), own).severity == "allow"
    assert domains.check(rule("other.bakery.example"), own).domain == "other.bakery.example"
    with pytest.raises(Invalid):
        domains.check(rule("x.example", "destroy"), own)
    with pytest.raises(Invalid):
        domains.check(rule("x.example", comment="x" * 501), own)


MASTODONS = """#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate
spam.example,suspend,false,false,"Spam, all of it",true
loud.example,silence,TRUE,true,,FALSE
fine.spam.example,noop,false,false,'=1+1,false
"""


def test_mastodons_list_is_read_and_written():
    sheet = domains.read_csv(MASTODONS, ())
    assert sheet.wrong == []
    assert sheet.rules == [
        rule("spam.example", public_comment="Spam, all of it"),
        rule("loud.example", "limit", reject_media=True, reject_reports=True),
        rule("fine.spam.example", "allow", public_comment="=1+1"),
    ]
    written = domains.write_csv(sheet.rules)
    assert (
        written.splitlines()[0]
        == "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate"
    )
    assert written.splitlines()[3] == "fine.spam.example,noop,false,false,'=1+1,false"
    assert domains.read_csv(written, ()).rules == sheet.rules


def test_bare_names_and_odd_lines():
    sheet = domains.read_csv(
        "\ufeffbad.example\r\n# a remark\r\n\r\nBAD.example\nno\nmine.example\n", ["mine.example"]
    )
    assert [one.domain for one in sheet.rules] == ["bad.example"]
    assert [line for line, _ in sheet.wrong] == [5, 6]
    swapped = domains.read_csv("severity,domain\nsilence,x.example\nmaybe,y.example\n", ())
    assert [(one.domain, one.severity) for one in swapped.rules] == [("x.example", "limit")]
    assert "maybe" in swapped.wrong[0][1]
    assert domains.read_csv("", ()).rules == []


@pytest.mark.parametrize("text", ["<html><body>Not found</body></html>", "\x00", "a b c", "x" * 200_000])
def test_what_is_no_list_is_refused(text):
    with pytest.raises(Invalid):
        domains.read_csv(text, ())


def test_a_list_has_an_end():
    with pytest.raises(Invalid, match="100,000"):
        domains.read_csv("\n" * 100_001, ())


@given(st.text(max_size=200))
def test_reading_a_list_is_total(text):
    try:
        sheet = domains.read_csv(text, ())
    except Invalid:
        return
    for one in sheet.rules:
        assert domains.match({one.domain: one}, one.domain) == one


NAMES = st.from_regex(r"[a-z0-9]{1,8}(\.[a-z0-9]{1,8}){0,2}\.[a-z]{2,6}", fullmatch=True)


@given(NAMES, st.sampled_from(["", ":8443", "."]), st.text(st.characters(categories=["Ll"]), max_size=5))
def test_a_rule_meets_every_way_to_write_its_host(name, end, below):
    known = {name: rule(name)}
    assert domains.match(known, f"{name.upper()}{end}")
    assert domains.match(known, f"a.{name}{end}")
    assert not domains.match(known, f"x{name}")
    assert domains.domain_of(f"https://{name}{end if end != '.' else ''}/{below}") == name


REMARKS = st.one_of(st.text(max_size=30), st.text("=+-@;'\"\r\n\t ,a", max_size=8))


@given(st.lists(st.tuples(NAMES, st.sampled_from(domains.SEVERITIES), st.booleans(), REMARKS)))
@example([("0.aa", "allow", False, "0\r0")])
@example([("0.aa", "limit", False, "'=1")])
def test_csv_out_and_in_is_the_same(rows):
    own = {
        name: domains.check(rule(name, severity, reject_media=media, public_comment=remark), ())
        for name, severity, media, remark in rows
    }
    read = domains.read_csv(domains.write_csv(own.values()), ())
    assert {one.domain: one for one in read.rules} == own
    assert read.wrong == []
