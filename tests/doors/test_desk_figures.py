"""Links, statement, time and sales: figures with their rows, and what people may do about them."""

import csv
import io
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from textwrap import dedent
from urllib.parse import urlsplit

import pytest

from linnet.db.tx import Tx
from linnet.desk.effort import actions as effort
from linnet.desk.effort import queries as effort_queries
from linnet.desk.links import queries as links
from linnet.desk.sales import actions as sales
from linnet.desk.sales import queries as sale_queries
from linnet.desk.sales.rules import ATTRIBUTION, SaleReport, email_digest
from linnet.desk.visits import figures
from linnet.desk.visits import queries as visit_queries
from linnet.kernel.clock import DAY, HOUR, MINUTE, SECOND, now_ms, zone
from linnet.kernel.days import day_of, week_of
from linnet.social.people import queries as people
from linnet.social.posts.rules import Author
from tests import bakery
from tests.doors.browser import Browser, Site, site

BERLIN = zone("Europe/Berlin")


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("figures")) as made:
        made.set_up()
        yield made


@pytest.fixture
def jana(here: Site) -> Browser:
    return here.logged_in("jana@bakery.example")


def owner(here: Site) -> Author:
    account = here.db.read_now(people.by_handle, "bakery")
    person = here.db.read_now(people.person_by_email, "jana@bakery.example")
    assert account
    assert person
    return Author(account.id, person.id)


@pytest.fixture(scope="module")
def code(here: Site) -> str:
    """A post of this morning with a link, five visits by it, sales and a lead."""
    who = owner(here)
    # in the week that runs, and not in the future, at whatever time the tests run
    at = max(week_of(day_of(now_ms(), BERLIN), BERLIN).start, now_ms() - HOUR) + SECOND

    return here.db.write_now(bakery.morning, who, here.house.terms, at)


def plain(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).replace("\u00a0", " ").split())


# links


def test_links_and_what_each_brought(jana: Browser, code: str) -> None:
    said = plain(jana.get("/links").text)
    assert "bakery.example/rye Fediverse" in said
    assert "3 visits · 1 confirmed · 2 more not counted" in said
    jana.get(f"/links/{code}")
    said = plain(jana.page.text)
    assert "Confirmed people 1" in said
    assert "Probable people 3" in said
    assert "All that came 5" in said
    assert f"https://bakery.example/rye?ln={code}" in said
    assert "A person, by the signs a browser gives (R5)" in said
    one = re.search(rf"/links/{code}\?visit=\d+", jana.page.text)
    assert one
    assert "the page's snippet" in plain(jana.get(one[0]).text)
    assert jana.get("/links/zzzzzzz").status == 404


def test_made_by_hand_stopped_and_let_on_again(here: Site, jana: Browser) -> None:
    jana.get("/links/new")
    jana.submit("/links/new", target="bakery.example/stollen", channel="newsletter")
    assert "Newsletter" in jana.page.text
    assert "Stop it" not in jana.page.text  # nothing of ours stands between a reader and the firm's own page
    jana.get("/links/new")
    jana.submit("/links/new", target="https://mill.example/flour", channel="qr")
    address = jana.page.url
    assert f"{here.settings.url}/go/" in jana.page.text
    jana.submit(f"{address}/stop")
    link = here.db.read_now(links.link, address.rpartition("/")[2])
    assert link
    assert link.stopped_at
    jana.submit(f"{address}/resume")
    assert "Stop it" in jana.page.text
    for target, sentence in (
        ("", "has no proper host name"),
        ("http://user@x.example/", "has a user name in it"),
        ("https://10.0.0.1/", "no proper host name|not on the public"),
        (f"{here.settings.url}/about", "on this server itself|proper host"),
        ("javascript:alert(1)", "must begin with|is not an address"),
    ):
        jana.get("/links/new")
        jana.submit("/links/new", target=target, channel="newsletter")
        assert jana.page.status == 422
        assert re.search(sentence, jana.page.text), target
        assert target in unescape(jana.page.text)
    jana.get("/links/new")
    jana.submit("/links/new", target="https://mill.example/", channel="smoke")
    assert "Channel must be one of" in jana.page.text


