"""The live view: what it says, and that it leaves the terminal as it was."""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import pty
import select
import time
from typing import Any

import gevent
import pytest
from rich.console import Console

from callcore.adapters.terminal import drawing, words
from callcore.adapters.terminal.tally import CALLERS_KEPT, EVENTS_KEPT, Tally
from callcore.adapters.terminal.view import Sources, TerminalView
from callcore.domain import events
from callcore.domain.agents import AgentState
from callcore.domain.ids import (
    AgentId,
    CallId,
    LegId,
    MenuName,
    Micros,
    NodeName,
    OfferId,
    QueueName,
)
from callcore.domain.outcomes import (
    CallOutcome,
    HungUpBy,
    LeaveReason,
    OfferLostReason,
    RefusalReason,
)
from callcore.domain.treatments import OverflowReason
from callcore.ports.stores import FloorAgent, QueueCounts, StoreUnavailableError

NOW = Micros(1_790_000_000_000_000)
SUPPORT = QueueName("support")


def ago(seconds: float) -> Micros:
    return Micros(NOW - int(seconds * 1_000_000))


def offer(call_id: str, agent_id: str) -> dict[str, Any]:
    return {
        "at": NOW,
        "call_id": CallId(call_id),
        "queue": SUPPORT,
        "offer_id": OfferId("o1"),
        "agent_id": AgentId(agent_id),
    }


def arrived(call_id: str, number: str, dialled="+48225550100") -> events.CallArrived:
    return events.CallArrived(
        at=NOW,
        call_id=CallId(call_id),
        node=NodeName("fs1"),
        leg_id=LegId(call_id),
        caller_number=number,
        caller_name="x",
        dialled_number=dialled,
    )


def left(call_id: str, reason: LeaveReason, *, is_short=False) -> events.CallerLeft:
    return events.CallerLeft(
        at=NOW,
        call_id=CallId(call_id),
        queue=SUPPORT,
        reason=reason,
        waited_seconds=41.0,
        is_short=is_short,
    )


def ended(call_id: str) -> events.CallEnded:
    return events.CallEnded(
        at=NOW,
        call_id=CallId(call_id),
        outcome=CallOutcome.ABANDONED,
        hung_up_by=HungUpBy.CALLER,
        hangup_cause="",
        lasted_seconds=42.0,
    )


def agent(name: str, state: AgentState, since: float, call_id: str | None = None) -> FloorAgent:
    return FloorAgent(
        agent_id=AgentId(name),
        state=state,
        since=ago(since),
        queues=(SUPPORT,),
        call_id=None if call_id is None else CallId(call_id),
        offer_id=None,
        queue=None if call_id is None else SUPPORT,
        leg_id=None,
        lease_until=None,
        miss_count=0,
    )


def sources(**changes: Any) -> Sources:
    values: dict[str, Any] = {
        "counts": lambda: [
            QueueCounts(
                queue=SUPPORT,
                waiting_count=3,
                offered_count=1,
                free_agents_count=2,
                staffed_count=4,
                oldest_joined_at=ago(65),
            )
        ],
        "agents": lambda: [
            agent("bert", AgentState.AVAILABLE, 12),
            agent("anna", AgentState.TALKING, 61, "c1"),
        ],
        "parts": lambda: {"redis": "up", "link:fs1": "up", "postgres": "away"},
        "now": lambda: NOW,
        "name_of": lambda agent_id: {"anna": "Anna Nowak"}.get(agent_id, agent_id),
    }
    return Sources(**(values | changes))


def shown(view: TerminalView, width=80, height=24) -> list[str]:
    console = Console(width=width, height=height, record=True, file=io.StringIO())
    console.print(drawing.draw(view.look(), width, height), height=height)
    return console.export_text(styles=False).splitlines()


def view_of(*facts: events.Fact, **changes: Any) -> TerminalView:
    view = TerminalView("callcore demo", ["http://127.0.0.1:9170/"], sources(**changes))
    for fact in facts:
        view.observe(fact)
    return view


def line_with(lines: list[str], text: str) -> str:
    found = [line for line in lines if text in line]
    assert len(found) == 1, (text, lines)
    return " ".join(found[0].strip("│ ").split())


