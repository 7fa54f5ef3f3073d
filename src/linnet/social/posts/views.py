"""Posts as one viewer sees them: at most six queries for a page of any size, and six more where
something on it quotes.

This is a second file of queries: it only reads, over many tables, and decides nothing.
"""

from collections.abc import Sequence

from linnet.db.tx import Tx
from linnet.kernel.errors import NotFound
from linnet.kernel.page import NEWEST, Page, in_order
from linnet.kernel.value import Value, changed
from linnet.social.cards.rules import CardView, host_of
from linnet.social.follows.rules import Tie
from linnet.social.media import queries as media
from linnet.social.people import queries as people
from linnet.social.people.rules import Account
from linnet.social.polls import queries as polls
from linnet.social.posts import quoted as quoting
from linnet.social.posts.reading import thread_around
from linnet.social.posts.rules import (
    Context,
    Flags,
    Post,
    PostView,
    QuoteView,
    Tag,
    Visibility,
)
from linnet.social.quotes.rules import Policy, State


class Seen(Value):
    """A visible post with the viewer's flags and its app: one row of `VIEWS`."""

    id: int
    account_id: int
    person_id: int | None
    text: str
    html: str
    warning: str
    sensitive: bool
    visibility: Visibility
    language: str
    reply_to_id: int | None
    reply_to_account_id: int | None
    root_id: int
    boost_of_id: int | None
    poll_id: int | None
    app_id: int | None
    created_at: int
    edited_at: int | None
    replies_count: int
    boosts_count: int
    favourites_count: int
    revision: int
    uri: str
    url: str
    quotable: Policy
    quotes_count: int
    emoji: str
    favourited: bool
    boosted: bool
    bookmarked: bool
    pinned: bool
    thread_muted: bool
    app_name: str | None
    app_website: str | None
    card_link: str | None
    card_url: str | None
    card_title: str | None
    card_description: str | None
    card_language: str | None
    card_picture: int | None
    card_width: int | None
    card_height: int | None
    card_blurhash: str | None
    card_alt: str | None
    quoted_id: int | None
    quote_state: State | None
    may_quote: bool


class Reference(Value):
    """A mention (`tag_key` '') or a tag of a post."""

    post_id: int
    id: int
    tag_key: str
    tag_name: str


VIEWS = """SELECT p.id, p.account_id, p.person_id, p.text, p.html, p.warning, p.sensitive, p.visibility,
        p.language, p.reply_to_id, p.reply_to_account_id, p.root_id, p.boost_of_id, p.poll_id, p.app_id,
        p.created_at, p.edited_at, p.replies_count, p.boosts_count, p.favourites_count, p.revision, p.uri, p.url,
        p.quotable, p.quotes_count, p.emoji,
        EXISTS (SELECT 1 FROM favourite f WHERE f.post_id = p.id AND f.account_id = :viewer_id) AS favourited,
        EXISTS (SELECT 1 FROM post x WHERE x.boost_of_id = p.id AND x.account_id = :viewer_id) AS boosted,
        EXISTS (SELECT 1 FROM bookmark k WHERE k.post_id = p.id AND k.account_id = :viewer_id) AS bookmarked,
        EXISTS (SELECT 1 FROM pin n WHERE n.account_id = p.account_id AND n.post_id = p.id) AS pinned,
        EXISTS (SELECT 1 FROM thread_mute t WHERE t.account_id = :viewer_id AND t.root_id = p.root_id) AS thread_muted,
        app.name AS app_name, app.website AS app_website,
        k.url AS card_link, c.url AS card_url, c.title AS card_title, c.description AS card_description,
        c.language AS card_language, i.id AS card_picture, i.width AS card_width, i.height AS card_height,
        i.blurhash AS card_blurhash, i.alt AS card_alt,
        q.quoted_id, q.state AS quote_state,
        (p.account_id = :viewer_id OR p.quotable IN ('public', 'ask') OR (p.quotable = 'followers'
            AND EXISTS (SELECT 1 FROM follow y WHERE y.followee_id = p.account_id AND y.follower_id = :viewer_id))
        ) AS may_quote
    FROM post p LEFT JOIN app ON app.id = p.app_id
    LEFT JOIN post_card k ON k.post_id = p.id LEFT JOIN card c ON c.address = k.address AND c.title <> ''
    LEFT JOIN media i ON i.id = c.media_id LEFT JOIN quote q ON q.post_id = p.id
    WHERE p.id IN (SELECT id FROM post WHERE id IN :ids
            UNION SELECT boost_of_id FROM post WHERE id IN :ids AND boost_of_id IS NOT NULL)
        AND (p.visibility IN ('public', 'quiet') OR p.account_id = :viewer_id
            OR EXISTS (SELECT 1 FROM mention m WHERE m.post_id = p.id AND m.account_id = :viewer_id)
            OR (p.visibility = 'followers' AND EXISTS (SELECT 1 FROM follow f
                WHERE f.followee_id = p.account_id AND f.follower_id = :viewer_id)))
        AND NOT EXISTS (SELECT 1 FROM block b WHERE b.account_id = p.account_id AND b.target_id = :viewer_id)
        AND NOT EXISTS (SELECT 1 FROM account z WHERE z.id = p.account_id
            AND (z.suspended_at IS NOT NULL OR z.held = 'suspend'))"""
