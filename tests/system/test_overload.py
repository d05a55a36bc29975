"""Three times the callers that a worker can carry: who waits is served, with admission control."""

from __future__ import annotations

import itertools
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import gevent
import pytest
from gevent import socket

from callcore.runtime.greenlets import spawn
from tests.bench.bare_switch import PASSWORD, BareSwitch
from tests.system.daemon import Daemon, node, settings, until

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(400)]

WAITING = 30
ARRIVALS_PER_SECOND = 60.0
ARRIVING_SECONDS = 40.0
MEASURED_FROM_SECONDS = 15.0
INTERVAL_SECONDS = 5.0
WORST_SECONDS = 8.0
TURN_SECONDS = 0.05
RUNNING_SHARE = 0.12
"""Of a core, which the worker gets: it carries some 20 new callers a second by it."""


class Witness(BareSwitch):
    """Notes when callers are told something, and who was refused when."""

    def __init__(self) -> None:
        super().__init__()
        self.told: dict[str, list[float]] = {}
        self.refused: dict[str, float] = {}
        self.digits = ""

    def _api(self, command: bytes) -> bytes:
        words = command.split()
        if words[1] == b"sofia_contact":
            body = b"sofia/internal/sip:1001@127.0.0.1"
        elif words[1] == b"global_getvar" and words[2:] and words[2].startswith(b"callcore"):
            body = b""
        else:
            return super()._api(command)
        return b"Content-Type: api/response\nContent-Length: %d\n\n%b" % (len(body), body)

    def _answer(self, link: socket.socket, command: bytes, at: float) -> None:
        words = command.split()
        if words[0] == b"filter" and b"/^[" in words[-1]:
            self.digits = words[-1].decode().strip("/^[]")
        if b"NORMAL_CIRCUIT_CONGESTION" in words:
            self.refused[words[2].decode()] = at
        elif b"playback" in words and b"event-lock:" in words:
            self.told.setdefault(words[1].decode(), []).append(at)
            spawn("heard", self._play, words[1].decode(), command.partition(b"]")[2].decode())
        super()._answer(link, command, at)

    def _play(self, leg_id: str, path: str) -> None:
        playing = {"Playback-File-Path": path, "Playback-Status": "done"}
        self.tell("PLAYBACK_START", leg_id, **playing)
        gevent.sleep(0.2)
        self.tell("PLAYBACK_STOP", leg_id, **playing)


@dataclass
class Lived:
    """What callers and agents lived while too many came."""

    decisions: list[float] = field(default_factory=list)
    """From a hang-up to the agent's next call, in seconds."""
    gaps: list[float] = field(default_factory=list)
    """Between two announcements to who waited before."""
    refused: list[float] = field(default_factory=list)
    """From arrival to refusal."""
    waiting_since: float = 0.0
    """When the agent was set free for whom nothing has been decided yet; 0 if there is none."""
    undecided: float = 0.0
    """For how long."""
    arrived_count: int = 0

    @property
    def worst_decision(self) -> float:
        """Those that were never made count as long as they were waited for."""
        return max([*self.decisions, self.undecided])

    def __str__(self) -> str:
        gap = max(self.gaps, default=float("inf"))
        refusal = max(self.refused, default=0.0)
        return (
            f"{self.arrived_count} came, {len(self.refused)} refused (within {refusal:.2f} s); "
            f"{len(self.decisions)} decisions, worst {self.worst_decision:.2f} s; announcements "
            f"every {INTERVAL_SECONDS:g} s, {len(self.gaps)} gaps, longest {gap:.2f} s"
        )


@contextmanager
def starved(process_id: int) -> Iterator[None]:
    """The process gets a small share of a core until the block ends."""

    def starve() -> None:
        try:
            while True:
                os.kill(process_id, signal.SIGSTOP)
                gevent.sleep(TURN_SECONDS * (1 - RUNNING_SHARE))
                os.kill(process_id, signal.SIGCONT)
                gevent.sleep(TURN_SECONDS * RUNNING_SHARE)
        finally:
            os.kill(process_id, signal.SIGCONT)

    greenlet = spawn("starver", starve)
    try:
        yield
    finally:
        greenlet.kill()


