"""Where the dialplan takes callers whom callcore sends on: outside numbers and voicemail."""

from __future__ import annotations

import wave

import pytest

from tests.live.waiting import until

pytestmark = pytest.mark.live


def arrived(watched, phones, **manner):
    """A caller who waits, and the caller's phone."""
    phone = phones.caller("5001", **manner)
    leg = watched.wait_event("CHANNEL_PARK", 5)["Unique-ID"]
    watched.api(f"sched_del {leg}")
    return leg, phone


@pytest.mark.parametrize("is_answered", [True, False], ids=["answered", "unanswered"])
def test_outside_number_is_called_by_the_gateway(watched, phones, carrier, is_answered):
    """The caller is answered when the far end is, at the latest; who hangs up ends both."""
    leg, caller = arrived(watched, phones)
    if is_answered:
        watched.execute(leg, "answer", "")
        caller.wait_for("answered")
    watched.api(f"uuid_transfer {leg} +48221001000 XML callcore_outbound")
    carrier.wait_for("ringing")
    assert is_answered == ("answered" in caller.milestones())
    carrier.wait_for("picked_up")
    caller.ended_well()
    assert caller.milestones() == ["answered", "hung_up_by_them"]
    invite = (carrier.base / "messages.log").read_text()
    assert "INVITE sip:+48221001000@" in invite


@pytest.mark.parametrize("number", ["+48221001000", "00;x=y", "100"])
def test_without_a_gateway_nothing_goes_out(watched, phones, number):
    """The configuration as it comes names none."""
    leg, caller = arrived(watched, phones)
    watched.api(f"uuid_transfer {leg} {number} XML callcore_outbound")
    assert watched.wait_event("CHANNEL_HANGUP", 5)["Hangup-Cause"] == "NO_ROUTE_DESTINATION"
    caller.wait_for("refused 404")


@pytest.mark.parametrize("hears", ["music", "nothing"])
def test_message_is_recorded_for_the_box(switch, watched, phones, hears):
    """The caller is answered for it, hears a prompt and a tone; any key but # is part of it."""
    leg, caller = arrived(watched, phones)
    if hears == "music":
        watched.execute(leg, "playback", "local_stream://moh")
    watched.api(f"uuid_setvar_multi {leg} callcore_voicemail_box=7000")
    watched.api(f"uuid_transfer {leg} callcore_voicemail XML public")
    caller.wait_for("answered")
    path = switch.base / "recordings/voicemail/7000" / f"{leg}.wav"
    until(path.exists, 5, "the recording has begun")
    watched.drain()
    watched.api(f"uuid_recv_dtmf {leg} *5")
    until(lambda: path.stat().st_size > 8000, 5, "half a second was recorded")
    watched.api(f"uuid_recv_dtmf {leg} #")
    assert watched.wait_event("CHANNEL_HANGUP", 5)["Hangup-Cause"] == "NORMAL_CLEARING"
    caller.ended_well()
    with wave.open(str(path), "rb") as message:
        assert message.getnframes() > 4000


@pytest.mark.parametrize("box", ["", "../etc", "a/b", "a b"])
def test_without_a_box_there_is_no_message(switch, watched, phones, box):
    """A box is a word; no path comes of it."""
    leg, caller = arrived(watched, phones)
    watched.api(f"uuid_setvar_multi {leg} callcore_voicemail_box={box}")
    watched.api(f"uuid_transfer {leg} callcore_voicemail XML public")
    assert watched.wait_event("CHANNEL_HANGUP", 5)["Hangup-Cause"] == "UNALLOCATED_NUMBER"
    caller.wait_for("refused 404")


def test_nobody_outside_dials_voicemail(phones):
    """Only callcore names a box."""
    phones.caller("callcore_voicemail").wait_for("refused 404")
