"""Which agent is asked: the one of last time."""

from __future__ import annotations

from typing import Any

import pytest

from callcore.domain.events import OfferMade
from callcore.domain.ids import LegId
from callcore.domain.policies import StickyPolicy, TierPolicy
from tests.fakes.clock import settle
from tests.flows.floor import ANN, BOB, TestFloor
from tests.flows.stories import (
    agent_of,
    arrive,
    come,
    end_break,
    leg_of,
    log_out,
    queue_of,
    rung,
    start_break,
    who_talks_with,
)
from tests.flows.teams import on_levels, served


class TestSticky:
    """A caller who comes again is offered first to the agent of last time."""

    STICKY = StickyPolicy(days=2, wait_seconds=30)
    NUMBER = "+48600700800"

    def floor(self, **settings: Any) -> TestFloor:
        """Ann talked with the caller, who has hung up; all are there and free, Ann last."""
        settings = {"sticky": self.STICKY, "wrap_up_seconds": 0, **settings}
        floor = TestFloor(queue_of(**settings))
        come(floor, ANN)
        caller = floor.call_in(number=self.NUMBER)
        floor.clock.advance(3)
        floor.switch.end(caller)
        come(floor, BOB)
        floor.clock.advance(60)
        return floor

    def ann_talks(self, floor: TestFloor) -> LegId:
        """Ann is busy, Bob is free."""
        start_break(floor, BOB)
        talks = floor.call_in(number="+48111")
        floor.clock.advance(3)
        assert who_talks_with(floor, talks) == ANN
        end_break(floor, BOB)
        return talks

    def test_offered_to_them_first(self) -> None:
        """Though another one has been idle longer."""
        floor = self.floor()
        assert [served(floor, number=f"+4811{number}") for number in range(3)] == [ANN, BOB, ANN]
        assert served(floor, number="0048 600 700 800") == ANN
        to_ann = [fact.is_sticky for fact in floor.told(OfferMade) if fact.agent_id == ANN]
        assert to_ann == [False, False, False, True]

    def test_waits_for_them_while_they_talk_and_others_overtake(self) -> None:
        """For so long and no longer; nobody else is held up by it."""
        floor = self.floor()
        self.ann_talks(floor)
        caller = floor.call_in(number=self.NUMBER)
        floor.clock.advance(10)
        assert served(floor, number="+48222") == BOB
        floor.clock.advance(16)
        assert who_talks_with(floor, caller) is None
        assert floor.agent(BOB).call_id is None
        floor.clock.advance(3)
        assert who_talks_with(floor, caller) == BOB

    def test_who_comes_free_in_time_has_the_caller_before_the_longest_waiter(self) -> None:
        """In the order of the line: whoever is first of those whom Ann may serve."""
        floor = self.floor()
        talks = self.ann_talks(floor)
        caller = floor.call_in(number=self.NUMBER)
        floor.clock.advance(10)
        floor.switch.end(talks)
        floor.clock.advance(3)
        assert who_talks_with(floor, caller) == ANN

    @pytest.mark.parametrize("how", ["break", "log out"])
    def test_not_when_they_are_away(self, how: str) -> None:
        """Away already, or going while the caller waits."""
        floor = self.floor()
        talks = self.ann_talks(floor)
        caller = floor.call_in(number=self.NUMBER)
        floor.clock.advance(5)
        floor.switch.end(talks)
        settle()
        floor.switch.end(leg_of(floor, ANN), "CALL_REJECTED")
        settle()
        assert floor.agent(BOB).call_id is None
        if how == "break":
            start_break(floor, ANN)
        else:
            log_out(floor, ANN)
        floor.clock.advance(3)
        assert who_talks_with(floor, caller) == BOB
        floor.switch.end(caller)
        floor.clock.advance(1)
        assert served(floor, number=self.NUMBER) == BOB

    def test_who_comes_back_is_waited_for_and_asked_first(self) -> None:
        """Back from a break: offered their own caller, not whoever is first in line."""
        floor = self.floor()
        start_break(floor, ANN)
        log_out(floor, BOB)
        caller = floor.call_in(number=self.NUMBER)
        floor.clock.advance(1)
        end_break(floor, ANN)
        floor.clock.advance(3)
        assert who_talks_with(floor, caller) == ANN

    @pytest.mark.parametrize(("days", "is_known"), [(1.9, True), (2.1, False)])
    def test_forgotten_after_days(self, days: float, *, is_known: bool) -> None:
        """Counted from the last talk."""
        floor = self.floor()
        floor.clock.jump(days * 86_400)
        self.ann_talks(floor)
        caller = floor.call_in(number=self.NUMBER)
        floor.clock.advance(3)
        assert who_talks_with(floor, caller) == (None if is_known else BOB)

    def test_who_lacks_the_skill_asked_for_now_is_not_waited_for(self) -> None:
        """Last time the caller asked for something else."""
        policy = agent_of(BOB, queue_of(sticky=self.STICKY, wrap_up_seconds=0), skills={"tax": 1})
        floor = TestFloor(policy)
        come(floor, ANN)
        served(floor, number=self.NUMBER)
        come(floor, BOB)
        arrive(floor, number=self.NUMBER, skills="tax")
        assert rung(floor)[-1] == BOB

    def test_a_level_that_is_closed_is_open_to_the_sticky_agent(self) -> None:
        """Known from last time, whatever the level."""
        tiers = TierPolicy(relax_after_seconds=20)
        policy = queue_of(sticky=self.STICKY, wrap_up_seconds=0, tiers=tiers)
        floor = TestFloor(on_levels(policy, ann=2, bob=1))
        come(floor, ANN)
        assert served(floor, number=self.NUMBER) == ANN
        come(floor, BOB)
        assert served(floor) == BOB
        assert served(floor, number=self.NUMBER) == ANN

    def test_kept_over_the_process(self) -> None:
        """An adopter waits for the same agent for the rest of the time."""
        floor = self.floor()
        self.ann_talks(floor)
        caller = floor.call_in(number=self.NUMBER)
        floor.clock.advance(10)
        floor.restart()
        floor.clock.advance(10)
        assert who_talks_with(floor, caller) is None
        floor.clock.advance(11)
        assert who_talks_with(floor, caller) == BOB

    def test_withheld_numbers_stick_to_nobody(self) -> None:
        """All of them would else wait for one agent."""
        floor = TestFloor(queue_of(sticky=self.STICKY, wrap_up_seconds=0))
        come(floor, ANN)
        assert served(floor, number="anonymous") == ANN
        come(floor, BOB)
        talks = floor.call_in(number="+48111")
        floor.clock.advance(3)
        other = BOB if who_talks_with(floor, talks) == ANN else ANN
        assert served(floor, number="anonymous") == other
