"""Callbacks that other systems and operators ask for, and the list of those promised."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.callbacks import CallbackState
from callcore.domain.events import CallbackAsked, CallbackPromised
from callcore.domain.hours import OpeningHours
from callcore.domain.ids import CallId, Language, LegId, Micros
from callcore.domain.outcomes import AskingEnd, AttemptOutcome, CallbackOrigin, CallOutcome
from callcore.domain.policies import (
    CallableNumbers,
    CallerList,
    CallFirst,
    NumberRoute,
    SitePolicy,
)
from callcore.domain.records import CallStory
from callcore.ports.operations import (
    CallbackAnswer,
    CallbackRefusedError,
    CallbackRequest,
    CallbackView,
    MoveRefusedError,
    NotReadyError,
    OutOfRangeError,
    UnknownQueueError,
)
from tests.fakes.clock import START, settle
from tests.fakes.switch import BUSY, SILENT, Phone
from tests.flows.callbacks import (
    ANSWERING,
    DIALPLAN,
    KEPT_BY,
    NUMBER,
    ON_HOOK,
    QUICK,
    CallbackFloor,
    policy,
)
from tests.flows.estimating import learnt, seen_at_work
from tests.flows.floor import ANN, SALES, SUPPORT

OTHER = "+48200009"
REQUEST = CallbackRequest(queue=SUPPORT, number=NUMBER, by="web form")


@pytest.fixture
def floor() -> CallbackFloor:
    return CallbackFloor()


def ask(floor: CallbackFloor, **parts: Any) -> CallbackAnswer:
    """Asks a little later than whoever came before."""
    floor.clock.advance(0.001)
    answer = floor.worker.operating.request_callback(replace(REQUEST, **parts))
    settle()
    return answer


def listed(floor: CallbackFloor) -> list[CallbackView]:
    return floor.worker.operating.callbacks()


def with_numbers(numbers: CallableNumbers, **parts: Any) -> SitePolicy:
    dialplan = replace(DIALPLAN, callable_numbers=numbers)
    return replace(policy(), dialplan=dialplan, **parts)


class TestARequest:
    """Somebody fills in a form."""

    def test_stands_in_line_from_now(self, floor: CallbackFloor) -> None:
        """Behind those who wait, before who comes later; there was no call, and no line now."""
        ahead = floor.call_in(number=OTHER)
        answer = ask(floor)
        behind = floor.call_in(number=OTHER)
        assert (answer.end, answer.position) == (AskingEnd.PROMISED, 2)
        promise = floor.promise()
        assert promise.call_id == answer.call_id
        assert promise.callback is not None
        assert (promise.callback.of_call, promise.callback.origin) == (
            CallId(""),
            CallbackOrigin.REQUEST,
        )
        assert [floor.position(one) for one in (ahead, behind)] == [1, 3]
        (told,) = floor.told(CallbackPromised)
        assert (told.of_call, told.origin) == ("", CallbackOrigin.REQUEST)

    def test_is_kept_like_any_promise(self, floor: CallbackFloor) -> None:
        """At once, as no line has to end first; the record has the origin and no call before."""
        answer = ask(floor, name="Zażółć", account="A-7", language=Language("pl"))
        floor.customer(ANSWERING)
        floor.log_in(ANN, phone=QUICK)
        floor.clock.advance(10)
        assert floor.agent(ANN).state is AgentState.TALKING
        assert floor.agent(ANN).call_id == answer.call_id
        floor.switch.end(floor.customers_leg().leg_id)
        floor.clock.advance(1)
        record = floor.callback_record()
        assert record.outcome is CallOutcome.SERVED
        assert (record.callback_of, record.callback_origin) == (None, CallbackOrigin.REQUEST)
        assert (record.caller_name, record.account, record.language) == ("Zażółć", "A-7", "pl")

    def test_is_explained_with_what_keeps_it_waiting(
        self, floor: CallbackFloor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As far as it is: in line, in the talk; nothing once it is over."""
        later = Micros(floor.clock.now() + 60_000_000)
        answer = ask(floor, not_before=later)

        def state() -> tuple[CallbackState, Micros | None] | None:
            promise = floor.worker.operating.explain(answer.call_id).promise
            return None if promise is None else (promise.state, promise.due_at)

        assert state() == (CallbackState.NOT_DUE, later)
        floor.customer(ANSWERING)
        floor.log_in(ANN, phone=QUICK)
        floor.clock.advance(70)
        assert state() == (CallbackState.TALKING, None)
        floor.switch.end(floor.customers_leg().leg_id)
        floor.clock.advance(1)
        past = {answer.call_id: CallStory()}
        monkeypatch.setattr(floor.worker.operating, "_past_stories", past.get)
        assert state() is None

    def test_brings_what_its_caller_would_have_brought(self) -> None:
        """The priorities of number and list, and what is asked for besides; the number dialled is
        shown to the customer.
        """
        vip = CallerList(name="vip", numbers=frozenset({NUMBER}), priority=5, account="V-1")
        routes = {"8001": NumberRoute(queue=SUPPORT, priority=2, language=Language("ru"))}
        floor = CallbackFloor(replace(policy(), caller_lists=(vip,), numbers=routes))
        ask(floor, priority=10)
        promise = floor.promise()
        assert (promise.own_priority, promise.account, promise.language) == (17, "V-1", "ru")
        assert promise.dialled_number == "8001"

    def test_is_not_called_before_its_time(self, floor: CallbackFloor) -> None:
        """The place counts from the request; who comes later is served meanwhile."""
        at = Micros(floor.clock.now() + 60_000_000)
        answer = ask(floor, not_before=at)
        floor.customer(ANSWERING)
        floor.log_in(ANN, phone=QUICK)
        floor.clock.advance(55)
        assert floor.dialled_count() == 0
        (shown,) = listed(floor)
        assert (shown.state, shown.due_at) == (CallbackState.NOT_DUE, at)
        floor.clock.advance(10)
        assert floor.agent(ANN).call_id == answer.call_id

    def test_is_told_the_wait_that_callers_are_told(self, floor: CallbackFloor) -> None:
        """As a range of minutes, once there is enough to know."""
        assert ask(floor, number=OTHER).low_minutes is None
        learnt(floor)
        floor.log_in(ANN)
        seen_at_work(floor, ANN)
        for _ in range(3):
            floor.call_in(number="+48200777")
        floor.clock.advance(2)
        answer = ask(floor)
        assert answer.high_minutes is not None
        assert answer.low_minutes is not None
        assert 0 < answer.low_minutes < answer.high_minutes

    def test_no_wait_is_told_of_a_call_that_comes_later_than_its_turn(self) -> None:
        """Put off by who asked, or by the hours in which customers are called."""
        night = OpeningHours(name="night", timezone="UTC", week={})
        for hours, put_off_seconds in ((None, 1200), (night, 0)):
            floor = CallbackFloor(policy(callback=replace(KEPT_BY, hours=hours)))
            learnt(floor)
            floor.log_in(ANN)
            seen_at_work(floor, ANN)
            for _ in range(3):
                floor.call_in(number="+48200777")
            floor.clock.advance(2)
            not_before = Micros(floor.clock.now() + put_off_seconds * 1_000_000)
            answer = ask(floor, not_before=not_before if put_off_seconds else None)
            assert (answer.low_minutes, answer.high_minutes) == (None, None)
            assert not floor.store.waiting_room.told_estimates(answer.call_id)

    def test_survives_a_restart(self, floor: CallbackFloor) -> None:
        """With its place and without a call before."""
        answer = ask(floor)
        behind = floor.call_in(number=OTHER)
        floor.restart()
        assert floor.position(behind) == 2
        floor.customer(ANSWERING)
        floor.log_in(ANN, phone=QUICK)
        floor.clock.advance(10)
        assert floor.agent(ANN).call_id == answer.call_id
        floor.switch.end(floor.customers_leg().leg_id)
        floor.clock.advance(1)
        record = floor.callback_record()
        assert (record.callback_of, record.callback_origin) == (None, CallbackOrigin.REQUEST)

    def test_is_taken_over_by_its_customer(self, floor: CallbackFloor) -> None:
        """Who asked on the web and calls all the same has the place."""
        ask(floor)
        floor.call_in(number=OTHER)
        assert floor.position(floor.call_in()) == 1


