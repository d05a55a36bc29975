"""Wrap-ups: how long, ended early, extended, and never for ever."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain.agents import AgentReason, AgentState, WrapUpEnd
from callcore.domain.events import AgentChanged, WrapUpEnded, WrapUpExtended
from callcore.domain.ids import LegId
from callcore.domain.policies import SitePolicy
from callcore.flows.lease_watch import GRACE_SECONDS, LONGEST_SLEEP_SECONDS
from callcore.ports.operations import (
    DutyAnswer,
    DutyChange,
    DutyRefusedError,
    NotReadyError,
    OutOfRangeError,
)
from tests.flows.faults import fail_once
from tests.flows.floor import ANN, BOB, CLEO, ROOMY, SALES, SUPPORT, TestFloor
from tests.flows.stories import agent_of, come, end_talk, queue_of, rung, who_talks_with
from tests.flows.test_duty import EXTEND, LOG_IN, LOG_OUT, READY, START_BREAK, change

WATCHED_WITHIN = GRACE_SECONDS + LONGEST_SLEEP_SECONDS
"""So long after its end a lease is ended that nobody has a timer for."""


def wrapping_up(policy: SitePolicy = ROOMY) -> tuple[TestFloor, LegId]:
    """Ann has just talked, somebody waits; a wrap-up of the queue lasts ten seconds."""
    floor = TestFloor(policy)
    come(floor, ANN)
    floor.call_in()
    floor.clock.advance(3)
    waiting = floor.call_in()
    end_talk(floor, ANN)
    assert floor.agent(ANN).state is AgentState.WRAPPING_UP
    return floor, waiting


def ends(floor: TestFloor) -> list[tuple[WrapUpEnd, float]]:
    """How the wrap-ups ended, and after how many seconds."""
    return [(fact.end, fact.wrapped_up_seconds) for fact in floor.told(WrapUpEnded)]


class TestLength:
    """The agent's before the queue's."""

    @pytest.mark.parametrize(("own", "seconds"), [(None, 10.0), (3.0, 3.0), (30.0, 30.0)])
    def test_it_ends_by_itself(self, own: float | None, seconds: float) -> None:
        """And the next caller is offered at once."""
        floor, waiting = wrapping_up(agent_of(ANN, ROOMY, wrap_up_seconds=own))
        floor.clock.advance(seconds - 0.01)
        assert floor.agent(ANN).state is AgentState.WRAPPING_UP
        floor.clock.advance(0.02)
        assert ends(floor) == [(WrapUpEnd.TIMED_OUT, seconds)]
        assert floor.told(AgentChanged)[-1].state is AgentState.RESERVED
        floor.clock.advance(3)
        assert who_talks_with(floor, waiting) == ANN

    def test_an_agent_without_one_goes_on_at_once(self) -> None:
        """In a queue that has one."""
        floor = TestFloor(agent_of(ANN, ROOMY, wrap_up_seconds=0.0))
        come(floor, ANN)
        floor.call_in()
        floor.clock.advance(3)
        end_talk(floor, ANN)
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        assert ends(floor) == []

    def test_an_agent_with_one_has_it_in_every_queue(self) -> None:
        """Also where the queue gives none."""
        floor = TestFloor(agent_of(CLEO, ROOMY, wrap_up_seconds=5.0))
        come(floor, CLEO)
        floor.call_in("8002")
        floor.clock.advance(3)
        end_talk(floor, CLEO)
        floor.clock.advance(6)
        assert [(fact.queue, fact.wrapped_up_seconds) for fact in floor.told(WrapUpEnded)] == [
            (SALES, 5.0)
        ]

    @pytest.mark.parametrize(("own", "seconds"), [(None, 10.0), (3.0, 3.0)])
    def test_it_is_part_of_how_long_a_caller_keeps_an_agent(
        self, own: float | None, seconds: float
    ) -> None:
        """What the estimates learn, once it is over: with the ringing, and as it really was."""
        floor = TestFloor(agent_of(ANN, ROOMY, wrap_up_seconds=own))
        come(floor, ANN)
        floor.call_in()
        reserved_at = floor.agent(ANN).reserved_at
        assert reserved_at is not None
        floor.clock.advance(22.5)
        end_talk(floor, ANN)
        talked_until = floor.clock.now()
        assert floor.store.waiting_room.door(SUPPORT, "").rates.served_weight == 0.0
        floor.clock.advance(seconds + 1)
        rates = floor.store.waiting_room.door(SUPPORT, "").rates
        assert rates.served_weight == 1.0
        assert rates.served_seconds == pytest.approx(
            (talked_until - reserved_at) / 1e6 + seconds, abs=0.02
        )

    def test_a_process_that_died_leaves_it_the_same(self) -> None:
        """The next one finds the talk over and lets the agent wrap up as long."""
        floor = TestFloor(agent_of(ANN, ROOMY, wrap_up_seconds=30.0))
        come(floor, ANN)
        caller = floor.call_in()
        floor.clock.advance(3)
        floor.kill_worker()
        floor.switch.end(caller)
        floor.restart()
        floor.clock.advance(29)
        assert floor.agent(ANN).state is AgentState.WRAPPING_UP
        floor.clock.advance(WATCHED_WITHIN)
        assert floor.agent(ANN).state is AgentState.AVAILABLE


class TestEndedEarly:
    """By command."""

    def test_the_next_caller_is_offered_at_once(self) -> None:
        """Told apart from one that ended by itself, and with who wanted it."""
        floor, waiting = wrapping_up()
        floor.clock.advance(4)
        answer = change(floor, READY, note="done")
        assert answer == DutyAnswer(is_changed=True, state=AgentState.AVAILABLE, queues=(SUPPORT,))
        assert ends(floor) == [(WrapUpEnd.ENDED_EARLY, 4.0)]
        available = [one for one in floor.told(AgentChanged) if one.state is AgentState.AVAILABLE]
        assert (available[-1].reason, available[-1].actor, available[-1].note) == (
            AgentReason.WRAP_UP_ENDED_EARLY,
            "eve",
            "done",
        )
        floor.clock.advance(3)
        assert who_talks_with(floor, waiting) == ANN
        floor.clock.advance(20)
        assert len(ends(floor)) == 1

    def test_a_break_ends_it_too(self) -> None:
        """Counted as ended early."""
        floor, _ = wrapping_up()
        floor.clock.advance(4)
        change(floor, START_BREAK)
        assert ends(floor) == [(WrapUpEnd.ENDED_EARLY, 4.0)]

    def test_there_is_none_to_end(self) -> None:
        """Who is available is so already; others are told what they do."""
        floor = TestFloor(ROOMY)
        come(floor, ANN, BOB)
        assert change(floor, READY) == DutyAnswer(
            is_changed=False, state=AgentState.AVAILABLE, queues=(SUPPORT,)
        )
        change(floor, START_BREAK, BOB)
        with pytest.raises(DutyRefusedError, match="on break, not wrapping up: end the break"):
            change(floor, READY, BOB)

    def test_of_two_at_once_one_wins(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The other is told what is so now: the agent has a caller already."""
        floor, _ = wrapping_up()
        end_wrap_up, is_first = floor.store.roster.end_wrap_up, [True]

        def slow(*args: object) -> object:
            if is_first.pop():
                is_first.append(False)
                change(floor, READY)
            else:
                is_first.append(False)
            return end_wrap_up(*args)  # type: ignore[arg-type]  # handed on as it came

        monkeypatch.setattr(floor.store.roster, "end_wrap_up", slow)
        answer = change(floor, READY)
        assert (answer.is_changed, answer.state) == (False, AgentState.RESERVED)
        assert len(ends(floor)) == 1

    @pytest.mark.parametrize("happens", [True, False])
    def test_redis_did_not_answer(self, monkeypatch: pytest.MonkeyPatch, happens: bool) -> None:
        """The operator is told; an agent who is free by it is offered the caller all the same."""
        floor, waiting = wrapping_up()
        fail_once(monkeypatch, floor.store.roster, "end_wrap_up", happens=happens)
        with pytest.raises(NotReadyError, match="callcore agent list"):
            change(floor, READY)
        floor.clock.advance(4 if happens else 14)
        assert who_talks_with(floor, waiting) == ANN


