"""The page Prometheus scrapes, written without holding up the event loop."""

from __future__ import annotations

import time
from collections.abc import Iterable

import gevent
import prometheus_client
from prometheus_client import core

BUDGET_SECONDS = 0.002
PAUSE_SECONDS = 0.0005


class _OneFamily(prometheus_client.CollectorRegistry):
    """A registry of one family that was collected before."""

    def __init__(self, family: core.Metric) -> None:
        super().__init__()
        self._family = family

    def collect(self) -> Iterable[core.Metric]:
        return [self._family]


def render(registry: prometheus_client.CollectorRegistry) -> bytes:
    """Every metric in Prometheus' text format.

    Formatting thousands of lines takes tens of milliseconds: others get a turn in between.
    """
    parts = []
    turn_ends = time.monotonic() + BUDGET_SECONDS
    for family in registry.collect():
        parts.append(prometheus_client.generate_latest(_OneFamily(family)))
        if time.monotonic() > turn_ends:
            gevent.sleep(PAUSE_SECONDS)
            turn_ends = time.monotonic() + BUDGET_SECONDS
    return b"".join(parts)
