"""Telling the floor which agents are not to be asked, by what is known of their phones.

A leg by which the floor holds the agent is no call outside callcore: that of an offer or a talk,
and the line on which an agent stays connected. One that lives on after its talk, because somebody
has transferred it, is. An agent who dials a queue or a feature code is on a call until it ends.

The floor keeps such calls by shard: each worker tells of its own, and ends nobody else's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from callcore.domain import phones
from callcore.domain.agents import AgentState, HoldReason
from callcore.domain.events import AgentHeld, FlowFailed, StoreFailed
from callcore.domain.ids import AgentId, LegId, NodeName
from callcore.domain.phones import Phone
from callcore.domain.policies import AgentPolicy, SitePolicy
from callcore.domain.sharding import Shard
from callcore.flows.dispatching import Dispatcher
from callcore.flows.phone_knowledge import KnownLeg, PhoneKnowledge
from callcore.flows.site import Site
from callcore.ports.stores import AgentAnswer, FloorAgent, StoreError

LEG_ENDS_SECONDS = 2.0
"""An agent's leg has ended with its conversation long before, or it goes on elsewhere."""

RETRY_SECONDS = 1.0

BY_SHARDS = frozenset({HoldReason.OUTSIDE_CALL})
"""What follows from the calls in shards."""

HELD_BY_A_LEG = frozenset({AgentState.RESERVED, AgentState.RINGING, AgentState.TALKING})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What the floor says, or is to say, of one agent's phone."""

    holds: frozenset[HoldReason]
    outside: frozenset[str]


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
        for leg_id, leg in self.legs_of(agent_id).items():
            is_own = floor is not None and _is_own(floor, leg_id, leg)
            if leg.is_offer and not leg.is_doubted and not is_own:
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
        return self._told(agent, floor) != _Told(holds=floor.holds, outside=floor.outside)

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
        self._known.forget_others()
        told = _Told(holds=floor.holds, outside=floor.outside)
        while (wanted := self._told(agent, floor)) != told:
            if told.holds:
                self._to_free.add(agent_id)
            answer = self._site.roster.hold(
                agent_id,
                # Of calls in shards the floor knows itself whether there is still one.
                wanted.holds - BY_SHARDS if wanted.outside else wanted.holds,
                self._site.ids.request_id(),
                began=wanted.outside - told.outside,
                ended=told.outside - wanted.outside,
            )
            if answer is AgentAnswer.DONE:
                now = self._site.clock.now()
                self._site.facts.publish(AgentHeld(at=now, agent_id=agent_id, holds=wanted.holds))
                if not self._site.tenure.is_alone:
                    self._unsettled[agent_id] = None  # others may have said their part meanwhile
            told = wanted
        if not told.holds and agent_id in self._to_free:
            self._to_free.discard(agent_id)
            self._dispatcher.agent_free(agent_id, self._site.clock.now())

    def _told(self, agent: AgentPolicy, floor: FloorAgent) -> _Told:
        """What the floor is to say from now on: of legs, by the shards that are this worker's."""
        phone = phones.phone_of(agent.contact)
        if phone is None:
            return _Told(holds=frozenset(), outside=frozenset())
        connected = self._connected()
        is_complete = self._known.is_complete(phone, connected)
        found = self._outside_calls(phone, floor)
        others = frozenset(
            name for name in floor.outside if not (is_complete and self._is_ours(name))
        )
        is_on_call: bool | None = bool(found or others)
        if not is_on_call and not is_complete:
            is_on_call = None
        holds = phones.holds(
            agent,
            floor.holds,
            is_registered=self._is_registered(phone, connected),
            is_on_outside_call=is_on_call,
        )
        return _Told(holds=holds, outside=found | others)

    def _is_registered(self, phone: Phone, connected: list[NodeName]) -> bool | None:
        """At a registrar, of which no node tells, a phone may always be."""
        has_registrar = self._site.policy.dialplan.registrar_contact is not None
        return has_registrar or self._known.is_registered(phone, connected)

    def _outside_calls(self, phone: Phone, floor: FloorAgent) -> frozenset[str]:
        """The shards with legs of the phone that are no doing of callcore."""
        return frozenset(
            self._known.shard_of(leg_id).name
            for leg_id, leg in self._known.legs_of(phone).items()
            if not _is_own(floor, leg_id, leg) and (leg.is_doubted or not leg.is_offer)
        )

    def _is_ours(self, shard_name: str) -> bool:
        """True if nobody else can tell what there is in a shard; also of a node that is no more."""
        node, _, part = shard_name.rpartition(":")
        shard = Shard(NodeName(node), part)
        return shard.node not in self._site.switches or self._known.is_compared(shard)

    def _connected(self) -> list[NodeName]:
        return [node for node, switch in self._site.switches.items() if switch.is_connected]

    def _doubt_after_a_while(self, leg_id: LegId) -> None:
        def doubt() -> None:
            leg = self._known.leg(leg_id)
            if leg is not None:
                leg.is_doubted = True
                self.settle_soon(self.agents_of(leg.phone))

        self._site.clock.after(LEG_ENDS_SECONDS, doubt)


def _is_own(floor: FloorAgent, leg_id: LegId, leg: KnownLeg) -> bool:
    """True of a leg by which callcore holds the agent: that of the offer or talk, or its half on
    the node where the phone is registered, and the line on which the agent stays.
    """
    if floor.standing_leg is not None and floor.standing_leg.leg_id == leg_id:
        return True
    if floor.state not in HELD_BY_A_LEG:
        return False
    return leg_id == floor.leg_id or (bool(leg.offer_id) and leg.offer_id == floor.offer_id)
