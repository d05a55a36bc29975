"""What is counted of the switches that share the queues."""

from __future__ import annotations

from callcore.adapters.prom.families import Families


class NodeFamilies:
    """Families by node."""

    def __init__(self, families: Families) -> None:
        self.gone = families.gauges(
            "callcore_node_gone",
            "1 while the node counts as dead: its calls were closed.",
            "node",
        )
        self.lost = families.counters(
            "callcore_node_lost_total", "Times the node was found to be dead.", "node"
        )
        self.calls_lost = families.counters(
            "callcore_node_calls_lost_total",
            "Calls and lines of this worker that were closed with it.",
            "node",
        )
        self.draining = families.gauges(
            "callcore_node_draining", "1 while the node takes no new calls.", "node"
        )
        self.turned_away = families.counters(
            "callcore_node_calls_turned_away_total",
            "New callers at a node that takes none: `refused`, for another node to take, or sent "
            "to the `fallback`.",
            "node",
            "how",
        )
