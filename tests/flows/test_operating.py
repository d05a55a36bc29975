"""What operators do to callers who wait: withdraw, raise, two at once, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from gevent.event import Event

from callcore.domain.events import CallSentOn
from callcore.domain.ids import CallId, LegId, Micros, QueueName
from callcore.domain.policies import Strategy
from callcore.domain.treatments import OverflowReason, ToExtension
from callcore.ports.operations import (
    MoveRefusedError,
    NotReadyError,
    NotWaitingError,
    OperationError,
    OutOfRangeError,
    UnknownCallError,
    UnknownQueueError,
)
from callcore.runtime.greenlets import spawn
from tests.fakes.clock import settle
from tests.fakes.switch import NODE, SILENT
from tests.flows.floor import ANN, BOB, ROOMY, SALES, SUPPORT, TestFloor
from tests.flows.operators import ASKS, Ask
from tests.flows.stories import (
    arrive,
    come,
    end_talk,
    leg_of,
    line,
    log_in,
    pick_up,
    place,
    queue_of,
    record_of,
    who_talks_with,
)

NOWHERE = QueueName("nowhere")
STRANGER = CallId("00000000-0000-4000-8000-000000000000")


def each_ask() -> Any:
    """Every change of one caller."""
    return pytest.mark.parametrize("ask", ASKS.values(), ids=ASKS.keys())


def both_at_once(floor: TestFloor, caller: LegId, *names: str) -> list[object]:
    """Two operators in the same instant: what each is told, in that order."""
    told: dict[int, object] = {}

    def run(number: int, ask: Ask) -> None:
        try:
            told[number] = ask(floor, CallId(caller))
        except OperationError as error:
            told[number] = error

    for number, name in enumerate(names):
        spawn("operator", run, number, ASKS[name])
    settle()
    settle()
    return [told[number] for number in range(len(names))]


class TestErrors:
    """An operation that is not done says why, and changes nothing."""

    @each_ask()
    def test_a_call_nobody_knows(self, ask: Ask) -> None:
        """Named in the sentence."""
        with pytest.raises(UnknownCallError, match=STRANGER):
            ask(TestFloor(ROOMY), STRANGER)

    @each_ask()
    def test_a_call_that_talks(self, ask: Ask) -> None:
        """It is here, but it does not wait."""
        floor = TestFloor(ROOMY)
        come(floor, ANN)
        caller = floor.call_in()
        floor.clock.advance(3)
        with pytest.raises(NotWaitingError, match="does not wait"):
            ask(floor, CallId(caller))
        assert who_talks_with(floor, caller) == ANN

    @each_ask()
    def test_a_call_that_has_ended(self, ask: Ask) -> None:
        """Over and recorded."""
        floor = TestFloor(ROOMY)
        caller = floor.call_in()
        floor.switch.end(caller)
        settle()
        with pytest.raises(UnknownCallError):
            ask(floor, CallId(caller))

    @each_ask()
    def test_a_caller_who_was_sent_to_the_dialplan(self, ask: Ask) -> None:
        """Sent on, still on the line."""
        floor = TestFloor(
            queue_of(
                exit_key="*",
                overflow={OverflowReason.EXIT_KEY: ToExtension(extension="5000")},
            )
        )
        caller = floor.call_in()
        floor.switch.press(caller, "*")
        floor.clock.advance(1)
        with pytest.raises(NotWaitingError):
            ask(floor, CallId(caller))

    @pytest.mark.parametrize("priority", [1001, -1001, 10**9])
    def test_a_priority_out_of_range(self, priority: int) -> None:
        """The limits are named."""
        floor = TestFloor(ROOMY)
        caller = floor.call_in()
        with pytest.raises(OutOfRangeError, match="-1000 to 1000"):
            floor.worker.operating.set_priority(CallId(caller), priority, by="eve")
        assert place(floor, caller).own_priority == 0

    def test_a_queue_that_is_none(self) -> None:
        """Those there are are named."""
        floor = TestFloor(ROOMY)
        caller = floor.call_in()
        with pytest.raises(UnknownQueueError, match="sales, support"):
            floor.worker.operating.move(CallId(caller), NOWHERE, by="eve")
        with pytest.raises(UnknownQueueError):
            floor.worker.operating.open_queue(NOWHERE, by="eve")

    def test_the_queue_where_the_caller_is(self) -> None:
        """Nothing to move."""
        floor = TestFloor(ROOMY)
        caller = floor.call_in()
        with pytest.raises(OutOfRangeError, match="already"):
            floor.worker.operating.move(CallId(caller), SUPPORT, by="eve")

    def test_a_closure_that_would_be_over(self) -> None:
        """Until a time that is past."""
        floor = TestFloor(ROOMY)
        with pytest.raises(OutOfRangeError, match="past"):
            floor.worker.operating.close_queue(
                SUPPORT, until=Micros(floor.clock.now()), reason="", by="eve"
            )
        assert floor.knows(floor.call_in())

    def test_redis_is_away(self) -> None:
        """Said so; the caller waits on."""
        floor = TestFloor(ROOMY)
        caller = floor.call_in()
        operating = floor.worker.operating
        floor.store.go_down()
        for ask in (
            operating.queues,
            operating.waiting,
            lambda: operating.explain(CallId(caller)),
            lambda: operating.close_queue(SUPPORT, until=None, reason="", by="eve"),
            lambda: operating.open_queue(SUPPORT, by="eve"),
        ):
            with pytest.raises(NotReadyError):
                ask()
        with pytest.raises(MoveRefusedError):
            operating.move(CallId(caller), SALES, by="eve")
        floor.store.come_up()
        floor.clock.advance(5)
        assert line(floor, caller) == [1]

    def test_a_script_that_does_not_answer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Kept by a slow Redis: the operator is not kept with it."""
        floor = TestFloor(ROOMY)
        caller = floor.call_in()
        monkeypatch.setattr("callcore.flows.operating.REPLY_SECONDS", 0.02)
        monkeypatch.setattr(floor.store.waiting_room, "door", lambda *_: Event().wait())
        with pytest.raises(NotReadyError, match="did not answer"):
            floor.worker.operating.move(CallId(caller), SALES, by="eve")


