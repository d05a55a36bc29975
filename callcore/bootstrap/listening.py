"""Where callcore can be asked: its pages over HTTP, and the socket of the command line."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

from callcore.adapters.control.place import socket_path
from callcore.adapters.control.server import ControlServer
from callcore.adapters.http.callbacks import Api
from callcore.adapters.http.server import HttpServer
from callcore.adapters.prom import exposition
from callcore.adapters.prom.loop_lag import LoopLagProbe
from callcore.adapters.prom.metrics import Metrics
from callcore.bootstrap.instances import Instance
from callcore.bootstrap.readiness import Readiness
from callcore.bootstrap.saying import Saying
from callcore.ports.operations import Operations
from callcore.settings import Settings


def start_http(
    settings: Settings,
    metrics: Metrics,
    readiness: Readiness,
    saying: Saying,
    operations: Callable[[], Operations | None],
    stack: ExitStack,
) -> HttpServer:
    """Serves until ``stack`` is closed; ``operations`` are ``None`` until calls are taken."""
    token = settings.api_token
    server = HttpServer(
        settings.http_host,
        settings.http_port,
        metrics=lambda: exposition.render(metrics.registry),
        readiness=readiness.parts,
        note=saying.http,
        worker=readiness.worker,
        api=None if token is None else Api(token=token, operations=operations),
    )
    server.start()
    stack.callback(server.stop)
    probe = LoopLagProbe(metrics)
    probe.start()
    stack.callback(probe.stop)
    return server


def start_control(
    settings: Settings, instance: Instance, operations: Operations, saying: Saying, stack: ExitStack
) -> None:
    """Serves until ``stack`` is closed."""
    name = instance.name if instance.is_named else None
    path = socket_path(settings.data_directory, name)
    control = ControlServer(path, operations, note=saying.control)
    control.start()
    stack.callback(control.stop)
