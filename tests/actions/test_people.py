"""People, accounts, members and sessions, on both engines."""

import pytest

from linnet.kernel.clock import DAY, HOUR
from linnet.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, Unknown
from linnet.social.apps import actions as apps
from linnet.social.apps import queries as app_queries
from linnet.social.people import actions, queries, rules
from linnet.social.people.rules import AccessEnded, ProfileChange
from linnet.social.search import queries as search
from tests import cast

PICTURE = """INSERT INTO media (id, account_id, mime, width, height, bytes, file, loose_since)
    VALUES (:id, :account_id, 'image/png', 1, 1, 1, 'x', 1)"""


def test_a_person_and_an_account_are_two_things(db, now):
    def act(tx):
        ann, bakery = cast.both(tx, "Bakery", now=now)
        side = cast.account(tx, "sideline")
        actions.join(tx, ann.id, side.id, "writer", now + 1)
        bob = cast.person(tx, "bob")
        actions.join(tx, bob.id, bakery.id, "answerer", now + 2)
        return ann, bakery, side, bob

    ann, bakery, side, bob = db.write_now(act)
    assert [a.id for a in db.read_now(queries.accounts_of_person, ann.id)] == [bakery.id, side.id]
    assert [m.role for m in db.read_now(queries.members_of, bakery.id)] == ["owner", "answerer"]
    assert [m.account_id for m in db.read_now(queries.memberships, bob.id)] == [bakery.id]
    assert db.read_now(queries.by_handle, "BAKERY") == bakery
    assert bakery.handle == "Bakery"
    assert db.read_now(queries.person_by_email, " Bakery@Example.org ").id == ann.id
    assert db.read_now(queries.accounts, [side.id, 5, bakery.id, side.id]) == [side, bakery, side]
    assert set(db.read_now(queries.by_handles, ["SIDELINE", "nobody"])) == {"sideline"}
    assert db.read_now(search.accounts, "bake", viewer_id=0) == [bakery.id]


def test_names_and_addresses_are_taken_once(db):
    db.write_now(cast.both, "bakery")
    with pytest.raises(Conflict, match="handle"):
        db.write_now(actions.add_account, id=9, handle="BAKERY", name="", kind="person", now=1)
    with pytest.raises(Conflict, match="e-mail"):
        db.write_now(
            actions.add_person,
            id=9,
            name="B",
            email="BAKERY@example.org",
            password_hash="h",
            owner=False,
            now=1,
        )
    with pytest.raises(Invalid):
        db.write_now(actions.add_account, id=9, handle="support", name="", kind="person", now=1)


def test_joining_and_leaving(db, now):
    ann, bakery = db.write_now(cast.both, "bakery")
    bob = db.write_now(cast.person, "bob")
    with pytest.raises(NotFound):
        db.write_now(actions.join, bob.id, 12345, "writer", now)
    with pytest.raises(NotFound):
        db.write_now(actions.join, 12345, bakery.id, "writer", now)
    db.write_now(actions.join, bob.id, bakery.id, "writer", now)
    with pytest.raises(Conflict):
        db.write_now(actions.join, bob.id, bakery.id, "writer", now)
    with pytest.raises(Conflict, match="owner"):
        db.write_now(actions.leave, ann.id, bakery.id)
    with pytest.raises(Conflict, match="owner"):
        db.write_now(actions.set_role, ann.id, bakery.id, "reader", now)
    with pytest.raises(Invalid):
        db.write_now(actions.set_role, bob.id, bakery.id, "emperor", now)
    assert db.write_now(actions.set_role, bob.id, bakery.id, "owner", now).role == "owner"
    db.write_now(actions.leave, ann.id, bakery.id)
    assert [m.person_id for m in db.read_now(queries.members_of, bakery.id)] == [bob.id]
    with pytest.raises(NotFound):
        db.write_now(actions.leave, ann.id, bakery.id)


