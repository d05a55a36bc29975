"""``callcore agent``, through the real socket."""

from __future__ import annotations

import json
import os
import pwd
import time

import pytest

from callcore.domain.agents import ANY_BREAK, AgentState, BreakCode, Wish
from callcore.domain.ids import AgentId, Micros
from callcore.ports.operations import AgentView, DutyAnswer, DutyChange, DutyOrder, DutyRefusedError
from callcore.ports.timelines import AgentChange
from tests.adapters.control.views import SALES, SUPPORT, agent_view

ME = pwd.getpwuid(os.geteuid()).pw_name
ANN = AgentId("1001")


def now() -> Micros:
    return Micros(time.time_ns() // 1000)


def test_agents_in_json_are_the_views(run_json):
    """Field by field."""
    answer = run_json("agent", "list")
    assert [agent["agent_id"] for agent in answer["agents"]] == ["1001", "1002", "1003"]
    assert set(answer["agents"][0]) == set(AgentView.__slots__)


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        *(((command,), {}) for command in DutyChange),
        *(((command, "--reason", "lunch"), {"note": "lunch"}) for command in DutyChange),
        (("login", "--queue", "support", "--queue", "sales"), {"queues": (SUPPORT, SALES)}),
        (("logout", "--queue", "support"), {"queues": (SUPPORT,)}),
        (("break", "--code", "lunch"), {"break_code": "lunch"}),
        (("extend", "--seconds", "90"), {"seconds": 90.0}),
    ],
)
def test_a_change_is_ordered_in_the_operators_name(run, floor, arguments, asked):
    """With what is said of it; what is not, is as the operations have it."""
    command, *options = arguments
    assert run("agent", command, "1001", *options).exit_code == 0
    assert floor.done == [(ANN, DutyOrder(what=DutyChange(command), by=ME, **asked))]


LUNCH = Wish(state=AgentState.ON_BREAK, break_code=BreakCode("lunch"))
ANY = Wish(state=AgentState.ON_BREAK, break_code=ANY_BREAK)
GONE = Wish(state=AgentState.LOGGED_OUT, break_code=None)


@pytest.mark.parametrize(
    ("command", "is_changed", "state", "wish", "said"),
    [
        ("login", True, "available", None, "is logged in for support"),
        ("login", True, "talking", None, "stays logged in for support: talking"),
        ("login", False, "on_break", None, "was logged in already: on break"),
        ("login", False, "talking", GONE, "was logged in already: talking"),
        ("logout", True, "logged_out", None, "is logged out"),
        ("logout", True, "talking", GONE, "is talking: is logged out after the call"),
        ("logout", False, "ringing", GONE, "is ringing: is logged out after the call already"),
        ("logout", True, "available", None, "now serves support only"),
        ("logout", True, "talking", LUNCH, "now serves support only"),
        ("logout", False, "available", None, "already serves support only"),
        ("logout", False, "logged_out", None, "was logged out already"),
        ("break", True, "on_break", None, "is on a break"),
        ("break", True, "talking", LUNCH, "is talking: goes on a break (lunch) after the call"),
        ("break", True, "reserved", ANY, "is reserved: goes on a break after the call"),
        ("break", False, "on_break", None, "was on a break already"),
        ("return", True, "available", None, "is back from the break"),
        ("return", True, "talking", None, "is talking: the break after the call is taken back"),
        ("return", False, "available", None, "was not on a break: available"),
        ("ready", True, "available", None, "is ready"),
        ("ready", True, "on_break", None, "has wrapped up: on break"),
        ("ready", False, "available", None, "was not wrapping up: available"),
        ("extend", True, "wrapping_up", None, "has longer for notes"),
        ("extend", False, "wrapping_up", None, "has no longer for notes than before"),
    ],
)
def test_what_became_of_it_is_said(run, run_json, floor, command, is_changed, state, wish, said):
    """At once, after the call, or not at all: what is so already is no error."""
    floor.duty_answer = DutyAnswer(
        is_changed=is_changed, state=AgentState(state), wish=wish, queues=(SUPPORT,)
    )
    result = run("agent", command, "1001")
    assert (result.exit_code, result.stdout) == (0, f"1001 {said}\n")
    assert run_json("agent", command, "1001") == {
        "agent_id": "1001",
        "change": command,
        "is_changed": is_changed,
        "state": state,
        "wish": None if wish is None else {"state": wish.state, "break_code": wish.break_code},
        "queues": ["support"],
        "warnings": [],
        "reason": "",
        "by": ME,
    }


def test_warnings_are_lines_of_their_own(run, floor):
    """Who is logged in and will not be asked."""
    floor.duty_answer = DutyAnswer(
        is_changed=True,
        state=AgentState.AVAILABLE,
        warnings=("user/1001 is not registered: no calls before it is", "red \x1b[31m"),
    )
    assert run("agent", "login", "1001").stdout.splitlines() == [
        "1001 is logged in for no queue",
        "but user/1001 is not registered: no calls before it is",
        "but red \N{REPLACEMENT CHARACTER}[31m",
    ]


@pytest.mark.parametrize(
    ("has_any", "said"), [(True, "may use feature codes again"), (False, "had given no wrong PIN")]
)
def test_an_agent_is_unlocked(run, run_json, floor, has_any, said):
    """Wrong PINs are forgotten, if there were any."""
    floor.has_wrong_pins = has_any
    assert run("agent", "unlock", "1001").stdout == f"1001 {said}\n"
    answer = {"agent_id": "1001", "is_changed": has_any, "by": ME}
    assert run_json("agent", "unlock", "1001") == answer
    assert floor.done == [("unlock", ANN, ME)] * 2


def test_history_in_json_is_the_timeline(run_json):
    """Field by field, as many as asked for."""
    answer = run_json("agent", "history", "1001", "--count", "2")
    assert (answer["agent_id"], len(answer["changes"])) == ("1001", 2)
    assert set(answer["changes"][0]) == set(AgentChange.__slots__)


@pytest.mark.parametrize("command", [*DutyChange, "unlock", "history"])
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
        ("login", "1001", "--queue", ""),
        ("break", "1001", "--queue", "support"),
        ("break", "1001", "--code", "a/b"),
        ("return", "1001", "--code", "lunch"),
        ("extend", "1001", "--seconds", "0"),
        ("extend", "1001", "--seconds", "1e3"),
        ("history", "1001", "--count", "0"),
        ("history", "1001", "--count", "1001"),
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
