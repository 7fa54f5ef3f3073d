"""Publishing, editing, deleting and boosting. Each is one transaction: the post, its timelines,
its notices and its duties are one fact."""

from collections.abc import Collection

from linnet.db.tx import Tx
from linnet.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from linnet.kernel.ids import new_id
from linnet.kernel.value import changed
from linnet.kernel.wire import encode_text
from linnet.social.cards import actions as cards
from linnet.social.follows import queries as follows
from linnet.social.marks import actions as marks
from linnet.social.media import actions as media
from linnet.social.media import queries as media_queries
from linnet.social.media.rules import Media
from linnet.social.notices import actions as notices
from linnet.social.people import actions as people
from linnet.social.people import queries as people_queries
from linnet.social.people import rules as people_rules
from linnet.social.people.rules import Account
from linnet.social.polls import actions as polls
from linnet.social.posts import linked, queries, quoting, rules
from linnet.social.posts.rules import (
    Author,
    Composed,
    NewPost,
    Post,
    PostChange,
    PostDeleted,
    PostEdited,
    PostPublished,
    Tag,
    Terms,
    Version,
)
from linnet.social.search import actions as search
from linnet.social.timelines import actions as timelines

People = dict[tuple[str, str], Account]


def publish(tx: Tx, author: Author, new: NewPost, terms: Terms, *, id: int, now: int) -> int:
    """Publishes; answers the post's id. With a key that was used before: the id of that post, and
    nothing else happens. Raises Invalid (names the field), NotFound (an answer to nothing the
    author can see), NotAllowed (role, blocked)."""
    key = rules.check_key(new.key)
    if key:
        tx.hold(author.account_id)  # the same request twice at once
    before = queries.by_key(tx, author.account_id, key) if key else None
    if before is not None:
        return _again(tx, before)
    account = people_queries.must_account(tx, author.account_id)
    if account.suspended_at is not None:
        raise NotAllowed("This account is closed.")
    parent = _parent(tx, new.reply_to_id, author)
    people_rules.must(author.role, rules.deed_of(author, parent))
    text = rules.compose_new(new, account, terms)
    mentioned = _people(tx, text, terms)
    html = rules.render(text.text, mentioned, terms)
    post = rules.written(
        author,
        new,
        text,
        html,
        parent,
        id=id,
        poll_id=new_id() if new.poll else None,
        quotable=rules.quotable_as(new.quotable or account.default_quotes, new.visibility),
        now=now,
    )
    quoted = quoting.quoted(tx, post, new.quote_id) if new.quote_id is not None else None
    queries.insert(tx, post)
    if quoted:
        quoting.begin(tx, post, quoted, now)
    if key:
        queries.insert_key(tx, author.account_id, key, id)
    _attach(tx, new, post, now)
    if parent and post.visibility in rules.OPEN:  # the count is for everybody: others are not counted
        queries.count_reply(tx, parent.id, 1)
    people.count_post(tx, account.id, 1, now)
    tags = _tie(tx, post, text, mentioned)
    deliver(tx, post, tags, list(mentioned.values()), now)
    linked.look(tx, post, pictures=bool(new.media_ids), now=now)
    keys = tuple(tag.key for tag in tags)
    tx.emit(PostPublished(id, account.id, post.visibility, None, post.reply_to_account_id, keys))
    return id


def _attach(tx: Tx, new: NewPost, post: Post, now: int) -> None:
    if new.media_ids:
        media.attach(tx, list(new.media_ids), post.id, post.account_id)
    if new.poll and post.poll_id:
        polls.create(tx, new.poll, id=post.poll_id, post_id=post.id, account_id=post.account_id, now=now)


def _again(tx: Tx, post_id: int) -> int:
    if queries.post(tx, post_id) is None:
        raise Conflict("This post was published before, and deleted since.")
    return post_id


