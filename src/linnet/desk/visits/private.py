"""What looks as if it could name or find somebody, in a text that somebody else wrote. Pure."""

import re

ADDRESS = re.compile(
    r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])|(?<![0-9a-f:])(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{0,4}(?![0-9a-f:])",
    re.IGNORECASE,
)
MAIL = re.compile(r"[^/@\s]{1,64}(?:@|%40)[^/@\s]{1,100}", re.IGNORECASE)

DIGITS_MOST = 6  # a telephone number, an order or a customer has more
TOKEN_LEAST = 16  # letters and digits in one piece

# 2026, 2026-11, 20261126: campaigns are named so, and nobody is
_DATE = re.compile(
    r"(?<!\d)20\d\d(?:[-_. ]?(?:0[1-9]|1[0-2])(?:[-_. ]?(?:0[1-9]|[12]\d|3[01]))?)?(?!\d)",
)
_PIECE = re.compile(rf"[A-Za-z0-9]{{{TOKEN_LEAST},}}")


def names_somebody(text: str) -> bool:
    """Could this be somebody's own: a mail address, an internet address, a number of more than six digits
    (dates left aside), or a token that was made for one person?"""
    if "@" in text or "%40" in text or ADDRESS.search(text):
        return True
    dateless = _DATE.sub(" ", text)
    if sum(c.isdigit() for c in dateless) > DIGITS_MOST:
        return True
    return any(_is_token(piece) for piece in _PIECE.findall(dateless))


def _is_token(piece: str) -> bool:
    """Letters with digits among them (not only behind, like verkauf24), or nearly as many large as small
    ones: nobody calls a campaign so."""
    middle = piece.strip("0123456789")
    large = sum(c.isupper() for c in middle)
    return any(c.isdigit() for c in middle) or min(large, len(middle) - large) > len(middle) // 3
