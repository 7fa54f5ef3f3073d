"""What is decided before the start, frozen and hashed; and the document that proves it afterwards. Pure.

The hash is the SHA-256 of the canonical JSON: UTF-8, keys in order, no spaces. All numbers in it are
whole, so that this is the form of RFC 8785 and any program can make it.
"""

import hashlib
import json

from linnet.desk.trial import calendar
from linnet.desk.trial.chance import commitment
from linnet.desk.trial.looks import planned
from linnet.desk.trial.values import Design, Outcome, Protocol, Rules, Worth
from linnet.kernel import wire
from linnet.kernel.errors import Invalid
from linnet.kernel.money import check_currency

VERSION = 1
BASELINE_LEAST = 28  # days


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
    if baseline_days < BASELINE_LEAST and not waived:
        raise Invalid(
            "baseline_days",
            f"are {baseline_days}: record visits for {BASELINE_LEAST} days before the start, or say that you "
            "start without; every page of the trial will say so",
        )
    pages = design.kind == "which_page"
    rules = Rules(lag=int(design.kind == "half_week"), covariate=not pages and not all_visits)
    outcome: Outcome = "page_visits" if pages else "visits_all" if all_visits else "visits_other"
    return Protocol(
        version=VERSION,
        design=design,
        outcome=outcome,
        rules=rules,
        looks=planned(design, early=early_looks),
        worth=worth,
        commitment=commitment(seed),
        baseline_days=baseline_days,
        baseline_waived=baseline_days < BASELINE_LEAST,
        frozen_at=now,
        sites=sites,
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
    return worth


def canonical(protocol: Protocol) -> bytes:
    """The protocol as the bytes that are hashed."""
    plain = wire.plain(protocol)
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def protocol_hash(protocol: Protocol) -> str:
    """What may be published at the start: 64 hexadecimal digits."""
    return hashlib.sha256(canonical(protocol)).hexdigest()
