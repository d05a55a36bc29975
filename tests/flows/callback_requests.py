"""What stories of callbacks that other systems ask for are made of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from callcore.ports.operations import CallbackAnswer, CallbackRequest, CallbackView
from tests.fakes.clock import settle
from tests.flows.callbacks import NUMBER, CallbackFloor
from tests.flows.floor import SUPPORT

OTHER = "+48200009"
REQUEST = CallbackRequest(queue=SUPPORT, number=NUMBER, by="web form")


def ask(floor: CallbackFloor, **parts: Any) -> CallbackAnswer:
    """Asks a little later than whoever came before."""
    floor.clock.advance(0.001)
    answer = floor.worker.operating.request_callback(replace(REQUEST, **parts))
    settle()
    return answer


def listed(floor: CallbackFloor) -> list[CallbackView]:
    """The promises as operators see them."""
    return floor.worker.operating.callbacks()
