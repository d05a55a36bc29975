"""The line of a customer whom we call: it comes to be in the call, perhaps several times.

Until the customer answers, what would be heard or kept on the line is nothing. A line that fails is
no end of the call.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from callcore.domain import brought, callbacks
from callcore.domain.callbacks import Callback
from callcore.domain.ids import LegId, NodeName, seconds_between
from callcore.domain.ledger import Caller
from callcore.domain.policies import CallbackPolicy, QueuePolicy
from callcore.flows import attempt_telling, customer_dialling
from callcore.flows.call import SWITCH_CAUSES, Call
from callcore.flows.crew import Crew
from callcore.flows.customer_dialling import NotDialledError
from callcore.flows.customer_line import AT_HAND, CustomerLine, Line
from callcore.flows.messages import CustomerTimedOut, CustomerUnreached, Message
from callcore.flows.site import Site
from callcore.ports.surroundings import Timer
from callcore.ports.switch_events import LegEnded, LegParked, LegSnapshot
from callcore.runtime.mailbox import Mailbox

_BESIDE_CAUSE = "ORIGINATOR_CANCEL"


class CustomerCall(Call):
    """A call to a customer, from the switch within reach, by the settings of ``queue``."""

    def __init__(
        self,
        site: Site,
        caller: Caller,
        mailbox: Mailbox[Message],
        crew: Crew,
        *,
        queue: QueuePolicy,
        is_adopted: bool,
    ) -> None:
        super().__init__(site, caller, mailbox, crew.freeing.caller_gone, is_adopted=is_adopted)
        self.queue = queue
        """Where the promise waits, which says how it is kept."""
        self._crew = crew
        self._line = CustomerLine()
        self._ring_timer: Timer | None = None
        self._given_up: set[LegId] = set()

    @property
    def kept_by(self) -> CallbackPolicy:
        """How the promise is kept."""
        return callbacks.policy_of(self.queue)

    @property
    def line(self) -> CustomerLine:
        """How far the customer's line has come."""
        return self._line

    @property
    def is_ringing(self) -> bool:
        """True while the customer's phone is being called."""
        return self._line.state is Line.RINGING

    @property
    def is_answered(self) -> bool:
        """True while the customer is being asked what there is to ask."""
        return self._line.state is Line.ANSWERED

    @property
    def is_ready(self) -> bool:
        """True while the customer holds the line for an agent."""
        return self._line.state is Line.READY

    @property
    def is_leaving(self) -> bool:
        """True while the customer is told a last thing."""
        return self._line.state is Line.LEAVING

    @property
    def can_be_bridged(self) -> bool:
        """True once the customer is there to be talked with."""
        return self._line.state in {Line.READY, Line.MET}

    @property
    def is_within_reach(self) -> bool:
        """True if the link is up to the switch of the line, or where there is none, to any."""
        if self._line.state is not Line.NONE:
            return self.switch.is_connected
        return self._node_within_reach() is not None

    def ready(self) -> None:
        """The customer is there: to be joined to an agent from now on."""
        self._line = self._line.at(Line.READY)

    def leave_line(self) -> None:
        """The customer is told a last thing, and no agent is joined to them any more."""
        self._line = self._line.at(Line.LEAVING)
        self.remember(customer_ready="", waits_in="")

    def break_off(self, cause: str) -> None:
        """Ends a line that is of no use now; nothing if there is none."""
        if not self._line.is_there:
            return
        switch, leg_id = self.switch, self.leg_id
        self._given_up.add(leg_id)
        self._try(lambda: switch.hang_up(leg_id, cause))
        self._lose_line()

    def let_go(self) -> None:
        """The customer's line is in other hands."""
        self._lose_line()

    def refuse_line(self, leg: LegSnapshot) -> None:
        """Ends a line that is found beside that of the call, or was to be ended before."""
        switch = self.site.switches[leg.node]
        self._crew.switchboard.release(leg.leg_id)
        self._try(lambda: switch.hang_up(leg.leg_id, _BESIDE_CAUSE))

    def has_given_up(self, leg_id: LegId) -> bool:
        """True of a line that was to be ended."""
        return leg_id in self._given_up

    def take(self) -> Message:
        """The next message, noted."""
        message = super().take()
        if isinstance(message, LegParked) and message.leg_id == self.leg_id and self.is_ringing:
            self._line = self._line.answered(message.at)
            self._stop_ring_timer()
            self._keep_brought()
        return message

    def _dial(self, promise: Callback) -> None:
        """Calls the customer; what comes of it is told by messages."""
        leg_id = self.site.ids.leg_id(beside=LegId(self.caller.call_id))
        self._replace_caller(leg_id=leg_id)
        self._crew.switchboard.claim(leg_id, self.caller.call_id)
        self._line = CustomerLine(state=Line.RINGING, dialled_at=self.site.clock.now())
        try:
            customer_dialling.dial(self, promise, self.kept_by.ring_seconds)
        except NotDialledError as error:
            self.ledger.fault(str(error))
            attempt = None if error.is_our_doing else self._line.ended(leg_id, error.cause)
            self._lose_line()
            self.mailbox.post(CustomerUnreached(cause=error.cause, attempt=attempt))
            return
        self._limit_ringing(self.kept_by.ring_seconds)
        attempt_telling.dialled(self, self.queue, promise.attempts_count + 1)

    def _take_line(self, leg: LegSnapshot) -> None:
        """The line is one that another process began, and that the customer has answered or may."""
        self._stop_ring_timer()
        self._replace_caller(leg_id=leg.leg_id)
        self._crew.switchboard.claim(leg.leg_id, self.caller.call_id)
        if not leg.is_line_answered:
            self._line = CustomerLine(state=Line.RINGING, dialled_at=leg.created_at)
            rang_seconds = seconds_between(leg.created_at, self.site.clock.now())
            self._limit_ringing(self.kept_by.ring_seconds - max(rang_seconds, 0.0))
            return
        answered_at = leg.answered_at or self.site.clock.now()
        self._line = CustomerLine(dialled_at=leg.created_at).answered(answered_at)
        self.is_line_answered = True
        self.ledger.line_answered_at = answered_at

    def _keep_brought(self) -> None:
        """A line of its own has come to the call: it keeps what the customer brings along."""
        kept = {name: value for name, value in brought.variables(self.wishes).items() if value}
        if kept:
            self.remember(**kept)

    def _line_ended(self, ended: LegEnded) -> Message:
        match self._line.state:
            case Line.MET:
                return super()._line_ended(ended)
            case Line.NONE:
                return ended
            case Line.LEAVING:
                self._lose_line()
                return ended
            case _:
                is_ours = ended.cause in SWITCH_CAUSES
                attempt = None if is_ours else self._line.ended(ended.leg_id, ended.cause)
                self._lose_line()
                return CustomerUnreached(cause=ended.cause, attempt=attempt)

    def _lose_line(self) -> None:
        self._stop_ring_timer()
        self._crew.switchboard.release(self.leg_id)
        self._line = CustomerLine()
        self._fall_silent()
        self.is_line_answered = False

    def _limit_ringing(self, seconds: float) -> None:
        timed_out = CustomerTimedOut(leg_id=self.leg_id)
        self._ring_timer = self.mailbox.post_after(max(seconds, 0.0), timed_out)

    def _stop_ring_timer(self) -> None:
        if self._ring_timer is not None:
            self._ring_timer.cancel()
            self._ring_timer = None

    def _post(self, command: Callable[[], None]) -> None:
        if self._line.state in AT_HAND:
            super()._post(command)

    def _try(self, command: Callable[[], None]) -> None:
        super()._post(command)

    def _move_to(self, node: NodeName) -> None:
        self._replace_caller(node=node)
        self._crew.switchboard.relocate(self.caller.call_id, node)

    def _replace_caller(self, *, leg_id: LegId | None = None, node: NodeName | None = None) -> None:
        caller = self.caller
        self.caller = replace(caller, leg_id=leg_id or caller.leg_id, node=node or caller.node)
        self.ledger.caller = self.caller

    def _node_within_reach(self) -> NodeName | None:
        """Of the nodes that take calls, where legs of the call's digit are this worker's."""
        site, own_leg = self.site, LegId(self.caller.call_id)
        nodes = site.nodes.in_order((self.caller.node, *site.switches))
        return next(
            (
                node
                for node in nodes
                if node in site.switches
                and site.switches[node].is_connected
                and site.tenure.holds_leg(node, own_leg)
            ),
            None,
        )
