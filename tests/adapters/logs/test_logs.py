"""The log: form, levels, privacy, and that it can never hurt those who write it."""

from __future__ import annotations

import dataclasses
import io
import json
import logging
from typing import Any

import gevent
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcore.adapters.logs import observer, setup
from callcore.domain import events, phone_numbers
from callcore.domain.agents import AgentReason, AgentState, BreakCode, HoldReason, Wish
from callcore.domain.feature_answers import FeatureAnswer
from callcore.domain.ids import (
    AgentId,
    CallId,
    LegId,
    LookupName,
    MenuName,
    Micros,
    NodeName,
    QueueName,
    SurveyName,
)
from callcore.domain.lookups import LookupFailure
from callcore.domain.outcomes import CallOutcome, HungUpBy, RefusalReason
from callcore.domain.policies import FeatureCode
from callcore.domain.treatments import OverflowReason
from callcore.runtime import greenlets

NOW = Micros(1_790_000_000_000_001)


@pytest.fixture(autouse=True)
def _own_logging():
    """Leaves the standard library's root logger as it was."""
    root = logging.getLogger()
    before = list(root.handlers)
    yield
    root.handlers[:] = before


class Written:
    """A log on a buffer."""

    def __init__(self, **options: Any) -> None:
        self.buffer = io.BytesIO()
        self.log = setup.setup(stream=self.buffer, **options)

    @property
    def text(self) -> str:
        return self.buffer.getvalue().decode()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


def differing(*, is_different: bool) -> events.ConfigurationDiffers:
    return events.ConfigurationDiffers(
        at=NOW, version="aaa", site_version="bbb", is_different=is_different
    )


@pytest.fixture
def written():
    return Written(level="debug")


def arrived(**changes):
    values: dict[str, Any] = {
        "at": NOW,
        "call_id": CallId("c0ffee"),
        "node": NodeName("fs1"),
        "leg_id": LegId("c0ffee"),
        "caller_number": "+48201234501",
        "caller_name": "Łucja",
        "dialled_number": "200",
    }
    return events.CallArrived(**(values | changes))


def test_a_fact_is_one_line_named_for_it(written):
    """Event in snake case, key-values as in the fact, its instant to the microsecond."""
    observer.LogObserver(written.log).observe(arrived())
    [line] = written.lines
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "level": "info",
        "event": "call_arrived",
        "call_id": "c0ffee",
        "at": "2026-09-21T14:13:20.000001Z",
        "node": "fs1",
        "leg_id": "c0ffee",
        "caller_number": "+4820…01",
        "caller_name": "Łucja",
        "dialled_number": "200",
        "is_adopted": False,
    }


def test_the_level_changes_while_it_is_written(written):
    """For foreign lines, too."""
    written.log.set_level("error")
    written.log.write(setup.Level.INFO, "not_told")
    logging.getLogger("lib").warning("not told")
    assert written.log.level is setup.Level.ERROR
    written.log.set_level("debug")
    written.log.write(setup.Level.DEBUG, "told")
    logging.getLogger("lib").warning("told")
    assert [line["event"] for line in written.lines] == ["told", "library_message"]


def test_levels_are_kept():
    """Debug facts are not written at info, warnings are, and are named so."""
    written = Written(level="info")
    observe = observer.LogObserver(written.log).observe
    observe(events.Decided(at=NOW, trigger="agent_free", seconds=0.001))
    observe(events.StoreFailed(at=NOW, store="redis", reason="away"))
    observe(
        events.AgentChanged(
            at=NOW, agent_id=AgentId("anna"), state=AgentState.ON_BREAK, reason=AgentReason.COMMAND
        )
    )
    assert [(line["level"], line["event"]) for line in written.lines] == [
        ("warning", "store_failed"),
        ("info", "agent_changed"),
    ]


def test_the_call_id_is_on_every_line_of_a_call(written):
    """Also of greenlets the call spawns and of libraries; not of others, nor afterwards."""

    def foreign():
        logging.getLogger("redis").warning("slow: %s", "x")

    def call():
        with setup.call_bound(CallId("c0ffee")):
            written.log.write(setup.Level.INFO, "first")
            greenlets.spawn("child", foreign).join()
        written.log.write(setup.Level.INFO, "after")

    calls = [greenlets.spawn("call", call), greenlets.spawn("other", foreign)]
    gevent.joinall(calls, timeout=5, raise_error=True)
    found = {(line["event"], line.get("call_id"), line.get("library")) for line in written.lines}
    assert found == {
        ("first", "c0ffee", None),
        ("library_message", "c0ffee", "redis"),
        ("library_message", None, "redis"),
        ("after", None, None),
    }


