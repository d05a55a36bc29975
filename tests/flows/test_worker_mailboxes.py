"""A mailbox whose reader is to end."""

from __future__ import annotations

import pytest

from callcore.domain.ids import CallId
from callcore.flows.handing_over import HandedOver, Scripts
from callcore.runtime import greenlets
from callcore.runtime.greenlets import spawn
from callcore.runtime.mailbox import Mailbox
from tests.fakes.clock import FakeClock, settle


def test_whoever_waits_wakes() -> None:
    """By what it is closed with, and so does whoever reads later."""
    mailbox: Mailbox[str] = Mailbox(FakeClock())
    ended: list[str] = []

    def read() -> None:
        try:
            mailbox.take()
        except HandedOver:
            ended.append("handed over")

    spawn("reader", read)
    settle()
    mailbox.close(HandedOver)
    settle()
    assert ended == ["handed over"]
    with pytest.raises(HandedOver):
        mailbox.take()
    with pytest.raises(HandedOver):
        mailbox.check()


def test_what_is_unread_is_not_read_any_more() -> None:
    """Whoever closes has it; what comes later, timers included, is nobody's."""
    clock = FakeClock()
    mailbox: Mailbox[str] = Mailbox(clock)
    mailbox.post("first")
    mailbox.post_after(1.0, "timer")
    assert mailbox.close(HandedOver) == ["first"]
    clock.advance(2)
    mailbox.post("late")
    assert len(mailbox) == 0
    assert mailbox.is_closed
    with pytest.raises(HandedOver):
        mailbox.take()


def test_a_reader_woken_by_a_message_that_is_taken_away_ends() -> None:
    """The message and the end come in the same instant."""
    mailbox: Mailbox[str] = Mailbox(FakeClock())
    read: list[str] = []
    spawn("reader", lambda: read.append(mailbox.take()))
    settle()
    mailbox.post("message")
    mailbox.close(HandedOver)
    settle()
    assert read == []


def test_to_be_handed_over_is_no_death() -> None:
    """Nobody is told of it."""
    deaths: list[str] = []
    greenlets.report_deaths_to(lambda name, _: deaths.append(name))
    try:
        mailbox: Mailbox[str] = Mailbox(FakeClock())
        script = spawn("script", mailbox.take)
        settle()
        mailbox.close(HandedOver)
        settle()
    finally:
        greenlets.report_deaths_to(None)
    assert script.dead
    assert deaths == []


def test_scripts_of_dropped_calls_are_known_until_they_end() -> None:
    """And one that had not begun does not begin."""
    first, second = CallId("a1"), CallId("b2")
    scripts, begun = Scripts(), list[str]()
    mailbox: Mailbox[str] = Mailbox(FakeClock())

    def follow() -> None:
        begun.append(mailbox.take())

    spawn("first", scripts.of(first, follow))
    settle()
    late = scripts.of(second, lambda: begun.append("late"))
    scripts.drop(first)
    scripts.drop(second)
    assert scripts.are_unwinding("a")
    assert not scripts.are_over([first])
    mailbox.close(HandedOver)
    spawn("second", late)
    settle()
    assert begun == []
    assert scripts.count == 0
    assert not scripts.are_unwinding("ab")
