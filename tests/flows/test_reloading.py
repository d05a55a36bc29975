"""The settings are read again while calls go on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gevent
import pytest

from callcore.domain.agents import AgentState, Wish
from callcore.domain.events import (
    BY_START,
    AgentChanged,
    AgentWished,
    ConfigurationApplied,
    ConfigurationRefused,
    ConfigurationUnchanged,
    Fact,
    FlowFailed,
    QueueDoorChanged,
    QueueGone,
)
from callcore.domain.hours import OpeningHours
from callcore.domain.ids import QueueName
from callcore.domain.outcomes import CallOutcome, RefusalReason
from callcore.domain.policies import AtClosing, SitePolicy, SkillStep, Strategy, Tier, TierPolicy
from callcore.domain.skills import parse
from callcore.domain.treatments import OverflowReason, ToExtension, ToQueue
from callcore.ports.configuration import FaultyFileError, NoFileError
from callcore.ports.operations import (
    ConfigRefusedError,
    DutyChange,
    DutyOrder,
    MoveRefusedError,
    NoConfigError,
    NotReadyError,
)
from tests.fakes.clock import settle
from tests.fakes.switch import SILENT
from tests.flows import callbacks
from tests.flows.floor import ANN, BOB, CLEO, ROOMY, SALES, SUPPORT, TestFloor
from tests.flows.reloads import DORA, with_agent, with_number, without_agents, without_queue
from tests.flows.stories import (
    agent_of,
    come,
    end_talk,
    line,
    line_of,
    move,
    pick_up,
    queue_of,
    record_of,
    rung,
    visits_of,
    who_talks_with,
)
from tests.flows.test_menus import menus, press


def _order(what: str) -> DutyOrder:
    return DutyOrder(what=DutyChange(what), by="eve")


def _never() -> OpeningHours:
    """Closed at every hour of the tests."""
    return OpeningHours(name="never", timezone="UTC", week={})


def _to(queue: QueueName) -> ToQueue:
    return ToQueue(queue=queue)


def break_down(floor: TestFloor, after: int) -> None:
    """Redis goes away after so many more agents were enrolled, logged in or out."""
    roster, left = floor.store.roster, [after]

    def counting(verb: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **more: Any) -> Any:
            if left[0] == 0:
                floor.store.go_down()
            left[0] -= 1
            return verb(*args, **more)

        return counted

    for name in ("enrol", "log_in", "log_out"):
        setattr(roster, name, counting(getattr(roster, name)))


LOGGED_OUT_AFTERWARDS = Wish(state=AgentState.LOGGED_OUT, break_code=None)


@pytest.fixture
def floor() -> TestFloor:
    """Room for everybody."""
    return TestFloor(ROOMY)


@pytest.fixture(autouse=True)
def nothing_fails(floor: TestFloor) -> object:
    """No flow of the common floor fails in any story."""
    yield
    assert floor.told(FlowFailed) == []


class TestAnswer:
    """What whoever asked for it is told."""

    def test_what_has_changed_is_told(self, floor: TestFloor) -> None:
        """To who asked, to the log, and to who looks later."""
        policy = queue_of(music="jazz.wav", policy=with_agent(DORA, without_agents(ANN)))
        answer = floor.reload(policy)
        told = ("agents.1001 removed", "agents.1004 added", "queues.support changed: music")
        assert tuple(map(str, answer.changes)) == told
        assert answer.is_changed
        assert answer.warnings == ()
        (_, fact) = floor.told(ConfigurationApplied)
        assert (fact.changes, fact.by, fact.version) == (told, "eve", answer.version)
        view = floor.worker.operating.configuration()
        assert view.version == view.site_version == answer.version
        assert (view.changes, view.loaded_by) == (answer.changes, "eve")
        assert view.loaded_at == floor.clock.now()

    def test_the_start_is_a_configuration_too(self, floor: TestFloor) -> None:
        """Its version is announced and told."""
        (fact,) = floor.told(ConfigurationApplied)
        assert (fact.by, fact.version, fact.changes) == (BY_START, "v1", ())
        announced = floor.store.config_versions.announced()
        assert announced is not None
        assert announced.version == "v1"

    def test_the_same_again_changes_nothing(self, floor: TestFloor) -> None:
        """Nobody is enrolled anew, nothing is put in force."""
        floor.settings.write(ROOMY, "v1")
        answer = floor.worker.operating.reload(by="eve")
        assert not answer.is_changed
        assert answer.version == "v1"
        assert len(floor.told(ConfigurationUnchanged)) == 1
        assert floor.settings.in_force == []

    def test_what_waits_for_the_next_start_is_warned_of(self, floor: TestFloor) -> None:
        """The rest is in force."""
        floor.settings.write(
            queue_of(music="jazz.wav"), needs_restart=("nodes",), warnings=("too late",)
        )
        answer = floor.worker.operating.reload(by="eve")
        assert answer.needs_restart == ("nodes",)
        assert answer.warnings == ("too late", "nodes takes effect at the next start")
        assert floor.site.policy.queues[SUPPORT].music == "jazz.wav"
        again = floor.worker.operating.reload(by="eve")
        assert not again.is_changed
        assert again.warnings == answer.warnings

    def test_a_faulty_file_is_refused_whole(self, floor: TestFloor) -> None:
        """With its faults; the configuration of before goes on."""
        floor.settings.write(queue_of(music="jazz.wav"))
        floor.settings.fault = FaultyFileError("x.yaml:1:1: this\nx.yaml:2:1: that")
        with pytest.raises(ConfigRefusedError, match=r"x\.yaml:1:1: this\nx\.yaml:2:1: that"):
            floor.worker.operating.reload(by="eve")
        assert floor.site.policy is ROOMY
        (fact,) = floor.told(ConfigurationRefused)
        assert (fact.version, fact.by) == ("v1", "eve")
        assert "that" in fact.reason
        floor.settings.fault = None
        assert floor.worker.operating.reload(by="eve").is_changed

    def test_without_a_file_there_is_nothing_to_read(self, floor: TestFloor) -> None:
        """The demonstration says so."""
        floor.settings.fault = NoFileError("no file")
        with pytest.raises(NoConfigError, match="no file"):
            floor.worker.operating.reload(by="eve")

    def test_of_two_at_once_the_second_sees_the_newest_file(self, floor: TestFloor) -> None:
        """One after the other; both are answered."""
        floor.settings.write(queue_of(music="a.wav"))
        asked = [gevent.spawn(floor.worker.operating.reload, by=by) for by in ("eve", "mallory")]
        gevent.idle()
        answers = [one.get(timeout=5) for one in asked]
        assert [answer.is_changed for answer in answers] == [True, False]
        assert floor.settings.reads_count == 2

    def test_a_flow_that_fails_keeps_nobody_from_asking_again(self) -> None:
        """The one who asked is told to look at the log."""
        floor = TestFloor(ROOMY)
        floor.settings.fault = RuntimeError("boom")  # type: ignore[assignment]  # a defect
        with pytest.raises(NotReadyError, match="the log says why"):
            floor.worker.operating.reload(by="eve")
        assert "boom" in floor.told(FlowFailed)[0].reason
        floor.settings.fault = None
        assert floor.reload(queue_of(music="a.wav")).is_changed


class TestAgents:
    """Who comes, who goes, who serves what."""

    def test_a_new_agent_serves_those_who_wait(self, floor: TestFloor) -> None:
        """Logged in by the settings, asked at once."""
        caller = floor.call_in()
        floor.reload(with_agent(DORA, logged_in_at_start=True))
        floor.clock.advance(3)
        assert who_talks_with(floor, caller) == DORA

    def test_a_new_agent_without_that_is_logged_out(self, floor: TestFloor) -> None:
        """And can log in."""
        floor.reload(with_agent(DORA))
        assert floor.agent(DORA).state is AgentState.LOGGED_OUT
        come(floor, DORA)
        assert floor.agent(DORA).state is AgentState.AVAILABLE

    def test_who_logged_out_stays_so(self, floor: TestFloor) -> None:
        """However often the settings say that the agent begins logged in."""
        come(floor, ANN)
        floor.worker.operating.change_duty(ANN, _order("logout"))
        floor.reload(agent_of(ANN, ROOMY, logged_in_at_start=True))
        assert floor.agent(ANN).state is AgentState.LOGGED_OUT

    def test_a_removed_agent_who_is_free_is_logged_out(self, floor: TestFloor) -> None:
        """And serves nobody."""
        come(floor, ANN, BOB)
        floor.reload(without_agents(ANN))
        assert floor.agent(ANN).state is AgentState.LOGGED_OUT
        assert floor.agent(ANN).queues == ()
        assert floor.agent(BOB).state is AgentState.AVAILABLE
        change = floor.told(AgentChanged)[-1]
        assert (change.agent_id, change.reason, change.actor) == (ANN, "settings", "eve")

    def test_a_removed_agent_who_talks_talks_on(self, floor: TestFloor) -> None:
        """And is logged out after the call, wrap-up included."""
        come(floor, ANN)
        caller = floor.call_in()
        floor.clock.advance(5)
        floor.reload(without_agents(ANN))
        assert who_talks_with(floor, caller) == ANN
        assert floor.told(AgentWished)[-1].wish == LOGGED_OUT_AFTERWARDS
        floor.clock.advance(60)
        assert who_talks_with(floor, caller) == ANN
        end_talk(floor, ANN)
        floor.clock.advance(30)
        assert floor.agent(ANN).state is AgentState.LOGGED_OUT
        floor.switch.end(caller)
        settle()
        assert record_of(floor, caller).outcome is CallOutcome.SERVED

    def test_a_removed_agent_who_is_back_stays(self, floor: TestFloor) -> None:
        """The logging out that was to follow the call is taken back."""
        come(floor, ANN)
        floor.call_in()
        floor.clock.advance(5)
        floor.reload(without_agents(ANN))
        floor.reload(ROOMY)
        end_talk(floor, ANN)
        floor.clock.advance(30)
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        assert floor.agent(ANN).queues == (SUPPORT,)

    def test_a_removed_agent_whose_phone_rings_may_pick_up(self, floor: TestFloor) -> None:
        """The offer is not torn away."""
        floor.switch.phones[ROOMY.agents[ANN].contact] = SILENT
        come(floor, ANN)
        caller = floor.call_in()
        floor.clock.advance(1)
        floor.reload(without_agents(ANN))
        pick_up(floor, ANN)
        floor.clock.advance(1)
        assert who_talks_with(floor, caller) == ANN

    def test_a_removed_agent_who_does_not_pick_up_goes(self, floor: TestFloor) -> None:
        """The caller is offered to somebody else, on the same place."""
        floor.switch.phones[ROOMY.agents[ANN].contact] = SILENT
        come(floor, ANN)
        caller, behind = floor.call_in(), floor.call_in()
        floor.clock.advance(1)
        floor.reload(without_agents(ANN))
        floor.clock.advance(30)
        assert floor.agent(ANN).state is AgentState.LOGGED_OUT
        assert line(floor, caller, behind) == [1, 2]
        come(floor, BOB)
        floor.clock.advance(5)
        assert who_talks_with(floor, caller) == BOB

    def test_an_agent_removed_between_decision_and_call_is_not_called(
        self, floor: TestFloor
    ) -> None:
        """The message is in the call's mailbox already; somebody else is asked."""
        come(floor, ANN, BOB)
        floor.clock.advance(1)
        removed = without_agents(ANN)

        def vanish(fact: Fact) -> None:
            if isinstance(fact, AgentChanged) and fact.agent_id == ANN:
                floor.site.policies.replace(removed, removed, "v2")

        floor.listeners.append(vanish)
        caller = floor.call_in()
        floor.reload(removed)
        floor.clock.advance(5)
        assert rung(floor) == [BOB]
        assert who_talks_with(floor, caller) == BOB
        assert floor.agent(ANN).state is AgentState.LOGGED_OUT

    def test_another_contact_is_called_from_the_next_offer_on(self, floor: TestFloor) -> None:
        """The phone that rings rings on."""
        floor.switch.phones[ROOMY.agents[ANN].contact] = SILENT
        come(floor, ANN)
        floor.call_in()
        floor.clock.advance(1)
        floor.reload(agent_of(ANN, ROOMY, contact="user/desk@t"))
        assert floor.agent(ANN).state is AgentState.RINGING
        floor.clock.advance(40)
        assert [one.contact for one in floor.switch.requests][:2] == ["user/1001@t", "user/desk@t"]

    def test_an_agent_who_wraps_up_is_free_for_the_new_queue(self, floor: TestFloor) -> None:
        """Moved meanwhile; nobody of the old queue is offered."""
        come(floor, ANN)
        caller = floor.call_in()
        floor.clock.advance(5)
        floor.switch.end(caller)
        floor.clock.advance(1)
        assert floor.agent(ANN).state is AgentState.WRAPPING_UP
        old, new = floor.call_in(), floor.call_in("8002")
        floor.reload(agent_of(ANN, ROOMY, queues=(SALES,)))
        assert floor.agent(ANN).state is AgentState.WRAPPING_UP
        floor.clock.advance(15)
        assert who_talks_with(floor, new) == ANN
        assert line(floor, old) == [1]

    def test_nobody_is_logged_out_who_is_still_there(self, floor: TestFloor) -> None:
        """Whatever they are doing."""
        come(floor, ANN, BOB)
        floor.worker.operating.change_duty(BOB, _order("break"))
        floor.reload(queue_of(strategy=Strategy.RANDOM, policy=agent_of(BOB, ROOMY, name="Bobby")))
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        assert floor.agent(BOB).state is AgentState.ON_BREAK


