"""Pages of a which-page trial: their one spelling, what of their weeks may be known, and when a week is
counted or dropped. Pure."""

import re
from collections.abc import Iterable, Sequence
from typing import Literal
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from linnet.desk.links.rules import canonical, is_own
from linnet.desk.trial.rules import Quiet, TrialDay
from linnet.desk.visits.rules import tidy_host, tidy_path
from linnet.kernel.days import day_of, day_start, next_day, parse_day
from linnet.kernel.errors import Invalid
from linnet.kernel.value import Value

PAGES_LEAST, PAGES_MOST = 6, 40
WEEKS_USUAL = 8
_SPECIAL = re.compile(r"[\s%?#<>\"\\\ufffd]")  # with these an address would read otherwise
BEFORE = 1  # days that a week could lose, when what it had was not taken for seven days


class PageTurn(Value):
    """A page in a week of a trial. `visits`: how many saw it, once the week is `counted`."""

    trial_id: int
    week: int
    page: str
    promoted: bool
    state: Literal["open", "counted", "dropped"]
    reason: str
    visits: int
    counted_at: int | None


class Linked(Value):
    """A post that led to a page. `held`: the page was not to be promoted in that week."""

    post_id: int
    page: str
    week: int
    held: bool


def page_at(host: str, path: str) -> str:
    """The one spelling of a page: host without www. and path as visits keep them, without a last slash and
    with letters instead of their escapes."""
    bare = tidy_path(path or "/").rstrip("/") or "/"
    plain = unquote(bare, errors="replace")
    safe = plain.isprintable() and not _SPECIAL.search(plain)
    return f"{tidy_host(host)}{plain if safe else bare}"


def page_of(url: str, own_hosts: tuple[str, ...]) -> str:
    """The page of an address on the firm's own sites, '' for any other. What stands behind ? or # does
    not count: visits are kept without it."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return ""
    return page_at(host, parts.path) if host and is_own(host, own_hosts) else ""


def check_pages(pages: Sequence[str], own_hosts: tuple[str, ...]) -> tuple[str, ...]:
    """Pages as chosen or typed, once each, in order. Raises Invalid for foreign ones, for two that differ only
    by what cannot be told apart, for too few, too many."""
    found: dict[str, str] = {}  # with what stood behind the ?, without words that say who sent a reader
    for typed in (text.strip() for text in pages if text.strip()):
        url = typed if "://" in typed else f"https://{typed}"
        page = page_of(url, own_hosts)
        if not page:
            raise Invalid("pages", f"must be on your own websites; this one is not: {typed[:80]}")
        query = urlsplit(canonical(url)).query
        if found.setdefault(page, query) != query:
            raise Invalid(
                "pages",
                f"cannot be told apart by what stands behind the ?, because visits are kept without it. "
                f"Of {page[:80]} there are two; take one of them, or pages of different paths",
            )
    if len(found) < PAGES_LEAST:
        raise Invalid(
            "pages",
            f"are too few: {len(found)}. Each page is a coin in each fortnight, and with fewer than {PAGES_LEAST} "
            "no result can be told from luck",
        )
    if len(found) > PAGES_MOST:
        raise Invalid("pages", f"are too many: {len(found)}. Take {PAGES_MOST} at the most")
    return tuple(sorted(found))


def week_of(first_day: str, day: str) -> int:
    """Which week of a trial a day is in, from 0; below 0 before it."""
    return (parse_day(day) - parse_day(first_day)).days // 7


def week_days(first_day: str, week: int) -> tuple[str, str]:
    """First and last day of a week."""
    first = next_day(first_day, 7 * week)
    return first, next_day(first, 6)


def seen(turns: Iterable[PageTurn], week: int) -> list[PageTurn]:
    """What may be shown in `week` of the trial (-1: before it): that week, those before it and the next one.
    Later ones nobody is to know, or news of a page would be saved up for them."""
    return [turn for turn in turns if turn.week <= max(week, -1) + 1]


def held_times(
    turns: Sequence[PageTurn], pages: Iterable[str], first_day: str, last_day: str, now: int, zone: ZoneInfo
) -> list[Quiet]:
    """When posts that lead to `pages` are to wait, from the week of `now` (ms) on, neighbours together.
    `turns`: those that may be known. If they end with the first week of a fortnight, the second one is
    known too: what a page gets in the one, it does not get in the other."""
    wanted = set(pages)
    week = week_of(first_day, day_of(now, zone))
    known: dict[int, set[str]] = {}
    for turn in seen(turns, week):
        if turn.week >= week:
            known.setdefault(turn.week, set()).update({turn.page} if turn.promoted else ())
    last = max(known, default=-1)
    if last >= 0 and last % 2 == 0:
        known[last + 1] = {turn.page for turn in turns if turn.week == last and not turn.promoted}
    found: list[Quiet] = []
    for number in sorted(known):
        first, end_day = week_days(first_day, number)
        if wanted <= known[number] or first > last_day:
            continue
        start, end = day_start(first, zone), day_start(next_day(min(end_day, last_day)), zone)
        if found and found[-1].end == start:
            found[-1] = Quiet(found[-1].start, end)
        else:
            found.append(Quiet(start, end))
    return found


def why_dropped(days: Sequence[TrialDay], most: int) -> str:
    """Why a week is dropped, for all its pages and under every calendar alike; '' for a good one, which may
    have lost `most` days."""
    lost = [day for day in days if day.state == "dropped"]
    if len(lost) <= most:
        return ""
    return f"{len(lost)} of its days have no figures. {lost[0].reason}"


def with_figures(days: Iterable[tuple[str, bool]]) -> list[tuple[str, str]]:
    """The stretches, first to last day, of neighbouring days that have figures; of days in their order."""
    found: list[tuple[str, str]] = []
    for day, good in days:
        if good and found and next_day(found[-1][1]) == day:
            found[-1] = (found[-1][0], day)
        elif good:
            found.append((day, day))
    return found
