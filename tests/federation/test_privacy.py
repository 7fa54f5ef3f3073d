"""Who may see what: every visibility, every kind of reader, every surface (security paper 1.D).

A post has a word that stands nowhere else. Whoever may not see the post must not find that word
anywhere, nor be counted something that they cannot see.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from linnet.db.tx import Tx
from linnet.federation.signing import signatures
from linnet.kernel.clock import now_ms
from linnet.social.people import actions as people
from linnet.social.people import queries
from tests import asgi
from tests.federation.village import Resident, Town, Village

WORD = "quittenmus"
SEES = {
    "public": {
        "author",
        "follower",
        "mentioned",
        "stranger",
        "nobody",
        "far follower",
        "far mentioned",
        "far stranger",
    },
    "unlisted": {
        "author",
        "follower",
        "mentioned",
        "stranger",
        "nobody",
        "far follower",
        "far mentioned",
        "far stranger",
    },
    "private": {"author", "follower", "mentioned", "far follower", "far mentioned"},
    "direct": {"author", "mentioned", "far mentioned"},
}
READERS = ("author", "follower", "mentioned", "stranger", "blocked", "nobody")
FAR = ("far follower", "far mentioned", "far stranger", "far blocked")


@dataclass
class Street:
    """Everybody there is, and the post in question."""

    village: Village
    town: Town
    people: dict[str, Resident]
    post: dict[str, Any]
    answer: dict[str, Any]

    @property
    def author(self) -> Resident:
        return self.people["author"]


def a_street(village: Village, **settings: str) -> tuple[Town, dict[str, Resident]]:
    town, far = village.town("b.example", **settings), village.town("a.example")
    found = {name: town.person(name) for name in ("author", "follower", "mentioned", "stranger", "blocked")}
    found |= {name: far.person(name.replace(" ", "_")) for name in FAR}
    return town, found


async def live(village: Village, town: Town, found: dict[str, Resident], visibility: str) -> Street:
    """They follow, are blocked, and the post is made, with an answer of the author's own below it."""
    author = found["author"]
    for name in ("follower", "blocked"):
        await found[name].post(f"/v1/accounts/{author.id}/follow")
    for name in ("far follower", "far blocked"):
        await found[name].follow(author)
    await author.post(f"/v1/accounts/{found['blocked'].id}/block")
    far = await author.find(found["far blocked"].address)
    await author.post(f"/v1/accounts/{far['id']}/block")
    await village.settle()
    text = f"{WORD} #{WORD} @mentioned @far_mentioned@a.example"
    post = await author.says(text, visibility=visibility)
    answer = await author.says(f"{WORD} again @mentioned", visibility=visibility, in_reply_to_id=post["id"])
    return Street(village, town, found, post, answer)


Surface = Callable[[Street, str], Awaitable[str]]


def api(path: str, **fields: Any) -> Surface:
    async def look(street: Street, reader: str) -> str:
        where = path.format(id=street.post["id"], author=street.author.id, word=WORD)
        if reader == "nobody":
            answer = await asgi._ask(
                street.town.app, "GET", f"/api{where}", {}, b"", "203.0.113.4", stays=True
            )
            return answer.body.decode()
        _, said = await street.people[reader].call("GET", where, fields, good=False)
        return str(said)

    return look


def page(path: str) -> Surface:
    async def look(street: Street, reader: str) -> str:
        headers = {"host": street.town.host, "accept": "text/html"}
        if reader != "nobody":
            cookie = await street.town.db.write(a_session, street.people[reader].id)
            headers["cookie"] = f"__Host-sid={cookie}; sid={cookie}"
        where = path.format(id=street.post["id"], word=WORD)
        answer = await asgi._ask(street.town.app, "GET", where, headers, b"", "203.0.113.4", stays=True)
        assert reader == "nobody" or "/login" not in answer.headers.get("location", ""), where
        return answer.body.decode()

    return look


def a_session(tx: Tx, account_id: int) -> str:
    member = queries.members_of(tx, account_id)[0]
    return people.open_session(tx, member.person_id, account_id, "a test", now_ms())


