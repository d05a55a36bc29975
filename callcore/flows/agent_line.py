"""How the agent of an offer is reached: a phone that is called, or a line that stands."""

from __future__ import annotations

from typing import Protocol

from callcore.domain.ids import CallId, NodeName
from callcore.domain.offers import OfferEvent
from callcore.domain.policies import AgentPolicy, Connection
from callcore.flows.call import Call
from callcore.flows.messages import (
    LineGivenBack,
    LineJoined,
    LineReady,
    LineWanted,
    Message,
)
from callcore.flows.switchboard import Switchboard
from callcore.ports.stores import Reservation
from callcore.ports.switch_events import LegParked
from callcore.ports.telephony import LegRequest, SwitchUnavailableError, TelephonyError

BEYOND_RINGING_SECONDS = 2.0
"""How much longer than we the switch lets a phone ring, should nobody be there to end it: it counts
whole seconds, and would end one of two seconds after 1.1."""


class AgentLine(Protocol):
    """What makes the agent's leg of one offer, and what ends it."""

    def call(self, ring_timeout_seconds: float) -> OfferEvent | None:
        """Asks for the agent; what became of the offer at once."""

    def is_open_with(self, message: Message) -> bool:
        """True if the message tells that the agent is on the line."""

    def joined(self) -> None:
        """The offer is won: the agent talks on the line."""

    def give_up(self, cause: str) -> None:
        """The offer is lost, and the leg lives."""


def line_of(
    call: Call,
    reservation: Reservation,
    agent: AgentPolicy | None,
    switchboard: Switchboard,
    line_node: NodeName | None,
) -> AgentLine:
    """How the agent of ``reservation`` is reached. At ``line_node`` there is a standing line which
    may not be followed yet, if that is known.
    """
    if switchboard.node_of_line(reservation.leg_id) is not None or line_node is not None:
        return _StandingLine(call, reservation, switchboard, line_node)
    if agent is None or agent.connection is Connection.STANDING:
        return _NoLine()
    return _CalledPhone(call, reservation, agent)


class _NoLine:
    """An agent who was taken out of the settings a moment ago, or whose line has just ended."""

    def call(self, ring_timeout_seconds: float) -> OfferEvent | None:  # noqa: ARG002 - AgentLine's
        return OfferEvent.LEG_ENDED

    def is_open_with(self, message: Message) -> bool:  # noqa: ARG002 - AgentLine's
        return False

    def joined(self) -> None:
        """There is nothing to tell."""

    def give_up(self, cause: str) -> None:
        """There is nothing to end."""


class _CalledPhone:
    """The agent's contact, called for the offer."""

    def __init__(self, call: Call, reservation: Reservation, agent: AgentPolicy) -> None:
        self._call = call
        self._reservation = reservation
        self._agent = agent

    def call(self, ring_timeout_seconds: float) -> OfferEvent | None:
        reservation, site = self._reservation, self._call.site
        way = site.nodes.way_to(
            self._agent.contact, self._call.caller.node, site.policy.dialplan.registrar_contact
        )
        request = LegRequest(
            leg_id=reservation.leg_id,
            contact=way.contact,
            from_node=None if way.through is None else self._call.caller.node,
            timeout_seconds=ring_timeout_seconds + BEYOND_RINGING_SECONDS,
            caller_number=self._call.caller.number,
            caller_name=self._call.caller.name,
            variables={
                "callcore_call": reservation.call_id,
                "callcore_offer": reservation.offer_id,
                "callcore_agent": reservation.agent_id,
                "callcore_queue": reservation.queue,
            },
        )
        try:
            self._call.switch.originate(request)
        except SwitchUnavailableError:
            return OfferEvent.SWITCH_LOST
        except TelephonyError as error:
            self._call.fault(error)
            return OfferEvent.LEG_ENDED
        return None

    def is_open_with(self, message: Message) -> bool:
        return isinstance(message, LegParked) and message.leg_id == self._reservation.leg_id

    def joined(self) -> None:
        """Nobody else follows the leg."""

    def give_up(self, cause: str) -> None:
        try:
            self._call.switch.hang_up(self._reservation.leg_id, cause)
        except SwitchUnavailableError as error:
            self._call.fault(error)


class _StandingLine:
    """The line on which the agent stays connected: asked for and given back, never hung up. Its
    script may run in another worker.
    """

    def __init__(
        self,
        call: Call,
        reservation: Reservation,
        switchboard: Switchboard,
        line_node: NodeName | None,
    ) -> None:
        self._call = call
        self._reservation = reservation
        self._switchboard = switchboard
        self._line_node = line_node

    def call(self, ring_timeout_seconds: float) -> OfferEvent | None:  # noqa: ARG002 - AgentLine's
        node = self._switchboard.node_of_line(self._reservation.leg_id) or self._line_node
        if node is None or node != self._call.caller.node:
            return OfferEvent.LEG_ENDED
        if not self._call.switch.is_connected:
            return OfferEvent.SWITCH_LOST
        self._tell(LineWanted(call_id=self._reservation.call_id))
        return None

    def is_open_with(self, message: Message) -> bool:
        return isinstance(message, LineReady) and message.leg_id == self._reservation.leg_id

    def joined(self) -> None:
        if self._switchboard.keeper_of(self._reservation.leg_id) is None:
            self._tell(LineJoined(call_id=self._reservation.call_id))

    def give_up(self, cause: str) -> None:  # noqa: ARG002 - AgentLine's
        self._tell(LineGivenBack(call_id=self._reservation.call_id))

    def _tell(self, message: LineWanted | LineJoined | LineGivenBack) -> None:
        line = self._reservation.leg_id
        self._switchboard.post(CallId(line), message, self._call.caller.node)
