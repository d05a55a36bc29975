"""Promises that are put off."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from typing import Any

import pytest

from callcore.domain.estimates import Wait
from callcore.domain.hours import Interval, OpeningHours
from callcore.domain.ids import CallId, LegId, Micros, QueueName
from callcore.flows import expecting
from callcore.ports.operations import CallbackRequest, QueueView
from callcore.ports.stores import QueueCounts, RescoreAnswer
from tests.fakes.clock import settle
from tests.flows.callbacks import KEPT_BY, NUMBER, CallbackFloor, policy
from tests.flows.floor import SUPPORT

OTHER = "+48200009"


HOUR = 3600.0


PATIENT = 100_000.0


LONG_KEPT = replace(KEPT_BY, expires_after_seconds=6 * HOUR)


EIGHT_TO_TEN_PAST = OpeningHours(
    name="early",
    timezone="UTC",
    week=dict.fromkeys(
        range(7),
        (
            Interval(opens=time(8, 0), closes=time(8, 10)),
            Interval(opens=time(8, 40), closes=time(9, 0)),
        ),
    ),
)
"""The clock of these stories begins at eight in the morning, on the minute."""


def site(**settings: Any) -> Any:
    """Nobody is made an offer: callers wait as long as it takes."""
    return policy(**{"callback": LONG_KEPT, "maximum_wait_seconds": PATIENT, **settings})


def ask(floor: CallbackFloor, *, in_seconds: float, number: str = NUMBER) -> LegId:
    """Somebody asks for a callback in so long."""
    floor.clock.advance(0.001)
    not_before = Micros(floor.clock.now() + round(in_seconds * 1e6))
    asked = CallbackRequest(queue=SUPPORT, number=number, by="form", not_before=not_before)
    call_id = floor.worker.operating.request_callback(asked).call_id
    settle()
    assert call_id is not None
    return LegId(call_id)


def counts(floor: CallbackFloor, queue: QueueName = SUPPORT) -> QueueCounts:
    (found,) = floor.store.waiting_room.counts([queue])
    return found


def view(floor: CallbackFloor) -> QueueView:
    (found,) = [one for one in floor.worker.operating.queues() if one.queue == SUPPORT]
    return found


def is_deferred(floor: CallbackFloor) -> bool:
    """Of the one promise."""
    found = counts(floor)
    assert found.promises_count == 1
    return found.deferred_count == 1


def mean_wait(floor: CallbackFloor, caller: LegId) -> float:
    wait = expecting.of_call(floor.site, CallId(caller), SUPPORT)
    assert isinstance(wait, Wait)
    return wait.mean


def told_to_floor(floor: CallbackFloor, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """What the floor is told of promises from now on."""
    room, told = floor.store.waiting_room, []
    as_ever = room.defer

    def defer(call_id: CallId, queue: QueueName, *, is_deferred: bool) -> RescoreAnswer:
        answer = as_ever(call_id, queue, is_deferred=is_deferred)
        told.append(is_deferred)
        return answer

    monkeypatch.setattr(room, "defer", defer)
    return told
