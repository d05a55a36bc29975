"""Agents whose phone is away or busy are not asked: what the switches tell is told to the floor.

The events say it at once. A comparison, after each connecting and every minute, finds what was
missed, and what a process that has died left behind. Of registrations every worker hears; of a leg
only the one that follows its shard, and it alone tells the floor of it.
"""

from __future__ import annotations

from callcore.domain.events import (
    AgentChanged,
    ConfigurationApplied,
    Fact,
    FlowFailed,
    SelfHealed,
    StoreFailed,
)
from callcore.domain.ids import MICROS_PER_SECOND, LegId, Micros, NodeName
from callcore.domain.phones import Phone
from callcore.domain.sharding import Shard, shard_of_leg
from callcore.flows.dispatching import Dispatcher
from callcore.flows.phone_holding import HELD_BY_A_LEG, PhoneHolding
from callcore.flows.phone_knowledge import PhoneKnowledge
from callcore.flows.site import Site
from callcore.ports.stores import StoreError
from callcore.ports.switch_events import (
    LegEnded,
    PhoneCallBegan,
    PhoneRegistered,
    PhoneUnregistered,
    SwitchEvent,
    SwitchRestored,
)
from callcore.ports.telephony import PhoneLeg, Switch, TelephonyError

COMPARE_SECONDS = 60.0
"""A phone that was taken for other than it is stays so for no longer."""

LATE_SECONDS = 1.0
"""The switch writes what it tells; a question so soon after an event may find what was before."""

HALF_CAUSE = "DESTINATION_OUT_OF_ORDER"

ASK_AGAIN_SECONDS = 2.0
"""After an unregistration: a phone may have another registration, where the switch allows it."""


