"""How the bundled Valkey is run: on a Unix socket, with every write in its append-only file."""

from __future__ import annotations

import signal
import socket
from contextlib import ExitStack
from pathlib import Path

from callcore.embedded import binaries, directory
from callcore.embedded.server import Recipe, RunningServer

_UNUSED_DEADLINE_SECONDS = 15.0
_ANSWER_SECONDS = 1.0


def start_valkey(data_directory: Path) -> RunningServer:
    """Starts Valkey on the data in ``data_directory/valkey``, which is made if it is not there.

    Raises:
        EmbeddedServerError: it cannot be started, or another callcore uses the directory.
    """
    program = binaries.valkey_server()
    home = data_directory.absolute() / "valkey"
    with ExitStack() as stack:
        stack.enter_context(directory.held(home))
        sockets = stack.enter_context(directory.socket_directory(home))
        address = sockets / "valkey.sock"
        recipe = Recipe(
            title="Valkey",
            url=f"unix://{address}?db=0",
            command=(str(program), *_options(home, address)),
            log=home / "valkey.log",
            prepare=lambda: _prepare(home, program.name, address),
            is_ready=lambda _pid: _answers(address),
            stop_signals=((signal.SIGTERM, 15.0), (signal.SIGKILL, 5.0)),
        )
        return RunningServer(recipe, stack.pop_all())


def _options(home: Path, address: Path) -> tuple[str, ...]:
    options = {
        "port": "0",
        "unixsocket": str(address),
        "unixsocketperm": "700",
        "dir": str(home),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "daemonize": "no",
    }
    return tuple(word for name, value in options.items() for word in (f"--{name}", value))


def _prepare(home: Path, program: str, address: Path) -> None:
    directory.wait_until_unused(home, program, _UNUSED_DEADLINE_SECONDS)
    address.unlink(missing_ok=True)


def _answers(address: Path) -> bool:
    """Does it serve? While it loads its file it answers ``-LOADING``."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(_ANSWER_SECONDS)
            connection.connect(str(address))
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
    except OSError:
        return False
