"""A call centre with two switches that share its queues, and callers on both."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from callcore.domain.agents import AgentState
from callcore.domain.callbacks import CALLBACKS
from callcore.domain.ids import AgentId, CallId, LegId, NodeName
from callcore.domain.nodes import Nodes
from callcore.domain.policies import CallbackPolicy, DialplanPolicy, SitePolicy
from callcore.domain.records import CallRecord
from callcore.flows.site import Site
from callcore.ports.stores import FloorCallState
from callcore.ports.switch_events import SwitchEvent
from tests.fakes.clock import MortalClock, settle
from tests.fakes.switch import NODE, UNREGISTERED, FakeSwitch, Phone
from tests.flows.floor import ROOMY, SUPPORT, TestFloor

OTHER = NodeName("fs2")
PEERS = {NODE: "sofia/peers/{user}@10.0.0.1:5070", OTHER: "sofia/peers/{user}@10.0.0.2:5070"}
QUICK = Phone(answers_after_seconds=0.03)
HELD = frozenset({AgentState.RESERVED, AgentState.RINGING, AgentState.TALKING})
DIALPLAN = DialplanPolicy(callback_contact="sofia/gateway/carrier/{number}")


def shared(policy: SitePolicy = ROOMY, **settings: Any) -> SitePolicy:
    """The site with settings of its support queue, from which customers can be called back."""
    support = replace(
        policy.queues[SUPPORT], **{"announce_position": None, "wrap_up_seconds": 0, **settings}
    )
    return replace(policy, queues={**policy.queues, SUPPORT: support}, dialplan=DIALPLAN)


def promising(**settings: Any) -> SitePolicy:
    """The site whose support queue calls those back whose switch died."""
    return shared(callback=CallbackPolicy(**settings))


class TwoNodes(TestFloor):
    """The call centre; every phone is registered with the first switch alone."""

    __test__ = False

    def __init__(self, site: SitePolicy | None = None) -> None:
        super().__init__(site or shared())
        for agent in self.policy.agents.values():
            self.switch.phones[agent.contact] = QUICK
        self.other.restore_link()
        settle()
        self.worker.service.phone_watch.compare_all()
        self.clock.advance(0.1)

    def _new_site(self, life: MortalClock) -> Site:
        if not hasattr(self, "other"):
            self.other = FakeSwitch(self.clock, OTHER)
            for agent in self.policy.agents.values():
                self.other.phones[agent.contact] = UNREGISTERED
            for agent_id in self.policy.agents:
                contact = PEERS[NODE].format(user=agent_id)
                self.other.phones[contact] = QUICK
        site = super()._new_site(life)
        self.other.deliver_to(self._hear_other)
        return replace(
            site,
            switches={NODE: self.switch, OTHER: self.other},
            nodes=Nodes(PEERS),
            node_drains=self.store.node_drains,
        )

    def _hear_other(self, event: SwitchEvent) -> None:
        self.worker.deliver(event)

    def kill_worker(self) -> None:
        """The process dies: nobody hears the switches."""
        self.other.deliver_to(lambda _: None)
        super().kill_worker()

    def restart(self) -> None:
        """The process is killed and another begins."""
        self.kill_worker()
        self.clock.advance(3)
        self.worker = self.start_worker()
        for switch in (self.switch, self.other):
            if switch.is_connected:
                switch.restore_link()
        settle()

    def call_other(self, **what: str) -> LegId:
        """A caller arrives at the second switch."""
        self.clock.advance(0.001)
        leg_id = self.other.call_in("8001", **what)
        settle()
        return leg_id

    def partner(self, leg_id: LegId) -> LegId | None:
        """With whom a caller talks, on either switch."""
        for switch in (self.switch, self.other):
            if leg_id in switch.legs_by_id:
                return switch.legs_by_id[leg_id].bridged_to
        return None

    def agent_with(self, caller: LegId) -> AgentId | None:
        """Who holds the call, by the floor."""
        found = [
            agent.agent_id
            for agent in self.store.roster.agents()
            if agent.call_id == CallId(caller) and agent.state in HELD
        ]
        return found[0] if found else None

    def best_record(self, caller: LegId) -> CallRecord:
        """The record of a call that stays."""
        found = [record for record in self.records() if record.call_id == CallId(caller)]
        return max(found, key=lambda record: record.rank)

    def stuck(self) -> list[str]:
        """What nobody will ever end: calls that nobody follows, agents held by no such call."""
        follows, room = self.worker.crew.switchboard.node_of, self.store.waiting_room
        calls = [
            f"call {call.call_id} is {call.state} at {node}"
            for node in (NODE, OTHER, CALLBACKS)
            for call in room.calls(node)
            if call.state is not FloorCallState.ENDED and follows(call.call_id) is None
        ]
        agents = [
            f"agent {agent.agent_id} is {agent.state} for {agent.call_id}"
            for agent in self.store.roster.agents()
            if agent.state in HELD and (agent.call_id is None or follows(agent.call_id) is None)
        ]
        return calls + agents