class TestExtended:
    """More time for notes."""

    def test_it_lasts_longer_and_ends_by_itself(self) -> None:
        """To the second; told with who gave it."""
        floor, waiting = wrapping_up()
        floor.clock.advance(8)
        answer = change(floor, EXTEND, seconds=20.0)
        assert (answer.is_changed, answer.state) == (True, AgentState.WRAPPING_UP)
        (told,) = floor.told(WrapUpExtended)
        assert (told.agent_id, told.seconds, told.actor) == (ANN, 20.0, "eve")
        floor.clock.advance(21.9)
        assert floor.agent(ANN).state is AgentState.WRAPPING_UP
        floor.clock.advance(0.2)
        assert ends(floor) == [(WrapUpEnd.EXTENDED, 30.0)]
        floor.clock.advance(3)
        assert who_talks_with(floor, waiting) == ANN

    def test_it_may_be_extended_again_and_ended_early(self) -> None:
        """Counted as extended."""
        floor, _ = wrapping_up()
        change(floor, EXTEND, seconds=20.0)
        change(floor, EXTEND, seconds=20.0)
        floor.clock.advance(45)
        assert floor.agent(ANN).state is AgentState.WRAPPING_UP
        change(floor, READY)
        assert ends(floor) == [(WrapUpEnd.EXTENDED, 45.0)]

    @pytest.mark.parametrize("what", [START_BREAK, LOG_OUT])
    def test_it_is_counted_as_extended_whatever_ends_it(self, what: DutyChange) -> None:
        """A break, or going home."""
        floor, _ = wrapping_up()
        change(floor, EXTEND, seconds=20.0)
        floor.clock.advance(4)
        change(floor, what)
        assert ends(floor) == [(WrapUpEnd.EXTENDED, 4.0)]

    def test_it_never_lasts_longer_than_the_queue_allows(self) -> None:
        """What is given is what is left; then nothing, with a reason."""
        floor, _ = wrapping_up(queue_of(longest_wrap_up_seconds=25))
        change(floor, EXTEND, seconds=20.0)
        assert floor.told(WrapUpExtended)[-1].seconds == 15.0
        answer = change(floor, EXTEND, seconds=20.0)
        assert not answer.is_changed
        assert answer.warnings == (
            "the wrap-up lasts 25 seconds already, the longest of queue support",
        )
        floor.clock.advance(25.1)
        assert ends(floor) == [(WrapUpEnd.EXTENDED, 25.0)]

    @pytest.mark.parametrize("seconds", [0.0, 0.5, -1.0, 601.0])
    def test_seconds_out_of_range(self, seconds: float) -> None:
        """The range is named."""
        floor, _ = wrapping_up()
        with pytest.raises(OutOfRangeError, match="give 1 to 600, the longest wrap-up of queue"):
            change(floor, EXTEND, seconds=seconds)
        assert floor.told(WrapUpExtended) == []

    @pytest.mark.parametrize(
        ("before", "sentence"),
        [
            ([LOG_IN], "is available, not wrapping up: there is nothing to extend"),
            ([LOG_IN, START_BREAK], "is on break, not wrapping up: end the break instead"),
        ],
    )
    def test_there_is_none_to_extend(self, before: list[DutyChange], sentence: str) -> None:
        """What the agent does is said."""
        floor = TestFloor(ROOMY)
        for what in before:
            change(floor, what)
        with pytest.raises(DutyRefusedError, match=sentence):
            change(floor, EXTEND)

    @pytest.mark.parametrize("happens", [True, False])
    def test_redis_did_not_answer(self, monkeypatch: pytest.MonkeyPatch, happens: bool) -> None:
        """It ends in any case, by the lease if not by a timer."""
        floor, waiting = wrapping_up()
        fail_once(monkeypatch, floor.store.roster, "extend_wrap_up", happens=happens)
        with pytest.raises(NotReadyError):
            change(floor, EXTEND, seconds=20.0)
        floor.clock.advance(11)
        assert (floor.agent(ANN).state is AgentState.WRAPPING_UP) is happens
        floor.clock.advance(20 + WATCHED_WITHIN)
        assert who_talks_with(floor, waiting) == ANN

    def test_a_process_that_died_leaves_the_lease(self) -> None:
        """The next one ends it."""
        floor, waiting = wrapping_up()
        change(floor, EXTEND, seconds=30.0)
        floor.restart()
        floor.clock.advance(35)
        assert floor.agent(ANN).state is AgentState.WRAPPING_UP
        floor.clock.advance(WATCHED_WITHIN + 3)
        assert ends(floor)[0][0] is WrapUpEnd.EXTENDED
        assert who_talks_with(floor, waiting) == ANN

    def test_a_queue_that_is_no_more_allows_the_usual(self) -> None:
        """The wrap-up goes on."""
        floor, _ = wrapping_up()
        queues = {name: queue for name, queue in ROOMY.queues.items() if name != SUPPORT}
        agents = {CLEO: replace(ROOMY.agents[CLEO], queues=(SALES,)), ANN: ROOMY.agents[ANN]}
        policy = replace(ROOMY, queues=queues, agents=agents)
        floor.site.policies.replace(policy, policy, "2")
        assert change(floor, EXTEND, seconds=600.0).is_changed
        assert rung(floor) == [ANN]
