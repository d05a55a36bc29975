"""What is meant for calls of other workers, and what they send for calls of ours.

A message finds a call that is just being taken over a moment later, and is passed on to whoever has
it by then. A reservation for a caller who is not there any more is given back.
"""

from __future__ import annotations

from collections.abc import Callable

from callcore.domain.events import StoreFailed
from callcore.domain.ids import CallId, LegId, NodeName, seconds_between, shard_of
from callcore.domain.outcomes import OfferLostReason
from callcore.domain.sharding import WorkerId, shard_of_call
from callcore.flows.agent_freeing import AgentFreeing
from callcore.flows.letters import Letters
from callcore.flows.messages import Reserved
from callcore.flows.messages.between import Forwarded
from callcore.flows.offer_holding import is_held
from callcore.flows.site import Site
from callcore.flows.switchboard import Switchboard
from callcore.flows.taking_over import TakingOver
from callcore.flows.unheard_ends import UnheardEnds
from callcore.ports.stores import FloorCallState, StoreError
from callcore.ports.switch_events import LegEnded, LegParked
from callcore.ports.telephony import TelephonyError

KEPT_SECONDS = 3.0
"""How long a message waits for a call that may be about to be followed here."""

PASSED_ON_SECONDS = 0.5
"""How long it waits if the call seems to be another worker's: longer than that is no mistake."""

LOOK_SECONDS = 0.02

Spawn = Callable[[str, Callable[[], None]], object]
"""Starts a named greenlet."""


class Post:
    """``switchboard.Elsewhere``, by letters."""

    def __init__(self, site: Site, spawn: Spawn, letters: Letters) -> None:
        self._site = site
        self._spawn = spawn
        self._letters = letters
        self._receiving: Receiving | None = None

    def connect(self, receiving: Receiving) -> None:
        """Says who keeps what is meant for calls that are about to be followed."""
        self._receiving = receiving

    def send(self, worker_id: WorkerId, forwarded: Forwarded) -> None:
        """Tells the worker; does not wait."""
        self._letters.send(worker_id, forwarded)

    def keep(self, forwarded: Forwarded) -> bool:
        """Keeps it for a call that is about to be followed; false if none is."""
        return self._receiving is not None and self._receiving.keep(forwarded)

    def hear(self, node: NodeName, leg_id: LegId) -> None:
        """Has the switch tell of a leg of another worker too; does not wait."""
        self._spawn(f"hear {leg_id}", lambda: self._hear(node, leg_id))

    def unhear(self, node: NodeName, leg_id: LegId) -> None:
        """Ends that."""
        switch = self._site.switches.get(node)
        if switch is not None:
            self._spawn(f"unhear {leg_id}", lambda: switch.unhear(leg_id))

    def _hear(self, node: NodeName, leg_id: LegId) -> None:
        """Without a link it is heard when that is up again."""
        switch = self._site.switches.get(node)
        try:
            if switch is not None and switch.is_connected:
                switch.hear(leg_id)
        except TelephonyError as error:
            now, reason = self._site.clock.now(), f"{leg_id} is not heard: {error}"
            self._site.facts.publish(StoreFailed(at=now, store="floor", reason=reason))


