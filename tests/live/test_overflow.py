"""Callers who are not kept: where they are sent, what they hear, and by which key they go."""

from __future__ import annotations

import pytest

from tests.live import prompts
from tests.live.daemon import agent, phone_at, queue
from tests.live.sound import PACKET_SECONDS
from tests.live.waiting import stays, until
from tests.live.watching import MUSIC, arrival, bridged, playing

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]

NOBODY = {"1001": agent("Anna Nowak", phone_at(9), logged_in=False)}


def only_visit(daemon, uuid):
    [visit] = daemon.visits(uuid)
    return visit


def keys(daemon, uuid):
    """The keys the record knows of, in order."""
    return [row["digit"] for row in daemon.rows("digit_presses", uuid, "pressed_at")]


def hears_music(watched, caller, uuid):
    """The music goes on: nothing stops, and sound flows."""
    enough = caller.sound.packets_count + 50
    until(lambda: caller.sound.packets_count >= enough, 5, "sound flows")
    stopped = [event for event in watched.drain() if event["Event-Name"] == "PLAYBACK_STOP"]
    return not stopped and watched.variable(uuid, "current_application") == "playback"


def test_maximum_wait_leads_to_an_extension(watched, phones, callcore):
    """After the longest wait the caller is handed to the dialplan, still unanswered, and talks with
    whoever the extension calls.
    """
    phone = phones.agent("1002", hang_up_after_seconds=1.5)
    daemon = callcore(
        queues={
            "support": queue(
                answer="at_pick_up",
                maximum_wait_seconds=2,
                overflow={"maximum_wait": {"extension": "1002", "context": "default"}},
            )
        },
        agents=NOBODY,
    )
    caller = phones.listening_caller("5001")
    uuid = arrival(watched)
    playing(watched, uuid, MUSIC)
    phone.wait_for("picked_up", 5)
    caller.wait_for("hung_up_by_them")
    assert phone.requests("INVITE")[0].at < caller.response(200).at

    record = daemon.record(uuid)
    assert record["outcome"] == "overflowed"
    assert 1.8 <= record["wait_seconds"] <= 3
    visit = only_visit(daemon, uuid)
    assert (visit["leave_reason"], visit["treatment"]) == ("maximum_wait", "extension:1002")
    assert abs(record["line_answered_at"].timestamp() - caller.response(200).at) < 0.1
    assert record["faults"] == []
    until(lambda: not watched.channels(), 2, "no leg is left")


def test_maximum_wait_leads_to_voicemail(switch, watched, phones, callcore):
    """The caller is answered for it, leaves a message, and the message is in the box."""
    daemon = callcore(
        queues={
            "support": queue(
                answer="at_pick_up",
                announce_position=False,
                maximum_wait_seconds=1,
                overflow={"maximum_wait": {"voicemail": "7000"}},
            )
        },
        agents=NOBODY,
    )
    caller = phones.listening_caller("5001", hang_up_after_seconds=3)
    uuid = arrival(watched)
    caller.wait_for("answered", 5)
    caller.ended_well()
    assert caller.statuses() == [183, 200]
    message = switch.base / f"recordings/voicemail/7000/{uuid}.wav"
    until(lambda: message.exists() and message.stat().st_size > 8000, 3, "the message is there")

    record = daemon.record(uuid)
    assert (record["outcome"], record["hung_up_by"]) == ("overflowed", "caller")
    visit = only_visit(daemon, uuid)
    assert (visit["leave_reason"], visit["treatment"]) == ("maximum_wait", "voicemail:7000")
    assert abs(record["line_answered_at"].timestamp() - caller.response(200).at) < 0.1


