"""Writing, planning, publishing and discarding drafts.

A planned draft is a row and a job under the key `draft:<id>`; both change in one transaction.
When the time comes the stage decides, in the transaction that publishes: so it goes out exactly
once, whatever is killed in between. Whoever is about to decide on a draft holds it first: the job
and a person may come at the same moment. In a trial, what would fall into quiet time moves out of it.
"""

from datetime import tzinfo

from linnet.db.tx import Tx
from linnet.desk.drafts import queries, room, rules
from linnet.desk.drafts.rules import Content, Draft, DraftChanged, Slot, Stage
from linnet.desk.firm import queries as firms
from linnet.desk.publishing import actions as publishing
from linnet.desk.start import actions as starting
from linnet.desk.trial import obeying
from linnet.desk.trial.obeying import Known
from linnet.desk.trial.rules import Note
from linnet.jobs import rows as jobs
from linnet.jobs.rows import Job
from linnet.kernel.clock import DAY, MINUTE, zone
from linnet.kernel.days import same_clock
from linnet.kernel.errors import Conflict, Invalid, LinnetError, NotFound
from linnet.kernel.value import changed
from linnet.social.media import actions as media
from linnet.social.people import queries as people
from linnet.social.people import rules as people_rules
from linnet.social.polls.rules import check_poll
from linnet.social.posts import queries as posts
from linnet.social.posts import rules as post_rules
from linnet.social.posts.rules import Author, Terms

EVER = 1 << 62  # later than anything is planned for, ms


class PublishDraft(Job):
    """Job: the draft's time has come."""

    draft_id: int


def keep(
    tx: Tx, author: Author, content: Content, *, id: int, now: int, stage: Stage = "draft", key: str = ""
) -> int:
    """Keeps what was written, however unfinished; answers its id. With a key used before: that
    draft's. Raises NotAllowed (role), Invalid (foreign pictures, too many drafts)."""
    people_rules.must(author.role, "draft")
    if key:
        tx.hold(author.account_id)
    before = queries.by_key(tx, author.account_id, post_rules.check_key(key)) if key else None
    if before:
        return before.id
    if queries.open_count(tx, author.account_id) >= rules.MOST_OPEN:
        raise Invalid("text", f"cannot be kept: there are {rules.MOST_OPEN} open drafts already")
    post_rules.check_visibility(content.visibility)
    media.keep(tx, content.media_ids, author.account_id, now)
    person_id = _person(author)
    queries.insert(
        tx,
        content,
        id=id,
        account_id=author.account_id,
        person_id=person_id,
        stage=stage,
        app_id=author.app_id,
        key=key,
        now=now,
    )
    tx.emit(DraftChanged(id, author.account_id, stage))
    return id


def change(
    tx: Tx, author: Author, draft_id: int, content: Content, *, version: int | None, now: int, terms: Terms
) -> None:
    """Replaces what is written. A planned one must stay publishable. Raises NotFound, Conflict
    (somebody else changed it, or it was sent), NotAllowed, Invalid."""
    draft = _own(tx, author, draft_id)
    people_rules.must(author.role, "post" if draft.stage == "set" else "draft")
    rules.check_version(draft, version)
    rules.check_open(draft)
    post_rules.check_visibility(content.visibility)
    if draft.stage == "set":
        _check_text(content, terms)
    media.release(tx, [id for id in draft.media_ids if id not in content.media_ids], draft.account_id, now)
    media.keep(tx, [id for id in content.media_ids if id not in draft.media_ids], draft.account_id, now)
    stage: Stage = "draft" if draft.stage == "idea" else draft.stage
    queries.save(tx, draft_id, stage, content, now)
    tx.emit(DraftChanged(draft_id, draft.account_id, stage))


def schedule(
    tx: Tx,
    author: Author,
    draft_id: int,
    at: int,
    *,
    terms: Terms,
    now: int,
    version: int | None = None,
    insists: bool = False,
) -> None:
    """Plans it for `at` (ms), or moves it there. The one who plans stands for it. `insists`: also in
    quiet time of a trial. Raises NotFound, Invalid (time, text), QuietTime, Conflict, NotAllowed."""
    draft = _own(tx, author, draft_id)
    people_rules.must(author.role, "post")
    rules.check_version(draft, version)
    rules.check_open(draft)
    rules.check_due(at, now)
    _check_text(content_of(draft), terms)
    if draft.reply_to_id and posts.visible(tx, draft.reply_to_id, draft.account_id) is None:
        raise NotFound("the post that this answers")
    if not insists:
        found = obeying.known(tx, draft.account_id, now)
        found = obeying.of_post(tx, found, draft.account_id, draft.new_post, now)
        obeying.check(room.beside(tx, found, draft.account_id, draft.id), at, "scheduled_at", "then")
    planned = changed(
        draft, stage="set", due_at=at, problem="", person_id=_person(author), moved="", insists=insists
    )
    queries.set_stage(tx, planned, now)
    jobs.add(tx, PublishDraft(draft_id), now=now, run_at=at, key=f"draft:{draft_id}")
    tx.emit(DraftChanged(draft_id, draft.account_id, "set"))


