"""Plan: what is set for the week, what was missed, what is being written.

A draft has one form. Its button says what is to happen after saving: nothing, a time, the next
free slot, or out at once; saving and that are one transaction.
"""

import secrets

from starlette.responses import Response
from starlette.routing import BaseRoute

from linnet.db.tx import Tx
from linnet.desk.drafts import actions, queries, room, rules
from linnet.desk.drafts.queries import Published
from linnet.desk.drafts.rules import Content, Draft
from linnet.desk.ideas import actions as ideas
from linnet.desk.trial import obeying as trial
from linnet.desk.trial.obeying import Known
from linnet.desk.trial.rules import QuietTime
from linnet.kernel.clock import DAY
from linnet.kernel.days import Period, after, before, day_of, parse_period, span_words, week_of
from linnet.kernel.errors import Conflict, Invalid, LinnetError, NotFound
from linnet.kernel.ids import new_id
from linnet.kernel.page import Page
from linnet.kernel.value import Value, changed
from linnet.kernel.wire import encode
from linnet.site import beginning, forms, hinting, plan_pages
from linnet.site.compose import author
from linnet.site.desk_times import (
    Spot,
    as_typed,
    calendar,
    clock,
    day_words,
    inputs,
    slots,
    wall_time,
)
from linnet.site.draft_pictures import pictures_of
from linnet.site.frame import Frame, Visit
from linnet.site.plan_pages import PagesWeek
from linnet.social.media import queries as media_queries
from linnet.social.media.rules import MOST, Media
from linnet.social.posts.rules import Author, Terms
from linnet.social.text.rules import measure

FIELDS = ("text", "date", "time", "visibility", "language", "warning", "media_ids", "file", "description")
LISTED = 100
ALL_THE_SAME = "Choose another time, or tick the box to post all the same"


class Shelf(Value):
    """What the plan shows of one week. `meant`: the days that are known to be quiet or light in a trial."""

    planned: list[Draft]
    open: list[Draft]
    published: list[Published]
    pages: PagesWeek | None
    meant: dict[str, str]


class Sheet(Value):
    """What stands in a draft's form. `id` 0: not kept yet; `theirs`: what somebody else wrote
    meanwhile; `sent`: it went out meanwhile."""

    key: str = ""
    id: int = 0
    version: int = 0
    stage: str = "draft"
    content: Content = Content("")
    media: tuple[Media, ...] = ()
    date: str = ""
    time: str = ""
    due_at: int | None = None
    problem: str = ""
    theirs: str | None = None
    sent: bool = False
    moved: str = ""
    insists: bool = False


def shelf(tx: Tx, account_id: int, period: Period, now: int) -> Shelf:
    """Five queries, some more in a trial."""
    return Shelf(
        queries.planned(tx, account_id, period.start, period.end, ("set",)),
        queries.drafts(tx, account_id, ("missed", "draft", "idea"), Page(size=LISTED)),
        queries.published(tx, account_id, period.start, period.end),
        plan_pages.of_week(tx, account_id, period, now),
        trial.planned_days(tx, account_id, now),
    )


async def page(visit: Visit) -> Response:
    """The week as a calendar, and what has no time yet."""
    visit.must("draft")
    zone = visit.zone
    today = day_of(visit.now, zone)
    name = visit.query("week")
    period = parse_period(name, zone, "week") if name else week_of(today, zone)
    if period.kind != "week":
        raise Invalid("week", "is not a week like 2026-W48")
    found = await visit.db.read(shelf, visit.account.id, period, visit.now)
    spots = [
        Spot(d.due_at or 0, clock(d.due_at or 0, zone), d.stage, _words(d), f"/plan/{d.id}", d.language)
        for d in found.planned
    ]
    handle = visit.account.handle
    spots += [
        Spot(
            p.created_at,
            clock(p.created_at, zone),
            "sent",
            as_typed(p.text) or p.warning or "A picture",
            f"/@{handle}/{p.id}",
            p.language,
        )
        for p in found.published
    ]
    return visit.render(
        "desk/plan.html",
        title="Plan",
        activity="manage",
        period=period,
        span=span_words(period.first, period.last),
        this_week=period.first <= today <= period.last,
        week_before=before(period, zone).name,
        week_after=after(period, zone).name,
        week=calendar(period, spots, visit.firm.week, zone, visit.now, found.meant),
        pages=found.pages,
        planned=len(found.planned),
        missed=[draft for draft in found.open if draft.stage == "missed"],
        drafts=[draft for draft in found.open if draft.stage == "draft"],
        ideas=[draft for draft in found.open if draft.stage == "idea"],
    )


def _words(draft: Draft) -> str:
    return draft.text or draft.warning or "A picture"


# one draft


async def new_page(visit: Visit) -> Response:
    """An empty draft; `day` for one that is to go out then, `text` for what is known already."""
    visit.must("draft")
    account = visit.account
    content = Content(
        visit.query("text")[:5000], visibility=account.default_visibility, language=account.default_language
    )
    return await _form(visit, Sheet(secrets.token_urlsafe(12), content=content, date=visit.query("day")[:10]))