def test_a_profile_raises_the_revision_and_is_found_again(db):
    _, bakery = db.write_now(cast.both, "bakery")
    changed = db.write_now(actions.change_profile, bakery.id, ProfileChange(bio="Sourdough since 1990"))
    assert changed == db.read_now(queries.account, bakery.id)
    assert changed.revision == bakery.revision + 1
    assert db.read_now(search.accounts, "sourdough", viewer_id=0) == [bakery.id]
    same = db.write_now(actions.change_profile, bakery.id, ProfileChange(bio="Sourdough since 1990"))
    assert same.revision == changed.revision
    with pytest.raises(Invalid):
        db.write_now(actions.change_profile, bakery.id, ProfileChange(name="New", bio="x" * 501))
    assert db.read_now(queries.account, bakery.id) == changed


def test_a_picture_must_be_ones_own(db):
    _, bakery = db.write_now(cast.both, "bakery")
    _, other = db.write_now(cast.both, "other")
    db.write_now(lambda tx: tx.run(PICTURE, id=71, account_id=bakery.id))
    with pytest.raises(Invalid, match="Avatar"):
        db.write_now(actions.change_profile, other.id, ProfileChange(avatar_id=71))
    assert db.write_now(actions.change_profile, bakery.id, ProfileChange(header_id=71)).header_id == 71
    assert db.write_now(actions.change_profile, bakery.id, ProfileChange(header_id=0)).header_id is None


def test_a_session_lives_while_it_is_used(db, now):
    ann, bakery = db.write_now(cast.both, "bakery")
    token = db.write_now(actions.open_session, ann.id, bakery.id, "Firefox\x00 on Linux", now)
    session = db.read_now(queries.session, token, now)
    assert (session.person_id, session.account_id, session.role, session.owner) == (
        ann.id,
        bakery.id,
        "owner",
        False,
    )
    assert session.label == "Firefox  on Linux"
    assert token not in str(session)
    assert db.read_now(queries.session, token, now + 14 * DAY) is None
    assert not rules.is_due_to_be_seen(session.seen_at, now + HOUR - 1)
    for week in range(1, 13):
        db.write_now(actions.see_session, session, now + week * 7 * DAY)
    assert db.read_now(queries.session, token, now + 89 * DAY) is not None
    assert db.read_now(queries.session, token, now + 90 * DAY) is None
    assert db.write_now(actions.sweep_sessions, now + 90 * DAY) == 1


def test_e07_a_token_is_good_for_one_thing_only(db, now):
    ann, bakery = db.write_now(cast.both, "bakery")

    def tokens(tx):
        app = apps.command_line_app(tx, now)
        return (
            actions.open_session(tx, ann.id, bakery.id, "", now),
            apps.issue_token(tx, app, ann.id, bakery.id, "read", now).token,
        )

    cookie, bearer = db.write_now(tokens)
    assert db.read_now(queries.session, bearer, now) is None
    assert db.read_now(app_queries.token, cookie) is None
    for swapped in (
        cookie.replace("lns_", "lnt_"),
        cookie[4:],
        "",
        "lns_",
        "lns_" + "é" * 43,
        cookie + "x" * 100,
    ):
        assert db.read_now(app_queries.token, swapped) is None
        assert db.read_now(queries.session, swapped, now) is None


def test_e09_every_login_is_a_new_session(db, now):
    ann, bakery = db.write_now(cast.both, "bakery")
    first = db.write_now(actions.open_session, ann.id, bakery.id, "", now)
    second = db.write_now(actions.open_session, ann.id, bakery.id, "", now)
    assert first != second
    assert len(db.read_now(queries.sessions_of, ann.id, now)) == 2
    assert len(first) >= 4 + 43  # 256 bits in base64url
    stored = db.read_now(lambda tx: tx.all(str, "SELECT token_hash FROM session"))
    assert all(len(hash) == 64 and first not in hash for hash in stored)


