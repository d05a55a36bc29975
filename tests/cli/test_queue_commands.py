"""``callcore queue``, through the real socket."""

from __future__ import annotations

import os
import pwd
import time

import pytest

from callcore.domain.admission import Closure, Limit
from callcore.domain.ids import Micros
from tests.adapters.control.views import SALES, SUPPORT, queue_view

ME = pwd.getpwuid(os.geteuid()).pw_name
MINUTE = 60_000_000


def now() -> Micros:
    return Micros(time.time_ns() // 1000)


def test_queues_are_listed(run, floor):
    """Who waits for how long, how many may, who serves."""
    floor.views = {
        SUPPORT: queue_view(
            SUPPORT,
            waiting_count=12,
            oldest_joined_at=Micros(now() - 2 * MINUTE - 5_000_000),
            limit=Limit(maximum_waiting=18, setting="waiting_per_agent"),
            free_agents_count=0,
            staffed_count=6,
        ),
        SALES: queue_view(SALES, staffed_count=0),
    }
    result = run("queue", "list")
    assert result.exit_code == 0
    assert [line.split() for line in result.stdout.splitlines()] == [
        ["queue", "state", "waiting", "longest", "limit", "free", "staffed"],
        ["support", "open", "12", "2:05", "18", "0", "6"],
        ["sales", "open", "0", "1000", "0", "0"],
    ]


@pytest.mark.parametrize(
    ("parts", "state"),
    [
        ({}, "open"),
        ({"closes_at": Micros(4_000_000_000_000_000)}, "open until Tue 02 Oct 2096"),
        ({"is_open": False}, "closed"),
        ({"is_open": False, "opens_at": Micros(4_000_000_000_000_000)}, "closed until Tue 02 Oct"),
        (
            {
                "is_open": False,
                "closure": Closure(by="ann", reason="fire drill", at=Micros(0), until=None),
            },
            "closed by ann until it is opened: fire drill",
        ),
        (
            {
                "is_open": False,
                "closure": Closure(
                    by="ann", reason="", at=Micros(0), until=Micros(4_000_000_000_000_000)
                ),
            },
            "closed by ann until Tue 02 Oct 2096",
        ),
    ],
)
def test_the_state_of_a_queue_says_until_when(run, floor, parts, state):
    """And if an operator closed it, who and why."""
    floor.views = {SUPPORT: queue_view(SUPPORT, **parts)}
    lines = run("queue", "list").stdout.splitlines()[1:]
    column = slice(len("support  "), 40)
    told = " ".join(" ".join(line[column].split()) for line in lines)
    assert " ".join(told.split()[: len(state.split())]) == state


def test_queues_in_json_are_the_views(run_json):
    """Field by field, instants in epoch microseconds."""
    answer = run_json("queue", "list")
    assert [queue["queue"] for queue in answer["queues"]] == ["sales", "support"]
    assert answer["queues"][1]["limit"] == {"maximum_waiting": 1000, "setting": "maximum_waiting"}


def test_a_queue_is_closed_until_further_notice(run, floor):
    """In the operator's name."""
    result = run("queue", "close", "support")
    assert (result.exit_code, result.stdout) == (0, "support is closed until it is opened\n")
    assert floor.done == [("close", SUPPORT, None, "", ME)]


def test_a_queue_is_closed_for_a_while(run, run_json, floor):
    """What was understood is shown: a time alone may be tomorrow's."""
    began = now()
    result = run("queue", "close", "sales", "--until", "+2h30m", "--reason", "fire drill")
    [(_, queue, until, reason, _)] = floor.done
    assert (result.exit_code, queue, reason) == (0, SALES, "fire drill")
    assert 0 <= until - began - 150 * MINUTE < MINUTE
    assert result.stdout.startswith("sales is closed until ")
    answer = run_json("queue", "close", "sales", "--until", "2096-10-02T09:06:40+02:00")
    assert answer == {"queue": "sales", "until": 4_000_000_000_000_000, "reason": "", "by": ME}


def test_a_queue_is_opened(run, run_json, floor):
    """One that no command closed is not an error: it is as wished."""
    run("queue", "close", "support")
    result = run("queue", "open", "support")
    assert (result.exit_code, result.stdout) == (0, "support is no longer closed by command\n")
    result = run("queue", "open", "support")
    assert (result.exit_code, result.stdout) == (0, "support was not closed by command\n")
    assert run_json("queue", "open", "support") == {
        "queue": "support",
        "was_closed": False,
        "by": ME,
    }
    assert [done[0] for done in floor.done] == ["close", "open", "open", "open"]


@pytest.mark.parametrize("command", [("close", "nowhere"), ("open", "nowhere")])
def test_an_unknown_queue_is_told(run, floor, command):
    """With those there are."""
    result = run("queue", *command)
    assert result.exit_code == 1
    assert result.stderr == "there is no queue nowhere: there are sales, support\n"
    assert result.stdout == ""
    assert floor.done == []


def test_an_end_in_the_past_is_refused(run, floor):
    """By callcore, whose clock counts."""
    result = run("queue", "close", "support", "--until", "2001-01-01T00:00Z")
    assert (result.exit_code, result.stderr) == (1, "until is past\n")
    assert floor.done == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("close", "support", "--until", "soon"),
        ("close", "support", "--until", "25:00"),
        ("close", "support", "--until", "2026-11-22"),
        ("close", "support", "--until", ""),
        ("close", "support", "--until", "-2h"),
        ("close", "support", "--reason", "x" * 201),
        ("close", "support", "--reason", "red \x1b[31m"),
        ("close", "support", "--reason", "not UTF-8: \udcff"),
        ("close", "../calls"),
        ("close", "a/b"),
        ("close", ".."),
        ("close", ""),
        ("close", "a\nb"),
        ("close", "\udcff"),
        ("close", "x" * 200),
        ("close",),
        ("close", "support", "sales"),
        ("close", "support", "--untill", "15:30"),
        ("shut", "support"),
    ],
)
def test_what_cannot_be_meant_is_a_fault_of_usage(bare_run, floor, arguments):
    """Nobody is asked, whether or not callcore runs."""
    result = bare_run("queue", *arguments)
    assert result.exit_code == 2
    assert "Usage:" in result.stderr
    assert "\x1b" not in result.stderr
    assert floor.done == []


def test_hostile_names_cannot_command_the_terminal(run, floor):
    """Whatever Redis holds."""
    closure = Closure(by="x\x1b]0;y\x07", reason="a\nb\u202ec", at=Micros(0), until=None)
    floor.views = {
        SUPPORT: queue_view(SUPPORT, queue="\x1b[2J\x9b", is_open=False, closure=closure)
    }
    for arguments in (["list"], ["list", "--json"]):
        told = run("queue", *arguments).output
        assert told.replace("\n", "").isprintable()
