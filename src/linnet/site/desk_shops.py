"""Connecting a shop or a form: what Stripe and WooCommerce are told, and how a form reports a question."""

from starlette.responses import Response
from starlette.routing import BaseRoute

from linnet.db.tx import Tx
from linnet.desk.sales import actions, queries
from linnet.desk.sales.rules import HookKey
from linnet.kernel.errors import Invalid, LinnetError, NotAllowed
from linnet.site import forms
from linnet.site.frame import Frame, Visit

UNKEPT = {"Cache-Control": "private, no-store"}
NAMES = {"stripe": "Stripe", "woocommerce": "WooCommerce"}
FIELDS = ("secret",)


def keys(tx: Tx, now: int) -> dict[str, HookKey]:
    """The current key of each shop, where it has one."""
    found = [key for shop in NAMES for key in queries.keys(tx, now, shop) if key.ends_at is None]
    return {key.shop: key for key in found}


async def page(visit: Visit) -> Response:
    """How a shop or a form is connected."""
    return await _page(visit)


async def _page(visit: Visit, error: LinnetError | None = None, secret: str = "") -> Response:
    return visit.render(
        "desk/shops.html",
        title="Connect a shop or a form",
        activity="manage",
        status=forms.status_for(error) if error else 200,
        headers=UNKEPT if secret else None,
        errors=forms.errors_of(error, *FIELDS) if error else {},
        keys=await visit.db.read(keys, visit.now),
        secret=secret,
        base=visit.house.settings.url,
        stripe_events=(
            "checkout.session.completed",
            "checkout.session.async_payment_succeeded",
            "charge.refunded",
        ),
    )


async def keep_key(visit: Visit) -> Response:
    """Takes the secret that Stripe made, or makes one for WooCommerce and shows it this once."""
    _must_own(visit)
    shop = _shop(visit)
    try:
        if shop == "woocommerce":
            return await _page(visit, secret=await visit.db.write(actions.new_key, visit.now, shop))
        secret = visit.form.text("secret").strip()
        await visit.db.write(actions.keep_key, secret, shop=shop, now=visit.now)
    except LinnetError as error:
        return await _page(visit, error)
    return visit.to(f"/sales/shops#{shop}", flash=f"{NAMES[shop]} may report now.")


async def end_key(visit: Visit) -> Response:
    """Nothing is taken from this shop any more."""
    _must_own(visit)
    shop = _shop(visit)
    await visit.db.write(actions.revoke_keys, visit.now, shop)
    return visit.to(f"/sales/shops#{shop}", flash=f"Nothing is taken from {NAMES[shop]} any more.")


def _shop(visit: Visit) -> str:
    shop = visit.form.text("shop")
    if shop not in NAMES:
        raise Invalid("shop", "must be stripe or woocommerce")
    return shop


def _must_own(visit: Visit) -> None:
    if not visit.runs_firm:
        raise NotAllowed("Only an owner of the firm may connect a shop.")


def routes(frame: Frame) -> list[BaseRoute]:
    """The routes."""
    return [
        frame.get("/sales/shops", page, who="member"),
        frame.post("/sales/shops", keep_key),
        frame.post("/sales/shops/end", end_key),
    ]
