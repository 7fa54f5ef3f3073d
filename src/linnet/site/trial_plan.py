"""The plan of a trial: what it is suggested from, the form, and the power step with its refusals."""

from starlette.responses import Response

from linnet.desk.start import plan as starting
from linnet.desk.trial import actions, habits, history, planning, queries
from linnet.desk.trial import protocol as protocols
from linnet.desk.trial.actions import PowerState
from linnet.desk.trial.planning import Basis, Habits, Plan
from linnet.desk.trial.reckoning import calendar, judging, looks
from linnet.desk.trial.rules import Trial
from linnet.desk.trial.values import Kind, Said, Worth
from linnet.desk.trial.words import line as line_words
from linnet.desk.trial.words import verdict
from linnet.kernel.clock import DAY, HOUR, zone
from linnet.kernel.days import day_of
from linnet.kernel.errors import Invalid, LinnetError
from linnet.kernel.value import Value
from linnet.kernel.wire import decode_as
from linnet.site import forms, trial_light
from linnet.site.desk_times import day_words
from linnet.site.frame import Visit
from linnet.site.trial_chart import flat_chart

FIELDS = (
    "kind",
    "weeks",
    "cuts",
    "minutes",
    "cost",
    "value_low",
    "value",
    "value_high",
    "margin",
    *trial_light.FIELDS,
    "waived",
    "start",
)
KINDS: tuple[tuple[Kind, str, str], ...] = (
    (
        "half_week",
        "Half-weeks",
        "Four days and three days, each drawn for itself; with two ways the next week is the opposite.",
    ),
    (
        "daily",
        "Single days",
        "Each weekday drawn for itself. Only where visits follow on the same day.",
    ),
    ("whole_weeks", "Whole weeks", "A week at a time. Slow, and only for slow visitors."),
)
CUTS = (
    ("0-4", "Mon to Thu, Fri to Sun"),
    ("0-3", "Mon to Wed, Thu to Sun"),
    ("1-5", "Tue to Fri, Sat to Mon"),
    ("2-5", "Wed to Fri, Sat to Tue"),
)
MARGIN = 100


class Typed(Value):
    """What stands in the form."""

    kind: str
    weeks: int
    cuts: str
    minutes: str
    value_low: str
    value: str
    value_high: str
    all_visits: bool
    early_looks: bool
    waived: bool
    ways: trial_light.Typed


class Step(Value):
    """The power step as it is shown. `refused`: why not to start; `flat_words`: how the A/A check went."""

    state: PowerState
    running: bool
    refused: Said | None
    flat_words: str


async def page(
    visit: Visit, trial: Trial | None, past: list[tuple[Trial, str]], error: LinnetError | None = None
) -> Response:
    """The form, filled with what is known, and what the power step says of the plan."""
    margin = margin_of(visit)
    basis = await visit.db.read(history.basis, visit.firm, margin, visit.now)
    launch = await visit.db.read(starting.launch, visit.firm, visit.account, basis.baseline_days, visit.now)
    posts = await visit.db.read(habits.habits, visit.firm, visit.now)
    plan = decode_as(Plan, trial.plan) if trial else None
    own = zone(trial.time_zone if trial else visit.firm.time_zone)
    start = (plan or Plan(NOTHING)).start_after(day_of(visit.now, own))
    return visit.render(
        "desk/trial_plan.html",
        title="Plan a trial",
        status=forms.status_for(error) if error else 200,
        activity="manage",
        trial=trial,
        plan=plan,
        past=past,
        basis=basis,
        launch=launch,
        margin=margin,
        typed=_typed_again(visit) if error else typed(visit, basis, posts, plan, drawn=margin != MARGIN),
        kinds=KINDS,
        cuts=CUTS,
        weeks=trial_light.WEEKS,
        usual_words=trial_light.usual_words(posts),
        shares=[trial_light.share_words(share) for share in posts.shares],
        suggested=planning.suggested(basis.lag),
        lag_words=lag_words(basis),
        least=protocols.BASELINE_LEAST,
        step=step_of(trial, plan, start) if trial and plan else None,
        line=judging.break_even(plan.worth) if plan else None,
        light_line=judging.break_even(plan.worth, plan.worth.light_cost) if plan and plan.light else None,
        coins=calendar.coins(plan.design(start, own.key)) if plan else 0,
        blind=plan is not None and plan.early_looks and len(looks.planned(plan.design(start, own.key))) == 1,
        start=start,
        day_words=day_words,
        number=line_words.number,
        flat_chart=flat_chart,
        value_text=planning.value_text,
        errors=forms.errors_of(error, *FIELDS) if error else {},
    )


NOTHING = Worth("EUR", 0, 0, 0, 0, 0)


def lag_words(basis: Basis) -> str:
    """Why a design is suggested."""
    lag = basis.lag
    if lag.ms is None:
        return (
            f"Only {lag.n} visits by your own links are known of the last {planning.WINDOW} days; how soon people "
            "come is told from 30 on. Half-weeks allow for up to three days."
        )
    within = f"{max(1, -(-lag.ms // HOUR))} hours" if lag.ms <= 2 * DAY else f"{-(-lag.ms // DAY)} days"
    fits = {
        "daily": "So what a post brings falls on its own day, and single days tell it apart.",
        "half_week": "So a day is too short: what a post brings would fall on the next one. Half-weeks allow for it.",
        "whole_weeks": "So even half a week is too short, and whole weeks are needed.",
    }
    return f"95 of 100 visits by your links (n {lag.n}) came within {within} of the post. {fits[planning.suggested(lag)]}"


