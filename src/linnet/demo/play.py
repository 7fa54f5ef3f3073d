"""The play is put on: the whole story into an empty database, by the rooms' own actions."""

from collections.abc import Callable, Iterable, Mapping
from itertools import groupby

from linnet.db.database import Database
from linnet.db.facts import ADDRESS, fact, keep_fact
from linnet.db.tx import Tx
from linnet.demo import company as company_of
from linnet.demo import shop
from linnet.demo.newsroom import Newsroom
from linnet.demo.story import Story
from linnet.demo.talk import Deed, Talk
from linnet.desk.firm import queries as firms
from linnet.kernel.clock import DAY
from linnet.kernel.value import Value
from linnet.social.media.rules import Picture
from linnet.social.posts.rules import Terms

MADE = "demonstration made at"  # a fact of the server, in ms: it was put on to its end
WEEK = 7 * DAY

Say = Callable[[str], None]


class Found(Value):
    """What is in a database: nothing, a real firm, a demonstration (`made_at` in ms), or
    (`made_at` None) a piece of one that was broken off."""

    firm: str
    invented: bool
    made_at: int | None


def look(tx: Tx) -> Found | None:
    """What is there; None where no firm is set up."""
    firm = firms.firm(tx)
    if firm is None:
        return None
    made = fact(tx, MADE)
    return Found(firm.name, firm.invented, int(made) if made else None)


def put_on(
    db: Database, story: Story, terms: Terms, drawn: Mapping[str, Picture], password_hash: str, say: Say
) -> None:
    """Writes the story. `drawn`: its pictures (`company.drawn`); `say` is told how far it is. The
    database must have no firm. Raises Conflict."""
    company = db.write_now(company_of.found, story, drawn, password_hash)
    db.write_now(shop.preview, story)
    say(f"{len(company.accounts)} accounts, {len(company.people)} people")
    news = Newsroom(story, company, terms.max_characters)
    talk = Talk(story, company, drawn, terms, news.entries)
    for week in _weeks([*talk.deeds(), *talk.shares(), *news.deeds()], story.start):
        db.write_now(_do, week)
    db.write_now(company_of.farewell, company, story)
    say(f"{len(story.said)} posts, {len(story.marks)} reactions, {len(story.plans)} posts planned")
    say(f"{len(story.press.told)} stories of {len(story.press.sources)} sources")
    codes = db.write_now(shop.place, story, company)
    shop.receive(db, story, codes)
    say(f"{len(story.came)} visits, {len(codes)} links")
    db.write_now(shop.sell, story, codes)
    say(f"{len(story.sold)} sales and refunds, {len(story.asked)} who asked")
    db.write_now(shop.toil, story.work, company)
    shop.fold(db, story.now)
    say(f"{sum(one.ms for one in story.work.sittings) // 60_000} minutes of work")
    db.write_now(_end, story.now, terms.url)


def _weeks(deeds: Iterable[Deed], start: int) -> list[list[Deed]]:
    """The deeds in order of time, a transaction for each week."""
    ordered = sorted(deeds, key=lambda deed: deed[0])
    return [list(week) for _, week in groupby(ordered, key=lambda deed: (deed[0] - start) // WEEK)]


def _do(tx: Tx, deeds: list[Deed]) -> None:
    for _, deed in deeds:
        deed(tx)


def _end(tx: Tx, now: int, url: str) -> None:
    shop.settle(tx, now)
    keep_fact(tx, ADDRESS, url)  # it stands in every post
    keep_fact(tx, MADE, str(now))
