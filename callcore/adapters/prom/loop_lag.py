"""Measures how late the event loop turns: the first sign of work that does not give way."""

from __future__ import annotations

import time

import gevent
from gevent import Greenlet

from callcore.adapters.prom.metrics import Metrics
from callcore.runtime.greenlets import spawn

INTERVAL_SECONDS = 0.5


class LoopLagProbe:
    """Sleeps for a short while, over and over, and counts how much longer it took."""

    def __init__(self, metrics: Metrics, interval_seconds: float = INTERVAL_SECONDS) -> None:
        self._metrics = metrics
        self._interval_seconds = interval_seconds
        self._greenlet: Greenlet[..., object] | None = None

    def start(self) -> None:
        """Begins to measure."""
        self._greenlet = spawn("loop_lag_probe", self._measure)

    def stop(self) -> None:
        """Ends; harmless when not started."""
        if self._greenlet is not None:
            self._greenlet.kill()
            self._greenlet = None

    def _measure(self) -> None:
        while True:
            began = time.monotonic()
            gevent.sleep(self._interval_seconds)
            late = time.monotonic() - began - self._interval_seconds
            self._metrics.process.loop_lag_seconds.observe(max(late, 0.0))
