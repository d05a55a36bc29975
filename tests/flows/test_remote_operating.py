"""Operators may ask any worker about any call, and promises are one worker's each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from callcore.domain.callbacks import CALLBACKS, CallbackState
from callcore.domain.events import PriorityChanged
from callcore.domain.ids import CallId, Language, LegId
from callcore.domain.outcomes import CallbackOrigin, LeaveReason
from callcore.flows import operating_elsewhere
from callcore.flows.worker import Worker
from callcore.ports.operations import (
    CallbackRequest,
    DutyChange,
    DutyOrder,
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
from tests.flows.callbacks import ANSWERING, NUMBER, policy
from tests.flows.customers_first import UNCHECKED, customer_first
from tests.flows.floor import ANN, SALES, SUPPORT
from tests.flows.many_workers import Process, WorkersFloor

BALANCED_SECONDS = 3.0
OTHER_NUMBER = "+48200777"


@pytest.fixture
def floor() -> WorkersFloor:
    return shared()


def shared() -> WorkersFloor:
    floor = WorkersFloor("1", "2", "3", site=policy(maximum_waiting=50))
    floor.clock.advance(BALANCED_SECONDS)
    return floor


def asked(floor: WorkersFloor, ask: Callable[[], object]) -> object:
    """What comes of asking, while the others go on."""
    answers: list[object] = []

    def run() -> None:
        try:
            answers.append(ask())
        except OperationError as error:
            answers.append(error)

    spawn("operator", run)
    settle()
    while not answers:
        floor.clock.advance(0.2)
    if isinstance(answers[0], OperationError):
        raise answers[0]
    return answers[0]


def log_in(process: Process) -> None:
    order = DutyOrder(what=DutyChange.LOG_IN, by="eve")
    process.worker.operating.change_duty(ANN, order)
    settle()


class TestAnyWorker:
    """Is as good as the one that follows the call."""

    def test_lists_all_who_wait(self, floor: WorkersFloor) -> None:
        """With their places, and to whom they are offered; each worker the same."""
        floor.switch.phones[floor.policy.agents[ANN].contact] = SILENT
        callers = [floor.call_to(process) for process in floor.processes]
        log_in(floor.processes[1])
        floor.clock.advance(0.1)
        lists = [process.worker.operating.waiting() for process in floor.processes]
        assert lists[0] == lists[1] == lists[2]
        found = [(view.call_id, view.position, view.offered_to) for view in lists[0]]
        assert found == [(callers[0], 1, (ANN,)), (callers[1], 2, ()), (callers[2], 3, ())]

    def test_changes_a_priority(self, floor: WorkersFloor) -> None:
        """The effective one is the answer."""
        one, two, _ = floor.processes
        caller = CallId(floor.call_to(two))
        answer = asked(floor, lambda: one.worker.operating.set_priority(caller, 7, by="eve"))
        assert answer == 7
        (told,) = floor.told(PriorityChanged)
        assert (told.call_id, told.priority, told.by) == (caller, 7, "eve")
        assert [view.priority for view in one.worker.operating.waiting()] == [7]

    def test_moves_withdraws_and_speaks(self, floor: WorkersFloor) -> None:
        """In the name of who asked."""
        one, two, _ = floor.processes
        caller = CallId(floor.call_to(two))
        operating = one.worker.operating
        asked(floor, lambda: operating.set_language(caller, Language("pl"), by="eve"))
        asked(floor, lambda: operating.move(caller, SALES, by="eve"))
        assert [(view.call_id, view.queue) for view in operating.waiting()] == [(caller, SALES)]
        asked(floor, lambda: operating.withdraw(caller, by="eve"))
        floor.clock.advance(1)
        assert operating.waiting() == []
        floor.switch.end(LegId(caller))
        floor.clock.advance(1)
        record = floor.record()
        assert [visit.leave_reason for visit in record.visits][-1] is LeaveReason.WITHDRAWN
        assert record.language == "pl"

    def test_explains(self, floor: WorkersFloor) -> None:
        """As the worker does that follows the call, while it goes on and afterwards."""
        one, two, _ = floor.processes
        floor.switch.phones[floor.policy.agents[ANN].contact] = SILENT
        first, second = CallId(floor.call_to(two)), CallId(floor.call_to(two))
        log_in(one)
        floor.clock.advance(0.1)
        for caller in (first, second):
            here = two.worker.operating.explain(caller)
            assert asked(floor, partial(one.worker.operating.explain, caller)) == here
        assert here.waiting is not None

    @pytest.mark.parametrize(
        ("ask", "error"),
        [
            (lambda worker, call: worker.operating.withdraw(call, by="eve"), NotWaitingError),
            (lambda worker, call: worker.operating.move(call, SALES, by="eve"), NotWaitingError),
            (
                lambda worker, call: worker.operating.set_priority(call, 9999, by=""),
                OutOfRangeError,
            ),
            (
                lambda worker, call: worker.operating.move(call, "nowhere", by="eve"),
                UnknownQueueError,
            ),
            (
                lambda worker, call: worker.operating.withdraw(call[:1] + "0", by=""),
                UnknownCallError,
            ),
            (lambda worker, call: worker.operating.explain(call[:1] + "0"), UnknownCallError),
            (lambda worker, _: worker.operating.withdraw(CallId(""), by=""), UnknownCallError),
            (lambda worker, _: worker.operating.withdraw(CallId("żółw"), by=""), UnknownCallError),
        ],
    )
    def test_refuses_alike(
        self,
        floor: WorkersFloor,
        ask: Callable[[Worker, CallId], object],
        error: type[OperationError],
    ) -> None:
        """With the same error and the same sentence."""
        one, two, _ = floor.processes
        caller = CallId(floor.call_to(two))
        log_in(one)
        floor.clock.advance(2)  # they talk
        sentences = []
        for process in (one, two):
            with pytest.raises(error) as refused:
                asked(floor, partial(ask, process.worker, caller))
            sentences.append(str(refused.value))
        assert sentences[0] == sentences[1]

    def test_says_so_when_the_other_does_not_answer(
        self, floor: WorkersFloor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It stands still."""
        monkeypatch.setattr(operating_elsewhere, "ANSWER_SECONDS", 0.2)
        one, two, _ = floor.processes
        caller = CallId(floor.call_to(two))
        two.life.stop()
        operating = one.worker.operating
        with pytest.raises(NotReadyError):
            asked(floor, lambda: operating.set_priority(caller, 7, by="eve"))


