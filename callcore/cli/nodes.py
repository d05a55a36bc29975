"""``callcore node``: the switches that share the queues, and taking one out of service."""

from __future__ import annotations

import time

import click
from rich.text import Text

from callcore.adapters.terminal.words import printable
from callcore.cli import node_tables
from callcore.cli.groups import Group
from callcore.cli.naming import NODE
from callcore.cli.operating import Operator, operating
from callcore.domain.ids import Micros


@click.group(cls=Group)
def node() -> None:
    """Shows the FreeSWITCH nodes, and empties one for its maintenance."""


@node.command("list")
@operating
def list_nodes(operator: Operator) -> None:
    """Shows every node: whether it is reached, takes calls, and what is on it."""
    answer = operator.callcore.nodes()
    now = Micros(round(time.time() * 1e6))
    operator.answer(answer, node_tables.of_nodes(answer.nodes, now))


@node.command()
@click.argument("node", type=NODE)
@operating
def drain(operator: Operator, node: str) -> None:
    """Has NODE take no new calls; those that go on end by themselves.

    New callers are refused for the proxy or the carrier to try another node: take the node out of
    what sends them, too. Callbacks are dialled elsewhere. `callcore node list` says when it is
    empty. It holds for all workers, and those started later, until `callcore node undrain`.
    """
    answer = operator.callcore.drain_node(node)
    name = printable(answer.node)
    was = "takes no new calls from now on" if answer.is_changed else "takes no new calls already"
    operator.answer(answer, Text(f"{name} {was}: see `callcore node list` for what is left"))


@node.command()
@click.argument("node", type=NODE)
@operating
def undrain(operator: Operator, node: str) -> None:
    """Has NODE take calls again."""
    answer = operator.callcore.undrain_node(node)
    name = printable(answer.node)
    was = "takes calls again" if answer.is_changed else "takes calls: it was not being emptied"
    operator.answer(answer, Text(f"{name} {was}"))
