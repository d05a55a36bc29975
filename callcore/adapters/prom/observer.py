"""Facts become numbers: each subject says what its facts count."""

from __future__ import annotations

from callcore.adapters.prom import (
    agents_counted,
    callbacks_counted,
    callers_counted,
    calls_counted,
    nodes_counted,
    offers_counted,
    process_counted,
    queues_counted,
    workers_counted,
)
from callcore.adapters.prom.fact_table import FactTable
from callcore.adapters.prom.metrics import Metrics
from callcore.domain import events

_SUBJECTS = (
    calls_counted,
    callers_counted,
    callbacks_counted,
    queues_counted,
    offers_counted,
    agents_counted,
    process_counted,
    workers_counted,
    nodes_counted,
)


class MetricsObserver:
    """Counts facts."""

    def __init__(self, metrics: Metrics) -> None:
        self._table = FactTable()
        for subject in _SUBJECTS:
            subject.fill(self._table, metrics)

    def observe(self, fact: events.Fact) -> None:
        """Counts the fact; a class that no subject knows counts nothing."""
        self._table.observe(fact)

    def knows(self, fact_class: type[events.Fact]) -> bool:
        """True if a subject says what facts of the class count, if only nothing."""
        return self._table.knows(fact_class)
