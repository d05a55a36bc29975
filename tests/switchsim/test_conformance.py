"""The simulator tells what the real switch told when the recordings were made.

Compared per channel, in order: names of events and the headers that callcore reads; and every
reply by its text. Across channels only the order of jobs and their legs is compared: a real switch
guarantees no other.

Left out, and why:

- Legs that the switch made by calling itself (04, 05, 06: ``busy``, ``ring`` and ``nosuch`` were
  extensions of the same switch); their callers' side is compared in full.
- ``CHANNEL_STATE`` with ``CS_CONSUME_MEDIA`` on the second leg of a bridge: the real switch passes
  through it or not, by chance (10, 14 have it; 02, 03, 09, 18, 20, 21 do not).
- ``Channel-Call-UUID`` of a leg that is hung up: which thread resets it first is chance (02, 18).
- ``Application-Response`` of sounds cut by a BYE: ``PLAYBACK ERROR`` or, when the frame was being
  written just then, ``FILE PLAYED`` (13 has both).
- Values that differ by nature: clocks, counters, ports, SDP, job and application ids of the
  switch's own making, its address and version; in listings, rows are compared by keys and by what
  they say.
- Variables in ``CHANNEL_STATE`` and ``CHANNEL_CALLSTATE``: only a switch that shuts down adds
  them (23).
- The ``content-length`` of a command in 24 belongs to a longer path than the recording shows; it is
  sent corrected.
- ``HEARTBEAT``: its content is a matter of load; it is tested for itself.
- The event of the registrar in 22 is compared by the headers that say who registered where.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict

import gevent
import pytest

from callcore.switchsim.legs import Leg
from callcore.switchsim.phones import AgentPhone
from callcore.switchsim.switch import SimulatedSwitch
from tests.fakes.clock import FakeClock
from tests.switchsim import recordings
from tests.switchsim.replay import Replay, Story, switch_of_the_recordings

COMPARED = (
    "Event-Name",
    "Application",
    "Application-Data",
    "Application-Response",
    "Answer-State",
    "Channel-State",
    "Channel-State-Number",
    "Channel-Call-State",
    "Original-Channel-Call-State",
    "Channel-Call-UUID",
    "Call-Direction",
    "Hangup-Cause",
    "Bridge-A-Unique-ID",
    "Bridge-B-Unique-ID",
    "Other-Leg-Unique-ID",
    "Other-Type",
    "DTMF-Digit",
    "DTMF-Source",
    "Playback-File-Path",
    "Playback-File-Type",
    "Playback-Status",
    "Record-File-Path",
    "Caller-Caller-ID-Name",
    "Caller-Caller-ID-Number",
    "Caller-Callee-ID-Number",
    "Caller-Destination-Number",
    "Caller-RDNIS",
    "Caller-Context",
    "Caller-Profile-Index",
    "variable_callcore_shard",
    "variable_callcore_call",
    "variable_current_application",
    "variable_endpoint_disposition",
    "variable_sip_hangup_disposition",
    "variable_hangup_cause",
    "variable_hangup_cause_q850",
    "variable_last_bridge_to",
    "variable_bridge_to",
    "variable_bridge_uuid",
    "variable_read_result",
    "variable_park_after_bridge",
)
VARYING_REPLY = re.compile(
    r"\A(?:(?P<status>UP \d.*is ready.*session\(s\) max.*)|(?P<version>FreeSWITCH Version .*)"
    r"|(?P<uptime>\d+\n)|(?P<epoch>\d{10})|(?P<core>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]+))\Z",
    re.DOTALL,
)


def _leg(begin: str, recording: str) -> str:
    for _, event in recordings.events(recordings.read(recording)):
        if str(event.get("Unique-ID", "")).startswith(begin):
            return str(event["Unique-ID"])
    raise AssertionError(begin)


def _phone(switch: SimulatedSwitch, leg: str) -> Leg:
    found = switch.leg(leg)
    assert found is not None
    return found


def _agent_acts_of_21():
    agent = _leg("472f", "21")
    return {
        1.174: lambda switch: _phone(switch, agent).hold(),
        2.968: lambda switch: _phone(switch, agent).unhold(),
    }


STORIES = [
    Story(name="01"),
    Story(name="02"),
    Story(name="03"),
    Story(name="04", ignored_legs=("6180",)),
    Story(name="05", ignored_legs=("1dae", "46b3")),
    Story(name="06", ignored_legs=("1840",)),
    Story(name="07"),
    Story(name="08"),
    Story(name="09"),
    Story(name="10"),
    Story(name="11"),
    Story(name="12"),
    Story(name="12b"),
    Story(
        name="13",
        acts={
            2.5: lambda switch: switch.call_in(
                dialled="moh", leg_id=_unseen_leg_of_13(), context="default"
            )
        },
    ),
    Story(name="14"),
    Story(name="15"),
    Story(name="16"),
    Story(name="18"),
    Story(name="19", dialled={"b7c8": "deadman", "1e66": "deadman"}),
    Story(
        name="20",
        acts={
            1.198: lambda switch: _phone(switch, _leg("c559", "20")).transfer_blind(
                "echo", "default"
            )
        },
    ),
    Story(name="21", acts=_agent_acts_of_21()),
    Story(
        name="22",
        acts={
            0.143: lambda switch: switch.register("1001", AgentPhone(), port=6210),
            1.145: lambda switch: switch.unregister("1001"),
        },
    ),
    Story(name="23", acts={1.616: lambda switch: gevent.spawn(switch.shut_down)}),
    Story(name="24"),
    Story(name="25"),
    Story(name="26"),
    Story(name="27"),
    Story(name="28"),
]


def _unseen_leg_of_13() -> str:
    for line in recordings.read("13"):
        if line.sent and (match := re.search(r"uuid_recv_dtmf (a40b\S+)", line.sent)):
            return match.group(1)
    raise AssertionError


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def switch(clock):
    switch = switch_of_the_recordings(clock)
    switch.start()
    yield switch
    switch.stop()


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_channels_tell_what_the_recording_has(switch, clock, story):
    """Every channel's events come in the recorded order with the recorded headers."""
    client = Replay(switch, clock, story).run()
    expected = by_channel([event for _, event in recordings.events(recordings.read(story.name))])
    got = by_channel(client.events)
    for leg in [leg for leg in expected if leg.startswith(story.ignored_legs or ("none",))]:
        del expected[leg]
    assert set(got) == set(expected)
    for leg, events in expected.items():
        assert compared(got[leg]) == compared(events), leg
    client.close()


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_replies_are_the_recorded_ones(switch, clock, story):
    """Every command is answered in order with the recorded text."""
    client = Replay(switch, clock, story).run()
    expected = [
        line.frame
        for line in recordings.read(story.name)
        if line.frame is not None and line.frame.event() is None
    ]
    got = [reply_text(frame) for frame in client.replies]
    assert got == [reply_text(frame) for frame in expected]
    client.close()


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_jobs_report_after_their_leg(switch, clock, story):
    """A job's success follows the answer of its leg, its failure the leg's hang-up."""
    client = Replay(switch, clock, story).run()
    expected_jobs = jobs([event for _, event in recordings.events(recordings.read(story.name))])
    assert jobs(client.events) == expected_jobs
    told: set[tuple[str, str]] = set()
    for event in client.events:
        told.add((str(event.get("Unique-ID", "")), str(event["Event-Name"])))
        argument = str(event.get("Job-Command-Arg", ""))
        leg = re.search(r"origination_uuid=([0-9a-f-]+)", argument)
        if leg is None or not any(one == leg.group(1) for one, _ in told):
            continue
        is_success = str(event["_body"]).startswith("+OK")
        assert (leg.group(1), "CHANNEL_ANSWER" if is_success else "CHANNEL_HANGUP") in told
    client.close()


