"""The third way of a trial in its plan: light days, what they may have and what they cost."""

from linnet.desk.trial import planning
from linnet.desk.trial.planning import Basis, Habits, Plan, Share
from linnet.desk.trial.values import Worth
from linnet.kernel.errors import Invalid
from linnet.kernel.value import Value, changed
from linnet.site.frame import Visit

FIELDS = ("ways", "light", "light_share")
TWO, THREE = range(6, 54, 2), range(9, 54, 3)
WEEKS = (
    ("Two ways or three", tuple(n for n in TWO if n in THREE)),
    ("Two ways only", tuple(n for n in TWO if n not in THREE)),
    ("Three ways only", tuple(n for n in THREE if n not in TWO)),
)


class Typed(Value):
    """What stands in the form of light days."""

    three: bool
    light: str
    share: str


def typed(habits: Habits, plan: Plan | None) -> Typed:
    """As the plan has it, or as it is suggested."""
    if plan and plan.light:
        return Typed(True, str(plan.light), str(plan.light_share))
    return Typed(False, str(habits.light), "")  # empty: what was measured for just so many posts


def typed_again(visit: Visit) -> Typed:
    """As it was sent."""
    form = visit.form
    return Typed(form.text("ways") == "3", form.text("light"), form.text("light_share"))


def read(visit: Visit, plan: Plan, basis: Basis, habits: Habits) -> Plan:
    """The plan with its light days, where three ways were chosen. A share that was left empty is the measured one.
    Raises Invalid with the field."""
    ways = visit.form.text("ways", "2")
    if ways not in {"2", "3"}:
        raise Invalid("ways", "are two or three")
    if ways == "2":
        return plan
    light = visit.form.whole("light")
    if light < 1:
        raise Invalid("light", "must be 1 at least: with none it would be a quiet day")
    share = _share(visit, habits.share(light))
    minutes = planning.light_minutes(plan.worth.minutes, share)
    worth: Worth = changed(
        plan.worth,
        light_minutes=minutes,
        light_cost=planning.cost_of(minutes, basis.hourly) + plan.worth.tools,
    )
    return changed(plan, worth=worth, light=light, light_share=share)


def _share(visit: Visit, known: Share | None) -> int:
    if not visit.form.text("light_share"):
        if known is None:
            raise Invalid(
                "light_share",
                "is not known from your own days: say what a light day takes, in per cent of a full day's minutes",
            )
        return known.percent
    share = visit.form.whole("light_share")
    if not 1 <= share <= 99:
        raise Invalid("light_share", "must be 1 to 99 per cent of a full day's minutes")
    return share


def usual_words(habits: Habits) -> str:
    """How many posts are usual."""
    if habits.usual is None:
        return (
            "You posted nothing in the last 90 days, so it must be said how many posts a light day may have."
        )
    posts = f"{habits.usual} post{'' if habits.usual == 1 else 's'}"
    if habits.usual == 1:
        return (
            f"On a usual day with posts you send one (n {habits.days} of 90 days): a light day would be like it, so on "
            "full days you must send more than usual."
        )
    return f"On a usual day with posts you send {posts} (n {habits.days} of 90 days)."


def share_words(share: Share) -> str:
    """What was measured of light days."""
    posts = "1 post" if share.most == 1 else f"up to {share.most} posts"
    return (
        f"Days with {posts} took {share.few_minutes} minutes, days with more {share.many_minutes} "
        f"(n {share.few} and {share.many}): {share.percent} per cent."
    )
