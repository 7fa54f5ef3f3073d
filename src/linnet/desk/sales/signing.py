"""Who signed a report: our own header, Stripe's, which is built alike, and WooCommerce's. Pure.

https://docs.stripe.com/webhooks/signature (t=seconds,v1=HMAC-SHA256 in hex of "seconds.body")
https://developer.woocommerce.com/docs/apis/rest-api/v3/webhooks/ (X-WC-Webhook-Signature)
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable

from linnet.desk.sales.rules import SKEW, HookKey
from linnet.kernel.clock import SECOND, iso
from linnet.kernel.errors import Late, Unknown

HEADER = "Linnet-Signature"
STRIPE_HEADER = "Stripe-Signature"
WOO_HEADER = "X-WC-Webhook-Signature"
_SHA256 = re.compile(r"[0-9a-f]{64}")


def sign(secret: str, body: bytes, at: int) -> str:
    """The header `Linnet-Signature` for a body sent at `at` ms: t=seconds,v1=HMAC-SHA256 in hex of
    "seconds.body"."""
    seconds = at // SECOND
    return f"t={seconds},v1={_mac(secret, seconds, body)}"


def check_signature(
    header: str, body: bytes, keys: Iterable[HookKey], now: int, name: str = HEADER
) -> HookKey:
    """Which key signed it. `name`: of the header; Stripe's is built alike. Raises Unknown for a missing
    or wrong signature, Late for a good one whose time is more than five minutes off."""
    seconds, signatures = _parse_header(header, name)
    signer = None
    for key in keys:
        if key.ends_at is not None and key.ends_at <= now:
            continue
        right = _mac(key.secret, seconds, body)
        if any(hmac.compare_digest(right, given) for given in signatures):
            signer = key
    if signer is None:
        raise Unknown("The signature is not right: check the key, and that the body is signed as it is sent.")
    if abs(now - seconds * SECOND) > SKEW:
        raise Late(f"It was signed more than five minutes ago or ahead: our clock says {iso(now)}.")
    return signer


def _mac(secret: str, seconds: int, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()


def _parse_header(header: str, name: str) -> tuple[int, list[str]]:
    times, signatures = [], []
    for part in header[:1000].split(","):
        key, _, value = part.strip().partition("=")
        if key == "t" and value.isascii() and value.isdigit() and len(value) <= 12:
            times.append(int(value))
        elif key == "v1" and _SHA256.fullmatch(value):
            signatures.append(value)
    if len(times) != 1 or not signatures:
        raise Unknown(f"The header {name} is missing or not like t=1793000000,v1=0a1b...")
    return times[0], signatures


def check_woocommerce(header: str, body: bytes, keys: Iterable[HookKey], now: int) -> HookKey:
    """Which key signed a delivery of WooCommerce: its header is the HMAC-SHA256 of the body in base64.
    It has no time in it, so that only an order's own id tells an old delivery from a new one. Raises
    Unknown."""
    for key in keys:
        right = base64.b64encode(hmac.new(key.secret.encode(), body, hashlib.sha256).digest())
        good = key.ends_at is None or key.ends_at > now
        if good and hmac.compare_digest(right, header.strip().encode("latin-1", "replace")):
            return key
    raise Unknown(f"The header {WOO_HEADER} is missing or not right: is this the secret of this webhook?")
