"""The three that are compared: each is started, serves a number, and is stopped."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.bench.live.switch import (
    CALLCENTER_NUMBER,
    CALLCORE_NUMBER,
    SCRIPT_NUMBER,
    BenchSwitch,
)
from tests.live.daemon import Daemon
from tests.live.switch import REPOSITORY
from tests.live.waiting import until

MOD_CALLCENTER, SCRIPT, CALLCORE = "mod_callcenter", "script", "callcore"
NUMBERS = {
    MOD_CALLCENTER: CALLCENTER_NUMBER,
    SCRIPT: SCRIPT_NUMBER,
    CALLCORE: CALLCORE_NUMBER,
}
_START_SECONDS = 30

QUEUE: dict[str, Any] = {
    "strategy": "longest_idle",
    "tiers": {"relax_after_seconds": 0.1},
    "skills": [{"after_seconds": 0, "rule": "english >= 50 or billing"}],
    "ageing": {"curve": {60: 1, 300: 10}, "cap": 100},
    "announce_position": {"first_after_seconds": 10, "interval_seconds": 30},
    "ring_timeout_seconds": 10,
    "retry_after_miss_seconds": 1,
    "wrap_up_seconds": 0,
    "maximum_waiting": 100000,
}
"""Every rule that decides whom an agent gets is on."""


@contextmanager
def serving(name: str, switch: BenchSwitch, base: Path, history: Path) -> Iterator[None]:
    """One of them serves its number until the block ends; mod_callcenter is part of the switch."""
    match name:
        case "callcore":
            with _callcore(switch, base, history):
                yield
        case "script":
            with _script(switch):
                yield
        case _:
            yield


@contextmanager
def _callcore(switch: BenchSwitch, base: Path, history: Path) -> Iterator[None]:
    agents = {
        agent: {
            "name": f"Agent {agent}",
            "contact": switch.contact(agent),
            "queues": {"support": {"level": 1 + number % 2}},
            "skills": {"english": 80, "billing": 60},
            "logged_in_at_start": True,
        }
        for number, agent in enumerate(switch.agents)
    }
    settings = {
        "numbers": {CALLCORE_NUMBER: {"queue": "support", "priority": 5}},
        "queues": {"support": QUEUE},
        "agents": agents,
        "log": {"level": "warning"},
    }
    daemon = Daemon(switch, base, settings, history)
    daemon.start()
    try:
        until(
            lambda: daemon.metric("callcore_queue_free_agents", queue="support") == len(agents),
            _START_SECONDS,
            f"all agents are free; see {daemon.log_file}",
        )
        yield
    finally:
        daemon.stop()


@contextmanager
def _script(switch: BenchSwitch) -> Iterator[None]:
    contacts = [switch.contact(agent) for agent in switch.agents]
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "tests.bench.live.bare_script", str(switch.esl_port)),
            *(switch.esl_password, SCRIPT_NUMBER, *contacts),
        ],
        cwd=REPOSITORY,
    )
    try:
        yield
    finally:
        process.kill()
        process.wait()
