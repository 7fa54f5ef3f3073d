"""Writing: the composer's state, pictures on their way, publishing, editing.

What was typed is never lost: an error renders the composer again with everything in it, pictures
that were accepted included.
"""

import secrets

from starlette.datastructures import UploadFile
from starlette.responses import Response
from starlette.routing import BaseRoute

from linnet.db.tx import Tx
from linnet.desk.balance.reading import Draft
from linnet.desk.publishing import actions as publishing
from linnet.desk.start.rules import FirstPost
from linnet.door.meeting import meet
from linnet.kernel.clock import SECOND
from linnet.kernel.errors import Invalid, LinnetError, NotAllowed, NotFound
from linnet.kernel.ids import new_id
from linnet.kernel.value import Value, changed
from linnet.kernel.wire import encode
from linnet.site import beginning, edge, forms, hinting
from linnet.site.frame import Frame, Visit
from linnet.social.media import actions as media
from linnet.social.media import queries as media_queries
from linnet.social.media.rules import MOST, Media, thumb_path
from linnet.social.polls.rules import NewPoll
from linnet.social.posts import actions as posts
from linnet.social.posts import views
from linnet.social.posts.rules import Author, NewPost, PostChange, PostView, Terms

FIELDS = (
    "text",
    "visibility",
    "language",
    "media_ids",
    "file",
    "description",
    "poll[options]",
    "poll[expires_in]",
)


class Written(Value):
    """What stands in a composer. `key` makes sending it twice one post; `keep` names it for the
    browser's own memory."""

    key: str
    keep: str = "post"
    text: str = ""
    warning: str = ""
    visibility: str = "public"
    language: str = ""
    to: int = 0
    quote: int = 0
    back: str = ""
    edit: bool = False
    version: int = 0
    media: tuple[Media, ...] = ()
    with_poll: bool = False
    options: tuple[str, ...] = ()
    lasts: str = "86400"
    multiple: bool = False
    insists: bool = False  # also in quiet time of a trial
    asked: bool = False  # whether an answer is to be the first post


def fresh(visit: Visit, **known: object) -> Written:
    """An empty composer as the account has it by default."""
    account = visit.account
    basis = Written(
        key=secrets.token_urlsafe(12),
        visibility=account.default_visibility,
        language=account.default_language,
    )
    return changed(basis, **known)


def answering(visit: Visit, view: PostView, **known: object) -> Written:
    """A composer for an answer: the others of the thread are mentioned, and it is seen by no more
    people than what it answers."""
    own = visit.account.id
    people = [view.account, *view.mentions]
    handles = dict.fromkeys(f"@{person.address}" for person in people if person.id != own)
    width = ("public", "quiet", "followers", "direct")
    wanted = max(visit.account.default_visibility, view.post.visibility, key=width.index)
    text = " ".join(handles)
    return fresh(
        visit,
        keep=f"to-{view.post.id}",
        to=view.post.id,
        text=f"{text} " if text else "",
        visibility=wanted,
        warning=view.post.warning,
        language=view.post.language or visit.account.default_language,
        **known,
    )


def author(visit: Visit) -> Author:
    """Who writes: the person of this session, for its account."""
    session = visit.session
    return Author(session.account_id, session.person_id, session.role)


async def page(visit: Visit) -> Response:
    """The composer by itself; `to`: the post that is answered, `quote`: the one that is quoted. Who may only draft writes a draft."""
    if not visit.may("answer") and "/plan/new" in visit.frame.paths:
        return visit.to("/plan/new")
    text = visit.query("text")[:5000]
    view = await _asked_for(visit, "to")
    quoting = await _asked_for(visit, "quote")
    written = answering(visit, view) if view else fresh(visit)
    if quoting:
        written = changed(written, quote=quoting.post.id, keep=f"quote-{quoting.post.id}")
    return _composer(visit, changed(written, text=text or written.text), view, quoting=quoting)


async def _asked_for(visit: Visit, name: str) -> PostView | None:
    """The post that a parameter of the address names. Raises NotFound."""
    id = visit.query(name)
    return await _answered(visit, int(id)) if id.isascii() and id.isdigit() and len(id) < 20 else None


def _composer(
    visit: Visit,
    written: Written,
    view: PostView | None,
    error: LinnetError | None = None,
    *,
    quoting: PostView | None = None,
) -> Response:
    title = "Edit" if written.edit else f"Answer {view.account.name}" if view else "Write"
    if quoting and not view:
        title = f"Quote {quoting.account.name}"
    return visit.render(
        "compose.html",
        title=title,
        status=forms.status_for(error) if error else 200,
        draft=written,
        view=view,
        quoting=quoting,
        errors=forms.errors_of(error, *FIELDS) if error else {},
        activity="answer" if view else "write",
    )


