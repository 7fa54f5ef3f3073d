"""The balance through the pages: a hint while somebody writes and one after the post is out, the page, the
rule, corrections. Without scripts, and as our script asks."""

import re
from collections.abc import Iterator

import pytest

from linnet.db.tx import Tx
from linnet.desk.balance import queries
from linnet.desk.balance.hints import Hint
from linnet.kernel.clock import DAY, HOUR, MINUTE, now_ms
from tests import desk
from tests.doors.browser import Browser, Reply, Site, site
from tests.doors.conftest import Running
from tests.doors.test_desk_news import bakery, plain, source

SET_TEXT = "UPDATE post SET text = :text WHERE id = :id"
DAY_BEFORE = "UPDATE balance_hint SET day = '2020-01-01'"


@pytest.fixture
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("balance")) as made:
        made.set_up()
        yield made


@pytest.fixture
def jana(here: Site) -> Browser:
    return here.logged_in("jana@bakery.example")


def wrote(here: Site, *texts: str, every: int = HOUR) -> list[int]:
    """Public posts of the bakery, the last one some while ago."""
    account, start = bakery(here), now_ms() - 30 * MINUTE - len(texts) * every

    def act(tx: Tx) -> list[int]:
        made = [desk.post(tx, account.id, start + n * every) for n in range(len(texts))]
        for id, text in zip(made, texts, strict=True):
            tx.run(SET_TEXT, text=text, id=id)
        return made

    return here.db.write_now(act)


def own_links(n: int) -> list[str]:
    return [f"Rye {k} is here https://bakery.example/{k}" for k in range(n)]


def ask(jana: Browser, text: str, key: str = "k1", **more: str) -> Reply:
    """As our script asks while somebody types."""
    if not jana.page.body:
        jana.get("/compose")
    page, sent = jana.page, {"form_key": jana.key(), "text": text, "key": key, "visibility": "public", **more}
    reply = jana.post("/desk/balance/ask", sent, x_linnet_part="1")
    jana.page = page
    return reply


def hints(here: Site) -> list[Hint]:
    return here.db.read_now(queries.hints, bakery(here).id, 20)


NEXT = "More rye at https://bakery.example/more"
EVERY = "With this, 6 of your last 6 posts carry your own link."


def test_f26_the_composer_says_it_once_a_day(here: Site, jana: Browser) -> None:
    wrote(here, *own_links(6))
    assert ask(jana, "No link in it").status == 204
    reply = ask(jana, NEXT)
    assert reply.status == 200
    assert EVERY in plain(reply.text)
    assert EVERY in plain(ask(jana, f"{NEXT} today").text), "the same composer goes on showing it"
    assert ask(jana, "No link in it").status == 204
    assert ask(jana, NEXT, key="k2").status == 204, "another composer does not"
    assert [(one.about, one.key, one.outcome) for one in hints(here)] == [("every", "k1", "")]


def test_f26_a_hundred_posts_with_the_own_link_are_one_hint(here: Site, jana: Browser) -> None:
    """All of them go out, and exactly one carries the sentence."""
    said = 0
    for n in range(100):
        jana.get("/compose")
        reply = jana.submit("/posts", text=f"Loaf {n} https://bakery.example/loaf/{n}")
        said += "carry your own link" in plain(reply.text)
        assert "Posted." in plain(reply.text)
    assert said == 1
    assert [one.about for one in hints(here)] == ["every"]


def test_without_a_script_the_sentence_comes_after_the_post(here: Site, jana: Browser) -> None:
    wrote(here, *own_links(6))
    jana.get("/compose")
    reply = jana.submit("/posts", text=NEXT)
    assert f"Posted. {EVERY} Other things to post: Desk, Balance." in plain(reply.text)
    page = plain(jana.get("/desk/balance").text)
    assert EVERY in page
    assert page.count("Dismiss this hint") == 1


def test_a_draft_that_is_kept_is_told_too(here: Site, jana: Browser) -> None:
    wrote(here, *own_links(6))
    jana.get("/plan/new")
    reply = jana.submit("/plan/new", text=NEXT, do="save")
    assert f"Saved. {EVERY}" in plain(reply.text)
    assert jana.page.status == 200


def test_a_post_that_answers_a_question_is_told_nothing(here: Site, jana: Browser) -> None:
    guest = here.someone("guest")
    wrote(here, *own_links(6))

    def act(tx: Tx) -> list[int]:
        made = [desk.post(tx, guest.id, now_ms() - HOUR, mentions=(bakery(here).id,)) for _ in range(2)]
        tx.run(SET_TEXT, text="@bakery Where can I buy it?", id=made[0])
        tx.run(SET_TEXT, text="@bakery Nice.", id=made[1])
        return made

    question, remark = here.db.write_now(act)
    assert ask(jana, NEXT, to=str(question)).status == 204
    assert "Nobody asked for your link" in plain(ask(jana, NEXT, to=str(remark)).text)
    assert [one.about for one in hints(here)] == ["unasked"]


