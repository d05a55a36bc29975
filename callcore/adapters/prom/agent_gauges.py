"""Gauges of the agents on the floor, by what they do and what keeps them from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from prometheus_client import core

from callcore.adapters.prom import gauges
from callcore.adapters.prom.families import Definition, Kind
from callcore.domain.agents import AgentState, BreakCode, HoldReason
from callcore.domain.ids import QueueName
from callcore.ports.stores import FloorAgent

CODES_LIMIT = 100
"""Break codes told apart, however often the settings change."""

AGENTS = Definition(
    kind=Kind.GAUGE,
    name="callcore_agents",
    help="Agents of the roster by state.",
    labels=("state",),
)
BY_QUEUE = Definition(
    kind=Kind.GAUGE,
    name="callcore_queue_agents",
    help="Agents of the queue by state, whichever queue's caller keeps them; one of several queues "
    "counts in each.",
    labels=("queue", "state"),
)
ON_BREAK = Definition(
    kind=Kind.GAUGE,
    name="callcore_agents_on_break",
    help="Of those on a break, how many are on which.",
    labels=("break_code",),
)
OVERRUN = Definition(
    kind=Kind.GAUGE,
    name="callcore_agents_overrun",
    help="Agents whose break is longer than its code allows.",
)
HELD = Definition(
    kind=Kind.GAUGE,
    name="callcore_agents_held",
    help="Agents who are available and yet not asked: their phone is `unregistered`, or on an "
    "`outside_call`. One for whom both is true counts in both.",
    labels=("reason",),
)
RESTING = Definition(
    kind=Kind.GAUGE,
    name="callcore_agents_resting",
    help="Agents who are available and left alone for a while after a missed call.",
)

DEFINITIONS = (AGENTS, BY_QUEUE, ON_BREAK, OVERRUN, HELD, RESTING)


class AgentGauges:
    """Remembers the break codes that were in use, so that a count falls to 0 and does not end."""

    def __init__(self) -> None:
        self._codes: set[BreakCode] = set()

    def of(self, agents: Sequence[FloorAgent]) -> Iterator[core.Metric]:
        """The families with the values of this moment."""
        available = [agent for agent in agents if agent.state is AgentState.AVAILABLE]
        states = Counter(agent.state for agent in agents)
        yield gauges.by_label(AGENTS, {str(state): states[state] for state in AgentState})
        yield _by_queue(agents)
        yield gauges.by_label(ON_BREAK, self._breaks(agents))
        yield gauges.alone(OVERRUN, sum(agent.is_overrun for agent in agents))
        holds = Counter(hold for agent in available for hold in agent.holds)
        yield gauges.by_label(HELD, {str(hold): holds[hold] for hold in HoldReason})
        yield gauges.alone(RESTING, sum(agent.lease_until is not None for agent in available))

    def _breaks(self, agents: Sequence[FloorAgent]) -> dict[str, int]:
        found = Counter(
            agent.break_code
            for agent in agents
            if agent.state is AgentState.ON_BREAK and agent.break_code is not None
        )
        room = CODES_LIMIT - len(self._codes)
        self._codes.update(sorted(found.keys() - self._codes)[:room])
        return {code: found[code] for code in sorted(self._codes)}


def _by_queue(agents: Sequence[FloorAgent]) -> core.Metric:
    # Most agents have the same queues as many others: these are added up first.
    alike = Counter((agent.queues, agent.state) for agent in agents)
    counts: dict[QueueName, Counter[AgentState]] = {}
    for (queues, state), count in alike.items():
        for queue in queues:
            counts.setdefault(queue, Counter())[state] += count
    family = gauges.empty(BY_QUEUE)
    for queue in sorted(counts):
        for state in AgentState:
            family.add_metric([queue, state], counts[queue][state])
    return family