class TestAtTheSameInstant:
    """A command about an agent, and a reload in the middle of it."""

    @pytest.fixture
    def reload_within(self, floor: TestFloor) -> Callable[[str, SitePolicy], None]:
        """Has the settings read again while Redis is told by the older ones."""

        def arm(verb: str, policy: SitePolicy) -> None:
            change = getattr(floor.store.roster, verb)

            def changed(*args: Any, **more: Any) -> Any:
                setattr(floor.store.roster, verb, change)
                floor.reload(policy)
                return change(*args, **more)

            setattr(floor.store.roster, verb, changed)

        return arm

    def test_an_agent_logs_in_who_is_taken_out(
        self, floor: TestFloor, reload_within: Callable[[str, SitePolicy], None]
    ) -> None:
        """Nobody is left on the floor whom nobody knows."""
        reload_within("log_in", without_agents(ANN))
        floor.worker.operating.change_duty(ANN, _order("login"))
        assert floor.agent(ANN).state is AgentState.LOGGED_OUT
        assert floor.agent(ANN).queues == ()

    def test_an_agent_logs_in_who_is_moved(
        self, floor: TestFloor, reload_within: Callable[[str, SitePolicy], None]
    ) -> None:
        """Where the newer settings say."""
        reload_within("log_in", agent_of(ANN, ROOMY, queues=(SALES,)))
        floor.worker.operating.change_duty(ANN, _order("login"))
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        assert floor.agent(ANN).queues == (SALES,)

    def test_an_agent_chooses_a_queue_that_is_taken_away(
        self, floor: TestFloor, reload_within: Callable[[str, SitePolicy], None]
    ) -> None:
        """Then it is all that are left."""
        come(floor, CLEO)
        reload_within("enrol", agent_of(CLEO, ROOMY, queues=(SUPPORT,)))
        order = DutyOrder(what=DutyChange.LOG_IN, by="eve", queues=(SALES,))
        floor.worker.operating.change_duty(CLEO, order)
        assert floor.agent(CLEO).queues == (SUPPORT,)


