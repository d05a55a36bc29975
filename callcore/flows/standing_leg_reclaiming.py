"""Standing lines and the floor, compared after a link came up.

A line that nobody follows is followed from now on; an agent whose line is gone is logged out.
"""

from __future__ import annotations

from callcore.domain.agents import AgentState
from callcore.domain.ids import AgentId, LegId
from callcore.flows import leg_roles
from callcore.flows.site import Site
from callcore.flows.standing_legs import StandingLegs
from callcore.flows.switchboard import Switchboard
from callcore.ports.operations import NotReadyError
from callcore.ports.stores import FloorAgent, StoreUnavailableError
from callcore.ports.switch_events import LegSnapshot
from callcore.ports.telephony import Switch


class StandingLegReclaiming:
    """The part of ``reclaiming`` that is about standing lines."""

    def __init__(self, site: Site, switchboard: Switchboard, standing: StandingLegs) -> None:
        self._site = site
        self._switchboard = switchboard
        self._standing = standing

    def adopt(self, leg: LegSnapshot) -> bool:
        """Follows a standing line that nobody follows, though a call may have claimed it; false if
        there is nothing to adopt.

        Raises ``StoreError``.
        """
        if not leg_roles.is_standing(leg) or self._is_kept(leg):
            return False
        agent_id = AgentId(leg.variables["callcore_standing"])
        agent = self._site.roster.agent(agent_id)
        if self._is_kept(leg) or not self._site.tenure.holds_leg(leg.node, leg.leg_id):
            return False
        self._standing.adopt(leg, agent_id, agent)
        return True

    def without_line(self, found: set[LegId], switch: Switch) -> list[FloorAgent]:
        """The agents whose line was on the switch and is gone; ``found`` are the legs there are.

        Raises ``StoreError``, ``TelephonyError``.
        """
        return [
            agent for agent in self._site.roster.agents() if self._is_gone(agent, found, switch)
        ]

    def log_out(self, agent: FloorAgent) -> None:
        """Logs out an agent whose line is gone. Raises ``StoreError``."""
        try:
            self._standing.log_out(agent.agent_id)
        except NotReadyError as error:
            raise StoreUnavailableError(str(error)) from error

    def _is_kept(self, leg: LegSnapshot) -> bool:
        return self._switchboard.keeper_of(leg.leg_id) is not None

    def _is_gone(self, agent: FloorAgent, found: set[LegId], switch: Switch) -> bool:
        leg = agent.standing_leg
        if leg is None or leg.node != switch.node or agent.state is AgentState.LOGGED_OUT:
            return False
        if not self._site.tenure.holds_leg(leg.node, leg.leg_id):
            return False
        if leg.leg_id in found or self._switchboard.follows(leg.leg_id):
            return False
        return not switch.leg_exists(leg.leg_id)
