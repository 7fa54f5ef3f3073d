"""Mail through a mail server of the test's own: what arrives, what is refused, and never in the clear."""

import asyncio
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_string, policy
from pathlib import Path

import pytest

from linnet.kernel.errors import Invalid, Upstream
from linnet.kernel.settings import Settings, SettingsError, load
from linnet.net.mail import Letter, NoMail, Smtp
from tests.tls import Authority

LETTER = Letter("ann@bakery.example", "Wörter", "Guten Morgen\n", "statement.2026-W47.7", 1_793_000_000_000)


class MailServer:
    """Enough of RFC 5321 to take a letter. `answers`: instead of the usual, by verb."""

    def __init__(self, *, offers: tuple[str, ...] = (), answers: dict[str, str] | None = None) -> None:
        self.offers = offers
        self.answers = answers or {}
        self.said: list[str] = []
        self.letters: list[str] = []
        self.tls: ssl.SSLContext | None = None
        self.at_once = False


class Talk(socketserver.BaseRequestHandler):
    """One connection."""

    def handle(self) -> None:
        script: MailServer = self.server.script  # type: ignore[attr-defined]
        if script.at_once:
            self.secure()
        self.say("220 mail.example")
        while line := self.line():
            verb = line.split()[0].upper()
            script.said.append(line)
            self.say(script.answers.get(verb) or self.usual(verb, script))
            if verb == "STARTTLS":
                self.secure()
            if verb == "DATA" and verb not in script.answers:
                script.letters.append("".join(f"{line}\r\n" for line in iter(self.line, ".")))
                self.say("250 taken")

    @staticmethod
    def usual(verb: str, script: MailServer) -> str:
        if verb == "EHLO":
            return "\r\n".join(
                ["250-mail.example", *(f"250-{offer}" for offer in script.offers), "250 8BITMIME"]
            )
        return {"STARTTLS": "220 go on", "DATA": "354 go on", "QUIT": "221 bye"}.get(verb, "250 fine")

    def say(self, text: str) -> None:
        self.request.sendall(f"{text}\r\n".encode())

    def line(self) -> str:
        """The next line, byte by byte: nothing of what follows STARTTLS is read too early."""
        read = b""
        while not read.endswith(b"\r\n"):
            byte = self.request.recv(1)
            if not byte:
                return ""
            read += byte
        return read.decode().removesuffix("\r\n")

    def secure(self) -> None:
        tls = self.server.script.tls  # type: ignore[attr-defined]
        self.request = tls.wrap_socket(self.request, server_side=True)

    def finish(self) -> None:
        self.request.close()


