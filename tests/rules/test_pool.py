"""Trials put together: the arithmetic against published figures and a simulation, and what is believed."""

import json
import math
import random

import pytest

from linnet.desk.pool import meta, rules
from linnet.desk.pool.meta import Result
from linnet.desk.pool.rules import Summary
from linnet.desk.trial.values import Reading
from linnet.kernel.errors import Invalid
from linnet.kernel.value import changed
from linnet.kernel.wire import encode, plain

# Log risk ratios and variances of the 13 BCG trials (Colditz et al. 1994), the worked example of every book
BCG = [
    (-0.8893, 0.3256), (-1.5854, 0.1946), (-1.3481, 0.4154), (-1.4416, 0.0200), (-0.2175, 0.0512),
    (-0.7861, 0.0069), (-1.6209, 0.2230), (0.0120, 0.0040), (-0.4694, 0.0564), (-1.3713, 0.0730),
    (-0.3394, 0.0124), (0.4459, 0.5325), (-0.0173, 0.0714),
]  # fmt: skip
TRIALS = [Result(effect, math.sqrt(variance)) for effect, variance in BCG]

AT = "https://bakery.example/trials/ab12.json"
SAID = Summary(
    type="LinnetTrial",
    version=1,
    id=AT,
    actor="https://bakery.example/users/7",
    firm="Corner Bakery",
    field=("bread",),
    state="registered",
    protocol_hash="ab12",
    seed_hash="cd34",
    design="half_week",
    weeks=12,
    first="2026-09-07",
    last="2026-11-29",
    baseline="20-50",
    followers="30-100",
    minutes=45,
    waived=False,
    registered_at=1_793_000_000_000,
)
READING = Reading(
    how="end", until="2026-11-29", limit=500, effect=10.0, se=3.0, p=0.01, quantile=2.2, low=3.4, high=16.6,
    followed=None, days=84, days_on=42, dropped=1, capped=0, coins=12, calendars=4096, exact=True, mean_quiet=50.0,
    followed_on=11, blocks_on=12, posted_quiet=1, blocks_quiet=12, broken=(),
)  # fmt: skip


def finished(n: int, effect: float, error: float, **more: object) -> Summary:
    at = f"https://firm{n}.example/trials/x.json"
    return changed(
        SAID,
        id=at,
        actor=f"https://firm{n}.example/users/1",
        state="finished",
        verdict="cannot_tell",
        effect=round(effect * rules.PARTS),
        error=round(error * rules.PARTS),
        **more,
    )


def test_the_variance_between_firms_is_that_of_the_book():
    # metafor's manual, rma(method="DL"): tau^2 = 0.3088, estimate -0.7141
    assert meta.between_firms(TRIALS) == pytest.approx(0.3088, abs=5e-4)
    found = meta.pool(TRIALS)
    assert found is not None
    assert found.mean == pytest.approx(-0.7141, abs=5e-4)
    assert found.k == 13


def test_without_differences_it_is_the_plain_weighted_mean():
    same = [Result(0.2, 0.1)] * 5
    found = meta.pool(same)
    assert found is not None
    assert (found.mean, found.spread) == (pytest.approx(0.2), 0.0)
    half = 2.776445105 * 0.1 / math.sqrt(5)  # never narrower than the plain range
    assert (found.low, found.high) == (pytest.approx(0.2 - half), pytest.approx(0.2 + half))
    assert found.drawn_in == pytest.approx((0.2,) * 5)


def test_four_firms_are_too_few():
    assert meta.pool(TRIALS[:4]) is None
    assert meta.pool(TRIALS[:5]) is not None


def test_each_firm_is_drawn_in_and_a_vague_one_the_most():
    found = meta.pool([*TRIALS, Result(3.0, 1.0)])
    assert found is not None
    for own, drawn in zip([*TRIALS, Result(3.0, 1.0)], found.drawn_in, strict=True):
        assert min(own.effect, found.mean) <= drawn <= max(own.effect, found.mean)
    assert found.drawn_in[-1] < 1.5


