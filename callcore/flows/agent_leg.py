"""The agent's leg of one offer: how long it may ring, and whether there is one to be ended."""

from __future__ import annotations

from callcore.domain.ids import Micros, seconds_between
from callcore.domain.offers import OfferEvent
from callcore.flows import offer_ends
from callcore.flows.agent_line import AgentLine
from callcore.flows.call import Call
from callcore.flows.messages import RingTimedOut
from callcore.flows.switchboard import Switchboard
from callcore.ports.stores import Reservation
from callcore.ports.surroundings import Timer
from callcore.ports.telephony import SwitchUnavailableError


class AgentLeg:
    """The leg of ``reservation``, which is made by ``line`` unless another process has made it."""

    def __init__(
        self,
        call: Call,
        reservation: Reservation,
        line: AgentLine,
        switchboard: Switchboard,
        ring_timeout_seconds: float,
    ) -> None:
        self.hangup_cause = ""
        self._call = call
        self._reservation = reservation
        self._line = line
        self._switchboard = switchboard
        self._ring_timeout_seconds = ring_timeout_seconds
        self._is_over = False
        self._timer: Timer | None = None

    def ring(self) -> OfferEvent | None:
        """Asks for the agent; what became of the offer at once."""
        self._switchboard.claim(self._reservation.leg_id, self._reservation.call_id)
        self._is_over = False
        failure = self._line.call(self._ring_timeout_seconds)
        if failure is None:
            self.limit_ringing()
        else:
            self._is_over = True
        return failure

    def limit_ringing(self, began_at: Micros | None = None) -> None:
        """It may ring for so long, from now on or since it ``began_at``."""
        seconds = self._ring_timeout_seconds
        if began_at is not None:
            rang_seconds = seconds_between(began_at, self._call.site.clock.now())
            seconds -= min(max(rang_seconds, 0.0), seconds)
        self._cancel_timer()
        timed_out = RingTimedOut(offer_id=self._reservation.offer_id)
        self._timer = self._call.mailbox.post_after(seconds, timed_out)

    def picked_up(self) -> None:
        """It rings no longer."""
        self._cancel_timer()

    def rang_in_vain(self) -> None:
        """It rang for as long as it may."""
        self.hangup_cause = "NO_ANSWER"

    def ended(self, cause: str) -> None:
        """The switch has ended it."""
        self.hangup_cause = cause
        self._is_over = True

    def leave_be(self) -> None:
        """There is none yet, or it is not the offer's to end."""
        self._is_over = True

    def stop_playing(self) -> None:
        """Ends what the agent hears."""
        try:
            self._call.switch.stop_playing(self._reservation.leg_id)
        except SwitchUnavailableError as error:
            self._call.fault(error)

    def give_up(self, event: OfferEvent) -> None:
        """The offer is lost by the ``event``: a leg that lives is ended or given back."""
        self._cancel_timer()
        if not self._is_over:
            self._line.give_up(offer_ends.cause(event))
        self._switchboard.release(self._reservation.leg_id)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
