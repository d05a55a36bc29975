"""``callcore node``, through the real socket."""

from __future__ import annotations

import json
import os
import pwd
import time

import pytest

from callcore.domain.ids import Micros
from callcore.domain.nodes import LinkState
from tests.adapters.control.views import FS1, FS2, node_view

ME = pwd.getpwuid(os.geteuid()).pw_name


def rows(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines()]


def test_nodes_are_listed(run, floor):
    """How each is reached, whether it takes calls, and what is on it."""
    now = Micros(time.time_ns() // 1000)
    floor.node_views = {
        FS1: node_view(FS1, calls_count=12, lines_count=2, legs_count=31, is_empty=False),
        FS2: node_view(FS2, link=LinkState.GONE, gone_at=now, legs_count=None),
    }
    result = run("node", "list")
    assert result.exit_code == 0
    title, first, second = rows(result.stdout)
    assert title == ["node", "link", "new", "calls", "calls", "lines", "channels"]
    assert first == ["fs1", "up", "taken", "12", "2", "31"]
    assert second[:3] == ["fs2", "gone", "since"]
    assert second[-3:] == ["taken", "0", "?"]


@pytest.mark.parametrize(("legs_count", "is_empty"), [(3, False), (0, True)])
def test_a_node_that_is_being_emptied_says_when_it_is(run, floor, legs_count, is_empty):
    """Since when, by whom, and that nothing is left."""
    floor.node_views = {
        FS1: node_view(
            FS1,
            drained_at=Micros(time.time_ns() // 1000),
            drained_by="eve\x1b[2J",
            legs_count=legs_count,
            is_empty=is_empty,
        )
    }
    text = " ".join(run("node", "list").stdout.split())
    assert "none since" in text
    assert "by eve" in text
    assert "\x1b" not in text
    assert (": empty" in text) is is_empty


def test_a_node_that_is_not_reached_says_why(run, floor):
    """Below the list, as its log line has it."""
    floor.node_views = {
        FS1: node_view(FS1),
        FS2: node_view(FS2, link=LinkState.DOWN, legs_count=None, fault="fs2 refuses\x1b[2J us"),
    }
    text = run("node", "list").stdout
    assert text.splitlines()[-2:] == ["", "fs2 refuses\ufffd[2J us"]


def test_without_nodes(run, floor):
    """There is nothing to draw."""
    floor.node_views = {}
    assert run("node", "list").stdout == "there are no nodes\n"


def test_a_node_is_emptied_and_takes_calls_again(run, floor):
    """Who asked is known."""
    assert "fs1 takes no new calls from now on" in run("node", "drain", "fs1").stdout
    floor.node_views[FS1] = node_view(FS1, drained_at=Micros(1), drained_by="eve")
    assert "fs1 takes no new calls already" in run("node", "drain", "fs1").stdout
    assert run("node", "undrain", "fs1").stdout == "fs1 takes calls again\n"
    assert "was not being emptied" in run("node", "undrain", "fs2").stdout
    assert floor.done == [
        ("drain", FS1, ME),
        ("drain", FS1, ME),
        ("undrain", FS1, ME),
        ("undrain", FS2, ME),
    ]


def test_a_node_that_is_none(run, floor):
    """The daemon says so."""
    result = run("node", "drain", "fs9")
    assert result.exit_code != 0
    assert "there is no node fs9" in result.stderr
    assert floor.done == []


def test_in_json(run):
    """As it goes over the socket."""
    first, second = json.loads(run("node", "list", "--json").stdout)["nodes"]
    assert (first["node"], second["link"], second["is_empty"]) == ("fs1", "up", True)
    answer = json.loads(run("node", "drain", "fs1", "--json").stdout)
    assert answer == {"node": "fs1", "is_drained": True, "is_changed": True, "by": ME}