def test_a_facts_own_call_id_wins(written):
    """A dispatcher that was started by one call speaks of others."""
    with setup.call_bound(CallId("dispatcher")):
        observer.LogObserver(written.log).observe(arrived())
    assert written.lines[0]["call_id"] == "c0ffee"


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("+48201234501", "+4820…01"),
        ("48201234501", "48201…01"),
        ("1001", "1001"),
        ("112", "112"),
        ("", ""),
        ("sip:bob@example.org", "sip:b…rg"),
    ],
)
def test_numbers_are_shortened(number, expected):
    """The ends are enough to recognise a number one knows; extensions stay."""
    assert phone_numbers.shorten(number) == expected


def test_numbers_in_texts_are_shortened_and_ids_are_not(written):
    """Display names hold numbers; channel ids and instants only look like them."""
    values = {
        "caller_name": "Bob +48201234501",
        "reason": "no route to 48201234501",
        "leg_id": "12345678-1234-1234-1234-123456789012",
        "text": "leg 12345678-1234-1234-1234-123456789012 at 1790000000000001",
        "numbers": ["+48201234501"],
    }
    written.log.write(setup.Level.INFO, "noted", values)
    line = written.lines[0]
    assert line["caller_name"] == "Bob +4820…01"
    assert line["reason"] == "no route to 48201…01"
    assert line["leg_id"] == values["leg_id"]
    assert line["text"] == values["text"]
    assert line["numbers"] == ["+4820…01"]


SECRET = "hunter2horse"


@pytest.mark.parametrize(
    "values",
    [
        {"password": SECRET},
        {"esl_password": SECRET},
        {"Authorization": f"Bearer {SECRET}"},
        {"api_key": SECRET},
        {"pin": SECRET},
        {"agent": {"pin_hash": SECRET}},
        {"settings": {"redis": {"password": SECRET}}},
        {"pairs": [{"token": SECRET}]},
        {"url": f"postgresql://ops:{SECRET}@db:5432/calls"},
        {"reason": f"cannot reach redis://:{SECRET}@10.0.0.1:6379/0 now"},
        {"reason": f"host=db password={SECRET} user=ops"},
        {"reason": f"password: '{SECRET}'"},
        {"command": f"auth {SECRET}"},
        {"header": f"Authorization: Bearer {SECRET}"},
    ],
)
@pytest.mark.parametrize("is_json", [True, False])
def test_secrets_are_never_written(values, is_json):
    """Neither under a telling key nor inside a text, in either form of the log."""
    written = Written(json=is_json)
    written.log.write(setup.Level.INFO, "noted", values)
    assert SECRET not in written.text
    assert "***" in written.text


def test_secrets_of_an_exception_are_not_written(written):
    """A traceback is text like any other and shows no local variables."""

    def connect(password):
        raise ConnectionError(f"redis://:{SECRET}@10.0.0.1 refused") from OSError(
            str(len(password))
        )

    try:
        connect(SECRET)
    except ConnectionError as error:
        written.log.greenlet_died("reader", error)
    line = written.lines[0]
    assert line["event"] == "greenlet_died"
    assert line["level"] == "error"
    assert "ConnectionError" in line["exception"]
    assert SECRET not in written.text


@given(st.text(st.characters()))
def test_any_text_is_one_line(name):
    """No caller can end a line, forge one, or make logging fail."""
    written = Written()
    written.log.write(setup.Level.INFO, "noted", {"caller_name": name})
    assert written.text.count("\n") == 1
    assert json.loads(written.text)["event"] == "noted"


@pytest.mark.parametrize("name", ["\x1b[2Jgone", "a\nlevel=error forged", "\u202etxt", "\ud800"])
def test_no_text_commands_the_terminal(name):
    """In the form for people, control and direction-changing characters are escaped."""
    written = Written(json=False)
    written.log.write(setup.Level.INFO, "noted", {"caller_name": name})
    assert written.text.count("\n") == 1
    assert "\x1b" not in written.text
    assert "\u202e" not in written.text
    assert "noted" in written.text


