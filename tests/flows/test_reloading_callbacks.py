"""Promised callbacks while the settings change by which they are kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain.callbacks import CallbackState
from callcore.domain.outcomes import CallOutcome
from callcore.domain.policies import CallableNumbers, CallFirst, SitePolicy
from tests.flows import callbacks
from tests.flows.callbacks import ANSWERING, DIALPLAN, KEPT_BY, CallbackFloor
from tests.flows.floor import ANN
from tests.flows.stories import come, queue_of


def without_contact(site: SitePolicy) -> SitePolicy:
    return replace(site, dialplan=replace(DIALPLAN, callback_contact=None))


@pytest.mark.parametrize("call_first", list(CallFirst))
def test_a_promise_waits_while_the_settings_do_not_say_what_is_dialled(
    call_first: CallFirst,
) -> None:
    """No agent is rung for it and no attempt counts; once there is a contact again it is kept."""
    site = callbacks.policy(callback=replace(KEPT_BY, call_first=call_first))
    floor = CallbackFloor(site)
    floor.promised()
    answer = floor.reload(without_contact(site))
    assert answer.warnings == (
        "dialplan.callback_contact is gone: 1 promised callbacks cannot be kept before it is back",
    )
    come(floor, ANN)
    floor.clock.advance(120)
    (view,) = floor.worker.operating.callbacks()
    assert (view.state, view.attempts) == (CallbackState.WAITING, ())
    assert floor.dialled_count() == 0
    assert floor.switch.requests == []
    floor.customer(ANSWERING)
    floor.reload(site)
    floor.clock.advance(30)
    assert floor.dialled_count() == 1
    floor.switch.end(floor.customers_leg().leg_id)
    floor.clock.advance(30)
    assert floor.callback_record().outcome is CallOutcome.SERVED


def test_a_promise_is_kept_in_a_queue_that_no_longer_says_how() -> None:
    """As with the defaults, which is told."""
    site = callbacks.policy()
    floor = CallbackFloor(site)
    floor.promised()
    answer = floor.reload(queue_of(policy=site, callback=None, overflow={}))
    assert answer.warnings == (
        "queue support no longer says how it keeps callbacks: 1 promised there are kept as with "
        "callback: {}",
    )
    floor.customer(ANSWERING)
    come(floor, ANN)
    floor.clock.advance(20)
    floor.switch.end(floor.customers_leg().leg_id)
    floor.clock.advance(30)
    assert floor.callback_record().outcome is CallOutcome.SERVED


def test_a_number_that_is_no_longer_called_is_not() -> None:
    """By the rules of when the customer would be called."""
    site = callbacks.policy()
    floor = CallbackFloor(site)
    floor.promised()
    refused = CallableNumbers(refused=("+48200",))
    floor.reload(replace(site, dialplan=replace(DIALPLAN, callable_numbers=refused)))
    come(floor, ANN)
    floor.clock.advance(20)
    assert floor.dialled_count() == 0
    record = floor.callback_record()
    assert record.outcome is CallOutcome.CALLBACK_FAILED
    assert [visit.leave_reason for visit in record.visits] == ["number_refused"]