def test_the_owner_overrules_a_rule(here: Site, jana: Browser, code: str) -> None:
    assert code
    said = plain(jana.get("/links/hits").text)
    assert "bakery.example" in said
    jana.post(
        "/links/hits", {"form_key": jana.key(), "site": "bakery.example", "rule": "R5", "kind": "unsure"}
    )
    assert [(o.rule, o.kind) for o in here.db.read_now(visit_queries.overrules)] == [("R5", "unsure")]
    assert "overruled" in jana.page.text
    jana.post("/links/hits", {"form_key": jana.key(), "site": "bakery.example", "rule": "R5", "kind": ""})
    assert here.db.read_now(visit_queries.overrules) == []
    jana.post(
        "/links/hits", {"form_key": jana.key(), "site": "bakery.example", "rule": "R9", "kind": "person"}
    )
    assert jana.page.status == 422
    here.someone("helper", "editor")
    helper = here.logged_in("helper@example.org")
    helper.get("/links/new")
    reply = helper.post(
        "/links/hits", {"form_key": helper.key(), "site": "bakery.example", "rule": "R5", "kind": "person"}
    )
    assert reply.status == 403


def test_how_to_count_on_the_own_website(here: Site, jana: Browser) -> None:
    said = plain(jana.get("/links/snippet").text)
    assert f'<script src="{here.settings.url}/ln.js" async></script>' in said
    assert "linnet import log access.log --site bakery.example" in said


@pytest.mark.parametrize("heading", ["nginx", "Caddy", "WordPress"])
def test_the_page_and_the_documentation_say_the_same(here: Site, jana: Browser, heading: str) -> None:
    """What stands in docs/measuring.md was tried with the real thing: the page must not say anything else."""
    docs = (Path(__file__).parents[2] / "docs/measuring.md").read_text(encoding="utf-8")
    tried = docs.partition(f"### {heading}\n")[2].split("```")[1].partition("\n")[2]
    if heading == "Caddy":  # on the page without the name of the site around it
        tried = dedent("\n".join(tried.strip().splitlines()[1:-1]))
    tried = tried.replace("https://social.bakery.example", here.settings.url)
    page = jana.get("/links/snippet").text
    shown = unescape(re.search(rf">{heading}</h[23]>.*?<pre[^>]*><code>(.*?)</code>", page, re.DOTALL)[1])
    assert shown.strip() == tried.strip()


# statement


def test_every_figure_leads_to_its_rows(jana: Browser, code: str) -> None:
    assert code
    jana.get("/statement")
    said = plain(jana.page.text)
    for words in (
        "3 visits range 0.6 to 8.8; 1 confirmed",
        "24.50 € 1 sale and 1 lead with a trail",
        "What is not known",
        "Sales observed with a trail range 0.0 to 5.6 1",
        "Money reported, refunds taken off n 3 24.50 €",
        "Posts 1",
    ):
        assert words in said
    rows = sorted(set(re.findall(r'href="(/statement/rows/[^"]+)"', jana.page.text)))
    assert len(rows) >= 15
    for address in rows:
        assert jana.get(unescape(address)).status == 200, address
    week = week_of(day_of(now_ms(), BERLIN), BERLIN)
    span = f"from={week.first}&to={week.last}"
    said = plain(jana.get(f"/statement/rows/visits?class=confirmed&by=link&{span}").text)
    assert f"/rye {code}" in said or code in said
    assert jana.page.text.count("<tr>") == 2  # the heading and the one
    assert "carried the tag" in plain(jana.get(f"/statement/rows/sales?trail=yes&{span}").text)
    assert "There is none" in plain(jana.get(f"/statement/rows/visits?class=staff&{span}").text)


@pytest.mark.parametrize(
    "address",
    [
        "/statement?period=2026",
        "/statement?period=2026-W60",
        "/statement.csv?period=x",
        "/statement/rows/nothing?from=2026-11-01&to=2026-11-02",
        "/statement/rows/visits",
        "/statement/rows/visits?from=2026-11-02&to=2026-11-01",
        "/statement/rows/visits?class=x&from=2026-11-01&to=2026-11-02",
        "/statement/rows/sales?trail=yes&trail=no&from=2026-11-01&to=2026-11-02",
        "/sales?period=13-13",
        "/time?day=2026-13-01",
    ],
)
def test_what_is_no_period_is_said(jana: Browser, address: str) -> None:
    assert jana.get(address).status == 422


def test_a_month_without_anything_draws_nothing_and_calls_no_cost_nothing(jana: Browser) -> None:
    said = plain(jana.get("/statement?period=2020-01").text)
    assert "It cost Not known no time was recorded" in said
    assert "On no day did anybody come by your links, and no minutes were recorded." in said
    assert "<svg viewBox" not in jana.page.text.partition('id="days"')[2]


