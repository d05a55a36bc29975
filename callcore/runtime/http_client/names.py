"""Addresses of hosts.

gevent resolves a name in one of a few threads, which cannot be stopped: a name server that does not
answer would soon hold all of them, and with them everything else that needs a thread.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from typing import Any, TypeAlias

from gevent.event import AsyncResult

from callcore.runtime.greenlets import spawn

Address: TypeAlias = tuple[socket.AddressFamily, socket.SocketKind, int, str, Any]
"""As ``socket.getaddrinfo`` gives them."""

_Answer: TypeAlias = "AsyncResult[Sequence[Address]]"


class Names:
    """Asks about each host once at a time, however many want to know."""

    def __init__(self) -> None:
        self._being_asked: dict[tuple[str, int], _Answer] = {}

    def addresses(self, host: str, port: int) -> Sequence[Address]:
        """Its addresses. Raises ``OSError``; takes as long as the name server does."""
        answer = self._being_asked.get((host, port))
        if answer is None:
            answer = self._being_asked[host, port] = AsyncResult()
            spawn(f"name {host}", self._ask, host, port, answer)
        return answer.get() or ()

    def _ask(self, host: str, port: int, answer: _Answer) -> None:
        try:
            answer.set(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            answer.set_exception(error)
        finally:
            del self._being_asked[host, port]
