"""User text into words; never into a query language (security paper, G03)."""

import unicodedata

MOST_WORDS = 12
LONGEST = 64


def words(text: str) -> list[str]:
    """The words of a search: letters and digits only, folded, at most twelve.

    Everything that could mean something to a query language is a separator here.
    """
    return every_word(text[:1000])[:MOST_WORDS]


def fts5(text: str, *, prefix: bool = True) -> str:
    """A MATCH expression that means: all these words, the last one as a beginning. '' for none."""
    quoted = [f'"{word}"' for word in words(text)]
    if not quoted:
        return ""
    return " ".join(quoted) + ("*" if prefix else "")


def tsquery(text: str, *, prefix: bool = True) -> str:
    """The same for PostgreSQL's to_tsquery('simple', ...)."""
    found = words(text)
    if not found:
        return ""
    return " & ".join(f"'{word}'" for word in found) + (":*" if prefix else "")


def every_word(text: str) -> list[str]:
    """As `words`, without the bound on their number: for the index."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    spaced = "".join(c if c.isalnum() or unicodedata.category(c).startswith("M") else " " for c in folded)
    return [word[:LONGEST] for word in spaced.split()]
