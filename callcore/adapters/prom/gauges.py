"""Families of gauges whose values are read when Prometheus asks."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import core

from callcore.adapters.prom.families import Definition


def empty(definition: Definition) -> core.GaugeMetricFamily:
    """A family without values."""
    return core.GaugeMetricFamily(definition.name, definition.help, labels=definition.labels)


def by_label(definition: Definition, values: Mapping[str, float]) -> core.Metric:
    """A family of one label, with a value for each of its words."""
    family = empty(definition)
    for label, value in values.items():
        family.add_metric([label], value)
    return family


def alone(definition: Definition, value: float) -> core.Metric:
    """A family without labels, and its one value."""
    family = empty(definition)
    family.add_metric([], value)
    return family
