"""A real Linnet and a server of another making (fedify/index.mjs, on Fedify under Node): found, followed,
read and answered; and what is not signed as it must be is refused.

`npm ci` in tests/federation/fedify brings what it needs (.ci/run does it).
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.federation.both_ends import Someone
from tests.federation.processes import Country, Linnet
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent / "fedify"
OLDEST_NODE = 20
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
CONTEXT = ["https://www.w3.org/ns/activitystreams", {"Hashtag": "as:Hashtag", "sensitive": "as:sensitive"}]
FORMS = {"cavage": "draft-cavage-http-signatures-12", "rfc9421": "rfc9421"}
HALF_A_DAY = 12 * 3600
HOUR = 3600


def stamp() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def node() -> str:
    """The program, or the test is skipped with a reason that says what to do."""
    found = shutil.which("node")
    if found is None:
        pytest.skip("Node is not installed here (Debian: nodejs); CI runs this")
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
    if int(version.strip().removeprefix("v").partition(".")[0]) < OLDEST_NODE:
        pytest.skip(f"Node is {version.strip()}, and Fedify wants {OLDEST_NODE} at least")
    if not (HERE / "node_modules").is_dir():
        if os.environ.get("CI"):
            pytest.fail("CI must run `npm ci` in tests/federation/fedify")
        pytest.skip("Fedify is not installed here: `npm ci` in tests/federation/fedify")
    return found


class Foreign:
    """The other server."""

    def __init__(self, country: Country, host: str, port: int, knocks_first_with: str) -> None:
        self.host, self.url, self.port = host, f"https://{host}", port
        self.alice, self.mallory = f"{self.url}/users/alice", f"{self.url}/users/mallory"
        environment = country.environment | {
            "ORIGIN": self.url,
            "PORT": str(port),
            "FIRST_KNOCK": FORMS[knocks_first_with],
            "NODE_EXTRA_CA_CERTS": str(country.authority.file),
            "NODE_NO_WARNINGS": "1",
        }
        self.process = subprocess.Popen([node(), "index.mjs"], cwd=HERE, env=environment)
        until(self._answers, "the foreign server answers")

    def _answers(self) -> bool:
        assert self.process.poll() is None
        try:
            return bool(self.do("seen"))
        except requests.ConnectionError:
            return False

    def do(self, deed: str, **how: Any) -> Any:
        """Tells it to do something."""
        answer = requests.post(
            f"http://127.0.0.1:{self.port}/control", json={"deed": deed, **how}, timeout=PATIENCE
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def lookup(self, what: str) -> Any:
        return self.do("lookup", what=what)

    def seen(self, kind: str, of: str = "") -> Any:
        """The activity of this kind that it has accepted, about the thing at this address."""

        def look() -> Any:
            found = (one for one in self.do("seen")["seen"] if one["type"] == kind and of in json.dumps(one))
            return next(found, None)

        return until(look, f"{kind} of {of} arrives")

    def knocks(self) -> list[tuple[str, int]]:
        """Every letter that came: the form of its signature and the answer."""
        return [(one["form"], one["status"]) for one in self.do("seen")["knocks"]]

    def raw(self, inbox: str, body: Any, **how: Any) -> tuple[int, str]:
        """A letter signed by hand, and what was said to it."""
        answer = self.do("raw", inbox=inbox, body=body, **how)
        return answer["status"], answer["said"]

    def act(self, kind: str, object: Any, number: Any, **more: Any) -> dict[str, Any]:
        """An activity of Alice's."""
        return {
            "@context": CONTEXT,
            "id": f"{self.url}/{kind.lower()}s/{number}",
            "type": kind,
            "actor": self.alice,
            "object": object,
            **more,
        }

    def note(self, number: Any, content: str, **more: Any) -> dict[str, Any]:
        """A post of Alice's, which can be fetched."""
        note = {
            "@context": CONTEXT,
            "id": f"{self.url}/notes/{number}",
            "type": "Note",
            "attributedTo": self.alice,
            "content": content,
            "to": PUBLIC,
            "cc": f"{self.alice}/followers",
            "published": stamp(),
            **more,
        }
        self.do("note", number=str(number), note=note)
        return note