REFERENCES = """SELECT post_id, account_id AS id, '' AS tag_key, '' AS tag_name FROM mention WHERE post_id IN :ids
    UNION ALL
    SELECT pt.post_id, t.id, t.key AS tag_key, t.name AS tag_name
    FROM post_tag pt JOIN tag t ON t.id = pt.tag_id WHERE pt.post_id IN :ids"""

_POST_FIELDS = Post.__struct_fields__


def views(tx: Tx, ids: Sequence[int], viewer_id: int, *, deep: bool = True) -> list[PostView]:
    """The posts with these ids that `viewer_id` (0: anybody) may see, in the order of `ids`. A
    boost of something that may not be seen is left out. `deep`: with what they quote."""
    wanted = list(ids)
    rows = tx.all(Seen, VIEWS, ids=wanted, viewer_id=viewer_id) if wanted else []
    if not rows:
        return []
    made = _assembled(tx, rows, viewer_id, quoting.of(tx, rows, viewer_id, views if deep else None))
    return [
        changed(view, boost_of=made[view.post.boost_of_id]) if view.post.boost_of_id else view
        for view in (made[id] for id in wanted if id in made)
        if not view.post.boost_of_id or view.post.boost_of_id in made
    ]


def _assembled(tx: Tx, rows: list[Seen], viewer_id: int, quotes: dict[int, QuoteView]) -> dict[int, PostView]:
    ids = [row.id for row in rows]
    references = tx.all(Reference, REFERENCES, ids=ids)
    who = {row.account_id for row in rows} | {ref.id for ref in references if not ref.tag_key}
    accounts = {account.id: account for account in people.accounts(tx, sorted(who))}
    pictures = media.of_posts(tx, ids)
    asked = polls.views(tx, [row.poll_id for row in rows if row.poll_id], viewer_id)
    mentions: dict[int, list[Account]] = {}
    tags: dict[int, list[Tag]] = {}
    for ref in references:
        if ref.tag_key:
            tags.setdefault(ref.post_id, []).append(Tag(ref.id, ref.tag_key, ref.tag_name))
        elif ref.id in accounts:
            mentions.setdefault(ref.post_id, []).append(accounts[ref.id])
    return {
        row.id: PostView(
            Post(*(getattr(row, name) for name in _POST_FIELDS)),
            accounts[row.account_id],
            Flags(row.favourited, row.boosted, row.bookmarked, row.pinned, row.thread_muted, row.may_quote),
            tuple(pictures.get(row.id, ())),
            tuple(mentions.get(row.id, ())),
            tuple(tags.get(row.id, ())),
            asked.get(row.poll_id) if row.poll_id else None,
            row.app_name or "",
            row.app_website or "",
            _card(row),
            quotes.get(row.id),
        )
        for row in rows
        if row.account_id in accounts
    }


def _card(row: Seen) -> CardView | None:
    if not row.card_title or not row.card_url:
        return None
    return CardView(
        row.card_link or row.card_url,
        host_of(row.card_url),
        row.card_title,
        row.card_description or "",
        row.card_language or "",
        row.card_picture or 0,
        row.card_width or 0,
        row.card_height or 0,
        row.card_blurhash or "",
        row.card_alt or "",
    )


def view(tx: Tx, post_id: int, viewer_id: int) -> PostView:
    """One post. Raises NotFound when it is not there or not for this viewer."""
    found = views(tx, [post_id], viewer_id)
    if not found:
        raise NotFound("post")
    return found[0]


