"""The start: the day of the firm's first post, what should stand by then, and how it began."""

from starlette.responses import Response
from starlette.routing import BaseRoute

from linnet.db.tx import Tx
from linnet.desk.drafts import actions as drafts
from linnet.desk.drafts import queries as draft_queries
from linnet.desk.firm.queries import must_firm
from linnet.desk.start import actions, plan, queries, rules
from linnet.desk.start.plan import Line
from linnet.desk.start.rules import Hold, Start
from linnet.kernel.days import day_of, days_from, next_day, parse_day
from linnet.kernel.errors import LinnetError, NotAllowed, NotFound
from linnet.kernel.value import Value
from linnet.site import forms
from linnet.site.desk_times import day_words
from linnet.site.frame import Frame, Visit

HERE = "/plan/start"


class Shown(Value):
    """What the page shows. `name`: of the person who waived; `waiting`: how many posts are set."""

    start: Start | None
    hold: Hold | None
    name: str
    lines: tuple[Line, ...]
    waiting: int


def _shown(tx: Tx, visit: Visit) -> Shown:
    firm = must_firm(tx)
    start = queries.start(tx, firm.account_id)
    planned = draft_queries.planned(tx, firm.account_id, visit.now, drafts.EVER)
    return Shown(
        start,
        actions.hold(tx, firm, visit.now),
        queries.name(tx, start.waived_by if start else None),
        plan.lines_of(tx, visit.account),
        len(planned),
    )


async def page(visit: Visit) -> Response:
    """When the firm begins, or how it began."""
    return await _page(visit)


async def _page(visit: Visit, error: LinnetError | None = None) -> Response:
    if visit.account.id != visit.firm.account_id:
        raise NotFound("page")
    shown = await visit.db.read(_shown, visit)
    zone, today = visit.zone, day_of(visit.now, visit.zone)
    start = shown.start
    return visit.render(
        "desk/start.html",
        title="The start",
        activity="manage",
        status=forms.status_for(error) if error else 200,
        shown=shown,
        least=rules.LEAST,
        first=next_day(today),
        last=next_day(today, rules.LATEST),
        begun=day_of(start.begun_at, zone) if start and start.begun_at is not None else "",
        waived=day_of(start.waived_at, zone) if start and start.waived_at is not None else "",
        typed=visit.form.text("day") if error else shown.hold.day if shown.hold else "",
        errors=forms.errors_of(error, "day") if error else {},
    )


async def move(visit: Visit) -> Response:
    """Another day, and what is set moves along."""
    _must_own(visit)
    try:
        day = parse_day(visit.form.text("day").strip(), "day").isoformat()
        moved = await visit.db.write(_move, visit, day)
    except LinnetError as error:
        return await _page(visit, error)
    more = f" {moved} {'post' if moved == 1 else 'posts'} moved along." if moved else ""
    return visit.to(HERE, flash=f"You begin on {day_words(day)}.{more}")


def _move(tx: Tx, visit: Visit, day: str) -> int:
    firm = must_firm(tx)
    before, after = actions.move(tx, firm, visit.session.person_id, day, now=visit.now)
    by = days_from(before, after)
    return drafts.move_all(tx, firm.account_id, by, visit.zone, visit.now) if by else 0


async def today(visit: Visit) -> Response:
    """Begins today, without the whole baseline."""
    _must_own(visit)
    await visit.db.write(_today, visit)
    return visit.to("/compose", flash="You begin today. It is written down.")


def _today(tx: Tx, visit: Visit) -> None:
    actions.waive(tx, must_firm(tx), visit.session.person_id, now=visit.now)


def _must_own(visit: Visit) -> None:
    if not visit.runs_firm:
        raise NotAllowed("An owner of the firm decides when it begins.")


def routes(frame: Frame) -> list[BaseRoute]:
    """The routes."""
    return [
        frame.get(HERE, page, who="member"),
        frame.post(HERE, move),
        frame.post(f"{HERE}/today", today),
    ]
