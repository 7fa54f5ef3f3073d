"""Signatures on requests, both kinds: what is covered, and what others send."""

import base64
import hashlib
import json
from pathlib import Path

import pytest

from linnet.federation.signing import digest, signatures
from linnet.federation.signing.shapes import FORMS, Claim
from linnet.kernel.clock import HOUR, SECOND
from linnet.kernel.errors import Invalid
from linnet.kernel.value import changed
from tests.conftest import NOW
from tests.federation.signed import ALICE, BODY, CHOOSER, GOOD, HOST, KEY, RSA, URL, outcome, received, signed


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_what_is_signed_is_believed(form, method):
    body = BODY if method == "POST" else b""
    claim = signatures.read(received(signed(form, method=method), method=method))
    assert isinstance(claim, Claim)
    assert (claim.form, claim.key_id, claim.made_at) == (form, KEY, NOW // SECOND)
    assert signatures.verify(claim, ALICE.pem, body, NOW) is None


def test_the_headers_that_are_sent():
    old = signed("cavage")
    assert list(old) == ["Host", "Date", "Digest", "Content-Type", "Signature"]
    assert old["Host"] == HOST
    assert old["Date"] == "Mon, 26 Oct 2026 07:33:20 GMT"
    assert old["Digest"].startswith("SHA-256=")
    assert old["Content-Type"] == "application/activity+json"
    assert f'keyId="{KEY}",algorithm="rsa-sha256"' in old["Signature"]
    assert 'headers="(request-target) host date digest content-type"' in old["Signature"]
    assert 'headers="(request-target) host date"' in signed("cavage", method="GET")["Signature"]
    new = signed("rfc9421")
    assert new["Signature-Input"] == (
        'sig1=("@method" "@target-uri" "content-digest" "content-type");'
        f'created={NOW // SECOND};keyid="{KEY}";alg="rsa-v1_5-sha256"'
    )
    assert signed("rfc9421", url="https://b.example:8443/x")["Host"] == "b.example:8443"


def test_an_address_that_is_none_is_not_signed_for():
    with pytest.raises(Invalid):
        signatures.sign(ALICE, "cavage", "GET", "https://a:b@c.example/", None, NOW)


def test_the_example_of_the_draft():
    """draft-cavage-http-signatures-12, appendix C.3, with a keyId that is an address."""
    pem = (
        "-----BEGIN PUBLIC KEY-----\n"
        "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDCFENGw33yGihy92pDjZQhl0C3\n"
        "6rPJj+CvfSC8+q28hxA161QFNUd13wuCTUcq0Qd2qsBe/2hFyc2DCJJg0h1L78+6\n"
        "Z4UMR7EOcpfdUE9Hf3m/hs+FUR45uBJeDK1HSFHD8bHKD6kv8FPGfJTotc+2xjJw\n"
        "oYi+1hqp1fIekaxsyQIDAQAB\n"
        "-----END PUBLIC KEY-----\n"
    )
    headers = {
        "Host": "example.com",
        "Date": "Sun, 05 Jan 2014 21:31:40 GMT",
        "Content-Type": "application/json",
        "Digest": "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=",
        "Content-Length": "18",
        "Signature": 'keyId="https://test.example/",algorithm="rsa-sha256",'
        'headers="(request-target) host date content-type digest content-length",signature="'
        "vSdrb+dS3EceC9bcwHSo4MlyKS59iFIrhgYkz8+oVLEEzmYZZvRs8rgOp+63LEM3v+MFHB32NfpB2bEKBIvB1q52LaEUHFv1"
        '20V01IL+TAD48XaERZFukWgHoBTLMhYS2Gb51gWxpeIq8knRmPnYePbF5MOkR0Zkly4zKH7s1dE="',
    }
    request = received(headers, target="/foo?param=value&pet=dog", host="example.com")
    assert outcome(request, b'{"hello": "world"}', 1388957500 * SECOND, pem) == ""
    assert outcome(request, b'{"hello": "World"}', 1388957500 * SECOND, pem) == "digest"


def test_the_text_of_rfc_9421():
    """What is signed, written out (RFC 9421, 2.5)."""
    claim = signatures.read(received(signed("rfc9421")))
    made = digest.content_digest(BODY)
    expected = (
        f'"@method": POST\n"@target-uri": {URL}\n"content-digest": {made}\n'
        '"content-type": application/activity+json\n'
        '"@signature-params": ("@method" "@target-uri" "content-digest" "content-type");'
        f'created={NOW // SECOND};keyid="{KEY}";alg="rsa-v1_5-sha256"'
    )
    assert isinstance(claim, Claim)
    assert claim.texts == (expected.encode(),)


FEDIFY = json.loads(
    (Path(__file__).parent.parent / "fixtures/fedify/signed.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("recorded", FEDIFY["requests"], ids=lambda one: f"{one['spec']} {one['method']}")
def test_what_fedify_signs(recorded):
    """Recorded; its cavage leaves out the query, and its RFC 9421 covers other things than ours."""
    body = FEDIFY["body"].encode() if recorded["method"] == "POST" else b""
    request = received(
        recorded["headers"], method=recorded["method"], target=FEDIFY["target"], host=FEDIFY["host"]
    )
    assert outcome(request, body, FEDIFY["at"], FEDIFY["pem"]) == ""
    assert outcome(changed(request, method="PUT"), body, FEDIFY["at"], FEDIFY["pem"]) == "signature"
    assert outcome(request, body, FEDIFY["at"] + 13 * HOUR, FEDIFY["pem"]) == "clock"


@pytest.mark.parametrize("form", FORMS)
def test_a_query_may_be_signed_or_not(form):
    """Mastodon and GoToSocial look both ways (interop paper §1)."""
    whole = signed(form, method="GET", url=f"https://{HOST}/ap/users/1/outbox?page=2")
    short = signed(form, method="GET", url=f"https://{HOST}/ap/users/1/outbox")
    for headers in (whole, short):
        assert outcome(received(headers, method="GET", target="/ap/users/1/outbox?page=2"), b"") == ""
    assert outcome(received(whole, method="GET", target="/ap/users/1/outbox?page=3"), b"") == "signature"


# --- A09: digest, host, method, target


@pytest.mark.parametrize("form", FORMS)
def test_a09_an_altered_body_is_refused(form):
    assert outcome(received(signed(form)), BODY + b" ") == "digest"
    assert outcome(received(signed(form)), b"") == "digest"


@pytest.mark.parametrize("name", ["Host", "Date", "Digest", "Content-Type", "Signature"])
def test_a09_an_absent_header_is_refused(name):
    headers = signed("cavage")
    del headers[name]
    assert outcome(received(headers)) in {"parameters", "unsigned"}


@pytest.mark.parametrize("name", ["Host", "Content-Digest", "Content-Type", "Signature-Input", "Signature"])
def test_a09_an_absent_header_is_refused_in_rfc9421(name):
    headers = signed("rfc9421")
    del headers[name]
    assert outcome(received(headers)) in {"parameters", "host"}


def test_a09_what_others_sign_is_believed():
    for extra in (RSA, 'algorithm="hs2019",', 'algorithm="RSA-SHA256",', ""):
        assert outcome(received(CHOOSER.headers(GOOD, extra))) == ""
    assert outcome(received(CHOOSER.headers("(request-target) host digest (created)"))) == "clock"
    created = f'algorithm="hs2019",created={NOW // SECOND},expires={NOW // SECOND + 300},'
    assert (
        outcome(received(CHOOSER.headers("(request-target) host digest (created) (expires)", created))) == ""
    )


@pytest.mark.parametrize("missing", ["(request-target)", "host", "date", "digest"])
def test_a09_a12_what_is_not_covered_is_refused(missing):
    covered = GOOD.replace(missing, "").replace("  ", " ").strip()
    assert outcome(received(CHOOSER.headers(covered, RSA))) == "uncovered"


def test_a09_a_wrong_host_is_refused():
    assert outcome(received(CHOOSER.headers(GOOD, RSA, host="evil.example"))) == "host"
    assert outcome(received(CHOOSER.headers(GOOD, RSA) | {"host": "evil.example"})) == "host"
    for own in (f"{HOST}:443", HOST.upper()):
        assert outcome(received(CHOOSER.headers(GOOD, RSA, host=own))) == ""


@pytest.mark.parametrize(
    "header",
    [
        "",
        "SHA-256=",
        "SHA-256=x",
        "MD5=" + base64.b64encode(hashlib.md5(BODY).digest()).decode(),
        digest.digest(b"else"),
        digest.digest(BODY) + "," + digest.digest(b"else"),
        digest.digest(BODY).rstrip("="),
        digest.digest(BODY) + ",",
        digest.digest(BODY).replace("=", "=:", 1),
    ],
)
def test_a09_a_digest_that_is_none(header):
    assert outcome(received(CHOOSER.headers(GOOD, RSA, digest=header))) == "digest"


def test_several_digests_in_one_header():
    both = f"id-SHA-256=xyz, sha-256={digest.digest(BODY)[8:]}"
    assert outcome(received(CHOOSER.headers(GOOD, RSA, digest=both))) == ""
    longer = "sha-512=" + base64.b64encode(hashlib.sha512(BODY).digest()).decode()
    assert digest.fits(longer, BODY)
    assert not digest.fits(longer, b"else")
    assert not digest.fits(",".join([digest.digest(BODY)] * 11), BODY)
