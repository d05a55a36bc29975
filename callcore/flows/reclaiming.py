"""Comparing the floor with the switch, and mending what differs.

Runs whenever a link comes up (the first time included): events may have been missed, and another
process may have died with calls in its hands; and for the shards that become this worker's, no
others. Mends what ``leg_watch`` finds at other times, too.

What is found goes into the mailboxes as the events that were missed, so that scripts need no second
way of hearing them. Callers nobody follows are adopted; calls of the floor whose leg is gone are
closed; agents held by nothing are freed.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from callcore.domain.callbacks import CALLBACKS
from callcore.domain.events import StoreFailed
from callcore.domain.ids import CallId, LegId, Micros, NodeName, shard_of
from callcore.domain.sharding import DIGITS
from callcore.flows import whereabouts
from callcore.flows.adoption import Adoption
from callcore.flows.agent_freeing import AgentFreeing
from callcore.flows.agent_reclaiming import AgentReclaiming
from callcore.flows.callback_calls import CallbackCalls
from callcore.flows.caller_reclaiming import CallerReclaiming
from callcore.flows.comparing import Comparing
from callcore.flows.findings import Findings
from callcore.flows.healing import Healing
from callcore.flows.ledger_passing import LedgerPassing
from callcore.flows.mending import Mending
from callcore.flows.missed_events import MissedEvents
from callcore.flows.offer_reclaiming import OfferReclaiming
from callcore.flows.site import Site
from callcore.flows.standing_leg_reclaiming import StandingLegReclaiming
from callcore.flows.standing_legs import StandingLegs
from callcore.flows.switchboard import Switchboard
from callcore.flows.unheard_ends import UnheardEnds
from callcore.ports.stores import FloorAgent, FloorCall, StoreError, StoreUnavailableError
from callcore.ports.telephony import TelephonyError

RETRY_SECONDS = 0.25
"""Until it has succeeded, what was missed is not known: talks may begin and end meanwhile."""


class Reclaiming:
    """Mends the floor of one node after its link came up."""

    def __init__(
        self,
        site: Site,
        switchboard: Switchboard,
        freeing: AgentFreeing,
        adoption: Adoption,
        ends: UnheardEnds,
        passing: LedgerPassing,
        callbacks: CallbackCalls,
        standing: StandingLegs,
    ) -> None:
        self._site = site
        self._switchboard = switchboard
        self._passing = passing
        self._healing = healing = Healing(site)
        self._missed = MissedEvents(site, switchboard, healing.heal)
        offers = OfferReclaiming(site, switchboard, freeing, healing)
        self._callers = CallerReclaiming(
            site, switchboard, freeing, offers, adoption, ends, self._missed, healing
        )
        lines = StandingLegReclaiming(site, switchboard, standing)
        self._mending = Mending(site, switchboard, self._callers, offers, callbacks, lines, healing)
        self._agents = AgentReclaiming(
            site, switchboard, freeing, offers, self._mending.promises.resume, healing.heal
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

    def switch_gone(self, node: NodeName) -> None:
        """The switch counts as dead: every leg followed on it has ended."""
        self._missed.tell_of_loss(node)

    def close_lost(self, call: FloorCall, node: NodeName) -> None:
        """Closes a call that was on a dead node and is followed by nobody; a promise that is to be
        kept is gone on with. May raise ``StoreError``.
        """
        if whereabouts.node_of(call) == CALLBACKS:
            self._mending.mend_promise(call.call_id, node, None)
        elif self._switchboard.node_of(call.call_id) is None:
            self._callers.close_call(call, is_switch_lost=True)

    def line_lost(self, agent: FloorAgent) -> None:
        """Logs out an agent whose line was on a dead node, and is followed by nobody. May raise
        ``StoreError``.
        """
        leg = agent.standing_leg
        if leg is not None and not self._switchboard.follows(leg.leg_id):
            self._mending.log_out(agent)

    def free_held_by_nothing(self) -> None:
        """Frees agents held by calls that are no more. May raise ``StoreError``."""
        self._agents.free_held_by_nothing()

    def compare(
        self,
        node: NodeName,
        restored_at: Micros,
        digits: str = DIGITS,
        given: Collection[str] = (),
    ) -> None:
        """Compares what is this worker's of these digits, until it has succeeded or the link is
        down again. Calls of the digits ``given`` were handed over by other workers.

        Legs that came to be after ``restored_at`` have been heard of all their lives.
        """
        self._comparing.add(node)
        try:
            with self._healing.given(node, given):
                self._until_compared(node, restored_at, digits)
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
        listed = switch.legs(found.strays) if found.strays else []
        mending = self._mending
        strays = [leg for leg in listed if mending.is_among(leg, DIGITS)]
        for leg in strays:
            mending.one(leg.leg_id, partial(mending.adopt, leg, switch))
        # Who is in other hands by now has no place any more.
        elsewhere = {CallId(leg.leg_id) for leg in strays if leg.is_inbound}
        for call_id in found.calls | elsewhere:
            mending.one(call_id, partial(mending.close, call_id, switch))
        for call_id in found.promises:
            mending.one(call_id, partial(self._resume_promise, call_id))
        self._agents.free_held_by(found.held, "held_by_nothing")
        for leg in strays:
            mending.hang_up_orphan(leg, switch)

    def take_up(self, node: NodeName, leg_id: LegId, *, is_given: bool = False) -> None:
        """Takes over a leg of ours that was just heard of, ``is_given`` if its shard was handed
        over just then; what cannot be done now is found and done later.
        """
        switch = self._site.switches[node]
        given = {shard_of(leg_id)} if is_given else set[str]()
        try:
            with self._healing.given(node, given):
                for leg in switch.legs([leg_id]):
                    if self._mending.is_among(leg, DIGITS):
                        self._mending.one(leg.leg_id, partial(self._mending.adopt, leg, switch))
        except (TelephonyError, StoreUnavailableError) as error:
            reason = f"{leg_id} was not taken up: {error}"
            self._site.facts.publish(
                StoreFailed(at=self._site.clock.now(), store="floor", reason=reason)
            )

    def end_stray(self, node: NodeName, leg_id: LegId) -> None:
        """Ends a phone's leg that was picked up for nobody, if that is still so.

        What cannot be done now is found and done later.
        """
        if self._switchboard.follows(leg_id) or self.is_comparing(node):
            return
        switch = self._site.switches[node]
        try:
            for leg in switch.legs([leg_id]):
                if self._mending.is_among(leg, DIGITS):
                    self._mending.hang_up_orphan(leg, switch)
        except TelephonyError as error:
            now, reason = self._site.clock.now(), f"{leg_id} was not ended: {error}"
            self._site.facts.publish(StoreFailed(at=now, store="floor", reason=reason))

    def _until_compared(self, node: NodeName, restored_at: Micros, digits: str) -> None:
        switch = self._site.switches[node]
        comparing = Comparing(
            self._site,
            self._switchboard,
            self._mending,
            self._missed,
            self._agents,
            self._passing,
        )
        while switch.is_connected:
            try:
                comparing.compare(node, restored_at, digits)
            except (TelephonyError, StoreError) as error:
                now = self._site.clock.now()
                reason = f"{node} was not compared with the floor: {error}"
                self._site.facts.publish(StoreFailed(at=now, store="floor", reason=reason))
                if switch.is_connected:
                    self._site.clock.sleep(RETRY_SECONDS)
            else:
                self._has_compared = True
                return

    def _resume_promise(self, call_id: CallId) -> None:
        if self._mending.promises.resume(call_id):
            self._healing.heal("call", call_id, "adopted")
