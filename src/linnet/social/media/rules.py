"""Pictures: what they are, who may use them, what may be said about them."""

import math
import re
import unicodedata
from collections.abc import Sequence
from typing import Literal

from linnet.kernel.clock import DAY
from linnet.kernel.errors import Invalid
from linnet.kernel.value import Value

Use = Literal["post", "avatar", "header", "logo", "card", "emoji"]

MOST = 4  # pictures of one post
ALT_LENGTH = 1500  # characters, as in Mastodon
LOOSE_FOR = DAY  # ms that a picture may wait for its post

ACCEPTED = ("image/jpeg", "image/png", "image/gif", "image/webp", "image/avif")  # for the doors to announce

NAME = re.compile(r"[0-9a-f]{32}(-small)?\.(jpg|png|gif|webp)")  # of a file in the store
EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp"}
MIMES = {extension: mime for mime, extension in EXTENSIONS.items()}


class Picture(Value):
    """What the workshop made of an upload: the files are on disk, the row is not there yet.
    Widths and heights in pixels; `file` and `thumb_file` are names in the store."""

    mime: str
    width: int
    height: int
    bytes: int
    file: str
    thumb_file: str
    thumb_width: int
    thumb_height: int
    blurhash: str


class Media(Value):
    """A picture of an account: the row. `position` is its place in the post, -1 when an edit took it
    out. `focus_x`, `focus_y`: what must stay visible when it is cropped, -1 to 1, (0, 0) the middle,
    y upwards (https://docs.joinmastodon.org/api/guidelines/#focal-points)."""

    id: int
    account_id: int
    person_id: int | None
    post_id: int | None
    use: Use
    kept: bool
    position: int
    mime: str
    width: int
    height: int
    bytes: int
    file: str
    thumb_file: str
    thumb_width: int
    thumb_height: int
    blurhash: str
    alt: str
    focus_x: float
    focus_y: float
    loose_since: int
    remote_url: str = ""  # where the original is; the file is '' until somebody looks at it

    @property
    def is_picture(self) -> bool:
        """Can it be shown? A video or sound of another server is only linked to."""
        return not self.mime or self.mime.startswith("image/")


def file_path(media: Media) -> str:
    """The address of the picture below the server's own. One from elsewhere is fetched when somebody
    asks for it, and thrown away when nobody does: it has an address by its id."""
    return f"/media/elsewhere/{media.id}" if media.remote_url else f"/media/{media.file}"


def thumb_path(media: Media) -> str:
    """The address of the thumbnail (WebP) below the server's own."""
    return (
        f"/media/elsewhere/{media.id}/small"
        if media.remote_url
        else f"/media/{media.thumb_file or media.file}"
    )


_UNSEEN = {"Cc", "Cs", "Co", "Cn"}
_TURNERS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def check_alt(alt: str, field: str = "description") -> str:
    """What the picture shows, for those who cannot see it: trimmed, NFC, lines allowed, at most
    1500 characters; may be empty. Raises Invalid."""
    if len(alt) > ALT_LENGTH * 4:
        raise Invalid(field, f"is longer than {ALT_LENGTH} characters")
    text = unicodedata.normalize("NFC", alt.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if len(text) > ALT_LENGTH:
        raise Invalid(field, f"is longer than {ALT_LENGTH} characters")
    if any(c not in "\n\t" and (unicodedata.category(c) in _UNSEEN or c in _TURNERS) for c in text):
        raise Invalid(field, "has invisible control characters")
    return text


def check_focus(x: float, y: float, field: str = "focus") -> tuple[float, float]:
    """The focal point. Raises Invalid for what lies outside the picture, and for NaN."""
    if not (math.isfinite(x) and math.isfinite(y) and abs(x) <= 1 and abs(y) <= 1):
        raise Invalid(field, "must be two numbers from -1 to 1")
    return x, y


def check_attach(ids: Sequence[int], found: Sequence[Media], *, post_id: int, account_id: int) -> None:
    """May these be the pictures of this post of this account? `found`: the rows there are of `ids`.
    Somebody else's picture is told like one that does not exist. Raises Invalid("media_ids")."""
    if len(ids) > MOST:
        raise Invalid("media_ids", f"are more than {MOST}")
    if len(set(ids)) != len(ids):
        raise Invalid("media_ids", "name the same picture twice")
    known = {media.id: media for media in found}
    for id in ids:
        media = known.get(id)
        if media is None or media.account_id != account_id or media.use != "post":
            raise Invalid("media_ids", f"name a picture that is not yours to use: {id}")
        if media.post_id is not None and media.post_id != post_id:
            raise Invalid("media_ids", f"name a picture that stands in another post: {id}")
