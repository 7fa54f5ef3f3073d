"""The card under a post. A third file of actions: when it comes, what readers see of the post changes."""

from collections.abc import Callable

from linnet.db.tx import Tx
from linnet.kernel.value import Value
from linnet.social.cards import actions as cards
from linnet.social.cards import queries as card_queries
from linnet.social.cards import rules as card_rules
from linnet.social.cards.actions import FetchCard
from linnet.social.cards.rules import Page
from linnet.social.posts import queries
from linnet.social.posts.rules import Post

Clean = Callable[[Tx, str], str]  # a link of ours without what counts who follows it

TOUCH_LINKING = """UPDATE post SET revision = revision + 1
    WHERE id IN (SELECT post_id FROM post_card WHERE address = :address)"""


class Wanted(Value):
    """The page that a post's card is made of. `link`: what a click should lead through, '' the page."""

    address: str
    link: str


def look(tx: Tx, post: Post, *, pictures: bool, now: int, link: str = "") -> None:
    """A new post: has it a link that gets a card? `link`: the one that its server names for that; else
    the first of its text. Where there are pictures nobody would see a card."""
    url = "" if pictures else _link(post, link)
    if url:
        cards.look(tx, post.id, url, ours=not post.uri, now=now)


def look_again(tx: Tx, post: Post, *, pictures: bool, now: int, link: str = "") -> None:
    """The post is different: so may its card be."""
    cards.look(tx, post.id, "" if pictures else _link(post, link), ours=not post.uri, now=now)


def _link(post: Post, link: str) -> str:
    return (link or card_rules.first_link(post.html)) if has_card(post) else ""


def has_card(post: Post) -> bool:
    """What stands behind a warning is not given away by a picture. And what is said to a few is for
    nobody else to hear of: the link may be for one click."""
    return not (post.sensitive or post.warning or post.boost_of_id or post.visibility == "direct")


def wanted(tx: Tx, job: FetchCard, clean: Clean, own_host: str) -> Wanted | None:
    """Whether the card is still wanted, and of which page. None of our own: they stand here anyway."""
    post = queries.post(tx, job.post_id)
    if post is None or not has_card(post):
        return None
    target = clean(tx, job.url) if job.ours else job.url
    address = card_rules.address_of(target)
    if not address or card_rules.host_of(address) == own_host:
        return None
    return Wanted(address, job.url if job.ours and target != job.url else "")


def tie(tx: Tx, post_id: int, wanted: Wanted) -> None:
    """The card stands under the post from now on."""
    if card_queries.is_tied(tx, post_id, wanted.address, wanted.link) or queries.post(tx, post_id) is None:
        return
    card_queries.tie(tx, post_id, wanted.address, wanted.link)
    queries.touch(tx, post_id)


def arrived(tx: Tx, wanted: Wanted, url: str, page: Page, now: int) -> None:
    """The page was read: it is shown wherever it is linked."""
    cards.keep(tx, wanted.address, url, page, now)
    tx.run(TOUCH_LINKING, address=wanted.address)
