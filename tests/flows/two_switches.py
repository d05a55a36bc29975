"""A call centre that promises callbacks, with a second switch."""

from __future__ import annotations

from dataclasses import replace

from callcore.domain.ids import LegId, NodeName
from callcore.flows.site import Site
from callcore.ports.switch_events import SwitchEvent
from tests.fakes.clock import MortalClock
from tests.fakes.switch import NODE, FakeSwitch
from tests.flows.callbacks import QUICK, CallbackFloor

OTHER = NodeName("fs2")


class TwoSwitches(CallbackFloor):
    """The call centre with a second switch, which nobody calls."""

    __test__ = False

    def _new_site(self, life: MortalClock) -> Site:
        if not hasattr(self, "other"):
            self.other = FakeSwitch(self.clock, OTHER)
            for agent in self.policy.agents.values():
                self.other.phones[agent.contact] = QUICK
        site = super()._new_site(life)
        self.other.deliver_to(self._hear_other)
        return replace(site, switches={NODE: self.switch, OTHER: self.other})

    def _hear_other(self, event: SwitchEvent) -> None:
        self.worker.deliver(event)

    def customers_there(self) -> list[LegId]:
        """The customers' legs on the second switch."""
        return [
            leg.leg_id
            for leg in self.other.legs_by_id.values()
            if "callcore_customer" in leg.variables
        ]
