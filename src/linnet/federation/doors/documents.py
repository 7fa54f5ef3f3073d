"""What stands at each address, made from the database for one viewer. Every function answers the
document, or raises NotFound (it is not there, or not for this viewer) or Was (it is gone)."""

from collections.abc import Callable, Sequence

from linnet.db.tx import Tx
from linnet.federation import names
from linnet.federation.doors import queries
from linnet.federation.doors.queries import Member
from linnet.federation.render import activities, actors, collections, context, posts
from linnet.federation.render import queries as facts
from linnet.federation.render.facts import Here, Json, PostFacts, hashtag
from linnet.kernel.errors import Gone, NotFound
from linnet.kernel.page import Page
from linnet.kernel.value import Value
from linnet.social.closing import queries as closings
from linnet.social.follows import queries as follows
from linnet.social.follows.rules import Tie
from linnet.social.people import queries as people
from linnet.social.people.rules import Account
from linnet.social.posts import queries as post_queries
from linnet.social.posts import views
from linnet.social.quotes import queries as quotes

SIZE = 20  # of an outbox page: whole posts
MEMBERS = 60  # of other pages: addresses


class Ask(Value):
    """What is asked for, and by whom (`viewer_id` 0: anybody). `bound` None: the collection itself,
    else the page of it that begins behind that id. `pem`: the key, where the document shows it."""

    here: Here
    account_id: int = 0
    post_id: int = 0
    bound: int | None = None
    viewer_id: int = 0
    now: int = 0
    pem: str = ""
    stamp_id: int = 0


class Was(Gone):
    """It was there: `document` stands in its place."""

    def __init__(self, document: Json) -> None:
        super().__init__("It is gone.")
        self.document = document


def server(_tx: Tx, ask: Ask) -> Json:
    """The server's own actor."""
    return actors.server(ask.here, ask.pem)


def server_outbox(_tx: Tx, ask: Ask) -> Json:
    """The server says nothing of its own."""
    return collections.whole(f"{names.server_actor(ask.here.url)}/outbox", (), ordered=True)


def actor(tx: Tx, ask: Ask) -> Json:
    """An account."""
    account = facts.speaker(tx, ask.account_id)
    if account is None:
        raise NotFound("account")
    _closed(tx, ask, _actor_uri(ask))
    return actors.actor(ask.here, facts.actor(tx, ask.here, account, ask.pem))


def post(tx: Tx, ask: Ask) -> Json:
    """A post; a boost is its Announce."""
    found = _post(tx, ask)
    if found.view.boost_of:
        return activities.announce(ask.here, found)
    return posts.post(ask.here, found, ask.now)


def activity(tx: Tx, ask: Ask) -> Json:
    """The Create of a post."""
    return activities.create(ask.here, _note(tx, ask), ask.now)


def stamp(tx: Tx, ask: Ask) -> Json:
    """The leave of an account of ours for a post to quote one of its own (FEP-044f)."""
    found = quotes.stamp(tx, ask.stamp_id)
    quoted = post_queries.post(tx, found.quoted_post_id) if found else None
    uri = names.stamp(ask.here.url, ask.account_id, ask.stamp_id)
    if found and found.revoked_at is not None:
        raise Was(activities.tombstone(uri, found.revoked_at))
    if found is None or quoted is None or quoted.account_id != ask.account_id:
        raise NotFound("stamp")
    _account(tx, ask)
    target = names.post_uri(ask.here.url, quoted)
    ours = names.post(ask.here.url, found.quoting_account_id, found.quoting_id)
    return activities.quote_stamp(uri, _actor_uri(ask), found.quoting_uri or ours, target)


def replies(tx: Tx, ask: Ask) -> Json:
    """The answers to a post."""
    row = _note(tx, ask).view.post
    return _of_post(tx, ask, "replies", row.replies_count, queries.replies)


def shares(tx: Tx, ask: Ask) -> Json:
    """The boosts of a post."""
    row = _note(tx, ask).view.post
    return _of_post(tx, ask, "shares", row.boosts_count, queries.shares)


def likes(tx: Tx, ask: Ask) -> Json:
    """How many marked a post as a favourite. Who did is not listed: the members would be activities
    of other servers, which we do not keep."""
    row = _note(tx, ask).view.post
    id = f"{_post_uri(ask)}/likes"
    return collections.paged(id, total=row.favourites_count, ordered=False, hidden=True)


def thread(tx: Tx, ask: Ask) -> Json:
    """The conversation that began with a post (FEP-7888, FEP-f228)."""
    row = _note(tx, ask).view.post
    if row.root_id != row.id:
        raise NotFound("conversation")
    return _of_post(tx, ask, "context", queries.thread_count(tx, row.id), queries.thread)


