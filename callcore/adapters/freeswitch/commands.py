"""Every command callcore sends, from typed arguments to bytes.

One function makes the bytes (``_command``), and nothing else in the package writes a line feed to a
socket. Which characters an argument may hold is ``hostile``'s business.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from callcore.adapters.freeswitch import hostile
from callcore.domain.ids import LegId
from callcore.domain.phones import Phone
from callcore.ports.switch_events import AFTER_TALK
from callcore.ports.telephony import HostileTextError, LegRequest

COMMAND_BYTES_LIMIT = 16 * 1024
"""FreeSWITCH reads commands a byte a system call, 0.9 MB/s: longer ones would hold up the rest."""

LONGEST_GUARD_SECONDS = 24 * 3600

INLINE_DIALPLAN = "inline"

OFFER_HEADER = "sip_h_X-callcore-offer"
NODE_HEADER = "sip_h_X-callcore-node"
"""By these another node of ours knows for which offer, and for whom, it is to call a phone."""

SOUNDING = "callcore_sounding"

OF_OURS = f"%[playback_terminators=none,{SOUNDING}=true]"
"""Before a sound: variables for as long as it plays (``switch_core_session_exec``).

One lets keys change nothing: ``*`` would end a sound (``on_dtmf`` in mod_dptools.c), and pressed
twice within half a second even endless music for good. The other is there to be asked for.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command on its way to the switch; ``name`` is a word fit for a metric's label."""

    name: str
    wire: bytes = field(repr=False)
    """Not shown: it may hold the password or a caller's number."""


def line(text: str) -> Command:
    """A command of one line that its maker has checked, ``auth`` for one."""
    return _command(text.partition(" ")[0], text)


def leave() -> Command:
    """Takes leave of the switch in good order."""
    return _command("exit", "exit")


def subscribe(event_names: tuple[str, ...]) -> Command:
    """Asks for events, as JSON: the plain form lets a caller forge headers."""
    return _command("event", f"event json {' '.join(event_names)}")


def keep_events(header: str, value: str) -> Command:
    """Keeps events whose header equals the value, or matches it if it is ``/regex/``.

    Several are alternatives; an event that matches none is not sent any more. With a ``-`` before
    the value, events that equal it are held back (mod_event_socket.c, ``event_handler``).
    """
    return _command("filter", f"filter {header} {value}")


def drop_filter(header: str, value: str) -> Command:
    """Takes off the filters of a header that were added with exactly this value."""
    return _command("filter", f"filter delete {header} {value}")


def core_uuid() -> Command:
    """Asks for the id the switch gave itself when it started."""
    return ask_global("core_uuid")


def ask_global(name: str) -> Command:
    """Asks for a global variable."""
    return _api("global_getvar", name)


def set_global(name: str, value: str) -> Command:
    """Sets a global variable; a second ``=`` would make it a condition."""
    return _api("global_setvar", f"{name}={value}")


def answer(leg_id: LegId) -> Command:
    """Answers the leg's line at once.

    As an application it would wait for the end of an announcement, and a break would take it back.
    In the background, because a caller's media address may be a name, and looking that up would
    hold up every command behind this one for seconds.
    """
    return _command("answer", f"bgapi uuid_answer {hostile.leg_id(leg_id)}")


def pre_answer(leg_id: LegId) -> Command:
    """Opens early media on the leg's line."""
    return _execute(leg_id, "pre_answer")


def ring(leg_id: LegId) -> Command:
    """Tells the leg's network that it rings here."""
    return _execute(leg_id, "ring_ready")


def play_endlessly(leg_id: LegId, path: str) -> Command:
    """Plays a sound over and over.

    ``loops`` makes ``switch_ivr_parse_event`` start it again when it has ended, but not when it
    was broken, nor when it took less than half a second: a missing file cannot spin.
    (``endless_playback`` would go on after a break.)
    """
    return _execute(leg_id, "playback", OF_OURS + hostile.sound(path), {"loops": "-1"})


def announce(leg_id: LegId, paths: tuple[str, ...]) -> Command:
    """Plays sounds over what is playing, and holds everything back that comes after them.

    Not ``uuid_broadcast``: that reads five frames before it plays, and forgets a break which comes
    meanwhile (``switch_ivr_parse_event`` clears ``CF_STOP_BROADCAST`` after them).
    """
    return _execute(
        leg_id,
        "playback",
        OF_OURS + hostile.sequence(paths),
        {"event-lock": "true"},
    )