class Receiving:
    """Takes what others send for calls of ours."""

    def __init__(
        self,
        site: Site,
        spawn: Spawn,
        switchboard: Switchboard,
        taking_over: TakingOver,
        freeing: AgentFreeing,
        ends: UnheardEnds,
    ) -> None:
        self._site = site
        self._spawn = spawn
        self._ends = ends
        self._switchboard = switchboard
        self._taking_over = taking_over
        self._freeing = freeing

    def take(self, forwarded: Forwarded) -> None:
        """Delivers it, at once or when the call is followed."""
        if isinstance(forwarded.message, LegParked):
            self._taking_over.arrival_told(forwarded.node, forwarded.message.leg_id)
        elif isinstance(forwarded.message, LegEnded):
            self._ended(forwarded.call_id, forwarded.message)
        elif self._is_followed(forwarded) and not forwarded.is_passed_on:
            self._switchboard.post(forwarded.call_id, forwarded.message)
        else:
            self._wait_for_call(forwarded)

    def keep(self, forwarded: Forwarded) -> bool:
        """Keeps it if the call may be about to be followed."""
        if isinstance(forwarded.message, LegParked):
            self._taking_over.arrival_told(forwarded.node, forwarded.message.leg_id)
            return True
        is_kept = self._may_come(forwarded)
        if is_kept:
            self._wait_for_call(forwarded)
        return is_kept

    def _ended(self, call_id: CallId, ended: LegEnded) -> None:
        """Whoever follows the leg hears of it; else it will be found that nobody is to."""
        if self._switchboard.awaits_end(ended.leg_id):
            self._switchboard.deliver(ended)
        else:
            self._ends.note_end(call_id, ended)

    def _wait_for_call(self, forwarded: Forwarded) -> None:
        self._spawn(f"deliver to {forwarded.call_id}", lambda: self._deliver_later(forwarded))

    def _deliver_later(self, forwarded: Forwarded) -> None:
        began_at = self._site.clock.now()
        while not self._is_followed(forwarded) and self._may_come(forwarded):
            if self._was_ours(forwarded):
                break
            seconds = PASSED_ON_SECONDS if self._is_anothers(forwarded) else KEPT_SECONDS
            if seconds_between(began_at, self._site.clock.now()) >= seconds:
                break
            self._site.clock.sleep(LOOK_SECONDS)
        if not self._is_followed(forwarded):
            self._undo(forwarded)
        elif self._still_holds(forwarded):
            self._switchboard.post(forwarded.call_id, forwarded.message)

    def _is_followed(self, forwarded: Forwarded) -> bool:
        return self._switchboard.node_of(forwarded.call_id) is not None

    def _may_come(self, forwarded: Forwarded) -> bool:
        """True if the shard is about to be ours, or is compared."""
        call_id, tenure = forwarded.call_id, self._site.tenure
        if not tenure.holds_call(forwarded.node, call_id):
            return not tenure.is_alone
        return self._taking_over.is_under_way(shard_of(LegId(call_id)))

    def _was_ours(self, forwarded: Forwarded) -> bool:
        """True if we have given it away, and nobody has passed the message on to us."""
        shard = shard_of_call(forwarded.node, forwarded.call_id)
        return not forwarded.is_passed_on and self._site.tenure.has_given(shard)

    def _is_anothers(self, forwarded: Forwarded) -> bool:
        """True if it seems so: what is known of others is not of this instant."""
        tenure = self._site.tenure
        owner = tenure.owner_of(shard_of_call(forwarded.node, forwarded.call_id))
        return owner not in {None, tenure.worker_id}

    def _still_holds(self, forwarded: Forwarded) -> bool:
        """Who took the call over may have ended the offers made before."""
        message = forwarded.message
        return not isinstance(message, Reserved) or is_held(self._site, message.reservation)

    def _undo(self, forwarded: Forwarded) -> None:
        """The call is not there; others have ended it, or go on with it."""
        message = forwarded.message
        is_ours = self._site.tenure.holds_call(forwarded.node, forwarded.call_id)
        is_passed_on = not is_ours and self._switchboard.pass_on(forwarded)
        if isinstance(message, Reserved) and not is_passed_on:
            self._give_back(forwarded, message, is_ours=is_ours)

    def _give_back(self, forwarded: Forwarded, reserved: Reserved, *, is_ours: bool) -> None:
        """A caller who is on the floor and followed by nobody would be offered again at once: who
        that is has to be found out first.
        """
        reservation = reserved.reservation
        if not self._is_offered(forwarded):
            gone = OfferLostReason.CALLER_GONE
            self._freeing.after_lost_offer(reservation, gone, is_caller_waiting=False)
            return
        self._freeing.give_back(reservation, is_caller_waiting=True)
        if is_ours:
            nodes = (forwarded.node,) if forwarded.node in self._site.switches else None
            for node in nodes or self._site.switches:
                self._taking_over.compare_soon(node, shard_of(LegId(forwarded.call_id)))

    def _is_offered(self, forwarded: Forwarded) -> bool:
        try:
            call = self._site.waiting_room.call(forwarded.call_id)
        except StoreError:
            return True  # whoever is not there is not put back
        return call is not None and call.state is FloorCallState.OFFERED