def test_the_chart_is_a_table_too(jana: Browser, code: str) -> None:
    assert code
    text = jana.get("/statement").text
    assert '<title id="chart-title">' in text
    bars = [float(height) for height in re.findall(r'class="probable" [^>]*height="([\d.]+)"', text)]
    table = [
        int(n)
        for n in re.findall(
            r'<td class="number">\d+</td><td class="number">\d+</td><td class="number">(\d+)</td><td class="number">\d+</td><td class="number">\d+',
            text,
        )
    ]
    assert len(bars) == 7
    assert sum(table) == 3
    assert [bar > 0 for bar in bars] == [n > 0 for n in table]
    assert " style=" not in text
    month = jana.get(f"/statement?period={day_of(now_ms(), BERLIN)[:7]}").text
    assert len(re.findall(r'class="probable" ', month)) >= 28


def test_for_an_office(jana: Browser, code: str) -> None:
    jana.get("/statement")
    assert 'href="/statement.csv?period=' in jana.page.text
    assert "&amp;office=comma" in jana.page.text
    reply = jana.get("/statement.csv?office=comma")
    assert reply.status == 200
    assert reply.text.startswith('\ufeff"section";"what";"value"')
    assert reply.header("content-disposition").endswith('.csv"')
    assert jana.get("/sales.csv?office=point").text.startswith('\ufeff"day","id","at"')
    assert jana.get("/sales.csv?office=german").status == 422


def test_as_csv(jana: Browser, code: str) -> None:
    assert code
    reply = jana.get("/statement.csv")
    assert reply.header("content-type").startswith("text/csv")
    lines = list(csv.reader(io.StringIO(reply.text)))
    assert any("24.50" in line for line in lines)


# time


def test_own_time_is_ones_own(here: Site, jana: Browser) -> None:
    who = owner(here)
    assert "Your time is not measured" in jana.get("/time").text
    jana.submit("/time/measure")
    assert here.db.read_now(effort_queries.measured, who.person_id)
    now = now_ms()
    today = day_of(now, BERLIN)

    def act(tx: Tx) -> None:
        for n in range(9):
            effort.beat(
                tx, who.person_id or 0, who.account_id, "write", "tab1", now - 5 * MINUTE + n * 15 * SECOND
            )

    here.db.write_now(act)
    jana.get(f"/time?day={today}")
    said = plain(jana.page.text)
    assert "Writing 2 min" in said or day_of(now - 6 * MINUTE, BERLIN) != today
    here.someone("other")
    other = here.logged_in("other@example.org")
    assert "Writing 2 min" not in plain(other.get(f"/time?day={today}").text)
    jana.submit("/time/forget")
    assert here.db.read_now(effort_queries.beats_of, who.person_id, 0, now + DAY) == []
    jana.get("/time")
    jana.submit("/time/measure")
    assert not here.db.read_now(effort_queries.measured, who.person_id)


def test_time_elsewhere(here: Site, jana: Browser) -> None:
    who, today = owner(here), day_of(now_ms(), BERLIN)
    jana.get("/time")
    jana.submit("/time/entries", note="phone", minutes="5", day=today)
    entry = here.db.read_now(effort_queries.entries_of, who.person_id, today, today)[0]
    assert (entry.note, entry.minutes) == ("phone", 5)
    for wrong, sentence in (
        ({"minutes": "0"}, "Minutes must be 1 to 1440"),
        ({"minutes": "x"}, "Minutes is not a whole number"),
        ({"day": "2999-01-01"}, "Day is not"),
        ({"note": " "}, "Note must be 1 to 80"),
    ):
        jana.get("/time")
        jana.submit("/time/entries", **{"note": "kept <note>", "minutes": "7", "day": today, **wrong})
        assert jana.page.status == 422
        assert sentence in jana.page.text
        assert "note" in wrong or "kept &lt;note&gt;" in jana.page.text
    here.someone("thief")
    thief = here.logged_in("thief@example.org")
    thief.get("/time")
    assert thief.post(f"/time/entries/{entry.id}/delete", {"form_key": thief.key()}).status == 404
    jana.get("/time")
    jana.submit(f"/time/entries/{entry.id}/delete")
    assert here.db.read_now(effort_queries.entries_of, who.person_id, today, today) == []


