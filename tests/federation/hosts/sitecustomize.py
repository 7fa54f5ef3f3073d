"""Names that nobody else has, for programs that a test starts.

With this folder on PYTHONPATH every Python that starts imports this file by itself, before anything
else. The names in TEST_HOSTS (`a.example=127.0.0.2,b.example=127.0.0.3`) lead to these addresses, and
port 443 of 127.0.0.0/8 is TEST_PORT, because only root may listen on 443. The program under test is
the real one, its own resolver and its own checks of addresses included; what is replaced lies below
it, in the operating system.
"""

import os
import socket
from typing import Any

_HTTPS = 443
_resolve = socket.getaddrinfo
_connect = socket.socket.connect


def lead(hosts: dict[str, str], port: int) -> None:
    """From now on, in this process. Called again, with other names."""

    def resolve(host: Any, *args: Any, **kwargs: Any) -> Any:
        return _resolve(hosts.get(host, host), *args, **kwargs)

    def connect(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[1] == _HTTPS and str(address[0]).startswith("127."):
            address = (address[0], port)
        _connect(self, address)

    socket.getaddrinfo = resolve
    socket.socket.connect = connect  # type: ignore[method-assign] # that is what this file is for


def leave() -> None:
    """As it was."""
    socket.getaddrinfo = _resolve
    socket.socket.connect = _connect  # type: ignore[method-assign] # as above


if os.environ.get("TEST_HOSTS"):
    _pairs = (tuple(line.split("=")) for line in os.environ["TEST_HOSTS"].split(","))
    lead(dict(_pairs), int(os.environ["TEST_PORT"]))
