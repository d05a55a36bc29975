"""API commands about one channel: existence, variables, bridge, transfer, end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from callcore.switchsim import bridging, holding, wire

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from callcore.switchsim.channels import Channel
    from callcore.switchsim.core import Core

NO_CHANNEL = "-ERR No such channel!\n"
OK = "+OK\n"


def exists(switch: Core, arguments: str) -> str:
    """``uuid_exists <uuid>``."""
    return "true" if switch.channel(arguments) is not None else "false"


def kill(switch: Core, arguments: str) -> str:
    """``uuid_kill <uuid> [cause]``."""
    if not arguments:
        return "-USAGE: <uuid> [cause]\n"
    uuid, _, cause = arguments.partition(" ")
    channel = switch.channel(uuid)
    if channel is None:
        return NO_CHANNEL
    channel.hang_up(cause or "NORMAL_CLEARING")
    return OK


def bridge(switch: Core, arguments: str) -> str:
    """``uuid_bridge <uuid> <other_uuid>``; answers before the legs have met."""
    words = arguments.split()
    if len(words) < len(("uuid", "other")):
        return "-USAGE: <uuid> <other_uuid>\n"
    first, second = switch.channel(words[0]), switch.channel(words[1])
    if first is None or second is None or first is second:
        return "-ERR Invalid uuid\n"
    if not bridging.start(first, second, (switch.fresh_uuid(), switch.fresh_uuid())):
        return "-ERR Invalid uuid\n"
    return f"+OK {second.uuid}\n"


def set_variable(switch: Core, arguments: str) -> str:
    """``uuid_setvar <uuid> <name> [value]``."""
    words = arguments.split(" ", 2)
    if len(words) < len(("uuid", "name")):
        return "-USAGE: <uuid> <var> [value]\n"
    channel = switch.channel(words[0])
    if channel is None:
        return NO_CHANNEL
    value = words[2] if len(words) > len(("uuid", "name")) else None
    # ``switch_separate_string`` takes away a backslash before a quote, and quotes without one.
    channel.set(words[1], value and "'".join(part.replace("'", "") for part in value.split("\\'")))
    return OK


def set_variables(switch: Core, arguments: str) -> str:
    """``uuid_setvar_multi <uuid> <name>=<value>;...``."""
    usage = "-USAGE: <uuid> <var>=<value>;<var>=<value>...\n"
    uuid, space, assignments = arguments.partition(" ")
    if not space:
        return usage
    channel = switch.channel(uuid)
    if channel is None:
        return NO_CHANNEL + usage
    for assignment in assignments.split(";"):
        name, _, value = assignment.strip().partition("=")
        # FreeSWITCH refuses a value that would be expanded, and says so only in its log.
        if name and "${" not in value:
            channel.set(name, value or None)
    return OK


def get_variable(switch: Core, arguments: str) -> str:
    """``uuid_getvar <uuid> <name>``; the value without a line end."""
    words = arguments.split()
    if len(words) < len(("uuid", "name")):
        return "-USAGE: <uuid> <var>\n"
    channel = switch.channel(words[0])
    if channel is None:
        return NO_CHANNEL
    value = channel.get(words[1])
    return "_undef_" if value is None else value


def dump(switch: Core, arguments: str) -> str:
    """``uuid_dump <uuid> [json|plain]``; the plain form is not encoded."""
    uuid, _, form = arguments.partition(" ")
    if not uuid:
        return "-USAGE: <uuid> [format]\n"
    channel = switch.channel(uuid)
    if channel is None:
        return NO_CHANNEL
    headers = channel.dump()
    if form == "json":
        try:
            return msgspec.json.encode(headers).decode()
        except UnicodeEncodeError:
            return wire.text_of(wire.json_event(headers, "").partition(b"\n\n")[2])
    return "".join(f"{name}: {value}\n" for name, value in headers.items()) + "\n"


def transfer(switch: Core, arguments: str) -> str:
    """``uuid_transfer <uuid> [-bleg|-both] <extension> [<dialplan>] [<context>]``."""
    words = arguments.split()
    if len(words) not in range(2, 6):
        return "-USAGE: <uuid> [-bleg|-both] <dest-exten> [<dialplan>] [<context>]\n"
    channel = switch.channel(words[0])
    if channel is None:
        return NO_CHANNEL
    side = words.pop(1) if words[1].startswith("-") else ""
    dialplan = words[2] if len(words) > len(("uuid", "extension")) else None
    context = words[3] if len(words) > len(("uuid", "extension", "dialplan")) else None
    for one in _sides(channel, side):
        switch.transfer(one, words[1], context, dialplan)
    return OK


def hold(switch: Core, arguments: str) -> str:
    """``uuid_hold [off|toggle] <uuid>``; no music is started."""
    verb, _, rest = arguments.partition(" ")
    channel = switch.channel(rest or verb)
    if channel is None:
        return "+OK Success\n"
    if rest and verb == "off":
        holding.unhold(channel)
    else:
        holding.hold(channel, None)
    return "+OK Success\n"


def schedule_transfer(switch: Core, arguments: str) -> str:
    """``sched_transfer [+]<time> <uuid> <extension> [<dialplan>] [<context>]``."""
    words = arguments.split()
    if len(words) not in range(3, 6):
        return "-USAGE: [+]<time> <uuid> <extension> [<dialplan>] [<context>]\n"
    channel = switch.channel(words[1])
    if channel is None:
        return NO_CHANNEL
    context = words[4] if len(words) > len(("time", "uuid", "extension", "dialplan")) else None
    switch.schedule(words[0], channel.uuid, lambda: switch.transfer(channel, words[2], context))
    return OK


def schedule_hangup(switch: Core, arguments: str) -> str:
    """``sched_hangup [+]<time> <uuid> [<cause>]``."""
    words = arguments.split()
    if len(words) < len(("time", "uuid")):
        return "-USAGE: [+]<time> <uuid> [<cause>]\n"
    channel = switch.channel(words[1])
    if channel is None:
        return NO_CHANNEL
    cause = words[2] if len(words) > len(("time", "uuid")) else "ALLOTTED_TIMEOUT"
    if words[0] == "+0":
        channel.hang_up(cause)
    else:
        switch.schedule(words[0], channel.uuid, lambda: channel.hang_up(cause))
    return OK


def schedule_delete(switch: Core, arguments: str) -> str:
    """``sched_del <group>``; the group is the channel's id."""
    return f"+OK Deleted: {switch.scheduler.delete(arguments)}\n"


def _sides(channel: Channel, side: str) -> list[Channel]:
    partner = channel.partner
    if side == "-both" and partner is not None:
        return [partner, channel]
    if side == "-bleg" and partner is not None:
        return [partner]
    return [channel]


COMMANDS: Mapping[str, Callable[[Core, str], str]] = {
    "sched_del": schedule_delete,
    "sched_hangup": schedule_hangup,
    "sched_transfer": schedule_transfer,
    "uuid_bridge": bridge,
    "uuid_dump": dump,
    "uuid_exists": exists,
    "uuid_getvar": get_variable,
    "uuid_hold": hold,
    "uuid_kill": kill,
    "uuid_setvar": set_variable,
    "uuid_setvar_multi": set_variables,
    "uuid_transfer": transfer,
}
