"""``callcore agent``, through the real socket."""

from __future__ import annotations

import json
import os
import pwd
import time

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.ids import AgentId, Micros
from callcore.ports.operations import AgentView, DutyAnswer, DutyRefusedError
from tests.adapters.control.small_floor import SALES, SUPPORT, agent_view

ME = pwd.getpwuid(os.geteuid()).pw_name
ANN = AgentId("1001")


def now() -> Micros:
    return Micros(time.time_ns() // 1000)


def test_agents_are_listed(run, floor):
    """Who does what, since when, for which queues."""
    long_ago = Micros(1_000_000_000_000_000)
    floor.roster = [
        agent_view("1001", since=long_ago),
        agent_view("1002", name="Bob", is_resting=True, since=long_ago, queues=(SUPPORT,)),
        agent_view("1003", name="Cleo", state=AgentState.ON_BREAK, since=long_ago, queues=(SALES,)),
        agent_view("1004", name="", state=AgentState.LOGGED_OUT, since=None, queues=()),
    ]
    result = run("agent", "list")
    assert result.exit_code == 0
    lines = [line.split() for line in result.stdout.splitlines()]
    assert lines[0] == ["agent", "name", "state", "since", "queues"]
    assert [line[:4] for line in lines[1:4]] == [
        ["1001", "Ann", "available", "Sun"],
        ["1002", "Bob", "resting", "Sun"],
        ["1003", "Cleo", "on", "break"],
    ]
    assert [line[-1] for line in lines[2:4]] == ["support", "sales"]
    assert lines[4] == ["1004", "logged", "out"]


def test_a_site_without_agents_is_told(run, floor):
    """Not as an empty table."""
    floor.roster = []
    assert run("agent", "list").stdout == "there are no agents\n"


def test_agents_in_json_are_the_views(run_json):
    """Field by field."""
    answer = run_json("agent", "list")
    assert [agent["agent_id"] for agent in answer["agents"]] == ["1001", "1002", "1003"]
    assert set(answer["agents"][0]) == set(AgentView.__slots__)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("login", "1001 is logged in"),
        ("logout", "1001 is logged out"),
        ("break", "1001 is on a break"),
        ("return", "1001 is back from the break"),
    ],
)
def test_a_change_is_made_in_the_operators_name(run, floor, command, said):
    """With the reason, if one is given."""
    result = run("agent", command, "1001", "--reason", "lunch")
    assert (result.exit_code, result.stdout) == (0, f"{said}\n")
    assert run("agent", command, "1001").exit_code == 0
    assert floor.done == [(command, ANN, "lunch", ME), (command, ANN, "", ME)]


@pytest.mark.parametrize(
    ("command", "state", "said"),
    [
        ("login", AgentState.ON_BREAK, "1001 was logged in already: on break"),
        ("login", AgentState.TALKING, "1001 was logged in already: talking"),
        ("logout", AgentState.LOGGED_OUT, "1001 was logged out already"),
        ("break", AgentState.ON_BREAK, "1001 was on a break already"),
        ("return", AgentState.AVAILABLE, "1001 was not on a break: available"),
    ],
)
def test_what_is_so_already_is_no_error(run, run_json, floor, command, state, said):
    """A log-in makes nobody available who is on a break: what the agent is doing is said."""
    floor.duty_answer = DutyAnswer(is_changed=False, state=state)
    result = run("agent", command, "1001")
    assert (result.exit_code, result.stdout) == (0, f"{said}\n")
    assert run_json("agent", command, "1001") == {
        "agent_id": "1001",
        "change": command,
        "is_changed": False,
        "state": state,
        "reason": "",
        "by": ME,
    }


@pytest.mark.parametrize("command", ["login", "logout", "break", "return"])
def test_an_unknown_agent_is_told(run, floor, command):
    """With a guess."""
    result = run("agent", command, "101")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "there is no agent 101: did you mean 1001 (Ann)?\n"
    assert floor.done == []


def test_a_refused_change_says_what_the_agent_is_doing(run, floor):
    """callcore's own sentence, and a word for scripts."""

    def refuse():
        raise DutyRefusedError("agent 1002 is talking (call x): ask again when the call is over")

    floor.before = refuse
    result = run("agent", "logout", "1002")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("agent 1002 is talking")
    failure = json.loads(run("agent", "logout", "1002", "--json").stderr)
    assert failure["error"] == "duty_refused"


@pytest.mark.parametrize(
    "arguments",
    [
        ("login",),
        ("login", "1001", "1002"),
        ("login", ""),
        ("login", ".."),
        ("login", "a/b"),
        ("break", "1001", "--reason", "x" * 201),
        ("break", "1001", "--reason", "red \x1b[31m"),
        ("nap", "1001"),
    ],
)
def test_what_cannot_be_meant_is_a_fault_of_usage(bare_run, floor, arguments):
    """Nobody is asked, whether or not callcore runs."""
    result = bare_run("agent", *arguments)
    assert result.exit_code == 2
    assert "Usage:" in result.stderr
    assert "\x1b" not in result.stderr
    assert floor.done == []


def test_hostile_names_cannot_command_the_terminal(run, floor):
    """Whatever the settings hold."""
    floor.roster = [agent_view("\x1b[2J", name="a\nb\u202ec", since=now())]
    for arguments in (["list"], ["list", "--json"]):
        told = run("agent", *arguments).output
        assert told.replace("\n", "").isprintable()
