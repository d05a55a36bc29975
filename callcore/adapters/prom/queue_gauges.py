"""Gauges of the queues on the floor: who waits, for whom, and since when."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from prometheus_client import core

from callcore.adapters.prom import gauges
from callcore.adapters.prom.families import Definition, Kind
from callcore.domain.ids import Micros, seconds_between
from callcore.ports.stores import QueueCounts


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gauge:
    """One number of each queue; ``value`` is it, of that queue at that time."""

    name: str
    help: str
    value: Callable[[QueueCounts, Micros], float]

    @property
    def definition(self) -> Definition:
        return Definition(kind=Kind.GAUGE, name=self.name, help=self.help, labels=("queue",))


def _longest_wait(count: QueueCounts, now: Micros) -> float:
    oldest = count.oldest_joined_at
    return 0.0 if oldest is None else seconds_between(oldest, now)


_GAUGES = (
    _Gauge(
        name="callcore_queue_waiting",
        help="Callers and callbacks that wait and are not being offered, without callbacks not "
        "due.",
        value=lambda count, _: count.waiting_count,
    ),
    _Gauge(
        name="callcore_queue_offered",
        help="Callers being offered to an agent.",
        value=lambda count, _: count.offered_count,
    ),
    _Gauge(
        name="callcore_queue_longest_wait_seconds",
        help="Wait so far of who joined first of those who wait, in seconds; 0 if nobody waits.",
        value=_longest_wait,
    ),
    _Gauge(
        name="callcore_queue_free_agents",
        help="Agents of the queue who may be offered a caller now.",
        value=lambda count, _: count.free_agents_count,
    ),
    _Gauge(
        name="callcore_queue_staffed_agents",
        help="Agents of the queue who are present: neither logged out nor on break.",
        value=lambda count, _: count.staffed_count,
    ),
)

CALLBACKS = Definition(
    kind=Kind.GAUGE,
    name="callcore_callbacks",
    help="Promises that are not kept yet, by state: `due`, whose turn has come or is near, or "
    "`not_due`: between two attempts, put off to a later time, or outside their hours. Those whose "
    "customer talks are not counted.",
    labels=("queue", "state"),
)
DUE, NOT_DUE = "due", "not_due"

DEFINITIONS = (*(gauge.definition for gauge in _GAUGES), CALLBACKS)


def of(counts: Sequence[QueueCounts], now: Micros) -> Iterator[core.Metric]:
    """The families with the values of this moment."""
    for gauge in _GAUGES:
        values = {str(count.queue): gauge.value(count, now) for count in counts}
        yield gauges.by_label(gauge.definition, values)
    callbacks = gauges.empty(CALLBACKS)
    for count in counts:
        callbacks.add_metric([count.queue, DUE], count.promises_count - count.deferred_count)
        callbacks.add_metric([count.queue, NOT_DUE], count.deferred_count)
    yield callbacks
