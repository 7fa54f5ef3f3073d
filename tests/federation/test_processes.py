"""Two real servers under two names with TLS, as a clean clone runs them: what one does, the other
shows. Every step is asked on both sides through the client API, by Mastodon.py."""

import io
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from mastodon import Mastodon
from mastodon.errors import MastodonError, MastodonNotFoundError
from PIL import Image

from tests.federation.processes import Country, Linnet, Visitor
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.slow


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


def test_found_and_followed(people: tuple[Someone, Someone]) -> None:
    anna, ben = people
    ben.api.account_update_credentials(display_name="Ben of the mill", note="Flour & more")
    account = anna.find(ben)
    assert (account.display_name, account.url) == ("Ben of the mill", ben.me.url)
    assert anna.api.search_v2(ben.me.url, resolve=True).accounts[0].id == account.id
    assert anna.api.account_search(f"@nobody@{ben.server.host}", resolve=True) == []
    assert anna.api.account_search("@ben@c.example", resolve=True) == []
    anna.follow(ben)
    ben.told("follow", anna)
    assert [one.acct for one in ben.api.account_followers(ben.me.id)] == [anna.address]
    assert [one.acct for one in anna.api.account_following(anna.me.id)] == [ben.address]
    ben.api.account_update_credentials(note="Flour, and bread")
    until(lambda: "and bread" in anna.api.account(account.id).note, "the new profile arrives", 120)
    anna.api.account_unfollow(account.id)
    until(lambda: ben.api.account_followers(ben.me.id) == [], "the end of the follow arrives")


def test_a_locked_account_is_asked(people: tuple[Someone, Someone]) -> None:
    anna, ben = people
    ben.api.account_update_credentials(locked=True)
    carl = Someone(anna.server, "carl")
    assert anna.find(ben).locked
    for one in (anna, carl):
        one.api.account_follow(one.find(ben).id)
        assert one.relation(ben).requested
        ben.told("follow_request", one)
    yes, no = (ben.find(one).id for one in (anna, carl))
    ben.api.follow_request_authorize(yes)
    ben.api.follow_request_reject(no)
    until(lambda: anna.relation(ben).following, "the yes arrives")
    until(lambda: not carl.relation(ben).requested, "the no arrives")
    assert not carl.relation(ben).following
    assert [one.acct for one in ben.api.account_followers(ben.me.id)] == [anna.address]


def test_every_visibility(people: tuple[Someone, Someone]) -> None:
    anna, ben = people
    carl = Someone(anna.server, "carl")  # follows nobody
    anna.follow(ben)
    for visibility in ("public", "unlisted", "private"):
        mine = ben.api.status_post(f"This is {visibility} #rye", visibility=visibility, language="en")
        there = anna.sees(mine.uri)
        assert (there.visibility, there.account.acct, there.language) == (visibility, ben.address, "en")
        assert f"This is {visibility}" in there.content
        assert [tag.name for tag in there.tags] == ["rye"]
        assert bool(carl.at(mine.uri)) == (visibility != "private")
    mine = ben.api.status_post(f"@{anna.address} only you", visibility="direct", spoiler_text="Psst")
    there = anna.told("mention", ben).status
    assert (there.uri, there.visibility, there.spoiler_text) == (mine.uri, "direct", "Psst")
    assert [one.acct for one in there.mentions] == [anna.handle]
    assert carl.at(mine.uri) is None
    with pytest.raises(MastodonNotFoundError):
        carl.api.status(there.id)
    assert {one.visibility for one in anna.api.account_statuses(anna.find(ben).id)} >= {"public", "private"}


