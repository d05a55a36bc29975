"""With what a command ends."""

from __future__ import annotations

import sys
from typing import NoReturn

import click

from callcore.bootstrap.exit_statuses import DRAINED, FAILED, NOT_RUNNING, USAGE_FAULT

__all__ = ["DRAINED", "FAILED", "NOT_RUNNING", "USAGE_FAULT", "fail"]


def fail(text: str, status: int) -> NoReturn:
    """Ends the command with its reason on standard error."""
    click.echo(text, err=True)
    sys.exit(status)
