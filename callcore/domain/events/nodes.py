"""How the switches fare that share the queues."""

from __future__ import annotations

from dataclasses import dataclass

from callcore.domain.events.facts import Fact
from callcore.domain.ids import LegId, NodeName


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeLost(Fact):
    """A node counts as dead, and the calls that this worker followed there are closed."""

    node: NodeName
    reason: str
    calls_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeDrained(Fact):
    """A node takes no new calls from now on, as this worker has learnt."""

    node: NodeName
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeUndrained(Fact):
    """A node takes calls again, as this worker has learnt."""

    node: NodeName


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTurnedAway(Fact):
    """A new caller was not taken because the node is being emptied: refused for another node to
    take, or sent to the fallback; or because not even a record of it could be kept.
    """

    node: NodeName
    leg_id: LegId
    is_refused: bool