class Listener(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Whoever hangs up in the middle is no news."""

    def shutdown_request(self, request: object) -> None:
        """Done by the one who spoke."""


@contextmanager
def running(script: MailServer) -> Iterator[int]:
    with Listener(("127.0.0.1", 0), Talk) as listener:
        listener.script = script  # type: ignore[attr-defined]
        thread = threading.Thread(target=listener.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield listener.server_address[1]
        finally:
            listener.shutdown()
            thread.join()


def settings(smtp: str, **more: str) -> Settings:
    given = {"LINNET_SMTP": smtp, "LINNET_URL": "https://bakery.example", **more}
    return load(given, Path("/nowhere"), instead={})


def send(smtp: str, letter: Letter = LETTER, **more: str) -> None:
    asyncio.run(Smtp(settings(smtp, **more)).send(letter))


def test_a_letter_arrives_as_it_was_written():
    server = MailServer()
    with running(server) as port:
        send(f"smtp://127.0.0.1:{port}")
        send(f"smtp://127.0.0.1:{port}", LINNET_MAIL_FROM="shop@bakery.example")
    first, second = (message_from_string(text, policy=policy.default) for text in server.letters)
    assert (first["To"], first["From"], first["Subject"]) == (
        "ann@bakery.example",
        "linnet@bakery.example",
        "Wörter",
    )
    assert first["Message-ID"] == "<statement.2026-W47.7@bakery.example>"
    assert first["Auto-Submitted"] == "auto-generated"
    assert first.get_content().replace("\r\n", "\n") == "Guten Morgen\n"
    assert second["From"] == "shop@bakery.example"


def test_a_letter_with_a_page_is_seven_bits_and_short_lines():
    letter = LETTER
    page = Letter(
        letter.to, letter.subject, letter.text, letter.id, letter.at,
        f"<p>Grüße{' und' * 400}</p>", "Bäckerei  am\nEck", "https://bakery.example/statement/mail",
    )  # fmt: skip
    server = MailServer()
    with running(server) as port:
        send(f"smtp://127.0.0.1:{port}", page)
    [raw] = server.letters
    assert raw.isascii()
    assert max(len(line) for line in raw.split("\r\n")) <= 78
    read = message_from_string(raw, policy=policy.default)
    assert read.defects == []
    assert (read["From"].addresses[0].display_name, read["Date"]) == (
        "Bäckerei am Eck",
        "Mon, 26 Oct 2026 07:33:20 +0000",
    )
    assert read["List-Unsubscribe"] == "<https://bakery.example/statement/mail>"
    assert [part.get_content_type() for part in read.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    assert read.get_body(("html",)).get_content().startswith("<p>Grüße und und")
    assert server.said[0] == "ehlo bakery.example"  # who we are on the web, not what the machine calls itself


def test_who_we_are_is_said_before(tmp_path, monkeypatch):
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    server = MailServer(offers=("STARTTLS", "AUTH PLAIN LOGIN"), answers={"AUTH": "235 welcome"})
    server.tls = authority.context("localhost")
    with running(server) as port:
        send(f"smtp://ann%40bakery.example:p%3Ass@localhost:{port}")
    told = next(line for line in server.said if line.startswith("AUTH PLAIN"))
    assert server.said.index("STARTTLS") < server.said.index(told)
    assert len(server.letters) == 1


def test_a_mail_server_of_this_machine_may_have_any_certificate(tmp_path):
    """As Debian installs Postfix: STARTTLS is offered, with a certificate that nobody signed."""
    server = MailServer(offers=("STARTTLS",))
    server.tls = Authority(tmp_path).context("whatever.example")
    with running(server) as port:
        send(f"smtp://127.0.0.1:{port}")
        send(f"smtp://localhost:{port}")
    assert len(server.letters) == 2
    assert server.said.count("STARTTLS") == 2


def test_tls_from_the_start(tmp_path, monkeypatch):
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    server = MailServer()
    server.tls, server.at_once = authority.context("localhost"), True
    with running(server) as port:
        send(f"smtps://localhost:{port}")
        assert len(server.letters) == 1
        monkeypatch.delenv("SSL_CERT_FILE")
        with pytest.raises(Upstream) as refused:  # a certificate of nobody we know
            send(f"smtps://localhost:{port}")
    assert "certificate of the mail server localhost" in refused.value.sentence
    assert len(server.letters) == 1


def test_what_went_wrong_is_said_in_a_sentence(monkeypatch):
    def said(smtp: str) -> str:
        with pytest.raises((Upstream, Invalid)) as refused:
            send(smtp)
        return refused.value.sentence

    login = MailServer(offers=("AUTH PLAIN",), answers={"AUTH": "535 5.7.8 no"})
    with running(login) as port:
        assert said(f"smtp://a:b@127.0.0.1:{port}").startswith("Login of LINNET_SMTP was refused")
        assert "does not speak TLS" in said(f"smtps://127.0.0.1:{port}")
    with running(MailServer()) as port:
        assert "offers no STARTTLS, or no login" in said(f"smtp://a:b@127.0.0.1:{port}")
    assert (
        said(f"smtp://127.0.0.1:{port}") == f"Nobody answers at 127.0.0.1 on port {port}. Nothing was sent."
    )

    def unknown(*_: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "create_connection", unknown)
    assert "mail.example, cannot be looked up" in said("smtp://mail.example")


def test_never_in_the_clear_to_another_machine():
    server = MailServer()
    with running(server) as port, pytest.raises(Upstream) as refused:
        send(f"smtp://ann:secret@127.0.0.2:{port}")  # another name of this machine
    assert "STARTTLS" in refused.value.cause or "refused" in refused.value.cause
    assert server.letters == []
    assert not any(line.startswith("AUTH") for line in server.said)


@pytest.mark.parametrize(
    ("verb", "answer", "error"),
    [
        ("RCPT", "550 no such person", Invalid),
        ("RCPT", "451 later", Upstream),
        ("MAIL", "421 too busy", Upstream),
        ("MAIL", "553 not from you", Invalid),
        ("DATA", "554 no", Invalid),
        ("DATA", "rubbish", Upstream),
    ],
)
def test_what_the_mail_server_says_decides_whether_it_is_tried_again(verb, answer, error):
    server = MailServer(answers={verb: answer, "HELO": answer})
    with running(server) as port, pytest.raises(error):
        send(f"smtp://127.0.0.1:{port}")
    assert server.letters == []


def test_nobody_there():
    with running(MailServer()) as port:
        pass
    with pytest.raises(Upstream):
        send(f"smtp://127.0.0.1:{port}")


@pytest.mark.parametrize("to", ["ann@x.example\r\nBcc: all@x.example", "ann\n", "\r\n"])
def test_an_address_cannot_write_headers(to):
    server = MailServer()
    with running(server) as port, pytest.raises(Invalid):
        send(f"smtp://127.0.0.1:{port}", Letter(to, "x", "y", "z", 1))
    assert server.letters == []


def test_a_subject_is_one_line():
    server = MailServer()
    with running(server) as port:
        send(f"smtp://127.0.0.1:{port}", Letter("a@b.example", "x\r\nBcc: c@d.example", "y", "z", 1))
    assert message_from_string(server.letters[0])["Bcc"] is None


def test_without_a_mail_server_nothing_is_sent():
    with pytest.raises(Invalid, match="LINNET_SMTP"):
        asyncio.run(NoMail().send(LETTER))


@pytest.mark.parametrize(
    "smtp",
    ["mail.example", "http://mail.example", "smtp://", "smtp://m.example/box", "smtp://m:x", "smtp://["],
)
def test_a_wrong_mail_server_stops_the_start(smtp):
    with pytest.raises(SettingsError, match="LINNET_SMTP"):
        settings(smtp)


@pytest.mark.parametrize("sender", ["ann", "ann@", "a b@c.example", "ann@x.example\nBcc: b@c.example"])
def test_a_wrong_sender_stops_the_start(sender):
    with pytest.raises(SettingsError, match="LINNET_MAIL_FROM"):
        settings("", LINNET_MAIL_FROM=sender)
