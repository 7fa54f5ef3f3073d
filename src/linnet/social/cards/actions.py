"""A post has a link: its page is asked for, once for all posts that link to it."""

from typing import ClassVar, Literal

from linnet.db.tx import Tx
from linnet.jobs import rows
from linnet.jobs.rows import Job
from linnet.kernel.clock import MINUTE
from linnet.kernel.value import changed
from linnet.social.cards import queries, rules
from linnet.social.cards.rules import Card, Page
from linnet.social.media import elsewhere
from linnet.social.media.elsewhere import RemotePicture

SWEPT = 500


class FetchCard(Job):
    """Job: the card of a post. `url`: the link as it stands there; `ours`: one of us wrote it;
    `wanted_at`: since when (ms); `tries`: how often the page could not be had."""

    lane: ClassVar[str] = "look"
    lease: ClassVar[int] = 2 * MINUTE
    patience: ClassVar[int] = 3

    post_id: int
    url: str
    wanted_at: int
    ours: bool = False
    tries: int = 0


def look(tx: Tx, post_id: int, url: str, *, ours: bool, now: int) -> None:
    """The post has this link ('': none that gets a card). Its page is asked for soon; that of somebody
    else's post within a minute at random, because every server that got the post does the same
    (security paper B16)."""
    key = f"card:{post_id}"
    if not url:
        rows.cancel(tx, key)
        queries.untie(tx, post_id)
        return
    wait = rules.SOON if ours else post_id % rules.WITHIN  # an id ends in chance
    rows.add(tx, FetchCard(post_id, url, now, ours), now=now, run_at=now + wait, key=key)


def again(tx: Tx, job: FetchCard, at: int, now: int) -> None:
    """Not now: at `at` (ms)."""
    rows.add(tx, job, now=now, run_at=at, key=f"card:{job.post_id}")


Claim = Literal["here", "ours", "theirs"]


def claim(tx: Tx, address: str, now: int) -> Claim:
    """Who asks for this page: nobody, because its card is here (or it is known to have none); whoever
    called this; or somebody else who is at it."""
    if queries.claim(tx, address, rules.ASKING, now + rules.ASKING_FOR, now):
        return "ours"
    known = queries.card(tx, address)
    return "theirs" if known and known.problem == rules.ASKING else "here"


def tie(tx: Tx, post_id: int, address: str, url: str) -> bool:
    """The card of this page stands under the post. False when it did already."""
    if queries.is_tied(tx, post_id, address, url):
        return False
    queries.tie(tx, post_id, address, url)
    return True


def keep(tx: Tx, address: str, url: str, page: Page, now: int) -> Card | None:
    """What the page said, which was found at `url` in the end. One without a title has no card."""
    had = queries.card(tx, address)
    if had is None:
        return None
    good = bool(page.title)
    card = changed(
        had,
        url=url,
        title=page.title,
        description=page.description if good else "",
        media_id=_picture(tx, had, page if good else Page(), now),
        language=page.language,
        problem="" if good else "has no title",
        fresh_until=now + (rules.GOOD_FOR if good else rules.NONE_FOR),
    )
    queries.save(tx, card)
    return card


def none(tx: Tx, address: str, problem: str, until: int) -> None:
    """The page could not be had, and is left alone until then (ms). A card that is there stays."""
    queries.put_off(tx, address, problem[:200], until)


def forget_post(tx: Tx, post_id: int) -> None:
    """The post is gone."""
    rows.cancel(tx, f"card:{post_id}")
    queries.untie(tx, post_id)


def sweep(tx: Tx, now: int) -> None:
    """Recurring: cards that stand under no post any more."""
    for card in queries.unused(tx, now - rules.KEPT, now, SWEPT):
        elsewhere.drop(tx, card.media_id, now)
        queries.delete(tx, card.address)


def _picture(tx: Tx, had: Card, page: Page, now: int) -> int | None:
    """The row of the page's picture: the one it has, or a new one in its place."""
    if had.media_id is not None and page.image and elsewhere.is_at(tx, had.media_id, page.image):
        return had.media_id
    elsewhere.drop(tx, had.media_id, now)
    if not page.image:
        return None
    return elsewhere.add(
        tx,
        RemotePicture(page.image, alt=page.image_alt, width=page.width, height=page.height),
        account_id=0,  # nobody's: it belongs to the card
        use="card",
        post_id=None,
        position=0,
        now=now,
    )