def test_when_it_stops_counting(here: Site, jana: Browser) -> None:
    jana.get("/time")
    jana.submit("/time/idle", idle="180")
    assert here.db.read_now(effort_queries.setting).idle == 180 * SECOND
    jana.submit("/time/idle", idle="20")
    assert jana.page.status == 422
    here.someone("clerk", "editor")
    clerk = here.logged_in("clerk@example.org")
    clerk.get("/time")
    assert clerk.post("/time/idle", {"form_key": clerk.key(), "idle": "60"}).status == 403


# sales


def test_sales_with_their_trails(jana: Browser, code: str) -> None:
    said = plain(jana.get(f"/sales?period={week_of(day_of(now_ms(), BERLIN), BERLIN).name}").text)
    assert f"order-1 with a trail carried the tag · link {code}" in said
    assert re.search(
        r"order-1 with a trail carried the tag · link \w{7} · last click \w+, \d+ \w+ \d{4}, \d\d:\d\d ", said
    )
    assert "order-2 carried no tag" in said
    assert "back-2 refund of order-2" in said
    assert "form-1 “a friend <b>”" in said
    assert "24.50 € after refunds, of it 24.50 € with a trail" in said


def test_a_file_in_and_out(here: Site, jana: Browser) -> None:
    table = "id;at;amount\nc-1;2026-02-03 10:00;12,50\nc-2;2026-02-03;abc\n=c-3;2026-02-04;1\n;2026-02-04;1\n"
    jana.get("/sales?period=2026-02")
    for new, again in ((2, 0), (0, 2)):
        jana.submit("/sales?period=2026-02", what="sales", files={"file": ("sales.csv", table.encode())})
        said = plain(jana.page.text)
        assert jana.page.status == 200
        assert f"{new} lines are new" in said
        assert (f"{again} were there already" in said) == bool(again)
        assert "Line 3: Amount is not an amount" in said
        assert "Line 5: Id" in said
    assert here.db.read_now(sale_queries.sale, "c-1").amount == 1250
    out = jana.get("/sales.csv?period=2026-02").text
    assert "c-1,2026-02-03T09:00:00.000Z,12.50,EUR" in out
    assert "'=c-3" in out
    jana.get("/sales?period=2026-02")
    leads = "id;at;heard\nq-1;2026-02-03 10:00;=a friend\n"
    jana.submit("/sales?period=2026-02", what="leads", files={"file": ("leads.csv", leads.encode())})
    out = jana.get("/leads.csv?period=2026-02").text
    assert out == "id,at,ln,heard,source\r\nq-1,2026-02-03T09:00:00.000Z,,'=a friend,csv\r\n"
    jana.get("/sales")
    for file, sentence in ((b"", "File is empty"), (b"a,b\n1,2\n", "has no column"), (b"\x89PNG\r\n", "")):
        jana.submit(
            next(f.action for f in jana.forms() if f.multipart), what="sales", files={"file": ("x.csv", file)}
        )
        assert jana.page.status == 422
        assert sentence in jana.page.text
    jana.submit(next(f.action for f in jana.forms() if f.multipart), what="sales")
    assert "File is missing" in jana.page.text


def test_the_key_is_shown_once(here: Site, jana: Browser) -> None:
    jana.get("/sales")
    jana.submit("/sales/key")
    secret = re.search(r"lnh_[A-Za-z0-9_-]{20,}", jana.page.text)
    assert secret
    assert jana.page.header("cache-control") == "private, no-store"
    assert secret[0] not in jana.get("/sales").text
    keys = here.db.read_now(sale_queries.keys, now_ms())
    assert [key.secret for key in keys] == [secret[0]]
    jana.submit("/sales/key")
    assert len(here.db.read_now(sale_queries.keys, now_ms())) == 2
    jana.get("/sales")
    jana.submit("/sales/key/end")
    assert here.db.read_now(sale_queries.keys, now_ms()) == []
    here.someone("temp", "editor")
    temp = here.logged_in("temp@example.org")
    temp.get("/sales")
    assert temp.post("/sales/key", {"form_key": temp.key()}).status == 403


def test_strangers_see_none_of_it(here: Site) -> None:
    for path in (
        "/links",
        "/links/came",
        "/links/hits",
        "/links/hits/list",
        "/links/coupons",
        "/sales/shops",
        "/sales/person",
        "/statement",
        "/statement.csv",
        "/time",
        "/sales",
        "/sales.csv",
        "/leads.csv",
        "/desk",
    ):
        assert urlsplit(here.browser().send("GET", path).header("location")).path == "/login"


