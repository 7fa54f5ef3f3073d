"""Quiet time, kept: asked by everything that lets a post of the firm's account go out.

Only what is known of the calendar is kept to: this half-week and the next one. A plan for later is
taken as it is, and looked at again when its time comes into sight; else the calendar could be
read off what is refused.
"""

from linnet.db.tx import Tx
from linnet.desk.trial import promoting, queries, rules
from linnet.desk.trial.page_rules import PageTurn, week_of
from linnet.desk.trial.queries import Posted
from linnet.desk.trial.rules import Note, Quiet, QuietTime, Trial
from linnet.kernel.clock import moment, zone
from linnet.kernel.days import day_of, day_start, days_between, next_day
from linnet.kernel.ids import new_id
from linnet.kernel.value import Value
from linnet.social.posts.rules import NewPost

NEAR = 15  # days around today in which all stands that may be known: a stretch has a week at most


class Known(Value):
    """What may be known of a trial's quiet times at a moment. `trial` None: there is none.

    Of a which-page trial `turns` are known; quiet times has only a post in it, by the `pages` that it leads
    to (`of_post`, `of_boost`); `waits`: those of each of its pages."""

    trial: Trial | None = None
    times: tuple[Quiet, ...] = ()
    turns: tuple[PageTurn, ...] = ()
    pages: tuple[str, ...] = ()
    waits: tuple[tuple[Quiet, ...], ...] = ()

    def at(self, moment: int) -> Quiet | None:
        """The quiet time that a moment (ms) falls into, if it is known to."""
        return rules.quiet_at(self.times, moment)


def known(tx: Tx, account_id: int, now: int) -> Known:
    """The account's quiet times as far as they may be known at `now`: one query without a trial."""
    trial = queries.obeyed(tx, account_id)
    if trial is None:
        return Known()
    own = zone(trial.time_zone)
    today = day_of(rules.lived(trial.alive_at, now), own)
    if promoting.is_paged(trial):
        return Known(trial, turns=promoting.near(tx, trial, today))
    near = queries.days_near(tx, trial.id, next_day(today, -NEAR), next_day(today, NEAR))
    return Known(trial, tuple(rules.quiet_times(near, today, own)))


def lived(found: Known, now: int) -> int:
    """The moment at which the trial is: with a clock that was set back, the one it had reached."""
    return rules.lived(found.trial.alive_at, now) if found.trial else now


def of_post(tx: Tx, found: Known, account_id: int, new: NewPost, now: int) -> Known:
    """What of it concerns this post: nothing, if it does not count for the trial (`counts`), or leads to no
    page of a which-page trial."""
    if found.trial is None or not counts(tx, account_id, new):
        return Known()
    return _by_page(found, promoting.linked(tx, found.turns, new), now) if found.turns else found


def of_boost(tx: Tx, found: Known, post_id: int, now: int) -> Known:
    """What of it concerns a boost of this post."""
    return _by_page(found, promoting.boosted(tx, found.turns, post_id), now) if found.turns else found


def _by_page(found: Known, pages: tuple[str, ...], now: int) -> Known:
    if found.trial is None or not pages:
        return Known()
    trial, turns, at = found.trial, found.turns, lived(found, now)
    waits = tuple(promoting.held(trial, turns, (page,), at) for page in pages)
    return Known(trial, promoting.held(trial, turns, pages, at), turns, pages, waits)


def counts(tx: Tx, account_id: int, new: NewPost) -> bool:
    """Is it a post for the trial? Direct messages are not, nor are answers to somebody who wrote to
    the account; an answer nobody asked for is."""
    if new.visibility == "direct":
        return False
    if new.reply_to_id is None:
        return True
    parent = queries.parent(tx, new.reply_to_id)
    if parent and parent.boost_of_id:
        parent = queries.parent(tx, parent.boost_of_id)
    if parent is None:
        return True
    named = queries.named(tx, new.reply_to_id)
    return not rules.answers_somebody(account_id, parent.account_id, parent.reply_to_account_id, named)


def to_look_at(found: Known, now: int) -> tuple[Quiet, ...]:
    """The times in which planned posts may have to move: quiet ones; of a which-page trial all that is known,
    because it depends on the post."""
    if found.trial is None or not found.turns:
        return found.times
    own, last = zone(found.trial.time_zone), max(turn.week for turn in found.turns)
    end = day_start(next_day(found.trial.first_day, 7 * (last + 2)), own)
    return (Quiet(lived(found, now), end),)