def typed(visit: Visit, basis: Basis, posts: Habits, plan: Plan | None, *, drawn: bool) -> Typed:
    """The form as the plan has it, or as it is suggested. `drawn`: the value of a visit is to be taken
    from sales anew."""
    currency = visit.firm.currency
    worth = (plan.worth.value_low, plan.worth.value, plan.worth.value_high) if plan else None
    known = basis.value if drawn or worth is None else worth
    low, value, high = (planning.value_text(v, currency) for v in known) if known else ("", "", "")
    ways = trial_light.typed(posts, plan)
    if plan:
        cuts, minutes = f"{plan.cuts[0]}-{plan.cuts[1]}", str(plan.worth.minutes)
        return Typed(
            plan.kind,
            plan.weeks,
            cuts,
            minutes,
            low,
            value,
            high,
            plan.all_visits,
            plan.early_looks,
            plan.waived,
            ways,
        )
    kind = planning.suggested(basis.lag)
    minutes = str(basis.minutes) if basis.minutes else ""
    weeks = planning.suggested_weeks(kind)
    return Typed(kind, weeks, "0-4", minutes, low, value, high, False, True, False, ways)


def _typed_again(visit: Visit) -> Typed:
    form = visit.form
    weeks = form.text("weeks")
    return Typed(
        form.text("kind"),
        int(weeks) if weeks.isascii() and weeks.isdigit() and len(weeks) < 4 else 12,
        form.text("cuts"),
        form.text("minutes"),
        form.text("value_low"),
        form.text("value"),
        form.text("value_high"),
        form.text("outcome") == "all",
        form.on("early_looks"),
        form.on("waived"),
        trial_light.typed_again(visit),
    )


async def read_form(visit: Visit) -> Plan:
    """The plan that was sent. Raises Invalid with the field."""
    form, currency = visit.form, visit.firm.currency
    basis = await visit.db.read(history.basis, visit.firm, MARGIN, visit.now)
    kind = next((known for known, _, _ in KINDS if known == form.text("kind")), None)
    if kind is None:
        raise Invalid("kind", "is not known")
    cuts = form.text("cuts", "0-4")
    if cuts not in dict(CUTS):
        raise Invalid("cuts", "are not known")
    weeks, minutes = form.whole("weeks"), form.whole("minutes")
    if not 0 < minutes <= planning.MINUTES_MOST:
        raise Invalid("minutes", "must be 1 to 1440: what posting takes on a day with posts")
    planning.check_fits(kind, basis.lag, weeks)
    waived = waives(visit, basis)
    low, value, high = (
        planning.parse_value(form.text(n), currency, n) for n in ("value_low", "value", "value_high")
    )
    cost = planning.cost_of(minutes, basis.hourly) + basis.tools
    worth = Worth(currency, cost, low, value, high, minutes, tools=basis.tools)
    first, second = (int(cut) for cut in cuts.split("-"))
    plan = Plan(
        worth,
        kind,
        weeks,
        (first, second),
        form.text("outcome") == "all",
        form.on("early_looks"),
        waived,
        basis.baseline_days,
        basis.usual,
    )
    posts = await visit.db.read(habits.habits, visit.firm, visit.now)
    return trial_light.read(visit, plan, basis, posts)


def waives(visit: Visit, basis: Basis) -> bool:
    """Is the trial to start without a baseline? Raises Invalid where it must say so and does not."""
    if basis.baseline_days >= protocols.BASELINE_LEAST:
        return False
    if visit.form.on("waived"):
        return True
    raise Invalid(
        "waived",
        f"baseline: {basis.baseline_days} days of visits are recorded, {protocols.BASELINE_LEAST} are needed. Wait, "
        "or tick the box to do without; every page of the trial will say so",
    )


def step_of(trial: Trial, plan: Plan, start: str) -> Step:
    """The power step of a plan."""
    state = actions.power_of(trial)
    power = state.found
    if power is None:
        return Step(state, not state.problem and bool(trial.power), None, "")
    design = plan.design(start, trial.time_zone)
    refused = judging.before(design, plan.worth, power)
    words = "Your past is too short to try trials on: this is a first guess, by a formula."
    if power.runs:
        over = "weeks of your own pages" if plan.pages else "of your own days"
        words = (
            f"{power.runs} trials without any effect were laid over {power.days} {over}: {power.alarms} of them "
            f"gave a false alarm. {round(power.runs / 20)} are to be expected."
        )
    said = verdict.words_before(design, plan.worth, power, refused) if refused else None
    return Step(state, False, said, words)


async def power_part(visit: Visit) -> Response:
    """How far the power step is, for our script; a browser without it is sent to the page."""
    visit.must("read")
    if not visit.part:
        return visit.to("/desk/trial")
    trial = await visit.db.read(queries.current, visit.firm.account_id)
    state = actions.power_of(trial) if trial and trial.stage == "planned" else PowerState(1, 1)
    done = trial is None or bool(state.power or state.problem) or not trial.power
    body = visit.html("desk/trial_progress.html", state=state)
    return Response(body, media_type="text/html", headers={"X-Linnet-Done": "1"} if done else {})


def margin_of(visit: Visit) -> int:
    """Per cent of a sale that are left, as the address of the page says."""
    text = visit.query("margin", str(MARGIN))
    return int(text) if text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= 100 else MARGIN