Both = tuple[Linnet, Foreign]


@pytest.fixture(scope="module", params=["cavage", "rfc9421"])
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """A Linnet, and a foreign server that signs first in this form."""
    node()
    with Country(tmp_path_factory.mktemp("country")) as country:
        linnet = country.linnet("linnet.example")
        port = country.name("foreign.example")
        linnet.set_up()
        linnet.start()
        foreign = Foreign(country, "foreign.example", port, request.param)
        try:
            yield linnet, foreign
        finally:
            foreign.process.terminate()
            foreign.process.wait(PATIENCE)


@pytest.fixture
def anna(both: Both) -> Someone:
    return Someone(both[0], "anna")


def uri_of(someone: Someone) -> str:
    return str(someone.me.uri)


def test_it_finds_our_actor_and_post(both: Both, anna: Someone) -> None:
    _, foreign = both
    anna.api.account_update_credentials(display_name="Anna of the mill", note="Flour #bread")
    mine = anna.api.status_post("Rye is out #bread", language="en")
    for name in (f"@{anna.address}", uri_of(anna), anna.me.url):
        found = foreign.lookup(name)
        assert found["actor"] is True
        assert (found["json"]["id"], found["json"]["preferredUsername"]) == (uri_of(anna), anna.handle)
        assert found["json"]["name"] == "Anna of the mill"
        assert found["json"]["publicKey"]["owner"] == uri_of(anna)
    for address in (mine.uri, mine.url):
        found = foreign.lookup(address)
        assert (found["json"]["id"], found["json"]["type"]) == (mine.uri, "Note")
        assert "Rye is out" in found["content"]
        assert found["json"]["attributedTo"] == uri_of(anna)
    server = foreign.lookup(f"{anna.server.url}/ap/actor")
    assert server["json"]["type"] == "Application"


def follow(foreign: Foreign, anna: Someone) -> str:
    """Alice follows Anna; answers the address of the Follow."""
    letter = foreign.act("Follow", uri_of(anna), anna.handle, to=uri_of(anna))
    foreign.do("send", to=uri_of(anna), activity=letter)
    foreign.seen("Accept", letter["id"])
    return str(letter["id"])


def test_it_follows_us_is_answered_and_reads(both: Both, anna: Someone) -> None:
    _, foreign = both
    follow(foreign, anna)
    assert [one.acct for one in anna.api.account_followers(anna.me.id)] == ["alice@foreign.example"]
    for form, other in (("cavage", "rfc9421"), ("rfc9421", "cavage")):
        foreign.do("refuse", form=other)
        mine = anna.api.status_post(f"Fresh, signed by {form} #bread", spoiler_text="Hot")
        letter = foreign.seen("Create", mine.uri)
        assert foreign.knocks()[-1] == (form, 202)
        assert (letter["actor"], letter["object"]["id"]) == (uri_of(anna), mine.uri)
        assert (letter["object"]["summary"], letter["object"]["sensitive"]) == ("Hot", True)
    foreign.do("refuse", form="")
    anna.api.status_update(mine.id, "Sold out")
    assert "Sold out" in foreign.seen("Update", mine.uri)["object"]["content"]
    anna.api.status_delete(mine.id)
    foreign.seen("Delete", mine.uri)


