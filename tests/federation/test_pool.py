"""Public trials between servers: listed, signed, proven, and believed of nobody else."""

import json
import re
from typing import Any

import pytest

from linnet.db.tx import Tx
from linnet.desk.pool import actions, queries, rules
from linnet.desk.pool.rules import Summary
from linnet.desk.trial.records import Judged
from linnet.desk.trial.rules import Trial
from linnet.desk.trial.values import BreakEven, Reading, Verdict
from linnet.kernel.clock import DAY, now_ms
from linnet.kernel.errors import Conflict
from linnet.kernel.wire import decode_as, encode_text
from linnet.net.client import Answer
from linnet.site import desk_pool
from linnet.social.people import queries as people
from linnet.social.posts.rules import Author
from tests import lived_pages
from tests import lived_trial as trials
from tests.doors.browser import site
from tests.federation.village import Town, Village

LIST = "https://a.example/trials.json"
JUDGE = "UPDATE trial SET stage = 'judged', verdict = :verdict WHERE id = :id"
READING = Reading(
    how="end", until="2026-12-13", limit=500, effect=5.0, se=2.0, p=0.02, quantile=2.2, low=0.6, high=9.4,
    followed=None, days=42, days_on=21, dropped=0, capped=0, coins=6, calendars=64, exact=True, mean_quiet=20.0,
    followed_on=6, blocks_on=6, posted_quiet=0, blocks_quiet=6, broken=(),
)  # fmt: skip
VERDICT = Verdict("cannot_tell", BreakEven(1.0, 2.0, 3.0), 9.4, 0.6, None, None, (), ())


def firm(town: Town) -> Author:
    resident = town.person("bakery")
    town.db.write_now(trials.found, resident.id)
    [member] = town.db.read_now(people.members_of, resident.id)
    return Author(resident.id, member.person_id)


def begin(town: Town, author: Author) -> Trial:
    return trials.begin(town.db, author, now_ms())


def register(town: Town, author: Author, trial: Trial) -> None:
    town.db.write_now(desk_pool._register, author, trial.id, town.program.house.terms, now_ms())


def judge(town: Town, author: Author, trial: Trial) -> None:
    verdict = encode_text(Judged(READING, VERDICT))
    town.db.write_now(lambda tx: tx.run(JUDGE, id=trial.id, verdict=verdict))
    town.db.write_now(desk_pool._result, author, trial.id, town.program.house.terms, now_ms())


def known(town: Town) -> dict[str, queries.Pooled]:
    return {row.address: row for row in town.db.read_now(queries.pooled)}


def read(town: Town, address: str) -> None:
    town.db.write_now(actions.add, address, now_ms())


def reread(town: Town) -> None:
    """A week later, as the sweep would."""

    def plan(tx: Tx) -> None:
        tx.run("UPDATE pooled_trial SET read_at = read_at - :ms", ms=8 * DAY)
        tx.run("UPDATE pooled_list SET read_at = read_at - :ms", ms=8 * DAY)
        actions.plan(tx, now_ms())

    town.db.write_now(plan)


async def fetched(village: Village, address: str) -> dict[str, Any]:
    answer = await village.ask("GET", address, {"accept": "application/json"}, b"")
    assert answer.status == 200
    found: dict[str, Any] = json.loads(answer.body)
    return found


