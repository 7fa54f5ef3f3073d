"""The sources of the play: what they bring, as if it had been fetched, and what is made of it."""

import hashlib
from collections.abc import Iterator
from functools import partial

from linnet.db.tx import Tx
from linnet.demo.company import Company
from linnet.demo.news import Source, Told
from linnet.demo.story import Story
from linnet.demo.talk import Deed
from linnet.desk.drafts import actions as drafts
from linnet.desk.drafts.rules import Content
from linnet.desk.feeds import actions as feeds
from linnet.desk.feeds import canonical, likeness, queries
from linnet.desk.feeds import rules as feed_rules
from linnet.desk.feeds.likeness import Likeness, Text
from linnet.desk.feeds.rules import Document, Item, Parsed
from linnet.desk.ideas import actions as ideas
from linnet.kernel.clock import DAY, HOUR, MINUTE
from linnet.kernel.ids import first_id_at
from linnet.social.text.rules import measure

FOUND_AFTER = 17 * MINUTE
SHOWN_AFTER = 2 * HOUR
CARRIED = 20  # stories in one document
FAILED_AFTER = (0, 1, 3, 7, 15, 39, 63)  # hours


class Newsroom:
    """Deeds of the desk around its sources. `entries` fills while they are done."""

    def __init__(self, story: Story, company: Company, most: int) -> None:
        self._story = story
        self._company = company
        self._most = most
        self._ids: dict[str, int] = {}
        self.entries: dict[str, int] = {}  # by slug; a slug of two sources names one story

    def deeds(self) -> Iterator[Deed]:
        """Everything, in no order."""
        start = self._story.start - DAY
        for place, source in enumerate(self._story.press.sources):
            self._ids[source.key] = first_id_at(start) + place
            yield start + place, partial(self._add, source, start + place)
            told = [one for one in self._story.press.told if one.source == source.key]
            for number, one in enumerate(told, 1):
                at = one.at + FOUND_AFTER
                yield at, partial(self._bring, source, tuple(told[max(0, number - CARRIED) : number]), at)
                yield from self._made_of(one)
            yield from self._fares(source, place)

    def _add(self, source: Source, at: int, tx: Tx) -> None:
        feeds.add(
            tx,
            source.address,
            id=self._ids[source.key],
            now=at,
            person_id=self._company.people["jonas"],
            title=source.title,
            site=source.site,
        )

    def _bring(self, source: Source, told: tuple[Told, ...], at: int, tx: Tx) -> None:
        feed_id = self._ids[source.key]
        items = tuple(
            Item(one.url, one.url, canonical.key(one.url), one.title, one.summary, source.title, one.at)
            for one in told
        )
        body = hashlib.sha256(f"{source.key}{told[-1].slug}".encode()).hexdigest()
        document = Document(
            Parsed(source.format, source.title, source.site, items),
            # a source in trouble has none, so that it stays so
            etag="" if source.failing_since else f'"{body[:12]}"',
            last_modified="",
            body_hash=body,
            alike=_alike(tx, feed_id, items, at),
        )
        feeds.take_in(tx, feed_id, document, pause=0, now=at)
        found = queries.ids_by_key(tx, [item.url_key for item in items])
        for one, item in zip(told, items, strict=True):
            self.entries[one.slug] = found[item.url_key]

    def _fares(self, source: Source, place: int) -> Iterator[Deed]:
        """How the source does until now."""
        feed_id, now = self._ids[source.key], self._story.now
        if source.dead_since:
            yield (
                source.dead_since,
                lambda tx: feeds.die(tx, feed_id, feed_rules.refusal(410), source.dead_since),
            )
        elif source.failing_since:
            late = [source.failing_since + hours * HOUR for hours in FAILED_AFTER]
            # the last one a while ago: the next look is not due as soon as somebody looks at the play
            for at in [*(at for at in late if at < now - 3 * HOUR), now - 2 * HOUR]:
                yield at, partial(self._fail, feed_id, at)
        else:
            last = now - (4 + 7 * place) * MINUTE
            yield last, lambda tx: feeds.unchanged(tx, feed_id, pause=0, now=last)

    def _fail(self, feed_id: int, at: int, tx: Tx) -> None:
        feeds.failed(tx, feed_id, feed_rules.refusal(503), now=at)

    def _made_of(self, one: Told) -> Iterator[Deed]:
        account_id, people = self._company.bakery, self._company.people
        shown = one.at + SHOWN_AFTER
        if shown < self._story.now:
            yield shown, lambda tx: ideas.note_shown(tx, account_id, [self.entries[one.slug]], shown)
        at, jonas = max(one.decided_at, one.at + FOUND_AFTER + MINUTE), people["jonas"]
        if one.verdict == "saved":
            yield at, lambda tx: ideas.save(tx, account_id, self.entries[one.slug], person_id=jonas, now=at)
        elif one.verdict == "dismissed":
            yield (
                at,
                lambda tx: ideas.dismiss(
                    tx, account_id, self.entries[one.slug], person_id=jonas, reason=one.reason, now=at
                ),
            )
        elif one.verdict == "idea":
            yield at, partial(self._idea, one, at)

    def _idea(self, one: Told, at: int, tx: Tx) -> None:
        """Title and link to write on, as the button "Draft it" makes them."""
        author = self._company.author("bakery", one.by)
        title = one.title.split()
        while title and measure(f"{' '.join(title)}… {one.url}") > self._most:
            title.pop()
        words = " ".join(title)
        text = f"{words} {one.url}" if words == one.title else f"{words}… {one.url}"
        entry_id = self.entries[one.slug]
        content = Content(text, language="en", entry_id=entry_id)
        id = drafts.keep(
            tx, author, content, id=first_id_at(at), now=at, stage="idea", key=f"entry-{entry_id}"
        )
        ideas.mark_shared(tx, author.account_id, entry_id, person_id=author.person_id, draft_id=id, now=at)


def _alike(tx: Tx, feed_id: int, items: tuple[Item, ...], at: int) -> tuple[tuple[str, Likeness], ...]:
    """The stories that another source has in other words."""
    texts = [Text(place, item.title, item.summary, item.stated_at or at) for place, item in enumerate(items)]
    others = queries.of_others(tx, feed_id, at - feed_rules.FOLD_AGE - likeness.WITHIN, at)
    return tuple((items[place].guid, like) for place, like in likeness.fold(texts, others).items())
