"""What each address answers. Falcon's, and only Falcon's, words end here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import falcon
import msgspec

from callcore.adapters.http import callbacks
from callcore.adapters.http.callbacks import Api
from callcore.runtime import time_limits

Values = Mapping[str, object]
Note = Callable[[str, Values, BaseException | None], None]
"""Takes an event in snake case, its values and the exception, if there is one."""

UP = "up"
"""The word of a part that works; anything else is what a person should read."""
LINK_PREFIX = "link:"
STORE = "redis"
LEASE = "lease"

READINESS_SECONDS = 2.0
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_INDEX = """\
<!doctype html>
<html lang="en"><meta charset="utf-8"><title>callcore</title>
<body style="font: 16px/1.6 system-ui, sans-serif; max-width: 40em; margin: 3em auto">
<h1>callcore</h1>
<ul>
<li><a href="/metrics">/metrics</a> for Prometheus</li>
<li><a href="/readyz">/readyz</a> whether this worker can serve calls, part by part</li>
<li><a href="/healthz">/healthz</a> whether this worker lives</li>
</ul>
"""


def is_ready(parts: Mapping[str, str]) -> bool:
    """True if Redis answers, nobody can have taken what the worker holds, and at least one switch
    is linked; the other parts may be down.
    """
    links = [state for part, state in parts.items() if part.startswith(LINK_PREFIX)]
    return parts.get(STORE) == UP and parts.get(LEASE, UP) == UP and UP in links


def application(
    *,
    metrics: Callable[[], bytes],
    readiness: Callable[[], Mapping[str, str]],
    note: Note,
    worker: Callable[[], Mapping[str, object]] = dict,
    api: Api | None = None,
) -> falcon.App[falcon.Request, falcon.Response]:
    """The WSGI application; without ``api`` nothing can be asked of callcore."""
    app = falcon.App(cors_enable=False)
    app.add_route("/", _Index())
    app.add_route("/metrics", _Metrics(metrics))
    app.add_route("/healthz", _Health())
    app.add_route("/readyz", _Readiness(readiness, worker))
    if api is not None:
        app.add_route(callbacks.ADDRESS, callbacks.Callbacks(api, note))
    app.add_error_handler(Exception, _FailedRequest(note).answer)
    return app


class _Index:
    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        if request.client_prefers((falcon.MEDIA_TEXT, falcon.MEDIA_HTML)) == falcon.MEDIA_HTML:
            response.content_type = falcon.MEDIA_HTML
            response.text = _INDEX
        else:
            response.content_type = falcon.MEDIA_TEXT
            response.text = "callcore: /metrics /readyz /healthz\n"


class _Metrics:
    def __init__(self, metrics: Callable[[], bytes]) -> None:
        self._metrics = metrics

    def on_get(self, _request: falcon.Request, response: falcon.Response) -> None:
        response.content_type = METRICS_TYPE
        response.data = self._metrics()


class _Health:
    """An answer is the proof: it takes a living process whose event loop turns."""

    def on_get(self, _request: falcon.Request, response: falcon.Response) -> None:
        response.content_type = falcon.MEDIA_TEXT
        response.text = "alive\n"


class _Readiness:
    def __init__(
        self,
        readiness: Callable[[], Mapping[str, str]],
        worker: Callable[[], Mapping[str, object]],
    ) -> None:
        self._readiness = readiness
        self._worker = worker

    def on_get(self, _request: falcon.Request, response: falcon.Response) -> None:
        parts: Mapping[str, str] = {}
        try:
            with time_limits.within(READINESS_SECONDS):
                parts = self._readiness()
        except time_limits.TimeIsUpError:
            parts = {"readiness": f"not known within {READINESS_SECONDS:g} s"}
        ready = is_ready(parts)
        response.status = falcon.HTTP_200 if ready else falcon.HTTP_503
        response.content_type = falcon.MEDIA_JSON
        told = {"ready": ready, "parts": dict(parts), **self._worker()}
        response.data = msgspec.json.encode(told) + b"\n"


class _FailedRequest:
    def __init__(self, note: Note) -> None:
        self._note = note

    def answer(
        self,
        request: falcon.Request,
        _response: falcon.Response,
        fault: Exception,
        _parameters: object,
    ) -> None:
        """Tells the log everything and the client nothing."""
        if isinstance(fault, falcon.HTTPError | falcon.HTTPStatus):
            raise fault
        self._note("http_request_failed", {"path": request.path}, fault)
        raise falcon.HTTPInternalServerError
