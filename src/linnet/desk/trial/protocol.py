"""What is decided before the start, frozen and hashed; and the document that proves it afterwards. Pure.

The hash is the SHA-256 of the canonical JSON: UTF-8, keys in order, no spaces. All numbers in it are
whole, so that this is the form of RFC 8785 and any program can make it.

The document is JSON: the protocol and its hash, the seed that was committed, the calendar, the days (or the
weeks of pages), the reading and the verdict. `verify` believes none of them: it hashes the protocol, draws
the calendar from the seed, reads the days by the protocol's rules and judges, and compares. What it cannot
know is whether the hash was published before the start, and whether the days' counts are true.

Figures may differ by a millionth of themselves: later versions of Python add numbers up a little differently.
"""

import hashlib
import hmac
import json
import math
from collections.abc import Iterator, Sequence
from typing import Final, Literal

from linnet.desk.trial import sources
from linnet.desk.trial.reckoning import analysis, calendar, judging, looks, paged
from linnet.desk.trial.reckoning.chance import commitment
from linnet.desk.trial.values import (
    AssignedDay,
    DayRecord,
    Design,
    Outcome,
    PageRecord,
    PageWeek,
    Protocol,
    Reading,
    Rules,
    Said,
    Verdict,
    Worth,
)
from linnet.desk.trial.words import verdict
from linnet.kernel import wire
from linnet.kernel.errors import Invalid
from linnet.kernel.money import check_currency
from linnet.kernel.value import Value, changed

VERSION = 1
BASELINE_LEAST = 28  # days
FORMAT: Final = "linnet-trial"
BYTES_MOST = 20_000_000
_NEAR = 1e-6
# fields that came when trials had been frozen already: left out of the hash where they say what was so before
_LATER: Final = (
    ("rules", "lost_days", 0),
    ("worth", "tools", 0),
    ("rules", "sources", 1),
    ("design", "light", 0),
    ("worth", "light_cost", 0),
    ("worth", "light_minutes", 0),
)


class Document(Value):
    """A finished or stopped trial, whole. `calendar` and `days`, or `page_weeks` and `pages` for a
    which-page trial; the other two are empty."""

    format: Literal["linnet-trial"]
    version: int
    protocol: Protocol
    protocol_hash: str
    seed: str
    calendar: tuple[AssignedDay, ...]
    days: tuple[DayRecord, ...]
    page_weeks: tuple[PageWeek, ...]
    pages: tuple[PageRecord, ...]
    reading: Reading
    verdict: Verdict


class Check(Value):
    """One thing that was computed again. `words`: what was compared, and what differs."""

    name: Literal["hash", "seed", "plan", "calendar", "records", "reading", "verdict"]
    ok: bool
    words: str


class Verified(Value):
    """All checks, and the verdict as this program judges the document's days, None when that is impossible."""

    ok: bool
    checks: tuple[Check, ...]
    reading: Reading | None
    verdict: Verdict | None
    said: Said | None


def freeze(
    design: Design,
    worth: Worth,
    seed: str,
    *,
    baseline_days: int,
    waived: bool,
    now: int,
    sites: tuple[str, ...] = (),
    all_visits: bool = False,
    early_looks: bool = True,
) -> Protocol:
    """The protocol of a trial that can be started. `baseline_days`: days with visits recorded before it;
    below 28 the owner must have `waived` them. `all_visits`: the outcome is all visits, because where they
    come from is not known. Raises Invalid with what to change."""
    calendar.check(design)
    check_worth(worth)
    check_light(design, worth)
    if baseline_days < BASELINE_LEAST and not waived:
        raise Invalid(
            "baseline_days",
            f"are {baseline_days}: record visits for {BASELINE_LEAST} days before the start, or say that you "
            "start without; every page of the trial will say so",
        )
    pages = design.kind == "which_page"
    outcome: Outcome = "page_visits" if pages else "visits_all" if all_visits else "visits_other"
    return Protocol(
        version=VERSION,
        design=design,
        outcome=outcome,
        rules=rules_of(design, outcome),
        looks=looks.planned(design, early=early_looks),
        worth=worth,
        commitment=commitment(seed),
        baseline_days=baseline_days,
        baseline_waived=baseline_days < BASELINE_LEAST,
        frozen_at=now,
        sites=sites,
    )


