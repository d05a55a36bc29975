"""``FreeSwitch`` keeps the promises of the port ``Switch`` on the wire."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from callcore.adapters.freeswitch import commands, jobs
from callcore.adapters.freeswitch.switch import FreeSwitch
from callcore.domain.ids import LegId, NodeName
from callcore.ports import switch_events
from callcore.ports.telephony import (
    CommandRefusedError,
    HostileTextError,
    LegGoneError,
    LegRequest,
    Switch,
)
from tests.adapters.freeswitch import recordings
from tests.adapters.freeswitch.conftest import Connect
from tests.adapters.freeswitch.scripted_switch import (
    Heard,
    RecordingObserver,
    Rule,
    ScriptedSwitch,
    answer,
    event_frame,
    reply,
    wait_until,
)
from tests.adapters.freeswitch.switch_parsing import Received

LEG = LegId("9dc3c890-1ad9-4e85-b984-c5498296b160")
OTHER = LegId("9ec3c890-1ad9-4e85-b984-c5498296b161")
GONE = LegId("00000000-0000-4000-8000-000000000000")

REQUEST = LegRequest(
    leg_id=OTHER,
    contact="user/1001@example.org",
    timeout_seconds=14.2,
    caller_number="+48200001",
    caller_name="Ann",
    variables={"callcore_call": str(LEG)},
)

POSTED: dict[str, tuple[Callable[[Switch], None], list[str]]] = {
    "answer": (lambda switch: switch.answer(LEG), [f"bgapi uuid_answer {LEG}"]),
    "pre_answer": (lambda switch: switch.pre_answer(LEG), [f"sendmsg {LEG}"]),
    "ring": (lambda switch: switch.ring(LEG), [f"sendmsg {LEG}"]),
    "play_endlessly": (
        lambda switch: switch.play_endlessly(LEG, "local_stream://moh"),
        [f"sendmsg {LEG}"],
    ),
    "announce": (
        lambda switch: switch.announce(LEG, ("/a.wav", "/b.wav")),
        [f"sendmsg {LEG}"],
    ),
    "stop_playing": (lambda switch: switch.stop_playing(LEG), [f"api uuid_break {LEG} all"]),
    "remember": (
        lambda switch: switch.remember(LEG, {"callcore_queue": "sales", "callcore_x": ""}),
        [f"api uuid_setvar_multi {LEG} callcore_queue=sales;callcore_x="],
    ),
    "guard": (
        lambda switch: switch.guard(LEG, 120, "callcore_fallback", "public"),
        [
            f"api sched_del {LEG}",
            f"api sched_transfer +120 {LEG} callcore_fallback XML public",
        ],
    ),
    "unguard": (lambda switch: switch.unguard(LEG), [f"api sched_del {LEG}"]),
    "transfer": (
        lambda switch: switch.transfer(LEG, "2000", "default"),
        [f"api uuid_transfer {LEG} 2000 XML default"],
    ),
    "outlive_talks": (
        lambda switch: switch.outlive_talks(LEG),
        [f"api uuid_setvar {LEG} park_after_bridge true"],
    ),
    "keep_after_talk": (
        lambda switch: switch.keep_after_talk(LEG, 10),
        [
            f"api uuid_setvar {LEG} transfer_after_bridge "
            r"\'set:callcore_parked=talked,sched_hangup:+10,park\':inline"
        ],
    ),
    "forget_after_talk": (
        lambda switch: switch.forget_after_talk(LEG),
        [f"api uuid_setvar {LEG} transfer_after_bridge"],
    ),
    "take_out_of_talk": (
        lambda switch: switch.take_out_of_talk(LEG, 10),
        [f"api uuid_transfer {LEG} set:callcore_parked=talked,sched_hangup:+10,park inline"],
    ),
    "hide_keys": (
        lambda switch: switch.hide_keys(LEG),
        [f"api uuid_setvar {LEG} digits_dialed_filter .+"],
    ),
    "hang_up": (
        lambda switch: switch.hang_up(LEG, "NORMAL_CLEARING"),
        [f"api uuid_kill {LEG} NORMAL_CLEARING"],
    ),
    "start_recording": (
        lambda switch: switch.start_recording(LEG, "/var/lib/x.wav"),
        [f"api uuid_record {LEG} start /var/lib/x.wav"],
    ),
    "stop_recording": (
        lambda switch: switch.stop_recording(LEG, "/var/lib/x.wav"),
        [f"api uuid_record {LEG} stop /var/lib/x.wav"],
    ),
}


@pytest.mark.parametrize("name", POSTED)
def test_posted_commands_are_on_the_wire_and_wait_for_nothing(
    connect: Connect, scripted: ScriptedSwitch, name: str
) -> None:
    """Each method sends its command at once, though the switch answers nothing."""
    post, lines = POSTED[name]
    switch = connect()
    scripted.rules["api"] = scripted.rules["sendmsg"] = lambda _: None
    post(switch)
    switch.unguard(OTHER)
    known = f"api sched_del {OTHER}"
    wait_until(lambda: known in scripted.lines())
    assert scripted.lines() == [*lines, known]


def test_applications_get_their_arguments_as_a_body(
    connect: Connect, scripted: ScriptedSwitch
) -> None:
    """The path is out of reach of the header lines, and the execution has an id of our own."""
    connect().play_endlessly(LEG, "/music/a.wav")
    wait_until(scripted.lines)
    played = scripted.commands.received[-1]
    assert played.body == commands.OF_OURS + "/music/a.wav"
    assert played.headers["execute-app-name"] == "playback"
    assert len(played.headers["event-uuid"]) == 36


def test_a_refused_posted_command_is_told_to_the_observer(
    connect: Connect, scripted: ScriptedSwitch, observer: RecordingObserver
) -> None:
    """Nobody waits for it, but it is counted with the switch's words."""
    switch = connect()
    scripted.rules["sendmsg"] = lambda _: reply(f"-ERR invalid session id [{LEG}]")
    switch.pre_answer(LEG)
    wait_until(lambda: observer.refused)
    assert observer.refused == [("pre_answer", f"-ERR invalid session id [{LEG}]")]
    assert ("pre_answer", False) in observer.answered


