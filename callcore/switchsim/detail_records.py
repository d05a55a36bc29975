"""The switch's own call records, in the shape ``mod_json_cdr`` writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from callcore.switchsim import wire

if TYPE_CHECKING:
    from pathlib import Path

    from callcore.switchsim.channels import Channel


def write(directory: Path, channel: Channel, *, core_uuid: str, hostname: str) -> None:
    """Writes the record of a channel that is over: ``a_`` before the name if it called in.

    As the real ones, the file is written in place, neither synced nor renamed.
    """
    name = f"{'a_' if channel.is_inbound else ''}{channel.uuid}.cdr.json"
    record = _record(channel, core_uuid, hostname)
    try:
        data = msgspec.json.encode(record)
    except UnicodeEncodeError:
        data = msgspec.json.encode(_readable(record))
    (directory / name).write_bytes(data)


def _record(channel: Channel, core_uuid: str, hostname: str) -> dict[str, Any]:
    return {
        "core-uuid": core_uuid,
        "switchname": hostname,
        "channel_data": {
            "state": "CS_REPORTING",
            "direction": channel.profile.direction,
            "state_number": "11",
            "flags": "0=1;1=1",
            "caps": "1=1;2=1;3=1",
        },
        "callStats": {"audio": {"inbound": {}, "outbound": {}}},
        "variables": channel.variables(),
        "app_log": {
            "applications": [
                {"app_name": name, "app_data": argument, "app_stamp": str(at)}
                for name, argument, at in channel.application_log
            ]
        },
        "callflow": [_callflow(channel)],
    }


def _callflow(channel: Channel) -> dict[str, Any]:
    profile, times = channel.profile, channel.times
    return {
        "dialplan": profile.dialplan,
        "profile_index": str(profile.index),
        "extension": {
            "name": profile.destination,
            "number": profile.destination,
            "applications": [],
        },
        "caller_profile": {
            "username": profile.username,
            "dialplan": profile.dialplan,
            "caller_id_name": profile.caller_name,
            "ani": profile.ani,
            "aniii": "",
            "caller_id_number": profile.caller_number,
            "network_addr": profile.network_address,
            "rdnis": profile.redirected_from,
            "destination_number": profile.destination,
            "uuid": channel.uuid,
            "source": profile.source,
            "context": profile.context,
            "chan_name": profile.channel_name,
        },
        "times": {
            "created_time": str(times.created),
            "profile_created_time": str(times.profile_created),
            "progress_time": str(times.progress),
            "progress_media_time": str(times.progress_media),
            "answered_time": str(times.answered),
            "bridged_time": str(times.bridged),
            "last_hold_time": str(times.last_hold),
            "hold_accum_time": str(times.hold_accumulated),
            "hangup_time": str(times.hangup),
            "resurrect_time": "0",
            "transfer_time": str(times.transferred),
        },
    }


def _readable(value: object) -> object:
    if isinstance(value, str):
        return wire.bytes_of(value).decode("utf-8", "replace")
    if isinstance(value, list):
        return [_readable(one) for one in value]
    if isinstance(value, dict):
        return {name: _readable(one) for name, one in value.items()}
    return value