def test_replies_and_mentions(people: tuple[Someone, Someone]) -> None:
    anna, ben = people
    anna.follow(ben)
    asked = ben.api.status_post("Who wants rye tomorrow?")
    answer = anna.api.status_post(f"@{ben.address} I do", in_reply_to_id=anna.sees(asked.uri).id)
    came = ben.told("mention", anna).status
    assert (came.uri, came.in_reply_to_id) == (answer.uri, asked.id)
    assert [one.uri for one in ben.api.status_context(asked.id).descendants] == [answer.uri]
    assert ben.api.status(asked.id).replies_count == 1
    again = ben.api.status_post(f"@{anna.address} Come at six", in_reply_to_id=came.id)
    until(lambda: anna.api.status_context(answer.id).descendants, "the second answer arrives")
    context = anna.api.status_context(answer.id)
    assert [one.uri for one in context.ancestors] == [asked.uri]
    assert [one.uri for one in context.descendants] == [again.uri]
    cold = Someone(ben.server, "cora")  # whom Anna's server has never heard of
    named = anna.api.status_post(f"Ask @{cold.address} too")
    assert [one.acct for one in named.mentions] == [cold.address]
    assert cold.told("mention", anna).status.uri == named.uri


def test_reactions_and_what_takes_them_back(people: tuple[Someone, Someone]) -> None:
    anna, ben = people
    anna.follow(ben)
    mine = ben.api.status_post("Plum cake")
    there = anna.sees(mine.uri).id
    anna.api.status_favourite(there)
    anna.api.status_reblog(there)
    ben.told("favourite", anna)
    ben.told("reblog", anna)
    now = ben.api.status(mine.id)
    assert (now.favourites_count, now.reblogs_count) == (1, 1)
    assert [one.acct for one in ben.api.status_favourited_by(mine.id)] == [anna.address]
    assert [one.acct for one in ben.api.status_reblogged_by(mine.id)] == [anna.address]
    anna.api.status_unfavourite(there)
    anna.api.status_unreblog(there)
    until(lambda: ben.api.status(mine.id).favourites_count == 0, "the favourite is taken back")
    until(lambda: ben.api.status(mine.id).reblogs_count == 0, "the boost is taken back")


def test_a_boost_of_somebody_elses_post(people: tuple[Someone, Someone]) -> None:
    anna, ben = people
    cora = Someone(anna.server, "cora")
    anna.follow(ben)
    ben.follow(cora)
    post = cora.api.status_post("From far away")
    boost = ben.api.status_reblog(ben.sees(post.uri).id)
    there = anna.sees(boost.uri)
    assert (there.account.acct, there.reblog.uri, there.reblog.id) == (ben.address, post.uri, post.id)
    cora.told("reblog", ben)


def test_a_poll_and_votes(people: tuple[Someone, Someone]) -> None:
    anna, ben = people
    anna.follow(ben)
    poll = ben.api.make_poll(["Rye", "Wheat", "Spelt"], expires_in=3600, multiple=True)
    mine = ben.api.status_post("Which ones?", poll=poll)
    there = anna.sees(mine.uri).poll
    assert ([one.title for one in there.options], there.multiple) == (["Rye", "Wheat", "Spelt"], True)
    voted = anna.api.poll_vote(there.id, [0, 2])
    assert (voted.voted, voted.own_votes) == (True, [0, 2])
    until(lambda: ben.api.poll(mine.poll.id).voters_count, "the vote arrives")
    counted = ben.api.poll(mine.poll.id)
    assert [one.votes_count for one in counted.options] == [1, 0, 1]
    until(
        lambda: [one.votes_count for one in anna.api.poll(there.id).options] == [1, 0, 1], "counted there too"
    )


def test_pictures(people: tuple[Someone, Someone]) -> None:
    anna, ben = people
    anna.follow(ben)
    picture = io.BytesIO()
    Image.effect_noise((640, 480), 40).convert("RGB").save(picture, "PNG")
    media = ben.api.media_post(
        picture.getvalue(), "image/png", description="Rye on a board", focus=(0.5, -0.5)
    )
    mine = ben.api.status_post("Out of the oven", media_ids=[media.id], sensitive=True)
    there = anna.sees(mine.uri)
    shown = there.media_attachments[0]
    assert (there.sensitive, shown.type, shown.description) == (True, "image", "Rye on a board")
    assert (shown.meta.focus.x, shown.meta.focus.y) == (0.5, -0.5)
    for address in (shown.url, shown.preview_url):
        assert address.startswith(anna.server.url)  # nobody's page loads it from elsewhere
        answer = anna.server.country.session.get(address, timeout=PATIENCE)
        assert answer.status_code == 200
        assert Image.open(io.BytesIO(answer.content)).width > 100