class TestWhomToAsk:
    """Tiers, strategies and skills of callers who wait already."""

    def test_free_agents_are_put_in_another_order(self, floor: TestFloor) -> None:
        """The longest idle was first; by position it is another one."""
        come(floor, ANN, BOB)
        policy = queue_of(strategy=Strategy.SEQUENTIAL)
        floor.reload(agent_of(ANN, policy, tiers={SUPPORT: Tier(level=2)}))
        floor.call_in()
        floor.clock.advance(1)
        assert rung(floor) == [BOB]

    def test_another_strategy_alone_does_so_too(self) -> None:
        """The places are the same, and count from now on."""
        policy = agent_of(ANN, ROOMY, tiers={SUPPORT: Tier(position=2)})
        floor = TestFloor(policy)
        come(floor, ANN)
        floor.clock.advance(1)
        come(floor, BOB)
        floor.reload(queue_of(policy=policy, strategy=Strategy.SEQUENTIAL))
        floor.call_in()
        floor.clock.advance(1)
        assert rung(floor) == [BOB]

    def test_a_level_that_opens_earlier_serves_who_waits(self, floor: TestFloor) -> None:
        """The timer of the caller who waits is set anew."""
        late = queue_of(tiers=TierPolicy(relax_after_seconds=100, skips_absent_levels=False))
        late = agent_of(ANN, late, tiers={SUPPORT: Tier(level=2)})
        floor = TestFloor(late)
        come(floor, ANN)
        caller = floor.call_in()
        floor.clock.advance(5)
        assert line(floor, caller) == [1]
        floor.reload(
            queue_of(
                policy=late, tiers=TierPolicy(relax_after_seconds=20, skips_absent_levels=False)
            )
        )
        floor.clock.advance(20)
        assert who_talks_with(floor, caller) == ANN

    def test_skills_that_are_no_longer_asked_for_keep_nobody_waiting(self) -> None:
        """An agent idles beside a caller until the reload."""
        skilled = queue_of(skills=(SkillStep(after_seconds=0, rule=parse("russian")),))
        floor = TestFloor(skilled)
        come(floor, ANN)
        caller = floor.call_in()
        floor.clock.advance(5)
        assert line(floor, caller) == [1]
        floor.reload(ROOMY)
        floor.clock.advance(3)
        assert who_talks_with(floor, caller) == ANN

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (Strategy.LONGEST_IDLE, Strategy.RING_ALL),
            (Strategy.RING_ALL, Strategy.LONGEST_IDLE),
            (Strategy.RING_ALL, Strategy.RING_PROGRESSIVELY),
            (Strategy.RING_PROGRESSIVELY, Strategy.RING_ALL),
        ],
    )
    def test_phones_that_ring_together_and_those_that_do_not(
        self, before: Strategy, after: Strategy
    ) -> None:
        """Changed while phones ring: one talks, all others are free, nobody is stuck."""
        floor = TestFloor(queue_of(strategy=before))
        for agent in (ANN, BOB, CLEO):
            floor.switch.phones[ROOMY.agents[agent].contact] = SILENT
        come(floor, ANN, BOB, CLEO)
        caller = floor.call_in()
        floor.clock.advance(1)
        floor.reload(queue_of(strategy=after))
        floor.clock.advance(1)
        ringing = [a for a in (ANN, BOB, CLEO) if floor.agent(a).state is AgentState.RINGING]
        if after is Strategy.RING_ALL:
            assert len(ringing) == 3
        pick_up(floor, ringing[0])
        floor.clock.advance(1)
        assert who_talks_with(floor, caller) == ringing[0]
        others = {ANN, BOB, CLEO} - {ringing[0]}
        assert {floor.agent(one).state for one in others} == {AgentState.AVAILABLE}
        assert floor.told(FlowFailed) == []


