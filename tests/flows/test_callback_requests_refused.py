"""Callbacks that are asked for, or moved, in vain."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from callcore.domain.events import CallbackAsked
from callcore.domain.ids import Language, LegId, Micros
from callcore.domain.outcomes import AskingEnd, CallbackOrigin
from callcore.domain.policies import CallableNumbers, CallerList, SitePolicy
from callcore.ports.operations import (
    CallbackRefusedError,
    MoveRefusedError,
    NotReadyError,
    OutOfRangeError,
    UnknownQueueError,
)
from tests.flows.callback_requests import OTHER, ask, listed
from tests.flows.callbacks import DIALPLAN, KEPT_BY, NUMBER, CallbackFloor, policy
from tests.flows.floor import SALES, SUPPORT


@pytest.fixture
def floor() -> CallbackFloor:
    return CallbackFloor()


def with_numbers(numbers: CallableNumbers, **parts: Any) -> SitePolicy:
    dialplan = replace(DIALPLAN, callable_numbers=numbers)
    return replace(policy(), dialplan=dialplan, **parts)


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