class Line(Value):
    """What may have changed about a post on a page, and the viewer's flags: enough to know whether
    a rendered copy is still good. For a boost, `inner_*` are the boosted post's (else 0), and so
    are the flags. `flags`: 1 favourited, 2 boosted, 4 bookmarked, 8 pinned, 16 thread muted, 32 and 64
    who may quote it (0 nobody, 1 followers, 2 public, 3 ask), 128 the viewer may; one number,
    because this is read thousands of times a second."""

    id: int
    revision: int
    author_revision: int
    inner_id: int
    inner_revision: int
    inner_author_revision: int
    flags: int


HOME_DOWN = """SELECT p.id, p.revision, a.revision AS author_revision,
        COALESCE(o.id, 0) AS inner_id, COALESCE(o.revision, 0) AS inner_revision,
        COALESCE(oa.revision, 0) AS inner_author_revision,
        CASE WHEN EXISTS (SELECT 1 FROM favourite f
            WHERE f.post_id = COALESCE(p.boost_of_id, p.id) AND f.account_id = :viewer_id) THEN 1 ELSE 0 END
        + CASE WHEN EXISTS (SELECT 1 FROM post x
            WHERE x.boost_of_id = COALESCE(p.boost_of_id, p.id) AND x.account_id = :viewer_id) THEN 2 ELSE 0 END
        + CASE WHEN EXISTS (SELECT 1 FROM bookmark k
            WHERE k.post_id = COALESCE(p.boost_of_id, p.id) AND k.account_id = :viewer_id) THEN 4 ELSE 0 END
        + CASE WHEN p.account_id = :viewer_id AND EXISTS (SELECT 1 FROM pin n
            WHERE n.account_id = :viewer_id AND n.post_id = p.id) THEN 8 ELSE 0 END
        + CASE WHEN EXISTS (SELECT 1 FROM thread_mute t
            WHERE t.account_id = :viewer_id AND t.root_id = COALESCE(o.root_id, p.root_id)) THEN 16 ELSE 0 END
        + CASE COALESCE(o.quotable, p.quotable) WHEN 'followers' THEN 32 WHEN 'public' THEN 64 WHEN 'ask' THEN 96
            ELSE 0 END
        + CASE WHEN COALESCE(o.quotable, p.quotable) IN ('public', 'ask') THEN 128
            WHEN COALESCE(o.account_id, p.account_id) = :viewer_id THEN 128
            WHEN COALESCE(o.quotable, p.quotable) = 'followers' AND EXISTS (SELECT 1 FROM follow y WHERE
                y.followee_id = COALESCE(o.account_id, p.account_id) AND y.follower_id = :viewer_id) THEN 128
            ELSE 0 END AS flags
    FROM timeline h JOIN post p ON p.id = h.post_id JOIN account a ON a.id = p.account_id
    LEFT JOIN post o ON o.id = p.boost_of_id LEFT JOIN account oa ON oa.id = o.account_id
    WHERE h.owner_id = :viewer_id AND h.post_id < :below AND h.post_id > :above
        AND a.suspended_at IS NULL AND a.held <> 'suspend'
        AND (oa.id IS NULL OR (oa.suspended_at IS NULL AND oa.held <> 'suspend'))
    ORDER BY h.post_id DESC LIMIT :n"""
