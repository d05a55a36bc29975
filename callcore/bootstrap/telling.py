"""Who is told the facts, here and in other systems."""

from __future__ import annotations

from contextlib import ExitStack

from callcore.adapters.hooks.http_notices import HttpNotices
from callcore.adapters.logs.observer import LogObserver
from callcore.adapters.logs.setup import Log
from callcore.adapters.prom.metrics import Metrics
from callcore.adapters.prom.observer import MetricsObserver
from callcore.adapters.terminal.view import TerminalView
from callcore.bootstrap.colleagues import Settling
from callcore.bootstrap.saying import Saying
from callcore.flows.policies import Policies
from callcore.ports.surroundings import Clock
from callcore.runtime.broadcast import Broadcast


def broadcast(
    metrics: Metrics, log: Log, settling: Settling, view: TerminalView | None, saying: Saying
) -> Broadcast:
    """Tells metrics, log and view, and who waits for the worker to have its share."""
    observers = [
        ("metrics", MetricsObserver(metrics).observe),
        ("log", LogObserver(log).observe),
        ("settling", settling.observe),
    ]
    if view is not None:
        observers.append(("view", view.observe))
    return Broadcast(observers, saying.observer_failed)


def start_notices(
    policies: Policies, clock: Clock, facts: Broadcast, stack: ExitStack
) -> HttpNotices:
    """Stopped after the calls, of which the last ones may still have something told."""
    notices = HttpNotices(
        policies.current.site, lambda: policies.current.hooks, clock=clock, facts=facts
    )
    stack.callback(notices.stop)
    return notices
