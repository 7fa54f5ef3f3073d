"""Links of a profile that are called proven: only those whose page links back, looked at by us (A30)."""

from typing import Any

import pytest

from linnet.desk.firm import actions as firm
from linnet.desk.firm.rules import FirstPerson, NewFirm
from linnet.federation.finding.finder import Budget
from linnet.kernel.clock import DAY, MINUTE, now_ms
from linnet.net.client import Answer
from linnet.social.people import actions as people
from linnet.social.proofs import rules
from tests import asgi
from tests.federation.elsewhere import Elsewhere
from tests.federation.village import Resident, Town, Village

SHOP = "https://shop.example/"


def page(html: str, status: int = 200, kind: str = "text/html; charset=utf-8") -> Answer:
    return Answer(status, "", {"content-type": kind}, html.encode())


def to(address: str) -> Answer:
    return Answer(301, "", {"location": address}, b"")


def back(address: str) -> Answer:
    return page(f'<!doctype html><title>Shop</title><a rel="me" href="{address}">me</a>')


async def lines(who: Resident, id: object = None) -> list[tuple[str, bool]]:
    account = await who.get(f"/v1/accounts/{id or who.id}")
    return [(field["value"], field["verified_at"] is not None) for field in account["fields"]]


async def marks(who: Resident, id: object = None) -> list[bool]:
    return [good for _, good in await lines(who, id)]


async def save(who: Resident, *values: str) -> None:
    fields = {f"fields_attributes[{n}][name]": f"Web {n}" for n in range(len(values))}
    fields |= {f"fields_attributes[{n}][value]": value for n, value in enumerate(values)}
    await who.patch("/v1/accounts/update_credentials", **fields)


async def work(village: Village) -> None:
    await village.settle(ahead=rules.SOON)


def test_a_page_that_links_back_proves_a_line_of_ours(village: Village) -> None:
    town = village.town("a.example")
    anna = town.person("anna")
    shop = Elsewhere(village, "shop.example")
    shop.pages[SHOP] = back("https://a.example/@anna")

    async def story() -> None:
        await save(anna, SHOP, "9 to 5")
        assert await marks(anna) == [False, False]  # not before somebody looked
        await work(village)
        assert shop.asked == [SHOP]
        assert await marks(anna) == [True, False]
        own = await anna.get("/v1/accounts/verify_credentials")
        assert own["source"]["fields"][0]["verified_at"] == own["fields"][0]["verified_at"] is not None
        seen = await anna.page("/@anna")
        assert f'<a href="{SHOP}" rel="me nofollow noopener">shop.example</a>' in seen
        assert seen.count("links back") == 1
        # the proof belongs to the line: a new one has none, and the old one none when it comes back
        await save(anna, f"{SHOP}other", "9 to 5")
        assert await marks(anna) == [False, False]
        assert "links back" not in (await anna.page("/@anna"))
        await work(village)
        assert await marks(anna) == [False, False]
        await save(anna, SHOP)
        assert await marks(anna) == [False]
        await work(village)
        assert await marks(anna) == [True]
        # what else changes takes nothing away
        await anna.patch("/v1/accounts/update_credentials", display_name="Anna B.")
        assert await marks(anna) == [True]

    village.run(story())


def test_a_proof_is_looked_at_again_and_ends_with_the_link(village: Village) -> None:
    town = village.town("a.example")
    anna = town.person("anna")
    shop = Elsewhere(village, "shop.example")
    shop.pages[SHOP] = back("https://a.example/@anna")

    async def story() -> None:
        await save(anna, SHOP)
        await work(village)
        first = (await anna.get(f"/v1/accounts/{anna.id}"))["fields"][0]["verified_at"]
        await village.settle(ahead=6 * DAY)
        assert len(shop.asked) == 1
        await _again(town)
        assert len(shop.asked) == 2
        assert (await anna.get(f"/v1/accounts/{anna.id}"))["fields"][0]["verified_at"] == first
        shop.pages[SHOP] = page("<p>We have moved")
        await _again(town)
        assert await marks(anna) == [False]
        shop.pages[SHOP] = back("https://a.example/@anna")  # and is looked for again next week
        await _again(town)
        assert await marks(anna) == [True]

    village.run(story())


