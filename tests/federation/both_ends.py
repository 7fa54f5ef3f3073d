"""Two Linnets as processes of their own, each with somebody in it."""

from collections.abc import Iterator
from typing import Any

import pytest
from mastodon import Mastodon

from tests.federation.processes import Country, Linnet
from tests.waiting import until


@pytest.fixture(scope="module", params=["there", "and back"])
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Linnet, Linnet]]:
    """Two servers, and two others the second time: one host is asked only so often in a minute."""
    with Country(tmp_path_factory.mktemp("country")) as country:
        both = country.linnet("a.example", max_characters="500"), country.linnet("b.example")
        for one in both:
            one.set_up()
            one.start()
        yield both if request.param == "there" else both[::-1]


@pytest.fixture
def people(pair: tuple[Linnet, Linnet]) -> tuple["Someone", "Someone"]:
    """Anna, and Ben on the other server."""
    return Someone(pair[0], "anna"), Someone(pair[1], "ben")


class Someone:
    """Somebody who speaks through an app; `name` and a number."""

    made = 0

    def __init__(self, server: Linnet, name: str) -> None:
        Someone.made += 1
        self.server, self.handle = server, f"{name}{Someone.made}"
        self.api: Mastodon = server.person(self.handle)
        self.address = f"{self.handle}@{server.host}"
        self.me = self.api.account_verify_credentials()

    def find(self, other: "Someone") -> Any:
        """The other as this one's server knows them."""
        name = f"@{other.address}"
        found = until(lambda: self.api.account_search(name, resolve=True), f"{name} is found", 90)
        assert [one.acct for one in found] == [other.address]
        return found[0]

    def relation(self, other: "Someone") -> Any:
        return self.api.account_relationships(self.find(other).id)[0]

    def follow(self, other: "Someone") -> None:
        self.api.account_follow(self.find(other).id)
        until(lambda: self.relation(other).following, f"{self.address} follows {other.address}")

    def sees(self, uri: str) -> Any:
        """The post with this address when it has come to their home."""
        return until(lambda: self.seen(uri), f"{self.address} sees {uri}")

    def seen(self, uri: str) -> Any:
        return next((one for one in self.api.timeline_home() if one.uri == uri), None)

    def at(self, uri: str) -> Any:
        """What stands at an address, asked for at its server if need be; None for nothing."""
        found = self.api.search_v2(uri, resolve=True, result_type="statuses").statuses
        return found[0] if found else None

    def told(self, kind: str, by: "Someone") -> Any:
        """The notice of this kind about that one."""
        return until(lambda: self.notice(kind, by), f"{self.address} is told of a {kind} by {by.address}")

    def notice(self, kind: str, by: "Someone") -> Any:
        names = {by.address, by.handle}
        found = (one for one in self.api.notifications() if one.type == kind and one.account.acct in names)
        return next(found, None)
