"""Tables `sale`, `lead` and `hook_key`; the pepper of e-mail hashes is a server fact."""

from linnet.db.facts import fact, keep_fact
from linnet.db.tx import Tx
from linnet.desk.sales.rules import Evidence, HookKey, Lead, Sale
from linnet.kernel.page import NEWEST, Page, in_order
from linnet.kernel.value import Value

PEPPER = "pepper of e-mail hashes"


def pepper(tx: Tx) -> str | None:
    """What e-mail hashes are keyed with, once there is one."""
    return fact(tx, PEPPER)


def keep_pepper(tx: Tx, value: str) -> None:
    keep_fact(tx, PEPPER, value)


SALE = """SELECT id, ref, at, amount, currency, ln, email_hash, coupon, refund_of, source, received_at
    FROM sale WHERE ref = :ref"""
LEAD = "SELECT id, ref, at, ln, email_hash, heard, source, received_at FROM lead WHERE ref = :ref"
REFUNDED = "SELECT COALESCE(SUM(amount), 0) FROM sale WHERE refund_of = :ref AND refund_of <> ''"
INSERT_SALE = """INSERT INTO sale (id, ref, at, amount, currency, ln, email_hash, coupon, refund_of, source, received_at)
    VALUES (:id, :ref, :at, :amount, :currency, :ln, :email_hash, :coupon, :refund_of, :source, :received_at)
    ON CONFLICT (ref) DO NOTHING"""
INSERT_LEAD = """INSERT INTO lead (id, ref, at, ln, email_hash, heard, source, received_at)
    VALUES (:id, :ref, :at, :ln, :email_hash, :heard, :source, :received_at) ON CONFLICT (ref) DO NOTHING"""
HOLD_SALE = "UPDATE sale SET received_at = received_at WHERE ref = :ref"


def sale(tx: Tx, ref: str) -> Sale | None:
    """The sale or refund that the shop calls `ref`."""
    return tx.one(Sale, SALE, ref=ref)


def hold_sale(tx: Tx, ref: str) -> None:
    """Nobody else books a refund of it until this transaction is over."""
    tx.run(HOLD_SALE, ref=ref)


def lead(tx: Tx, ref: str) -> Lead | None:
    """The lead that the form calls `ref`."""
    return tx.one(Lead, LEAD, ref=ref)


def refunded(tx: Tx, ref: str) -> int:
    """What was given back of a sale, in minor units: 0 or less."""
    return int(tx.value(REFUNDED, ref=ref))


REFUNDED_EACH = """SELECT refund_of AS ref, CAST(SUM(amount) AS BIGINT) AS amount FROM sale
    WHERE refund_of IN :refs AND refund_of <> '' GROUP BY refund_of"""


class Refunded(Value):
    """What was given back of one sale."""

    ref: str
    amount: int


def refunded_each(tx: Tx, refs: set[str]) -> dict[str, int]:
    """As `refunded`, of several."""
    rows = tx.all(Refunded, REFUNDED_EACH, refs=sorted(refs)) if refs else []
    return {row.ref: row.amount for row in rows}


def insert_sale(tx: Tx, row: Sale) -> bool:
    """False when there is one with this ref."""
    return (
        tx.run(
            INSERT_SALE,
            id=row.id,
            ref=row.ref,
            at=row.at,
            amount=row.amount,
            currency=row.currency,
            ln=row.ln,
            email_hash=row.email_hash,
            coupon=row.coupon,
            refund_of=row.refund_of,
            source=row.source,
            received_at=row.received_at,
        )
        > 0
    )


def insert_lead(tx: Tx, row: Lead) -> bool:
    """False when there is one with this ref."""
    return (
        tx.run(
            INSERT_LEAD,
            id=row.id,
            ref=row.ref,
            at=row.at,
            ln=row.ln,
            email_hash=row.email_hash,
            heard=row.heard,
            source=row.source,
            received_at=row.received_at,
        )
        > 0
    )


SALES = """SELECT id, ref, at, amount, currency, ln, email_hash, coupon, refund_of, source, received_at
    FROM sale WHERE at >= :start AND at < :end ORDER BY at, id"""
LEADS = """SELECT id, ref, at, ln, email_hash, heard, source, received_at
    FROM lead WHERE at >= :start AND at < :end ORDER BY at, id"""
BY_REF = """SELECT id, ref, at, amount, currency, ln, email_hash, coupon, refund_of, source, received_at
    FROM sale WHERE ref IN :refs"""
PAGE = """SELECT id, ref, at, amount, currency, ln, email_hash, coupon, refund_of, source, received_at
    FROM sale WHERE id < :below AND id > :above ORDER BY id DESC LIMIT :n"""
