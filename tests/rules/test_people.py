"""Handles, names, roles, profiles, passwords."""

import asyncio
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linnet.kernel.errors import Conflict, Invalid, NotAllowed, TooMany
from linnet.social.people import passwords, rules
from linnet.social.people.passwords import PasswordDesk
from linnet.social.people.rules import Account, Member, ProfileChange, ProfileField

BAKERY = Account(
    1, "Bakery", "bakery", "", "organization", "Bakery", "", "", "[]", None, None, False, True, True,
    "public", False, "", 0, 0, 0, None, 1, 1, False,
)  # fmt: skip # a row, as it comes


@pytest.mark.parametrize("handle", ["a", "Corner_Bakery", "x" * 30, "0", "_"])
def test_a_handle_is_kept_as_written(handle):
    assert rules.check_handle(handle) == handle


@pytest.mark.parametrize(
    "handle",
    [
        "",
        "x" * 31,
        "admin\n",
        "a b",
        "a-b",
        "a.b",
        "\u0430dmin",
        "admin\u200b",
        "\uff41dmin",
        "\u212aarl",
        "é",
        "a@b",
        "../x",
    ],
)
def test_c18_only_ascii_handles(handle):
    with pytest.raises(Invalid) as caught:
        rules.check_handle(handle)
    assert caught.value.field == "handle"


@pytest.mark.parametrize("handle", ["admin", "ADMIN", "support", "Well_Known", "api", "linnet", "everyone"])
def test_c20_reserved_handles(handle):
    with pytest.raises(Invalid, match="reserved"):
        rules.check_handle(handle)


def test_the_kelvin_sign_is_no_k():
    assert rules.handle_key("\u212aarl") != rules.handle_key("karl")
    assert rules.handle_key("KARL") == rules.handle_key("karl")


@given(st.text(max_size=40))
@settings(max_examples=200)
def test_whatever_comes_a_handle_is_good_or_invalid(text):
    try:
        good = rules.check_handle(text)
    except Invalid:
        return
    assert good.isascii()
    assert 1 <= len(good) <= 30
    assert good == good.strip()


@pytest.mark.parametrize("email", ["Owner@Bakery.example", " a+b@localhost ", "o'brien@x-y.example"])
def test_an_email_address_is_kept_in_lower_case(email):
    assert rules.check_email(email) == email.strip().lower()


@pytest.mark.parametrize(
    "email",
    ["", "owner", "@x.example", "a@", "a@b@c", "a b@c.example", "a@b..c", "a@-b", "m\u0131ke@x.example",
     "a\n@b.example", "x" * 65 + "@b.example", "a@" + "b" * 260, "a@b.example\r\nBcc: c@d"],
)  # fmt: skip # short cases in a block
def test_what_is_no_email_address(email):
    with pytest.raises(Invalid):
        rules.check_email(email)


def test_names_are_counted_as_people_count():
    family = "👨‍👩‍👧‍👦"
    assert rules.check_name(family * 40) == family * 40
    with pytest.raises(Invalid, match="longer than 40"):
        rules.check_name(family * 41)


@pytest.mark.parametrize(
    "name", ["", "   ", "a\nb", "a\x00b", "evil\u202egnp.exe", "a\ud800b", "zero\u200bwidth"]
)
def test_names_without_tricks(name):
    with pytest.raises(Invalid):
        rules.check_name(name)


def test_who_may_do_what():
    table = {role: [deed for deed in ("administer", "post", "draft", "answer", "read") if rules.may(role, deed)]
             for role in rules.ROLES}  # fmt: skip # a table
    assert table == {
        "owner": ["administer", "post", "draft", "answer", "read"],
        "editor": ["post", "draft", "answer", "read"],
        "writer": ["draft", "read"],
        "answerer": ["answer", "read"],
        "reader": ["read"],
    }
    with pytest.raises(NotAllowed, match="reader"):
        rules.must("reader", "post")


def test_the_last_owner_stays():
    ann, bob = Member(1, 9, "owner", 1), Member(2, 9, "editor", 2)
    with pytest.raises(Conflict):
        rules.check_leaving([ann, bob], 1)
    rules.check_leaving([ann, Member(2, 9, "owner", 2)], 1)


