"""callcore's adapter on a real switch, and what it told."""

from __future__ import annotations

from callcore.adapters.freeswitch.switch import FreeSwitch as Adapter
from callcore.domain.ids import LegId, NodeName
from callcore.domain.policies import NodePolicy
from callcore.domain.sharding import DIGITS
from callcore.ports.switch_events import (
    LegParked,
    PlaybackEnded,
    PlaybackStarted,
    SwitchEvent,
    SwitchRestored,
)
from callcore.runtime.clock import SystemClock
from tests.adapters.freeswitch.scripted_switch import RecordingObserver
from tests.live.ports import HOST
from tests.live.switch import FreeSwitch
from tests.live.waiting import until


class Ear:
    """The adapter and what it told."""

    def __init__(self, switch: FreeSwitch, digits: str = DIGITS) -> None:
        self.heard: list[SwitchEvent] = []
        self.switch = Adapter(
            NodePolicy(name=NodeName("live"), host=HOST, port=switch.esl_port),
            switch.esl_password,
            clock=SystemClock(),
            deliver=self.heard.append,
            observe=RecordingObserver(),
        )
        self.switch.follow_digits(digits)
        self.switch.start()
        self.hear(SwitchRestored)

    def hear(self, kind, leg_id=None, *, count=1):
        until(lambda: len(self.told(kind, leg_id)) >= count, 8, f"{count} {kind.__name__}")
        return self.told(kind, leg_id)[-1]

    def told(self, kind, leg_id=None):
        return [
            event
            for event in self.heard
            if isinstance(event, kind) and (leg_id is None or event.leg_id == leg_id)
        ]

    def sounds(self, leg_id):
        return [
            (type(event).__name__.removeprefix("Playback"), event.path)
            for event in self.told(PlaybackStarted | PlaybackEnded, leg_id)
        ]

    def arrived(self, phones) -> LegId:
        phones.caller("5001")
        return self.taken()

    def taken(self) -> LegId:
        """The caller who arrives next, out of the dead man's reach."""
        leg_id: LegId = self.hear(LegParked).leg_id
        self.switch.unguard(leg_id)
        return leg_id
