"""Who may say what: by matrix and by hypothesis, not by examples (security paper A01-A07, A15-A18)."""

import ast
import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import linnet
from linnet.federation import authority, parse, vocab
from linnet.federation.authority import Drop, Proven, fetched, inside, member, named, normal, signed

A, B = "https://a.example", "https://b.example"
ALICE, MALLORY = f"{A}/users/alice", f"{A}/users/mallory"
BOB = f"{B}/users/bob"


def test_nothing_else_makes_a_proven():
    root = Path(linnet.__file__).parent
    makers = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and (getattr(node.func, "id", "") == "Proven" or getattr(node.func, "attr", "") == "Proven")
    }
    assert makers == {"federation/authority.py"}


@pytest.mark.parametrize(
    ("id", "final", "maker"),
    list(
        itertools.product(
            [f"{A}/notes/1", f"{B}/notes/1", "", "http://a.example/notes/1", "https://u@a.example/notes/1"],
            [f"{A}/notes/1", f"{B}/notes/1", f"{A}/notes/2"],
            [ALICE, BOB, None, [ALICE, BOB]],
        )
    ),
)
def test_a01_a02_a03_a04_fetched_only_under_its_own_address(id, final, maker):
    found = fetched({"id": id, "type": "Note", "attributedTo": maker}, final)
    good = id == final and maker in ({f"{A}/notes/1": (ALICE, None), f"{B}/notes/1": (BOB, None)}.get(id, ()))
    assert isinstance(found, Proven) == good
    if good:
        assert (found.uri, found.authority) == (final, normal(final).split("/")[2])


@pytest.mark.parametrize(
    ("actor", "id", "owner"),
    list(
        itertools.product(
            [ALICE, MALLORY, BOB, None, [ALICE, BOB]], [f"{A}/act/1", f"{B}/act/1", ""], [ALICE, BOB]
        )
    ),
)
def test_a05_a06_a07_signed_only_by_its_actor(actor, id, owner):
    found = signed({"id": id, "type": "Like", "actor": actor}, owner)
    good = actor == owner and id.startswith(actor[:17] if isinstance(actor, str) else "-")
    assert isinstance(found, Proven) == good
    if good:
        assert found.actor == owner


@pytest.mark.parametrize(
    ("id", "maker", "believed"),
    [
        (f"{A}/notes/1", ALICE, True),
        (f"{A}/notes/1", MALLORY, False),  # of the same server, but another's
        (f"{A}/notes/1", None, False),
        (f"{A}/notes/1", BOB, False),
        (f"{B}/notes/1", ALICE, False),
        (f"{B}/notes/1", BOB, False),
        (ALICE, None, True),  # the actor itself
        (MALLORY, None, False),
        (MALLORY, ALICE, True),  # a thing with an odd address, but hers
        ("", ALICE, False),
    ],
)
def test_a15_a17_a18_the_object_inside_is_the_signers_or_is_fetched(id, maker, believed):
    act = signed({"id": f"{A}/act/1", "actor": ALICE, "object": {}}, ALICE)
    assert isinstance(act, Proven)
    found = inside(act, {"id": id, "type": "Note", "attributedTo": maker})
    assert isinstance(found, Proven) == believed
    if isinstance(found, Drop) and id:
        assert (found.reason, found.detail) == ("fetch_it", normal(id))


def test_a16_what_is_only_named_must_be_the_signers_server():
    act = signed({"id": f"{A}/act/1", "actor": ALICE}, ALICE)
    assert isinstance(act, Proven)
    assert isinstance(named(act, f"{A}/act/2"), Proven)
    assert isinstance(named(act, f"{B}/act/2"), Drop)
    document = fetched({"id": f"{A}/notes/1"}, f"{A}/notes/1")
    assert isinstance(document, Proven)
    assert isinstance(named(document, f"{A}/act/2"), Drop)  # what was fetched speaks for itself only
    assert isinstance(inside(document, {"id": f"{A}/notes/2", "attributedTo": ALICE}), Drop)


OUTBOX = f"{A}/users/alice/outbox"


@pytest.mark.parametrize(
    ("id", "maker", "where", "owner"),
    list(
        itertools.product(
            [f"{A}/notes/1", f"{B}/notes/1", ALICE, MALLORY, "", "http://a.example/notes/1", None],
            [ALICE, MALLORY, BOB, None, [ALICE, MALLORY], [ALICE, BOB]],
            ["attributedTo", "actor"],
            [ALICE, BOB, ""],
        )
    ),
)
def test_a17_a31_a_member_is_its_owners_and_of_the_collections_server_or_is_fetched(id, maker, where, owner):
    collection = fetched({"id": OUTBOX, "type": "OrderedCollection"}, OUTBOX)
    assert isinstance(collection, Proven)
    found = member(collection, {"id": id, "type": "Note", where: maker}, owner)
    good = owner == maker == ALICE and id in (f"{A}/notes/1", MALLORY)  # an odd address, but hers
    assert isinstance(found, Proven) == good
    if good:
        assert (found.uri, found.actor, found.authority) == (id, ALICE, "a.example")
        assert (found.how, isinstance(inside(found, {"id": id, "attributedTo": ALICE}), Drop)) == (
            "fetched",
            True,
        )
    elif owner == ALICE and normal(id):
        assert (found.reason, found.detail) == ("fetch_it", id)