def test_connection_is_lost_and_resumed(switch, clock):
    """Calls outlive a lost connection, and a new one finds everything by asking (17, 17b)."""
    first = Replay(switch, clock, Story(name="17")).run()
    switch.drop_connections()
    clock.advance(0.2)
    assert first.is_closed
    story = Story(name="17b")
    second = Replay(switch, clock, story).run()
    expected = by_channel([event for _, event in recordings.events(recordings.read("17b"))])
    got = by_channel(second.events)
    assert {leg: compared(events) for leg, events in got.items()} == {
        leg: compared(events) for leg, events in expected.items()
    }
    frames = [line.frame for line in recordings.read("17b") if line.frame is not None]
    replies = [reply_text(frame) for frame in frames if frame.event() is None]
    assert [reply_text(frame) for frame in second.replies] == replies
    first.close()
    second.close()


def test_restarted_switch_has_another_core_and_no_calls(switch, clock):
    """After a restart the core id is new and nothing is left of the calls (23b)."""
    core = switch.source.core_uuid
    switch.call_in(dialled="park")
    switch.restart()
    client = Replay(switch, clock, Story(name="23b")).run()
    frames = [line.frame for line in recordings.read("23b") if line.frame is not None]
    replies = [reply_text(frame) for frame in frames if frame.event() is None]
    assert [reply_text(frame) for frame in client.replies] == replies
    assert client.replies[-1].body not in ("", core)
    client.close()


