"""What is counted and listed over many visits. A visit belongs to the moment at which it began;
every number here has a list of rows behind it (`visits`, `hits`)."""

from typing import Any

from linnet.db.tx import Tx
from linnet.desk.visits.campaign import said_of
from linnet.desk.visits.rules import MACHINES, PROBABLE
from linnet.kernel.page import WIDE
from linnet.kernel.value import Value


class Tally(Value):
    """Visits of one kind; `key` is what they were grouped by. `rule` and `hits` where they were
    asked for."""

    kind: str
    visits: int
    key: str = ""
    rule: str = ""
    hits: int = 0


class VisitCounts(Value):
    """confirmed <= probable <= all. `probable` is the headline, with `confirmed` in brackets.
    `machines`: previews, prefetches, probes and programs. `staff` is nobody's visit and in no
    other number."""

    confirmed: int = 0
    probable: int = 0
    unsure: int = 0
    machines: int = 0
    previews: int = 0
    staff: int = 0

    @property
    def all(self) -> int:
        """Everything that came, without the firm's own people."""
        return self.probable + self.unsure + self.machines


class VisitRow(Value):
    """A visit as it is listed. Times in ms; `target`, `channel` and `post_id` of its link."""

    id: int
    site: str
    path: str
    referrer: str
    agent: str
    first_at: int
    last_at: int
    hits: int
    kind: str
    rule: str
    code: str
    mark: str
    source: str
    medium: str
    campaign: str
    target: str | None
    channel: str | None
    post_id: int | None

    @property
    def words(self) -> str:
        """What its address said of a campaign, in one line; '' for nothing."""
        return said_of(self.source, self.medium, self.campaign, self.mark)


class HitRow(Value):
    """A hit as it is listed."""

    id: int
    at: int
    source: str
    path: str
    kind: str
    rule: str
    said: str | None = None  # the owner's word on it


class RejectedRow(Value):
    """A hit as the drawer lists it. `said`: the owner's word on it, None where there is none."""

    id: int
    at: int
    source: str
    path: str
    code: str
    kind: str
    rule: str
    agent: str
    referrer: str
    said: str | None


class Wanted(Value):
    """Which visits: those that began in [since, until) ms, further narrowed by what is not empty.
    `account_id`: only those that came by this account's links."""

    since: int
    until: int
    kinds: tuple[str, ...] = ()
    rule: str = ""
    site: str = ""
    code: str = ""
    post_id: int = 0
    account_id: int = 0


class ImportRow(Value):
    """One reading of a web server's log."""

    id: int
    site: str
    name: str
    at: int
    lines: int
    rubbish: int
    pages: int
    added: int


COUNTS = """SELECT kind, COUNT(*) AS visits FROM visit
    WHERE first_at >= :since AND first_at < :until GROUP BY kind"""
# `account_id + 0`: else SQLite goes through every link of the account for each day of a statement
COUNTS_OF_ACCOUNT = """SELECT v.kind, COUNT(*) AS visits FROM visit v JOIN link l ON l.code = v.code
    WHERE v.code <> '' AND v.first_at >= :since AND v.first_at < :until AND l.account_id + 0 = :account_id
    GROUP BY v.kind"""
COUNTS_BY_LINK = """SELECT v.code AS key, v.kind, COUNT(*) AS visits FROM visit v
    WHERE v.code IN :codes AND v.code <> '' AND v.first_at >= :since AND v.first_at < :until
    GROUP BY v.code, v.kind"""
COUNTS_BY_CHANNEL = """SELECT l.channel AS key, v.kind, '' AS rule, COUNT(*) AS visits, CAST(SUM(v.hits) AS BIGINT) AS hits
    FROM visit v JOIN link l ON l.code = v.code
    WHERE v.code <> '' AND v.first_at >= :since AND v.first_at < :until AND l.account_id = :account_id
    GROUP BY l.channel, v.kind"""
DRAWER = """SELECT v.site AS key, v.kind, v.rule, COUNT(*) AS visits, CAST(SUM(v.hits) AS BIGINT) AS hits FROM visit v
    WHERE v.first_at >= :since AND v.first_at < :until GROUP BY v.site, v.kind, v.rule ORDER BY v.site, v.rule, v.kind
    LIMIT 1000"""
VISITS = """SELECT v.id, v.site, v.path, v.referrer, v.agent, v.first_at, v.last_at, v.hits, v.kind, v.rule, v.code,
        v.mark, v.source, v.medium, v.campaign, l.target, l.channel, l.post_id
    FROM visit v LEFT JOIN link l ON l.code = v.code AND v.code <> ''
    WHERE v.first_at >= :since AND v.first_at < :until
        AND (v.first_at < :before_at OR (v.first_at = :before_at AND v.id < :before_id))
        AND (:any_kind OR v.kind IN :kinds) AND (:rule = '' OR v.rule = :rule)
        AND (:site = '' OR v.site = :site) AND (:account_id = 0 OR l.account_id = :account_id)
    ORDER BY v.first_at DESC, v.id DESC LIMIT :n"""
