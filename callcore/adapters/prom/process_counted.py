"""What the facts of the process itself count: its configuration, its stores, its defects."""

from __future__ import annotations

from functools import partial

from callcore.adapters.prom.fact_table import FactTable
from callcore.adapters.prom.metrics import Metrics
from callcore.adapters.prom.process_families import ProcessFamilies
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
    table.count(events.RecordsHeld, partial(_records_held, stores))
    table.count(events.StoreFailed, lambda fact: stores.failures.add(fact.store))
    table.count(events.SelfHealed, lambda fact: process.self_heals.add(fact.what))
    table.count(events.FlowFailed, lambda fact: process.flow_failures.add(fact.flow))
    table.count(events.OverloadBegan, lambda fact: process.overloads.add(fact.what))
    table.count(events.LoadLooked, lambda fact: process.overload_share.set(fact.share))
    table.count(events.OverloadEnded, lambda _: process.overload_share.set(0))
    table.count(events.ClockStepped, partial(_clock_stepped, process))
    table.count(events.ClockCaughtUp, lambda _: process.clock_behind_seconds.set(0))


def _configuration_applied(metrics: Metrics, fact: events.ConfigurationApplied) -> None:
    metrics.config.applied(fact.version, fact.at)
    metrics.expect_queues(fact.new_queues)
    if fact.by != events.BY_START:
        metrics.config.reloads.add("applied")


def _clock_stepped(process: ProcessFamilies, fact: events.ClockStepped) -> None:
    process.clock_steps.add()
    process.clock_behind_seconds.set(fact.behind_seconds)


def _records_written(stores: StoreFamilies, fact: events.RecordsWritten) -> None:
    stores.records_written.add(amount=fact.count)
    stores.records_write_seconds.observe(fact.seconds)


def _records_held(stores: StoreFamilies, fact: events.RecordsHeld) -> None:
    stores.records_in_memory.set(fact.in_memory_count)
    stores.records_spooled_bytes.set(fact.spooled_bytes)
