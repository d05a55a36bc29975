"""Two legs that are being joined, as the switch shows them until they have met."""

from __future__ import annotations

import pytest

from callcore.ports.switch_events import LegBridged
from tests.live.test_after_talks import Talk

pytestmark = [pytest.mark.live, pytest.mark.timeout(60)]


class Watched(Talk):
    """Both legs are asked about as soon as a bridge was ordered, and once it is told."""

    def bridge(self, leg_id, *, count=1):
        self.switch.bridge(self.caller, leg_id)
        self.joining = self._found(leg_id)
        bridged = self.ear.hear(LegBridged, self.caller, count=count)
        self.joined = self._found(leg_id)
        return bridged

    def _found(self, agent):
        found = {leg.leg_id: leg for leg in self.switch.legs([self.caller, agent])}
        return [(found[one].bridged_to, found[one].is_joining) for one in (self.caller, agent)]


def test_who_is_being_joined_talks_only_when_both_have_met(ear, phones):
    """In a first talk, and in the next one of the same caller."""
    talk = Watched(ear, phones, phones.agent(hang_up_after_seconds=0.5))
    assert talk.joining == [(talk.agent, True), (talk.caller, True)]
    assert talk.joined == [(talk.agent, False), (talk.caller, False)]
    talk.parked()
    second = talk.calls(phones.agent())
    talk.bridge(second, count=2)
    assert talk.joining == [(second, True), (talk.caller, True)]
    assert talk.joined == [(second, False), (talk.caller, False)]
