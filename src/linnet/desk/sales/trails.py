"""Sales and leads with what may be said to have led to them: rows read, the rule applied."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from linnet.db.tx import Tx
from linnet.desk.coupons import queries as coupons
from linnet.desk.sales import queries, rules
from linnet.desk.sales.rules import Evidence, Lead, Sale, Trail
from linnet.kernel.clock import DAY, HOUR


def of_sales(tx: Tx, sales: Sequence[Sale], zone: ZoneInfo) -> dict[str, Trail]:
    """The trail of each of these sales and refunds, by ref. A refund has that of its sale, and none
    where its sale was never reported."""
    refs = sorted({sale.refund_of or sale.ref for sale in sales})
    evidence = queries.sale_evidence(tx, refs, rules.SALE_WINDOW)
    found = _trails(tx, evidence, rules.SALE_WINDOW, zone)
    return {sale.ref: found.get(sale.refund_of or sale.ref, rules.NOT_REPORTED) for sale in sales}


def oddities(tx: Tx, sales: Sequence[Sale]) -> dict[str, str]:
    """What does not fit about the refunds among these, by ref, in words."""
    refunds = [sale for sale in sales if sale.refund_of]
    refs = {refund.refund_of for refund in refunds}
    of, back = queries.sales_by_ref(tx, refs), queries.refunded_each(tx, refs)
    found = {r.ref: rules.odd(r, of.get(r.refund_of), back.get(r.refund_of, 0)) for r in refunds}
    return {ref: words for ref, words in found.items() if words}


def of_leads(tx: Tx, leads: Sequence[Lead], zone: ZoneInfo) -> dict[str, Trail]:
    """The trail of each of these leads, by ref."""
    evidence = queries.lead_evidence(tx, [lead.ref for lead in leads], rules.LEAD_WINDOW)
    return _trails(tx, evidence, rules.LEAD_WINDOW, zone)


def _trails(tx: Tx, evidence: Sequence[Evidence], window: int, zone: ZoneInfo) -> dict[str, Trail]:
    bare = [seen for seen in evidence if not seen.ln and seen.email_hash]
    joined: dict[str, list[Evidence]] = {}
    if bare:
        start, end = min(seen.at for seen in bare) - DAY - HOUR, max(seen.at for seen in bare) + 1
        hashes = sorted({seen.email_hash for seen in bare})
        lead_refs, sale_refs = queries.tagged_of_email(tx, hashes, start, end)
        tagged = queries.lead_evidence(tx, lead_refs, window) + queries.sale_evidence(tx, sale_refs, window)
        for other in tagged:
            joined.setdefault(other.email_hash, []).append(other)
    ours = coupons.by_word(tx) if any(seen.coupon for seen in evidence) else {}
    return {
        seen.ref: rules.trail_of(seen, window, zone, joined.get(seen.email_hash, ()), ours)
        for seen in evidence
    }
