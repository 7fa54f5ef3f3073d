"""Events of reactions."""

from linnet.kernel.value import Value


class Favourited(Value):
    """Event: `account_id` marked the post as a favourite."""

    post_id: int
    account_id: int


class Unfavourited(Value):
    """Event: the favourite was taken back."""

    post_id: int
    account_id: int


class Voted(Value):
    """Event: `account_id` voted in the post's poll."""

    post_id: int
    account_id: int