def _parent(tx: Tx, reply_to_id: int | None, author: Author) -> Post | None:
    if reply_to_id is None:
        return None
    parent = queries.visible(tx, reply_to_id, author.account_id)
    if parent and parent.boost_of_id:
        parent = queries.visible(tx, parent.boost_of_id, author.account_id)
    if parent is None:
        raise NotFound("the post that this answers", cause=f"reply to {reply_to_id}")
    return parent


def _people(tx: Tx, text: Composed, terms: Terms) -> People:
    found: People = {}
    local = people_queries.by_handles(tx, [m.handle for m in text.mentions if not rules.host_of(m, terms)])
    for mention in text.mentions:
        handle, host = mention.handle.lower(), rules.host_of(mention, terms)
        account = people_queries.by_handle(tx, handle, host) if host else local.get(handle)
        if account:
            found[handle, host] = account
    return found


def _tie(tx: Tx, post: Post, text: Composed, mentioned: People) -> list[Tag]:
    queries.put_mentions(tx, post.id, sorted({account.id for account in mentioned.values()}))
    search.index_post(tx, post.id, f"{text.warning} {text.text}" if text.warning else text.text)
    return queries.put_tags(tx, post.id, text.tags)


def deliver(
    tx: Tx,
    post: Post,
    tags: list[Tag],
    mentioned: list[Account],
    now: int,
    *,
    unseen: Collection[int] = (),
) -> None:
    """Into the homes here, and notices to those it concerns. `unseen`: who is mentioned where nobody sees
    it, and not told (see `naming`)."""
    local = [account.id for account in mentioned if account.local and account.id != post.account_id]
    if post.visibility == "direct":
        followers = [id for id in local if follows.follows(tx, id, post.account_id)]
        timelines.put(tx, post.id, followers if post.uri else [post.account_id, *followers])
    else:
        timelines.fan_out(
            tx,
            post.id,
            author_id=post.account_id,
            reply_to_account_id=post.reply_to_account_id or 0,
            tag_ids=[tag.id for tag in tags] if post.visibility == "public" else [],
            author_here=not post.uri,
            now=now,
        )
    for account_id in local:
        if account_id not in unseen:
            notices.add(
                tx, account_id=account_id, kind="mention", from_id=post.account_id, post_id=post.id, now=now
            )
    if post.visibility != "direct" and not post.reply_to_id:
        for account_id in follows.tellers(tx, post.account_id):
            if account_id not in local:
                notices.add(
                    tx, account_id=account_id, kind="post", from_id=post.account_id, post_id=post.id, now=now
                )


def edit(tx: Tx, author: Author, post_id: int, change: PostChange, terms: Terms, *, now: int) -> None:
    """Replaces text, warning, language and pictures; what stood before stays as a version. Without
    a difference nothing happens. Raises NotFound, NotAllowed, Invalid."""
    post = _own(tx, author, post_id)
    if post.boost_of_id:
        raise NotFound("post")
    pictures = media_queries.of_posts(tx, [post_id]).get(post_id, [])
    kept = [picture.id for picture in pictures]
    wanted = kept if change.media_ids is None else list(change.media_ids)
    text = rules.compose(
        change.text,
        warning=change.warning,
        language=change.language or post.language,
        most=terms.max_characters,
        may_be_empty=bool(wanted),
    )
    if wanted and post.poll_id:
        raise Invalid("media_ids", "cannot stand beside a poll")
    mentioned = _people(tx, text, terms)
    after = changed(
        post,
        text=text.text,
        html=rules.render(text.text, mentioned, terms),
        warning=text.warning,
        sensitive=change.sensitive or bool(text.warning),
        language=text.language,
        edited_at=max(now, (post.edited_at or post.created_at) + 1),
    )
    if changed(after, edited_at=post.edited_at) == post and wanted == kept:
        return
    queries.insert_version(tx, version_of(post, pictures))
    queries.update(tx, after)
    if wanted != kept:
        media.attach(tx, wanted, post_id, post.account_id)
    _retie(tx, after, text, mentioned, now)
    linked.look_again(tx, after, pictures=bool(wanted), now=now)
    tx.emit(PostEdited(post_id, post.account_id))


