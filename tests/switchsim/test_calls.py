"""Calls in and out: dialplan, outcomes of ``originate``, bridges, limits, the switch's records."""

from __future__ import annotations

import json

import gevent
import pytest

from callcore.switchsim.dialplan import Dialplan
from callcore.switchsim.phones import AgentPhone, Reaction
from callcore.switchsim.switch import CallRefusedError
from tests.switchsim.client import Client


def job_of(client, command, clock=None):
    """The result of a background job."""
    job = client.ask(f"bgapi {command}").headers["Job-UUID"]

    def results():
        return [event["_body"] for event in client.events if event.get("Job-UUID") == job]

    if clock is not None:
        clock.advance(10)
    client.until(results)
    return results()[0]


@pytest.mark.parametrize(
    ("reaction", "cause"),
    [
        (Reaction.BUSY, "USER_BUSY"),
        (Reaction.REFUSES, "CALL_REJECTED"),
        (Reaction.UNREACHABLE, "NORMAL_TEMPORARY_FAILURE"),
        (Reaction.RINGS, "NO_ANSWER"),
        (Reaction.NOT_FOUND, "NO_ROUTE_DESTINATION"),
    ],
)
def test_phone_that_is_not_picked_up_gives_its_cause(make_switch, clock, reaction, cause):
    """The job fails with the leg's cause, after the leg is hung up and reported."""
    switch = make_switch(clock=clock)
    switch.register("1001", AgentPhone(reaction=reaction))
    client = Client(switch.port).enter()
    result = job_of(client, "originate {originate_timeout=4}user/1001 &park()", clock)
    assert result == f"-ERR {cause}\n"
    names = client.names()
    complete = next(e for e in client.events if e["Event-Name"] == "CHANNEL_HANGUP_COMPLETE")
    assert complete["Hangup-Cause"] == cause
    assert names.index("CHANNEL_HANGUP") < names.index("BACKGROUND_JOB")
    assert names.index("CHANNEL_HANGUP_COMPLETE") < names.index("BACKGROUND_JOB")
    client.close()


@pytest.mark.parametrize(
    ("dial_string", "result"),
    [
        ("user/9999", "-ERR SUBSCRIBER_ABSENT\n"),
        ("user/away", "-ERR USER_NOT_REGISTERED\n"),
        ("error/USER_BUSY", "-ERR USER_BUSY\n"),
        ("nonsense", "-ERR CHAN_NOT_IMPLEMENTED\n"),
        ("{open=1sofia/internal/x@y", "-ERR DESTINATION_OUT_OF_ORDER\n"),
        ("{origination_uuid=taken}user/1001", "-ERR DESTINATION_OUT_OF_ORDER\n"),
    ],
)
def test_originate_may_fail_without_a_channel(switch, client, until, dial_string, result):
    """An absent user, a wrong dial string or an id in use: only the job tells."""
    switch.register("1001")
    switch.phones.add("away", AgentPhone())
    taken = switch.call_in(dialled="5001", leg_id="taken")
    until(lambda: taken.is_parked)
    client.api("status")
    count = len(client.events)
    assert job_of(client, f"originate {dial_string} &park()") == result
    assert {e["Event-Name"] for e in client.events[count:]} == {"BACKGROUND_JOB"}


def test_variables_of_a_dial_string_are_on_the_leg(switch, client, until):
    """Values in quotes may hold blanks; each becomes a channel variable."""
    switch.register("1001")
    result = job_of(
        client,
        "originate {origination_uuid=b1,origination_caller_id_name='Ann Lee',callcore_call=a1}"
        "user/1001 &park()",
    )
    assert result == "+OK b1\n"
    until(lambda: switch.leg("b1").is_parked)
    leg = switch.leg("b1")
    assert leg.variable("callcore_call") == "a1"
    outgoing = next(e for e in client.events if e["Event-Name"] == "CHANNEL_OUTGOING")
    assert outgoing["Caller-Caller-ID-Name"] == "Ann Lee"


