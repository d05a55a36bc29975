"""Telling the floor which agents are not to be asked, by what is known of their phones.

A leg by which the floor holds the agent is no call outside callcore: that of an offer or a talk,
and the line on which an agent stays connected. One that lives on after its talk, because somebody
has transferred it, is. An agent who dials a queue or a feature code is on a call until it ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from callcore.domain import phones
from callcore.domain.agents import AgentState, HoldReason
from callcore.domain.events import AgentHeld, FlowFailed, StoreFailed
from callcore.domain.ids import AgentId, LegId, NodeName
from callcore.domain.phones import Phone
from callcore.domain.policies import AgentPolicy, SitePolicy
from callcore.flows.dispatching import Dispatcher
from callcore.flows.phone_knowledge import KnownLeg, PhoneKnowledge
from callcore.flows.site import Site
from callcore.ports.stores import AgentAnswer, FloorAgent, StoreError

LEG_ENDS_SECONDS = 2.0
"""An agent's leg has ended with its conversation long before, or it goes on elsewhere."""

RETRY_SECONDS = 1.0

HELD_BY_A_LEG = frozenset({AgentState.RESERVED, AgentState.RINGING, AgentState.TALKING})


class PhoneHolding:
    """Holds agents and lets them go. Nothing but ``settle`` waits."""

    def __init__(self, site: Site, dispatcher: Dispatcher, known: PhoneKnowledge) -> None:
        self._site = site
        self._dispatcher = dispatcher
        self._known = known
        self._policy: SitePolicy | None = None
        self._agents_by_phone: Mapping[Phone, tuple[AgentId, ...]] = {}
        self._unsettled: dict[AgentId, None] = {}
        self._is_settling = False
        self._to_free: set[AgentId] = set()
        """Whom callers are to be looked for once the floor says that they are held no more."""

    def agents_by_phone(self) -> Mapping[Phone, tuple[AgentId, ...]]:
        """Whose phone each is, by the settings in force; all others are forgotten."""
        policy = self._site.policy
        if policy is not self._policy:
            self._policy = policy
            self._agents_by_phone = phones.agents_by_phone(policy.agents)
            self._known.keep_only(self._agents_by_phone.keys())
        return self._agents_by_phone

    def agents_of(self, phone: Phone) -> tuple[AgentId, ...]:
        """Whose phone it is."""
        return self.agents_by_phone().get(phone, ())

    def legs_of(self, agent_id: AgentId) -> Mapping[LegId, KnownLeg]:
        """The legs of the agent's phone."""
        agent = self._site.policy.agents.get(agent_id)
        phone = None if agent is None else phones.phone_of(agent.contact)
        return {} if phone is None else self._known.legs_of(phone)

    def doubt_legs(self, agent_id: AgentId, floor: FloorAgent | None = None) -> None:
        """Looks at the agent again, should legs that were called for offers not end in a moment:
        those by which the floor does not hold the agent.
        """
        own = frozenset() if floor is None else _own_legs(floor)
        for leg_id, leg in self.legs_of(agent_id).items():
            if leg.is_offer and not leg.is_doubted and leg_id not in own:
                self._doubt_after_a_while(leg_id)

    def end(self, leg_id: LegId) -> KnownLeg | None:
        """A leg is over; what was known of it."""
        leg = self._known.ends(leg_id)
        if leg is not None and (leg.is_doubted or not leg.is_offer):
            self.settle_soon(self.agents_of(leg.phone))
        return leg

    def settle_everybody_soon(self) -> None:
        """Looks at every agent."""
        self.settle_soon(self._site.policy.agents)

    def settle_soon(self, agents: Iterable[AgentId]) -> None:
        """Looks at agents of whom there is news."""
        self._unsettled.update(dict.fromkeys(agents))
        if self._unsettled:
            self._settle_after(0.0)

    def settle(self) -> None:
        """Tells the floor of everybody of whom there is something to tell; later if it is away."""
        while self._unsettled:
            agent_id = next(iter(self._unsettled))
            del self._unsettled[agent_id]
            try:
                self._settle_one(agent_id)
            except StoreError as error:
                now, reason = self._site.clock.now(), str(error)
                self._site.facts.publish(StoreFailed(at=now, store="redis", reason=reason))
                self._unsettled[agent_id] = None
                self._settle_after(RETRY_SECONDS)
                return
            except Exception as error:  # noqa: BLE001 - the others' turn must come
                now, reason = self._site.clock.now(), f"{agent_id}: {error!r}"
                fault = FlowFailed(at=now, flow="phone_holding", reason=reason)
                self._site.facts.publish(fault)

    def differs(self, floor: FloorAgent) -> bool:
        """True if the floor says otherwise than is known, and nobody is about to tell it."""
        agent = self._site.policy.agents.get(floor.agent_id)
        if agent is None or floor.agent_id in self._unsettled:
            return False
        return self._holds(agent, floor) != floor.holds

    def _settle_after(self, seconds: float) -> None:
        if not self._is_settling:
            self._is_settling = True
            self._site.clock.after(seconds, self._settle_now)

    def _settle_now(self) -> None:
        self._is_settling = False
        self.settle()

    def _settle_one(self, agent_id: AgentId) -> None:
        """Says it until it is still so once it is said: others may say it at the same time."""
        agent, floor = self._site.policy.agents.get(agent_id), self._site.roster.agent(agent_id)
        if agent is None or floor is None:
            return
        told = floor.holds
        while (wanted := self._holds(agent, floor)) != told:
            if told:
                self._to_free.add(agent_id)
            answer = self._site.roster.hold(agent_id, wanted, self._site.ids.request_id())
            told = wanted
            if answer is AgentAnswer.DONE:
                now = self._site.clock.now()
                self._site.facts.publish(AgentHeld(at=now, agent_id=agent_id, holds=wanted))
        if not told and agent_id in self._to_free:
            self._to_free.discard(agent_id)
            self._dispatcher.agent_free(agent_id, self._site.clock.now())

    def _holds(self, agent: AgentPolicy, floor: FloorAgent) -> frozenset[HoldReason]:
        phone = phones.phone_of(agent.contact)
        if phone is None:
            return frozenset()
        connected = self._connected()
        is_on_call = self._is_on_outside_call(phone, floor)
        if not is_on_call and not self._known.is_complete(phone, connected):
            is_on_call = None
        return phones.holds(
            agent,
            floor.holds,
            is_registered=self._known.is_registered(phone, connected),
            is_on_outside_call=is_on_call,
        )

    def _is_on_outside_call(self, phone: Phone, floor: FloorAgent) -> bool | None:
        own = _own_legs(floor)
        return any(
            leg_id not in own and (leg.is_doubted or not leg.is_offer)
            for leg_id, leg in self._known.legs_of(phone).items()
        )

    def _connected(self) -> list[NodeName]:
        return [node for node, switch in self._site.switches.items() if switch.is_connected]

    def _doubt_after_a_while(self, leg_id: LegId) -> None:
        def doubt() -> None:
            leg = self._known.leg(leg_id)
            if leg is not None:
                leg.is_doubted = True
                self.settle_soon(self.agents_of(leg.phone))

        self._site.clock.after(LEG_ENDS_SECONDS, doubt)


def _own_legs(floor: FloorAgent) -> frozenset[LegId | None]:
    """The legs by which callcore holds the agent."""
    held_by = floor.leg_id if floor.state in HELD_BY_A_LEG else None
    return frozenset({held_by, floor.standing_leg.leg_id if floor.standing_leg else None})
