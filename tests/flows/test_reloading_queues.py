"""Queues are added, changed and taken out while callers wait in them."""

from __future__ import annotations

from typing import Any

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.events import FlowFailed, QueueDoorChanged, QueueGone
from callcore.domain.hours import OpeningHours
from callcore.domain.ids import QueueName
from callcore.domain.outcomes import AskingEnd, CallOutcome, RefusalReason
from callcore.domain.policies import AtClosing
from callcore.domain.treatments import OverflowReason, ToExtension, ToQueue
from callcore.ports.operations import MoveRefusedError
from tests.fakes.clock import settle
from tests.fakes.switch import SILENT
from tests.flows import callbacks
from tests.flows.floor import ANN, CLEO, ROOMY, SALES, SUPPORT, TestFloor
from tests.flows.front_doors import press
from tests.flows.menus import menus
from tests.flows.reloads import with_number, without_agents, without_queue
from tests.flows.stories import (
    agent_of,
    come,
    duty_order,
    line,
    line_of,
    move,
    pick_up,
    queue_of,
    record_of,
    visits_of,
    who_talks_with,
)


def _never() -> OpeningHours:
    """Closed at every hour of the tests."""
    return OpeningHours(name="never", timezone="UTC", week={})


def _to(queue: QueueName) -> ToQueue:
    return ToQueue(queue=queue)


@pytest.fixture
def floor() -> TestFloor:
    """Room for everybody."""
    return TestFloor(ROOMY)


@pytest.fixture(autouse=True)
def nothing_fails(floor: TestFloor) -> object:
    """No flow of the common floor fails in any story."""
    yield
    assert floor.told(FlowFailed) == []


class TestQueues:
    """Queues that change under those who wait."""

    def test_who_waits_keeps_place_and_music(self, floor: TestFloor) -> None:
        """What was begun goes on as it began; the next caller hears the new music."""
        first, second = floor.call_in(), floor.call_in()
        floor.reload(queue_of(music="jazz.wav", maximum_wait_seconds=1.0))
        floor.clock.advance(30)
        assert line(floor, first, second) == [1, 2]
        third = floor.call_in()
        assert line_of(floor, third).playing == "jazz.wav"
        assert line_of(floor, first).playing != "jazz.wav"

    def test_a_queue_that_is_closed_by_new_hours_treats_callers_as_at_closing(
        self, floor: TestFloor
    ) -> None:
        """At once; the door is closed to others."""
        caller = floor.call_in()
        floor.reload(
            queue_of(
                hours=_never(),
                at_closing=AtClosing.OVERFLOW,
                overflow={OverflowReason.CLOSED: ToExtension(extension="5000")},
            )
        )
        assert not floor.knows(caller)
        floor.clock.advance(1)
        late = floor.call_in()
        floor.clock.advance(1)
        assert not floor.knows(late)
        doors = floor.told(QueueDoorChanged)
        assert [(one.queue, one.is_open) for one in doors] == [(SUPPORT, False)]

    def test_a_new_queue_takes_callers(self, floor: TestFloor) -> None:
        """With its number and its agents."""
        floor.reload(without_queue())
        floor.clock.advance(10)
        come(floor, CLEO)
        floor.reload(with_number("8002", SALES))
        caller = floor.call_in("8002")
        floor.clock.advance(3)
        assert who_talks_with(floor, caller) == CLEO

    def test_a_queue_left_without_agents_is_warned_of(self, floor: TestFloor) -> None:
        """The callers wait on by its rules."""
        come(floor, CLEO)
        floor.worker.operating.change_duty(CLEO, duty_order("break"))
        caller = floor.call_in("8002")
        answer = floor.reload(agent_of(CLEO, ROOMY, queues=(SUPPORT,)))
        assert answer.warnings == (
            "queue sales has no agents any more: 1 wait on there by its rules",
        )
        floor.clock.advance(60)
        assert line(floor, caller, queue=SALES) == [1]

    def test_a_queue_left_without_staff_is_warned_of(self, floor: TestFloor) -> None:
        """Agents there are, but those who are logged in have gone."""
        floor.switch.phones[ROOMY.agents[ANN].contact] = SILENT
        come(floor, ANN)
        floor.call_in()
        floor.clock.advance(1)
        answer = floor.reload(without_agents(ANN))
        assert answer.warnings == (
            "queue support has nobody logged in any more: 1 wait on there by its rules",
        )

    def test_agents_who_change_places_leave_no_queue_alone(self) -> None:
        """Nobody leaves for a lack of agents that lasts only while they are moved."""
        policy = agent_of(CLEO, queue_of(no_agents_grace_seconds=0), queues=(SALES,))
        floor = TestFloor(policy)
        floor.switch.phones |= {one.contact: SILENT for one in policy.agents.values()}
        come(floor, ANN, CLEO)
        callers = [floor.call_in(), floor.call_in()]
        enrol = floor.store.roster.enrol

        def enrol_slowly(*args: Any, **more: Any) -> None:
            enrol(*args, **more)
            floor.worker.service.queue_watch.look(floor.site.policy.queues)
            floor.clock.advance(0.1)

        floor.store.roster.enrol = enrol_slowly
        swapped = agent_of(CLEO, policy, queues=(SUPPORT,))
        floor.reload(agent_of(ANN, swapped, queues=(SALES,)))
        floor.clock.advance(1)
        assert all(floor.knows(caller) for caller in callers)


