"""What the live view shows, at every size and whatever stands in the texts."""

from __future__ import annotations

import pytest

from callcore.adapters.terminal import drawing, words
from callcore.adapters.terminal.tally import CALLERS_KEPT, EVENTS_KEPT, Tally
from callcore.adapters.terminal.view import TerminalView
from callcore.domain import events
from callcore.domain.agents import AgentState
from callcore.domain.ids import CallId
from callcore.domain.outcomes import LeaveReason
from callcore.ports.stores import QueueCounts, StoreUnavailableError
from tests.adapters.terminal.scenes import (
    NOW,
    SUPPORT,
    agent,
    arrived,
    door,
    ended,
    left,
    limited,
    line_with,
    offer,
    shown,
    sources,
    view_of,
)


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


def test_links_fit_a_narrow_terminal():
    """Each page can be read, and how to end: what all have in common stands there once."""
    pages = ("metrics", "healthz", "readyz")
    urls = tuple(f"http://127.0.0.1:9170/{page}" for page in pages)
    view = TerminalView("callcore demo", urls, sources())
    view.observe(events.Decided(at=NOW, trigger="caller_joined", seconds=0.00072))
    narrow = shown(view, 80)[1].split()
    assert narrow[:3] == ["http://127.0.0.1:9170/metrics", "/healthz", "/readyz"]
    assert narrow[-2:] == ["Ctrl-C", "stops"]
    wide = shown(view, 130)[1].split()
    assert tuple(wide[:3]) == urls
    assert wide[3:] == ["decides", "in", "0.7", "ms", "Ctrl-C", "stops"]


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