def test_maximum_wait_leads_to_an_outside_number(watched, phones, callcore, carrier):
    """The caller is connected through the carrier, answered when the far end is, and talks."""
    daemon = callcore(
        queues={
            "support": queue(
                answer="at_pick_up",
                announce_position=False,
                maximum_wait_seconds=1,
                overflow={"maximum_wait": {"number": "+48221001000"}},
            )
        },
        agents=NOBODY,
    )
    caller = phones.listening_caller("5001")
    uuid = arrival(watched)
    carrier.wait_for("picked_up")
    enough = caller.sound.packets_count + 25
    until(lambda: caller.sound.packets_count > enough, 5, "they hear each other")
    caller.wait_for("hung_up_by_them")
    [invite] = carrier.requests("INVITE")
    assert invite.first_line.startswith("INVITE sip:+48221001000@")
    assert caller.statuses()[-1] == 200
    assert carrier.response(200).at < caller.response(200).at

    record = daemon.record(uuid)
    assert record["outcome"] == "overflowed"
    visit = only_visit(daemon, uuid)
    assert visit["treatment"] == "number:+48221001000"
    until(lambda: not watched.channels(), 2, "no leg is left")


def test_maximum_wait_says_goodbye(watched, phones, callcore, tmp_path):
    """The music ends, the prompts are heard to their end, and the caller is hung up on."""
    file = prompts.record(tmp_path, "sorry", seconds=1)
    daemon = callcore(
        sounds={"directory": str(tmp_path)},
        queues={
            "support": queue(
                maximum_wait_seconds=2, overflow={"maximum_wait": {"prompts": ["sorry"]}}
            )
        },
        agents=NOBODY,
    )
    caller = phones.listening_caller("5001")
    uuid = arrival(watched)
    playing(watched, uuid, MUSIC)
    began = playing(watched, uuid, file)
    ended = watched.wait_event("CHANNEL_HANGUP", 5, lambda event: event["Unique-ID"] == uuid)
    seconds = (int(ended["Event-Date-Timestamp"]) - int(began["Event-Date-Timestamp"])) / 1e6
    assert 1 - PACKET_SECONDS <= seconds < 1.5
    caller.ended_well()
    assert caller.milestones()[-1] == "hung_up_by_them"

    record = daemon.record(uuid)
    assert (record["outcome"], record["hung_up_by"]) == ("overflowed", "callcore")
    assert only_visit(daemon, uuid)["treatment"] == "goodbye"


def test_overflow_to_another_queue_keeps_the_wait(watched, phones, callcore):
    """Sent on to another queue, still unanswered, the caller is ahead of one who came there later
    than the caller to the first.
    """
    phone = phones.agent()
    daemon = callcore(
        queues={
            "support": queue(
                answer="at_pick_up",
                maximum_wait_seconds=3,
                overflow={"maximum_wait": {"queue": "sales"}},
            ),
            "sales": queue(answer="at_pick_up"),
        },
        numbers={"8002": {"queue": "sales"}},
        agents={
            "1001": agent("Anna Nowak", phone_at(9), "support", logged_in=False),
            "1002": agent("Jan Kowalski", phone_at(phone.port, "1002"), "sales"),
        },
    )
    phones.listening_caller("8002", hang_up_after_seconds=4.5)
    bridged(watched, arrival(watched))
    caller = phones.listening_caller("5001", hang_up_after_seconds=0.5)
    first = arrival(watched)
    phones.listening_caller("8002")
    second = arrival(watched)
    bridged(watched, first)
    assert caller.statuses() == [183, 200]
    bridged(watched, second)

    record = daemon.record(first)
    assert (record["outcome"], record["queue"], record["agent_id"]) == ("served", "sales", "1002")
    left, served = daemon.visits(first)
    assert (left["leave_reason"], left["treatment"]) == ("maximum_wait", "queue:sales")
    assert (served["queue"], served["leave_reason"]) == ("sales", "picked_up")
    assert served["joined_at"] == left["joined_at"]


