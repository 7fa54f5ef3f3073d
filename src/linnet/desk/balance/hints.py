"""When the composer says something: three questions, the first that is answered yes gives the sentence.

1. Is it pushy (F27, F28)?   2. Does every update carry the own link (F26)?   3. Would the balance be over
the limit with this post (F25)?  One sentence a day at the most; who mostly waves them away gets one every
other day; none while a campaign runs. A hint never keeps anybody from anything.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

from linnet.desk.balance import rules
from linnet.desk.balance.rules import Ground, Item, Kind, Setting
from linnet.desk.feeds.likeness import overlap, tokens
from linnet.desk.links.rules import canonical
from linnet.kernel.clock import DAY
from linnet.kernel.days import next_day
from linnet.kernel.value import Value
from linnet.social.posts.rules import OPEN

About = Literal["target", "unasked", "comment", "stranger", "alike", "every", "share"]
Outcome = Literal["", "followed", "dismissed"]

LAST = 6  # posts
OWN_OF_LAST = 5
TARGET_TIMES = 2  # the same page more often than that in a day is pushy
TARGET_WITHIN = DAY
ALIKE = 0.8
ALIKE_TIMES = 3
ALIKE_WITHIN = 7 * DAY
ALIKE_WORDS = 4  # "Good morning!" is no advertisement
MEMORY = 10  # hints
MANY_DISMISSED = 5  # of those; more than half

TIMES = {3: "third", 4: "fourth", 5: "fifth"}


class Found(Value):
    """What there is to say about a post that is being written."""

    about: About
    sentence: str


class Hint(Value):
    """A hint that was shown. `key`: of the composer it was shown in; `day`: in the firm's zone;
    `outcome_at`: ms."""

    id: int
    account_id: int
    person_id: int | None
    day: str
    about: About
    sentence: str
    key: str
    shown_at: int
    outcome: Outcome = ""
    outcome_at: int | None = None


class Writing(Value):
    """What is being written, and what was published before it, oldest first. `window`: public items of
    45 days, at most twenty; `week`: all posts of seven days, whoever may read them; `stranger`: it is
    a direct message and goes to somebody who does not follow."""

    item: Item
    window: tuple[Item, ...] = ()
    week: tuple[Item, ...] = ()
    stranger: bool = False


def find(
    writing: Writing,
    own: Ground,
    setting: Setting,
    corrections: Mapping[int, Kind],
    others: Mapping[int, Item],
) -> Found | None:
    """What the composer may say; None for nothing. Whether it is time for a hint, `is_time` knows."""
    found = pushy(writing, own)
    if found or writing.item.visibility not in OPEN:
        return found
    return every_update(writing, own) or too_much(writing, own, setting, corrections, others)


# F27, F28


def pushy(writing: Writing, own: Ground) -> Found | None:
    """What people call pushy: the same page more than twice in 24 hours, the own link in an answer or
    under a blog where nobody asked, or in a message to somebody who does not follow; nearly the same
    text three times in a week."""
    item = writing.item
    if rules.has_own_link(item.text, own):
        welcome = item.answers is not None and rules.asked(item.answers, own)
        if writing.stranger and not welcome:
            return Found("stranger", "Your link goes to somebody who does not follow you and did not ask.")
        if item.answers is not None and not welcome:
            if item.answers.blog:
                return Found(
                    "comment", "This comments on somebody's blog, and nobody there asked for your link."
                )
            return Found("unasked", "Nobody asked for your link in this conversation.")
    return _same_target(writing) or _alike(writing)


def _same_target(writing: Writing) -> Found | None:
    item = writing.item
    since = item.at - TARGET_WITHIN
    pages = {canonical(url) for url in rules.links(item.text)}
    lately = [
        page
        for one in writing.week
        if one.at > since
        for page in {canonical(url) for url in rules.links(one.text)}
    ]
    most = max((lately.count(page) + 1 for page in pages), default=0)
    if most <= TARGET_TIMES:
        return None
    time = TIMES.get(most, "umpteenth")
    return Found("target", f"This is the {time} time in 24 hours that you post the same link.")


def _alike(writing: Writing) -> Found | None:
    item = writing.item
    mine = _said(item.text)
    if len(mine) < ALIKE_WORDS:
        return None
    since = item.at - ALIKE_WITHIN
    times = 1 + sum(one.at > since and overlap(mine, _said(one.text)) > ALIKE for one in writing.week)
    if times < ALIKE_TIMES:
        return None
    time = TIMES.get(times, "umpteenth")
    return Found("alike", f"This is the {time} time in seven days that you post nearly the same text.")


def _said(text: str) -> frozenset[str]:
    return frozenset(tokens(rules.without_links(text)))


# F26


def every_update(writing: Writing, own: Ground) -> Found | None:
    """Five of the last six updates, with this one, carry the own link, and so does this one.
    Conversation is no update: it is passed over."""
    if not (_is_update(writing.item, own) and rules.has_own_link(writing.item.text, own)):
        return None
    updates = [one for one in writing.window if _is_update(one, own)]
    last = [*updates, writing.item][-LAST:]
    carry = sum(rules.has_own_link(one.text, own) for one in last)
    if len(last) < LAST or carry < OWN_OF_LAST:
        return None
    return Found("every", f"With this, {carry} of your last {LAST} posts carry your own link.")


def _is_update(item: Item, own: Ground) -> bool:
    told = item.answers
    return told is None or (rules.has_own_link(item.text, own) and not rules.asked(told, own))


# F25


def too_much(
    writing: Writing,
    own: Ground,
    setting: Setting,
    corrections: Mapping[int, Kind],
    others: Mapping[int, Item],
) -> Found | None:
    """With this post, which is about oneself, the share is surely above the limit."""
    window = [*writing.window, writing.item][-rules.WINDOW :]
    one = rules.classed(window, own, corrections, {**others, **{i.id: i for i in writing.window}})
    if one[-1].kind != "P" or not rules.share(one, setting.limit).over:
        return None
    mine = sum(c.kind == "P" for c in one)
    return Found(
        "share",
        f"With this, {mine} of your last {len(one)} posts are about yourself; your rule is {setting.rule_name}.",
    )


# when


def is_time(last: Sequence[Hint], today: str, setting: Setting) -> bool:
    """May a hint be shown today? `last`: the ten newest, the newest first."""
    if setting.campaign_until and today <= setting.campaign_until:
        return False
    if not last:
        return True
    return today >= next_day(last[0].day, pause(last))


def pause(last: Sequence[Hint]) -> int:
    """Days from one hint to the next: one, or two when more than half of the last ten were dismissed."""
    return 2 if sum(hint.outcome == "dismissed" for hint in last[:MEMORY]) > MANY_DISMISSED else 1
