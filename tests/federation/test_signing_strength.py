"""Signatures on requests: strength, time, elsewhere, keys; and anything at all (by hypothesis)."""

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from linnet.federation.authority import Drop
from linnet.federation.signing import digest, shapes, signatures
from linnet.federation.signing.shapes import FORMS, Claim, Received, headers_of
from linnet.kernel.clock import HOUR, SECOND
from tests.conftest import NOW
from tests.federation.signed import ALICE, BODY, CHOOSER, GOOD, HOST, KEY, RSA, outcome, received, signed
from tests.federation.signers import Signer

# --- A10: strength


@pytest.mark.parametrize(
    ("covered", "extra"),
    [
        ("", RSA),
        ("date", RSA),
        (GOOD, 'algorithm="none",'),
        (GOOD, 'algorithm="hmac-sha256",'),
        (GOOD, 'algorithm="rsa-sha1",'),
        (GOOD, 'algorithm="ed25519",'),
        (GOOD, 'keyId="https://evil.example/key",'),
        (GOOD, 'algorithm="rsa-sha256",algorithm="rsa-sha256",'),
        (GOOD, 'headers="date",'),
        (f"{GOOD} date", RSA),
        ("(request-target) host digest (created)", f"{RSA}created={NOW // SECOND},"),
        (f"{GOOD} not(a)header", RSA),
        (" ".join([GOOD, *(f"x-{n}" for n in range(40))]), RSA),
    ],
)
def test_a10_weak_or_doubled_parameters_are_refused(covered, extra):
    assert outcome(received(CHOOSER.headers(covered, extra))) in {"parameters", "uncovered", "algorithm"}


def test_a10_a_public_key_is_no_secret():
    """HMAC with the public key as its secret: the algorithm is never taken from the letter."""
    text = "\n".join(
        (
            "(request-target): post /ap/inbox",
            f"host: {HOST}",
            "date: Mon, 26 Oct 2026 07:33:20 GMT",
            f"digest: {digest.digest(BODY)}",
        )
    )
    made = base64.b64encode(hashlib.sha256(ALICE.pem.encode() + text.encode()).digest()).decode()
    headers = CHOOSER.headers(GOOD, RSA)
    headers["signature"] = f'keyId="{KEY}",{RSA}headers="{GOOD}",signature="{made}"'
    assert outcome(received(headers)) == "signature"


@pytest.mark.parametrize("form", FORMS)
def test_a10_two_headers_of_one_name_are_refused(form):
    pairs = list(signed(form).items())
    for pair in pairs:
        if form == "rfc9421" and pair[0] == "Date":
            continue  # it is sent for the eye, and `created` is what is signed
        assert outcome(received([*pairs, pair])) in {"parameters", "host", "clock"}


@pytest.mark.parametrize(
    "change",
    [
        ("sig1=(", "sig1=), sig2=("),
        ('"@method"', '"@method";req'),
        ('"@method" ', '"@method" "@method" '),
        ('"@method" ', ""),
        ('"@target-uri" ', '"@path" '),
        ('"content-digest" ', ""),
        (f"created={NOW // SECOND};", ""),
        ("created=", "created=x;created="),
        ("created=", 'created="'),
        ('alg="rsa-v1_5-sha256"', 'alg="hmac-sha256"'),
        ('alg="rsa-v1_5-sha256"', "alg=none"),
        ('alg="rsa-v1_5-sha256"', 'alg="rsa-pss-sha512"'),
        ('keyid="', 'keyid="http://evil.example/";keyid="'),
        ('keyid="https', 'keyid="http'),
        ("sig1=", "sig2="),
        (";alg", ";expires=never;alg"),
        (";alg", ';nonce="x";alg'),
    ],
)
def test_a10_odd_inputs_of_rfc9421_are_refused(change):
    headers = signed("rfc9421")
    headers["Signature-Input"] = headers["Signature-Input"].replace(*change)
    assert outcome(received(headers)) in {"parameters", "uncovered", "algorithm", "clock", "signature"}


