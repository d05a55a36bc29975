"""Every command that is about no leg: what a link is, what it tells, what the switch keeps."""

from __future__ import annotations

from callcore.adapters.freeswitch.command_bytes import Command, api, command


def leave() -> Command:
    """Takes leave of the switch in good order."""
    return command("exit", "exit")


def subscribe(event_names: tuple[str, ...]) -> Command:
    """Asks for events, as JSON: the plain form lets a caller forge headers."""
    return command("event", f"event json {' '.join(event_names)}")


def keep_events(header: str, value: str) -> Command:
    """Keeps events whose header equals the value, or matches it if it is ``/regex/``.

    Several are alternatives; an event that matches none is not sent any more. With a ``-`` before
    the value, events that equal it are held back (mod_event_socket.c, ``event_handler``).
    """
    return command("filter", f"filter {header} {value}")


def drop_filter(header: str, value: str) -> Command:
    """Takes off the filters of a header that were added with exactly this value."""
    return command("filter", f"filter delete {header} {value}")


def core_uuid() -> Command:
    """Asks for the id the switch gave itself when it started."""
    return ask_global("core_uuid")


def ask_global(name: str) -> Command:
    """Asks for a global variable."""
    return api("global_getvar", name)


def set_global(name: str, value: str) -> Command:
    """Sets a global variable; a second ``=`` would make it a condition."""
    return api("global_setvar", f"{name}={value}")


def version() -> Command:
    """Asks which FreeSWITCH this is."""
    return api("version")


def has_module(name: str) -> Command:
    """Asks whether a module is loaded: ``true`` or ``false``."""
    return api("module_exists", name)


def api_expansion() -> Command:
    """Asks whether ``${...}`` in an argument runs what it names."""
    return api("fsctl", "api_expansion")