def test_the_ranges_hold_what_they_say():
    """600 worlds of eight firms, true mean .1, differing by .15: in 93 to 99 of 100 the mean is in its range, and
    a new firm in the wider one."""
    dice = random.Random(4)
    means = news = 0
    for _ in range(600):
        firms = []
        for _ in range(8):
            error = dice.uniform(0.05, 0.12)
            firms.append(Result(dice.gauss(dice.gauss(0.1, 0.15), error), error))
        found = meta.pool(firms)
        assert found is not None
        means += found.low <= 0.1 <= found.high
        news += found.new_low <= dice.gauss(0.1, 0.15) <= found.new_high
    assert 0.93 <= means / 600 <= 0.99
    assert 0.91 <= news / 600 <= 0.99


@pytest.mark.parametrize(
    ("value", "name"), [(0, "under 5"), (4.9, "under 5"), (5, "5-20"), (499, "150-500"), (500, "500 or more")]
)
def test_bands(value, name):
    assert rules.band(value, rules.BASELINES) == name
    assert name in rules.bands(rules.BASELINES)


def test_the_effect_is_a_share_of_a_quiet_day_with_the_error_of_its_range():
    found = rules.logarithm(READING)
    assert found is not None
    assert found.effect == pytest.approx(math.log(60 / 50))
    assert found.error == pytest.approx(13.2 / 3.91993 / 60, rel=1e-4)
    assert rules.logarithm(changed(READING, low=None, high=None)) is None
    assert rules.logarithm(changed(READING, mean_quiet=0.0)) is None
    assert rules.logarithm(changed(READING, low=None)) is None
    assert rules.logarithm(changed(READING, high=None)) is None
    assert rules.logarithm(changed(READING, mean_quiet=0.5)) is not None
    assert (
        rules.logarithm(changed(READING, low=10.0, high=10.0)) is None
    )  # no range is none that was measured
    fallen = rules.logarithm(changed(READING, effect=-80.0))  # below nothing: held at a hundredth
    assert fallen is not None
    assert fallen.effect == pytest.approx(math.log(0.01))


def test_what_is_told_at_the_end():
    said = rules.with_result(SAID, READING, "worth_it", "seed")
    assert (said.state, said.verdict, said.seed) == ("finished", "worth_it", "seed")
    assert said.result == Result(round(math.log(1.2) * 10_000) / 10_000, said.error / 10_000)
    assert (said.followed_on, said.blocks_on, said.posted_quiet, said.blocks_quiet, said.dropped) == (
        11,
        12,
        1,
        12,
        1,
    )
    assert said.error == round(13.2 / 3.919928 / 60 * 10_000) == 561
    bare = rules.with_result(SAID, changed(READING, low=None, high=None), "cannot_tell", "seed")
    assert (bare.state, bare.effect, bare.error, bare.result) == ("finished", None, None, None)
    for change in ({"state": "registered"}, {"effect": None}, {"error": None}):
        assert changed(said, **change).result is None
    assert rules.with_result(SAID, READING, "broken", "seed").result is None
    assert SAID.result is None


def test_of_a_trial_of_pages_days_without_figures_are_told():
    paged = changed(SAID, design="which_page", pages=8)
    assert rules.with_result(paged, changed(READING, dropped=8, lost=4), "worth_it", "s").dropped == 4
    # one from before days were counted: a whole week of eight pages
    assert rules.with_result(paged, changed(READING, dropped=8, lost=0), "worth_it", "s").dropped == 7
    unsaid = changed(paged, pages=0)  # nor how many pages
    assert rules.with_result(unsaid, changed(READING, dropped=2, lost=0), "worth_it", "s").dropped == 14
    assert not SAID.of_pages
    assert b"pages" not in encode(SAID)  # a trial of days says nothing of them, and its signature stays good


