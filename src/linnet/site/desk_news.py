"""News: the sources and how they fare; what of it is worth sharing, and why."""

from starlette.responses import Response
from starlette.routing import BaseRoute

from linnet.db.tx import Tx
from linnet.desk.drafts import actions as drafts
from linnet.desk.drafts.rules import Content
from linnet.desk.feeds import actions, errands, opml, queries
from linnet.desk.feeds.discovery import Found
from linnet.desk.feeds.opml import Outline
from linnet.desk.feeds.rules import Added
from linnet.desk.ideas import actions as idea_actions
from linnet.desk.ideas import page as idea_page
from linnet.desk.ideas import queries as idea_queries
from linnet.desk.ideas.rules import Story
from linnet.kernel.errors import Invalid, LinnetError, NotFound
from linnet.kernel.ids import new_id
from linnet.net.address import exceptions, parse_url
from linnet.site import forms
from linnet.site.compose import author
from linnet.site.frame import Frame, Visit
from linnet.social.posts.rules import Author
from linnet.social.text.rules import measure

FIELDS = ("address", "opml")


# worth sharing


async def worth_sharing(visit: Visit) -> Response:
    """At most ten stories, best first, each with the reasons why it is there."""
    visit.must("draft")
    account_id = visit.account.id
    found = await visit.db.read(idea_page.worth_sharing, account_id, visit.firm.words, visit.now)
    if found:
        ids = [idea.entry_id for idea in found]
        await visit.db.write(idea_actions.note_shown, account_id, ids, visit.now)
    sources = 0 if found else await visit.db.read(queries.count)
    return visit.render(
        "desk/worth_sharing.html", title="Worth sharing", activity="find_news", ideas=found, sources=sources
    )


async def later(visit: Visit) -> Response:
    """What was put aside."""
    visit.must("draft")
    saved, carried = await visit.db.read(_saved, visit.account.id)
    return visit.render(
        "desk/later.html", title="For later", activity="find_news", stories=saved, carried=carried
    )


def _saved(tx: Tx, account_id: int) -> tuple[list[Story], dict[int, str]]:
    stories = idea_queries.saved(tx, account_id)
    sources = idea_queries.sources(tx, [story.id for story in stories])
    return stories, {source.entry_id: source.name for source in reversed(sources)}


async def draft(visit: Visit) -> Response:
    """A story becomes an idea to write on: title and link, and its page to go on with."""
    visit.must("draft")
    return visit.to(f"/plan/{await start(visit, visit.id())}")


async def start(visit: Visit, entry_id: int) -> int:
    """The idea that a story became; again: the same one. Raises NotFound, NotAllowed."""
    visit.must("draft")
    return await visit.db.write(_drafted, author(visit), entry_id, visit, new_id())


def _drafted(tx: Tx, who: Author, entry_id: int, visit: Visit, id: int) -> int:
    story = queries.entry(tx, entry_id)
    if story is None:
        raise NotFound("story")
    content = Content(
        first_words(story.title, story.url, visit.house.settings.max_characters),
        visibility=visit.account.default_visibility,
        language=visit.account.default_language,
        entry_id=entry_id,
    )
    kept = drafts.keep(tx, who, content, id=id, now=visit.now, stage="idea", key=f"entry-{entry_id}")
    idea_actions.mark_shared(
        tx, who.account_id, entry_id, person_id=who.person_id, draft_id=kept, now=visit.now
    )
    return kept


def first_words(title: str, url: str, most: int) -> str:
    """Title and link, the title cut at a word so that both fit into `most` characters."""
    text = f"{title} {url}".strip()
    words = title.split()
    while measure(text) > most and words:
        words.pop()
        text = f"{' '.join(words)}… {url}" if words else url
    return text


async def save(visit: Visit) -> Response:
    """Puts a story aside."""
    visit.must("draft")
    person_id = visit.session.person_id
    await visit.db.write(idea_actions.save, visit.account.id, visit.id(), person_id=person_id, now=visit.now)
    return visit.back("/worth-sharing", flash="It is under “For later”.")


async def dismiss(visit: Visit) -> Response:
    """Not for us: it is not shown again, and the ranking learns from it."""
    visit.must("draft")
    await visit.db.write(
        idea_actions.dismiss,
        visit.account.id,
        visit.id(),
        person_id=visit.session.person_id,
        reason=visit.form.text("reason"),
        now=visit.now,
    )
    return visit.back("/worth-sharing", flash="It is not shown again.")


