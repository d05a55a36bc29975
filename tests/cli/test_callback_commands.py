"""``callcore callback``, through the real socket."""

from __future__ import annotations

import os
import pwd
import re
import time
from dataclasses import replace

import pytest

from callcore.domain.callbacks import CallbackState
from callcore.domain.ids import Micros
from callcore.domain.outcomes import AskingEnd, AttemptOutcome
from callcore.domain.records import CallbackAttempt
from callcore.ports.operations import CallbackRefusedError, CallbackRequest
from tests.adapters.control.views import (
    FIRST,
    NOW,
    SECOND,
    SUPPORT,
    THIRD,
    agents,
    callback_view,
    queue_view,
)

ME = pwd.getpwuid(os.geteuid()).pw_name
REQUEST = ("callback", "request", "--queue", "support", "--number", "+48600700800")
BUSY = CallbackAttempt(at=NOW, outcome=AttemptOutcome.NO_ANSWER)


def test_promises_are_listed(run, floor):
    """By as much of their ids as tells them apart; what is still to come, and what came of it."""
    floor.promises = [
        callback_view(FIRST),
        callback_view(SECOND, position=2, state=CallbackState.OFFERED, offered_to=agents("1003")),
        callback_view(THIRD, position=None, state=CallbackState.TALKING, attempts=(BUSY,)),
    ]
    result = run("callback", "list")
    assert result.exit_code == 0
    assert [line.split() for line in result.stdout.splitlines()] == [
        ["call", "queue", "place", "number", "waited", "tries", "state"],
        ["3f2a9c1e-8", "support", "1", "+4860…34", "2:14", "waiting"],
        ["3f2a9c1e-0", "support", "2", "+4860…34", "2:14", "offered", "1003"],
        ["b7000000-8", "support", "+4860…34", "2:14", "1", "talking,", "last", "no", "answer"],
    ]


def test_when_the_next_attempt_is_due_is_told(run, floor):
    """As an instant of this machine."""
    floor.promises = [
        callback_view(state=CallbackState.NOT_DUE, due_at=Micros(4_000_000_000_000_000))
    ]
    assert "not due until Tue 02 Oct" in " ".join(run("callback", "list").stdout.split())


@pytest.mark.parametrize(("seconds", "has_seconds"), [(300, True), (7200, False)])
def test_what_is_due_soon_is_told_to_the_second(run, floor, seconds, has_seconds):
    """A retry in half a minute is not due "until" the minute that it is now."""
    due_at = Micros(time.time_ns() // 1000 + seconds * 1_000_000)
    floor.promises = [callback_view(state=CallbackState.NOT_DUE, due_at=due_at)]
    told = " ".join(run("callback", "list").stdout.split())
    assert bool(re.search(r"not due until .*\d\d:\d\d:\d\d", told)) is has_seconds


def test_none_is_told(run, run_json, floor):
    """In words for people, as a list for machines."""
    floor.promises = []
    assert run("callback", "list").stdout == "no callback is promised\n"
    assert run_json("callback", "list") == {"callbacks": []}


def test_promises_in_json_are_the_views(run_json):
    """With whole ids and the words of the domain."""
    (shown,) = run_json("callback", "list")["callbacks"]
    assert (shown["call_id"], shown["origin"], shown["state"]) == (FIRST, "waiting", "waiting")


def test_a_callback_is_requested(run, run_json, floor):
    """What becomes of it is said, whole id included; nothing more is asked than was given."""
    result = run(*REQUEST)
    said = f"{THIRD} is promised in support\nplace 4, in 5 to 10 min\n"
    assert (result.exit_code, result.stdout) == (0, said)
    assert floor.done == [
        ("request_callback", CallbackRequest(queue=SUPPORT, number="+48600700800", by=ME))
    ]
    assert run_json(*REQUEST) == {
        "end": "promised",
        "call_id": THIRD,
        "queue": "support",
        "position": 4,
        "low_minutes": 5,
        "high_minutes": 10,
        "by": ME,
    }


def test_all_that_may_be_said_of_it_is_asked_for(run, floor):
    """Name, language, priority."""
    run(*REQUEST, "--name", "Zażółć", "--language", "pl", "--priority", "-3")
    ((_, asked),) = floor.done
    assert (asked.name, asked.language, asked.priority) == ("Zażółć", "pl", -3)
    assert asked.not_before is None


@pytest.mark.parametrize(
    ("when", "seconds"),
    [(("--in", "2h30m"), 9000), (("--in", "45m"), 2700), (("--at", "+1h"), 3600)],
)
def test_it_may_be_asked_for_later(run, floor, when, seconds):
    """In so long, or at an instant."""
    run(*REQUEST, *when)
    first = floor.done[-1][1].not_before
    run(*REQUEST, "--at", "2096-10-02T15:30")
    assert floor.done[-1][1].not_before > first
    run(*REQUEST, "--in", "1m")
    assert (first - floor.done[-1][1].not_before) / 1e6 == pytest.approx(seconds - 60, abs=10)


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"low_minutes": None, "high_minutes": None}, "is promised in support\nplace 4\n"),
        ({"low_minutes": 30, "high_minutes": None}, "place 4, in more than 30 min"),
        ({"low_minutes": 0, "high_minutes": 5}, "place 4, in up to 5 min"),
        ({"end": AskingEnd.ALREADY_PROMISED, "position": None}, "promised before in support\nin 5"),
    ],
)
def test_what_is_known_of_the_wait_is_told(run, floor, parts, said):
    """And nothing else."""
    floor.callback_answer = replace(floor.callback_answer, **parts)
    assert said in run(*REQUEST).stdout


