"""One call of an endpoint, and the lines of the table of endpoints."""

from collections.abc import Awaitable, Callable, Iterable
from functools import lru_cache
from urllib.parse import quote, urlencode

from starlette.datastructures import Headers

from linnet.door.house import House
from linnet.kernel.errors import NotFound
from linnet.mastodon import errors
from linnet.mastodon.answer import Answer, Header
from linnet.mastodon.bearer import Auth, Bucket, role_of
from linnet.mastodon.params import Params
from linnet.mastodon.present import Presenter
from linnet.social.apps.rules import Bearer
from linnet.social.posts.rules import Author, Terms


class Call:
    """One call of an endpoint: who, what, when."""

    __slots__ = ("bearer", "headers", "house", "now", "params", "path", "present", "segments")

    def __init__(
        self,
        house: House,
        present: Presenter,
        *,
        path: str,
        segments: dict[str, str],
        headers: Headers,
        bearer: Bearer | None,
        params: Params,
        now: int,
    ) -> None:
        self.house = house
        self.present = present
        self.path = path
        self.segments = segments
        self.headers = headers
        self.bearer = bearer
        self.params = params
        self.now = now

    @property
    def viewer(self) -> int:
        """The account that calls, or 0 for anybody."""
        return self.bearer.account_id or 0 if self.bearer else 0

    @property
    def account(self) -> int:
        """The account that calls. Raises Invalid where only an app does."""
        if self.bearer is None or self.bearer.account_id is None:
            raise errors.NoUser
        return self.bearer.account_id

    @property
    def person(self) -> int:
        """The person who calls. Raises Invalid where only an app does."""
        if self.bearer is None or self.bearer.person_id is None:
            raise errors.NoUser
        return self.bearer.person_id

    @property
    def author(self) -> Author:
        """Who speaks. Raises Invalid where only an app does."""
        account = self.account
        bearer = self.bearer
        assert bearer is not None  # `account` has raised
        return Author(account, bearer.person_id, role_of(bearer), bearer.app_id)

    @property
    def terms(self) -> Terms:
        """What this server sets for its posts."""
        return self.house.terms

    def id(self, name: str = "id") -> int:
        """An id in the path. Raises NotFound for what cannot be one."""
        text = self.segments[name]
        if text.isascii() and text.isdigit() and len(text) <= 19 and int(text) < 1 << 63:
            return int(text)
        raise NotFound

    def links(
        self, newest: int | None, oldest: int | None, kept: Iterable[tuple[str, str]] = ()
    ) -> list[Header]:
        """The Link header of a page from `newest` to `oldest` (ids of its rows); none for an empty
        one. `kept`: the other parameters of the list."""
        if newest is None or oldest is None:
            return []
        base = f"{self.house.settings.url}{quote(self.path)}"
        rest = _query(tuple(kept))
        return [
            (
                "link",
                f'<{base}?{rest}max_id={oldest}>; rel="next", <{base}?{rest}min_id={newest}>; rel="prev"',
            )
        ]


@lru_cache(maxsize=1024)
def _query(kept: tuple[tuple[str, str], ...]) -> str:
    return "".join(f"{urlencode([pair])}&" for pair in kept)


Run = Callable[[Call], Awaitable[Answer]]


class Endpoint:
    """One line of the table. `takes`: the names of its parameters; `files`: it reads uploads;
    `bucket`: what limits it (None: read or write, by its method)."""

    __slots__ = ("auth", "bucket", "files", "method", "path", "run", "takes")

    def __init__(
        self,
        method: str,
        path: str,
        run: Run,
        auth: Auth,
        takes: str = "",
        *,
        files: bool = False,
        bucket: Bucket | None = None,
    ) -> None:
        self.method = method
        self.path = path
        self.run = run
        self.auth = auth
        self.takes = frozenset(takes.split())
        self.files = files
        self.bucket: Bucket = bucket or ("read" if method == "GET" else "write")


ANYTHING = frozenset("*")  # takes: for what is refused anyway, and where RFC 6749 wants strangers ignored