def test_unknown_values_are_written_by_their_name(written):
    """An object nobody thought of is no reason to lose the line."""
    written.log.write(setup.Level.INFO, "noted", {"thing": object(), "kind": AgentState.RINGING})
    line = written.lines[0]
    assert line["kind"] == "ringing"
    assert "object object" in line["thing"]


class FullDisk(io.BytesIO):
    def write(self, _data):
        raise OSError(28, "No space left on device")


def test_a_full_disk_hurts_nobody():
    """Lines are lost and counted; whoever logs goes on."""
    log = setup.setup(stream=FullDisk())
    log.write(setup.Level.ERROR, "noted")
    assert log.lost_lines == 1


def test_a_closed_stream_hurts_nobody():
    """At the end of a process streams close before the last word."""
    written = Written()
    written.buffer.close()
    written.log.write(setup.Level.ERROR, "noted")
    assert written.log.lost_lines == 1


def test_a_file_is_appended_to(tmp_path):
    """A restart continues the log; another hand may truncate it meanwhile."""
    path = tmp_path / "callcore.log"
    for number in range(2):
        log = setup.setup(file=path)
        log.write(setup.Level.INFO, "started", {"number": number})
        log.close()
    assert [json.loads(line)["number"] for line in path.read_text().splitlines()] == [0, 1]


def test_a_file_that_cannot_be_written_is_named(tmp_path):
    """One line says which file, why, and where to change it."""
    with pytest.raises(setup.LogFileError, match=r"nowhere/x\.log .*No such file.*log\.file"):
        setup.setup(file=tmp_path / "nowhere" / "x.log")


def test_libraries_speak_through_the_log(written):
    """Warnings of libraries arrive once, however often the log was set up; chatter does not."""
    setup.setup(stream=written.buffer, level="debug")
    logging.getLogger("psycopg").info("chatter")
    logging.getLogger("psycopg").warning("slow %d", 7)
    [line] = written.lines
    assert line["level"] == "warning"
    assert line["library"] == "psycopg"
    assert line["text"] == "slow 7"


def test_a_library_that_misuses_its_format_is_survived(written):
    """What it meant to say is better than nothing."""
    record = logging.LogRecord("odd", logging.ERROR, "x.py", 1, "bad %d", ("format",), None)
    [handler] = [found for found in logging.getLogger().handlers if "Foreign" in repr(found)]
    handler.emit(record)
    assert written.lines[0]["text"] == "bad %d"


def test_links_report_what_somebody_must_look_at(written):
    """Refused commands and failed listeners are lines; events and lag are not."""
    link = observer.LinkLog(written.log, "fs1")
    link.event_received("CHANNEL_PARK")
    link.command_answered("bgapi", 0.1, ok=True)
    link.lag(0.1)
    link.command_refused("sendmsg", "-ERR invalid session id")
    link.frame_skipped("too_long")
    link.listener_failed("CHANNEL_PARK", RuntimeError("boom"))
    assert [line["event"] for line in written.lines] == [
        "command_refused",
        "frame_skipped",
        "listener_failed",
    ]
    assert all(line["node"] == "fs1" for line in written.lines)
    assert "RuntimeError: boom" in written.lines[2]["exception"]


def sent_on(to: str) -> events.CallSentOn:
    return events.CallSentOn(
        at=NOW,
        call_id=CallId("c"),
        queue=QueueName("support"),
        reason=OverflowReason.MAXIMUM_WAIT,
        to=to,
    )


def ended(*faults: str) -> events.CallEnded:
    """A call is over, in which that went wrong."""
    return events.CallEnded(
        at=NOW,
        call_id=CallId("c"),
        outcome=CallOutcome.EXITED,
        hung_up_by=HungUpBy.CALLER,
        hangup_cause="",
        lasted_seconds=1.0,
        faults=faults,
    )


def refused(reason: RefusalReason) -> events.CallRefused:
    return events.CallRefused(
        at=NOW, call_id=CallId("c"), queue=QueueName("support"), reason=reason, limit=20
    )


def aged(by: str) -> events.PriorityChanged:
    return events.PriorityChanged(
        at=NOW, call_id=CallId("c"), queue=QueueName("support"), priority=7, by=by
    )


def door(by: str, *, is_open: bool) -> events.QueueDoorChanged:
    return events.QueueDoorChanged(
        at=NOW, queue=QueueName("support"), is_open=is_open, by=by, reason="fire drill"
    )


