"""Errors as the client API words them (https://docs.joinmastodon.org/entities/Error/)."""

import logging

from linnet.door.statuses import status_of
from linnet.kernel.errors import Invalid, LinnetError, NotAllowed, TooMany, Unknown
from linnet.mastodon.answer import Answer, answer

log = logging.getLogger("linnet.mastodon")


class TooLarge(Invalid):
    """The body is larger than this endpoint reads."""

    def __init__(self, most: int) -> None:
        super().__init__("body", f"is larger than {most} bytes")


class NoUser(Invalid):
    """The token is an app's own and speaks for nobody."""

    def __init__(self) -> None:
        super().__init__("token", "speaks for nobody")
        self.sentence = "This method requires an authenticated user"


def no_token() -> Unknown:
    """Nothing, or nothing good, stands in the Authorization header."""
    return Unknown("The access token is invalid")


def out_of_scope() -> NotAllowed:
    """The token was not given this scope."""
    return NotAllowed("This action is outside the authorized scopes")


def refused(error: Exception) -> Answer:
    """The answer for an error. What is not ours is logged and never shown."""
    if not isinstance(error, LinnetError):
        log.error("an endpoint of the client API failed", exc_info=error)
        return answer({"error": "Something went wrong on our end. It has been noted."}, status=500)
    status = status_of(error)
    if status >= 500:
        log.warning("the client API answered %d: %s", status, error.cause)
    if isinstance(error, TooLarge):
        return answer({"error": error.sentence}, status=413)
    if isinstance(error, NoUser):
        return answer({"error": error.sentence}, status=422)
    if isinstance(error, Invalid):
        return _invalid(error)
    if isinstance(error, TooMany):
        return answer(
            {"error": "Too many requests", "error_description": error.sentence},
            status=429,
            headers=[("retry-after", str(error.retry_after))],
        )
    if isinstance(error, Unknown):
        challenge = f'Bearer realm="Linnet", error="invalid_token", error_description="{error.sentence}"'
        return answer({"error": error.sentence}, status=401, headers=[("www-authenticate", challenge)])
    if status == 404:
        return answer({"error": "Record not found"}, status=404)
    return answer({"error": error.sentence}, status=status)


def _invalid(error: Invalid) -> Answer:
    field = error.field.partition("[")[0]
    code = "ERR_BLANK" if "blank" in error.problem or "empty" in error.problem else "ERR_INVALID"
    return answer(
        {
            "error": f"Validation failed: {error.sentence}",
            "details": {field: [{"error": code, "description": error.problem}]},
        },
        status=422,
    )
