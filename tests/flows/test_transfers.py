"""A caller whom an agent sent to a queue of ours, or elsewhere."""

from __future__ import annotations

from callcore.domain.events import WrapUpEnded
from callcore.domain.ids import LegId
from callcore.domain.outcomes import CallOutcome, HungUpBy
from tests.fakes.clock import settle
from tests.flows.floor import ANN, CLEO, POLICY, SALES, TestFloor


def back_in_sales(floor: TestFloor) -> LegId:
    """A caller who talked with Ann and waits in sales now."""
    floor.log_in(ANN)
    caller = floor.call_in()
    floor.clock.advance(5)
    agent_leg = floor.switch.legs_by_id[caller].bridged_to
    assert agent_leg is not None
    floor.switch.blind_transfer(agent_leg)
    floor.clock.advance(60)
    floor.switch.park_again(caller, "8002", queue="")
    settle()
    return caller


def test_our_own_hang_up_is_ours(floor: TestFloor) -> None:
    """The second queue's maximum wait ends the call: not the caller's doing."""
    back_in_sales(floor)
    floor.clock.advance(POLICY.queues[SALES].maximum_wait_seconds + 5)
    record = floor.record()
    assert record.outcome is CallOutcome.OVERFLOWED
    assert record.hung_up_by is HungUpBy.CALLCORE


def test_an_adopted_second_talk_does_not_begin_with_the_first(floor: TestFloor) -> None:
    """The bridge of the first visit, still on the leg, is not taken for the second's."""
    caller = back_in_sales(floor)
    floor.clock.advance(100)
    floor.switch.commands.clear()
    floor.log_in(CLEO)
    floor.advance_until_bridge_is_asked(caller)
    floor.restart()
    floor.clock.advance(20)
    floor.switch.end(caller)
    settle()
    assert floor.record().talk_seconds < 30


def test_a_caller_sent_elsewhere_has_a_record_though_the_process_died(floor: TestFloor) -> None:
    """The call was served; whoever adopts knows nothing of it but must not lose it."""
    floor.log_in(ANN)
    caller = floor.call_in()
    floor.clock.advance(5)
    agent_leg = floor.switch.legs_by_id[caller].bridged_to
    assert agent_leg is not None
    floor.switch.blind_transfer(agent_leg)
    floor.clock.advance(5)
    floor.restart()
    floor.switch.end(caller)
    floor.clock.advance(1)
    assert [record.call_id for record in floor.records()] == [caller]


def test_a_talk_with_a_stranger_is_not_anns(floor: TestFloor) -> None:
    """Transferred to somebody outside, then adopted: Ann, who wrapped up, is left alone."""
    floor.log_in(ANN)
    caller = floor.call_in()
    floor.clock.advance(5)
    agent_leg = floor.switch.legs_by_id[caller].bridged_to
    assert agent_leg is not None
    floor.switch.blind_transfer(agent_leg)
    stranger = LegId("b0000000-0000-4000-8000-000000000000")
    floor.switch.legs_by_id[caller].bridged_to = stranger
    floor.clock.advance(20)
    floor.restart()
    wrap_ups = len(floor.told(WrapUpEnded))
    floor.switch.end(caller)
    floor.clock.advance(20)
    assert len(floor.told(WrapUpEnded)) == wrap_ups
    assert all(record.talk_seconds < 10 for record in floor.records())


def test_an_adopted_call_sent_back_to_a_queue_hears_music(floor: TestFloor) -> None:
    """Adopted while talking, then a visit of its own: welcomed like anybody else."""
    floor.log_in(ANN)
    caller = floor.call_in()
    floor.clock.advance(5)
    floor.restart()
    leg = floor.switch.legs_by_id[caller]
    assert leg.bridged_to is not None
    floor.switch.blind_transfer(leg.bridged_to)
    floor.switch.park_again(caller, "8002", queue="")
    floor.clock.advance(1)
    assert floor.position(caller, SALES) == 1
    assert leg.playing == "local_stream://moh"
    assert leg.variables.get("callcore_waits_in") == SALES