SURFACES: dict[str, Surface] = {
    "status": api("/v1/statuses/{id}"),
    "context": api("/v1/statuses/{id}/context"),
    "history": api("/v1/statuses/{id}/history"),
    "source": api("/v1/statuses/{id}/source"),
    "account": api("/v1/accounts/{author}/statuses"),
    "pinned": api("/v1/accounts/{author}/statuses", pinned=True),
    "public": api("/v1/timelines/public"),
    "tag": api("/v1/timelines/tag/{word}"),
    "home": api("/v1/timelines/home"),
    "notifications": api("/v1/notifications"),
    "grouped": api("/v2/notifications"),
    "search": api("/v2/search?q={word}&type=statuses"),
    "address": api("/v2/search?q=https://b.example/@author/{id}&resolve=true"),
    "profile page": page("/@author"),
    "answers page": page("/@author/with_replies"),
    "post page": page("/@author/{id}"),
    "history page": page("/posts/{id}/history"),
    "tag page": page("/tags/{word}?x=1"),
    "atom": page("/@author.atom"),
    "json feed": page("/@author.json"),
    "front": page("/"),
}
FOR_ALL = {"atom", "json feed"}
# What is on these says nothing about who may see the post (the word is in the address itself).
ECHO = {"search": f"/v2/search?q={WORD}", "tag page": f"#{WORD}"}


def shows(name: str, said: str) -> bool:
    """Is the post there? Its word with a mention beside it is in no heading, link or form."""
    return (
        f"{WORD}" in said.replace(f"/tags/{WORD}", "").replace(f"#{WORD}", "").replace(f"tag/{WORD}", "")
        if name in ECHO
        else WORD in said
    )


@pytest.mark.parametrize("visibility", SEES)
def test_d01_d03_d08_nobody_finds_what_is_not_for_them(village: Village, visibility: str) -> None:
    town, found = a_street(village)

    async def story() -> None:
        street = await live(village, town, found, visibility)
        leaks, blind = [], []
        for reader in READERS:
            allowed = reader in SEES[visibility] and reader != "blocked"
            for name, look in SURFACES.items():
                if name in FOR_ALL and reader != "nobody":
                    continue  # they look at no cookie: everybody is nobody there
                seen = shows(name, await look(street, reader))
                if seen and not allowed:
                    leaks.append((reader, name))
                if name in ("status", "context", "post page") and allowed and not seen:
                    blind.append((reader, name))
        assert leaks == []
        assert blind == []

    village.run(story())


@pytest.mark.parametrize("strict", ["no", "yes"])
@pytest.mark.parametrize("visibility", SEES)
def test_d03_d07_d11_other_servers_read_what_their_people_may(
    village: Village, visibility: str, strict: str
) -> None:
    """`strict`: only those who say who they are are answered. Else everybody may ask for what is public,
    and who is blocked could ask without a name."""
    town, found = a_street(village, authorized_fetch=strict)
    sees = SEES[visibility] if strict == "no" else SEES[visibility] - {"nobody"}
    if strict == "no" and visibility in ("public", "unlisted"):
        sees = sees | {"far blocked"}
    surfaces = ["", "/replies", "/likes", "/shares", "/context", "/activity"]

    async def story() -> None:
        street = await live(village, town, found, visibility)
        uri = street.post["uri"]
        addresses = [uri + part for part in surfaces]
        addresses += [
            f"{street.author.uri}/{part}" for part in ("outbox", "outbox?page=1", "featured", "tags")
        ]
        for reader in ("nobody", *FAR):
            allowed = reader in sees
            said = ""
            for address in addresses:
                headers = {"accept": "application/activity+json"}
                if reader != "nobody":
                    resident = found[reader]
                    signer = await resident.town.program.office.keyring.signer(resident.town.db, resident.id)
                    headers |= signatures.sign(signer, "cavage", "GET", address, None, now_ms())
                answer = await village.ask("GET", address, headers, b"")
                said = answer.body.decode() if address == uri else said
                if not allowed:
                    assert WORD not in answer.body.decode(), (reader, address)
            assert (WORD in said) == allowed, reader

    village.run(story())


@pytest.mark.parametrize("visibility", SEES)
def test_d01_letters_go_to_those_it_is_for(village: Village, visibility: str) -> None:
    town, found = a_street(village)

    async def story() -> None:
        await live(village, town, found, visibility)
        for name in FAR:
            there = [one for one in await found[name].home() if WORD in one["content"]]
            told = [one for one in await found[name].get("/v1/notifications") if WORD in str(one)]
            if name in SEES[visibility] and name == "far follower":
                assert there, name
            if name == "far mentioned":
                assert told, name
            if name not in SEES[visibility]:
                assert (there, told) == ([], []), name

    village.run(story())
