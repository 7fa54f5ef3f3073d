"""A certificate authority of the tests' own, for servers on names that nobody else has.

authority = Authority(tmp_path)
monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))      # before the client's first request
await asyncio.start_server(..., ssl=authority.context("peer.example"))
"""

import ssl
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

BEGAN = datetime(2020, 1, 1, tzinfo=UTC)
DAYS = 36500


@cache
def _key(_name: str) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


class Authority:
    """Signs for anybody. `file`: its own certificate, for SSL_CERT_FILE."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.file = folder / "authority.pem"
        subject = _name("Authority of the tests")
        builder = self._certificate(subject, subject, "authority").add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True
        )
        usage = dict.fromkeys(
            ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"), False
        ) | dict.fromkeys(("key_agreement", "encipher_only", "decipher_only"), False)
        builder = builder.add_extension(
            x509.KeyUsage(key_cert_sign=True, crl_sign=True, **usage), critical=True
        ).add_extension(
            x509.SubjectKeyIdentifier.from_public_key(_key("authority").public_key()), critical=False
        )
        made = builder.sign(_key("authority"), SHA256())
        self.file.write_bytes(made.public_bytes(Encoding.PEM))
        self._subject = subject

    def files(self, *names: str) -> tuple[Path, Path]:
        """A certificate for `names` (or addresses) and its key, as files."""
        builder = self._certificate(_name(names[0]), self._subject, names[0])
        builder = builder.add_extension(
            x509.SubjectAlternativeName([_alternative(name) for name in names]), critical=False
        ).add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(_key("authority").public_key()), critical=False
        )
        made = builder.sign(_key("authority"), SHA256())
        certificate, key = self._folder / f"{names[0]}.pem", self._folder / f"{names[0]}.key"
        certificate.write_bytes(made.public_bytes(Encoding.PEM))
        key.write_bytes(_key(names[0]).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return certificate, key

    def context(self, *names: str) -> ssl.SSLContext:
        """What a server for `names` speaks TLS with."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.files(*names))
        return context

    def _certificate(self, subject: x509.Name, issuer: x509.Name, key: str) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(_key(key).public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(BEGAN)
            .not_valid_after(BEGAN + timedelta(days=DAYS))
        )
