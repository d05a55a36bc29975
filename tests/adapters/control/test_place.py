"""Where the socket is, and who may have it."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import stat
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import gevent
import pytest

from callcore.adapters.control.client import ControlClient, NotRunningError
from callcore.adapters.control.place import (
    LONGEST_PATH_BYTES,
    ControlSocketError,
    ControlSocketInUseError,
    socket_path,
)
from callcore.adapters.control.server import ControlServer
from tests.adapters.control.small_floor import SmallFloor
from tests.waiting import wait_until

LISTENER = """
import socket, sys
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen()
print("listening", flush=True)
sys.stdin.read()
"""


def control(path: Path) -> ControlServer:
    return ControlServer(path, SmallFloor(), note=lambda *_: None)


@pytest.fixture
def elsewhere(path):
    """Another process that listens at the path."""
    path.parent.mkdir(mode=0o700, parents=True)
    with subprocess.Popen(
        [sys.executable, "-c", LISTENER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"listening\n"
        yield process
        process.kill()


def test_only_the_user_may_come_near(server, path):
    """Neither the directory nor the socket is for others, whatever the umask."""
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_files_made_later_are_no_more_private_than_before(path):
    """The umask is that of the process, not of the socket."""
    before = os.umask(0o027)
    try:
        server = control(path)
        server.start()
        assert os.umask(0o027) == 0o027
        server.stop()
    finally:
        os.umask(before)


def test_a_directory_that_others_may_enter_is_refused(path):
    """With the cure."""
    path.parent.mkdir(parents=True)
    path.parent.chmod(0o755)
    with pytest.raises(ControlSocketError, match=f"chmod 700 {path.parent}"):
        control(path).start()
    assert not path.exists()


def test_a_socket_left_by_a_dead_process_is_replaced(elsewhere, path):
    """After kill -9 the next start just works."""
    elsewhere.send_signal(signal.SIGKILL)
    elsewhere.wait()
    assert path.is_socket()
    with pytest.raises(NotRunningError, match="nobody listens"):
        ControlClient(path).queues()
    server = control(path)
    server.start()
    assert len(ControlClient(path).queues().queues) == 2
    server.stop()


def test_a_socket_of_a_living_process_is_left_alone(elsewhere, path):
    """The start fails with the process and the cure; the other one listens on."""
    with pytest.raises(ControlSocketInUseError, match=rf"pid {elsewhere.pid}, .*data_directory"):
        control(path).start()
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))


def test_a_second_server_is_refused_and_the_first_serves_on(server, path):
    """Whatever the second one does, stopping included, is no concern of the first."""
    second = control(path)
    with pytest.raises(ControlSocketInUseError, match=f"pid {os.getpid()}"):
        second.start()
    second.stop()
    assert len(ControlClient(path).queues().queues) == 2


def test_of_two_that_start_at_once_one_listens(path):
    """And the socket at the path is that one's."""
    servers = [control(path) for _ in range(4)]

    def start(server):
        try:
            server.start()
        except ControlSocketInUseError:
            return False
        return True

    started = [one.get(timeout=10) for one in [gevent.spawn(start, one) for one in servers]]
    assert sum(started) == 1
    assert len(ControlClient(path).queues().queues) == 2
    servers[started.index(True)].stop()


def openings(directory: Path) -> int:
    """How often this process has the directory open: once for each that waits for its turn."""
    count = 0
    for link in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # closed meanwhile
            count += link.readlink() == directory.resolve()
    return count


def test_workers_that_start_at_once_all_listen(path):
    """Each waits for its turn in the directory they share."""
    paths = [path.with_name(f"control-{number}.sock") for number in range(4)]
    servers = [control(one) for one in paths]
    path.parent.mkdir(mode=0o700, exist_ok=True)
    turn = os.open(path.parent, os.O_RDONLY)
    fcntl.flock(turn, fcntl.LOCK_EX)
    starting = [gevent.spawn(server.start) for server in servers]
    wait_until(lambda: openings(path.parent) >= 1 + len(servers))
    assert not any(one.ready() for one in starting)
    os.close(turn)
    gevent.joinall(starting, timeout=10, raise_error=True)
    for one, server in zip(paths, servers, strict=True):
        assert len(ControlClient(one).queues().queues) == 2
        server.stop()


def test_stopping_removes_the_socket(server, path):
    """And only then; stopping again is harmless, and so is starting again."""
    server.stop()
    assert not path.exists()
    server.stop()
    with pytest.raises(NotRunningError, match=f"there is no {path}"):
        ControlClient(path).queues()
    server.start()
    assert len(ControlClient(path).queues().queues) == 2


def test_stopping_leaves_the_socket_of_a_successor(server, path):
    """One that was put in its place meanwhile."""
    path.unlink()
    successor = control(path)
    successor.start()
    server.stop()
    assert len(ControlClient(path).queues().queues) == 2
    successor.stop()


@pytest.mark.parametrize("kind", ["file", "directory", "link"])
def test_what_is_no_socket_is_not_removed(path, tmp_path, kind):
    """Somebody's data may be in it."""
    path.parent.mkdir(mode=0o700, parents=True)
    match kind:
        case "file":
            path.write_text("precious")
        case "directory":
            path.mkdir()
        case "link":
            path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ControlSocketError, match="in the way"):
        control(path).start()
    assert path.lstat()


def test_a_place_that_cannot_be_made_is_told(tmp_path):
    """As one line that names it."""
    (tmp_path / "data").write_text("")
    path = socket_path(tmp_path / "data")
    with pytest.raises(ControlSocketError, match=f"{path}: Not a directory"):
        control(path).start()


def test_a_path_too_long_for_the_kernel_works(tmp_path):
    """The server, its client, a stale socket and a second server."""
    path = socket_path(tmp_path / ("d" * 120) / ("ż" * 100))
    assert len(os.fsencode(path)) > LONGEST_PATH_BYTES
    first = control(path)
    first.start()
    assert len(ControlClient(path).queues().queues) == 2
    with pytest.raises(ControlSocketInUseError):
        control(path).start()
    first.stop()
    assert not path.exists()
    with pytest.raises(NotRunningError):
        ControlClient(path).queues()
