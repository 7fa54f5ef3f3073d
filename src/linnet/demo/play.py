"""The play is put on: the whole story into an empty database, by the rooms' own actions."""

from collections.abc import Callable, Mapping

from linnet.db.database import Database
from linnet.db.facts import ADDRESS, fact, keep_fact
from linnet.db.tx import Tx
from linnet.demo import company as company_of
from linnet.demo import others, shop
from linnet.demo.newsroom import Newsroom
from linnet.demo.story import Story
from linnet.demo.talk import Deed, Talk
from linnet.demo.trying import Trying
from linnet.desk.firm import queries as firms
from linnet.kernel.value import Value
from linnet.social.media.rules import Picture
from linnet.social.posts.rules import Terms

MADE = "demonstration made at"  # a fact of the server, in ms: it was put on to its end

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
    trying = Trying(db, story, company, terms)
    db.write_now(shop.open_shop, story)
    codes: dict[str, str] = {}
    deeds = sorted([*talk.deeds(), *talk.shares(), *news.deeds()], key=lambda deed: deed[0])
    start = 0
    for end in story.weeks:
        db.write_now(_do, [deed for deed in deeds if start <= deed[0] < end])
        codes |= db.write_now(shop.place, story, company, start, end)
        shop.receive(db, story, codes, start, end)
        db.write_now(shop.sell, story, codes, start, end)
        db.write_now(shop.toil, story.work, company, start, end)
        shop.fold(db, end)
        trying.week_over(start, end)
        start = end
    db.write_now(company_of.farewell, company, story)
    db.write_now(others.keep, story)
    say(f"{len(story.said)} posts, {len(story.marks)} reactions, {len(story.plans)} posts planned")
    say(f"{len(story.press.told)} stories of {len(story.press.sources)} sources")
    say(f"{len(story.came)} visits, {len(codes)} links")
    say(f"{len(story.sold)} sales and refunds, {len(story.asked)} who asked")
    say(f"{sum(one.ms for one in story.work.sittings) // 60_000} minutes of work")
    say("A trial of days that is over, and one of pages that runs")
    db.write_now(_end, story.now, terms.url)


def _do(tx: Tx, deeds: list[Deed]) -> None:
    for _, deed in deeds:
        deed(tx)


def _end(tx: Tx, now: int, url: str) -> None:
    shop.settle(tx, now)
    keep_fact(tx, ADDRESS, url)  # it stands in every post
    keep_fact(tx, MADE, str(now))
