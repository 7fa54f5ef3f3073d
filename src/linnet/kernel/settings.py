"""Every setting there is, in one frozen value, read once at the start.

Order: the environment wins over the file, the file over the default. docs/config.md is
written from `TABLE` (`make docs`), and a test holds the two together.
"""

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from linnet.kernel.errors import LinnetError
from linnet.kernel.value import Value


class SettingsError(LinnetError):
    """A setting is wrong or was changed in a way that cannot work. One sentence, what to do in it."""


class Settings(Value):
    """The settings of one server. See `TABLE` for the meaning of each."""

    data: Path
    database: str
    bind: str
    url: str
    workers: int
    max_characters: int
    trusted_proxies: tuple[str, ...]
    allow_private: tuple[str, ...]
    allow_networks: tuple[str, ...]
    handle_domain: str
    authorized_fetch: bool
    upload_bytes: int
    media_cache_bytes: int
    inbox_bytes: int
    late_grace_minutes: int
    smtp: str
    mail_from: str
    log_level: str

    @property
    def host(self) -> str:
        """The public host, with its port where it has an unusual one: what stands after the @."""
        return urlsplit(self.url).netloc

    @property
    def domain(self) -> str:
        """What stands after the second @ of our own handles: `handle_domain`, or the host."""
        return self.handle_domain or self.host

    @property
    def hosts(self) -> frozenset[str]:
        """What may stand after the second @ of a handle of ours."""
        return frozenset({self.host, self.domain})

    @property
    def secure(self) -> bool:
        """Is the public address https? Cookies and federation depend on it."""
        return self.url.startswith("https://")

    @property
    def sender(self) -> str:
        """Who our mail is from: `mail_from`, or linnet@ the public host."""
        return self.mail_from or f"linnet@{urlsplit(self.url).hostname}"

    @property
    def bind_host(self) -> str:
        """The address listened on."""
        return self.bind.rpartition(":")[0].strip("[]")

    @property
    def bind_port(self) -> int:
        """The port listened on."""
        return int(self.bind.rpartition(":")[2])


class Setting(Value):
    """One line of the table: where it comes from, what it means, how it is read."""

    name: str
    default: str
    sentence: str
    read: Callable[[str], Any]

    @property
    def variable(self) -> str:
        return f"LINNET_{self.name.upper()}"


def load(
    environment: Mapping[str, str] = os.environ,
    folder: Path | None = None,
    *,
    instead: Mapping[str, str] | None = None,
) -> Settings:
    """Reads the settings from `environment` and from the file `linnet.toml` (in `folder`, by
    default the working folder, or where LINNET_CONFIG points). With `instead` (short names and
    texts) these stand in place of the file, which belongs to another server. Raises SettingsError."""
    file = _file(environment, folder or Path.cwd()) if instead is None else instead
    unknown = (
        {key for key in environment if key.startswith("LINNET_")} - {s.variable for s in TABLE} - NOT_SETTINGS
    )
    if unknown:
        raise SettingsError(f"{min(unknown)} is not a setting of Linnet: see docs/config.md, or remove it.")
    values: dict[str, Any] = {}
    for setting in TABLE:
        text = environment.get(setting.variable, file.get(setting.name, setting.default))
        try:
            values[setting.name] = setting.read(text)
        except ValueError as error:
            raise SettingsError(f"{setting.variable} is {text!r}, but it must be {error}.") from error
    return Settings(**values)


def _file(environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    named = environment.get("LINNET_CONFIG")
    path = Path(named) if named else folder / "linnet.toml"
    if not named and not path.exists():
        return {}
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"The settings file {path} cannot be read: {error}.") from error
    unknown = set(table) - {setting.name for setting in TABLE}
    if unknown:
        raise SettingsError(f"{path} has {min(unknown)!r}, which is no setting: see docs/config.md.")
    return {key: _as_text(path, key, value) for key, value in table.items()}


def _as_text(path: Path, key: str, value: object) -> str:
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return ",".join(value)
    if isinstance(value, str | int) and not isinstance(value, bool):
        return str(value)
    raise SettingsError(f"{key} in {path} must be a text in quotes, a whole number or a list of texts.")