class TestACallerWithAnOlderPromise:
    """Somebody waits on the line, has asked on the web meanwhile, and asks again by phone."""

    def test_does_not_lose_the_wait_by_asking(self) -> None:
        """The promise that holds has the better of both places from then on, restarts included."""
        floor = CallbackFloor(policy())
        caller = floor.call_in()
        floor.clock.advance(10)
        behind = floor.call_in(number=OTHER)
        answer = ask(floor)
        assert floor.position(LegId(answer.call_id)) == 3
        floor.worker.operating.set_priority(CallId(caller), 2, by="eve")
        floor.overflow(caller)
        floor.clock.advance(5)
        promise = floor.promise()
        assert promise.call_id == answer.call_id
        assert [floor.position(LegId(answer.call_id)), floor.position(behind)] == [1, 2]
        assert (promise.first_joined_at, promise.own_priority) == (START + 1000, 2)
        floor.restart()
        assert floor.position(LegId(answer.call_id)) == 1


class TestNotPromised:
    """Each with an end of its own, told and counted; nothing is left of it."""

    @pytest.mark.parametrize(
        ("number", "end"),
        [
            ("", AskingEnd.WITHHELD),
            ("anonymous", AskingEnd.WITHHELD),
            ("twelve", AskingEnd.NUMBER_IMPOSSIBLE),
            ("12", AskingEnd.NUMBER_IMPOSSIBLE),
            ("+4870012345", AskingEnd.NUMBER_NOT_ALLOWED),
            ("+33123456789", AskingEnd.NUMBER_NOT_ALLOWED),
            (OTHER, AskingEnd.DO_NOT_CALL),
        ],
    )
    def test_for_its_number(self, number: str, end: AskingEnd) -> None:
        """Withheld, impossible, premium, foreign, not to be called."""
        numbers = CallableNumbers(
            allowed=("+48", "0"), refused=("+4870",), do_not_call=("blocked",)
        )
        blocked = CallerList(name="blocked", numbers=frozenset({OTHER}))
        floor = CallbackFloor(with_numbers(numbers, caller_lists=(blocked,)))
        with pytest.raises(CallbackRefusedError) as refused:
            ask(floor, number=number)
        assert refused.value.end is end
        assert floor.promises() == []
        assert [(one.end, one.origin, one.call_id) for one in floor.told(CallbackAsked)] == [
            (end, CallbackOrigin.REQUEST, "")
        ]
        assert floor.worker.calls_count == 0

    def test_as_there_are_too_many(self) -> None:
        """As many wait as may; one that is over makes room; the queue says how many."""
        floor = CallbackFloor(policy(callback=replace(KEPT_BY, maximum_open=1)))
        first = ask(floor)
        with pytest.raises(CallbackRefusedError, match=r"support .* as it may: 1") as refused:
            ask(floor, number=OTHER)
        assert refused.value.end is AskingEnd.TOO_MANY
        assert [one.call_id for one in listed(floor)] == [first.call_id]
        assert floor.worker.calls_count == 0
        assert [view.promises_count for view in floor.worker.operating.queues()] == [0, 1]
        floor.worker.operating.withdraw(first.call_id, by="eve")
        floor.clock.advance(1)
        assert ask(floor, number=OTHER).end is AskingEnd.PROMISED

    def test_where_no_callbacks_are_kept(self, floor: CallbackFloor) -> None:
        """The queue has no such settings, or nothing is dialled here."""
        nowhere = replace(policy(), dialplan=replace(DIALPLAN, callback_contact=None))
        for at, queue in ((floor, SALES), (CallbackFloor(nowhere), SUPPORT)):
            with pytest.raises(CallbackRefusedError) as refused:
                ask(at, queue=queue)
            assert refused.value.end is AskingEnd.NOT_KEPT_HERE

    def test_a_second_time(self, floor: CallbackFloor) -> None:
        """However the number is written: the answer is the promise that holds."""
        first = ask(floor)
        floor.call_in(number=OTHER)
        again = ask(floor, number="0048 200-100")
        assert again == replace(first, end=AskingEnd.ALREADY_PROMISED)
        assert len(floor.promises()) == 1
        assert [one.end for one in floor.told(CallbackAsked)] == [
            AskingEnd.PROMISED,
            AskingEnd.ALREADY_PROMISED,
        ]
        assert {one.call_id for one in floor.told(CallbackAsked)} == {first.call_id}

    def test_without_the_floor(self, floor: CallbackFloor) -> None:
        """Nobody is promised what is not held; a moment later it may be, once."""
        floor.store.go_down()
        with pytest.raises(NotReadyError):
            ask(floor)
        floor.store.come_up()
        floor.clock.advance(5)
        assert ask(floor).end is AskingEnd.PROMISED
        floor.clock.advance(5)
        assert len([one for one in floor.promises() if one.ended_at is None]) == 1

    @pytest.mark.parametrize(
        "parts",
        [
            {"priority": 1001},
            {"language": Language("de")},
            {"account": "x" * 65},
            {"account": "a\nb"},
            {"not_before": Micros(1)},
            {"not_before": Micros(4_000_000_000_000_000)},
        ],
    )
    def test_out_of_range(self, floor: CallbackFloor, parts: dict[str, Any]) -> None:
        """Told, and nothing counted: it was no wish of a customer."""
        with pytest.raises(OutOfRangeError):
            ask(floor, **parts)
        assert floor.promises() == []
        assert floor.told(CallbackAsked) == []

    def test_at_a_queue_that_there_is_not(self, floor: CallbackFloor) -> None:
        """The queues are named."""
        with pytest.raises(UnknownQueueError, match="sales, support"):
            ask(floor, queue="nowhere")


