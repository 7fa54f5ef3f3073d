"""Statuses (https://docs.joinmastodon.org/methods/statuses/)."""

from typing import Any

from linnet.db.tx import Tx
from linnet.desk.drafts import actions as drafts
from linnet.desk.drafts.rules import Content
from linnet.desk.publishing import actions as publishing
from linnet.door.meeting import meet
from linnet.kernel.clock import iso
from linnet.kernel.errors import NotFound
from linnet.kernel.ids import new_id
from linnet.kernel.value import Value
from linnet.kernel.wire import decode, decode_as
from linnet.mastodon import entities, forms
from linnet.mastodon.answer import Answer, answer
from linnet.mastodon.bearer import anyone, user
from linnet.mastodon.calls import Call, Endpoint
from linnet.mastodon.forms import NewStatus, StatusChange
from linnet.mastodon.routes.scheduled import scheduled_status
from linnet.mastodon.status import media_json, status_bytes
from linnet.social.media import actions as media_actions
from linnet.social.media import queries as media
from linnet.social.media.rules import Media
from linnet.social.people import queries as people
from linnet.social.posts import actions as posts
from linnet.social.posts import queries as post_queries
from linnet.social.posts import quoting, views
from linnet.social.posts.rules import Author, Context, PostView, Terms, Version

MANY = 40
ANONYMOUS = (40, 60)  # ancestors and descendants for somebody without a token, as documented


async def create(call: Call) -> Answer:
    """POST /api/v1/statuses: published at once, or planned with `scheduled_at`."""
    form = forms.new_status(call.params)
    await meet(call.house, form.text)
    key = call.headers.get("idempotency-key", "")
    with forms.named_as_sent():
        if form.scheduled_at is not None:
            draft_id = await call.house.db.write(
                _plan, call.author, form, form.scheduled_at, call.terms, key=key, id=new_id(), now=call.now
            )
            return await scheduled_status(call, draft_id)
        post_id = await call.house.db.write(
            _publish, call.author, form, call.terms, key=key, id=new_id(), now=call.now
        )
    return Answer(await call.present.status(post_id, call.account))


def _publish(tx: Tx, author: Author, form: NewStatus, terms: Terms, *, key: str, id: int, now: int) -> int:
    account = people.must_account(tx, author.account_id)
    new = form.post(account, key)
    post_id = publishing.publish(tx, author, new, terms, id=id, now=now, insists=form.insists)
    if post_id == id:  # else this key published it before
        _describe(tx, author, form)
    return post_id


def _describe(tx: Tx, author: Author, form: NewStatus) -> None:
    """What the status says about its pictures. They are the account's own by now, or all is
    refused."""
    for picture in form.pictures:
        media_actions.describe(tx, picture.id, author.account_id, alt=picture.alt, focus=picture.focus)


def _plan(
    tx: Tx, author: Author, form: NewStatus, at: int, terms: Terms, *, key: str, id: int, now: int
) -> int:
    new = form.post(people.must_account(tx, author.account_id), key)
    content = Content(
        text=new.text,
        visibility=new.visibility,
        warning=new.warning,
        sensitive=new.sensitive,
        language=new.language,
        reply_to_id=new.reply_to_id,
        media_ids=new.media_ids,
        poll=new.poll,
        quote_id=new.quote_id,
        quotable=new.quotable,
    )
    draft_id = drafts.keep(tx, author, content, id=id, now=now, key=key)
    if draft_id == id:  # else this key planned it before
        _describe(tx, author, form)
        drafts.schedule(tx, author, id, at, terms=terms, now=now, insists=form.insists)
    return draft_id


async def show(call: Call) -> Answer:
    """GET /api/v1/statuses/{id}."""
    return Answer(await call.present.status(call.id(), call.viewer))


async def show_many(call: Call) -> Answer:
    """GET /api/v1/statuses?id[]=…"""
    ids = (call.params.ids("id") or [])[:MANY]
    return Answer(entities.joined([body for _, body in await call.present.statuses(ids, call.viewer)]))


async def edit(call: Call) -> Answer:
    """PUT /api/v1/statuses/{id}."""
    change = forms.status_change(call.params)
    await meet(call.house, change.text or "")
    with forms.named_as_sent():
        await call.house.db.write(_edit, call.author, call.id(), change, call.terms, now=call.now)
    return Answer(await call.present.status(call.id(), call.account))


def _edit(tx: Tx, author: Author, post_id: int, change: StatusChange, terms: Terms, *, now: int) -> None:
    view = views.view(tx, post_id, author.account_id)
    post = view.post
    forms.check_unchanged(
        change,
        visibility=post.visibility,
        reply_to_id=post.reply_to_id,
        poll=view.poll,
        quoted_id=view.quote.quoted_id if view.quote else None,
    )
    whole = change.change(
        text=publishing.source(tx, post.text, terms), warning=post.warning, sensitive=post.sensitive
    )
    publishing.edit(tx, author, post_id, whole, terms, now=now)
    if change.quotable is not None:
        quoting.set_policy(tx, author, post_id, change.quotable)
    for picture in change.pictures:
        had = media_actions.describe(tx, picture.id, author.account_id, alt=picture.alt, focus=picture.focus)
        if had.post_id != post_id:
            raise NotFound("picture")
    if change.pictures:
        posts.redescribe(tx, author, post_id)


