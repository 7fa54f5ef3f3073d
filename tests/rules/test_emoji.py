"""Custom emoji: which words carry one, and what is drawn (security paper C03)."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linnet.federation import emoji as read
from linnet.federation.authority import Proven, fetched
from linnet.social.emoji import rules
from linnet.social.emoji.rules import Emoji, Reaction, RemoteEmoji
from linnet.social.text.clean import clean

CAT = RemoteEmoji("a.example", "cat", "https://a.example/cat.png", 5)
DOG = RemoteEmoji("a.example", "dog", "https://a.example/dog.png")
ROW = rules.as_text([Emoji("cat", 7), Emoji("a+b-c_1", 8)])
DRAWN = (
    '<img class="emoji" src="/media/elsewhere/7/small" alt=":cat:" title=":cat:"'
    ' loading="lazy" decoding="async">'
)


@pytest.mark.parametrize("text", ["🎉", "❤", "❤️", "👍🏽", "👨‍👩‍👧‍👦", "🇩🇪", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏳️‍🌈", "🫠"])  # fmt: skip
def test_one_emoji(text: str) -> None:
    assert rules.is_one_emoji(text)


@pytest.mark.parametrize(
    "text", ["", "a", "1", "like", "🎉🎉", "🎉a", "<b>", ":cat:", "\u202e", "🎉" + "\u0301" * 5, "🇩", "🎉\u200d" * 40]
)  # fmt: skip
def test_no_emoji(text: str) -> None:
    assert not rules.is_one_emoji(text)


def test_what_stands_in_words_is_carried_once() -> None:
    again = RemoteEmoji("a.example", "cat@b.example", "https://b.example/cat.png")
    assert rules.used([CAT, DOG, again], "a :cat: and <p>:cat:</p>") == (CAT,)
    assert rules.used([CAT, DOG], "warning", ":dog::cat:") == (CAT, DOG)
    assert rules.used([CAT], "12:cat:30", "x:cat:", ":cat:x", ":Cat:") == ()
    assert rules.used([], ":cat:") == ()
    many = [RemoteEmoji("a.example", f"n{n}", "https://a.example/n") for n in range(80)]
    assert len(rules.used(many, " ".join(f":n{n}:" for n in range(80)))) == rules.MOST


def test_a_row_says_what_it_carries() -> None:
    assert rules.of(ROW) == (Emoji("cat", 7), Emoji("a+b-c_1", 8))
    assert (rules.as_text([]), rules.of("")) == ("", ())
    assert rules.of(rules.among(ROW, "nothing", "yes :cat:")) == (Emoji("cat", 7),)


def test_plain_words_are_drawn_and_escaped() -> None:
    assert rules.shown_in("<b> :cat: &", ROW) == f"&lt;b&gt; {DRAWN} &amp;"
    assert rules.shown_in(":dog: 10:30", ROW) == ":dog: 10:30"
    assert rules.shown_in(":cat:", "") == ":cat:"
    assert rules.shown_in(":cat::cat:", ROW) == DRAWN * 2


def test_c03_html_is_drawn_in_words_only() -> None:
    link = clean('<p>:cat: <a href="https://x.example/:cat:?a=>:cat:&b=\':cat:">:cat:</a></p>')
    shown = rules.shown_in_html(link, ROW)
    assert shown.count("<img") == 2
    tag = shown[shown.index("<a") : shown.index("rel=")]
    assert "<img" not in tag
    assert tag.count(":cat:") == 3
    code = clean("<p>:cat:</p><pre><code>:cat: x</code></pre><code>:cat:</code>")
    assert rules.shown_in_html(code, ROW).count("<img") == 1


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(tag)
        if tag == "img":
            assert dict(attrs)["src"] == "/media/elsewhere/7/small"
            assert set(dict(attrs)) == {"class", "src", "alt", "title", "loading", "decoding"}
        else:
            assert not any("<img" in (value or "") for _, value in attrs)


@given(st.lists(st.sampled_from([":cat:", "<a href='https://x/", "'>", "</a>", '"', "<p>", "<code>", ">", "<", "x", " ", "&lt;"]), max_size=30))  # fmt: skip
def test_c03_drawing_changes_no_tag(parts: list[str]) -> None:
    safe = clean("".join(parts))
    before, after = Tags(), Tags()
    before.feed(safe)
    after.feed(rules.shown_in_html(safe, ROW))
    assert [tag for tag in after.found if tag != "img"] == before.found


def proven(**document: object) -> Proven:
    uri = "https://a.example/1"
    found = fetched({"id": uri, "attributedTo": "https://a.example/u", **document}, uri)
    assert isinstance(found, Proven)
    return found


def tag(name: object = ":cat:", **more: object) -> dict[str, object]:
    icon = {"type": "Image", "url": "https://a.example/cat.png"}
    return {"type": "Emoji", "name": name, "icon": icon} | more


def test_shapes_of_other_software() -> None:
    dated = tag(id="https://a.example/emoji/1", updated="2023-01-01T00:00:00Z")
    assert read.of(proven(tag=[dated])) == (
        RemoteEmoji("a.example", "cat", "https://a.example/cat.png", 1_672_531_200_000),
    )
    for one in (tag("cat"), tag(id=None), tag(icon="https://a.example/cat.png"), tag(icon=[tag()["icon"]])):
        assert read.of(proven(tag=one)) == (RemoteEmoji("a.example", "cat", "https://a.example/cat.png"),)


def test_an_emoji_of_a_third_server_does_not_touch_its_own() -> None:
    (found,) = read.of(proven(tag=tag(id="https://b.example/emoji/cat")))
    assert (found.host, found.shortcode, found.name) == ("a.example", "cat@b.example", "cat")


@pytest.mark.parametrize(
    "bad",
    [
        tag('x" onerror="alert(1)'),
        tag(":<b>:"),
        tag(":a b:"),
        tag("::"),
        tag(":" + "x" * 65 + ":"),
        tag(7),
        tag(icon={"url": "javascript:alert(1)"}),
        tag(icon={"url": "http://a.example/cat.png"}),
        tag(icon={"url": "https://u:p@a.example/cat.png"}),
        tag(icon={"mediaType": "image/svg+xml", "url": "https://a.example/cat.svg"}),
        tag(icon={"mediaType": "text/html", "url": "https://a.example/cat"}),
        tag(icon=None),
        "text",
        {"type": "Emoji"},
    ],
)
def test_hostile_emoji_are_none(bad: object) -> None:
    assert read.of(proven(tag=[bad])) == ()


def test_ten_thousand_tags_are_not_looked_at() -> None:
    tags = [tag(f":n{n}:") for n in range(10_000)]
    assert len(read.of(proven(tag=tags))) == 200


@pytest.mark.parametrize(
    ("document", "wanted"),
    [
        ({"content": "🎉"}, Reaction("🎉")),
        ({"_misskey_reaction": "❤"}, Reaction("❤")),
        ({"content": " 👍🏽 "}, Reaction("👍🏽")),
        ({"content": ":cat:", "tag": [tag()]}, Reaction(":cat:", RemoteEmoji("a.example", "cat", "https://a.example/cat.png"))),
        ({"content": ":cat@.:", "tag": [tag()]}, Reaction(":cat:", RemoteEmoji("a.example", "cat", "https://a.example/cat.png"))),
        ({"content": ":cat@b.example:", "tag": [tag(":cat@b.example:", id="https://b.example/cat")]}, Reaction(":cat:", RemoteEmoji("a.example", "cat@b.example", "https://a.example/cat.png"))),
        ({"content": ":cat:"}, Reaction(":cat:")),
        ({}, None),
        ({"content": "like"}, None),
        ({"content": "<b>🎉</b>"}, None),
        ({"content": ":<b>:"}, None),
        ({"content": "🎉" * 500}, None),
        ({"content": ["🎉"]}, None),
    ],
)  # fmt: skip
def test_what_a_reaction_says(document: dict[str, object], wanted: Reaction | None) -> None:
    assert read.reaction(proven(**document)) == wanted