def test_nobody_logs_in_as_somebody_else(db, now):
    ann, bakery = db.write_now(cast.both, "bakery")
    _, other = db.write_now(cast.both, "other")
    with pytest.raises(Unknown):
        db.write_now(actions.open_session, ann.id, other.id, "", now)
    token = db.write_now(actions.open_session, ann.id, bakery.id, "", now)
    session = db.read_now(queries.session, token, now)
    with pytest.raises(NotAllowed):
        db.write_now(actions.switch_account, session, other.id)
    db.write_now(actions.join, ann.id, other.id, "writer", now)
    db.write_now(actions.switch_account, session, other.id)
    assert db.read_now(queries.session, token, now).role == "writer"


def test_logging_out_is_ones_own_affair(db, now):
    ann, bakery = db.write_now(cast.both, "bakery")
    bob, _ = db.write_now(cast.both, "bob")
    token = db.write_now(actions.open_session, ann.id, bakery.id, "", now)
    hash = db.read_now(queries.session, token, now).token_hash
    with pytest.raises(NotFound):
        db.write_now(actions.close_session, bob.id, hash)
    db.write_now(actions.close_session, ann.id, hash)
    assert db.read_now(queries.session, token, now) is None


def _two_sessions_and_a_token(db, person, account, now):
    def act(tx):
        app = apps.command_line_app(tx, now)
        return (
            actions.open_session(tx, person.id, account.id, "here", now),
            actions.open_session(tx, person.id, account.id, "there", now),
            apps.issue_token(tx, app, person.id, account.id, "read write", now).token,
        )

    return db.write_now(act)


def test_e08_a_new_password_ends_everything_else(db, now):
    ann, bakery = db.write_now(cast.both, "bakery")
    here, there, bearer = _two_sessions_and_a_token(db, ann, bakery, now)

    def change(tx):
        actions.change_password(tx, ann.id, "new-hash", here)
        return list(tx.events)

    assert AccessEnded(ann.id, 0) in db.write_now(change)
    assert db.read_now(queries.session, here, now) is not None
    assert db.read_now(queries.session, there, now) is None
    assert db.read_now(app_queries.token, bearer) is None
    assert db.read_now(queries.credentials, "bakery@example.org").password_hash == "new-hash"
    db.write_now(actions.change_password, ann.id, "newer-hash")
    assert db.read_now(queries.session, here, now) is None
    with pytest.raises(NotFound):
        db.write_now(actions.change_password, 12345, "hash")


def test_e02_who_leaves_or_is_locked_out_loses_access_at_once(db, now):
    ann, bakery = db.write_now(cast.both, "bakery")
    bob = db.write_now(cast.person, "bob")
    db.write_now(actions.join, bob.id, bakery.id, "editor", now)
    here, _, bearer = _two_sessions_and_a_token(db, bob, bakery, now)
    db.write_now(actions.set_role, bob.id, bakery.id, "reader", now)
    assert db.read_now(queries.session, here, now).role == "reader"
    assert db.read_now(app_queries.token, bearer).role == "reader"
    db.write_now(actions.leave, bob.id, bakery.id)
    assert db.read_now(queries.session, here, now) is None
    assert db.read_now(app_queries.token, bearer) is None

    here, _, bearer = _two_sessions_and_a_token(db, ann, bakery, now)
    db.write_now(actions.disable_person, ann.id, now)
    assert db.read_now(queries.session, here, now) is None
    assert db.read_now(app_queries.token, bearer) is None
    with pytest.raises(Unknown):
        db.write_now(actions.open_session, ann.id, bakery.id, "", now)
    db.write_now(actions.enable_person, ann.id)
    db.write_now(actions.open_session, ann.id, bakery.id, "", now)


def test_an_address_that_folds_is_nobody(db):
    db.write_now(cast.both, "mike")
    assert db.read_now(queries.credentials, "M\u0130KE@example.org") is None
    assert db.read_now(queries.credentials, "mi\u212ae@example.org") is None
    assert db.read_now(queries.credentials, "MIKE@EXAMPLE.ORG") is not None
