"""What another server may do often: complain, name people, count votes."""

import pytest

from linnet.federation import parse
from linnet.federation.authority import Drop, Proven
from linnet.kernel.clock import DAY, HOUR, now_ms
from linnet.kernel.errors import TooMany
from linnet.kernel.ids import new_id
from linnet.social.people.rules import Account
from linnet.social.polls import actions as polls
from linnet.social.polls import queries as poll_queries
from linnet.social.polls.rules import ForeignPoll
from linnet.social.posts import foreign, naming
from linnet.social.posts import queries as posts
from linnet.social.reactions import actions as reactions
from linnet.social.reports import actions as reports
from linnet.social.reports import queries as report_queries
from linnet.social.reports import rules as report_rules
from tests.cast import both
from tests.federation.elsewhere import Elsewhere, create
from tests.federation.neighbours import NOW, neighbour, their_post
from tests.federation.village import Village

# Complaints


def complain(db, about, host, n, *, now=NOW):
    return db.write_now(
        reports.receive,
        id=new_id(),
        uri=f"https://{host}/flags/{n}",
        host=host,
        about_id=about,
        post_ids=[],
        comment="bad",
        now=now,
    )


def test_one_server_may_leave_so_many_undecided_and_no_more(db):
    _, shop = db.write_now(both, "shop")
    for n in range(report_rules.PER_HOST_OPEN):
        assert complain(db, shop.id, "loud.example", n)
    with pytest.raises(TooMany):
        complain(db, shop.id, "loud.example", 99)
    assert complain(db, shop.id, "quiet.example", 1)  # what others say is not buried
    found = db.read_now(report_queries.open_reports)
    assert len(found) == report_rules.PER_HOST_OPEN + 1
    db.write_now(reports.close, found[0].id, 1, NOW)
    assert complain(db, shop.id, "loud.example", 100)


def test_and_so_many_in_a_day_however_fast_they_are_decided(db):
    _, shop = db.write_now(both, "shop")
    for n in range(report_rules.PER_HOST_A_DAY):
        complain(db, shop.id, "loud.example", n)
        db.write_now(reports.close, db.read_now(report_queries.open_reports)[0].id, 1, NOW)
    with pytest.raises(TooMany):
        complain(db, shop.id, "loud.example", 1000, now=NOW + DAY - 1)
    assert complain(db, shop.id, "loud.example", 1001, now=NOW + DAY)


def test_a_flood_of_flags_is_counted_for_the_owner(village: Village, monkeypatch) -> None:
    monkeypatch.setattr(report_rules, "PER_HOST_OPEN", 2)
    town = village.town("a.example")
    anna, ben = town.person("anna"), town.person("ben")
    far = Elsewhere(village, "far.example")
    vera = far.person("vera")

    async def story() -> None:
        for n in range(4):
            flag = {
                "id": f"{vera}#flag-{n}", "type": "Flag", "actor": vera, "content": f"Number {n}",
                "object": [anna.uri, ben.uri] if n == 3 else [anna.uri],
            }  # fmt: skip
            assert await far.send(vera, flag, town) == 202
            await village.settle()
        found = await town.db.read(report_queries.open_reports)
        assert [one.comment for one in found] == ["Number 0", "Number 1"]
        counted = await town.db.read(
            lambda tx: tx.value(
                "SELECT times FROM dropped WHERE reason = 'too_many_reports' AND host = 'far.example'"
            )
        )
        assert counted == 2

    village.run(story())


# C16: names that nobody sees

ANNA = "https://a.example/ap/users/{id}"


def mention(uri, name="@anna@a.example"):
    return {"type": "Mention", "href": uri, "name": name}


