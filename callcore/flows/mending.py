"""Mending one thing that does not fit: a leg that nobody follows, an agent whose line is gone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from callcore.domain.events import FlowFailed
from callcore.domain.ids import CallId, NodeName, shard_of
from callcore.flows import leg_roles
from callcore.flows.callback_calls import CallbackCalls
from callcore.flows.callback_reclaiming import CallbackReclaiming
from callcore.flows.caller_reclaiming import CallerReclaiming
from callcore.flows.handing_over import HandedOver
from callcore.flows.healing import Healing
from callcore.flows.offer_reclaiming import OfferReclaiming
from callcore.flows.site import Site
from callcore.flows.standing_leg_reclaiming import StandingLegReclaiming
from callcore.flows.switchboard import Switchboard
from callcore.ports.stores import FloorAgent, StoreUnavailableError
from callcore.ports.switch_events import LegSnapshot
from callcore.ports.telephony import Switch, TelephonyError

ORPHAN_CAUSE = "ORIGINATOR_CANCEL"


class Mending:
    """Mends, and tells of it."""

    def __init__(
        self,
        site: Site,
        switchboard: Switchboard,
        callers: CallerReclaiming,
        offers: OfferReclaiming,
        callbacks: CallbackCalls,
        standing: StandingLegReclaiming,
        healing: Healing,
    ) -> None:
        self._site = site
        self._switchboard = switchboard
        self._callers = callers
        self._standing = standing
        self._healing = healing
        self.promises = CallbackReclaiming(
            site,
            switchboard,
            callbacks,
            offers,
            callers.close_call,
            callers.end_talk,
        )

    def one(self, subject: str, mend: Callable[[], None]) -> None:
        """Mends one thing; a fault in it must not keep the others from being mended. Raises
        ``TelephonyError`` and ``StoreUnavailableError``: then all of it is tried again.
        """
        try:
            mend()
        except (TelephonyError, StoreUnavailableError):
            raise
        except HandedOver as error:  # a script of ours that is to be over first
            message = f"{subject} was dropped just now"
            raise StoreUnavailableError(message) from error
        except Exception as error:  # noqa: BLE001 - told of, and the others go on
            now = self._site.clock.now()
            reason = f"{subject}: {error!r}"
            self._site.facts.publish(FlowFailed(at=now, flow="reclaiming", reason=reason))

    def is_among(self, leg: LegSnapshot, digits: str) -> bool:
        """True of a leg of these digits that is this worker's."""
        return shard_of(leg.leg_id) in digits and self._site.tenure.holds_leg(leg.node, leg.leg_id)

    def adopt(self, leg: LegSnapshot, switch: Switch) -> None:
        """Goes on with a line or a caller that nobody follows."""
        if self._standing.adopt(leg):
            self._healing.of_call(
                "line", leg.leg_id, "adopted", node=leg.node, call_id=CallId(leg.leg_id)
            )
        self._callers.adopt(leg, switch)

    def close(self, call_id: CallId, switch: Switch) -> None:
        """Closes a call of the floor that ended while nobody listened."""
        self._callers.close(call_id, switch)

    def close_unclaimed(self, call_id: CallId, switch: Switch) -> None:
        """Closes a call that was handed over and of which nothing is left but its ledger."""
        self._callers.close_unclaimed(call_id, switch)

    def mend_promise(self, call_id: CallId, node: NodeName, line: LegSnapshot | None) -> None:
        """Goes on with a promise that nobody follows, after the talks on ``node`` were."""
        if self.promises.mend(call_id, node, line):
            self._healing.call(node, call_id, "adopted")

    def held_lines(self, legs: Iterable[LegSnapshot]) -> Iterator[LegSnapshot]:
        """Those of customers who are called back, or have answered, and are in nobody's hands."""
        fallback = self._site.policy.fallback.extension
        for leg in legs:
            is_in_hands = self._switchboard.follows(leg.leg_id) or leg.dialled_number == fallback
            if leg_roles.is_waiting_customers(leg) and not is_in_hands:
                yield leg

    def without_line(self, switch: Switch, legs: Iterable[LegSnapshot]) -> list[FloorAgent]:
        """The agents whose line was on the switch and is gone. May raise ``StoreError``,
        ``TelephonyError``.
        """
        return self._standing.without_line({leg.leg_id for leg in legs}, switch)

    def log_out(self, agent: FloorAgent) -> None:
        """Logs out an agent whose line is gone."""
        self._standing.log_out(agent)
        self._healing.heal("agent", agent.agent_id, "line_gone")

    def hang_up_orphan(self, leg: LegSnapshot, switch: Switch) -> None:
        """A phone that was called by a process which has died, and is of no use to anybody."""
        if leg_roles.is_orphan(leg) and not self._switchboard.follows(leg.leg_id):
            switch.hang_up(leg.leg_id, ORPHAN_CAUSE)
            self._healing.of_call(
                "leg", leg.leg_id, "orphan", node=leg.node, call_id=CallId(leg.leg_id)
            )