def test_registered_read_finished_and_read_again(village: Village) -> None:
    a, b = village.town("a.example"), village.town("b.example")
    ours, theirs = firm(a), firm(b)
    trial = begin(a, ours)
    address = actions.address_of(a.url, trial.protocol_hash)

    async def story() -> None:
        assert (await fetched(village, LIST))["trials"] == []
        with pytest.raises(Conflict):
            a.db.write_now(desk_pool._result, ours, trial.id, a.program.house.terms, now_ms())
        register(a, ours, trial)
        with pytest.raises(Conflict):
            register(a, ours, trial)
        assert (await fetched(village, LIST))["trials"] == [address]
        read(b, LIST)
        await village.settle(ahead=60_000)
        row = known(b)[address]
        said = decode_as(Summary, row.body)
        assert (row.problem, row.state, row.actor) == (
            "",
            "registered",
            f"{a.url}/ap/users/{ours.account_id}",
        )
        assert (said.firm, said.weeks, said.seed, said.effect) == ("Corner Bakery", 6, "", None)
        judge(a, ours, trial)
        reread(b)
        await village.settle(ahead=60_000)
        said = decode_as(Summary, known(b)[address].body)
        assert (said.state, said.verdict, said.seed) == ("finished", "cannot_tell", trial.seed)
        assert said.result == rules.Result(0.2231, said.error / rules.PARTS if said.error else 0)
        # what b knows it passes on, and does not list as its own
        assert (await fetched(village, "https://b.example/trials.json"))["trials"] == [address]
        page = await village.ask("GET", address.removesuffix(".json"), {"accept": "text/html"}, b"")
        assert b"Cannot tell yet" in page.body

    village.run(story())
    assert theirs.account_id
    posts = a.db.read_now(lambda tx: tx.all(str, "SELECT text FROM post ORDER BY id"))
    assert [("Registered before the end" in post, "is over: cannot tell yet" in post) for post in posts] == [
        (True, False),
        (False, True),
    ]


def test_a_trial_of_three_ways_is_about_full_against_quiet_and_says_so(village: Village) -> None:
    a = village.town("a.example")
    ours = firm(a)
    trial = trials.begin(a.db, ours, now_ms(), trials.THREE)
    address = actions.address_of(a.url, trial.protocol_hash)

    async def story() -> None:
        register(a, ours, trial)
        judge(a, ours, trial)
        said = await fetched(village, address)
        assert (said["arms"], said["weeks"], said["effect"]) == (3, 12, 2231)
        assert "light" not in said
        page = await village.ask("GET", address.removesuffix(".json"), {"accept": "text/html"}, b"")
        assert b"full posting" in page.body
        assert b"12 weeks, of full, light and quiet posting in an order drawn by lot" in page.body
        assert b"full times had a post" in page.body

    village.run(story())


def test_nobody_speaks_for_another(village: Village) -> None:
    a, b = village.town("a.example"), village.town("b.example")
    ours = firm(a)
    firm(b)
    trial = begin(a, ours)
    register(a, ours, trial)
    address = actions.address_of(a.url, trial.protocol_hash)
    forged: dict[str, dict[str, Any]] = {}

    def evil(_method: str, url: str, _headers: Any, _body: bytes) -> Answer:
        if url not in forged:
            return Answer(404, url, {}, b"")
        return Answer(200, url, {"content-type": "application/json"}, json.dumps(forged[url]).encode())

    async def story() -> None:
        true = await fetched(village, address)
        at = "https://evil.example/trials/1.json"
        village.strangers["evil.example"] = evil
        cases = {
            "another address": true,
            "another server": true | {"id": at},
            "with a key of another server": true | {"id": at, "actor": "https://evil.example/users/1"},
            "is not signed": {key: value for key, value in true.items() if key != "signature"}
            | {"id": at, "actor": "https://evil.example/users/1"},
            "not of the account it names": true
            | {
                "id": at,
                "actor": "https://evil.example/users/1",
                "signature": true["signature"] | {"key": "https://evil.example/users/1#main-key"},
            },
        }
        for words, document in cases.items():
            forged[at] = document
            read(b, at)
            await village.settle(ahead=60_000)
            row = known(b)[at]
            assert words in row.problem, (words, row.problem)
            assert row.body == ""

    village.run(story())


def test_a_changed_figure_has_no_signature(village: Village) -> None:
    a, b = village.town("a.example"), village.town("b.example")
    ours = firm(a)
    firm(b)
    trial = begin(a, ours)
    register(a, ours, trial)
    address = actions.address_of(a.url, trial.protocol_hash)

    async def story() -> None:
        true = await fetched(village, address)
        seal = true["signature"]
        proven = b.program.office.sealing.proven
        owner = await proven(seal["key"], seal["value"], rules.canonical(true))
        assert owner == true["actor"]
        for field, value in (("minutes", 5), ("state", "finished"), ("firm", "Other")):
            assert await proven(seal["key"], seal["value"], rules.canonical(true | {field: value})) == ""
        assert await proven(seal["key"], "!!", rules.canonical(true)) == ""
        assert await proven("https://nowhere.example/#main-key", seal["value"], rules.canonical(true)) == ""

    village.run(story())


