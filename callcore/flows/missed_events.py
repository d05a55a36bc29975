"""Telling the mailboxes what was missed, as the events that would have told it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from callcore.domain.ids import CallId, LegId, Micros, NodeName
from callcore.flows import leg_roles
from callcore.flows.call import LOST_TRACK, SWITCH_GONE
from callcore.flows.messages import LinkBack, WentToFallback
from callcore.flows.site import Site
from callcore.flows.switchboard import Switchboard
from callcore.ports.switch_events import LegAnswered, LegBridged, LegEnded, LegParked, LegSnapshot
from callcore.ports.telephony import Switch


class MissedEvents:
    """Tells of legs. ``heal`` tells what was mended: the kind of thing, which, and why."""

    def __init__(
        self, site: Site, switchboard: Switchboard, heal: Callable[[str, str, str], None]
    ) -> None:
        self._site = site
        self._switchboard = switchboard
        self._heal = heal

    def tell_of_restart(self, node: NodeName) -> None:
        """The switch lost its calls: every leg followed on it has ended."""
        now = self._site.clock.now()
        for leg_id in self._switchboard.legs(node, claimed_by=now):
            self._switchboard.deliver(
                LegEnded(node=node, at=now, leg_id=leg_id, cause="SWITCH_RESTARTED")
            )

    def tell_of_loss(self, node: NodeName) -> None:
        """The switch counts as dead: every leg followed on it has ended, the callers' first."""
        now = self._site.clock.now()
        followed = self._switchboard.legs(node, claimed_by=now)
        for leg_id in sorted(followed, key=lambda leg_id: CallId(leg_id) != followed[leg_id]):
            self._switchboard.deliver(LegEnded(node=node, at=now, leg_id=leg_id, cause=SWITCH_GONE))

    def tell_of(self, leg: LegSnapshot, call_id: CallId) -> None:
        """Tells what became of a leg that is still there."""
        if not self._switchboard.follows(leg.leg_id):
            return  # ended, and its script with it, since the legs were listed
        now = self._site.clock.now()
        is_led = leg.is_inbound or leg_roles.is_customers(leg)
        if is_led and leg.dialled_number == self._site.policy.fallback.extension:
            self._switchboard.post(call_id, WentToFallback())
            return
        if leg.is_line_answered:
            self._switchboard.deliver(
                LegAnswered(node=leg.node, at=leg.answered_at or now, leg_id=leg.leg_id)
            )
        if leg.bridged_to is not None and not leg.is_joining:
            self._switchboard.deliver(
                LegBridged(node=leg.node, at=now, leg_id=leg.leg_id, other_leg_id=leg.bridged_to)
            )
        if leg_roles.is_callers(leg):
            self._switchboard.post(call_id, LinkBack(is_silent=leg.is_parked))
        if leg.bridged_to is None and leg.is_parked:
            at = now if leg_roles.is_callers(leg) else leg.answered_at or now
            self._switchboard.deliver(parked(leg, at))

    def tell_ends(self, node: NodeName, switch: Switch, gone: Mapping[LegId, CallId]) -> None:
        """Tells of legs that are gone, the caller's first: an agent's leg that ended alone would be
        another story.
        """
        for leg_id in sorted(gone, key=lambda leg_id: CallId(leg_id) != gone[leg_id]):
            if self._switchboard.awaits_end(leg_id) and not switch.leg_exists(leg_id):
                self.tell_end(node, leg_id)

    def tell_end(self, node: NodeName, leg_id: LegId) -> None:
        """Tells that a leg is gone."""
        if not self._switchboard.awaits_end(leg_id):
            return  # told while the switch was asked
        self._heal("leg", leg_id, "gone_unheard")
        self._switchboard.deliver(
            LegEnded(node=node, at=self._site.clock.now(), leg_id=leg_id, cause=LOST_TRACK)
        )


def parked(leg: LegSnapshot, at: Micros) -> LegParked:
    """The event that a leg was parked, as it is found."""
    return LegParked(
        node=leg.node,
        at=at,
        leg_id=leg.leg_id,
        is_inbound=leg.is_inbound,
        is_line_answered=leg.is_line_answered,
        caller_number=leg.caller_number,
        caller_name=leg.caller_name,
        dialled_number=leg.dialled_number,
        variables=leg.variables,
    )
