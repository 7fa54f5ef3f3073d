"""No question reads a whole table that grows: every SQL constant of the program is explained by SQLite.

What reads one all the same stands here with the reason. (An index that fits is found without figures, so
an empty database tells as much as a full one. PostgreSQL weighs them by what is there; its plans were
looked at by hand, see docs/decisions/0002-two-databases.md.)
"""

import importlib
import pkgutil
import re
from pathlib import Path

import apsw
import pytest

import linnet
from linnet.db.migrate import migrate
from linnet.db.sqlite import SqliteDatabase
from linnet.db.tx import Tx
from tests.conftest import NOW

STATEMENT = re.compile(r"\s*(SELECT|WITH|UPDATE|DELETE|INSERT)\b")
NAME = re.compile(r"(?<![:\w]):([a-z_]\w*)")
LISTED = re.compile(r"\bIN\s+:(\w+)", re.IGNORECASE)

# Tables as long as the firm is large, or as somebody typed in by hand.
SHORT = """coupon domain_list domain_rule effort_overhead effort_rate effort_tool entry_verdict entry_shown draft
    f feed hook_key log_import migration mute oauth_code person pooled_list pooled_trial relay report session
    signing_key site statement_mail trial trial_public visit_overrule visit_salt"""
# Names of what stands in brackets within the statement, and was looked up there.
INNER = "counted l lately mine parked seen shared undecided unseen waiting"
WHY = {
    "desk.balance.queries:ITEMS": "the beginning of others, which go on with WHERE",
    "desk.firm.first_steps:DONE": "ends at the first row",
    "desk.pool.queries:TRIAL_OF_HASH": "a table of trials",
    "desk.sales.queries:COUNT_LEADS": "ends at the first row",
    "desk.sales.queries:COUNT_SALES": "ends at the first row",
    "desk.statement.queries:ANY_VISIT": "ends at the first row",
    "desk.statement.queries:LINKED_POSTS": "p is what stands in brackets",
    "desk.sales.queries:LEADS_THAT_SAY": "the last ones, by an index in their order",
    "desk.sales.queries:WITH_COUPON": "the last ones, by an index in their order",
    "desk.visits.queries:FORGET_PEERS": "once a day",
    "desk.visits.queries:FORGET_STAFF": "once a day",
    "desk.visits.ways:TAKE_OUT": "an owner has one customer forgotten",
    "desk.visits.ways:WITH_WORD": "an owner looks for one customer",
    "federation.keys.queries:DROP_CLOSED": "keys of ours",
    "federation.letters.queries:CROWDING": "an index of what waits, at most 100,000",
    "federation.letters.queries:WAITING": "an index of what waits, at most 100,000",
    "federation.peers.figures:OVERVIEW": "a page of the owner",
    "federation.peers.marking:PLACES": "the owner decided about a domain",
    "federation.peers.queries:FORGET": "once a day",
    "federation.peers.queries:FREE": "at the start",
    "federation.peers.queries:NEXT_DUE": "the first of an index",
    "federation.peers.queries:WAITING_AT": "the owner decided about a domain",
    "federation.telling.queries:EVERYWHERE": "an account is closed",
    "jobs.rows:FREE_ALL": "at the start",
    "jobs.rows:TRIM_PARKED": "an index of at most 10,000, once an hour",
    "social.apps.queries:UNUSED": "once a day",
    "social.directory.queries:LATELY": "a is what stands in brackets",
    "social.directory.queries:NEW": "the newest, in the order of the table; ends when there are enough",
    "social.directory.queries:NEW_HERE": "an index of those who live here",
    "social.media.queries:CACHED_BYTES": "an index of the cache, which has a budget",
    "social.media.queries:OLDEST_CACHED": "the first of an index",
    "social.posts.queries:FORGET_GONE": "once a day",
    "social.people.abroad:HOSTS": "an index of hosts, for an app that asks for all of them",
    "social.people.abroad:HOSTS_COUNT": "an index of hosts, for an app that asks for all of them",
    "social.people.farewell:OTHERS_HERE": "an index of those who live here",
    "social.people.queries:MOVE": "`linnet move`",
    "social.people.usage:USAGE": "an index of those who live here",
    "social.posts.queries:MOVE": "`linnet move`",
}


def statements() -> dict[str, str]:
    """Every constant of the program that is SQL: where it stands -> what it says."""
    found: dict[str, str] = {}
    for module in pkgutil.walk_packages(linnet.__path__, "linnet."):
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, str) and STATEMENT.match(value) and value not in found.values():
                found[f"{module.name.removeprefix('linnet.')}:{name}"] = value
    return found


def scanned(tx: Tx, sql: str) -> set[str]:
    """The tables (or their names in the statement) that SQLite would read from end to end."""
    lists = set(LISTED.findall(sql))
    given = {name: [] if name in lists else 1 for name in NAME.findall(sql)}
    try:
        steps, _ = tx._fetch("EXPLAIN QUERY PLAN " + sql, given)
    except apsw.SQLError:  # written for PostgreSQL alone
        return set()
    words = [str(step[3]).split() for step in steps if "VIRTUAL TABLE" not in step[3]]
    found = {one[1] for one in words if one[0] == "SCAN"} - {"json_each", "CONSTANT"}
    return {one for one in found if one[0] != "("}  # what stands in brackets and has no name


@pytest.mark.wide
def test_no_question_reads_a_whole_table_that_grows(tmp_path: Path) -> None:
    db = SqliteDatabase(tmp_path / "linnet.sqlite")
    migrate(db, NOW)
    known = statements()
    assert len(known) > 700
    fine = {*SHORT.split(), *INNER.split()}
    found = {name: db.read_now(scanned, sql) - fine for name, sql in sorted(known.items())}
    db.close()
    assert {name: tables for name, tables in found.items() if tables and name not in WHY} == {}
    assert set(WHY) - set(known) == set()