def check(found: Known, at: int, field: str, when: str = "now") -> None:
    """Raises QuietTime where `at` (ms) is known to be quiet. `when`: now | then, for the sentence."""
    quiet = found.at(at)
    if quiet and found.trial:
        until = until_words(quiet, found.trial)
        words = f"cannot go out {when}: your trial has quiet time until {until}"
        if found.pages:
            words = f"cannot go out {when}: {page_words(found, at)} until {until}"
        raise QuietTime(field, words, quiet.end)


def page_words(found: Known, at: int) -> str:
    """Which of the pages that a post leads to are not to be promoted at `at` (ms)."""
    held = [page for page, times in zip(found.pages, found.waits, strict=True) if rules.quiet_at(times, at)]
    return f"it leads to {' and '.join(held)}, which your trial does not promote"


def until_words(quiet: Quiet, trial: Trial) -> str:
    """When a quiet time ends, on the trial's own clock."""
    end = moment(quiet.end, zone(trial.time_zone))
    return f"{end:%A, %-d %B %Y, %H:%M} ({trial.time_zone.replace('_', ' ')})"


def span_words(quiet: Quiet, trial: Trial) -> str:
    """A quiet time in words: Monday, 30 November to Thursday, 3 December."""
    own = zone(trial.time_zone)
    first, last = moment(quiet.start, own), moment(quiet.end - 1, own)
    if first.date() == last.date():
        return f"{first:%A, %-d %B}"
    return f"{first:%A, %-d %B} to {last:%A, %-d %B}"


def quiet_days(tx: Tx, account_id: int, now: int) -> list[str]:
    """The days, from today on, that are known to be quiet."""
    found = known(tx, account_id, now)
    if found.trial is None:
        return []
    own = zone(found.trial.time_zone)
    return [
        day
        for quiet in found.times
        for day in days_between(day_of(quiet.start, own), day_of(quiet.end - 1, own))
    ]


def now_quiet(found: Known, now: int) -> str:
    """When the quiet time that is now ends, in words; '' when it is none."""
    quiet = found.at(lived(found, now))
    return until_words(quiet, found.trial) if quiet and found.trial else ""


def now_held(found: Known, now: int) -> tuple[str, ...]:
    """The pages that are not to be linked to now, in a which-page trial."""
    if found.trial is None or not found.turns:
        return ()
    today = day_of(lived(found, now), zone(found.trial.time_zone))
    week = week_of(found.trial.first_day, today)
    return tuple(turn.page for turn in found.turns if turn.week == week and not turn.promoted)


def why_no_boost(tx: Tx, account_id: int, post_id: int, now: int) -> str:
    """Why a boost of this post is to wait, as a sentence; '' when it is not."""
    found = of_boost(tx, known(tx, account_id, now), post_id, now)
    at = lived(found, now)
    quiet = found.at(at)
    if quiet is None or found.trial is None:
        return ""
    until = until_words(quiet, found.trial)
    words = page_words(found, at) if found.pages else "it is quiet time of your trial"
    return f"{words[0].upper()}{words[1:]} until {until}."


def went_out(
    tx: Tx, found: Known, post_id: int, kind: str, *, person_id: int | None, insists: bool, now: int
) -> None:
    """Notes what went out in a trial; what somebody insisted on in quiet time stands in its log too."""
    if found.trial is None:
        return
    at = lived(found, now)
    day = day_of(at, zone(found.trial.time_zone))
    if not found.trial.first_day <= day <= found.trial.last_day:
        return
    quiet = found.at(at) is not None
    queries.put_post(tx, found.trial.id, Posted(post_id, day, now, kind, quiet))
    if found.pages:
        promoting.note_links(tx, found.trial, found.turns, post_id, found.pages, day)
    if quiet:
        words = f"A {kind} went out in quiet time, because it was insisted on."
        if found.pages:
            words = f"A {kind} went out although {page_words(found, at)} in this week: it was insisted on."
        note(tx, found.trial.id, Note(now, person_id, "override" if insists else "posted", words))


def note(tx: Tx, trial_id: int, said: Note) -> None:
    """Writes into the log of a trial."""
    queries.put_note(tx, trial_id, said, new_id())