def test_a31_members_of_what_was_signed_or_is_anothers_are_not_taken():
    note = {"id": f"{A}/notes/1", "type": "Note", "attributedTo": ALICE}
    act = signed({"id": f"{A}/act/1", "actor": ALICE, "object": note}, ALICE)
    elsewhere = fetched({"id": f"{B}/users/bob/outbox"}, f"{B}/users/bob/outbox")
    assert isinstance(act, Proven)
    assert isinstance(elsewhere, Proven)
    assert member(act, note, ALICE) == Drop("not_their_collection", f"{A}/act/1")
    assert member(elsewhere, note, ALICE) == Drop("not_their_collection", f"{B}/users/bob/outbox")
    collection = fetched({"id": OUTBOX}, OUTBOX)
    assert isinstance(collection, Proven)
    assert member(collection, f"{B}/notes/7", ALICE) == Drop("fetch_it", f"{B}/notes/7")
    assert member(collection, [note, note], ALICE) == member(collection, note, ALICE)
    for odd in (None, 7, [], {}, "", "x", {"id": 7}, {"href": "x"}):
        assert member(collection, odd, ALICE) == Drop("no_id")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://EXAMPLE.com/x", "https://example.com/x"),
        ("https://example.com./x", "https://example.com/x"),
        ("https://example.com:443/x", "https://example.com/x"),
        ("https://exämple.com/x", "https://xn--exmple-cua.com/x"),
    ],
)
def test_a21_one_host_has_one_form(one, other):
    assert normal(one) == normal(other) == other


@pytest.mark.parametrize(
    "odd", ["https://a.example\\@b.example/", "https://a.example@b.example/", "//a", "", None, 7, []]
)
def test_a21_what_browsers_read_otherwise_is_no_address(odd):
    assert normal(odd) == ""


ADDRESSES = st.sampled_from(
    [ALICE, MALLORY, BOB, f"{A}/n/1", f"{B}/n/1", "https://a.example.b.example/n/1", "", "x", None]
)
JSON = st.recursive(
    ADDRESSES | st.integers() | st.booleans() | st.text(max_size=8) | st.floats(allow_nan=False),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "type", "actor", "attributedTo", "object", "url", "tag", "to", "inReplyTo", "icon"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


def _authorities(document):
    makers = (*vocab.uris(document.get("attributedTo")), *vocab.uris(document.get("actor")))
    return {authority.authority(one) for one in (document.get("id"), *makers)}


@given(JSON, ADDRESSES)
def test_nobody_speaks_for_another_authority(document, address):
    found = fetched(document, address)
    if isinstance(found, Proven):
        assert _authorities(document) == {found.authority} == {authority.authority(address)}
    act = signed(document, address)
    if isinstance(act, Proven):
        assert normal(vocab.uri(document["actor"])) == normal(address)
        assert act.authority == authority.authority(address) == authority.authority(document["id"])
        inner = inside(act, document.get("object"))
        if isinstance(inner, Proven):
            assert inner.authority == act.authority
            assert inner.actor == act.actor
            assert _authorities(inner.document) == {act.authority}


@given(JSON, ADDRESSES, ADDRESSES)
def test_no_member_speaks_for_anybody_but_the_collections_owner(value, address, owner):
    collection = fetched({"id": address, "type": "Collection"}, address)
    if not isinstance(collection, Proven):
        return
    found = member(collection, value, owner)
    if isinstance(found, Proven):
        document = vocab.obj(value)
        assert _authorities(document) == {collection.authority} == {authority.authority(owner)}
        makers = {
            normal(one)
            for one in (*vocab.uris(document.get("attributedTo")), *vocab.uris(document.get("actor")))
        }
        assert makers == {found.actor} == {normal(owner)}
        assert found.uri == normal(document["id"]) != found.actor


@given(JSON)
def test_a14_c07_reading_never_raises(document):
    if not isinstance(document, dict):
        return
    proven = fetched({**document, "id": f"{A}/n/1", "attributedTo": ALICE, "actor": ALICE}, f"{A}/n/1")
    assert isinstance(proven, Proven)
    parse.actor(proven, "a.example", 1)
    theirs = parse.post(proven, account_id=1, followers="", reply_to_id=None, mention_ids=(), now=1)
    assert isinstance(theirs, Drop | parse.RemotePost)
    parse.mentions(document)
    parse.is_vote(document)
