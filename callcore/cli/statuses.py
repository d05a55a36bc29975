"""With what a command ends."""

from __future__ import annotations

import sys
from typing import NoReturn

import click

FAILED = 1
"""It was refused, or did not work."""
USAGE_FAULT = 2
"""The command or the settings are wrong; click's own status for it."""
NOT_RUNNING = 3
"""There is no callcore to tell."""


def fail(text: str, status: int) -> NoReturn:
    """Ends the command with its reason on standard error."""
    click.echo(text, err=True)
    sys.exit(status)
