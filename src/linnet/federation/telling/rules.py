"""A letter and whom it goes to. Pure."""

from linnet.federation.render.facts import Json
from linnet.kernel.value import Value


class Letter(Value):
    """An activity to send. `followers`: to those of the speaker; `others`: accounts elsewhere, besides;
    `private`: to their own inboxes and not to the one that their server's accounts share; `everywhere`: to
    each server that we know somebody of."""

    kind: str
    object_uri: str
    body: Json
    followers: bool = False
    others: tuple[int, ...] = ()
    private: bool = False
    post_id: int | None = None
    everywhere: bool = False


class Inbox(Value):
    """Where letters to an account elsewhere go. `shared` '' : its server has none for all."""

    own: str
    shared: str


def inbox_for(inbox: Inbox, *, private: bool) -> str:
    """The one to use."""
    return inbox.own if private or not inbox.shared else inbox.shared
