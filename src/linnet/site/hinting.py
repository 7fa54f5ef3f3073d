"""What a composer may be told, once a day at the most, and what else there is to post. Nothing here keeps
anybody from anything: without our script the sentence comes after the post is out."""

import logging
from typing import Literal

from starlette.responses import Response
from starlette.routing import BaseRoute

from linnet.db.tx import Tx
from linnet.desk.balance import actions
from linnet.desk.balance.actions import Look
from linnet.desk.balance.hints import About, Hint
from linnet.desk.balance.reading import Draft
from linnet.desk.drafts import queries as drafts
from linnet.desk.drafts.rules import Content
from linnet.desk.ideas import page as ideas
from linnet.kernel.days import day_of
from linnet.kernel.page import WIDE, Page
from linnet.kernel.value import Value
from linnet.site import answers, forms
from linnet.site.frame import Frame, Visit
from linnet.social.posts.rules import Author

log = logging.getLogger("linnet.site")

THINGS = 3
DRAFTS = 20  # among which a tip is looked for
LONGEST = 60  # letters of what a thing is called
TEXT = 20_000  # letters of a text that is looked at

ThingKind = Literal["news", "person", "draft", "tip", "sources", "people"]


class Thing(Value):
    """Something else to do. `id`: of the story, post or draft."""

    kind: ThingKind
    words: str
    id: int = 0

    @property
    def name(self) -> str:
        """As the form names it."""
        return f"{self.kind}-{self.id}" if self.id else self.kind


ALWAYS = (
    Thing("tip", "Write down what a customer asked this week"),
    Thing("people", "Find somebody of your field to talk with"),
    Thing("sources", "Add a source of news"),
)


def author(visit: Visit) -> Author:
    """Who writes."""
    session = visit.session
    return Author(session.account_id, session.person_id, session.role)


def today(visit: Visit) -> str:
    """The day, where the firm is."""
    return day_of(visit.now, visit.zone)


def better(tx: Tx, visit: Visit, about: About) -> list[Thing]:
    """Three things that are ready: the best story, somebody who waits, a tip among the drafts. Whoever
    links to himself in every update is offered stories first (F26). About ten queries."""
    account_id = visit.account.id
    stories = (
        ideas.worth_sharing(tx, account_id, visit.firm.words, visit.now, THINGS) if visit.may("draft") else []
    )
    news = [Thing("news", f"Share: {_short(story.title)}", story.entry_id) for story in stories]
    waiting = answers.waiting(tx, account_id, visit.now, 1).views if visit.may("answer") else []
    person = [Thing("person", f"Answer {_short(view.account.name)}", view.post.id) for view in waiting]
    kept = drafts.drafts(tx, account_id, ("draft", "idea"), Page(size=DRAFTS)) if visit.may("draft") else []
    tips = [
        Thing("draft", f"Go on with: {_short(one.text)}", one.id)
        for one in kept
        if one.text.strip() and "://" not in one.text
    ]
    ready = (
        [*news, *person, *tips] if about == "every" else [*news[:1], *person, *tips[:1], *news[1:], *tips[1:]]
    )
    allowed = [one for one in ALWAYS if one.kind == "people" or visit.may("draft")]
    return [*ready, *allowed][:THINGS]


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1].rstrip() + "…"


async def ask(visit: Visit) -> Response:
    """Our script asks while somebody types: a piece with the hint, or 204. Nothing is refused here: a
    text that cannot be posted is told so when it is sent."""
    visit.must("read")
    form = visit.form
    draft = Draft(
        form.text("text")[:TEXT],
        form.text("visibility", "public"),
        forms.whole(form.text("to")),
        forms.whole(form.text("quote")),
        form.text("key")[:100],
    )
    if not draft.text.strip() or not draft.key:
        return Response(status_code=204)
    look: Look = await visit.db.read(
        actions.look, visit.account.id, draft, visit.house.terms, today=today(visit), now=visit.now
    )
    hint = look.shown
    if hint is None and look.due:
        hint = await visit.db.write(
            actions.show, author(visit), draft, look.due, today=today(visit), now=visit.now
        )
    if hint is None:
        return Response(status_code=204)
    return Response(await piece(visit, hint), media_type="text/html")


async def piece(visit: Visit, hint: Hint) -> str:
    """The bar of a hint."""
    things = await visit.db.read(better, visit, hint.about)
    return visit.html("hint.html", hint=hint, things=things)


async def after(visit: Visit, draft: Draft, post_id: int) -> str:
    """The post is out: what came of its hint is written down; where none was shown, its sentence, with a
    space in front, for beside "Posted."; '' for nothing. A mistake in here costs nobody his post."""
    account_id, day, hint = visit.account.id, today(visit), None
    try:
        found = await visit.db.read(
            actions.review, account_id, draft, visit.house.terms, post_id=post_id, today=day, now=visit.now
        )
        if found.followed:
            await visit.db.write(actions.end, account_id, found.followed.id, "followed", visit.now)
        if found.due:
            hint = await visit.db.write(
                actions.show, author(visit), draft, found.due, today=day, now=visit.now
            )
    except Exception:  # noted in full; what was posted is posted
        log.exception("no hint for post %s", post_id)
        return ""
    return f" {hint.sentence} Other things to post: Desk, Balance." if hint else ""


async def after_draft(visit: Visit, content: Content, post_id: int) -> str:
    """The same for a draft that was saved, planned or (then `post_id` is its post) published."""
    key = visit.form.text("key")[:100]
    if not (content.text.strip() and key):
        return ""
    draft = Draft(content.text, content.visibility, content.reply_to_id, content.quote_id, key)
    return await after(visit, draft, post_id or WIDE)


def routes(frame: Frame) -> list[BaseRoute]:
    """The route."""
    return [frame.post("/desk/balance/ask", ask)]
