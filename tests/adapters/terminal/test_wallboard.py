"""What the wallboard shows, in windows of all sizes, with colours and without."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from callcore.adapters.terminal import wallboard, words
from callcore.adapters.terminal.wallboard import Board
from callcore.domain.agents import AgentState, BreakCode
from callcore.domain.ids import Micros, NodeName, QueueName
from callcore.domain.nodes import LinkState
from callcore.domain.queue_days import QueueDay
from callcore.ports.operations import NodeStatus, SiteStatus
from tests.adapters.control.views import (
    MINUTE,
    NOW,
    SECOND_LONG,
    agent_status,
    queue_status,
    site_status,
)

LATE = agent_status(
    "zoe", state=AgentState.ON_BREAK, break_code=BreakCode("lunch"), is_overrun=True
)


def many(count: int, **parts: object) -> SiteStatus:
    """So many queues; in each third one somebody waits, in those with higher numbers for longer."""
    queues = tuple(
        queue_status(
            QueueName(f"queue-{number:03}"),
            waiting_count=1 if number % 3 == 0 else 0,
            oldest_joined_at=Micros(NOW - number * SECOND_LONG) if number % 3 == 0 else None,
        )
        for number in range(count)
    )
    agents = tuple(agent_status(f"{1000 + number}") for number in range(200))
    return site_status(
        queues=queues, agents=(LATE, *agents[1:]), agent_counts={AgentState.AVAILABLE: 900}, **parts
    )


def shown(
    board: Board, width: int = 80, height: int | None = 24, *, is_plain: bool = True
) -> list[str]:
    """The lines on such a terminal, as rich recorded them; with ``is_plain`` without colours."""
    console = Console(
        file=io.StringIO(),
        record=True,
        width=width,
        height=height,
        force_terminal=True,
        color_system="truecolor",
    )
    console.print(wallboard.draw(board, lambda _: "14:35:35", width, height))
    text = console.export_text(styles=not is_plain)
    return [line.rstrip() for line in text.splitlines()]


def board(status: SiteStatus | None, **parts: object) -> Board:
    return Board(status=status, now=NOW, **parts)  # type: ignore[arg-type]  # whatever a case varies


def test_the_remedy_of_a_trouble_is_read():
    """It stands at the end: on two lines where the height is a window's, else on all it needs."""
    fault = (
        "counts as dead: fs1 127.0.0.1:8021 refuses connections: is FreeSWITCH running, and do "
        "listen-ip and listen-port of event_socket.conf.xml say this address?"
    )
    status = site_status(parts={"redis": "up", "link:fs1": fault})
    once = shown(board(status), height=None)
    first = once.index(" ! link:fs1: counts as dead: fs1 127.0.0.1:8021 refuses connections: is")
    assert " ".join(once[first : first + 3]).split() == f"! link:fs1: {fault}".split()
    live = shown(board(status, fault=fault))
    assert len(live) == 24
    assert " ".join(live[1:3]).split() == fault.split()
    first = live.index(once[first])
    assert live[first + 1].endswith("…")
    assert live[first + 2].startswith("╭")


def test_who_is_there_is_told_whole():
    """On lines of its own where there is no room beside who waits, and between two states."""
    counts = dict.fromkeys(AgentState, 10)
    status = site_status(agent_counts=counts, queues=many(9).queues)
    lines = shown(board(status))
    assert len(lines) == 24
    first, second = lines[2:4]
    told = [f"10 {words.spoken(state)}" for state in counts]
    assert f"{first} {second.strip()}" == f" agents: {', '.join(told)}"
    assert (first.endswith(","), lines[4][:9]) == (True, " workers:")


def test_in_a_wide_window_names_stay_near_their_numbers():
    """Tables are of 120 columns at most; a trouble may be longer."""
    status = site_status(parts={"redis": "is away " * 30})
    lines = shown(board(status), width=200, height=50)
    assert len(lines) == 50
    frames = [line for line in lines if line.startswith(("╭", "│", "╰"))]
    assert {len(line) for line in frames} == {120}
    assert max(map(len, lines)) > 150


