"""The counter in the browser and the one on the server give the same number: in a real Chromium."""

import json
import random
from pathlib import Path

import pytest
import regex
from playwright.sync_api import sync_playwright

from linnet.social.text.rules import measure, normal
from linnet.social.text.scan import scan

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
CASES = json.loads((ROOT / "tests/fixtures/text_cases.json").read_text(encoding="utf-8"))
SCRIPT = ROOT / "src/linnet/site/static/count.js"

WORDS = """
    http:// HTTPS:// https://example.com https://a.example/x(y) /a ?q= # ＃ @ ＠ ann bakery.de example.com .com
    @ann@b.example #bread 日本 です 。 한국 🍞 ❤️ 👨‍👩‍👧 🇦🇹 🇩 👍🏽 1️⃣ é e\u0301 \u0301 \u200c \u200d · ・ _ - . ,
    ( ) [ ] < > & " ' / : ; ! 1 42 ４ ไทย ผู้ नम क्षि ＡＢ \u00a0 \u202e www. .zip .co.uk 中国 ✓ 〜 – — \r\n \r \n
    http://localhost localhost \u2028 \u1112\u1161\u11ab 𐒠 𝐀 xn--a مرحبا ִ ー ｰ İ ı ſ K ß .みんな :80 \\ $ % + = ~ | ^ ` * { } ѐ Я ё.рф
"""
PIECES = WORDS.split(" ")


# The scripts (without the long runs of Han and Hangul syllables), symbols, emoji, tags and selectors.
CHARACTERS = [
    *range(0x20, 0x3200), *range(0xA000, 0xAC40), *range(0xD7A0, 0xD800), *range(0xF900, 0x12600),
    *range(0x16000, 0x17000), *range(0x1AFF0, 0x1FC00), *range(0xE0000, 0xE0200),
]  # fmt: skip


def generated(known: list[str]) -> list[str]:
    dice = random.Random(20261026)  # the same texts every time
    words = [piece or " " for piece in PIECES]
    texts = ["".join(dice.choices(words, k=dice.randint(1, 30))) for _ in range(400)]
    # Letters of every script, so that the tables of Unicode agree as well.
    texts += ["".join(dice.choices(known, k=40)) for _ in range(200)]
    texts += [f"https://a.example/b{c}d #x{c}y @ann{c}" for c in dice.choices(known, k=400)]
    return texts


def on_the_server(text: str) -> dict[str, object]:
    kept = normal(text)
    found = scan(kept)
    return {
        "measure": measure(text),
        "links": [[link.text, link.url] for link in found.links],
        "mentions": [[name.handle, name.host] for name in found.mentions],
        "tags": [tag.name for tag in found.tags],
        "starts": [
            len(kept[: thing.start].encode("utf-16-le")) // 2
            for thing in (*found.links, *found.mentions, *found.tags)
        ],
    }


IN_THE_BROWSER = """
    (texts) => texts.map((text) => {
      const kept = text.replace(/\\r\\n?|[\\u2028\\u2029]/g, "\\n").normalize("NFC");
      const found = linnetCount.scan(kept);
      return {
        measure: linnetCount.measure(text),
        links: found.links.map((link) => [link.text, link.url]),
        mentions: found.mentions.map((name) => [name.handle, name.host]),
        tags: found.tags.map((tag) => tag.name),
        starts: [...found.links, ...found.mentions, ...found.tags].map((thing) => thing.start),
      };
    })
"""


@pytest.fixture(scope="module")
def page():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page()
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.add_script_tag(path=SCRIPT)
        yield page
        assert not problems
        browser.close()


def test_the_shared_cases_in_chromium(page):
    seen = page.evaluate(IN_THE_BROWSER, [case["text"] for case in CASES])
    for case, got in zip(CASES, seen, strict=True):
        assert got == on_the_server(case["text"]), case["why"]
        assert got["measure"] == case["measure"], case["why"]


@pytest.fixture(scope="module")
def known(page) -> list[str]:
    """The characters that browser and server both have in their tables of Unicode: each may be a
    year ahead of the other, and what is only in one of them may count differently."""
    unassigned = regex.compile(r"\p{Cn}")
    letters = [chr(c) for c in CHARACTERS if not unassigned.match(chr(c)) and not 0xD800 <= c < 0xE000]
    kept = page.evaluate("(letters) => letters.filter((c) => !/\\p{Cn}/u.test(c))", letters)
    assert len(kept) > 0.9 * len(letters)
    return kept


def test_generated_texts_in_chromium(page, known):
    texts = generated(known)
    seen = page.evaluate(IN_THE_BROWSER, texts)
    different = [
        (text, got, wanted)
        for text, got in zip(texts, seen, strict=True)
        if got != (wanted := on_the_server(text))
    ]
    assert not different


def test_every_known_character_counts_the_same(page, known):
    """Each character after a letter with a mark, before a letter."""
    counted = page.evaluate("(letters) => letters.map((c) => linnetCount.measure(`é${c}b`))", known)
    different = [hex(ord(c)) for c, count in zip(known, counted, strict=True) if count != measure(f"é{c}b")]
    assert not different


def test_a_long_hostile_text_ends_in_the_browser_too(page):
    pieces = ["a-", "a.", "-", "é", "http://a.bc/(", "@a@", "#1", "http://a.b:", "日", "x(", "_"]
    texts = [piece * (100_000 // len(piece)) for piece in pieces]
    assert page.evaluate(IN_THE_BROWSER, texts) == [on_the_server(text) for text in texts]