def unschedule(tx: Tx, author: Author, draft_id: int, *, now: int) -> None:
    """Back to a draft without a time. Raises NotFound, Conflict, NotAllowed."""
    draft = _own(tx, author, draft_id)
    people_rules.must(author.role, "post")
    rules.check_open(draft)
    jobs.cancel(tx, f"draft:{draft_id}")
    queries.set_stage(tx, changed(draft, stage="draft", due_at=None, problem="", moved=""), now)
    tx.emit(DraftChanged(draft_id, draft.account_id, "draft"))


def discard(tx: Tx, author: Author, draft_id: int, *, now: int) -> None:
    """Throws a draft away; its pictures are loose again. Raises NotFound, Conflict, NotAllowed."""
    draft = _own(tx, author, draft_id)
    people_rules.must(author.role, "draft")
    rules.check_open(draft)
    jobs.cancel(tx, f"draft:{draft_id}")
    media.release(tx, draft.media_ids, draft.account_id, now)
    queries.delete(tx, draft_id)
    tx.emit(DraftChanged(draft_id, draft.account_id, "gone"))


def publish_now(
    tx: Tx, author: Author, draft_id: int, terms: Terms, *, id: int, now: int, insists: bool = False
) -> int:
    """Publishes it at once; answers the post's id. Again: the same post. `insists`: also in quiet
    time of a trial. Raises what publishing raises, NotFound."""
    draft = _own(tx, author, draft_id)
    if draft.stage == "sent" and draft.post_id:
        return draft.post_id
    jobs.cancel(tx, f"draft:{draft_id}")
    return _send(tx, changed(draft, person_id=_person(author), insists=insists), author, terms, id, now)


def publish_due(tx: Tx, draft_id: int, terms: Terms, grace_minutes: int, *, id: int, now: int) -> None:
    """The job: its time has come. Nothing happens when it was sent, cancelled or moved; too late,
    it is marked as missed and a person is asked. Raises what publishing raises."""
    tx.hold(draft_id)
    draft = queries.draft(tx, draft_id)
    if draft is None or draft.stage != "set" or draft.due_at is None or draft.due_at > now:
        return
    if rules.is_late(draft.due_at, now, grace_minutes):
        late = (now - draft.due_at) // 60_000
        _miss(
            tx,
            draft,
            f"The server was not running at that time; it is {late} minutes late. Shall it still go out?",
            now,
        )
        return
    member = people.member(tx, draft.person_id, draft.account_id)
    person = people.person(tx, draft.person_id)
    if member is None or person is None or person.disabled_at is not None:
        _miss(tx, draft, "The person who planned it may no longer post for this account.", now)
        return
    start = starting.later(tx, draft.account_id, draft.new_post, draft.app_id, now)
    if start:
        _to(tx, draft, start, "The start of your posting moved: not enough days are counted yet.", now)
        return
    found = obeying.deciding(tx, draft.account_id, now)
    found = obeying.of_post(tx, found, draft.account_id, draft.new_post, now)
    if found.at(obeying.lived(found, now)) and not draft.insists:
        _move_out(tx, draft, room.beside(tx, found, draft.account_id, draft.id), now)
        return
    author = Author(draft.account_id, draft.person_id, member.role, draft.app_id)
    _send(tx, draft, author, terms, id, now)


def keep_quiet(tx: Tx, now: int) -> int:
    """Recurring: planned posts whose time is now known to be quiet, or a light day that has no room for them, move
    to the next free slot after it; answers how many. What was insisted on stays, and so do answers to people who wrote."""
    firm = firms.firm(tx)
    if firm is None:
        return 0
    found = obeying.known(tx, firm.account_id, now)
    times = obeying.to_look_at(found, now)
    ids = [d.id for t in times for d in queries.planned(tx, firm.account_id, t.start, t.end)]
    moved = 0
    for draft_id in (*ids, *room.too_many(tx, found, firm.account_id)):
        tx.hold(draft_id)
        draft = queries.draft(tx, draft_id)  # as it is now that it is held
        if draft is None or draft.due_at is None or draft.stage != "set" or draft.insists:
            continue
        own = obeying.of_post(tx, found, draft.account_id, draft.new_post, now)
        own = room.beside(tx, own, draft.account_id, draft.id)
        if own.at(draft.due_at):
            _move_out(tx, draft, own, now)
            moved += 1
    return moved