def test_every_hit_of_a_rule_and_one_of_them_overruled(here: Site, jana: Browser, code: str) -> None:
    assert code
    jana.get("/links/hits")
    page = re.search(r"/links/hits/list\?site=bakery\.example&amp;rule=R5", jana.page.text)
    assert page
    address = unescape(page[0])
    said = plain(jana.get(address).text)
    assert "A person, by the signs a browser gives (R5)" in said
    hits = re.findall(r'action="(/links/hits/\d+)"', jana.page.text)
    before = here.db.read_now(figures.counts, 0, 1 << 62)
    jana.submit(hits[0], kind="staff")
    assert jana.page.url.endswith(address)
    assert "This one hit counts as you say" in plain(jana.page.text)
    assert "your own people overruled" in plain(jana.page.text)
    after = here.db.read_now(figures.counts, 0, 1 << 62)
    assert (after.probable, after.staff) == (before.probable - 1, before.staff + 1)
    jana.submit(hits[0], kind="")
    assert here.db.read_now(figures.counts, 0, 1 << 62) == before
    assert jana.post("/links/hits/999", {"form_key": jana.key(), "kind": "staff"}).status == 404
    assert jana.post(hits[0], {"form_key": jana.key(), "kind": "probe"}).status == 422
    assert jana.get("/links/hits/list?site=bakery.example&rule=R77").status == 404
    assert "No hit was decided by it" in jana.get("/links/hits/list?site=nobody.example&rule=R5").text
    here.someone("hand", "editor")
    hand = here.logged_in("hand@example.org")
    assert "/links/hits/" not in re.sub(r"/links/hits/list", "", hand.get(address).text)
    assert hand.post(hits[0], {"form_key": hand.key(), "kind": "staff"}).status == 403


def test_a_link_as_a_qr_code(jana: Browser, code: str) -> None:
    picture = jana.get(f"/links/{code}/qr.svg?download=1")
    assert picture.header("content-type").startswith("image/svg+xml")
    assert f"qr-{code}.svg" in picture.header("content-disposition")
    assert f"<title>https://bakery.example/rye?ln={code}</title>" in picture.text
    assert jana.get("/links/zzzzzzz/qr.svg").status == 404
    said = jana.get(f"/links/{code}").text
    assert f'src="/links/{code}/qr.svg"' in said
    again = re.search(r'href="(/links/new\?[^"]+)"', said)
    assert again
    form = jana.get(unescape(again[1])).text
    assert 'value="https://bakery.example/rye"' in form
    assert '<option value="qr" selected>' in form


def test_coupons(here: Site, jana: Browser, code: str) -> None:
    jana.get("/links/coupons")
    assert "No coupon yet" in jana.page.text
    jana.submit("/links/coupons", word="RYE10", channel="newsletter", code=code, since="2026-01-01")
    assert "Sales with RYE10 are observed from now on" in jana.page.text
    assert f"link {code}" in plain(jana.page.text)
    for typed, status in (("rye10", 409), ("", 422), ("a,b", 422)):
        jana.get("/links/coupons")
        jana.submit("/links/coupons", word=typed, channel="qr", since="2026-01-01")
        assert jana.page.status == status
    jana.get("/links/coupons")
    jana.submit("/links/coupons", word="new", channel="qr", since="soon")
    assert "is not a day" in jana.page.text
    sale = SaleReport("with-coupon", now_ms() - MINUTE, 500, "EUR", coupon="rye10")
    here.db.write_now(sales.record_sale, sale, source="hook", id=9, now=now_ms())
    assert "1 sale 5.00" in plain(jana.get("/links/coupons").text)
    month = f"/sales?period={day_of(now_ms(), BERLIN)[:7]}"
    assert "came with the coupon 'RYE10'" in plain(jana.get(month).text)
    jana.get("/links/coupons")
    end = re.search(r"/links/coupons/\d+/end", jana.page.text)
    assert end
    jana.submit(end[0])
    assert "over" in plain(jana.page.text)
    assert jana.post(end[0], {"form_key": jana.key()}).status == 404


def test_the_sales_page_prints_the_rule_and_what_people_said(here: Site, jana: Browser, code: str) -> None:
    assert code
    now = now_ms()
    alone = SaleReport("back-alone", now - MINUTE, -500, "CHF", refund_of="never-told")
    here.db.write_now(sales.record_sale, alone, source="hook", id=10, now=now)
    said = plain(jana.get(f"/sales?period={day_of(now, BERLIN)[:7]}").text)
    assert ATTRIBUTION in said
    assert "no such sale was reported" in said
    assert "its sale was never reported" in said
    assert "-5.00" in said.replace("\u2212", "-")  # of another currency: a sum of its own
    assert "a friend <b> 1" in said


