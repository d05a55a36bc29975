"""The log: form, levels, and that it can never hurt those who write it."""

from __future__ import annotations

import io
import json
import logging

import gevent
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcore.adapters.logs import observer, setup
from callcore.domain import events
from callcore.domain.agents import AgentReason, AgentState
from callcore.domain.ids import AgentId, CallId, QueueName
from callcore.runtime import greenlets
from tests.adapters.logs.facts import NOW, TOLD, arrived
from tests.adapters.logs.written_log import Written


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


@given(st.text(st.characters()))
def test_any_text_is_one_line(name):
    """No caller can end a line, forge one, steer a terminal that shows it, or make logging fail."""
    written = Written()
    written.log.write(setup.Level.INFO, "noted", {"caller_name": name})
    assert written.text.endswith("\n")
    assert written.text[:-1].isprintable()
    assert json.loads(written.text)["event"] == "noted"


@pytest.mark.parametrize(
    "text", ["\x9b2J", "\u202etxt", "\u2028", "\x7f", "\U000e0001", "\xa0", "ż"]
)
def test_what_is_escaped_is_read_as_it_was(written, text):
    """Escaped in JSON's own way, so that nothing is lost."""
    written.log.write(setup.Level.INFO, "noted", {"text": text})
    assert written.lines[0]["text"] == text


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
    """Refused commands and failed listeners are lines; events are not."""
    link = observer.LinkLog(written.log, "fs1")
    link.event_received("CHANNEL_PARK", 0.1)
    link.command_answered("bgapi", 0.1, ok=True)
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


@pytest.mark.parametrize(("fact", "level", "expected"), TOLD)
def test_a_fact_is_written_as_loud_as_it_matters(written, fact, level, expected):
    """What was meant to happen is news, what somebody should look at is a warning."""
    observer.LogObserver(written.log).observe(fact)
    [line] = written.lines
    assert line["level"] == level
    assert {key: line[key] for key in expected} == expected


def test_every_fact_can_be_written(written):
    """No fact has a field that the log does not take."""
    fact = events.CallerJoined(
        at=NOW, call_id=CallId("c"), queue=QueueName("support"), position=3, is_adopted=True
    )
    observer.LogObserver(written.log).observe(fact)
    assert written.lines[0]["position"] == 3
    assert written.lines[0]["is_adopted"] is True