def test_a_site_in_80_columns():
    """To the letter, without a colour."""
    day = QueueDay(picked_up_count=21, picked_up_within_count=14, abandoned_count=8)
    status = site_status(
        queues=(
            queue_status(QueueName("sales"), is_open=False, staffed_count=0),
            queue_status(
                QueueName("support"),
                waiting_count=2,
                offered_count=1,
                promises_count=1,
                oldest_joined_at=Micros(NOW - 41 * SECOND_LONG),
                today=day,
                service_level=day.service_level,
            ),
        ),
        agent_counts={AgentState.TALKING: 1, AgentState.ON_BREAK: 1},
        agents=(
            LATE,
            agent_status("1003", state=AgentState.TALKING, queue=QueueName("support")),
        ),
        nodes=(
            NodeStatus(node=NodeName("fs1"), link=LinkState.UP, is_drained=False),
            NodeStatus(node=NodeName("fs2"), link=LinkState.DOWN, is_drained=False),
        ),
        parts={"redis": "up", "postgres": "away"},
    )
    assert shown(board(status, hint="q quits"), height=None) == [
        " callcore main  14:35:35                                                q quits",
        " 3 waiting, longest 41s  today 48% in time  agents: 1 talking, 1 on break",
        " workers: 1, 2  nodes: fs1, fs2 down!",
        " ! postgres: away",
        "╭─ Queues ─────────────────────────────────────────────────────────────────────╮",
        "│ queue           waiting  longest  offered  free  picked up  abandoned  level │",
        "│ ✕ sales            0/20   closed        0     0          -          -      - │",
        "│ support            2/20      41s        1     0         21          8    48% │",
        "╰────────────────────────────────────────────────────── callbacks:  1 to keep ─╯",
        "╭─ Agents (2) ─────────────────────────────────────────────────────────────────╮",
        "│ agent                    state                          for  queue           │",
        "│ Agent zoe                ! on break (lunch)            1:00                  │",
        "│ Agent 1003               talking                       1:00  support         │",
        "╰──────────────────────────────────────────────────────────────────────────────╯",
    ]


@pytest.mark.parametrize("width", [40, 60, 80, 120, 250])
@pytest.mark.parametrize("height", [10, 24, 70])
def test_it_fits_any_window(width, height):
    """Nothing is wider or higher; with hundreds of queues and agents both are to be seen, and where
    there is room for one kind only, queues.
    """
    lines = shown(board(many(300)), width, height)
    assert len(lines) == height
    assert max(map(len, lines)) <= width
    text = "\n".join(lines)
    assert "queue-297" in text
    assert ("zoe" in text) is (height > 10)


def test_those_that_need_a_look_come_first_and_the_others_are_counted():
    """The longest wait; and in how many more somebody waits."""
    lines = shown(board(many(300)))
    rows = [line.split()[1] for line in lines if "│ queue-" in line]
    assert rows == [f"queue-{297 - 3 * place:03}" for place in range(len(rows))]
    title = next(line for line in lines if "Queues" in line)
    assert f"Queues ({len(rows)} of 300; in {100 - len(rows)} more somebody waits)" in title
    assert any("of 900)" in line for line in lines)


def test_a_narrow_window_keeps_names_and_waits():
    """What of a queue can be spared goes."""
    lines = shown(board(many(3)), width=50)
    title = next(line for line in lines if "waiting  longest" in line)
    assert title.split() == ["│", "queue", "waiting", "longest", "free", "level", "│"]
    assert any("queue-000" in line for line in lines)


def test_while_callcore_is_away_the_last_look_stays_with_its_age():
    """Faint, with the reason; nothing of it is coloured as if it were so."""
    aged = Board(status=many(3), now=Micros(NOW + 2 * MINUTE), fault="no callcore runs")
    lines = shown(aged)
    assert "2:00 ago" in lines[0]
    assert lines[1] == " no callcore runs"
    row = next(line for line in shown(aged, is_plain=False) if "queue-000" in line)
    assert "\x1b[2m" in row
    assert "\x1b[1;33m" not in row
    fresh = next(line for line in shown(board(many(3)), is_plain=False) if "queue-000" in line)
    assert "\x1b[1;33m" in fresh


def test_before_the_first_answer_it_says_so():
    """And why there is none."""
    assert shown(board(None), height=None) == [" asking callcore ..."]
    assert shown(board(None, fault="no callcore runs"), height=None) == [" no callcore runs"]


def test_who_drains_it_is_told():
    """So that nobody wonders at callers being turned away; and how much is left."""
    lines = shown(board(many(3, draining="eve", calls_count=7)))
    assert " drained by eve: takes no new calls, ends after the last; 7 calls left" in lines
    lines = shown(board(many(3, draining="eve", calls_count=1)))
    assert " drained by eve: takes no new calls, ends after the last; 1 call left" in lines


def test_a_name_cannot_command_the_terminal():
    """Whoever gave it."""
    text = "\n".join(shown(board(site_status(agents=(agent_status(name="\x1b[2Jx"),)))))
    assert "\x1b" not in text
    assert "\N{REPLACEMENT CHARACTER}[2Jx" in text
