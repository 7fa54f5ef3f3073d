"""A door for tests of the inbox, and what its refusals look like."""

from collections.abc import Iterator

import pytest

from linnet.db.database import Database
from tests import fresh
from tests.asgi import Answer
from tests.federation.doorstep import Doorstep

VICTIM = "https://victim.example/users/v"
MALLORY = "https://evil.example/users/m"


@pytest.fixture
def lite(tmp_path) -> Iterator[Database]:
    """A database of the quicker kind, where the kind does not matter."""
    database = fresh.database(tmp_path)
    yield database
    database.close()


@pytest.fixture
def door(lite) -> Doorstep:
    return Doorstep(lite)


def refused(door: Doorstep, answer: Answer, status: int, reason: str) -> None:
    """Told so, counted, and nothing was written."""
    assert (answer.status, answer.body.decode().strip()) == (status, reason)
    assert reason in door.counted
    assert door.letters == []
    assert door.jobs == 0
