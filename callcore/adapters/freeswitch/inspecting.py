"""Whether a switch will do for callcore: asked once, over a connection that ends with the answer.

What keeps callcore from working is a fault, what an operator should look at is a remark.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from callcore.adapters.freeswitch import link_commands, translation
from callcore.adapters.freeswitch.command_bytes import Command, api
from callcore.adapters.freeswitch.connection import Connection
from callcore.adapters.freeswitch.faults import FaultKind, LinkFaultError
from callcore.adapters.freeswitch.replies import Reply
from callcore.domain.policies import NodePolicy
from callcore.ports.surroundings import Clock

OLDEST = (1, 11, 1)
"""The first release without CVE-2026-49840."""

NEEDED_MODULES = {
    "mod_sofia": "SIP",
    "mod_dptools": "park, playback, user/1001@domain",
    "mod_dialplan_xml": "the dialplan that parks callers",
    "mod_sndfile": "recordings and prompts",
    "mod_tone_stream": "what callers hear where a sound is missing",
}
"""What callcore uses of each; of mod_event_socket and mod_commands one hears otherwise."""

USEFUL_MODULES = {
    "mod_local_stream": "music; without it callers hear tones",
    "mod_json_cdr": "the last resort for records of calls that met no callcore",
}

_VERSION = re.compile(r"FreeSWITCH Version (\d+)\.(\d+)(?:\.(\d+))?")
_UNKNOWN = "Command not found"
_DENIED = "permission denied"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What a switch answered."""

    version: str
    """As the switch tells it, such as ``1.11.3``; empty if it does not."""
    faults: tuple[str, ...]
    remarks: tuple[str, ...]
    domain: str
    """Under which it knows phones; empty if it does not tell."""
    has_our_dialplan: bool
    """True if callcore's variables are there, and so its dialplan is."""


class _Unheard:
    """Nobody listens: nothing of this is for logs and metrics."""

    def event_received(self, name: str, lag_seconds: float) -> None:
        """No event is asked for."""

    def command_answered(self, name: str, seconds: float, ok: bool) -> None:  # noqa: FBT001 (a callback of three plain values)
        """The answer itself is looked at."""

    def command_refused(self, name: str, reply: str) -> None:
        """So is the refusal."""

    def frame_skipped(self, reason: str) -> None:
        """What it means shows in what does not come."""

    def listener_failed(self, name: str, fault: Exception) -> None:
        """Nobody is told of events."""

    def link_restored(self, core_uuid: str, is_restarted: bool) -> None:  # noqa: FBT001 (a callback of plain values)
        """It is no link."""

    def link_lost(self, reason: str) -> None:
        """It is no link."""


def inspect(policy: NodePolicy, password: str, clock: Clock) -> Inspection:
    """Connects, asks, and takes leave.

    Raises ``LinkFaultError``, whose text tells what to do, ``TelephonyError`` if the switch falls
    silent, and ``HostileTextError`` for a password that no command can carry.
    """
    connection = Connection(
        policy,
        password,
        clock=clock,
        observer=_Unheard(),
        take_event=lambda _: None,
        lost=lambda _: None,
    )
    try:
        connection.connect()
        return _Inspector(connection, policy).inspection()
    finally:
        connection.stop()


class _Inspector:
    def __init__(self, connection: Connection, policy: NodePolicy) -> None:
        self._connection = connection
        self._policy = policy

    def inspection(self) -> Inspection:
        told = self._ask(link_commands.version())
        if _UNKNOWN in told.text:
            fault = "mod_commands is not loaded: load it, it has every command that callcore sends"
            return Inspection(
                version="", faults=(fault,), remarks=(), domain="", has_our_dialplan=False
            )
        found = _VERSION.search(told.text)
        domain = self._variable("callcore_domain") or self._variable("domain")
        has_our_dialplan = bool(self._variable("callcore_fallback_seconds"))
        return Inspection(
            version="" if found is None else ".".join(filter(None, found.groups())),
            faults=(*_faults_of_version(told.text, found), *self._faults()),
            remarks=tuple(self._remarks()),
            domain=domain,
            has_our_dialplan=has_our_dialplan,
        )

    def _faults(self) -> Iterator[str]:
        for module, use in NEEDED_MODULES.items():
            if not self._has(module):
                yield f"{module} is not loaded: load it, callcore needs it ({use})"
        for command in (api("show", "channels", "as", "json"), api("uuid_exists", "callcore")):
            reply = self._ask(command)
            if _DENIED in reply.text or _UNKNOWN in reply.text:
                yield (
                    f"it refuses the command {command.name} ({_line(reply)}): does the user of the "
                    "event socket have esl-allowed-api?"
                )
        reply = self._ask(link_commands.subscribe(translation.SUBSCRIPTION))
        if reply.is_error:
            yield str(LinkFaultError(self._policy, FaultKind.SUBSCRIPTION_REFUSED, _line(reply)))

    def _remarks(self) -> Iterator[str]:
        for module, use in USEFUL_MODULES.items():
            if not self._has(module):
                yield f"{module} is not loaded: {use}"
        if self._ask(link_commands.api_expansion()).text.rstrip().endswith("on"):
            yield (
                "api-expansion is on: what callers write may run commands on the switch; set it to "
                "false in switch.conf.xml (docs/freeswitch.md)"
            )

    def _has(self, module: str) -> bool:
        return self._ask(link_commands.has_module(module)).text.strip() == "true"

    def _variable(self, name: str) -> str:
        reply = self._ask(link_commands.ask_global(name))
        return "" if reply.is_error else reply.text.strip()

    def _ask(self, command: Command) -> Reply:
        return self._connection.ask(command, self._policy.command_timeout_seconds)


def _faults_of_version(told: str, found: re.Match[str] | None) -> Iterator[str]:
    if found is None:
        yield f"it does not tell its version, but {told[:80]!r}: is it a FreeSWITCH?"
    elif tuple(int(part or 0) for part in found.groups()) < OLDEST:
        yield (
            f"FreeSWITCH {'.'.join(filter(None, found.groups()))} is too old: upgrade to "
            f"{'.'.join(map(str, OLDEST))} or later; earlier ones can be attacked through the "
            "event socket before any password is asked for (CVE-2026-49840)"
        )


def _line(reply: Reply) -> str:
    return reply.text.strip().partition("\n")[0][:200]
