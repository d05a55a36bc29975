"""Several phones ring for one caller: who picks up first talks, the others stop ringing."""

from __future__ import annotations

from itertools import permutations

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.events import AgentChanged, OfferMade
from callcore.domain.ids import AgentId, LegId
from callcore.domain.outcomes import CallOutcome, LeaveReason, OfferLostReason
from callcore.domain.policies import Strategy
from callcore.ports.telephony import LegGoneError
from tests.fakes.clock import settle
from tests.fakes.switch import SILENT, Phone
from tests.flows.floor import ANN, BOB, CLEO, TestFloor
from tests.flows.ringing import causes, lost, ringing, states
from tests.flows.stories import (
    TOLD_WHY_SECONDS,
    agent_of,
    arrive,
    come,
    done_to,
    end_break,
    end_talk,
    leg_of,
    log_out,
    pick_up,
    record_of,
    rung,
    start_break,
    who_talks_with,
)
from tests.flows.teams import TEAM


@pytest.fixture
def three() -> tuple[TestFloor, LegId]:
    """Three phones ring for one caller, and nobody picks up by himself."""
    floor = TestFloor(ringing())
    floor.log_in(*TEAM, phone=SILENT)
    caller = floor.call_in()
    floor.clock.advance(1)
    assert states(floor) == [AgentState.RINGING] * 3
    return floor, caller