def test_a_promise_is_taken_back(run, run_json, floor):
    """Named by the beginning of its id among the promises."""
    floor.promises = [callback_view(FIRST), callback_view(THIRD)]
    result = run("callback", "withdraw", "b700")
    assert (result.exit_code, result.stdout) == (0, f"{THIRD} is taken back\n")
    assert floor.done == [("withdraw", THIRD, ME)]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("withdraw", "ffff"), "no promised callback begins with ffff: see `callcore callback"),
        (("withdraw", "3f2a"), f"3f2a begins 2 calls: {SECOND}, {FIRST}"),
        (("request", "--queue", "nowhere", "--number", "1"), "there is no queue nowhere"),
        (REQUEST[1:], "the number may not be called"),
    ],
)
def test_what_is_refused_is_told_in_a_line(run, floor, arguments, told):
    """Nothing is done."""
    floor.promises = [callback_view(FIRST), callback_view(SECOND)]
    refusal = CallbackRefusedError("the number may not be called", AskingEnd.NUMBER_NOT_ALLOWED)
    floor.callback_refusal = refusal
    result = run("callback", *arguments)
    assert result.exit_code == 1
    assert result.stderr.startswith(told)
    assert result.stderr.count("\n") == 1
    assert floor.done == []


def test_a_refusal_in_json_has_the_word_of_its_end(run, floor):
    """Scripts tell a bad number from a full queue."""
    floor.callback_refusal = CallbackRefusedError("no", AskingEnd.TOO_MANY)
    result = run(*REQUEST, "--json")
    assert (result.exit_code, result.stderr) == (1, '{"error": "too_many", "message": "no"}\n')


@pytest.mark.parametrize(
    "arguments",
    [
        ("request",),
        ("request", "--queue", "support"),
        ("request", "--number", "1"),
        (*REQUEST[1:], "--language", "de"),
        (*REQUEST[1:], "--priority", "high"),
        (*REQUEST[1:], "--at", "tomorrow"),
        (*REQUEST[1:], "--in", "soon"),
        (*REQUEST[1:], "--in", "1h", "--at", "15:30"),
        ("withdraw",),
        ("withdraw", "b70"),
    ],
)
def test_what_cannot_be_meant_is_a_fault_of_usage(bare_run, floor, arguments):
    """Nobody is asked, whether or not callcore runs."""
    result = bare_run("callback", *arguments)
    assert result.exit_code == 2
    assert "Usage:" in result.stderr


@pytest.mark.parametrize("length", ["soon", "30", "15:30", "+30m"])
def test_a_length_is_told_as_it_was_written(bare_run, length):
    """With the forms of lengths: others are for --at."""
    result = bare_run("callback", *REQUEST[1:], "--in", length)
    told = "no length of time: 2h30m, 45m or 1d"
    assert f"{length!r} is {told}" in " ".join(result.stderr.split())


def test_hostile_numbers_cannot_command_the_terminal(run, floor):
    """They come from the network."""
    floor.promises = [callback_view(caller_number="\x1b[31m\u202e", offered_to=agents("\x07"))]
    told = run("callback", "list").output
    assert told.replace("\n", "").isprintable()


def test_queues_tell_of_their_promises_where_there_are_any(run, floor):
    """In a column of its own."""
    assert "callbacks" not in run("queue", "list").stdout
    floor.views[SUPPORT] = queue_view(SUPPORT, waiting_count=12, promises_count=7)
    lines = [line.split() for line in run("queue", "list").stdout.splitlines()]
    assert lines[0][:4] == ["queue", "state", "waiting", "callbacks"]
    assert lines[2][:4] == ["support", "open", "12", "7"]


def test_queues_tell_of_those_that_are_not_due(run, floor):
    """They are not among the waiting; with them, and all else, a line fits."""
    floor.views[SUPPORT] = queue_view(SUPPORT, waiting_count=12, promises_count=7, deferred_count=4)
    shown = run("queue", "list").stdout.splitlines()
    lines = [line.split() for line in shown]
    assert lines[0][:6] == ["queue", "state", "waiting", "callbacks", "not", "due"]
    assert lines[2][:5] == ["support", "open", "12", "7", "4"]
    assert max(map(len, shown)) <= 80
