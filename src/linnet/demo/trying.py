"""The trials of the play are planned, frozen, lived through and judged, by the same actions as anybody's."""

from linnet.db.database import Database
from linnet.db.tx import Tx
from linnet.demo import cast
from linnet.demo.company import Company
from linnet.demo.script import TRIAL_WEEKS
from linnet.demo.story import Story
from linnet.demo.tried import PAGE_WEEKS, PAGES
from linnet.desk.firm import queries as firms
from linnet.desk.publishing import actions as publishing
from linnet.desk.trial import actions, errands, history, planning, queries, records
from linnet.desk.trial.actions import PowerState
from linnet.desk.trial.planning import Plan
from linnet.desk.trial.queries import Look
from linnet.desk.trial.reckoning import power, power_pages
from linnet.desk.trial.values import Power, Worth
from linnet.jobs import rows as jobs
from linnet.kernel.clock import HOUR, MINUTE
from linnet.kernel.errors import Invalid
from linnet.kernel.ids import first_id_at
from linnet.kernel.wire import encode_text
from linnet.social.posts.rules import NewPost, Terms

STEP = 2 * HOUR  # between two signs of life, as far as may be
MINUTES = 5  # that a day of posting takes, as Ina thinks
PAGE_MINUTES = 5  # that it takes to promote a page for a week
MARGIN = 70  # per cent of a sale that is left, in her bakery
RUNS = 200  # of the power step


class Trying:
    """Both trials; told week by week that time goes on."""

    def __init__(self, db: Database, story: Story, company: Company, terms: Terms) -> None:
        self._db = db
        self._story = story
        self._company = company
        self._terms = terms
        self._alive_at = 0

    def week_over(self, start: int, end: int) -> None:
        """From `start` to `end` everything has happened: the trials live through it, and what is due is
        decided."""
        tried = self._story.tried
        self._db.write_now(self._live, end)
        while (due := self._db.read_now(self._due)) is not None:
            self._db.write_now(self._keep, due, errands.judged(due), end)
        if start <= tried.days.asked_at < end:
            self._db.write_now(self._plan_days)
        if start <= tried.pages.asked_at < end:
            self._db.write_now(self._plan_pages)

    def _live(self, tx: Tx, until: int) -> None:
        """Signs of life, every two hours; none while there was no power."""
        if not queries.living(tx):
            return
        dark_from, dark_to = self._story.tried.days.cut
        at = self._alive_at
        while at < until:
            after = min(at + STEP, until)
            if at == dark_from:
                after = dark_to
            elif at < dark_from < after:
                after = dark_from
            at = after
            actions.live(tx, at)
        self._alive_at = until

    def _due(self, tx: Tx) -> records.ToRead | None:
        found = (records.to_read(tx, trial.id) for trial in queries.living(tx))
        return next((due for due in found if due), None)

    def _keep(self, tx: Tx, due: records.ToRead, found: records.Judged, now: int) -> None:
        """As the errand keeps it, in the time of the play."""
        if due.number:
            actions.keep_look(tx, due.trial.id, Look(due.number, due.until, encode_text(found), now), now)
        else:
            actions.keep_verdict(tx, due.trial.id, encode_text(found))
        jobs.cancel(tx, f"trial-read:{due.trial.id}")

    def _plan_days(self, tx: Tx) -> None:
        """What a visit is worth is taken from the sales of the weeks of counting."""
        at = self._story.tried.days.asked_at
        basis = history.basis(tx, firms.must_firm(tx), MARGIN, at)
        plan = Plan(
            self._worth(basis, MINUTES, basis.tools),
            weeks=TRIAL_WEEKS,
            baseline_days=basis.baseline_days,
            usual=basis.usual,
        )
        trial_id = self._freeze(tx, plan, self._story.tried.days.seed, at)
        trial = actions.own(tx, self._company.bakery, trial_id)
        words = (
            f"For eight weeks a coin says when we write here. Fixed before, as SHA-256: {trial.protocol_hash}"
        )
        new, said_at = NewPost(words, "quiet"), at + 9 * MINUTE
        author = self._company.author(cast.FIRM, "ina")
        post_id = publishing.publish(tx, author, new, self._terms, id=first_id_at(said_at), now=said_at)
        actions.announce(tx, trial_id, post_id)

    def _plan_pages(self, tx: Tx) -> None:
        at = self._story.tried.pages.asked_at
        basis = history.basis(tx, firms.must_firm(tx), MARGIN, at)
        plan = Plan(
            self._worth(basis, PAGE_MINUTES, 0),
            "which_page",
            weeks=PAGE_WEEKS,
            baseline_days=basis.baseline_days,
            usual=basis.usual,
            pages=PAGES,
        )
        self._freeze(tx, plan, self._story.tried.pages.seed, at)

    def _worth(self, basis: planning.Basis, minutes: int, tools: int) -> Worth:
        if basis.value is None:
            raise Invalid("worth", "is not known: nothing was sold in the play")
        low, value, high = basis.value
        cost = planning.cost_of(minutes, basis.hourly) + tools
        return Worth(cast.NEW_FIRM.currency, cost, low, value, high, minutes, tools=tools)

    def _freeze(self, tx: Tx, plan: Plan, seed: str, at: int) -> int:
        """Planned, tried out on the past, frozen."""
        author = self._company.author(cast.FIRM, "ina")
        id = actions.plan(tx, author, plan, id=first_id_at(at), time_zone=cast.ZONE, now=at)
        text = encode_text(plan)
        state = PowerState(1, 1, encode_text(self._power(tx, id, seed, at)))
        actions.keep_power(tx, id, text, state)
        actions.freeze(tx, author, id, plan_text=text, seed=seed, now=at + 8 * MINUTE)
        self._alive_at = at + 8 * MINUTE
        return id

    def _power(self, tx: Tx, trial_id: int, seed: str, at: int) -> Power:
        past = records.past(tx, trial_id, at)
        assert past is not None
        if past.pages:
            steps = power_pages.steps(past.pages, past.design, seed, runs=RUNS)
        else:
            steps = power.steps(past.days, past.design, seed, past.profile or power.PROFILE, rules=past.rules)
        return next(step.power for step in steps if step.power is not None)
