"""Comparing the floor with the switch, and mending what differs.

Runs whenever a link comes up (the first time included): events may have been missed, and another
process may have died with calls in its hands. Mends what ``leg_watch`` finds at other times, too.

What is found goes into the mailboxes as the events that were missed, so that scripts need no second
way of hearing them. Callers nobody follows are adopted; calls of the floor whose leg is gone are
closed; agents held by nothing are freed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from callcore.domain.events import FlowFailed, SelfHealed, StoreFailed
from callcore.domain.ids import CallId, LegId, Micros, NodeName
from callcore.flows import leg_roles
from callcore.flows.adoption import Adoption
from callcore.flows.agent_freeing import AgentFreeing
from callcore.flows.agent_reclaiming import AgentReclaiming
from callcore.flows.callback_calls import CallbackCalls
from callcore.flows.callback_reclaiming import CallbackReclaiming
from callcore.flows.caller_reclaiming import CallerReclaiming
from callcore.flows.findings import Findings
from callcore.flows.missed_events import MissedEvents
from callcore.flows.site import Site
from callcore.flows.standing_leg_reclaiming import StandingLegReclaiming
from callcore.flows.standing_legs import StandingLegs
from callcore.flows.switchboard import Switchboard
from callcore.flows.unheard_past import UnheardPast
from callcore.ports.stores import FloorAgent, StoreError, StoreUnavailableError
from callcore.ports.switch_events import LegSnapshot
from callcore.ports.telephony import Switch, TelephonyError

RETRY_SECONDS = 0.25
"""Until it has succeeded, what was missed is not known: talks may begin and end meanwhile."""

ORPHAN_CAUSE = "ORIGINATOR_CANCEL"


class Reclaiming:
    """Mends the floor of one node after its link came up."""

    def __init__(
        self,
        site: Site,
        switchboard: Switchboard,
        freeing: AgentFreeing,
        adoption: Adoption,
        unheard: UnheardPast,
        callbacks: CallbackCalls,
        standing: StandingLegs,
    ) -> None:
        self._site = site
        self._switchboard = switchboard
        self._missed = MissedEvents(site, switchboard, self._heal)
        self._standing = StandingLegReclaiming(site, switchboard, standing)
        self._callers = CallerReclaiming(
            site, switchboard, freeing, adoption, unheard, self._missed, self._heal
        )
        self._callbacks = CallbackReclaiming(
            site,
            switchboard,
            callbacks,
            self._callers.withdraw_offers_of,
            self._callers.close_call,
            freeing.after_talk,
        )
        self._agents = AgentReclaiming(
            site, switchboard, freeing, self._callbacks.resume, self._heal
        )
        self._comparing: set[NodeName] = set()
        self._has_compared = False

    @property
    def has_compared(self) -> bool:
        """True once the switch has been asked what became of the calls found on the floor."""
        return self._has_compared

    def is_comparing(self, node: NodeName) -> bool:
        """True while the floor is compared with a node whose link came up."""
        return node in self._comparing

    def free(self, agent: FloorAgent, reason: str) -> None:
        """Frees an agent from an offer or a conversation that is no more."""
        self._agents.free(agent, reason)

    def is_held_by_nothing(self, agent: FloorAgent) -> bool:
        """True if an agent is held by a call that is no more."""
        return self._agents.is_held_by_nothing(agent)

    def switch_restarted(self, node: NodeName) -> None:
        """The switch lost its calls: every leg followed on it has ended."""
        self._missed.tell_of_restart(node)

    def compare(self, node: NodeName, restored_at: Micros) -> None:
        """Compares until it has succeeded or the link is down again.

        Legs that came to be after ``restored_at`` have been heard of all their lives.
        """
        self._comparing.add(node)
        try:
            self._until_compared(node, self._site.switches[node], restored_at)
        finally:
            self._comparing.discard(node)

    def mend(self, node: NodeName, found: Findings) -> None:
        """Mends what was found not to fit, if it does not now. May raise ``TelephonyError`` or
        ``StoreUnavailableError``.
        """
        switch = self._site.switches[node]
        followed = self._switchboard.legs(node, claimed_by=self._site.clock.now())
        gone = found.gone & followed.keys()
        self._missed.tell_ends(node, switch, {leg_id: followed[leg_id] for leg_id in gone})
        strays = switch.legs(found.strays) if found.strays else []
        for leg in strays:
            self._one(leg.leg_id, partial(self._adopt, leg, switch))
        for call_id in found.calls:
            self._one(call_id, partial(self._callers.close, call_id, switch))
        self._agents.free_held_by(found.held, "held_by_nothing")
        for leg in strays:
            self._hang_up_orphan(leg, switch)

    def take_up(self, node: NodeName, leg_id: LegId) -> None:
        """Takes over a leg of ours that was just heard of; what cannot be done now is found and
        done later.
        """
        switch = self._site.switches[node]
        try:
            for leg in switch.legs([leg_id]):
                self._one(leg.leg_id, partial(self._adopt, leg, switch))
        except (TelephonyError, StoreUnavailableError) as error:
            reason = f"{leg_id} was not taken up: {error}"
            self._site.facts.publish(
                StoreFailed(at=self._site.clock.now(), store="floor", reason=reason)
            )

    def _until_compared(self, node: NodeName, switch: Switch, restored_at: Micros) -> None:
        while switch.is_connected:
            try:
                self._compare_once(node, switch, restored_at)
            except (TelephonyError, StoreError) as error:
                now = self._site.clock.now()
                reason = f"{node} was not compared with the floor: {error}"
                self._site.facts.publish(StoreFailed(at=now, store="floor", reason=reason))
                if switch.is_connected:
                    self._site.clock.sleep(RETRY_SECONDS)
            else:
                self._has_compared = True
                return

    def _compare_once(self, node: NodeName, switch: Switch, restored_at: Micros) -> None:
        followed = self._switchboard.legs(node, claimed_by=restored_at)
        floor_calls = {call.call_id: call for call in self._site.waiting_room.calls(node)}
        promises = self._callbacks.held()
        found = {leg.leg_id: leg for leg in switch.legs()}
        gone = followed.keys() - found.keys()
        self._missed.tell_ends(node, switch, {leg_id: followed[leg_id] for leg_id in gone})
        for leg_id in followed.keys() & found.keys():
            self._missed.tell_of(found[leg_id], followed[leg_id])
        for leg in found.values():
            self._one(leg.leg_id, partial(self._adopt, leg, switch))
        followed_calls = set(followed.values())
        for call_id in floor_calls.keys() - followed_calls:
            self._one(call_id, partial(self._callers.close, call_id, switch))
        lines = {leg_roles.call_of(leg): leg for leg in self._held_lines(found.values())}
        for call_id in promises:
            line = lines.get(call_id)
            self._one(call_id, partial(self._mend_promise, call_id, node, line))
            if line is not None and self._switchboard.awaits_end(line.leg_id):
                self._missed.tell_ends(node, switch, {line.leg_id: call_id})
        self._agents.free_held_by_nothing()
        for agent in self._standing.without_line(set(found), switch):
            self._one(agent.agent_id, partial(self._log_out, agent))
        for leg in found.values():
            self._hang_up_orphan(leg, switch)

    def _one(self, subject: str, mend: Callable[[], None]) -> None:
        """Mends one thing; a fault in it must not keep the others from being mended."""
        try:
            mend()
        except (TelephonyError, StoreUnavailableError):
            raise  # all of it is tried again
        except Exception as error:  # noqa: BLE001 - told of, and the others go on
            now = self._site.clock.now()
            reason = f"{subject}: {error!r}"
            self._site.facts.publish(FlowFailed(at=now, flow="reclaiming", reason=reason))

    def _log_out(self, agent: FloorAgent) -> None:
        self._standing.log_out(agent)
        self._heal("agent", agent.agent_id, "line_gone")

    def _adopt(self, leg: LegSnapshot, switch: Switch) -> None:
        if self._standing.adopt(leg):
            self._heal("line", leg.leg_id, "adopted")
        self._callers.adopt(leg, switch)

    def _held_lines(self, legs: Iterable[LegSnapshot]) -> Iterator[LegSnapshot]:
        """Those of customers who were called back, have answered, and are in nobody's hands."""
        fallback = self._site.policy.fallback.extension
        for leg in legs:
            is_in_hands = self._switchboard.follows(leg.leg_id) or leg.dialled_number == fallback
            if leg_roles.is_holding_customers(leg) and not is_in_hands:
                yield leg

    def _mend_promise(self, call_id: CallId, node: NodeName, line: LegSnapshot | None) -> None:
        if self._callbacks.mend(call_id, node, line):
            self._heal("call", call_id, "adopted")

    def _hang_up_orphan(self, leg: LegSnapshot, switch: Switch) -> None:
        """A phone that was called by a process which has died, and is of no use to anybody."""
        if leg_roles.is_orphan(leg) and not self._switchboard.follows(leg.leg_id):
            switch.hang_up(leg.leg_id, ORPHAN_CAUSE)
            self._heal("leg", leg.leg_id, "orphan")

    def _heal(self, what: str, subject: str, reason: str) -> None:
        self._site.facts.publish(
            SelfHealed(at=self._site.clock.now(), what=what, subject=subject, reason=reason)
        )