ANSWERED = events.MenuAnswered(
    at=NOW, call_id=CallId("c"), menu=MenuName("main"), key="2", to="number:+48225550100"
)
IN_SUPPORT: dict[str, Any] = {"at": NOW, "call_id": CallId("c"), "queue": QueueName("support")}
CSAT: dict[str, Any] = {**IN_SUPPORT, "survey": SurveyName("csat"), "agent_id": AgentId("1001")}


def looked_up(failure: LookupFailure | None, detail="") -> events.LookupMade:
    return events.LookupMade(
        at=NOW,
        call_id=CallId("c"),
        lookup=LookupName("crm"),
        seconds=0.25,
        failure=failure,
        detail=detail,
    )


LUNCH = BreakCode("lunch")
OF_ANN: dict[str, Any] = {"at": NOW, "agent_id": AgentId("1001")}
LIMITED = events.LimitChanged(
    at=NOW, queue=QueueName("support"), limit=8, setting="waiting_per_agent", staffed_count=4
)


@pytest.mark.parametrize(
    ("fact", "level", "expected"),
    [
        (
            sent_on("queue:sales"),
            "info",
            {"event": "call_sent_on", "reason": "maximum_wait", "to": "queue:sales"},
        ),
        (ANSWERED, "info", {"event": "menu_answered", "menu": "main", "key": "2"}),
        (
            dataclasses.replace(ANSWERED, key="", branch="otherwise", detail="platinum"),
            "info",
            {"event": "menu_answered", "branch": "otherwise", "detail": "platinum"},
        ),
        (LIMITED, "info", {"event": "limit_changed", "limit": 8, "staffed_count": 4}),
        (
            events.ConfigurationApplied(at=NOW, version="aaa", by="eve", changes=("a", "b")),
            "info",
            {"event": "configuration_applied", "version": "aaa", "changes": ["a", "b"]},
        ),
        (
            events.ConfigurationApplied(at=NOW, version="aaa", by="eve", warnings=("look",)),
            "warning",
            {"event": "configuration_applied", "warnings": ["look"]},
        ),
        (
            events.ConfigurationRefused(at=NOW, version="aaa", by="eve", reason="wrong"),
            "error",
            {"event": "configuration_refused", "reason": "wrong"},
        ),
        (differing(is_different=True), "warning", {"event": "configuration_differs"}),
        (differing(is_different=False), "info", {"event": "configuration_differs"}),
        (aged("ageing"), "debug", {"event": "priority_changed", "priority": 7}),
        (aged("anna"), "info", {"event": "priority_changed", "by": "anna"}),
        (door("hours", is_open=False), "info", {"event": "queue_door_changed", "is_open": False}),
        (door("anna", is_open=False), "warning", {"by": "anna", "reason": "fire drill"}),
        (door("anna", is_open=True), "info", {"is_open": True}),
        (
            events.AgentMissedTooMany(**OF_ANN, queue=QueueName("support"), misses_count=3),
            "warning",
            {"event": "agent_missed_too_many", "agent_id": "1001", "misses_count": 3},
        ),
        (
            events.BreakOverrun(**OF_ANN, break_code=LUNCH, maximum_seconds=60.0),
            "warning",
            {"event": "break_overrun", "break_code": "lunch", "maximum_seconds": 60.0},
        ),
        (
            events.AgentLockedOut(**OF_ANN, failures_count=3, seconds=900.0),
            "warning",
            {"event": "agent_locked_out", "failures_count": 3},
        ),
        (
            events.AgentHeld(**OF_ANN, holds=frozenset(HoldReason)),
            "info",
            {"event": "agent_held", "holds": ["outside_call", "unregistered"]},
        ),
        (
            events.AgentWished(
                **OF_ANN, wish=Wish(state=AgentState.ON_BREAK, break_code=LUNCH), actor="anna"
            ),
            "info",
            {"wish": {"state": "on_break", "break_code": "lunch"}, "actor": "anna"},
        ),
        (
            events.FeatureCodeDialled(
                at=NOW, code=FeatureCode.LOG_IN, agent_id=None, answer=FeatureAnswer.WRONG_PIN
            ),
            "info",
            {"event": "feature_code_dialled", "code": "login", "answer": "wrong_pin"},
        ),
        (
            events.EstimateAnnounced(**IN_SUPPORT, low_minutes=2, high_minutes=5),
            "debug",
            {"event": "estimate_announced", "low_minutes": 2, "high_minutes": 5},
        ),
        (
            events.MessageAnnounced(**IN_SUPPORT, number=3),
            "debug",
            {"event": "message_announced", "number": 3},
        ),
        (
            dataclasses.replace(ANSWERED, key="", branch="vip"),
            "info",
            {"event": "menu_answered", "key": "", "branch": "vip"},
        ),
        (
            looked_up(None),
            "info",
            {"event": "lookup_made", "lookup": "crm", "seconds": 0.25, "failure": None},
        ),
        *((looked_up(failure), "warning", {"failure": failure}) for failure in LookupFailure),
        (
            events.SurveyAnswered(**CSAT, question="satisfaction", answer="5"),
            "info",
            {"event": "survey_answered", "question": "satisfaction", "answer": "5"},
        ),
        (
            events.SurveyEnded(**CSAT, answered_count=1, questions_count=2),
            "info",
            {"event": "survey_ended", "survey": "csat", "answered_count": 1},
        ),
        (
            events.PromptMissing(at=NOW, call_id=CallId("c"), what="shop/news", remedy="run this"),
            "warning",
            {"event": "prompt_missing", "what": "shop/news", "remedy": "run this"},
        ),
        (ended(), "info", {"event": "call_ended", "faults": []}),
        (ended("led through 30 menus"), "warning", {"faults": ["led through 30 menus"]}),
        (
            events.SoundNotFound(
                at=NOW, node=NodeName("fs1"), path="/sounds/pl/number/42.wav", remedy="run this"
            ),
            "warning",
            {
                "event": "sound_not_found",
                "node": "fs1",
                "path": "/sounds/pl/number/42.wav",
                "remedy": "run this",
            },
        ),
        (refused(RefusalReason.CLOSED), "info", {"event": "call_refused", "reason": "closed"}),
        (refused(RefusalReason.CLOSES_TOO_SOON), "info", {}),
        (refused(RefusalReason.QUEUE_FULL), "warning", {"limit": 20}),
        (refused(RefusalReason.NO_AGENTS), "warning", {}),
        (refused(RefusalReason.UNKNOWN_QUEUE), "warning", {}),
    ],
)
def test_a_fact_is_written_as_loud_as_it_matters(written, fact, level, expected):
    """What was meant to happen is news, what somebody should look at is a warning."""
    observer.LogObserver(written.log).observe(fact)
    [line] = written.lines
    assert line["level"] == level
    assert {key: line[key] for key in expected} == expected


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ("number:+48201234501", "number:+4820…01"),
        ("number:0048 20 123 45 01", "number:0048 …01"),
        ("number:48201234501;ext=12", "number:48201…12"),
        ("extension:48201234501", "extension:48201…01"),
        ("extension:5000", "extension:5000"),
        ("voicemail:7000", "voicemail:7000"),
        ("goodbye", "goodbye"),
    ],
)
@pytest.mark.parametrize("is_json", [True, False])
def test_the_number_a_caller_is_sent_on_to_is_shortened(to, expected, is_json):
    """It may be somebody's own, however it is written; extensions and boxes stay."""
    written = Written(json=is_json)
    observe = observer.LogObserver(written.log).observe
    observe(sent_on(to))
    observe(dataclasses.replace(ANSWERED, to=to))
    if is_json:
        assert [line["to"] for line in written.lines] == [expected] * 2
    else:
        assert written.text.count(f"to={expected}") + written.text.count(f"to='{expected}'") == 2


def test_what_another_system_said_holds_no_number_and_no_secret(written):
    """Its address may carry a password, its words the caller's number."""
    detail = f"https://eve:{SECRET}@crm.example/callers: nobody has +48201234501"
    observer.LogObserver(written.log).observe(looked_up(LookupFailure.STATUS, detail))
    assert SECRET not in written.text
    assert written.lines[0]["detail"] == "https://eve:***@crm.example/callers: nobody has +4820…01"


def test_every_fact_can_be_written(written):
    """No fact has a field that the log does not take."""
    fact = events.CallerJoined(
        at=NOW, call_id=CallId("c"), queue=QueueName("support"), position=3, is_adopted=True
    )
    observer.LogObserver(written.log).observe(fact)
    assert written.lines[0]["position"] == 3
    assert written.lines[0]["is_adopted"] is True
