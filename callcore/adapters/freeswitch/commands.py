"""Every command and question about legs and phones, from typed arguments."""

from __future__ import annotations

import math
from collections.abc import Mapping

from callcore.adapters.freeswitch import hostile
from callcore.adapters.freeswitch.command_bytes import Command, api, command, execute
from callcore.domain.ids import LegId
from callcore.domain.phones import Phone
from callcore.ports.switch_events import AFTER_TALK
from callcore.ports.telephony import HostileTextError, LegRequest

LONGEST_GUARD_SECONDS = 24 * 3600

INLINE_DIALPLAN = "inline"

PARKS_ON_CANCEL = "uuid_bridge_park_on_cancel"

OFFER_HEADER = "sip_h_X-callcore-offer"
NODE_HEADER = "sip_h_X-callcore-node"
"""By these another node of ours knows for which offer, and for whom, it is to call a phone."""

SOUNDING = "callcore_sounding"

OF_OURS = f"%[playback_terminators=none,{SOUNDING}=true]"
"""Before a sound: variables for as long as it plays (``switch_core_session_exec``).

One lets keys change nothing: ``*`` would end a sound (``on_dtmf`` in mod_dptools.c), and pressed
twice within half a second even endless music for good. The other is there to be asked for.
"""


def answer(leg_id: LegId) -> Command:
    """Answers the leg's line at once.

    As an application it would wait for the end of an announcement, and a break would take it back.
    In the background, because a caller's media address may be a name, and looking that up would
    hold up every command behind this one for seconds.
    """
    return command("answer", f"bgapi uuid_answer {hostile.leg_id(leg_id)}")


def pre_answer(leg_id: LegId) -> Command:
    """Opens early media on the leg's line."""
    return execute(leg_id, "pre_answer")


def ring(leg_id: LegId) -> Command:
    """Tells the leg's network that it rings here."""
    return execute(leg_id, "ring_ready")


def play_endlessly(leg_id: LegId, path: str) -> Command:
    """Plays a sound over and over.

    ``loops`` makes ``switch_ivr_parse_event`` start it again when it has ended, but not when it
    was broken, nor when it took less than half a second: a missing file cannot spin.
    (``endless_playback`` would go on after a break.)
    """
    return execute(leg_id, "playback", OF_OURS + hostile.sound(path), {"loops": "-1"})


def announce(leg_id: LegId, paths: tuple[str, ...]) -> Command:
    """Plays sounds over what is playing, and holds everything back that comes after them.

    Not ``uuid_broadcast``: that reads five frames before it plays, and forgets a break which comes
    meanwhile (``switch_ivr_parse_event`` clears ``CF_STOP_BROADCAST`` after them).
    """
    return execute(
        leg_id,
        "playback",
        OF_OURS + hostile.sequence(paths),
        {"event-lock": "true"},
    )


def stop_playing(leg_id: LegId) -> Command:
    """Breaks what is playing and what is queued to play."""
    return api("uuid_break", hostile.leg_id(leg_id), "all")


def remember(leg_id: LegId, variables: Mapping[str, str]) -> Command:
    """Sets channel variables; it refuses ``${`` where ``uuid_setvar`` does not.

    With the last of them a leg parks again, and does not end, when the one it is being bridged to
    hangs up before they have met (``uuid_bridge_on_soft_execute`` in switch_ivr_bridge.c).
    """
    kept = f"{hostile.kept_variables(variables)};{PARKS_ON_CANCEL}=true"
    return api("uuid_setvar_multi", hostile.leg_id(leg_id), kept)


def guard(leg_id: LegId, seconds: int, extension: str, context: str) -> Command:
    """Schedules a transfer; its group is the channel id (mod_commands.c)."""
    if not 1 <= seconds <= LONGEST_GUARD_SECONDS:
        raise HostileTextError(f"not 1 to {LONGEST_GUARD_SECONDS} seconds: {seconds}")
    return api(
        "sched_transfer",
        f"+{int(seconds)}",
        hostile.leg_id(leg_id),
        hostile.dialplan_word(extension),
        "XML",
        hostile.dialplan_word(context),
    )


