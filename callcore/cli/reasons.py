"""``--reason``: why an operator does it, in words others will read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from callcore.adapters.control.requests import LONGEST_REASON

CommandT = TypeVar("CommandT", bound=Callable[..., Any])


def with_reason(help_text: str) -> Callable[[CommandT], CommandT]:
    """Gives a command the option."""
    return click.option("--reason", default="", metavar="TEXT", callback=_checked, help=help_text)


def _checked(_context: click.Context, _option: click.Parameter, reason: str) -> str:
    if not reason.isprintable() or len(reason) > LONGEST_REASON:
        raise click.BadParameter(f"at most {LONGEST_REASON} characters, all of which can be shown")
    return reason