HOME_UP = """SELECT p.id, p.revision, a.revision AS author_revision,
        COALESCE(o.id, 0) AS inner_id, COALESCE(o.revision, 0) AS inner_revision,
        COALESCE(oa.revision, 0) AS inner_author_revision,
        CASE WHEN EXISTS (SELECT 1 FROM favourite f
            WHERE f.post_id = COALESCE(p.boost_of_id, p.id) AND f.account_id = :viewer_id) THEN 1 ELSE 0 END
        + CASE WHEN EXISTS (SELECT 1 FROM post x
            WHERE x.boost_of_id = COALESCE(p.boost_of_id, p.id) AND x.account_id = :viewer_id) THEN 2 ELSE 0 END
        + CASE WHEN EXISTS (SELECT 1 FROM bookmark k
            WHERE k.post_id = COALESCE(p.boost_of_id, p.id) AND k.account_id = :viewer_id) THEN 4 ELSE 0 END
        + CASE WHEN p.account_id = :viewer_id AND EXISTS (SELECT 1 FROM pin n
            WHERE n.account_id = :viewer_id AND n.post_id = p.id) THEN 8 ELSE 0 END
        + CASE WHEN EXISTS (SELECT 1 FROM thread_mute t
            WHERE t.account_id = :viewer_id AND t.root_id = COALESCE(o.root_id, p.root_id)) THEN 16 ELSE 0 END
        + CASE COALESCE(o.quotable, p.quotable) WHEN 'followers' THEN 32 WHEN 'public' THEN 64 WHEN 'ask' THEN 96
            ELSE 0 END
        + CASE WHEN COALESCE(o.quotable, p.quotable) IN ('public', 'ask') THEN 128
            WHEN COALESCE(o.account_id, p.account_id) = :viewer_id THEN 128
            WHEN COALESCE(o.quotable, p.quotable) = 'followers' AND EXISTS (SELECT 1 FROM follow y WHERE
                y.followee_id = COALESCE(o.account_id, p.account_id) AND y.follower_id = :viewer_id) THEN 128
            ELSE 0 END AS flags
    FROM timeline h JOIN post p ON p.id = h.post_id JOIN account a ON a.id = p.account_id
    LEFT JOIN post o ON o.id = p.boost_of_id LEFT JOIN account oa ON oa.id = o.account_id
    WHERE h.owner_id = :viewer_id AND h.post_id < :below AND h.post_id > :above
        AND a.suspended_at IS NULL AND a.held <> 'suspend'
        AND (oa.id IS NULL OR (oa.suspended_at IS NULL AND oa.held <> 'suspend'))
    ORDER BY h.post_id LIMIT :n"""
LINES = """SELECT p.id, p.revision, a.revision AS author_revision,
        COALESCE(o.id, 0) AS inner_id, COALESCE(o.revision, 0) AS inner_revision,
        COALESCE(oa.revision, 0) AS inner_author_revision,
        CASE WHEN EXISTS (SELECT 1 FROM favourite f
            WHERE f.post_id = COALESCE(p.boost_of_id, p.id) AND f.account_id = :viewer_id) THEN 1 ELSE 0 END
        + CASE WHEN EXISTS (SELECT 1 FROM post x
            WHERE x.boost_of_id = COALESCE(p.boost_of_id, p.id) AND x.account_id = :viewer_id) THEN 2 ELSE 0 END
        + CASE WHEN EXISTS (SELECT 1 FROM bookmark k
            WHERE k.post_id = COALESCE(p.boost_of_id, p.id) AND k.account_id = :viewer_id) THEN 4 ELSE 0 END
        + CASE WHEN p.account_id = :viewer_id AND EXISTS (SELECT 1 FROM pin n
            WHERE n.account_id = :viewer_id AND n.post_id = p.id) THEN 8 ELSE 0 END
        + CASE WHEN EXISTS (SELECT 1 FROM thread_mute t
            WHERE t.account_id = :viewer_id AND t.root_id = COALESCE(o.root_id, p.root_id)) THEN 16 ELSE 0 END
        + CASE COALESCE(o.quotable, p.quotable) WHEN 'followers' THEN 32 WHEN 'public' THEN 64 WHEN 'ask' THEN 96
            ELSE 0 END
        + CASE WHEN COALESCE(o.quotable, p.quotable) IN ('public', 'ask') THEN 128
            WHEN COALESCE(o.account_id, p.account_id) = :viewer_id THEN 128
            WHEN COALESCE(o.quotable, p.quotable) = 'followers' AND EXISTS (SELECT 1 FROM follow y WHERE
                y.followee_id = COALESCE(o.account_id, p.account_id) AND y.follower_id = :viewer_id) THEN 128
            ELSE 0 END AS flags
    FROM post p JOIN account a ON a.id = p.account_id
    LEFT JOIN post o ON o.id = p.boost_of_id LEFT JOIN account oa ON oa.id = o.account_id
    WHERE p.id IN :ids AND (p.visibility IN ('public', 'quiet') OR p.account_id = :viewer_id
            OR EXISTS (SELECT 1 FROM mention m WHERE m.post_id = p.id AND m.account_id = :viewer_id)
            OR (p.visibility = 'followers' AND EXISTS (SELECT 1 FROM follow f
                WHERE f.followee_id = p.account_id AND f.follower_id = :viewer_id)))
        AND NOT EXISTS (SELECT 1 FROM block b WHERE b.account_id = p.account_id AND b.target_id = :viewer_id)
        AND a.suspended_at IS NULL AND a.held <> 'suspend'
        AND (oa.id IS NULL OR (oa.suspended_at IS NULL AND oa.held <> 'suspend'))
        AND (o.id IS NULL OR (o.visibility IN ('public', 'quiet') OR o.account_id = :viewer_id
            OR EXISTS (SELECT 1 FROM mention m WHERE m.post_id = o.id AND m.account_id = :viewer_id)
            OR (o.visibility = 'followers' AND EXISTS (SELECT 1 FROM follow f
                WHERE f.followee_id = o.account_id AND f.follower_id = :viewer_id)))
            AND NOT EXISTS (SELECT 1 FROM block b WHERE b.account_id = o.account_id AND b.target_id = :viewer_id))"""


