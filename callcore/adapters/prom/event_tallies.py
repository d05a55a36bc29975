"""Events of the links, counted as plain numbers and put into Prometheus' words when it asks.

A worker may read tens of thousands of events a second, and what prometheus-client does to count one
(a child, a lock, a float, and twice more for the histogram) takes longer than reading its headers.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator

from prometheus_client import core, registry, utils

from callcore.adapters.prom.families import Definition


class EventTally:
    """What was read from one node."""

    __slots__ = ("bounds", "by_name", "by_size", "seconds")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.by_name: defaultdict[str, int] = defaultdict(int)
        self.by_size = [0] * (len(bounds) + 1)
        """How many came how late: the last, later than the last bound."""
        self.seconds = 0.0

    def add(self, name: str, lag_seconds: float) -> None:
        """Counts an event that was read so late."""
        self.by_name[name] += 1
        self.by_size[bisect_left(self.bounds, lag_seconds)] += 1
        self.seconds += lag_seconds


class EventTallies(registry.Collector):
    """Those of all nodes: a counter by node and event, and a histogram of lags by node."""

    def __init__(self, events: Definition, lags: Definition) -> None:
        self._events = events
        self._lags = lags
        self._nodes: dict[str, EventTally] = {}

    def of(self, node: str) -> EventTally:
        """That of the node, from now on among them."""
        return self._nodes.setdefault(node, EventTally(self._lags.buckets))

    def collect(self) -> Iterator[core.Metric]:
        """Both families, as counted up to now."""
        events = core.CounterMetricFamily(
            self._events.name, self._events.help, labels=self._events.labels
        )
        lags = core.HistogramMetricFamily(
            self._lags.name, self._lags.help, labels=self._lags.labels
        )
        for node, tally in self._nodes.items():
            for name, count in tally.by_name.items():
                events.add_metric((node, name), count)
            bounds = (*map(utils.floatToGoString, tally.bounds), "+Inf")
            up_to = itertools.accumulate(tally.by_size)
            lags.add_metric((node,), [*zip(bounds, up_to, strict=True)], tally.seconds)
        yield events
        yield lags
