"""Mail to the firm's own people, through the firm's own mail server (RFC 5321, 8314).

Never in the clear: STARTTLS or TLS from the start, with the certificate checked; only a mail server on
this very machine may be without.
"""

import asyncio
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate
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
    """A mail. `id`: the same for the same letter, so that one that is sent twice is seen as one."""

    to: str
    subject: str
    text: str
    id: str
    at: int  # ms


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
        except smtplib.SMTPResponseException as error:
            raise _refused(error.smtp_code, error.smtp_error) from error
        except (smtplib.SMTPException, OSError, ValueError) as error:
            raise Upstream("The mail server does not take our mail.", cause=str(error)) from error

    def _connected(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self._at_once:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=PATIENCE, context=context)
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=PATIENCE)
        try:
            server.ehlo()
            if not self._at_once and (self._host not in HERE or server.has_extn("starttls")):
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
        message["From"] = sender
        message["To"] = letter.to
        message["Subject"] = " ".join(letter.subject.split())
    except ValueError as error:
        raise Invalid("email", "is not an address that mail can be sent to", cause=str(error)) from error
    message["Date"] = formatdate(letter.at / SECOND)
    message["Message-ID"] = f"<{letter.id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no vacation notes, please
    message.set_content(letter.text)
    return message


def _refused(code: int, words: bytes | str) -> Invalid | Upstream:
    said = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    if code in FOR_GOOD:
        return Invalid("mail", f"was refused by the mail server: {code} {said[:200]}", cause=said)
    return Upstream("The mail server asks to try again later.", cause=f"{code} {said}")