async def edit_page(visit: Visit) -> Response:
    """A draft; one that went out already is its post."""
    visit.must("draft")
    sheet = await visit.db.read(_sheet, visit.id(), visit.account.id)
    if sheet.sent:
        return visit.to(f"/@{visit.account.handle}/{sheet.key}")
    if sheet.due_at:
        day, time = inputs(sheet.due_at, visit.zone)
        today = day_of(visit.now, visit.zone)
        sheet = changed(sheet, date=max(day, today), time=time)  # a missed one is set for a day to come
    return await _form(visit, sheet)


def _sheet(tx: Tx, draft_id: int, account_id: int) -> Sheet:
    draft = queries.draft(tx, draft_id)
    if draft is None or draft.account_id != account_id:
        raise NotFound("draft")
    if draft.stage == "sent":
        return Sheet(str(draft.post_id), draft.id, sent=True)
    pictures = tuple(media_queries.among(tx, draft.media_ids))
    content = actions.content_of(draft)
    return Sheet(
        "",
        draft.id,
        draft.version,
        draft.stage,
        content,
        pictures,
        due_at=draft.due_at,
        problem=draft.problem,
        moved=draft.moved,
        insists=draft.insists,
    )


async def _form(visit: Visit, sheet: Sheet, error: LinnetError | None = None) -> Response:
    slot, quiet, light = await visit.db.read(_places, visit.account.id, sheet.id, visit)
    poll = sheet.content.poll
    return visit.render(
        "desk/draft.html",
        title="Draft" if sheet.id else "Write a draft",
        status=forms.status_for(error) if error else 200,
        activity="write",
        sheet=sheet,
        left=visit.house.settings.max_characters - measure(sheet.content.text),
        poll=poll,
        slot=slot,
        quiet=quiet,
        light=light,
        today=day_of(visit.now, visit.zone),
        room=MOST - len(sheet.media),
        errors=_errors(error),
    )


def _places(tx: Tx, account_id: int, draft_id: int, visit: Visit) -> tuple[int | None, list[str], list[str]]:
    """The next free slot, and the quiet times and light days of a trial in words."""
    known = room.beside(tx, trial.known(tx, account_id, visit.now), account_id, draft_id)
    quiet = [trial.span_words(quiet, known.trial) for quiet in known.times if known.trial]
    light = [trial.room_words(day, known.trial) for day in known.lights if known.trial]
    return _next_slot(tx, account_id, visit, known), quiet, light


def _next_slot(tx: Tx, account_id: int, visit: Visit, known: Known) -> int | None:
    taken = queries.taken(tx, account_id, visit.now - DAY)
    return rules.next_slot(taken, slots(visit.firm), visit.zone, beginning.since(visit), quiet=known.closed)


def _errors(error: LinnetError | None) -> dict[str, str]:
    if error is None:
        return {}
    if isinstance(error, QuietTime):
        error = Invalid(
            "time" if error.field == "scheduled_at" else "text", f"{error.problem}. {ALL_THE_SAME}"
        )
    if isinstance(error, Invalid) and error.field == "scheduled_at":
        error = Invalid("time", error.problem)
    return forms.errors_of(error, *FIELDS)


async def keep(visit: Visit) -> Response:
    """Keeps a new draft, then does what the button says."""
    return await _save(visit, Sheet(visit.form.text("key")[:100] or secrets.token_urlsafe(12)))


async def change(visit: Visit) -> Response:
    """Replaces what stands in a draft, then does what the button says. Somebody who was faster is
    shown, and nothing typed is lost."""
    visit.must("draft")
    return await _save(visit, await visit.db.read(_sheet, visit.id(), visit.account.id))


async def _save(visit: Visit, had: Sheet) -> Response:
    visit.must("draft")
    sheet = _typed(visit, had)
    try:
        sheet = await _looked_at(visit, sheet)
        if had.sent:
            raise Conflict("This draft was published already.")
        done = await _do(visit, sheet)
    except LinnetError as error:
        if visit.part:
            raise
        if had.id and isinstance(error, Conflict):
            return await _overtaken(visit, sheet, error)
        return await _form(visit, sheet, error)
    if visit.part:
        return Response(encode({"id": str(done.id), "version": done.version}), media_type="application/json")
    return visit.to(
        done.where, flash=done.words + await hinting.after_draft(visit, sheet.content, done.post_id)
    )


async def _overtaken(visit: Visit, sheet: Sheet, error: Conflict) -> Response:
    """Somebody was faster: the form once more, with what was typed and with what stands there now.
    Saving it again replaces theirs; of one that went out it makes a new draft."""
    now_there = await visit.db.read(_sheet, sheet.id, visit.account.id)
    if now_there.sent:
        error = Conflict(
            "This draft was published meanwhile. What you typed is still here: keep it as a new draft."
        )
        sheet = changed(sheet, key=secrets.token_urlsafe(12), id=0, sent=True)
    else:
        sheet = changed(sheet, version=now_there.version, theirs=now_there.content.text)
    return await _form(visit, sheet, error)


