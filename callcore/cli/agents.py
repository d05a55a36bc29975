"""``callcore agent``: who is there, and operators who change what agents are there for."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import click
import msgspec
from rich.text import Text

from callcore.adapters.control.requests import DUTY_REQUESTS, USUAL_CHANGES, ExtendWrapUp
from callcore.adapters.terminal.words import printable
from callcore.cli import agent_tables, duty_words
from callcore.cli.groups import Group
from callcore.cli.naming import AGENT, BREAK, QUEUE
from callcore.cli.operating import Operator, operating
from callcore.cli.pins import make_pin
from callcore.cli.reasons import with_reason
from callcore.domain.ids import Micros
from callcore.ports.operations import DutyChange

Option = Callable[[Callable[..., None]], Callable[..., None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """A command that changes what an agent does; ``option`` is what it takes besides a reason."""

    what: DutyChange
    help: str
    option: Option | None = None


_CHANGES = (
    _Change(
        what=DutyChange.LOG_IN,
        help="Makes AGENT available: callers who wait are offered at once.\n\n"
        "Also gives an agent who is logged in other queues, and takes back what was to happen "
        "after the call.",
        option=click.option(
            "--queue",
            "queues",
            type=QUEUE,
            multiple=True,
            help="One of the agent's queues to serve; may be given several times. Without it all.",
        ),
    ),
    _Change(
        what=DutyChange.LOG_OUT,
        help="Takes AGENT off the floor, after the call if there is one.",
        option=click.option(
            "--queue",
            "queues",
            type=QUEUE,
            multiple=True,
            help="A queue to serve no longer; may be given several times. Whoever serves none any "
            "more is logged out. Without it all.",
        ),
    ),
    _Change(
        what=DutyChange.START_BREAK,
        help="Gives AGENT a break, after the call if there is one: absent to every queue until "
        "`return`.",
        option=click.option(
            "--code",
            type=BREAK,
            help="Which break of the settings; by default the first.",
        ),
    ),
    _Change(
        what=DutyChange.END_BREAK,
        help="Ends the break of AGENT, who is available again.\n\n"
        "A break that was to begin after the call does not.",
    ),
    _Change(
        what=DutyChange.END_WRAP_UP,
        help="Ends the wrap-up of AGENT before its time.",
    ),
    _Change(
        what=DutyChange.EXTEND_WRAP_UP,
        help="Gives AGENT longer for notes.",
        option=click.option(
            "--seconds",
            type=click.IntRange(min=1),
            default=int(ExtendWrapUp().seconds),
            show_default=True,
            help="By how much; `longest_wrap_up_seconds` of the queue is the limit.",
        ),
    ),
)


@click.group(cls=Group)
def agent() -> None:
    """Shows agents, logs them in and out, begins and ends their breaks and wrap-ups.

    An AGENT is named by the id the settings give. What one who holds a call is asked to do happens
    after the call and its wrap-up.
    """


@agent.command("list")
@operating
def list_agents(operator: Operator) -> None:
    """Shows every agent: what they are doing, why, since when, for which queues."""
    answer = operator.callcore.agents()
    operator.answer(answer, agent_tables.of_agents(answer.agents, _now()))


@agent.command()
@click.argument("agent", type=AGENT)
@click.option(
    "--count",
    type=click.IntRange(1, 1000),
    default=USUAL_CHANGES,
    show_default=True,
    help="So many, the last ones.",
)
@operating
def history(operator: Operator, agent: str, count: int) -> None:
    """Shows what AGENT has done: each change with its time, its reason and who made it."""
    answer = operator.callcore.timeline(agent, count)
    operator.answer(answer, agent_tables.of_changes(answer.changes, _now()))


@agent.command()
@click.argument("agent", type=AGENT)
@operating
def unlock(operator: Operator, agent: str) -> None:
    """Forgets wrong PINs, so that AGENT may use the feature codes again at once."""
    answer = operator.callcore.unlock(agent)
    done = "may use feature codes again" if answer.is_changed else "had given no wrong PIN"
    operator.answer(answer, Text(f"{printable(answer.agent_id)} {done}"))


agent.add_command(make_pin)


def _made(change: _Change) -> click.Command:
    """The command: all of them are of one shape."""

    @operating
    def run(operator: Operator, agent: str, **given: object) -> None:
        request = msgspec.convert(given, DUTY_REQUESTS[change.what])
        answer = operator.callcore.change_duty(agent, change.what, request)
        operator.answer(answer, duty_words.of_change(answer))

    run = with_reason("Why; kept in the agent's history.")(run)
    if change.option is not None:
        run = change.option(run)
    run = click.argument("agent", type=AGENT)(run)
    return click.command(change.what.value, help=change.help)(run)


for one in _CHANGES:
    agent.add_command(_made(one))


def _now() -> Micros:
    return Micros(time.time_ns() // 1000)