def _folder(text: str) -> Path:
    try:
        if text.strip() and "\0" not in text:
            return Path(text).expanduser().absolute()
    except RuntimeError:  # ~somebody who is not here
        pass
    raise ValueError("the path of a folder, like /var/lib/linnet")


def _database(text: str) -> str:
    if text == "sqlite" or text.startswith(("postgresql://", "postgres://")):
        return text
    raise ValueError("'sqlite' or an address like postgresql://user@host/name")


def _bind(text: str) -> str:
    host, colon, port = text.rpartition(":")
    if colon and host and port.isascii() and port.isdigit() and 0 < int(port) < 65536:
        return text
    raise ValueError("an address and a port, like 127.0.0.1:8080")


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        bad = (
            parts.scheme not in {"http", "https"}
            or not parts.hostname
            or "@" in parts.netloc
            or parts.path.strip("/")
            or parts.query
            or parts.fragment
            or (parts.port is not None and not 0 < parts.port < 65536)
        )
    except ValueError:
        bad = True
    if bad:
        raise ValueError("the public address without a path, like https://bakery.example")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def check_url(text: str) -> str:
    """A public address as LINNET_URL wants it. Raises SettingsError."""
    try:
        return _url(text)
    except ValueError as error:
        raise SettingsError(f"The address is {text!r}, but it must be {error}.") from error


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if text.isascii() and text.isdigit() and low <= int(text) <= high:
            return int(text)
        raise ValueError(f"a whole number from {low} to {high}")

    return read


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _addresses(text: str) -> tuple[str, ...]:
    try:
        return tuple(str(ip_address(part)) for part in _list(text))
    except ValueError as error:
        raise ValueError("IP addresses like 127.0.0.1, separated by commas") from error


def _pairs(text: str) -> tuple[str, ...]:
    if all(_PAIR.fullmatch(part) and int(part.rpartition(":")[2]) < 65536 for part in _list(text)):
        return _list(text)
    raise ValueError("pairs of host and port like 127.0.0.1:9000, separated by commas")


def _networks(text: str) -> tuple[str, ...]:
    try:
        return tuple(str(ip_network(part)) for part in _list(text))
    except ValueError as error:
        raise ValueError("networks like 127.0.0.0/8, separated by commas") from error


def _domain(text: str) -> str:
    if not text or _DOMAIN.fullmatch(text.lower()):
        return text.lower()
    raise ValueError("a domain like bakery.example, or empty")


def _smtp(text: str) -> str:
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        rest = parts.path.strip("/") or parts.query or parts.fragment or parts.port == 0
        good = parts.scheme in {"smtp", "smtps"} and parts.hostname and not rest
    except ValueError:
        good = False
    if good:
        return text
    raise ValueError("the address of a mail server like smtp://user:password@mail.example:587, or empty")


def _mail_address(text: str) -> str:
    if not text or _MAIL.fullmatch(text):
        return text
    raise ValueError("an e-mail address like linnet@bakery.example, or empty")


def _switch(text: str) -> bool:
    if text.lower() in _SWITCH:
        return _SWITCH[text.lower()]
    raise ValueError("yes or no")


def _level(text: str) -> str:
    if text in {"debug", "info", "warning", "error"}:
        return text
    raise ValueError("debug, info, warning or error")


_PAIR = re.compile(r"[^\s,:/\[\]]+:[1-9]\d{0,4}|\[[0-9a-fA-F:.]+\]:[1-9]\d{0,4}", re.ASCII)
_DOMAIN = re.compile(r"(?!-)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+(:[1-9]\d{0,4})?", re.ASCII)
_MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}", re.ASCII)
_SWITCH = {
    "yes": True,
    "true": True,
    "1": True,
    "on": True,
    "no": False,
    "false": False,
    "0": False,
    "off": False,
}

NOT_SETTINGS = {"LINNET_CONFIG", "LINNET_CRASH_AT", "LINNET_TEST_POSTGRES"}

