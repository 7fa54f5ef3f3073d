"""HTTP statuses of errors: one table for all doors (RFC 9110)."""

from linnet.db.database import DatabaseError
from linnet.kernel.errors import (
    Conflict,
    Gone,
    Invalid,
    Late,
    LinnetError,
    NotAllowed,
    NotFound,
    TooMany,
    Unknown,
    Upstream,
)

STATUS: dict[type[LinnetError], int] = {
    Invalid: 422,
    NotFound: 404,
    NotAllowed: 403,
    Unknown: 401,
    Conflict: 409,
    TooMany: 429,
    Gone: 410,
    Late: 422,
    Upstream: 502,
    DatabaseError: 503,
}


def status_of(error: LinnetError) -> int:
    """The status for an error or the nearest kind it is one of."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)