class Done(Value):
    """What came of it, and where to go."""

    id: int
    version: int
    where: str
    words: str
    post_id: int = 0


async def _do(visit: Visit, sheet: Sheet) -> Done:
    what, zone = visit.form.text("do", "save"), visit.zone
    at = wall_time(sheet.date, sheet.time, zone) if what == "schedule" else 0
    id, version, at = await visit.db.write(_write, author(visit), sheet, what, at, visit)
    if what in {"now", "today"}:
        return Done(id, version, f"/@{visit.account.handle}/{at}", "Posted.", at)
    if at:
        week = week_of(day_of(at, zone), zone).name
        when = f"{day_words(day_of(at, zone))}, {clock(at, zone)}"
        return Done(id, version, f"/plan?week={week}", f"Set for {when}.")
    return Done(id, version, f"/plan/{id}", "Saved.")


def _write(tx: Tx, who: Author, sheet: Sheet, what: str, at: int, visit: Visit) -> tuple[int, int, int]:
    """Saves, and plans or publishes: one transaction. Answers the draft's id and version, and when
    it is set for (or the post's id)."""
    terms, now = visit.house.terms, visit.now
    id = _kept(tx, who, sheet, terms, now)
    what = beginning.instead(tx, visit, id, what, at)
    if what == "slot":
        known = trial.known(tx, who.account_id, now)
        mine = queries.draft(tx, id)
        if mine and known.turns:  # where a page decides, it depends on the post
            known = trial.of_post(tx, known, who.account_id, mine.new_post, now)
        known = room.beside(tx, known, who.account_id, id)
        found = _next_slot(tx, who.account_id, visit, known)
        if found is None:
            raise Invalid(
                "time", "has no free slot in the next four weeks: look at your office hours in the settings"
            )
        at = found
    if what == "now":
        at = actions.publish_now(tx, who, id, terms, id=new_id(), now=now, insists=sheet.insists)
    elif at:
        actions.schedule(tx, who, id, at, terms=terms, now=now, insists=sheet.insists)
    after_all = queries.draft(tx, id)
    return id, after_all.version if after_all else 0, at


def _kept(tx: Tx, who: Author, sheet: Sheet, terms: Terms, now: int) -> int:
    if not sheet.id:
        return actions.keep(tx, who, sheet.content, id=new_id(), now=now, key=f"site-{sheet.key}")
    actions.change(tx, who, sheet.id, sheet.content, version=sheet.version, now=now, terms=terms)
    return sheet.id


def _typed(visit: Visit, had: Sheet) -> Sheet:
    """`had` with what the form says, whatever it says. What the form has no field for stays."""
    form = visit.form
    content = changed(
        had.content,
        text=form.text("text"),
        warning=form.text("warning").strip(),
        visibility=form.text("visibility", had.content.visibility),
        language=form.text("language", had.content.language),
        go_links=form.on("go_links"),
    )
    return changed(
        had, content=content, date=form.text("date"), time=form.text("time"), insists=form.on("insists")
    )


async def _looked_at(visit: Visit, sheet: Sheet) -> Sheet:
    """With the version that was changed, and the pictures. Raises Invalid, NotFound."""
    version = visit.form.whole("version", sheet.version)
    pictures = await pictures_of(visit)
    content = changed(sheet.content, media_ids=tuple(picture.id for picture in pictures))
    return changed(sheet, version=version, media=tuple(pictures), content=content)


async def unschedule(visit: Visit) -> Response:
    """Back to a draft without a time."""
    await visit.db.write(actions.unschedule, author(visit), visit.id(), now=visit.now)
    return visit.to(f"/plan/{visit.id()}", flash="It has no time any more.")


async def discard_page(visit: Visit) -> Response:
    """Asks before a draft is thrown away."""
    visit.must("draft")
    sheet = await visit.db.read(_sheet, visit.id(), visit.account.id)
    if sheet.sent:
        return visit.to(f"/@{visit.account.handle}/{sheet.key}")
    return visit.render("desk/discard.html", title="Throw this draft away?", sheet=sheet)


async def discard(visit: Visit) -> Response:
    """Throws a draft away."""
    await visit.db.write(_discard, author(visit), visit.id(), visit.now)
    return visit.to("/plan", flash="Thrown away.")


def _discard(tx: Tx, who: Author, draft_id: int, now: int) -> None:
    draft = queries.draft(tx, draft_id)
    actions.discard(tx, who, draft_id, now=now)
    if draft and draft.entry_id:  # the story may be offered again
        ideas.take_back(tx, who.account_id, draft.entry_id)


def routes(frame: Frame) -> list[BaseRoute]:
    """The routes."""
    return [
        frame.get("/plan", page, who="member"),
        frame.get("/plan/new", new_page, who="member"),
        frame.post("/plan/new", keep, uploads=True),
        frame.get("/plan/{id}", edit_page, who="member"),
        frame.post("/plan/{id}", change, uploads=True),
        frame.post("/plan/{id}/unschedule", unschedule),
        frame.get("/plan/{id}/discard", discard_page, who="member"),
        frame.post("/plan/{id}/discard", discard),
    ]
