"""Today: the desk's front. Who waits, what is worth sharing, what goes out next, what the week cost."""

from starlette.responses import Response
from starlette.routing import BaseRoute

from linnet.db.tx import Tx
from linnet.desk.drafts import queries as drafts
from linnet.desk.drafts.rules import Draft
from linnet.desk.effort import queries as effort
from linnet.desk.effort import spent as cost_of
from linnet.desk.effort import totals
from linnet.desk.effort.timers import Timer, elapsed
from linnet.desk.effort.words import CHANNEL_WORDS
from linnet.desk.ideas import page as idea_page
from linnet.desk.ideas.rules import Idea
from linnet.desk.trial import queries as trials
from linnet.desk.trial.records import Judged
from linnet.desk.trial.rules import Trial
from linnet.desk.trial.values import Protocol
from linnet.desk.trial.words import verdict
from linnet.kernel.clock import DAY
from linnet.kernel.days import day_of, week_of
from linnet.kernel.page import Page
from linnet.kernel.value import Value
from linnet.kernel.wire import decode_as
from linnet.site import answers
from linnet.site.answers import Waiting
from linnet.site.desk_times import clock, day_words, short_day, spent
from linnet.site.frame import Frame, Visit

WAITING, NEXT, STORIES = 5, 4, 3
AHEAD = 14 * DAY


class Answer(Value):
    """The last verdict of the firm's trials, and whether another trial is open."""

    trial: Trial | None
    title: str
    said: str
    running: bool


class Desk(Value):
    """What the front shows. `ms`, `cost`: the account's time of this week, in minor units; `measured`: the
    person's own measuring is on, `timer`: what they have running; `answer`: what the firm's trials say."""

    waiting: Waiting
    missed: list[Draft]
    next: list[Draft]
    ideas: list[Idea]
    ms: int
    today_ms: int
    cost: int
    measured: bool
    timer: Timer | None
    answer: Answer | None


def _answer(tx: Tx, account_id: int) -> Answer | None:
    """What a trial said of posting, the newest first. None where none was ever frozen."""
    current, past = trials.current(tx, account_id), trials.past(tx, account_id)
    running = current is not None and current.stage != "planned"
    if not past:
        return Answer(None, "", "", running) if running else None
    judged = decode_as(Judged, past[0].verdict)
    said = verdict.words(decode_as(Protocol, past[0].protocol), judged.reading, judged.verdict)
    words = said.sentence if judged.verdict.kind == "broken" else said.lines[0]
    return Answer(past[0], said.title, words, running)


def desk(tx: Tx, visit: Visit) -> Desk:
    """One look at every shelf."""
    account_id, now = visit.account.id, visit.now
    today = day_of(now, visit.zone)
    week = week_of(today, visit.zone)
    times = totals.day_times(tx, account_id, week.first, today, now)
    may_draft = visit.may("draft")
    return Desk(
        answers.waiting(tx, account_id, now, WAITING),
        drafts.drafts(tx, account_id, ("missed",), Page(size=NEXT)) if may_draft else [],
        drafts.planned(tx, account_id, now, now + AHEAD)[:NEXT],
        idea_page.worth_sharing(tx, account_id, visit.firm.words, now, STORIES) if may_draft else [],
        sum(time.ms for time in times),
        sum(time.ms for time in times if time.day == today),
        cost_of.of_period(tx, week.first, today, now, account_id=account_id, times=times).total,
        effort.measured(tx, visit.session.person_id),
        effort.timer(tx, visit.session.person_id),
        _answer(tx, visit.firm.account_id) if visit.here.of_firm else None,
    )


async def page(visit: Visit) -> Response:
    """The front."""
    zone = visit.zone
    found = await visit.db.read(desk, visit)
    today = day_of(visit.now, zone)

    def day(ms: int) -> str:
        on = day_of(ms, zone)
        return "Today" if on == today else short_day(on)

    return visit.render(
        "desk/today.html",
        title="Today",
        activity="manage",
        desk=found,
        heading=day_words(today),
        waiting=found.waiting.views,
        more=found.waiting.more,
        day=day,
        clock=lambda ms: clock(ms, zone),
        spent=spent,
        running=elapsed(found.timer, visit.now) if found.timer else 0,
        channel_words=CHANNEL_WORDS,
        calm=not (found.waiting.views or found.missed or found.ideas),
    )


def routes(frame: Frame) -> list[BaseRoute]:
    """The route."""
    return [frame.get("/desk", page, who="member")]
