"""What is in a text, how long it is, how it looks, and HTML from elsewhere."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from linnet.kernel.errors import Invalid
from linnet.social.text import scan as scanner
from linnet.social.text.clean import clean, plain
from linnet.social.text.language import check_language, primary
from linnet.social.text.rules import check_text, measure, normal, to_html
from linnet.social.text.scan import Hashtag, Link, Mention, hashtag_key, scan

ROOT = Path(__file__).parents[2]
CASES = json.loads((ROOT / "tests/fixtures/text_cases.json").read_text(encoding="utf-8"))

# Words that meet each other in every order: what scanners trip over.
WORDS = """
    http:// https://example.com /a ?q= # ＃ @ ＠ ann bakery.de example.com .com @ann@b.example #bread
    日本 です。 한국 🍞 ❤️ 👨‍👩‍👧 🇦🇹 é e\u0301 \u200c \u200d · _ - . , ( ) [ ] < > & " ' / : ; ! 1 42 xn--a
    ไทย नम ＡＢ \u00a0 \u202e www. .zip .co.uk 中国 ✓ 〜 \u0301
"""
PIECES = WORDS.split(" ")
texts = st.one_of(
    st.text(max_size=200),
    st.lists(st.sampled_from([piece.strip("\n") or " " for piece in PIECES]), max_size=40).map("".join),
)
posted = texts.filter(lambda text: not re.search("[\ud800-\udfff]", text))


def shown(mention: Mention) -> tuple[str, str] | None:
    return (f"https://l.example/@{mention.handle}", mention.handle) if mention.handle != "nobody" else None


def tagged(tag: Hashtag) -> str:
    return f"https://l.example/tags/{tag.key}"


def html(text: str) -> str:
    return to_html(text, mention_url=shown, tag_url=tagged)


@pytest.mark.parametrize("case", CASES, ids=[case["why"] for case in CASES])
def test_case(case):
    found = scan(normal(case["text"]))
    assert [link.text for link in found.links] == case["links"]
    names = [m.handle + ("@" + m.host if m.host else "") for m in found.mentions]
    assert names == case["mentions"]
    assert [tag.name for tag in found.tags] == case["tags"]
    assert measure(case["text"]) == case["measure"]


def test_there_are_enough_cases():
    assert len(CASES) >= 150
    assert len({case["text"] for case in CASES}) == len(CASES)


def test_spans_urls_and_keys():
    found = scan("Ä HTTP://a.example/Ü b.com/ @ann@Café.example #Straße")
    assert found.links == (
        Link(2, 20, "http://a.example/Ü", "HTTP://a.example/Ü"),
        Link(21, 27, "https://b.com/", "b.com/"),
    )
    assert found.mentions == (Mention(28, 45, "ann", "Café.example"),)
    assert found.tags == (Hashtag(46, 53, "Straße", "strasse"),)
    assert hashtag_key("ＴＡＧ") == "tag"


@given(texts)
@example("http://example.com/" + "(" * 300)
@example("#" * 50 + "@" * 50)
@example("http://a.bc/(" * 30)
def test_every_text_can_be_scanned(text):
    found = scan(text)
    spans = sorted((x.start, x.end) for x in (*found.links, *found.mentions, *found.tags))
    at = 0
    for start, end in spans:
        assert at <= start < end <= len(text)
        at = end
    for link in found.links:
        assert text[link.start : link.end] == link.text
        assert re.fullmatch(r"""https?://[^\s<>"]+""", link.url)
        assert not link.text.endswith((".", ",", "?", "!", ":", ";"))
        assert link.text.count("(") == link.text.count(")")
    for mention in found.mentions:
        host = f"@{mention.host}" if mention.host else ""
        assert text[mention.start + 1 : mention.end] == mention.handle + host
    for tag in found.tags:
        assert text[tag.start + 1 : tag.end] == tag.name
        assert any(c.isalpha() for c in tag.name)
    assert 0 <= measure(text) <= len(normal(text)) + 23 * len(scan(normal(text)).links)


