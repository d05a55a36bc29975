"""What is asked and changed of agents over the real socket, in plain HTTP."""

from __future__ import annotations

import os
import pwd

import pytest

from callcore.adapters.control import requests
from callcore.domain.agents import AgentState, BreakCode, HoldReason, Wish
from callcore.domain.ids import Micros
from callcore.ports.operations import DutyAnswer, DutyChange, DutyOrder
from tests.adapters.control.views import MINUTE, NOW, SALES, SUPPORT, agent_view

ME = pwd.getpwuid(os.geteuid()).pw_name

pytestmark = pytest.mark.usefixtures("server")


def test_agents_are_shown_as_they_are(ask, floor):
    """What is not known of one is null."""
    lunch = BreakCode("lunch")
    floor.roster[1] = agent_view(
        "1002",
        state=AgentState.ON_BREAK,
        reason="command",
        actor="ann",
        break_code=lunch,
        is_overrun=True,
        until=Micros(NOW),
        wish=Wish(state=AgentState.ON_BREAK, break_code=lunch),
        holds=frozenset({HoldReason.UNREGISTERED}),
        misses_count=2,
    )
    status, body = ask("GET", "/v1/agents")
    assert (status, len(body["agents"])) == (200, 3)
    assert body["agents"][0] == {
        "agent_id": "1001",
        "name": "Ann",
        "state": "available",
        "is_resting": False,
        "since": NOW,
        "queues": ["sales", "support"],
        "reason": "",
        "actor": "",
        "break_code": None,
        "is_overrun": False,
        "until": None,
        "wish": None,
        "holds": [],
        "misses_count": 0,
    }
    assert body["agents"][1] | {"name": ""} == body["agents"][0] | {
        "agent_id": "1002",
        "name": "",
        "state": "on_break",
        "reason": "command",
        "actor": "ann",
        "break_code": "lunch",
        "is_overrun": True,
        "until": NOW,
        "wish": {"state": "on_break", "break_code": "lunch"},
        "holds": ["unregistered"],
        "misses_count": 2,
    }
    assert body["agents"][2]["since"] is None


@pytest.mark.parametrize(
    ("what", "body", "asked"),
    [
        *((what, None, {}) for what in DutyChange),
        *((what, {"reason": "Über Mittag"}, {"note": "Über Mittag"}) for what in DutyChange),
        ("login", {"queues": ["support"]}, {"queues": (SUPPORT,)}),
        ("logout", {"queues": ["sales", "support"]}, {"queues": (SALES, SUPPORT)}),
        ("break", {"code": "lunch"}, {"break_code": "lunch"}),
        ("break", {"code": None}, {}),
        ("extend", {"seconds": 90}, {"seconds": 90.0}),
    ],
)
def test_a_change_is_ordered_in_the_name_of_who_connected(ask, floor, noted, what, body, asked):
    """With what the change takes; what is not said is as the operations have it."""
    status, answer = ask("POST", f"/v1/agents/1002/{what}", body)
    assert floor.done == [("1002", DutyOrder(what=DutyChange(what), by=ME, **asked))]
    assert (status, answer) == (
        200,
        {
            "agent_id": "1002",
            "change": what,
            "is_changed": True,
            "state": "available",
            "wish": None,
            "queues": [],
            "warnings": [],
            "reason": asked.get("note", ""),
            "by": ME,
        },
    )
    ((event, values, _),) = noted
    assert (event, values["path"]) == ("control_change_made", f"/v1/agents/1002/{what}")


def test_what_became_of_a_change_is_told_whole(ask, floor):
    """A wish, the queues served and what an operator should know."""
    floor.duty_answer = DutyAnswer(
        is_changed=True,
        state=AgentState.TALKING,
        wish=Wish(state=AgentState.LOGGED_OUT, break_code=None),
        queues=(SUPPORT,),
        warnings=("the phone is not registered",),
    )
    _, answer = ask("POST", "/v1/agents/1002/logout")
    assert answer["state"] == "talking"
    assert answer["wish"] == {"state": "logged_out", "break_code": None}
    assert answer["queues"] == ["support"]
    assert answer["warnings"] == ["the phone is not registered"]