def test_queues_agents_and_parts_are_shown():
    """One look tells who waits, for how long, who serves whom, and what is down."""
    bridged = events.LegsBridged(
        **offer("c1", "anna"), waited_seconds=3.0, is_within_service_level=True
    )
    view = view_of(
        arrived("c1", "+48201234501"),
        events.Decided(at=NOW, trigger="caller_joined", seconds=0.00072),
        bridged,
        arrived("c2", "+442079460999"),
        left("c2", LeaveReason.ABANDONED),
        ended("c2"),
    )
    lines = shown(view)
    assert line_with(lines, "│ support") == "support 3 1:05 1 2 1 1 50%"
    assert line_with(lines, "Anna Nowak") == "Anna Nowak talking 1:01 +4820…01 support"
    assert line_with(lines, "│ bert") == "bert available 12s"
    assert "● redis" in lines[0]
    assert "● fs1" in lines[0]
    assert "● postgres" in lines[0]
    assert lines[2].strip() == "postgres: away"
    assert "http://127.0.0.1:9170/" in lines[1]
    assert "decides in 0.7 ms" in lines[1]


@pytest.mark.parametrize(("width", "height"), [(80, 24), (140, 40)])
def test_what_is_wrong_is_told_with_its_remedy_to_the_last_word(width: int, height: int):
    """However long the reason, it is on the screen whole, and the floor is still there."""
    reason = "down: fs1 10.0.0.1:8021 refuses the password; set " + "a long name " * 12 + "the end"
    view = view_of(parts=lambda: {"redis": "up", "link:fs1": reason})
    lines = shown(view, width, height)
    words = " ".join(" ".join(lines).split())
    assert " ".join(reason.split()) in words
    assert "support" in words
    assert "Anna Nowak" in words


def test_who_wraps_up_is_with_nobody():
    """The call is over: neither its number nor its id stands beside the agent."""
    wrapping = agent("anna", AgentState.WRAPPING_UP, 4, "c1")
    lines = shown(view_of(arrived("c1", "+48201234501"), agents=lambda: [wrapping]))
    assert line_with(lines, "│ Anna Nowak") == "Anna Nowak wrapping up 4s support"


def test_a_call_is_told_in_words_newest_first():
    """The story of a call can be read off the screen."""
    view = view_of(
        arrived("c1", "+48201234501"),
        events.CallerJoined(at=NOW, call_id=CallId("c1"), queue=SUPPORT, position=2),
        events.PositionAnnounced(at=NOW, call_id=CallId("c1"), queue=SUPPORT, position=2),
        events.OfferMade(**offer("c1", "bert"), waited_seconds=4.0),
        events.OfferLost(**offer("c1", "bert"), reason=OfferLostReason.NO_ANSWER, hangup_cause=""),
        events.AgentPickedUp(**offer("c1", "anna"), rang_seconds=2.5),
        left("c1", LeaveReason.PICKED_UP),
        events.LegsBridged(
            **offer("c1", "anna"), waited_seconds=25.0, is_within_service_level=False
        ),
        events.TalkEnded(**offer("c1", "anna"), talked_seconds=61.0, hung_up_by=HungUpBy.CALLER),
        ended("c1"),
        events.RecordsWritten(at=NOW, count=1, seconds=0.01),
    )
    told = [(event.subject, event.text) for event in view.look().events]
    caller = "+4820…01"
    assert told == [
        ("postgres", "1 call record written"),
        (caller, "is over after 42s: abandoned"),
        (caller, "talked 1:01 with anna; caller hung up"),
        (caller, "talks with anna, waited 25s, late"),
        (caller, "picked up by anna, rang 2s"),
        (caller, "not taken by bert: no answer"),
        (caller, "offered to bert after 4s"),
        (caller, "hears: position 2"),
        (caller, "joined support at position 2"),
        (caller, "arrived on +48225550100"),
    ]


def told(*facts: events.Fact) -> list[tuple[str, str]]:
    """Subject and words of each line, oldest first."""
    return [(event.subject, event.text) for event in reversed(view_of(*facts).look().events)]


