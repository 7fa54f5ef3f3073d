"""The Values of a trial: what is planned, frozen, recorded, read and judged. Pure; no decisions here.

Numbers in what is frozen (`Protocol` and all in it) are whole, because a hash must not depend on how
somebody writes a fraction: money in minor units, value per visit in thousandths of a minor unit, chances
in ten-thousandths. Days are local days of the trial's own zone, written 2026-11-30.
"""

import math
from typing import Literal

from linnet.kernel.value import Value

Kind = Literal["half_week", "daily", "whole_weeks", "which_page"]
Outcome = Literal["visits_other", "visits_all", "page_visits"]
Arm = Literal["on", "light", "quiet"]
KINDS: tuple[Kind, ...] = ("half_week", "daily", "whole_weeks", "which_page")


class Design(Value):
    """How time is cut and coins are thrown. `calendar.check` says whether it can be.

    `start`: the first day. `weeks`: an even number; two weeks are a pair (fortnight). `zone`: an IANA
    name; the trial keeps it whatever the firm changes later. `cuts`: the weekdays (Monday 0) on which
    half a and half b begin; only of half-weeks. `pages`: the addresses of a which-page trial. `light`: 0 where
    days are on or quiet; else they are full (on), light or quiet, and on a light day at most so many posts
    go out."""

    kind: Kind
    start: str
    weeks: int
    zone: str
    cuts: tuple[int, int] = (0, 4)
    pages: tuple[str, ...] = ()
    light: int = 0

    @property
    def cycle(self) -> int:
        """Weeks that are drawn together: in them every part of the week has each arm once."""
        return 3 if self.light else 2


class AssignedDay(Value):
    """One day of the calendar: `on` (of three arms: full), `light`, or quiet. `coin`: which coin decides it. `block`: the number of the stretch of days
    (half-week, day or week) it belongs to, from 0; `half`: "a" or "b" of a half-week, else ""."""

    day: str
    on: bool
    week: int
    half: str
    block: int
    coin: int
    light: bool = False

    @property
    def arm(self) -> Arm:
        """What it was assigned."""
        return "on" if self.on else "light" if self.light else "quiet"


class Block(Value):
    """A stretch of days that are assigned together, `first` to `last`, both in it."""

    index: int
    first: str
    last: str
    on: bool
    coin: int
    light: bool = False

    @property
    def arm(self) -> Arm:
        """What its days were assigned."""
        return "on" if self.on else "light" if self.light else "quiet"


class Calendar(Value):
    """Every day of a trial with what it was assigned: on (posting), light or quiet."""

    design: Design
    days: tuple[AssignedDay, ...]
    blocks: tuple[Block, ...]


class PageWeek(Value):
    """One week of a which-page trial: its first and last day and the pages that are promoted in it."""

    week: int
    first: str
    last: str
    promoted: tuple[str, ...]


class PageCalendar(Value):
    """Every week of a which-page trial."""

    design: Design
    weeks: tuple[PageWeek, ...]


class Look(Value):
    """A moment at which the figures may be seen: after the first `days` days. `limit`: the chance of a
    false alarm spent on it, in ten-thousandths. `verdict`: the trial may end with any verdict; `futility`:
    it may end only with "not worth it"."""

    days: int
    limit: int
    purpose: Literal["verdict", "futility"] = "verdict"


class Rules(Value):
    """How the figures are read. The defaults are those of every trial; they are frozen with it, so that a
    later version that would read otherwise still reads this one by its own rules.

    `draws`: calendars drawn for the test. `cap`: a day is capped at the median and so many MADs of its
    weekday. `dropped_most`, `compliance_least`: in percent; beyond them the trial is broken. `lag`: 1 when
    the day before is in the model. `covariate`: search visits are in it. `lost_days`: so many days of a week
    may be without figures in a which-page trial; 0: as such trials were read before, by whole weeks.
    `sources`: how it is told where a visit came from (`trial.sources`); 1: as before campaign words were kept."""

    draws: int = 4999
    cap: int = 5
    dropped_most: int = 10
    compliance_least: int = 70
    lag: int = 1
    covariate: bool = True
    lost_days: int = 0
    sources: int = 1


