"""What each link tells, to metrics and log at once."""

from __future__ import annotations

from callcore.adapters.logs.observer import LinkLog
from callcore.adapters.logs.setup import Level, Log
from callcore.adapters.prom.connections import LinkMetrics
from callcore.adapters.prom.metrics import Metrics
from callcore.domain.ids import NodeName


class LinkNews:
    """Implements the link adapter's observer for one node."""

    def __init__(self, node: NodeName, metrics: Metrics, log: Log) -> None:
        self._node = node
        self._metrics = LinkMetrics(metrics, node)
        self._lines = LinkLog(log, node)
        self._log = log
        self.is_stopping = False
        """True once the loss of the link is our own doing."""
        self.reason = ""
        """Why the link is down; empty while it is up or has not been tried."""

    def event_received(self, name: str, lag_seconds: float) -> None:
        """An event of this name was read so late."""
        self._metrics.event_received(name, lag_seconds)

    def command_answered(self, name: str, seconds: float, ok: bool) -> None:  # noqa: FBT001 - a callback of plain values
        """The reply to a command came after ``seconds``."""
        self._metrics.command_answered(name, seconds, ok)

    def command_refused(self, name: str, reply: str) -> None:
        """A posted command was answered with an error that nobody waits for."""
        self._metrics.command_refused(name, reply)
        self._lines.command_refused(name, reply)

    def frame_skipped(self, reason: str) -> None:
        """A frame or event was left out."""
        self._metrics.frame_skipped(reason)
        self._lines.frame_skipped(reason)

    def listener_failed(self, name: str, fault: Exception) -> None:
        """Whoever was told an event raised."""
        self._metrics.listener_failed(name, fault)
        self._lines.listener_failed(name, fault)

    def link_restored(self, core_uuid: str, is_restarted: bool) -> None:  # noqa: FBT001 - a callback of plain values
        """The link is up and subscribed."""
        self.reason = ""
        self._metrics.link_restored(core_uuid, is_restarted)

    def link_lost(self, reason: str) -> None:
        """The link is down, or cannot come up: only the latter is not a fact of the log."""
        self.reason = reason
        self._metrics.link_lost(reason)
        level = Level.DEBUG if self.is_stopping else Level.ERROR
        self._log.write(level, "link_down", {"node": self._node, "reason": reason})
