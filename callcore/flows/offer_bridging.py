"""Bringing the caller of an offer together with the agent who picked up."""

from __future__ import annotations

from callcore.domain.offers import OfferEvent
from callcore.flows.call import Call
from callcore.flows.messages import BridgeTimedOut
from callcore.flows.switchboard import Switchboard
from callcore.ports.stores import Reservation
from callcore.ports.surroundings import Timer
from callcore.ports.telephony import CommandTimedOutError, SwitchUnavailableError, TelephonyError

BRIDGE_SECONDS = 5.0
"""How long an agent who picked up may be kept from the caller: the line is answered within 20 ms,
two parked legs are joined within 40."""


class OfferBridging:
    """Joins the caller of ``call`` and the agent of ``reservation``."""

    def __init__(self, call: Call, reservation: Reservation, switchboard: Switchboard) -> None:
        self.is_asked = False
        """True once the switch was asked to join the two."""
        self._call = call
        self._reservation = reservation
        self._switchboard = switchboard
        self._timer: Timer | None = None

    def fetch_caller(self) -> None:
        """Has the caller's line answered, or made first, and limits how long that may take."""
        self._restart_timer()
        if not self._call.seconds_to_fetch:  # a matter of moments
            self._switchboard.joins(self._reservation.leg_id)
        self._call.fetch(self._reservation.leg_id)

    def ask(self) -> OfferEvent | None:
        """Joins the legs, once the caller's line is answered; what became of the offer at once.

        The switch hangs both up if it is asked to join a caller who has no media yet.
        """
        if self.is_asked or not self._call.can_be_bridged:
            return None
        self.is_asked = True
        self._call.hush()
        self._switchboard.joins(self._reservation.leg_id)
        try:
            self._call.switch.bridge(self._call.leg_id, self._reservation.leg_id)
        except (CommandTimedOutError, SwitchUnavailableError) as error:
            self._call.fault(error)
        except TelephonyError as error:
            self._call.fault(error)
            return OfferEvent.BRIDGE_FAILED
        return None

    def timed_out(self) -> OfferEvent | None:
        """While the link is down nobody can say that they do not talk."""
        if self._call.switch.is_connected:
            return OfferEvent.BRIDGE_FAILED
        self._restart_timer()
        return None

    def forget(self) -> None:
        """Waits for nothing more: the offer is over."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _restart_timer(self) -> None:
        self.forget()
        self._timer = self._call.mailbox.post_after(
            BRIDGE_SECONDS + self._call.seconds_to_fetch,
            BridgeTimedOut(offer_id=self._reservation.offer_id),
        )
