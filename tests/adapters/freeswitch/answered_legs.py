"""Two legs, and the event that tells of an answer."""

from __future__ import annotations

from callcore.domain.ids import LegId
from tests.adapters.freeswitch.scripted_switch import event_frame

LEG = LegId("9dc3c890-1ad9-4e85-b984-c5498296b160")
OTHER = LegId("9ec3c890-1ad9-4e85-b984-c5498296b161")


def answered(leg_id: str = LEG) -> bytes:
    return event_frame(Event_Name="CHANNEL_ANSWER", Unique_ID=leg_id)
