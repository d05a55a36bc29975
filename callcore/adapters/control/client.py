"""The command line's end: asks a running callcore, within a deadline.

Without gevent, which a command that asks one thing would wait for in vain; where gevent runs it has
patched what is used here.
"""

from __future__ import annotations

import http.client
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar
from urllib.parse import quote, urlencode

import msgspec

from callcore.adapters.control import answers, failures, place, requests
from callcore.adapters.control.in_time import Connection, SocketInTime
from callcore.ports.operations import ConfigView, DutyChange, Explanation, SiteStatus

DEADLINE_SECONDS = 15.0
"""Longer than the daemon's own, which tells more."""
FORGET_DEADLINE_SECONDS = 220.0
"""A long history is looked through from end to end."""
RELOAD_DEADLINE_SECONDS = 75.0
"""A file of thousands of agents takes long to read."""
SIGN_OF_LIFE_SECONDS = 1.0
"""Within which one of several workers answers that is neither dead nor stopped."""

AnswerT = TypeVar("AnswerT")

_NO_QUERY: Mapping[str, object] = MappingProxyType({})


class ControlError(Exception):
    """Nothing was learnt from callcore; the message is one sentence, ``word`` is for machines."""

    word = "failed"


class NotRunningError(ControlError):
    """No callcore listens on the socket."""

    word = "not_running"


class NotAllowedError(ControlError):
    """The socket is another user's."""

    word = "not_allowed"


class UnansweredError(ControlError):
    """The question was asked, and no answer came: a change may have been made."""

    word = "unanswered"


class NotUnderstoodError(ControlError):
    """The answer is not one of those known here."""

    word = "not_understood"


class RefusedError(ControlError):
    """callcore says no, and why."""

    def __init__(self, word: str, message: str) -> None:
        super().__init__(message)
        self.word = word


