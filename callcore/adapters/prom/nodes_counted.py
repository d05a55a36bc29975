"""What the facts of nodes count."""

from __future__ import annotations

from functools import partial

from callcore.adapters.prom.fact_table import FactTable
from callcore.adapters.prom.metrics import Metrics
from callcore.adapters.prom.node_families import NodeFamilies
from callcore.domain import events


def fill(table: FactTable, metrics: Metrics) -> None:
    """Enters the facts of nodes."""
    nodes = metrics.nodes
    table.count(events.NodeLost, partial(_lost, nodes))
    # What else there is to count of links they count themselves, also while nobody listens.
    table.count(events.LinkRestored, lambda fact: nodes.gone.set(0, fact.node))
    table.count_nothing(events.LinkLost)
    table.count(events.NodeDrained, lambda fact: nodes.draining.set(1, fact.node))
    table.count(events.NodeUndrained, lambda fact: nodes.draining.set(0, fact.node))
    table.count(events.CallTurnedAway, partial(_turned_away, nodes))


def _lost(nodes: NodeFamilies, fact: events.NodeLost) -> None:
    nodes.gone.set(1, fact.node)
    nodes.lost.add(fact.node)
    nodes.calls_lost.add(fact.node, amount=fact.calls_count)


def _turned_away(nodes: NodeFamilies, fact: events.CallTurnedAway) -> None:
    nodes.turned_away.add(fact.node, "refused" if fact.is_refused else "fallback")
