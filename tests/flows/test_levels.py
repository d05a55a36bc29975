"""Which agent is asked: higher levels after a while."""

from __future__ import annotations

from typing import Any

import pytest

from callcore.domain.ids import AgentId
from callcore.domain.policies import TierPolicy
from tests.fakes.clock import settle
from tests.fakes.switch import SILENT
from tests.flows.floor import ANN, BOB, CLEO, ROOMY, SALES, SUPPORT, TestFloor
from tests.flows.stories import (
    come,
    end_talk,
    leg_of,
    log_out,
    move,
    queue_of,
    rung,
    start_break,
    who_talks_with,
)
from tests.flows.teams import on_levels


class TestLevels:
    """Higher levels are asked only after a while."""

    TIERS = TierPolicy(relax_after_seconds=20)

    def floor(self, **settings: Any) -> TestFloor:
        """Ann on level 1, Bob on 2, Cleo on 3."""
        policy = queue_of(tiers=self.TIERS, **settings)
        return TestFloor(on_levels(policy, ann=1, bob=2, cleo=3))

    def busy(self, *agents: AgentId, **settings: Any) -> TestFloor:
        """Agents there, Ann in a talk."""
        floor = self.floor(**settings)
        come(floor, *agents)
        floor.call_in()
        floor.clock.advance(3)
        assert floor.agent(ANN).call_id is not None
        return floor

    def test_each_level_opens_after_so_much_more_waiting(self) -> None:
        """Not a moment before, and by itself."""
        floor = self.busy(ANN, BOB, CLEO)
        floor.switch.phones[ROOMY.agents[BOB].contact] = SILENT
        floor.call_in()
        floor.clock.advance(19.9)
        assert rung(floor) == [ANN]
        floor.clock.advance(0.2)
        assert rung(floor) == [ANN, BOB]
        floor.clock.advance(15)
        assert rung(floor) == [ANN, BOB]
        floor.clock.advance(5)
        assert rung(floor)[:3] == [ANN, BOB, CLEO]

    def test_a_level_where_nobody_is_staffed_is_not_waited_for(self) -> None:
        """Level 1 at home: level 2 at once, level 3 after one step."""
        floor = self.floor()
        floor.switch.phones[ROOMY.agents[BOB].contact] = SILENT
        come(floor, BOB, CLEO)
        floor.call_in()
        assert rung(floor) == [BOB]
        floor.clock.advance(19)
        assert rung(floor) == [BOB]
        floor.clock.advance(2)
        assert rung(floor) == [BOB, CLEO]

    def test_or_is_where_the_queue_says_so(self) -> None:
        """Steps by the clock alone."""
        tiers = TierPolicy(relax_after_seconds=20, skips_absent_levels=False)
        floor = TestFloor(on_levels(queue_of(tiers=tiers), ann=1, bob=2, cleo=3))
        come(floor, BOB)
        floor.call_in()
        floor.clock.advance(19)
        assert rung(floor) == []
        floor.clock.advance(2)
        assert rung(floor) == [BOB]

    @pytest.mark.parametrize("how", ["break", "log out"])
    def test_when_the_last_of_a_level_goes_the_others_are_asked_at_once(self, how: str) -> None:
        """Nobody is waited for who is not there."""
        floor = self.floor()
        floor.switch.phones[ROOMY.agents[ANN].contact] = SILENT
        come(floor, ANN, BOB)
        caller = floor.call_in()
        floor.clock.advance(1)
        floor.switch.end(leg_of(floor, ANN), "CALL_REJECTED")
        settle()
        assert rung(floor) == [ANN]
        if how == "break":
            start_break(floor, ANN)
        else:
            log_out(floor, ANN)
        floor.clock.advance(0.1)
        assert rung(floor) == [ANN, BOB]
        floor.clock.advance(3)
        assert who_talks_with(floor, caller) == BOB

    def test_who_comes_on_a_level_that_is_not_open_is_not_asked_yet(self) -> None:
        """The first of level 2 to come does not skip the wait for a busy level 1."""
        floor = self.busy(ANN)
        floor.call_in()
        floor.clock.advance(5)
        come(floor, BOB)
        floor.clock.advance(14)
        assert rung(floor) == [ANN]
        floor.clock.advance(1.1)
        assert rung(floor) == [ANN, BOB]

    def test_a_lower_level_that_comes_free_is_asked_before_the_higher_opens(self) -> None:
        """The wait was for them."""
        floor = self.busy(ANN, BOB, wrap_up_seconds=0)
        caller = floor.call_in()
        floor.clock.advance(10)
        end_talk(floor, ANN)
        floor.clock.advance(3)
        assert who_talks_with(floor, caller) == ANN

    def test_who_waited_long_opens_the_level_for_himself_alone(self) -> None:
        """Another caller's wait is another's."""
        floor = self.busy(ANN, BOB)
        first = floor.call_in()
        floor.clock.advance(15)
        second = floor.call_in()
        floor.clock.advance(8)
        assert who_talks_with(floor, first) == BOB
        floor.switch.end(first)
        floor.clock.advance(11)
        assert who_talks_with(floor, second) is None
        floor.clock.advance(5)
        assert who_talks_with(floor, second) == BOB

    def test_levels_count_from_coming_to_this_queue(self) -> None:
        """A caller moved here after an hour waits for this queue's level 1 like anybody."""
        policy = queue_of(SALES, policy=queue_of(tiers=self.TIERS), maximum_wait_seconds=7200)
        floor = TestFloor(on_levels(policy, ann=1, bob=2))
        come(floor, ANN)
        talks = floor.call_in()
        floor.clock.advance(3)
        assert who_talks_with(floor, talks) == ANN
        come(floor, BOB)
        caller = floor.call_in("8002")
        floor.clock.advance(3600)
        move(floor, caller, SUPPORT)
        floor.clock.advance(19)
        assert rung(floor) == [ANN]
        floor.clock.advance(2)
        assert rung(floor) == [ANN, BOB]

    def test_an_adopter_goes_on_with_the_clock(self) -> None:
        """Killed in the middle of the wait for level 1."""
        floor = self.busy(ANN, BOB)
        floor.call_in()
        floor.clock.advance(10)
        floor.restart()
        floor.clock.advance(6)
        assert rung(floor) == [ANN]
        floor.clock.advance(2)
        assert rung(floor) == [ANN, BOB]
