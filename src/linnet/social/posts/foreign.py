"""Posts that came from elsewhere. A second file of actions: it writes the same tables as the first.
Who may say so is decided before (`federation.authority`); here it is only written down.
"""

import re
from collections.abc import Sequence
from hashlib import blake2b

from linnet.db.tx import Tx
from linnet.kernel.clock import DAY, SECOND
from linnet.kernel.errors import Gone, NotAllowed, NotFound
from linnet.kernel.ids import new_id
from linnet.kernel.value import Value, changed
from linnet.social.emoji import actions as emoji
from linnet.social.emoji.rules import RemoteEmoji, used
from linnet.social.media import elsewhere
from linnet.social.media import queries as media_queries
from linnet.social.media.elsewhere import RemotePicture
from linnet.social.media.rules import Media
from linnet.social.people import actions as people
from linnet.social.people import queries as people_queries
from linnet.social.people.rules import Account
from linnet.social.polls import actions as polls
from linnet.social.polls.rules import ForeignPoll
from linnet.social.posts import actions, linked, naming, queries, quoting, rules
from linnet.social.posts.rules import Author, Post, PostEdited, PostPublished, Tag, Visibility
from linnet.social.quotes.rules import Policy, QuoteUnclear, RemoteQuote
from linnet.social.search import actions as search
from linnet.social.text.clean import plain
from linnet.social.text.scan import Hashtag, hashtag_key

# Earlier versions of a post that are kept: they are all read when somebody looks at its history.
MOST_VERSIONS = 100
GONE_KEPT = 180 * DAY  # how long an address that was deleted is kept out


class RemotePost(Value):
    """A post as its server describes it: `html` is clean already. Times in ms. `mention_ids`: those
    of the mentioned whom we know. Counts None: it does not say."""

    uri: str
    url: str
    account_id: int
    html: str
    warning: str
    sensitive: bool
    visibility: Visibility
    language: str
    published: int
    updated: int | None
    reply_to_id: int | None
    mention_ids: tuple[int, ...]
    tags: tuple[str, ...]
    pictures: tuple[RemotePicture, ...]
    poll: ForeignPoll | None = None
    replies_count: int | None = None
    boosts_count: int | None = None
    favourites_count: int | None = None
    link: str = ""  # what its card should be made of, where it says so
    quotable: Policy = "nobody"
    quotes: str = ""  # the address that it quotes, and what is known of that
    quote: RemoteQuote | None = None
    emoji: tuple[RemoteEmoji, ...] = ()


def receive(tx: Tx, theirs: RemotePost, *, id: int, now: int, live: bool) -> int:
    """Writes a post down under `id` or the next free one, which it answers. One that is here already stays
    as it is (see `revise`). `live`: it happened now, so it goes into homes and is told; else it was looked
    up. Raises Gone for one that was deleted."""
    _hold(tx, theirs.uri)
    known = queries.by_uri(tx, theirs.uri)
    if known:
        return known.id
    if queries.is_gone(tx, theirs.uri, theirs.account_id):
        raise Gone("This post was deleted.")
    id = queries.free_id(tx, id)
    account = people_queries.must_account(tx, theirs.account_id)
    parent = _parent(tx, theirs)
    shown = _emoji(tx, theirs, now)
    post = _row(theirs, parent, id=id, poll_id=new_id() if theirs.poll else None, emoji=shown)
    queries.insert(tx, post)
    if theirs.poll and post.poll_id:
        polls.take_in(tx, theirs.poll, id=post.poll_id, post_id=id, account_id=account.id, now=now)
    for position, picture in enumerate(theirs.pictures):
        elsewhere.add(tx, picture, account_id=account.id, use="post", post_id=id, position=position, now=now)
    if parent and post.visibility in rules.OPEN:
        _count_reply(tx, parent, live=live)
    _recount(tx, post, theirs)
    mentioned = people_queries.accounts(tx, list(theirs.mention_ids))
    tags = _tie(tx, post, account, theirs, mentioned)
    quoting.heard(tx, post, theirs.quotes, theirs.quote, now)
    if theirs.quote and theirs.quote.state is None:
        tx.emit(QuoteUnclear(id))
    linked.look(tx, post, pictures=bool(theirs.pictures), now=now, link=theirs.link)
    if live:
        people.count_post(tx, account.id, 1, theirs.published)
        hidden = naming.unseen(post, post.warning, post.html, mentioned)
        actions.deliver(tx, post, tags, mentioned, now, unseen=hidden)
        keys = tuple(tag.key for tag in tags)
        tx.emit(PostPublished(id, account.id, post.visibility, None, post.reply_to_account_id, keys))
    return id


