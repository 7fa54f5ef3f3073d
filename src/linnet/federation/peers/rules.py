"""How another server is, and when it may be tried again. Pure.

Failures are counted per host and in a row, for only the first letter that waits for a host is
tried while it fails. After five the host is left alone: it is asked once in 30 minutes, then ever
more seldom, at least once a day. After seven days without an answer it is given up: what waits is
taken out, and a new letter is only written down for it when it is time to ask again, once a week.
Any accepted letter, and any letter that comes from it, ends all that.
"""

from typing import Literal

from linnet.kernel.clock import DAY, HOUR, MINUTE, SECOND
from linnet.kernel.value import Value, changed
from linnet.kernel.waiting import retry_at

# well: takes letters; asked: it asked us to wait; failing: a few tries in a row went wrong;
# resting: left alone for a while; given up: silent for seven days
State = Literal["well", "asked", "failing", "resting", "given up"]

OPENS_AT = 5  # failures in a row
HOLD = 7 * DAY  # how long a letter waits for a host that does not answer
MOST_WAITING = 5_000  # letters for a host that does not answer
# Letters that only few servers are sent go before those that a thousand are sent: whoever waits for
# them is one person. By so much at most, so that the others' turn comes too.
FEW = 3
HEAD_START = 10 * MINUTE

PAUSES = (
    1 * MINUTE,
    5 * MINUTE,
    15 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,  # after the fifth failure: the host rests
    1 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    24 * HOUR,
)
LEAST_WAIT = 30 * SECOND  # of what a host may ask for by Retry-After
MOST_WAIT = DAY


class Peer(Value):
    """Another server, by the authority (host[:port]) of its addresses."""

    host: str
    software: str = ""
    version: str = ""
    asked_at: int = 0  # for its NodeInfo
    signature: str = ""  # the form it accepted last: cavage | rfc9421
    waiting: int = 0
    next_at: int = 0
    held: int = 0
    failures: int = 0
    failing_since: int | None = None
    delivered_at: int | None = None
    error: str = ""
    heard_at: int | None = None


class Report(Value):
    """What a turn at a host came to, or the part of it that is known."""

    host: str
    until: int  # the lease under which it was made
    off: int = 0  # rows that wait no longer
    answered: bool = False  # it answered sensibly, be it with a refusal
    delivered: bool = False
    form: str = ""  # of the signature it accepted
    over: bool = False  # the turn has ended
    failure: str = ""  # why the turn ended early
    not_before: int = 0  # as it asked, in ms
    asked: bool = False  # it only asked us to wait: that is no failure


class PeersChanged(Value):
    """Event: letters wait for other servers, due now. The postmen look."""


def state(peer: Peer, now: int) -> State:
    """How it is with this server."""
    if peer.failures == 0:
        return "asked" if peer.error and peer.held == 0 and peer.next_at > now else "well"
    if peer.failing_since is not None and peer.failing_since <= now - HOLD:
        return "given up"
    return "resting" if peer.failures >= OPENS_AT else "failing"


def pause(failures: int, failing_for: int, jitter: float) -> int:
    """How long to leave a host alone after so many failures in a row, the first of which was
    `failing_for` ms ago; stretched by up to a half (`jitter` 0..1), so that those who failed together
    do not come back together."""
    wait = HOLD if failing_for >= HOLD else PAUSES[min(max(failures, 1), len(PAUSES)) - 1]
    return int(wait * (1 + jitter / 2))


def after(peer: Peer, report: Report, now: int, jitter: float) -> Peer:
    """The server as it is after `report`; `waiting` is not touched."""
    one = peer
    if report.answered:
        one = changed(one, failures=0, failing_since=None, error="")
    if report.delivered:
        one = changed(one, delivered_at=now, signature=report.form or one.signature)
    if not report.over or report.until != peer.held:
        return one
    one = changed(one, held=0)
    if not report.failure:
        return changed(one, next_at=now)
    if report.asked:
        return changed(one, next_at=max(report.not_before, now + LEAST_WAIT), error=report.failure)
    since = now if one.failing_since is None else one.failing_since
    failures = one.failures + 1
    next_at = max(now + pause(failures, now - since, jitter), report.not_before)
    return changed(one, failures=failures, failing_since=since, next_at=next_at, error=report.failure)


def refuses(peer: Peer, now: int) -> str:
    """Why nothing more is written down for this server, in words; '' when it is. One that was given up
    gets a letter when it is time to ask it again."""
    if peer.failures and peer.waiting >= MOST_WAITING:
        return f"{MOST_WAITING:,} letters wait for this server, which does not answer: {peer.error}"
    if state(peer, now) == "given up" and not (peer.waiting == 0 and peer.next_at <= now):
        return f"given up: this server has not answered for 7 days ({peer.error})"
    return ""


def queued_at(peer: Peer, now: int, *, few: bool) -> int:
    """When a server is due after letters were added for it. While it is held, or is left alone, that
    stays as it is."""
    if peer.next_at > now:
        return peer.next_at
    place = peer.next_at if peer.waiting else now
    return min(place, now - HEAD_START) if few else place


def retry_after(text: str, now: int) -> int | None:
    """The moment that a Retry-After header names, brought into 30 seconds to a day from now; None for none."""
    asked = retry_at(text, now)
    return None if asked is None else min(max(asked, now + LEAST_WAIT), now + MOST_WAIT)
