"""What is known of an account that was closed."""

from linnet.kernel.clock import DAY, MINUTE
from linnet.kernel.value import Value

SLICE = 50  # posts, ties or favourites that go in one transaction: nobody else waits for long
PICTURES = 500  # with their files, by a job
WIDE_SLICE = 2_000  # rows that one statement takes away
SETTLED = 2 * MINUTE  # who was just writing for it when it was closed is through by then
KEY_KEPT = 14 * DAY  # letters are tried for seven days, and one may be set aside on the last of them


class Closing(Value):
    """The row. `closed_at`, `done_at` in ms; `person_id` None: it was the command line."""

    account_id: int
    closed_at: int
    person_id: int | None
    done_at: int | None


class AccountClosed(Value):
    """Event: an account of ours is gone; whoever knew it is told."""

    account_id: int
