"""Scripts a second on the floor: callers join and leave, one after the other and side by side."""

from __future__ import annotations

import tempfile
import time
from itertools import count
from pathlib import Path

import gevent

from callcore.adapters.redisdb.floor import Floor
from callcore.domain.ids import CallId
from callcore.embedded.valkey import start_valkey
from tests.bench.figures import Figures
from tests.contract.floor_builders import SUPPORT, joining

WAITING_COUNT = 1000
ALONE_COUNT = 2000
TOGETHER_COUNT = 10_000
TOGETHER = 16
"""Calls whose scripts run side by side."""


def measure(figures: Figures) -> None:
    """With a thousand callers waiting, on a Valkey of its own."""
    with tempfile.TemporaryDirectory() as base, start_valkey(Path(base)) as valkey:
        floor = Floor(valkey.url, "bench")
        number = count()
        for _ in range(WAITING_COUNT):
            _join(floor, next(number))
        figures.add_times("script", _come_and_go(floor, number, ALONE_COUNT // 2))
        began = time.perf_counter()
        share = TOGETHER_COUNT // TOGETHER // 2
        gevent.joinall(
            [gevent.spawn(_come_and_go, floor, number, share) for _ in range(TOGETHER)],
            raise_error=True,
        )
        seconds = time.perf_counter() - began
        figures.add_rate("scripts", share * TOGETHER * 2 / seconds, "scripts")
        floor.close()


def _join(floor: Floor, number: int) -> None:
    call_id = f"{number:08x}-0000-4000-8000-000000000000"
    told = joining(call_id, score=float(number), maximum_waiting=100_000, caller_number=f"{number}")
    floor.waiting_room.join(told, f"join-{number}")


def _come_and_go(floor: Floor, numbers: count[int], calls_count: int) -> list[float]:
    """How long each script took."""
    found = []
    for _ in range(calls_count):
        number = next(numbers)
        began = time.perf_counter()
        _join(floor, number)
        joined = time.perf_counter()
        call_id = CallId(f"{number:08x}-0000-4000-8000-000000000000")
        floor.waiting_room.leave(call_id, SUPPORT, f"leave-{number}")
        found += [joined - began, time.perf_counter() - joined]
    return found
