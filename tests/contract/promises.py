"""Promised callbacks for tests of the floor, with what a case varies as arguments."""

from __future__ import annotations

from dataclasses import replace

from callcore.domain.callbacks import CALLBACKS, Callback
from callcore.domain.ids import CallId, Micros
from callcore.domain.outcomes import AttemptOutcome, CallbackOrigin
from callcore.domain.records import CallbackAttempt
from callcore.ports.stores import Joining
from tests.contract.floor_builders import NODE, joining

ATTEMPT = CallbackAttempt(at=Micros(3), outcome=AttemptOutcome.BUSY, hangup_cause="USER_BUSY")
CALLBACK = Callback(
    of_call=CallId("c0"),
    origin=CallbackOrigin.WAITING,
    node=NODE,
    attempts=(ATTEMPT,),
    not_before=Micros(17),
)


def promise(call_id: str, *, most: int = 1000, **what) -> Joining:
    """A promise that takes a place."""
    return replace(
        joining(call_id, node=CALLBACKS, **what), callback=CALLBACK, maximum_promises=most
    )
