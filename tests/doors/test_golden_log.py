"""The paper's golden log through the real doors: 1,000 previews, heads, prefetches, the firm's own people
and 20 people give exact counts, in all and by rule."""

import asyncio
import json
from types import SimpleNamespace

from starlette.applications import Starlette

from linnet.desk.links import actions as links
from linnet.desk.visits import actions as visits
from linnet.desk.visits import figures
from linnet.desk.visits.figures import VisitCounts
from linnet.door.heard import Heard
from linnet.kernel.clock import HOUR, now_ms
from linnet.site import measure
from tests.asgi import _ask
from tests.doors.test_measure import SITE
from tests.rules.test_visits import CHROME, IPHONE, PERSON

EVER = 1 << 62
SERVERS = (
    "http.rb/5.1.0 (Mastodon/4.%d.2; +https://host%d.example/) Bot",
    "Pleroma 2.%d.0; https://host%d.example <admin@host.example>",
    "Misskey/2026.%d.0 (https://host%d.example)",
    "GoToSocial/0.%d.1 (+https://host%d.example)",
    "Akkoma 3.%d.0-dev; https://host%d.example",
)
QUIET = {"user-agent": IPHONE, "accept": "*/*"}  # a server that calls itself a telephone


def test_the_golden_log_through_the_doors(db):
    db.write_now(lambda tx: tx.run(SITE))
    house = SimpleNamespace(db=db, settings=SimpleNamespace(trusted_proxies=()))
    app = Starlette(routes=measure.routes(house))
    code = db.write_now(
        links.make,
        "https://bakery.example/rye",
        kind="go",
        channel="fediverse",
        account_id=1,
        post_id=5,
        now=now_ms() - HOUR,
    ).code

    async def go(address, method="GET", **more):
        headers = {name.replace("_", "-"): value for name, value in more.items()}
        return (await _ask(app, method, f"/go/{code}", headers, b"", address)).status

    async def play():
        heard = Heard(db)
        for n in range(5):
            await heard(f"198.51.200.{n}", now_ms())
        previews = [
            go(f"198.51.{n // 250}.{n % 250}", **{"user-agent": SERVERS[n % 5] % (n % 7, n)})
            for n in range(1000)
        ]
        assert set(await asyncio.gather(*previews)) == {200}  # a card each, and nobody is led on
        by_address = [go(f"198.51.200.{n}", **QUIET) for n in range(5)]
        assert set(await asyncio.gather(*by_address)) == {200}
        assert await go("192.0.2.99", **QUIET) == 302  # nobody's: unsure
        for n in range(3):
            await go(f"192.0.2.{n}", "HEAD", **{"user-agent": IPHONE})
            await go(f"192.0.2.1{n}", **PERSON, **{"sec-purpose": "prefetch"})
        for n in range(2):
            address = f"192.0.2.20{n}"
            await db.write(visits.seen_staff, address=address, user_agent=CHROME, now=now_ms())
            await go(address, **PERSON)
        for n in range(20):
            await go(f"203.0.113.{n}", "HEAD", **PERSON)  # what some telephones do first
            assert await go(f"203.0.113.{n}", **PERSON) == 302
            if n < 8:
                await seen(f"203.0.113.{n}")

    async def seen(address):
        own = {**PERSON, "origin": "https://bakery.example", "content-type": "text/plain"}
        body = json.dumps({"ln": code, "u": "https://bakery.example/rye", "r": ""}).encode()
        assert (await _ask(app, "POST", "/ln", own, body, address)).status == 204

    asyncio.run(play())
    expected = VisitCounts(confirmed=8, probable=20, unsure=1, machines=1011, previews=1005, staff=2)
    assert db.read_now(figures.counts, 0, EVER) == expected
    assert db.read_now(figures.counts_by_link, [code])[code] == expected
    by_rule = {row.rule: (row.kind, row.visits, row.hits) for row in db.read_now(figures.drawer, 0, EVER)}
    assert by_rule == {
        "R0": ("probe", 3, 3),
        "R1": ("prefetch", 3, 3),
        "R2": ("preview", 1000, 1000),
        "R3": ("preview", 5, 5),
        "R4": ("unsure", 1, 1),
        "RS": ("staff", 2, 2),
        "R5": ("person", 12, 24),
        "R6": ("confirmed", 8, 24),
    }
    assert len(db.read_now(figures.hits_by_rule, "bakery.example", "R0", before=EVER, n=100)) == 23
