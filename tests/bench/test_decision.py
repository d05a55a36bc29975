"""From ``CHANNEL_PARK``, and from an agent's freedom, to the originate on the wire.

Measured at the sockets of the switch: last byte of the event out, first byte of the originate in.
The reference is a round trip over a socket between two processes of this machine with nothing
done in between, measured in the same run, so that machines compare by the ratio.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import gevent
import psutil
import pytest
from gevent import socket

from tests.bench import report
from tests.bench.bare_switch import BareSwitch, settle
from tests.bench.callcore_process import callcore
from tests.bench.conftest import Say

pytestmark = [pytest.mark.bench, pytest.mark.timeout(300)]

CALLS = 500
GAP_SECONDS = 0.02
IDLE_SECONDS = 20.0

_ECHO = """
import socket
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
link, _ = listener.accept()
link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
while data := link.recv(65536):
    link.sendall(data)
"""


@pytest.fixture
def reference() -> list[float]:
    """Round trips to a process that only echoes 5 KB, at the pace of the calls."""
    with subprocess.Popen([sys.executable, "-c", _ECHO], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        link = socket.create_connection(("127.0.0.1", int(process.stdout.readline())))
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        rounds = []
        for _ in range(CALLS):
            settle(GAP_SECONDS)
            began = time.perf_counter()
            link.sendall(b"x" * 5000)
            received = 0
            while received < 5000:
                received += len(link.recv(65536))
            rounds.append(time.perf_counter() - began)
        link.close()
    return rounds


def test_from_a_caller_parked_to_the_originate(
    tmp_path: Path, say: Say, reference: list[float]
) -> None:
    """An agent is free: the caller is answered, joins, is matched and the phone is called."""
    switch, delays = BareSwitch(), []
    with callcore(switch, tmp_path, agents_count=10):
        for _ in range(CALLS):
            caller, parked_at = switch.park_caller("8001")
            with gevent.Timeout(10):
                originate_at, agent_leg, _ = switch.originates.get()
            delays.append(originate_at - parked_at)
            switch.end(caller)
            switch.end(agent_leg, "ORIGINATOR_CANCEL")
            settle(GAP_SECONDS)
    switch.stop()
    for line in report.lines("park_to_originate", delays, reference):
        say(line)
    assert len(delays) == CALLS


def test_from_a_free_agent_to_the_next_originate(
    tmp_path: Path, say: Say, reference: list[float]
) -> None:
    """Callers wait, one agent serves them: from the end of a talk to the next phone call."""
    switch, delays = BareSwitch(), []
    with callcore(switch, tmp_path, agents_count=1):
        callers = [switch.park_caller("8001")[0] for _ in range(CALLS + 1)]
        with gevent.Timeout(30):
            _, agent_leg, _ = switch.originates.get()
        for _ in range(CALLS):
            switch.park_agent(agent_leg)
            with gevent.Timeout(10):
                caller, _ = switch.bridges.get()
            switch.tell(
                "CHANNEL_BRIDGE",
                caller,
                **{"Bridge-A-Unique-ID": caller, "Bridge-B-Unique-ID": agent_leg},
                **{"Other-Leg-Unique-ID": agent_leg},
            )
            settle(GAP_SECONDS)
            ended_at = switch.end(agent_leg)
            switch.end(caller)
            with gevent.Timeout(10):
                originate_at, agent_leg, _ = switch.originates.get()
            delays.append(originate_at - ended_at)
        for caller in callers:
            switch.end(caller)
    switch.stop()
    for line in report.lines("agent_free_to_originate", delays, reference):
        say(line)
    assert len(delays) == CALLS


def test_an_idle_worker_costs_next_to_nothing(tmp_path: Path, say: Say) -> None:
    """Resident memory and the share of a core of a worker with a link and an empty floor."""
    switch = BareSwitch()
    with callcore(switch, tmp_path, agents_count=10) as process:
        settle(3.0)
        worker = psutil.Process(process.pid)
        before, began = worker.cpu_times(), time.perf_counter()
        settle(IDLE_SECONDS)
        after = worker.cpu_times()
        used = after.user + after.system - before.user - before.system
        share = used / (time.perf_counter() - began)
        say(f"idle_cpu {share * 100:.3f} percent_of_a_core")
        say(f"idle_memory {worker.memory_info().rss / 2**20:.1f} MiB")
    switch.stop()
    assert share < 1
