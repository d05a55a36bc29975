"""The addresses of the control socket. Falcon's, and only Falcon's, words end here."""

from __future__ import annotations

import pwd
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Generic, TypeVar

import falcon
import gevent
import msgspec

from callcore.adapters.control import answers, failures, place, requests
from callcore.adapters.control.desk import Desk
from callcore.ports.operations import DutyChange, NotReadyError, OperationError, Operations
from callcore.runtime import time_limits, wsgi

Values = Mapping[str, object]
Note = Callable[[str, Values, BaseException | None], None]
"""Takes an event in snake case, its values and the exception, if there is one."""

CHANGE_MADE = "control_change_made"
"""The event noted of every change: what was changed and by whom."""

DEADLINE_SECONDS = 10.0
"""Operations have shorter deadlines of their own; this is for what they forgot."""

RELOAD_DEADLINE_SECONDS = 65.0
"""Longer than a reload's own."""

FORGET_DEADLINE_SECONDS = 200.0
"""A long history is looked through from end to end."""

RequestT = TypeVar("RequestT", bound=requests.Request)


def application(operations: Operations, note: Note) -> falcon.App[falcon.Request, falcon.Response]:
    """The WSGI application."""
    desk = Desk(operations)

    def change(kind: type[RequestT], make: Callable[..., msgspec.Struct]) -> _Change[RequestT]:
        return _Change(kind, make, note)

    app = falcon.App(cors_enable=False)
    queue, call, agent = "/v1/queues/{queue}", "/v1/calls/{call_id}", "/v1/agents/{agent}"
    app.add_route("/v1/status", _View(desk.status))
    app.add_route("/v1/drain", change(requests.Drain, desk.drain_workers))
    app.add_route("/v1/undrain", change(requests.Nothing, desk.undrain_workers))
    app.add_route("/v1/queues", _View(desk.queues))
    app.add_route(f"{queue}/close", change(requests.Close, desk.close))
    app.add_route(f"{queue}/open", change(requests.Nothing, desk.open))
    app.add_route("/v1/calls", _View(desk.calls))
    app.add_route(f"{call}/priority", change(requests.SetPriority, desk.set_priority))
    app.add_route(f"{call}/language", change(requests.SetLanguage, desk.set_language))
    app.add_route(f"{call}/withdraw", change(requests.Nothing, desk.withdraw))
    app.add_route(f"{call}/move", change(requests.Move, desk.move))
    app.add_route(f"{call}/explanation", _View(desk.explanation))
    asking = change(requests.RequestCallback, desk.request_callback)
    app.add_route("/v1/callbacks", _Collection(desk.callbacks, asking))
    app.add_route("/v1/agents", _View(desk.agents))
    app.add_route("/v1/breaks", _View(desk.breaks))
    app.add_route(f"{agent}/timeline", _Timeline(desk.timeline))
    app.add_route(f"{agent}/unlock", change(requests.Nothing, desk.unlock))
    for what in DutyChange:
        changing = change(requests.DUTY_REQUESTS[what], partial(desk.change_duty, what))
        app.add_route(f"{agent}/{what}", changing)
    app.add_route("/v1/nodes", _View(desk.nodes))
    app.add_route("/v1/nodes/{node}/drain", change(requests.Nothing, desk.drain))
    app.add_route("/v1/nodes/{node}/undrain", change(requests.Nothing, desk.undrain))
    app.add_route("/v1/config", _View(desk.configuration))
    reload = _Change(requests.Nothing, desk.reload, note, RELOAD_DEADLINE_SECONDS)
    app.add_route("/v1/config/reload", reload)
    forget = _Change(requests.Forget, desk.forget, note, FORGET_DEADLINE_SECONDS)
    app.add_route("/v1/people/forget", forget)
    app.add_error_handler(OperationError, _answer_refusal)
    app.add_error_handler(Exception, _Fault(note).answer)
    app.set_error_serializer(_write_http_error)
    return app


class _View:
    def __init__(self, look: Callable[..., object]) -> None:
        self._look = look

    def on_get(self, _request: falcon.Request, response: falcon.Response, **names: str) -> None:
        with _deadline():
            answer = self._look(**names)
        _write(response, answer)


class _Collection(Generic[RequestT]):
    """Of things that are looked at, and of which one more may be asked for."""

    def __init__(self, look: Callable[[], object], change: _Change[RequestT]) -> None:
        self.on_get = _View(look).on_get
        self.on_post = change.on_post


