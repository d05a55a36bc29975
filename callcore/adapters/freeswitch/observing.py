"""What the link tells about itself, for logs and metrics."""

from __future__ import annotations

from typing import Protocol


class LinkObserver(Protocol):
    """Hears what happens on the link to one node. Called often: must be quick and raise nothing."""

    def event_received(self, name: str, lag_seconds: float) -> None:
        """An event of this ``Event-Name`` was read, ``lag_seconds`` after the switch says it
        happened; 0 if it does not say, or says later.
        """

    def command_answered(self, name: str, seconds: float, ok: bool) -> None:  # noqa: FBT001 (a callback of three plain values)
        """The reply to a command came after ``seconds``; ``ok`` unless it says ``-ERR``."""

    def command_refused(self, name: str, reply: str) -> None:
        """A posted command was answered with an error that nobody waits for."""

    def frame_skipped(self, reason: str) -> None:
        """A frame or event was left out; ``reason`` is one of a few words."""

    def listener_failed(self, name: str, fault: Exception) -> None:
        """Whoever was told an event of this name raised."""

    def link_restored(self, core_uuid: str, is_restarted: bool) -> None:  # noqa: FBT001 (a callback of plain values)
        """The link is up and subscribed."""

    def link_lost(self, reason: str) -> None:
        """The link is down or cannot come up. Told once per kind of fault until restored."""
