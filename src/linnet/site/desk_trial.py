"""The trial: does posting bring anything? Planned, lived through, judged. No figure of what came is shown
before its time: neither here nor in words."""

import asyncio
import secrets

from starlette.responses import Response
from starlette.routing import BaseRoute

from linnet.db.tx import Tx
from linnet.desk.publishing import actions as publishing
from linnet.desk.trial import actions, queries, records, rules
from linnet.desk.trial import protocol as protocols
from linnet.desk.trial.pages import promoting
from linnet.desk.trial.pages import state as page_state
from linnet.desk.trial.planning import Plan
from linnet.desk.trial.queries import Look, Posted
from linnet.desk.trial.reckoning import judging
from linnet.desk.trial.records import Judged
from linnet.desk.trial.rules import Note, Trial, TrialDay
from linnet.desk.trial.values import DayRecord, PageRecord, Protocol
from linnet.desk.trial.words import light as light_words
from linnet.desk.trial.words import line as line_words
from linnet.desk.trial.words import verdict
from linnet.kernel.clock import moment, zone
from linnet.kernel.days import day_of, span_words
from linnet.kernel.errors import LinnetError, NotAllowed, NotFound
from linnet.kernel.ids import new_id
from linnet.kernel.value import Value
from linnet.kernel.wire import decode_as
from linnet.site import trial_pages, trial_plan
from linnet.site.desk_times import day_words, short_day
from linnet.site.frame import Frame, Visit
from linnet.site.trial_chart import light_chart, range_chart
from linnet.social.posts.rules import Author, NewPost, Terms

HOME = "/desk/trial"


class Stretch(Value):
    """Days that belong together, as they may be shown. `state`: over | now | next; `posts`: how many
    went out, `most` of them on one day."""

    first: str
    last: str
    arm: str
    state: str
    posts: int
    dropped: int
    most: int


class Life(Value):
    """A trial with everything that may be shown of it while it runs."""

    trial: Trial
    days: list[TrialDay]
    posts: list[Posted]
    looks: list[Look]
    notes: list[Note]


class Shelf(Value):
    """The trial that is open, and the verdicts of former ones."""

    life: Life | None
    past: list[Trial]


def firm_author(visit: Visit) -> Author:
    """Who acts: a trial is the firm's own account's. Raises NotAllowed."""
    if not visit.runs_firm:
        raise NotAllowed("Only an owner of the firm decides on a trial.")
    return Author(visit.firm.account_id, visit.session.person_id)


def check_seen(visit: Visit) -> None:
    """Raises NotAllowed for whoever has nothing to do with the firm's account."""
    if not visit.here.of_firm:
        raise NotAllowed("The trial is shown to the people of the firm's own account.")


def life_of(tx: Tx, trial: Trial) -> Life:
    """Four queries."""
    return Life(
        trial,
        queries.days(tx, trial.id),
        queries.posts(tx, trial.id),
        queries.looks(tx, trial.id),
        queries.notes(tx, trial.id),
    )


def shelf(tx: Tx, account_id: int) -> Shelf:
    """What the page begins with."""
    trial = queries.current(tx, account_id)
    return Shelf(life_of(tx, trial) if trial else None, queries.past(tx, account_id))


async def page(visit: Visit) -> Response:
    """The plan, or the trial that runs."""
    check_seen(visit)
    found = await visit.db.read(shelf, visit.firm.account_id)
    past = [(trial, verdict.TITLES[judged_of(trial).verdict.kind]) for trial in found.past]
    if found.life and found.life.trial.stage == "planned" and trial_pages.planned(found.life.trial):
        return await trial_pages.plan_page(visit)
    if found.life is None or found.life.trial.stage == "planned":
        return await trial_plan.page(visit, found.life.trial if found.life else None, past)
    if promoting.is_paged(found.life.trial):
        return await trial_pages.running(visit, found.life.trial, found.life.looks, found.life.notes, past)
    return running(visit, found.life, past)


