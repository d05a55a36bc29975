"""Why a link is down, in words that tell an operator what to do."""

from __future__ import annotations

import re
from enum import StrEnum

from callcore.domain.policies import NodePolicy
from callcore.ports.telephony import SwitchUnavailableError


class FaultKind(StrEnum):
    """What went wrong with a link."""

    WRONG_PASSWORD = "wrong_password"  # noqa: S105 (a kind of fault, not a password)
    REFUSED_BY_ACL = "refused_by_acl"
    CONNECTION_REFUSED = "connection_refused"
    UNREACHABLE = "unreachable"
    NAME_NOT_RESOLVED = "name_not_resolved"
    SILENT = "silent"
    CLOSED = "closed"
    DISCONNECT_NOTICE = "disconnect_notice"
    HEARTBEAT_MISSING = "heartbeat_missing"
    COMMANDS_STALLED = "commands_stalled"
    NONSENSE = "nonsense"
    SUBSCRIPTION_REFUSED = "subscription_refused"
    STOPPED = "stopped"
    INTERNAL = "internal"


_SENTENCES = {
    FaultKind.WRONG_PASSWORD: (
        "refuses the password; set {password_variable} to the "
        '<param name="password"> of event_socket.conf.xml'
    ),
    FaultKind.REFUSED_BY_ACL: (
        "refuses this address: allow it in the list named by "
        '<param name="apply-inbound-acl"> of event_socket.conf.xml'
    ),
    FaultKind.CONNECTION_REFUSED: (
        "refuses connections: is FreeSWITCH running, mod_event_socket loaded, and do listen-ip and "
        "listen-port of event_socket.conf.xml say this address?"
    ),
    FaultKind.UNREACHABLE: "cannot be reached: check the address, the network and the firewall",
    FaultKind.NAME_NOT_RESOLVED: "has a host name that cannot be resolved: check host and DNS",
    FaultKind.SILENT: (
        "accepts connections but does not answer as an event socket in time: does another service "
        "listen there, or is FreeSWITCH stuck?"
    ),
    FaultKind.CLOSED: "closed the connection",
    FaultKind.DISCONNECT_NOTICE: "ended the connection and said why",
    FaultKind.HEARTBEAT_MISSING: (
        "sent no HEARTBEAT for {heartbeat_limit_seconds:g} s: it is stuck or unreachable, or its "
        "event-heartbeat-interval is longer than the heartbeat_seconds configured"
    ),
    FaultKind.COMMANDS_STALLED: "does not answer commands any more",
    FaultKind.NONSENSE: "sends what is not an event socket's stream",
    FaultKind.SUBSCRIPTION_REFUSED: (
        "refuses to send events: does the user of the event socket have esl-allowed-events?"
    ),
    FaultKind.STOPPED: "is not used any more: the link was stopped",
    FaultKind.INTERNAL: "was given up because of a fault in callcore itself: please report it",
}

MISSED_HEARTBEATS = 2
_GRACE_PERIODS = 0.5
"""So that two heartbeats are really missing before the second is judged."""


class LinkFaultError(SwitchUnavailableError):
    """The link is down; ``kind`` says why, the text says it to an operator."""

    def __init__(self, policy: NodePolicy, kind: FaultKind, detail: str = "") -> None:
        sentence = _SENTENCES[kind].format(
            password_variable=password_variable(policy),
            heartbeat_limit_seconds=heartbeat_limit_seconds(policy),
        )
        told = f" ({detail})" if detail else ""
        super().__init__(f"{policy.name} {policy.host}:{policy.port} {sentence}{told}")
        self.kind = kind


def heartbeat_limit_seconds(policy: NodePolicy) -> float:
    """After how long without a ``HEARTBEAT`` the link counts as lost."""
    return policy.heartbeat_seconds * (MISSED_HEARTBEATS + _GRACE_PERIODS)


def password_variable(policy: NodePolicy) -> str:
    """The environment variable that holds the node's password."""
    return f"CALLCORE_NODE_{re.sub('[^A-Z0-9]', '_', policy.name.upper())}_PASSWORD"
