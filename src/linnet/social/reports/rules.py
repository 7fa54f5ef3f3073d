"""A report: what may be said, and what comes of it."""

from typing import Literal

from linnet.kernel.errors import Invalid
from linnet.kernel.value import Value

Category = Literal["spam", "legal", "violation", "other"]
CATEGORIES: tuple[Category, ...] = ("spam", "legal", "violation", "other")
COMMENT_LENGTH = 1000
MOST_POSTS = 50
MOST_ABOUT = 10  # accounts of ours in one complaint from elsewhere
PER_HOST_OPEN = 50  # complaints of one server that nobody has decided yet
PER_HOST_A_DAY = 100  # ... and all of one server within a day


class Report(Value):
    """The row. `from_id` None: `from_host` complains, in nobody's name. `post_ids`: JSON."""

    id: int
    uri: str
    from_id: int | None
    from_host: str
    about_id: int
    post_ids: str
    category: Category
    comment: str
    forwarded: bool
    created_at: int
    closed_at: int | None
    closed_by: int | None


class Reported(Value):
    """Event: somebody here complained, and wants the other server to hear of it."""

    report_id: int
    about_id: int


def check_category(text: str) -> Category:
    """Raises Invalid("category")."""
    for known in CATEGORIES:
        if text == known:
            return known
    raise Invalid("category", f"must be one of {', '.join(CATEGORIES)}")


def check_comment(text: str) -> str:
    """What the one who complains says. Raises Invalid("comment")."""
    comment = text.strip()
    if len(comment) > COMMENT_LENGTH:
        raise Invalid("comment", f"is longer than {COMMENT_LENGTH} characters")
    if "\0" in comment:
        raise Invalid("comment", "has characters that are not text")
    return comment