class TestQueues:
    """Queues that change under those who wait."""

    def test_who_waits_keeps_place_and_music(self, floor: TestFloor) -> None:
        """What was begun goes on as it began; the next caller hears the new music."""
        first, second = floor.call_in(), floor.call_in()
        floor.reload(queue_of(music="jazz.wav", maximum_wait_seconds=1.0))
        floor.clock.advance(30)
        assert line(floor, first, second) == [1, 2]
        third = floor.call_in()
        assert line_of(floor, third).playing == "jazz.wav"
        assert line_of(floor, first).playing != "jazz.wav"

    def test_a_queue_that_is_closed_by_new_hours_treats_callers_as_at_closing(
        self, floor: TestFloor
    ) -> None:
        """At once; the door is closed to others."""
        caller = floor.call_in()
        floor.reload(
            queue_of(
                hours=_never(),
                at_closing=AtClosing.OVERFLOW,
                overflow={OverflowReason.CLOSED: ToExtension(extension="5000")},
            )
        )
        assert not floor.knows(caller)
        floor.clock.advance(1)
        late = floor.call_in()
        floor.clock.advance(1)
        assert not floor.knows(late)
        doors = floor.told(QueueDoorChanged)
        assert [(one.queue, one.is_open) for one in doors] == [(SUPPORT, False)]

    def test_a_new_queue_takes_callers(self, floor: TestFloor) -> None:
        """With its number and its agents."""
        floor.reload(without_queue())
        floor.clock.advance(10)
        come(floor, CLEO)
        floor.reload(with_number("8002", SALES))
        caller = floor.call_in("8002")
        floor.clock.advance(3)
        assert who_talks_with(floor, caller) == CLEO

    def test_a_queue_left_without_agents_is_warned_of(self, floor: TestFloor) -> None:
        """The callers wait on by its rules."""
        come(floor, CLEO)
        floor.worker.operating.change_duty(CLEO, _order("break"))
        caller = floor.call_in("8002")
        answer = floor.reload(agent_of(CLEO, ROOMY, queues=(SUPPORT,)))
        assert answer.warnings == (
            "queue sales has no agents any more: 1 wait on there by its rules",
        )
        floor.clock.advance(60)
        assert line(floor, caller, queue=SALES) == [1]

    def test_a_queue_left_without_staff_is_warned_of(self, floor: TestFloor) -> None:
        """Agents there are, but those who are logged in have gone."""
        floor.switch.phones[ROOMY.agents[ANN].contact] = SILENT
        come(floor, ANN)
        floor.call_in()
        floor.clock.advance(1)
        answer = floor.reload(without_agents(ANN))
        assert answer.warnings == (
            "queue support has nobody logged in any more: 1 wait on there by its rules",
        )

    def test_agents_who_change_places_leave_no_queue_alone(self) -> None:
        """Nobody leaves for a lack of agents that lasts only while they are moved."""
        policy = agent_of(CLEO, queue_of(no_agents_grace_seconds=0), queues=(SALES,))
        floor = TestFloor(policy)
        floor.switch.phones |= {one.contact: SILENT for one in policy.agents.values()}
        come(floor, ANN, CLEO)
        callers = [floor.call_in(), floor.call_in()]
        enrol = floor.store.roster.enrol

        def enrol_slowly(*args: Any, **more: Any) -> None:
            enrol(*args, **more)
            floor.worker.queue_watch.look(floor.site.policy.queues)
            floor.clock.advance(0.1)

        floor.store.roster.enrol = enrol_slowly
        swapped = agent_of(CLEO, policy, queues=(SUPPORT,))
        floor.reload(agent_of(ANN, swapped, queues=(SALES,)))
        floor.clock.advance(1)
        assert all(floor.knows(caller) for caller in callers)


