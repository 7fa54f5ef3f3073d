"""Publishing, boosting and editing: with tracked links, and within a trial's quiet times. The doors
and the calendar come through here; what a post is, is decided in `social.posts`."""

from linnet.db.tx import Tx
from linnet.desk.links import actions as links
from linnet.desk.links import queries as link_queries
from linnet.desk.links.rules import Ways
from linnet.desk.start import actions as starting
from linnet.desk.trial import obeying
from linnet.kernel.value import changed
from linnet.social.posts import actions as posts
from linnet.social.posts import queries as post_queries
from linnet.social.posts.rules import Author, NewPost, PostChange, Terms

CHANNEL = "fediverse"


def publish(
    tx: Tx,
    author: Author,
    new: NewPost,
    terms: Terms,
    *,
    id: int,
    now: int,
    go_links: bool = False,
    insists: bool = False,
) -> int:
    """As `posts.publish`; links to the firm's own sites carry a code, foreign ones too with `go_links`,
    because it was asked for. In quiet time of a trial only answers to people who wrote go out, on a light day
    no more than it may have, and what `insists`, which is written down. Raises what that raises, and
    QuietTime."""
    if new.key:
        tx.hold(author.account_id)  # the same request twice at once
    if new.key and post_queries.by_key(tx, author.account_id, new.key) is not None:
        return posts.publish(tx, author, new, terms, id=id, now=now)
    found = obeying.deciding(tx, author.account_id, now)
    found = obeying.of_post(tx, found, author.account_id, new, now)
    if not insists:
        obeying.check(found, obeying.lived(found, now), "text")
    tracked = _tracked(tx, new.text, author.account_id, id, terms, go_links, now)
    post_id = posts.publish(tx, author, changed(new, text=tracked), terms, id=id, now=now)
    obeying.went_out(tx, found, post_id, "post", person_id=author.person_id, insists=insists, now=now)
    starting.went_out(tx, author, new, now)
    return post_id


def boost(tx: Tx, author: Author, post_id: int, *, id: int, now: int, insists: bool = False) -> int:
    """As `posts.boost`; a boost is a post for a trial. Raises what that raises, and QuietTime."""
    found = obeying.of_boost(tx, obeying.deciding(tx, author.account_id, now), post_id, now)
    if not insists:
        obeying.check(found, obeying.lived(found, now), "post")
    boost_id = posts.boost(tx, author, post_id, id=id, now=now)
    if boost_id == id:  # else it was there before
        obeying.went_out(tx, found, boost_id, "boost", person_id=author.person_id, insists=insists, now=now)
    return boost_id


def edit(tx: Tx, author: Author, post_id: int, change: PostChange, terms: Terms, *, now: int) -> None:
    """As `posts.edit`; a link that stays keeps its code, and go links stay go links."""
    tx.hold(post_id)
    went = any(link.kind == "go" for link in link_queries.of_post(tx, post_id))
    tracked = _tracked(tx, change.text, author.account_id, post_id, terms, went, now)
    posts.edit(tx, author, post_id, changed(change, text=tracked), terms, now=now)


def source(tx: Tx, text: str, terms: Terms) -> str:
    """The text of a post as its author typed it, for editing."""
    return links.clean_text(tx, text, terms.url)


def _tracked(tx: Tx, text: str, account_id: int, post_id: int, terms: Terms, go_links: bool, now: int) -> str:
    ways = Ways(link_queries.own_hosts(tx), terms.url, go_links)
    if not (ways.own_hosts or go_links) or "." not in text:
        return text
    return links.track(tx, text, ways=ways, channel=CHANNEL, account_id=account_id, post_id=post_id, now=now)
