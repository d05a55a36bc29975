"""Metric families whose children are bound once and whose number is bounded.

Looking a child up in prometheus-client costs five times what counting costs, so children are
kept. Labels hold words of ours; should a word from outside ever slip in, the family stops growing
at ``CHILDREN_LIMIT`` and counts the rest under ``other``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

import prometheus_client
from prometheus_client.registry import Collector

CHILDREN_LIMIT = 5000
"""A few hundred queues with each of the reasons for which callers leave."""
OTHER = "other"

_Child = TypeVar("_Child")


class Kind(StrEnum):
    """What Prometheus calls the type of a metric."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"
    SUMMARY = "summary"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A metric as the reference describes it."""

    kind: Kind
    name: str
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()
    across: str = "max"
    """Of a gauge: how the values of several workers make the site's, an operator of PromQL."""


class _Children(Generic[_Child]):
    def __init__(self, bind: Callable[[tuple[str, ...]], _Child]) -> None:
        self._bind = bind
        self._bound: dict[tuple[str, ...], _Child] = {}

    def forget(self, labels: tuple[str, ...]) -> bool:
        """False if there was none."""
        return self._bound.pop(labels, None) is not None

    def at(self, labels: tuple[str, ...]) -> _Child:
        child = self._bound.get(labels)
        if child is None:
            if len(self._bound) >= CHILDREN_LIMIT:
                labels = (OTHER,) * len(labels)
            child = self._bound.setdefault(labels, self._bind(labels))
        return child


class Counters:
    """Numbers that only rise."""

    def __init__(
        self, definition: Definition, registry: prometheus_client.CollectorRegistry
    ) -> None:
        family = prometheus_client.Counter(
            definition.name, definition.help, definition.labels, registry=registry
        )
        self._children = _Children(lambda labels: family.labels(*labels) if labels else family)
        self._touch(definition)

    def add(self, *labels: str, amount: float = 1.0) -> None:
        """Adds to the child with these labels; with an amount of 0 it comes to be."""
        self._children.at(labels).inc(amount)

    def _touch(self, definition: Definition) -> None:
        if not definition.labels:
            self.add(amount=0.0)


class Gauges:
    """Numbers that rise and fall."""

    def __init__(
        self, definition: Definition, registry: prometheus_client.CollectorRegistry
    ) -> None:
        self._family = family = prometheus_client.Gauge(
            definition.name, definition.help, definition.labels, registry=registry
        )
        self._children = _Children(lambda labels: family.labels(*labels) if labels else family)

    def remove(self, *labels: str) -> None:
        """Takes the child with these labels off the page; harmless if there is none."""
        if self._children.forget(labels):
            self._family.remove(*labels)

    def set(self, value: float, *labels: str) -> None:
        """Sets the child with these labels."""
        self._children.at(labels).set(value)


class Histograms:
    """Lengths of time, counted by size."""

    def __init__(
        self, definition: Definition, registry: prometheus_client.CollectorRegistry
    ) -> None:
        family = prometheus_client.Histogram(
            definition.name,
            definition.help,
            definition.labels,
            buckets=definition.buckets,
            registry=registry,
        )
        self._children = _Children(lambda labels: family.labels(*labels) if labels else family)

    def observe(self, seconds: float, *labels: str) -> None:
        """Counts one length."""
        self._children.at(labels).observe(seconds)


class Summaries:
    """Lengths of time, of which only number and sum are kept."""

    def __init__(
        self, definition: Definition, registry: prometheus_client.CollectorRegistry
    ) -> None:
        family = prometheus_client.Summary(
            definition.name, definition.help, definition.labels, registry=registry
        )
        self._children = _Children(lambda labels: family.labels(*labels) if labels else family)

    def observe(self, seconds: float, *labels: str) -> None:
        """Counts one length."""
        self._children.at(labels).observe(seconds)


class Families:
    """Makes the families of one process, in one registry, and knows their definitions."""

    def __init__(self, registry: prometheus_client.CollectorRegistry) -> None:
        self.definitions: list[Definition] = []
        self._registry = registry

    def define(
        self,
        kind: Kind,
        name: str,
        text: str,
        labels: tuple[str, ...],
        buckets: tuple[float, ...] = (),
        across: str = "max",
    ) -> Definition:
        """Notes what a family is called and means."""
        definition = Definition(
            kind=kind, name=name, help=text, labels=labels, buckets=buckets, across=across
        )
        self.definitions.append(definition)
        return definition

    def collect_from(self, collector: Collector) -> None:
        """Has families that were defined read from there at scrape time."""
        self._registry.register(collector)

    def counters(self, name: str, text: str, *labels: str) -> Counters:
        """Defines and makes numbers that only rise."""
        return Counters(self.define(Kind.COUNTER, name, text, labels), self._registry)

    def gauges(self, name: str, text: str, *labels: str, across: str = "max") -> Gauges:
        """Defines and makes numbers that rise and fall; see ``Definition.across``."""
        return Gauges(self.define(Kind.GAUGE, name, text, labels, across=across), self._registry)

    def histograms(
        self, name: str, text: str, buckets: tuple[float, ...], *labels: str
    ) -> Histograms:
        """Defines and makes lengths of time that are counted by size."""
        definition = self.define(Kind.HISTOGRAM, name, text, labels, buckets)
        return Histograms(definition, self._registry)

    def summaries(self, name: str, text: str, *labels: str) -> Summaries:
        """Defines and makes lengths of time of which number and sum are kept."""
        return Summaries(self.define(Kind.SUMMARY, name, text, labels), self._registry)