class Reader(HTMLParser):
    """Refuses markup that is not ours, or not closed in order; collects the visible words."""

    allowed = ("p", "br", "a", "span")
    attributes = ("href", "target", "rel", "class")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words = ""

    def handle_starttag(self, tag, attrs):
        assert tag in self.allowed
        assert all(name in self.attributes for name, _ in attrs)
        assert all(value.startswith(("https://", "http://")) for name, value in attrs if name == "href")
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        assert self.open, "words outside a paragraph"
        self.words += data

    def handle_comment(self, data):
        raise AssertionError(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


@given(posted)
@example("<script>alert(1)</script>")
@example("https://example.com/'\"<b>&amp;")
@example("a\n\n\n b \n \n\nc\n")
@example("@nobody &lt; @ann")
def test_html_is_well_formed_and_escaped(text):
    reader = Reader()
    reader.feed(html(text))
    reader.close()
    assert not reader.open
    if not any(shown(mention) for mention in scan(text).mentions):  # whose host is not shown
        words = re.sub(r"\s", "", text).replace("＃", "#")
        assert re.sub(r"\s", "", reader.words).replace("＃", "#") == words


def test_html_in_mastodons_manner():
    assert html("one\ntwo\n\nthree") == "<p>one<br>two</p><p>three</p>"
    assert html(" \n ") == ""
    assert html("@ann@b.example @nobody") == (
        '<p><span class="h-card"><a href="https://l.example/@ann" class="u-url mention">'
        "@<span>ann</span></a></span> @nobody</p>"
    )
    assert html("＃Brot") == (
        '<p><a href="https://l.example/tags/brot" class="mention hashtag" rel="tag">#<span>Brot</span></a></p>'
    )
    rel = 'target="_blank" rel="nofollow noopener noreferrer"'
    assert html("https://www.example.com/" + "x" * 30) == (
        f'<p><a href="https://www.example.com/{"x" * 30}" {rel}>'
        '<span class="invisible">https://www.</span>'
        f'<span class="ellipsis">example.com/{"x" * 18}</span>'
        f'<span class="invisible">{"x" * 12}</span></a></p>'
    )
    assert html("bakery.de") == f'<p><a href="https://bakery.de" {rel}><span>bakery.de</span></a></p>'
    assert html("https://example.com/?a=1&b=c'") == (
        f'<p><a href="https://example.com/?a=1&amp;b=c" {rel}><span class="invisible">https://</span>'
        "<span>example.com/?a=1&amp;b=c</span></a>&#x27;</p>"
    )
    sharp = to_html("@ann #b", mention_url=lambda _: ('https://x/"', "<i>"), tag_url=lambda _: "https://x/'")
    assert '"https://x/&quot;"' in sharp
    assert "&lt;i&gt;" in sharp
    assert "https://x/&#x27;" in sharp


def test_html_takes_a_scan_that_was_made():
    text = "#a"
    assert to_html(text, mention_url=shown, tag_url=tagged, found=scan("")) == "<p>#a</p>"


def test_what_is_kept():
    assert check_text("a\r\nb\rc\u2028d \n", 10) == "a\nb\nc\nd"
    assert check_text("  e\u0301\t", 10) == "  é"
    assert check_text("x" * 140, 140) == "x" * 140
    assert check_text("https://example.com/" + "x" * 2000, 23)
    assert check_text("@ann@" + "b" * 60 + ".example", 4)
    for empty in ("", " \n", "\u200b\u00a0", "\u3164"):
        assert check_text(empty, 140, allow_empty=True) == ""


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is empty"),
        (" \n\t", "is empty"),
        ("\u200b\ufeff", "is empty"),
        ("x" * 141, "is 1 character longer than 140"),
        ("🍞" * 150, "is 10 characters longer than 140"),
        ("x" * 100_000, "is much longer than 140 characters"),
        ("a" + "\u0301" * 20_000, "is much longer"),
        ("a\0b", "control characters"),
        ("a\x1b[2J", "control characters"),
        ("a\x85b", "control characters"),
        ("a\x7f", "control characters"),
        ("\ud83c", "control characters or halves"),
        ("\ufffe", "control characters"),
        ("\U0001ffff", "control characters"),
    ],
)
def test_what_is_refused(text, problem):
    with pytest.raises(Invalid, match=problem) as refused:
        check_text(text, 140)
    assert refused.value.field == "text"