def test_what_is_signed_does_not_depend_on_order_or_spaces():
    document = {"b": 1, "a": ["é", {"d": None, "c": True}], "signature": {"value": "x"}}
    assert rules.canonical(document) == '{"a":["é",{"c":true,"d":null}],"b":1}'.encode()
    for bad in ({"a": 0.5}, {"a": [1.0]}, {"é": 1}, {"é": 1, "a": 1}, {1: 2}):
        with pytest.raises(Invalid):
            rules.canonical(bad)


def test_it_is_read_as_it_was_written():
    for said in (SAID, changed(SAID, arms=3), rules.with_result(SAID, READING, "not_worth_it", "s")):
        document = rules.read_document(json.dumps(plain(said) | {"signature": {}}).encode())
        assert rules.read_summary(document, AT) == said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"type": "Note"}, "version"),
        ({"version": 2}, "version"),
        ({"id": "https://bakery.example/other.json"}, "another address"),
        ({"actor": "https://evil.example/users/7"}, "another server"),
        ({"actor": "http://bakery.example/users/7"}, "another server"),
        ({"design": "by_feeling"}, "design"),
        ({"effect": 1, "error": 0}, "figures"),
        ({"effect": 1, "error": None}, "figures"),
        ({"effect": 10**9, "error": 5}, "figures"),
        ({"weeks": 0}, "figures"),
        ({"arms": 4}, "figures"),
        ({"arms": 3, "design": "which_page"}, "figures"),
        ({"minutes": -5}, "figures"),
        ({"baseline": "many"}, "figures"),
        ({"followers": ""}, "figures"),
        ({"firm": "x" * 201}, "figures"),
        ({"first": "soon"}, "figures"),
        ({"last": "2026-13-45"}, "figures"),
        ({"weeks": "twelve"}, "form"),
        ({"state": "perhaps"}, "form"),
        ({"effect": 0.5}, "form"),
    ],
)
def test_what_cannot_be_is_not_believed(change, said):
    with pytest.raises(Invalid, match=said):
        rules.read_summary(plain(SAID) | change, AT)


@pytest.mark.parametrize(
    "change",
    [
        {"weeks": 1},
        {"weeks": 520},
        {"minutes": 0},
        {"minutes": 1440},
        {"field": ("x",) * 20},
        {"pages": 100},
        {"effect": 500_000, "error": 500_000},
        {"effect": -500_000, "error": 1},
        {"firm": "x" * 200},
    ],
)
def test_what_can_just_be_is_believed_and_one_more_is_not(change):
    assert rules.read_summary(plain(SAID) | change, AT) == changed(SAID, **change)
    for name, value in change.items():
        if value in {0, 1}:
            more = value - 1
        elif isinstance(value, int):
            more = value + (1 if value > 0 else -1)
        else:
            more = value + value[:1]
        with pytest.raises(Invalid, match="figures"):
            rules.read_summary(plain(SAID) | change | {name: more}, AT)


def test_a_trial_that_stands_at_no_safe_address_is_not_believed():
    plainly = {"id": AT.replace("https", "http"), "actor": SAID.actor.replace("https", "http")}
    with pytest.raises(Invalid, match="another server"):
        rules.read_summary(plain(SAID) | plainly, plainly["id"])


def test_which_addresses_are_asked():
    long = "https://a.example/" + "x" * (500 - len("https://a.example/"))
    for good in (long, "https://A.example:8443/x"):
        assert rules.host_of(good) == good.split("/")[2].lower()
    for bad in (long + "x", "https:///x", "https://:443/x", "https://a.example/\u202e", "http://a.example/"):
        assert rules.host_of(bad) == ""