COUNT_SALES = "SELECT COUNT(*) FROM (SELECT 1 FROM sale LIMIT 1) any_sale"
COUNT_LEADS = "SELECT COUNT(*) FROM (SELECT 1 FROM lead LIMIT 1) any_lead"


def sales(tx: Tx, start: int, end: int) -> list[Sale]:
    """Sales and refunds within [start, end) ms, in order: of a week or month of a small firm."""
    return tx.all(Sale, SALES, start=start, end=end)


def leads(tx: Tx, start: int, end: int) -> list[Lead]:
    """Leads within [start, end) ms, in order."""
    return tx.all(Lead, LEADS, start=start, end=end)


def sales_by_ref(tx: Tx, refs: set[str]) -> dict[str, Sale]:
    """The sales with these ids of the shop."""
    return {row.ref: row for row in tx.all(Sale, BY_REF, refs=sorted(refs))} if refs else {}


def newest(tx: Tx, page: Page = NEWEST) -> list[Sale]:
    """Sales and refunds in the order in which they were received, the newest first."""
    return in_order(page, tx.all(Sale, PAGE, below=page.below, above=page.above, n=page.size))


def any_sale(tx: Tx) -> bool:
    """Was a sale ever reported?"""
    return bool(tx.value(COUNT_SALES))


def any_lead(tx: Tx) -> bool:
    """Was a lead ever reported?"""
    return bool(tx.value(COUNT_LEADS))


# Of each row the clicks on its tag: by people, up to the row's own moment, first of them within the window.
SALE_EVIDENCE = """SELECT s.ref, s.at, s.ln, s.email_hash, s.coupon, l.created_at AS link_at,
    (SELECT v.first_at FROM visit v WHERE v.code = s.ln AND v.code <> '' AND v.kind IN ('person', 'confirmed')
        AND v.first_at <= s.at ORDER BY v.first_at DESC LIMIT 1) AS last_click,
    (SELECT v.first_at FROM visit v WHERE v.code = s.ln AND v.code <> '' AND v.kind IN ('person', 'confirmed')
        AND v.first_at <= s.at AND v.first_at >= s.at - :window ORDER BY v.first_at LIMIT 1) AS first_click
    FROM sale s LEFT JOIN link l ON l.code = s.ln WHERE s.ref IN :refs"""
LEAD_EVIDENCE = """SELECT s.ref, s.at, s.ln, s.email_hash, '' AS coupon, l.created_at AS link_at,
    (SELECT v.first_at FROM visit v WHERE v.code = s.ln AND v.code <> '' AND v.kind IN ('person', 'confirmed')
        AND v.first_at <= s.at ORDER BY v.first_at DESC LIMIT 1) AS last_click,
    (SELECT v.first_at FROM visit v WHERE v.code = s.ln AND v.code <> '' AND v.kind IN ('person', 'confirmed')
        AND v.first_at <= s.at AND v.first_at >= s.at - :window ORDER BY v.first_at LIMIT 1) AS first_click
    FROM lead s LEFT JOIN link l ON l.code = s.ln WHERE s.ref IN :refs"""
LEADS_OF_EMAIL = """SELECT ref FROM lead WHERE email_hash IN :hashes AND email_hash <> '' AND ln <> ''
    AND at >= :start AND at < :end"""
SALES_OF_EMAIL = """SELECT ref FROM sale WHERE email_hash IN :hashes AND email_hash <> '' AND ln <> ''
    AND refund_of = '' AND at >= :start AND at < :end"""


def sale_evidence(tx: Tx, refs: list[str], window: int) -> list[Evidence]:
    """What is known around these sales; reads links and visits."""
    return tx.all(Evidence, SALE_EVIDENCE, refs=refs, window=window) if refs else []


def lead_evidence(tx: Tx, refs: list[str], window: int) -> list[Evidence]:
    """What is known around these leads."""
    return tx.all(Evidence, LEAD_EVIDENCE, refs=refs, window=window) if refs else []


def tagged_of_email(tx: Tx, hashes: list[str], start: int, end: int) -> tuple[list[str], list[str]]:
    """Refs of the leads and of the sales within [start, end) ms that carried a tag and one of
    these e-mail hashes."""
    if not hashes:
        return [], []
    of_leads = tx.all(str, LEADS_OF_EMAIL, hashes=hashes, start=start, end=end)
    return of_leads, tx.all(str, SALES_OF_EMAIL, hashes=hashes, start=start, end=end)


SALES_OF_HASH = """SELECT id, ref, at, amount, currency, ln, email_hash, coupon, refund_of, source, received_at
    FROM sale WHERE email_hash IN :hashes AND email_hash <> '' ORDER BY at, id LIMIT 1000"""
