"""A call centre whose support queue promises callbacks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from callcore.domain.callbacks import CALLBACKS
from callcore.domain.ids import AgentId, LegId
from callcore.domain.policies import CallbackPolicy, DialplanPolicy, SitePolicy
from callcore.domain.records import CallRecord
from callcore.domain.treatments import OverflowReason, ToCallback, Treatment
from callcore.ports.stores import FloorCall
from tests.fakes.clock import settle
from tests.fakes.switch import Phone
from tests.fakes.switch_core import FakeLeg
from tests.flows.floor import POLICY, SUPPORT, TestFloor

NUMBER = "+48200100"
CONTACT = f"sofia/gateway/carrier/{NUMBER}"
OFFER = ToCallback(prompts=("callback_offer",), promised_prompts=("callback_promised",))
KEPT_BY = CallbackPolicy(
    confirms_number=False,
    ring_seconds=20,
    attempts=2,
    retry_after_seconds=60,
    expires_after_seconds=1800,
)
DIALPLAN = DialplanPolicy(callback_contact="sofia/gateway/carrier/{number}")
MAXIMUM_WAIT = 30.0
PROMPTS = 2.1
"""How long the fake's prompts are heard, with what goes around them."""
ON_HOOK = 5.1
ANSWERING = Phone(answers_after_seconds=1.0)
QUICK = Phone(answers_after_seconds=0.03)
"""An agent's: what is told of the customer takes two seconds before the customer is called."""


def policy(
    to: Treatment = OFFER, *, reason: OverflowReason = OverflowReason.MAXIMUM_WAIT, **settings: Any
) -> SitePolicy:
    """The site with an offer in its support queue."""
    support = replace(
        POLICY.queues[SUPPORT],
        **{
            "overflow": {reason: to},
            "announce_position": None,
            "maximum_wait_seconds": MAXIMUM_WAIT,
            "callback": KEPT_BY,
            **settings,
        },
    )
    return replace(POLICY, queues={**POLICY.queues, SUPPORT: support}, dialplan=DIALPLAN)


class CallbackFloor(TestFloor):
    """The call centre, and what its customers do."""

    __test__ = False

    def __init__(self, site: SitePolicy | None = None) -> None:
        super().__init__(site or policy())
        for agent in self.policy.agents.values():
            self.switch.phones[agent.contact] = QUICK

    def overflow(self, caller: LegId, key: str = "1") -> None:
        """The caller has waited for as long as allowed, hears the offer and presses a key."""
        deadline = self.clock.now() + 120e6
        while ("announce", caller) not in self.switch.commands:
            assert self.clock.now() < deadline, "nothing is offered"
            self.clock.advance(0.1)
        self.clock.advance(0.5)
        self.switch.press(caller, key)
        self.clock.advance(0.05)

    def promised(self, **what: str) -> LegId:
        """A caller who was promised a callback and has hung up; the phone is free again."""
        caller = self.call_in(**what)
        self.overflow(caller)
        self.clock.advance(PROMPTS + ON_HOOK)
        assert caller not in self.switch.legs_by_id
        return caller

    def restart_at_once(self) -> None:
        """The process is killed and another begins in the same instant."""
        self.kill_worker()
        self.worker = self.start_worker()
        self.switch.restore_link()
        settle()

    def promises(self) -> list[FloorCall]:
        """The promises on the floor."""
        return self.store.waiting_room.calls(CALLBACKS)

    def promise(self) -> FloorCall:
        """The one promise on the floor."""
        (found,) = self.promises()
        return found

    def customer(self, phone: Phone, number: str = NUMBER) -> None:
        """How the customer's phone takes the call back."""
        self.switch.phones[f"sofia/gateway/carrier/{number}"] = phone

    def customers_legs(self) -> list[FakeLeg]:
        """The lines to customers that there are now."""
        return [
            leg for leg in self.switch.legs_by_id.values() if "callcore_customer" in leg.variables
        ]

    def customers_leg(self) -> FakeLeg:
        """The one line to a customer."""
        (leg,) = self.customers_legs()
        return leg

    def until_customer_answers(self) -> FakeLeg:
        """Plays on until a customer has picked up, and no further."""
        deadline = self.clock.now() + 60e6
        while not any(leg.is_answered for leg in self.customers_legs()):
            assert self.clock.now() < deadline, "no customer answers"
            self.clock.advance(0.01)
        return self.customers_leg()

    def offered_leg_of(self, agent_id: AgentId) -> LegId:
        """The leg on which an agent was called."""
        leg_id = self.agent(agent_id).leg_id
        assert leg_id is not None
        return leg_id

    def dialled_count(self) -> int:
        """How often customers were called."""
        return sum(request.contact.startswith("sofia/gateway") for request in self.switch.requests)

    def callback_record(self) -> CallRecord:
        """The record of the one callback."""
        (record,) = [record for record in self.records() if record.is_callback]
        return record
