"""A morning of the Corner Bakery: a post, who came by it, what was sold."""

from linnet.db.tx import Tx
from linnet.desk.links import queries as links
from linnet.desk.publishing import actions as publishing
from linnet.desk.sales import actions as sales
from linnet.desk.sales.rules import LeadReport, SaleReport
from linnet.kernel.clock import SECOND
from linnet.kernel.ids import first_id_at, new_id
from linnet.social.posts.rules import Author, NewPost, Terms
from tests import desk

HIT = """INSERT INTO hit (id, visit_id, at, source, site, path, code, features, kind, rule)
    SELECT id, id, first_at, 'page', site, path, code, :features, kind, rule FROM visit"""
FEATURES = '{"source":"go","agent":{"browser_like":true},"navigate":true,"by_user":true}'


def morning(tx: Tx, who: Author, terms: Terms, at: int) -> str:
    """A post at `at` with a link, whose code is answered; five visits by it and one without, two
    sales of which one was given back, and a lead."""
    id, now = first_id_at(at), at + 10 * SECOND
    publishing.publish(tx, who, NewPost("Rye: https://bakery.example/rye"), terms, id=id, now=at)
    code: str = links.of_post(tx, id)[0].code
    for kind in ("confirmed", "person", "person", "preview", "unsure"):
        desk.visit(tx, at + SECOND, kind, code)
    desk.visit(tx, at, "person")
    tx.run(HIT, features=FEATURES)
    for sale in (
        SaleReport("order-1", at + 2 * SECOND, 2450, "EUR", code),
        SaleReport("order-2", at + 2 * SECOND, 1000, "EUR"),
        SaleReport("back-2", at + 3 * SECOND, -1000, "EUR", refund_of="order-2"),
    ):
        sales.record_sale(tx, sale, source="hook", id=new_id(), now=now)
    lead = LeadReport("form-1", at + 2 * SECOND, code, heard="a friend <b>")
    sales.record_lead(tx, lead, source="hook", id=new_id(), now=now)
    return code