@pytest.mark.parametrize("has_any", [True, False])
def test_wrong_pins_are_forgotten(ask, floor, noted, has_any):
    """Whether there were any is said."""
    floor.has_wrong_pins = has_any
    answer = {"agent_id": "1001", "is_changed": has_any, "by": ME}
    assert ask("POST", "/v1/agents/1001/unlock") == (200, answer)
    assert floor.done == [("unlock", "1001", ME)]
    assert noted == [("control_change_made", {"path": "/v1/agents/1001/unlock", **answer}, None)]


def test_a_timeline_is_told_oldest_first(ask, floor):
    """As many changes as asked for, with all that is kept of each."""
    status, body = ask("GET", "/v1/agents/1001/timeline?count=2")
    assert (status, body["agent_id"], len(body["changes"])) == (200, "1001", 2)
    assert body["changes"][0] == {
        "agent_id": "1001",
        "at": NOW - 2 * MINUTE,
        "before": "logged_out",
        "state": "available",
        "reason": "command",
        "actor": "ann",
        "note": "",
        "break_code": None,
        "holds": [],
        "queue": None,
        "call_id": None,
        "offer_id": None,
    }
    floor.changes *= 30
    assert len(ask("GET", "/v1/agents/1001/timeline")[1]["changes"]) == requests.USUAL_CHANGES


@pytest.mark.parametrize(
    ("method", "address", "body", "status", "word"),
    [
        ("GET", "/v1/agents/1001/login", None, 405, "wrong_method"),
        ("POST", "/v1/agents/1001/timeline", None, 405, "wrong_method"),
        ("POST", "/v1/agents/1001/nap", None, 404, "unknown_address"),
        ("POST", "/v1/agents/nobody/login", None, 404, "unknown_agent"),
        ("POST", "/v1/agents/nobody/unlock", None, 404, "unknown_agent"),
        ("GET", "/v1/agents/nobody/timeline", None, 404, "unknown_agent"),
        ("POST", "/v1/agents/1001/break", {"code": "nap"}, 404, "unknown_break"),
        ("POST", "/v1/agents/1001/extend", {"seconds": 0}, 422, "out_of_range"),
        ("GET", "/v1/agents/1001/timeline?count=0", None, 422, "out_of_range"),
        ("GET", "/v1/agents/1001/timeline?count=many", None, 400, "bad_request"),
        ("GET", "/v1/agents/1001/timeline?cout=5", None, 400, "bad_request"),
        ("POST", "/v1/agents/1001/login", {"queue": "support"}, 400, "bad_request"),
        ("POST", "/v1/agents/1001/login", {"queues": "support"}, 400, "bad_request"),
        ("POST", "/v1/agents/1001/login", {"queues": [""]}, 400, "bad_request"),
        ("POST", "/v1/agents/1001/break", {"queues": ["support"]}, 400, "bad_request"),
        ("POST", "/v1/agents/1001/break", {"code": 5}, 400, "bad_request"),
        ("POST", "/v1/agents/1001/return", {"code": "lunch"}, 400, "bad_request"),
        ("POST", "/v1/agents/1001/extend", {"seconds": "1"}, 400, "bad_request"),
        ("POST", "/v1/agents/1001/extend", b'{"seconds": NaN}', 400, "bad_request"),
        ("POST", "/v1/agents/1001/ready", {"reason": "x" * 201}, 400, "bad_request"),
        ("POST", "/v1/agents/1001/unlock", {"pin": "1234"}, 400, "bad_request"),
    ],
)
def test_what_cannot_be_meant_changes_nothing(
    ask, floor, noted, method, address, body, status, word
):
    """Each with its word; a field of another change may be a mistake."""
    answered, failure = ask(method, address, body)
    assert (answered, failure["error"]) == (status, word)
    assert failure["message"]
    assert (floor.done, noted) == ([], [])
