"""The whole database is dumped after every kind of traffic: no address, no whole user agent, no old salt."""

import asyncio
import base64
import hashlib
import hmac
import json
import re
from datetime import UTC
from types import SimpleNamespace

import pytest

from linnet.db.database import Database
from linnet.desk.links import actions as links
from linnet.desk.sales import actions as sales
from linnet.desk.sales import signing
from linnet.desk.visits import actions as visits
from linnet.desk.visits import formats, queries
from linnet.desk.visits.logs import import_log
from linnet.door.heard import Heard
from linnet.kernel.clock import DAY, HOUR, iso, now_ms
from linnet.site import hooks, measure
from tests.actions.test_shops import event, order, session
from tests.asgi import ask
from tests.commands.test_import_log import caddy
from tests.doors.browser import site
from tests.doors.test_measure import SITE
from tests.rules.test_visits import CHROME, FIREFOX, IPHONE, LINE, PERSON

V4, V6, PROXIED, LETTERS = "203.0.113.77", "2001:db8:7:7::9", "198.51.100.77", "192.0.2.177"
AGENT = f"{CHROME} Odd/1.2.3.4-build"  # a user agent that nobody else has
ADDRESSES = re.compile(
    r"(?<![\d.])(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}(?![\d.])"
    r"|(?<![\w:])(?:[0-9a-f]{1,4}:){2,7}(?::?[0-9a-f]{1,4})(?![\w:])",
    re.IGNORECASE,
)
# what a landing address may say of somebody, in every key that is read
CLICK = "EAIaIQobChMI-planted-click"
WORDS = (
    f"utm_source=anna.planted%40example.org&utm_medium=%2B49170-5550199&utm_campaign=customer-48151623"
    f"&utm_term=planted-term&gclid={CLICK}&fbclid={CLICK}&mc_cid={CLICK}&mc_eid={CLICK}&token=planted-token"
)
GOOD = "utm_source=Brevo&utm_medium=email&utm_campaign=Advent+2026"
AGENTS = ("AppleWebKit", "Gecko", "Mozilla/5.0", "Odd/1.2", "iPhone OS", "Firefox/1")
TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    "postgres": "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'",
}


def dump(db: Database) -> dict[str, str]:
    """Every table as text."""

    def read(tx):
        names = [row[0] for row in tx._fetch(TABLES[tx.dialect], {})[0]]
        return {
            name: "\n".join(
                " | ".join(str(cell) for cell in row) for row in tx._fetch(f"SELECT * FROM {name}", {})[0]
            )
            for name in names
        }

    return db.read_now(read)


def clean(dumped: dict[str, str]) -> None:
    for table, text in dumped.items():
        found = [hit for hit in ADDRESSES.findall(text) if not re.fullmatch(r"(\d\d:){2}\d\d", hit)]
        assert found == [], table
        for address in (V4, V6, PROXIED, LETTERS):
            assert address not in text, table
        for words in (*AGENTS, "planted", "5550199", "48151623"):
            assert words not in text, (table, words)


def traffic(db: Database, now: int) -> str:
    """Clicks, reports, logs, shops, letters, staff; the code of the link is answered."""
    house = SimpleNamespace(db=db, settings=SimpleNamespace(trusted_proxies=("127.0.0.1",)))
    doors = [*measure.routes(house), *hooks.routes(house)]
    code = db.write_now(
        links.make, "https://news.example/a", kind="go", channel="qr", account_id=1, post_id=None, now=now
    ).code
    own = {"origin": "https://bakery.example", "content-type": "text/plain"}
    for address in (V4, V6, "127.0.0.1"):
        for agent in (AGENT, IPHONE, FIREFOX, "", "Mastodon/4.3.0 (http.rb/5.2.0; +https://m.example/) Bot"):
            sent = {**PERSON, "user-agent": agent, "x-forwarded-for": PROXIED, "referer": f"https://{V4}/x"}
            assert ask(
                doors, "GET", f"/go/{code}?from={V4}&{WORDS}", headers=sent, address=address
            ).status in {
                200,
                302,
            }
            seen = {
                "ln": code,
                "u": f"https://bakery.example/u/{V4}/{V6}?me={V4}",
                "r": V4,
                "q": [f"?{w}" for w in WORDS.split("&")],
            }
            told = ask(
                doors, "POST", "/ln", headers={**own, **sent}, body=json.dumps(seen).encode(), address=address
            )
            assert told.status in {204, 422}
    line = LINE.replace(b"?ln=", f"?{WORDS.replace('%', '%%')}&ln=".encode())
    lines = line % AGENT.encode() + line.replace(b"1.2.3.4", V4.encode()) % IPHONE.encode()
    import_log(db, lines.splitlines(keepends=True), site="bakery.example", name="access.log", now=now)
    json_log = caddy(1792990000.5, f"/rolls/{V4}?ip={V4}&{WORDS}") + caddy(1792990900.5, f"/rye?{GOOD}")
    import_log(
        db,
        json_log.splitlines(keepends=True),
        site="bakery.example",
        name="caddy.json",
        now=now,
        read=formats.Caddy("bakery.example"),
    )
    head = b"time,address,target,user_agent\n"
    cells = f"1792980000,{V4},/rye?{WORDS},{IPHONE.replace(',', '')}\n".encode()
    table = formats.Table(head, "bakery.example", {}, UTC)
    import_log(db, [head, cells], site="bakery.example", name="table.csv", now=now, read=table)
    shops(db, doors, now)
    asyncio.run(Heard(db)(LETTERS, now))
    db.write_now(visits.seen_staff, address=V4, user_agent=AGENT, now=now)
    return code