def test_killed_ringing_leg_fails_its_job(make_switch, clock):
    """``uuid_kill`` of a ringing leg ends the attempt with the given cause."""
    switch = make_switch(clock=clock)
    switch.register("1001", AgentPhone(reaction=Reaction.RINGS))
    client = Client(switch.port).enter()
    client.ask("bgapi originate {origination_uuid=b1}user/1001 &park()")
    clock.advance(1)
    assert "CHANNEL_PROGRESS" in client.names()
    client.api("uuid_kill b1 ORIGINATOR_CANCEL")
    clock.advance(0.2)
    client.until(lambda: "BACKGROUND_JOB" in client.names())
    (job,) = [e for e in client.events if e["Event-Name"] == "BACKGROUND_JOB"]
    assert job["_body"] == "-ERR ORIGINATOR_CANCEL\n"
    client.close()


def test_unattended_caller_reaches_the_fallback(make_switch, clock):
    """Nobody takes the call: after the guard's seconds a tone, then the end."""
    switch = make_switch(clock=clock)
    leg = switch.call_in(dialled="5001")
    clock.advance(1)
    assert leg.is_parked
    assert leg.variable("callcore_queue") == "support"
    clock.advance(6)
    assert leg.heard == ["tone_stream://%(500,100,800)"]
    assert leg.hangup_cause == "NORMAL_TEMPORARY_FAILURE"


def test_taken_caller_does_not(make_switch, clock):
    """``sched_del`` with the leg's id takes the dead man's switch off."""
    switch = make_switch(clock=clock)
    client = Client(switch.port).enter()
    leg = switch.call_in(dialled="5001")
    clock.advance(1)
    assert client.api(f"sched_del {leg.leg_id}") == "+OK Deleted: 1\n"
    clock.advance(60)
    assert leg.is_parked
    client.close()


def test_numbers_without_a_queue_park_and_other_text_is_hung_up(switch, until):
    """A number is left to callcore; what is none is unallocated."""
    number = switch.call_in(dialled="+48221001000")
    until(lambda: number.is_parked)
    assert number.variable("callcore_queue") is None
    text = switch.call_in(dialled="5001\n\napi status")
    until(lambda: not text.is_alive)
    assert text.hangup_cause == "UNALLOCATED_NUMBER"


def test_outside_numbers_have_a_context_of_their_own(make_switch, clock):
    """A number there is answered by somebody and is none that parks; a word has no route."""
    switch = make_switch(clock=clock)
    client = Client(switch.port).enter()
    one, other = switch.call_in(dialled="5001"), switch.call_in(dialled="5001")
    clock.advance(0.1)
    client.api(f"uuid_transfer {one.leg_id} 5001 XML callcore_outbound")
    client.api(f"uuid_transfer {other.leg_id} abc XML callcore_outbound")
    clock.advance(10)
    assert (one.is_answered, one.is_parked) == (True, False)
    assert other.hangup_cause == "NO_ROUTE_DESTINATION"
    clock.advance(60)
    assert one.hangup_cause == "NORMAL_CLEARING"
    client.close()


def test_voicemail_takes_a_message_for_a_box_that_was_named(make_switch, clock):
    """A caller without one is refused."""
    switch = make_switch(clock=clock)
    client = Client(switch.port).enter()
    one, other = switch.call_in(dialled="5001"), switch.call_in(dialled="callcore_voicemail")
    clock.advance(0.1)
    client.api(f"uuid_setvar {one.leg_id} callcore_voicemail_box 7000")
    client.api(f"uuid_transfer {one.leg_id} callcore_voicemail XML public")
    clock.advance(5)
    assert one.is_answered
    assert one.history[-1][1] == f"record /recordings/voicemail/7000/{one.leg_id}.wav"
    assert other.hangup_cause == "UNALLOCATED_NUMBER"
    clock.advance(10)
    assert one.hangup_cause == "NORMAL_CLEARING"
    client.close()


