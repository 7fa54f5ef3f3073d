"""Tables `trial_page` and `trial_link`; and what a which-page trial reads of visits, links and posts."""

from collections.abc import Sequence

from linnet.db.tx import Tx
from linnet.desk.trial.pages.rules import Linked, PageTurn
from linnet.desk.visits.rules import PROBABLE
from linnet.kernel.value import Value


class Saw(Value):
    """How many visits saw a path of a site."""

    site: str
    path: str
    visits: int


class Target(Value):
    """An address that the account linked to, and in how many posts."""

    target: str
    posts: int


TURNS = """SELECT trial_id, week, page, promoted, state, reason, visits, counted_at FROM trial_page
    WHERE trial_id = :trial_id ORDER BY week, page"""
TURNS_NEAR = """SELECT trial_id, week, page, promoted, state, reason, visits, counted_at FROM trial_page
    WHERE trial_id = :trial_id AND week >= :first AND week <= :last ORDER BY week, page"""
INSERT = "INSERT INTO trial_page (trial_id, week, page, promoted) VALUES (:trial_id, :week, :page, :promoted)"
COUNT = """UPDATE trial_page SET state = :state, reason = :reason, visits = :visits, counted_at = :now
    WHERE trial_id = :trial_id AND week = :week AND page = :page AND state = 'open'"""
PUT_LINK = """INSERT INTO trial_link (post_id, page, trial_id, week, held)
    VALUES (:post_id, :page, :trial_id, :week, :held) ON CONFLICT (post_id, page) DO NOTHING"""
LINKS = "SELECT post_id, page, week, held FROM trial_link WHERE trial_id = :trial_id ORDER BY post_id, page"
# a visit belongs to the moment at which it began, and counts once for each page that it saw
SAW = """SELECT h.site, h.path, COUNT(DISTINCT v.id) AS visits FROM visit v JOIN hit h ON h.visit_id = v.id
    WHERE v.first_at >= :since AND v.first_at < :until AND v.kind IN :kinds
        AND h.source <> 'go' AND h.kind NOT IN ('probe', 'prefetch')
    GROUP BY h.site, h.path"""
TARGETS = """SELECT target, COUNT(DISTINCT post_id) AS posts FROM link
    WHERE account_id = :account_id AND created_at >= :since AND kind = 'site' GROUP BY target
    ORDER BY 2 DESC, target LIMIT 500"""
TEXT = "SELECT text, html, boost_of_id FROM post WHERE id = :id"


def turns(tx: Tx, trial_id: int) -> list[PageTurn]:
    """Every page in every week of a trial, by week."""
    return tx.all(PageTurn, TURNS, trial_id=trial_id)


def turns_near(tx: Tx, trial_id: int, first: int, last: int) -> list[PageTurn]:
    """The same for the weeks `first` to `last`."""
    return tx.all(PageTurn, TURNS_NEAR, trial_id=trial_id, first=first, last=last)


def insert(tx: Tx, trial_id: int, drawn: Sequence[tuple[int, str, bool]]) -> None:
    """`drawn`: (week, page, promoted)."""
    tx.many(
        INSERT,
        [
            {"trial_id": trial_id, "week": week, "page": page, "promoted": promoted}
            for week, page, promoted in drawn
        ],
    )


def count(tx: Tx, turn: PageTurn, visits: int, reason: str, now: int) -> bool:
    """Writes what a page got in a week, once. With a reason it is dropped. False when it was counted before."""
    state = "dropped" if reason else "counted"
    return (
        tx.run(
            COUNT,
            trial_id=turn.trial_id,
            week=turn.week,
            page=turn.page,
            state=state,
            reason=reason,
            visits=visits,
            now=now,
        )
        > 0
    )


def put_link(tx: Tx, trial_id: int, linked: Linked) -> None:
    tx.run(
        PUT_LINK,
        post_id=linked.post_id,
        page=linked.page,
        trial_id=trial_id,
        week=linked.week,
        held=linked.held,
    )


def links(tx: Tx, trial_id: int) -> list[Linked]:
    """Posts that led to pages of a trial. What was deleted since went out all the same."""
    return tx.all(Linked, LINKS, trial_id=trial_id)


def saw(tx: Tx, since: int, until: int) -> list[Saw]:
    """Visits of people that began in [since, until) ms, by the pages that they saw."""
    return tx.all(Saw, SAW, since=since, until=until, kinds=list(PROBABLE))


def targets(tx: Tx, account_id: int, since: int) -> list[Target]:
    """Own pages that the account linked to since `since` (ms), the most often linked first."""
    return tx.all(Target, TARGETS, account_id=account_id, since=since)


class Said(Value):
    """What a post says; `html` where it came from elsewhere."""

    text: str
    html: str
    boost_of_id: int | None


def said(tx: Tx, post_id: int) -> Said | None:
    """The words of a post."""
    return tx.one(Said, TEXT, id=post_id)
