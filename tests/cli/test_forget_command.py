"""``callcore forget``, through the real socket."""

from __future__ import annotations

import json
import os
import pwd
from dataclasses import replace

from callcore.ports.operations import NumberOnCallError

ME = pwd.getpwuid(os.geteuid()).pw_name
NUMBER = "+48 20 123 45 01"


def test_a_person_is_forgotten(run, floor):
    """What was done is told line by line, the number shortened."""
    result = run("forget", NUMBER)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "+4820…01 is forgotten",
        "  2 calls, of which number, name, account and faults go",
        "  1 recordings",
    ]
    assert floor.done == [("forget", NUMBER, False, ME)]


def test_a_dry_run_does_nothing(run, floor):
    """It says so."""
    result = run("forget", NUMBER, "--dry-run")
    assert result.stdout.splitlines()[0] == "+4820…01: would be forgotten"
    assert floor.done == [("forget", NUMBER, True, ME)]


def test_what_is_out_of_reach_is_listed(run, floor):
    """For somebody to delete it; a path commands no terminal."""
    floor.forgotten = replace(floor.forgotten, recordings_left=("/rec/a\x1b[2J.wav",))
    lines = run("forget", NUMBER).stdout.splitlines()
    assert lines[-2:] == [
        "Delete these where the switch is, which callcore does not reach:",
        "  /rec/a\N{REPLACEMENT CHARACTER}[2J.wav",
    ]


def test_nothing_known_is_said(run, floor):
    """Of a stranger."""
    floor.forgotten = replace(floor.forgotten, counts={})
    assert run("forget", NUMBER).stdout.splitlines() == ["+4820…01: nothing is known"]


def test_it_is_there_for_machines(run):
    """With the shortened number only."""
    told = json.loads(run("forget", NUMBER, "--json").stdout)
    assert told["counts"] == {"call_records": 2, "recordings": 1}
    assert told["number"] == "+4820\N{HORIZONTAL ELLIPSIS}01"


def test_a_refusal_is_one_line(run, floor):
    """The person is on the line."""

    def refuse() -> None:
        raise NumberOnCallError("+4820…01 is on the line right now: ask again after the call")

    floor.before = refuse
    result = run("forget", NUMBER)
    assert result.exit_code == 1
    assert result.stderr == "+4820…01 is on the line right now: ask again after the call\n"