def sent_on(to: str, reason=OverflowReason.MAXIMUM_WAIT) -> events.CallSentOn:
    return events.CallSentOn(at=NOW, call_id=CallId("c1"), queue=SUPPORT, reason=reason, to=to)


def door(*, is_open: bool, by="hours", reason="") -> events.QueueDoorChanged:
    return events.QueueDoorChanged(at=NOW, queue=SUPPORT, is_open=is_open, by=by, reason=reason)


def limited(limit: int, staffed_count=4) -> events.LimitChanged:
    return events.LimitChanged(
        at=NOW, queue=SUPPORT, limit=limit, setting="waiting_per_agent", staffed_count=staffed_count
    )


def test_the_way_of_a_caller_who_is_not_served_is_told():
    """What was chosen, who refused, where the caller went and why."""
    call = CallId("c1")
    menu = MenuName("main")
    assert told(
        arrived("c1", "+48201234501"),
        events.MenuAnswered(at=NOW, call_id=call, menu=menu, key="2", to="queue:support"),
        events.CallRefused(
            at=NOW, call_id=call, queue=SUPPORT, reason=RefusalReason.QUEUE_FULL, limit=20
        ),
        sent_on("menu:main", OverflowReason.QUEUE_FULL),
        events.MenuAnswered(
            at=NOW,
            call_id=call,
            menu=menu,
            key="",
            branch="otherwise",
            to="number:+48225550100",
        ),
        sent_on("number:+48225550100"),
        sent_on("goodbye", OverflowReason.CLOSES_TOO_SOON),
    )[1:] == [
        ("+4820…01", "chose 2 in main: queue support"),
        ("+4820…01", "is not admitted to support: queue full, 20 may wait"),
        ("+4820…01", "goes from support to menu main: queue full"),
        ("+4820…01", "is led on by main, otherwise: number +4822…00"),
        ("+4820…01", "goes from support to number +4822…00: maximum wait"),
        ("+4820…01", "is told goodbye by support: closes too soon"),
    ]


def test_changes_of_a_queue_are_told_of_the_queue():
    """Who changed what, and why."""
    assert told(
        door(is_open=False),
        door(is_open=True),
        door(is_open=False, by="anna", reason="fire drill"),
        door(is_open=True, by="anna"),
        limited(8),
        limited(2, staffed_count=1),
    ) == [
        ("support", "is closed"),
        ("support", "is open"),
        ("support", "is closed by anna: fire drill"),
        ("support", "is open by anna"),
        ("support", "has room for 8 with 4 agents"),
        ("support", "has room for 2 with 1 agent"),
    ]


def test_changes_of_a_priority_are_told_of_the_caller():
    """By waiting, or by somebody."""
    call = CallId("c1")
    assert told(
        arrived("c1", "+48201234501"),
        events.PriorityChanged(at=NOW, call_id=call, queue=SUPPORT, priority=3, by="ageing"),
        events.PriorityChanged(at=NOW, call_id=call, queue=SUPPORT, priority=9, by="anna"),
    )[1:] == [
        ("+4820…01", "has priority 3 in support by waiting"),
        ("+4820…01", "has priority 9 in support by anna"),
    ]


def test_a_queue_shows_how_many_may_wait_and_that_it_is_closed():
    """Both as last told; a closed queue is marked while somebody still waits, too."""
    assert line_with(shown(view_of(limited(20), limited(8))), "│ support") == (
        "support 3/8 1:05 1 2 0 0 -"
    )
    assert line_with(shown(view_of(door(is_open=False))), "│ ✕") == ("✕ support 3 1:05 1 2 0 0 -")
    empty = QueueCounts(
        queue=SUPPORT,
        waiting_count=0,
        offered_count=0,
        free_agents_count=0,
        staffed_count=0,
        oldest_joined_at=None,
    )
    closed = view_of(door(is_open=False), counts=lambda: [empty])
    assert line_with(shown(closed), "│ ✕") == "✕ support 0 closed 0 0 0 0 -"
    opened = view_of(door(is_open=False), door(is_open=True), counts=lambda: [empty])
    assert line_with(shown(opened), "│ support") == "support 0 0 0 0 0 -"


