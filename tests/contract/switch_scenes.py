"""How a test of a switch begins: who called, what plays, who talks."""

from __future__ import annotations

import uuid

from callcore.domain.ids import LegId
from callcore.ports.switch_events import LegBridged, LegParked, LegSnapshot, PlaybackStarted
from callcore.ports.telephony import LegRequest
from tests.contract.stages import ANSWERING, MUSIC, Stage

GONE = LegId("00000000-0000-4000-8000-000000000000")


def request_for(
    contact: str, timeout_seconds: float = 5, digit: str = "a", **variables: str
) -> LegRequest:
    return LegRequest(
        leg_id=LegId(f"{digit}{str(uuid.uuid4())[1:]}"),
        contact=contact,
        timeout_seconds=timeout_seconds,
        caller_number="+48200100",
        caller_name="Ann",
        variables={"callcore_offer": "o1", **variables},
    )


def arrived(stage: Stage, digit: str | None = None) -> LegId:
    """A caller who waits for commands."""
    caller = stage.call_in(digit=digit)
    stage.hear(LegParked, caller)
    return caller


def waiting(stage: Stage) -> LegId:
    """A caller who was answered and hears music."""
    caller = arrived(stage)
    stage.switch.answer(caller)
    stage.switch.play_endlessly(caller, MUSIC)
    stage.hear(PlaybackStarted, caller)
    return caller


def picked_up(stage: Stage, user: str = "1001") -> LegId:
    """An agent who picked up and waits for commands."""
    request = request_for(stage.phone(user, ANSWERING))
    stage.switch.originate(request)
    stage.hear(LegParked, request.leg_id)
    return request.leg_id


def talking(stage: Stage) -> tuple[LegId, LegId]:
    """A caller and an agent who talk."""
    caller, agent = waiting(stage), picked_up(stage)
    stage.switch.bridge(caller, agent)
    stage.hear(LegBridged)
    return caller, agent


def leg(stage: Stage, leg_id: LegId) -> LegSnapshot | None:
    """A leg as asking finds it."""
    return next((leg for leg in stage.switch.legs() if leg.leg_id == leg_id), None)
