"""Phones that are dialled: the command on the wire, and every end of its job."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.adapters.freeswitch import commands, jobs
from callcore.adapters.freeswitch.poking import Poking
from callcore.domain.ids import LegId, NodeName
from callcore.ports import switch_events
from callcore.ports.telephony import HostileTextError, LegRequest
from callcore.runtime.clock import SystemClock
from tests.adapters.freeswitch.answered_legs import LEG, OTHER
from tests.adapters.freeswitch.conftest import Connect
from tests.adapters.freeswitch.scripted_switch import (
    Heard,
    RecordingObserver,
    ScriptedSwitch,
    answer,
    event_frame,
    reply,
)
from tests.waiting import wait_until

REQUEST = LegRequest(
    leg_id=OTHER,
    contact="user/1001@example.org",
    timeout_seconds=14.2,
    caller_number="+48200001",
    caller_name="Ann",
    variables={"callcore_call": str(LEG)},
)


def job_of(scripted: ScriptedSwitch) -> str:
    wait_until(scripted.lines)
    return scripted.commands.received[-1].headers["job-uuid"]


def job_event(job_id: str, result: str) -> bytes:
    return event_frame(
        Event_Name="BACKGROUND_JOB", Job_UUID=job_id, Job_Command="originate", __body=result
    )


def hangup(leg_id: LegId, cause: str) -> bytes:
    return event_frame(Event_Name="CHANNEL_HANGUP", Unique_ID=leg_id, Hangup_Cause=cause)


def ended(heard: Heard) -> list[tuple[LegId, str]]:
    return [
        (event.leg_id, event.cause) for event in heard if isinstance(event, switch_events.LegEnded)
    ]


def causes(heard: Heard) -> list[str]:
    return [cause for _, cause in ended(heard)]


def test_a_phone_at_another_node_is_called_with_the_offers_name() -> None:
    """So that the other node's callcore knows the half there; in a header, and nothing of it is a
    stranger's.
    """
    variables = {"callcore_offer": "0f5f9f62-7fc4-4b57-9d2c-5a4ad43e4f0c"}
    request = replace(REQUEST, variables=variables, from_node=NodeName("fs1"))
    wire = commands.originate(request, str(LEG)).wire.decode()
    assert f"sip_h_X-callcore-offer={variables['callcore_offer']},sip_h_X-callcore-node=fs1" in wire
    at_home = replace(request, from_node=None)
    assert "sip_h_" not in commands.originate(at_home, str(LEG)).wire.decode()
    for hostile in (
        replace(request, variables={"callcore_offer": "x} user/9999"}),
        replace(request, from_node=NodeName("fs1} user/9999")),
    ):
        with pytest.raises(HostileTextError):
            commands.originate(hostile, str(LEG))


def test_an_originate_carries_our_ids(connect: Connect, scripted: ScriptedSwitch) -> None:
    """The leg's id and the job's are chosen before sending; the ringing time is rounded up."""
    connect().originate(REQUEST)
    job_id = job_of(scripted)
    assert len(job_id) == 36
    (line,) = scripted.lines()
    assert line.startswith(f"bgapi originate {{origination_uuid={OTHER},originate_timeout=15,")
    assert line.endswith("}user/1001@example.org &park()")


def test_a_phone_that_never_made_a_channel_is_ended_by_its_job(
    connect: Connect, scripted: ScriptedSwitch, heard: Heard
) -> None:
    """An unregistered phone has no hangup event at all."""
    connect().originate(REQUEST)
    scripted.events.send(
        job_event(job_of(scripted), "-ERR SUBSCRIBER_ABSENT\n") + hangup(LEG, "NORMAL_CLEARING")
    )
    wait_until(lambda: "NORMAL_CLEARING" in causes(heard))
    assert ended(heard) == [(OTHER, "SUBSCRIBER_ABSENT"), (LEG, "NORMAL_CLEARING")]


def test_a_hangup_and_its_job_are_told_once(
    connect: Connect, scripted: ScriptedSwitch, heard: Heard
) -> None:
    """A busy phone hangs up first, and its job says so again."""
    connect().originate(REQUEST)
    scripted.events.send(
        hangup(OTHER, "USER_BUSY")
        + job_event(job_of(scripted), "-ERR USER_BUSY\n")
        + hangup(LEG, "NORMAL_CLEARING")
    )
    wait_until(lambda: len(causes(heard)) == 2)
    assert causes(heard) == ["USER_BUSY", "NORMAL_CLEARING"]


def test_a_successful_job_ends_nothing(
    connect: Connect, scripted: ScriptedSwitch, heard: Heard
) -> None:
    """Nor does a job of another worker, nor the same job twice."""
    connect().originate(REQUEST)
    job_id = job_of(scripted)
    scripted.events.send(
        job_event(job_id, f"+OK {OTHER}\n")
        + job_event(job_id, "-ERR USER_BUSY\n")
        + job_event("ba4ef371-2840-49a4-b398-5e34d962561f", "-ERR USER_BUSY\n")
        + hangup(LEG, "NORMAL_CLEARING")
    )
    wait_until(lambda: causes(heard))
    assert ended(heard) == [(LEG, "NORMAL_CLEARING")]


@pytest.mark.parametrize("result", ["-ERR\n", "-ERR x\ny z", "-USAGE: <call url>", "-"])
def test_a_job_that_names_no_cause_ends_its_leg(
    connect: Connect, scripted: ScriptedSwitch, heard: Heard, result: str
) -> None:
    """What is no cause is not passed on as one."""
    connect().originate(REQUEST)
    scripted.events.send(job_event(job_of(scripted), result) + hangup(LEG, "NORMAL_CLEARING"))
    wait_until(lambda: "NORMAL_CLEARING" in causes(heard))
    assert ended(heard) == [(OTHER, "UNSPECIFIED"), (LEG, "NORMAL_CLEARING")]


def test_a_job_that_is_not_taken_ends_its_leg(
    connect: Connect, scripted: ScriptedSwitch, heard: Heard, observer: RecordingObserver
) -> None:
    """The refusal of ``bgapi`` itself."""
    scripted.rules["bgapi"] = lambda _: reply("-ERR permission denied")
    connect().originate(REQUEST)
    wait_until(lambda: causes(heard) == [jobs.COMMAND_REFUSED])
    assert observer.refused == [("originate", "-ERR permission denied")]


@pytest.mark.parametrize(("said", "told"), [("false", [jobs.NO_JOB_RESULT]), ("true", [])])
def test_a_job_that_never_reports_is_looked_after(
    connect: Connect,
    scripted: ScriptedSwitch,
    heard: Heard,
    monkeypatch: pytest.MonkeyPatch,
    said: str,
    told: list[str],
) -> None:
    """After its deadline the switch is asked: a leg that does not exist is over."""
    monkeypatch.setattr(jobs, "GRACE_SECONDS", 0.05 - REQUEST.timeout_seconds)
    scripted.rules["api uuid_exists"] = lambda _: answer(said)
    connect().originate(REQUEST)
    wait_until(lambda: f"api uuid_exists {OTHER}" in scripted.lines())
    scripted.events.send(hangup(LEG, "NORMAL_CLEARING"))
    wait_until(lambda: "NORMAL_CLEARING" in causes(heard))
    assert [cause for cause in causes(heard) if cause != "NORMAL_CLEARING"] == told


def test_jobs_are_forgotten_with_the_link(
    connect: Connect, scripted: ScriptedSwitch, heard: Heard
) -> None:
    """Followers compare after ``SwitchRestored``; an old job's result is nobody's."""
    switch = connect()
    switch.originate(REQUEST)
    job_id = job_of(scripted)
    scripted.events.drop()
    wait_until(lambda: heard.kinds() == ["SwitchRestored", "SwitchLost", "SwitchRestored"])
    scripted.events.send(job_event(job_id, "-ERR USER_BUSY") + hangup(LEG, "NORMAL_CLEARING"))
    wait_until(lambda: causes(heard) == ["NORMAL_CLEARING"])
    assert len(switch._jobs) == 0


def test_a_hostile_request_leaves_no_job(connect: Connect) -> None:
    """A request that is refused here is not waited for."""
    switch = connect()
    request = LegRequest(
        leg_id=OTHER,
        contact="user/1,sofia/gateway/x/00900",
        timeout_seconds=5,
        caller_number="",
        caller_name="",
        variables={},
    )
    with pytest.raises(HostileTextError):
        switch.originate(request)
    assert len(switch._jobs) == 0


def test_the_switch_is_poked_only_while_a_phone_rings(
    connect: Connect, scripted: ScriptedSwitch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Line feeds go to the events' connection until the job reports, and disturb no command."""
    poking = Poking(SystemClock())
    switch = connect(poking=poking)
    poked: list[bytes] = []
    sender = switch._link._events._sender
    assert sender is not None
    send = sender.send

    def note(data: bytes) -> None:
        poked.append(data)
        send(data)

    monkeypatch.setattr(sender, "send", note)
    switch.originate(REQUEST)
    job_id = job_of(scripted)
    wait_until(lambda: len(poked) > 5)
    assert set(poked) == {b"\n"}
    scripted.events.send(job_event(job_id, f"+OK {OTHER}\n"))
    wait_until(lambda: not poking._goes_on)
    assert scripted.events.received[-1].line.startswith("event json")