def version_of(post: Post, pictures: list[Media]) -> Version:
    """What stands now, to be kept as an earlier version."""
    return Version(
        post.id,
        post.edited_at or post.created_at,
        post.text,
        post.html,
        post.warning,
        post.sensitive,
        encode_text([{"id": picture.id, "alt": picture.alt} for picture in pictures]),
    )


def _retie(tx: Tx, post: Post, text: Composed, mentioned: People, now: int) -> None:
    had = set(queries.mentioned(tx, post.id))
    queries.delete_mentions(tx, post.id)
    queries.delete_tags(tx, post.id)
    _tie(tx, post, text, mentioned)
    tell_of_edit(tx, post, had, list(mentioned.values()), now)


def tell_of_edit(
    tx: Tx,
    post: Post,
    had: set[int],
    mentioned: list[Account],
    now: int,
    *,
    unseen: Collection[int] = (),
) -> None:
    """Who is mentioned for the first time and who boosted it is told. `had`: who was mentioned; `unseen`
    as in `deliver`."""
    if post.visibility == "direct":  # who is not mentioned any more may not see it any more
        timelines.take_out(tx, post.id, sorted(had - {account.id for account in mentioned}))
    for account in mentioned:
        if account.local and account.id not in had and account.id not in unseen:
            notices.add(
                tx, account_id=account.id, kind="mention", from_id=post.account_id, post_id=post.id, now=now
            )
    for boost in queries.boosts_of(tx, post.id):
        notices.add(
            tx, account_id=boost.account_id, kind="edit", from_id=post.account_id, post_id=post.id, now=now
        )


def redescribe(tx: Tx, author: Author, post_id: int) -> None:
    """The words or the focus of a picture of this post changed. Raises NotFound, NotAllowed."""
    post = _own(tx, author, post_id)
    queries.touch(tx, post.id)
    tx.emit(PostEdited(post.id, post.account_id))


def delete(tx: Tx, author: Author, post_id: int, now: int) -> None:
    """Takes a post or a boost away, for good; its pictures are loose again for a day, so that it can
    be written anew. Raises NotFound, NotAllowed."""
    remove(tx, _own(tx, author, post_id), now)


def remove(tx: Tx, post: Post, now: int) -> None:
    """The post or boost goes, with everything that hangs on it, whoever wants it gone. Who was shown this
    boost instead of the one before it sees that one."""
    _take_away(tx, post, now)
    last = queries.last_boost(tx, post.boost_of_id) if post.boost_of_id else None
    original = queries.post(tx, post.boost_of_id) if post.boost_of_id and last else None
    if last and original:
        by, about, here = last.account_id, original.account_id, not last.uri
        timelines.fan_out_boost(tx, last.id, original.id, by=by, about=about, here=here, now=now)


def _take_away(tx: Tx, post: Post, now: int) -> None:
    elsewhere = () if post.uri else tuple(queries.concerned(tx, post.id))
    for boost in queries.boosts_of(tx, post.id):
        _take_away(tx, boost, now)
    tags = queries.tags_of(tx, post.id)
    timelines.drop_post(tx, post.id, post.account_id)
    notices.forget_post(tx, post.id)
    if post.boost_of_id:
        queries.count_boost(tx, post.boost_of_id, -1)
        original = queries.post(tx, post.boost_of_id)
        if original:
            notices.forget(
                tx, account_id=original.account_id, kind="boost", from_id=post.account_id, post_id=original.id
            )
    else:
        _clear(tx, post, now)
    if post.reply_to_id and post.visibility in rules.OPEN:
        queries.count_reply(tx, post.reply_to_id, -1)
    people.count_post(tx, post.account_id, -1)
    queries.delete(tx, post, now)
    keys = tuple(tag.key for tag in tags)
    tx.emit(PostDeleted(post.id, post.account_id, post.visibility, keys, post.boost_of_id, elsewhere))