async def _answered(visit: Visit, post_id: int) -> PostView:
    return (await visit.db.read(views.view, post_id, visit.viewer_id)).shown


async def _still_there(visit: Visit, post_id: int) -> PostView | None:
    """The answered post, for showing the composer again; None where there is none (any more)."""
    try:
        return await _answered(visit, post_id) if post_id else None
    except NotFound:
        return None


def _written(visit: Visit) -> Written:
    """What the composer's form says, without its pictures."""
    form = visit.form
    written = Written(
        key=form.text("key")[:100] or secrets.token_urlsafe(12),
        text=form.text("text"),
        visibility=form.text("visibility", visit.account.default_visibility),
        language=form.text("language"),
        to=forms.whole(form.text("to") or "0") or 0,
        quote=forms.whole(form.text("quote") or "0") or 0,
        back=edge.here_only(form.text("back"), ""),
        with_poll=form.on("with_poll"),
        options=tuple(form.all("option")),
        lasts=form.text("lasts", "86400"),
        multiple=form.on("multiple"),
        warning=form.text("warning") if form.on("with_warning") else "",
        insists=form.on("insists"),
    )
    if written.to:
        written = changed(written, keep=f"to-{written.to}")
    elif written.quote:
        written = changed(written, keep=f"quote-{written.quote}")
    return written


async def publish(visit: Visit) -> Response:
    """Takes the pictures in, then publishes."""
    form, written = visit.form, _written(visit)
    try:
        visit.must("answer")  # before any picture is taken in
        if form.text("to") and not written.to:
            raise NotFound("the post that this answers")
        written = changed(written, media=tuple(await _pictures(visit)))
        await meet(visit.house, written.text)
        new = _new(written)
        if form.text("start") == "keep":
            return await beginning.keep(visit, author(visit), new)
        id = await visit.db.write(_publish, visit, new, insists=written.insists)
    except LinnetError as error:
        if visit.part:
            raise
        written = changed(written, asked=isinstance(error, FirstPost))
        quoting = await _still_there(visit, written.quote)
        return _composer(visit, written, await _still_there(visit, written.to), error, quoting=quoting)
    where = f"/@{visit.account.handle}/{id}"
    if visit.part:
        return Response(encode({"id": str(id), "address": where}), media_type="application/json")
    draft = Draft(written.text, written.visibility, written.to or None, written.quote or None, written.key)
    words = "Your answer is out." if written.to else "Posted."
    return visit.back(where if written.to else "/", flash=words + await hinting.after(visit, draft, id))


def _publish(tx: Tx, visit: Visit, new: NewPost, *, insists: bool) -> int:
    beginning.allow(tx, visit, new, visit.form.text("start"))
    return publishing.publish(
        tx, author(visit), new, visit.house.terms, id=new_id(), now=visit.now, insists=insists
    )


def _new(written: Written) -> NewPost:
    poll = None
    if written.with_poll:
        if not (written.lasts.isascii() and written.lasts.isdigit() and len(written.lasts) < 9):
            raise Invalid("poll[expires_in]", "is not a number of seconds")
        options = tuple(option for option in written.options if option.strip())
        poll = NewPoll(options, int(written.lasts) * SECOND, written.multiple)
    return NewPost(
        text=written.text,
        visibility=written.visibility,
        warning=written.warning,
        language=written.language,
        reply_to_id=written.to or None,
        media_ids=tuple(picture.id for picture in written.media),
        poll=poll,
        quote_id=written.quote or None,
        key=f"site-{written.key}",
    )


async def _pictures(visit: Visit) -> list[Media]:
    """The pictures of the form: those that are here already, with their words, and new files."""
    words = _words(visit)
    kept = await visit.db.write(_described, visit.account.id, words) if words else []
    return [*kept, *await _uploads(visit)]


def _words(visit: Visit) -> dict[int, str]:
    """What is to be said about each picture of the form that is here already and stays."""
    form = visit.form
    dropped = set(form.ids("drop"))
    return {id: form.text(f"alt_{id}") for id in form.ids("media_ids") if id not in dropped}


