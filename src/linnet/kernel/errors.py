"""The eight things that can go wrong, in words for the person and a cause for the log.

    LinnetError
    ├─ Invalid      what was sent cannot be accepted; names the field
    ├─ NotFound     it is not there, or not for you to know
    ├─ NotAllowed   you are known, but this is not yours to do
    ├─ Unknown      nobody is logged in, or the token is not good
    ├─ Conflict     somebody else was first, or it is already so
    ├─ TooMany      too often; come back after `retry_after` seconds
    ├─ Gone         it was there and was taken away
    ├─ Late         its time has passed
    └─ Upstream     somebody else's server did not do its part

No HTTP numbers here: each door has one table (house rule "Errors").
"""


class LinnetError(Exception):
    """An error with an outside (`sentence`, for the person) and an inside (`cause`, for the log)."""

    def __init__(self, sentence: str, *, cause: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.cause = cause or sentence


class Invalid(LinnetError):
    """What was sent cannot be accepted. `field` is the name the sender used for it."""

    def __init__(self, field: str, problem: str, *, cause: str = "") -> None:
        """`problem` continues the field's name: Invalid("text", "is longer than 140 characters")."""
        super().__init__(f"{field.replace('_', ' ').capitalize()} {problem}", cause=cause)
        self.field = field
        self.problem = problem


class NotFound(LinnetError):
    """It is not there, or it is not for you to know that it is."""

    def __init__(self, what: str = "record", *, cause: str = "") -> None:
        super().__init__(f"{what.capitalize()} not found", cause=cause)


class NotAllowed(LinnetError):
    """You are known, but this is not yours to do."""


class Unknown(LinnetError):
    """Nobody is logged in, or the token or password is not good."""


class Conflict(LinnetError):
    """Somebody else was first, or it is already so."""


class Collision(Conflict):
    """Two met at one row of the database. Whoever tries again sees what the other wrote."""


class TooMany(LinnetError):
    """Too often. `retry_after` in seconds."""

    def __init__(self, sentence: str, *, retry_after: int = 60, cause: str = "") -> None:
        super().__init__(sentence, cause=cause)
        self.retry_after = retry_after


class Gone(LinnetError):
    """It was there and was taken away."""


class Late(LinnetError):
    """Its time has passed."""


class Upstream(LinnetError):
    """Somebody else's server did not do its part: refused, silent, too big, unsafe."""