@pytest.mark.parametrize("text", ["\x1b[2Jgone", "a\nb", "\u202etxt"])
def test_what_operators_write_commands_no_terminal(text):
    """A reason given by command is text like any other."""
    lines = "\n".join(shown(view_of(door(is_open=False, by=text, reason=text))))
    assert "\x1b" not in lines
    assert "\u202e" not in lines
    assert words.printable(text) in lines


@pytest.mark.parametrize(("width", "height"), [(80, 24), (81, 30), (120, 30), (200, 60), (60, 20)])
def test_the_picture_fits_the_terminal(width, height):
    """No line is longer than the terminal is wide, and there are not more than it is high."""
    view = view_of(
        *(arrived(f"c{number}", "+48201234501") for number in range(300)),
        agents=lambda: [agent(f"agent-{number}", AgentState.AVAILABLE, 1) for number in range(90)],
    )
    lines = shown(view, width, height)
    assert len(lines) == height
    assert {len(line) for line in lines[HEADER:]} == {width}
    assert any("arrived on" in line for line in lines)


HEADER = drawing.HEADER_LINES


def test_busy_agents_come_first_when_there_is_no_room():
    """Of fifty agents the one whose phone rings is seen."""
    many = [agent(f"a{number:02}", AgentState.LOGGED_OUT, 1) for number in range(50)]
    view = view_of(agents=lambda: [*many, agent("zoe", AgentState.RINGING, 1, "c1")])
    lines = shown(view)
    assert line_with(lines, "zoe").startswith("zoe ringing 1s call c1")
    assert any("of 51)" in line for line in lines)


@pytest.mark.parametrize("text", ["\x1b[2Jgone", "a\nb", "\u202etxt", "[red]x[/red]", "\x07"])
def test_no_caller_commands_the_terminal(text):
    """Control characters are replaced and markup is only text."""
    view = view_of(arrived("c1", text, dialled=text))
    lines = shown(view)
    assert len(lines) == 24
    everything = "\n".join(lines)
    assert "\x1b" not in everything
    assert "\u202e" not in everything
    assert "\x07" not in everything
    assert any(words.printable(text) in line for line in lines)


def test_a_floor_that_cannot_be_read_is_said_and_the_last_one_stays():
    """Redis away: the numbers seen last remain, under a line that says so."""
    is_away = False

    def agents():
        if is_away:
            raise StoreUnavailableError("Redis at h:1 is away")
        return [agent("anna", AgentState.TALKING, 61, "c1")]

    view = view_of(agents=agents)
    view.look()
    is_away = True
    lines = shown(view)
    assert "the floor cannot be read: Redis at h:1 is away" in lines[1]
    assert any("Anna Nowak" in line for line in lines)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([], None),
        ([left("c", LeaveReason.ABANDONED, is_short=True)], None),
        ([left("c", LeaveReason.EXIT_KEY)], 0.0),
        ([left("c", LeaveReason.MAXIMUM_WAIT)], None),
        (
            [
                events.LegsBridged(
                    **offer("c1", "anna"), waited_seconds=3.0, is_within_service_level=True
                ),
                left("c", LeaveReason.ABANDONED),
                left("c", LeaveReason.ABANDONED, is_short=True),
            ],
            0.5,
        ),
    ],
)
def test_service_level_is_the_settled_one(facts, expected):
    """Picked up in time of picked up and abandoned that were not short."""
    tally = Tally()
    for fact in facts:
        tally.observe(fact)
    assert tally.service_level("support") == expected


def test_what_is_remembered_is_bounded():
    """A view that is left on for weeks does not grow."""
    tally = Tally()
    for number in range(CALLERS_KEPT + 100):
        tally.observe(arrived(f"call-{number}", "+48201234501"))
    assert len(tally._callers) == CALLERS_KEPT
    assert len(list(tally.latest(str))) == EVENTS_KEPT
    assert tally.caller(CallId("call-0")) == "call call-0"
    assert tally.caller(CallId("call-200")) == "+4820…01"


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0, "0s"), (59.9, "59s"), (65, "1:05"), (7389, "2:03:09"), (-1, "0s")]
)
def test_spans_are_short(seconds, expected):
    """A length fits seven columns."""
    assert words.span(seconds) == expected