class _Timeline:
    def __init__(self, look: Callable[[str, int], answers.Timeline]) -> None:
        self._look = look

    def on_get(self, request: falcon.Request, response: falcon.Response, agent: str) -> None:
        """With ``?count=``; anything else may be that misspelt."""
        unknown = request.params.keys() - {"count"}
        if unknown:
            raise falcon.HTTPInvalidParam("it is not known here", unknown.pop())
        count = request.get_param_as_int("count", default=requests.USUAL_CHANGES)
        with _deadline():
            answer = self._look(agent, count)
        _write(response, answer)


class _Change(Generic[RequestT]):
    def __init__(
        self,
        kind: type[RequestT],
        change: Callable[..., msgspec.Struct],
        note: Note,
        deadline_seconds: float | None = None,
    ) -> None:
        self._decoder = msgspec.json.Decoder(kind)
        self._change = change
        self._note = note
        self._deadline_seconds = deadline_seconds

    def on_post(self, request: falcon.Request, response: falcon.Response, **names: str) -> None:
        wanted = self._decoder.decode(_body(request))
        by = _user_of(request)
        with _deadline(self._deadline_seconds):
            answer = self._change(wanted, by, **names)
        self._note(CHANGE_MADE, {"path": request.path, **msgspec.structs.asdict(answer)}, None)
        _write(response, answer)


def _body(request: falcon.Request) -> bytes:
    """The body; the empty one counts as an object without fields."""
    if (request.content_length or 0) > requests.LONGEST_BODY_BYTES:
        raise falcon.HTTPContentTooLarge
    # Not Falcon's own stream, which knows no body without a length.
    body: bytes = request.env["wsgi.input"].read(requests.LONGEST_BODY_BYTES + 1)
    if len(body) > requests.LONGEST_BODY_BYTES:
        raise falcon.HTTPContentTooLarge
    return body or b"{}"


def _user_of(request: falcon.Request) -> str:
    _, user_id = place.process_and_user(request.env[wsgi.SOCKET])
    try:
        # In a thread: the users may be a directory server's, and calls must not wait for it.
        return gevent.get_hub().threadpool.apply(pwd.getpwuid, (user_id,)).pw_name
    except KeyError:
        return f"user {user_id}"


@contextmanager
def _deadline(given_seconds: float | None = None) -> Iterator[None]:
    seconds = given_seconds or DEADLINE_SECONDS
    try:
        with time_limits.within(seconds):
            yield
    except time_limits.TimeIsUpError as expired:
        raise NotReadyError(
            f"callcore did not come to an end of it within {seconds:g} s: look whether it was done"
        ) from expired


def _write(response: falcon.Response, answer: object) -> None:
    response.content_type = falcon.MEDIA_JSON
    response.data = msgspec.json.encode(answer) + b"\n"


def _answer_refusal(
    _request: falcon.Request,
    response: falcon.Response,
    refusal: OperationError,
    _parameters: object,
) -> None:
    failure, status = failures.failure_of(refusal)
    response.status = status
    _write(response, failure)


class _Fault:
    def __init__(self, note: Note) -> None:
        self._note = note

    def answer(
        self,
        request: falcon.Request,
        response: falcon.Response,
        fault: Exception,
        _parameters: object,
    ) -> None:
        """What is not well put is told to the client, what is our fault to the log."""
        if isinstance(fault, falcon.HTTPError | falcon.HTTPStatus):
            raise fault
        if isinstance(fault, msgspec.MsgspecError | UnicodeError):
            response.status = falcon.HTTP_400
            _write(response, failures.Failure(error=failures.BAD_REQUEST, message=str(fault)))
            return
        self._note("control_request_failed", {"path": request.path}, fault)
        response.status = falcon.HTTP_500
        message = f"callcore failed at {request.path}: its log says why"
        _write(response, failures.Failure(error=failures.INTERNAL_ERROR, message=message))


def _write_http_error(
    request: falcon.Request, response: falcon.Response, error: falcon.HTTPError
) -> None:
    match error:
        case falcon.HTTPNotFound():
            word, message = failures.UNKNOWN_ADDRESS, f"there is nothing at {request.path}"
        case falcon.HTTPMethodNotAllowed():
            word = failures.WRONG_METHOD
            message = f"{request.path} does not take {request.method}"
        case falcon.HTTPContentTooLarge():
            word = failures.TOO_LARGE
            message = f"a body may have {requests.LONGEST_BODY_BYTES} bytes"
        case _:
            word, message = failures.BAD_REQUEST, error.description or str(error.status)
    _write(response, failures.Failure(error=word, message=message))