def unguard(leg_id: LegId) -> Command:
    """Deletes what is scheduled for the leg."""
    return api("sched_del", hostile.leg_id(leg_id))


def transfer(leg_id: LegId, extension: str, context: str) -> Command:
    """Sends the leg back into the dialplan."""
    return api(
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
        PARKS_ON_CANCEL: "true",
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
    return command(
        "originate",
        f"bgapi originate {{{pairs}}}{hostile.contact(request.contact)} &park()",
        {"Job-UUID": hostile.leg_id(job_id)},
    )


def bridge(caller_leg_id: LegId, agent_leg_id: LegId) -> Command:
    """Bridges two parked legs."""
    return api("uuid_bridge", hostile.leg_id(caller_leg_id), hostile.leg_id(agent_leg_id))


def outlive_talks(leg_id: LegId) -> Command:
    """Has a leg park after each of its bridges; ``hangup_after_bridge=false`` alone does not."""
    return api("uuid_setvar", hostile.leg_id(leg_id), "park_after_bridge", "true")


def keep_after_talk(leg_id: LegId, seconds: int) -> Command:
    """Has a leg do what ``_after_talk`` says when a bridge is over that it was not transferred out
    of (``SWITCH_TRANSFER_AFTER_BRIDGE_VARIABLE`` in switch_ivr_bridge.c); once.

    Not ``park_after_bridge``: a leg that parks so is held for ever if nobody is there, and does not
    differ from one that a dialplan has parked. The value is split at colons, so the applications
    are quoted, and ``uuid_setvar`` would take away quotes without a backslash.
    """
    applications = _after_talk(seconds)
    return api(
        "uuid_setvar",
        hostile.leg_id(leg_id),
        "transfer_after_bridge",
        rf"\'{applications}\':{INLINE_DIALPLAN}",
    )


def forget_after_talk(leg_id: LegId) -> Command:
    """Takes the variable away."""
    return api("uuid_setvar", hostile.leg_id(leg_id), "transfer_after_bridge")


def take_out_of_talk(leg_id: LegId, seconds: int) -> Command:
    """Transfers a leg there at once; its bridge ends."""
    return api("uuid_transfer", hostile.leg_id(leg_id), _after_talk(seconds), INLINE_DIALPLAN)


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
    return api("uuid_setvar", hostile.leg_id(leg_id), "digits_dialed_filter", ".+")


def hang_up(leg_id: LegId, cause: str) -> Command:
    """Ends a leg."""
    return api("uuid_kill", hostile.leg_id(leg_id), hostile.cause(cause))


def start_recording(leg_id: LegId, path: str) -> Command:
    """Records a leg and its partner."""
    return api("uuid_record", hostile.leg_id(leg_id), "start", hostile.recording(path))


def stop_recording(leg_id: LegId, path: str) -> Command:
    """Ends a recording."""
    return api("uuid_record", hostile.leg_id(leg_id), "stop", hostile.recording(path))


def leg_exists(leg_id: LegId) -> Command:
    """Asks whether a leg exists."""
    return api("uuid_exists", hostile.leg_id(leg_id))


def list_legs() -> Command:
    """Asks for the table of channels, which is written a little late: a list of candidates."""
    return command("show_channels", "api show channels as json")


def sounding(leg_id: LegId) -> Command:
    """Asks whether a sound of ours is playing; no event and no dump shows it."""
    return api("uuid_getvar", hostile.leg_id(leg_id), SOUNDING)


def contact_of(phone: Phone) -> Command:
    """Asks where a phone is registered, at whichever profile: what ``user/...`` itself would find.

    Not ``show registrations``: that table is written later, and keeps what was flushed or expired.
    """
    return api("sofia_contact", f"*/{hostile.phone(phone)}")


def dump_leg(leg_id: LegId) -> Command:
    """Asks for everything about a leg, as JSON: the plain form is not encoded at all."""
    return api("uuid_dump", hostile.leg_id(leg_id), "json")