def test_spaces_and_order_of_rfc9421_are_free():
    class Other(Signer):
        def sign(self, data: bytes) -> bytes:
            text = data.decode().replace(f'created={NOW // SECOND};keyid="{KEY}"', f'keyid="{KEY}";tag=x')
            return super().sign(text.encode())

    headers = signed("rfc9421", signer=Other(KEY))
    said = headers["Signature-Input"]
    headers["Signature-Input"] = said.replace(
        f'created={NOW // SECOND};keyid="{KEY}"', f'keyid="{KEY}";tag=x'
    )
    assert outcome(received(headers)) == "clock"  # it says nothing of when
    spaced = signed("rfc9421")
    spaced["Signature-Input"] = spaced["Signature-Input"].replace(";", "; ").replace('" "', '"   "')
    assert outcome(received(spaced)) == ""


@pytest.mark.parametrize(
    "key_id",
    [
        "",
        "Test",
        "http://127.0.0.1:9/",
        "https://a:b@peer.example/k",
        "file:///etc/passwd",
        "https://0x7f.1/k",
    ],
)
@pytest.mark.parametrize("form", FORMS)
def test_b03_a_key_that_is_no_https_address_is_never_asked_for(key_id, form):
    assert outcome(received(signed(form, signer=Signer(key_id)))) == "parameters"


def test_base64_in_another_form_is_refused():
    headers = signed("cavage")
    before, made = headers["Signature"].rsplit('signature="', 1)
    made = made.rstrip('"')
    assert made.endswith("=")
    # the last character has bits that carry nothing: another one means the same bytes
    loose = made.rstrip("=")
    twin = loose[:-1] + chr(ord(loose[-1]) + 1) + "=" * (len(made) - len(loose))
    for other in (made[:-1], made + "=", " " + made, made.replace("=", ""), twin, ""):
        headers["Signature"] = f'{before}signature="{other}"'
        assert outcome(received(headers)) in {"parameters", "signature"}, other


# --- A11: time


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("offset", "expected"),
    [(-13, "clock"), (-12, ""), (-1, ""), (0, ""), (1, ""), (2, "clock")],
)
def test_a11_the_clock(form, offset, expected):
    assert outcome(received(signed(form, now=NOW + offset * HOUR))) == expected


@pytest.mark.parametrize(
    "date",
    [
        "",
        "yesterday",
        "Mon, 26 Oct 2026 07:33:20",
        "Mon, 99 Oct 2026 07:33:20 GMT",
        "Mon, 26 Oct 99999 07:33:20 GMT",
        "0" * 500,
    ],
)
def test_a11_a_date_that_is_none(date):
    assert outcome(received(CHOOSER.headers(GOOD, RSA, date=date))) == "clock"


