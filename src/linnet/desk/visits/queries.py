"""Tables `visit`, `hit`, `visit_salt`, `visit_staff`, `visit_peer`, `visit_overrule`, `hit_overrule`,
`log_import`: one visit at a time. What is counted and listed over many stands in `figures.py`."""

from linnet.db.tx import Tx
from linnet.desk.visits.campaign import Tags
from linnet.desk.visits.rules import OpenVisit, Verdict
from linnet.kernel.value import Value


class Salt(Value):
    """A day's salt: 32 random bytes as hex."""

    day: str
    secret: str
    made_at: int


class Hit(Value):
    """A hit as it is stored. `features`: JSON of rules.Features."""

    id: int
    visit_id: int
    at: int
    source: str
    site: str
    path: str
    code: str
    features: str
    kind: str
    rule: str
    line_offset: int | None = None
    line_hash: str | None = None


class NewVisit(Value):
    """A visit as it begins: with its first hit, whose `tags` and referrer say which way it `came`."""

    id: int
    visitor: int
    site: str
    code: str
    path: str
    referrer: str
    agent: str
    at: int
    kind: str
    rule: str
    tags: Tags
    came: str


class Overrule(Value):
    """What the owner says instead of a rule."""

    site: str
    rule: str
    kind: str


class SaidOfHit(Value):
    """What the owner says of one hit."""

    hit_id: int
    kind: str


class Judged(Value):
    """A hit's verdict, by visit."""

    visit_id: int
    kind: str
    rule: str


TIME_ZONE = "SELECT time_zone FROM firm WHERE id = 1"
SALTS = (
    "SELECT day, secret, made_at FROM visit_salt WHERE day IN :days AND made_at > :after ORDER BY day DESC"
)
ALL_SALTS = "SELECT day, secret, made_at FROM visit_salt ORDER BY day LIMIT 100"
PUT_SALT = """INSERT INTO visit_salt (day, secret, made_at) VALUES (:day, :secret, :made_at)
    ON CONFLICT (day) DO NOTHING"""
OVERWRITE_SALTS = "UPDATE visit_salt SET secret = :nothing WHERE day NOT IN :days"
DELETE_SALTS = "DELETE FROM visit_salt WHERE day NOT IN :days"
LOCK_SALTS = "LOCK TABLE visit_salt IN ACCESS EXCLUSIVE MODE"
EMPTY_SALTS = "TRUNCATE visit_salt"


def time_zone(tx: Tx) -> str:
    """The firm's time zone; UTC before there is a firm."""
    return tx.one(str, TIME_ZONE) or "UTC"


def salts(tx: Tx, days: tuple[str, ...], *, after: int) -> list[Salt]:
    """The salts of `days` that were made after `after` (ms), the newest day first."""
    return tx.all(Salt, SALTS, days=list(days), after=after)


def all_salts(tx: Tx) -> list[Salt]:
    """Every salt there is."""
    return tx.all(Salt, ALL_SALTS)


def put_salt(tx: Tx, salt: Salt) -> None:
    """Unless the day has one."""
    tx.run(PUT_SALT, day=salt.day, secret=salt.secret, made_at=salt.made_at)


def keep_only(tx: Tx, kept: list[Salt]) -> None:
    """Removes every other salt from the disk. SQLite: written over in place, then deleted.
    PostgreSQL keeps old rows until a vacuum comes, so the table is emptied, which drops its file."""
    days = [salt.day for salt in kept]
    if tx.dialect == "postgres":
        tx.run(EMPTY_SALTS)
        for salt in kept:
            put_salt(tx, salt)
        return
    tx.run(OVERWRITE_SALTS, nothing="0" * 64, days=days)
    tx.run(DELETE_SALTS, days=days)


def lock_salts(tx: Tx) -> None:
    """Nobody reads or writes a salt until the commit (SQLite has one writer anyway)."""
    if tx.dialect == "postgres":
        tx.run(LOCK_SALTS)


PUT_STAFF = """INSERT INTO visit_staff (visitor, seen_at) VALUES (:visitor, :now)
    ON CONFLICT (visitor) DO UPDATE SET seen_at = excluded.seen_at"""
