"""What a worker costs that has a link and nothing to do."""

from __future__ import annotations

import tempfile
from pathlib import Path

import gevent

from tests.bench import processes
from tests.bench.bare_switch import BareSwitch
from tests.bench.callcore_process import callcore
from tests.bench.figures import Figures

SETTLING_SECONDS = 3.0
MEASURED_SECONDS = 30.0


def measure(figures: Figures) -> None:
    """With an empty floor and ten agents."""
    switch = BareSwitch()
    with (
        tempfile.TemporaryDirectory() as base,
        callcore(switch, Path(base), agents_count=10) as process,
    ):
        gevent.sleep(SETTLING_SECONDS)
        cores = processes.cores_used(process.pid, MEASURED_SECONDS)
        figures.add("idle_cpu", cores * 100, "percent of a core")
        figures.add("idle_memory", processes.resident_mib(process.pid), "MiB")
    switch.stop()