def outbox(tx: Tx, ask: Ask) -> Json:
    """What an account said to everybody, whoever asks; the newest first."""
    _account(tx, ask)
    id = f"{_actor_uri(ask)}/outbox"
    if ask.bound is None:
        return collections.paged(id, total=queries.outbox_count(tx, ask.account_id), ordered=True)
    ids = queries.outbox(tx, ask.account_id, below=ask.bound, n=SIZE)
    items = [
        activities.announced(ask.here, found)
        if found.view.boost_of
        else activities.created(ask.here, found, ask.now)
        for found in facts.posts(tx, ask.here, ids, 0)
    ]
    more = ids[-1] if len(ids) == SIZE else 0
    return collections.page(id, items, bound=ask.bound, next=more, ordered=True, kind=context.POST)


def followers(tx: Tx, ask: Ask) -> Json:
    """Who follows an account; only how many, where it does not tell whom."""
    account = _account(tx, ask)
    return _ties(tx, ask, "followers", account, account.followers_count, follows.followers)


def following(tx: Tx, ask: Ask) -> Json:
    """Whom an account follows; only how many, where it does not tell whom."""
    account = _account(tx, ask)
    return _ties(tx, ask, "following", account, account.following_count, follows.following)


def featured(tx: Tx, ask: Ask) -> Json:
    """The posts on top of a profile, whole."""
    _account(tx, ask)
    found = facts.posts(tx, ask.here, views.pinned(tx, ask.account_id), ask.viewer_id)
    items = [posts.body(ask.here, one, ask.now) for one in found]
    return collections.whole(f"{_actor_uri(ask)}/featured", items, ordered=True, kind=context.POST)


def tags(tx: Tx, ask: Ask) -> Json:
    """The hashtags that an account names in its bio."""
    account = _account(tx, ask)
    items = [hashtag(ask.here, tag.key, tag.name) for tag in actors.tags_of(account)]
    return collections.whole(f"{_actor_uri(ask)}/tags", items, ordered=False, kind=context.ACTOR)


def _account(tx: Tx, ask: Ask) -> Account:
    account = facts.speaker(tx, ask.account_id)
    if account is None:
        raise NotFound("account")
    _closed(tx, ask, _actor_uri(ask))
    if account.suspended_at is not None:
        raise NotFound("account")
    if ask.viewer_id and follows.blocked_either(tx, account.id, ask.viewer_id):
        raise NotFound("account", cause="a block stands between the two")
    return account


def _closed(tx: Tx, ask: Ask, uri: str) -> None:
    """Raises Was, with a tombstone for `uri`, when the account was closed."""
    found = closings.closing(tx, ask.account_id)
    if found:
        raise Was(activities.tombstone(uri, found.closed_at))


def _post(tx: Tx, ask: Ask) -> PostFacts:
    _closed(tx, ask, _post_uri(ask))  # whatever it wrote for whomever, and whatever it never wrote
    grave = post_queries.grave(tx, ask.post_id)
    if grave and grave.account_id == ask.account_id:
        raise Was(activities.tombstone(_post_uri(ask), grave.deleted_at))
    found = facts.posts(tx, ask.here, [ask.post_id], ask.viewer_id)
    account = found[0].view.account if found else None
    if account is None or account.id != ask.account_id or account.suspended_at is not None:
        raise NotFound("post")
    return found[0]


def _note(tx: Tx, ask: Ask) -> PostFacts:
    found = _post(tx, ask)
    if found.view.boost_of:
        raise NotFound("post")
    return found


def _of_post(tx: Tx, ask: Ask, part: str, total: int, query: Callable[..., list[Member]]) -> Json:
    id = f"{_post_uri(ask)}/{part}"
    if ask.bound is None:
        owner = _actor_uri(ask) if part == "context" else ""
        return collections.paged(id, total=total, ordered=False, owner=owner)
    rows = query(tx, ask.post_id, ask.account_id, above=ask.bound, n=MEMBERS)
    items = [row.uri or names.post(ask.here.url, row.account_id, row.id) for row in rows]
    return _page(id, ask.bound, items, rows, ordered=False)


def _ties(
    tx: Tx, ask: Ask, part: str, account: Account, total: int, query: Callable[[Tx, int, Page], list[Tie]]
) -> Json:
    id = f"{_actor_uri(ask)}/{part}"
    if ask.bound is None or account.hides_network:
        return collections.paged(id, total=total, ordered=True, hidden=account.hides_network)
    rows = query(tx, ask.account_id, Page(size=MEMBERS, below=ask.bound))
    who = people.accounts(tx, [row.account_id for row in rows])
    return _page(id, ask.bound, [names.account_uri(ask.here.url, one) for one in who], rows, ordered=True)


def _page(id: str, bound: int, items: list[str], rows: Sequence[Member | Tie], *, ordered: bool) -> Json:
    more = rows[-1].id if len(rows) == MEMBERS else 0
    return collections.page(id, items, bound=bound, next=more, ordered=ordered, kind=context.PLAIN)


def _actor_uri(ask: Ask) -> str:
    return names.actor(ask.here.url, ask.account_id)


def _post_uri(ask: Ask) -> str:
    return names.post(ask.here.url, ask.account_id, ask.post_id)
