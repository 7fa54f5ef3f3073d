"""Frozen, hashed, exported, and computed again from the file alone."""

import hashlib
import json
import random
from pathlib import Path

import pytest

from linnet.commands import trial as command
from linnet.desk.trial import protocol
from linnet.desk.trial.protocol import Document, document, export, freeze, verify
from linnet.desk.trial.reckoning import calendar
from linnet.desk.trial.values import Design, Rules, Worth
from linnet.kernel.errors import Invalid
from linnet.kernel.value import changed
from linnet.kernel.wire import decode_as, encode
from tests.trials import world

FIXTURES = Path(__file__).parent.parent / "fixtures" / "trials"
KEY, OTHER = "5e" * 32, "5f" * 32
HALF = Design("half_week", "2026-11-30", 12, "Europe/Berlin")
WORTH = Worth("EUR", 3000, 100_000, 150_000, 200_000, 45)


def frozen(**how: object) -> protocol.Protocol:
    return freeze(HALF, WORTH, KEY, **{"baseline_days": 56, "waived": False, "now": 1, **how})


def stored(name: str) -> dict:
    return json.loads((FIXTURES / f"{name}.json").read_bytes())


def test_the_hash_is_of_json_that_any_program_can_write():
    found = frozen(sites=("bäckerei.example",))
    assert (
        protocol.canonical(found)
        == (
            '{"baseline_days":56,"baseline_waived":false,'
            '"commitment":"cf2bd6e1de1a8c34e7a95ad37e2ee8c02d9d8aa2dbd5c78a9de1d3e2b8a5e5f1",'
            '"design":{"cuts":[0,4],"kind":"half_week","pages":[],"start":"2026-11-30","weeks":12,"zone":"Europe/Berlin"},'
            '"frozen_at":1,"looks":[{"days":56,"limit":100,"purpose":"futility"},'
            '{"days":70,"limit":150,"purpose":"verdict"},{"days":84,"limit":350,"purpose":"verdict"}],'
            '"outcome":"visits_other","rules":{"cap":5,"compliance_least":70,"covariate":true,"draws":4999,'
            '"dropped_most":10,"lag":1,"sources":2},"sites":["bäckerei.example"],"version":1,'
            '"worth":{"cost":3000,"currency":"EUR","minutes":45,"value":150000,"value_high":200000,"value_low":100000}}'
        )
        .replace(
            "cf2bd6e1de1a8c34e7a95ad37e2ee8c02d9d8aa2dbd5c78a9de1d3e2b8a5e5f1",
            hashlib.sha256(KEY.encode()).hexdigest(),
        )
        .encode()
    )
    assert protocol.protocol_hash(found) == hashlib.sha256(protocol.canonical(found)).hexdigest()


def test_whatever_is_changed_changes_the_hash():
    one = frozen()
    others = [
        frozen(now=2),
        frozen(early_looks=False),
        frozen(all_visits=True),
        freeze(changed(HALF, weeks=14), WORTH, KEY, baseline_days=56, waived=False, now=1),
        freeze(HALF, changed(WORTH, cost=3001), KEY, baseline_days=56, waived=False, now=1),
        freeze(HALF, WORTH, OTHER, baseline_days=56, waived=False, now=1),
    ]
    assert len({protocol.protocol_hash(p) for p in (one, *others)}) == 7


def test_under_28_days_of_visits_must_be_waived_and_the_protocol_says_so():
    with pytest.raises(Invalid, match="record visits for 28 days"):
        frozen(baseline_days=27)
    assert frozen(baseline_days=27, waived=True).baseline_waived
    assert not frozen(baseline_days=28, waived=True).baseline_waived


def test_rules_follow_from_the_kind_of_trial():
    assert frozen().rules == Rules(lag=1, covariate=True, sources=2)
    assert frozen(all_visits=True).rules == Rules(lag=1, covariate=False)
    assert protocol.rules_of(changed(HALF, kind="daily"), "visits_other") == Rules(
        lag=0, covariate=True, sources=2
    )
    pages = protocol.rules_of(changed(HALF, kind="which_page"), "page_visits")
    assert pages == Rules(lag=0, covariate=False, lost_days=2)


@pytest.mark.parametrize("name", ["half_week", "which_page"])
def test_a_stored_document_is_verified_by_every_later_program(name):
    found = verify((FIXTURES / f"{name}.json").read_bytes())
    assert [check.words for check in found.checks if not check.ok] == []
    assert [check.name for check in found.checks] == [
        "hash",
        "seed",
        "plan",
        "calendar",
        "reading",
        "verdict",
    ]
    assert found.ok
    assert found.said.title == "Cannot tell yet"


def test_a_trial_of_pages_that_was_frozen_before_days_were_counted_is_read_as_then():
    """Its week 3 lost two days and was dropped, which broke it: 6 of 48 weeks of pages."""
    found = verify((FIXTURES / "pages_by_whole_weeks.json").read_bytes())
    assert [check.words for check in found.checks if not check.ok] == []
    assert (found.reading.dropped, found.reading.lost, found.reading.broken) == (6, 0, ("dropped",))
    assert "6 of 48" in found.said.reasons[0]
    doc = stored("pages_by_whole_weeks")
    assert "lost_days" not in doc["protocol"]["rules"]
    doc["protocol"]["rules"]["lost_days"] = 2  # by the rule of today it would be another protocol
    assert not verify(encode(doc)).ok