class Worth(Value):
    """What a day of posting costs and a visit is worth. `cost`: minor units per day on (of a which-page
    trial: per page and week). `value_low` to `value_high`: thousandths of a minor unit per visit, the
    range of the value, with `value` in it. `minutes`: of a day on, for the words; `tools`: what
    of the cost is a day's share of what is paid by the month. `light_cost`,
    `light_minutes`: of a light day; 0 where there are none."""

    currency: str
    cost: int
    value_low: int
    value: int
    value_high: int
    minutes: int
    light_cost: int = 0
    light_minutes: int = 0
    tools: int = 0


class Protocol(Value):
    """Everything that is decided before the start. Made by `protocol.freeze`; never changed."""

    version: int
    design: Design
    outcome: Outcome
    rules: Rules
    looks: tuple[Look, ...]
    worth: Worth
    commitment: str
    baseline_days: int
    baseline_waived: bool
    frozen_at: int
    sites: tuple[str, ...] = ()


class DayRecord(Value):
    """What happened on one day. `outcome`: visits that count (by default those that came from no search
    engine, ad or mail campaign); `searches`: visits from search engines, the covariate; `visits`: all, to
    be shown beside it. `posted`: own posts, boosts and announcements; answers to people who wrote do not
    count. `dropped`: why the day is not used (an outage), "" when it is."""

    day: str
    outcome: int
    searches: int
    visits: int
    posted: int
    dropped: str = ""


class PageRecord(Value):
    """Visits of one page in one week. `posted`: posts that linked to it in that week. `lost`: days of the week
    without figures, whose visits are not in `visits`."""

    page: str
    week: int
    visits: int
    posted: int
    dropped: str = ""
    lost: int = 0


class Contrast(Value):
    """One arm against another, as assigned: extra visits a day, and their range, with the same chance of missing as
    that of the trial's own range. Its `quantile` is that of the three tests together, so that range and `p` need
    not agree where they are close."""

    effect: float
    se: float
    p: float
    quantile: float | None
    low: float | None
    high: float | None


class LightReading(Value):
    """What light days say, declared before the start as second results: `quiet`, light against quiet; `rest`,
    full against light; None where nothing can be computed.

    `days`: light days used. `followed`: light blocks that were kept, of `blocks`: with a post, and without a day
    that had more than it may. `heavier`: full days, of the trial's `days_on`, that had more posts than a
    light one may: with few of them full is not much more than light. `kept`: whether light blocks were
    followed so much more often than quiet ones had posts as the protocol asks."""

    days: int
    followed: int
    blocks: int
    heavier: int
    kept: bool
    quiet: Contrast | None
    rest: Contrast | None


class Reading(Value):
    """What the figures say, as assigned. `effect`: extra visits per day on (per promoted page and week);
    `low` to `high`: its range with the chance of missing `limit` (ten-thousandths), None where there are
    too few coins for a range. `p`: the chance of so large a difference if posting changed nothing.

    `how`: a planned look, a futility look, the end, or a stop at another time, which has the wider range
    of the confidence sequence. `days`: used in the figures, `days_on` of them on; `dropped`: left out;
    `capped`: held down as spikes. `followed_on`: on blocks (pages and weeks) with a post, of `blocks_on`;
    `posted_quiet`: quiet blocks with a post, of `blocks_quiet`. `followed`: the effect of posting itself
    (effect / difference in compliance), None when that difference is not above 0. `mean_quiet`: visits on
    an average quiet day, capped. `lost`: days without figures, in a which-page trial that counts them. `light`: of a trial with three
    arms; the figures above are then those of full days against quiet ones."""

    how: Literal["look", "futility", "end", "stopped"]
    until: str
    limit: int
    effect: float
    se: float
    p: float
    quantile: float | None
    low: float | None
    high: float | None
    followed: float | None
    days: int
    days_on: int
    dropped: int
    capped: int
    coins: int
    calendars: int
    exact: bool
    mean_quiet: float
    followed_on: int
    blocks_on: int
    posted_quiet: int
    blocks_quiet: int
    broken: tuple[Literal["dropped", "compliance", "no_figures"], ...]
    lost: int = 0
    light: LightReading | None = None

    @property
    def days_quiet(self) -> int:
        """Quiet days that were used."""
        return self.days - self.days_on - (self.light.days if self.light else 0)