def rules_of(design: Design, outcome: Outcome) -> Rules:
    """The rules by which a trial of this kind is read: the day before is in the model of half-weeks only
    (of daily coins because visits follow within the day, of whole weeks because they are long); search
    visits are the covariate where they are not in the outcome, and there it matters how it is told where a
    visit came from. Of pages a week may lose some days."""
    return Rules(
        lag=int(design.kind == "half_week"),
        covariate=outcome == "visits_other",
        lost_days=paged.LOST_DAYS if design.kind == "which_page" else 0,
        sources=sources.LATEST if outcome == "visits_other" else 1,
    )


def check_worth(worth: Worth) -> Worth:
    """Cost and value that a verdict can be made of. Raises Invalid."""
    check_currency(worth.currency)
    if worth.cost <= 0:
        raise Invalid("cost", "of a day of posting must be above 0: without it every range is worth it")
    if not 0 <= worth.value_low <= worth.value <= worth.value_high:
        raise Invalid("value", "of a visit must lie in its range, and the range must not be below 0")
    if not worth.value_high:
        raise Invalid(
            "value", "of a visit is 0: then no number of visits pays a minute, and no trial is needed"
        )
    if worth.minutes < 0:
        raise Invalid("minutes", "must not be below 0")
    if not 0 <= worth.tools <= worth.cost:
        raise Invalid("cost", "holds that of the tools, so it cannot be less")
    return worth


def check_light(design: Design, worth: Worth) -> None:
    """Raises Invalid where a light day costs nothing, or no less than a full one; and where there is none and
    it has a cost."""
    if not design.light:
        if worth.light_cost or worth.light_minutes:
            raise Invalid("light_share", "belongs to a trial with light days")
        return
    if not 0 < worth.light_cost < worth.cost or not 0 < worth.light_minutes < worth.minutes:
        raise Invalid(
            "light_share",
            "must leave a light day some minutes, and fewer than a full day takes: else full and light are the same",
        )


def canonical(protocol: Protocol) -> bytes:
    """The protocol as the bytes that are hashed."""
    plain = wire.plain(protocol)
    for part, name, before in _LATER:
        if plain[part][name] == before:
            del plain[part][name]
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def protocol_hash(protocol: Protocol) -> str:
    """What may be published at the start: 64 hexadecimal digits."""
    return hashlib.sha256(canonical(protocol)).hexdigest()


def document(
    frozen: Protocol,
    seed: str,
    until: str,
    *,
    days: Sequence[DayRecord] = (),
    pages: Sequence[PageRecord] = (),
) -> Document:
    """The document of a trial that is over after the day `until`, by plan or because it was stopped. Raises
    Invalid for a seed that is not the committed one and for what cannot be read."""
    if not hmac.compare_digest(commitment(seed), frozen.commitment):
        raise Invalid("seed", "is not the one that was committed")
    reading = read(frozen, seed, days, pages, until)
    which_page = frozen.design.kind == "which_page"
    return Document(
        format=FORMAT,
        version=VERSION,
        protocol=frozen,
        protocol_hash=protocol_hash(frozen),
        seed=seed,
        calendar=() if which_page else calendar.calendar(frozen.design, seed).days,
        days=tuple(days),
        page_weeks=calendar.page_calendar(frozen.design, seed).weeks if which_page else (),
        pages=tuple(pages),
        reading=reading,
        verdict=judging.judge(frozen, reading),
    )


def export(
    frozen: Protocol, seed: str, days: Sequence[DayRecord], until: str, pages: Sequence[PageRecord] = ()
) -> bytes:
    """The document as the file that is handed out. Raises Invalid as `document`."""
    return wire.encode(document(frozen, seed, until, days=days, pages=pages))


def read(
    frozen: Protocol, seed: str, days: Sequence[DayRecord], pages: Sequence[PageRecord], until: str
) -> Reading:
    """The reading of either kind of trial. Raises Invalid."""
    if frozen.design.kind == "which_page":
        return paged.read(frozen, seed, pages, until)
    return analysis.read(frozen, seed, days, until)