def _clear(tx: Tx, post: Post, now: int) -> None:
    quoting.forget(tx, post, now)
    search.forget_post(tx, post.id)
    cards.forget_post(tx, post.id)
    queries.delete_mentions(tx, post.id)
    queries.delete_tags(tx, post.id)
    queries.delete_versions(tx, post.id)
    marks.forget_post(tx, post.id)
    media.detach(tx, post.id, now)
    if post.poll_id:
        polls.drop(tx, post.poll_id)


def boost(tx: Tx, author: Author, post_id: int, *, id: int, now: int, uri: str = "") -> int:
    """Passes a post on to one's own followers; answers the boost's id. Again: the same one. `uri`:
    the address of the boost when it came from elsewhere. Raises NotFound, NotAllowed (not open to
    everybody, role)."""
    post = _held(tx, post_id, author.account_id)
    people_rules.must(author.role, "post")
    had = queries.boost_of(tx, post.id, author.account_id)
    if had:
        return had
    visibility = rules.check_boost(post, author.account_id)
    row = rules.passed_on(author, post, visibility, id=id, uri=uri, now=now)
    queries.insert(tx, row)
    queries.count_boost(tx, post.id, 1)
    people.count_post(tx, author.account_id, 1, now)
    timelines.fan_out_boost(
        tx, row.id, post.id, by=row.account_id, about=post.account_id, here=not uri, now=now
    )
    notices.add(
        tx, account_id=post.account_id, kind="boost", from_id=author.account_id, post_id=post.id, now=now
    )
    tx.emit(PostPublished(id, author.account_id, row.visibility, post.id, None))
    return id


def unboost(tx: Tx, author: Author, post_id: int, now: int) -> None:
    """Takes a boost back; nothing happens when there is none. Raises NotFound."""
    post = _held(tx, post_id, author.account_id)
    had = queries.boost_of(tx, post.id, author.account_id)
    row = queries.post(tx, had) if had else None
    if row:
        people_rules.must(author.role, "post")
        remove(tx, row, now)


def _held(tx: Tx, post_id: int, viewer_id: int) -> Post:
    """The post, or what it passes on; nobody else changes it or its boosts until the commit."""
    _hold(tx, post_id)
    post = queries.visible(tx, post_id, viewer_id)
    if post and post.boost_of_id:
        post = queries.visible(tx, post.boost_of_id, viewer_id)
    if post is None:
        raise NotFound("post")
    return post


def _hold(tx: Tx, post_id: int) -> None:
    post = queries.post(tx, post_id)
    tx.hold(post.boost_of_id or post.id if post else post_id)


def _own(tx: Tx, author: Author, post_id: int) -> Post:
    _hold(tx, post_id)
    post = queries.visible(tx, post_id, author.account_id)
    if post is None:
        raise NotFound("post")
    if post.account_id != author.account_id:
        raise NotAllowed("This post is not yours.")
    people_rules.must(author.role, "post")
    return post


def count_favourite(tx: Tx, post_id: int, by: int) -> None:
    """One favourite more (+1) or less (-1)."""
    queries.count_favourite(tx, post_id, by)


def touch(tx: Tx, post_id: int) -> None:
    """What readers see of the post changed without an edit: a vote, the end of its poll."""
    queries.touch(tx, post_id)


def end_poll(tx: Tx, poll_id: int, now: int) -> None:
    """The job EndPoll: tells those who took part. Safe to repeat."""
    poll = polls.end(tx, poll_id, now)
    if poll:
        queries.touch(tx, poll.post_id)


def move(tx: Tx, old: str, new: str) -> int:
    """The server's address changed from `old` to `new`: so do the links to its own pages in posts.
    Answers how many posts had one."""
    return queries.move(tx, old, new)