IS_STAFF = "SELECT 1 FROM visit_staff WHERE visitor IN :visitors"
FORGET_STAFF = "DELETE FROM visit_staff WHERE seen_at <= :before"


def put_staff(tx: Tx, visitor: int, now: int) -> None:
    tx.run(PUT_STAFF, visitor=visitor, now=now)


def is_staff(tx: Tx, visitors: list[int]) -> bool:
    """Did somebody of the firm log in with this browser, today or yesterday?"""
    return tx.value(IS_STAFF, visitors=visitors) is not None


def forget_staff(tx: Tx, before: int) -> None:
    tx.run(FORGET_STAFF, before=before)


PUT_PEER = """INSERT INTO visit_peer (visitor, seen_at) VALUES (:visitor, :now)
    ON CONFLICT (visitor) DO UPDATE SET seen_at = excluded.seen_at"""
IS_PEER = "SELECT 1 FROM visit_peer WHERE visitor IN :visitors AND seen_at > :after"
FORGET_PEERS = "DELETE FROM visit_peer WHERE seen_at <= :before"


def put_peer(tx: Tx, visitor: int, now: int) -> None:
    tx.run(PUT_PEER, visitor=visitor, now=now)


def is_peer(tx: Tx, visitors: list[int], after: int) -> bool:
    """Did a signed letter come from this address after `after` (ms)?"""
    return tx.value(IS_PEER, visitors=visitors, after=after) is not None


def forget_peers(tx: Tx, before: int) -> None:
    tx.run(FORGET_PEERS, before=before)


# `site || ''`: else SQLite takes the index by site, and a hit costs the more the more there were
OPEN = """SELECT id, visitor, code, first_at, last_at, hits, kind, rule FROM visit
    WHERE visitor IN :visitors AND last_at >= :since AND first_at <= :until AND site || '' = :site
    ORDER BY last_at DESC LIMIT 50"""
SEEN_BY_PAGE = """SELECT v.id, v.visitor, v.code, v.first_at, v.last_at, v.hits, v.kind, v.rule FROM visit v
    WHERE v.site = :site AND v.first_at >= :since AND v.first_at <= :until
        AND v.path = :path AND v.code = :code AND v.agent = :agent
        AND EXISTS (SELECT 1 FROM hit h WHERE h.visit_id = v.id AND h.source = 'page')
        AND NOT EXISTS (SELECT 1 FROM hit h WHERE h.visit_id = v.id AND h.source = 'log')
    ORDER BY v.first_at, v.id LIMIT 1"""
INSERT_VISIT = """INSERT INTO visit
    (id, visitor, site, code, path, referrer, agent, first_at, last_at, hits, kind, rule,
        came, mark, source, medium, campaign)
    VALUES (:id, :visitor, :site, :code, :path, :referrer, :agent, :at, :at, 1, :kind, :rule,
        :came, :mark, :source, :medium, :campaign)"""
TOUCH = """UPDATE visit SET first_at = :first_at, last_at = :last_at, hits = :hits, kind = :kind, rule = :rule
    WHERE id = :id"""
UNSURE = """SELECT COUNT(DISTINCT visitor) FROM visit
    WHERE code = :code AND code <> '' AND first_at <= :until AND kind = 'unsure'"""


def open_visits(tx: Tx, visitors: list[int], site: str, *, since: int, until: int) -> list[OpenVisit]:
    """Visits of a visitor (under each salt that lives) that touch the span (ms)."""
    return tx.all(OpenVisit, OPEN, visitors=visitors, site=site, since=since, until=until)


def seen_by_page(
    tx: Tx, *, site: str, path: str, code: str, agent: str, since: int, until: int
) -> OpenVisit | None:
    """The visit that the snippet reported for what may be this line of a log: same page, code and
    browser, at the same moment, and no line is its own yet."""
    return tx.one(
        OpenVisit, SEEN_BY_PAGE, site=site, path=path, code=code, agent=agent, since=since, until=until
    )


