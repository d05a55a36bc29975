"""``callcore call``, through the real socket."""

from __future__ import annotations

import os
import pwd
from dataclasses import replace

import pytest

from tests.adapters.control.views import ENDED, FIRST, SALES, SECOND, THIRD, agents, waiting_view

ME = pwd.getpwuid(os.geteuid()).pw_name


def test_callers_are_listed(run, floor):
    """By as much of their ids as tells them apart, at least eight characters."""
    floor.line = {
        FIRST: waiting_view(FIRST, offered_to=agents("1003", "1004")),
        SECOND: waiting_view(SECOND, position=None, open_level=2, priority=-7),
    }
    result = run("call", "list")
    assert result.exit_code == 0
    assert [line.split() for line in result.stdout.splitlines()] == [
        ["call", "queue", "place", "caller", "waited", "priority", "level", "rings"],
        ["3f2a9c1e-8", "support", "1", "+4860…34", "2:14", "5", "1", "1003,", "1004"],
        ["3f2a9c1e-0", "support", "+4860…34", "2:14", "-7", "2"],
    ]
    floor.line = {THIRD: waiting_view(THIRD)}
    assert run("call", "list").stdout.splitlines()[1].startswith("b7000000 ")


def test_a_callback_is_told_from_callers(run, run_json, floor):
    """Nobody is on the line, whoever is rung."""
    floor.line = {
        FIRST: waiting_view(FIRST, is_callback=True),
        THIRD: waiting_view(THIRD, is_callback=True, offered_to=agents("1003")),
    }
    ends = [line.split()[7:] for line in run("call", "list").stdout.splitlines()[1:]]
    assert ends == [["callback"], ["callback", "1003"]]
    assert [call["is_callback"] for call in run_json("call", "list")["calls"]] == [True, True]


def test_an_empty_line_is_told(run, run_json, floor):
    """In words for people, as a list for machines."""
    floor.line = {}
    assert run("call", "list").stdout == "nobody waits\n"
    assert run_json("call", "list") == {"calls": []}


def test_callers_in_json_are_the_views(run_json):
    """With whole ids."""
    calls = run_json("call", "list")["calls"]
    assert [call["call_id"] for call in calls] == [FIRST, SECOND, THIRD]
    assert calls[0]["caller_number"] == "+4860…34"
    assert calls[0]["offered_to"] == []


@pytest.mark.parametrize(
    ("arguments", "done", "said", "answer"),
    [
        (
            ("priority", THIRD, "-20"),
            ("priority", THIRD, -20, ME),
            f"{THIRD} now waits with priority -13 in all\n",
            {"call_id": THIRD, "priority": -13, "by": ME},
        ),
        (
            ("priority", "B700", "20"),
            ("priority", THIRD, 20, ME),
            f"{THIRD} now waits with priority 27 in all\n",
            {"call_id": THIRD, "priority": 27, "by": ME},
        ),
        (
            ("language", "3f2a9c1e-8", "pl"),
            ("language", FIRST, "pl", ME),
            f"{FIRST} is now spoken to in pl\n",
            {"call_id": FIRST, "language": "pl", "by": ME},
        ),
        (
            ("withdraw", "b7000000-8"),
            ("withdraw", THIRD, ME),
            f"{THIRD} is taken out of its queue\n",
            {"call_id": THIRD, "by": ME},
        ),
        (
            ("move", "3f2a9c1e-8", "sales"),
            ("move", FIRST, SALES, ME),
            f"{FIRST} now waits in sales\n",
            {"call_id": FIRST, "queue": "sales", "by": ME},
        ),
    ],
)
def test_a_caller_is_named_by_id_or_its_beginning(
    run, run_json, floor, arguments, done, said, answer
):
    """And what was done is said, whole id included."""
    before = dict(floor.line)
    result = run("call", *arguments)
    assert (result.exit_code, result.stdout) == (0, said)
    assert floor.done == [done]
    floor.line = before
    assert run_json("call", *arguments) == answer


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("withdraw", "3f2a"), f"3f2a begins 2 calls: {SECOND}, {FIRST}"),
        (("withdraw", "ffff"), "no waiting call begins with ffff: see `callcore call list`"),
        (("withdraw", "f" * 36), "no call ffff"),
        (("withdraw", ENDED), f"call {ENDED} does not wait any more"),
        (("priority", "b700", "1001"), "priority 1001 is not within -1000 to 1000"),
        (("language", "b700", "ru"), "language ru has no catalogue: give one of en, pl"),
        (("language", "f" * 36, "pl"), "no call ffff"),
        (("move", "b700", "nowhere"), "there is no queue nowhere"),
        (("move", "b700", "closed"), "closed is closed: the caller stays"),
    ],
)
def test_what_is_refused_is_told_in_a_line(run, floor, arguments, told):
    """Naming the thing; nothing is done."""
    floor.views["closed"] = replace(floor.views[SALES], is_open=False)
    result = run("call", *arguments)
    assert result.exit_code == 1
    assert result.stderr.startswith(told)
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""
    assert floor.done == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("withdraw", "b70"),
        ("withdraw", ""),
        ("withdraw", "b7/00"),
        ("withdraw", "x" * 200),
        ("withdraw",),
        ("priority", "b700"),
        ("priority", "b700", "high"),
        ("priority", "b700", "1.5"),
        ("priority", "b700", "5", "--jsn"),
        ("language", "b700"),
        ("language", "b700", "de"),
        ("language", "b700", "Polish"),
        ("move", "b700"),
        ("move", "b700", "a/b"),
    ],
)
def test_what_cannot_be_meant_is_a_fault_of_usage(bare_run, floor, arguments):
    """Nobody is asked, whether or not callcore runs."""
    result = bare_run("call", *arguments)
    assert result.exit_code == 2
    assert "Usage:" in result.stderr


def test_hostile_callers_cannot_command_the_terminal(run, floor):
    """Numbers come from the network."""
    floor.line = {
        FIRST: waiting_view(FIRST, caller_number="\x1b[31m\u202e\n", offered_to=agents("\x07"))
    }
    for arguments in (["list"], ["list", "--json"]):
        told = run("call", *arguments).output
        assert told.replace("\n", "").isprintable()
        assert len(told.splitlines()) == 2 or "--json" in arguments
