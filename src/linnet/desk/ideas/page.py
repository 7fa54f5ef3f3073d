"""The page "Worth sharing": what is looked at, put together."""

from collections.abc import Sequence

from linnet.db.tx import Tx
from linnet.desk.feeds import canonical
from linnet.desk.feeds import queries as feeds
from linnet.desk.feeds.rules import Entry
from linnet.desk.ideas import queries, rules
from linnet.desk.ideas.rules import Idea, Material
from linnet.social.text.scan import scan


def worth_sharing(
    tx: Tx, account_id: int, words: Sequence[str], now: int, n: int = rules.PLACES
) -> list[Idea]:
    """The stories most worth sharing for the account, best first. `words`: the firm's field. What
    it posted itself within 90 days is left out, however it found it. Tens of ms: use `db.read`."""
    posted = {
        canonical.key(link.url) for text in queries.posted(tx, account_id, now) for link in scan(text).links
    }
    stories = [s for s in queries.candidates(tx, account_id, now) if canonical.key(s.url) not in posted]
    sources = queries.sources(tx, [story.id for story in stories])
    material = Material(
        stories=tuple(stories),
        sources=tuple(sources),
        records=tuple(queries.records(tx, account_id, sorted({s.feed_id for s in sources}))),
        signs=tuple(queries.signs(tx, account_id, now)),
        shared=tuple(queries.lately(tx, account_id, now)),
    )
    return rules.worth_sharing(material, words, now, n)


def entry(tx: Tx, id: int) -> Entry | None:
    """The story to write about."""
    return feeds.entry(tx, id)
