"""``callcore agent``: who is there, and operators who log agents in and out or give them breaks."""

from __future__ import annotations

import time

import click
from rich.text import Text

from callcore.adapters.control.messages import ChangeDuty
from callcore.adapters.terminal.words import printable, spoken
from callcore.cli import tables
from callcore.cli.naming import AGENT
from callcore.cli.operating import Operator, operating
from callcore.cli.reasons import with_reason
from callcore.domain.ids import Micros
from callcore.ports.operations import DutyChange

_NOW_SO = {
    DutyChange.LOG_IN: "is logged in",
    DutyChange.LOG_OUT: "is logged out",
    DutyChange.START_BREAK: "is on a break",
    DutyChange.END_BREAK: "is back from the break",
}
_SO_BEFORE = {
    DutyChange.LOG_IN: "was logged in already",
    DutyChange.LOG_OUT: "was logged out already",
    DutyChange.START_BREAK: "was on a break already",
    DutyChange.END_BREAK: "was not on a break",
}

_reason = with_reason("Why; logged.")


@click.group()
def agent() -> None:
    """Shows agents, logs them in and out, begins and ends their breaks.

    An AGENT is named by the id the settings give. One who holds a call, or whose phone rings, can
    neither be logged out nor given a break.
    """


@agent.command("list")
@operating
def list_agents(operator: Operator) -> None:
    """Shows every agent: what they are doing, since when, for which queues."""
    answer = operator.callcore.agents()
    operator.answer(answer, tables.of_agents(answer.agents, Micros(time.time_ns() // 1000)))


@agent.command("login")
@click.argument("agent", type=AGENT)
@_reason
@operating
def log_in(operator: Operator, agent: str, reason: str) -> None:
    """Makes AGENT available: callers who wait are offered at once."""
    _change(operator, agent, DutyChange.LOG_IN, reason)


@agent.command("logout")
@click.argument("agent", type=AGENT)
@_reason
@operating
def log_out(operator: Operator, agent: str, reason: str) -> None:
    """Takes AGENT off the floor."""
    _change(operator, agent, DutyChange.LOG_OUT, reason)


@agent.command("break")
@click.argument("agent", type=AGENT)
@_reason
@operating
def start_break(operator: Operator, agent: str, reason: str) -> None:
    """Gives AGENT a break: absent to every queue until `return`."""
    _change(operator, agent, DutyChange.START_BREAK, reason)


@agent.command("return")
@click.argument("agent", type=AGENT)
@_reason
@operating
def end_break(operator: Operator, agent: str, reason: str) -> None:
    """Ends the break of AGENT, who is available again."""
    _change(operator, agent, DutyChange.END_BREAK, reason)


def _change(operator: Operator, agent: str, what: DutyChange, reason: str) -> None:
    answer = operator.callcore.change_duty(agent, what, ChangeDuty(reason=reason))
    if answer.is_changed:
        done = _NOW_SO[what]
    elif what in (DutyChange.LOG_IN, DutyChange.END_BREAK):
        done = f"{_SO_BEFORE[what]}: {spoken(answer.state)}"
    else:
        done = _SO_BEFORE[what]
    operator.answer(answer, Text(f"{printable(answer.agent_id)} {done}"))
