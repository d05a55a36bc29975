"""Which agent is asked: strategies and skills."""

from __future__ import annotations

import pytest

from callcore.domain import skills
from callcore.domain.policies import SkillStep, Strategy
from tests.fakes.switch import BUSY, SILENT
from tests.flows.floor import ANN, BOB, CLEO, ROOMY, SALES, SUPPORT, TestFloor
from tests.flows.stories import (
    agent_of,
    arrive,
    come,
    end_break,
    end_talk,
    log_out,
    queue_of,
    rung,
    start_break,
    who_talks_with,
)
from tests.flows.teams import TEAM, in_order, on_levels, served


class TestStrategies:
    """Three agents, all able, all free."""

    def test_longest_idle(self) -> None:
        """Who has been free the longest, whatever the positions say."""
        floor = TestFloor(in_order(Strategy.LONGEST_IDLE, CLEO, BOB, ANN))
        for agent_id in (BOB, CLEO, ANN):
            come(floor, agent_id)
            floor.clock.advance(1)
        assert [served(floor) for _ in range(4)] == [BOB, CLEO, ANN, BOB]

    def test_round_robin_goes_on_after_the_last_offered(self) -> None:
        """Offered, not served: who missed had the turn. Those never asked come first."""
        floor = TestFloor(
            in_order(Strategy.ROUND_ROBIN, BOB, CLEO, ANN, retry_after_miss_seconds=1)
        )
        floor.switch.phones[ROOMY.agents[CLEO].contact] = BUSY
        come(floor, *TEAM)
        assert served(floor) == BOB
        assert served(floor) == ANN
        assert rung(floor) == [BOB, CLEO, ANN]
        assert [served(floor) for _ in range(2)] == [BOB, ANN]
        assert rung(floor)[3:] == [BOB, CLEO, ANN]

    def test_round_robin_keeps_the_turn_over_a_break_and_a_log_in(self) -> None:
        """The turns of a round are not a shift's."""
        floor = TestFloor(in_order(Strategy.ROUND_ROBIN))
        come(floor, *TEAM)
        assert served(floor) == ANN
        start_break(floor, ANN)
        log_out(floor, BOB)
        floor.clock.advance(1)
        end_break(floor, ANN)
        come(floor, BOB)
        assert [served(floor) for _ in range(4)] == [BOB, CLEO, ANN, BOB]

    def test_top_down_goes_on_for_the_same_caller_and_wraps(self) -> None:
        """Nobody picks up: down the list, then the top again once they have rested."""
        floor = TestFloor(
            in_order(Strategy.TOP_DOWN, retry_after_miss_seconds=1, ring_timeout_seconds=5)
        )
        floor.log_in(*TEAM, phone=SILENT)
        floor.call_in()
        floor.clock.advance(29)
        assert rung(floor) == [ANN, BOB, CLEO, ANN, BOB, CLEO]

    def test_top_down_begins_at_the_top_for_each_caller(self) -> None:
        """Going on is the caller's, not the queue's."""
        floor = TestFloor(in_order(Strategy.TOP_DOWN))
        come(floor, *TEAM)
        assert [served(floor) for _ in range(3)] == [ANN, ANN, ANN]

    def test_sequential_begins_at_the_first_each_time(self) -> None:
        """The first who is free: one who has rested comes before those never asked."""
        floor = TestFloor(
            in_order(Strategy.SEQUENTIAL, retry_after_miss_seconds=1, ring_timeout_seconds=5)
        )
        floor.log_in(*TEAM, phone=SILENT)
        floor.call_in()
        floor.clock.advance(24)
        assert rung(floor) == [ANN, BOB, ANN, BOB, ANN]

    def test_least_talk_time_is_of_the_shift(self) -> None:
        """A break resets nothing; logging in again does."""
        floor = TestFloor(in_order(Strategy.LEAST_TALK_TIME))
        come(floor, *TEAM)
        assert served(floor, 300) == ANN
        assert served(floor, 200) == BOB
        assert served(floor, 100) == CLEO
        for agent_id in TEAM:
            start_break(floor, agent_id)
            end_break(floor, agent_id)
        assert served(floor, 150) == CLEO
        assert served(floor, 1) == BOB
        log_out(floor, ANN)
        come(floor, ANN)
        assert served(floor, 10) == ANN
        assert served(floor, 10) == ANN

    def test_fewest_calls_is_of_the_shift(self) -> None:
        """However long they were."""
        floor = TestFloor(in_order(Strategy.FEWEST_CALLS))
        come(floor, *TEAM)
        assert [served(floor, 1 + number * 50) for number in range(4)] == [ANN, BOB, CLEO, ANN]
        start_break(floor, BOB)
        end_break(floor, BOB)
        log_out(floor, ANN)
        come(floor, ANN)
        assert [served(floor) for _ in range(4)] == [ANN, ANN, BOB, CLEO]

    def test_random_is_not_constant(self) -> None:
        """Everybody has a turn, in no order."""
        floor = TestFloor(in_order(Strategy.RANDOM))
        come(floor, *TEAM)
        asked = [served(floor) for _ in range(30)]
        assert set(asked) == set(TEAM)
        assert asked != asked[:3] * 10

    @pytest.mark.parametrize(
        "strategy", [each for each in Strategy if each is not Strategy.RING_ALL]
    )
    def test_a_lower_level_before_any_strategy(self, strategy: Strategy) -> None:
        """However idle and unused those of the higher level are."""
        policy = on_levels(in_order(strategy), ann=2, bob=1, cleo=2)
        floor = TestFloor(policy)
        come(floor, *TEAM)
        assert [served(floor) for _ in range(5)] == [BOB] * 5


