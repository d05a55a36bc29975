"""``freeswitch/`` and ``dialplans/`` on a real switch, without callcore."""

from __future__ import annotations

import json
import socket
import time

import pytest

from callcore.adapters.freeswitch import inspecting
from callcore.domain.ids import NodeName
from callcore.domain.policies import NodePolicy
from callcore.runtime.clock import SystemClock
from tests.live.esl import Esl, EslError
from tests.live.ports import HOST
from tests.live.switch import DOMAIN
from tests.live.waiting import stays, until
from tests.live.watching import exists, packets_sent

pytestmark = pytest.mark.live

OTHER_HOST = "127.0.0.2"
"""An address of this machine which is on none of the lists."""


def parked(watched):
    return watched.wait_event("CHANNEL_PARK", 5)


def test_caller_is_parked_with_the_queue_of_the_number(watched, phones):
    """A number with a queue in the dialplan: the caller waits, unanswered, and the queue is on the
    channel.
    """
    phones.caller("5001")
    event = parked(watched)
    assert event["variable_callcore_queue"] == "support"
    assert event["Caller-Destination-Number"] == "5001"
    assert event["Answer-State"] == "ringing"


def test_any_other_number_is_left_to_callcore(watched, phones):
    """A number without a queue in the dialplan is parked as it was dialled."""
    phones.caller("+48221001000")
    event = parked(watched)
    assert "variable_callcore_queue" not in event
    assert event["Caller-Destination-Number"] == "+48221001000"


def test_fallback_takes_over_when_nobody_controls_the_call(watched, phones):
    """Without callcore an arriving caller is answered after about five seconds, hears the apology
    and is hung up.
    """
    caller = phones.caller("5001")
    parked(watched)
    began = time.monotonic()
    sound = watched.wait_event("PLAYBACK_START", 8)
    # The switch's scheduler counts whole seconds of the clock.
    assert 3.5 <= time.monotonic() - began <= 6.5
    assert sound["Playback-File-Path"].startswith("tone_stream://")
    assert watched.wait_event("CHANNEL_HANGUP", 10)["Hangup-Cause"] == "NORMAL_TEMPORARY_FAILURE"
    caller.ended_well()
    assert caller.milestones() == ["answered", "hung_up_by_them"]


def test_taken_call_stays_and_hears_music_without_sending_rtp(watched, phones):
    """The dead man's switch can be taken off; a caller who sends not one RTP packet still carries
    out commands, and hears music for as long as nobody breaks it.
    """
    phones.caller("5001", sends_rtp=False)
    uuid = parked(watched)["Unique-ID"]
    assert watched.api(f"sched_del {uuid}") == "+OK Deleted: 1"
    watched.execute(uuid, "answer", "")
    watched.execute(uuid, "playback", "local_stream://moh")
    watched.wait_event("PLAYBACK_START", 5)
    until(lambda: packets_sent(watched, uuid) > 50, 5, "music flows")
    stays(lambda: exists(watched, uuid), 6, "the caller is there")
    before = packets_sent(watched, uuid)
    until(lambda: packets_sent(watched, uuid) > before + 50, 5, "music flows on")
    assert all(event["Event-Name"] != "PLAYBACK_STOP" for event in watched.drain())


def test_offer_to_a_registered_phone_is_bridged_and_recorded(watched, phones, switch):
    """``user/1001@domain`` finds the phone; caller and agent talk until the agent hangs up; the
    switch leaves a record of the caller's leg with callcore's variables.
    """
    agent = phones.agent("1001", hang_up_after_seconds=1)
    caller = phones.caller("5001")
    uuid = parked(watched)["Unique-ID"]
    watched.api(f"sched_del {uuid}")
    watched.execute(uuid, "answer", "")
    watched.execute(uuid, "playback", "local_stream://moh")
    watched.command(f"bgapi originate {{originate_timeout=10}}user/1001@{DOMAIN} &park()")
    agent_uuid = parked(watched)["Unique-ID"]
    assert watched.api(f"uuid_bridge {uuid} {agent_uuid}").startswith("+OK")
    watched.wait_event("CHANNEL_BRIDGE", 5)
    for phone in (agent, caller):
        phone.wait_for("hung_up_by_")
    assert agent.milestones()[-2:] == ["picked_up", "hung_up_by_us"]
    assert caller.milestones() == ["answered", "hung_up_by_them"]

    def record():
        for path in switch.cdr_directory.glob("*.cdr.json"):
            try:
                found = json.loads(path.read_text())
            except ValueError:  # not yet complete
                continue
            if found["variables"].get("uuid") == uuid:
                return found
        return None

    variables = until(record, 5, f"a record of {uuid}")["variables"]
    assert variables["callcore_queue"] == "support"
    assert variables["hangup_cause"] == "NORMAL_CLEARING"


@pytest.mark.parametrize(
    ("user", "cause"),
    [("1002", "USER_NOT_REGISTERED"), ("1099", "SUBSCRIBER_ABSENT")],
    ids=["not registered", "no such user"],
)
def test_phone_that_is_not_there_says_so_at_once(esl, user, cause):
    """An offer to an absent phone fails at once, with a cause that callcore knows."""
    assert esl.api(f"originate user/{user}@{DOMAIN} &park()") == f"-ERR {cause}"


def test_unregistered_phone_is_not_there_any_more(esl, phones):
    """A phone that unregisters is not called."""
    agent = phones.agent("1001")
    assert esl.api(f"originate {{originate_timeout=5}}user/1001@{DOMAIN} &park()").startswith("+OK")
    phones.register("1001", agent.port, expires_seconds=0)
    assert esl.api(f"originate user/1001@{DOMAIN} &park()") == "-ERR USER_NOT_REGISTERED"


