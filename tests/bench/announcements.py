"""What 10,000 waiting callers cost one worker, who hear their position every 30 seconds.

The reference is a process that sends the same commands and reads the same events over the same link
and does nothing else: what remains is callcore's own. Measured in the same run, one after the
other, against the same simulated switch in a process of its own and a real Valkey.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import gevent

from tests.bench import commander, crowd, processes
from tests.bench.figures import Figures
from tests.system.daemon import Daemon, node, settings

CALLERS = 10_000
ARRIVALS_PER_SECOND = 60.0
SETTLING_SECONDS = 15.0
MEASURED_SECONDS = 60.0
CROWD = ("tests.bench.crowd", str(CALLERS), str(ARRIVALS_PER_SECOND))
WAITING = 'callcore_queue_waiting{queue="support"}'
TOLD = 'callcore_queue_announcements_total{kind="position",queue="support"}'


def measure(figures: Figures) -> None:
    """Aimed at: half a core beyond the reference, and 400 MB."""
    reference = measured_reference()
    with (
        tempfile.TemporaryDirectory() as base,
        processes.module(*CROWD) as switch,
    ):
        daemon = Daemon.configured(Path(base), site(Path(base), processes.port_of(switch)))
        try:
            _measure(figures, daemon, reference)
        finally:
            daemon.process.kill()
            daemon.process.wait()


def _measure(figures: Figures, daemon: Daemon, reference: float) -> None:
    page = daemon.wait_line("callcore_runs")["metrics"]
    empty = processes.resident_mib(daemon.process.pid)
    with gevent.Timeout(2 * CALLERS / ARRIVALS_PER_SECOND):
        while processes.metric(page, WAITING) < CALLERS:
            gevent.sleep(1)
    gevent.sleep(SETTLING_SECONDS)
    told_before = processes.metric(page, TOLD)
    cores = processes.cores_used(daemon.process.pid, MEASURED_SECONDS)
    told_count = processes.metric(page, TOLD) - told_before
    memory = processes.resident_mib(daemon.process.pid)
    figures.add("waiting_callers", CALLERS, "callers")
    figures.add("announcements", told_count / MEASURED_SECONDS, "announcements/s")
    figures.add("announcing_cpu", cores, "cores")
    figures.add("announcing_reference_cpu", reference, "cores")
    figures.add("announcing_own_cpu", cores - reference, "cores")
    figures.add("announcing_cpu_in_references", cores / reference, "ratio")
    figures.add("announcing_memory", memory, "MiB")
    figures.add("empty_worker_memory", empty, "MiB")
    figures.add("memory_of_a_waiting_caller", (memory - empty) * 1024 / CALLERS, "KiB")


def measured_reference() -> float:
    """The cores that the same commands and events take without any call behind them."""
    with processes.module(*CROWD) as switch:
        port = str(processes.port_of(switch))
        with processes.module("tests.bench.commander", port) as reference:
            gevent.sleep(CALLERS / ARRIVALS_PER_SECOND + SETTLING_SECONDS)
            return processes.cores_used(reference.pid, MEASURED_SECONDS)


def site(base: Path, port: int) -> dict[str, object]:
    """One queue, in which callers wait for ever."""
    queue = {
        "maximum_waiting": 100_000,
        "maximum_wait_seconds": 36_000,
        "announce_position": {
            "first_after_seconds": commander.FIRST_SECONDS,
            "interval_seconds": commander.INTERVAL_SECONDS,
        },
    }
    return settings(
        base,
        nodes=node(port),
        log={"level": "info"},
        sounds={"directory": "/var/lib/callcore/sounds"},
        numbers={crowd.NUMBER: {"queue": "support"}},
        queues={"support": queue},
        agents={},
    )
