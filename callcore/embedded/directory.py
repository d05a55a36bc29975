"""The directory of one server: who may use it now, and what an earlier use left behind."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from callcore.embedded.faults import EmbeddedServerError

_PLAIN_PATH = re.compile(r"/[A-Za-z0-9/_.-]{0,60}")
"""Leaves room for the name of a socket: the kernel's limit for the whole path is 107 bytes."""
MEMORY = "socket_directory"
"""The file that names the directory of a server's socket while it runs."""
_POLL_SECONDS = 0.05
_LOCK_SECONDS = 1.0
_COMM_LENGTH = 15
"""As much of a program's name as the kernel keeps."""


@contextmanager
def held(directory: Path) -> Iterator[None]:
    """Makes the directory if need be and keeps every other callcore out of it meanwhile.

    The lock is the kernel's, so it ends with this process however it ends.
    """
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise EmbeddedServerError(
            f"cannot use {directory}: {error.strerror}{_owner(directory)}"
        ) from error
    try:
        _take(lock, directory)
        os.truncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(lock)


@contextmanager
def socket_directory(directory: Path) -> Iterator[Path]:
    """A short-named directory for sockets that only we may enter; removed at the end.

    One that a killed process left is removed too: ``directory`` remembers its name.
    """
    memory = directory / MEMORY
    with suppress(OSError):
        left = memory.read_text().strip()
        if re.fullmatch(r"/.*/callcore-[A-Za-z0-9_]+", left) and Path(left).is_dir():
            shutil.rmtree(left, ignore_errors=True)
    sockets = Path(tempfile.mkdtemp(prefix="callcore-", dir=_socket_parent()))
    try:
        memory.write_text(f"{sockets}\n")
        yield sockets
    finally:
        shutil.rmtree(sockets, ignore_errors=True)
        memory.unlink(missing_ok=True)


def wait_until_unused(directory: Path, program: str, deadline_seconds: float) -> None:
    """Returns when no process called ``program`` works in ``directory`` any more.

    A server whose callcore was killed is told to end by the kernel and needs a moment; only then
    may its files be opened by another.
    """
    deadline = time.monotonic() + deadline_seconds
    while pids := _at_work_in(directory, program):
        if time.monotonic() > deadline:
            raise EmbeddedServerError(
                f"{program}, pid {pids[0]}, still uses {directory} though no callcore does: stop it"
            )
        time.sleep(_POLL_SECONDS)


def _at_work_in(directory: Path, program: str) -> list[int]:
    """The processes called ``program`` whose working directory it is.

    Both servers change into their data directory. A process id in a file proves less: it may be
    a zombie's, or somebody else's after a restart of the machine.
    """
    pids = []
    for process in Path("/proc").iterdir():
        if not process.name.isdecimal():
            continue
        with suppress(OSError):
            name = (process / "comm").read_text().rstrip("\n")
            if name == program[:_COMM_LENGTH] and (process / "cwd").samefile(directory):
                pids.append(int(process.name))
    return sorted(pids)


def _socket_parent() -> str:
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    if _PLAIN_PATH.fullmatch(runtime) and os.access(runtime, os.W_OK | os.X_OK):
        return runtime
    temporary = tempfile.gettempdir()
    return temporary if _PLAIN_PATH.fullmatch(temporary) else "/tmp"  # noqa: S108  mkdtemp makes a private one


def _take(lock: int, directory: Path) -> None:
    """Takes the lock; a holder that was just killed is given a moment to be gone."""
    deadline = time.monotonic() + _LOCK_SECONDS
    while True:
        try:
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                holder = os.pread(lock, 20, 0).decode(errors="replace").strip() or "unknown"
                raise EmbeddedServerError(
                    f"another callcore uses {directory}, pid {holder}"
                ) from error
        time.sleep(_POLL_SECONDS)


def _owner(path: Path) -> str:
    for place in (path, *path.parents):
        with suppress(OSError):
            owner = place.stat().st_uid
            return f" ({place} belongs to user id {owner})" if owner != os.geteuid() else ""
    return ""
