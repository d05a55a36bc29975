"""From the end of a talk to the next originate, both on the wire, however many wait and serve; and
from an arrival to the originate.

Skills, tiers, priority and its growth are on. The switch does nothing but answer, so that socket,
parsing, floor, rules and command are all that is measured; every call is recorded and written.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import gevent

from tests.bench import processes
from tests.bench.bare_switch import BareSwitch
from tests.bench.busy_floor import NUMBER, BusyFloor
from tests.bench.callcore_process import callcore
from tests.bench.figures import Figures

WAITING_COUNTS = (10, 1_000, 10_000)
AGENTS_COUNTS = (10, 200, 2_000)
DECISIONS_COUNT = 1_500
PER_SECOND = 75.0
"""Half of what one worker is to carry."""
COMING_PER_SECOND = 100.0
SETTLING_SECONDS = 3.0
ARRIVALS_COUNT = 500
ARRIVAL_GAP_SECONDS = 0.02


def measure(figures: Figures) -> None:
    """Each number of agents with more and more callers waiting."""
    _measure_arrivals(figures)
    for agents_count in AGENTS_COUNTS:
        with tempfile.TemporaryDirectory() as base:
            _measure_with(figures, agents_count, Path(base))


def _measure_arrivals(figures: Figures) -> None:
    """An agent is free: the caller is answered, joins, is matched, and the phone is called."""
    switch, delays = BareSwitch(), []
    with tempfile.TemporaryDirectory() as base, callcore(switch, Path(base), agents_count=10):
        for _ in range(ARRIVALS_COUNT):
            caller, parked_at = switch.park_caller(NUMBER)
            with gevent.Timeout(10):
                rung = switch.originates.get()
            delays.append(rung.at - parked_at)
            switch.end(caller)
            switch.end(rung.leg_id, "ORIGINATOR_CANCEL")
            gevent.sleep(ARRIVAL_GAP_SECONDS)
    switch.stop()
    figures.add_times("arrival_to_originate", delays)


def _measure_with(figures: Figures, agents_count: int, base: Path) -> None:
    switch = BareSwitch()
    with callcore(switch, base, agents_count=agents_count) as process:
        floor = BusyFloor(switch)
        _come(floor, agents_count)
        with gevent.Timeout(60):
            while floor.talks_count < agents_count:
                gevent.sleep(0.05)
        waiting_count = 0
        for wanted_count in WAITING_COUNTS:
            _come(floor, wanted_count - waiting_count)
            waiting_count = wanted_count
            gevent.sleep(SETTLING_SECONDS)
            delays = floor.decide(DECISIONS_COUNT, PER_SECOND)
            name = f"decision_{waiting_count}_waiting_{agents_count}_agents"
            figures.add_times(name, delays)
            figures.add(f"memory_{name}", processes.resident_mib(process.pid), "MiB")
        floor.end()
    switch.stop()


def _come(floor: BusyFloor, count: int) -> None:
    for _ in range(count):
        floor.come()
        gevent.sleep(1 / COMING_PER_SECOND)
