"""Finding what no event told: legs that are gone or live on unheard, and whom they hold.

A switch tells of every leg; but a lost event is told by nobody, and would hold an agent for ever.
So each node's list of legs is read now and then, one question however many calls there are. What
does not fit is looked at again a few seconds later: a leg that was just made or has just ended fits
by then. Only what fits neither time is mended, and counted.
"""

from __future__ import annotations

from collections.abc import Iterable

from callcore.domain.agents import AgentState
from callcore.domain.callbacks import CALLBACKS
from callcore.domain.events import FlowFailed, StoreFailed
from callcore.domain.ids import (
    MICROS_PER_SECOND,
    LegId,
    Micros,
    NodeName,
    OfferId,
)
from callcore.flows import leg_roles, whereabouts
from callcore.flows.agent_reclaiming import HOLDING_STATES
from callcore.flows.findings import Findings
from callcore.flows.floor_changes import FloorChanges
from callcore.flows.reclaiming import Reclaiming
from callcore.flows.site import Site
from callcore.flows.switchboard import Switchboard
from callcore.ports.stores import FloorAgent, FloorCall, FloorCallState, StoreError
from callcore.ports.switch_events import LegSnapshot
from callcore.ports.telephony import Switch, TelephonyError

LOOK_EVERY_SECONDS = 60.0
"""How often each node is looked at."""

SETTLED_SECONDS = 5.0
"""How long a leg may be on its way in or out: an event needs milliseconds."""


class LegWatch:
    """Looks at the nodes in turn."""

    def __init__(
        self, site: Site, switchboard: Switchboard, reclaiming: Reclaiming, changes: FloorChanges
    ) -> None:
        self._site = site
        self._switchboard = switchboard
        self._reclaiming = reclaiming
        self._changes = changes
        self._strangers: dict[NodeName, frozenset[LegId]] = {}
        """Legs that are none of callcore's, which need not be asked about again."""

    def run(self) -> None:
        """Watches for ever."""
        nodes = tuple(self._site.switches)
        while nodes:
            for node in nodes:
                self._site.clock.sleep(LOOK_EVERY_SECONDS / len(nodes))
                self._look_safely(node)

    def look(self, node: NodeName) -> None:
        """Mends what does not fit on a node. May raise ``TelephonyError`` or ``StoreError``."""
        switch = self._site.switches[node]
        if not switch.is_connected:
            return  # its calls go on, or are ended as those of a dead one
        first = self._find(node, switch)
        if not first:
            return
        self._site.clock.sleep(SETTLED_SECONDS)
        if not self._reclaiming.is_comparing(node):
            self._reclaiming.mend(node, first.also_in(self._find(node, switch)))

    def _look_safely(self, node: NodeName) -> None:
        now = self._site.clock.now
        try:
            self.look(node)
        except (TelephonyError, StoreError) as error:
            reason = f"{node} was not looked at: {error}"
            self._site.facts.publish(StoreFailed(at=now(), store="floor", reason=reason))
        except Exception as error:  # noqa: BLE001 - without the watch agents stay stuck
            reason = f"{node}: {error!r}"
            self._site.facts.publish(FlowFailed(at=now(), flow="leg_watch", reason=reason))

    def _find(self, node: NodeName, switch: Switch) -> Findings:
        """The switch is asked last: what was followed or held before must be there."""
        settled_at = Micros(self._site.clock.now() - round(SETTLED_SECONDS * MICROS_PER_SECOND))
        followed = self._switchboard.legs(node, claimed_by=settled_at)
        calls = [
            call
            for call in self._site.waiting_room.calls(node)
            if self._site.is_ours(node, call.call_id) and self._is_unfollowed(call)
        ]
        promises = [
            call.call_id
            for call in self._site.waiting_room.calls(CALLBACKS)
            if call.state is FloorCallState.WAITING
            and whereabouts.is_ours(self._site, call)
            and self._is_unfollowed(call)
        ]
        agents = [agent for agent in self._site.roster.agents() if agent.state in HOLDING_STATES]
        listed = switch.leg_ids()
        return Findings(
            gone=frozenset(followed.keys() - listed),
            strays=frozenset(leg.leg_id for leg in self._strays(node, switch, listed)),
            calls=frozenset(call.call_id for call in calls if call.leg_id not in listed),
            held=frozenset(self._held_by_nothing(node, agents, listed)),
            promises=frozenset(promises),
        )

    def _is_unfollowed(self, call: FloorCall) -> bool:
        """What has ended is on its way to the records."""
        return (
            call.state is not FloorCallState.ENDED
            and self._switchboard.node_of(call.call_id) is None
            and not self._changes.owes(call.call_id)
        )

    def _strays(
        self, node: NodeName, switch: Switch, listed: frozenset[LegId]
    ) -> list[LegSnapshot]:
        """Legs that might be ours to serve or to end; a caller in other hands is seen anew each
        time, and left there.
        """
        strangers = self._strangers.get(node, frozenset()) & listed
        unknown = [
            leg for leg in listed if leg not in strangers and not self._switchboard.follows(leg)
        ]
        found = switch.legs(unknown) if unknown else []
        ours = {leg.leg_id for leg in found}
        self._strangers[node] = strangers.union(leg for leg in unknown if leg not in ours)
        return [
            leg
            for leg in found
            if not self._switchboard.follows(leg.leg_id)
            and self._site.tenure.holds_leg(node, leg.leg_id)
            and (leg_roles.is_callers(leg) or leg_roles.is_orphan(leg))
        ]

    def _held_by_nothing(
        self, node: NodeName, agents: Iterable[FloorAgent], listed: frozenset[LegId]
    ) -> Iterable[OfferId]:
        for agent in agents:
            if agent.offer_id is None or agent.call_id is None:
                continue
            if self._changes.owes(agent.call_id):
                continue
            is_alone = self._is_talking_alone(agent, node, listed)
            if is_alone or self._reclaiming.is_held_by_nothing(agent):
                yield agent.offer_id

    def _is_talking_alone(
        self, agent: FloorAgent, node: NodeName, listed: frozenset[LegId]
    ) -> bool:
        """True if nobody hears of the agent's leg, because there is none."""
        if agent.state is not AgentState.TALKING or agent.call_id is None or agent.leg_id is None:
            return False
        if agent.leg_id in listed or self._switchboard.follows(agent.leg_id):
            return False
        return self._switchboard.node_of(agent.call_id) == node
