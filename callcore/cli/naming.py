"""How queues, calls, agents and breaks are named on the command line."""

from __future__ import annotations

from collections.abc import Sequence

import click
from click.shell_completion import CompletionItem

from callcore.adapters.control.requests import LONGEST_NAME
from callcore.cli import completing
from callcore.cli.operating import Operator
from callcore.domain.ids import CallId

SHORTEST_PREFIX = 4
WHOLE_CALL_ID = 36
"""A call's id is a UUID."""
MOST_TOLD = 5


class _Name(click.ParamType[str]):
    """A text that can be part of an address; whether anything has that name is another matter."""

    def __init__(self, what: str, shortest: int) -> None:
        self.name = what
        self._shortest = shortest

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name. Fails as click does."""
        if not value.isprintable() or "/" in value or value in (".", ".."):
            self.fail(f"{value!r} cannot be the name of a {self.name}.", param, ctx)
        if not self._shortest <= len(value) <= LONGEST_NAME:
            self.fail(
                f"{value!r} has {len(value)} characters, a {self.name} is named by "
                f"{self._shortest} to {LONGEST_NAME}.",
                param,
                ctx,
            )
        return value

    def shell_complete(
        self,
        ctx: click.Context,
        param: click.Parameter,  # noqa: ARG002 - click's interface
        incomplete: str,
    ) -> list[CompletionItem]:
        """The names that begin so, as the running callcore knows them; none if there is none."""
        known = completing.known(self.name, ctx.params.get("config"), ctx.params.get("directory"))
        return [
            CompletionItem(name, help=told)
            for name, told in known.items()
            if name.startswith(incomplete)
        ]


QUEUE = _Name("queue", 1)
CALL = _Name("call", SHORTEST_PREFIX)
AGENT = _Name("agent", 1)
BREAK = _Name("break", 1)
NODE = _Name("node", 1)


def whole_id(operator: Operator, call: str) -> str:
    """The id of the waiting call that begins with ``call``; a whole id is not looked up.

    Ends the command if no caller who waits has it, or several have.
    """
    if len(call) >= WHOLE_CALL_ID:
        return call.lower()
    waiting = [one.call_id for one in operator.callcore.calls().calls]
    return _only_one(
        operator,
        call,
        waiting,
        f"no waiting call begins with {call}: see `callcore call list`; of one that does not wait "
        f"the whole id of {WHOLE_CALL_ID} characters is needed",
    )


def whole_callback_id(operator: Operator, call: str) -> str:
    """The id of the promised callback that begins with ``call``; as ``whole_id``."""
    if len(call) >= WHOLE_CALL_ID:
        return call.lower()
    promised = [one.call_id for one in operator.callcore.callbacks().callbacks]
    unknown = f"no promised callback begins with {call}: see `callcore callback list`"
    return _only_one(operator, call, promised, unknown)


def _only_one(operator: Operator, call: str, ids: Sequence[CallId], unknown: str) -> str:
    found = [call_id for call_id in ids if call_id.lower().startswith(call.lower())]
    if not found:
        operator.fail("unknown_call", unknown)
    if len(found) > 1:
        told = ", ".join(sorted(found)[:MOST_TOLD])
        operator.fail("ambiguous_call", f"{call} begins {len(found)} calls: {told}")
    return found[0]
