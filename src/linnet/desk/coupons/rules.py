"""What a coupon code is, and how two spellings of one are the same."""

from linnet.kernel.errors import Invalid
from linnet.kernel.value import Value

LONGEST = 60


class Coupon(Value):
    """A code that the firm gave out on a channel. `word` is compared, `shown` is as it was typed;
    `code` is the link it belongs to, '' for none; it counts from `since` up to `ends_at` (ms)."""

    id: int
    word: str
    shown: str
    channel: str
    code: str
    account_id: int
    since: int
    ends_at: int | None
    made_at: int


def fold(text: str) -> str:
    """How a code is compared: small letters, single spaces."""
    return " ".join(text.split()).casefold()


def words_of(text: str) -> list[str]:
    """The codes that a sale names: shops that allow several part them by commas."""
    return [word for word in map(fold, text.split(",")) if word]


def check_word(text: str) -> str:
    """The code as it is shown. Raises Invalid("word")."""
    shown = " ".join(text.split())
    if not shown:
        raise Invalid("word", "is missing")
    if len(shown) > LONGEST:
        raise Invalid("word", f"is longer than {LONGEST} characters")
    if "," in shown or not shown.isprintable():
        raise Invalid("word", "must be one code without a comma")
    return shown