def test_hanging_up_a_leg_that_is_gone_is_harmless(
    connect: Connect, scripted: ScriptedSwitch, observer: RecordingObserver
) -> None:
    """The wish is fulfilled: nothing is refused."""
    switch = connect()
    scripted.rules["api uuid_kill"] = lambda _: answer("-ERR No such channel!\n")
    switch.hang_up(LEG, "NORMAL_CLEARING")
    wait_until(lambda: ("uuid_kill", False) in observer.answered)
    assert observer.refused == []


def test_forgetting_nothing_sends_nothing(connect: Connect, scripted: ScriptedSwitch) -> None:
    """No variables, no command."""
    switch = connect()
    switch.remember(LEG, {})
    switch.unguard(LEG)
    wait_until(scripted.lines)
    assert scripted.lines() == [f"api sched_del {LEG}"]


def test_a_hostile_guard_leaves_the_old_one(connect: Connect, scripted: ScriptedSwitch) -> None:
    """Nothing is deleted when the new guard cannot be set."""
    switch = connect()
    with pytest.raises(HostileTextError):
        switch.guard(LEG, 5, "a b", "public")
    switch.unguard(OTHER)
    wait_until(scripted.lines)
    assert scripted.lines() == [f"api sched_del {OTHER}"]


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (f"+OK {OTHER}\n", None),
        ("-ERR Invalid uuid\n", LegGoneError),
        ("-ERR No such channel!\n", LegGoneError),
        ("-ERR uuid_bridge Command not found!\n", CommandRefusedError),
        ("-USAGE: <uuid> <other_uuid>\n", CommandRefusedError),
    ],
)
def test_what_the_switch_says_to_a_bridge(
    connect: Connect, scripted: ScriptedSwitch, said: str, error: type[Exception] | None
) -> None:
    """A missing leg, another refusal and success are three things."""
    switch = connect()
    scripted.rules["api uuid_bridge"] = lambda _: answer(said)
    if error is None:
        switch.bridge(LEG, OTHER)
    else:
        with pytest.raises(error):
            switch.bridge(LEG, OTHER)
    assert scripted.lines() == [f"api uuid_bridge {LEG} {OTHER}"]


def always(said: bytes) -> Rule:
    return lambda _: said


def test_whether_a_leg_exists(connect: Connect, scripted: ScriptedSwitch) -> None:
    """Only the switch's two words are an answer."""
    switch = connect()
    for said, exists in (("true", True), ("false", False)):
        scripted.rules["api uuid_exists"] = always(answer(said))
        assert switch.leg_exists(LEG) is exists
    scripted.rules["api uuid_exists"] = lambda _: answer("-ERR permission denied\n")
    with pytest.raises(CommandRefusedError):
        switch.leg_exists(LEG)


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


def dump(leg_id: str, *, state: str = "CS_EXCHANGE_MEDIA", **variables: str) -> bytes:
    return json.dumps(
        {
            "Event-Name": "CHANNEL_DATA",
            "Unique-ID": leg_id,
            "Channel-State": state,
            **{f"variable_{name}": value for name, value in variables.items()},
        }
    ).encode()