class TestTakenOut:
    """A queue is taken out of the settings while somebody is in it."""

    def test_who_waits_is_served_out(self, floor: TestFloor) -> None:
        """By its agents, who keep their posts until nobody is left; then it is gone."""
        floor.switch.phones[ROOMY.agents[CLEO].contact] = SILENT
        first, second = floor.call_in("8002"), floor.call_in("8002")
        answer = floor.reload(without_queue())
        assert answer.warnings == (
            "queue sales is no longer in the settings while 2 wait and 0 talk in it: it admits "
            "nobody, and goes when nobody is left",
        )
        assert floor.worker.operating.configuration().retired_queues == (SALES,)
        floor.clock.advance(100)
        assert line(floor, first, second, queue=SALES) == [1, 2]
        floor.switch.phones.clear()
        come(floor, CLEO)
        floor.clock.advance(3)
        assert who_talks_with(floor, first) == CLEO
        floor.switch.end(first)
        floor.clock.advance(3)
        assert who_talks_with(floor, second) == CLEO
        floor.clock.advance(60)
        assert floor.told(QueueGone) == []
        floor.switch.end(second)
        floor.clock.advance(20)
        assert [one.queue for one in floor.told(QueueGone)] == [SALES]
        assert floor.worker.operating.configuration().retired_queues == ()
        assert floor.agent(CLEO).queues == (SUPPORT,)
        assert floor.agent(CLEO).state is AgentState.AVAILABLE
        for caller in (first, second):
            assert record_of(floor, caller).outcome is CallOutcome.SERVED

    def test_who_is_being_offered_is_served(self, floor: TestFloor) -> None:
        """The phone rings on."""
        floor.switch.phones[ROOMY.agents[CLEO].contact] = SILENT
        come(floor, CLEO)
        caller = floor.call_in("8002")
        floor.clock.advance(1)
        floor.reload(without_queue())
        pick_up(floor, CLEO)
        floor.clock.advance(1)
        assert who_talks_with(floor, caller) == CLEO

    def test_it_admits_nobody(self, floor: TestFloor) -> None:
        """Neither by a number that is left nor by an operator."""
        floor.call_in("8002")
        policy = without_queue()
        floor.reload(policy)
        late = floor.call_in("8002")
        floor.clock.advance(1)
        assert record_of(floor, late).visits[0].refusal_reason is RefusalReason.UNKNOWN_QUEUE
        waiting = floor.call_in()
        with pytest.raises(MoveRefusedError, match="closed"):
            move(floor, waiting, SALES)
        assert line(floor, waiting) == [1]
        views = {view.queue: view.is_open for view in floor.worker.operating.queues()}
        assert views == {SUPPORT: True, SALES: False}
        door = floor.told(QueueDoorChanged)[-1]
        assert (door.queue, door.is_open, door.by) == (SALES, False, "settings")

    def test_a_talk_in_it_goes_on(self, floor: TestFloor) -> None:
        """To its end, and the wrap-up after it."""
        come(floor, CLEO)
        caller = floor.call_in("8002")
        floor.clock.advance(5)
        answer = floor.reload(without_queue())
        assert "0 wait and 1 talk in it" in answer.warnings[0]
        floor.clock.advance(60)
        assert who_talks_with(floor, caller) == CLEO
        assert floor.told(QueueGone) == []
        floor.switch.end(caller)
        floor.clock.advance(20)
        assert len(floor.told(QueueGone)) == 1
        assert floor.agent(CLEO).state is AgentState.AVAILABLE

    def test_a_promised_callback_is_kept(self) -> None:
        """By the agents of the queue that was taken out, at the number it was promised to."""
        site = callbacks.policy()
        floor = callbacks.CallbackFloor(site)
        floor.promised()
        answer = floor.reload(without_queue(site, SUPPORT))
        assert "queue support is no longer in the settings while 1 wait" in answer.warnings[0]
        floor.clock.advance(20)
        come(floor, ANN)
        floor.clock.advance(10)
        assert floor.dialled_count() == 1
        customer = floor.customers_leg()
        assert customer.bridged_to is not None
        floor.switch.end(customer.leg_id)
        floor.clock.advance(30)
        assert floor.callback_record().outcome is CallOutcome.SERVED
        assert [one.queue for one in floor.told(QueueGone)] == [SUPPORT]

    def test_nobody_is_promised_a_callback_there(self) -> None:
        """Who is being asked goes where those go who do not want one."""
        site = callbacks.policy()
        floor = callbacks.CallbackFloor(site)
        caller = floor.call_in()
        floor.clock.advance(callbacks.MAXIMUM_WAIT + 0.5)
        floor.reload(without_queue(site, SUPPORT))
        floor.overflow(caller)
        floor.clock.advance(20)
        assert floor.promises() == []
        record = record_of(floor, caller)
        assert [one.end for one in record.callback_askings] == [AskingEnd.NOT_KEPT_HERE]

    def test_an_empty_one_goes_soon(self, floor: TestFloor) -> None:
        """Without a warning."""
        answer = floor.reload(without_queue())
        assert answer.warnings == ()
        floor.clock.advance(11)
        assert len(floor.told(QueueGone)) == 1
        assert SALES not in floor.site.policy.queues

    def test_one_that_is_back_is_as_before(self, floor: TestFloor) -> None:
        """It takes callers again; who waited waits."""
        caller = floor.call_in("8002")
        floor.reload(without_queue())
        floor.reload(ROOMY)
        floor.clock.advance(30)
        assert floor.told(QueueGone) == []
        late = floor.call_in("8002")
        assert line(floor, caller, late, queue=SALES) == [1, 2]

    def test_its_only_agent_is_taken_out_with_it(self, floor: TestFloor) -> None:
        """Both warnings are given; the caller waits on."""
        come(floor, CLEO)
        floor.worker.operating.change_duty(CLEO, duty_order("break"))
        caller = floor.call_in("8002")
        answer = floor.reload(without_agents(CLEO, policy=without_queue()))
        assert len(answer.warnings) == 2
        floor.clock.advance(60)
        assert line(floor, caller, queue=SALES) == [1]
        assert floor.agent(CLEO).state is AgentState.LOGGED_OUT

    def test_who_comes_out_of_a_menu_late(self) -> None:
        """The menu is walked to its end; where it leads to nothing the fallback takes over."""
        floor = TestFloor(menus())
        caller = floor.call_in("9000")
        floor.clock.advance(0.5)
        floor.reload(ROOMY)
        press(floor, caller, "2")
        assert line(floor, caller, queue=SALES) == [1]
        floor = TestFloor(menus())
        caller = floor.call_in("9000")
        floor.clock.advance(0.5)
        floor.reload(without_queue())
        floor.clock.advance(20)
        assert floor.switch.legs_by_id[caller] is not None
        floor.switch.press(caller, "2")
        floor.clock.advance(0.1)
        assert line_of(floor, caller).dialled == "callcore_fallback"
        floor.switch.end(caller)
        settle()
        faults = record_of(floor, caller).faults
        assert "queue sales is not in the settings any more: sent to the fallback" in faults
        assert floor.told(FlowFailed) == []

    def test_a_menu_that_leads_to_a_menu_that_is_gone(self) -> None:
        """The fallback takes over."""
        floor = TestFloor(menus())
        caller = floor.call_in("9000")
        floor.clock.advance(0.5)
        floor.reload(ROOMY)
        press(floor, caller, "3")
        assert line_of(floor, caller).dialled == "callcore_fallback"
        assert floor.told(FlowFailed) == []

    def test_who_overflows_into_it_is_refused(self) -> None:
        """As at a closed door."""
        policy = queue_of(
            maximum_wait_seconds=10,
            overflow={OverflowReason.MAXIMUM_WAIT: _to(SALES)},
        )
        floor = TestFloor(policy)
        stays = floor.call_in("8002")
        caller = floor.call_in()
        floor.reload(without_queue(policy))
        floor.clock.advance(11)
        assert floor.knows(stays)
        floor.clock.advance(5)
        record = record_of(floor, caller)
        assert visits_of(record) == [("support", "maximum_wait"), ("sales", "closed")]
