"""The file is edited between two starts, or while agents are at work."""

from __future__ import annotations

from dataclasses import replace

from callcore.domain.policies import Connection
from tests.flows.floor import ANN, BOB, POLICY, ROOMY, TestFloor
from tests.flows.stories import agent_of, come


def test_an_agent_removed_from_the_file_is_offered_nobody() -> None:
    """Logged in on the floor, gone from the policy: callers are not thrown out for it."""
    floor = TestFloor()
    floor.log_in(BOB)
    floor.policy = replace(
        POLICY, agents={name: agent for name, agent in POLICY.agents.items() if name != BOB}
    )
    floor.restart()
    caller = floor.call_in()
    floor.clock.advance(1)
    assert "transferred_to" not in floor.switch.legs_by_id[caller].variables
    assert floor.position(caller) == 1


def test_who_is_at_work_without_the_line_that_is_expected_now_is_told_of() -> None:
    """Logged in and never asked: somebody should know. Who is not there dials in anyway."""
    floor = TestFloor(ROOMY)
    come(floor, ANN)
    standing = ROOMY
    for agent_id in (ANN, BOB):
        standing = agent_of(agent_id, standing, connection=Connection.STANDING)
    assert floor.reload(standing).warnings == (
        "standing connection without a line: 1001: logged in, but no calls before they dial in",
    )