@given(texts, st.integers(1, 200))
def test_checking_raises_nothing_but_invalid(text, most):
    try:
        kept = check_text(text, most, allow_empty=True)
    except Invalid:
        return
    assert measure(kept) <= most
    assert check_text(kept, most, allow_empty=True) == kept


class Counted:
    """A pattern that adds up how many characters its calls went over."""

    def __init__(self, pattern, ledger):
        self.pattern = pattern
        self.ledger = ledger

    def _note(self, found, at, missed=0):
        self.ledger.append(1 + (found.end() - at if found else missed))
        return found

    def match(self, text, at=0):
        return self._note(self.pattern.match(text, at), at)

    def search(self, text, at=0):
        return self._note(self.pattern.search(text, at), at, len(text) - at)

    def fullmatch(self, text):
        return self._note(self.pattern.fullmatch(text), 0)


@pytest.mark.parametrize(
    "piece",
    [
        "http://", "http://a.bc/", "http://a.bc/(", "http://a.bc/((a)", "http://a.bc/),", "http://a.bc(",
        "@", "@a", "@a@", "@a@b.", "@a.", "#", "#1", "#a", "#1·", "＃a·", "a.", "a-", "a.b", "1.", ".", "-", "_",
        "a_.", "example.com", "example.com/", "example.com?", "https://a.b:1", "日本", "日本.", "é", "e\u0301",
        "\u200c", "🍞", "🍞.", "http://🍞.", "xn--", ":1", "()", "(a", "/", "[", "http://a.bc/日本",
    ],
)  # fmt: skip
def test_scanning_takes_time_in_line_with_length(piece, monkeypatch):
    """Twice the text, twice the characters looked at: no pattern goes over the same run again."""

    def looked_at(length: int) -> int:
        ledger: list[int] = []
        with monkeypatch.context() as patch:
            for name, pattern in vars(scanner).copy().items():
                if hasattr(pattern, "fullmatch"):
                    patch.setattr(scanner, name, Counted(pattern, ledger))
            scan((piece * length)[:length])
        return sum(ledger)

    once, twice = looked_at(2_000), looked_at(4_000)
    assert once > 0
    assert twice <= 2.2 * once + 500
    assert once <= 2_000 * 60