def test_c16_who_is_named_where_nobody_sees_it_is_not_told(village: Village) -> None:
    town = village.town("a.example")
    anna, ben = town.person("anna"), town.person("ben")
    far = Elsewhere(village, "far.example")
    vera = far.person("vera")

    async def story() -> None:
        async def says(name, text, **more):
            post = (
                far.post(vera, name, days=0.001, content=text, tag=[mention(anna.uri), mention(ben.uri)])
                | more
            )
            assert await far.send(vera, create(post), town) == 202
            await village.settle()
            return post

        post = await says("1", '<p>Buy <a href="https://spam.example/">this</a></p>')
        await says("2", f'<p>Buy this<a href="{anna.uri}">\u200b\u2800</a><a href="{ben.uri}"></a></p>')
        assert (await anna.notices(), await ben.notices()) == ([], [])
        assert (await anna.find(post["id"], "statuses"))["mentions"]  # it stands there, nobody is called
        # an edit that names them in the same way calls nobody either
        await far.send(
            vera,
            {"id": f"{vera}#u1", "type": "Update", "actor": vera, "object": post | {"content": "<p>New</p>", "updated": "2030-01-01T00:00:00Z"}},
            town,
        )  # fmt: skip
        await village.settle()
        assert await anna.notices() == []
        await says("3", "<p>@anna@a.example hello</p>")
        assert (await anna.notices(), await ben.notices()) == ([("mention", "vera@far.example")], [])
        await says("4", f'<p>@<a href="https://a.example/@ben">Ben the baker</a> hello, {"x"}</p>')
        assert await ben.notices() == [("mention", "vera@far.example")]
        # whose post is answered needs no name, and a direct post has no other readers
        mine = await anna.says("What do you think?")
        await says("5", "<p>Good</p>", inReplyTo=mine["uri"])
        assert len(await anna.notices()) == 2
        await says("6", "<p>Secret</p>", to=[ben.uri], cc=[])
        assert len(await ben.notices()) == 2

    village.run(story())


def account(id, handle, host="", **more):
    import msgspec

    blank = {
        "id": id, "handle": handle, "handle_key": handle.lower(), "host": host, "kind": "person", "name": handle,
        "bio": "", "bio_html": "", "fields": "[]", "avatar_id": None, "header_id": None, "locked": False,
        "discoverable": True, "indexable": True, "default_visibility": "public", "default_sensitive": False,
        "default_language": "", "followers_count": 0, "following_count": 0, "posts_count": 0, "last_post_at": None,
        "revision": 1, "created_at": 1, "invented": False,
    }  # fmt: skip
    return msgspec.convert(blank | more, Account)


def post(text, visibility="public", answers=None):
    return posts.Post(
        1, 9, None, text, "", "", False, visibility, "", None, answers, 1, None, None, None, 1, None, 0, 0, 0, 1
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "html", "seen"),
    [
        ("hello @anna", "", True),
        ("(@Anna@a.example)", "", True),
        ("@anna.", "", True),
        ("@annabel", "", False),
        ("x@anna", "", False),
        ("anna", "", False),
        ("@anna-lena", "", False),
        ("", '<a href="https://a.example/@anna" class="u-url mention">Anna</a>', True),
        ("", '<a href="https://a.example/ap/users/7">A</a>', True),
        ("", '<a href="https://a.example/ap/users/77">A</a>', False),
        ("", '<a href="https://a.example/@anna"><span></span></a>', False),
        ("", '<a href="https://a.example/@anna">&#8203;</a>', True),  # clean() leaves no such thing
        ("", '<a href="https://a.example/@anna">\u200b \u3164</a>', False),
        ("", '<a href="https://a.example/x?@anna">A</a>', False),
    ],
)
def test_c16_what_counts_as_seen(text, html, seen):
    anna = account(7, "anna")
    assert (naming.unseen(post(text), "", html, [anna]) == frozenset()) is seen


def test_c16_the_warning_is_seen_too_and_accounts_elsewhere_by_their_page():
    far = account(
        8, "fay", "far.example", uri="https://far.example/users/fay", url="https://far.example/@fay"
    )
    assert naming.unseen(post(""), "for @fay", "", [far]) == frozenset()
    assert naming.unseen(post(""), "", '<a href="https://far.example/@Fay/">F</a>', [far]) == frozenset()
    assert naming.unseen(post(""), "", '<a href="https://evil.example/@fay">F</a>', [far]) == {8}


def test_c16_a_crowd_in_a_direct_post_is_not_called_unseen():
    many = [account(n, f"p{n}") for n in range(1, naming.CROWD + 2)]
    assert naming.unseen(post("psst", "direct"), "", "", many[:-1]) == frozenset()
    assert len(naming.unseen(post("psst @p3", "direct"), "", "", many)) == naming.CROWD
    assert 5 not in naming.unseen(post("psst", "public", answers=5), "", "", many)


