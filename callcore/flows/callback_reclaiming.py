"""Promised callbacks that nobody follows: another process made them, and has died.

The floor has them, no switch does: those that wait are for the worker of the promise, those that
were kept for that of the customer's line. One that waited waits on; the phones of agents and
customers that are being called ring on, and a customer who has answered and holds the line is kept
on it. A talk that is over is closed, unless the agent had heard a machine.
"""

from __future__ import annotations

from collections.abc import Callable

from callcore.domain.callbacks import CALLBACKS, Callback
from callcore.domain.ids import CallId, LegId, NodeName
from callcore.flows import whereabouts
from callcore.flows.callback_calls import CallbackCalls
from callcore.flows.messages import CustomerFound
from callcore.flows.offer_reclaiming import OfferReclaiming
from callcore.flows.offers_found import OffersFound
from callcore.flows.site import Site
from callcore.flows.switchboard import Switchboard
from callcore.ports.stores import FloorCall, FloorCallState, Reservation
from callcore.ports.switch_events import LegSnapshot


class CallbackReclaiming:
    """Takes promises over. ``close`` ends the whole call, ``end_talk`` the agent's part in it."""

    def __init__(
        self,
        site: Site,
        switchboard: Switchboard,
        callbacks: CallbackCalls,
        offers: OfferReclaiming,
        close: Callable[[FloorCall], None],
        end_talk: Callable[[Reservation], None],
    ) -> None:
        self._site = site
        self._switchboard = switchboard
        self._callbacks = callbacks
        self._offers = offers
        self._close = close
        self._end_talk = end_talk

    def held(self) -> list[CallId]:
        """The promises on the floor."""
        return [call.call_id for call in self._site.waiting_room.calls(CALLBACKS)]

    def mend(self, call_id: CallId, node: NodeName, line: LegSnapshot | None) -> bool:
        """Takes a promise over if nobody follows it, after the talks on ``node`` were; true if so.

        ``line`` is that of its customer who has answered and holds it on the node. Asked anew,
        because its own script may have closed it since the floor was read.
        """
        call = self._unfollowed(call_id)
        if call is None or call.callback is None:
            self._tell_of(call_id, line)
            return False
        if not whereabouts.is_ours(self._site, call):
            return False
        return self._mend(call, call.callback, node, line)

    def _mend(
        self, call: FloorCall, callback: Callback, node: NodeName, line: LegSnapshot | None
    ) -> bool:
        call_id = call.call_id
        if call.state is FloorCallState.WAITING:
            is_elsewhere = line is None and self._may_be_on_line_at_another(node, callback, call_id)
            return not is_elsewhere and self._resume(call, line)
        if not self._is_told_of_by(node, call_id, callback):
            return False
        if call.state is FloorCallState.OFFERED:
            return self._resume_offered(call, callback, line)
        if call.bridged_at is not None and callback.waits_again(call.bridged_at):
            return self._resume_after_machine(call)
        self._close(call)
        return False

    def _resume_offered(
        self, call: FloorCall, callback: Callback, line: LegSnapshot | None
    ) -> bool:
        """Agents who are rung by a switch of which we do not hear are free at once."""
        switch = self._site.switches.get(callback.node)
        is_heard = self._site.tenure.holds_leg(callback.node, LegId(call.call_id))
        if switch is not None and switch.is_connected and is_heard:
            offers = self._offers.open_of(call)
            if self._switchboard.node_of(call.call_id) is not None:
                return False  # others have taken it over while Redis was asked
            return self._resume(offers.told_of(call), line, offers)
        self._offers.withdraw(call)
        return self.resume(call.call_id, line)

    def resume(self, call_id: CallId, line: LegSnapshot | None = None) -> bool:
        """Goes on with a promise that waits and is followed by nobody; true if there was one."""
        call = self._unfollowed(call_id)
        if call is None or call.state is not FloorCallState.WAITING:
            return False
        return whereabouts.is_ours(self._site, call) and self._resume(call, line)

    def _tell_of(self, call_id: CallId, line: LegSnapshot | None) -> None:
        """A promise that is followed already hears of the line when it is found."""
        if line is None or self._switchboard.follows(line.leg_id):
            return
        if self._switchboard.node_of(call_id) is not None:
            self._switchboard.claim(line.leg_id, call_id)
            self._switchboard.post(call_id, CustomerFound(leg=line))

    def _resume_after_machine(self, call: FloorCall) -> bool:
        """The process died between the agent's key and the place in line."""
        if call.state is FloorCallState.TALKING and call.talk is not None:
            self._end_talk(call.talk)
        return self._resume(call, None)

    def _resume(
        self, call: FloorCall, line: LegSnapshot | None, offers: OffersFound | None = None
    ) -> bool:
        if call.callback is None:
            return False
        if self._callbacks.resume(call, offers or self._offers.none(), line):
            return True
        self._close(call)
        return False

    def _unfollowed(self, call_id: CallId) -> FloorCall | None:
        """``None`` of one that was ended here too, and only the floor does not know it yet."""
        if self._switchboard.node_of(call_id) is not None or self._callbacks.is_untold(call_id):
            return None
        call = self._site.waiting_room.call(call_id)
        return call if self._switchboard.node_of(call_id) is None else None

    def _may_be_on_line_at_another(
        self, node: NodeName, callback: Callback, call_id: CallId
    ) -> bool:
        """True if the customer may hold the line on a node that is compared besides: nobody is
        called beside that line.
        """
        switch = self._site.switches.get(callback.node)
        is_compared = switch is not None and switch.is_connected and callback.node != node
        return is_compared and self._site.tenure.holds_leg(callback.node, LegId(call_id))

    def _is_told_of_by(self, node: NodeName, call_id: CallId, callback: Callback) -> bool:
        """Legs not found there are gone; those of a switch that we know no more are as well, and
        another worker's are not for us to find.
        """
        return (
            callback.node == node
            or callback.node not in self._site.switches
            or not self._site.tenure.holds_call(callback.node, call_id)
        )
