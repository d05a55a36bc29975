"""``originate``: calling a phone, and what the command answers.

It returns when the phone is answered or the attempt has failed, so ``api originate`` blocks its
connection and ``bgapi originate`` does not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gevent.event import Event

from callcore.switchsim import dial_strings
from callcore.switchsim.phones import AgentPhone
from callcore.switchsim.ringing import Ringing
from callcore.switchsim.states import State

if TYPE_CHECKING:
    from callcore.switchsim.channels import Channel
    from callcore.switchsim.core import Core
    from callcore.switchsim.dial_strings import Target

_USAGE = (
    "-USAGE: <call url> <exten>|&<application_name>(<app_args>) [<dialplan>] [<context>] "
    "[<cid_name>] [<cid_num>] [<timeout_sec>]\n"
)
_ALLOWED_WORDS = range(2, 8)
_DEFAULT_TIMEOUT_SECONDS = 60
_APPLICATION = re.compile(r"&([^(]+)(?:\((.*?)\)?)?$", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attempt:
    variables: dict[str, str]
    target: Target
    then: str
    context: str | None
    timeout_seconds: int
    caller_name: str
    caller_number: str


def originate(switch: Core, arguments: str) -> str:
    """Runs the command; ``+OK <uuid>`` or ``-ERR <cause>``."""
    words = dial_strings.words(arguments)
    if len(words) not in _ALLOWED_WORDS:
        return _USAGE
    parted = dial_strings.split_variables(words[0])
    if parted is None:
        return "-ERR DESTINATION_OUT_OF_ORDER\n"
    target = dial_strings.target(parted[1])
    if target is None:
        return "-ERR CHAN_NOT_IMPLEMENTED\n"
    attempt = _attempt(words, parted[0], target)
    if attempt.target.kind == "error":
        return f"-ERR {attempt.target.user}\n"
    phone = _phone(switch, attempt.target)
    if isinstance(phone, str):
        return f"-ERR {phone}\n"
    return _call(switch, attempt, phone)


def _attempt(words: list[str], variables: dict[str, str], target: Target) -> _Attempt:
    optional = [*words[2:], "", "", "", "", ""]
    timeout = variables.get("originate_timeout") or optional[4]
    return _Attempt(
        variables=variables,
        target=target,
        then=words[1],
        context=optional[1] or None,
        timeout_seconds=int(timeout) if timeout.isdigit() else _DEFAULT_TIMEOUT_SECONDS,
        caller_name=variables.get("origination_caller_id_name") or optional[2],
        caller_number=variables.get("origination_caller_id_number") or optional[3] or "0000000000",
    )


def _phone(switch: Core, target: Target) -> AgentPhone | str:
    address = f"{target.user}@{target.host}:{target.port}"
    phone = switch.phones.phone(address) or switch.phones.phone(target.user)
    if target.kind != "user":
        return phone or switch.settings.unknown_phone
    if phone is None:
        return "SUBSCRIBER_ABSENT"
    return "USER_NOT_REGISTERED" if switch.phones.port(target.user) is None else phone


def _call(switch: Core, attempt: _Attempt, phone: AgentPhone) -> str:
    wanted_uuid = attempt.variables.get("origination_uuid")
    if wanted_uuid is not None and switch.channel(wanted_uuid) is not None:
        return "-ERR DESTINATION_OUT_OF_ORDER\n"
    channel = switch.new_outbound(
        uuid=wanted_uuid or switch.fresh_uuid(),
        target=attempt.target,
        variables=attempt.variables,
        caller_name=attempt.caller_name,
        caller_number=attempt.caller_number,
    )
    if channel is None:
        return "-ERR DESTINATION_OUT_OF_ORDER\n"
    settled = Event()

    def hear(what: str) -> None:
        if what == "answer" or what.startswith("hangup"):
            settled.set()

    channel.when_changed.append(hear)
    channel.fire("CHANNEL_OUTGOING")
    switch.begin(channel)
    switch.clock.sleep(0)
    _ring(switch, channel, phone, attempt, settled)
    channel.when_changed.remove(hear)
    if not channel.is_answered:
        return f"-ERR {channel.hangup_cause}\n"
    _let_in(switch, channel, attempt)
    return f"+OK {channel.uuid}\n"


def _ring(
    switch: Core,
    channel: Channel,
    phone: AgentPhone,
    attempt: _Attempt,
    settled: Event,
) -> None:
    ringing = Ringing(
        channel,
        phone,
        switch.pace,
        hold_music=switch.settings.hold_music,
        media_timeout_seconds=switch.settings.media_timeout_seconds,
    )
    ringing.begin()
    timer = switch.clock.after(attempt.timeout_seconds, lambda: channel.hang_up("NO_ANSWER"))
    settled.wait()
    timer.cancel()
    if channel.is_answered:
        return
    # The channel is reported before the command fails, as on a real switch.
    while channel.state < State.REPORTING:
        switch.clock.sleep(0)
        if channel.state < State.REPORTING:
            switch.clock.sleep(0.005)


def _let_in(switch: Core, channel: Channel, attempt: _Attempt) -> None:
    profile = channel.profile
    channel.set("pre_transfer_caller_id_name", profile.caller_name)
    channel.set("pre_transfer_caller_id_number", profile.caller_number)
    channel.set("channel_cid_flipped", "yes")
    profile.caller_name, profile.callee_name = profile.callee_name, profile.caller_name
    profile.caller_number, profile.callee_number = profile.callee_number, profile.caller_number
    channel.has_hit_dialplan = True
    application = _APPLICATION.match(attempt.then)
    if application is None:
        switch.transfer(channel, attempt.then, attempt.context)
        return
    channel.applications.append((application.group(1), application.group(2) or ""))
    channel.state = State.EXECUTE
    channel.alarm.ring_now()