def test_f27_a_message_to_somebody_who_does_not_follow(here: Site, jana: Browser) -> None:
    here.someone("guest")
    assert ask(jana, "@guest Good to see you", visibility="direct").status == 204
    reply = ask(jana, f"@guest {NEXT}", visibility="direct")
    assert "does not follow you" in plain(reply.text)


def test_f28_a_comment_under_a_blog(here: Site, jana: Browser) -> None:
    guest = here.someone("guest")

    def act(tx: Tx) -> int:
        tx.run("UPDATE account SET host = 'blog.example' WHERE id = :id", id=guest.id)
        tx.run("INSERT INTO peer (host, software) VALUES ('blog.example', 'wordpress')")
        id = desk.post(tx, guest.id, now_ms() - HOUR)
        tx.run(SET_TEXT, text="My week in bread", id=id)
        return id

    article = here.db.write_now(act)
    assert "comments on somebody's blog" in plain(ask(jana, NEXT, to=str(article)).text)


def test_three_better_things_and_what_came_of_them(here: Site, jana: Browser) -> None:
    source(here, "news.example", "Emmer is back in the fields", "The last mill of Naumburg", "Why wheat fell")
    guest = here.someone("guest")
    here.db.write_now(lambda tx: desk.post(tx, guest.id, now_ms() - HOUR, mentions=(bakery(here).id,)))
    wrote(here, *[f"Thought of the day, no. {n}" for n in range(4)], *own_links(1))
    wrote(here, *["A https://bakery.example/a", "B https://bakery.example/a"], every=MINUTE)
    reply = ask(jana, "C https://bakery.example/a")
    assert "third time in 24 hours" in plain(reply.text)
    names = re.findall(r'name="thing" value="([a-z]+)', reply.text)
    assert names == ["news", "person", "news"]
    jana.page = reply
    action = next(form.action for form in jana.forms() if form.action.endswith("/follow"))
    thing = re.findall(r'name="thing" value="(news-\d+)"', reply.text)[0]
    jana.submit(action, thing=thing)
    assert "/plan/" in jana.page.url
    assert "https://news.example" in jana.page.text
    assert [one.outcome for one in hints(here)] == ["followed"]


def test_a_server_without_anything_has_three_things_all_the_same(here: Site, jana: Browser) -> None:
    wrote(here, *own_links(6))
    reply = ask(jana, NEXT)
    assert re.findall(r'name="thing" value="([a-z]+)"', reply.text) == ["tip", "people", "sources"]
    jana.page = reply
    action = next(form.action for form in jana.forms() if form.action.endswith("/follow"))
    assert jana.submit(action, thing="people").url == "/search"
    jana.page = reply
    assert jana.submit(action, thing="https://evil.example").status == 404


def test_dismissed_is_gone_for_the_day(here: Site, jana: Browser) -> None:
    wrote(here, *own_links(6))
    jana.page = ask(jana, NEXT)
    action = next(form.action for form in jana.forms() if form.action.endswith("/dismiss"))
    jana.submit(action)
    assert ask(jana, NEXT).status == 204
    assert hints(here)[0].outcome == "dismissed"
    assert EVERY not in plain(jana.get("/desk/balance").text)
    jana.get("/compose")
    assert "carry your own link" not in plain(jana.submit("/posts", text=NEXT).text)


def test_who_takes_the_link_out_followed_the_hint(here: Site, jana: Browser) -> None:
    wrote(here, *own_links(6))
    jana.get("/compose")
    key = next(value for name, value in jana.form("/posts").pairs if name == "key")
    assert ask(jana, NEXT, key=key).status == 200
    jana.submit("/posts", text="More rye, and that is all.")
    assert [one.outcome for one in hints(here)] == ["followed"]


def test_who_posts_it_anyway_did_not(here: Site, jana: Browser) -> None:
    wrote(here, *own_links(6))
    jana.get("/compose")
    key = next(value for name, value in jana.form("/posts").pairs if name == "key")
    assert ask(jana, NEXT, key=key).status == 200
    assert "carry your own link" not in plain(jana.submit("/posts", text=NEXT).text), "it was said already"
    assert [one.outcome for one in hints(here)] == [""]


def test_a_campaign_is_left_alone(here: Site, jana: Browser) -> None:
    wrote(here, *own_links(6))
    jana.get("/desk/balance")
    jana.submit("/desk/balance", campaign_until="2199-12-24")
    assert "A campaign runs: no hints until 24 December 2199" in plain(jana.page.text)
    assert ask(jana, NEXT).status == 204
    jana.submit("/desk/balance", campaign_until="2020-12-24")
    assert ask(jana, NEXT).status == 200


