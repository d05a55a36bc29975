"""``callcore callback``: promised callbacks, one more, one less."""

from __future__ import annotations

import time

import click
from rich.console import RenderableType
from rich.text import Text

from callcore.adapters.control.answers import CallbackRequested
from callcore.adapters.control.requests import RequestCallback
from callcore.adapters.terminal.words import printable
from callcore.cli import callback_tables, instants
from callcore.cli.groups import Group
from callcore.cli.naming import CALL, QUEUE, whole_callback_id
from callcore.cli.operating import Operator, operating
from callcore.domain.ids import Micros
from callcore.domain.outcomes import AskingEnd
from callcore.domain.speech import grammar

LANGUAGE = click.Choice(sorted(grammar.CATALOGUED))


@click.group(cls=Group)
def callback() -> None:
    """Shows callbacks that are promised, requests one, takes one back.

    A CALL is named by the promise's id, or by the first characters of it, at least four, if no
    other promise has the same.
    """


@callback.command("list")
@operating
def list_callbacks(operator: Operator) -> None:
    """Shows every callback that is promised and not over, by queue and place."""
    answer = operator.callcore.callbacks()
    operator.answer(answer, callback_tables.of_callbacks(answer.callbacks, _now()))


@callback.command("request")
@click.option("--queue", "queue", type=QUEUE, required=True, help="Whose agents call back.")
@click.option("--number", "number", required=True, help="To be called, as people write it.")
@click.option("--name", "name", default="", help="Of the customer, shown to the agent.")
@click.option("--language", "language", type=LANGUAGE, help="Spoken to in it.")
@click.option("--priority", "priority", type=int, default=0, help="Added to the queue's.")
@click.option(
    "--at",
    "at",
    metavar="WHEN",
    help=f"Not called earlier: {instants.FORMS}. The place in line counts from now all the same.",
)
@click.option("--in", "after", metavar="LENGTH", help=f"Not called earlier: in {instants.LENGTHS}.")
@operating
def request(
    operator: Operator,
    queue: str,
    number: str,
    name: str,
    language: str | None,
    priority: int,
    at: str | None,
    after: str | None,
) -> None:
    """Has somebody be called back who is not on the line.

    A number that is promised a callback in the queue keeps that.
    """
    wanted = RequestCallback(
        queue=queue,
        number=number,
        name=name,
        language=language,
        priority=priority,
        not_before=_not_before(at, after),
    )
    answer = operator.callcore.request_callback(wanted)
    operator.answer(answer, _told(answer))


@callback.command()
@click.argument("call", type=CALL)
@operating
def withdraw(operator: Operator, call: str) -> None:
    """Takes the promise CALL back: the customer is not called."""
    answer = operator.callcore.withdraw(whole_callback_id(operator, call))
    operator.answer(answer, Text(f"{printable(answer.call_id)} is taken back"))


def _not_before(at: str | None, after: str | None) -> Micros | None:
    if at is not None and after is not None:
        raise click.UsageError("--at and --in are two answers to one question")
    if at is None and after is None:
        return None
    try:
        return instants.parse(f"+{after}" if at is None else at, _now())
    except instants.InstantError as error:
        if at is not None:
            raise click.BadParameter(str(error), param_hint="--at") from error
        message = f"{after!r} is no length of time: {instants.LENGTHS}"
        raise click.BadParameter(message, param_hint="--in") from error


def _told(answer: CallbackRequested) -> RenderableType:
    made = "was promised before" if answer.end is AskingEnd.ALREADY_PROMISED else "is promised"
    place = None if answer.position is None else f"place {answer.position}"
    known = ", ".join(part for part in (place, _wait(answer)) if part is not None)
    text = f"{printable(answer.call_id)} {made} in {printable(answer.queue)}"
    return Text(f"{text}\n{known}" if known else text)


def _wait(answer: CallbackRequested) -> str | None:
    if answer.low_minutes is None:
        return None
    if answer.high_minutes is None:
        return f"in more than {answer.low_minutes} min"
    if answer.low_minutes == 0:
        return f"in up to {answer.high_minutes} min"
    return f"in {answer.low_minutes} to {answer.high_minutes} min"


def _now() -> Micros:
    return Micros(time.time_ns() // 1000)