def test_a_profile_changes_only_what_is_given():
    changed = rules.with_changes(
        BAKERY, ProfileChange(bio="Bread & <more>\nsince 1990\n\nCome in", locked=True)
    )
    assert (changed.name, changed.locked, changed.discoverable) == ("Bakery", True, True)
    assert "<more>" not in changed.bio_html
    assert "&lt;more&gt;" in changed.bio_html
    assert rules.with_changes(BAKERY, ProfileChange()) == BAKERY


def test_a_picture_is_set_and_taken_away():
    with_picture = rules.with_changes(BAKERY, ProfileChange(avatar_id=5))
    assert with_picture.avatar_id == 5
    assert rules.with_changes(with_picture, ProfileChange(name="B")).avatar_id == 5
    assert rules.with_changes(with_picture, ProfileChange(avatar_id=0)).avatar_id is None


def test_a_proof_is_kept_with_its_line_and_never_claimed():
    site = ProfileField("Site", "https://bakery.example")
    had = [ProfileField("Site", "https://bakery.example", 77)]
    claimed = ProfileField("Site", "https://other.example", 99)
    kept = rules.fields_of(rules.with_changes(BAKERY, ProfileChange(fields=(site,))))
    assert kept == [site]
    assert rules.fields_text((site,), had).count("77") == 1
    assert "99" not in rules.fields_text((claimed,), had)


@pytest.mark.parametrize(
    "change",
    [
        ProfileChange(bio="x" * 501),
        ProfileChange(bio="a\x00"),
        ProfileChange(fields=tuple(ProfileField(str(n), "v") for n in range(5))),
        ProfileChange(fields=(ProfileField("x" * 256, "v"),)),
        ProfileChange(fields=(ProfileField("", "v"),)),
        ProfileChange(default_visibility="unlisted"),
        ProfileChange(default_language="german please"),
        ProfileChange(kind="robot"),
        ProfileChange(name="x" * 41),
    ],
)
def test_a_bad_profile_is_refused(change):
    with pytest.raises(Invalid):
        rules.with_changes(BAKERY, change)


@pytest.mark.parametrize(
    "text",
    ["short", "x" * 9, "password123", "Password2024!", "1234567890", "12345678901234567890", "qwertyuiop",
     "poiuytrewq", "aaaaaaaaaaaa", "abcabcabcabc", "Willkommen1!", "iloveyou1234", "correcthorsebatterystaple", "abababababab"],
)  # fmt: skip # short cases in a block
def test_passwords_that_anybody_would_try(text):
    with pytest.raises(Invalid) as caught:
        passwords.check_password(text)
    assert caught.value.field == "password"


def test_e18_a_long_password_is_refused_before_it_is_hashed():
    with pytest.raises(Invalid, match="longer than 1024 bytes"):
        passwords.hash_password("é" * 513)
    with pytest.raises(Invalid, match="longer"):
        passwords.hash_password("x" * 10_000_000)
    assert passwords.verify("x" * 10_000_000, None) is False
    passwords.check_password(("".join(chr(97 + n * n % 26) for n in range(20)) + "é") * 46 + "x" * 12)


def test_a_password_proves_itself_and_no_other():
    hash = passwords.hash_password("seven grey geese")
    assert hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.verify("seven grey geese", hash)
    assert not passwords.verify("seven grey geesE", hash)
    assert not passwords.verify("\ud800", hash)
    assert not passwords.needs_rehash(hash)


def test_e13_an_unknown_person_costs_the_same_work(monkeypatch):
    seen = []
    real = passwords._hasher.verify

    class Spy:
        def verify(self, hash, text):
            seen.append(hash.split("$")[3])
            return real(hash, text)

    monkeypatch.setattr(passwords, "_hasher", Spy())
    assert passwords.verify("whoever this is", None) is False
    assert seen == ["m=19456,t=2,p=1"]


def test_the_desk_tells_the_twenty_third_to_come_back(monkeypatch):
    gate = threading.Event()

    def slow(text, hash):
        gate.wait(5)
        return True

    monkeypatch.setattr(passwords, "verify", slow)

    async def crowd():
        desk = PasswordDesk()
        try:
            waiting = [asyncio.create_task(desk.verify("x", None)) for _ in range(22)]
            await asyncio.sleep(0)
            with pytest.raises(TooMany):
                await desk.verify("x", None)
            gate.set()
            assert all(await asyncio.gather(*waiting))
            assert await desk.verify("x", None)
        finally:
            desk.close()

    asyncio.run(crowd())
