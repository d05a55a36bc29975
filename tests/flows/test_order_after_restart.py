"""Callers and promises of a process that died are taken over: nobody is overtaken meanwhile."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.events import OfferMade
from callcore.domain.ids import CallId, LegId, NodeName
from callcore.domain.policies import CallbackOfferPolicy, CallFirst
from tests.fakes.clock import settle
from tests.fakes.switch import SILENT
from tests.flows.callbacks import KEPT_BY, NUMBER, ON_HOOK, PROMPTS, CallbackFloor, policy
from tests.flows.floor import ANN
from tests.flows.stories import come


@pytest.fixture(params=CallFirst)
def floor(request: pytest.FixtureRequest) -> CallbackFloor:
    """A queue whose callers press a key to be called back."""
    kept_by = replace(KEPT_BY, offer=CallbackOfferPolicy(key="2"), call_first=request.param)
    return CallbackFloor(policy(callback=kept_by, maximum_wait_seconds=10_000))


def asks(floor: CallbackFloor) -> LegId:
    """A caller is promised a callback, and the phone is free again."""
    caller = floor.call_in(number=NUMBER)
    floor.clock.advance(0.5)
    floor.switch.press(caller, "2")
    floor.clock.advance(PROMPTS + ON_HOOK)
    assert caller not in floor.switch.legs_by_id
    return caller


def test_an_agent_held_for_the_first_stays_so(floor: CallbackFloor) -> None:
    """Ann was held for a promise when the process died: whoever came later waits on."""
    floor.customer(SILENT)
    floor.switch.phones[floor.policy.agents[ANN].contact] = SILENT
    asks(floor)
    later = floor.call_in(number="+48200777")
    come(floor, ANN)
    floor.clock.advance(0.5)
    assert floor.agent(ANN).state is not AgentState.AVAILABLE
    (promise,) = floor.promises()
    floor.restart_at_once()
    floor.clock.advance(0.5)
    assert floor.agent(ANN).call_id == promise.call_id
    assert floor.position(later) == 2


def test_who_is_not_taken_over_is_not_waited_for_long(floor: CallbackFloor) -> None:
    """A caller of a switch that is away keeps those behind from being served for a moment only."""
    away = floor.call_in(number="+48200776")
    caller = floor.call_in(number="+48200777")
    floor.kill_worker()
    found = floor.store.waiting_room.call(CallId(away))
    assert found is not None
    floor.store.waiting_room._memory.calls.put(replace(found, node=NodeName("fs9")))
    del floor.switch.legs_by_id[away]
    floor.worker = floor.start_worker()
    floor.switch.restore_link()
    settle()
    come(floor, ANN)
    floor.clock.advance(0.2)
    assert floor.told(OfferMade) == []
    floor.clock.advance(0.5)
    assert [offer.call_id for offer in floor.told(OfferMade)] == [caller]
