"""Events of reactions."""

from linnet.kernel.value import Value


class Favourited(Value):
    """Event: `account_id` marked the post as a favourite."""

    post_id: int
    account_id: int


class Unfavourited(Value):
    """Event: the favourite (`favourite_id`) was taken back."""

    post_id: int
    account_id: int
    favourite_id: int = 0


class Pinned(Value):
    """Event: `account_id` put its post on top of its profile."""

    post_id: int
    account_id: int


class Unpinned(Value):
    """Event: `account_id` took its post off the top of its profile."""

    post_id: int
    account_id: int


class Voted(Value):
    """Event: `account_id` voted in the post's poll."""

    post_id: int
    account_id: int