def test_a_hostile_text_of_100_kilobytes():
    """Would not end if it were quadratic: 10^10 steps."""
    for piece in ("a-", "a.", "-", "e\u0301", "http://a.bc/(", "@a@", "#1", "http://a.b:"):
        scan(piece * (100_000 // len(piece)))


def test_the_browser_has_the_same_lists():
    script = (ROOT / "src/linnet/site/static/count.js").read_text(encoding="utf-8")
    [names] = re.findall(r"TOP_LEVEL_DOMAINS = new Set\(\s*`([^`]*)`", script)
    assert set(names.split()) == scanner.top_level_domains()
    assert len(scanner.top_level_domains()) > 1400
    [countries] = re.findall(r'BARE_COUNTRIES = new Set\("([^"]*)"', script)
    assert set(countries.split()) == scanner._BARE_COUNTRIES
    assert f"FILES = new Set({json.dumps(sorted(scanner._FILES, reverse=True))})" in script


NOFOLLOW = 'rel="nofollow noopener noreferrer"'
A = f'<a href="https://a.example/" {NOFOLLOW}>x</a>'
BARE = f"<a {NOFOLLOW}>x</a>"


@pytest.mark.parametrize(
    ("dirty", "safe"),
    [
        ("<p>a<br>b</p>", "<p>a<br>b</p>"),
        ("a &amp; b &lt;i&gt;", "a &amp; b &lt;i&gt;"),
        ("<b>1</b><strong>2</strong><em>3</em><i>4</i><del>5</del><code>6</code>", "<b>1</b><strong>2</strong><em>3</em><i>4</i><del>5</del><code>6</code>"),
        ("<blockquote><pre>x</pre></blockquote><ul><li>a</li></ul><ol><li>b</li></ol>",) * 2,
        ('<a href="https://a.example/">x</a>', A),
        ('<a href="https://a.example/" target="_top" onclick="x()" rel="me">x</a>', A),
        ('<a href="/x">x</a>', BARE),
        ('<a href="//a.example/">x</a>', BARE),
        ('<a href="javascript:alert(1)">x</a>', BARE),
        ('<a href="JaVaScRiPt:alert(1)">x</a>', BARE),
        ('<a href="java\tscript:alert(1)">x</a>', BARE),
        ('<a href="&#106;avascript:alert(1)">x</a>', BARE),
        ('<a href=" javascript:alert(1)">x</a>', BARE),
        ('<a href="\x01javascript:alert(1)">x</a>', BARE),
        ('<a href="data:text/html,<script>alert(1)</script>">x</a>', BARE),
        ('<a href="vbscript:x">x</a>', BARE),
        ('<a href="file:///etc/passwd">x</a>', BARE),
        ('<a href="intent://x">x</a>', BARE),
        ("<script>alert(1)</script>a", "a"),
        ("<SCRIPT SRC=//x></SCRIPT>a", "a"),
        ("<scr<script>ipt>alert(1)</script>", "ipt&gt;alert(1)"),
        ("<style>*{display:none}</style>a", "a"),
        ("<img src=x onerror=alert(1)>a", "a"),
        ("<svg onload=alert(1)><script>1</script>a</svg>", "a"),
        ("<svg><a xlink:href='javascript:alert(1)'>x</a></svg>a", "a"),
        ("<math><mi//xlink:href='data:x,<script>'>a", ""),
        ("<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>", ""),
        ("<iframe src='https://a.example'>x</iframe>a", "a"),
        ("<iframe srcdoc='<script>1</script>'></iframe>a", "a"),
        ("<object data=x>y</object><embed src=x>a", "a"),
        ("<form action=x><input name=y><button>a</button></form>", "a"),
        ("<meta http-equiv=refresh content='0;url=//x'>a", "a"),
        ("<base href='//x'>a", "a"),
        ("<link rel=stylesheet href='//x'>a", "a"),
        ("<!-- c -->a<!--[if IE]><b>x<![endif]-->", "a"),
        ("<p style='position:fixed'>a</p>", "<p>a</p>"),
        ("<p class='mention' id='x' name='y' dir='rtl' onmouseover=z>a</p>", "<p>a</p>"),
        ("<span class='ellipsis evil'>a</span>", '<span class="ellipsis">a</span>'),
        ("<span class='evil'>a</span>", '<span class="">a</span>'),
        ("<a class='u-url mention x' href='https://a.example/'>x</a>", f'<a class="u-url mention" href="https://a.example/" {NOFOLLOW}>x</a>'),
        ("<template><p>x</p></template>a", "a"),
        ("<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>a", "'&gt;a"),
        ("<textarea><img src=x onerror=1></textarea>a", "a"),
        ("<title><script></title>a", "a"),
        ("<plaintext>a", "a"),
        ("<x onclick=y>a</x>", "a"),
        ("a<b", "a"),
        ("<p>a", "<p>a</p>"),
        ("a</p></div></script>", "a"),
        ("<h1>a</h1>b<div>c</div>", "<p>a</p>b<p>c</p>"),
        ("<p></p> <p> </p>a", "a"),
        ("a\0b", "ab"),
        ("<a href='\x1b https://x.example '>a</a>", '<a href="https://x.example" rel="nofollow noopener noreferrer">a</a>'),
        ("a\ud800b", "a\ufffdb"),
        ("<p>\u202e</p>a", "a"),
    ],
)  # fmt: skip
def test_html_from_elsewhere_is_made_safe(dirty, safe):
    assert clean(dirty) == safe
    assert clean(safe) == safe


@given(
    st.lists(
        st.sampled_from(
            ["<", ">", "a", "<a href='", "'", '"', "<script>", "</script>", "<!--", "-->", "<svg>", "<style>", "<p>", "</p>",
             "<math>", "javascript:", "https://x.example", " onerror=x", "\ud800", "\u202e", "<img src=x", "<div>", "<table>", "&lt;", "&#x3c;", "\0", "<![CDATA[", "]]>"]
        ),
        max_size=30,
    ).map("".join)
)  # fmt: skip
def test_cleaning_leaves_nothing_but_the_allowed(dirty):
    reader = Cleaned()
    reader.feed(clean(dirty))
    reader.close()


class Cleaned(HTMLParser):
    def handle_starttag(self, tag, attrs):
        assert tag in {"p", "a", "br"}
        assert all(name == "rel" or (name == "href" and value.startswith("http")) for name, value in attrs)

    def handle_comment(self, data):
        raise AssertionError(data)


def test_deep_nesting_loses_its_tags():
    deep = "<ul><li>" * 10_000 + "x<b"
    assert clean(deep) == "x&lt;b"
    assert plain(deep) == "x<b"
    assert clean("<li>a</li>" * 1000).count("<li>") == 1000
    assert clean("<b>" * 100 + "x" + "</b>" * 100).count("<b>") == 100
    assert len(clean("x" * 200_000)) == 100_000


@pytest.mark.parametrize(
    ("dirty", "words"),
    [
        ("<p>a &amp; b<br>c</p><p>&lt;d&gt;</p>", "a & b\nc\n\n<d>"),
        ("<script>x</script>a<style>y</style>", "a"),
        ("<ul><li>a</li><li>b</li></ul>c", "a\nb\n\nc"),
        ('<a href="https://x.example"><span class="invisible">https://</span><span>x.example</span></a>', "https://x.example"),
        ("a &lt;script&gt;", "a <script>"),
        ("", ""),
    ],
)  # fmt: skip
def test_html_as_plain_text(dirty, words):
    assert plain(dirty) == words


@pytest.mark.parametrize(
    ("written", "kept"),
    [("de", "de"), ("DE", "de"), ("pt-br", "pt-BR"), ("zh-hant-tw", "zh-Hant-TW"), ("en_GB", "en-GB"),
     ("gsw", "gsw"), ("es-419", "es-419"), ("de-1996", "de-1996"), ("sl-rozaj", "sl-rozaj"), ("", "")],
)  # fmt: skip
def test_languages(written, kept):
    assert check_language(written) == kept
    assert primary(kept) == kept.split("-")[0]


@pytest.mark.parametrize(
    "wrong", ["xx", "d", "german", "de-", "-de", "de-DE-x-y", "de DE", "dé", "d1", "<b>", "de\n"]
)
def test_no_languages(wrong):
    with pytest.raises(Invalid) as refused:
        check_language(wrong)
    assert refused.value.field == "language"


def test_who_sent_the_reader_is_in_the_link_but_not_in_sight() -> None:
    html = to_html(
        "now https://bakery.example/today?ln=Vqod9HH", mention_url=lambda _: None, tag_url=lambda _: ""
    )
    assert 'href="https://bakery.example/today?ln=Vqod9HH"' in html
    assert '<span>bakery.example/today</span><span class="invisible">?ln=Vqod9HH</span>' in html