@pytest.mark.parametrize("body", [b"", b"[]", b'"x"', b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_document_is_refused(body):
    with pytest.raises(Invalid):
        rules.read_document(body)


def test_a_list_names_addresses_and_nothing_else():
    good = "https://a.example/trials/1.json"
    named = [good, "http://a.example/x", 7, "https://u:p@a.example/x", "ftp://a.example", "https://[", None]
    assert rules.addresses({"trials": named}) == [good]
    assert len(rules.addresses({"trials": [good] * 500})) == rules.LARGEST_LIST
    with pytest.raises(Invalid):
        rules.addresses({"trials": good})


def together(*said: Summary, today: str = "2027-02-01", pages: bool = False) -> rules.Found:
    return rules.together(said, today, baseline="20-50", followers="30-100", pages=pages)


def test_those_who_never_told_are_counted():
    silent = changed(SAID, id="https://s.example/trials/1.json")
    found = together(silent, *(finished(n, 0.1, 0.05) for n in range(4)))
    assert (found.registered, found.finished, found.missing) == (5, 4, 1)
    assert together(silent, today="2026-11-20").missing == 0
    assert together(silent, today="2026-12-13").missing == 0
    assert together(silent, today="2026-12-14").missing == 1


def test_a_firm_counts_once_however_many_trials_it_makes():
    many = [
        changed(finished(1, 5.0, 0.05), id=f"https://firm1.example/{n}", last=f"2026-0{n}-01")
        for n in range(1, 8)
    ]
    found = together(*many, *(finished(n, 0.1, 0.05) for n in range(2, 5)))
    assert (found.every, found.every_k) == (None, 4)
    found = together(*many, *(finished(n, 0.1, 0.05) for n in range(2, 6)))
    assert found.every_k == 5


def test_the_last_trial_of_a_firm_is_the_one_that_counts():
    first, second = finished(1, 0.1, 0.05), finished(1, 0.2, 0.05, last="2026-12-27")
    for told in ([first, second], [second, first]):
        assert rules.latest(told) == [second]
    assert rules.latest([first, changed(second, verdict="broken")]) == [first]


def test_who_is_like_us():
    baselines, followers = rules.bands(rules.BASELINES), rules.bands(rules.FOLLOWERS)
    assert followers == ("under 30", "30-100", "100-300", "300-1000", "1000 or more")
    like = [
        (b, f)
        for b in baselines
        for f in followers
        if rules.is_like(changed(SAID, baseline=b, followers=f), "20-50", "100-300")
    ]
    assert like == [(b, f) for b in ("5-20", "20-50", "50-150") for f in ("30-100", "100-300", "300-1000")]


def test_a_share_in_visits_for_each_hundred():
    assert [rules.per_hundred(math.log(share)) for share in (1.5, 1, 0.75)] == [50, 0, -25]
    assert rules.per_hundred(99.0) == rules.per_hundred(10.0) == 2_202_547


def test_broken_trials_and_those_of_pages_stay_apart():
    days = [finished(n, 0.1, 0.05) for n in range(5)]
    page = finished(8, 2.0, 0.05, design="which_page")
    broken = changed(finished(9, 3.0, 0.05), verdict="broken")
    found = together(*days, broken, page)
    assert (found.every_k, found.broken) == (5, 1)
    assert found.every is not None
    assert found.every.mean == pytest.approx(0.1)
    assert together(*days, page, pages=True).every_k == 1


def test_like_yours_is_at_most_one_step_away():
    near = [finished(n, 0.1, 0.05) for n in range(5)]
    far = [finished(10 + n, 2.0, 0.05, baseline="500 or more") for n in range(5)]
    found = together(*near, *far)
    assert (found.like_k, found.every_k) == (5, 10)
    assert found.like is not None
    assert found.every is not None
    assert found.like.mean == pytest.approx(0.1)
    assert found.every.mean > 0.5
    assert rules.is_like(near[0], "50-150", "100-300")
    assert not rules.is_like(near[0], "150-500", "30-100")


def test_per_hundred():
    assert [rules.per_hundred(math.log(share)) for share in (1.12, 1.0, 0.9)] == [12, 0, -10]
    assert rules.per_hundred(1e9) > 0
