"""Gauges of the floor, read when Prometheus asks.

The floor is shared by all workers, so each exports the same numbers: dashboards take ``max``. A
floor that does not answer in time gives ``callcore_floor_up 0`` and no gauges, never a failed
scrape, which would hide everything else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import gevent
from prometheus_client import core, registry

from callcore.adapters.prom import agent_gauges
from callcore.adapters.prom.agent_gauges import AgentGauges, empty
from callcore.adapters.prom.families import Definition, Kind
from callcore.domain.ids import Micros, seconds_between
from callcore.ports.stores import FloorAgent, QueueCounts, StoreError

FLOOR_UP = Definition(
    kind=Kind.GAUGE,
    name="callcore_floor_up",
    help="1 if the floor in Redis answered this scrape in time.",
)
WAITING = Definition(
    kind=Kind.GAUGE,
    name="callcore_queue_waiting",
    help="Callers and callbacks that wait and are not being offered, without callbacks not due.",
    labels=("queue",),
)
OFFERED = Definition(
    kind=Kind.GAUGE,
    name="callcore_queue_offered",
    help="Callers being offered to an agent.",
    labels=("queue",),
)
LONGEST_WAIT = Definition(
    kind=Kind.GAUGE,
    name="callcore_queue_longest_wait_seconds",
    help="Wait so far of who joined first of those who wait, in seconds; 0 if nobody waits.",
    labels=("queue",),
)
FREE_AGENTS = Definition(
    kind=Kind.GAUGE,
    name="callcore_queue_free_agents",
    help="Agents of the queue who may be offered a caller now.",
    labels=("queue",),
)
STAFFED_AGENTS = Definition(
    kind=Kind.GAUGE,
    name="callcore_queue_staffed_agents",
    help="Agents of the queue who are present: neither logged out nor on break.",
    labels=("queue",),
)
CALLBACKS_OPEN = Definition(
    kind=Kind.GAUGE,
    name="callcore_callbacks_open",
    help="Promises that are not kept yet; those whose customer talks are not counted.",
    labels=("queue",),
)
CALLBACKS_NOT_DUE = Definition(
    kind=Kind.GAUGE,
    name="callcore_callbacks_not_due",
    help="Open promises between two attempts, put off to a later time, or outside their hours.",
    labels=("queue",),
)
RECORDS_PENDING = Definition(
    kind=Kind.GAUGE,
    name="callcore_records_pending",
    help="Call records that wait for Postgres.",
)
CHANGES_PENDING = Definition(
    kind=Kind.GAUGE,
    name="callcore_agent_changes_pending",
    help="Changes of agents that wait for Postgres.",
)

DEFINITIONS = (
    FLOOR_UP,
    WAITING,
    OFFERED,
    LONGEST_WAIT,
    FREE_AGENTS,
    STAFFED_AGENTS,
    CALLBACKS_OPEN,
    CALLBACKS_NOT_DUE,
    *agent_gauges.DEFINITIONS,
    RECORDS_PENDING,
    CHANGES_PENDING,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Floor:
    """What was read for one scrape."""

    counts: Sequence[QueueCounts]
    agents: Sequence[FloorAgent]
    records_pending: int
    changes_pending: int


class FloorCollector(registry.Collector):
    """Reads the floor through what it is given, within ``timeout_seconds`` for all of it."""

    def __init__(
        self,
        *,
        counts: Callable[[], Sequence[QueueCounts]],
        agents: Callable[[], Sequence[FloorAgent]],
        records_pending: Callable[[], int],
        changes_pending: Callable[[], int],
        now: Callable[[], Micros],
        timeout_seconds: float = 0.5,
    ) -> None:
        self._counts = counts
        self._agents = agents
        self._records_pending = records_pending
        self._changes_pending = changes_pending
        self._agent_gauges = AgentGauges()
        self._now = now
        self._timeout_seconds = timeout_seconds

    def describe(self) -> Iterable[core.Metric]:
        """The families without values, so that registering reads nothing."""
        return [empty(definition) for definition in DEFINITIONS]

    def collect(self) -> Iterator[core.Metric]:
        """The families with the values of this moment."""
        floor = self._read()
        up = empty(FLOOR_UP)
        up.add_metric([], 0.0 if floor is None else 1.0)
        yield up
        if floor is not None:
            yield from self._queues(floor.counts)
            yield from self._agent_gauges.of(floor.agents)
            for definition, count in (
                (RECORDS_PENDING, floor.records_pending),
                (CHANGES_PENDING, floor.changes_pending),
            ):
                pending = empty(definition)
                pending.add_metric([], count)
                yield pending

    def _read(self) -> _Floor | None:
        timeout = gevent.Timeout(self._timeout_seconds)
        try:
            with timeout:
                return _Floor(
                    counts=self._counts(),
                    agents=self._agents(),
                    records_pending=self._records_pending(),
                    changes_pending=self._changes_pending(),
                )
        except StoreError:
            return None
        except gevent.Timeout as expired:
            if expired is not timeout:
                raise
            return None

    def _queues(self, counts: Sequence[QueueCounts]) -> Iterator[core.Metric]:
        now = self._now()
        waiting, offered, longest, free, present, promises, deferred = map(
            empty,
            (
                *(WAITING, OFFERED, LONGEST_WAIT, FREE_AGENTS, STAFFED_AGENTS),
                *(CALLBACKS_OPEN, CALLBACKS_NOT_DUE),
            ),
        )
        for count in counts:
            oldest = count.oldest_joined_at
            waiting.add_metric([count.queue], count.waiting_count)
            offered.add_metric([count.queue], count.offered_count)
            longest.add_metric(
                [count.queue], 0.0 if oldest is None else seconds_between(oldest, now)
            )
            free.add_metric([count.queue], count.free_agents_count)
            present.add_metric([count.queue], count.staffed_count)
            promises.add_metric([count.queue], count.promises_count)
            deferred.add_metric([count.queue], count.deferred_count)
        yield from (waiting, offered, longest, free, present, promises, deferred)
