"""What the switches are, have and do for us."""

from __future__ import annotations

from dataclasses import dataclass, field

from callcore.domain.ids import Language, NodeName
from callcore.domain.phone_numbers import Home
from callcore.domain.policies.callback import CallableNumbers

MOST_SILENT_SECONDS = 30
"""Whoever is asked something hears nothing after the prompts; a process that is started again, or
another one, takes the caller over in less.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback:
    """Where the dead man's switch sends a caller nobody controls."""

    extension: str = "callcore_fallback"
    context: str = "public"
    arriving_after_seconds: int = 5
    waiting_after_seconds: int = 120

    @property
    def silent_after_seconds(self) -> int:
        """The same for callers to whom prompts are played, and no music after them."""
        return min(self.waiting_after_seconds, MOST_SILENT_SECONDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class NodePolicy:
    """One FreeSWITCH and how to reach its event socket."""

    name: NodeName
    host: str
    port: int = 8021
    connect_timeout_seconds: float = 5.0
    command_timeout_seconds: float = 5.0
    heartbeat_seconds: float = 20.0
    """The switch's ``event-heartbeat-interval``; two missing ones are a lost link."""
    lost_after_refused_seconds: float = 5.0
    """It counts as dead after so long in which connections are refused: its process is gone."""
    lost_after_seconds: float = 60.0
    """It counts as dead so long after its link was lost, whatever the reason."""
    peer_contact: str | None = None
    """How other nodes reach phones that are registered with it, with ``{user}`` for the phone's
    user: ``sofia/peers/{user}@10.0.0.1:5070``; ``None``: they do not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundsPolicy:
    """Which recordings callers hear; without a directory they hear tones."""

    directory: str | None = None
    """An absolute path on the switch; below it one directory a language."""
    language: Language = Language("en")  # noqa: RUF009 - a NewType makes no new value
    """Of callers and agents of whom nothing else is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DialplanPolicy:
    """What the dialplan does for us."""

    outbound_context: str = "callcore_outbound"
    """The context whose extensions are outside numbers."""
    voicemail_extension: str = "callcore_voicemail"
    """Takes a message for the box in the channel variable ``callcore_voicemail_box``; in the
    context of the fallback."""
    callback_contact: str | None = None
    """What is dialled to call a customer back, with ``{number}`` for the number:
    ``sofia/gateway/carrier/{number}``; without it nobody is."""
    registrar_contact: str | None = None
    """How every node reaches phones that are registered with none of them, with ``{user}``:
    ``sofia/internal/{user}@registrar``; without it they cannot be reached."""
    home: Home | None = None
    """With it ``0601...`` and ``+48601...`` are one number to queues; without it two."""
    callable_numbers: CallableNumbers = field(default=CallableNumbers())