# Polls of others


def of(*options, multiple=False, voters=9):
    return ForeignPoll(tuple(options), multiple, NOW + HOUR, voters)


def counts(db, poll_id, viewer_id=0):
    view = db.read_now(poll_queries.views, [poll_id], viewer_id)[poll_id]
    return [(one.title, one.votes_count, one.own) for one in view.options]


@pytest.fixture
def asked(db):
    """Fay's poll, in which Shop chose spelt."""
    fay = db.write_now(neighbour, "fay", "far.example")
    _, shop = db.write_now(both, "shop")
    id = db.write_now(their_post, fay, "poll", poll=of(("rye", 1), ("spelt", 2)))
    row = db.read_now(posts.post, id)
    db.write_now(reactions.vote, shop.id, id, [1], NOW)
    return row, shop


def test_votes_go_by_the_words_in_whatever_order_they_come(db, asked):
    row, shop = asked
    db.write_now(polls.recount, row.poll_id, of(("spelt", 5), ("rye", 4)))
    assert counts(db, row.poll_id, shop.id) == [("rye", 4, False), ("spelt", 5, True)]


@pytest.mark.parametrize(
    "other",
    [
        of(("rye", 0), ("oats", 0)),
        of(("rye", 0), ("spelt", 0), ("oats", 0)),
        of(("rye", 0), ("spelt", 0), multiple=True),
    ],
)
def test_other_answers_are_another_poll(db, asked, other):
    row, shop = asked
    db.write_now(polls.recount, row.poll_id, other)
    assert counts(db, row.poll_id, shop.id) == [(title, n, False) for title, n in other.options]
    assert db.read_now(poll_queries.views, [row.poll_id], 0)[row.poll_id].poll.multiple is other.multiple
    db.write_now(reactions.vote, shop.id, row.id, [0], NOW)  # what was chosen before is void
    assert counts(db, row.poll_id, shop.id)[0] == ("rye", 1, True)


def option(name, n=0):
    return {"type": "Note", "name": name, "replies": {"type": "Collection", "totalItems": n}}


@pytest.mark.parametrize(
    "question",
    [
        {"oneOf": [option("a"), option("a")]},
        {"oneOf": [option("a"), option("a\u200b")]},
        {"oneOf": [option("a"), option("")]},
        {"oneOf": [option("a"), "b"]},
        {"oneOf": [option("a"), {"name": ["b"]}]},
        {"oneOf": [option("a")]},
        {"oneOf": option("a")},
        {"oneOf": [option("a"), option("b")], "anyOf": [option("c"), option("d")]},
    ],
)
def test_a_poll_that_cannot_be_counted_is_refused(question):
    uri = "https://far.example/q"
    document = {"id": uri, "type": "Question", "attributedTo": "https://far.example/users/fay", **question}
    assert read(document) == Drop("bad_poll")


def read(document):
    proven = Proven(document, document["id"], "far.example", document["attributedTo"], "fetched")
    return parse.post(proven, account_id=1, followers="", reply_to_id=None, mention_ids=(), now=now_ms())


def test_a_question_without_answers_is_a_post_and_negative_votes_are_none():
    document = {
        "id": "https://far.example/q",
        "type": "Question",
        "attributedTo": "https://far.example/users/fay",
    }
    assert read(document).poll is None
    found = read(document | {"anyOf": [option("a", -5), option("b", 2**60)], "votersCount": -1})
    assert found.poll.options == (("a", 0), ("b", 0))
    assert found.poll.multiple


def test_an_update_counts_by_words_whoever_looks(db, asked):
    row, _ = asked
    theirs = foreign.RemotePost(
        row.uri, row.url, row.account_id, row.html, "", False, "public", "", NOW, None, None, (), (), (),
        of(("spelt", 8), ("rye", 7)),
    )  # fmt: skip
    db.write_now(foreign.revise, theirs, NOW + 1)
    assert [n for _, n, _ in counts(db, row.poll_id)] == [7, 8]
