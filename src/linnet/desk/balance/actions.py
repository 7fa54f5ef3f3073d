"""Hints, corrections and settings of the balance."""

from linnet.db.tx import Tx
from linnet.desk.balance import hints, queries, reading, rules
from linnet.desk.balance.hints import MEMORY, Found, Hint, Outcome
from linnet.desk.balance.queries import Unfollow
from linnet.desk.balance.reading import Draft
from linnet.desk.balance.rules import Setting
from linnet.kernel.days import parse_day
from linnet.kernel.errors import NotFound
from linnet.kernel.ids import made_at, new_id
from linnet.kernel.value import Value
from linnet.kernel.wire import encode_text
from linnet.social.follows.rules import Unfollowed
from linnet.social.people import queries as people
from linnet.social.posts import queries as posts
from linnet.social.posts.rules import Author, Terms


class Look(Value):
    """What a composer may say now: a hint that it shows already, or one that may be shown."""

    shown: Hint | None = None
    due: Found | None = None


class Review(Value):
    """What to write down once a post is out: `followed`: its composer's hint, of which nothing is left
    in it; `due`: what its composer had not said (a browser without scripts)."""

    followed: Hint | None = None
    due: Found | None = None


class SettingChange(Value):
    """What is to be set, as it was typed."""

    rule: str
    percent: str = ""
    words: str = ""
    shops: str = ""
    campaign_until: str = ""


def look(tx: Tx, account_id: int, draft: Draft, terms: Terms, *, today: str, now: int) -> Look:
    """What may be said about what stands in a composer. `today`: in the firm's zone. Reads only."""
    last = queries.hints(tx, account_id, MEMORY)
    setting = queries.setting(tx, account_id)
    current = last[0] if last and last[0].day == today else None
    if current is None and not hints.is_time(last, today, setting):
        return Look()
    if current and (current.key != draft.key or current.outcome):
        return Look()
    found = reading.found(tx, account_id, draft, terms, now)
    if current:
        return Look(shown=current if found and found.about == current.about else None)
    return Look(due=found)


def show(tx: Tx, author: Author, draft: Draft, found: Found, *, today: str, now: int) -> Hint | None:
    """Writes down that a hint is shown. None when the day has one already, or it is not time."""
    last = queries.hints(tx, author.account_id, MEMORY)
    if not hints.is_time(last, today, queries.setting(tx, author.account_id)):
        return None
    hint = Hint(
        new_id(), author.account_id, author.person_id, today, found.about, found.sentence, draft.key, now
    )
    return hint if queries.insert_hint(tx, hint) else None


def review(
    tx: Tx, account_id: int, draft: Draft, terms: Terms, *, post_id: int, today: str, now: int
) -> Review:
    """What is to be written down now that the post is out. Reads only: most posts have nothing."""
    last = queries.hints(tx, account_id, MEMORY)
    current = last[0] if last and last[0].day == today else None
    if current and (current.key != draft.key or current.outcome):
        return Review()
    if current is None and not hints.is_time(last, today, queries.setting(tx, account_id)):
        return Review()
    found = reading.found(tx, account_id, draft, terms, now, below=post_id)
    if current is None:
        return Review(due=found)
    gone = found is None or found.about != current.about
    return Review(followed=current if gone else None)


def end(tx: Tx, account_id: int, hint_id: int, outcome: Outcome, now: int) -> None:
    """What came of a hint; the first word stands. Raises NotFound."""
    if queries.hint(tx, account_id, hint_id) is None:
        raise NotFound("hint")
    queries.set_outcome(tx, account_id, hint_id, outcome, now)


def correct(tx: Tx, account_id: int, post_id: int, kind: str, *, person_id: int, now: int) -> None:
    """Somebody knows better what a post is; '' lets the rules speak again. Raises NotFound,
    Invalid("kind")."""
    post = posts.post(tx, post_id)
    if post is None or post.account_id != account_id:
        raise NotFound("post")
    if kind:
        queries.put_correction(tx, account_id, post_id, rules.check_kind(kind), person_id, now)
    else:
        queries.delete_correction(tx, account_id, post_id)


def change_setting(tx: Tx, account_id: int, change: SettingChange) -> Setting:
    """Sets limit, own words, own shops, and until when a campaign runs. Raises Invalid with the field's
    name."""
    rule, percent = rules.check_limit(change.rule, change.percent)
    until = change.campaign_until.strip()
    setting = Setting(
        rule,
        percent,
        encode_text(rules.check_names(change.words)),
        encode_text(rules.check_shops(change.shops)),
        parse_day(until, "campaign_until").isoformat() if until else "",
    )
    queries.put_setting(tx, account_id, setting)
    return setting


def note_unfollow(tx: Tx, event: Unfollowed, now: int) -> None:
    """Heeds `Unfollowed`: a follower of one of ours went of their own will. Where followers are let in
    one by one, a request that was taken back looks the same: such accounts are left out."""
    if event.by_id != event.follower_id:
        return
    account = people.account(tx, event.followee_id)
    if account is None or not account.local or account.locked:
        return
    queries.insert_unfollow(tx, new_id(), account.id, Unfollow(made_at(event.follow_id), now))


def forget_account(tx: Tx, account_id: int) -> None:
    """Everything of an account that is closed."""
    queries.forget_account(tx, account_id)