def test_impatient_caller_leaves_unless_talking(make_switch, clock):
    """Patience ends a wait, not a conversation."""
    switch = make_switch(clock=clock, dialplan=Dialplan(extensions={"1": (("park", ""),)}))
    waiting = switch.call_in(dialled="1", patience_seconds=10)
    one = switch.call_in(dialled="1", patience_seconds=10)
    other = switch.call_in(dialled="1")
    client = Client(switch.port).enter()
    clock.advance(0.1)
    client.api(f"uuid_answer {one.leg_id}")
    client.api(f"uuid_answer {other.leg_id}")
    client.api(f"uuid_bridge {one.leg_id} {other.leg_id}")
    clock.advance(11)
    assert not waiting.is_alive
    assert waiting.hangup_cause == "ORIGINATOR_CANCEL"
    assert one.bridged_to == other.leg_id
    client.close()


def test_only_park_after_bridge_keeps_a_caller(talk, clock):
    """``hangup_after_bridge=false`` alone does not: no application is left, so the leg ends."""
    _, client, caller, agent = talk
    client.api(f"uuid_setvar {caller.leg_id} hangup_after_bridge false")
    agent.hang_up()
    clock.advance(0.2)
    assert not caller.is_alive


def test_caller_parks_after_the_bridge(talk, clock):
    """With ``park_after_bridge`` the caller waits for what comes next, in another state than one
    who arrives through the dialplan, and executing nothing.
    """
    _, client, caller, agent = talk
    client.api(f"uuid_setvar {caller.leg_id} park_after_bridge true")
    agent.hang_up()
    clock.advance(0.2)
    assert caller.is_parked
    assert _states_at_park(client, caller) == ["CS_EXECUTE", "CS_PARK"]


def test_transferred_caller_follows_the_dialplan(talk, clock):
    """A phone's blind transfer goes before ``park_after_bridge``: the caller arrives anew."""
    _, client, caller, agent = talk
    client.api(f"uuid_setvar {caller.leg_id} park_after_bridge true")
    agent.transfer_blind("5001")
    clock.advance(0.2)
    assert caller.is_parked
    assert _states_at_park(client, caller) == ["CS_EXECUTE", "CS_EXECUTE"]


def test_caller_parks_after_the_talk_with_a_third(talk, clock):
    """``park_after_bridge`` outlives the talk with whom it was set for: an attended transfer does
    not park, and the end of the talk with the third does.
    """
    switch, client, caller, agent = talk
    client.api(f"uuid_setvar {caller.leg_id} park_after_bridge true")
    third = switch.call_in(dialled="5001")
    clock.advance(0.1)
    client.api(f"uuid_answer {third.leg_id}")
    client.api(f"uuid_bridge {caller.leg_id} {third.leg_id}")
    clock.advance(0.3)
    assert (agent.is_alive, caller.bridged_to) == (False, third.leg_id)
    third.hang_up()
    clock.advance(0.2)
    assert _states_at_park(client, caller) == ["CS_EXECUTE", "CS_PARK"]


def test_leg_that_need_not_park_any_more_ends_with_the_talk(talk, clock):
    """``park_after_bridge`` is taken away by setting it to nothing, also during the talk."""
    _, client, caller, agent = talk
    client.api(f"uuid_setvar {caller.leg_id} park_after_bridge true")
    client.api(f"uuid_setvar {caller.leg_id} park_after_bridge")
    agent.hang_up()
    clock.advance(0.2)
    assert not caller.is_alive


def test_bridged_leg_may_be_bridged_to_another(talk, clock):
    """The former partner is hung up, the new one talks."""
    switch, client, caller, agent = talk
    third = switch.call_in(dialled="5001")
    clock.advance(0.1)
    client.api(f"uuid_answer {third.leg_id}")
    client.api(f"uuid_bridge {caller.leg_id} {third.leg_id}")
    clock.advance(0.3)
    assert (caller.bridged_to, third.bridged_to) == (third.leg_id, caller.leg_id)
    assert not agent.is_alive


