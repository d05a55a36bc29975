"""callcore as a process of its own, with bundled servers, following a bare switch."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import gevent
import yaml

from tests.bench.bare_switch import PASSWORD, BareSwitch

QUEUE = {
    "strategy": "longest_idle",
    "tiers": {"relax_after_seconds": 0.1},
    "skills": [{"after_seconds": 0, "rule": "english >= 50 or billing"}],
    "ageing": {"curve": {60: 1, 300: 10}, "cap": 100},
    "announce_position": False,
    "wrap_up_seconds": 0,
    "retry_after_miss_seconds": 0,
    "maximum_waiting": 100_000,
    "maximum_wait_seconds": 36_000,
}
"""Every rule that decides whom an agent gets is on."""

SETTLED_SECONDS = 1.5
"""From the marks on, until what is held has been compared."""


@contextmanager
def callcore(
    switch: BareSwitch, base: Path, agents_count: int
) -> Iterator[subprocess.Popen[bytes]]:
    """Runs callcore with one queue, one number (8001) and so many agents until the block ends."""
    settings = {
        "site": "bench",
        "data_directory": str(base / "data"),
        "nodes": [{"name": "fs1", "host": "127.0.0.1", "port": switch.port}],
        "http": {"host": "127.0.0.1", "port": 0},
        "log": {"level": "warning"},
        "numbers": {"8001": {"queue": "support", "priority": 5}},
        "queues": {"support": QUEUE},
        "agents": {
            str(number): {
                "name": f"Agent {number}",
                "contact": f"user/{number}@bench",
                "queues": {"support": {"level": 1 + number % 2}},
                "skills": {"english": 80, "billing": 60},
                "logged_in_at_start": True,
            }
            for number in range(10_001, 10_001 + agents_count)
        },
    }
    file = base / "callcore.yaml"
    file.write_text(yaml.safe_dump(settings))
    process = subprocess.Popen(
        [sys.executable, "-m", "callcore", "run", "--no-view", "--config", str(file)],
        env={**os.environ, "CALLCORE_NODE_FS1_PASSWORD": PASSWORD},
        stdin=subprocess.DEVNULL,
    )
    try:
        with gevent.Timeout(30):
            while not (switch.is_subscribed and switch.is_held):
                gevent.sleep(0.05)
            gevent.sleep(SETTLED_SECONDS)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGTERM)
        process.wait(30)