class Power(Value):
    """What the firm's own history says before the start. `days`: of the history that were used; `weeks`:
    the length of the trials that were laid over it, `runs` of them. `mean`: visits a day; `sd`: what is left
    of them a day after weekday, trend and covariate.

    `flat`: how many p-values of trials without any effect fell into each tenth, 0 to .1 first; `alarms`: how
    many were .05 or less. `smallest`: the effect that 80 of 100 such trials would find, None where no
    effect up to ten times the mean is; `guess`: the same by the formula. `curve`: effects, each with the
    number of the runs that found it."""

    days: int
    weeks: int
    runs: int
    mean: float
    sd: float
    flat: tuple[int, ...]
    alarms: int
    smallest: float | None
    guess: float
    curve: tuple[tuple[float, int], ...]

    def smallest_in(self, weeks: int) -> float | None:
        """The smallest visible effect of a trial of another length: it falls with the root of the length."""
        return None if self.smallest is None else self.smallest * math.sqrt(self.weeks / weeks)


class Step(Value):
    """How far the power step is: `done` of `of`; with the last one what it found."""

    done: int
    of: int
    power: Power | None


VerdictKind = Literal["worth_it", "not_worth_it", "cannot_tell", "broken", "do_not_start"]


class BreakEven(Value):
    """Visits per day that pay a day of posting: `low` if a visit is worth as much as it may be, `high` if
    it is worth as little; None: no number of visits pays it."""

    low: float | None
    middle: float | None
    high: float | None


class MoneyRange(Value):
    """Minor units per day on: what the extra visits are worth, and what is left after the cost."""

    currency: str
    low: int
    middle: int
    high: int
    cost: int
    net_low: int
    net_middle: int
    net_high: int


class LightVerdict(Value):
    """Light days against what they cost, in figures and without an answer of their own. `line`, `money`: of a
    light day; `rest_line`, `rest_money`: of what a full day has more than a light one."""

    line: BreakEven
    money: MoneyRange | None
    rest_line: BreakEven
    rest_money: MoneyRange | None


class Verdict(Value):
    """What the trial says, in figures; the words are made by `verdict.words`. `above`: visits a day on
    which more than that is ruled out (the upper end of the range); `below`: less is ruled out.
    `weeks_needed`: the whole length at which the range would leave the break-even line, None where no
    length is expected to or where the verdict is clear. `next`: keys of what to do next, best first."""

    kind: VerdictKind
    break_even: BreakEven
    above: float | None
    below: float | None
    money: MoneyRange | None
    weeks_needed: int | None
    reasons: tuple[str, ...]
    next: tuple[str, ...]
    light: LightVerdict | None = None


class Said(Value):
    """A verdict in words. `title`: two or three words; `sentence`: the answer; `lines`: range, what is
    ruled out, weeks, in this order; `next`: what to do; `reasons`: why broken or not to start; `slow`: the
    one sentence on slow reputation; `notes`: what a reader must know (baseline waived, days dropped);
    `light`, `rest`: of three arms, the second results: light days, and what full days have more."""

    title: str
    sentence: str
    lines: tuple[str, ...]
    next: tuple[str, ...]
    reasons: tuple[str, ...]
    slow: str
    notes: tuple[str, ...]
    light: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()