def stop_playing(leg_id: LegId) -> Command:
    """Breaks what is playing and what is queued to play."""
    return _api("uuid_break", hostile.leg_id(leg_id), "all")


def remember(leg_id: LegId, variables: Mapping[str, str]) -> Command:
    """Sets channel variables; it refuses ``${`` where ``uuid_setvar`` does not."""
    return _api("uuid_setvar_multi", hostile.leg_id(leg_id), hostile.kept_variables(variables))


def guard(leg_id: LegId, seconds: int, extension: str, context: str) -> Command:
    """Schedules a transfer; its group is the channel id (mod_commands.c)."""
    if not 1 <= seconds <= LONGEST_GUARD_SECONDS:
        raise HostileTextError(f"not 1 to {LONGEST_GUARD_SECONDS} seconds: {seconds}")
    return _api(
        "sched_transfer",
        f"+{int(seconds)}",
        hostile.leg_id(leg_id),
        hostile.dialplan_word(extension),
        "XML",
        hostile.dialplan_word(context),
    )


def unguard(leg_id: LegId) -> Command:
    """Deletes what is scheduled for the leg."""
    return _api("sched_del", hostile.leg_id(leg_id))


def transfer(leg_id: LegId, extension: str, context: str) -> Command:
    """Sends the leg back into the dialplan."""
    return _api(
        "uuid_transfer",
        hostile.leg_id(leg_id),
        hostile.dialplan_word(extension),
        "XML",
        hostile.dialplan_word(context),
    )


def originate(request: LegRequest, job_id: str) -> Command:
    """Calls a phone in the background and parks it when it is picked up.

    The whole argument is first split at blanks, quotes removed, and then the braces at commas; so
    a value with a blank is quoted, and none may hold a quote.
    """
    shown = {
        "origination_caller_id_number": hostile.shown_number(request.caller_number),
        "origination_caller_id_name": hostile.shown_name(request.caller_name),
    }
    variables = {
        "origination_uuid": hostile.leg_id(request.leg_id),
        "originate_timeout": str(max(math.ceil(request.timeout_seconds), 1)),
        "ignore_early_media": "true",
        "hangup_after_bridge": "true",
        **{name: value for name, value in shown.items() if value},
        **hostile.braced_variables(request.variables),
    }
    if request.from_node is not None:
        # FreeSWITCH sends variables named so as headers of the INVITE (sofia_glue.c).
        variables[OFFER_HEADER] = hostile.leg_id(LegId(request.variables["callcore_offer"]))
        variables[NODE_HEADER] = hostile.node(request.from_node)
    pairs = ",".join(
        f"{name}='{value}'" if " " in value else f"{name}={value}"
        for name, value in variables.items()
    )
    return _command(
        "originate",
        f"bgapi originate {{{pairs}}}{hostile.contact(request.contact)} &park()",
        {"Job-UUID": hostile.leg_id(job_id)},
    )


def bridge(caller_leg_id: LegId, agent_leg_id: LegId) -> Command:
    """Bridges two parked legs."""
    return _api("uuid_bridge", hostile.leg_id(caller_leg_id), hostile.leg_id(agent_leg_id))


def outlive_talks(leg_id: LegId) -> Command:
    """Has a leg park after each of its bridges; ``hangup_after_bridge=false`` alone does not."""
    return _api("uuid_setvar", hostile.leg_id(leg_id), "park_after_bridge", "true")


def keep_after_talk(leg_id: LegId, seconds: int) -> Command:
    """Has a leg do what ``_after_talk`` says when a bridge is over that it was not transferred out
    of (``SWITCH_TRANSFER_AFTER_BRIDGE_VARIABLE`` in switch_ivr_bridge.c); once.

    Not ``park_after_bridge``: a leg that parks so is held for ever if nobody is there, and does not
    differ from one that a dialplan has parked. The value is split at colons, so the applications
    are quoted, and ``uuid_setvar`` would take away quotes without a backslash.
    """
    applications = _after_talk(seconds)
    return _api(
        "uuid_setvar",
        hostile.leg_id(leg_id),
        "transfer_after_bridge",
        rf"\'{applications}\':{INLINE_DIALPLAN}",
    )


