"""Blocks, mutes and notes."""

from linnet.kernel.errors import Invalid
from linnet.kernel.value import Value

NOTE_LENGTH = 2000


class Mute(Value):
    """A mute. `until` (ms) None: until it is taken back. `id` pages."""

    id: int
    account_id: int
    target_id: int
    notices: bool
    until: int | None
    since: int


class Muted(Value):
    """One line of the list of mutes, paged by `id`, which is the mute's."""

    id: int
    account_id: int
    notices: bool
    until: int | None


class Blocked(Value):
    """Event: `account_id` blocked `target_id`."""

    account_id: int
    target_id: int


class Unblocked(Value):
    """Event: the block (`block_id`) ended."""

    account_id: int
    target_id: int
    block_id: int = 0


class MuteChanged(Value):
    """Event: a mute began, changed or ended; listeners for `account_id` look again."""

    account_id: int
    target_id: int


def check_target(account_id: int, target_id: int) -> None:
    """Raises Invalid for oneself."""
    if account_id == target_id:
        raise Invalid("account", "is your own")


def check_until(until: int | None, now: int) -> None:
    """Raises Invalid for an end that has passed."""
    if until is not None and until <= now:
        raise Invalid("duration", "must end later than now")


def check_note(text: str) -> str:
    """A note on an account, for its writer's eyes; '' for none. Raises Invalid."""
    note = text.strip()
    if len(note) > NOTE_LENGTH:
        raise Invalid("comment", f"is longer than {NOTE_LENGTH} characters")
    if "\x00" in note:
        raise Invalid("comment", "has characters that are not text")
    return note
