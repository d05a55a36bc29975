"""What systemd hears of callcore, played by a socket as systemd has one."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import gevent
import pytest
from gevent import monkey, socket

from callcore.bootstrap import service_manager
from callcore.bootstrap.service_manager import ServiceManager
from callcore.switchsim.switch import SimulatedSwitch
from tests.system.conftest import Start
from tests.system.daemon import PATIENCE_SECONDS

VARIABLES = {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}


class Manager:
    """The other end, at a path."""

    def __init__(self, path: Path | str) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        self.heard: list[str] = []

    def waiting(self) -> list[str]:
        """What has been told and not yet been heard."""
        found = []
        self.socket.setblocking(False)
        try:
            while True:
                found.append(self.socket.recv(200).decode())
        except BlockingIOError:
            self.heard += found
            return found

    def hear(self, word: str, seconds: float = PATIENCE_SECONDS) -> None:
        """Returns when it has been told from now on."""
        self.socket.settimeout(seconds)
        while (told := self.socket.recv(200).decode()) != word:
            self.heard.append(told)
        self.heard.append(told)


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    found = Manager(tmp_path / "notify")
    yield found
    found.socket.close()


@pytest.fixture
def told(tmp_path: Path) -> dict[str, str]:
    """What systemd puts into the environment; killed after 60 ms without a sign."""
    return {
        "NOTIFY_SOCKET": str(tmp_path / "notify"),
        "WATCHDOG_USEC": "60000",
        "WATCHDOG_PID": str(os.getpid()),
        "HOME": "/",
    }


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as found:
        yield found


def test_nobody_asked_and_nobody_is_told(stack: ExitStack) -> None:
    """On a machine without systemd, or at a terminal."""
    manager = ServiceManager({"WATCHDOG_USEC": "60000"})
    manager.attend(stack)
    manager.tell_ready()
    manager.tell_stopping()


def test_ready_is_told_once(manager: Manager, told: dict[str, str]) -> None:
    """In the words of sd_notify; a worker that settles again has not started again."""
    ours = ServiceManager(told)
    ours.tell_ready()
    ours.tell_ready()
    ours.tell_stopping()
    assert manager.waiting() == ["READY=1", "STOPPING=1"]


def test_children_are_told_nothing_of_it(told: dict[str, str]) -> None:
    """Else they would speak for us."""
    ServiceManager(told)
    assert told == {"HOME": "/"}


def test_an_abstract_address_is_one() -> None:
    """As containers are given (unix(7))."""
    name = f"callcore-test-{os.getpid()}"
    manager = Manager(f"\0{name}")
    ServiceManager({"NOTIFY_SOCKET": f"@{name}"}).tell_ready()
    assert manager.waiting() == ["READY=1"]
    manager.socket.close()


def test_signs_of_life_come_while_greenlets_have_their_turn(
    manager: Manager, told: dict[str, str], stack: ExitStack
) -> None:
    """And not by a thread that would go on while everything else stands still."""
    ServiceManager(told).attend(stack)
    for _ in range(3):
        manager.hear("WATCHDOG=1")
    manager.waiting()
    monkey.get_original("time", "sleep")(0.2)  # nobody else's turn, for several periods
    assert manager.waiting() == []
    manager.hear("WATCHDOG=1")
    stack.close()
    manager.waiting()
    gevent.sleep(0.1)
    assert manager.waiting() == []


def test_signs_are_in_time(manager: Manager, told: dict[str, str], stack: ExitStack, monkeypatch):
    """A third of the period lies between them, so that one may be lost and one late."""
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        raise gevent.GreenletExit

    monkeypatch.setattr("callcore.bootstrap.service_manager.gevent.sleep", sleep)
    ServiceManager(told | {"WATCHDOG_USEC": "30000000"}).attend(stack)
    manager.hear("WATCHDOG=1")
    assert sorted(pauses) == [10.0, service_manager.LONGEST_WAIT_SECONDS]


@pytest.mark.parametrize(
    "changes",
    [{"WATCHDOG_PID": "1"}, {"WATCHDOG_USEC": "0"}, {"WATCHDOG_USEC": "x"}, {"WATCHDOG_USEC": ""}],
)
def test_a_watch_over_somebody_else_is_not_ours(
    manager: Manager, told: dict[str, str], stack: ExitStack, changes: dict[str, str]
) -> None:
    """Nor one that is none (sd_watchdog_enabled(3))."""
    ServiceManager(told | changes).attend(stack)
    gevent.sleep(0)
    assert manager.waiting() == []


def test_a_start_that_takes_long_does_not_hold_up_the_machine(
    manager: Manager, told: dict[str, str], stack: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Redis may be away for hours: what is to start after callcore does."""
    monkeypatch.setattr(service_manager, "LONGEST_WAIT_SECONDS", 0.01)
    ServiceManager(told).attend(stack)
    manager.hear("READY=1")


@pytest.mark.timeout(120)
def test_a_supervisor_and_its_workers_as_a_service(
    start: Start,
    switch: SimulatedSwitch,
    servers: dict[str, Any],
    manager: Manager,
    told: dict[str, str],
) -> None:
    """It has started when every worker serves, lives as long as it is not stopped in its tracks,
    and says when it ends; workers do not speak for it.
    """
    environ = {"NOTIFY_SOCKET": told["NOTIFY_SOCKET"], "WATCHDOG_USEC": "300000"}
    daemon = start(switch, environ, workers=2, **servers)
    manager.hear("READY=1")
    assert daemon.lines("workers_run")
    for worker in daemon.children():
        assert not VARIABLES & set(worker.environ())
    manager.hear("WATCHDOG=1")
    daemon.process.send_signal(signal.SIGSTOP)
    with pytest.raises(TimeoutError):
        manager.hear("WATCHDOG=1 after it stands still", seconds=0.3)
    daemon.process.send_signal(signal.SIGCONT)
    manager.hear("WATCHDOG=1")
    assert daemon.stop() == 0
    manager.waiting()
    assert manager.heard.count("STOPPING=1") == 1
    assert manager.heard.count("READY=1") == 1
