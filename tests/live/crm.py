"""Another system that knows callers, over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gevent
from gevent import pywsgi

from tests.live.ports import HOST

Answer = Callable[[dict[str, Any]], "tuple[int, bytes]"]


@dataclass(frozen=True)
class Asked:
    """A question that came."""

    question: dict[str, Any]
    headers: dict[str, str]


class Crm:
    """Answers each path in its own way, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answers: dict[str, Answer] = {}
        self._server = pywsgi.WSGIServer((HOST, 0), self._serve, log=None, error_log=None)
        self._server.start()

    def answers_with(self, path: str, answer: object, *, after_seconds: float = 0) -> str:
        """Has a path answer with JSON, or with bytes as they are; its address."""
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()

        def answer_it(_question: dict[str, Any]) -> tuple[int, bytes]:
            gevent.sleep(after_seconds)
            return 200, body

        return self.answers_by(path, answer_it)

    def answers_by(self, path: str, answer: Answer) -> str:
        """Has a path answer by the question; its address."""
        self.answers[path] = answer
        return f"http://{HOST}:{self._server.server_port}{path}"

    def stop(self) -> None:
        """Answers nobody any more."""
        self._server.stop(timeout=1)

    def _serve(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        question = json.loads(environ["wsgi.input"].read())
        headers = {
            name.removeprefix("HTTP_").replace("_", "-").lower(): value
            for name, value in environ.items()
            if name.startswith("HTTP_")
        }
        self.asked.append(Asked(question, headers))
        status, body = self.answers[environ["PATH_INFO"]](question)
        start_response(f"{status} said", [("Content-Type", "application/json")])
        return [body]
