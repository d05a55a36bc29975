"""Who may join a queue, who must leave it, and what becomes of those who may not stay."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from callcore.domain.events import CallRefused, CallSentOn, LimitChanged, QueueDoorChanged
from callcore.domain.hours import Interval, OpeningHours
from callcore.domain.ids import CallId, LegId, MenuName, Micros, QueueName
from callcore.domain.outcomes import CallOutcome, LeaveReason, RefusalReason
from callcore.domain.policies import (
    AtClosing,
    MenuChoice,
    MenuPolicy,
    SitePolicy,
    SoundsPolicy,
    WaitingPerAgent,
)
from callcore.domain.treatments import (
    Goodbye,
    OverflowReason,
    ToExtension,
    ToMenu,
    ToNumber,
    ToQueue,
    ToVoicemail,
    Treatment,
)
from callcore.ports.operations import UnknownQueueError
from callcore.ports.switch_events import DigitPressed
from tests.fakes.clock import START, settle
from tests.fakes.switch import NODE
from tests.flows.estimating import learnt
from tests.flows.floor import ANN, BOB, CLEO, POLICY, SALES, SUPPORT, TestFloor
from tests.flows.stories import TOLD_WHY_SECONDS, done_to, log_in, log_out, start_break

NOW = datetime.fromtimestamp(START / 1e6, tz=UTC)
MAIN = MenuName("main")


def support(**settings: Any) -> SitePolicy:
    """The site with other settings for its support queue."""
    changed = replace(POLICY.queues[SUPPORT], **settings)
    return replace(POLICY, queues={**POLICY.queues, SUPPORT: changed})


def overflow(reason: OverflowReason, to: Treatment, **settings: Any) -> SitePolicy:
    """The site with one treatment in its support queue."""
    return support(overflow={reason: to}, **settings)


def open_for(seconds: float) -> OpeningHours:
    """Open since the morning and closing so soon."""
    closes = (NOW + timedelta(seconds=seconds)).time()
    interval = Interval(opens=time(0, 0), closes=closes)
    return OpeningHours(name="office", timezone="UTC", week={NOW.weekday(): (interval,)})


def press(floor: TestFloor, caller: LegId, digit: str) -> None:
    """The caller presses a key."""
    event = DigitPressed(node=NODE, at=floor.clock.now(), leg_id=caller, digit=digit)
    floor.worker.deliver(event)
    settle()


def visits(floor: TestFloor) -> list[tuple[str, str]]:
    """Queue and reason of each visit of the one record."""
    return [
        (visit.queue, str(visit.leave_reason or visit.refusal_reason))
        for visit in floor.record().visits
    ]


class TestRelativeLimit:
    """How many may wait follows the agents who are staffed."""

    POLICY = support(
        waiting_per_agent=WaitingPerAgent(ratio=1.5, floor=1, ceiling=4), maximum_waiting=100
    )

    def busy_floor(self, *agents: str) -> TestFloor:
        """All the agents talk."""
        floor = TestFloor(self.POLICY)
        for agent_id in (ANN, BOB, CLEO)[: len(agents)]:
            assert log_in(floor, agent_id)
        for _ in agents:
            floor.call_in()
        floor.clock.advance(3)
        return floor

    @pytest.mark.parametrize(("agents_count", "limit"), [(0, 1), (1, 2), (2, 3), (3, 4)])
    def test_the_limit_is_the_ratio_within_floor_and_ceiling(
        self, agents_count: int, limit: int
    ) -> None:
        """Rounded up; the value used is told, and in the record of who was refused."""
        floor = self.busy_floor(*"abc"[:agents_count])
        callers = [floor.call_in() for _ in range(limit + 1)]
        assert [floor.knows(caller) for caller in callers] == [True] * limit + [False]
        (refused,) = floor.told(CallRefused)
        assert refused.reason is RefusalReason.QUEUE_FULL
        assert refused.limit == limit
        floor.clock.advance(TOLD_WHY_SECONDS)
        assert floor.record().visits[0].limit == limit
        told = [fact.limit for fact in floor.told(LimitChanged) if fact.queue == SUPPORT]
        assert told[-1] == limit

    def test_the_last_in_line_leave_when_agents_go(self) -> None:
        """Re-evaluated while waiting: a break of one agent costs the last caller the place."""
        floor = self.busy_floor("a", "b")
        callers = [floor.call_in() for _ in range(3)]
        floor.switch.end(floor.agent(ANN).leg_id or LegId(""))
        settle()
        start_break(floor, ANN)
        settle()
        assert [floor.knows(caller) for caller in callers] == [True, True, False]
        floor.clock.advance(TOLD_WHY_SECONDS)
        (gone,) = [one for one in floor.records() if one.caller_leg_id == callers[2]]
        assert gone.visits[0].leave_reason is LeaveReason.QUEUE_FULL
        assert gone.visits[0].limit == 2

    def test_a_refused_caller_hears_why_and_pays_nothing(self) -> None:
        """Full is found out before the line is answered and before any music: it is said as early
        media.
        """
        floor = self.busy_floor()
        floor.call_in()
        refused = floor.call_in()
        floor.clock.advance(1)
        told = floor.switch.legs_by_id[refused]
        assert told.announced == [("/sounds/en/refused/queue-full.wav",)]
        assert not told.is_answered
        floor.clock.advance(TOLD_WHY_SECONDS)
        assert {"answer", "play_endlessly"}.isdisjoint(done_to(floor, refused))
        assert floor.switch.causes[refused] == "SWITCH_CONGESTION"

    def test_without_sounds_a_refused_caller_is_hung_up_on_at_once(self) -> None:
        """A tone would tell nothing that the cause does not."""
        floor = TestFloor(replace(self.POLICY, sounds=SoundsPolicy()))
        floor.call_in()
        refused = floor.call_in()
        floor.clock.advance(0.1)
        assert set(done_to(floor, refused)) <= {"hang_up"}
        assert floor.switch.causes[refused] == "SWITCH_CONGESTION"


class TestHours:
    """Queues open and close."""

    def test_a_closed_queue_admits_nobody(self) -> None:
        """Closed by its hours: refused for that reason."""
        hours = OpeningHours(name="never", timezone="UTC", week={})
        floor = TestFloor(support(hours=hours))
        floor.call_in()
        floor.clock.advance(TOLD_WHY_SECONDS)
        assert visits(floor) == [("support", "closed")]

    def test_those_who_wait_at_closing_time_are_served_out(self) -> None:
        """The usual way: nobody new, but nobody is thrown out."""
        floor = TestFloor(support(hours=open_for(30), at_closing=AtClosing.SERVE_OUT))
        waiting = floor.call_in()
        floor.clock.advance(31)
        late = floor.call_in()
        assert (floor.knows(waiting), floor.knows(late)) == (True, False)
        log_in(floor, ANN)
        floor.clock.advance(3)
        assert floor.agent(ANN).call_id == waiting

    def test_or_they_leave_at_the_minute(self) -> None:
        """Overflow at closing, to where the queue says."""
        to = ToExtension(extension="closed", context="default")
        hours = open_for(30)
        floor = TestFloor(
            overflow(OverflowReason.CLOSED, to, hours=hours, at_closing=AtClosing.OVERFLOW)
        )
        waiting = floor.call_in()
        floor.clock.advance(29.9)
        assert floor.knows(waiting)
        floor.clock.advance(0.2)
        assert not floor.knows(waiting)
        leg = floor.switch.legs_by_id[waiting]
        assert leg.variables["transferred_to"] == "closed default"
        assert [fact.is_open for fact in floor.told(QueueDoorChanged)] == [False]

    def test_a_phone_that_rings_at_closing_time_may_be_picked_up(self) -> None:
        """Who is about to be served is not sent away."""
        hours = open_for(30)
        floor = TestFloor(support(hours=hours, at_closing=AtClosing.OVERFLOW))
        waiting = floor.call_in()
        floor.clock.advance(29)
        log_in(floor, ANN)
        floor.clock.advance(3)
        assert floor.switch.legs_by_id[waiting].bridged_to is not None

    def test_nobody_is_admitted_who_would_wait_beyond_closing_time(self) -> None:
        """The estimate decides, once the queue has taught enough."""
        floor = TestFloor(support(hours=open_for(3600), maximum_waiting=100))
        learnt(floor, 300.0)
        log_in(floor, ANN)
        callers = [floor.call_in() for _ in range(20)]
        kept = [floor.knows(caller) for caller in callers]
        assert kept.index(False) == pytest.approx(12, abs=1)
        assert floor.told(CallRefused)[0].reason is RefusalReason.CLOSES_TOO_SOON

    def test_an_operator_closes_and_opens(self) -> None:
        """By command, until a time or further notice; told, refused, and over."""
        floor = TestFloor()
        until = Micros(floor.clock.now() + 60_000_000)
        floor.worker.operating.close_queue(SUPPORT, until=until, reason="fire drill", by="eve")
        settle()
        assert not floor.knows(floor.call_in())
        (closed,) = floor.told(QueueDoorChanged)
        assert (closed.is_open, closed.by, closed.reason) == (False, "eve", "fire drill")
        floor.clock.advance(61)
        assert floor.knows(floor.call_in())
        floor.worker.operating.close_queue(SUPPORT, until=None, reason="", by="eve")
        floor.clock.jump(86_400)
        assert not floor.knows(floor.call_in())
        assert floor.worker.operating.open_queue(SUPPORT, by="eve")
        assert floor.knows(floor.call_in())

    def test_an_unknown_queue_cannot_be_closed(self) -> None:
        """The error names those there are."""
        with pytest.raises(UnknownQueueError, match="support"):
            TestFloor().worker.operating.close_queue(
                QueueName("zupport"), until=None, reason="", by="eve"
            )


class TestNoAgents:
    """Nobody is there: logged out and on a break are both absent."""

    def test_a_queue_may_admit_only_with_agents(self) -> None:
        """An agent on a break is none."""
        floor = TestFloor(support(admits_without_agents=False))
        log_in(floor, ANN)
        start_break(floor, ANN)
        floor.call_in()
        floor.clock.advance(TOLD_WHY_SECONDS)
        assert visits(floor) == [("support", "no_agents")]

    def test_those_who_wait_leave_after_the_grace(self) -> None:
        """Counted from the instant the last agent went."""
        floor = TestFloor(support(no_agents_grace_seconds=20))
        log_in(floor, ANN)
        first = floor.call_in()
        floor.clock.advance(3)
        waiting = floor.call_in()
        floor.switch.end(first)
        settle()
        log_out(floor, ANN)
        floor.clock.advance(19.9)
        assert floor.knows(waiting)
        floor.clock.advance(0.2)
        assert not floor.knows(waiting)
        floor.clock.advance(TOLD_WHY_SECONDS)
        assert floor.records()[-1].visits[0].leave_reason is LeaveReason.NO_AGENTS

    def test_an_agent_who_comes_back_in_time_saves_them(self) -> None:
        """The grace begins anew with the next absence."""
        floor = TestFloor(support(no_agents_grace_seconds=20))
        waiting = floor.call_in()
        floor.clock.advance(15)
        log_in(floor, ANN)
        floor.clock.advance(10)
        assert floor.switch.legs_by_id[waiting].bridged_to is not None


class TestTreatments:
    """Each reason has a treatment of its own."""

    @pytest.mark.parametrize(
        ("to", "gone_to"),
        [
            (ToExtension(extension="5000", context="office"), "5000 office"),
            (ToExtension(extension="5000"), "5000 public"),
            (ToNumber(number="+48600100200"), "+48600100200 callcore_outbound"),
            (ToVoicemail(box="7000"), "callcore_voicemail public"),
        ],
    )
    def test_into_the_dialplan(self, to: Treatment, gone_to: str) -> None:
        """An extension, an outside number, a voicemail box; the place is gone, the call goes on."""
        floor = TestFloor(overflow(OverflowReason.MAXIMUM_WAIT, to))
        caller = floor.call_in()
        floor.clock.advance(601)
        leg = floor.switch.legs_by_id[caller]
        assert leg.variables["transferred_to"] == gone_to
        assert leg.guarded is None
        assert leg.variables.get("callcore_voicemail_box") == getattr(to, "box", None)
        floor.switch.end(caller)
        settle()
        assert floor.record().outcome is CallOutcome.OVERFLOWED
        assert floor.record().visits[0].treatment == floor.told(CallSentOn)[0].to

    @pytest.mark.parametrize("keeps_join_time", [True, False])
    def test_to_another_queue_with_the_wait_or_without(self, *, keeps_join_time: bool) -> None:
        """The place there counts from the first joining, or from now; the wait is counted once."""
        to = ToQueue(queue=SALES, keeps_join_time=keeps_join_time)
        floor = TestFloor(overflow(OverflowReason.MAXIMUM_WAIT, to))
        caller = floor.call_in()
        floor.clock.advance(590)
        before = floor.call_in("8002")
        floor.clock.advance(11)
        ahead = floor.position(caller, SALES) == 1
        assert ahead is keeps_join_time
        assert floor.knows(before)
        floor.switch.end(caller)
        settle()
        record = floor.records()[0]
        assert [visit.queue for visit in record.visits] == ["support", "sales"]
        assert record.visits[0].treatment == "queue:sales"
        assert record.wait_seconds == pytest.approx(601, abs=0.1)

    def test_prompts_and_a_hang_up(self) -> None:
        """The prompts are heard to their end before the line goes."""
        to = Goodbye(prompts=("closed", "goodbye"), cause="NORMAL_UNSPECIFIED")
        floor = TestFloor(overflow(OverflowReason.MAXIMUM_WAIT, to))
        caller = floor.call_in()
        floor.clock.advance(600.5)
        leg = floor.switch.legs_by_id[caller]
        assert leg.announced[-1] == ("/sounds/en/closed.wav", "/sounds/en/goodbye.wav")
        floor.clock.advance(10)
        assert floor.switch.causes[caller] == "NORMAL_UNSPECIFIED"

    def test_prompts_before_the_line_is_answered_are_early_media(self) -> None:
        """A caller who is not admitted does not pay to hear so."""
        to = Goodbye(prompts=("closed",))
        hours = OpeningHours(name="never", timezone="UTC", week={})
        floor = TestFloor(overflow(OverflowReason.CLOSED, to, hours=hours))
        caller = floor.call_in()
        floor.clock.advance(10)
        done = [name for name, leg in floor.switch.commands if leg == caller]
        assert "pre_answer" in done
        assert "answer" not in done
        assert floor.record().line_answered_at is None

    def test_the_exit_key(self) -> None:
        """Leaves to where the queue says; other keys do nothing."""
        to = ToVoicemail(box="7000")
        floor = TestFloor(overflow(OverflowReason.EXIT_KEY, to, exit_key="*"))
        caller = floor.call_in()
        press(floor, caller, "5")
        assert floor.knows(caller)
        press(floor, caller, "*")
        assert not floor.knows(caller)
        floor.switch.end(caller)
        settle()
        assert floor.record().outcome is CallOutcome.EXITED

    def test_a_menu_and_back_keeps_the_first_join_time(self) -> None:
        """Out by the key, into a menu, a priority chosen there, and back to the old place."""
        menu = MenuPolicy(
            name=MAIN,
            prompts=("main",),
            choices={"1": MenuChoice(to=ToQueue(queue=SUPPORT), priority=3)},
            otherwise=Goodbye(),
        )
        policy = overflow(OverflowReason.EXIT_KEY, ToMenu(menu=MAIN), exit_key="*")
        floor = TestFloor(replace(policy, menus={MAIN: menu}))
        caller = floor.call_in()
        floor.clock.advance(60)
        floor.call_in()
        press(floor, caller, "*")
        assert not floor.knows(caller)
        press(floor, caller, "1")
        call = floor.store.waiting_room.call(CallId(caller))
        assert call is not None
        assert (call.priority, call.first_joined_at) == (3, START + 1000)

    def test_a_circle_of_queues_ends_in_the_fallback(self) -> None:
        """Should one be configured all the same, nobody goes round for ever."""
        policy = support(
            overflow={OverflowReason.CLOSED: ToQueue(queue=SUPPORT)},
            hours=OpeningHours(name="never", timezone="UTC", week={}),
        )
        floor = TestFloor(policy)
        caller = floor.call_in()
        leg = floor.switch.legs_by_id[caller]
        assert leg.variables["transferred_to"] == "callcore_fallback public"