class PhoneWatch:
    """Follows the phones of a site's agents. Nothing but ``run`` and the comparisons waits."""

    def __init__(self, site: Site, dispatcher: Dispatcher) -> None:
        self._site = site
        self._known = PhoneKnowledge(site.tenure, site.nodes.registered)
        self._holding = PhoneHolding(site, dispatcher, self._known)
        self._ended_meanwhile: dict[NodeName, set[LegId]] = {}
        """Of each node that is being compared."""
        self._compare_again: set[NodeName] = set()
        self._to_ask_again: dict[NodeName, set[Phone]] = {}

    def run(self) -> None:
        """Compares every now and then, for ever."""
        while True:
            self._site.clock.sleep(COMPARE_SECONDS)
            self.compare_all()

    def hear(self, event: SwitchEvent) -> None:
        """Takes an event of a switch."""
        match event:
            case PhoneRegistered() | PhoneUnregistered():
                self._registration(event)
            case PhoneCallBegan():
                self._call_began(event)
            case LegEnded():
                if event.node in self._ended_meanwhile:
                    self._ended_meanwhile[event.node].add(event.leg_id)
                self._holding.end(event.leg_id)
            case SwitchRestored() if event.is_restarted:
                for leg_id in self._known.legs_on(event.node):
                    self._holding.end(leg_id)
            case _:
                pass

    def hear_fact(self, fact: Fact) -> None:
        """Looks at an agent who is held by another leg than before, or by none; and at everybody
        once the settings are others.
        """
        if isinstance(fact, AgentChanged) and fact.state not in HELD_BY_A_LEG:
            self._holding.doubt_legs(fact.agent_id)
            if any(not leg.is_offer for leg in self._holding.legs_of(fact.agent_id).values()):
                self._holding.settle_soon((fact.agent_id,))
        elif isinstance(fact, ConfigurationApplied):
            self._holding.settle_everybody_soon()
            self._site.clock.after(0.0, self.compare_all)

    def node_gone(self, node: NodeName) -> None:
        """The node counts as dead: its phones talk to nobody, and are not there. Those that it had
        called through other nodes are hung up there: a dead node says no goodbye.
        """
        for leg_id in self._known.legs_on(node):
            self._holding.end(leg_id)
        self._hang_up_halves(node)
        self._holding.settle_everybody_soon()

    def floor_emptied(self) -> None:
        """The floor has forgotten why agents are not asked."""
        self._holding.settle_everybody_soon()

    def compare_all(self) -> None:
        """Compares what is known with every switch that is there."""
        for node, switch in self._site.switches.items():
            if switch.is_connected:
                self.compare(node)

    def compare(self, node: NodeName) -> None:
        """Asks the switch about the agents' phones, and tells the floor before it returns."""
        if node in self._ended_meanwhile:
            self._compare_again.add(node)
            return
        self._ended_meanwhile[node] = set()
        try:
            self._compare_once(node, self._site.switches[node])
        except TelephonyError as error:
            self._failed("floor", f"{node} was not asked about phones: {error}")
        except StoreError as error:
            self._failed("redis", str(error))
            self._holding.settle_everybody_soon()
        except Exception as error:  # noqa: BLE001 - the next comparison may succeed
            now, reason = self._site.clock.now(), repr(error)
            self._site.facts.publish(FlowFailed(at=now, flow="phone_watch", reason=reason))
        finally:
            del self._ended_meanwhile[node]
        if node in self._compare_again:
            self._compare_again.discard(node)
            self.compare(node)

    def _registration(self, event: PhoneRegistered | PhoneUnregistered) -> None:
        agents = self._holding.agents_of(event.phone)
        if not agents:
            return
        is_registered = isinstance(event, PhoneRegistered)
        now = self._site.clock.now()
        if self._known.registers(event.node, event.phone, now, is_registered=is_registered):
            self._holding.settle_soon(agents)
        if not is_registered:
            self._ask_again_soon(event.node, event.phone)

    def _call_began(self, event: PhoneCallBegan) -> None:
        if not self._site.tenure.holds_leg(event.node, event.leg_id):
            return  # heard because it is lent; it is another worker's to tell of
        agents = self._holding.agents_of(event.phone)
        leg = PhoneLeg(
            phone=event.phone,
            is_offer=event.is_offer,
            offer_id=event.offer_id,
            from_node=event.from_node,
        )
        if agents and self._known.begins(event.node, event.leg_id, leg) and not event.is_offer:
            self._holding.settle_soon(agents)

    def _compare_once(self, node: NodeName, switch: Switch) -> None:
        asked = frozenset(self._holding.agents_by_phone())
        since = self._recently()
        followed = frozenset(phone for phone in asked if self._known.is_told(node, phone))
        shards = self._shards_of(node)
        self._known.forget_others()
        known_before = self._known.legs_on(node)
        registered = switch.registered(asked)
        found = switch.legs_of(asked)
        for leg_id in known_before.keys() - found.keys():
            # The list is written late: a leg that is not there may exist all the same.
            if not switch.leg_exists(leg_id):
                self._found_gone(leg_id)
        for leg_id, leg in found.items():
            if leg_id not in self._ended_meanwhile[node]:
                is_followed = leg.phone in followed and self._known.is_compared(
                    shard_of_leg(node, leg_id)
                )
                self._found(node, leg_id, leg, is_followed=is_followed)
        self._known.compared(shards)
        for phone in self._known.answered(node, asked, registered, since):
            if phone in followed:
                self._heal("phone", phone, "registration_unheard")
        for gone in tuple(self._site.nodes.gone):
            self._hang_up_halves(gone)
        self._mend_floor(followed)

    def _shards_of(self, node: NodeName) -> dict[Shard, int | None]:
        """Whose legs the switch tells of, with the tokens of now."""
        tenure = self._site.tenure
        shards = (Shard(node, digit) for digit in tenure.digits_of(node))
        return {shard: tenure.held.get(shard) for shard in shards}

    def _found(self, node: NodeName, leg_id: LegId, leg: PhoneLeg, *, is_followed: bool) -> None:
        if not self._site.tenure.holds_leg(node, leg_id):
            return
        if self._known.begins(node, leg_id, leg) and not leg.is_offer and is_followed:
            self._heal("phone", leg.phone, "call_unheard")

    def _found_gone(self, leg_id: LegId) -> None:
        leg = self._holding.end(leg_id)
        if leg is not None and not leg.is_offer:
            self._heal("phone", leg.phone, "call_end_unheard")

    def _mend_floor(self, followed: frozenset[Phone]) -> None:
        """Tells the floor where it says otherwise: a difference that counts if the phone had been
        followed, or if the floor holds an agent for what ended with nobody there to hear it.
        """
        of_agents = {agent_id for phone in followed for agent_id in self._holding.agents_of(phone)}
        for floor in self._site.roster.agents():
            self._holding.doubt_legs(floor.agent_id, floor)
            if self._holding.differs(floor):
                if floor.agent_id in of_agents or floor.holds:
                    self._heal("agent", floor.agent_id, "hold_differed")
                self._holding.settle_soon((floor.agent_id,))
        self._holding.settle()

    def _hang_up_halves(self, gone: NodeName) -> None:
        for leg_id, leg in self._known.legs_from(gone).items():
            try:
                self._site.switches[leg.node].hang_up(leg_id, HALF_CAUSE)
            except TelephonyError as error:
                # Found again by the comparison, once the link is up.
                self._failed("floor", f"{leg.node}: {leg_id} was not hung up: {error}")
            else:
                self._heal("phone", leg.phone, "other_node_gone")

    def _ask_again_soon(self, node: NodeName, phone: Phone) -> None:
        if node not in self._to_ask_again:
            self._to_ask_again[node] = set()
            self._site.clock.after(ASK_AGAIN_SECONDS, lambda: self._ask_again(node))
        self._to_ask_again[node].add(phone)

    def _ask_again(self, node: NodeName) -> None:
        """Finds those who went and are there all the same."""
        asked = self._to_ask_again.pop(node)
        since = self._recently()
        try:
            registered = self._site.switches[node].registered(asked)
        except TelephonyError as error:
            self._failed("floor", f"{node} was not asked about phones: {error}")
            return  # the next comparison asks
        for phone in self._known.answered(node, asked, registered, since):
            self._holding.settle_soon(self._holding.agents_of(phone))

    def _recently(self) -> Micros:
        return Micros(self._site.clock.now() - round(LATE_SECONDS * MICROS_PER_SECOND))

    def _heal(self, what: str, subject: str, reason: str) -> None:
        now = self._site.clock.now()
        self._site.facts.publish(SelfHealed(at=now, what=what, subject=subject, reason=reason))

    def _failed(self, store: str, reason: str) -> None:
        self._site.facts.publish(StoreFailed(at=self._site.clock.now(), store=store, reason=reason))
