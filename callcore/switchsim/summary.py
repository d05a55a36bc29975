"""The variables a channel is reported with when it is over: times, lengths, how it ended."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from callcore.switchsim import sip_variables
from callcore.switchsim.steps import MICROS

if TYPE_CHECKING:
    from callcore.switchsim.channels import Channel

_Q850 = {
    "UNALLOCATED_NUMBER": 1,
    "NO_ROUTE_DESTINATION": 3,
    "NORMAL_CLEARING": 16,
    "USER_BUSY": 17,
    "NO_USER_RESPONSE": 18,
    "NO_ANSWER": 19,
    "SUBSCRIBER_ABSENT": 20,
    "CALL_REJECTED": 21,
    "DESTINATION_OUT_OF_ORDER": 27,
    "NORMAL_UNSPECIFIED": 31,
    "NORMAL_TEMPORARY_FAILURE": 41,
    "SWITCH_CONGESTION": 42,
    "SERVICE_UNAVAILABLE": 63,
    "RECOVERY_ON_TIMER_EXPIRE": 102,
}
_OTHER_CAUSE_Q850 = 16


def write(channel: Channel) -> None:
    """Sets the closing variables of a channel that is over."""
    channel.set_all(
        {
            "hangup_cause": channel.hangup_cause,
            "hangup_cause_q850": str(_Q850.get(channel.hangup_cause, _OTHER_CAUSE_Q850)),
            "digits_dialed": "none",
            **_stamps(channel),
            **_epochs(channel),
            **_last_application(channel),
            "caller_id": f'"{channel.profile.caller_name}" <{channel.profile.caller_number}>',
            **_lengths(channel),
            **sip_variables.ending(
                cause=channel.hangup_cause,
                is_answered=channel.was_answered,
                is_inbound=channel.is_inbound,
                by_far_end=channel.is_ended_by_far_end,
            ),
        }
    )


def _instants(channel: Channel) -> dict[str, int]:
    times = channel.times
    return {
        "start": times.created,
        "profile_start": times.profile_created,
        "answer": times.answered,
        "bridge": times.bridged,
        "progress": times.progress,
        "progress_media": times.progress_media,
        "end": times.hangup,
    }


def _stamps(channel: Channel) -> dict[str, str]:
    return {
        f"{name}_stamp": time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(instant // MICROS))
        for name, instant in _instants(channel).items()
        if instant
    }


def _epochs(channel: Channel) -> dict[str, str]:
    made: dict[str, str] = {}
    instants = {
        **_instants(channel),
        "last_hold": channel.times.last_hold,
        "resurrect": 0,
    }
    for name, instant in instants.items():
        made[f"{name}_epoch"] = str(instant // MICROS)
        made[f"{name}_uepoch"] = str(instant)
    held = channel.times.hold_accumulated
    made["hold_accum_seconds"] = str(held // MICROS)
    made["hold_accum_usec"] = str(held)
    made["hold_accum_ms"] = str(held // 1000)
    return made


def _last_application(channel: Channel) -> dict[str, str]:
    if not channel.application_log:
        return {}
    name, argument, _ = channel.application_log[-1]
    return {"last_app": name, **({"last_arg": argument} if argument else {})}


def _lengths(channel: Channel) -> dict[str, str]:
    times = channel.times

    def since_start(instant: int) -> int:
        return max(instant - times.created, 0) if instant else 0

    lengths = {
        "duration": times.hangup - times.created,
        "bill": times.hangup - times.answered if times.answered else 0,
        "progress": since_start(times.progress),
        "answer": since_start(times.answered),
        "wait": since_start(times.bridged),
        "progress_media": since_start(times.progress_media),
        "flow_bill": times.hangup - times.created,
    }
    made: dict[str, str] = {}
    for name, length in lengths.items():
        # The names are FreeSWITCH's: duration and mduration, but billsec and billmsec.
        is_whole = name == "duration"
        made[name if is_whole else f"{name}sec"] = str(length // MICROS)
        made["mduration" if is_whole else f"{name}msec"] = str(length // 1000)
        made["uduration" if is_whole else f"{name}usec"] = str(length)
    return made