def revise(tx: Tx, theirs: RemotePost, now: int) -> int | None:
    """What its server says of a post now: an edit when it differs and is not older than what we have
    (servers round to the second), else only counts. Answers its id; None when it is not here. The author
    never changes (A15)."""
    had = queries.by_uri(tx, theirs.uri)
    if had is None or had.account_id != theirs.account_id or had.boost_of_id:
        return None
    if had.poll_id and theirs.poll:
        polls.recount(tx, had.poll_id, theirs.poll)
        queries.touch(tx, had.id)
    _recount(tx, had, theirs)
    quoting.heard(tx, had, theirs.quotes, theirs.quote, now)
    if had.quotable != theirs.quotable and had.visibility in rules.OPEN:
        queries.set_quotable(tx, had.id, theirs.quotable)
    shown = _emoji(tx, theirs, now)
    if had.emoji != shown and had.html == theirs.html:  # no edit: its server names or counts them anew
        queries.set_emoji(tx, had.id, shown)
    before, pictures = had.edited_at or had.created_at, media_queries.of_post(tx, had.id)
    if theirs.updated is None or theirs.updated // SECOND < before // SECOND:
        return had.id
    row = _row(theirs, None, id=had.id, poll_id=had.poll_id, emoji=shown)
    if _says(had, pictures) == _says(row, theirs.pictures):
        return had.id
    after = changed(row, visibility=had.visibility, edited_at=max(theirs.updated, before + 1))
    _edit(tx, had, pictures, after, theirs, now)
    return had.id


def _edit(tx: Tx, had: Post, pictures: list[Media], after: Post, theirs: RemotePost, now: int) -> None:
    """Writes the new version down, keeps the one before, and tells whom it concerns."""
    history = queries.count_versions(tx, had.id) < MOST_VERSIONS
    if history:
        queries.insert_version(tx, actions.version_of(had, pictures))
    queries.update(tx, after)
    elsewhere.replace_of_post(
        tx, theirs.pictures, post_id=had.id, account_id=had.account_id, now=now, history=history
    )
    named = set(queries.mentioned(tx, had.id))
    queries.delete_mentions(tx, had.id)
    queries.delete_tags(tx, had.id)
    account = people_queries.must_account(tx, had.account_id)
    mentioned = people_queries.accounts(tx, list(theirs.mention_ids))
    _tie(tx, after, account, theirs, mentioned)
    hidden = naming.unseen(had, after.warning, after.html, mentioned)
    actions.tell_of_edit(tx, had, named, mentioned, now, unseen=hidden)
    linked.look_again(tx, after, pictures=bool(theirs.pictures), now=now, link=theirs.link)
    tx.emit(PostEdited(had.id, had.account_id))


def boost(tx: Tx, account_id: int, post_id: int, *, uri: str, id: int, now: int) -> int | None:
    """Somebody elsewhere passes a post on; answers the boost's id. None when it was taken back
    before it came, and when something else is under that address. Raises NotFound, NotAllowed."""
    _hold(tx, uri)
    if queries.is_gone(tx, uri, account_id) or queries.by_uri(tx, uri):
        return None
    free = queries.free_id(tx, id)
    return actions.boost(tx, Author(account_id, None), post_id, id=free, uri=uri, now=now)


def boosted_before(tx: Tx, account_id: int, post_id: int, *, uri: str, id: int, at: int) -> bool:
    """Somebody elsewhere passed a post on at `at` (ms), which was found later: in no home, no notice, and
    not counted on top of what the post's own server counts. False when it is here already, or was taken
    back. Raises NotFound, NotAllowed."""
    _hold(tx, uri)
    if queries.is_gone(tx, uri, account_id) or queries.by_uri(tx, uri):
        return False
    post = queries.visible(tx, post_id, account_id)
    if post is None or post.boost_of_id is not None:
        raise NotFound("post")
    if queries.boost_of(tx, post.id, account_id):
        return False
    author, free = Author(account_id, None), queries.free_id(tx, id)
    row = rules.passed_on(author, post, rules.check_boost(post, account_id), id=free, uri=uri, now=at)
    queries.insert(tx, row)
    if not post.uri:
        queries.count_boost(tx, post.id, 1)  # one of ours is counted here and nowhere else
    return True


def forget(tx: Tx, uri: str, account_id: int, now: int) -> bool:
    """Its author or its server deleted the post or boost, or never wants it known: it is gone and
    will not come back as this account's. False when it was not here. Somebody else's is left alone, also when
    it comes only later (A16)."""
    _hold(tx, uri)
    had = queries.by_uri(tx, uri)
    if had and had.account_id != account_id:
        return False
    queries.put_gone(tx, uri, account_id, now)
    if had is None:
        return False
    actions.remove(tx, had, now)
    return True


