"""Greenlets, mailboxes, timers and broadcasts."""

from __future__ import annotations

import contextlib
import contextvars

import gevent
import pytest
from gevent import monkey

from callcore.domain.events import Fact
from callcore.domain.ids import LegId, Micros, shard_of
from callcore.runtime import greenlets
from callcore.runtime.broadcast import Broadcast
from callcore.runtime.clock import SystemClock
from callcore.runtime.identifiers import RandomIds
from callcore.runtime.mailbox import MAXIMUM_UNREAD, Mailbox, MailboxFullError
from callcore.runtime.threads import BackRoom
from tests.fakes.clock import FakeClock

WHO: contextvars.ContextVar[str] = contextvars.ContextVar("WHO", default="nobody")


def test_a_greenlet_inherits_the_context_of_its_maker() -> None:
    """A call id bound for the log is there in what the call starts, and does not leak back."""
    heard: list[str] = []
    token = WHO.set("call-1")

    def child() -> None:
        heard.append(WHO.get())
        WHO.set("changed")

    greenlets.spawn("child", child).join(timeout=5)
    assert heard == ["call-1"]
    assert WHO.get() == "call-1"
    WHO.reset(token)


def test_the_death_of_a_greenlet_is_reported(capfd: pytest.CaptureFixture[str]) -> None:
    """By name and with the exception, once; what it says is not printed besides."""
    deaths: list[tuple[str, str]] = []
    greenlets.report_deaths_to(lambda name, error: deaths.append((name, str(error))))
    try:
        greenlets.spawn("unlucky", lambda: 1 // 0).join(timeout=5)
        foreign = gevent.spawn(lambda: 1 // 0)
        foreign.name = "of a library"
        foreign.join(timeout=5)
        gevent.idle()
    finally:
        greenlets.report_deaths_to(None)
    reason = "integer division or modulo by zero"
    assert deaths == [("unlucky", reason), ("of a library", reason)]
    assert capfd.readouterr() == ("", "")


def test_a_mailbox_keeps_the_order() -> None:
    """First posted, first taken, timers among them when they are due."""
    clock = FakeClock()
    mailbox: Mailbox[str] = Mailbox(clock)
    mailbox.post_after(2, "timer")
    mailbox.post("one")
    clock.advance(1)
    mailbox.post("two")
    clock.advance(1)
    mailbox.post("three")
    assert [mailbox.take() for _ in range(4)] == ["one", "two", "timer", "three"]


def test_a_reader_who_was_interrupted_reads_on() -> None:
    """Nothing is lost, and the reader is woken where it waits and nowhere else."""
    mailbox: Mailbox[int] = Mailbox(FakeClock())
    taken: list[int] = []

    def read() -> None:
        with contextlib.suppress(gevent.Timeout), gevent.Timeout(0.01):
            taken.append(mailbox.take())
        mailbox.post(1)
        gevent.sleep(0.01)
        taken.extend(mailbox.take() for _ in range(3))

    reader = greenlets.spawn("reader", read)
    gevent.sleep(0.03)
    mailbox.post(2)
    mailbox.post(3)
    reader.join(timeout=5)
    assert taken == [1, 2, 3]


def test_a_cancelled_timer_posts_nothing() -> None:
    """And cancelling one that has fired is harmless."""
    clock = FakeClock()
    mailbox: Mailbox[str] = Mailbox(clock)
    mailbox.post_after(1, "never").cancel()
    fired = mailbox.post_after(1, "once")
    clock.advance(2)
    fired.cancel()
    assert mailbox.drain() == ["once"]


def test_what_is_meant_is_taken_out_and_the_rest_stays() -> None:
    """Both in the order in which they were posted; the reader goes on as if nothing had been."""
    mailbox: Mailbox[int] = Mailbox(FakeClock())
    for number in range(6):
        mailbox.post(number)
    assert mailbox.take_out(lambda number: number % 2 == 1) == [1, 3, 5]
    mailbox.post(6)
    assert [mailbox.take() for _ in range(4)] == [0, 2, 4, 6]
    assert mailbox.take_out(lambda _: True) == []


def test_a_mailbox_nobody_reads_is_bounded() -> None:
    """A stuck call is told of instead of taking the process's memory."""
    mailbox: Mailbox[int] = Mailbox(FakeClock())
    for number in range(MAXIMUM_UNREAD):
        mailbox.post(number)
    with pytest.raises(MailboxFullError):
        mailbox.post(-1)


def test_the_system_clock_runs_and_cancels_timers() -> None:
    """A real timer fires once; a cancelled one does not."""
    clock, fired = SystemClock(), []
    before = clock.now()
    clock.after(0.01, lambda: fired.append("yes"))
    clock.after(0.01, lambda: fired.append("no")).cancel()
    with gevent.Timeout(5):
        while not fired:
            clock.sleep(0.005)
    assert fired == ["yes"]
    assert clock.now() > before


def test_an_observer_that_raises_disturbs_nobody() -> None:
    """The next observer hears the fact; the complaint names the guilty."""
    heard: list[Fact] = []
    complaints: list[str] = []

    def broken(_: Fact) -> None:
        raise KeyError

    broadcast = Broadcast(
        [("broken", broken), ("list", heard.append)], lambda name, _: complaints.append(name)
    )
    fact = Fact(at=Micros(1))
    broadcast.publish(fact)
    assert (heard, complaints) == ([fact], ["broken"])


def test_a_new_leg_is_in_the_shard_of_the_leg_beside_it() -> None:
    """So that its events reach the same worker."""
    beside = LegId("f2e5d7dd-4309-40e5-a533-fb47c1ece717")
    ids = {RandomIds().leg_id(beside) for _ in range(50)}
    assert len(ids) == 50
    assert {shard_of(leg_id) for leg_id in ids} == {"f"}


def test_the_back_room_does_one_thing_at_a_time_beside_the_loop() -> None:
    """Other greenlets run meanwhile; what work raises is raised to whoever asked."""
    room, at_work, most_at_work, ticks = BackRoom(), [0], [0], [0]

    def work(result: int) -> int:
        at_work[0] += 1
        most_at_work[0] = max(most_at_work[0], at_work[0])
        monkey.get_original("time", "sleep")(0.02)
        at_work[0] -= 1
        return result

    def tick() -> None:
        while True:
            ticks[0] += 1
            gevent.sleep(0.001)

    ticking = greenlets.spawn("tick", tick)
    asked = [greenlets.spawn("ask", room.run, work, number) for number in range(5)]
    gevent.joinall(asked, timeout=5)
    ticking.kill()
    assert [one.value for one in asked] == list(range(5))
    assert most_at_work == [1]
    assert ticks[0] > 10
    with pytest.raises(ZeroDivisionError):
        room.run(divmod, 1, 0)
