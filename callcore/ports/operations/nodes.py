"""What operators see of the switches."""

from __future__ import annotations

from dataclasses import dataclass

from callcore.domain.ids import Micros, NodeName
from callcore.domain.nodes import LinkState


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeView:
    """One node, as the worker that was asked reaches it."""

    node: NodeName
    link: LinkState
    fault: str
    """Why the switch cannot be asked; empty if it can."""
    gone_at: Micros | None
    """Since when it counts as dead."""
    drained_at: Micros | None
    """Since when it takes no new calls; ``None``: it takes them."""
    drained_by: str
    calls_count: int
    """Callers who wait or talk there, whoever follows them."""
    lines_count: int
    """Agents who stay on the line there."""
    legs_count: int | None
    """Everything the switch itself has, callcore's or not; ``None`` if it cannot be asked."""
    is_empty: bool
    """True if nobody is on it any more."""