class ControlClient:
    """Asks the callcore that listens at ``path``; every method may raise ``ControlError``."""

    def __init__(self, path: Path, *, deadline_seconds: float = DEADLINE_SECONDS) -> None:
        self._path = path
        self._deadline_seconds = deadline_seconds

    def is_alive(self) -> bool:
        """True if it answers, whatever."""
        try:
            self._exchange("GET", "/", b"")
        except ControlError:
            return False
        return True

    def status(self) -> SiteStatus:
        """The site at a glance."""
        return self._ask(SiteStatus, "GET", "status")

    def drain(self, *, is_of_site: bool) -> answers.Drained:
        """Has the worker that is asked, or every one, take no new calls and end after the last."""
        request = requests.Drain(is_of_site=is_of_site)
        return self._ask(answers.Drained, "POST", "drain", body=request)

    def undrain(self) -> answers.Undrained:
        """Has every worker of the site take calls again."""
        return self._ask(answers.Undrained, "POST", "undrain")

    def queues(self) -> answers.Queues:
        """Every queue."""
        return self._ask(answers.Queues, "GET", "queues")

    def calls(self) -> answers.Calls:
        """Every caller who waits."""
        return self._ask(answers.Calls, "GET", "calls")

    def callbacks(self) -> answers.Callbacks:
        """Every callback that is promised and not over."""
        return self._ask(answers.Callbacks, "GET", "callbacks")

    def request_callback(self, request: requests.RequestCallback) -> answers.CallbackRequested:
        """Has somebody be called back."""
        return self._ask(answers.CallbackRequested, "POST", "callbacks", body=request)

    def agents(self) -> answers.Agents:
        """Every agent."""
        return self._ask(answers.Agents, "GET", "agents")

    def breaks(self) -> answers.Breaks:
        """Every break that agents may take."""
        return self._ask(answers.Breaks, "GET", "breaks")

    def explain(self, call_id: str) -> Explanation:
        """Why a call was offered to whom."""
        return self._ask(Explanation, "GET", "calls", call_id, "explanation")

    def close_queue(self, queue: str, request: requests.Close) -> answers.Closed:
        """Closes a queue to new callers."""
        return self._ask(answers.Closed, "POST", "queues", queue, "close", body=request)

    def open_queue(self, queue: str) -> answers.Opened:
        """Ends a closure."""
        return self._ask(answers.Opened, "POST", "queues", queue, "open")

    def set_priority(self, call_id: str, priority: int) -> answers.PrioritySet:
        """Gives a caller another priority."""
        request = requests.SetPriority(priority=priority)
        return self._ask(answers.PrioritySet, "POST", "calls", call_id, "priority", body=request)

    def set_language(self, call_id: str, language: str) -> answers.LanguageSet:
        """Has a caller be spoken to in another language."""
        request = requests.SetLanguage(language=language)
        return self._ask(answers.LanguageSet, "POST", "calls", call_id, "language", body=request)

    def withdraw(self, call_id: str) -> answers.Withdrawn:
        """Takes a caller out of the queue."""
        return self._ask(answers.Withdrawn, "POST", "calls", call_id, "withdraw")

    def move(self, call_id: str, queue: str) -> answers.Moved:
        """Moves a caller to another queue."""
        request = requests.Move(queue=queue)
        return self._ask(answers.Moved, "POST", "calls", call_id, "move", body=request)

    def change_duty(
        self, agent: str, what: DutyChange, request: requests.ChangeDuty
    ) -> answers.DutyChanged:
        """Logs an agent in or out, begins or ends a break, ends or extends a wrap-up."""
        return self._ask(answers.DutyChanged, "POST", "agents", agent, what, body=request)

    def unlock(self, agent: str) -> answers.Unlocked:
        """Forgets an agent's wrong PINs."""
        return self._ask(answers.Unlocked, "POST", "agents", agent, "unlock")

    def nodes(self) -> answers.NodeList:
        """Every node."""
        return self._ask(answers.NodeList, "GET", "nodes")

    def drain_node(self, node: str) -> answers.NodeChanged:
        """Has a node take no new calls."""
        return self._ask(answers.NodeChanged, "POST", "nodes", node, "drain")

    def undrain_node(self, node: str) -> answers.NodeChanged:
        """Has a node take calls again."""
        return self._ask(answers.NodeChanged, "POST", "nodes", node, "undrain")

    def timeline(self, agent: str, count: int = requests.USUAL_CHANGES) -> answers.Timeline:
        """The last changes of an agent."""
        query = {"count": count}
        return self._ask(answers.Timeline, "GET", "agents", agent, "timeline", query=query)

    def configuration(self) -> ConfigView:
        """The configuration in force."""
        return self._ask(ConfigView, "GET", "config")

    def reload(self) -> answers.Reloaded:
        """Has the settings read again."""
        seconds = max(self._deadline_seconds, RELOAD_DEADLINE_SECONDS)
        patient = ControlClient(self._path, deadline_seconds=seconds)
        return patient._ask(answers.Reloaded, "POST", "config", "reload")

    def forget(self, number: str, *, is_dry_run: bool) -> answers.PersonForgotten:
        """Takes a person out of the past."""
        seconds = max(self._deadline_seconds, FORGET_DEADLINE_SECONDS)
        patient = ControlClient(self._path, deadline_seconds=seconds)
        request = requests.Forget(number=number, is_dry_run=is_dry_run)
        return patient._ask(answers.PersonForgotten, "POST", "people", "forget", body=request)

    def _ask(
        self,
        kind: type[AnswerT],
        method: str,
        *steps: str,
        body: requests.Request | None = None,
        query: Mapping[str, object] = _NO_QUERY,
    ) -> AnswerT:
        address = "/".join(
            ("/v1", *(quote(step, safe="", errors="surrogateescape") for step in steps))
        )
        if query:
            address += f"?{urlencode(query)}"
        content = b"" if body is None else msgspec.json.encode(body)
        status, answer = self._exchange(method, address, content)
        try:
            if status == http.client.OK:
                return msgspec.json.decode(answer, type=kind)
            failure = msgspec.json.decode(answer, type=failures.Failure)
        except (msgspec.MsgspecError, UnicodeError) as error:
            raise NotUnderstoodError(
                f"what listens on {self._path} answers {method} {address} in another way than this "
                f"command knows ({status}): are both of one version?"
            ) from error
        raise RefusedError(failure.error, failure.message)

    def _exchange(self, method: str, address: str, content: bytes) -> tuple[int, bytes]:
        connection = Connection("localhost")
        try:
            connection.sock = self._connected()
            connection.request(method, address, content or None)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except TimeoutError as expired:
            raise UnansweredError(
                f"callcore did not answer within {self._deadline_seconds:g} s ({self._path}): see "
                "its log; a change may have been made"
            ) from expired
        except (OSError, http.client.HTTPException) as error:
            raise UnansweredError(
                f"callcore ended before it had answered ({self._path}: {_told(error)}): a change "
                "may have been made"
            ) from error
        finally:
            connection.close()

    def _connected(self) -> socket.socket:
        connection = SocketInTime(self._deadline_seconds)
        try:
            with place.address_of(self._path) as address:
                connection.connect(address)
        except TimeoutError:
            connection.close()
            raise
        except OSError as error:
            connection.close()
            raise self._unreachable(error) from error
        except BaseException:
            connection.close()
            raise
        return connection

    def _unreachable(self, error: OSError) -> ControlError:
        match error:
            case FileNotFoundError() | NotADirectoryError():
                return NotRunningError(f"no callcore runs: there is no {self._path}")
            case ConnectionRefusedError():
                return NotRunningError(f"no callcore runs: nobody listens on {self._path}")
            case PermissionError():
                return NotAllowedError(
                    f"{self._path} is another user's: be the user callcore runs as, or root"
                )
            case _:
                return UnansweredError(f"cannot reach callcore at {self._path}: {_told(error)}")


def answering(paths: Sequence[Path]) -> Path:
    """Of several workers, each of which answers for all, the first that does; if none does, the
    first.
    """
    if len(paths) > 1:
        for path in paths:
            if ControlClient(path, deadline_seconds=SIGN_OF_LIFE_SECONDS).is_alive():
                return path
    return paths[0]


def _told(error: Exception) -> str:
    strerror = error.strerror if isinstance(error, OSError) else None
    return strerror or str(error) or type(error).__name__