def _move_out(tx: Tx, draft: Draft, found: Known, now: int) -> None:
    """Plans it for the next free slot after the quiet time, or the light day that is full. That may lie beyond
    what is known of the calendar: if it turns out to be quiet too, it moves once more."""
    firm, due_at = firms.must_firm(tx), draft.due_at or now
    hours = [Slot(*span) if span else None for span in firm.week]
    own = zone(firm.time_zone)
    taken = queries.taken(tx, draft.account_id, now - DAY)
    # a job that comes a little late, or a clock that was set back: what counts is the quiet time now
    from_at = due_at if found.at(due_at) else obeying.lived(found, now)
    at = rules.out_of_quiet(from_at, found.closed, taken, hours, own)
    closed = found.at(from_at)
    light = closed.most if closed else 0
    words = rules.moved_words(due_at, own, by_page=bool(found.pages), light=light)
    queries.set_stage(tx, changed(draft, due_at=at, moved=words), now)
    jobs.add(tx, PublishDraft(draft.id), now=now, run_at=at, key=f"draft:{draft.id}")
    if found.trial:
        words = rules.moved_words(due_at, own, to_at=at, by_page=bool(found.pages), light=light)
        obeying.note(tx, found.trial.id, Note(now, None, "moved", words))
    tx.emit(DraftChanged(draft.id, draft.account_id, "set"))


def move_all(tx: Tx, account_id: int, days: int, own: tzinfo, now: int) -> int:
    """Moves what our pages planned and what waits for the start by so many days, at the same time by the clock of
    `own`, because the start moved; answers how many. Answers to people who wrote stay where they are."""
    moved = 0
    for one in queries.planned(tx, account_id, now, EVER):
        if one.app_id is not None or not starting.waits(tx, account_id, one.new_post):
            continue
        tx.hold(one.id)
        draft = queries.draft(tx, one.id)  # as it is now that it is held
        if draft and draft.stage == "set" and draft.due_at is not None:
            at = max(now, same_clock(draft.due_at, days, own))
            _to(tx, draft, at, "It moved with the start.", now)
            moved += 1
    return moved


def _to(tx: Tx, draft: Draft, at: int, words: str, now: int) -> None:
    queries.set_stage(tx, changed(draft, due_at=at, moved=words), now)
    jobs.add(tx, PublishDraft(draft.id), now=now, run_at=at, key=f"draft:{draft.id}")
    tx.emit(DraftChanged(draft.id, draft.account_id, "set"))


def miss(tx: Tx, draft_id: int, problem: str, now: int) -> None:
    """Marks a planned draft as missed, with the reason."""
    tx.hold(draft_id)
    draft = queries.draft(tx, draft_id)
    if draft and draft.stage == "set":
        _miss(tx, draft, problem, now)


def miss_overdue(tx: Tx, now: int, *, grace_minutes: int) -> int:
    """Recurring: what is still planned although it is too late for it (its job was given up after
    errors of ours) is marked as missed; answers how many."""
    lost = queries.overdue(tx, now - grace_minutes * MINUTE - MINUTE)
    for draft_id in lost:
        jobs.cancel(tx, f"draft:{draft_id}")
        miss(tx, draft_id, "Something went wrong here when its time came. Shall it still go out?", now)
    return len(lost)


def content_of(draft: Draft) -> Content:
    """What is written in it."""
    return Content(
        draft.text,
        draft.visibility,
        draft.warning,
        draft.sensitive,
        draft.language,
        draft.reply_to_id,
        draft.media_ids,
        draft.new_post.poll,
        draft.entry_id,
        draft.go_links,
        draft.quote_id,
        draft.quotable,
    )


def _send(tx: Tx, draft: Draft, author: Author, terms: Terms, id: int, now: int) -> int:
    post_id = publishing.publish(
        tx,
        author,
        draft.new_post,
        terms,
        id=id,
        now=now,
        go_links=draft.go_links,
        insists=draft.insists,
    )
    queries.set_stage(tx, changed(draft, stage="sent", post_id=post_id, problem=""), now)
    tx.emit(DraftChanged(draft.id, draft.account_id, "sent"))
    return post_id


def _miss(tx: Tx, draft: Draft, problem: str, now: int) -> None:
    queries.set_stage(tx, changed(draft, stage="missed", problem=problem), now)
    tx.emit(DraftChanged(draft.id, draft.account_id, "missed"))


def _own(tx: Tx, author: Author, draft_id: int) -> Draft:
    tx.hold(draft_id)
    draft = queries.draft(tx, draft_id)
    if draft is None or draft.account_id != author.account_id:
        raise NotFound("draft")
    return draft


def _person(author: Author) -> int:
    if author.person_id is None:
        raise Conflict("A draft needs a person who stands for it.")
    return author.person_id


def _check_text(content: Content, terms: Terms) -> None:
    """Would it be accepted? What can change until then (the answered post may be gone) is asked
    again at the time."""
    if content.poll:
        check_poll(content.poll)
        if content.media_ids:
            raise Invalid("poll", "cannot stand beside pictures")
    try:
        post_rules.compose(
            content.text,
            warning=content.warning,
            language=content.language,
            most=terms.max_characters,
            may_be_empty=bool(content.media_ids),
        )
    except Invalid:
        raise
    except LinnetError as error:
        raise Invalid("text", error.sentence) from error


def forget_account(tx: Tx, account_id: int) -> None:
    """The account is gone: all its drafts go, and nothing that was planned will be published. (Its pictures
    go with the account's.)"""
    for draft_id in queries.planned_of(tx, account_id):
        jobs.cancel(tx, f"draft:{draft_id}")
    queries.delete_of(tx, account_id)
