"""What tests of delivery have in common: a postman, a world without sockets, and what is in the tables."""

import asyncio

import pytest

from linnet.db.tx import Tx
from linnet.federation.delivery.queries import Failed
from linnet.federation.delivery.rules import Delivery
from linnet.federation.peers import queries as peer_queries
from linnet.kernel import settings as kernel_settings
from tests.federation.world import Clock, World, postman

FAILED = (
    "SELECT activity_id, inbox, host, followers, reason, at FROM delivery_failed ORDER BY activity_id, inbox"
)
WAITING = (
    """SELECT host, id, activity_id, inbox, followers, tries, created_at FROM delivery ORDER BY host, id"""
)
HOST = "there.example"


@pytest.fixture
def settings():
    return kernel_settings.load({"LINNET_URL": "https://linnet.example"})


@pytest.fixture
def clock(now):
    return Clock(now)


@pytest.fixture
def world():
    return World()


@pytest.fixture
def carry(db, world, settings, clock):
    """Carries everything that is due, as one process would; answers how many letters that was."""

    def carried(keyring=None):
        return asyncio.run(postman(db, world, settings, clock, keyring).drain())

    return carried


def failed(db):
    return db.read_now(lambda tx: tx.all(Failed, FAILED))


def waiting(db):
    return db.read_now(lambda tx: tx.all(Delivery, WAITING))


def peer(db, host=HOST):
    return db.read_now(peer_queries.peer, host)


def check(db):
    """What must always be so."""

    def look(tx: Tx):
        counts = {
            row.host: 0
            for row in tx.all(
                Delivery,
                "SELECT host, 0 AS id, 0 AS activity_id, '' AS inbox, 0 AS followers, 0 AS tries, 0 AS created_at FROM peer",
            )
        }
        for row in tx.all(Delivery, WAITING):
            counts[row.host] += 1
        for host, n in counts.items():
            assert peer_queries.peer(tx, host).waiting == n

    db.read_now(look)
