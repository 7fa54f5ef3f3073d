"""May this account be closed?"""

from linnet.kernel.errors import Conflict, Invalid, NotAllowed
from linnet.social.people.rules import Account, handle_key


def check_closing(account: Account, typed: str, *, is_firms: bool, others: int, last: bool) -> None:
    """`typed`: the handle, as somebody typed it to be sure; `is_firms`: the firm speaks through it;
    `others`: how many more accounts of ours there are; `last`: the end of the firm's own account is
    really wanted. Raises Invalid("handle"), NotAllowed, Conflict."""
    if not account.local:
        raise NotAllowed("That account lives on another server.")
    if account.suspended_at is not None:
        raise Conflict("This account is closed already.")
    if handle_key(typed.strip().removeprefix("@")) != account.handle_key:
        raise Invalid("handle", f"is not @{account.handle}: type the name of the account that goes")
    if is_firms and others:
        raise Conflict(
            f"@{account.handle} is the firm's own account: the desk, its links and its statements hang on it. "
            "It can only be closed as the last one: close the others first."
        )
    if is_firms and not last:
        raise Conflict(
            f"@{account.handle} is the firm's own account and the last one here: without it nobody can log in. "
            f"If that is what you want, say so on the server: linnet account close {account.handle} --last"
        )
