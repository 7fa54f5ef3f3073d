"""HTML of strangers is harmless, and no pattern is slow (security paper C01-C08)."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import linnet
from linnet.federation import parse
from linnet.social.people.foreign import line
from linnet.social.text import clean as cleaning
from linnet.social.text.clean import clean, plain
from tests.federation.stage import HARMFUL, PAYLOADS, wrong


def test_c01_the_parser_of_this_test_sees_what_is_wrong() -> None:
    for bad in [
        *PAYLOADS[:5],
        "<a href='javascript:x'>",
        "<a href='//evil'>",
        "<p onclick=x>",
        "<p style=x>",
    ]:
        assert wrong(bad), bad
    assert wrong("<form action='https://evil.example/'>", page=True)
    assert len(PAYLOADS) == len(set(PAYLOADS)) >= 60


@pytest.mark.parametrize("payload", PAYLOADS)
def test_c01_html_of_strangers_is_harmless(payload: str) -> None:
    for text in (
        payload,
        f"<p>{payload}",
        f"<a href='https://x.example'>{payload}</a>",
        f"<li>{payload}" * 3,
    ):
        assert wrong(clean(text)) == []
        assert wrong(clean(clean(text))) == []
        assert "\u202e" not in clean(text)


def test_c04_the_tags_that_may_stay() -> None:
    assert {
        "p", "br", "a", "strong", "em", "b", "del", "i", "code", "pre", "blockquote", "ul", "ol", "li", "span",
    } == cleaning._TAGS  # fmt: skip
    assert "title=" not in clean("<p title='Bitcoin'>x</p>")
    every = "".join(
        f"<{tag} x=1 class=c id=i title=t>w</{tag}>"
        for tag in sorted((HARMFUL - {"plaintext"}) | cleaning._TAGS | {"img", "h1", "input"})
    )
    kept = set(re.findall(r"<([a-z]+[0-9]?)", clean(every)))
    assert kept <= cleaning._TAGS
    assert set(re.findall(r"<[a-z]+ ([a-z]+)=", clean(every))) <= {"rel", "class"}


@pytest.mark.parametrize(
    "hidden",
    [
        '<a href="https://evil.example/"><span class="invisible">https://evil.example/</span>bank.example</a>',
        '<a href="https://evil.example/"><span class="ellipsis invisible">evil</span>https://bank.example</a>',
        '<a href="https://evil.example/bank.example"><span class="invisible">evil.example/</span>bank.example</a>',
        '<a href="https://evil.example/">https://bank.example<span class="invisible"> x</span></a>',
        '<p>Buy <span class="invisible">do not</span> bitcoin</p>',
    ],
)
def test_c06_nothing_is_hidden_that_would_change_where_a_link_seems_to_lead(hidden: str) -> None:
    assert "invisible" not in clean(hidden)


def test_c06_the_ends_of_a_links_own_address_may_be_hidden() -> None:
    inner = '<span class="invisible">https://www.</span><span class="ellipsis">x.example/a?b=1&amp;</span><span class="invisible">c=2</span>'
    kept = clean(f'<a href="https://www.x.example/a?b=1&amp;c=2">{inner}</a>')
    assert inner in kept


@pytest.mark.parametrize("mark", "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
def test_c06_no_mark_turns_words_around(mark: str) -> None:
    code = f"&#{ord(mark)};"
    assert mark not in clean(f"<p>a{mark}b{code}c</p>")
    assert mark not in line(f"a{mark}b", 100)
    doc = {"tag": [{"type": "Hashtag", "name": f"#rye{mark}"}, {"type": "Hashtag", "name": "#rye"}]}
    assert parse._tags(doc) == ("rye",)


@given(
    st.text()
    | st.lists(st.sampled_from([*PAYLOADS, "<", ">", "&", "'", '"', "\0", "\ud800", "\u202e", "</p>"])).map(
        "".join
    )
)
def test_c07_the_sanitiser_never_raises(text: str) -> None:
    text = text.encode("utf-8", "replace").decode()  # what no JSON can bring: `test_plain` refuses it
    assert wrong(clean(text)) == []
    assert "\0" not in clean(text) + plain(text) + line(text, 50)
    assert len(line(text, 50)) <= 50


@pytest.mark.parametrize(
    "piece",
    [
        "<p>",
        "<a href='https://x.example/'>",
        "<b",
        "<li><ul>",
        "&lt;",
        "</",
        "<a " + "x " * 500,
        "<span class=invisible>",
    ],
)
def test_c07_what_is_too_long_is_cut_before_it_is_read(piece: str) -> None:
    """The work is bound by what goes in: no more than `LONGEST` characters of HTML, and parts of it that lie
    no deeper than `DEEPEST` in each other, which is what the parser's time depends on."""
    huge = piece * (400_000 // len(piece))
    kept = cleaning._bounded(huge)
    assert len(kept.replace("&lt;", "<")) <= cleaning.LONGEST
    depth = 0
    for tag in re.finditer(r"<(/?)([a-z]+)", kept):
        if tag[2] not in cleaning._NEEDS_NO_END:
            depth += -1 if tag[1] else 1
        assert depth <= cleaning.DEEPEST + 1
    assert len(clean(huge)) <= 12 * cleaning.LONGEST
    assert wrong(clean(huge)) == []


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Every regular expression that stands in a module that strangers' words come to."""
    for name in ("federation", "social", "net", "kernel", "door"):
        package = importlib.import_module(f"linnet.{name}")
        for found in pkgutil.walk_packages(package.__path__, f"linnet.{name}."):
            module = importlib.import_module(found.name)
            for variable, value in vars(module).items():
                if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                    yield f"{found.name}.{variable}", value


PATTERNS = sorted(
    {(value.pattern, value.flags): name for name, value in patterns()}.items(), key=lambda one: one[1]
)


def test_c08_there_are_patterns_to_try() -> None:
    assert len(PATTERNS) > 30
    assert {"linnet.federation.parse._TAG", "linnet.social.text.clean._LINK"} <= {
        name for _, name in PATTERNS
    }
    assert inspect.ismodule(linnet)


@pytest.mark.parametrize(("pattern", "name"), PATTERNS, ids=[name for _, name in PATTERNS])
def test_c08_no_pattern_repeats_what_repeats_itself(pattern: tuple[str, int], name: str) -> None:
    """Time that grows out of all bounds comes of a repetition inside a repetition that can share the same
    characters between them in many ways, or of two of them side by side. Looked for in the parsed pattern."""
    assert not list(_ambiguous(re._parser.parse(*pattern))), name  # type: ignore[attr-defined]  # no public parser of patterns


def _ambiguous(parsed: Any) -> Iterator[Any]:
    """Unbounded repetitions whose body begins and ends with an unbounded repetition of the same characters."""
    for op, value in parsed:
        kind = str(op)
        if kind in ("MAX_REPEAT", "MIN_REPEAT"):
            low, high, body = value
            if high > 1000 and _loops(body):
                yield body
            yield from _ambiguous(body)
            del low
        elif kind == "SUBPATTERN":
            yield from _ambiguous(value[3])
        elif kind == "BRANCH":
            for one in value[1]:
                yield from _ambiguous(one)
        elif kind in ("ASSERT", "ASSERT_NOT"):
            yield from _ambiguous(value[1])


def _loops(body: Any) -> bool:
    """Can the body be nothing but one unbounded repetition?"""
    parts = list(body)
    while len(parts) == 1 and str(parts[0][0]) == "SUBPATTERN":
        parts = list(parts[0][1][3])
    if len(parts) == 1 and str(parts[0][0]) == "BRANCH":
        return any(_loops(one) for one in parts[0][1][1])
    must = [one for one in parts if not (str(one[0]).endswith("REPEAT") and one[1][0] == 0)]
    endless = [one for one in parts if str(one[0]).endswith("REPEAT") and one[1][1] > 1000]
    return bool(endless) and (not must or (must == endless and len(parts) == 1))