def running(visit: Visit, life: Life, past: list[tuple[Trial, str]]) -> Response:
    """Days, compliance, dates; nothing of what came before a look is due. `past`: former trials, with
    their verdicts."""
    trial = life.trial
    protocol = decode_as(Protocol, trial.protocol)
    own = zone(trial.time_zone)
    today = day_of(rules.lived(trial.alive_at, visit.now), own)
    shown = stretches(life, today)
    over = [stretch for stretch in shown if stretch.state == "over"]
    taken = {look.day: decode_as(Judged, look.result) for look in life.looks}
    return visit.render(
        "desk/trial_running.html",
        title="The trial",
        activity="manage",
        trial=trial,
        protocol=protocol,
        plan=decode_as(Plan, trial.plan),
        stretches=shown,
        ahead=[stretch for stretch in shown if stretch.state != "over"],
        counts=counts(life, today),
        followed=(sum(s.posts > 0 for s in over if s.arm == "on"), sum(s.arm == "on" for s in over)),
        kept=(
            sum(0 < s.most <= protocol.design.light for s in over if s.arm == "light"),
            sum(s.arm == "light" for s in over),
        ),
        broke=(sum(s.posts > 0 for s in over if s.arm == "quiet"), sum(s.arm == "quiet" for s in over)),
        dropped=[day for day in life.days if day.state == "dropped" and day.day <= trial.last_day],
        looks=[(look, day, taken.get(day)) for look, day in records.looks(protocol)],
        goes_on=judging.goes_on,
        words=lambda found: verdict.words(protocol, found.reading, found.verdict),
        chart=range_chart,
        light_chart=light_chart,
        at_most=light_words.at_most,
        past=past,
        notes=life.notes,
        can_end=lambda found: found.verdict.kind in {"worth_it", "not_worth_it"},
        day_words=day_words,
        short_day=short_day,
        at=lambda ms: f"{moment(ms, own):%-d %b, %H:%M}",
    )


def stretches(life: Life, today: str) -> list[Stretch]:
    """The stretches that may be shown on `today`."""
    posted: dict[str, int] = {}
    for post in life.posts:
        posted[post.day] = posted.get(post.day, 0) + 1
    by_span: dict[int, list[TrialDay]] = {}
    for day in rules.seen_days([d for d in life.days if d.day <= life.trial.last_day], today):
        by_span.setdefault(day.span, []).append(day)
    return [
        Stretch(
            days[0].day,
            days[-1].day,
            days[0].arm,
            "over" if days[-1].day < today else "now" if days[0].day <= today else "next",
            sum(posted.get(day.day, 0) for day in days),
            sum(day.state == "dropped" for day in days),
            max(posted.get(day.day, 0) for day in days),
        )
        for days in by_span.values()
    ]


def counts(life: Life, today: str) -> dict[str, int]:
    """How many days: of all, over, counted, dropped, still to be counted."""
    days = [day for day in life.days if day.day <= life.trial.last_day]
    return {
        "all": len(days),
        "over": sum(day.day < today for day in days),
        "counted": sum(day.state == "counted" for day in days),
        "dropped": sum(day.state == "dropped" for day in days),
        "waiting": sum(day.state == "open" and day.day < today for day in days),
        "posts": len(life.posts),
        "insisted": sum(post.quiet for post in life.posts),
    }


# what the owner does


async def freeze(visit: Visit) -> Response:
    """Freezes the plan, draws the calendar, and makes its hash public if that is wanted."""
    author = firm_author(visit)
    trial_id = visit.form.whole("trial")
    publish = visit.form.on("publish")
    seed = secrets.token_hex(32)
    trial = await visit.db.write(
        _freeze,
        author,
        trial_id,
        visit.form.text("plan"),
        seed,
        visit.house.terms,
        visit.now,
        publish=publish,
    )
    return visit.to(HOME, flash=f"Frozen. The trial begins on {day_words(trial.first_day)}.")


def _freeze(
    tx: Tx, author: Author, trial_id: int, plan_text: str, seed: str, terms: Terms, now: int, *, publish: bool
) -> Trial:
    trial = actions.freeze(tx, author, trial_id, plan_text=plan_text, seed=seed, now=now)
    if publish:
        post_id = publishing.publish(
            tx, author, NewPost(hashes_text(trial), "quiet"), terms, id=new_id(), now=now
        )
        actions.announce(tx, trial.id, post_id)
    return trial


def hashes_text(trial: Trial) -> str:
    """What binds the firm, in 140 characters: the hash of the protocol, which holds that of the seed."""
    what = "posting bring us? A trial," if not promoting.is_paged(trial) else "a mention bring a page? Trial"
    return f"What does {what} {trial.first_day} to {trial.last_day}. SHA-256: {trial.protocol_hash}"


async def drop(visit: Visit) -> Response:
    """Gives up a plan, or a trial that has not begun."""
    author = firm_author(visit)
    await visit.db.write(actions.drop, author.account_id, visit.form.whole("trial"), visit.now)
    return visit.to(HOME, flash="Given up. You can plan another one.")


async def stop_page(visit: Visit) -> Response:
    """Asks before a trial is stopped."""
    firm_author(visit)
    found = await visit.db.read(shelf, visit.firm.account_id)
    if found.life is None or found.life.trial.stage != "running":
        return visit.to(HOME)
    look = visit.query("look")
    return visit.render(
        "desk/trial_stop.html",
        title="End the trial?",
        trial=found.life.trial,
        look=look if look in {one.day for one in found.life.looks} else "",
        paged=promoting.is_paged(found.life.trial),
        day_words=day_words,
    )


