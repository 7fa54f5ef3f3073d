"""Texts of feeds as plain text: one line, bounded, without what could lie about its direction."""

import re

from linnet.desk.feeds import canonical
from linnet.social.text import clean

MOST_ITEMS = 300  # of one document
SUMMARY = 1000  # characters

# Controls, lone surrogates, and marks that turn the direction of what follows (security paper, 5.3).
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
)


def plain_text(html: str) -> str:
    """The words of HTML (or of plain text) in one line, at most 1,000 characters. Not HTML any
    more: it is escaped where it is shown."""
    return one_line(clean.plain(html[:200_000]) if "<" in html or "&" in html else html, SUMMARY)


def one_line(text: str, most: int) -> str:
    """`text` with single spaces, without unseen characters, cut at a word with an ellipsis."""
    bare = " ".join(_UNSEEN.sub("", text[:200_000]).split())
    if len(bare) <= most:
        return bare
    cut = bare[: most - 1]
    space = cut.rfind(" ", most // 2)
    return (cut[:space] if space > 0 else cut).rstrip(" ,;:-") + "…"


def named(title: str, summary: str, url: str) -> tuple[str, str]:
    """(title, summary): a story without a title is called by its first words, one without words by
    its address; and a summary that only says the title again is none."""
    name = one_line(title, 300) or one_line(summary, 100) or one_line(canonical.key(url), 100)
    return name, "" if summary == name else summary