def test_exit_key_leads_out(watched, phones, callcore, tmp_path):
    """A key pressed on a real phone (RTP events) leaves the queue at once, before the line was
    answered; keys before it change nothing.
    """
    file = prompts.record(tmp_path, "goodbye", seconds=1)
    daemon = callcore(
        sounds={"directory": str(tmp_path)},
        queues={
            "support": queue(
                answer="at_pick_up",
                exit_key="#",
                announce_position=False,
                overflow={"exit_key": {"prompts": ["goodbye"], "cause": "NORMAL_CLEARING"}},
            )
        },
        agents=NOBODY,
    )
    caller = phones.listening_caller("5001")
    uuid = arrival(watched)
    playing(watched, uuid, MUSIC)
    caller.sound.press("12")
    assert hears_music(watched, caller, uuid)
    caller.sound.press("#")
    playing(watched, uuid, file, 2)
    caller.ended_well()
    assert caller.statuses() == [183, 480]

    record = daemon.record(uuid)
    assert (record["outcome"], record["hung_up_by"]) == ("exited", "callcore")
    visit = only_visit(daemon, uuid)
    assert (visit["leave_reason"], visit["treatment"]) == ("exit_key", "goodbye")
    assert keys(daemon, uuid) == ["1", "2", "#"]


def test_keys_do_not_stop_the_music(watched, phones, callcore):
    """The key that ends sounds in FreeSWITCH by default, pressed over and over, ends neither music
    nor announcements of a queue in which it is not the exit key.
    """
    daemon = callcore(
        queues={"support": queue(announce_position={"first_after_seconds": 2})},
        agents=NOBODY,
    )
    caller = phones.listening_caller("5001")
    uuid = arrival(watched)
    playing(watched, uuid, MUSIC)
    caller.sound.press("****")
    assert hears_music(watched, caller, uuid)
    playing(watched, uuid, "tone_stream://")
    caller.sound.press("**")
    watched.wait_event("PLAYBACK_STOP", 5)
    assert hears_music(watched, caller, uuid)
    caller.stop()
    watched.api(f"uuid_kill {uuid}")
    daemon.record(uuid)
    assert keys(daemon, uuid) == ["*"] * 6


def test_exit_key_star(watched, phones, callcore):
    """The same key as exit key leads to the other queue, where the music goes on and an agent of
    that queue picks up.
    """
    phone = phones.agent(answer_after_seconds=1, hang_up_after_seconds=1)
    daemon = callcore(
        queues={
            "support": queue(exit_key="*", overflow={"exit_key": {"queue": "sales"}}),
            "sales": queue(music="tone_stream://%(500,500,330);loops=-1"),
        },
        agents={
            "1001": agent("Anna Nowak", phone_at(9), "support", logged_in=False),
            "1002": agent("Jan Kowalski", phone_at(phone.port, "1002"), "sales"),
        },
    )
    caller = phones.listening_caller("5001")
    uuid = arrival(watched)
    playing(watched, uuid, MUSIC)
    caller.sound.press("*")
    playing(watched, uuid, "tone_stream://%(500,500,330)", 2)
    bridged(watched, uuid)
    caller.wait_for("hung_up_by_them")
    assert daemon.record(uuid)["outcome"] == "served"
    left, served = daemon.visits(uuid)
    assert (left["leave_reason"], left["treatment"]) == ("exit_key", "queue:sales")
    assert served["leave_reason"] == "picked_up"


def test_key_pressed_while_ringing_leads_out(watched, phones, callcore):
    """Who presses the exit key while a phone rings leaves; the phone falls silent."""
    phone = phones.agent(answer_after_seconds=None)
    daemon = callcore(
        queues={
            "support": queue(
                exit_key="*", ring_timeout_seconds=15, overflow={"exit_key": {"cause": "USER_BUSY"}}
            )
        },
        agents={"1001": agent("Anna Nowak", phone_at(phone.port))},
    )
    caller = phones.listening_caller("5001")
    uuid = arrival(watched)
    phone.wait_for("ringing")
    until(lambda: caller.sound.packets_count, 5, "sound flows")
    caller.sound.press("*")
    caller.ended_well()
    phone.wait_for("cancelled", 2)
    daemon.wait_metric(1, "callcore_queue_free_agents", queue="support")
    record = daemon.record(uuid)
    assert (record["outcome"], record["hung_up_by"]) == ("exited", "callcore")
    stays(lambda: phone.milestones()[-1] == "cancelled", 0.5, "the phone is silent")
