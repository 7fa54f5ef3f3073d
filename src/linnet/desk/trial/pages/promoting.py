"""What a which-page trial asks of what goes out: a post that leads to a page waits for a week in which that
page is promoted. Posts that lead to none of its pages are free at any time."""

import html
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from linnet.db.tx import Tx
from linnet.desk.links import queries as links
from linnet.desk.links.rules import is_code
from linnet.desk.trial.pages import queries as page_queries
from linnet.desk.trial.pages import rules as page_rules
from linnet.desk.trial.pages.rules import Linked, PageTurn
from linnet.desk.trial.rules import Quiet, Trial
from linnet.desk.trial.values import Protocol
from linnet.kernel.clock import zone
from linnet.kernel.wire import decode_as
from linnet.social.posts.rules import NewPost
from linnet.social.text.scan import scan

_HREF = re.compile(r'href="([^"]{1,2048})"')


def is_paged(trial: Trial) -> bool:
    """Is it a frozen which-page trial?"""
    return bool(trial.protocol) and decode_as(Protocol, trial.protocol).design.kind == "which_page"


def near(tx: Tx, trial: Trial, today: str) -> tuple[PageTurn, ...]:
    """Its pages in this week and in the next one: all that may be known of what comes."""
    week = max(page_rules.week_of(trial.first_day, today), -1)
    return tuple(page_queries.turns_near(tx, trial.id, week, week + 1))


def held(trial: Trial, turns: tuple[PageTurn, ...], pages: Iterable[str], now: int) -> tuple[Quiet, ...]:
    """When what leads to `pages` is to wait, from the week of `now` (ms) on."""
    own = zone(trial.time_zone)
    return tuple(page_rules.held_times(turns, pages, trial.first_day, trial.last_day, now, own))


def linked(tx: Tx, turns: Iterable[PageTurn], new: NewPost) -> tuple[str, ...]:
    """The pages of the trial that a post leads to, by itself or by what it quotes."""
    addresses = [link.url for link in scan(new.text).links]
    return _among(tx, turns, addresses + (_addresses(tx, new.quote_id) if new.quote_id else []))


def boosted(tx: Tx, turns: Iterable[PageTurn], post_id: int) -> tuple[str, ...]:
    """The pages of the trial that a post leads to which is boosted."""
    return _among(tx, turns, _addresses(tx, post_id))


def note_links(
    tx: Tx, trial: Trial, turns: tuple[PageTurn, ...], post_id: int, pages: Iterable[str], today: str
) -> None:
    """Writes down what a post that went out leads to."""
    week = page_rules.week_of(trial.first_day, today)
    promoted = {turn.page for turn in turns if turn.week == week and turn.promoted}
    for page in pages:
        page_queries.put_link(tx, trial.id, Linked(post_id, page, week, page not in promoted))


def _among(tx: Tx, turns: Iterable[PageTurn], addresses: list[str]) -> tuple[str, ...]:
    pages = {turn.page for turn in turns}
    found = []
    for address in addresses:
        page = _page(address)
        code = page.rpartition("/go/")[2]
        if page not in pages and code != page and is_code(code):  # a counted link of ours
            known = links.link(tx, code)
            page = _page(known.target) if known else page
        if page in pages and page not in found:
            found.append(page)
    return tuple(found)


def _page(address: str) -> str:
    try:
        parts = urlsplit(address)
        return page_rules.page_at(parts.hostname or "", parts.path)
    except ValueError:
        return ""


def _addresses(tx: Tx, post_id: int) -> list[str]:
    said = page_queries.said(tx, post_id)
    if said and said.boost_of_id:
        said = page_queries.said(tx, said.boost_of_id)
    if said is None:
        return []
    if said.text:
        return [link.url for link in scan(said.text).links]
    return [html.unescape(found) for found in _HREF.findall(said.html)]