@pytest.mark.parametrize(
    ("status", "cause"), [(486, "USER_BUSY"), (603, "CALL_REJECTED")], ids=["busy", "declined"]
)
def test_phone_that_refuses_says_why(esl, phones, status, cause):
    """The causes of a busy and of a declining phone differ."""
    agent = phones.refusing_agent(status)
    contact = f"sofia/internal/1002@{HOST}:{agent.port}"
    assert esl.api(f"originate {contact} &park()") == f"-ERR {cause}"


def test_functions_in_arguments_are_not_executed(watched, phones, tmp_path):
    """A function call inside an argument does nothing, while plain variables are put in."""
    proof = tmp_path / "executed"
    phones.caller("5001")
    uuid = parked(watched)["Unique-ID"]
    watched.execute(
        uuid,
        "set",
        f"proof=${{system(touch {proof})}}|${{global_setvar PWNED=yes}}|${{hold_music}}",
    )
    value = until(lambda: watched.variable(uuid, "proof"), 5, "the variable is set")
    refusal, other_refusal, variable = value.split("|")
    assert refusal == other_refusal == "<API Execute Permission Denied>"
    assert variable == "local_stream://moh"
    assert not proof.exists()
    assert watched.api("global_getvar PWNED") in {"", "-ERR no reply"}


@pytest.mark.parametrize(
    "dialled",
    [
        "5001%0A",
        "5001%0D%0A",
        "5001%0A%0Aapi%20status",
        "%24%7Bsystem(id)%7D",
        "callcore_fallback%0A",
        "park",
        "12",
        "1234567890123456",
    ],
)
def test_number_that_is_none_is_refused(watched, phones, dialled):
    """Whatever is not exactly a number is hung up before anything else happens to it."""
    caller = phones.caller(dialled)
    assert watched.wait_event("CHANNEL_HANGUP", 5)["Hangup-Cause"] == "UNALLOCATED_NUMBER"
    caller.ended_well()
    assert caller.milestones() == ["refused 404"]


def test_hostile_name_and_number_do_no_harm(watched, phones):
    """A caller whose name and number hold line feeds and commands is parked like any other; the
    text arrives as one value, and no command in it is carried out.
    """
    phones.caller(
        "5001",
        from_name="bob%0A%0Aapi global_setvar PWNED=yes%0A%0A",
        from_user="+48200%0AEvent-Name%3A%20FORGED%0A%0A001",
        x_note="%0AEvent-Name: FORGED",
    )
    event = parked(watched)
    assert event["Caller-Caller-ID-Name"] == "bob\n\napi global_setvar PWNED=yes\n\n"
    assert event["Caller-Caller-ID-Number"] == "+48200\nEvent-Name: FORGED\n\n001"
    assert event["variable_callcore_queue"] == "support"
    assert watched.api("global_getvar PWNED") in {"", "-ERR no reply"}


def test_only_carriers_may_call_in(switch, phones):
    """An address that is not on the list is refused."""
    caller = phones.caller("5001", host=OTHER_HOST)
    caller.ended_well()
    assert caller.milestones() == ["refused 403"]


def test_agents_port_asks_everyone_for_a_password(watched, phones):
    """A call to the agents' profile from someone who knows no password does not get in."""
    caller = phones.caller("5001", switch_port=phones.switch.agents_port)
    caller.ended_well()
    assert caller.milestones() == ["refused 407"]


def test_event_socket_lets_in_only_whom_it_should(switch, esl):
    """Neither FreeSWITCH's well-known password nor another address opens the event socket."""
    with pytest.raises(EslError, match="invalid"):
        Esl(switch.esl_port, "ClueCon")
    with socket.create_connection(
        (HOST, switch.esl_port), timeout=5, source_address=(OTHER_HOST, 0)
    ) as stranger:
        assert b"rude-rejection" in stranger.recv(4096)


def test_quickstart_finds_nothing_wrong_with_it(switch):
    """What callcore asks a switch before it is set up is answered by a real one as expected."""
    policy = NodePolicy(name=NodeName("fs1"), host=HOST, port=switch.esl_port)
    found = inspecting.inspect(policy, switch.esl_password, SystemClock())
    assert (found.faults, found.remarks) == ((), ())
    assert (found.domain, found.has_our_dialplan) == (DOMAIN, True)


def test_transferred_caller_comes_back_as_new(watched, phones):
    """A caller an agent transfers goes through the phones' numbers; a queue chosen for the visit
    before does not decide about the next one, and the dead man's switch is armed anew, once.
    """
    phones.caller("5001")
    uuid = parked(watched)["Unique-ID"]
    watched.api(f"uuid_transfer {uuid} 6001")
    event = parked(watched)
    assert event["Caller-Context"] == "default"
    assert "variable_callcore_queue" not in event
    watched.api(f"uuid_transfer {uuid} 5001")
    assert parked(watched)["variable_callcore_queue"] == "support"
    assert watched.api(f"sched_del {uuid}") == "+OK Deleted: 1"


def test_limits_are_raised(esl):
    """The switch takes more than the thousand channels and thirty a second it takes by itself, and
    its ids are random from the first digit.
    """
    status = esl.api("status")
    assert "4000 session(s) max" in status
    assert "out of max 200" in status
    assert {esl.api("create_uuid")[14] for _ in range(20)} == {"4"}
