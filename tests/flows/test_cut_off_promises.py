"""Who waited on a switch that is lost, and whom no worker followed any more, is called back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain.ids import CallId
from callcore.domain.outcomes import AskingEnd, CallbackOrigin, LeaveReason
from callcore.domain.policies import SitePolicy, SwitchLostPolicy
from tests.fakes.switch import NODE
from tests.flows.callbacks import KEPT_BY, policy
from tests.flows.many_workers import WorkersFloor
from tests.flows.worker_scenes import play_to_the_end

NUMBER = "+48200100"


def site(switch_lost: SwitchLostPolicy | None) -> SitePolicy:
    """A site whose support calls back who was cut off, or does not."""
    return policy(callback=replace(KEPT_BY, switch_lost=switch_lost), maximum_wait_seconds=600)


@pytest.mark.parametrize("is_seen", [True, False])
def test_by_whoever_closes_the_call(*, is_seen: bool) -> None:
    """A worker that was there when the switch was restarted, or the first one after all died."""
    floor = WorkersFloor("1", "2", site=site(SwitchLostPolicy(delay_seconds=30)))
    one, two = floor.processes
    caller = floor.call_to(one, number=NUMBER)
    place = floor.clock.now()
    floor.clock.advance(5)
    one.kill()
    if is_seen:
        two.switches[NODE].restore_link(is_restarted=True)
    else:
        two.kill()
        floor.switch.restore_link(is_restarted=True)
        floor.begin("1")
    floor.clock.advance(5)
    promise = floor.promise()
    assert promise.callback is not None
    assert promise.callback.origin is CallbackOrigin.SWITCH_LOST
    assert (promise.caller_number, promise.callback.of_call) == (NUMBER, CallId(caller))
    assert abs(promise.first_joined_at - place) < 1e5
    record = floor.kept()[CallId(caller)]
    (asking,) = record.callback_askings
    assert (asking.end, asking.promise) == (AskingEnd.PROMISED, promise.call_id)
    assert record.visits[0].leave_reason is LeaveReason.SWITCH_LOST
    play_to_the_end(floor)


def test_where_the_queue_says_so() -> None:
    """Else nobody is promised anything."""
    floor = WorkersFloor("1", "2", site=site(None))
    one, two = floor.processes
    caller = floor.call_to(one, number=NUMBER)
    floor.clock.advance(5)
    one.kill()
    two.switches[NODE].restore_link(is_restarted=True)
    floor.clock.advance(5)
    assert floor.promises() == []
    assert floor.kept()[CallId(caller)].callback_askings == ()
    play_to_the_end(floor)


def test_who_hung_up_is_not_called() -> None:
    """The switch ran all the time: the caller left, while no worker lived."""
    floor = WorkersFloor("1", "2", site=site(SwitchLostPolicy(delay_seconds=30)))
    one, _ = floor.processes
    caller = floor.call_to(one, number=NUMBER)
    floor.clock.advance(5)
    one.kill()
    floor.switch.end(caller)
    floor.kill(one)
    assert floor.promises() == []
    assert floor.kept()[CallId(caller)].visits[0].leave_reason is LeaveReason.ABANDONED
    play_to_the_end(floor)
