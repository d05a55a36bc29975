"""A switch that counts as dead: its calls are closed, and everybody they held is free.

What is followed here hears that its legs have ended, and ends as any call does. What nobody follows
(another process had it, and died too) is closed from the floor, again and again until the switch is
reached: shards may become this worker's later, and Redis may be away now.

A switch that comes back with the same core has only been cut off. Its calls are then found by the
comparison that follows, and adopted like those of a process that has died.
"""

from __future__ import annotations

from collections.abc import Callable

from callcore.domain.callbacks import CALLBACKS
from callcore.domain.events import FlowFailed, NodeLost, StoreFailed
from callcore.domain.ids import CallId, LegId, NodeName
from callcore.domain.sharding import shard_of_leg
from callcore.flows import whereabouts
from callcore.flows.phone_watch import PhoneWatch
from callcore.flows.reclaiming import Reclaiming
from callcore.flows.site import Site
from callcore.flows.switchboard import Switchboard
from callcore.ports.stores import FloorCall, FloorCallState, StoreError
from callcore.ports.switch_events import SwitchGone

LOOK_SECONDS = 5.0
"""How often the floor is looked at for what is left of calls on it."""

Spawn = Callable[[str, Callable[[], None]], object]
"""Starts a named greenlet."""


class NodeLoss:
    """Ends what was on nodes that are gone."""

    def __init__(
        self,
        site: Site,
        spawn: Spawn,
        switchboard: Switchboard,
        reclaiming: Reclaiming,
        phone_watch: PhoneWatch,
    ) -> None:
        self._site = site
        self._spawn = spawn
        self._switchboard = switchboard
        self._reclaiming = reclaiming
        self._phone_watch = phone_watch
        self._is_clearing: set[NodeName] = set()

    def gone(self, event: SwitchGone) -> None:
        """The node counts as dead; does not wait."""
        site, node = self._site, event.node
        if site.switches[node].is_connected or site.nodes.is_gone(node):
            return
        followed = self._switchboard.legs(node, claimed_by=site.clock.now())
        site.nodes.vanished(node, event.at)
        site.facts.publish(
            NodeLost(
                at=event.at,
                node=node,
                reason=event.reason,
                calls_count=len(set(followed.values())),
            )
        )
        self._reclaiming.switch_gone(node)
        self._phone_watch.node_gone(node)
        if node not in self._is_clearing:
            self._is_clearing.add(node)
            self._spawn(f"clear {node}", lambda: self._clear_until_back(node))

    def back(self, node: NodeName) -> None:
        """The link to the node is up; does not wait."""
        self._site.nodes.came_back(node)

    def _clear_until_back(self, node: NodeName) -> None:
        site = self._site
        try:
            while site.nodes.is_gone(node):
                try:
                    self._clear(node)
                except StoreError as error:
                    now = site.clock.now()
                    site.facts.publish(StoreFailed(at=now, store="redis", reason=str(error)))
                except Exception as error:  # noqa: BLE001 - without it agents stay stuck
                    now, reason = site.clock.now(), f"{node}: {error!r}"
                    site.facts.publish(FlowFailed(at=now, flow="node_loss", reason=reason))
                site.clock.sleep(LOOK_SECONDS)
        finally:
            self._is_clearing.discard(node)

    def _clear(self, node: NodeName) -> None:
        """Closes the calls of the node that nobody follows and that are for us to close."""
        room = self._site.waiting_room
        for call in (*room.calls(node), *room.calls(CALLBACKS)):
            if self._is_left_over(call, node):
                self._reclaiming.close_lost(call, node)
        for agent in self._site.roster.agents():
            leg = agent.standing_leg
            if leg is not None and leg.node == node and self._is_for_us(node, CallId(leg.leg_id)):
                self._reclaiming.line_lost(agent)
        self._reclaiming.free_held_by_nothing()

    def _is_left_over(self, call: FloorCall, node: NodeName) -> bool:
        """True of what was on the node; of a promise that is still to be kept, too, whose agent or
        customer was called from there.
        """
        if call.state is FloorCallState.ENDED:
            return False
        if self._switchboard.node_of(call.call_id) is not None:
            return False
        where = whereabouts.node_of(call)
        if where == node:
            return self._is_for_us(node, call.call_id)
        was_there = call.callback is not None and call.callback.node == node
        return where == CALLBACKS and was_there and whereabouts.is_ours(self._site, call)

    def _is_for_us(self, node: NodeName, call_id: CallId) -> bool:
        """True of our calls; of those that are nobody's, because nobody reaches the node, if we
        have the promises of their digit.
        """
        tenure = self._site.tenure
        is_nobodys = tenure.owner_of(shard_of_leg(node, LegId(call_id))) is None
        return tenure.holds_call(CALLBACKS if is_nobodys else node, call_id)