def test_the_page_says_what_each_post_is_and_why(here: Site, jana: Browser) -> None:
    assert "Nothing public in the last 45 days" in plain(jana.get("/desk/balance").text)
    wrote(here, "Old https://bakery.example", every=46 * DAY)
    wrote(here, "Weigh your water.", "Read https://news.example/a", "Order: https://bakery.example/x")
    page = plain(jana.get("/desk/balance").text)
    assert "1 of 3 of your last posts are about yourself" in page
    assert "From 10 posts in 45 days on there can be a word on it" in page
    for words in ("it links to your own", "it links to somebody else", "a text without a link"):
        assert page.count(words) == 1
    assert "%" not in page.partition("Your rule")[0]
    assert "No evidence was found for any of these rules" in page
    assert "80/20" in page
    assert "30/60/10" in page
    assert "197 posts are missing" not in page, "the old one counts towards the 200"
    assert "196 posts are missing" in page


def test_a_correction_is_kept_and_taken_back(here: Site, jana: Browser) -> None:
    ids = wrote(here, *own_links(9), "Weigh your water.")
    assert "surely more than your rule allows" in plain(jana.get("/desk/balance").text)
    for id in ids[:6]:
        jana.submit(f"/desk/balance/items/{id}", kind="O")
    page = plain(jana.page.text)
    assert "3 of 10 of your last posts" in page
    assert "That is not surely more" in page
    assert page.count("you said so") == 6
    jana.submit(f"/desk/balance/items/{ids[0]}", kind="")
    assert "4 of 10 of your last posts" in plain(jana.page.text)
    assert jana.post(f"/desk/balance/items/{ids[0]}", {"form_key": jana.key(), "kind": "X"}).status == 422


def test_nobody_corrects_what_is_not_his(here: Site, jana: Browser) -> None:
    guest = here.someone("guest")
    id = here.db.write_now(lambda tx: desk.post(tx, guest.id, now_ms() - HOUR))
    jana.get("/desk/balance")
    assert jana.post(f"/desk/balance/items/{id}", {"form_key": jana.key(), "kind": "O"}).status == 404
    here.someone("ed", role="editor")
    ed = here.logged_in("ed@example.org")
    assert 'action="/desk/balance' not in ed.get("/desk/balance").text
    assert ed.post("/desk/balance", {"form_key": ed.key(), "rule": "own", "percent": "5"}).status == 403


def test_own_words_shops_and_limit(here: Site, jana: Browser) -> None:
    wrote(
        here, "Join the rye club", "See https://www.etsy.com/shop/corner/1", "And https://etsy.com/shop/other"
    )
    jana.get("/desk/balance")
    jana.submit(
        "/desk/balance", rule="own", percent="35", words="Rye Club, Loaf", shops="etsy.com/shop/Corner"
    )
    page = plain(jana.page.text)
    assert "2 of 3 of your last posts" in page
    assert "it names rye club" in page
    assert "Your rule: your own, 35 %" in page
    jana.submit("/desk/balance", shops="etsy.com")
    assert jana.page.status == 422
    assert "must name your own place there" in plain(jana.page.text)
    assert "Rye Club, Loaf" in jana.page.text
    jana.submit("/desk/balance", shops="", rule="thirds")
    assert "Your rule: Thirds" in plain(jana.page.text)


def test_what_came_of_it_after_two_hundred(here: Site, jana: Browser) -> None:
    ids = wrote(here, *own_links(60), *[f"Thought {n}" for n in range(139)], every=MINUTE)
    assert "1 post is missing" in plain(jana.get("/desk/balance").text)
    wrote(here, "One more", every=MINUTE)
    guests = [here.someone(f"guest_{n}") for n in range(3)]

    def act(tx: Tx) -> None:
        for n, guest in enumerate(guests):
            tx.run(
                "INSERT INTO follow (id, follower_id, followee_id, since) VALUES (:id, :who, :whom, 1)",
                id=n + 1,
                who=guest.id,
                whom=bakery(here).id,
            )
            desk.post(tx, guest.id, now_ms() - MINUTE, to=(ids[n], bakery(here).id))

    here.db.write_now(act)
    page = plain(jana.get("/desk/balance").text)
    assert "What came of it observed" in page
    assert "About yourself 60 3 on 180 deliveries; by 1,000: 16.7 (3.4 to 48.7)" in page
    assert "All others 140 0 on 420 deliveries; by 1,000: 0.0 (0.0 to 8.8)" in page


def test_the_line_stands_in_the_navigation(jana: Browser) -> None:
    assert 'href="/desk/balance"' in jana.get("/desk").text


def test_who_unfollows_is_counted_on_a_server_that_speaks_to_no_other(server: Running) -> None:
    tom, ann = server.someone("tom"), server.someone("ann")
    before = now_ms()
    tom.api.account_follow(ann.id)
    tom.api.account_unfollow(ann.id)
    ann.api.account_follow(tom.id)
    ann.api.account_remove_from_followers(tom.id)
    gone = server.read(queries.unfollows, ann.id, 0)
    assert len(gone) == 1
    assert before <= gone[0].since <= gone[0].at
    assert server.read(queries.unfollows, tom.id, 0) == []
