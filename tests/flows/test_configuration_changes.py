"""The file is edited between two starts."""

from __future__ import annotations

from dataclasses import replace

from tests.flows.floor import BOB, POLICY, TestFloor


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
