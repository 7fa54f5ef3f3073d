"""The first public post, where a page would publish it: it is kept for the start, or somebody starts today."""

from starlette.responses import Response

from linnet.db.tx import Tx
from linnet.desk.drafts import actions as drafts
from linnet.desk.drafts import queries as draft_queries
from linnet.desk.drafts import room
from linnet.desk.drafts.rules import Content, next_slot
from linnet.desk.firm.queries import must_firm
from linnet.desk.start import actions as starting
from linnet.desk.start.rules import FirstPost, Hold
from linnet.desk.trial import obeying
from linnet.kernel.clock import DAY
from linnet.kernel.days import day_of, day_start, week_of
from linnet.kernel.errors import Invalid, NotAllowed
from linnet.kernel.ids import new_id
from linnet.site.desk_times import clock, day_words, slots
from linnet.site.frame import Visit
from linnet.social.posts.rules import Author, NewPost, Terms

DEEDS = ("save", "schedule", "slot", "now", "today")  # of a draft's buttons


def held(tx: Tx, visit: Visit, new: NewPost) -> Hold | None:
    """What holds this post back, as it is now."""
    return starting.holds(tx, must_firm(tx), visit.account.id, new, visit.now)


def since(visit: Visit) -> int:
    """The moment (ms) from which a free slot is looked for: now, or the day of the start."""
    hold = visit.here.hold
    return max(visit.now, day_start(hold.day, visit.zone)) if hold and hold.day else visit.now


def allow(tx: Tx, visit: Visit, new: NewPost, choice: str) -> None:
    """Lets a first post go out at once where `choice` is `today`: that is a waiver, and written down. Raises
    FirstPost where nothing was chosen, NotAllowed for anybody but an owner of the firm."""
    tx.hold(visit.account.id)  # two at once: one of them is the first
    hold = held(tx, visit, new)
    if hold is None:
        return
    if choice != "today":
        raise FirstPost(asks(hold))
    if not visit.runs_firm:
        raise NotAllowed("An owner of the firm starts sooner. Keep it for the start.")
    starting.waive(tx, must_firm(tx), visit.session.person_id, now=visit.now)


def instead(tx: Tx, visit: Visit, draft_id: int, what: str, at: int) -> str:
    """What the button of a draft does: `today` is a waiver and then `now`. A first post can be set for the day of
    the start and later. Raises Invalid("do"), Invalid("date") for a day before it, FirstPost, NotAllowed."""
    if what not in DEEDS:
        raise Invalid("do", "is not known")
    draft = draft_queries.draft(tx, draft_id)
    if draft is None or what == "save":
        return what
    if what in {"now", "today"}:
        allow(tx, visit, draft.new_post, what)
        return "now"
    hold = held(tx, visit, draft.new_post)
    if hold and not hold.day:
        raise FirstPost(asks(hold))
    if hold and what == "schedule" and at < day_start(hold.day, visit.zone):
        day = day_words(hold.day)
        raise Invalid(
            "date", f"is before your start on {day}: choose that day or a later one, or start today"
        )
    return what


def asks(hold: Hold) -> str:
    """What is to be chosen, as a sentence."""
    keep = f"Keep it for the start on {day_words(hold.day)}" if hold.day else "Keep it as a draft"
    return f"It is your first public post. {keep}, or start today."


async def keep(visit: Visit, who: Author, new: NewPost) -> Response:
    """Keeps a post for the start: as a draft in its first free slot, or without a day where there is none."""
    id, at, hold = await visit.db.write(_keep, visit, who, new, visit.house.terms)
    if not at:
        more = " Nothing is counted yet, so the start has no day." if hold else ""
        return visit.to(f"/plan/{id}", flash=f"Kept as a draft.{more}")
    day = day_of(at, visit.zone)
    week = week_of(day, visit.zone).name
    return visit.to(
        f"/plan?week={week}", flash=f"Kept for the start: {day_words(day)}, {clock(at, visit.zone)}."
    )


def _keep(tx: Tx, visit: Visit, who: Author, new: NewPost, terms: Terms) -> tuple[int, int, Hold | None]:
    content = Content(
        text=new.text,
        visibility=new.visibility,
        warning=new.warning,
        language=new.language,
        reply_to_id=new.reply_to_id,
        media_ids=new.media_ids,
        poll=new.poll,
        quote_id=new.quote_id,
    )
    id, now, hold = new_id(), visit.now, held(tx, visit, new)
    kept = drafts.keep(tx, who, content, id=id, now=now, key=new.key)
    if kept != id:  # it was sent twice
        before = draft_queries.draft(tx, kept)
        return kept, (before.due_at or 0) if before else 0, hold
    if hold is None or not hold.day:
        return kept, 0, hold
    taken = draft_queries.taken(tx, who.account_id, now - DAY)
    quiet = room.beside(tx, obeying.known(tx, who.account_id, now), who.account_id).closed
    from_at = max(now, day_start(hold.day, visit.zone))
    at = next_slot(taken, slots(visit.firm), visit.zone, from_at, quiet=quiet)
    if at is None:
        raise Invalid("text", "finds no free slot after the start: look at your office hours in the settings")
    drafts.schedule(tx, who, id, at, terms=terms, now=now)
    return id, at, hold
