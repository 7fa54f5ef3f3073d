"""The play is spoken: who follows, writes, answers, boosts and votes when, in order of time, through
the same actions as anybody's pages and apps."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from linnet.db.tx import Tx
from linnet.demo import cast, pictures, script
from linnet.demo.company import Company
from linnet.demo.script import Said
from linnet.demo.story import Kept, Mark, Story, Tie
from linnet.desk.drafts import actions as drafts
from linnet.desk.drafts.rules import Content
from linnet.desk.ideas import actions as ideas
from linnet.desk.publishing import actions as publishing
from linnet.jobs import rows as jobs
from linnet.kernel.clock import MINUTE, SECOND
from linnet.kernel.ids import first_id_at, new_id
from linnet.social.follows import actions as follows
from linnet.social.markers import actions as markers
from linnet.social.media import actions as media
from linnet.social.media.rules import Picture
from linnet.social.notices import queries as notices
from linnet.social.polls.rules import NewPoll
from linnet.social.posts import actions as posts
from linnet.social.posts import queries as post_queries
from linnet.social.posts.rules import NewPost, PostChange, Terms
from linnet.social.reactions import actions as reactions

GRACE = 120  # minutes that a planned post of the play may be late

Deed = tuple[int, Callable[[Tx], object]]


class Talk:
    """Turns what the story says into deeds with a time. `entries`: stories of the sources by slug,
    filled by `desk.Newsroom` as they come in."""

    def __init__(
        self,
        story: Story,
        company: Company,
        drawn: Mapping[str, Picture],
        terms: Terms,
        entries: Mapping[str, int],
    ) -> None:
        self._story = story
        self._company = company
        self._drawn = drawn
        self._terms = terms
        self._entries = entries
        self._ids = {post.key: post.id for post in story.said}

    def deeds(self) -> Iterator[Deed]:
        """Everything, in no order."""
        story = self._story
        for tie in story.ties:
            yield tie.at, partial(self._follow, tie)
        for post in story.said:
            yield from self._post(post)
        for post in story.plans:
            yield post.written_at, partial(self._plan, post=post, due=post.at)
        for mark in story.marks:
            yield mark.at, partial(self._mark, mark)
        for draft in story.drafts:
            yield from self._draft(draft)
        if story.sight_at < story.now:
            yield story.sight_at, lambda tx: drafts.keep_quiet(tx, story.sight_at)
        yield story.read_at, self._read

    def _follow(self, tie: Tie, tx: Tx) -> None:
        ids = self._company.accounts
        follows.follow(tx, ids[tie.who], ids[tie.whom], now=tie.at)

    def _post(self, post: Said) -> Iterator[Deed]:
        if post.written_at:
            yield post.written_at, partial(self._plan, post=post, due=post.at - 2 * SECOND)
            yield post.at, partial(self._goes_out, post)
        else:
            yield post.at, partial(self._say, post)
        if "pin" in post.options:
            yield post.at + MINUTE, partial(self._pin, post)
        if "edit" in post.options:
            yield from self._edits(post)
        if "poll" in post.options:
            over = post.at + self._poll(post).duration
            if over < self._story.now:
                yield over, partial(self._end_poll, post, over)

    def _say(self, post: Said, tx: Tx) -> None:
        author = self._company.author(post.who, post.by, app="app" in post.options)
        new = NewPost(
            text=post.text,
            visibility=post.visibility,
            reply_to_id=self._ids.get(post.to),
            media_ids=self._pictures(tx, post.key, post.options.get("pic", ""), author.account_id, post.at),
            poll=self._poll(post) if "poll" in post.options else None,
        )
        insists = "insists" in post.options
        publishing.publish(tx, author, new, self._terms, id=post.id, now=post.at, insists=insists)

    def _plan(self, tx: Tx, *, post: Said, due: int) -> None:
        """Written the evening before, and set for its time."""
        at, author = post.written_at, self._company.author(post.who, post.by)
        content = Content(
            text=post.text,
            visibility=post.visibility,
            media_ids=self._pictures(tx, post.key, post.options.get("pic", ""), author.account_id, at),
            poll=self._poll(post) if "poll" in post.options else None,
            entry_id=self._entries.get(post.options.get("story", "")),
        )
        id = drafts.keep(tx, author, content, id=_draft_id(post), now=at)
        drafts.schedule(tx, author, id, due, terms=self._terms, now=at)

    def _goes_out(self, post: Said, tx: Tx) -> None:
        """What the job of a planned post does when its time has come."""
        drafts.publish_due(tx, _draft_id(post), self._terms, GRACE, id=post.id, now=post.at)
        jobs.cancel(tx, f"draft:{_draft_id(post)}")

    def shares(self) -> Iterator[Deed]:
        """That a post passes a story of the sources on."""
        for post in self._story.said:
            if "story" in post.options:
                yield post.at + SECOND, partial(self._shared, post)

    def _shared(self, post: Said, tx: Tx) -> None:
        entry_id = self._entries[post.options["story"]]
        person_id = self._company.people[post.by]
        ideas.mark_shared(
            tx, self._company.bakery, entry_id, person_id=person_id, post_id=post.id, now=post.at + SECOND
        )

    def _pin(self, post: Said, tx: Tx) -> None:
        reactions.pin(tx, self._company.accounts[post.who], post.id, post.at + MINUTE)

    def _edits(self, post: Said) -> Iterator[Deed]:
        after, _, text = post.options["edit"].partition(" ")
        at = post.at + int(after) * MINUTE
        if at < self._story.now:
            author = self._company.author(post.who, post.by)
            yield (
                at,
                lambda tx: publishing.edit(
                    tx, author, post.id, PostChange(text, language="en"), self._terms, now=at
                ),
            )

    def _poll(self, post: Said) -> NewPoll:
        lasts, _, answers = post.options["poll"].partition(":")
        return NewPoll(tuple(answer.strip() for answer in answers.split("|")), script.length_of(lasts))

    def _end_poll(self, post: Said, at: int, tx: Tx) -> None:
        row = post_queries.post(tx, post.id)
        if row and row.poll_id:
            posts.end_poll(tx, row.poll_id, at)
            jobs.cancel(tx, f"poll:{row.poll_id}")

    def _pictures(self, tx: Tx, key: str, name: str, account_id: int, at: int) -> tuple[int, ...]:
        if not name:
            return ()
        id = new_id()
        media.add(
            tx, self._drawn[key], id=id, account_id=account_id, person_id=None, alt=pictures.ALT[name], now=at
        )
        return (id,)

    def _mark(self, mark: Mark, tx: Tx) -> None:
        who, post_id = self._company.accounts[mark.who], self._ids[mark.key]
        if mark.kind == "favourite":
            reactions.favourite(tx, who, post_id, mark.at)
        elif mark.kind == "bookmark":
            reactions.bookmark(tx, who, post_id)
        elif mark.kind == "vote":
            reactions.vote(tx, who, post_id, [mark.choice], mark.at)
        else:
            by = "jonas" if mark.who == cast.FIRM else ""
            publishing.boost(tx, self._company.author(mark.who, by), post_id, id=mark.id, now=mark.at)

    def _draft(self, draft: Kept) -> Iterator[Deed]:
        author = self._company.author(cast.FIRM, draft.by)

        def keep(tx: Tx) -> None:
            picture = self._pictures(tx, str(draft.id), draft.picture, author.account_id, draft.at)
            drafts.keep(tx, author, Content(draft.text, media_ids=picture), id=draft.id, now=draft.at)
            if draft.due_at:
                drafts.schedule(tx, author, draft.id, draft.due_at, terms=self._terms, now=draft.at)

        def miss(tx: Tx) -> None:
            """The server comes back, too late."""
            drafts.publish_due(tx, draft.id, self._terms, GRACE, id=first_id_at(late), now=late)
            jobs.cancel(tx, f"draft:{draft.id}")

        yield draft.at, keep
        late = draft.due_at + (GRACE + 35) * MINUTE
        if draft.stage == "missed":
            yield late, miss

    def _read(self, tx: Tx) -> None:
        """The bakery looks at its notifications for the last time."""
        newest = notices.page(tx, self._company.bakery)
        if newest:
            markers.read_to(tx, self._company.bakery, {"notifications": newest[0].id}, self._story.read_at)


def _draft_id(post: Said) -> int:
    return first_id_at(post.written_at) | (post.id & 0x7FFF)