class TestOneWins:
    """Three phones ring."""

    @pytest.mark.parametrize("quickest", TEAM)
    def test_the_first_to_pick_up_talks(
        self, three: tuple[TestFloor, LegId], quickest: AgentId
    ) -> None:
        """The others' phones stop as if picked up elsewhere: no miss, and free at once."""
        floor, caller = three
        pick_up(floor, quickest)
        floor.clock.advance(0.03)
        others = [agent_id for agent_id in TEAM if agent_id != quickest]
        for agent_id in others:
            agent = floor.agent(agent_id)
            assert (agent.state, agent.miss_count) == (AgentState.AVAILABLE, 0)
            assert causes(floor)[agent_id] == "LOSE_RACE"
        floor.clock.advance(0.1)
        assert who_talks_with(floor, caller) == quickest
        end_talk(floor, quickest)
        picked_up_elsewhere = OfferLostReason.PICKED_UP_ELSEWHERE
        assert lost(floor, caller) == {quickest: None, **dict.fromkeys(others, picked_up_elsewhere)}
        record = record_of(floor, caller)
        assert (record.agent_id, record.outcome) == (quickest, CallOutcome.SERVED)
        assert len(record.visits) == 1

    @pytest.mark.parametrize("order", list(permutations(TEAM)), ids="-".join)
    def test_all_pick_up_in_the_same_instant(
        self, three: tuple[TestFloor, LegId], order: tuple[AgentId, ...]
    ) -> None:
        """The first one heard of talks; nobody hears a dead line for long, nobody is stuck."""
        floor, caller = three
        pick_up(floor, *order)
        floor.clock.advance(0.2)
        assert who_talks_with(floor, caller) == order[0]
        assert len(floor.switch.legs_by_id) == 2
        assert sorted(states(floor)) == ["available", "available", "talking"]
        assert done_to(floor, caller).count("bridge") == 1

    @pytest.mark.parametrize("seconds", [0.0, 0.01, 0.02, 0.03, 0.04, 0.05])
    def test_another_picks_up_while_the_bridge_is_made(
        self, three: tuple[TestFloor, LegId], seconds: float
    ) -> None:
        """Within the moment until the phone stops ringing: the first one stays."""
        floor, caller = three
        legs = {agent_id: leg_of(floor, agent_id) for agent_id in TEAM}
        pick_up(floor, BOB)
        floor.clock.advance(seconds)
        late = floor.switch.legs_by_id.get(legs[ANN])
        if late is not None:
            floor.switch._pick_up(late)
        floor.clock.advance(0.2)
        assert who_talks_with(floor, caller) == BOB
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        assert legs[ANN] not in floor.switch.legs_by_id

    def test_a_bridge_that_fails_at_once_lets_the_others_ring_on(
        self, three: tuple[TestFloor, LegId], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The first one's phone is gone before anybody else's was stopped."""
        floor, caller = three
        real, failures = floor.switch.bridge, [LegGoneError()]

        def bridge(caller_leg: LegId, agent_leg: LegId) -> None:
            if failures:
                raise failures.pop()
            real(caller_leg, agent_leg)

        monkeypatch.setattr(floor.switch, "bridge", bridge)
        pick_up(floor, ANN)
        floor.clock.advance(0.1)
        assert states(floor) == [AgentState.AVAILABLE, AgentState.RINGING, AgentState.RINGING]
        pick_up(floor, CLEO)
        floor.clock.advance(0.2)
        assert who_talks_with(floor, caller) == CLEO

    def test_a_bridge_that_fails_late_has_everybody_rung_again(
        self, three: tuple[TestFloor, LegId], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The caller is back in line on the old place, the others are asked at once."""
        floor, caller = three
        with monkeypatch.context() as patch:
            patch.setattr(floor.switch, "bridge", lambda *_: None)
            pick_up(floor, ANN)
            floor.clock.advance(4.9)
            assert states(floor) == [AgentState.RINGING, AgentState.AVAILABLE, AgentState.AVAILABLE]
            floor.clock.advance(0.2)
        assert rung(floor) == [*TEAM, BOB, CLEO]
        pick_up(floor, BOB)
        floor.clock.advance(0.2)
        assert who_talks_with(floor, caller) == BOB
        end_talk(floor, BOB)
        (visit,) = record_of(floor, caller).visits
        assert visit.leave_reason is LeaveReason.PICKED_UP

    def test_an_agent_who_is_reserved_as_another_picks_up_is_let_go(
        self, three: tuple[TestFloor, LegId]
    ) -> None:
        """Both in one instant: nothing rings, nothing breaks, the agent is free for others."""
        floor, caller = three
        floor.switch.end(leg_of(floor, CLEO), "CALL_REJECTED")
        floor.clock.advance(7.99)
        assert floor.agent(CLEO).state is AgentState.AVAILABLE
        pick_up(floor, ANN)
        offers_count = len(floor.told(OfferMade))
        floor.worker.crew.freeing.wake(CLEO)
        floor.clock.advance(0.5)
        reserved = [fact for fact in floor.told(AgentChanged) if fact.agent_id == CLEO]
        assert AgentState.RESERVED in {fact.state for fact in reserved[-2:]}
        assert len(floor.told(OfferMade)) == offers_count
        assert who_talks_with(floor, caller) == ANN
        assert [floor.agent(one).state for one in (BOB, CLEO)] == [AgentState.AVAILABLE] * 2
        assert floor.switch.legs_by_id.keys() == {caller, leg_of(floor, ANN)}


class TestComingAndGoing:
    """While phones ring."""

    def test_the_caller_hangs_up(self, three: tuple[TestFloor, LegId]) -> None:
        """All phones stop, nobody has missed anything."""
        floor, caller = three
        floor.clock.advance(5)
        floor.switch.end(caller)
        floor.clock.advance(0.1)
        assert states(floor) == [AgentState.AVAILABLE] * 3
        assert set(causes(floor).values()) == {"ORIGINATOR_CANCEL"}
        assert set(lost(floor, caller).values()) == {OfferLostReason.CALLER_GONE}
        assert [floor.agent(one).miss_count for one in TEAM] == [0, 0, 0]
        assert record_of(floor, caller).outcome is CallOutcome.ABANDONED
        assert floor.switch.legs_by_id == {}

    def test_the_caller_hangs_up_as_somebody_picks_up(self, three: tuple[TestFloor, LegId]) -> None:
        """Between pick-up and bridge: abandoned, nobody left on a dead line."""
        floor, caller = three
        pick_up(floor, BOB)
        settle()
        floor.switch.end(caller)
        floor.clock.advance(0.2)
        assert states(floor) == [AgentState.AVAILABLE] * 3
        assert floor.switch.legs_by_id == {}
        assert len(floor.records()) == 1

    @pytest.mark.parametrize("how", ["log in", "end of a talk", "end of a break", "rest"])
    def test_who_becomes_free_joins_in(self, how: str) -> None:
        """However late: the phone rings beside the others."""
        floor = TestFloor(ringing(wrap_up_seconds=0, retry_after_miss_seconds=3))
        floor.log_in(CLEO)
        talking = floor.call_in("8002")
        floor.clock.advance(3)
        assert who_talks_with(floor, talking) == CLEO
        floor.switch.phones[floor.policy.agents[CLEO].contact] = SILENT
        if how != "end of a talk":
            end_talk(floor, CLEO)
            floor.clock.advance(1)
        if how == "end of a break":
            start_break(floor, CLEO)
        if how == "log in":
            log_out(floor, CLEO)
        floor.log_in(ANN, BOB, phone=SILENT)
        caller = floor.call_in()
        floor.clock.advance(4)
        match how:
            case "log in":
                come(floor, CLEO)
            case "end of a talk":
                end_talk(floor, CLEO)
            case "end of a break":
                end_break(floor, CLEO)
            case _:
                floor.switch.end(leg_of(floor, CLEO), "USER_BUSY")
                floor.clock.advance(3.2)
        floor.clock.advance(0.1)
        assert states(floor) == [AgentState.RINGING] * 3
        pick_up(floor, CLEO)
        floor.clock.advance(0.2)
        assert who_talks_with(floor, caller) == CLEO

    def test_one_who_misses_does_not_stop_the_others(self, three: tuple[TestFloor, LegId]) -> None:
        """A miss is one agent's; the caller goes on ringing at the others'."""
        floor, _ = three
        floor.switch.end(leg_of(floor, ANN), "USER_BUSY")
        settle()
        assert states(floor) == [AgentState.AVAILABLE, AgentState.RINGING, AgentState.RINGING]
        assert [floor.agent(one).miss_count for one in TEAM] == [1, 0, 0]

    def test_all_miss_and_are_rung_again_after_the_rest(
        self, three: tuple[TestFloor, LegId]
    ) -> None:
        """The caller keeps the place meanwhile."""
        floor, caller = three
        behind = floor.call_in()
        floor.clock.advance(14.5)
        assert states(floor) == [AgentState.AVAILABLE] * 3
        assert (floor.position(caller), floor.position(behind)) == (1, 2)
        floor.clock.advance(8)
        assert states(floor) == [AgentState.RINGING] * 3
        assert rung(floor) == [*TEAM, *TEAM]
        assert {floor.agent(one).call_id for one in TEAM} == {caller}

    def test_the_next_caller_has_those_who_were_not_quick_enough(
        self, three: tuple[TestFloor, LegId]
    ) -> None:
        """At once, without a rest."""
        floor, _ = three
        second = floor.call_in()
        pick_up(floor, ANN)
        floor.clock.advance(0.1)
        assert [floor.agent(one).call_id for one in (BOB, CLEO)] == [second] * 2

    def test_one_who_was_not_quick_enough_has_the_first_caller_of_all_queues(
        self, three: tuple[TestFloor, LegId]
    ) -> None:
        """Cleo serves sales too, where a caller has waited longer than the next one of support."""
        floor, _ = three
        sales, support = arrive(floor, "8002"), arrive(floor)
        pick_up(floor, ANN)
        floor.clock.advance(0)
        assert floor.agent(CLEO).call_id == sales
        assert floor.agent(BOB).call_id == support

    def test_a_better_caller_takes_nobodys_phone_away(self, three: tuple[TestFloor, LegId]) -> None:
        """Phones that ring ring on; whoever comes free goes to the better one."""
        floor, _ = three
        better = arrive(floor, own_priority="5")
        floor.switch.end(leg_of(floor, BOB), "USER_BUSY")
        floor.clock.advance(8.1)
        assert floor.agent(BOB).call_id == better

    def test_maximum_wait_stops_all_phones(self) -> None:
        """The caller is sent on; nobody has missed anything."""
        floor = TestFloor(ringing(maximum_wait_seconds=5))
        floor.log_in(*TEAM, phone=SILENT)
        caller = floor.call_in()
        floor.clock.advance(5.1)
        assert states(floor) == [AgentState.AVAILABLE] * 3
        floor.clock.advance(TOLD_WHY_SECONDS)
        assert record_of(floor, caller).visits[0].leave_reason is LeaveReason.MAXIMUM_WAIT
        assert len(floor.switch.legs_by_id) == 0

    def test_agents_of_closed_levels_do_not_ring(self) -> None:
        """Ring all is all who may be asked."""
        policy = ringing()
        policy = agent_of(ANN, policy, skills={"russian": 10})
        floor = TestFloor(agent_of(CLEO, policy, skills={"russian": 10}))
        floor.log_in(*TEAM, phone=SILENT)
        arrive(floor, skills="russian")
        assert rung(floor) == [ANN, CLEO]


class TestAtMost:
    """How many phones ring."""

    @pytest.mark.parametrize("most", [1, 2, 3])
    def test_all_at_once_as_far_as_allowed(self, most: int) -> None:
        """By position; one who misses is followed by the next."""
        floor = TestFloor(ringing(ring_at_most=most))
        floor.log_in(*TEAM, phone=SILENT)
        floor.call_in()
        assert rung(floor) == list(TEAM[:most])
        floor.clock.advance(1)
        floor.switch.end(leg_of(floor, ANN), "USER_BUSY")
        settle()
        assert rung(floor) == list(TEAM[: most + 1])

    def test_two_callers_share_the_agents(self) -> None:
        """The first one's phones first, the rest for the second."""
        floor = TestFloor(ringing(ring_at_most=2))
        first, second = floor.call_in(), floor.call_in()
        floor.log_in(*TEAM, phone=SILENT)
        assert [floor.agent(one).call_id for one in TEAM] == [first, first, second]

    def test_progressively_one_more_each_time(self) -> None:
        """Those who ring ring on; up to the maximum and no further."""
        policy = ringing(
            Strategy.RING_PROGRESSIVELY,
            ring_more_after_seconds=4,
            ring_at_most=2,
            ring_timeout_seconds=60,
        )
        floor = TestFloor(policy)
        floor.log_in(*TEAM, phone=SILENT)
        floor.call_in()
        floor.clock.advance(3.9)
        assert rung(floor) == [ANN]
        floor.clock.advance(0.2)
        assert rung(floor) == [ANN, BOB]
        floor.clock.advance(30)
        assert rung(floor) == [ANN, BOB]
        assert states(floor) == [AgentState.RINGING, AgentState.RINGING, AgentState.AVAILABLE]

    def test_progressively_the_second_may_be_quicker(self) -> None:
        """Who picks up first talks, here too."""
        policy = ringing(Strategy.RING_PROGRESSIVELY, ring_more_after_seconds=4)
        floor = TestFloor(policy)
        floor.log_in(ANN, phone=SILENT)
        floor.log_in(BOB, CLEO, phone=Phone(answers_after_seconds=5))
        caller = floor.call_in()
        floor.clock.advance(9.2)
        assert rung(floor) == list(TEAM)
        assert who_talks_with(floor, caller) == BOB
        assert [floor.agent(one).state for one in (ANN, CLEO)] == [AgentState.AVAILABLE] * 2

    def test_progressively_one_who_misses_is_followed_at_once(self) -> None:
        """A busy phone does not cost the caller the interval."""
        policy = ringing(Strategy.RING_PROGRESSIVELY, ring_more_after_seconds=10)
        floor = TestFloor(policy)
        floor.log_in(*TEAM, phone=SILENT)
        floor.call_in()
        floor.clock.advance(1)
        floor.switch.end(leg_of(floor, ANN), "USER_BUSY")
        settle()
        assert rung(floor) == [ANN, BOB]
