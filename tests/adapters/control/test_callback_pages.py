"""Callbacks over the control socket, spoken to in plain HTTP and by the client."""

from __future__ import annotations

import os
import pwd
from dataclasses import replace
from pathlib import Path

import pytest

from callcore.adapters.control.client import ControlClient, RefusedError
from callcore.adapters.control.requests import RequestCallback
from callcore.domain import outcomes
from callcore.domain.ids import Language, Micros
from callcore.domain.outcomes import AskingEnd, AttemptOutcome
from callcore.domain.records import CallbackAttempt
from callcore.ports.operations import CallbackRefusedError, CallbackRequest
from tests.adapters.control.views import FIRST, NOW, SUPPORT, THIRD, callback_view

ME = pwd.getpwuid(os.geteuid()).pw_name
ADDRESS = "/v1/callbacks"

pytestmark = pytest.mark.usefixtures("server")


def test_callbacks_are_shown_as_they_are(ask, floor, path: Path):
    """Every field of every view, under its own name, and the same to the client."""
    attempt = CallbackAttempt(at=NOW, outcome=AttemptOutcome.BUSY, hangup_cause="USER_BUSY")
    floor.promises = [callback_view(FIRST, attempts=(attempt,), due_at=Micros(NOW + 5))]
    status, body = ask("GET", ADDRESS)
    assert status == 200
    assert body["callbacks"] == [
        {
            "call_id": FIRST,
            "queue": "support",
            "caller_number": "+4860…34",
            "origin": "waiting",
            "waited_seconds": 134.5,
            "position": 1,
            "state": "waiting",
            "due_at": NOW + 5,
            "expires_at": NOW + 3_600_000_000,
            "attempts": [
                {
                    "at": NOW,
                    "outcome": "busy",
                    "hangup_cause": "USER_BUSY",
                    "leg_id": None,
                    "answered_at": None,
                }
            ],
            "offered_to": [],
        }
    ]
    assert list(ControlClient(path).callbacks().callbacks) == floor.promises


def test_a_callback_is_requested_in_the_name_of_who_connected(ask, floor, noted):
    """The number is in the request only: neither in the answer nor in the log."""
    body = {
        "queue": "support",
        "number": "+48 600 700 800",
        "name": "Zażółć",
        "language": "pl",
        "priority": -3,
        "account": "A-7",
        "not_before": NOW,
    }
    answer = {
        "end": "promised",
        "call_id": THIRD,
        "queue": "support",
        "position": 4,
        "low_minutes": 5,
        "high_minutes": 10,
        "by": ME,
    }
    assert ask("POST", ADDRESS, body) == (200, answer)
    wanted = CallbackRequest(
        queue=SUPPORT,
        number="+48 600 700 800",
        by=ME,
        name="Zażółć",
        language=Language("pl"),
        priority=-3,
        account="A-7",
        not_before=NOW,
    )
    assert floor.done == [("request_callback", wanted)]
    assert noted == [("control_change_made", {"path": ADDRESS, **answer}, None)]


def test_queue_and_number_are_enough(path: Path, floor):
    """The client asks as plainly; what is open comes back open."""
    floor.callback_answer = replace(
        floor.callback_answer, end=AskingEnd.ALREADY_PROMISED, position=None, high_minutes=None
    )
    answer = ControlClient(path).request_callback(RequestCallback(queue="support", number="1"))
    assert (answer.end, answer.position, answer.high_minutes) == ("already_promised", None, None)
    assert floor.done == [
        ("request_callback", CallbackRequest(queue=SUPPORT, number="1", by=ME)),
    ]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"queue": "support"},
        {"queue": "", "number": "1"},
        {"queue": "support", "number": 48600},
        {"queue": "support", "number": "1" * 200},
        {"queue": "support", "number": "1", "priority": 1.5},
        {"queue": "support", "number": "1", "not_before": "tomorrow"},
        {"queue": "support", "number": "1", "nmae": "misspelt"},
    ],
)
def test_what_is_not_well_put_is_refused(ask, floor, body):
    """In a line, before anybody is asked."""
    status, answer = ask("POST", ADDRESS, body)
    assert (status, answer["error"]) == (400, "bad_request")
    assert floor.done == []


@pytest.mark.parametrize("end", set(AskingEnd) - {AskingEnd.PROMISED, AskingEnd.ALREADY_PROMISED})
def test_what_is_not_promised_is_told_by_its_end(ask, floor, path: Path, end: AskingEnd):
    """Another number may help or nothing does; the client has the same word."""
    floor.callback_refusal = CallbackRefusedError("it is not to be", end)
    status = 422 if end in outcomes.OF_THE_NUMBER else 409
    body = {"queue": "support", "number": "1"}
    expected = {"error": str(end), "message": "it is not to be"}
    assert ask("POST", ADDRESS, body) == (status, expected)
    with pytest.raises(RefusedError, match="it is not to be") as refused:
        ControlClient(path).request_callback(RequestCallback(queue="support", number="1"))
    assert refused.value.word == end


def test_an_unknown_queue_is_told(ask):
    """As at every other address."""
    status, answer = ask("POST", ADDRESS, {"queue": "nowhere", "number": "1"})
    assert (status, answer["error"]) == (404, "unknown_queue")
