"""``callcore agent pin``: the line of an agent for the file that ``pins.file`` names."""

from __future__ import annotations

import os
import sys

import click

from callcore.cli.naming import AGENT
from callcore.cli.statuses import USAGE_FAULT, fail
from callcore.domain import pins
from callcore.domain.pins import PinError

SALT_BYTES = 16


@click.command("pin")
@click.argument("agent", type=AGENT)
def make_pin(agent: str) -> None:
    """Asks for a PIN twice, and writes AGENT's line for `pins.file` of the settings.

    Where standard input is no terminal one line of it is the PIN. The PIN is written nowhere, and
    no callcore needs to run.
    """
    from callcore.settings.scalars import is_name  # noqa: PLC0415 - spared by other commands

    if not is_name(agent):
        raise click.UsageError(
            f"{agent!r} is no agent's id: those have lower-case letters, digits, '-' and '_'"
        )
    try:
        pin_hash = pins.hashed(_asked(agent), os.urandom(SALT_BYTES))
    except PinError as error:
        fail(str(error), USAGE_FAULT)
    click.echo(f"{agent} {pin_hash}")


def _asked(agent: str) -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    pin: str = click.prompt(
        f"PIN of agent {agent}", hide_input=True, confirmation_prompt="The same again", err=True
    )
    return pin
