"""Promised callbacks that nobody follows: another process made them, and has died.

The floor has them, no switch does. One that waited waits on; one whose agent or customer was being
called waits again, and the phones are silenced as orphans; a talk that is over is closed.
"""

from __future__ import annotations

from collections.abc import Callable

from callcore.domain.callbacks import CALLBACKS, Callback
from callcore.domain.ids import CallId, NodeName
from callcore.flows.callback_calls import CallbackCalls
from callcore.flows.site import Site
from callcore.flows.switchboard import Switchboard
from callcore.ports.stores import FloorCall, FloorCallState


class CallbackReclaiming:
    """Takes promises over. ``withdraw`` ends a call's offers, ``close`` the whole call."""

    def __init__(
        self,
        site: Site,
        switchboard: Switchboard,
        callbacks: CallbackCalls,
        withdraw: Callable[[FloorCall], None],
        close: Callable[[FloorCall], None],
    ) -> None:
        self._site = site
        self._switchboard = switchboard
        self._callbacks = callbacks
        self._withdraw = withdraw
        self._close = close

    def held(self) -> list[CallId]:
        """The promises on the floor."""
        return [call.call_id for call in self._site.waiting_room.calls(CALLBACKS)]

    def mend(self, call_id: CallId, node: NodeName) -> bool:
        """Takes a promise over if nobody follows it, after the talks on ``node`` were; true if so.

        Asked anew, because its own script may have closed it since the floor was read.
        """
        call = self._unfollowed(call_id)
        if call is None or call.callback is None:
            return False
        if call.state is FloorCallState.WAITING:
            return self._resume(call)
        if not self._is_told_of_by(node, call.callback):
            return False
        if call.state is FloorCallState.OFFERED:
            self._withdraw(call)
            return self.resume(call_id)
        self._close(call)
        return False

    def resume(self, call_id: CallId) -> bool:
        """Goes on with a promise that waits and is followed by nobody; true if there was one."""
        call = self._unfollowed(call_id)
        return call is not None and call.state is FloorCallState.WAITING and self._resume(call)

    def _resume(self, call: FloorCall) -> bool:
        if call.callback is None:
            return False
        if self._callbacks.resume(call):
            return True
        self._close(call)
        return False

    def _unfollowed(self, call_id: CallId) -> FloorCall | None:
        if self._switchboard.node_of(call_id) is not None:
            return None
        call = self._site.waiting_room.call(call_id)
        return call if self._switchboard.node_of(call_id) is None else None

    def _is_told_of_by(self, node: NodeName, callback: Callback) -> bool:
        """Legs not found there are gone; those of a switch that we know no more are as well."""
        return callback.node == node or callback.node not in self._site.switches
