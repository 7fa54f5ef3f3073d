"""Mail to the firm's own people, through the firm's own mail server (RFC 5321, 8314).

Never in the clear: STARTTLS or TLS from the start, with the certificate checked; only a mail server on
this very machine may be without, or have a certificate of its own making.
"""

import asyncio
import smtplib
import socket
import ssl
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Protocol
from urllib.parse import unquote, urlsplit

from linnet.kernel.clock import SECOND
from linnet.kernel.errors import Invalid, Upstream
from linnet.kernel.settings import Settings
from linnet.kernel.value import Value

PATIENCE = 20.0  # seconds for each answer of the mail server
HERE = {"localhost", "127.0.0.1", "::1"}
FOR_GOOD = range(500, 600)


class Letter(Value):
    """A mail. `id`: the same for the same letter, so that one that is sent twice is seen as one. `html`: the
    same once more for programs that show it; `by`: whose it is, in words; `stop`: the page that ends it."""

    to: str
    subject: str
    text: str
    id: str
    at: int  # ms
    html: str = ""
    by: str = ""
    stop: str = ""


class Mailer(Protocol):
    """Who sends mail."""

    async def send(self, letter: Letter) -> None:
        """Sends, or raises Invalid (this will never do) or Upstream (try again)."""
        ...


class Smtp:
    """A Mailer through the server of LINNET_SMTP."""

    def __init__(self, settings: Settings) -> None:
        parts = urlsplit(settings.smtp)
        self._at_once = parts.scheme == "smtps"
        self._host = parts.hostname or ""
        self._port = parts.port or (465 if self._at_once else 587)
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._sender = settings.sender
        # who we say we are: a bare machine has no good name
        self._own = urlsplit(settings.url).hostname or ""

    async def send(self, letter: Letter) -> None:
        """Sends in a thread of its own. Raises Invalid, Upstream."""
        message = composed(letter, self._sender)
        await asyncio.to_thread(self._send, message)

    def _send(self, message: EmailMessage) -> None:
        try:
            with self._connected() as server:
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            raise _refused(code, words) from error
        except smtplib.SMTPAuthenticationError as error:
            raise _refused(error.smtp_code, error.smtp_error, "login") from error
        except smtplib.SMTPResponseException as error:
            raise _refused(error.smtp_code, error.smtp_error) from error
        except (smtplib.SMTPException, OSError, ValueError) as error:
            raise Upstream(f"{self._unreached(error)} Nothing was sent.", cause=str(error)) from error

    def _unreached(self, error: Exception) -> str:
        """Why there was no talk with the mail server, in a sentence for whoever set it up."""
        name = self._host
        match error:
            case ssl.SSLCertVerificationError():
                why = error.verify_message.rstrip(".")
                return (
                    f"The certificate of the mail server {name} is not one that this machine trusts: {why}."
                )
            case ssl.SSLError():
                return f"The mail server {name} does not speak TLS on port {self._port} in a way we know."
            case smtplib.SMTPNotSupportedError():
                return f"The mail server {name} offers no STARTTLS, or no login that we know."
            case socket.gaierror():
                return f"The name of the mail server, {name}, cannot be looked up."
            case TimeoutError():
                return f"The mail server {name} does not answer on port {self._port}."
            case ConnectionRefusedError():
                return f"Nobody answers at {name} on port {self._port}."
            case _:
                return f"The talk with the mail server {name} broke off."

    def _connected(self) -> smtplib.SMTP:
        here = not self._at_once and self._host in HERE
        context = ssl.create_default_context()
        if here:
            # a new mail server has a certificate of nobody; to this very machine there is no way between
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        if self._at_once:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self._host, self._port, self._own, timeout=PATIENCE, context=context
            )
        else:
            server = smtplib.SMTP(self._host, self._port, self._own, timeout=PATIENCE)
        try:
            server.ehlo()
            if not self._at_once and (not here or server.has_extn("starttls")):
                server.starttls(context=context)  # raises where the server has none
                server.ehlo()
            if self._user:
                server.login(self._user, self._password)
        except BaseException:
            server.close()
            raise
        return server


class NoMail:
    """The Mailer of a demonstration and of a server without LINNET_SMTP."""

    async def send(self, letter: Letter) -> None:
        """Raises Invalid."""
        raise Invalid("mail", "cannot be sent from here: LINNET_SMTP is not set", cause=letter.id)


def composed(letter: Letter, sender: str) -> EmailMessage:
    """The letter as RFC 5322 has it. Raises Invalid for an address that would break the header."""
    message = EmailMessage()
    try:
        message["From"] = Address(" ".join(letter.by.split()), addr_spec=sender) if letter.by else sender
        message["To"] = letter.to
        message["Subject"] = " ".join(letter.subject.split())
    except ValueError as error:
        raise Invalid("email", "is not an address that mail can be sent to", cause=str(error)) from error
    message["Date"] = format_datetime(datetime.fromtimestamp(letter.at / SECOND, UTC))
    message["Message-ID"] = f"<{letter.id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no vacation notes, please
    if letter.stop:
        message["List-Unsubscribe"] = f"<{letter.stop}>"  # RFC 2369: a page; it asks who you are
    # whatever stands between: seven bits, short lines
    message.set_content(letter.text, cte="quoted-printable")
    if letter.html:
        message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    return message


def _refused(code: int, words: bytes | str, what: str = "mail") -> Invalid | Upstream:
    said = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    if code in FOR_GOOD:
        whose = "of LINNET_SMTP " if what == "login" else ""
        return Invalid(what, f"{whose}was refused by the mail server: {code} {said[:200]}", cause=said)
    return Upstream("The mail server asks to try again later.", cause=f"{code} {said}")
