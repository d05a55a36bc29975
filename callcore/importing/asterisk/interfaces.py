"""Which phone a member's interface is."""

from __future__ import annotations

import re
from dataclasses import dataclass

_USER = re.compile(r"[A-Za-z0-9_.+*#-]{1,128}")
_HOST = re.compile(r"[A-Za-z0-9_.-]+(?::[0-9]{1,5})?")
_TRUNK = re.compile(
    r"([A-Za-z0-9_.+*#-]+)@([A-Za-z0-9_.-]+)|([A-Za-z0-9_.-]+)/([A-Za-z0-9_.+*#-]+)"
)
_FORMS = "user/1001@domain, sofia/PROFILE/USER@HOST or sofia/gateway/GATEWAY/NUMBER"


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A phone by the user that registers it."""

    user: str
    runs_dialplan: str = ""
    """The context whose extension was called in place of the phone."""
    is_standing: bool = False
    """The agent stays on the line (``AgentLogin``)."""


def is_domain(text: str) -> bool:
    """True for what may follow the @ of a contact."""
    return _HOST.fullmatch(text) is not None and ".." not in text


def phone(interface: str, state_interface: str) -> Phone | str:
    """The phone of a member, or why callcore has none like it, and what would be one."""
    technology, _, resource = interface.partition("/")
    found: Phone | None = None
    match technology.lower():
        case "pjsip" | "sip":
            found = Phone(user=resource)
        case "agent":
            found = Phone(user=resource, is_standing=True)
        case "local":
            extension, _, rest = resource.partition("@")
            context = rest.partition("/")[0]
            user = _state_user(state_interface) or extension.partition("/")[0]
            found = Phone(user=user, runs_dialplan=context or "default")
    if found is not None and _USER.fullmatch(found.user) and ".." not in found.user:
        return found
    if found is not None and (trunk := _TRUNK.fullmatch(resource)) and not found.is_standing:
        number, gateway = (trunk[1], trunk[2]) if trunk[1] else (trunk[4], trunk[3])
        return f"its interface is a trunk: write contact: sofia/gateway/{gateway}/{number}"
    return f"callcore has no phone like its interface: write contact as {_FORMS}"


def _state_user(state_interface: str) -> str:
    """The user whose state stands for a local channel's; empty if it does not say one."""
    technology, slash, resource = state_interface.partition("/")
    if slash and technology.lower() in ("pjsip", "sip") and _USER.fullmatch(resource):
        return resource
    kind, colon, rest = state_interface.partition(":")
    if colon and kind.lower() in ("agent", "hint"):
        return rest.partition("@")[0]
    return ""
