"""Tables `firm` (one row) and `site`."""

from linnet.db.tx import Tx
from linnet.desk.firm.rules import Firm, Site
from linnet.kernel.errors import NotFound

FIRM = """SELECT f.account_id, f.name, f.time_zone, f.currency, f.hourly_cost, f.office_hours, f.field_words, f.logo_id,
    f.accent, f.created_at, COALESCE(a.invented, FALSE) AS invented,
    (s.account_id IS NOT NULL AND s.begun_at IS NULL) AS waits
    FROM firm f LEFT JOIN account a ON a.id = f.account_id LEFT JOIN firm_start s ON s.account_id = f.account_id
    WHERE f.id = 1"""
SITES = "SELECT host, url, position FROM site ORDER BY position"
INSERT = """INSERT INTO firm (id, account_id, name, time_zone, currency, hourly_cost, office_hours, field_words,
    logo_id, accent, created_at)
    VALUES (1, :account_id, :name, :time_zone, :currency, :hourly_cost, :office_hours, :field_words,
    :logo_id, :accent, :created_at)"""
SAVE = """UPDATE firm SET name = :name, time_zone = :time_zone, currency = :currency, hourly_cost = :hourly_cost,
    office_hours = :office_hours, field_words = :field_words, logo_id = :logo_id, accent = :accent WHERE id = 1"""
DROP_SITES = "DELETE FROM site"
INSERT_SITE = "INSERT INTO site (host, url, position) VALUES (:host, :url, :position)"


def firm(tx: Tx) -> Firm | None:
    """The firm; None before the set-up."""
    return tx.one(Firm, FIRM)


def must_firm(tx: Tx) -> Firm:
    """As `firm`. Raises NotFound."""
    found = firm(tx)
    if found is None:
        raise NotFound("firm")
    return found


def invented(tx: Tx) -> bool:
    """Is the firm one of `linnet demo`? Before the set-up it is not."""
    found = firm(tx)
    return found is not None and found.invented


def sites(tx: Tx) -> list[Site]:
    """The firm's own websites, the first one first."""
    return tx.all(Site, SITES)


def insert(tx: Tx, firm: Firm) -> None:
    tx.run(
        INSERT,
        account_id=firm.account_id,
        name=firm.name,
        time_zone=firm.time_zone,
        currency=firm.currency,
        hourly_cost=firm.hourly_cost,
        office_hours=firm.office_hours,
        field_words=firm.field_words,
        logo_id=firm.logo_id,
        accent=firm.accent,
        created_at=firm.created_at,
    )


def save(tx: Tx, firm: Firm) -> None:
    tx.run(
        SAVE,
        name=firm.name,
        time_zone=firm.time_zone,
        currency=firm.currency,
        hourly_cost=firm.hourly_cost,
        office_hours=firm.office_hours,
        field_words=firm.field_words,
        logo_id=firm.logo_id,
        accent=firm.accent,
    )


def replace_sites(tx: Tx, sites: list[Site]) -> None:
    tx.run(DROP_SITES)
    tx.many(INSERT_SITE, [{"host": s.host, "url": s.url, "position": s.position} for s in sites])