async def take_back(visit: Visit) -> Response:
    """Off the list of what was put aside; it may be offered again."""
    visit.must("draft")
    await visit.db.write(idea_actions.take_back, visit.account.id, visit.id())
    return visit.back("/worth-sharing/later", flash="It is off the list.")


# sources


async def sources(visit: Visit) -> Response:
    """All sources with their health."""
    return await _sources(visit)


async def _sources(
    visit: Visit,
    error: LinnetError | None = None,
    choices: list[Found] | None = None,
    added: Added | None = None,
) -> Response:
    found = await visit.db.read(queries.sources, visit.now)
    order = {"dead": 0, "failing": 1}
    return visit.render(
        "desk/sources.html",
        title="Sources",
        activity="find_news",
        status=forms.status_for(error) if error else 200,
        errors=forms.errors_of(error, *FIELDS) if error else {},
        sources=sorted(found, key=lambda source: order.get(source.state, 2)),
        choices=choices or [],
        added=added,
    )


async def add(visit: Visit) -> Response:
    """Adds the feed at an address; of a website that has several, asks which."""
    visit.must("draft")
    address = visit.form.text("address").strip()
    try:
        if not visit.form.on("known"):
            found = await _find(visit, address)
            if len(found) > 1:
                return await _sources(visit, choices=found)
            address = found[0].address
        settings = visit.house.settings
        parse_url(address, exceptions(settings.allow_private, settings.allow_networks), field="address")
        feed = await visit.db.write(
            actions.add, address, id=new_id(), now=visit.now, person_id=visit.session.person_id
        )
    except LinnetError as error:
        if not isinstance(error, Invalid):
            error = Invalid("address", f"gave no feed. {error.sentence.rstrip('.')}")
        return await _sources(visit, error)
    return visit.to("/sources", flash=f"Added: {feed.name}. Its stories come in a moment.")


async def _find(visit: Visit, address: str) -> list[Found]:
    found = await errands.find_feeds(visit.house.client, address)
    if not found:
        raise Invalid("address", "has no feed that we could find: look on that website for RSS or Atom")
    return found


async def add_list(visit: Visit) -> Response:
    """Adds the feeds of an OPML file."""
    visit.must("draft")
    try:
        file = visit.form.file("opml")
        if file is None:
            raise Invalid("opml", "file is missing: choose one")
        outlines: list[Outline] = opml.read(await file.read(opml.LARGEST + 1))
        added = await visit.db.write(
            actions.add_all, outlines, now=visit.now, person_id=visit.session.person_id
        )
    except LinnetError as error:
        return await _sources(visit, error)
    return await _sources(visit, added=added)


async def download(visit: Visit) -> Response:
    """All sources as OPML."""
    outlines = await visit.db.read(queries.outlines)
    return Response(
        opml.write(f"Sources of {visit.firm.title}", outlines),
        media_type="text/x-opml; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="sources.opml"'},
    )


async def remove(visit: Visit) -> Response:
    """Takes a source away."""
    visit.must("draft")
    await visit.db.write(actions.remove, visit.id())
    return visit.to("/sources", flash="Removed, with the stories that only it had.")


async def look(visit: Visit) -> Response:
    """Looks at a source now; a dead one is tried anew."""
    visit.must("draft")
    try:
        await visit.db.write(actions.look_now, visit.id(), visit.now)
    except LinnetError as error:
        return await _sources(visit, error)
    return visit.to("/sources", flash="It is looked at now.")


def routes(frame: Frame) -> list[BaseRoute]:
    """The routes."""
    return [
        frame.get("/worth-sharing", worth_sharing, who="member"),
        frame.get("/worth-sharing/later", later, who="member"),
        frame.post("/worth-sharing/{id}/draft", draft),
        frame.post("/worth-sharing/{id}/later", save),
        frame.post("/worth-sharing/{id}/dismiss", dismiss),
        frame.post("/worth-sharing/{id}/back", take_back),
        frame.get("/sources", sources, who="member"),
        frame.post("/sources", add),
        frame.get("/sources.opml", download, who="member"),
        frame.post("/sources/opml", add_list, uploads=True),
        frame.post("/sources/{id}/remove", remove),
        frame.post("/sources/{id}/look", look),
    ]
