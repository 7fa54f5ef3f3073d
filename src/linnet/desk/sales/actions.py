"""Writing down what was sold and who asked; the keys that reports are signed with."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from linnet.db.tx import Tx
from linnet.desk.sales import queries, rules
from linnet.desk.sales.rules import HookKey, Lead, LeadRecorded, LeadReport, Sale, SaleRecorded, SaleReport
from linnet.desk.sales.shops import Told, Total
from linnet.kernel.clock import HOUR
from linnet.kernel.errors import Conflict, Invalid
from linnet.kernel.ids import new_id
from linnet.kernel.tokens import new_token
from linnet.kernel.value import Value

R = TypeVar("R", SaleReport, LeadReport)


class Rejected(Value):
    """A line of a file that was not taken, and why."""

    line: int
    reason: str


class Imported(Value):
    """What became of a file: lines that were new, lines that were there already, and the rest."""

    added: int
    again: int
    rejected: tuple[Rejected, ...]


def record_sale(tx: Tx, report: SaleReport, *, source: str, id: int, now: int) -> bool:
    """Writes a sale or refund down. False when the very same was reported before. Raises Invalid,
    or Conflict when something else was reported under its id."""
    rules.check_sale(report, now)
    refund_of = _now_called(tx, report.refund_of)
    row = Sale(
        id,
        report.id,
        report.at,
        report.amount,
        report.currency,
        report.ln,
        _hash(tx, report.email_sha256),
        report.coupon,
        refund_of,
        source,
        now,
    )
    had = queries.sale(tx, report.id)
    if had is not None:
        rules.check_same(had, row)
        return False
    rules.check_new(report.id)
    if queries.sale(tx, rules.gone(_pepper(tx), report.id)) is not None:
        return False  # its person was forgotten
    if refund_of:
        queries.hold_sale(tx, refund_of)
        rules.check_refund(report, queries.sale(tx, refund_of), queries.refunded(tx, refund_of))
    if not queries.insert_sale(tx, row):  # a twin of this report was faster
        twin = queries.sale(tx, report.id)
        rules.check_same(twin or row, row)
        return False
    tx.emit(SaleRecorded(id))
    return True


def record_lead(tx: Tx, report: LeadReport, *, source: str, id: int, now: int) -> bool:
    """Writes a lead down; as `record_sale`."""
    rules.check_lead(report, now)
    row = Lead(id, report.id, report.at, report.ln, _hash(tx, report.email_sha256), report.heard, source, now)
    if queries.lead(tx, rules.gone(_pepper(tx), report.id)) is not None:
        return False  # the person was forgotten
    if queries.lead(tx, report.id) is None:
        rules.check_new(report.id)
    if not queries.insert_lead(tx, row):
        rules.check_same(queries.lead(tx, report.id) or row, row)
        return False
    tx.emit(LeadRecorded(id))
    return True


def record_told(tx: Tx, told: Told, *, source: str, now: int) -> int:
    """Writes down what a shop's message comes to; how many rows were new. The same order again is known
    by its id, amount and currency, whatever else a shop changes about it. Raises Invalid, Conflict."""
    reports = [*([told.sale] if told.sale else []), *told.refunds]
    if told.total:
        reports += _outstanding(tx, told.total)
    return sum(_record_order(tx, report, source, now) for report in reports)


def _outstanding(tx: Tx, total: Total) -> list[SaleReport]:
    """What is new of all that went back. Messages may come twice and in any order."""
    tx.hold(f"refunds of {total.sale}")
    left = total.amount + queries.refunded(tx, _now_called(tx, total.sale))
    return [SaleReport(total.ref, total.at, -left, total.currency, refund_of=total.sale)] if left > 0 else []


def _record_order(tx: Tx, report: SaleReport, source: str, now: int) -> bool:
    had = queries.sale(tx, report.id)
    if had is not None and (had.amount, had.currency) == (report.amount, report.currency):
        return False
    return record_sale(tx, report, source=source, id=new_id(), now=now)


def _now_called(tx: Tx, ref: str) -> str:
    """What a sale is called here: other than in the shop once its person was forgotten."""
    if not ref:
        return ""
    name = rules.gone(_pepper(tx), ref)
    return name if queries.sale(tx, name) else ref


def import_sales(tx: Tx, rows: Sequence[tuple[int, SaleReport]], *, now: int) -> Imported:
    """Lines of a file, each with its number; sales before refunds, whatever their order. What
    cannot be taken is reported and the rest is taken."""
    ordered = sorted(rows, key=lambda row: bool(row[1].refund_of))
    return _import(tx, ordered, record_sale, now)


def import_leads(tx: Tx, rows: Sequence[tuple[int, LeadReport]], *, now: int) -> Imported:
    """As `import_sales`."""
    return _import(tx, rows, record_lead, now)


def _import(tx: Tx, rows: Sequence[tuple[int, R]], record: Callable[..., bool], now: int) -> Imported:
    added, again = 0, 0
    rejected: list[Rejected] = []
    for line, report in rows:
        try:
            new = record(tx, report, source="csv", id=new_id(), now=now)
        except (Invalid, Conflict) as error:
            rejected.append(Rejected(line, error.sentence))
        else:
            added, again = added + new, again + (not new)
    return Imported(added, again, tuple(sorted(rejected, key=lambda r: r.line)))


def new_key(tx: Tx, now: int, shop: str = "") -> str:
    """Makes the key that a shop signs with, and answers it: this is the only time it is shown. The
    key before stays good for a day."""
    secret = new_token(rules.KEY_PREFIX)
    keep_key(tx, secret, shop=shop, now=now)
    return secret


def keep_key(tx: Tx, secret: str, *, shop: str, now: int) -> None:
    """A key that the shop made itself, as Stripe does. The one before stays good for a day. Raises
    Invalid("shop"), Invalid("secret")."""
    if shop not in rules.SHOPS:
        raise Invalid("shop", "must be stripe or woocommerce")
    rules.check_secret(secret, shop)
    _pepper(tx)  # made now, rather than by the first report
    queries.end_keys(tx, now + rules.ROTATION, shop)
    queries.insert_key(tx, new_id(), secret, now, shop)


def revoke_keys(tx: Tx, now: int, shop: str = "") -> None:
    """No key of this shop is good any more, from now on."""
    queries.end_keys(tx, now, shop)


def see_key(tx: Tx, key: HookKey, now: int) -> None:
    """Writes down, to the hour, that a key was used."""
    if key.used_at is None or now - key.used_at >= HOUR:
        queries.see_key(tx, key.id, now)


def _hash(tx: Tx, email_sha256: str) -> str:
    if not email_sha256:
        return ""
    return rules.peppered(_pepper(tx), email_sha256)


def _pepper(tx: Tx) -> str:
    pepper = queries.pepper(tx)
    if pepper is None:
        tx.hold(queries.PEPPER)
        pepper = queries.pepper(tx)
    if pepper is None:
        pepper = new_token("lnp")
        queries.keep_pepper(tx, pepper)
    return pepper