@pytest.mark.parametrize("until", [None, 60])
def test_a_trial_that_ended_or_was_stopped_comes_back_whole(until):
    found = frozen()
    days = world.trial(random.Random(1), found, KEY, effect=30)
    last = days[until or 83].day
    data = export(found, KEY, days, last)
    assert decode_as(Document, data) == document(found, KEY, last, days=days)
    answer = verify(data)
    assert answer.ok
    assert answer.reading.how == ("stopped" if until else "end")
    assert answer.verdict.kind == ("cannot_tell" if until else answer.verdict.kind)


def put(path: str, value: object):
    def change(doc: dict) -> None:
        *way, last = path.split(".")
        for step in way:
            doc = doc[int(step) if step.isdigit() else step]
        doc[int(last) if last.isdigit() else last] = value

    return change


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        (put("protocol.worth.cost", 100), {"hash", "verdict"}),
        (put("protocol.frozen_at", 5), {"hash"}),
        (put("protocol.sites", []), {"hash"}),
        (put("protocol_hash", "0" * 64), {"hash"}),
        (put("seed", OTHER), {"seed"}),
        (put("seed", "short"), {"seed"}),
        (put("protocol.commitment", "0" * 64), {"hash", "seed"}),
        (put("protocol.rules.cap", 50), {"hash", "plan"}),
        (put("protocol.looks.2.limit", 500), {"hash", "plan"}),
        (put("protocol.design.weeks", 4), {"hash", "plan"}),
        (put("protocol.worth.value", 999_999), {"hash", "plan"}),
        (put("calendar.4.on", True), {"calendar"}),
        (put("calendar", []), {"calendar"}),
        (put("days.20.outcome", 300), {"reading", "verdict"}),
        (put("days.17.dropped", ""), {"reading", "verdict"}),
        (put("days.20.day", "2028-01-24"), {"records"}),
        (put("days.4.posted", 1), {"reading"}),
        (put("reading.p", 0.01), {"reading"}),
        (put("reading.effect", 9.31), {"reading"}),
        (put("reading.limit", 500), {"reading"}),
        (put("reading.until", "2028-04-15"), {"reading", "verdict"}),
        (put("reading.until", "2029-01-01"), {"records"}),
        (put("verdict.kind", "worth_it"), {"verdict"}),
        (put("verdict.break_even.high", 2.0), {"verdict"}),
        (put("verdict.next", []), {"verdict"}),
        (put("verdict.weeks_needed", None), {"verdict"}),
    ],
)
def test_whatever_is_changed_in_the_file_is_found(change, wrong):
    doc = stored("half_week")
    change(doc)
    found = verify(json.dumps(doc).encode())
    names = {check.name for check in found.checks if not check.ok}
    assert not found.ok
    assert names == wrong


def test_days_exchanged_in_a_which_page_trial_are_found():
    doc = stored("which_page")
    doc["pages"][0]["visits"] += 1
    found = verify(json.dumps(doc).encode())
    assert {check.name for check in found.checks if not check.ok} == {"reading", "verdict"}
    doc = stored("which_page")
    doc["page_weeks"][0]["promoted"].reverse()
    assert {c.name for c in verify(json.dumps(doc).encode()).checks if not c.ok} == {"calendar"}


def test_order_of_keys_and_spaces_in_the_file_do_not_matter():
    doc = stored("half_week")
    text = json.dumps(dict(reversed(doc.items())), indent=3)
    assert verify(text.encode()).ok


def test_a_millionth_is_no_difference():
    doc = stored("half_week")
    doc["reading"]["effect"] *= 1 + 1e-10
    assert verify(json.dumps(doc).encode()).ok


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "does not fit"),
        (b"[]", "does not fit"),
        (b'{"format":"other"}', "does not fit"),
        (b"x" * 20_000_001, "larger than any"),
    ],
)
def test_what_is_no_document_is_refused(data, words):
    with pytest.raises(Invalid, match=words):
        verify(data)


def test_a_later_version_is_refused_with_its_number():
    doc = stored("half_week")
    doc["version"] = 2
    with pytest.raises(Invalid, match="version 2; this program knows version 1"):
        verify(json.dumps(doc).encode())


def test_no_document_is_made_with_another_seed_or_for_a_day_outside():
    found = frozen()
    days = world.trial(random.Random(1), found, KEY)
    with pytest.raises(Invalid, match="not the one that was committed"):
        document(found, OTHER, days[-1].day, days=days)
    with pytest.raises(Invalid, match="not a day of the trial"):
        document(found, KEY, "2027-03-01", days=days)


def test_the_calendar_in_the_file_is_the_whole_one_also_after_a_stop():
    found = frozen()
    days = world.trial(random.Random(1), found, KEY)[:50]
    doc = document(found, KEY, days[-1].day, days=days)
    assert doc.calendar == calendar.calendar(HALF, KEY).days
    assert len(doc.days) == 50


def test_the_command_tells_each_check_and_the_verdict(capsys, tmp_path):
    args = type("Args", (), {"file": str(FIXTURES / "half_week.json")})
    assert command.verify(args, None) == 0
    out = capsys.readouterr().out
    assert out.count("same   ") == 6
    assert "DIFFERS" not in out
    assert "Cannot tell yet." in out
    doc = stored("half_week")
    doc["days"][20]["outcome"] += 1
    args.file = str(tmp_path / "changed.json")
    Path(args.file).write_bytes(encode(doc))
    assert command.verify(args, None) == 1
    assert "DIFFERS  reading" in capsys.readouterr().out
    doc["seed"] = OTHER
    Path(args.file).write_bytes(encode(doc))
    assert command.verify(args, None) == 1
    assert "No verdict can be computed" in capsys.readouterr().out
    args.file = str(tmp_path)
    with pytest.raises(Invalid, match="is a folder"):
        command.verify(args, None)