class TestTakenOut:
    """A queue is taken out of the settings while somebody is in it."""

    def test_who_waits_is_served_out(self, floor: TestFloor) -> None:
        """By its agents, who keep their posts until nobody is left; then it is gone."""
        floor.switch.phones[ROOMY.agents[CLEO].contact] = SILENT
        first, second = floor.call_in("8002"), floor.call_in("8002")
        answer = floor.reload(without_queue())
        assert answer.warnings == (
            "queue sales is no longer in the settings while 2 wait and 0 talk in it: it admits "
            "nobody, and goes when nobody is left",
        )
        assert floor.worker.operating.configuration().retired_queues == (SALES,)
        floor.clock.advance(100)
        assert line(floor, first, second, queue=SALES) == [1, 2]
        floor.switch.phones.clear()
        come(floor, CLEO)
        floor.clock.advance(3)
        assert who_talks_with(floor, first) == CLEO
        floor.switch.end(first)
        floor.clock.advance(3)
        assert who_talks_with(floor, second) == CLEO
        floor.clock.advance(60)
        assert floor.told(QueueGone) == []
        floor.switch.end(second)
        floor.clock.advance(20)
        assert [one.queue for one in floor.told(QueueGone)] == [SALES]
        assert floor.worker.operating.configuration().retired_queues == ()
        assert floor.agent(CLEO).queues == (SUPPORT,)
        assert floor.agent(CLEO).state is AgentState.AVAILABLE
        for caller in (first, second):
            assert record_of(floor, caller).outcome is CallOutcome.SERVED

    def test_who_is_being_offered_is_served(self, floor: TestFloor) -> None:
        """The phone rings on."""
        floor.switch.phones[ROOMY.agents[CLEO].contact] = SILENT
        come(floor, CLEO)
        caller = floor.call_in("8002")
        floor.clock.advance(1)
        floor.reload(without_queue())
        pick_up(floor, CLEO)
        floor.clock.advance(1)
        assert who_talks_with(floor, caller) == CLEO

    def test_it_admits_nobody(self, floor: TestFloor) -> None:
        """Neither by a number that is left nor by an operator."""
        floor.call_in("8002")
        policy = without_queue()
        floor.reload(policy)
        late = floor.call_in("8002")
        floor.clock.advance(1)
        assert record_of(floor, late).visits[0].refusal_reason is RefusalReason.UNKNOWN_QUEUE
        waiting = floor.call_in()
        with pytest.raises(MoveRefusedError, match="closed"):
            move(floor, waiting, SALES)
        assert line(floor, waiting) == [1]
        views = {view.queue: view.is_open for view in floor.worker.operating.queues()}
        assert views == {SUPPORT: True, SALES: False}
        door = floor.told(QueueDoorChanged)[-1]
        assert (door.queue, door.is_open, door.by) == (SALES, False, "settings")

    def test_a_talk_in_it_goes_on(self, floor: TestFloor) -> None:
        """To its end, and the wrap-up after it."""
        come(floor, CLEO)
        caller = floor.call_in("8002")
        floor.clock.advance(5)
        answer = floor.reload(without_queue())
        assert "0 wait and 1 talk in it" in answer.warnings[0]
        floor.clock.advance(60)
        assert who_talks_with(floor, caller) == CLEO
        assert floor.told(QueueGone) == []
        floor.switch.end(caller)
        floor.clock.advance(20)
        assert len(floor.told(QueueGone)) == 1
        assert floor.agent(CLEO).state is AgentState.AVAILABLE

    def test_a_promised_callback_is_kept(self) -> None:
        """By the agents of the queue that was taken out, at the number it was promised to."""
        site = callbacks.policy()
        floor = callbacks.CallbackFloor(site)
        floor.promised()
        answer = floor.reload(without_queue(site, SUPPORT))
        assert "queue support is no longer in the settings while 1 wait" in answer.warnings[0]
        floor.clock.advance(20)
        come(floor, ANN)
        floor.clock.advance(10)
        assert floor.dialled_count() == 1
        customer = floor.customers_leg()
        assert customer.bridged_to is not None
        floor.switch.end(customer.leg_id)
        floor.clock.advance(30)
        assert floor.callback_record().outcome is CallOutcome.SERVED
        assert [one.queue for one in floor.told(QueueGone)] == [SUPPORT]

    def test_nobody_is_promised_a_callback_there(self) -> None:
        """Who is being asked goes where those go who do not want one."""
        site = callbacks.policy()
        floor = callbacks.CallbackFloor(site)
        caller = floor.call_in()
        floor.clock.advance(callbacks.MAXIMUM_WAIT + 0.5)
        floor.reload(without_queue(site, SUPPORT))
        floor.overflow(caller)
        floor.clock.advance(20)
        assert floor.promises() == []
        record = record_of(floor, caller)
        assert "no callback could be promised: closed" in record.faults

    def test_an_empty_one_goes_soon(self, floor: TestFloor) -> None:
        """Without a warning."""
        answer = floor.reload(without_queue())
        assert answer.warnings == ()
        floor.clock.advance(11)
        assert len(floor.told(QueueGone)) == 1
        assert SALES not in floor.site.policy.queues

    def test_one_that_is_back_is_as_before(self, floor: TestFloor) -> None:
        """It takes callers again; who waited waits."""
        caller = floor.call_in("8002")
        floor.reload(without_queue())
        floor.reload(ROOMY)
        floor.clock.advance(30)
        assert floor.told(QueueGone) == []
        late = floor.call_in("8002")
        assert line(floor, caller, late, queue=SALES) == [1, 2]

    def test_its_only_agent_is_taken_out_with_it(self, floor: TestFloor) -> None:
        """Both warnings are given; the caller waits on."""
        come(floor, CLEO)
        floor.worker.operating.change_duty(CLEO, _order("break"))
        caller = floor.call_in("8002")
        answer = floor.reload(without_agents(CLEO, policy=without_queue()))
        assert len(answer.warnings) == 2
        floor.clock.advance(60)
        assert line(floor, caller, queue=SALES) == [1]
        assert floor.agent(CLEO).state is AgentState.LOGGED_OUT

    def test_who_comes_out_of_a_menu_late(self) -> None:
        """The menu is walked to its end; where it leads to nothing the fallback takes over."""
        floor = TestFloor(menus())
        caller = floor.call_in("9000")
        floor.clock.advance(0.5)
        floor.reload(ROOMY)
        press(floor, caller, "2")
        assert line(floor, caller, queue=SALES) == [1]
        floor = TestFloor(menus())
        caller = floor.call_in("9000")
        floor.clock.advance(0.5)
        floor.reload(without_queue())
        floor.clock.advance(20)
        assert floor.switch.legs_by_id[caller] is not None
        floor.switch.press(caller, "2")
        floor.clock.advance(0.1)
        assert line_of(floor, caller).dialled == "callcore_fallback"
        floor.switch.end(caller)
        settle()
        faults = record_of(floor, caller).faults
        assert "queue sales is not in the settings any more: sent to the fallback" in faults
        assert floor.told(FlowFailed) == []

    def test_a_menu_that_leads_to_a_menu_that_is_gone(self) -> None:
        """The fallback takes over."""
        floor = TestFloor(menus())
        caller = floor.call_in("9000")
        floor.clock.advance(0.5)
        floor.reload(ROOMY)
        press(floor, caller, "3")
        assert line_of(floor, caller).dialled == "callcore_fallback"
        assert floor.told(FlowFailed) == []

    def test_who_overflows_into_it_is_refused(self) -> None:
        """As at a closed door."""
        policy = queue_of(
            maximum_wait_seconds=10,
            overflow={OverflowReason.MAXIMUM_WAIT: _to(SALES)},
        )
        floor = TestFloor(policy)
        stays = floor.call_in("8002")
        caller = floor.call_in()
        floor.reload(without_queue(policy))
        floor.clock.advance(11)
        assert floor.knows(stays)
        floor.clock.advance(5)
        record = record_of(floor, caller)
        assert visits_of(record) == [("support", "maximum_wait"), ("sales", "closed")]


