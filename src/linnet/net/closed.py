"""The Fetcher of a demonstration: nothing leaves it, whoever asks and whatever for.

An invented firm must not knock at real doors, follow real people or be followed. What a server
said before has not changed, so that the invented sources stay as they are; everything else is
refused in words that tell somebody who tries it why.
"""

from collections.abc import Mapping

from linnet.kernel.errors import Upstream
from linnet.net.client import USUAL, Answer, Policy

WHY = "This is a demonstration: nothing is fetched or sent outside."
SAME = 304


class Closed:
    """A Fetcher (see `client.Fetcher`) that opens no connection."""

    async def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        policy: Policy = USUAL,  # noqa: ARG002 # the shape of a Fetcher
    ) -> Answer:
        """ "Not changed" for what was read before; else raises Upstream."""
        given = {name.lower() for name in headers or {}}
        if given & {"if-none-match", "if-modified-since"}:
            return Answer(SAME, url, {}, b"")
        raise Upstream(WHY, cause=url)

    async def head(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,  # noqa: ARG002 # the shape of a Fetcher
        policy: Policy = USUAL,  # noqa: ARG002 # the same
    ) -> Answer:
        """Raises Upstream."""
        raise Upstream(WHY, cause=url)

    async def post(
        self,
        url: str,
        body: bytes,  # noqa: ARG002 # the shape of a Fetcher
        *,
        headers: Mapping[str, str] | None = None,  # noqa: ARG002 # the same
        policy: Policy = USUAL,  # noqa: ARG002 # the same
    ) -> Answer:
        """Raises Upstream."""
        raise Upstream(WHY, cause=url)

    async def close(self) -> None:
        """Nothing to close."""
