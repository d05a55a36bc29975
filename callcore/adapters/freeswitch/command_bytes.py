"""From a command's words to its bytes.

One function makes the bytes (``command``), and nothing else in the package writes a line feed to a
socket. Which characters an argument may hold is ``hostile``'s business.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from callcore.adapters.freeswitch import hostile
from callcore.domain.ids import LegId
from callcore.ports.telephony import HostileTextError

COMMAND_BYTES_LIMIT = 16 * 1024
"""FreeSWITCH reads commands a byte a system call, 0.9 MB/s: longer ones would hold up the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command on its way to the switch; ``name`` is a word fit for a metric's label."""

    name: str
    wire: bytes = field(repr=False)
    """Not shown: it may hold the password or a caller's number."""


def line(text: str) -> Command:
    """A command of one line that its maker has checked, ``auth`` for one."""
    return command(text.partition(" ")[0], text)


def api(name: str, *words: str) -> Command:
    """A command of the switch's API, in one line."""
    return command(name, " ".join(("api", name, *words)))


def execute(
    leg_id: LegId,
    application: str,
    argument: str = "",
    headers: Mapping[str, str] | None = None,
) -> Command:
    """Has the leg execute an application; the argument travels as a body, out of reach of lines."""
    return command(
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


def command(
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