class Terminal:
    """A pseudo terminal and the one who looks at it."""

    def __init__(self):
        self.master, slave = pty.openpty()
        self.file = os.fdopen(slave, "w")
        self.seen = ""
        self.decoder = codecs.getincrementaldecoder("utf-8")()

    def look_for(self, text):
        with gevent.Timeout(10):
            while text not in self.seen:
                readable, _, _ = select.select([self.master], [], [], 0.05)
                if readable:
                    self.seen += self.decoder.decode(os.read(self.master, 65536))

    def close(self):
        self.file.close()
        os.close(self.master)


@pytest.fixture
def terminal(monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    found = Terminal()
    yield found
    found.close()


TO_OTHER_SCREEN, BACK = "\x1b[?1049h", "\x1b[?1049l"
CURSOR_OFF, CURSOR_ON = "\x1b[?25l", "\x1b[?25h"


def test_the_terminal_is_given_back(terminal):
    """The view paints on the other screen, follows facts, and leaves no trace."""
    view = TerminalView("callcore demo", [], sources(), terminal.file)
    with view.shown() as is_shown:
        assert is_shown
        terminal.look_for("Anna Nowak")
        assert TO_OTHER_SCREEN in terminal.seen
        assert CURSOR_OFF in terminal.seen
        view.observe(arrived("c1", "+48201234501"))
        terminal.look_for("arrived on")
    terminal.look_for(CURSOR_ON)
    terminal.look_for(BACK)
    view.stop()


def test_nothing_new_is_not_repainted_at_once(terminal):
    """An idle floor costs a painting a second, a busy one at most four."""
    paintings = 0

    def counts():
        nonlocal paintings
        paintings += 1
        return []

    view = TerminalView("callcore demo", [], sources(counts=counts), terminal.file)
    with view.shown():
        terminal.look_for("callcore demo")
        before, began = paintings, time.monotonic()
        while time.monotonic() - began < 1.2:
            view.observe(arrived("c1", "+48201234501"))
            terminal.look_for("callcore demo")
            gevent.sleep(0.02)
        assert 1 <= paintings - before <= 6


def test_a_terminal_that_takes_nothing_stops_nobody(terminal):
    """Ctrl-S, or a remote session that hangs, must not hold up calls nor the end."""
    view = TerminalView("callcore demo", ["x" * 70], sources(), terminal.file)
    turns = 0
    with view.shown():
        # Nobody reads: the pseudo terminal is full after a few paintings.
        with contextlib.suppress(gevent.Timeout), gevent.Timeout(3):
            while True:
                view.observe(arrived("c1", f"+4820123{turns % 10000:04}"))
                gevent.sleep(0.005)
                turns += 1
        began = time.monotonic()
    assert turns > 50
    assert time.monotonic() - began < 3
    drained = gevent.spawn(terminal.look_for, "\0never")
    gevent.sleep(0.2)
    drained.kill()


def test_without_a_terminal_there_is_no_view(tmp_path):
    """Under systemd or in a pipe nothing is written."""
    with (tmp_path / "out").open("w+") as file:
        view = TerminalView("callcore demo", [], sources(), file)
        with view.shown() as is_shown:
            assert not is_shown
            view.observe(arrived("c1", "+48201234501"))
        assert file.read() == ""


def test_every_fact_has_words_or_is_left_out_on_purpose():
    """Facts nobody watches for give no line; nothing fails on any of them."""
    quiet = [
        events.Decided(at=NOW, trigger="agent_free", seconds=0.1),
        events.OfferRinging(**offer("c1", "anna")),
        left("c1", LeaveReason.PICKED_UP),
        events.WrapUpEnded(at=NOW, agent_id=AgentId("anna"), queue=SUPPORT, wrapped_up_seconds=1.0),
    ]
    assert [words.describe(fact) for fact in quiet] == [None] * 4