def forget_after_talk(leg_id: LegId) -> Command:
    """Takes the variable away."""
    return _api("uuid_setvar", hostile.leg_id(leg_id), "transfer_after_bridge")


def take_out_of_talk(leg_id: LegId, seconds: int) -> Command:
    """Transfers a leg there at once; its bridge ends."""
    return _api("uuid_transfer", hostile.leg_id(leg_id), _after_talk(seconds), INLINE_DIALPLAN)


def _after_talk(seconds: int) -> str:
    """The applications of a leg that is kept, for the dialplan ``inline`` (mod_dptools.c), which is
    in no operator's hands. What is scheduled has the channel id as its group, like ``guard``.
    """
    if not 1 <= seconds <= LONGEST_GUARD_SECONDS:
        raise HostileTextError(f"not 1 to {LONGEST_GUARD_SECONDS} seconds: {seconds}")
    return f"set:callcore_parked={AFTER_TALK},sched_hangup:+{int(seconds)},park"


def hide_keys(leg_id: LegId) -> Command:
    """Has ``X`` written in place of each key in the variable ``digits_dialed`` of the leg's record
    (``switch_channel_set_timestamps``). With ``sensitive_dtmf`` there would be no ``DTMF`` events.
    """
    return _api("uuid_setvar", hostile.leg_id(leg_id), "digits_dialed_filter", ".+")


def hang_up(leg_id: LegId, cause: str) -> Command:
    """Ends a leg."""
    return _api("uuid_kill", hostile.leg_id(leg_id), hostile.cause(cause))


def start_recording(leg_id: LegId, path: str) -> Command:
    """Records a leg and its partner."""
    return _api("uuid_record", hostile.leg_id(leg_id), "start", hostile.recording(path))


def stop_recording(leg_id: LegId, path: str) -> Command:
    """Ends a recording."""
    return _api("uuid_record", hostile.leg_id(leg_id), "stop", hostile.recording(path))


def leg_exists(leg_id: LegId) -> Command:
    """Asks whether a leg exists."""
    return _api("uuid_exists", hostile.leg_id(leg_id))


def list_legs() -> Command:
    """Asks for the table of channels, which is written a little late: a list of candidates."""
    return _command("show_channels", "api show channels as json")


def sounding(leg_id: LegId) -> Command:
    """Asks whether a sound of ours is playing; no event and no dump shows it."""
    return _api("uuid_getvar", hostile.leg_id(leg_id), SOUNDING)


def contact_of(phone: Phone) -> Command:
    """Asks where a phone is registered, at whichever profile: what ``user/...`` itself would find.

    Not ``show registrations``: that table is written later, and keeps what was flushed or expired.
    """
    return _api("sofia_contact", f"*/{hostile.phone(phone)}")


def dump_leg(leg_id: LegId) -> Command:
    """Asks for everything about a leg, as JSON: the plain form is not encoded at all."""
    return _api("uuid_dump", hostile.leg_id(leg_id), "json")


def _api(name: str, *words: str) -> Command:
    return _command(name, " ".join(("api", name, *words)))


def _execute(
    leg_id: LegId,
    application: str,
    argument: str = "",
    headers: Mapping[str, str] | None = None,
) -> Command:
    """Has the leg execute an application; the argument travels as a body, out of reach of lines."""
    return _command(
        application,
        f"sendmsg {hostile.leg_id(leg_id)}",
        {
            "call-command": "execute",
            "execute-app-name": application,
            "Event-UUID": str(uuid.uuid4()),
            **(headers or {}),
        },
        argument,
    )


def _command(
    name: str, first_line: str, headers: Mapping[str, str] | None = None, body: str = ""
) -> Command:
    """The one place where a command's bytes are made. Raises ``HostileTextError``."""
    lines = [first_line, *(f"{header}: {value}" for header, value in (headers or {}).items())]
    payload = hostile.plain(body).encode()
    if payload:
        # Last: FreeSWITCH reads the body when it meets the length.
        lines += ["content-type: text/plain", f"content-length: {len(payload)}"]
    wire = "\n".join(hostile.plain(text) for text in lines).encode() + b"\n\n" + payload
    if len(wire) > COMMAND_BYTES_LIMIT:
        raise HostileTextError(f"a command of {len(wire)} bytes")
    return Command(name=name, wire=wire)
