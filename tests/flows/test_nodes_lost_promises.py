"""A switch that is gone, and the callbacks promised to those who waited there."""

from __future__ import annotations

import pytest

from callcore.domain.callbacks import CALLBACKS
from callcore.domain.ids import CallId
from callcore.domain.outcomes import (
    CallbackOrigin,
)
from callcore.domain.policies import SwitchLostPolicy
from tests.fakes.switch import SILENT
from tests.flows.floor import ANN, BOB, SUPPORT
from tests.flows.two_nodes import TwoNodes, promising, shared

NUMBER = "+48200100"
CUSTOMER = f"sofia/gateway/carrier/{NUMBER}"


@pytest.fixture
def floor() -> TwoNodes:
    return TwoNodes()


class TestPromises:
    """Callers who waited are called back, where the queue says so."""

    def test_who_waited_is_called_from_the_other_switch(self) -> None:
        """On the old place, after the time to ring in."""
        floor = TwoNodes(promising(switch_lost=SwitchLostPolicy(delay_seconds=30)))
        floor.other.phones[CUSTOMER] = SILENT
        caller = floor.call_in(number=NUMBER)
        floor.clock.advance(5)
        behind = floor.call_other(number="+48200200")
        floor.switch.vanish()
        floor.clock.advance(1)
        (promise,) = floor.store.waiting_room.calls(CALLBACKS)
        assert promise.callback is not None
        assert promise.callback.origin is CallbackOrigin.SWITCH_LOST
        waiting = floor.store.waiting_room.call(CallId(behind))
        assert waiting is not None
        assert promise.first_joined_at < waiting.first_joined_at
        floor.other.register("user/1001@t")
        floor.other.register("user/1002@t")
        floor.log_in(ANN, BOB)
        floor.clock.advance(28)
        assert [one for one in floor.other.requests if "carrier" in one.contact] == []
        floor.clock.advance(10)
        assert [one.contact for one in floor.other.requests if "carrier" in one.contact] == [
            CUSTOMER
        ]
        (asking,) = floor.best_record(caller).callback_askings
        assert asking.origin is CallbackOrigin.SWITCH_LOST

    def test_who_rings_in_again_has_the_place(self) -> None:
        """Before those who waited behind; the promise is over."""
        floor = TwoNodes(promising(switch_lost=SwitchLostPolicy()))
        floor.call_in(number=NUMBER)
        floor.clock.advance(5)
        behind = floor.call_other(number="+48200200")
        floor.switch.vanish()
        floor.clock.advance(10)
        again = floor.call_other(number=NUMBER)
        floor.clock.advance(1)
        assert (floor.position(again), floor.position(behind)) == (1, 2)
        assert floor.store.waiting_room.counts([SUPPORT])[0].promises_count == 0

    def test_without_it_the_place_may_be_had_again_by_ringing(self) -> None:
        """As by those who hung up themselves, for as long as the queue says."""
        floor = TwoNodes(shared(resume_within_seconds=120))
        floor.call_in(number=NUMBER)
        floor.clock.advance(5)
        behind = floor.call_other(number="+48200200")
        floor.switch.vanish()
        floor.clock.advance(10)
        again = floor.call_other(number=NUMBER)
        floor.clock.advance(1)
        assert (floor.position(again), floor.position(behind)) == (1, 2)

    @pytest.mark.parametrize("number", ["", "anonymous", "+48"])
    def test_a_number_that_cannot_be_called_is_promised_nothing(self, number: str) -> None:
        """The record says why."""
        floor = TwoNodes(promising(switch_lost=SwitchLostPolicy()))
        floor.call_in(number=number)
        floor.clock.advance(5)
        floor.switch.vanish()
        floor.clock.advance(1)
        assert floor.store.waiting_room.calls(CALLBACKS) == []
        assert floor.record().callback_askings[0].promise is None

    def test_who_is_back_with_the_switch_waits_and_is_promised_nothing(self) -> None:
        """The promise ends, the caller keeps the place and is not called."""
        floor = TwoNodes(promising(switch_lost=SwitchLostPolicy(delay_seconds=30)))
        caller = floor.call_in(number=NUMBER)
        floor.clock.advance(5)
        floor.switch.vanish(is_dead=False)
        floor.clock.advance(10)
        floor.switch.restore_link()
        floor.clock.advance(1)
        assert floor.position(caller) == 1
        assert floor.store.waiting_room.counts([SUPPORT])[0].promises_count == 0
        floor.clock.advance(60)
        assert caller in floor.switch.legs_by_id
        assert not floor.stuck()

    def test_a_customer_who_is_being_called_is_called_from_elsewhere(self) -> None:
        """Not an attempt that failed: the switch died."""
        floor = TwoNodes(promising(switch_lost=SwitchLostPolicy(delay_seconds=0)))
        floor.switch.phones[CUSTOMER] = floor.other.phones[CUSTOMER] = SILENT
        floor.call_in(number=NUMBER)
        floor.clock.advance(2)
        floor.switch.vanish()
        floor.other.register("user/1001@t")
        floor.log_in(ANN)
        floor.clock.advance(5)
        assert [one.contact for one in floor.other.requests if "carrier" in one.contact]
        floor.switch.restore_link(is_restarted=True)
        floor.other.vanish()
        floor.switch.register("user/1001@t")
        floor.clock.advance(8)
        assert [one.contact for one in floor.switch.requests if "carrier" in one.contact]
        (promise,) = floor.store.waiting_room.calls(CALLBACKS)
        assert promise.callback is not None
        assert promise.callback.attempts_count == 0
