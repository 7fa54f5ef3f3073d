"""Time in other apps, estimated from the calls they make for a person (design paper, 4b).

Not counted: what an app does by itself (streaming, push, settings of the server, markers), and
whatever it asks at a fixed period. Pure, like `rules`.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise

from linnet.desk.effort.rules import Activity, Span, union
from linnet.kernel.clock import MINUTE, SECOND
from linnet.kernel.value import Value

GAP = 5 * MINUTE  # a longer silence ends a session
TAIL = 30 * SECOND  # what is granted after the last call of a session
STEADY = 0.1  # standard deviation of the intervals over their mean: below, it is a machine's beat
STEADY_INTERVALS = 4  # as many at least
SLOWEST_BURST = 1 * SECOND  # calls closer than this are one screen being filled, no period

REPLY = "POST statuses reply"  # the door says so: the path does not tell it from other posts


class Call(Value):
    """A call of the client API that somebody's token made. `kind`: see `kind_of`."""

    person_id: int
    at: int
    account_id: int
    kind: str


# First match wins; what matches nothing is not counted.
_ACTIVITY: tuple[tuple[str, Activity], ...] = (
    (r"POST statuses reply", "answer"),
    (r"POST (statuses|media)|PUT (statuses|media)/:id|GET statuses/:id/source", "write"),
    (r"(GET|PUT|DELETE) scheduled_statuses.*", "write"),
    (r"DELETE statuses/:id|PATCH accounts/update_credentials|PATCH profile", "manage"),
    (r"POST statuses/:id/\w+", "read"),
    (r"GET accounts/:id/statuses", "read"),
    (
        r"(GET|POST) accounts/.*|GET (search|directory|suggestions|follow_requests|endorsements)",
        "find_people",
    ),
    (r"POST follow_requests/.*", "find_people"),
    (
        r"GET (timelines/.+|statuses/.+|notifications.*|conversations|bookmarks|favourites|lists.*|tags/.+)",
        "read",
    ),
)
_ACTIVITIES = tuple((re.compile(pattern), activity) for pattern, activity in _ACTIVITY)
_BY_ITSELF = re.compile(
    r"GET (accounts/(verify_credentials|relationships|familiar_followers)|notifications/unread_count)"
)
_ID = re.compile(r"\d+")


def kind_of(method: str, path: str, *, reply: bool = False) -> str:
    """The short name of a call: "GET timelines/home", "POST statuses/:id/favourite". '' for what
    apps do by themselves, which is not counted. `reply`: this POST answers somebody."""
    parts = path.strip("/").split("/")
    if len(parts) < 3 or parts[0] != "api" or parts[1] not in {"v1", "v2"}:
        return ""
    pieces = [":id" if _ID.fullmatch(part) else part for part in parts[2:6]]
    if pieces[0] == "timelines" and len(pieces) > 2:
        pieces = pieces[:2]  # which tag or list it is, is nobody's business
    if pieces[0] == "tags":
        pieces = ["tags", ":id"]
    kind = f"{method.upper()} {'/'.join(pieces)}"
    if reply and kind == "POST statuses":
        return REPLY
    return kind if activity_of(kind) is not None else ""


def activity_of(kind: str) -> Activity | None:
    """What somebody was doing who caused this call; None when nobody did."""
    if _BY_ITSELF.fullmatch(kind):
        return None
    return next((activity for pattern, activity in _ACTIVITIES if pattern.fullmatch(kind)), None)


def app_spans(calls: Iterable[Call]) -> list[Span]:
    """The time that one person spent in client apps, estimated: sessions of calls with silences
    of at most five minutes, from the first to the last call and 30 s more."""
    ordered = sorted(set(calls), key=lambda call: (call.at, call.kind, call.account_id))
    caused = sorted(by_people(ordered), key=lambda call: (call.at, call.kind, call.account_id))
    spans: list[Span] = []
    for call, following in pairwise([*caused, None]):
        if call is None:
            break
        if following is None or following.at - call.at > GAP:
            spans.append(_span(call.at, call.at + TAIL, call))
            continue
        # before something is sent it was being written; after something was fetched it was read
        doing = following if activity_of(following.kind) in {"write", "answer"} else call
        spans.append(_span(call.at, following.at, doing))
    return union(spans)


def _span(start: int, end: int, call: Call) -> Span:
    return Span(start, end, activity_of(call.kind) or "read", call.account_id)


def by_people(calls: Sequence[Call]) -> list[Call]:
    """`calls` without those that an app makes by the clock: runs of one kind at a fixed period."""
    kept: list[Call] = []
    by_kind = sorted(calls, key=lambda call: (call.kind, call.at))
    for kind, group in groupby(by_kind, key=lambda call: call.kind):
        series = list(group)
        periodic = steady([call.at for call in series])
        if activity_of(kind) is not None:
            kept += [call for at, call in enumerate(series) if at not in periodic]
    return kept


def steady(times: Sequence[int]) -> set[int]:
    """Which of `times` (ms, in order) belong to a run of at least four intervals whose variation
    (standard deviation over mean) is below a tenth."""
    found: set[int] = set()
    first = 0
    while first + STEADY_INTERVALS < len(times):
        last = _run(times, first)
        if last - first >= STEADY_INTERVALS:
            found.update(range(first, last + 1))
            first = last
        else:
            first += 1
    return found


def _run(times: Sequence[int], first: int) -> int:
    """The last index up to which the intervals from `first` on stay steady."""
    n, total, squares = 0, 0, 0
    for at in range(first + 1, len(times)):
        interval = times[at] - times[at - 1]
        n, total, squares = n + 1, total + interval, squares + interval * interval
        # variance = squares/n - (total/n)^2 in whole numbers, so that nothing is lost
        uneven = n * squares - total * total >= (STEADY * total) ** 2
        if interval < SLOWEST_BURST or uneven:
            return at - 1
    return len(times) - 1