class TestWithdrawing:
    """Out of the queue, to where the queue says."""

    POLICY = queue_of(overflow={OverflowReason.WITHDRAWN: ToExtension(extension="5000")})

    def test_the_caller_is_sent_on(self) -> None:
        """The treatment, the reason and who is left behind."""
        floor = TestFloor(self.POLICY)
        caller, behind = floor.call_in(), floor.call_in()
        floor.worker.operating.withdraw(CallId(caller), by="eve")
        settle()
        leg = floor.switch.legs_by_id[caller]
        assert leg.variables["transferred_to"] == "5000 public"
        assert line(floor, behind) == [1]
        (sent,) = floor.told(CallSentOn)
        assert (sent.reason, sent.to) == (OverflowReason.WITHDRAWN, "extension:5000")

    def test_while_phones_ring_they_stop(self) -> None:
        """Nobody has missed anything, and agents go to the next caller."""
        floor = TestFloor(queue_of(policy=self.POLICY, strategy=Strategy.RING_ALL))
        floor.log_in(ANN, BOB, phone=SILENT)
        caller, behind = floor.call_in(), floor.call_in()
        floor.clock.advance(1)
        floor.worker.operating.withdraw(CallId(caller), by="eve")
        floor.clock.advance(0.1)
        assert {floor.agent(one).call_id for one in (ANN, BOB)} == {behind}
        assert [floor.agent(one).miss_count for one in (ANN, BOB)] == [0, 0]

    def test_once_an_agent_picked_up_it_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """In the moment before the bridge; they talk then."""
        floor = TestFloor(self.POLICY)
        floor.log_in(ANN, phone=SILENT)
        caller = floor.call_in()
        floor.clock.advance(1)
        pick_up(floor, ANN)
        settle()
        with pytest.raises(NotWaitingError):
            floor.worker.operating.withdraw(CallId(caller), by="eve")
        floor.clock.advance(0.2)
        assert who_talks_with(floor, caller) == ANN


