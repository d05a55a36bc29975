"""Which message a waiting caller hears next."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import replace
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcore.domain import rotation
from callcore.domain.hours import Interval, OpeningHours
from callcore.domain.ids import MICROS_PER_SECOND, CallId, Micros
from callcore.domain.policies import MessageOrder, MessagePolicy, MessagesPolicy
from callcore.domain.rotation import Rotation

NOW = Micros(1_800_000_000 * MICROS_PER_SECOND)
DAY = 86_400 * MICROS_PER_SECOND
PLAIN = MessagePolicy(prompts=("shop/news",))
ORDERS = list(MessageOrder)


def policy(order: MessageOrder, *weights: float) -> MessagesPolicy:
    """Messages of these weights."""
    return MessagesPolicy(
        order=order, each=tuple(replace(PLAIN, weight=weight) for weight in weights)
    )


def some_call(number: int) -> CallId:
    return CallId(str(uuid.UUID(int=number * 0x9E3779B97F4A7C15F39CC0605CEDC834 % 2**128)))


def heard(messages: Rotation, count: int, now: Micros = NOW) -> list[int | None]:
    return [messages.next(now) for _ in range(count)]


def test_in_turn_they_begin_with_the_first() -> None:
    """One after another, and round again."""
    messages = Rotation(policy(MessageOrder.IN_TURN, 1, 9, 1), some_call(1))
    assert heard(messages, 7) == [0, 1, 2, 0, 1, 2, 0]


@given(st.lists(st.floats(0.1, 20), min_size=1, max_size=8), st.integers(0, 1000))
def test_by_weight_each_comes_as_often_as_its_weight_says(
    weights: list[float], number: int
) -> None:
    """At any time within one of what is due to it."""
    messages = Rotation(policy(MessageOrder.BY_WEIGHT, *weights), some_call(number))
    counts = Counter[int | None]()
    for told_count in range(1, 200):
        counts[messages.next(NOW)] += 1
        for index, weight in enumerate(weights):
            share = told_count * weight / sum(weights)
            assert abs(counts[index] - share) <= len(weights)


def test_by_weight_they_are_mixed() -> None:
    """Three of one and one of two others: never three of a kind in a row."""
    messages = Rotation(policy(MessageOrder.BY_WEIGHT, 3, 1, 1), some_call(3))
    told = heard(messages, 100)
    assert all(len(set(told[i : i + 3])) > 1 for i in range(97))


def test_equal_weights_take_turns() -> None:
    """Whichever comes first."""
    for number in range(30):
        told = heard(Rotation(policy(MessageOrder.BY_WEIGHT, 1, 1, 1), some_call(number)), 9)
        assert set(told[:3]) == {0, 1, 2}
        assert told[3:6] == told[:3]


def test_callers_begin_with_different_messages_by_weight() -> None:
    """So that those who are served soon have not all heard the same."""
    messages = policy(MessageOrder.BY_WEIGHT, 6, 3, 1)
    firsts = Counter(Rotation(messages, some_call(number)).next(NOW) for number in range(2000))
    assert firsts[0] == pytest.approx(1200, rel=0.1)
    assert firsts[1] == pytest.approx(600, rel=0.15)
    assert firsts[2] == pytest.approx(200, rel=0.3)


@pytest.mark.parametrize("order", ORDERS)
@given(told_count=st.integers(0, 40), number=st.integers(0, 100))
def test_another_process_goes_on_in_the_same_order(
    order: MessageOrder, told_count: int, number: int
) -> None:
    """By the call's id and how many were told."""
    messages, call = policy(order, 5, 1.5, 2, 1), some_call(number)
    one = Rotation(messages, call)
    heard(one, told_count)
    assert heard(Rotation(messages, call, told_count), 20) == heard(one, 20)


@pytest.mark.parametrize("order", ORDERS)
def test_only_what_is_valid_now_is_told(order: MessageOrder) -> None:
    """From the first instant on and before the second, and within its hours."""
    never = OpeningHours(name="never", timezone="UTC", week={})
    until = replace(PLAIN, valid_until=NOW)
    since = replace(PLAIN, valid_from=NOW)
    closed = replace(PLAIN, hours=never)
    messages = MessagesPolicy(order=order, each=(until, since, closed))
    told = Rotation(messages, some_call(5))
    assert set(heard(told, 10)) == {1}
    assert set(heard(told, 10, Micros(NOW - 1))) == {0}


@pytest.mark.parametrize("order", ORDERS)
def test_nothing_valid_is_nothing_told(order: MessageOrder) -> None:
    """The round passes in silence, and the order goes on later."""
    messages = MessagesPolicy(order=order, each=(replace(PLAIN, valid_from=NOW),) * 2)
    told = Rotation(messages, some_call(5))
    assert heard(told, 3, Micros(NOW - 1)) == [None] * 3
    assert set(heard(told, 2)) == {0, 1}


def test_hours_open_and_close_a_message() -> None:
    """Told while they are open, and not a moment later."""
    morning = Interval(opens=time(8), closes=time(12))
    hours = OpeningHours(name="am", timezone="UTC", week=dict.fromkeys(range(7), (morning,)))
    message = replace(PLAIN, hours=hours)
    noon = Micros(NOW - NOW % DAY + DAY // 2)
    assert rotation.is_told_at(message, Micros(noon - 1))
    assert not rotation.is_told_at(message, noon)