def shops(db: Database, doors: list, now: int) -> None:
    """What shops send, with an address and a user agent of the customer in it."""
    ours, whsec, woo = db.write_now(sales.new_key, now), "whsec_0123456789abcdef", "a secret of the shop"
    db.write_now(sales.keep_key, whsec, shop="stripe", now=now)
    db.write_now(sales.keep_key, woo, shop="woocommerce", now=now)
    sale = json.dumps({"id": "A", "at": iso(now - HOUR), "amount": 1, "currency": "EUR"}).encode()
    paid = json.dumps(event("checkout.session.completed", session(customer_ip=V4), now - HOUR)).encode()
    bought = json.dumps(order(customer_ip_address=V4, customer_user_agent=AGENT)).encode()
    signed = base64.b64encode(hmac.digest(woo.encode(), bought, hashlib.sha256)).decode()
    for path, header, value, body in (
        ("/hooks/sale", "Linnet-Signature", signing.sign(ours, sale, now), sale),
        ("/hooks/stripe", "Stripe-Signature", signing.sign(whsec, paid, now), paid),
        ("/hooks/woocommerce", "X-WC-Webhook-Signature", signed, bought),
    ):
        head = {header.lower(): value, "user-agent": AGENT}
        assert ask(doors, "POST", path, headers=head, body=body, address=V4).status in {200, 201}, path


def test_nothing_of_a_visitor_but_a_number_is_in_the_database(db):
    now = now_ms()
    db.write_now(lambda tx: tx.run(SITE))
    traffic(db, now)
    dumped = dump(db)
    assert {"visit", "hit", "visit_salt", "visit_peer", "visit_staff", "sale", "job"} <= set(dumped)
    for filled in ("visit", "hit", "visit_salt", "visit_peer", "visit_staff", "sale", "log_import"):
        assert dumped[filled], filled
    clean(dumped)
    assert "ann@example.org" not in " ".join(dumped.values()).lower()
    assert "brevo" in dumped["visit"]  # words of a campaign are kept, and the names of click ids
    assert " gclid " in dumped["visit"]
    assert "m.example" in dumped["visit"]  # what a server says of itself is kept: it is nobody's
    old = {salt.secret for salt in db.read_now(queries.all_salts)}
    for later in (DAY, 2 * DAY, 3 * DAY):
        db.write_now(visits.roll_salts, now=now + later)
        kept = db.read_now(queries.all_salts)
        assert all(now + later - salt.made_at < 48 * HOUR for salt in kept)
    text = " ".join(dump(db).values())
    assert not any(secret in text for secret in old)
    after = dump(db)
    assert (after["visit_peer"], after["visit_staff"]) == ("", "")


def test_an_erased_salt_is_not_in_the_file_either(tmp_path):
    with site(tmp_path) as made:
        made.set_up()
        now = now_ms()
        made.db.write_now(visits.roll_salts, now=now - 3 * DAY)
        [old] = [salt.secret for salt in made.db.read_now(queries.all_salts)]
        made.db.write_now(visits.roll_salts, now=now)
        assert old not in [salt.secret for salt in made.db.read_now(queries.all_salts)]
    files = [path for path in tmp_path.iterdir() if path.name.startswith("linnet.sqlite")]
    assert files
    assert not any(old.encode() in path.read_bytes() for path in files)


@pytest.mark.parametrize("where", ["/", "/login", "/desk", "/links", "/sales", "/time", "/statement"])
def test_pages_that_people_of_the_firm_use_keep_no_address_either(tmp_path, where):
    with site(tmp_path) as made:
        made.set_up()
        odd = {"user-agent": AGENT, "x-forwarded-for": PROXIED}
        stranger = made.browser()
        stranger.get("/login", **odd)
        stranger.submit("/login", email="jana@bakery.example", password="wrong password")
        jana = made.logged_in("jana@bakery.example")
        jana.get(where, **odd)
        clean(dump(made.db))
        assert "192.0.2.1" not in " ".join(dump(made.db).values())


@pytest.mark.parametrize("planted", [V4, V6, f"https://{PROXIED}/", AGENT, IPHONE, CLICK, "anna.planted@x"])
def test_what_is_planted_is_found(planted):
    clean({"visit": "7 | /rolls/* | Chrome 149, desktop | 1792990000500"})
    with pytest.raises(AssertionError):
        clean({"visit": f"7 | {planted} | Chrome 149, desktop"})
