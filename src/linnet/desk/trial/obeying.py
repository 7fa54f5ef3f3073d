"""Quiet time and light days, kept: asked by everything that lets a post of the firm's account go out.

Only what is known of the calendar is kept to: this half-week and the next one. A plan for later is
taken as it is, and looked at again when its time comes into sight; else the calendar could be
read off what is refused.
"""

from collections.abc import Sequence

from linnet.db.tx import Tx
from linnet.desk.trial import queries, rules
from linnet.desk.trial.pages import promoting
from linnet.desk.trial.pages.rules import PageTurn, week_of
from linnet.desk.trial.queries import Posted
from linnet.desk.trial.rules import LightDay, Note, Quiet, QuietTime, Trial
from linnet.desk.trial.values import Protocol
from linnet.kernel.clock import moment, zone
from linnet.kernel.days import day_of, day_start, days_between, next_day
from linnet.kernel.ids import new_id
from linnet.kernel.value import Value, changed
from linnet.kernel.wire import decode_as
from linnet.social.posts.rules import NewPost

NEAR = 15  # days around today in which all stands that may be known: a stretch has a week at most


class Known(Value):
    """What may be known of a trial's quiet times at a moment. `trial` None: there is none.

    `lights`: of a trial with light days, those that may be known; one that has all its posts is as good as quiet.

    Of a which-page trial `turns` are known; quiet times has only a post in it, by the `pages` that it leads
    to (`of_post`, `of_boost`); `waits`: those of each of its pages."""

    trial: Trial | None = None
    times: tuple[Quiet, ...] = ()
    turns: tuple[PageTurn, ...] = ()
    pages: tuple[str, ...] = ()
    waits: tuple[tuple[Quiet, ...], ...] = ()
    lights: tuple[LightDay, ...] = ()

    def at(self, moment: int) -> Quiet | None:
        """The quiet time that a moment (ms) falls into, if it is known to, or the light day without room."""
        return rules.quiet_at((*self.times, *rules.without_room(self.lights)), moment)

    @property
    def closed(self) -> list[Quiet]:
        """All times that are known to have no room, in order, neighbours as one."""
        return rules.together((*self.times, *rules.without_room(self.lights)))

    def beside(self, due: Sequence[int]) -> "Known":
        """The same, with what is planned for these moments (ms) in its place on light days."""
        return changed(
            self,
            lights=tuple(
                changed(light, taken=light.taken + sum(light.start <= at < light.end for at in due))
                for light in self.lights
            ),
        )


class LightNow(Value):
    """A light day, while it is: how many posts are left of `most`, and when it ends, in words."""

    left: int
    most: int
    until: str


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
    times = tuple(rules.quiet_times(near, today, own))
    if all(day.arm != "light" for day in near):
        return Known(trial, times)
    most = decode_as(Protocol, trial.protocol).design.light
    posted = queries.posted_on(tx, trial.id, today)
    return Known(trial, times, lights=tuple(rules.light_days(near, today, own, most, posted)))


def deciding(tx: Tx, account_id: int, now: int) -> Known:
    """As `known`, for whoever is about to let something out: where there are light days the account is held first,
    because two posts may come at once and there may be room for one."""
    found = known(tx, account_id, now)
    if not found.lights:
        return found
    tx.hold(account_id)
    return known(tx, account_id, now)


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
        if quiet.most:
            words = f"cannot go out {when}: {light_words(quiet.most)} until {until}"
        if found.pages:
            words = f"cannot go out {when}: {page_words(found, at)} until {until}"
        raise QuietTime(field, words, quiet.end)


def light_words(most: int) -> str:
    """Why nothing more may go out on a light day."""
    posts = "the one post" if most == 1 else f"the {most} posts"
    return f"{posts} of a light day of your trial {'has its place' if most == 1 else 'have their places'}"


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


def room_words(light: LightDay, trial: Trial) -> str:
    """A light day and its room in words: Monday, 30 November (1 of 2 left)."""
    return f"{span_words(Quiet(light.start, light.end), trial)} ({light.left} of {light.most} left)"


def planned_days(tx: Tx, account_id: int, now: int) -> dict[str, str]:
    """The days, from today on, that are known to be quiet or light, with what they are."""
    found = known(tx, account_id, now)
    if found.trial is None:
        return {}
    own = zone(found.trial.time_zone)
    days = {
        day: "quiet"
        for quiet in found.times
        for day in days_between(day_of(quiet.start, own), day_of(quiet.end - 1, own))
    }
    return {**days, **{day_of(light.start, own): "light" for light in found.lights}}


def now_quiet(found: Known, now: int) -> str:
    """When the quiet time that is now ends, in words; '' when it is none."""
    quiet = rules.quiet_at(found.times, lived(found, now))
    return until_words(quiet, found.trial) if quiet and found.trial else ""


def now_light(found: Known, now: int) -> LightNow | None:
    """The light day that is now; None when it is none."""
    at = lived(found, now)
    light = next((one for one in found.lights if one.start <= at < one.end), None)
    if light is None or found.trial is None:
        return None
    return LightNow(light.left, light.most, until_words(Quiet(light.start, light.end), found.trial))


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
    words = light_words(quiet.most) if quiet.most else "it is quiet time of your trial"
    if found.pages:
        words = page_words(found, at)
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
    closed = found.at(at)
    queries.put_post(tx, found.trial.id, Posted(post_id, day, now, kind, closed is not None))
    if found.pages:
        promoting.note_links(tx, found.trial, found.turns, post_id, found.pages, day)
    if closed:
        words = f"A {kind} went out in quiet time, because it was insisted on."
        if closed.most:
            words = f"A {kind} went out on a light day beyond its {closed.most}, because it was insisted on."
        if found.pages:
            words = f"A {kind} went out although {page_words(found, at)} in this week: it was insisted on."
        note(tx, found.trial.id, Note(now, person_id, "override" if insists else "posted", words))


def note(tx: Tx, trial_id: int, said: Note) -> None:
    """Writes into the log of a trial."""
    queries.put_note(tx, trial_id, said, new_id())
