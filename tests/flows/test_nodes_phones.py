"""A phone is registered with one of two nodes, and rung for the callers of both."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain.agents import AgentState, HoldReason
from callcore.domain.ids import NodeName
from callcore.domain.nodes import Nodes, Way
from callcore.domain.phones import Phone
from callcore.flows.phone_watch import COMPARE_SECONDS
from tests.fakes.switch import NODE, SILENT, UNREGISTERED
from tests.flows.floor import ANN
from tests.flows.two_nodes import OTHER, PEERS, QUICK, TwoNodes, shared

ANNS = "user/1001@t"
PEER = "sofia/peers/1001@10.0.0.1:5070"
REGISTRAR = "sofia/internal/{user}@registrar"


@pytest.fixture
def floor() -> TwoNodes:
    return TwoNodes()


class TestWays:
    """What is dialled, by what is known."""

    @pytest.mark.parametrize(
        ("node", "registered", "way"),
        [
            (NODE, {NODE: True}, Way(contact=ANNS)),
            (OTHER, {NODE: True}, Way(contact=PEER, through=NODE)),
            (OTHER, {NODE: True, OTHER: False}, Way(contact=PEER, through=NODE)),
            (OTHER, {NODE: True, OTHER: True}, Way(contact=ANNS)),
            (OTHER, {NODE: False, OTHER: False}, Way(contact=ANNS)),
            (OTHER, {}, Way(contact=ANNS)),
        ],
    )
    def test_of_a_phone(self, node: NodeName, registered: dict[NodeName, bool], way: Way) -> None:
        """At home if it is there, else through the node where it is."""
        nodes = Nodes(PEERS)
        for where, is_there in registered.items():
            nodes.registered[where] = {Phone("1001@t"): is_there}
        assert nodes.way_to(ANNS, node) == way

    def test_of_a_node_that_says_not_how(self) -> None:
        """It is called at home, which fails as ever."""
        nodes = Nodes({OTHER: PEERS[OTHER]})
        nodes.registered[NODE] = {Phone("1001@t"): True}
        assert nodes.way_to(ANNS, OTHER) == Way(contact=ANNS)

    @pytest.mark.parametrize("contact", ["sofia/gateway/carrier/+48601", "user/1001"])
    def test_of_what_is_no_phone(self, contact: str) -> None:
        """A trunk leads there from every node."""
        nodes = Nodes(PEERS)
        assert nodes.way_to(contact, OTHER, REGISTRAR) == Way(contact=contact)

    def test_of_one_that_is_registered_nowhere(self) -> None:
        """The registrar knows it, if there is one."""
        nodes = Nodes(PEERS)
        nodes.registered[NODE] = {Phone("1001@t"): False}
        assert nodes.way_to(ANNS, NODE, REGISTRAR) == Way(contact="sofia/internal/1001@registrar")
        nodes.registered[OTHER] = {Phone("1001@t"): True}
        assert nodes.way_to(ANNS, NODE, REGISTRAR) == Way(
            contact="sofia/peers/1001@10.0.0.2:5070", through=OTHER
        )

    def test_through_a_dead_node_there_is_none(self) -> None:
        """What it told is forgotten with it."""
        nodes = Nodes(PEERS)
        nodes.registered[NODE] = {Phone("1001@t"): True}
        nodes.vanished(NODE, 1)  # type: ignore[arg-type]  # some instant
        assert nodes.way_to(ANNS, OTHER) == Way(contact=ANNS)


class TestCalls:
    """Callers on both nodes, one phone."""

    def test_both_are_served(self, floor: TwoNodes) -> None:
        """In the order of joining, whichever node."""
        floor.log_in(ANN)
        first, second, third = floor.call_other(), floor.call_in(), floor.call_other()
        for caller in (first, second, third):
            floor.clock.advance(3)
            assert floor.agent_with(caller) == ANN
            switch = floor.switch if caller in floor.switch.legs_by_id else floor.other
            switch.end(caller)
            floor.clock.advance(0.1)
        assert [request.contact for request in floor.other.requests] == [PEER, PEER]
        assert [request.contact for request in floor.switch.requests] == [ANNS]
        assert {request.from_node for request in floor.other.requests} == {OTHER}
        assert floor.switch.requests[0].from_node is None
        assert len(floor.records()) == 3

    def test_a_phone_anywhere_makes_available(self, floor: TwoNodes) -> None:
        """And one that is nowhere does not."""
        floor.log_in(ANN)
        assert floor.agent(ANN).holds == frozenset()
        floor.switch.unregister(ANNS)
        floor.clock.advance(3)
        assert floor.agent(ANN).holds == {HoldReason.UNREGISTERED}
        floor.other.register(ANNS)
        floor.clock.advance(1)
        assert floor.agent(ANN).holds == frozenset()
        caller = floor.call_in()
        floor.clock.advance(3)
        assert floor.agent_with(caller) == ANN
        assert floor.switch.requests[-1].contact == "sofia/peers/1001@10.0.0.2:5070"

    def test_a_registrar_makes_every_phone_available(self) -> None:
        """No node tells of it."""
        policy = shared()
        policy = replace(policy, dialplan=replace(policy.dialplan, registrar_contact=REGISTRAR))
        floor = TwoNodes(policy)
        floor.switch.phones[ANNS] = UNREGISTERED
        floor.clock.advance(COMPARE_SECONDS)
        floor.log_in(ANN)
        assert floor.agent(ANN).holds == frozenset()
        floor.other.phones["sofia/internal/1001@registrar"] = QUICK
        caller = floor.call_other()
        floor.clock.advance(3)
        assert floor.agent_with(caller) == ANN

    def test_the_half_on_the_other_node_is_no_call_of_the_agents_own(self, floor: TwoNodes) -> None:
        """Neither while it rings and they talk, nor after; however often phones are compared."""
        floor.log_in(ANN)
        floor.other.phones[PEER] = SILENT
        caller = floor.call_other()
        offer_id = floor.agent(ANN).offer_id
        assert offer_id is not None
        half = floor.switch.call_phone(ANNS, peer_offer=offer_id, peer_node=OTHER)
        floor.clock.advance(1)
        assert floor.agent(ANN).holds == frozenset()
        floor.clock.advance(COMPARE_SECONDS / 10)
        floor.other._pick_up(floor.other.legs_by_id[floor.other.requests[-1].leg_id])
        floor.clock.advance(3 * COMPARE_SECONDS)
        assert floor.agent(ANN).state is AgentState.TALKING
        assert floor.agent(ANN).holds == frozenset()
        assert floor.switch.legs_by_id[half]
        floor.other.end(caller)
        floor.switch.end(half)
        floor.clock.advance(1)
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        assert floor.agent(ANN).holds == frozenset()

    def test_a_half_that_lives_on_is_a_call_of_the_agents_own(self, floor: TwoNodes) -> None:
        """Somebody has transferred it there."""
        floor.log_in(ANN)
        caller = floor.call_other()
        floor.clock.advance(0.02)
        half = floor.switch.call_phone(
            ANNS, peer_offer=floor.agent(ANN).offer_id or "", peer_node=OTHER
        )
        floor.clock.advance(3)
        floor.other.end(caller)
        floor.clock.advance(5)
        assert floor.agent(ANN).holds == {HoldReason.OUTSIDE_CALL}
        floor.switch.end(half)
        floor.clock.advance(1)
        assert floor.agent(ANN).holds == frozenset()

    def test_a_call_of_the_agents_own_on_the_other_node_is_one(self, floor: TwoNodes) -> None:
        """For callers of both."""
        floor.log_in(ANN)
        own = floor.switch.call_phone(ANNS)
        floor.clock.advance(1)
        caller = floor.call_other()
        floor.clock.advance(5)
        assert floor.agent(ANN).holds == {HoldReason.OUTSIDE_CALL}
        assert floor.position(caller) == 1
        floor.switch.end(own)
        floor.clock.advance(3)
        assert floor.agent_with(caller) == ANN

    def test_a_half_is_hung_up_when_the_node_dies_that_had_it_called(self, floor: TwoNodes) -> None:
        """A dead node says no goodbye, and the phone would talk to nobody for long."""
        floor.log_in(ANN)
        floor.call_other()
        offer_id = floor.agent(ANN).offer_id or ""
        half = floor.switch.call_phone(ANNS, peer_offer=offer_id, peer_node=OTHER)
        own = floor.switch.call_phone("user/1002@t")
        floor.clock.advance(3)
        floor.other.vanish()
        floor.clock.advance(5)
        assert floor.switch.causes[half] == "DESTINATION_OUT_OF_ORDER"
        assert own in floor.switch.legs_by_id
        assert floor.agent(ANN).holds == frozenset()
        caller = floor.call_in()
        floor.clock.advance(3)
        assert floor.agent_with(caller) == ANN

    def test_a_half_that_is_found_later_is_too(self, floor: TwoNodes) -> None:
        """The process was not there to hear of it."""
        floor.kill_worker()
        half = floor.switch.call_phone(ANNS, peer_offer="an offer", peer_node=OTHER)
        floor.other.lose_link()
        floor.worker = floor.start_worker()
        floor.switch.restore_link()
        floor.other.vanish()
        floor.clock.advance(COMPARE_SECONDS + 1)
        assert floor.switch.causes[half] == "DESTINATION_OUT_OF_ORDER"