async def stop(visit: Visit) -> Response:
    """Ends the trial, now or with the figures of a look."""
    author = firm_author(visit)
    stage = await visit.db.write(
        actions.stop, author, visit.form.whole("trial"), at_look=visit.form.text("look"), now=visit.now
    )
    words = {
        "stopped": "Ended. The verdict is there when the last day is counted, a day after it.",
        "dropped": "Given up: nothing was whole yet that could be counted.",
    }
    return visit.to(HOME, flash=words[stage])


# the verdict


def judged_of(trial: Trial) -> Judged:
    """The verdict of a trial that has one."""
    return decode_as(Judged, trial.verdict)


def _judged(tx: Tx, account_id: int, trial_id: int) -> Life:
    trial = queries.trial(tx, trial_id)
    if trial is None or trial.account_id != account_id or trial.stage != "judged":
        raise NotFound("verdict")
    return life_of(tx, trial)


async def verdict_page(visit: Visit) -> Response:
    """One of five answers, and everything to check it with."""
    check_seen(visit)
    life = await visit.db.read(_judged, visit.firm.account_id, visit.id())
    trial = life.trial
    protocol, found = decode_as(Protocol, trial.protocol), judged_of(trial)
    if protocol.design.kind == "which_page":
        return await trial_pages.verdict_page(visit, trial, found, life.notes)
    return visit.render(
        "desk/trial_verdict.html",
        title=verdict.TITLES[found.verdict.kind],
        activity="manage",
        trial=trial,
        protocol=protocol,
        found=found,
        said=verdict.words(protocol, found.reading, found.verdict),
        chart=range_chart(found.reading, found.verdict),
        lower=light_chart(found.reading, found.verdict),
        second=light_words.SECOND,
        at_most=light_words.at_most,
        number=line_words.number,
        dropped=[day for day in life.days if day.state == "dropped" and day.day <= trial.last_day],
        notes=life.notes,
        span_words=span_words,
        day_words=day_words,
        short_day=short_day,
        at=lambda ms: f"{moment(ms, zone(trial.time_zone)):%-d %b, %H:%M}",
    )


def _days(tx: Tx, account_id: int, trial_id: int) -> tuple[Trial, list[DayRecord], list[PageRecord]]:
    trial = _judged(tx, account_id, trial_id).trial
    if promoting.is_paged(trial):
        return trial, [], page_state.records(tx, trial, trial.last_day)
    return trial, records.day_records(tx, trial, decode_as(Protocol, trial.protocol), trial.last_day), []


async def export(visit: Visit) -> Response:
    """Protocol, seed and days in one file, which `linnet trial verify` reckons anew."""
    check_seen(visit)
    trial, days, pages = await visit.db.read(_days, visit.firm.account_id, visit.id())
    frozen = decode_as(Protocol, trial.protocol)
    # reckoned once more, so that the file proves what this very program says: half a second
    body = await asyncio.to_thread(protocols.export, frozen, trial.seed, days, trial.last_day, pages)
    name = f"{visit.firm.file_prefix}trial-{visit.id()}.json"
    return Response(
        body,
        media_type="application/json",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        },
    )


def routes(frame: Frame) -> list[BaseRoute]:
    """The routes."""
    return [
        frame.get(HOME, page, who="member"),
        frame.get(f"{HOME}/power", trial_plan.power_part, who="member"),
        frame.post(HOME, plan),
        frame.post(f"{HOME}/freeze", freeze),
        frame.post(f"{HOME}/drop", drop),
        frame.get(f"{HOME}/stop", stop_page, who="member"),
        frame.post(f"{HOME}/stop", stop),
        *trial_pages.routes(frame),
        frame.get(f"{HOME}/{{id}}", verdict_page, who="member"),
        frame.get(f"{HOME}/{{id}}/trial.json", export, who="member"),
    ]


async def plan(visit: Visit) -> Response:
    """Makes the plan, or changes it; the power step begins by itself."""
    author = firm_author(visit)
    try:
        wanted = await trial_plan.read_form(visit)
        await visit.db.write(
            actions.plan, author, wanted, id=new_id(), time_zone=visit.firm.time_zone, now=visit.now
        )
    except LinnetError as error:
        found = await visit.db.read(shelf, visit.firm.account_id)
        if found.life and found.life.trial.stage != "planned":
            raise
        return await trial_plan.page(visit, found.life.trial if found.life else None, [], error)
    return visit.to(HOME)
