"""Passwords: argon2id, done in threads, at most two at a time.

Parameters: OWASP's Password Storage Cheat Sheet (19 MiB, two passes, one lane).
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from linnet.kernel.errors import Invalid, TooMany

P = ParamSpec("P")
R = TypeVar("R")

SHORTEST = 10  # characters
LONGEST = 1024  # bytes: hashing more would be work for nothing but an attacker
SIDE_BY_SIDE = 2
WAITING = 20

_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)

# argon2id of a secret that nobody knows any more: what an unknown address is checked against.
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$c29tZSByYW5kb20gc2FsdA$MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY"


def hash_password(text: str) -> str:
    """The argon2id hash of a good password; 30 to 60 ms of work, so call it off the event loop.
    Raises Invalid("password") for one that is too short, too long or too common."""
    check_password(text)
    return _hasher.hash(text)


def verify(text: str, hash: str | None) -> bool:
    """Is it the password? For an unknown person pass None: the same work, and then False."""
    known = hash is not None
    if len(text.encode(errors="replace")) > LONGEST:
        return False
    try:
        return _hasher.verify(hash if hash is not None else _NOBODY, text) and known
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False


def needs_rehash(hash: str) -> bool:
    """Was it made with older parameters?"""
    return _hasher.check_needs_rehash(hash)


def check_password(text: str) -> None:
    """Raises Invalid("password") for one that is too short, too long, not text or too common."""
    try:
        size = len(text.encode()) if len(text) <= LONGEST else LONGEST + 1
    except UnicodeEncodeError as error:
        raise Invalid("password", "has characters that are not Unicode text") from error
    if size > LONGEST:
        raise Invalid("password", f"is longer than {LONGEST} bytes")
    if len(text) < SHORTEST:
        raise Invalid("password", f"is shorter than {SHORTEST} characters")
    if is_common(text):
        raise Invalid("password", "is one of the first that anybody would try")


def is_common(text: str) -> bool:
    """Is it on the list, or little more than one thing repeated or counted up?"""
    plain = text.casefold().strip()
    letters = plain.strip("0123456789!?.*#@$_- ")
    return (
        plain in COMMON
        or letters in STEMS
        or len(set(plain)) < 5
        or any(plain in row * 3 or plain in row[::-1] * 3 for row in ROWS)
        or any(plain == plain[:n] * (len(plain) // n) for n in range(1, 5) if len(plain) % n == 0)
    )


class PasswordDesk:
    """Where the doors hand in passwords: two at a time, twenty wait, the rest are told to."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="linnet-password")
        self._inside = 0

    async def hash(self, text: str) -> str:
        """As `hash_password`. Raises Invalid, TooMany."""
        check_password(text)
        return await self._run(hash_password, text)

    async def verify(self, text: str, hash: str | None) -> bool:
        """As `verify`: None for an unknown person. Raises TooMany."""
        return await self._run(verify, text, hash)

    def close(self) -> None:
        """Ends the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _run(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        if self._inside >= SIDE_BY_SIDE + WAITING:
            raise TooMany("Too many people are logging in right now.", retry_after=5)
        self._inside += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._threads, partial(work, *args, **kwargs)
            )
        finally:
            self._inside -= 1


ROWS = (
    "1234567890",
    "0123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "qwertzuiop",
    "azertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn",
    "1q2w3e4r5t6y7u8i9o0p",
    "qazwsxedcrfvtgb",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "!@#$%^&*()",
    '!"§$%&/()=',
)

# What is left of a common password when digits and marks are taken off its ends.
_STEMS = """
    password passw0rd passwort motdepasse contraseña contrasena wachtwoord senha haslo heslo letmein
    welcome willkommen bienvenue administrator admin changeme changemenow changeit secret topsecret
    iloveyou loveyou sunshine princess football baseball basketball superman batman dragon monkey
    master michael jennifer jordan ashley charlie shadow trustno starwars computer internet whatever
    qwerty qwertz qwertyuiop asdfghjkl hallo hello hallohallo hellohello geheim schatz sommer winter
    summer spring autumn company business bakery linnet default guest test testtest testing
    password123 p@ssw0rd p@ssword pa$$word freedom liverpool chelsea arsenal barcelona manchester
    pokemon minecraft chocolate butterfly samsung google facebook microsoft instagram
"""
STEMS = frozenset(_STEMS.split())

_COMMON = """
    1234567890a 123456789a 123456789q 1234qwerasdf 123qweasdzxc 1q2w3e4r5t 1qaz2wsx3edc a123456789
    aa12345678 abc123abc123 abcd1234567 abcdef123456 asdf1234qwer correcthorsebattery
    correcthorsebatterystaple gfhjkmgfhjkm iamtheowner ilovemydog ilovemywife iloveyou1234
    letmeinplease mypassword mypassword1 newpassword nopassword oldpassword opensesame
    password1234567890 passwordpassword q123456789 q1w2e3r4t5 q1w2e3r4t5y6 qweasdzxc123 qwer1234asdf
    thepassword thisisapassword whatever123 woaini1314520 yourpassword zaq12wsxcde3
"""
COMMON = frozenset(_COMMON.split())
