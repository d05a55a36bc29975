"""``callcore call``: callers, and what operators do for them."""

from __future__ import annotations

import click
from rich.text import Text

from callcore.adapters.terminal.words import printable
from callcore.cli import tables
from callcore.cli.groups import Group
from callcore.cli.naming import CALL, QUEUE, whole_id
from callcore.cli.operating import Operator, operating
from callcore.domain.speech import grammar

LANGUAGE = click.Choice(sorted(grammar.CATALOGUED))


@click.group(cls=Group)
def call() -> None:
    """Shows callers who wait, and decides about them.

    A CALL is named by its id, or by the first characters of it, at least four, if no other caller
    who waits has the same.
    """


@call.command("list")
@operating
def list_calls(operator: Operator) -> None:
    """Shows every caller who waits, by queue and place."""
    answer = operator.callcore.calls()
    operator.answer(answer, tables.of_calls(answer.calls))


# A priority below 0 looks like an option.
@call.command("priority", context_settings={"ignore_unknown_options": True})
@click.argument("call", type=CALL)
@click.argument("priority", metavar="N", type=int)
@operating
def set_priority(operator: Operator, call: str, priority: int) -> None:
    """Gives CALL the priority N, -1000 to 1000, in place of its own.

    Its own is that of the number dialled, the caller's list and the menu. The queue's priority and
    what is gained by waiting are added as ever.
    """
    call_id = whole_id(operator, call)
    answer = operator.callcore.set_priority(call_id, priority)
    text = f"{printable(answer.call_id)} now waits with priority {answer.priority} in all"
    operator.answer(answer, Text(text))


@call.command("language")
@click.argument("call", type=CALL)
@click.argument("language", type=LANGUAGE)
@operating
def set_language(operator: Operator, call: str, language: str) -> None:
    """Has CALL be spoken to in LANGUAGE from now on.

    Wherever the caller is: in a menu, waiting, talking. Of a call that does not wait the whole id
    is needed.
    """
    answer = operator.callcore.set_language(whole_id(operator, call), language)
    operator.answer(answer, Text(f"{printable(answer.call_id)} is now spoken to in {language}"))


@call.command()
@click.argument("call", type=CALL)
@operating
def withdraw(operator: Operator, call: str) -> None:
    """Takes CALL out of its queue, to what the queue has for `withdrawn`."""
    answer = operator.callcore.withdraw(whole_id(operator, call))
    operator.answer(answer, Text(f"{printable(answer.call_id)} is taken out of its queue"))


@call.command()
@click.argument("call", type=CALL)
@click.argument("queue", type=QUEUE)
@operating
def move(operator: Operator, call: str, queue: str) -> None:
    """Moves CALL to QUEUE, with the wait so far."""
    answer = operator.callcore.move(whole_id(operator, call), queue)
    text = f"{printable(answer.call_id)} now waits in {printable(answer.queue)}"
    operator.answer(answer, Text(text))
