"""A server that is killed while people write."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from mastodon.errors import MastodonError

from tests.federation.both_ends import Someone
from tests.federation.processes import Country
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.slow

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