TABLE = (
    Setting(
        "data",
        "data",
        "The folder that holds everything worth keeping: the database, the pictures, the keys.",
        _folder,
    ),
    Setting(
        "database",
        "sqlite",
        "`sqlite` (a file in the data folder) or the address of a PostgreSQL 15+ database, "
        "`postgresql://user:password@host/name`.",
        _database,
    ),
    Setting("bind", "127.0.0.1:8080", "The address and port that the server listens on.", _bind),
    Setting(
        "url",
        "http://localhost:8080",
        "The public address. It is part of every account's name: choose it before you have followers. "
        "It must be https to be reached from other servers.",
        _url,
    ),
    Setting(
        "workers",
        "1",
        "How many server processes share the machine. One is right for most firms.",
        _whole(1, 64),
    ),
    Setting(
        "max_characters", "140", "The longest update, in characters as people count them.", _whole(1, 100_000)
    ),
    Setting(
        "trusted_proxies",
        "",
        "Addresses of your own proxies, separated by commas; only they may say on whose behalf they ask.",
        _addresses,
    ),
    Setting(
        "allow_private",
        "",
        "Exact `host:port` pairs, separated by commas, that may be fetched although they are private "
        "addresses. For trying things on one machine; leave it empty on a real server.",
        _pairs,
    ),
    Setting(
        "allow_networks",
        "",
        "Private networks, separated by commas, that may be fetched from, on any port: only for tests of "
        "federation on one machine. The server says so loudly at its start.",
        _networks,
    ),
    Setting(
        "handle_domain",
        "",
        "What stands in your handles instead of the host of `LINNET_URL`: with `bakery.example` here and "
        "`https://social.bakery.example` there, the firm is `@shop@bakery.example`. That domain must send "
        "`/.well-known/webfinger` on to this server. It cannot be changed later.",
        _domain,
    ),
    Setting(
        "authorized_fetch",
        "no",
        "`yes`: public posts are given to other servers only when they say (by a signature) who they are, so "
        "that blocked ones get nothing.",
        _switch,
    ),
    Setting(
        "media_cache_bytes",
        "1073741824",
        "How much room pictures of other servers may take, in bytes. What was not looked at longest goes first.",
        _whole(1 << 20, 1 << 46),
    ),
    Setting(
        "inbox_bytes",
        "1073741824",
        "How much room letters of other servers may take that wait to be read, in bytes. When it is full, they are "
        "asked to come again later; one server may have a half of it.",
        _whole(16 << 20, 1 << 46),
    ),
    Setting("upload_bytes", "16777216", "The largest picture to upload, in bytes.", _whole(1024, 1 << 30)),
    Setting(
        "late_grace_minutes",
        "120",
        "How late a planned post may still go out by itself. Later than that it is marked as missed and you are asked.",
        _whole(1, 10_080),
    ),
    Setting(
        "smtp",
        "",
        "Your mail server, for the statement by mail: `smtp://user:password@mail.example:587` (STARTTLS, without "
        "which nothing is sent except to this machine itself) or `smtps://user:password@mail.example:465`. "
        "Empty: no mail is sent.",
        _smtp,
    ),
    Setting(
        "mail_from",
        "",
        "Who that mail is from. Empty: `linnet@` and the host of `LINNET_URL`.",
        _mail_address,
    ),
    Setting("log_level", "info", "How much is logged: debug, info, warning or error.", _level),
)


def document() -> str:
    """docs/config.md, whole."""
    lines = [
        "# Settings",
        "",
        "Written by `make docs` from `src/linnet/kernel/settings.py`; do not edit by hand.",
        "",
        (
            "A setting is an environment variable, or a line of `linnet.toml` in the working folder "
            "(or where `LINNET_CONFIG` points) under its short name. The environment wins."
        ),
        "",
        "| variable | in the file | default | meaning |",
        "|---|---|---|---|",
    ]
    lines += [f"| `{s.variable}` | `{s.name}` | `{s.default or ' '}` | {s.sentence} |" for s in TABLE]
    return "\n".join(lines) + "\n"