def test_we_follow_it_and_read(both: Both, anna: Someone) -> None:
    _, foreign = both
    account = anna.api.account_search("@alice@foreign.example", resolve=True)[0]
    assert (account.display_name, account.url) == ("alice of Fedify", f"{foreign.url}/@alice")
    anna.api.account_follow(account.id)
    until(lambda: anna.api.account_relationships(account.id)[0].following, "Fedify accepts")
    note = foreign.note(
        f"{anna.handle}-1",
        '<p>Hello <a href="https://foreign.example/tags/tea" class="mention hashtag">#tea</a></p>',
        tag=[{"type": "Hashtag", "name": "#tea", "href": f"{foreign.url}/tags/tea"}],
        attachment={
            "type": "Image",
            "mediaType": "image/png",
            "url": f"{foreign.url}/tea.png",
            "name": "A cup of tea",
        },
    )
    to = {"to": PUBLIC, "cc": f"{foreign.alice}/followers"}
    foreign.do("send", to=uri_of(anna), activity=foreign.act("Create", note, note["id"][-8:], **to))
    there = anna.sees(note["id"])
    assert ([tag.name for tag in there.tags], there.account.acct) == (["tea"], "alice@foreign.example")
    assert [one.description for one in there.media_attachments] == ["A cup of tea"]
    edited = note | {"content": "<p>Good bye</p>", "updated": stamp()}
    foreign.do("send", to=uri_of(anna), activity=foreign.act("Update", edited, f"{anna.handle}-2", **to))
    until(lambda: "Good bye" in anna.api.status(there.id).content, "the edit arrives")
    gone = foreign.act("Delete", {"type": "Tombstone", "id": note["id"]}, f"{anna.handle}-3", **to)
    foreign.do("send", to=uri_of(anna), activity=gone)
    until(lambda: anna.seen(note["id"]) is None, "the deletion arrives")


def test_its_answers_and_reactions_arrive_and_are_taken_back(both: Both, anna: Someone) -> None:
    _, foreign = both
    follow(foreign, anna)
    mine, me = anna.api.status_post("Who wants tea?"), uri_of(anna)
    to = {"to": PUBLIC, "cc": me}
    mention = {"type": "Mention", "href": me, "name": f"@{anna.address}"}
    note = foreign.note(f"{anna.handle}-a", "<p>I do</p>", inReplyTo=mine.uri, tag=[mention], cc=me)
    sent = [
        foreign.act("Create", note, f"{anna.handle}-a", **to),
        foreign.act("Like", mine.uri, f"{anna.handle}-l"),
        foreign.act("Announce", mine.uri, f"{anna.handle}-b", **to),
    ]
    for letter in sent:
        foreign.do("send", to=me, activity=letter)
    for kind in ("mention", "favourite", "reblog"):
        until(lambda: any(one.type == kind for one in anna.api.notifications()), f"a {kind} arrives")  # noqa: B023 # asked in this round
    now = anna.api.status(mine.id)
    assert (now.replies_count, now.favourites_count, now.reblogs_count) == (1, 1, 1)
    assert [one.uri for one in anna.api.status_context(mine.id).descendants] == [note["id"]]
    for letter in sent[1:]:
        foreign.do("send", to=me, activity=foreign.act("Undo", letter, letter["id"][-9:]))
    until(lambda: anna.api.status(mine.id).favourites_count == 0, "the favourite is taken back")
    until(lambda: anna.api.status(mine.id).reblogs_count == 0, "the boost is taken back")
    foreign.do("note", number=f"{anna.handle}-a")
    foreign.do("send", to=me, activity=foreign.act("Delete", note["id"], f"{anna.handle}-d", **to))
    until(lambda: anna.api.status_context(mine.id).descendants == [], "the answer is gone")
    undo = foreign.act("Undo", foreign.act("Follow", me, anna.handle), f"{anna.handle}-u")
    foreign.do("send", to=me, activity=undo)
    until(lambda: anna.api.account_followers(anna.me.id) == [], "the follow is taken back")


