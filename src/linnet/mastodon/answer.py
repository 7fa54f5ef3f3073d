"""What an endpoint gives back: bytes with a status, sent without further ado.

Not Starlette's Response: the home timeline is asked for thousands of times a second, and its
body is ready as bytes (architecture paper, 8).
"""

from collections.abc import AsyncIterator, Callable, Iterable

from linnet.kernel.wire import encode

Header = tuple[str, str]
JSON = "application/json; charset=utf-8"


class Answer:
    """A whole answer. `headers` with names in lower case."""

    __slots__ = ("body", "headers", "kind", "status")

    def __init__(
        self, body: bytes, *, status: int = 200, kind: str = JSON, headers: Iterable[Header] = ()
    ) -> None:
        self.body = body
        self.status = status
        self.kind = kind
        self.headers = list(headers)


class Flow(Answer):
    """An answer that goes on: what `parts` yields is sent as it comes, until the client leaves;
    then `close` is called, whatever happened."""

    __slots__ = ("close", "parts")

    def __init__(self, parts: AsyncIterator[bytes], *, kind: str, close: Callable[[], None]) -> None:
        super().__init__(b"", kind=kind)
        self.parts = parts
        self.close = close


def answer(value: object, *, status: int = 200, headers: Iterable[Header] = ()) -> Answer:
    """`value` as JSON."""
    return Answer(encode(value), status=status, headers=headers)


EMPTY = b"{}"
NONE = b"[]"


def done() -> Answer:
    """An empty object: it happened, and there is nothing to say."""
    return Answer(EMPTY)


def nothing() -> Answer:
    """An empty list."""
    return Answer(NONE)
