"""The headers that every event of a channel has, in the order the switch writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callcore.switchsim import profiles
from callcore.switchsim.states import State

if TYPE_CHECKING:
    from callcore.switchsim.channels import Channel
    from callcore.switchsim.events import Headers

_CODECS = {
    "Channel-Read-Codec-Name": "PCMU",
    "Channel-Read-Codec-Rate": "8000",
    "Channel-Read-Codec-Bit-Rate": "64000",
    "Channel-Write-Codec-Name": "PCMU",
    "Channel-Write-Codec-Rate": "8000",
    "Channel-Write-Codec-Bit-Rate": "64000",
}


def headers_of(channel: Channel) -> Headers:
    """What the channel is and does; of one that has just begun, less is known."""
    headers: Headers = {}
    if channel.hangup_cause:
        headers["Hangup-Cause"] = channel.hangup_cause
    direction = "inbound" if channel.is_inbound else "outbound"
    number = State.INIT if channel.running is State.NONE else channel.state
    headers.update(
        {
            "Channel-State": f"CS_{channel.running.name}",
            "Channel-Call-State": channel.call_state.name,
            "Channel-State-Number": str(int(number)),
            "Channel-Name": channel.profile.channel_name,
            "Unique-ID": channel.uuid,
            "Call-Direction": direction,
            "Presence-Call-Direction": direction,
            "Channel-HIT-Dialplan": "true" if channel.has_hit_dialplan else "false",
            **_presence(channel),
            "Channel-Call-UUID": channel.call_uuid,
            "Answer-State": str(channel.answer_state),
        }
    )
    if channel.running is State.NEW:
        return headers
    if channel.has_codecs:
        headers.update(_CODECS)
    headers.update(profiles.headers(channel.profile, channel.times))
    headers.update(channel.other_leg)
    return headers


def _presence(channel: Channel) -> Headers:
    """Whose phone it is, as the directory says; not in the very first event of a leg."""
    presence = None if channel.running is State.NONE else channel.get("presence_id")
    return {} if presence is None else {"Channel-Presence-ID": presence}