class TestRedisAway:
    """Redis goes away before or while it is told."""

    def test_away_from_the_beginning_nothing_is_changed(self, floor: TestFloor) -> None:
        """The old configuration goes on, and the operator is told."""
        come(floor, ANN)
        floor.store.go_down()
        with pytest.raises(NotReadyError, match="nothing is changed"):
            floor.reload(queue_of(music="jazz.wav"))
        assert floor.site.policy is ROOMY
        assert len(floor.told(ConfigurationRefused)) == 1
        floor.store.come_up()
        floor.clock.advance(30)
        assert floor.site.policy is ROOMY
        assert floor.worker.operating.reload(by="eve").is_changed

    @pytest.mark.parametrize("after", range(8))
    def test_away_half_way_it_is_completed(self, floor: TestFloor, after: int) -> None:
        """The new configuration is in force; agents follow as soon as Redis is back."""
        come(floor, ANN, BOB)
        policy = agent_of(CLEO, with_agent(DORA, without_agents(ANN), logged_in_at_start=True))
        policy = agent_of(BOB, policy, queues=(SALES,))
        break_down(floor, after)
        answer = floor.reload(policy)
        is_whole = not floor.store._memory.is_down
        assert is_whole is (answer.warnings == ())
        assert floor.site.policy == policy
        caller = floor.call_in("8002")
        floor.store.come_up()
        floor.clock.advance(3)
        assert floor.agent(ANN).state is AgentState.LOGGED_OUT
        assert floor.agent(ANN).queues == ()
        assert floor.agent(BOB).queues == (SALES,)
        assert floor.agent(DORA).state is AgentState.AVAILABLE
        announced = floor.store.config_versions.announced()
        assert announced is not None
        floor.clock.advance(15)
        assert floor.worker.operating.configuration().site_version == answer.version
        if is_whole:
            assert who_talks_with(floor, caller) == BOB

    def test_a_second_reload_takes_over_from_one_that_is_not_finished(
        self, floor: TestFloor
    ) -> None:
        """What the first had yet to tell is told by the second."""
        come(floor, ANN, BOB)
        break_down(floor, 1)
        floor.reload(agent_of(BOB, without_agents(ANN), queues=(SALES,)))
        floor.store.come_up()
        floor.reload(agent_of(BOB, ROOMY, queues=(SUPPORT, SALES)))
        assert floor.agent(ANN).queues == (SUPPORT,)
        assert floor.agent(BOB).queues == (SUPPORT, SALES)
        assert {floor.agent(one).state for one in (ANN, BOB)} <= {
            AgentState.AVAILABLE,
            AgentState.LOGGED_OUT,
        }

    def test_nor_is_it_forgotten_by_one_that_changes_something_else(self, floor: TestFloor) -> None:
        """The level of the first reload is on the floor after the second."""
        come(floor, ANN)
        floor.clock.advance(1)
        come(floor, BOB)
        policy = agent_of(ANN, ROOMY, tiers={SUPPORT: Tier(level=2)})
        break_down(floor, 0)
        floor.reload(policy)
        floor.store.come_up()
        floor.reload(queue_of(policy=policy, music="jazz.wav"))
        floor.call_in()
        floor.clock.advance(1)
        assert rung(floor) == [BOB]

    def test_a_floor_that_lost_its_data_gets_the_new_configuration(self, floor: TestFloor) -> None:
        """Agents of the reload are enrolled anew, and the version is announced again."""
        answer = floor.reload(with_agent(DORA, logged_in_at_start=True))
        floor.clock.advance(20)
        floor.store.lose_data()
        floor.clock.advance(40)
        assert floor.agent(DORA).state is AgentState.AVAILABLE
        announced = floor.store.config_versions.announced()
        assert announced is not None
        assert announced.version == answer.version