def test_edited_and_deleted(people: tuple[Someone, Someone]) -> None:
    anna, ben = people
    anna.follow(ben)
    mine = ben.api.status_post("Rye ist out")
    there = anna.sees(mine.uri).id
    anna.api.status_reblog(there)  # who passed it on hears of the edit
    ben.told("reblog", anna)
    ben.api.status_update(mine.id, "Rye is out", spoiler_text="Sold")
    until(lambda: anna.api.status(there).edited_at, "the edit arrives")
    now = anna.api.status(there)
    assert ("Rye is out" in now.content, now.spoiler_text) == (True, "Sold")
    assert len(anna.api.status_history(there)) == len(ben.api.status_history(mine.id)) == 2
    anna.told("update", ben)
    ben.api.status_delete(mine.id)
    until(lambda: anna.at(mine.uri) is None, "the deletion arrives")
    with pytest.raises(MastodonNotFoundError):
        anna.api.status(there)
    assert anna.seen(mine.uri) is None


def test_blocked(people: tuple[Someone, Someone]) -> None:
    anna, ben = people
    anna.follow(ben)
    ben.follow(anna)
    before = anna.sees(ben.api.status_post("For everybody").uri)
    ben.api.account_block(ben.find(anna).id)
    until(lambda: not anna.relation(ben).following, "the block arrives")
    assert not ben.relation(anna).following
    assert ben.api.account_followers(ben.me.id) == ben.api.account_following(ben.me.id) == []
    with pytest.raises(MastodonError):
        anna.api.status_post("@ben and yet", in_reply_to_id=before.id, visibility="public")
    with pytest.raises(MastodonError):
        anna.api.account_follow(anna.find(ben).id)
    ben.api.account_unblock(ben.find(anna).id)
    until(lambda: not anna.relation(ben).blocked_by, "the end of the block arrives")
    anna.follow(ben)


def moves(who: Visitor, to: Someone) -> bool:
    """Does the move begin? Not while the other server was asked as often as one is asked in a minute."""
    page = "/settings/moving"
    said = who.send(page, page, status=None, do="move", address=f"@{to.address}")
    assert "does not name" not in said
    return "cannot be asked at the moment" not in said


def test_moving(people: tuple[Someone, Someone]) -> None:
    """Ben goes on as Bea, who lives with Anna's server or his own; Anna follows on."""
    anna, ben = people
    bea = Someone(anna.server, "bea")
    anna.follow(ben)
    here, there = (one.server.visit(f"{one.handle}@{one.server.host}") for one in (ben, bea))
    page = "/settings/moving"
    assert "does not name" in here.send(page, page, status=422, do="move", address=f"@{bea.address}")
    there.send(page, page, do="was", address=f"@{ben.address}")
    until(lambda: moves(here, bea), "the other server may be asked again")
    until(lambda: anna.api.account_relationships(bea.me.id)[0].following, "Anna follows on")
    assert not anna.relation(ben).following
    assert anna.api.account(anna.find(ben).id).moved.acct == bea.handle
    assert [one.acct for one in bea.api.account_followers(bea.me.id)] == [anna.handle]


