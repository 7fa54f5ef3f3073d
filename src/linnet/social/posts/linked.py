"""The card under a post. A third file of actions: when it comes, what readers see of the post changes."""

from collections.abc import Callable

from linnet.db.tx import Tx
from linnet.kernel.value import Value
from linnet.social.cards import actions as cards
from linnet.social.cards import rules as card_rules
from linnet.social.cards.actions import Claim, FetchCard
from linnet.social.cards.rules import Page
from linnet.social.posts import queries
from linnet.social.posts.rules import Post

# A link of ours without what counts who follows it. The last argument is our own address.
Clean = Callable[[Tx, str, str], str]

TOUCH_LINKING = """UPDATE post SET revision = revision + 1
    WHERE id IN (SELECT post_id FROM post_card WHERE address = :address)"""


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


class Wanted(Value):
    """The page that a post's card is made of, and who asks for it."""

    address: str
    whose: Claim


def begin(tx: Tx, job: FetchCard, clean: Clean, url: str, now: int) -> Wanted | None:
    """Ties the post to its page, whose card is shown as soon as there is one. None when no card is
    wanted (any more): of our own pages, for one, which stand here anyway."""
    post = queries.post(tx, job.post_id)
    if post is None or not has_card(post):
        return None
    target = clean(tx, job.url, url) if job.ours else job.url
    address = card_rules.address_of(target)
    if not address or card_rules.host_of(address) == card_rules.host_of(url):
        return None
    whose = cards.claim(tx, address, now)
    # what counts who follows a link of ours goes on counting
    if cards.tie(tx, post.id, address, job.url if job.ours and target != job.url else ""):
        queries.touch(tx, post.id)
    return Wanted(address, whose)


def arrived(tx: Tx, address: str, url: str, page: Page, now: int) -> None:
    """The page was read, and found at `url` in the end: it is shown wherever it is linked."""
    cards.keep(tx, address, url, page, now)
    tx.run(TOUCH_LINKING, address=address)
