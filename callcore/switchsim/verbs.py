"""The verbs of the event socket and what each answers (``parse_command``)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from callcore.runtime.greenlets import spawn
from callcore.switchsim import api, wire
from callcore.switchsim.states import Order

if TYPE_CHECKING:
    from callcore.switchsim.core import Core
    from callcore.switchsim.listener import Listener
    from callcore.switchsim.wire import Command

_USER = re.compile(r"([^@:]+)(?::([^@]*))?@([^:]+)(?::(.*))?$")
_NOT_FOUND = "-ERR command not found"


def obey(listener: Listener, command: Command) -> None:
    """Carries out one command; every command has one reply, in order."""
    verb, _, rest = command.line.partition(" ")
    verb = verb.lower()
    if verb in {"exit", "..."}:
        listener.send(wire.command_reply("+OK bye"))
        listener.is_running = False
    elif not listener.is_authenticated:
        _authenticate(listener, verb, rest)
    elif verb == "api":
        listener.send(wire.api_response(api.run(listener.switch, rest)))
    elif verb == "bgapi":
        _run_in_background(listener, command, rest)
    else:
        listener.send(wire.command_reply(_reply(listener, verb, rest, command)))


def _reply(listener: Listener, verb: str, rest: str, command: Command) -> str:
    if verb == "sendmsg":
        return _order(listener.switch, rest.strip(), command)
    if verb == "event":
        return _listen(listener, rest)
    if verb == "nixevent":
        has_named = listener.subscription.remove(rest.split())
        return "+OK events nixed" if has_named else "-ERR no keywords supplied"
    if verb == "noevents":
        return _stop_listening(listener)
    if verb == "filter":
        return _filter(listener, rest.strip())
    return {
        "linger": "-ERR not controlling a session",
        "nolinger": "-ERR not controlling a session",
        "divert_events": "-ERR not controlling a session.",
        "log": f"+OK log level {rest or '7'} [7]",
        "nolog": "-ERR not loging",
    }.get(verb, _NOT_FOUND)


def _authenticate(listener: Listener, verb: str, rest: str) -> None:
    settings = listener.switch.settings
    if verb == "auth":
        listener.is_authenticated = rest == settings.password
        reply = wire.command_reply("+OK accepted" if listener.is_authenticated else "-ERR invalid")
    elif verb == "userauth":
        match = _USER.match(rest)
        password = (match.group(2) or match.group(4)) if match else None
        known = settings.users.get(f"{match.group(1)}@{match.group(3)}") if match else None
        listener.is_authenticated = known is not None and password == known
        allowed = "Allowed-Events: all\nAllowed-API: all\nAllowed-LOG: true\n"
        reply = (
            wire.command_reply("+OK accepted", allowed)
            if listener.is_authenticated
            else wire.command_reply("-ERR invalid")
        )
    else:
        listener.send(wire.command_reply(_NOT_FOUND))
        return
    listener.send(reply)
    listener.is_running = listener.is_authenticated


def _listen(listener: Listener, rest: str) -> str:
    words = rest.split()
    if words and words[0].lower() in {"plain", "json", "xml"}:
        listener.event_format = words.pop(0).lower()
    if not listener.subscription.add(words):
        return "-ERR no keywords supplied"
    listener.is_listening = True
    return f"+OK event listener enabled {listener.event_format}"


def _stop_listening(listener: Listener) -> str:
    if not listener.is_listening:
        return "-ERR not listening for events"
    listener.is_listening = False
    listener.subscription.clear()
    return "+OK no longer listening for events"


def _filter(listener: Listener, rest: str) -> str:
    header, _, value = rest.partition(" ")
    if header.lower() == "delete" and value:
        header, space, value = value.partition(" ")
        listener.filters.delete(header, value if space else None)
        return f"+OK filter deleted. [{header}][{value}]"
    if header.lower() == "add" and value:
        header, _, value = value.partition(" ")
    if not value:
        return "-ERR invalid syntax"
    listener.filters.add(header, value)
    return f"+OK filter added. [{header}]=[{value}]"


def _order(switch: Core, uuid: str, command: Command) -> str:
    headers = command.headers
    uuid = uuid or headers.get("session-id", "")
    channel = switch.channel(uuid)
    if channel is None:
        return f"-ERR invalid session id [{uuid}]"
    what = headers.get("call-command", "")
    if what == "hangup":
        channel.orders.append(Order(application="hangup", argument=headers.get("hangup-cause", "")))
    elif what == "execute" and headers.get("execute-app-name"):
        argument = headers.get("execute-app-arg", "")
        if not argument and headers.get("content-type", "").lower() == "text/plain":
            argument = command.body
        loops = headers.get("loops", "1")
        channel.orders.append(
            Order(
                application=headers["execute-app-name"],
                argument=argument,
                application_uuid=headers.get("event-uuid", ""),
                is_locking=headers.get("event-lock", "").lower() in {"true", "yes", "1", "on"},
                loops=int(loops) if loops.removeprefix("-").isdigit() else 1,
            )
        )
    channel.alarm.ring_at_next_step()
    return "+OK"


def _run_in_background(listener: Listener, command: Command, rest: str) -> None:
    switch = listener.switch
    job = command.headers.get("job-uuid") or switch.fresh_uuid()
    listener.send(wire.command_reply(f"+OK Job-UUID: {job}", f"Job-UUID: {job}\n"))
    spawn("switch job", _run_job, switch, job, rest)


def _run_job(switch: Core, job: str, command: str) -> None:
    name, _, arguments = command.partition(" ")
    result = api.run(switch, command) or "-ERR no reply\n"
    headers = {"Job-UUID": job, "Job-Command": name}
    if arguments:
        headers["Job-Command-Arg"] = arguments
    switch.source.fire("BACKGROUND_JOB", lambda: headers, body=result)