class TestAtOnce:
    """Two operators, one caller."""

    @pytest.mark.parametrize(
        ("names", "ends_in"),
        [
            (("move", "withdraw"), "sales"),
            (("withdraw", "move"), "gone"),
            (("withdraw", "withdraw"), "gone"),
            (("move", "move"), "sales"),
            (("withdraw", "priority"), "gone"),
            (("move", "priority"), "sales"),
        ],
        ids=lambda value: value if isinstance(value, str) else "+".join(value),
    )
    def test_exactly_one_wins(self, names: tuple[str, str], ends_in: str) -> None:
        """The other is told that the caller does not wait there any more."""
        floor = TestFloor(queue_of(policy=TestWithdrawing.POLICY))
        caller = floor.call_in()
        first, second = both_at_once(floor, caller, *names)
        floor.clock.advance(1)
        assert first is None
        assert isinstance(second, NotWaitingError)
        assert floor.knows(caller) is (ends_in == "sales")
        floor.switch.end(caller)
        settle()
        assert len(record_of(floor, caller).visits) == (2 if ends_in == "sales" else 1)

    def test_a_raise_does_not_keep_the_other_from_acting(self) -> None:
        """The caller waits on after it: both are done, in order."""
        floor = TestFloor(ROOMY)
        caller = floor.call_in()
        assert both_at_once(floor, caller, "priority", "move") == [3, None]
        assert place(floor, caller).priority == 3

    def test_the_caller_hangs_up_in_the_same_instant(self) -> None:
        """Whoever comes first; the operator is told, nobody waits for an answer."""
        floor = TestFloor(ROOMY)
        caller = floor.call_in()
        told: list[object] = []

        def ask() -> None:
            try:
                told.append(floor.worker.operating.move(CallId(caller), SALES, by="eve"))
            except OperationError as error:
                told.append(error)

        floor.switch.end(caller)
        spawn("operator", ask)
        settle()
        floor.clock.advance(0.1)
        (answer,) = told
        assert isinstance(answer, OperationError)
        assert floor.store.waiting_room.calls(NODE) == []

    def test_an_agent_is_reserved_in_the_same_instant(self) -> None:
        """The offer came first: refused; the move came first: the agent is not rung for it."""
        floor = TestFloor(ROOMY)
        caller = floor.call_in()
        told: list[object] = []

        def ask() -> None:
            try:
                told.append(floor.worker.operating.move(CallId(caller), SALES, by="eve"))
            except OperationError as error:
                told.append(error)

        log_in(floor, ANN)
        spawn("operator", ask)
        floor.clock.advance(3)
        assert isinstance(told[0], NotWaitingError)
        assert who_talks_with(floor, caller) == ANN


def test_operators_see_who_waits_where() -> None:
    """By queue and place, with what they need to know of each."""
    floor = TestFloor(ROOMY)
    come(floor, ANN)
    talking = floor.call_in()
    floor.clock.advance(3)
    first = floor.call_in(number="+48600700800")
    second = arrive(floor, own_priority="2", skills="russian")
    sales = floor.call_in("8002")
    floor.clock.advance(10)
    views = floor.worker.operating.waiting()
    assert [(view.queue, view.call_id, view.position) for view in views] == [
        ("sales", sales, 1),
        ("support", second, 1),
        ("support", first, 2),
    ]
    assert views[1].skill_rule == "russian"
    assert views[2].caller_number == "+4860…00"
    assert views[2].waited_seconds == pytest.approx(10, abs=0.1)
    (support,) = [view for view in floor.worker.operating.queues() if view.queue == SUPPORT]
    assert (support.waiting_count, support.staffed_count, support.free_agents_count) == (2, 1, 0)
    end_talk(floor, ANN)
    floor.clock.advance(10.5)
    (offered,) = [view for view in floor.worker.operating.waiting() if view.offered_to]
    assert (offered.call_id, offered.offered_to) == (first, (ANN,))
    assert talking not in {view.call_id for view in floor.worker.operating.waiting()}
    assert leg_of(floor, ANN)
