"""What the facts of the process itself count: its configuration, its stores, its defects."""

from __future__ import annotations

from functools import partial

from callcore.adapters.prom.fact_table import FactTable
from callcore.adapters.prom.metrics import Metrics
from callcore.adapters.prom.store_families import StoreFamilies
from callcore.domain import events


def fill(table: FactTable, metrics: Metrics) -> None:
    """Enters the facts of the process."""
    config, stores, process = metrics.config, metrics.stores, metrics.process
    table.count(events.ConfigurationApplied, partial(_configuration_applied, metrics))
    table.count(events.ConfigurationUnchanged, lambda _: config.reloads.add("unchanged"))
    table.count(events.ConfigurationRefused, lambda _: config.reloads.add("refused"))
    table.count(events.ConfigurationDiffers, lambda fact: config.drift.set(fact.is_different))
    table.count(events.RecordsWritten, partial(_records_written, stores))
    table.count(events.StoreFailed, lambda fact: stores.failures.add(fact.store))
    table.count(events.SelfHealed, lambda fact: process.self_heals.add(fact.what))
    table.count(events.FlowFailed, lambda fact: process.flow_failures.add(fact.flow))
    # The links count these themselves, also while nobody listens to facts.
    table.count_nothing(events.LinkRestored)
    table.count_nothing(events.LinkLost)


def _configuration_applied(metrics: Metrics, fact: events.ConfigurationApplied) -> None:
    metrics.config.applied(fact.version, fact.at)
    metrics.expect_queues(fact.new_queues)
    if fact.by != events.BY_START:
        metrics.config.reloads.add("applied")


def _records_written(stores: StoreFamilies, fact: events.RecordsWritten) -> None:
    stores.records_written.add(amount=fact.count)
    stores.records_write_seconds.observe(fact.seconds)
