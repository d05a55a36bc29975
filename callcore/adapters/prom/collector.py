"""Gauges of the floor, read when Prometheus asks.

The floor is shared by all workers, so each exports the same numbers: dashboards take ``max``. A
floor that does not answer in time gives ``callcore_floor_up 0`` and no gauges, never a failed
scrape, which would hide everything else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from prometheus_client import core, registry

from callcore.adapters.prom import agent_gauges, gauges, queue_gauges
from callcore.adapters.prom.agent_gauges import AgentGauges
from callcore.adapters.prom.families import Definition, Kind
from callcore.domain.ids import Micros
from callcore.ports.stores import FloorAgent, QueueCounts, StoreError
from callcore.runtime import time_limits

FLOOR_UP = Definition(
    kind=Kind.GAUGE,
    name="callcore_floor_up",
    help="1 if the floor in Redis answered this scrape in time.",
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
    *queue_gauges.DEFINITIONS,
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
        return [gauges.empty(definition) for definition in DEFINITIONS]

    def collect(self) -> Iterator[core.Metric]:
        """The families with the values of this moment."""
        floor = self._read()
        yield gauges.alone(FLOOR_UP, 0.0 if floor is None else 1.0)
        if floor is not None:
            yield from queue_gauges.of(floor.counts, self._now())
            yield from self._agent_gauges.of(floor.agents)
            yield gauges.alone(RECORDS_PENDING, floor.records_pending)
            yield gauges.alone(CHANGES_PENDING, floor.changes_pending)

    def _read(self) -> _Floor | None:
        try:
            with time_limits.within(self._timeout_seconds):
                return _Floor(
                    counts=self._counts(),
                    agents=self._agents(),
                    records_pending=self._records_pending(),
                    changes_pending=self._changes_pending(),
                )
        except (StoreError, time_limits.TimeIsUpError):
            return None