def insert_visit(tx: Tx, new: NewVisit) -> None:
    tx.run(
        INSERT_VISIT,
        id=new.id,
        visitor=new.visitor,
        site=new.site,
        code=new.code,
        path=new.path,
        referrer=new.referrer,
        agent=new.agent,
        at=new.at,
        kind=new.kind,
        rule=new.rule,
        came=new.came,
        mark=new.tags.mark,
        source=new.tags.source,
        medium=new.tags.medium,
        campaign=new.tags.campaign,
    )


def touch(tx: Tx, visit: OpenVisit) -> None:
    """Writes span, number of hits and verdict of a visit."""
    tx.run(
        TOUCH,
        id=visit.id,
        first_at=visit.first_at,
        last_at=visit.last_at,
        hits=visit.hits,
        kind=visit.kind,
        rule=visit.rule,
    )


def unsure_until(tx: Tx, code: str, until: int) -> int:
    """Unsure visitors of a link that came up to `until` (ms)."""
    count: int = tx.value(UNSURE, code=code, until=until)
    return count


INSERT_HIT = """INSERT INTO hit
    (id, visit_id, at, source, site, path, code, features, kind, rule, line_offset, line_hash)
    VALUES (:id, :visit_id, :at, :source, :site, :path, :code, :features, :kind, :rule, :line_offset, :line_hash)"""
JUDGE_HIT = "UPDATE hit SET features = :features, kind = :kind, rule = :rule WHERE id = :id"
HITS = """SELECT id, visit_id, at, source, site, path, code, features, kind, rule, line_offset, line_hash
    FROM hit WHERE visit_id IN :visit_ids ORDER BY visit_id, at, id"""
LINES = """SELECT id, visit_id, at, source, site, path, code, features, kind, rule, line_offset, line_hash
    FROM hit WHERE site = :site AND line_offset IN :offsets"""
JUDGED = "SELECT visit_id, kind, rule FROM hit WHERE visit_id IN :visit_ids ORDER BY visit_id, id"
SET_VERDICT = (
    "UPDATE visit SET kind = :kind, rule = :rule WHERE id = :id AND (kind <> :kind OR rule <> :rule)"
)
VISITS_BY_ID = """SELECT id, visitor, code, first_at, last_at, hits, kind, rule FROM visit
    WHERE id IN :ids"""
FROM_ON = """SELECT id, visitor, code, first_at, last_at, hits, kind, rule FROM visit
    WHERE first_at >= :since AND first_at < :until AND (first_at > :since OR id > :after)
    ORDER BY first_at, id LIMIT :n"""


def insert_hit(tx: Tx, hit: Hit) -> None:
    tx.run(
        INSERT_HIT,
        id=hit.id,
        visit_id=hit.visit_id,
        at=hit.at,
        source=hit.source,
        site=hit.site,
        path=hit.path,
        code=hit.code,
        features=hit.features,
        kind=hit.kind,
        rule=hit.rule,
        line_offset=hit.line_offset,
        line_hash=hit.line_hash,
    )


def judge_hit(tx: Tx, id: int, features: str, verdict: Verdict) -> None:
    tx.run(JUDGE_HIT, id=id, features=features, kind=verdict.kind, rule=verdict.rule)


def hits(tx: Tx, visit_ids: list[int]) -> list[Hit]:
    """Every hit of these visits, by visit and time."""
    return tx.all(Hit, HITS, visit_ids=visit_ids) if visit_ids else []


def lines(tx: Tx, site: str, offsets: list[int]) -> list[Hit]:
    """Hits that came from lines at these places of a site's log."""
    return tx.all(Hit, LINES, site=site, offsets=offsets) if offsets else []


def judged(tx: Tx, visit_ids: list[int]) -> list[Judged]:
    """The verdicts of all hits of these visits."""
    return tx.all(Judged, JUDGED, visit_ids=visit_ids) if visit_ids else []


def set_verdict(tx: Tx, visit_id: int, verdict: Verdict) -> bool:
    """False when the visit had it."""
    return tx.run(SET_VERDICT, id=visit_id, kind=verdict.kind, rule=verdict.rule) > 0