def test_a11_an_end_that_has_come():
    covered = "(request-target) host digest (created) (expires)"

    def until(seconds: int, listed: str = covered) -> str:
        extra = f'algorithm="hs2019",created={NOW // SECOND - 9000},expires={seconds},'
        values = {"(created)": str(NOW // SECOND - 9000), "(expires)": str(seconds)}
        return outcome(received(CHOOSER.headers(listed, extra, **values)))

    assert until(NOW // SECOND - 1800) == ""  # clocks differ
    assert until(NOW // SECOND - 4000) == "clock"
    broken = CHOOSER.headers(covered, f'algorithm="hs2019",created={NOW // SECOND},', **{"(expires)": ""})
    assert outcome(received(broken)) == "clock"


# --- A12: elsewhere


@pytest.mark.parametrize("form", FORMS)
def test_a12_a_letter_to_another_is_none_to_us(form):
    stolen = signed(form, url="https://victim.example/ap/inbox")
    assert outcome(received(stolen)) == "host"
    assert outcome(received(stolen | {"Host": HOST})) == "signature"
    other = signed(form, url=f"https://{HOST}/ap/users/1/inbox")
    assert outcome(received(other)) == "signature"
    got = signed(form, method="GET")
    assert outcome(received(got)) in {"uncovered", "signature"}


# --- B15: keys


def pem_of(key) -> str:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def test_b15_keys_of_unbearable_size_are_refused():
    modulus = (1 << 16383) | 1
    huge = pem_of(rsa.RSAPublicNumbers(65537, modulus).public_key())
    found = signatures.public_key(huge)
    assert isinstance(found, Drop)
    assert "16384" in found.detail
    odd = pem_of(rsa.RSAPublicNumbers((1 << 2046) | 1, (1 << 2047) | 1).public_key())
    assert isinstance(signatures.public_key(odd), Drop)


@pytest.mark.parametrize(
    "pem", ["", "x", "-----BEGIN PUBLIC KEY-----\n\n-----END PUBLIC KEY-----", "\ud800", "x" * 5000]
)
def test_b15_what_is_no_key(pem):
    assert isinstance(signatures.public_key(pem), Drop)
    claim = signatures.read(received(signed("cavage")))
    assert isinstance(claim, Claim)
    assert signatures.genuine(claim, pem).reason == "key"


def test_b15_a_key_of_another_kind():
    elliptic = pem_of(ec.generate_private_key(ec.SECP256R1()).public_key())
    assert isinstance(signatures.public_key(elliptic), Drop)


def test_another_key_is_another_person():
    assert outcome(received(signed("cavage")), pem=Signer(KEY, "mallory").pem) == "signature"


# --- by hypothesis

bodies = st.binary(max_size=200)
targets = st.from_regex(r"/[a-z0-9/%~.-]{0,20}(\?[a-z0-9=&]{1,10})?", fullmatch=True)
ROUNDS = settings(max_examples=60, deadline=None)


@ROUNDS
@given(st.sampled_from(FORMS), bodies, targets, st.integers(0, 1 << 41))
def test_round_trips(form, body, target, now):
    url = f"https://{HOST}{target}"
    headers = signatures.sign(ALICE, form, "POST", url, body, now)
    sent = signatures.read_url(url).target
    assert outcome(received(headers, target=sent), body, now) == ""


@ROUNDS
@given(st.sampled_from(FORMS), st.data())
def test_anything_altered_fails(form, data):
    headers = signed(form)
    names = [n for n in headers if n != "Signature-Input" and not (form == "rfc9421" and n == "Date")]
    name = data.draw(st.sampled_from(names))
    value = headers[name]
    at = data.draw(st.integers(0, len(value) - 1))
    replacement = data.draw(st.characters(min_codepoint=33, max_codepoint=126))
    altered = value[:at] + replacement + value[at + 1 :]
    request = received(headers | {name: altered})
    if request.headers == received(headers).headers:
        return
    claim = signatures.read(request)
    if isinstance(claim, Claim) and name == "Signature":
        # what names the key, or a parameter that says the same, is not signed: another key then decides
        same = claim.key_id == KEY and claim.signature == signatures.read(received(headers)).signature
        if same or claim.key_id != KEY:
            return
    if name == "Host" and altered.lower() == HOST:
        assert outcome(request) in {"", "signature"}
        return
    assert outcome(request) != ""


@ROUNDS
@given(
    st.lists(
        st.tuples(
            st.sampled_from([b"signature", b"signature-input", b"digest", b"date", b"host"]), st.binary()
        )
    )
)
def test_any_headers_are_read_without_an_exception(pairs):
    assert isinstance(signatures.read(Received("POST", "/", headers_of(pairs), HOST)), Drop | Claim)


# headers that look right for longer, so that more of the reader is reached
pieces = st.sampled_from(
    ['keyId="', KEY, '"', ",", 'algorithm="hs2019"', 'headers="', GOOD, "signature=", "(created)", "created=", "1", '"AAAA"',
     "sig1=", "(", ")", '"@method"', '"@target-uri"', '"content-digest"', ";", 'keyid="', ":", "AAAA", " ", "\\", "=", "é"]
)  # fmt: skip
almost = st.lists(pieces, max_size=25).map("".join)


@settings(max_examples=300, deadline=None)
@given(almost, almost, almost)
def test_headers_that_are_almost_right(signature, said, told):
    base = {"host": HOST, "date": "Mon, 26 Oct 2026 07:33:20 GMT", "digest": told, "content-digest": told}
    for headers in (
        base | {"signature": signature},
        base | {"signature": signature, "signature-input": said},
    ):
        assert outcome(received(headers)) != ""


@given(st.text(), st.binary(max_size=50))
def test_any_digest_is_read(header, body):
    assert isinstance(digest.fits(header, body), bool)


def test_names_of_headers():
    assert shapes.is_header_name("x-a")
    assert not shapes.is_header_name("x a")
    assert shapes.whole_number("1" * 13) is None
    assert shapes.whole_number("١") is None