def site(base: Path, switch: Witness, *, enabled: bool) -> dict[str, object]:
    """One queue and one agent."""
    announcing = {"first_after_seconds": 1, "interval_seconds": INTERVAL_SECONDS}
    return settings(
        base,
        nodes=node(switch.port),
        log={"level": "warning"},
        overload={"enabled": enabled},
        queues={
            "support": {
                "wrap_up_seconds": 0,
                "retry_after_miss_seconds": 0,
                "maximum_waiting": 100_000,
                "maximum_wait_seconds": 36_000,
                "announce_position": announcing,
            }
        },
    )


def serve(switch: Witness, lived: Lived, measured_from: float) -> None:
    """The agent picks up at once and talks for a moment, for ever."""
    agent_leg = switch.originates.get().leg_id
    while True:
        switch.park_agent(agent_leg)
        caller, _ = switch.bridges.get()
        switch.tell(
            "CHANNEL_BRIDGE",
            caller,
            **{"Bridge-A-Unique-ID": caller, "Bridge-B-Unique-ID": agent_leg},
            **{"Other-Leg-Unique-ID": agent_leg},
        )
        gevent.sleep(0.5)
        ended_at = switch.end(agent_leg)
        switch.end(caller)
        lived.waiting_since = ended_at
        rung = switch.originates.get()
        agent_leg = rung.leg_id
        lived.waiting_since = 0.0
        if ended_at > measured_from:
            lived.decisions.append(rung.at - ended_at)


def lived_with(base: Path, *, enabled: bool) -> Lived:
    """Plays it."""
    switch, lived = Witness(), Lived()
    daemon = Daemon.configured(
        base,
        site(base, switch, enabled=enabled),
        environ={"CALLCORE_NODE_FS1_PASSWORD": PASSWORD},
    )
    try:
        until(lambda: len(switch.digits) == 16, "every call is to be followed")
        gevent.sleep(1)
        patient = [switch.park_caller("8001")[0] for _ in range(WAITING)]
        until(lambda: len(switch.told) >= WAITING // 2, "those who wait are told so")
        began = time.perf_counter()
        measured_from = began + MEASURED_FROM_SECONDS
        agent = spawn("agent", serve, switch, lived, measured_from)
        came: dict[str, float] = {}
        with starved(daemon.process.pid):
            while (passed := time.perf_counter() - began) < ARRIVING_SECONDS:
                while len(came) < passed * ARRIVALS_PER_SECOND:
                    leg_id, at = switch.park_caller("8001")
                    came[leg_id] = at
                gevent.sleep(0.01)
            ended = time.perf_counter()
            lived.undecided = ended - lived.waiting_since if lived.waiting_since else 0.0
        agent.kill()
    finally:
        daemon.process.kill()
        daemon.process.wait()
        switch.stop()
    lived.arrived_count = len(came)
    lived.refused = [at - came[leg] for leg, at in switch.refused.items() if leg in came]
    for leg_id in patient[WAITING // 2 :]:
        told = [at for at in switch.told.get(leg_id, []) if at >= measured_from]
        edges = [measured_from, *told, ended]
        lived.gaps += [later - earlier for earlier, later in itertools.pairwise(edges)]
    return lived


def test_who_waits_is_served_while_too_many_come(tmp_path: Path) -> None:
    """New callers are refused, and decisions and announcements stay in time; without that, not."""
    kept, lost = tmp_path / "kept", tmp_path / "lost"
    kept.mkdir()
    lost.mkdir()
    with_it = lived_with(kept, enabled=True)
    without = lived_with(lost, enabled=False)
    print(f"with admission control: {with_it}\nwithout: {without}")  # noqa: T201 - the figures
    assert with_it.refused
    assert not without.refused
    assert with_it.worst_decision < WORST_SECONDS < without.worst_decision, (with_it, without)
    assert max(with_it.gaps) < INTERVAL_SECONDS + WORST_SECONDS, with_it
    assert max(without.gaps) > max(with_it.gaps), (with_it, without)
