"""Metrics, what observes for them, and what they say."""

from __future__ import annotations

import pytest

from callcore.adapters.prom.metrics import Metrics
from callcore.adapters.prom.observer import MetricsObserver


@pytest.fixture
def metrics():
    return Metrics()


@pytest.fixture
def observer(metrics):
    return MetricsObserver(metrics)


@pytest.fixture
def value(metrics):
    def read(name, **labels):
        return metrics.registry.get_sample_value(name, labels)

    return read