class TestTheList:
    """What operators see of promises."""

    def test_names_every_promise_by_queue_and_place(self) -> None:
        """Of callers, of requests; with shortened numbers."""
        floor = CallbackFloor(policy(callback=KEPT_BY))
        floor.promised()
        ask(floor, number=OTHER)
        shown = listed(floor)
        assert [(one.origin, one.position) for one in shown] == [
            (CallbackOrigin.OVERFLOW, 1),
            (CallbackOrigin.REQUEST, 2),
        ]
        assert [one.caller_number for one in shown] == ["+4820…00", "+4820…09"]
        assert shown[0].waited_seconds > shown[1].waited_seconds
        expires = 1800_000_000
        assert shown[1].expires_at == floor.clock.now() + expires
        assert shown[1].due_at is None

    def test_tells_how_far_each_is(self) -> None:
        """From waiting to talking; who has talked is a promise no more."""
        first = replace(KEPT_BY, call_first=CallFirst.CUSTOMER)
        floor = CallbackFloor(policy(callback=first))
        ask(floor)
        seen: list[CallbackState] = []

        def look(seconds: float) -> None:
            for _ in range(round(seconds * 10)):
                for one in listed(floor):
                    if seen[-1:] != [one.state]:
                        seen.append(one.state)
                floor.clock.advance(0.1)

        look(1)
        floor.customer(Phone(answers_after_seconds=2.0))
        floor.log_in(ANN, phone=Phone(answers_after_seconds=2.0))
        look(10)
        assert seen == [
            CallbackState.WAITING,
            CallbackState.CALLING,
            CallbackState.ANSWERED,
            CallbackState.TALKING,
        ]
        (talking,) = listed(floor)
        assert talking.position is None
        floor.switch.end(floor.customers_leg().leg_id)
        floor.clock.advance(2)
        assert listed(floor) == []

    def test_tells_of_attempts_and_agents(self, floor: CallbackFloor) -> None:
        """Who is rung for it now; what came of the calls so far, and when the next one is due."""
        ask(floor)
        floor.log_in(ANN, phone=SILENT)
        floor.clock.advance(1)
        (rung,) = listed(floor)
        assert (rung.state, rung.offered_to) == (CallbackState.OFFERED, (ANN,))
        floor.switch.phones["user/1001@t"] = QUICK
        floor.customer(BUSY)
        floor.clock.advance(40)
        (later,) = listed(floor)
        assert [one.outcome for one in later.attempts] == [AttemptOutcome.BUSY]
        assert later.state is CallbackState.NOT_DUE
        assert later.due_at is not None

    def test_is_empty_without_any(self, floor: CallbackFloor) -> None:
        """Callers on the line are none."""
        floor.call_in()
        assert listed(floor) == []

    def test_one_taken_back_is_gone(self, floor: CallbackFloor) -> None:
        """By an operator; the customer is not called."""
        answer = ask(floor)
        floor.worker.operating.withdraw(answer.call_id, by="eve")
        floor.clock.advance(ON_HOOK)
        assert listed(floor) == []
        floor.log_in(ANN)
        floor.clock.advance(5)
        assert floor.dialled_count() == 0


class TestMoved:
    """An operator moves a promise to a queue whose number, or whose limit, is taken."""

    @pytest.mark.parametrize(
        ("most", "other", "told"),
        [
            (10, NUMBER, "sales has another callback promised to the same number"),
            (1, OTHER, "sales has promised as many callbacks as it may: 1"),
        ],
    )
    def test_it_keeps_its_place(self, most: int, other: str, told: str) -> None:
        """The reason is told."""
        site = policy()
        sales = replace(site.queues[SALES], callback=replace(KEPT_BY, maximum_open=most))
        floor = CallbackFloor(replace(site, queues={**site.queues, SALES: sales}))
        answer = ask(floor)
        ask(floor, queue=SALES, number=other)
        with pytest.raises(MoveRefusedError, match=told):
            floor.worker.operating.move(answer.call_id, SALES, by="eve")
        floor.clock.advance(1)
        assert floor.position(LegId(answer.call_id)) == 1