def verify(data: bytes) -> Verified:
    """Computes everything in an exported document again. Raises Invalid for what is no such document."""
    if len(data) > BYTES_MOST:
        raise Invalid("file", "is larger than any trial's document")
    found = wire.decode_as(Document, data)
    if found.version != VERSION or found.protocol.version != VERSION:
        raise Invalid("file", f"is of version {found.version}; this program knows version {VERSION}")
    checks = [_hash(found), _seed(found), *_plan(found)]
    every = "every week of every page" if found.protocol.design.kind == "which_page" else "every day"
    reading = judged = said = None
    if all(check.ok for check in checks if check.name in {"seed", "plan"}):
        checks.append(_calendar(found))
        try:
            reading = read(found.protocol, found.seed, found.days, found.pages, found.reading.until)
        except Invalid as error:
            checks.append(Check("records", ok=False, words=error.sentence))
        else:
            judged = judging.judge(found.protocol, reading)
            said = verdict.words(found.protocol, reading, judged)
            checks += [
                _same("reading", found.reading, reading, f"{every} read again by the rules of the protocol"),
                _same("verdict", found.verdict, judged, "the reading judged against the break-even line"),
            ]
    return Verified(all(check.ok for check in checks), tuple(checks), reading, judged, said)


def _hash(found: Document) -> Check:
    ok = protocol_hash(found.protocol) == found.protocol_hash
    text = f"the protocol has the hash {protocol_hash(found.protocol)}"
    return Check("hash", ok, text if ok else f"{text}, not the one in the file: {found.protocol_hash[:64]}")


def _seed(found: Document) -> Check:
    try:
        ok = commitment(found.seed) == found.protocol.commitment
    except Invalid as error:
        return Check("seed", ok=False, words=error.sentence)
    return Check(
        "seed",
        ok,
        "the seed is the one that was committed" if ok else "the seed is not the one that was committed",
    )


def _plan(found: Document) -> Iterator[Check]:
    """A protocol that `freeze` would not have made: too few coins, looks that spend too much."""
    frozen = found.protocol
    try:
        calendar.check(frozen.design)
        check_worth(frozen.worth)
        check_light(frozen.design, frozen.worth)
    except Invalid as error:
        yield Check("plan", ok=False, words=error.sentence)
        return
    allowed = {looks.planned(frozen.design, early=early) for early in (True, False)}
    now = rules_of(frozen.design, frozen.outcome)
    before = {
        changed(now, lost_days=lost, sources=rule) for lost in (now.lost_days, 0) for rule in (now.sources, 1)
    }
    ok = frozen.looks in allowed and frozen.rules in before
    yield Check(
        "plan",
        ok,
        "design, looks and rules are those of a trial" if ok else "looks or rules are none that Linnet plans",
    )


def _calendar(found: Document) -> Check:
    design = found.protocol.design
    if design.kind == "which_page":
        ok = calendar.page_calendar(design, found.seed).weeks == found.page_weeks and not found.calendar
    else:
        ok = calendar.calendar(design, found.seed).days == found.calendar and not found.page_weeks
    text = "the calendar is the one that the seed gives"
    return Check("calendar", ok, text if ok else text.replace("is the", "is not the"))


def _same(name: Literal["reading", "verdict"], given: Value, computed: Value, what: str) -> Check:
    wrong = sorted(_differences(wire.plain(given), wire.plain(computed), ""))
    return Check(name, not wrong, what if not wrong else f"{what}: the file differs in {', '.join(wrong)}")


def _differences(a: object, b: object, path: str) -> Iterator[str]:
    if isinstance(a, dict) and isinstance(b, dict):
        for key in a.keys() | b.keys():
            yield from _differences(a.get(key), b.get(key), f"{path}.{key}" if path else key)
    elif isinstance(a, float | int) and isinstance(b, float | int) and not isinstance(a, bool):
        if not math.isclose(a, b, rel_tol=_NEAR, abs_tol=_NEAR):
            yield path
    elif isinstance(a, list | tuple) and isinstance(b, list | tuple):
        if list(a) != list(b):
            yield path
    elif a != b:
        yield path