class TestPromises:
    """Are followed by the worker whose digit they have."""

    def request(self, process: Process, number: str = NUMBER) -> CallId:
        request = CallbackRequest(queue=SUPPORT, number=number, by="eve")
        answer = process.worker.operating.request_callback(request)
        settle()
        return answer.call_id

    def test_are_made_by_who_is_asked(self, floor: WorkersFloor) -> None:
        """Whatever is drawn, the digit is one of that worker's."""
        for number in range(12):
            process = floor.processes[number % 3]
            call_id = self.request(process, f"+4820040{number:02}")
            assert process.tenure.holds_call(CALLBACKS, call_id)
            assert floor.owner(call_id) is process
        assert floor.objections() == []

    def test_are_listed_by_all(self, floor: WorkersFloor) -> None:
        """With their places, and as far as the floor knows how far they are."""
        made = [
            self.request(process, f"+4820040{number}")
            for number, process in enumerate(floor.processes)
        ]
        lists = [process.worker.operating.callbacks() for process in floor.processes]
        assert lists[0] == lists[1] == lists[2]
        assert [(view.call_id, view.position) for view in lists[0]] == [
            (call_id, place) for place, call_id in enumerate(made, start=1)
        ]
        assert {view.state for view in lists[0]} == {CallbackState.WAITING}
        assert {view.origin for view in lists[0]} == {CallbackOrigin.REQUEST}

    def test_can_be_withdrawn_by_all(self, floor: WorkersFloor) -> None:
        """As callers on the line can."""
        one, two, _ = floor.processes
        promise = self.request(two)
        asked(floor, lambda: one.worker.operating.withdraw(promise, by="eve"))
        floor.clock.advance(1)
        assert one.worker.operating.callbacks() == []
        assert not two.follows(promise)

    def test_a_customer_who_calls_in_elsewhere_has_the_place(self, floor: WorkersFloor) -> None:
        """The promise ends at the worker that follows it."""
        one, two, _ = floor.processes
        promise = self.request(two)
        floor.clock.advance(6)
        caller = floor.call_to(one, number=NUMBER)
        floor.clock.advance(1)
        (view,) = two.worker.operating.waiting()
        assert (view.call_id, view.waited_seconds > 6) == (caller, True)
        assert not any(process.follows(promise) for process in floor.processes)
        (record,) = floor.records()
        assert (record.call_id, record.visits[-1].leave_reason) == (promise, LeaveReason.RANG_IN)

    def test_nobody_takes_the_place_of_a_customer_who_is_there(self) -> None:
        """Somebody else calls from the number of a customer who is on the line elsewhere."""
        floor = WorkersFloor("1", "2", "3", site=customer_first(UNCHECKED))
        floor.clock.advance(BALANCED_SECONDS)
        one, two, _ = floor.processes
        floor.switch.phones[floor.policy.agents[ANN].contact] = SILENT
        floor.customer(ANSWERING)
        promise = self.request(two)
        log_in(one)
        floor.until_customer_answers()
        floor.clock.advance(0.5)
        call = floor.store.waiting_room.call(promise)
        assert call is not None
        assert call.callback is not None
        assert call.callback.is_on_line
        (view,) = [one for one in one.worker.operating.callbacks() if one.call_id == promise]
        assert view.state is CallbackState.ANSWERED
        caller = floor.call_to(one, number=NUMBER)
        floor.clock.advance(0.5)
        assert two.follows(promise)
        waiting = [view.call_id for view in one.worker.operating.waiting()]
        assert waiting == [promise, caller]

    def test_an_older_one_gets_the_better_place(self, floor: WorkersFloor) -> None:
        """Of its customer, who waits on a line that another worker follows and asks there again."""
        one, two, _ = floor.processes
        caller = floor.call_to(one, number=NUMBER)
        first_joined_at = floor.clock.now()
        floor.clock.advance(10)
        behind = floor.call_to(two, number=OTHER_NUMBER)
        floor.clock.advance(0.001)
        promise = self.request(two)
        assert floor.position(LegId(promise)) == 3
        while ("announce", caller) not in one.switches[NODE].commands:
            floor.clock.advance(0.1)
        floor.clock.advance(0.5)
        floor.switch.press(caller, "1")
        floor.clock.advance(5)
        assert [floor.position(LegId(promise)), floor.position(behind)] == [1, 2]
        assert floor.promise().first_joined_at == first_joined_at