def home_lines(tx: Tx, viewer_id: int, page: Page = NEWEST) -> list[Line]:
    """The home timeline as lines, newest first. What stands in it was allowed when it was put
    there; blocks, unfollows and deletions take it out again."""
    sql = HOME_UP if page.ascending else HOME_DOWN
    rows = tx.all(Line, sql, viewer_id=viewer_id, below=page.below, above=page.above, n=page.size)
    return in_order(page, rows)


def lines(tx: Tx, ids: Sequence[int], viewer_id: int) -> list[Line]:
    """The posts with these ids that the viewer (0: anybody) may see, in the order of `ids`."""
    if not ids:
        return []
    found = {line.id: line for line in tx.all(Line, LINES, ids=list(ids), viewer_id=viewer_id)}
    return [found[id] for id in ids if id in found]


THREAD = """SELECT p.id, p.reply_to_id FROM post p WHERE p.root_id = :root_id AND p.boost_of_id IS NULL
        AND NOT EXISTS (SELECT 1 FROM block b WHERE (b.account_id = :viewer_id AND b.target_id = p.account_id)
            OR (b.account_id = p.account_id AND b.target_id = :viewer_id))
        AND NOT EXISTS (SELECT 1 FROM account z WHERE z.id = p.account_id AND z.held = 'limit'
            AND NOT EXISTS (SELECT 1 FROM follow f WHERE f.followee_id = z.id AND f.follower_id = :viewer_id)
            AND NOT EXISTS (SELECT 1 FROM mention m WHERE m.post_id = p.id AND m.account_id = :viewer_id))
    ORDER BY p.id LIMIT :n"""
MOST_IN_THREAD = 4096


class Answer(Value):
    """A post and what it answers."""

    id: int
    reply_to_id: int | None


def context(tx: Tx, post: Post, viewer_id: int) -> Context:
    """The thread around a post, without those the viewer blocks or is blocked by, and without accounts of
    limited servers that the viewer does not follow; `views` leaves out what else they may not see."""
    rows = tx.all(Answer, THREAD, root_id=post.root_id, viewer_id=viewer_id, n=MOST_IN_THREAD)
    return thread_around(post.id, [(row.id, row.reply_to_id) for row in rows])


PINNED = "SELECT post_id FROM pin WHERE account_id = :account_id ORDER BY at DESC, post_id DESC"


def pinned(tx: Tx, account_id: int) -> list[int]:
    """Ids of the posts on top of a profile, the last pinned first."""
    return tx.all(int, PINNED, account_id=account_id)


BOOSTERS_DOWN = """SELECT id, account_id FROM post
    WHERE boost_of_id = :post_id AND id < :below AND id > :above ORDER BY id DESC LIMIT :n"""
BOOSTERS_UP = """SELECT id, account_id FROM post
    WHERE boost_of_id = :post_id AND id < :below AND id > :above ORDER BY id LIMIT :n"""


def boosters(tx: Tx, post_id: int, page: Page = NEWEST) -> list[Tie]:
    """Who boosted a post, the last first."""
    sql = BOOSTERS_UP if page.ascending else BOOSTERS_DOWN
    rows = tx.all(Tie, sql, post_id=post_id, below=page.below, above=page.above, n=page.size)
    return in_order(page, rows)


FOLLOWS = "SELECT 1 FROM follow WHERE followee_id = :account_id AND follower_id = :viewer_id"


def visibilities(tx: Tx, account_id: int, viewer_id: int) -> tuple[Visibility, ...]:
    """Which posts of the account the viewer may see on its profile. Direct ones are shown there to
    the account itself only."""
    if account_id == viewer_id:
        return ("public", "quiet", "followers", "direct")
    if viewer_id and tx.value(FOLLOWS, account_id=account_id, viewer_id=viewer_id):
        return ("public", "quiet", "followers")
    return ("public", "quiet")