def test_a_result_is_not_taken_back_and_does_not_change_hands(village: Village) -> None:
    a, b = village.town("a.example"), village.town("b.example")
    ours = firm(a)
    firm(b)
    trial = begin(a, ours)
    register(a, ours, trial)
    address = actions.address_of(a.url, trial.protocol_hash)

    async def story() -> None:
        judge(a, ours, trial)
        read(b, address)
        await village.settle(ahead=60_000)
        before = known(b)[address]
        assert before.state == "finished"
        said = decode_as(Summary, before.body)
        b.db.write_now(actions.keep, address, rules.changed(said, state="registered", effect=None), now_ms())
        b.db.write_now(
            actions.keep, address, rules.changed(said, actor="https://a.example/ap/users/9"), now_ms()
        )
        after = known(b)[address]
        assert (after.body, after.actor) == (before.body, before.actor)
        assert "the first is kept" in after.problem

    village.run(story())


def test_what_is_gone_or_no_json_is_said(village: Village) -> None:
    b = village.town("b.example")
    firm(b)
    answers = {
        "https://c.example/gone": Answer(410, "", {}, b""),
        "https://c.example/busy": Answer(403, "", {}, b""),
        "https://c.example/html": Answer(200, "", {}, b"<html>"),
        "https://c.example/list": Answer(200, "", {}, b'{"type": "LinnetTrials", "trials": 7}'),
    }
    village.strangers["c.example"] = lambda _m, url, _h, _b: answers[url]

    async def story() -> None:
        for address in answers:
            read(b, address)
        await village.settle(ahead=60_000)

    village.run(story())
    problems = {address: row.problem for address, row in known(b).items()}
    assert "410" in problems["https://c.example/gone"]
    assert "403" in problems["https://c.example/busy"]
    assert problems["https://c.example/html"]
    [one] = b.db.read_now(queries.lists)
    assert "not a list" in one.problem


def test_a_server_that_is_not_secure_makes_nothing_public(tmp_path) -> None:
    with site(tmp_path) as here:
        here.set_up()
        jana = here.logged_in("jana@bakery.example")
        assert "nobody could check" in jana.get("/desk/worked").text
        assert jana.get("/trials.json").status == 404
        key = {"form_key": jana.key()}
        assert jana.post("/desk/worked/register", {**key, "trial": "1"}).status == 409
        assert jana.post("/desk/worked/add", {**key, "address": "http://x.example/trials.json"}).status == 422
        jana.post("/desk/worked/add", {**key, "address": "https://x.example/trials.json"})
        assert "It is being read" in jana.page.text


def test_a_trial_of_pages_is_public_as_one_of_pages(village: Village) -> None:
    a = village.town("a.example")
    ours = firm(a)
    trial = trials.begin(a.db, ours, now_ms(), lived_pages.PLAN)
    address = actions.address_of(a.url, trial.protocol_hash)

    async def story() -> None:
        register(a, ours, trial)
        judge(a, ours, trial)
        said = decode_as(Summary, json.dumps(await fetched(village, address)))
        assert (said.of_pages, said.pages, said.minutes) == (True, len(lived_pages.PAGES), 10)
        page = await village.ask("GET", address.removesuffix(".json"), {"accept": "text/html"}, b"")
        words = " ".join(re.sub(rb"<[^>]+>", b" ", page.body).decode().split())
        assert "tries out whether a post about a page pays" in words
        assert "posts about it brought 25 more n 12 weeks of pages" in words
        assert "8 pages, under 5 visits of a page in a week" in words
        assert "0 days without figures" in words
        assert "quiet" not in words

    village.run(story())
    posts = a.db.read_now(lambda tx: tx.all(str, "SELECT text FROM post ORDER BY id"))
    assert posts[0].startswith("We try out whether a post about a page pays us, until ")
    assert posts[1].startswith("Our trial of posts about pages is over: cannot tell yet.")
