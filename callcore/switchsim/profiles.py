"""Who calls whom on a leg, and the ``Caller-`` headers made of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from callcore.switchsim.events import Headers

_CLOCKS = (
    "Channel-Created",
    "Channel-Answered",
    "Channel-Progress",
    "Channel-Progress-Media",
    "Channel-Hangup",
    "Channel-Transfer",
    "Channel-Resurrect",
    "Channel-Bridged",
)


@dataclass(slots=True, kw_only=True)
class Times:
    """When things happened to a leg, epoch microseconds; 0 is never."""

    created: int
    profile_created: int
    answered: int = 0
    progress: int = 0
    progress_media: int = 0
    hangup: int = 0
    transferred: int = 0
    bridged: int = 0
    last_hold: int = 0
    hold_accumulated: int = 0


@dataclass(slots=True, kw_only=True)
class Profile:
    """One caller profile of a leg; a transfer or a bridge steps to the next."""

    direction: str
    logical_direction: str
    username: str = ""
    dialplan: str = ""
    caller_name: str
    caller_number: str
    first_caller_name: str
    first_caller_number: str
    callee_name: str = ""
    callee_number: str = ""
    network_address: str = "127.0.0.1"
    ani: str
    redirected_from: str = ""
    destination: str
    source: str
    transfer_source: str = ""
    context: str
    index: int = 1
    leg_id: str
    channel_name: str


def stepped(profile: Profile) -> Profile:
    """The next profile of a leg, as a bridge or transfer begins it."""
    return replace(profile, index=profile.index + 1)


def headers(profile: Profile, times: Times, prefix: str = "Caller") -> Headers:
    """The headers of a profile under a prefix: ``Caller`` or ``Other-Leg``."""
    given: list[tuple[str, str, bool]] = [
        ("Direction", profile.direction, True),
        ("Logical-Direction", profile.logical_direction, True),
        ("Username", profile.username, False),
        ("Dialplan", profile.dialplan, False),
        ("Caller-ID-Name", profile.caller_name, False),
        ("Caller-ID-Number", profile.caller_number, False),
        ("Orig-Caller-ID-Name", profile.first_caller_name, False),
        ("Orig-Caller-ID-Number", profile.first_caller_number, False),
        ("Callee-ID-Name", profile.callee_name, False),
        ("Callee-ID-Number", profile.callee_number, False),
        ("Network-Addr", profile.network_address, False),
        ("ANI", profile.ani, False),
        ("RDNIS", profile.redirected_from, False),
        ("Destination-Number", profile.destination, False),
        ("Unique-ID", profile.leg_id, True),
        ("Source", profile.source, True),
        ("Transfer-Source", profile.transfer_source, False),
        ("Context", profile.context, True),
        ("Channel-Name", profile.channel_name, True),
    ]
    made: Headers = {
        f"{prefix}-{name}": value for name, value, is_always in given if value or is_always
    }
    if prefix == "Caller":
        made["Caller-Profile-Index"] = str(profile.index)
    made[f"{prefix}-Profile-Created-Time"] = str(times.profile_created)
    instants = (
        times.created,
        times.answered,
        times.progress,
        times.progress_media,
        times.hangup,
        times.transferred,
        0,
        times.bridged,
    )
    for name, instant in zip(_CLOCKS, instants, strict=True):
        made[f"{prefix}-{name}-Time"] = str(instant)
    made[f"{prefix}-Channel-Last-Hold"] = str(times.last_hold)
    made[f"{prefix}-Channel-Hold-Accum"] = str(times.hold_accumulated)
    made[f"{prefix}-Screen-Bit"] = "true"
    made[f"{prefix}-Privacy-Hide-Name"] = "false"
    made[f"{prefix}-Privacy-Hide-Number"] = "false"
    return made