def test_vanished_phone_is_noticed_by_its_silence(talk, clock):
    """The leg ends by ``MEDIA_TIMEOUT`` after the switch's patience, and so does the talk."""
    _, _, caller, agent = talk
    agent.vanish()
    clock.advance(29)
    assert agent.is_alive
    clock.advance(2)
    assert agent.hangup_cause == "MEDIA_TIMEOUT"
    assert not caller.is_alive


def test_recording_ends_with_the_leg(talk, clock):
    """What is recorded when the leg is hung up is told as complete before the leg is."""
    _, client, caller, _ = talk
    client.api(f"uuid_record {caller.leg_id} start /r.wav")
    caller.hang_up()
    clock.advance(0.2)
    names = [e["Event-Name"] for e in client.events if e.get("Unique-ID") == caller.leg_id]
    assert names.index("RECORD_STOP") < names.index("CHANNEL_HANGUP_COMPLETE")


def test_supervisor_listens_until_the_talk_ends(talk, clock):
    """``eavesdrop`` is an application of the supervisor's leg."""
    switch, client, caller, _ = talk
    switch.register("1009")
    client.ask(f"bgapi originate {{origination_uuid=sup}}user/1009 &eavesdrop({caller.leg_id})")
    clock.advance(0.5)
    supervisor = switch.leg("sup")
    assert supervisor.is_alive
    caller.hang_up()
    clock.advance(0.2)
    assert not supervisor.is_alive


def test_listings_know_bridges(talk):
    """``show calls`` has one row for a bridge with both ids."""
    _, client, caller, _ = talk
    calls = json.loads(client.api("show calls as json"))
    assert [(row["uuid"], row["b_uuid"]) for row in calls["rows"]] == [(caller.leg_id, "agent")]
    channels = json.loads(client.api("show channels as json"))
    assert channels["row_count"] == 2


def test_full_switch_takes_no_call(make_switch):
    """Beyond the limit of sessions callers are refused, and legs cannot be originated."""
    switch = make_switch(sessions=1)
    switch.call_in(dialled="5001")
    with pytest.raises(CallRefusedError):
        switch.call_in(dialled="5001")
    switch.register("1001")
    client = Client(switch.port).enter()
    assert client.api("originate user/1001 &park()") == "-ERR DESTINATION_OUT_OF_ORDER\n"
    assert "1 session(s) - peak 1" in client.api("status")
    client.close()


def test_switch_writes_its_own_record_of_each_leg(make_switch, clock, tmp_path):
    """One file a leg, ``a_`` before the caller's, with variables and times."""
    switch = make_switch(clock=clock, detail_record_directory=tmp_path)
    leg = switch.call_in(dialled="5001", caller_name="Ann")
    clock.advance(0.5)
    leg.channel.answer()
    clock.advance(2)
    leg.hang_up()
    clock.advance(0.1)
    record = json.loads((tmp_path / f"a_{leg.leg_id}.cdr.json").read_text())
    assert record["core-uuid"] == switch.source.core_uuid
    assert record["variables"]["callcore_queue"] == "support"
    assert record["variables"]["billsec"] == "2"
    times = record["callflow"][0]["times"]
    assert int(times["hangup_time"]) > int(times["answered_time"]) > int(times["created_time"])


def test_orderly_shutdown_ends_calls_before_connections(switch, client, until):
    """Legs end with ``SYSTEM_SHUTDOWN``, then comes the notice, then the end."""
    leg = switch.call_in(dialled="5001")
    until(lambda: leg.is_parked)
    gevent.spawn(switch.shut_down)
    until(lambda: client.is_closed)
    assert leg.hangup_cause == "SYSTEM_SHUTDOWN"
    assert "CHANNEL_DESTROY" in client.names()
    assert client.frames[-1].body == "The system is being shut down.\n"


def _states_at_park(client, leg):
    """The state of a leg at each of its parkings so far."""
    client.api("status")
    return [
        event["Channel-State"]
        for event in client.events
        if event["Event-Name"] == "CHANNEL_PARK" and event["Unique-ID"] == leg.leg_id
    ]
