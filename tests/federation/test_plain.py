"""JSON from elsewhere: strict, bounded, and never an exception."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linnet.federation import plain
from linnet.federation.authority import Drop
from linnet.federation.plain import json_object


def nested(depth: int) -> bytes:
    return b'{"a":' * depth + b"1" + b"}" * depth


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b'"x"',
        b"null",
        b"{",
        b"{} {}",
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":1e999}',
        b'{"a":' + b"9" * 4301 + b"}",
        b'{"a":1,"a":2}',
        b'{"x":{"a":1,"b":{"c":1,"c":1}}}',
        rb'{"a":"\ud800"}',
        rb'{"\udfff":1}',
        b"\xef\xbb\xbf{}",
        rb'{"a":"\u0000"}',
        rb'{"a":[{"b\u0000":1}]}',
        b'{"a":"\0"}',
        b'{"a":"\xff"}',
        b"{'a':1}",
        b'{"a":1,}',
        nested(61),
        nested(5000),
        b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b"{" + b",".join(b'"%d":0' % n for n in range(60_000)) + b"}",
        b'{"a":[' + b"[]," * 60_000 + b"1]}",
        b'{"a":"' + b"x" * (1 << 20) + b'"}',
    ],
)
def test_g02_what_is_no_bearable_json(data):
    assert isinstance(json_object(data), Drop)


@pytest.mark.parametrize(
    ("data", "document"),
    [
        (b"{}", {}),
        (b' {"a" : [1, -2.5, true, null, "\xc3\xa9\xf0\x9f\xa5\x96"]} ', {"a": [1, -2.5, True, None, "é🥖"]}),
        (rb'{"code":"print(\"\\u0000\")"}', {"code": 'print("\\u0000")'}),
        (b'{"a":{"b":1},"c":{"b":1}}', {"a": {"b": 1}, "c": {"b": 1}}),
        (rb'{"a":"\ud83e\udd56"}', {"a": "🥖"}),
        (nested(59), json.loads(nested(59))),
    ],
)
def test_json_as_it_should_be(data, document):
    assert json_object(data) == document


def test_g01_a_body_is_bounded():
    assert json_object(b'{"a":"' + b"x" * (plain.LARGEST - 8) + b'"}') != {}
    found = json_object(b"x" * (plain.LARGEST + 1))
    assert isinstance(found, Drop)
    assert found.reason == "too_big"


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 60), 1 << 60) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.text(), values, max_size=5))
def test_what_others_write_is_read_as_they_meant_it(document):
    found = json_object(json.dumps(document).encode())
    if "\\u0000" in json.dumps(document):
        assert isinstance(found, Drop) or "\\\\u0000" in json.dumps(document)
    else:
        assert found == document


@settings(max_examples=500, deadline=None)
@given(
    st.binary(max_size=300) | st.text(alphabet='{}[]",:\\u0d8fae1-.eNnultrs \0', max_size=80).map(str.encode)
)
def test_g02_any_bytes_are_read_without_an_exception(data):
    assert isinstance(json_object(data), dict | Drop)
