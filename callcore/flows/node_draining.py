"""Nodes that are being emptied: told by operators, kept on the floor, known to every worker.

A node that is being emptied takes no new callers. One whose line is not answered yet is refused as
by a switch that is busy (503), for the proxy or the carrier to try another node, which they do
without the caller's noticing; where there is none to try, and for one whose line is answered, there
is the dialplan's fallback. Calls that go on end by themselves. Agents dial their feature codes as
ever: they have to be able to leave.
"""

from __future__ import annotations

from collections.abc import Mapping

from callcore.domain.events import CallTurnedAway, NodeDrained, NodeUndrained, StoreFailed
from callcore.domain.ids import NodeName
from callcore.domain.nodes import Drain, LinkState
from callcore.flows.messages.between import NodesTouched
from callcore.flows.remote_waiters import Letters, NoLetters
from callcore.flows.site import Site
from callcore.flows.waiting_views import ready
from callcore.ports.operations import NodeView, UnknownNodeError
from callcore.ports.stores import FloorCallState, StoreError
from callcore.ports.switch_events import LegParked
from callcore.ports.telephony import TelephonyError

LOOK_SECONDS = 5.0
"""How often the floor is asked, should a letter be lost."""

BUSY_CAUSE = "NORMAL_TEMPORARY_FAILURE"
"""FreeSWITCH answers ``503 Service Unavailable``."""


class NodeDraining:
    """Which nodes are being emptied."""

    def __init__(self, site: Site, letters: Letters | None = None) -> None:
        self._site = site
        self._letters = letters or NoLetters()
        self._epoch: str | None = None
        """Of the floor that was read last."""
        self._turns_all_away = False

    def run(self) -> None:
        """Asks now and then, for ever."""
        while True:
            self.look()
            self._site.clock.sleep(LOOK_SECONDS)

    def look(self) -> None:
        """Learns which nodes are being emptied; while Redis is away they are those of before."""
        try:
            self._learn()
        except StoreError as error:
            self._failed(error)

    def turn_all_away(self) -> None:
        """From now on no node takes calls here, as the worker is to end."""
        self._turns_all_away = True

    def turn_away_no_longer(self) -> None:
        """Nodes take calls again, but for those that are being emptied."""
        self._turns_all_away = False

    def turn_away(self, arrival: LegParked) -> bool:
        """Sends a new caller elsewhere; false if the node takes calls."""
        site, node = self._site, arrival.node
        if not (self._turns_all_away or site.nodes.is_drained(node)):
            return False
        is_refused = not (self._turns_all_away or arrival.is_line_answered) and any(
            other != node and switch.is_connected and not site.nodes.is_drained(other)
            for other, switch in site.switches.items()
        )
        switch, fallback = site.switches[node], site.policy.fallback
        try:
            if is_refused:
                switch.hang_up(arrival.leg_id, BUSY_CAUSE)
            else:
                switch.unguard(arrival.leg_id)
                switch.transfer(arrival.leg_id, fallback.extension, fallback.context)
        except TelephonyError as error:
            # The dead man's switch of the dialplan does the same in a moment.
            now, reason = site.clock.now(), f"{node}: {error}"
            site.facts.publish(StoreFailed(at=now, store="floor", reason=reason))
        site.facts.publish(
            CallTurnedAway(at=arrival.at, node=node, leg_id=arrival.leg_id, is_refused=is_refused)
        )
        return True

    def nodes(self) -> list[NodeView]:
        """Every node of the settings, in their order. Raises ``NotReadyError``."""
        ready(self._learn)
        return [self._view(node) for node in self._site.switches]

    def drain(self, node: NodeName, *, by: str) -> bool:
        """The node takes no new calls from now on; false if it did not before.

        Raises ``UnknownNodeError``, ``NotReadyError``.
        """
        self._known(node)
        drain = Drain(since=self._site.clock.now(), by=by)
        is_new = ready(lambda: self._site.node_drains.begin(node, drain))
        self._tell()
        return is_new

    def undrain(self, node: NodeName, *, by: str) -> bool:  # noqa: ARG002 - noted where it is asked
        """The node takes calls again; false if it did all the time.

        Raises ``UnknownNodeError``, ``NotReadyError``.
        """
        self._known(node)
        was_drained = ready(lambda: self._site.node_drains.end(node))
        self._tell()
        return was_drained

    def _tell(self) -> None:
        ready(self._learn)
        self._letters.send_all(NodesTouched())

    def _learn(self) -> None:
        nodes, now = self._site.nodes, self._site.clock.now()
        before, epoch = nodes.drains, self._site.epoch()
        if self._epoch not in {None, epoch}:
            self._restore(before)
        self._epoch = epoch
        found = self._site.node_drains.all()
        nodes.note_drains(found)
        for node in found.keys() - before.keys():
            self._site.facts.publish(NodeDrained(at=now, node=node, by=found[node].by))
        for node in before.keys() - found.keys():
            self._site.facts.publish(NodeUndrained(at=now, node=node))

    def _restore(self, known: Mapping[NodeName, Drain]) -> None:
        """Redis has lost what it was told, or has what was so a while ago."""
        for node in self._site.node_drains.all().keys() - known.keys():
            self._site.node_drains.end(node)
        for node, drain in known.items():
            self._site.node_drains.begin(node, drain)

    def _view(self, node: NodeName) -> NodeView:
        site, switch = self._site, self._site.switches[node]
        calls = [
            call
            for call in ready(lambda: site.waiting_room.calls(node))
            if call.state is not FloorCallState.ENDED
        ]
        agents = ready(site.roster.agents)
        drain = site.nodes.drains.get(node)
        link = LinkState.UP if switch.is_connected else LinkState.DOWN
        legs_count, fault = None, ""
        try:
            legs_count = switch.count_legs()
        except TelephonyError as error:
            fault = str(error)
        return NodeView(
            node=node,
            link=LinkState.GONE if site.nodes.is_gone(node) else link,
            fault=fault,
            gone_at=site.nodes.gone.get(node),
            drained_at=None if drain is None else drain.since,
            drained_by="" if drain is None else drain.by,
            calls_count=len(calls),
            lines_count=sum(
                agent.standing_leg is not None and agent.standing_leg.node == node
                for agent in agents
            ),
            legs_count=legs_count,
            is_empty=legs_count == 0 or (legs_count is None and site.nodes.is_gone(node)),
        )

    def _known(self, node: NodeName) -> None:
        if node not in self._site.switches:
            known = ", ".join(self._site.switches)
            message = f"there is no node {node}: the nodes are {known}"
            raise UnknownNodeError(message)

    def _failed(self, error: StoreError) -> None:
        now = self._site.clock.now()
        self._site.facts.publish(StoreFailed(at=now, store="redis", reason=str(error)))
