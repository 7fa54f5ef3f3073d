"""Rows to render."""

from linnet.social.media.rules import Media
from linnet.social.people.rules import Account
from linnet.social.posts.rules import Flags, Post, PostView
from tests.federation.neighbours import NOW

AS = "https://www.w3.org/ns/activitystreams"


def account(id: int = 7, handle: str = "bakery", **more) -> Account:
    fields = {
        "kind": "organization", "name": "Corner Bakery", "bio": "Bread #Rye", "bio_html": "<p>Bread #Rye</p>",
        "fields": "[]", "avatar_id": None, "header_id": None, "locked": False, "discoverable": True,
        "indexable": True, "default_visibility": "public", "default_sensitive": False, "default_language": "",
        "followers_count": 0, "following_count": 0, "posts_count": 0, "last_post_at": None, "revision": 1,
        "created_at": NOW, "invented": False, "host": "",
    }  # fmt: skip
    return Account(id=id, handle=handle, handle_key=handle.lower(), **(fields | more))


def post(id: int = 21, **more) -> Post:
    fields = {
        "account_id": 7, "person_id": None, "text": "Bread", "html": "", "warning": "", "sensitive": False,
        "visibility": "public", "language": "", "reply_to_id": None, "reply_to_account_id": None, "root_id": id,
        "boost_of_id": None, "poll_id": None, "app_id": None, "created_at": NOW, "edited_at": None,
    }  # fmt: skip
    return Post(id=id, **(fields | more))


def view(row: Post | None = None, **more) -> PostView:
    return PostView(row or post(), more.pop("account", account()), Flags(), **more)


def picture(**more) -> Media:
    fields = {
        "account_id": 7, "person_id": None, "post_id": 21, "use": "post", "kept": False, "position": 0,
        "mime": "image/png", "width": 640, "height": 480, "bytes": 1, "file": "ab.png", "thumb_file": "",
        "thumb_width": 0, "thumb_height": 0, "blurhash": "LKO2", "alt": "A loaf", "focus_x": 0.5,
        "focus_y": -0.25, "loose_since": 0,
    }  # fmt: skip
    return Media(id=3, **(fields | more))