class TestSkills:
    """What an agent must be able to do."""

    def test_steps_ask_for_less(self) -> None:
        """A fluent one first, then one who gets by, then anybody."""
        steps = (
            SkillStep(after_seconds=0, rule=skills.parse("russian >= 80")),
            SkillStep(after_seconds=10, rule=skills.parse("russian >= 30")),
            SkillStep(after_seconds=30, rule=skills.parse("")),
        )
        policy = queue_of(skills=steps, retry_after_miss_seconds=100, ring_timeout_seconds=5)
        policy = agent_of(BOB, policy, skills={"russian": 30})
        floor = TestFloor(agent_of(CLEO, policy, skills={"russian": 80}))
        floor.log_in(*TEAM, phone=SILENT)
        floor.call_in()
        assert rung(floor) == [CLEO]
        floor.clock.advance(9.9)
        assert rung(floor) == [CLEO]
        floor.clock.advance(0.2)
        assert rung(floor) == [CLEO, BOB]
        floor.clock.advance(19.8)
        assert rung(floor) == [CLEO, BOB]
        floor.clock.advance(0.2)
        assert rung(floor) == [CLEO, BOB, ANN]

    def test_the_callers_own_demands_never_relax(self) -> None:
        """They come on top of the queue's, which do."""
        steps = (
            SkillStep(after_seconds=0, rule=skills.parse("billing")),
            SkillStep(after_seconds=10, rule=skills.parse("")),
        )
        policy = agent_of(ANN, queue_of(skills=steps), skills={"billing": 1})
        floor = TestFloor(agent_of(BOB, policy, skills={"russian": 1}))
        come(floor, ANN, BOB)
        arrive(floor, skills="russian")
        floor.clock.advance(9.9)
        assert rung(floor) == []
        floor.clock.advance(0.2)
        assert rung(floor) == [BOB]

    @pytest.mark.parametrize("count", [1, 15, 60])
    @pytest.mark.parametrize("who_comes", ["agent", "caller"])
    def test_those_whom_nobody_can_serve_do_not_block_those_behind(
        self, count: int, who_comes: str
    ) -> None:
        """However many there are ahead, and whichever side comes last."""
        floor = TestFloor(ROOMY)
        for _ in range(count):
            arrive(floor, skills="klingon")
        if who_comes == "caller":
            come(floor, ANN)
        caller = floor.call_in()
        if who_comes == "agent":
            come(floor, ANN)
        floor.clock.advance(3)
        assert who_talks_with(floor, caller) == ANN

    def test_a_better_agent_is_not_spent_on_who_needs_none(self) -> None:
        """Order is by the strategy: the skilled one is asked only in their turn."""
        floor = TestFloor(agent_of(BOB, ROOMY, skills={"russian": 50}))
        come(floor, ANN)
        floor.clock.advance(1)
        come(floor, BOB)
        floor.call_in()
        arrive(floor, skills="russian")
        assert rung(floor) == [ANN, BOB]


def test_an_agent_of_many_queues_serves_one_caller_at_a_time() -> None:
    """Wanted by both queues in the same instant."""
    policy = agent_of(CLEO, ROOMY, queues=(SALES, SUPPORT))
    floor = TestFloor(policy)
    for number in range(3):
        floor.call_in("8002" if number % 2 else "8001")
    come(floor, CLEO)
    floor.clock.advance(3)
    assert len(floor.switch.requests) == 1
    end_talk(floor, CLEO)
    floor.clock.advance(12)
    assert len(floor.switch.requests) == 2
