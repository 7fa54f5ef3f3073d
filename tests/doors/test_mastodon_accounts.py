"""The client API through Mastodon.py: accounts, and what stands between them."""

from tests.doors.conftest import Running


def test_one_sees_oneself_as_one_is(server: Running) -> None:
    anna = server.someone("anna", bio="Bread & cake\n\nsince 1903", locked=True)
    me = anna.api.account_verify_credentials()
    assert str(me.id) == str(anna.id)
    assert (me.username, me.acct, me.locked) == (anna.handle, anna.handle, True)
    assert me.note == "<p>Bread &amp; cake</p><p>since 1903</p>"
    assert me.source.note == "Bread & cake\n\nsince 1903"
    assert me.url == f"{server.url}/@{anna.handle}"
    assert anna.api.account(anna.id).acct == anna.handle
    assert anna.api.account_lookup(f"@{anna.handle.upper()}").id == me.id