def test_a_page_that_is_away_for_a_moment_takes_nothing(village: Village) -> None:
    town = village.town("a.example")
    anna = town.person("anna")
    shop = Elsewhere(village, "shop.example")
    shop.pages[SHOP] = back("https://a.example/@anna")

    async def story() -> None:
        await save(anna, SHOP)
        await work(village)
        village.dead.add("shop.example")
        await _again(town)
        assert await marks(anna) == [True]
        village.dead.clear()
        shop.pages[SHOP] = page("busy", 503)
        await _again(town)
        assert await marks(anna) == [True]
        shop.pages[SHOP] = back("https://a.example/@anna")
        await _again(town)
        assert await marks(anna) == [True]
        shop.pages[SHOP] = page("busy", 503)
        for good in (True, True, False):  # an hour later, four hours later, and then it is over
            await _again(town)
            assert await marks(anna) == [good]
        shop.pages[SHOP] = page("gone", 410)
        await _again(town)
        assert await marks(anna) == [False]

    village.run(story())


async def _again(town: Town) -> None:
    """The next look, whenever it is due."""
    town.db.write_now(lambda tx: tx.run("UPDATE job SET run_at = 1 WHERE kind = 'CheckLinks'"))
    assert await town.work()


def field(html: str, **more: Any) -> dict[str, Any]:
    return {"type": "PropertyValue", "name": "Web", "value": html} | more


def test_a30_what_a_letter_says_of_its_proofs_is_not_believed(village: Village) -> None:
    town = village.town("a.example")
    anna = town.person("anna")
    site, shop, bank = (Elsewhere(village, f"{name}.example") for name in ("far", "shop", "bank"))
    lie = {"verified_at": "2026-01-01", "proven_at": 1, "verifiedAt": "x"}
    vera = site.person("vera", url="https://far.example/@vera")
    site.pages[vera]["attachment"] = [
        field(f'<a href="{SHOP}" rel="me"><span class="invisible">https://</span>shop.example/</a>', **lie),
        # what is shown is not what would be asked: it stands there as words
        field('<a href="https://shop.example/mine" rel="me">https://bank.example/</a>', **lie),
        field('<a href="https://shop.example/mine" rel="me">Bank</a>', **lie),
    ]
    shop.pages[SHOP] = back("https://far.example/@vera")
    shop.pages["https://shop.example/mine"] = back("https://far.example/@vera")
    bank.pages["https://bank.example/"] = page("<p>A bank")

    async def story() -> None:
        found = await anna.find("@vera@far.example")
        assert await marks(anna, found["id"]) == [False] * 3
        assert shop.asked == bank.asked == []  # nobody here has looked at the profile yet
        await anna.get(f"/v1/accounts/{found['id']}/statuses")
        await village.settle()
        assert await marks(anna, found["id"]) == [True, False, False]
        assert (shop.asked, bank.asked) == ([SHOP], ["https://bank.example/"])
        # the next letter of its server leaves it; an address that changes takes it
        await town.program.office.finder.account_at(vera, Budget(), fresh=True)
        assert await marks(anna, found["id"]) == [True, False, False]
        site.pages[vera]["url"] = "https://far.example/@bank"
        await town.program.office.finder.account_at(vera, Budget(), fresh=True)
        assert await marks(anna, found["id"]) == [False] * 3

    village.run(story())


