"""``/v1/callbacks``: other systems ask for callbacks and look at them, with a token."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import falcon
import msgspec

from callcore.adapters.http import messages
from callcore.domain.ids import Language, Micros, QueueName
from callcore.ports.operations import (
    CallbackAnswer,
    CallbackRequest,
    NotReadyError,
    OperationError,
    Operations,
)
from callcore.runtime import time_limits

ADDRESS = "/v1/callbacks"
ASKED = "api_callback_requested"
"""The event noted of every request that was granted: what for and by whom, without the number."""
SCHEME = "bearer"
DEADLINE_SECONDS = 10.0
"""Operations have shorter deadlines of their own; this is for what they forgot."""

Note = Callable[[str, Mapping[str, object], BaseException | None], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """Who may ask, and whom."""

    token: str = field(repr=False)
    operations: Callable[[], Operations | None]
    """``None`` while callcore begins."""


class _BodyEndedError(Exception):
    """Less came than was announced."""


class Callbacks:
    """The resource, as Falcon has it."""

    def __init__(self, api: Api, note: Note) -> None:
        self._api = api
        self._note = note
        self._wanted = msgspec.json.Decoder(messages.Wanted)

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        """Every promise that is not over."""
        self._answer(request, response, self._look)

    def on_post(self, request: falcon.Request, response: falcon.Response) -> None:
        """One more, or the one that the number has."""
        self._answer(request, response, lambda: self._ask(request))

    def _look(self) -> messages.Callbacks:
        return messages.Callbacks(callbacks=tuple(self._operations().callbacks()))

    def _ask(self, request: falcon.Request) -> CallbackAnswer:
        wanted = self._wanted.decode(_body(request))
        answer = self._operations().request_callback(_asked(wanted))
        told = {"end": answer.end, "call_id": answer.call_id, "queue": wanted.queue}
        self._note(ASKED, {**told, "by": wanted.by}, None)
        return answer

    def _operations(self) -> Operations:
        operations = self._api.operations()
        if operations is None:
            raise NotReadyError("callcore has not begun to work yet: ask again")
        return operations

    def _answer(
        self, request: falcon.Request, response: falcon.Response, work: Callable[[], object]
    ) -> None:
        """Works for who has the token; what goes wrong is told in a line."""
        if not self._is_known(request):
            response.set_header("WWW-Authenticate", "Bearer")
            _fail(response, 401, messages.UNAUTHORIZED, "give the API's token as a bearer token")
            return
        try:
            with time_limits.within(DEADLINE_SECONDS):
                answer = work()
        except OperationError as error:
            failure, status = messages.failure_of(error)
            _fail(response, status, failure.error, failure.message)
        except falcon.HTTPContentTooLarge:
            message = f"a body may have {messages.LONGEST_BODY_BYTES} bytes"
            _fail(response, 413, messages.TOO_LARGE, message)
        except (msgspec.MsgspecError, UnicodeError, _BodyEndedError) as error:
            _fail(response, 400, messages.BAD_REQUEST, str(error))
        except time_limits.TimeIsUpError:
            message = f"callcore did not come to an end of it within {DEADLINE_SECONDS:g} s"
            _fail(response, 503, messages.NOT_READY, message)
        else:
            _write(response, answer)

    def _is_known(self, request: falcon.Request) -> bool:
        """Takes as long for a token that is nearly right as for any other."""
        scheme, _, token = (request.auth or "").partition(" ")
        # As WSGI has read the bytes, of which some would count as spaces.
        given = token.strip(" ").encode("latin-1", errors="replace")
        is_right = hmac.compare_digest(given, self._api.token.encode())
        return is_right and scheme.lower() == SCHEME


def _asked(wanted: messages.Wanted) -> CallbackRequest:
    return CallbackRequest(
        queue=QueueName(wanted.queue),
        number=wanted.number,
        by=wanted.by,
        name=wanted.name,
        language=None if wanted.language is None else Language(wanted.language),
        priority=wanted.priority,
        account=wanted.account,
        not_before=None if wanted.not_before is None else Micros(wanted.not_before),
    )


def _body(request: falcon.Request) -> bytes:
    if (request.content_length or 0) > messages.LONGEST_BODY_BYTES:
        raise falcon.HTTPContentTooLarge
    # Not Falcon's own stream, which knows no body without a length.
    try:
        body: bytes = request.env["wsgi.input"].read(messages.LONGEST_BODY_BYTES + 1)
    except OSError as error:
        raise _BodyEndedError("the body ended before its length") from error
    if len(body) > messages.LONGEST_BODY_BYTES:
        raise falcon.HTTPContentTooLarge
    return body


def _fail(response: falcon.Response, status: int, word: str, message: str) -> None:
    response.status = status
    _write(response, messages.Failure(error=word, message=" ".join(message.split())))


def _write(response: falcon.Response, answer: object) -> None:
    response.content_type = falcon.MEDIA_JSON
    response.data = msgspec.json.encode(answer) + b"\n"
