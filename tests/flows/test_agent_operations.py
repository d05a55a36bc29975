"""Standing agents, phones that are away, wrong PINs, timelines, a Redis that does not answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain.agents import AgentReason, AgentState, HoldReason, WrapUpEnd
from callcore.domain.events import WrapUpEnded
from callcore.domain.ids import AgentId, LegId
from callcore.domain.policies import Connection, FeatureCode, SitePolicy
from callcore.flows.agent_operations import AgentOperations
from callcore.ports.operations import (
    DutyChange,
    DutyOrder,
    DutyRefusedError,
    NotReadyError,
    OutOfRangeError,
    UnknownAgentError,
)
from callcore.ports.records import RecordsUnavailableError
from callcore.ports.stores import StandingLeg
from callcore.ports.timelines import AgentChange
from tests.fakes.clock import START
from tests.fakes.switch import NODE
from tests.flows.faults import fail_once
from tests.flows.floor import ANN, BOB, ROOMY, TestFloor
from tests.flows.reloads import without_agents
from tests.flows.stories import agent_of, come, end_talk, who_talks_with
from tests.flows.test_duty import END_BREAK, LOG_IN, LOG_OUT, READY, START_BREAK, change

GONE_HOME = AgentId("1009")


class TestStanding:
    """Agents who stay on the line are logged in by dialling in."""

    @pytest.fixture
    def policy(self) -> SitePolicy:
        """Ann is one."""
        site = agent_of(ANN, ROOMY, connection=Connection.STANDING)
        codes = {"*70": FeatureCode.START_BREAK, "*80": FeatureCode.LOG_IN}
        return replace(site, feature_codes=codes)

    def test_a_command_cannot_reach_for_the_phone(self, policy: SitePolicy) -> None:
        """With what to dial, or what is missing."""
        with pytest.raises(DutyRefusedError, match=r"dial \*80 from the phone and stay on the"):
            change(TestFloor(policy), LOG_IN)
        with pytest.raises(DutyRefusedError, match="so add one to the settings"):
            change(TestFloor(replace(policy, feature_codes={})), LOG_IN)

    def test_a_line_that_is_there_is_enough(self, policy: SitePolicy) -> None:
        """And whoever is logged in is so already."""
        floor = TestFloor(policy)
        floor.store.roster.stand(ANN, StandingLeg(leg_id=LegId("a1"), node=NODE))
        assert change(floor, LOG_IN).is_changed
        floor.store.roster.stand(ANN, None)
        assert not change(floor, LOG_IN).is_changed

    def test_the_line_itself_logs_in(self, policy: SitePolicy) -> None:
        """That is how."""
        floor = TestFloor(policy)
        assert change(floor, LOG_IN, via=AgentReason.FEATURE_CODE).is_changed


@pytest.mark.parametrize(
    ("hold", "warning"),
    [
        (HoldReason.UNREGISTERED, "user/1001@t is not registered: no calls before it is"),
        (HoldReason.OUTSIDE_CALL, "user/1001@t is on a call of its own: no calls before it has"),
    ],
)
def test_who_logs_in_without_a_phone_is_warned(hold: HoldReason, warning: str) -> None:
    """It is done; the list of agents tells it too."""
    floor = TestFloor(ROOMY)
    floor.store.roster.hold(ANN, frozenset({hold}), "1")
    answer = change(floor, LOG_IN)
    assert answer.is_changed
    assert [one[: len(warning)] for one in answer.warnings] == [warning]
    assert floor.worker.operating.agents()[0].holds == {hold}
    floor.store.roster.hold(ANN, frozenset(), "2")
    assert change(floor, LOG_IN).warnings == ()


@pytest.mark.parametrize("what", [LOG_IN, START_BREAK])
def test_who_is_no_longer_in_the_settings_does_not_stay(what: DutyChange) -> None:
    """Else an agent without queues would be there until somebody reads the list."""
    floor = TestFloor(ROOMY)
    come(floor, ANN)
    floor.call_in()
    floor.clock.advance(5)
    floor.reload(without_agents(ANN))
    with pytest.raises(DutyRefusedError, match="no longer in the settings"):
        change(floor, what)
    end_talk(floor, ANN)
    change(floor, READY)
    assert floor.agent(ANN).state is AgentState.LOGGED_OUT


def test_the_wrap_up_of_one_who_is_taken_out_is_counted() -> None:
    """It has ended with the log-out, before its time."""
    floor = TestFloor(ROOMY)
    come(floor, ANN)
    floor.call_in()
    floor.clock.advance(5)
    end_talk(floor, ANN)
    floor.reload(without_agents(ANN))
    assert floor.agent(ANN).state is AgentState.LOGGED_OUT
    (ended,) = floor.told(WrapUpEnded)
    assert (ended.agent_id, ended.end) == (ANN, WrapUpEnd.ENDED_EARLY)


class TestUnlocking:
    """Wrong PINs are forgotten by command."""

    def test_once(self) -> None:
        """Told whether there were any."""
        floor = TestFloor(ROOMY)
        floor.store.lockouts.failed(ANN, 60)
        assert floor.worker.operating.unlock(ANN, by="eve")
        assert floor.store.lockouts.failures(ANN) == 0
        assert not floor.worker.operating.unlock(ANN, by="eve")

    def test_whom_nobody_knows_and_what_does_not_answer(self) -> None:
        """As with every other change."""
        floor = TestFloor(ROOMY)
        with pytest.raises(UnknownAgentError):
            floor.worker.operating.unlock(GONE_HOME, by="eve")
        floor.store.go_down()
        with pytest.raises(NotReadyError):
            floor.worker.operating.unlock(ANN, by="eve")


class TestTimeline:
    """What agents did, as far as Postgres has it."""

    def operations(self, floor: TestFloor, *changes: AgentChange) -> AgentOperations:
        """With that history."""
        return AgentOperations(
            floor.site,
            floor.worker.office.duty,
            lambda agent_id, count: [one for one in changes if one.agent_id == agent_id][-count:],
        )

    def line(self, agent_id: AgentId, state: AgentState) -> AgentChange:
        """One change."""
        return AgentChange(
            agent_id=agent_id,
            at=START,
            before=AgentState.AVAILABLE,
            state=state,
            reason=AgentReason.COMMAND,
            actor="eve",
        )

    def test_the_last_ones_oldest_first(self) -> None:
        """Also of one who has left the settings; nothing of one who never did anything."""
        floor = TestFloor(ROOMY)
        ann, bob, gone = (self.line(one, AgentState.ON_BREAK) for one in (ANN, BOB, GONE_HOME))
        out = self.line(ANN, AgentState.LOGGED_OUT)
        operations = self.operations(floor, ann, bob, gone, out)
        assert operations.timeline(ANN, 10) == (ann, out)
        assert operations.timeline(ANN, 1) == (out,)
        assert operations.timeline(GONE_HOME, 10) == (gone,)
        assert self.operations(floor).timeline(ANN, 10) == ()

    def test_what_cannot_be_told(self) -> None:
        """Nobody knows the agent; nobody reads so many lines; Postgres is away."""
        floor = TestFloor(ROOMY)
        with pytest.raises(UnknownAgentError):
            self.operations(floor).timeline(GONE_HOME, 10)
        for count in (0, 1001):
            with pytest.raises(OutOfRangeError, match="ask for 1 to 1000"):
                self.operations(floor).timeline(ANN, count)

        def away(_: AgentId, __: int) -> tuple[AgentChange, ...]:
            raise RecordsUnavailableError("Postgres is away")

        with pytest.raises(NotReadyError, match="Postgres is away"):
            AgentOperations(floor.site, floor.worker.office.duty, away).timeline(ANN, 10)


class TestRedisTimesOut:
    """The change may have been made: nobody waits beside an agent for it."""

    @pytest.mark.parametrize(
        ("before", "what", "verb"),
        [([], LOG_IN, "log_in"), ([LOG_IN, START_BREAK], END_BREAK, "end_break")],
    )
    def test_who_is_free_by_it_is_offered_the_caller(
        self,
        monkeypatch: pytest.MonkeyPatch,
        before: list[DutyChange],
        what: DutyChange,
        verb: str,
    ) -> None:
        """Within a few seconds."""
        floor = TestFloor(ROOMY)
        for one in before:
            change(floor, one)
        caller = floor.call_in()
        fail_once(monkeypatch, floor.store.roster, verb, happens=True)
        with pytest.raises(NotReadyError, match="callcore agent list"):
            change(floor, what)
        floor.clock.advance(4)
        assert who_talks_with(floor, caller) == ANN

    @pytest.mark.parametrize(("what", "verb"), [(LOG_OUT, "log_out"), (START_BREAK, "start_break")])
    def test_what_did_not_happen_is_not_made_up_for(
        self, monkeypatch: pytest.MonkeyPatch, what: DutyChange, verb: str
    ) -> None:
        """The operator was told that it may not have been done, and asks again."""
        floor = TestFloor(ROOMY)
        come(floor, ANN)
        fail_once(monkeypatch, floor.store.roster, verb, happens=False)
        with pytest.raises(NotReadyError):
            change(floor, what)
        floor.clock.advance(60)
        assert floor.agent(ANN).state is AgentState.AVAILABLE

    def test_what_was_done_is_told_although_redis_goes_away_afterwards(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The answer says less, but nothing wrong."""
        floor = TestFloor(ROOMY)
        operations = floor.worker.operating
        start_break = floor.store.roster.start_break

        def start(*args: object, **more: object) -> object:
            answer = start_break(*args, **more)  # type: ignore[arg-type]  # handed on as it came
            floor.store.go_down()
            return answer

        come(floor, ANN)
        monkeypatch.setattr(floor.store.roster, "start_break", start)
        answer = operations.change_duty(ANN, DutyOrder(what=START_BREAK, by="eve"))
        assert (answer.is_changed, answer.state) == (True, AgentState.ON_BREAK)