async def delete(call: Call) -> Answer:
    """DELETE /api/v1/statuses/{id}: answers the status with its `text`, so that it can be written
    anew. With `delete_media` its pictures go at once instead of after a day."""
    with_media = bool(call.params.flag("delete_media"))
    view, text = await call.house.db.write(
        _delete, call.author, call.id(), call.terms, call.now, with_media=with_media
    )
    shown: dict[str, Any] = decode(status_bytes(view, call.account, call.house.settings.url, call.now))
    return answer(shown | {"text": text})


def _delete(
    tx: Tx, author: Author, post_id: int, terms: Terms, now: int, *, with_media: bool
) -> tuple[PostView, str]:
    view = views.view(tx, post_id, author.account_id)
    posts.delete(tx, author, post_id, now)
    if with_media:
        for picture in view.media:
            media_actions.remove(tx, picture.id, author.account_id, now)
    return view, publishing.source(tx, view.post.text, terms)


async def source(call: Call) -> Answer:
    """GET /api/v1/statuses/{id}/source: as it was typed. Raises NotFound for others' posts."""
    return answer(await call.house.db.read(_source, call.id(), call.account, call.terms))


def _source(tx: Tx, post_id: int, account_id: int, terms: Terms) -> dict[str, str]:
    post = post_queries.visible(tx, post_id, account_id)
    if post is None or post.account_id != account_id or post.boost_of_id:
        raise NotFound("post")
    text = publishing.source(tx, post.text, terms)
    return {"id": str(post.id), "text": text, "spoiler_text": post.warning}


class History(Value):
    """A post, what it was before, and every picture it ever had."""

    view: PostView
    versions: list[Version]
    pictures: list[Media]


class Shown(Value):
    """A picture as a version had it."""

    id: int
    alt: str


async def history(call: Call) -> Answer:
    """GET /api/v1/statuses/{id}/history: StatusEdit entities, the oldest first."""
    found = await call.house.db.read(_history, call.id(), call.viewer)
    post, url = found.view.post, call.house.settings.url
    pictures = {picture.id: media_json(picture, url) for picture in found.pictures}
    account = entities.account_json(found.view.account, call.house.settings)
    poll = (
        {"options": [{"title": option.title} for option in found.view.poll.options]}
        if found.view.poll
        else None
    )
    edits: list[dict[str, Any]] = [
        {
            "content": version.html,
            "spoiler_text": version.warning,
            "sensitive": version.sensitive,
            "created_at": iso(version.at),
            "media_attachments": [
                pictures[shown.id] | {"description": shown.alt or None}
                for shown in decode_as(list[Shown], version.media)
                if shown.id in pictures
            ],
        }
        for version in found.versions
    ]
    edits.append(
        {
            "content": post.html,
            "spoiler_text": post.warning,
            "sensitive": post.sensitive,
            "created_at": iso(post.edited_at or post.created_at),
            "media_attachments": [media_json(picture, url) for picture in found.view.media],
        }
    )
    shared: dict[str, Any] = {
        "account": account,
        "emojis": entities.emoji_json(post.emoji, url),
        "quote": None,
    } | ({"poll": poll} if poll else {})
    return answer([one | shared for one in edits])


def _history(tx: Tx, post_id: int, viewer_id: int) -> History:
    view = views.view(tx, post_id, viewer_id)
    return History(view, post_queries.versions(tx, post_id), media.ever_of_post(tx, post_id))


async def context(call: Call) -> Answer:
    """GET /api/v1/statuses/{id}/context."""
    found = await call.house.db.read(_context, call.id(), call.viewer)
    if call.viewer:
        await call.house.watch.thread(call.id())
    ancestors, descendants = list(found.ancestors), list(found.descendants)
    if not call.viewer:
        ancestors, descendants = ancestors[-ANONYMOUS[0] :], descendants[: ANONYMOUS[1]]
    shown = await call.present.statuses([*ancestors, *descendants], call.viewer)
    above = set(ancestors)
    parts = [body for id, body in shown if id in above], [body for id, body in shown if id not in above]
    return Answer(
        b'{"ancestors":%s,"descendants":%s}' % (entities.joined(parts[0]), entities.joined(parts[1]))
    )


def _context(tx: Tx, post_id: int, viewer_id: int) -> Context:
    post = post_queries.visible(tx, post_id, viewer_id)
    if post is None:
        raise NotFound("post")
    return views.context(tx, post, viewer_id)


POST = user("write:statuses", deed="answer")  # what is written decides whether it must be `post`
WRITE = user("write:statuses", deed="post")
READ = anyone("read:statuses")

ENDPOINTS = (
    Endpoint("POST", "/api/v1/statuses", create, POST, forms.STATUS),
    Endpoint("GET", "/api/v1/statuses", show_many, READ, "id"),
    Endpoint("GET", "/api/v1/statuses/{id}", show, READ),
    Endpoint("PUT", "/api/v1/statuses/{id}", edit, WRITE, forms.EDIT),
    Endpoint("DELETE", "/api/v1/statuses/{id}", delete, WRITE, "delete_media"),
    Endpoint("GET", "/api/v1/statuses/{id}/source", source, user("read:statuses")),
    Endpoint("GET", "/api/v1/statuses/{id}/history", history, READ),
    Endpoint("GET", "/api/v1/statuses/{id}/context", context, READ),
)
