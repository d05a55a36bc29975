"""A node is emptied: new callers go elsewhere, those who are there end by themselves."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.events import CallTurnedAway, NodeDrained, NodeUndrained
from callcore.domain.ids import NodeName
from callcore.domain.nodes import LinkState
from callcore.domain.policies import SwitchLostPolicy
from callcore.flows.site import Site
from callcore.ports.operations import NodeView, NotReadyError, UnknownNodeError
from tests.fakes.clock import settle
from tests.fakes.switch import NODE, SILENT
from tests.flows.feature_codes import ANNS_PIN, by_phone, dial_until_over
from tests.flows.floor import ANN
from tests.flows.many_workers import Process, WorkersFloor
from tests.flows.two_nodes import OTHER, TwoNodes, promising

NUMBER = "+48200100"
CUSTOMER = f"sofia/gateway/carrier/{NUMBER}"


@pytest.fixture
def floor() -> TwoNodes:
    return TwoNodes()


def drain(floor: TwoNodes, node: NodeName = NODE) -> None:
    """An operator has a node emptied."""
    floor.worker.operating.drain_node(node, by="eve")
    settle()


def view(floor: TwoNodes, node: NodeName = NODE) -> NodeView:
    """What operators see of a node."""
    (found,) = [one for one in floor.worker.operating.nodes() if one.node == node]
    return found


def test_a_new_caller_is_refused_for_another_node_to_take(floor: TwoNodes) -> None:
    """Unanswered, with what a proxy takes for busy; nobody is put in a queue."""
    drain(floor)
    caller = floor.call_in()
    floor.clock.advance(1)
    assert floor.switch.causes[caller] == "NORMAL_TEMPORARY_FAILURE"
    assert floor.records() == []
    assert [fact.is_refused for fact in floor.told(CallTurnedAway)] == [True]
    elsewhere = floor.call_other()
    floor.clock.advance(1)
    assert floor.position(elsewhere) == 1


@pytest.mark.parametrize("reason", ["answered", "alone", "both drained"])
def test_who_cannot_be_refused_goes_to_the_fallback_at_once(floor: TwoNodes, reason: str) -> None:
    """Not after seconds of silence."""
    drain(floor)
    if reason == "alone":
        floor.other.lose_link()
    elif reason == "both drained":
        drain(floor, OTHER)
    floor.switch.deliver_to(lambda _: None)
    caller = floor.switch.call_in("8001")
    leg = floor.switch.legs_by_id[caller]
    if reason == "answered":
        leg.answered_at = floor.clock.now()
    floor.switch.deliver_to(floor.worker.deliver)
    floor.switch._park(leg)
    settle()
    assert leg.dialled == "callcore_fallback"
    assert leg.guarded is None
    floor.clock.advance(200)
    assert leg.dialled == "callcore_fallback"
    assert not floor.told(CallTurnedAway)[0].is_refused


def test_calls_that_go_on_end_by_themselves(floor: TwoNodes) -> None:
    """Who waits is served, who talks talks; then the list says that it is empty."""
    floor.log_in(ANN)
    talks, waits = floor.call_in(), floor.call_in()
    floor.clock.advance(3)
    drain(floor)
    assert view(floor).calls_count == 2
    assert (view(floor).drained_by, view(floor).is_empty) == ("eve", False)
    floor.switch.end(talks)
    floor.clock.advance(3)
    assert floor.agent_with(waits) == ANN
    floor.switch.end(waits)
    floor.clock.advance(3)
    assert (view(floor).calls_count, view(floor).legs_count) == (0, 0)
    assert view(floor).is_empty
    assert view(floor, OTHER).drained_at is None


def test_callbacks_are_dialled_elsewhere() -> None:
    """Though the promise was made there."""
    floor = TwoNodes(promising(switch_lost=SwitchLostPolicy(delay_seconds=0)))
    floor.switch.phones[CUSTOMER] = floor.other.phones[CUSTOMER] = SILENT
    floor.call_in(number=NUMBER)
    floor.clock.advance(2)
    floor.switch.vanish()
    floor.switch.restore_link(is_restarted=True)
    drain(floor)
    floor.log_in(ANN)
    floor.clock.advance(10)
    assert [one.contact for one in floor.other.requests if "carrier" in one.contact]
    assert not [one.contact for one in floor.switch.requests if "carrier" in one.contact]


def test_phones_there_are_called_from_elsewhere(floor: TwoNodes) -> None:
    """They are registered with it until it stops."""
    drain(floor)
    floor.log_in(ANN)
    caller = floor.call_other()
    floor.clock.advance(3)
    assert floor.agent_with(caller) == ANN


def test_agents_dial_their_codes_as_ever() -> None:
    """They have to be able to log out."""
    floor = TwoNodes(by_phone())
    floor.log_in(ANN)
    drain(floor)
    dial_until_over(floor, "*81", f"{ANNS_PIN}#")
    floor.clock.advance(30)
    assert floor.agent(ANN).state is AgentState.LOGGED_OUT


def test_it_takes_calls_again(floor: TwoNodes) -> None:
    """Each change is told once."""
    drain(floor)
    drain(floor)
    assert floor.worker.operating.undrain_node(NODE, by="eve")
    assert not floor.worker.operating.undrain_node(NODE, by="eve")
    caller = floor.call_in()
    floor.clock.advance(1)
    assert floor.position(caller) == 1
    assert [fact.by for fact in floor.told(NodeDrained)] == ["eve"]
    assert len(floor.told(NodeUndrained)) == 1


def test_a_restart_keeps_it(floor: TwoNodes) -> None:
    """It is kept on the floor."""
    drain(floor)
    floor.restart()
    floor.clock.advance(1)
    floor.call_in()
    floor.clock.advance(1)
    assert floor.told(CallTurnedAway)


def test_a_floor_that_lost_its_data_is_told_again(floor: TwoNodes) -> None:
    """Nothing else would know."""
    drain(floor)
    floor.store.lose_data()
    floor.clock.advance(30)
    assert view(floor).drained_by == "eve"
    floor.call_in()
    floor.clock.advance(1)
    assert floor.told(CallTurnedAway)


def test_while_redis_is_away_what_was_known_holds(floor: TwoNodes) -> None:
    """And an operator is told that nothing was done."""
    drain(floor)
    floor.store.go_down()
    floor.clock.advance(20)
    floor.call_in()
    assert floor.told(CallTurnedAway)
    with pytest.raises(NotReadyError):
        floor.worker.operating.undrain_node(NODE, by="eve")


def test_a_node_that_is_none_is_named() -> None:
    """With those there are."""
    floor = TwoNodes()
    with pytest.raises(UnknownNodeError, match="there is no node fs9: the nodes are fs1, fs2"):
        floor.worker.operating.drain_node(NodeName("fs9"), by="eve")


def test_links_are_seen(floor: TwoNodes) -> None:
    """Up, down, and taken for dead."""
    assert (view(floor).link, view(floor).fault) == (LinkState.UP, "")
    floor.switch.lose_link()
    assert (view(floor).link, view(floor).legs_count) == (LinkState.DOWN, None)
    assert view(floor).fault == "the link is down"
    floor.switch.vanish()
    assert view(floor).link is LinkState.GONE
    assert view(floor).gone_at is not None
    assert view(floor).is_empty
    floor.switch.restore_link(is_restarted=True)
    settle()
    assert (view(floor).link, view(floor).gone_at) == (LinkState.UP, None)


class DrainingWorkers(WorkersFloor):
    """Several workers that share what is kept of nodes, too."""

    __test__ = False

    def site_of(self, process: Process) -> Site:
        return replace(super().site_of(process), node_drains=self.store.node_drains)


def test_every_worker_knows_at_once() -> None:
    """Whichever was asked."""
    floor = DrainingWorkers("1", "2")
    first, second = floor.living()
    first.worker.operating.drain_node(NODE, by="eve")
    floor.clock.advance(0.5)
    assert second.site.nodes.is_drained(NODE)
    second.worker.operating.undrain_node(NODE, by="eve")
    floor.clock.advance(0.5)
    assert not first.site.nodes.is_drained(NODE)


def test_each_worker_closes_its_own_calls_of_a_dead_node() -> None:
    """One record of each, whoever followed it; what a worker leaves that died too is others'."""
    floor = DrainingWorkers("1", "2", "3")
    callers = [floor.call_in(digit=digit) for digit in "0123456789abcdef"[::4]]
    floor.clock.advance(3)
    first = floor.living()[0]
    for process in floor.living():
        process.switches[NODE].lose_link()
    floor.kill(first)
    for process in floor.living():
        process.switches[NODE].vanish(is_dead=False)
    floor.clock.advance(30)
    assert sorted(record.call_id for record in floor.records()) == sorted(callers)
    assert {record.hangup_cause for record in floor.records()} == {"SWITCH_LOST"}
    assert not [process.leftovers() for process in floor.living() if process.worker.calls_count]