def withdrawn(tx: Tx, uri: str, now: int) -> bool:
    """Its own address says that what was there is gone for good: whoever it was by, it will not come back.
    False when it was not here, and then nothing is kept of it."""
    _hold(tx, uri)
    had = queries.by_uri(tx, uri)
    if had is None:
        return False
    queries.put_gone(tx, uri, 0, now)
    actions.remove(tx, had, now)
    return True


def sweep(tx: Tx, now: int) -> None:
    """Recurring: addresses that were deleted so long ago that no letter about them is on its way any more.
    A stranger's Deletes of what never was here must not fill the disk."""
    queries.forget_gone(tx, now - GONE_KEPT)


def _hold(tx: Tx, uri: str) -> None:
    """What is said of one address is written down one after the other: of two who bring it at once the
    second finds it, and a farewell at that moment finds what it takes away."""
    tx.hold(int.from_bytes(blake2b(uri.encode(), digest_size=8).digest(), signed=True))


def _parent(tx: Tx, theirs: RemotePost) -> Post | None:
    """What it answers. Raises NotAllowed for an answer to one of ours by somebody who may not see it:
    blocked, or not among those it was for."""
    parent = queries.post(tx, theirs.reply_to_id) if theirs.reply_to_id else None
    if parent and not parent.uri and queries.visible(tx, parent.id, theirs.account_id) is None:
        raise NotAllowed("This post is not for everybody to answer.")
    return parent


# What stands in a quoting post for servers that show no quotes: an address, and none of the author's words.
_QUOTE_LINE = re.compile(r'<(p|span) class="quote-inline">.*?</\1>', re.DOTALL)


def _emoji(tx: Tx, theirs: RemotePost, now: int) -> str:
    """What stands in its words."""
    options = [title for title, _ in theirs.poll.options] if theirs.poll else []
    return emoji.put(tx, used(theirs.emoji, theirs.html, theirs.warning, *options), now)


def _row(theirs: RemotePost, parent: Post | None, *, id: int, poll_id: int | None, emoji: str) -> Post:
    return Post(
        id=id,
        account_id=theirs.account_id,
        person_id=None,
        text=plain(_QUOTE_LINE.sub("", theirs.html) if theirs.quotes else theirs.html),
        html=theirs.html,
        warning=theirs.warning,
        sensitive=theirs.sensitive or bool(theirs.warning),
        visibility=theirs.visibility,
        language=theirs.language,
        reply_to_id=parent.id if parent else None,
        reply_to_account_id=parent.account_id if parent else None,
        root_id=parent.root_id if parent else id,
        boost_of_id=None,
        poll_id=poll_id,
        app_id=None,
        created_at=theirs.published,
        edited_at=None,
        uri=theirs.uri,
        url=theirs.url,
        quotable=theirs.quotable if theirs.visibility in rules.OPEN else "nobody",
        emoji=emoji,
    )


def _says(post: Post, pictures: Sequence[Media | RemotePicture]) -> tuple[object, ...]:
    """What a reader sees of it."""
    shown = tuple((one.remote_url if isinstance(one, Media) else one.url, one.alt) for one in pictures)
    return post.html, post.warning, post.sensitive, shown


def _recount(tx: Tx, post: Post, theirs: RemotePost) -> None:
    """Its own server counts better than we can; it never counts less than what we have seen."""
    had = queries.post(tx, post.id)
    if had is None:
        return
    queries.set_counts(
        tx,
        post.id,
        max(theirs.replies_count or 0, had.replies_count),
        max(theirs.boosts_count or 0, had.boosts_count),
        max(theirs.favourites_count or 0, had.favourites_count),
    )


def _count_reply(tx: Tx, parent: Post, *, live: bool) -> None:
    """One more. But what its own server counts has those in it that are found later."""
    if live or not parent.uri:
        queries.count_reply(tx, parent.id, 1)
    else:
        queries.count_replies_here(tx, parent.id)


def _tie(tx: Tx, post: Post, account: Account, theirs: RemotePost, mentioned: list[Account]) -> list[Tag]:
    queries.put_mentions(tx, post.id, sorted({one.id for one in mentioned}))
    if account.indexable:
        words = f"{post.warning} {post.text}" if post.warning else post.text
        search.index_post(tx, post.id, words)
    found = {hashtag_key(name): Hashtag(0, 0, name, hashtag_key(name)) for name in theirs.tags}
    return queries.put_tags(tx, post.id, tuple(found.values()))