def by_channel(events):
    """Events of channels, per channel and in the order of their sequence numbers."""
    channels = defaultdict(list)
    for event in sorted(events, key=lambda event: int(event["Event-Sequence"])):
        if event["Event-Name"] == "CUSTOM":
            channels["registrar"].append(event)
        elif event["Event-Name"] == "SHUTDOWN":
            channels["switch"].append(event)
        elif "Unique-ID" in event:
            channels[event["Unique-ID"]].append(event)
    return channels


def compared(events):
    """What of a channel's events is compared."""
    rows = []
    for event in events:
        name, state = event["Event-Name"], event.get("Channel-State")
        if (name, state, event.get("Answer-State")) == (
            "CHANNEL_STATE",
            "CS_CONSUME_MEDIA",
            "answered",
        ):
            continue
        keys = (
            ("Event-Subclass", "from-user", "profile-name", "expires", "network-ip")
            if name == "CUSTOM"
            else COMPARED
        )
        row = {key: event[key] for key in keys if key in event}
        if name in ("CHANNEL_STATE", "CHANNEL_CALLSTATE"):
            row = {key: row[key] for key in row if not key.startswith("variable_")}
        if event.get("Answer-State") == "hangup":
            row.pop("Channel-Call-UUID", None)
        is_cut = event.get("Answer-State") == "hangup" and "Application-Response" in event
        if is_cut and row["Application-Response"] in ("PLAYBACK ERROR", "FILE PLAYED"):
            row["Application-Response"] = "cut"
        rows.append(row)
    return rows


def jobs(events):
    """Commands and outcomes of background jobs."""
    return [
        (event["Job-Command"], event.get("Job-Command-Arg"), event["_body"])
        for event in events
        if event["Event-Name"] == "BACKGROUND_JOB" and event["Job-Command"] == "originate"
    ]


def reply_text(frame):
    """What of a reply is compared."""
    if frame.kind == "command/reply":
        own_id = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
        headers = {**frame.headers}
        if "Job-UUID" in headers and own_id.fullmatch(headers["Job-UUID"]):
            headers = {"Reply-Text": "+OK Job-UUID: <new>", "Job-UUID": "<new>"}
        return headers
    if varying := VARYING_REPLY.match(frame.body):
        return varying.lastgroup
    if frame.body.startswith("{"):
        return listing(json.loads(frame.body))
    return frame.kind, frame.body


def listing(found):
    """What of a listing or a dump is compared."""
    if "row_count" not in found:
        return {key: found[key] for key in COMPARED if key in found}
    said = ("uuid", "direction", "state", "dest", "application", "application_data", "callstate")
    rows = [
        {**dict.fromkeys(row), **{key: row[key] for key in said if key in row}}
        for row in found.get("rows", [])
    ]
    return found["row_count"], sorted(rows, key=str)
