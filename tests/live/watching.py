"""What the tests wait for on the switch."""

from __future__ import annotations

from tests.live.esl import Esl, Event

MUSIC = "local_stream://moh"
BUSY_SECONDS = 30
"""So long a machine with much else to do may take for what is quick on an idle one."""


def arrival(watched: Esl) -> str:
    """The channel id of the next caller who is parked."""
    event = watched.wait_event(
        "CHANNEL_PARK", BUSY_SECONDS, lambda event: event["Call-Direction"] == "inbound"
    )
    return event["Unique-ID"]


def playing(watched: Esl, uuid: str, sound: str, seconds: float = BUSY_SECONDS) -> Event:
    """Waits until the caller begins to hear the sound."""
    return watched.wait_event(
        "PLAYBACK_START",
        seconds,
        lambda event: event["Unique-ID"] == uuid and event["Playback-File-Path"].startswith(sound),
    )


def bridged(watched: Esl, uuid: str, seconds: float = BUSY_SECONDS) -> Event:
    """Waits until the caller talks."""
    return watched.wait_event(
        "CHANNEL_BRIDGE", seconds, lambda event: event["Bridge-A-Unique-ID"] == uuid
    )


def packets_sent(esl: Esl, uuid: str) -> int:
    """How many RTP packets the channel has sent so far."""
    esl.api(f"uuid_set_media_stats {uuid}")
    return int(esl.variable(uuid, "rtp_audio_out_media_packet_count") or 0)


def exists(esl: Esl, uuid: str) -> bool:
    """Whether the channel exists now."""
    return esl.api(f"uuid_exists {uuid}") == "true"