def test_a_report_reaches_the_other_servers_owner(people: tuple[Someone, Someone]) -> None:
    anna, ben = people
    anna.follow(ben)
    mine = ben.api.status_post("Buy cheap flour now")
    there = anna.sees(mine.uri)
    said = f"This is spam, says {anna.handle}"
    sent = anna.api.report(there.account.id, [there.id], comment=said, forward=True, category="spam")
    assert (sent.forwarded, sent.target_account.acct) == (True, ben.address)
    owner = ben.server.visit(f"owner@{ben.server.host}")
    until(lambda: said in owner.page("/settings/reports"), "the report arrives")
    page = owner.page("/settings/reports")
    assert "Buy cheap flour now" in page
    assert f"from the server {anna.server.host}" in page
    assert anna.handle not in page.replace(said, "")  # who complained is nobody's business there


LOST = 100  # times that somebody tries to say their last word


class Poster(threading.Thread):
    """Says one thing after the other until it is over. What was acknowledged counts; what was not is
    said again under the same key."""

    def __init__(self, who: Someone) -> None:
        super().__init__(daemon=True)
        self.who, self.over = who, threading.Event()
        self.pause = 0.05  # seconds after each
        self.said: dict[str, str] = {}
        self.told = threading.Condition()

    def run(self) -> None:
        number = lost = 0
        while not self.over.wait(self.pause):
            number += 1
            text = f"{self.who.handle} says {number}"
            while text not in self.said:
                try:
                    made = self.who.api.status_post(text, idempotency_key=text)
                except MastodonError:  # it is killed, or just starts
                    time.sleep(0.05)  # for the process, not the clock
                    lost += self.over.is_set()
                    assert lost < LOST
                    continue
                with self.told:
                    self.said[text] = made.uri
                    self.told.notify_all()

    def wait_for(self, more: int) -> None:
        enough = len(self.said) + more
        with self.told:
            assert self.told.wait_for(lambda: len(self.said) >= enough, PATIENCE)


@contextmanager
def posting(*people: Someone) -> Iterator[list[Poster]]:
    posters = [Poster(one) for one in people]
    for one in posters:
        one.start()
    try:
        yield posters
    finally:
        for one in posters:
            one.over.set()
        for one in posters:
            one.join(PATIENCE)


def everything(who: Someone) -> list[str]:
    """Addresses of all that ever came to their home, as often as they are there."""
    found, page = [], who.api.timeline_home(limit=40)
    while page:
        found += [one.uri for one in page]
        page = who.api.timeline_home(limit=40, max_id=page[-1].id)
    return found


def news(writer: Poster, marked: int, reader: Someone) -> bool:
    """Does the reader see something that was said after that many others?"""
    seen = {one.uri for one in reader.api.timeline_home(limit=40)}
    return not seen.isdisjoint(list(writer.said.values())[marked:])


def has(who: Someone, many: int) -> bool:
    return len(everything(who)) >= many


def test_who_is_killed_loses_and_doubles_nothing(tmp_path: Path) -> None:
    chance = random.Random(11)
    with Country(tmp_path) as country:
        servers = [country.linnet("a.example"), country.linnet("b.example")]
        for one in servers:
            one.set_up()
            one.start()
        anna, ben = Someone(servers[0], "anna"), Someone(servers[1], "ben")
        anna.follow(ben)
        ben.follow(anna)
        with posting(anna, ben) as posters:
            for _ in range(10):
                victim = chance.randrange(2)
                posters[victim].wait_for(chance.randint(1, 20))
                servers[victim].kill()
                posters[1 - victim].wait_for(chance.randint(1, 20))
                servers[victim].start()
            for writer, reader in zip(posters, (ben, anna), strict=True):
                writer.pause, marked = 0.5, len(writer.said)
                new = partial(news, writer, marked, reader)
                until(new, f"{reader.address} hears of {writer.who.address} again", 150)
        for writer, reader in zip(posters, (ben, anna), strict=True):
            reader.sees(list(writer.said.values())[-1])
        both = sorted(uri for one in posters for uri in one.said.values())
        for one in (anna, ben):
            until(partial(has, one, len(both)), "all has arrived")
            assert sorted(everything(one)) == both
