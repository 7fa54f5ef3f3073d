"""Parameters of the client API: many spellings, one meaning."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linnet.kernel.errors import Invalid
from linnet.mastodon.params import Params, Upload, json_tree, merged, query_pairs, tree_of


def form(query: str) -> Params:
    return Params(tree_of(query_pairs(query)))


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ("a=1&b=", {"a": "1", "b": ""}),
        ("a[]=1&a[]=2", {"a": ["1", "2"]}),
        ("a=1&a=2", {"a": ["1", "2"]}),
        ("a[b]=1&a[c][]=2", {"a": {"b": "1", "c": ["2"]}}),
        ("a[0][n]=x&a[1][n]=y", {"a": {"0": {"n": "x"}, "1": {"n": "y"}}}),
        ("a[][n]=x&a[][v]=1&a[][n]=y", {"a": [{"n": "x", "v": "1"}, {"n": "y"}]}),
        ("a[][n][]=1&a[][n][]=2", {"a": [{"n": ["1", "2"]}]}),
        ("a%5Bb%5D=%C3%BC", {"a": {"b": "ü"}}),
    ],
)
def test_names_with_brackets_become_a_tree(query: str, tree: dict[str, object]) -> None:
    assert tree_of(query_pairs(query)) == tree


@pytest.mark.parametrize(
    "query", ["a=1&a[b]=2", "a[b]=1&a[]=2", "[a]=1", "a[b=1", "a[][][x]=1", f"{'a' * 300}=1", "a=%ff"]
)
def test_names_that_contradict_themselves_are_refused(query: str) -> None:
    with pytest.raises(Invalid):
        tree_of(query_pairs(query))


def test_what_is_not_taken_is_refused_by_its_whole_name() -> None:
    with pytest.raises(Invalid, match="Quote id is not supported"):
        form("quote_id=1").only({"status"})
    with pytest.raises(Invalid) as caught:
        form("poll[quiz]=1").group("poll", {"options"})
    assert caught.value.field == "poll[quiz]"
    Params({"quote_id": None}).only({"status"})


@pytest.mark.parametrize("text", ["true", "True", "1", "on", "t", "yes"])
def test_yes_has_many_spellings(text: str) -> None:
    assert Params({"a": text}).flag("a") is True
    assert Params({"a": True}).flag("a") is Params({"a": 1}).flag("a") is True


@pytest.mark.parametrize("text", ["false", "False", "0", "off", "f", "no"])
def test_and_so_has_no(text: str) -> None:
    assert Params({"a": text}).flag("a") is False
    assert Params({"a": ""}).flag("a") is Params({}).flag("a") is None
    for odd in ("perhaps", 2, 1.0, [True], {}):
        with pytest.raises(Invalid):
            Params({"a": odd}).flag("a")


def test_numbers_and_ids_are_whole() -> None:
    assert form("a=5").whole("a") == Params({"a": 5}).whole("a") == 5
    assert form("a=").whole("a") is None
    assert form("a[]=1&a[]=2&a[]=1").ids("a") == [1, 2]
    assert form("a=7").ids("a") == Params({"a": [7]}).ids("a") == [7]
    assert form("a=" + "9" * 25).id("a") == (1 << 63) - 1
    for odd in ("x", "1.5", "1e3", "-1", "９", "9" * 26, True, 1.5, {}):
        with pytest.raises(Invalid):
            Params({"a": odd}).id("a")
    with pytest.raises(Invalid, match="from 1 to 9"):
        form("a=10").whole("a", 1, 9)


def test_lists_words_and_moments() -> None:
    options = {"x": 1, "y": 2}
    assert form("a[]=x&a[]=y&a[]=x").choices("a", options) == [1, 2]
    assert form("a=y").choice("a", options) == 2
    with pytest.raises(Invalid, match="must be one of x, y"):
        form("a=z").choice("a", options)
    with pytest.raises(Invalid, match="known are x, y"):
        form("a[]=z").choices("a", options)
    assert form("a=2026-11-23T09:05:00Z").moment("a") == 1_795_424_700_000
    assert form("a=0.5,-1").point("a") == (0.5, -1.0)
    for bad in ("2,0", "1", "a,b", "nan,0", "0,0,0"):
        with pytest.raises(Invalid):
            form(f"a={bad}").point("a")
    with pytest.raises(Invalid, match="more than once"):
        form("a=1&a=2").text("a")
    with pytest.raises(Invalid, match="not text"):
        form("a=%00").text("a")
    with pytest.raises(Invalid, match="as a file"):
        form("a=1").upload("a")
    assert Params({"a": Upload("x", b"1")}).upload("a") == Upload("x", b"1")
    with pytest.raises(Invalid):
        Params({"a": Upload("x", b"1")}).text("a")


def test_objects_in_a_list_come_as_list_or_by_number() -> None:
    taken = {"name", "value"}
    for query in ("f[0][name]=a&f[1][name]=b", "f[1][name]=b&f[0][name]=a", "f[][name]=a&f[][name]=b"):
        assert [row.text("name") for row in form(query).groups("f", taken) or []] == ["a", "b"]
    rows = Params(json_tree(b'{"f": [{"name": "a"}, {"name": "b"}]}')).groups("f", taken)
    assert [row.text("name") for row in rows or []] == ["a", "b"]
    for odd in (b'{"f": "x"}', b'{"f": {"x": {}}}', b'{"f": ["x"]}', b'{"f": [{"evil": 1}]}'):
        with pytest.raises(Invalid):
            Params(json_tree(odd)).groups("f", taken)


def test_a_page_is_bounded_whatever_is_asked() -> None:
    assert Params({"limit": 1_000_000}).page(20, 40).size == 40
    page = form("min_id=5&max_id=9").page()
    assert (page.above, page.below, page.ascending) == (5, 9, True)
    assert form("since_id=5").page().ascending is False


def test_nothing_stands_in_both_places() -> None:
    assert merged({"a": "1"}, {"b": "2"}) == {"a": "1", "b": "2"}
    with pytest.raises(Invalid, match="sent twice"):
        merged({"a": "1"}, {"a": "2"})


@given(st.text(alphabet="ab[]=&%0f\x00ü.,-1", max_size=60))
def test_no_query_does_more_than_be_refused(query: str) -> None:
    try:
        params = form(query)
    except Invalid:
        return
    for name in params.names():
        for getter in (
            params.text,
            params.flag,
            params.whole,
            params.ids,
            params.texts,
            params.moment,
            params.point,
        ):
            try:
                getter(name)
            except Invalid as error:
                assert error.field  # noqa: PT017 # any getter may accept, and any may refuse
        try:
            params.groups(name, {"a", "b"})
        except Invalid as error:
            assert error.field  # noqa: PT017 # as above


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@given(_json)
def test_no_json_value_does_more_than_be_refused(value: object) -> None:
    params = Params({"a": value})
    for getter in (
        params.text,
        params.flag,
        params.whole,
        params.id,
        params.ids,
        params.texts,
        params.wholes,
    ):
        try:
            getter("a")
        except Invalid as error:
            assert error.field == "a"  # noqa: PT017 # any getter may accept, and any may refuse
