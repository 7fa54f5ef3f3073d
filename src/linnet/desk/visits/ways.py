"""Where people came from, summed up: by way, by campaign, by the website before. Of probable visits (the confirmed
among them), by the moment at which they began. And words of campaigns, found and taken out."""

from linnet.db.tx import Tx
from linnet.desk.visits.campaign import Tags
from linnet.desk.visits.figures import Tally, VisitCounts, tally
from linnet.desk.visits.places import CLASSES, UNASKED
from linnet.desk.visits.rules import PROBABLE
from linnet.kernel.value import Value

LISTED = 200
GONE = "*"  # stands for a word that was taken out, so that it still says that there was one


class CampaignRow(Value):
    """Visits with the same words. `mark`: the name of a click id, where there were no words."""

    came: str
    source: str
    medium: str
    campaign: str
    mark: str
    probable: int
    confirmed: int


class PlaceRow(Value):
    """Visits from one website or app."""

    came: str
    referrer: str
    probable: int
    confirmed: int


class WordsRow(Value):
    """Words that some visits have."""

    source: str
    medium: str
    campaign: str
    visits: int


class Origin(Value):
    """What tells which way a visit came, and what was made of it. `channel`: of its link, '' for none."""

    id: int
    site: str
    referrer: str
    channel: str
    mark: str
    source: str
    medium: str
    campaign: str
    came: str

    @property
    def tags(self) -> Tags:
        return Tags(self.mark, self.source, self.medium, self.campaign)


ORIGINS = """SELECT v.id, v.site, v.referrer, COALESCE(l.channel, '') AS channel, v.mark, v.source, v.medium,
        v.campaign, v.came
    FROM visit v LEFT JOIN link l ON l.code = v.code AND v.code <> '' WHERE v.id IN :ids"""
SET_CAME = "UPDATE visit SET came = :came WHERE id = :id"
WAYS = """SELECT came AS key, kind, COUNT(*) AS visits FROM visit
    WHERE first_at >= :since AND first_at < :until GROUP BY came, kind"""
CAMPAIGNS = """SELECT came, source, medium, campaign,
        CASE WHEN source = '' AND medium = '' AND campaign = '' THEN mark ELSE '' END AS mark,
        COUNT(*) AS probable, COUNT(*) FILTER (WHERE kind = 'confirmed') AS confirmed
    FROM visit WHERE first_at >= :since AND first_at < :until AND kind IN :kinds
        AND (source <> '' OR medium <> '' OR campaign <> '' OR mark <> '')
    GROUP BY came, source, medium, campaign,
        CASE WHEN source = '' AND medium = '' AND campaign = '' THEN mark ELSE '' END
    ORDER BY probable DESC, campaign, source, medium, mark, came LIMIT :n"""
PLACES = """SELECT came, referrer, COUNT(*) AS probable, COUNT(*) FILTER (WHERE kind = 'confirmed') AS confirmed
    FROM visit WHERE first_at >= :since AND first_at < :until AND kind IN :kinds AND referrer <> '' AND came <> 'own'
    GROUP BY came, referrer ORDER BY probable DESC, referrer, came LIMIT :n"""
WITH_WORD = """SELECT source, medium, campaign, COUNT(*) AS visits FROM visit
    WHERE source LIKE :part ESCAPE '!' OR medium LIKE :part ESCAPE '!' OR campaign LIKE :part ESCAPE '!'
    GROUP BY source, medium, campaign ORDER BY visits DESC, source, medium, campaign LIMIT 200"""
TAKE_OUT = """UPDATE visit SET source = CASE WHEN source LIKE :part ESCAPE '!' THEN :gone ELSE source END,
        medium = CASE WHEN medium LIKE :part ESCAPE '!' THEN :gone ELSE medium END,
        campaign = CASE WHEN campaign LIKE :part ESCAPE '!' THEN :gone ELSE campaign END
    WHERE source LIKE :part ESCAPE '!' OR medium LIKE :part ESCAPE '!' OR campaign LIKE :part ESCAPE '!'"""


def ways(tx: Tx, since: int, until: int) -> dict[str, VisitCounts]:
    """Visits that began in [since, until) ms by the way they came, in the order of CLASSES; those without any
    are not in it. Its probable ones are those of `figures.counts`."""
    by_way: dict[str, list[Tally]] = {}
    for row in tx.all(Tally, WAYS, since=since, until=until):
        by_way.setdefault(row.key or UNASKED, []).append(row)
    order = [way for way in (*CLASSES, UNASKED) if way in by_way]
    return {way: tally(by_way[way]) for way in order}


def campaigns(tx: Tx, since: int, until: int, n: int = LISTED) -> list[CampaignRow]:
    """The campaigns that most people came by, and clicks that were marked without any words."""
    return tx.all(CampaignRow, CAMPAIGNS, since=since, until=until, kinds=list(PROBABLE), n=n)


def places(tx: Tx, since: int, until: int, n: int = LISTED) -> list[PlaceRow]:
    """The websites and apps that most people came from."""
    return tx.all(PlaceRow, PLACES, since=since, until=until, kinds=list(PROBABLE), n=n)


def with_word(tx: Tx, text: str) -> list[WordsRow]:
    """Words that have `text` in them, and of how many visits; 200 at most."""
    return tx.all(WordsRow, WITH_WORD, part=_part(text))


def take_out(tx: Tx, text: str) -> int:
    """Takes every word with `text` in it out of the visits, for good; of how many. Which way they came stays,
    unless the rules are asked again: then a word that is gone says only that there was one."""
    return tx.run(TAKE_OUT, part=_part(text), gone=GONE)


def _part(text: str) -> str:
    plain = text.lower().replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return f"%{plain}%"


def origins(tx: Tx, ids: list[int]) -> list[Origin]:
    """What tells which way these visits came."""
    return tx.all(Origin, ORIGINS, ids=ids) if ids else []


def set_came(tx: Tx, visit_id: int, came: str) -> None:
    tx.run(SET_CAME, id=visit_id, came=came)