@pytest.mark.parametrize("form", FORMS)
def test_what_is_not_signed_as_it_must_be_is_refused(both: Both, anna: Someone, form: str) -> None:
    linnet, foreign = both
    mine = anna.api.status_post("Like me")
    inbox, spec = f"{linnet.url}/ap/inbox", {"spec": FORMS[form]}
    like = foreign.act("Like", mine.uri, f"{anna.handle}-{form}")
    other = {"body": json.dumps(like | {"object": f"{mine.uri}0"})}
    alices_key = f"{foreign.alice}#main-key"
    said = {
        "unsigned": foreign.raw(inbox, like, unsigned=True),
        "without the signature": foreign.raw(inbox, like, instead={"headers": {"signature": None}}, **spec),
        "another body": foreign.raw(inbox, like, instead=other, **spec),
        "too old": foreign.raw(inbox, like, age=HALF_A_DAY + 2 * HOUR, **spec),
        "of tomorrow": foreign.raw(inbox, like, age=-2 * HOUR, **spec),
        "by another of its server": foreign.raw(inbox, like, by="mallory", **spec),
        "under another's key": foreign.raw(inbox, like, by="mallory", key=alices_key, **spec),
        "in the name of one of ours": foreign.raw(inbox, like | {"actor": uri_of(anna)}, **spec),
        "with an id from here": foreign.raw(inbox, like | {"id": f"{linnet.url}/likes/1"}, **spec),
    }
    assert said == {
        "unsigned": (401, "unsigned"),
        "without the signature": (401, "unsigned" if form == "cavage" else "parameters"),
        "another body": (401, "digest"),
        "too old": (401, "clock"),
        "of tomorrow": (401, "clock"),
        "by another of its server": (401, "actor_is_not_signer"),
        "under another's key": (401, "signature"),
        "in the name of one of ours": (401, "key_elsewhere"),
        "with an id from here": (401, "id_elsewhere"),
    }
    assert anna.api.status(mine.id).favourites_count == 0
    assert foreign.raw(inbox, like, **spec)[0] == 202  # and as it is, it is taken
    until(lambda: anna.api.status(mine.id).favourites_count == 1, "the good one counts")
    assert foreign.raw(inbox, like, **spec)[0] == 202  # once more, it counts no more
    assert anna.api.status(mine.id).favourites_count == 1


def test_nothing_is_done_under_anothers_name(both: Both, anna: Someone) -> None:
    """Each is signed as it should be, and about something that its sender has no say in."""
    linnet, foreign = both
    inbox, to = f"{linnet.url}/ap/inbox", {"to": PUBLIC}
    account = anna.api.account_search("@alice@foreign.example", resolve=True)[0]
    anna.api.account_follow(account.id)
    until(lambda: anna.api.account_relationships(account.id)[0].following, "Fedify accepts")
    mine = anna.api.status_post("This is mine")
    note = foreign.note(f"{anna.handle}-n", "<p>This is Alice's</p>")
    first = foreign.act("Create", note, f"{anna.handle}-n", **to)
    assert foreign.raw(inbox, first)[0] == 202
    alices = anna.sees(note["id"])
    forged = note | {"id": f"{mine.uri}9", "attributedTo": uri_of(anna), "content": "<p>Forged</p>"}
    changed = {"content": "<p>Forged</p>", "updated": stamp()}
    letters = [
        (foreign.act("Create", forged, f"{anna.handle}-1", **to), "alice"),
        (foreign.act("Update", forged | {"id": mine.uri}, f"{anna.handle}-2", **to), "alice"),
        (foreign.act("Delete", mine.uri, f"{anna.handle}-3", **to), "alice"),
        (foreign.act("Update", note | changed, f"{anna.handle}-4", actor=foreign.mallory, **to), "mallory"),
        (foreign.act("Delete", note["id"], f"{anna.handle}-5", actor=foreign.mallory, **to), "mallory"),
        (foreign.act("Undo", first, f"{anna.handle}-6", actor=foreign.mallory, **to), "mallory"),
        (foreign.act("Like", mine.uri, f"{anna.handle}-7"), "alice"),
    ]
    for letter, by in letters:
        assert foreign.raw(inbox, letter, by=by)[0] == 202
    until(lambda: anna.api.status(mine.id).favourites_count, "the last of them is read")
    until(lambda: linnet.waiting() == 0, "all of them are read")
    assert "This is mine" in anna.api.status(mine.id).content
    assert "This is Alice" in anna.api.status(alices.id).content
    assert not any("Forged" in one.content for one in anna.api.timeline_home())