def visits_by_id(tx: Tx, ids: list[int]) -> dict[int, OpenVisit]:
    """These visits, by id."""
    return {visit.id: visit for visit in tx.all(OpenVisit, VISITS_BY_ID, ids=ids)} if ids else {}


def from_on(tx: Tx, *, since: int, until: int, after: int, n: int) -> list[OpenVisit]:
    """The next `n` visits that began in [since, until) ms, in order; at `since` itself only those
    with an id above `after`."""
    return tx.all(OpenVisit, FROM_ON, since=since, until=until, after=after, n=n)


OVERRULES = "SELECT site, rule, kind FROM visit_overrule ORDER BY site, rule LIMIT 1000"
OVERRULED = "SELECT site, rule, kind FROM visit_overrule WHERE site = :site"
PUT_OVERRULE = """INSERT INTO visit_overrule (site, rule, kind, person_id, at)
    VALUES (:site, :rule, :kind, :person_id, :now)
    ON CONFLICT (site, rule) DO UPDATE SET kind = excluded.kind, person_id = excluded.person_id, at = excluded.at"""
DELETE_OVERRULE = "DELETE FROM visit_overrule WHERE site = :site AND rule = :rule"


def overrules(tx: Tx) -> list[Overrule]:
    """What the owner overruled, for every site."""
    return tx.all(Overrule, OVERRULES)


def overruled(tx: Tx, site: str) -> dict[str, str]:
    """What the owner says for this site, by rule."""
    return {row.rule: row.kind for row in tx.all(Overrule, OVERRULED, site=site)}


def put_overrule(tx: Tx, *, site: str, rule: str, kind: str, person_id: int, now: int) -> None:
    tx.run(PUT_OVERRULE, site=site, rule=rule, kind=kind, person_id=person_id, now=now)


def delete_overrule(tx: Tx, site: str, rule: str) -> bool:
    return tx.run(DELETE_OVERRULE, site=site, rule=rule) > 0


HIT = """SELECT id, visit_id, at, source, site, path, code, features, kind, rule, line_offset, line_hash
    FROM hit WHERE id = :id"""
SAID_OF_HITS = """SELECT o.hit_id, o.kind FROM hit_overrule o JOIN hit h ON h.id = o.hit_id
    WHERE h.visit_id IN :visit_ids"""
PUT_HIT_OVERRULE = """INSERT INTO hit_overrule (hit_id, kind, person_id, at) VALUES (:hit_id, :kind, :person_id, :now)
    ON CONFLICT (hit_id) DO UPDATE SET kind = excluded.kind, person_id = excluded.person_id, at = excluded.at"""
DELETE_HIT_OVERRULE = "DELETE FROM hit_overrule WHERE hit_id = :hit_id"


def hit(tx: Tx, id: int) -> Hit | None:
    """This hit."""
    return tx.one(Hit, HIT, id=id)


def said_of_hits(tx: Tx, visit_ids: list[int]) -> dict[int, str]:
    """What the owner said of single hits of these visits, by the hit's id."""
    rows = tx.all(SaidOfHit, SAID_OF_HITS, visit_ids=visit_ids) if visit_ids else []
    return {row.hit_id: row.kind for row in rows}


def put_hit_overrule(tx: Tx, hit_id: int, *, kind: str, person_id: int, now: int) -> None:
    tx.run(PUT_HIT_OVERRULE, hit_id=hit_id, kind=kind, person_id=person_id, now=now)


def delete_hit_overrule(tx: Tx, hit_id: int) -> bool:
    return tx.run(DELETE_HIT_OVERRULE, hit_id=hit_id) > 0


INSERT_IMPORT = """INSERT INTO log_import (id, site, name, at, lines, rubbish, pages, added)
    VALUES (:id, :site, :name, :at, :lines, :rubbish, :pages, :added)"""


def insert_import(
    tx: Tx, *, id: int, site: str, name: str, at: int, lines: int, rubbish: int, pages: int, added: int
) -> None:
    tx.run(
        INSERT_IMPORT,
        id=id,
        site=site,
        name=name,
        at=at,
        lines=lines,
        rubbish=rubbish,
        pages=pages,
        added=added,
    )