LIES: dict[str, tuple[str, dict[str, Answer]]] = {
    "no link": (SHOP, {SHOP: page("<p>Vera? https://far.example/@vera")}),
    "somebody else's link": (SHOP, {SHOP: back("https://far.example/@vera2")}),
    "an open redirect": (f"{SHOP}?to=x", {f"{SHOP}?to=x": to("https://evil.example/me")}),
    "redirects to the profile": (SHOP, {SHOP: to("https://far.example/@vera")}),
    "down to http": ("https://shop.example/h", {"https://shop.example/h": to("http://shop.example/")}),
    "not https": ("http://shop.example/", {}),
    "her own server": ("https://far.example/@vera", {}),
    "not a page": (SHOP, {SHOP: page('<a rel="me" href="https://far.example/@vera">', 404)}),
}


@pytest.mark.parametrize("lie", sorted(LIES))
def test_a30_a_page_that_is_not_hers_proves_nothing(village: Village, lie: str) -> None:
    town = village.town("a.example")
    anna = town.person("anna")
    site, shop, evil = (Elsewhere(village, f"{name}.example") for name in ("far", "shop", "evil"))
    value, pages = LIES[lie]
    vera = site.person("vera", url="https://far.example/@vera", attachment=[field(value)])
    shop.pages |= pages
    evil.pages["https://evil.example/me"] = back("https://far.example/@vera")
    site.pages["https://far.example/@vera"] = back("https://far.example/@vera")

    async def story() -> None:
        found = await anna.find("@vera@far.example")
        await anna.get(f"/v1/accounts/{found['id']}/statuses")
        await village.settle()
        assert await lines(anna, found["id"]) == [(_shown(value), False)]
        assert "links back" not in await anna.page("/@vera@far.example")
        assert vera in site.asked

    village.run(story())


def _shown(value: str) -> str:
    shown = value.partition("://")[2].rstrip("/")
    return f'<a href="{value}" target="_blank" rel="nofollow noopener me" translate="no">{shown}</a>'


def test_two_linnets_prove_the_same_page_each_by_itself(village: Village) -> None:
    a, b = village.town("a.example"), village.town("b.example")
    anna, ben = a.person("anna"), b.person("ben")
    shop = Elsewhere(village, "shop.example")
    shop.pages[SHOP] = back("https://a.example/@anna")

    async def story() -> None:
        await save(anna, SHOP)
        await work(village)
        found = await ben.find("@anna@a.example")
        await ben.get(f"/v1/accounts/{found['id']}/statuses")
        await village.settle()
        assert await marks(ben, found["id"]) == [True]
        assert shop.asked == [SHOP, SHOP]

    village.run(story())


def test_profiles_from_before_are_looked_at_too(village: Village) -> None:
    town = village.town("a.example")
    anna = town.person("anna")
    shop = Elsewhere(village, "shop.example")
    shop.pages[SHOP] = back("https://a.example/@anna")

    async def story() -> None:
        await save(anna, SHOP)
        town.db.write_now(lambda tx: tx.run("DELETE FROM job WHERE kind = 'CheckLinks'"))
        town.db.write_now(town.program.sweeps["pages of profiles"].run, 1)
        await village.settle(ahead=MINUTE)
        assert await marks(anna) == [True]

    village.run(story())


def test_the_settings_say_what_to_put_on_the_website(village: Village) -> None:
    town = village.town("a.example")
    new = NewFirm(
        "Corner Bakery", "bakery", ("https://shop.example",), "Europe/Berlin", "EUR", "40", words="rye"
    )
    first = FirstPerson("Jana", "jana@shop.example", "$argon2id$not-a-real-hash")
    made = town.db.write_now(firm.set_up, new, first, token=None, now=now_ms())
    sid = town.db.write_now(people.open_session, made.person.id, made.account.id, "a test", now_ms())

    async def story() -> None:
        headers = {"host": "a.example", "cookie": f"__Host-sid={sid}"}
        answer = await asgi._ask(town.app, "GET", "/settings", headers, b"", "203.0.113.5")
        line = '&lt;a rel="me" href="https://a.example/@bakery"&gt;Corner Bakery&lt;/a&gt;'
        assert line in answer.body.decode()

    village.run(story())
