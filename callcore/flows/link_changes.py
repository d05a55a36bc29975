"""Links that come up and go down, and nodes that count as dead: who has to know."""

from __future__ import annotations

from collections.abc import Callable

from callcore.domain.events import LinkLost, LinkRestored
from callcore.flows.node_loss import NodeLoss
from callcore.flows.reclaiming import Reclaiming
from callcore.flows.site import Site
from callcore.flows.taking_over import TakingOver
from callcore.ports.switch_events import SwitchGone, SwitchLost, SwitchRestored


class LinkChanges:
    """Tells of links. Does not wait."""

    def __init__(
        self, site: Site, node_loss: NodeLoss, reclaiming: Reclaiming, taking_over: TakingOver
    ) -> None:
        self._site = site
        self._node_loss = node_loss
        self._reclaiming = reclaiming
        self._taking_over = taking_over
        self._is_up: Callable[[], None] | None = None

    def connect(self, is_up: Callable[[], None]) -> None:
        """Says who is told besides when a link comes up."""
        self._is_up = is_up

    def take(self, event: SwitchRestored | SwitchLost | SwitchGone) -> None:
        """Something has become of a link."""
        match event:
            case SwitchLost():
                lost = LinkLost(at=event.at, node=event.node, reason=event.reason)
                self._site.facts.publish(lost)
            case SwitchGone():
                self._node_loss.gone(event)
            case SwitchRestored():
                self._restored(event)

    def _restored(self, event: SwitchRestored) -> None:
        self._node_loss.back(event.node)
        if event.is_restarted:
            self._site.nodes.restarted(event.node, event.at)
            self._reclaiming.switch_restarted(event.node)
        self._site.nodes.ran(event.node, event.at)
        self._site.facts.publish(
            LinkRestored(
                at=event.at,
                node=event.node,
                core_uuid=event.core_uuid,
                is_restarted=event.is_restarted,
            )
        )
        self._taking_over.link_is_up(event.node)
        if self._is_up is not None:
            self._is_up()
