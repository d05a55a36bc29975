"""Gauges of the floor, read when Prometheus asks.

The floor is shared by all workers, so each exports the same numbers: dashboards take ``max``. A
floor that does not answer in time gives ``callcore_floor_up 0`` and no gauges, never a failed
scrape, which would hide everything else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

import gevent
from prometheus_client import core, registry

from callcore.adapters.prom.families import Definition, Kind
from callcore.domain.agents import AgentState
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
    help="Callers who wait and are not being offered.",
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
    help="Wait so far of the caller who joined first, in seconds; 0 if nobody waits.",
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
AGENTS = Definition(
    kind=Kind.GAUGE,
    name="callcore_agents",
    help="Agents of the roster by state.",
    labels=("state",),
)
RECORDS_PENDING = Definition(
    kind=Kind.GAUGE,
    name="callcore_records_pending",
    help="Call records that wait for Postgres.",
)

DEFINITIONS = (
    FLOOR_UP,
    WAITING,
    OFFERED,
    LONGEST_WAIT,
    FREE_AGENTS,
    STAFFED_AGENTS,
    AGENTS,
    RECORDS_PENDING,
)


class FloorCollector(registry.Collector):
    """Reads the floor through what it is given, within ``timeout_seconds`` for all of it."""

    def __init__(
        self,
        *,
        counts: Callable[[], Sequence[QueueCounts]],
        agents: Callable[[], Sequence[FloorAgent]],
        records_pending: Callable[[], int],
        now: Callable[[], Micros],
        timeout_seconds: float = 0.5,
    ) -> None:
        self._counts = counts
        self._agents = agents
        self._records_pending = records_pending
        self._now = now
        self._timeout_seconds = timeout_seconds

    def describe(self) -> Iterable[core.Metric]:
        """The families without values, so that registering reads nothing."""
        return [_family(definition) for definition in DEFINITIONS]

    def collect(self) -> Iterator[core.Metric]:
        """The families with the values of this moment."""
        floor = self._read()
        up = _family(FLOOR_UP)
        up.add_metric([], 0.0 if floor is None else 1.0)
        yield up
        if floor is not None:
            counts, agents, records_pending = floor
            yield from self._queues(counts)
            yield from _agents_by_state(agents)
            pending = _family(RECORDS_PENDING)
            pending.add_metric([], records_pending)
            yield pending

    def _read(self) -> tuple[Sequence[QueueCounts], Sequence[FloorAgent], int] | None:
        timeout = gevent.Timeout(self._timeout_seconds)
        try:
            with timeout:
                return self._counts(), self._agents(), self._records_pending()
        except StoreError:
            return None
        except gevent.Timeout as expired:
            if expired is not timeout:
                raise
            return None

    def _queues(self, counts: Sequence[QueueCounts]) -> Iterator[core.Metric]:
        now = self._now()
        waiting, offered, longest, free, present = map(
            _family, (WAITING, OFFERED, LONGEST_WAIT, FREE_AGENTS, STAFFED_AGENTS)
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
        yield from (waiting, offered, longest, free, present)


def _agents_by_state(agents: Sequence[FloorAgent]) -> Iterator[core.Metric]:
    found = Counter(agent.state for agent in agents)
    family = _family(AGENTS)
    for state in AgentState:
        family.add_metric([state], found[state])
    yield family


def _family(definition: Definition) -> core.GaugeMetricFamily:
    return core.GaugeMetricFamily(definition.name, definition.help, labels=definition.labels)