async def _uploads(visit: Visit) -> list[Media]:
    """New files of the form (without our script they come with it)."""
    found = []
    for n in range(MOST):
        file = visit.form.file(f"file{n}")
        if file:
            found.append(await take_in(visit, file, visit.form.text(f"alt{n}")))
    return found


def _described(tx: Tx, account_id: int, words: dict[int, str]) -> list[Media]:
    """Gives pictures their words. Raises Invalid."""
    done = []
    found = {picture.id: picture for picture in media_queries.among(tx, list(words))}
    for id, alt in words.items():
        picture = found.get(id)
        if picture is None or picture.account_id != account_id:
            raise Invalid("media_ids", "name a picture that is not yours, or not there any more")
        done.append(media.describe(tx, id, account_id, alt=alt) if picture.alt != alt.strip() else picture)
    return done


async def take_in(visit: Visit, file: UploadFile, alt: str) -> Media:
    """An upload as a picture of the account. Raises Invalid("file")."""
    data = await file.read(visit.house.settings.upload_bytes + 1)
    picture = await visit.house.workshop.make(data)
    return await visit.db.write(
        media.add,
        picture,
        id=new_id(),
        account_id=visit.account.id,
        person_id=visit.session.person_id,
        alt=alt,
        now=visit.now,
    )


async def upload(visit: Visit) -> Response:
    """A picture for the composer, sent by our script as soon as it is chosen: its id and thumbnail."""
    visit.must("draft")
    file = visit.form.file("file")
    if file is None:
        raise Invalid("file", "is missing")
    made = await take_in(visit, file, visit.form.text("alt"))
    return Response(encode({"id": str(made.id), "thumb": thumb_path(made)}), media_type="application/json")


async def edit_page(visit: Visit) -> Response:
    """The composer with a post of one's own in it."""
    view, text = await visit.db.read(_editable, visit.id(), visit.account.id, visit.house.terms)
    return _composer(visit, _as_written(visit, view, text), None)


def _editable(tx: Tx, post_id: int, account_id: int, terms: Terms) -> tuple[PostView, str]:
    view = views.view(tx, post_id, account_id)
    if view.post.account_id != account_id or view.boost_of:
        raise NotAllowed("This post is not yours.")
    return view, publishing.source(tx, view.post.text, terms)


def _as_written(visit: Visit, view: PostView, text: str) -> Written:
    return fresh(
        visit,
        keep=f"edit-{view.post.id}",
        edit=True,
        text=text,
        warning=view.post.warning,
        visibility=view.post.visibility,
        language=view.post.language,
        media=view.media,
        version=view.post.edited_at or view.post.created_at,
        back=f"/@{view.account.address}/{view.post.id}",
    )


async def edit(visit: Visit) -> Response:
    """Replaces the post; somebody who was faster is not overwritten unseen."""
    form, post_id = visit.form, visit.id()
    view, text = await visit.db.read(_editable, post_id, visit.account.id, visit.house.terms)
    written = changed(
        _as_written(visit, view, text),
        text=form.text("text"),
        warning=form.text("warning") if form.on("with_warning") else "",
        language=form.text("language"),
    )
    try:
        if form.whole("version", written.version) != written.version:
            raise Invalid("text", "was changed by somebody else meanwhile; send it again to replace theirs")
        await meet(visit.house, written.text)
        words, new = _words(visit), await _uploads(visit)
        ids = (*words, *(picture.id for picture in new))
        change = PostChange(written.text, written.warning, bool(written.warning), written.language, ids)
        await visit.db.write(_change, author(visit), post_id, change, words, visit.house.terms, visit.now)
    except LinnetError as error:
        return _composer(visit, written, None, error)
    return visit.to(written.back, flash="The change is out. What stood before stays in the history.")


def _change(
    tx: Tx, author: Author, post_id: int, change: PostChange, words: dict[int, str], terms: Terms, now: int
) -> None:
    had = {picture.id: picture.alt for picture in media_queries.among(tx, list(words))}
    pictures = _described(tx, author.account_id, words)
    publishing.edit(tx, author, post_id, change, terms, now=now)
    if any(picture.alt != had[picture.id] for picture in pictures):
        posts.redescribe(tx, author, post_id)


def routes(frame: Frame) -> list[BaseRoute]:
    """The routes."""
    return [
        frame.get("/compose", page, who="member"),
        frame.post("/posts", publish, uploads=True),
        frame.post("/media-upload", upload, uploads=True),
        frame.get("/posts/{id}/edit", edit_page, who="member"),
        frame.post("/posts/{id}/edit", edit, uploads=True),
    ]
