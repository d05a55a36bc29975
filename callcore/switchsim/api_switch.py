"""API commands about the switch itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callcore.switchsim.steps import MICROS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from callcore.switchsim.core import Core

VERSION = "1.11.3-dev+git~20260821T141014Z~cc93a683ca~64bit"
_HUMAN_VERSION = "git cc93a68 2026-08-21 14:10:14Z 64bit"


def up_time(switch: Core) -> str:
    """How long the switch has been up, in its own words."""
    micros = switch.clock.now() - switch.started_at
    seconds, rest = divmod(micros, MICROS)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    years, days = divmod(days, 365)
    milliseconds, rest = divmod(rest, 1000)
    return (
        f"{years} years, {days} days, {hours} hours, {minutes} minutes, {seconds} seconds, "
        f"{milliseconds} milliseconds, {rest} microseconds"
    )


def status(switch: Core, _arguments: str) -> str:
    """``status``."""
    limits = switch.limits
    return (
        f"UP {up_time(switch)}\n"
        f"FreeSWITCH (Version 1.11.3-dev {_HUMAN_VERSION}) is ready\n"
        f"{limits.since_start} session(s) since startup\n"
        f"{limits.current} session(s) - peak {limits.peak}, last 5min {limits.peak} \n"
        f"{limits.last_second} session(s) per Sec out of max {limits.per_second}, "
        f"peak {limits.peak_per_second}, last 5min {limits.peak_per_second} \n"
        f"{limits.sessions} session(s) max\n"
        "min idle cpu 0.00/90.00\n"
        "Current Stack Size/Max 240K/240K\n"
    )


def version(_switch: Core, _arguments: str) -> str:
    """``version``."""
    return f"FreeSWITCH Version {VERSION} ({_HUMAN_VERSION})\n"


def uptime(switch: Core, _arguments: str) -> str:
    """``uptime`` in seconds."""
    return f"{(switch.clock.now() - switch.started_at) // MICROS}\n"


def hostname(switch: Core, _arguments: str) -> str:
    """``hostname``."""
    return switch.settings.hostname


def epoch(switch: Core, _arguments: str) -> str:
    """``strepoch``: the epoch second."""
    return str(switch.clock.now() // MICROS)


def global_variable(switch: Core, arguments: str) -> str:
    """``global_getvar [name]``."""
    if not arguments:
        return "".join(f"{name}={value}\n" for name, value in switch.global_variables.items())
    return switch.global_variables.get(arguments, "")


def set_global_variable(switch: Core, arguments: str) -> str:
    """``global_setvar <name>=<value>[=<value it has now>]``; an empty value takes it away."""
    name, value, only_if = (*(word.strip() for word in arguments.split("=", 2)), "", "")[:3]
    if not name:
        return "-USAGE: <var>=<value> [=<value2>]\n"
    if only_if and switch.global_variables.get(name, "") != only_if:
        return "+OK"
    switch.global_variables.pop(name, None)
    if value:
        switch.global_variables[name] = value
    return "+OK"


def has_module(switch: Core, arguments: str) -> str:
    """``module_exists <name>``."""
    if not arguments:
        return "-USAGE: <module>\n"
    return "true" if arguments in switch.settings.modules else "false"


def control(switch: Core, arguments: str) -> str:
    """``fsctl``: the limits, and an orderly shutdown."""
    word, _, value = arguments.partition(" ")
    limits = switch.limits
    if word == "sps":
        limits.per_second = int(value) if value.isdigit() else limits.per_second
        return f"+OK sessions per second: {limits.per_second}\n"
    if word == "max_sessions":
        limits.sessions = int(value) if value.isdigit() else limits.sessions
        return f"+OK max sessions: {limits.sessions}\n"
    told = {
        "api_expansion": "is on " if switch.settings.allows_api_expansion else "is off ",
        "last_sps": f"sessions per second: {limits.last_second}",
    }
    if word in told:
        return f"+OK {word.removesuffix('_sps')} {told[word]}\n"
    if word == "hupall":
        for channel in switch.channels():
            channel.hang_up(value or "MANAGER_REQUEST")
        return "+OK\n"
    if word == "shutdown":
        switch.clock.after(0, switch.shut_down)
        return "+OK\n"
    usage = "fsctl [api_expansion|hupall|shutdown|sps|max_sessions|last_sps]"
    return f"-ERR Invalid command\nUSAGE: {usage}\n"


COMMANDS: Mapping[str, Callable[[Core, str], str]] = {
    "fsctl": control,
    "global_getvar": global_variable,
    "global_setvar": set_global_variable,
    "hostname": hostname,
    "module_exists": has_module,
    "status": status,
    "strepoch": epoch,
    "uptime": uptime,
    "version": version,
}
