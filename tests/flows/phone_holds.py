"""What stories of phones that are away or busy are made of."""

from __future__ import annotations

from callcore.domain.agents import HoldReason
from callcore.domain.events import SelfHealed
from callcore.domain.ids import AgentId
from tests.flows.floor import ANN, ROOMY, TestFloor
from tests.flows.stories import come

ANNS, BOBS = "user/1001@t", "user/1002@t"
NOTHING: frozenset[HoldReason] = frozenset()
AWAY = frozenset({HoldReason.UNREGISTERED})
ON_A_CALL = frozenset({HoldReason.OUTSIDE_CALL})


def with_ann() -> TestFloor:
    """The call centre with everybody's phone registered, and Ann logged in."""
    floor = TestFloor(ROOMY)
    pass_time(floor)
    come(floor, ANN)
    return floor


def pass_time(floor: TestFloor, seconds: float = 0.01) -> None:
    """What was told has been told on."""
    floor.clock.advance(seconds)


def holds(floor: TestFloor, agent_id: AgentId = ANN) -> frozenset[HoldReason]:
    """Why the floor does not ask the agent."""
    return floor.agent(agent_id).holds


def healed(floor: TestFloor) -> list[tuple[str, str]]:
    """The differences found, and of whom."""
    return [(fact.reason, fact.subject) for fact in floor.told(SelfHealed)]