VISITS_BY_CODE = """SELECT v.id, v.site, v.path, v.referrer, v.agent, v.first_at, v.last_at, v.hits, v.kind, v.rule, v.code,
        v.mark, v.source, v.medium, v.campaign, l.target, l.channel, l.post_id
    FROM visit v LEFT JOIN link l ON l.code = v.code AND v.code <> ''
    WHERE v.first_at >= :since AND v.first_at < :until
        AND (v.first_at < :before_at OR (v.first_at = :before_at AND v.id < :before_id))
        AND (:any_kind OR v.kind IN :kinds) AND (:rule = '' OR v.rule = :rule)
        AND (:site = '' OR v.site = :site) AND (:account_id = 0 OR l.account_id = :account_id)
        AND v.code <> '' AND v.code IN :codes
    ORDER BY v.first_at DESC, v.id DESC LIMIT :n"""
CODES_OF_POST = "SELECT code FROM link WHERE post_id = :post_id LIMIT 500"
HITS = """SELECT h.id, h.at, h.source, h.path, h.kind, h.rule, o.kind AS said
    FROM hit h LEFT JOIN hit_overrule o ON o.hit_id = h.id
    WHERE h.visit_id = :visit_id ORDER BY h.at, h.id LIMIT 500"""
BY_RULE = """SELECT h.id, h.at, h.source, h.path, h.code, h.kind, h.rule, v.agent, v.referrer, o.kind AS said
    FROM hit h JOIN visit v ON v.id = h.visit_id LEFT JOIN hit_overrule o ON o.hit_id = h.id
    WHERE h.site = :site AND h.rule = :rule AND h.id < :before ORDER BY h.id DESC LIMIT :n"""
IMPORTS = """SELECT id, site, name, at, lines, rubbish, pages, added FROM log_import
    ORDER BY id DESC LIMIT :n"""


def counts(tx: Tx, since: int, until: int, account_id: int | None = None) -> VisitCounts:
    """Visits that began in [since, until) ms: all of them, or those that came by the links of one
    account."""
    if account_id is None:
        return tally(tx.all(Tally, COUNTS, since=since, until=until))
    return tally(tx.all(Tally, COUNTS_OF_ACCOUNT, since=since, until=until, account_id=account_id))


def counts_by_link(tx: Tx, codes: list[str], *, since: int = 0, until: int = WIDE) -> dict[str, VisitCounts]:
    """What each of these links brought."""
    rows = tx.all(Tally, COUNTS_BY_LINK, codes=codes, since=since, until=until) if codes else []
    found = _by_key(rows)
    return {code: found.get(code, VisitCounts()) for code in codes}


def counts_by_channel(tx: Tx, account_id: int, *, since: int, until: int) -> dict[str, VisitCounts]:
    """What the links of an account brought in [since, until) ms, by channel; silent ones are not in it."""
    return _by_key(tx.all(Tally, COUNTS_BY_CHANNEL, account_id=account_id, since=since, until=until))


def drawer(tx: Tx, since: int, until: int) -> list[Tally]:
    """How many visits each rule made what, by site (`key`): what was thrown out, and why."""
    return tx.all(Tally, DRAWER, since=since, until=until)


def visits(tx: Tx, wanted: Wanted, *, before: tuple[int, int] = (WIDE, WIDE), n: int = 50) -> list[VisitRow]:
    """The rows behind a number, the newest first. `before`: (first_at, id) of the last row of the
    page before."""
    codes = [wanted.code] if wanted.code else []
    if wanted.post_id:
        of_post = tx.all(str, CODES_OF_POST, post_id=wanted.post_id)
        codes = [code for code in of_post if not wanted.code or code == wanted.code]
    given: dict[str, Any] = {
        "since": wanted.since,
        "until": wanted.until,
        "before_at": before[0],
        "before_id": before[1],
        "any_kind": not wanted.kinds,
        "kinds": list(wanted.kinds or ("",)),
        "rule": wanted.rule,
        "site": wanted.site,
        "account_id": wanted.account_id,
        "n": n,
    }
    if wanted.post_id or wanted.code:
        return tx.all(VisitRow, VISITS_BY_CODE, codes=codes, **given) if codes else []
    return tx.all(VisitRow, VISITS, **given)


def hits_of(tx: Tx, visit_id: int) -> list[HitRow]:
    """The hits of a visit, in order."""
    return tx.all(HitRow, HITS, visit_id=visit_id)


def hits_by_rule(tx: Tx, site: str, rule: str, *, before: int, n: int) -> list[RejectedRow]:
    """Hits of a site that this rule decided, the last written first, with ids below `before`."""
    return tx.all(RejectedRow, BY_RULE, site=site, rule=rule, before=before, n=n)


def imports(tx: Tx, n: int = 50) -> list[ImportRow]:
    """Logs that were read, the newest reading first."""
    return tx.all(ImportRow, IMPORTS, n=n)


def tally(rows: list[Tally]) -> VisitCounts:
    """Sums over kinds."""
    by_kind: dict[str, int] = {}
    for row in rows:
        by_kind[row.kind] = by_kind.get(row.kind, 0) + row.visits
    return VisitCounts(
        confirmed=by_kind.get("confirmed", 0),
        probable=sum(by_kind.get(kind, 0) for kind in PROBABLE),
        unsure=by_kind.get("unsure", 0),
        machines=sum(by_kind.get(kind, 0) for kind in MACHINES),
        previews=by_kind.get("preview", 0),
        staff=by_kind.get("staff", 0),
    )


def _by_key(rows: list[Tally]) -> dict[str, VisitCounts]:
    grouped: dict[str, list[Tally]] = {}
    for row in rows:
        grouped.setdefault(row.key, []).append(row)
    return {key: tally(group) for key, group in grouped.items()}