def table(*leg_ids: str) -> bytes:
    rows = [{"uuid": leg_id, "cid_name": "x"} for leg_id in leg_ids]
    return answer(json.dumps({"row_count": len(rows), "rows": rows}))


def test_the_legs_of_callcore_and_their_partners_are_found(
    connect: Connect, scripted: ScriptedSwitch, observer: RecordingObserver
) -> None:
    """Strangers' legs, legs that are gone by now and unreadable ones are left out."""
    partner, stranger, broken = (LegId(str(number) + OTHER[1:]) for number in (1, 2, 3))
    dumps = {
        LEG: dump(LEG, callcore_call=LEG, signal_bond=partner),
        partner: dump(partner, signal_bond=LEG),
        stranger: dump(stranger, sip_call_id="x"),
        GONE: b"-ERR No such channel!\n",
        broken: b"not json",
    }

    def say(command: Received) -> bytes:
        body = dumps[LegId(command.line.split()[2])]
        return b"Content-Type: api/response\nContent-Length: %d\n\n" % len(body) + body

    scripted.rules["api show channels as json"] = lambda _: table(*dumps)
    scripted.rules["api uuid_dump"] = say
    found = connect().legs()
    assert {leg.leg_id for leg in found} == {LEG, partner}
    assert {leg.bridged_to for leg in found} == {LEG, partner}
    assert observer.skipped == ["unreadable_leg"]


def test_only_the_shards_of_the_link_are_asked_about(
    connect: Connect, scripted: ScriptedSwitch
) -> None:
    """Other workers' legs cost us no question; many legs are asked about in turn."""
    ours = [LegId(f"9{number:07x}" + LEG[8:]) for number in range(70)]
    theirs = [LegId("a" + leg_id[1:]) for leg_id in ours]
    scripted.rules["api show channels as json"] = lambda _: table(*ours, *theirs)

    def say(command: Received) -> bytes:
        leg_id = command.line.split()[2]
        return answer(dump(leg_id, callcore_call=leg_id).decode())

    scripted.rules["api uuid_dump"] = say
    found = connect(shards="9").legs()
    assert [leg.leg_id for leg in found] == ours


def test_a_leg_whose_sound_is_over_is_asked_whether_another_goes_on(
    connect: Connect, scripted: ScriptedSwitch
) -> None:
    """Prompts over music end as prompts alone do; other legs cost no second question."""
    over = {"current_application": "playback", "current_application_response": "FILE PLAYED"}
    hears, silent, parked = (LegId(str(number) + OTHER[1:]) for number in (1, 2, 3))
    dumps = {
        hears: dump(hears, state="CS_EXECUTE", callcore_call=LEG, **over),
        silent: dump(silent, state="CS_EXECUTE", callcore_call=LEG, **over),
        parked: dump(parked, state="CS_PARK", callcore_call=LEG),
    }
    scripted.rules["api show channels as json"] = lambda _: table(*dumps)
    scripted.rules["api uuid_dump"] = lambda command: answer(
        dumps[LegId(command.line.split()[2])].decode()
    )
    scripted.rules["api uuid_getvar"] = lambda command: answer(
        "true" if hears in command.line else "_undef_"
    )
    found = {leg.leg_id: leg.is_parked for leg in connect().legs()}
    assert found == {hears: False, silent: True, parked: True}
    asked = [line for line in scripted.lines() if "uuid_getvar" in line]
    assert asked == [f"api uuid_getvar {leg} {commands.SOUNDING}" for leg in (hears, silent)]


def test_no_legs_are_found_on_an_idle_switch(connect: Connect, scripted: ScriptedSwitch) -> None:
    """The recorded answer has no rows at all."""
    empty = next(wire for wire in recordings.from_switch("11") if b'{"row_count": 0}' in wire)
    scripted.rules["api show channels as json"] = lambda _: empty
    switch = connect()
    assert switch.legs() == []
    scripted.rules["api show channels as json"] = lambda _: answer("-ERR no\n")
    with pytest.raises(CommandRefusedError):
        switch.legs()


def test_the_switch_is_poked_only_while_a_phone_rings(
    connect: Connect, scripted: ScriptedSwitch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Line feeds go to the events' connection until the job reports, and disturb no command."""
    switch = connect(poke_seconds=0.001)
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
    wait_until(lambda: not switch._is_poking)
    assert scripted.events.received[-1].line.startswith("event json")


def test_it_is_a_switch(connect: Connect) -> None:
    """Its methods have the port's names and arguments."""
    switch: Switch = connect()
    assert switch.node == NodeName("fs1")
    assert isinstance(switch, FreeSwitch)
