"""The socket's place in the file system: whose it is, and who may come near.

Nothing of gevent's is asked for by name: where it runs, it has patched ``socket`` and ``time``.
"""

from __future__ import annotations

import fcntl
import os
import socket
import stat
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

LONGEST_PATH_BYTES = 107
"""What fits into ``sockaddr_un`` (unix(7)) with its last zero."""

PROBE_SECONDS = 1.0
TURN_TRIES, TURN_SECONDS = 500, 0.01
"""How often a worker that starts beside others tries to have its turn, and how far apart."""

_CREDENTIALS = struct.Struct("3i")
"""``struct ucred``: process, user and group id."""


class ControlSocketError(Exception):
    """The control socket cannot be listened on; the message says why and what to do."""


class ControlSocketInUseError(ControlSocketError):
    """Another callcore listens there."""


def socket_path(data_directory: Path, instance: str | None = None) -> Path:
    """Where the callcore that keeps its data in ``data_directory`` listens, or one of several
    workers.
    """
    name = "control.sock" if instance is None else f"control-{instance}.sock"
    return data_directory / "control" / name


def socket_paths(data_directory: Path) -> list[Path]:
    """Where workers of that directory may listen: at least one path, whether it exists or not, and
    whether we may look or not.
    """
    only = socket_path(data_directory)
    try:
        found = sorted(only.parent.glob("control-*.sock"))
        is_there = only.exists()
    except PermissionError:  # who connects is told so
        return [only]
    return [only, *found] if is_there or not found else found


@contextmanager
def address_of(path: Path) -> Iterator[str]:
    """The path as the kernel takes it; one that is too long goes by way of its directory's
    descriptor. May raise ``OSError``.
    """
    if len(os.fsencode(path)) <= LONGEST_PATH_BYTES:
        yield os.fspath(path)
        return
    directory = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{directory}/{path.name}"
    finally:
        os.close(directory)


def listen(path: Path) -> socket.socket:
    """A socket that listens at ``path``, in the place of one that a dead process left.

    Only the user may connect, and only the user may enter its directory, which is made if need be.

    Raises:
        ControlSocketInUseError: a living process listens there.
        ControlSocketError: for any other reason.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.parent.stat().st_mode & 0o077:
            raise ControlSocketError(
                f"others may enter {path.parent}, where the control socket is: "
                f"chmod 700 {path.parent}"
            )
        with _alone_in(path.parent), address_of(path) as address:
            _make_way(path, address)
            return _bound(address)
    except OSError as error:
        raise ControlSocketError(
            f"cannot listen on the control socket {path}: {error.strerror or error}"
        ) from error


def process_and_user(connection: socket.socket) -> tuple[int, int]:
    """The process id (0 if it is not one of ours to see) and user id of the other end, as the
    kernel noted them when it connected or listened.
    """
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    process_id, user_id, _ = _CREDENTIALS.unpack(credentials)
    return process_id, user_id


@contextmanager
def _alone_in(directory: Path) -> Iterator[None]:
    """Of those that start at once one after the other looks, clears and binds: workers each find
    room for their own, and a second one of a name finds the first.
    """
    lock = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        _wait_for(lock, directory)
        try:
            yield
        finally:
            fcntl.flock(lock, fcntl.LOCK_UN)  # gevent closes files a turn of its loop later
    finally:
        os.close(lock)


def _wait_for(lock: int, directory: Path) -> None:
    for _ in range(TURN_TRIES):
        with suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        time.sleep(TURN_SECONDS)
    raise ControlSocketInUseError(f"another callcore has been starting in {directory} for long")


def _make_way(path: Path, address: str) -> None:
    try:
        kind = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(kind):
        raise ControlSocketError(f"{path} is in the way of the control socket: move it elsewhere")
    _probe(path, address)
    path.unlink()


def _probe(path: Path, address: str) -> None:
    """Returns if nobody listens. Raises ``ControlSocketInUseError``."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(PROBE_SECONDS)
        try:
            connection.connect(address)
            process_id, _ = process_and_user(connection)
        except ConnectionRefusedError:
            return
        except TimeoutError:
            process_id = 0
    named = f", pid {process_id}," if process_id else ""
    raise ControlSocketInUseError(
        f"another callcore{named} listens on {path}: stop it, or give this one a data_directory "
        "of its own"
    )


def _bound(address: str) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    # Nothing switches greenlets before it is set back, and files other threads may make meanwhile
    # are only the more private.
    umask = os.umask(0o177)
    try:
        listener.bind(address)
    except OSError:
        listener.close()
        raise
    finally:
        os.umask(umask)
    listener.listen(socket.SOMAXCONN)
    return listener
