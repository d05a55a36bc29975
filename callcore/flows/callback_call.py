"""A call that we make: its line comes to be when an agent has picked up.

Until the customer answers, what would be heard or kept on the line is nothing. An attempt that
fails is no end of the call, which the customer may be called in again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum

from callcore.domain import announcements, brought, callbacks, phone_numbers
from callcore.domain.callbacks import Callback
from callcore.domain.events import CallbackDialled
from callcore.domain.ids import LegId, NodeName
from callcore.domain.ledger import Caller
from callcore.domain.policies import CallbackPolicy, QueuePolicy
from callcore.flows.agent_line import BEYOND_RINGING_SECONDS
from callcore.flows.call import SWITCH_CAUSES, Call
from callcore.flows.crew import Crew
from callcore.flows.messages import CustomerTimedOut, CustomerUnreached, Message
from callcore.flows.site import Site
from callcore.ports.surroundings import Timer
from callcore.ports.switch_events import LegEnded, LegParked
from callcore.ports.telephony import LegRequest, SwitchUnavailableError, TelephonyError
from callcore.runtime.mailbox import Mailbox

NO_CONTACT = "NO_ROUTE_DESTINATION"
REFUSED = "COMMAND_REFUSED"
LINK_DOWN = "NETWORK_OUT_OF_ORDER"


class Line(StrEnum):
    """How far the customer's line has come."""

    NONE = "none"
    RINGING = "ringing"
    OPEN = "open"
    """Answered, and with us."""
    MET = "met"
    """Customer and agent have talked: a line like any other, whose end is the call's."""


