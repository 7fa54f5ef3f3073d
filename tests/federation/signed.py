"""Signed requests, made and read."""

import base64

from linnet.federation.signing import digest, signatures
from linnet.federation.signing.shapes import Claim, Received, headers_of
from linnet.kernel.clock import SECOND
from tests.conftest import NOW
from tests.federation.signers import Signer

HOST = "bakery.example"
URL = f"https://{HOST}/ap/inbox"
KEY = "https://peer.example/users/a#main-key"
BODY = b'{"type":"Like"}'
ALICE = Signer(KEY)


def received(headers, *, method="POST", target="/ap/inbox", host=HOST) -> Received:
    pairs = headers.items() if isinstance(headers, dict) else headers
    return Received(
        method, target, headers_of((n.encode("latin-1"), v.encode("latin-1")) for n, v in pairs), host
    )


def signed(form="cavage", *, method="POST", url=URL, body=BODY, now=NOW, signer=ALICE) -> dict[str, str]:
    return signatures.sign(signer, form, method, url, body if method == "POST" else None, now)


def outcome(request: Received, body=BODY, now=NOW, pem=ALICE.pem) -> str:
    """'' when it is believed, else the reason why not."""
    claim = signatures.read(request)
    if isinstance(claim, Claim):
        found = signatures.verify(claim, pem, body, now)
        return "" if found is None else found.reason
    return claim.reason


class Chooser(Signer):
    """Signs what it likes: a cavage signature over the headers named, whatever they are."""

    def headers(self, covered: str, extra: str = "", **values: str) -> dict[str, str]:
        said = {
            "(request-target)": "post /ap/inbox",
            "host": HOST,
            "date": "Mon, 26 Oct 2026 07:33:20 GMT",
            "digest": digest.digest(BODY),
            "(created)": str(NOW // SECOND),
            "(expires)": str(NOW // SECOND + 300),
        } | values
        text = "\n".join(f"{name}: {said.get(name, '')}" for name in covered.split(" "))
        made = base64.b64encode(self.sign(text.encode())).decode()
        listed = f'headers="{covered}",' if covered else ""
        sent = {name: value for name, value in said.items() if not name.startswith("(")}
        return sent | {"signature": f'keyId="{KEY}",{extra}{listed}signature="{made}"'}


CHOOSER = Chooser(KEY)
RSA = 'algorithm="rsa-sha256",'
GOOD = "(request-target) host date digest"