def test_many_sales_come_page_by_page(here: Site, jana: Browser) -> None:
    for n in range(120):
        sale = SaleReport(f"many-{n:03}", 1_708_000_000_000 + n * MINUTE, 100, "EUR")  # in February 2024
        here.db.write_now(sales.record_sale, sale, source="hook", id=1_000_000 + n, now=now_ms())
    refs, address = [], "/sales?period=2024-02"
    for _ in range(3):
        page = jana.get(address).text
        assert "120.00 € after refunds" in plain(page)  # the sum is of all of them
        refs.append(re.findall(r"many-\d{3}", page))
        more = re.search(r'href="(/sales[^"]+skip=\d+)#list"', page)
        address = more[1].replace("&amp;", "&") if more else ""
    assert [len(found) for found in refs] == [50, 50, 20]
    assert [ref for found in refs for ref in found] == [f"many-{n:03}" for n in reversed(range(120))]
    assert address == ""
    assert "There is no older one" in jana.get("/sales?period=2024-02&skip=500").text
    assert "many-119" in jana.get("/sales?period=2024-02&skip=-1").text


def test_a_shop_is_connected_and_let_go(here: Site, jana: Browser) -> None:
    jana.get("/sales/shops")
    assert f"{here.settings.url}/hooks/stripe" in jana.page.text
    assert (
        jana.post("/sales/shops", {"form_key": jana.key(), "shop": "stripe", "secret": "pk_1"}).status == 422
    )
    assert "must be 16 to 200" in jana.page.text
    jana.get("/sales/shops")
    whsec = "whsec_" + "a" * 32
    jana.post("/sales/shops", {"form_key": jana.key(), "shop": "stripe", "secret": whsec})
    assert "Stripe may report now" in jana.page.text
    assert whsec not in jana.page.text
    jana.post("/sales/shops", {"form_key": jana.key(), "shop": "woocommerce"})
    secret = re.search(r"lnh_[A-Za-z0-9_-]{20,}", jana.page.text)
    assert secret
    assert jana.page.header("cache-control") == "private, no-store"
    found = {
        shop: here.db.read_now(sale_queries.keys, now_ms(), shop) for shop in ("stripe", "woocommerce", "")
    }
    assert ([k.secret for k in found["stripe"]], [k.secret for k in found["woocommerce"]]) == (
        [whsec],
        [secret[0]],
    )
    assert found[""] == []
    jana.get("/sales/shops")
    jana.post("/sales/shops/end", {"form_key": jana.key(), "shop": "stripe"})
    assert here.db.read_now(sale_queries.keys, now_ms(), "stripe") == []
    assert jana.post("/sales/shops", {"form_key": jana.key(), "shop": "x"}).status == 422
    here.someone("teller", "editor")
    teller = here.logged_in("teller@example.org")
    teller.get("/sales/shops")
    assert teller.post("/sales/shops", {"form_key": teller.key(), "shop": "woocommerce"}).status == 403


def test_one_customer_asks(here: Site, jana: Browser, code: str) -> None:
    assert code
    sale = SaleReport("ann-1", now_ms() - MINUTE, 700, "EUR", email_sha256=email_digest("ann@example.org"))
    here.db.write_now(sales.record_sale, sale, source="hook", id=11, now=now_ms())
    jana.get("/sales/person")
    jana.submit("/sales/person", who="an")
    assert jana.page.status == 422
    jana.submit("/sales/person", who="nobody@example.org")
    assert "Nothing." in jana.page.text
    jana.submit("/sales/person", who="Ann@example.org")
    assert "ann-1" in jana.page.text
    assert jana.page.header("cache-control") == "private, no-store"
    shown = jana.page
    jana.submit("/sales/person/export")
    assert '"number":"ann-1"' in jana.page.text
    assert "held-about-you.json" in jana.page.header("content-disposition")
    jana.page = shown
    jana.submit("/sales/person/forget")
    assert jana.page.status == 422
    assert "cannot be undone" in jana.page.text
    jana.submit("/sales/person/forget", sure="1")
    assert "1 row does not name anybody any more" in jana.page.text
    assert here.db.read_now(sale_queries.sale, "ann-1") is None
    here.someone("nosy", "editor")
    nosy = here.logged_in("nosy@example.org")
    assert nosy.get("/sales/person").status == 403
