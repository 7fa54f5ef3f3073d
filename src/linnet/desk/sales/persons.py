"""What the firm holds about one customer, found by their address, a number or a word of theirs; and
forgetting it. The money stays for the books; who it was does not."""

import re

from linnet.db.tx import Tx
from linnet.desk.sales import queries, rules
from linnet.desk.sales.rules import Lead, Sale, email_digest
from linnet.desk.visits import ways
from linnet.desk.visits.ways import WordsRow
from linnet.kernel.clock import iso
from linnet.kernel.errors import Invalid
from linnet.kernel.money import decimal_text
from linnet.kernel.value import Value

SHORTEST = 3  # characters of a name: two would find everybody
_DIGEST = re.compile(r"[0-9a-f]{64}", re.IGNORECASE)


class Held(Value):
    """Rows about one person: sales with their refunds, and leads. `words`: campaign words of visits that have in
    them what was looked for, should somebody have been named there."""

    sales: list[Sale]
    leads: list[Lead]
    words: list[WordsRow]


def find(tx: Tx, wanted: str) -> Held:
    """By an e-mail address (or its SHA-256), by the number of an order or lead, or by a word of an answer
    to "How did you hear about us?"; then all with the same address, and refunds; and by a campaign word of
    visits. Raises Invalid("who")."""
    text = _checked(wanted)
    hashes = {rules.peppered(queries.pepper(tx) or "", _digest(text))} - {""}
    named = [] if hashes else queries.leads_that_say(tx, text)
    sale, lead = queries.sale(tx, text), queries.lead(tx, text)
    hashes |= {row.email_hash for row in (*named, sale, lead) if row and row.email_hash}
    sales = {row.ref: row for row in (*([sale] if sale else []), *queries.sales_of_email(tx, hashes))}
    leads = {row.ref: row for row in (*named, *([lead] if lead else []), *queries.leads_of_email(tx, hashes))}
    sales |= {row.ref: row for row in queries.refunds_of(tx, set(sales))}
    return Held(
        sorted(sales.values(), key=_when), sorted(leads.values(), key=_when), ways.with_word(tx, text)
    )


def _checked(wanted: str) -> str:
    text = wanted.strip()
    if len(text) < SHORTEST or len(text) > 300:
        raise Invalid("who", f"must have {SHORTEST} to 300 characters")
    return text


def _when(row: Sale | Lead) -> tuple[int, int]:
    return row.at, row.id


def _digest(text: str) -> str:
    if _DIGEST.fullmatch(text):
        return text.lower()
    return email_digest(text) if "@" in text and " " not in text else ""


def forget(tx: Tx, sale_ids: list[int], lead_ids: list[int]) -> int:
    """Takes what names the person out of these rows: the shop's number, the hash of the address, the
    answer. Time, amount, tag and coupon stay. The same report again stays known, by a keyed hash of its
    number. How many rows; repeating changes nothing."""
    pepper = queries.pepper(tx)
    if pepper is None:
        return 0  # nothing was ever reported
    changed = 0
    for sale in queries.sales_by_id(tx, sale_ids):
        if not rules.is_gone(sale.ref):
            queries.forget_sale(tx, sale, rules.gone(pepper, sale.ref))
            changed += 1
    for lead in queries.leads_by_id(tx, lead_ids):
        if not rules.is_gone(lead.ref):
            queries.forget_lead(tx, lead.id, rules.gone(pepper, lead.ref))
            changed += 1
    return changed


def forget_words(tx: Tx, wanted: str) -> int:
    """Takes every campaign word that has `wanted` in it out of the visits; of how many. The visits stay.
    Raises Invalid("who")."""
    return ways.take_out(tx, _checked(wanted))


def document(held: Held, now: int) -> dict[str, object]:
    """All of it for the person it is about, as plain data."""
    return {
        "made_at": iso(now),
        "about": "What we hold of your orders and questions. Your address itself is not kept, only a keyed hash of it. "
        "Visits to our website are counted without your address and cannot be told to be yours.",
        "sales": [
            {
                "number": s.ref,
                "at": iso(s.at),
                "amount": decimal_text(s.amount, s.currency),
                "currency": s.currency,
                "refund_of": s.refund_of,
                "coupon": s.coupon,
                "link": s.ln,
                "hash_of_your_address": s.email_hash,
                "reported_by": s.source,
                "received_at": iso(s.received_at),
            }
            for s in held.sales
        ],
        "questions": [
            {
                "number": lead.ref,
                "at": iso(lead.at),
                "how_you_heard_of_us": lead.heard,
                "link": lead.ln,
                "hash_of_your_address": lead.email_hash,
                "reported_by": lead.source,
                "received_at": iso(lead.received_at),
            }
            for lead in held.leads
        ],
        "campaign_words_of_visits": [
            {"source": w.source, "medium": w.medium, "campaign": w.campaign, "visits": w.visits}
            for w in held.words
        ],
    }
