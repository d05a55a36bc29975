"""What one worker hears or changes, and the others have to know: who is there, doors, phones."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest

from callcore.domain.agents import AgentState, HoldReason
from callcore.domain.events import (
    CallerLeft,
    ConfigurationApplied,
    LimitChanged,
    QueueDoorChanged,
    QueueLooked,
    SelfHealed,
)
from callcore.domain.ids import AgentId, LegId
from callcore.domain.outcomes import LeaveReason
from callcore.domain.policies import AtClosing, SitePolicy, TierPolicy
from callcore.domain.sharding import Duty
from callcore.flows.phone_watch import COMPARE_SECONDS
from callcore.ports.operations import DutyChange, DutyOrder
from tests.fakes.clock import settle
from tests.fakes.switch import NODE, SILENT
from tests.flows.callbacks import QUICK
from tests.flows.floor import ANN, BOB, POLICY, ROOMY, SUPPORT
from tests.flows.many_workers import Process, WorkersFloor
from tests.flows.phone_holds import ANNS, NOTHING, ON_A_CALL, healed, holds

BALANCED_SECONDS = 3.0


def shared(site: SitePolicy = ROOMY) -> WorkersFloor:
    floor = WorkersFloor("1", "2", "3", site=site)
    floor.clock.advance(BALANCED_SECONDS)
    return floor


def change(process: Process, agent_id: AgentId, what: DutyChange = DutyChange.LOG_IN) -> None:
    process.worker.operating.change_duty(agent_id, DutyOrder(what=what, by="eve"))
    settle()


def support_with(**settings: object) -> SitePolicy:
    support = replace(ROOMY.queues[SUPPORT], **settings)  # type: ignore[arg-type]  # of a test
    return replace(ROOMY, queues={**ROOMY.queues, SUPPORT: support})


class TestAgentsWhoComeAndGo:
    """By one worker, for callers of another."""

    def test_callers_elsewhere_leave_when_the_last_has_gone(self) -> None:
        """As soon as the grace has passed that the queue gives."""
        floor = shared(support_with(no_agents_grace_seconds=1.0))
        one, two, _ = floor.processes
        floor.switch.phones[floor.policy.agents[ANN].contact] = SILENT
        change(one, ANN)
        first, second = floor.call_to(two), floor.call_to(two)
        floor.clock.advance(2)
        assert floor.told(CallerLeft) == []
        floor.switch.end(first)
        change(one, ANN, DutyChange.LOG_OUT)
        floor.clock.advance(16)
        reasons = [fact.reason for fact in floor.told(CallerLeft) if fact.call_id == second]
        assert reasons == [LeaveReason.NO_AGENTS]

    def test_a_level_that_is_empty_is_skipped_at_once(self) -> None:
        """For a caller of another worker than that which the agent left by."""
        agents = {
            agent_id: replace(
                POLICY.agents[agent_id],
                tiers={SUPPORT: replace(POLICY.agents[agent_id].tier(SUPPORT), level=level)},
            )
            for agent_id, level in ((ANN, 1), (BOB, 2))
        }
        site = support_with(tiers=TierPolicy(relax_after_seconds=300))
        floor = shared(replace(site, agents={**site.agents, **agents}))
        one, two, three = floor.processes
        floor.switch.phones[floor.policy.agents[ANN].contact] = SILENT
        change(one, ANN)
        change(three, BOB)
        kept = floor.call_to(two)  # rings at Ann's
        waiting = floor.call_to(two)
        floor.clock.advance(1)
        assert floor.agent(BOB).state is AgentState.AVAILABLE
        floor.switch.end(kept)
        floor.clock.advance(0.1)
        change(three, ANN, DutyChange.LOG_OUT)
        floor.clock.advance(20)
        assert floor.agent(BOB).call_id == waiting

    def test_every_worker_knows_who_is_there(self) -> None:
        """At once, not at the next look."""
        floor = shared()
        change(floor.processes[1], ANN)
        for process in floor.processes:
            assert process.site.presence.staffed(SUPPORT) == {ANN}


class TestDoors:
    """Closed and opened by command at one worker."""

    def test_callers_elsewhere_are_treated_at_once(self) -> None:
        """As at closing time."""
        floor = shared(support_with(at_closing=AtClosing.OVERFLOW))
        one, two, three = floor.processes
        callers = [floor.call_to(each) for each in (one, two, three)]
        one.worker.operating.close_queue(SUPPORT, until=None, reason="fire", by="eve")
        floor.clock.advance(0.1)
        left = {fact.call_id for fact in floor.told(CallerLeft)}
        assert left == set(callers)

    def test_a_door_is_told_of_once(self) -> None:
        """By the worker that tells for the site, whoever did it, and by whose hand."""
        floor = shared()
        two = floor.processes[1]
        for act in ("close", "open"):
            if act == "close":
                two.worker.operating.close_queue(SUPPORT, until=None, reason="fire", by="eve")
            else:
                assert two.worker.operating.open_queue(SUPPORT, by="bob")
            floor.clock.advance(40)
        told = [(fact.is_open, fact.by) for fact in floor.told(QueueDoorChanged)]
        assert told == [(False, "eve"), (True, "bob")]
        (teller,) = [one for one in floor.processes if one.tenure.has_duty(Duty.HISTORY)]
        others = [one for one in floor.processes if one is not teller]
        assert not any(
            isinstance(fact, LimitChanged | QueueDoorChanged)
            for one in others
            for fact in one.facts
        )

    def test_every_worker_sees_the_door(self) -> None:
        """Whoever closed it, and whichever worker tells of it."""
        floor = shared()
        floor.processes[1].worker.operating.close_queue(SUPPORT, until=None, reason="", by="eve")
        floor.clock.advance(1)
        for process in floor.processes:
            seen = [
                fact
                for fact in process.facts
                if isinstance(fact, QueueLooked) and fact.queue == SUPPORT
            ]
            assert not seen[-1].is_open


class TestPhones:
    """An agent's own calls are heard by the worker of the leg's digit alone."""

    def dial(self, floor: WorkersFloor, process: Process, monkeypatch: pytest.MonkeyPatch) -> LegId:
        drawn = floor.digit_of(process) + str(uuid.uuid4())[1:]
        with monkeypatch.context() as patch:
            patch.setattr(uuid, "uuid4", lambda: uuid.UUID(drawn))
            leg_id = floor.switch.dial(ANNS)
        floor.clock.advance(0.01)
        assert process.tenure.holds_leg(NODE, leg_id)
        return leg_id

    def test_nobody_else_lets_the_agent_go(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Not by comparing; the next caller is served the instant it is over."""
        floor = shared()
        one, two, _ = floor.processes
        change(one, ANN)
        leg_id = self.dial(floor, two, monkeypatch)
        caller = floor.call_to(one)
        floor.clock.advance(2 * COMPARE_SECONDS)
        assert holds(floor) == ON_A_CALL
        assert floor.agent(ANN).outside == {f"{NODE}:{leg_id[0]}"}
        floor.switch.end(leg_id)
        floor.clock.advance(0)
        assert (holds(floor), floor.agent(ANN).call_id) == (NOTHING, caller)
        assert healed(floor) == []

    def test_two_calls_heard_by_two_workers(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The agent is held until both are over, whichever ends first."""
        floor = shared()
        one, two, three = floor.processes
        change(one, ANN)
        first = self.dial(floor, two, monkeypatch)
        second = self.dial(floor, three, monkeypatch)
        floor.switch.end(second)
        floor.clock.advance(0.01)
        assert holds(floor) == ON_A_CALL
        floor.switch.end(first)
        floor.clock.advance(0.01)
        assert holds(floor) == NOTHING

    @pytest.mark.parametrize("ends", [True, False])
    def test_a_worker_that_dies_leaves_nobody_held(
        self, ends: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whoever takes the shard over finds out whether the call is over."""
        floor = shared()
        one, two, _ = floor.processes
        change(one, ANN)
        leg_id = self.dial(floor, two, monkeypatch)
        two.kill()
        if ends:
            floor.switch.end(leg_id)
        floor.clock.advance(5)
        assert holds(floor) == (NOTHING if ends else ON_A_CALL)
        floor.switch.end(leg_id)
        floor.clock.advance(0.01)
        assert holds(floor) == NOTHING

    def test_registrations_are_heard_by_all(self) -> None:
        """And told alike."""
        site = replace(
            ROOMY, agents={**ROOMY.agents, ANN: replace(ROOMY.agents[ANN], must_be_registered=True)}
        )
        floor = shared(site)
        change(floor.processes[0], ANN)
        floor.switch.phones[ANNS] = QUICK
        floor.switch.unregister(ANNS)
        floor.clock.advance(5)
        assert holds(floor) == {HoldReason.UNREGISTERED}
        floor.switch.register(ANNS)
        floor.clock.advance(5)
        assert holds(floor) == NOTHING
        assert floor.told(SelfHealed) == []


def test_settings_are_followed_by_all_soon() -> None:
    """Within two seconds of a reload by one of them."""
    floor = shared()
    two = floor.processes[1]
    changed = support_with(wrap_up_seconds=3)
    floor.settings.write(changed)
    answer = two.worker.operating.reload(by="eve")
    assert answer.is_changed
    floor.clock.advance(2)
    assert {one.site.policies.version for one in floor.processes} == {answer.version}
    assert len([one for one in floor.told(ConfigurationApplied) if one.by == "eve"]) == 3
