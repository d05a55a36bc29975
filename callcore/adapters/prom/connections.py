"""What the links to switches and stores tell, as metrics. Shapes match what those adapters call."""

from __future__ import annotations

from collections.abc import Iterable

from callcore.adapters.prom.metrics import Metrics

OK, ERROR = "ok", "error"


class LinkMetrics:
    """Hears one node's link."""

    def __init__(self, metrics: Metrics, node: str) -> None:
        self._metrics = metrics
        self._node = node
        self._events = metrics.links.events.of(node)
        metrics.links.up.set(0, node)
        links = metrics.links
        for counters in (
            links.lost,
            links.switch_restarts,
            links.commands_refused,
            links.listener_faults,
            metrics.nodes.lost,
            metrics.nodes.calls_lost,
        ):
            counters.add(node, amount=0.0)
        for gauges in (metrics.nodes.gone, metrics.nodes.draining):
            gauges.set(0, node)
        for outcome in (OK, ERROR):
            links.commands.add(node, outcome, amount=0.0)

    def event_received(self, name: str, lag_seconds: float) -> None:
        """An event of this name was read so late."""
        self._events.add(name, lag_seconds)

    def command_answered(self, name: str, seconds: float, ok: bool) -> None:  # noqa: ARG002, FBT001  # a callback of plain values
        """The reply to a command came after ``seconds``."""
        self._metrics.links.commands.add(self._node, OK if ok else ERROR)
        self._metrics.links.command_seconds.observe(seconds, self._node)

    def command_refused(self, name: str, reply: str) -> None:  # noqa: ARG002  # neither may be a label
        """A posted command was answered with an error that nobody waits for."""
        self._metrics.links.commands_refused.add(self._node)

    def frame_skipped(self, reason: str) -> None:
        """A frame or event was left out."""
        self._metrics.links.frames_skipped.add(self._node, reason)

    def listener_failed(self, name: str, fault: Exception) -> None:  # noqa: ARG002  # the log has them
        """Whoever was told an event raised."""
        self._metrics.links.listener_faults.add(self._node)

    def link_restored(self, core_uuid: str, is_restarted: bool) -> None:  # noqa: ARG002, FBT001  # a callback of plain values
        """The link is up and subscribed."""
        self._metrics.links.up.set(1, self._node)
        self._metrics.links.restored.add(self._node)
        if is_restarted:
            self._metrics.links.switch_restarts.add(self._node)

    def link_lost(self, reason: str) -> None:  # noqa: ARG002  # a sentence, not a label
        """The link is down."""
        self._metrics.links.up.set(0, self._node)
        self._metrics.links.lost.add(self._node)


class StoreMetrics:
    """Hears one store: how long its steps take and what goes wrong."""

    def __init__(self, metrics: Metrics, store: str, faults: Iterable[str] = ()) -> None:
        """``faults`` are the words of ``fault``, whose counters begin at 0."""
        self._metrics = metrics
        self._store = store
        for kind in faults:
            metrics.stores.faults.add(store, kind, amount=0.0)

    def observe(self, script: str, seconds: float) -> None:
        """A step took ``seconds``, whatever came of it."""
        self._metrics.stores.seconds.observe(seconds, self._store)
        self._metrics.stores.script_seconds.observe(seconds, self._store, script)

    def fault(self, kind: str) -> None:
        """A step was not done; ``kind`` is one of a few words."""
        self._metrics.stores.faults.add(self._store, kind)
