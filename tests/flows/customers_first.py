"""A call centre whose support queue calls customers back before its agents."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from callcore.domain import estimates
from callcore.domain.ids import LegId
from callcore.domain.policies import AnswerCheckPolicy, CallbackPolicy, CallFirst, SitePolicy
from tests.fakes.switch_core import FakeLeg
from tests.flows.callbacks import KEPT_BY, CallbackFloor, policy
from tests.flows.floor import SUPPORT

CHECK = AnswerCheckPolicy(prompts=("are_you_there",), timeout_seconds=4, tries=2)
CUSTOMER_FIRST = replace(KEPT_BY, call_first=CallFirst.CUSTOMER, check=CHECK)
UNCHECKED = replace(CUSTOMER_FIRST, check=None)


def customer_first(kept_by: CallbackPolicy = CUSTOMER_FIRST, **settings: Any) -> SitePolicy:
    """The site, whose support keeps promises so."""
    return policy(callback=kept_by, **settings)


class CustomersFirst(CallbackFloor):
    """The call centre, and what its customers do when they are called."""

    __test__ = False

    def __init__(self, site: SitePolicy | None = None) -> None:
        super().__init__(site or customer_first())

    def teach(self, seconds: float, count: int = 30) -> None:
        """The queue has learnt that a caller keeps an agent for so long."""
        for _ in range(count):
            lesson = estimates.of_service(seconds=seconds, answer_seconds=2.0, priority=0)
            self.store.waiting_room.learn(SUPPORT, lesson)

    def press(self, key: str) -> FakeLeg:
        """The customer, who has answered, presses a key."""
        leg = self.until_customer_answers()
        self.clock.advance(0.1)
        self.switch.press(leg.leg_id, key)
        self.clock.advance(0.05)
        return leg

    def press_whenever_asked(self, key: str = "1", *, every_seconds: float = 0.5) -> None:
        """Customers who have answered and talk to nobody press a key now and then."""
        for leg in self.customers_legs():
            if leg.is_answered and leg.bridged_to is None:
                self.switch.press(leg.leg_id, key)
        self.clock.after(every_seconds, lambda: self.press_whenever_asked(key))

    def customers_since_dawn(self) -> list[LegId]:
        """The lines to customers that there have ever been, in order."""
        return [
            request.leg_id
            for request in self.switch.requests
            if "callcore_customer" in request.variables
        ]

    def agents_rung(self) -> list[str]:
        """The agents whose phones have rung, in order."""
        return [
            request.variables["callcore_agent"]
            for request in self.switch.requests
            if "callcore_agent" in request.variables
        ]