class CallbackCall(Call):
    """A promised callback, and the customer's line while there is one."""

    def __init__(
        self,
        site: Site,
        caller: Caller,
        mailbox: Mailbox[Message],
        crew: Crew,
        *,
        callback: Callback,
        queue: QueuePolicy,
        is_adopted: bool,
    ) -> None:
        super().__init__(site, caller, mailbox, crew.freeing.caller_gone, is_adopted=is_adopted)
        self.callback: Callback | None = callback
        self.queue = queue
        """Where the promise waits, which says how it is kept."""
        self._crew = crew
        self._line = Line.NONE
        self._ring_timer: Timer | None = None
        self.last_cause = ""
        """Why the last attempt failed."""

    @property
    def promise(self) -> Callback:
        """What is held of the promise, which is still to be kept."""
        if self.callback is None:
            message = f"call {self.caller.call_id} is no promise any more"
            raise RuntimeError(message)
        return self.callback

    @property
    def kept_by(self) -> CallbackPolicy:
        """How the promise is kept."""
        return callbacks.policy_of(self.queue)

    @property
    def is_ringing(self) -> bool:
        """True while the customer's phone is being called."""
        return self._line is Line.RINGING

    @property
    def is_open(self) -> bool:
        """True while the customer has answered and does not talk yet."""
        return self._line is Line.OPEN

    @property
    def can_be_bridged(self) -> bool:
        """True once the customer has answered."""
        return self._line in {Line.OPEN, Line.MET}

    @property
    def seconds_to_fetch(self) -> float:
        """How long the agent may have to wait for the customer."""
        return 0.0 if self.can_be_bridged else self.kept_by.ring_seconds

    @property
    def is_within_reach(self) -> bool:
        """True if the link is up to the switch of the line, or where there is none, to any."""
        if self._line is not Line.NONE:
            return self.switch.is_connected
        return self._node_within_reach() is not None

    def choose_switch(self) -> None:
        """Has the agent and the customer called from a switch whose link is up, the same if it is.

        Before an agent is called, and while there is no line.
        """
        node = self._node_within_reach()
        if self._line is not Line.NONE or node is None or node == self.caller.node:
            return
        self._replace_caller(node=node)
        self._crew.switchboard.relocate(self.caller.call_id, node)
        self.keep(replace(self.promise, node=node))

    def keep(self, callback: Callback) -> None:
        """Notes what has changed of the promise, on the floor too."""
        self.callback = callback
        if self.joining is not None:
            self.joining = replace(self.joining, callback=callback)
        room, call_id = self.site.waiting_room, self.caller.call_id
        self._crew.changes.make(call_id, lambda: room.keep_callback(call_id, callback))

    def fetch(self, agent_leg_id: LegId) -> None:
        """Calls the customer for an agent who has picked up and hears that; nothing if open."""
        if self._line is Line.NONE:
            switch = self.switch
            self._try(lambda: switch.play_endlessly(agent_leg_id, announcements.RINGING_TONE))
            self._dial()

    def break_off(self, cause: str) -> None:
        """Ends a line that is of no use now; nothing if there is none."""
        if self._line not in {Line.RINGING, Line.OPEN}:
            return
        switch, leg_id = self.switch, self.leg_id
        self._try(lambda: switch.hang_up(leg_id, cause))
        self._lose_line()

    def met(self) -> None:
        """The promise is kept: from now on this is a call like any other."""
        self._line = Line.MET
        self.callback = None

    def take(self) -> Message:
        """The next message, noted. Raises ``CallerHungUpError`` once they have talked."""
        message = super().take()
        if isinstance(message, LegParked) and message.leg_id == self.leg_id and self.is_ringing:
            self._line = Line.OPEN
            self._stop_ring_timer()
            self._keep_brought()
        return message

    def _dial(self) -> None:
        number = phone_numbers.normalised(self.caller.number)
        template = self.site.policy.dialplan.callback_contact
        if template is None or not number:
            self.ledger.fault("dialplan.callback_contact or the customer's number is missing")
            self.mailbox.post(CustomerUnreached(cause=NO_CONTACT))
            return
        leg_id = self.site.ids.leg_id(beside=LegId(self.caller.call_id))
        self._replace_caller(leg_id=leg_id)
        self._crew.switchboard.claim(leg_id, self.caller.call_id)
        self._line = Line.RINGING
        request = LegRequest(
            leg_id=leg_id,
            contact=callbacks.contact(template, number),
            timeout_seconds=self.kept_by.ring_seconds + BEYOND_RINGING_SECONDS,
            caller_number=self.caller.dialled_number,
            caller_name=self.caller.dialled_number,
            variables=self._variables(number),
        )
        try:
            self.switch.originate(request)
        except TelephonyError as error:
            self.fault(error)
            self._lose_line()
            is_ours = isinstance(error, SwitchUnavailableError)
            cause = LINK_DOWN if is_ours else REFUSED
            self.mailbox.post(CustomerUnreached(cause=cause, is_our_doing=is_ours))
            return
        self._ring_timer = self.mailbox.post_after(
            self.kept_by.ring_seconds, CustomerTimedOut(leg_id=leg_id)
        )
        self.site.facts.publish(
            CallbackDialled(
                at=self.site.clock.now(),
                call_id=self.caller.call_id,
                queue=self.queue.name,
                node=self.caller.node,
                leg_id=leg_id,
                attempt=self.promise.attempts_count + 1,
            )
        )

    def _variables(self, number: str) -> dict[str, str]:
        """What another process needs to know the line, with a floor or without."""
        joining = self.joining
        return {
            "callcore_call": self.caller.call_id,
            "callcore_callback_of": self.promise.of_call,
            "callcore_customer": number,
            "callcore_arrived_at": str(self.caller.arrived_at),
            "callcore_joined_at": str(joining.first_joined_at if joining else 0),
        }

    def _keep_brought(self) -> None:
        """A line of its own has come to the call: it keeps what the customer brings along."""
        kept = {name: value for name, value in brought.variables(self.wishes).items() if value}
        if kept:
            self.remember(**kept)

    def _line_ended(self, ended: LegEnded) -> Message:
        match self._line:
            case Line.MET:
                return super()._line_ended(ended)
            case Line.NONE:
                return ended
            case _:
                self._lose_line()
                is_ours = ended.cause in SWITCH_CAUSES
                return CustomerUnreached(cause=ended.cause, is_our_doing=is_ours)

    def _lose_line(self) -> None:
        self._stop_ring_timer()
        self._crew.switchboard.release(self.leg_id)
        self._line = Line.NONE
        self._fall_silent()
        self.is_line_answered = False

    def _stop_ring_timer(self) -> None:
        if self._ring_timer is not None:
            self._ring_timer.cancel()
            self._ring_timer = None

    def _post(self, command: Callable[[], None]) -> None:
        if self.can_be_bridged:
            super()._post(command)

    def _try(self, command: Callable[[], None]) -> None:
        super()._post(command)

    def _replace_caller(self, *, leg_id: LegId | None = None, node: NodeName | None = None) -> None:
        caller = self.caller
        self.caller = replace(caller, leg_id=leg_id or caller.leg_id, node=node or caller.node)
        self.ledger.caller = self.caller

    def _node_within_reach(self) -> NodeName | None:
        switches = self.site.switches
        nodes = (self.caller.node, *switches)
        return next(
            (node for node in nodes if node in switches and switches[node].is_connected), None
        )
