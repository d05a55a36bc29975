"""What stands between callcore and everything else: links that can be made bad, as a process.

Says one ``ready NAME PORT`` and a line end for each link. Then it takes commands on standard
input, a word and the name of a link: ``stall`` (accepts, and no byte passes), ``delay`` (every
piece comes a while later), ``refuse`` (resets whoever is connected and whoever comes), ``reset``
(once), ``cut`` (the next piece of each connection passes in half, and then nothing more comes) and
``go``, which ends the first three. With ``half`` before the word it holds for every second
connection only. The end of standard input ends the process.
"""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()

# ruff: noqa: E402 - everything else is imported after patch_all()
import itertools
import signal
import socket
import struct
import sys
from contextlib import suppress
from enum import StrEnum

import gevent
from gevent.event import Event
from gevent.fileobject import FileObject
from gevent.server import StreamServer

PIECE = 65_536
DELAY_SECONDS = 0.15
_RESET_AT_CLOSE = struct.pack("ii", 1, 0)


class Mode(StrEnum):
    """What a link does to what passes."""

    GO = "go"
    STALL = "stall"
    DELAY = "delay"
    REFUSE = "refuse"


class Link:
    """Everything between one side's clients and its server."""

    def __init__(self, name: str, upstream: str) -> None:
        self.name = name
        self._upstream = upstream
        self._numbers = itertools.count()
        self._passages: set[Passage] = set()
        self.mode = Mode.GO
        self.is_half = False
        self.changed = Event()
        self.server = StreamServer(("127.0.0.1", 0), self._accept)

    def start(self) -> int:
        """Begins to listen; the port."""
        self.server.start()
        return int(self.server.address[1])

    def do(self, word: str, *, is_half: bool) -> None:
        """Carries out a command."""
        if word in ("reset", "cut"):
            for passage in self._meant(is_half=is_half):
                passage.reset() if word == "reset" else passage.cut()
            return
        self.mode, self.is_half = Mode(word), is_half
        if self.mode is Mode.REFUSE:
            for passage in self._meant(is_half=is_half):
                passage.reset()
        changed, self.changed = self.changed, Event()
        changed.set()

    def mode_for(self, number: int) -> Mode:
        """How a connection is to be treated now."""
        return Mode.GO if self.is_half and number % 2 else self.mode

    def _meant(self, *, is_half: bool) -> list[Passage]:
        return [one for one in self._passages if not (is_half and one.number % 2)]

    def _accept(self, client: socket.socket, _address: object) -> None:
        number = next(self._numbers)
        if self.mode_for(number) is Mode.REFUSE:
            _reset(client)
            return
        try:
            server = _connect(self._upstream)
        except OSError:
            _reset(client)
            return
        passage = Passage(self, number, client, server)
        self._passages.add(passage)
        try:
            passage.run()
        finally:
            self._passages.discard(passage)


class Passage:
    """One connection, both ways."""

    def __init__(
        self, link: Link, number: int, client: socket.socket, server: socket.socket
    ) -> None:
        self.number = number
        self._link = link
        self._ends = (client, server)
        self._is_cut = False

    def run(self) -> None:
        """Passes on until one side ends."""
        client, server = self._ends
        ways = [gevent.spawn(self._pass, client, server), gevent.spawn(self._pass, server, client)]
        gevent.joinall(ways, count=1)
        self.reset() if any(way.value for way in ways) else self._close()
        gevent.killall(ways)

    def reset(self) -> None:
        """Breaks both ends with a reset."""
        for end in self._ends:
            _reset(end)

    def cut(self) -> None:
        """The next piece is the last and passes in half."""
        self._is_cut = True

    def _pass(self, source: socket.socket, sink: socket.socket) -> bool:
        """True if it ended by a cut."""
        with suppress(OSError):
            while piece := source.recv(PIECE):
                self._wait()
                if self._is_cut:
                    sink.sendall(piece[: len(piece) // 2])
                    return True
                sink.sendall(piece)
        return False

    def _wait(self) -> None:
        while (mode := self._link.mode_for(self.number)) is Mode.STALL:
            self._link.changed.wait()
        if mode is Mode.DELAY:
            gevent.sleep(DELAY_SECONDS)

    def _close(self) -> None:
        for end in self._ends:
            with suppress(OSError):
                end.close()


def _connect(upstream: str) -> socket.socket:
    if upstream.startswith("/"):
        made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        made.connect(upstream)
        return made
    made = socket.create_connection(("127.0.0.1", int(upstream)))
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def _reset(end: socket.socket) -> None:
    with suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_CLOSE)
        end.close()


def main() -> None:
    """Runs the links of the command line, ``NAME=PORT`` or ``NAME=/path/of/a/socket`` each."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    links = {}
    for argument in sys.argv[1:]:
        name, _, upstream = argument.partition("=")
        links[name] = Link(name, upstream)
        sys.stdout.write(f"ready {name} {links[name].start()}\n")
    sys.stdout.flush()
    for line in FileObject(sys.stdin.fileno(), "r", close=False):
        *half, word, name = line.split()
        links[name].do(word, is_half=bool(half))


if __name__ == "__main__":
    main()