LEADS_OF_HASH = """SELECT id, ref, at, ln, email_hash, heard, source, received_at
    FROM lead WHERE email_hash IN :hashes AND email_hash <> '' ORDER BY at, id LIMIT 1000"""
REFUNDS_OF = """SELECT id, ref, at, amount, currency, ln, email_hash, coupon, refund_of, source, received_at
    FROM sale WHERE refund_of IN :refs AND refund_of <> '' ORDER BY at, id LIMIT 1000"""
LEADS_THAT_SAY = """SELECT id, ref, at, ln, email_hash, heard, source, received_at
    FROM lead WHERE LOWER(heard) LIKE LOWER(:part) ESCAPE '!' ORDER BY at DESC, id DESC LIMIT 200"""
SALES_BY_ID = """SELECT id, ref, at, amount, currency, ln, email_hash, coupon, refund_of, source, received_at
    FROM sale WHERE id IN :ids"""
LEADS_BY_ID = "SELECT id, ref, at, ln, email_hash, heard, source, received_at FROM lead WHERE id IN :ids"
WITH_COUPON = """SELECT id, ref, at, amount, currency, ln, email_hash, coupon, refund_of, source, received_at
    FROM sale WHERE coupon <> '' AND refund_of = '' ORDER BY at DESC, id DESC LIMIT 10000"""
FORGET_SALE = "UPDATE sale SET ref = :gone, email_hash = '' WHERE id = :id"
FORGET_REFUNDS = "UPDATE sale SET refund_of = :gone WHERE refund_of = :ref AND refund_of <> ''"
FORGET_LEAD = "UPDATE lead SET ref = :gone, email_hash = '', heard = '' WHERE id = :id"


def sales_of_email(tx: Tx, hashes: set[str]) -> list[Sale]:
    """Sales with one of these e-mail hashes."""
    return tx.all(Sale, SALES_OF_HASH, hashes=sorted(hashes)) if hashes else []


def leads_of_email(tx: Tx, hashes: set[str]) -> list[Lead]:
    """Leads with one of these e-mail hashes."""
    return tx.all(Lead, LEADS_OF_HASH, hashes=sorted(hashes)) if hashes else []


def refunds_of(tx: Tx, refs: set[str]) -> list[Sale]:
    """What was given back of these sales."""
    return tx.all(Sale, REFUNDS_OF, refs=sorted(refs)) if refs else []


def leads_that_say(tx: Tx, text: str) -> list[Lead]:
    """Leads whose answer has `text` in it, the newest first; 200 at most."""
    plain = text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return tx.all(Lead, LEADS_THAT_SAY, part=f"%{plain}%")


def sales_by_id(tx: Tx, ids: list[int]) -> list[Sale]:
    """These sales and refunds."""
    return tx.all(Sale, SALES_BY_ID, ids=ids) if ids else []


def leads_by_id(tx: Tx, ids: list[int]) -> list[Lead]:
    """These leads."""
    return tx.all(Lead, LEADS_BY_ID, ids=ids) if ids else []


def with_coupon(tx: Tx) -> list[Sale]:
    """The last 10,000 sales that came with a coupon, whosever it was."""
    return tx.all(Sale, WITH_COUPON)


def forget_sale(tx: Tx, sale: Sale, gone: str) -> None:
    tx.run(FORGET_SALE, id=sale.id, gone=gone)
    tx.run(FORGET_REFUNDS, ref=sale.ref, gone=gone)


def forget_lead(tx: Tx, id: int, gone: str) -> None:
    tx.run(FORGET_LEAD, id=id, gone=gone)


KEYS = """SELECT id, secret, made_at, ends_at, used_at, shop FROM hook_key
    WHERE shop = :shop AND (ends_at IS NULL OR ends_at > :now)"""
INSERT_KEY = "INSERT INTO hook_key (id, secret, made_at, shop) VALUES (:id, :secret, :now, :shop)"
END_KEYS = """UPDATE hook_key SET ends_at = :ends_at
    WHERE shop = :shop AND (ends_at IS NULL OR ends_at > :ends_at)"""
SEE_KEY = "UPDATE hook_key SET used_at = :now WHERE id = :id"


def keys(tx: Tx, now: int, shop: str = "") -> list[HookKey]:
    """The keys of a shop that are good now: the current one, and for a day the one before."""
    return tx.all(HookKey, KEYS, now=now, shop=shop)


def insert_key(tx: Tx, id: int, secret: str, now: int, shop: str) -> None:
    tx.run(INSERT_KEY, id=id, secret=secret, now=now, shop=shop)


def end_keys(tx: Tx, ends_at: int, shop: str) -> None:
    tx.run(END_KEYS, ends_at=ends_at, shop=shop)


def see_key(tx: Tx, id: int, now: int) -> None:
    tx.run(SEE_KEY, id=id, now=now)
