"""Questions at a terminal, or their answers from the command line."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Callable

import click

from callcore.cli.statuses import USAGE_FAULT, fail

Fault = Callable[[str], str | None]
"""What is wrong with an answer."""


def laid_out(text: str, columns: int | None) -> str:
    """Below a question, broken between words where there is a width."""
    if columns is None:
        return f"  {text}"
    return textwrap.fill(
        text,
        columns,
        initial_indent="  ",
        subsequent_indent="  ",
        break_on_hyphens=False,
    )


def tell(text: str, *, err: bool = False) -> None:
    """What was found when an answer was tried."""
    is_seen = (sys.stderr if err else sys.stdout).isatty()
    click.echo(laid_out(text, shutil.get_terminal_size().columns if is_seen else None), err=err)


class Questions:
    """Asks what options have not said; where nobody is to be asked, the default is the answer."""

    def __init__(self, *, is_asking: bool) -> None:
        self.is_asking = is_asking

    def text(self, option: str, given: str | None, prompt: str, default: str, fault: Fault) -> str:
        """An answer that has no fault; one from the command line has to have none."""
        if given is not None or not self.is_asking:
            answer = default if given is None else given
            found = fault(answer)
            if found is not None:
                fail(f"{option}: {found}", USAGE_FAULT)
            return answer
        while True:
            answer = click.prompt(prompt, default=default, type=str, show_default=bool(default))
            found = fault(answer)
            if found is None:
                return answer
            click.echo(f"  {found}")

    def optional(self, option: str, given: str | None, prompt: str, fault: Fault) -> str | None:
        """The same of what may be left out: an empty answer leaves it out."""
        answer = self.text(option, given, prompt, "", lambda text: fault(text) if text else None)
        return answer or None

    def password(self, prompt: str, *, is_needed: bool) -> str | None:
        """What is not shown while it is typed; ``None`` if there is none, or nobody to ask."""
        if not self.is_asking:
            return None
        default = None if is_needed else ""
        answer: str = click.prompt(prompt, default=default, show_default=False, hide_input=True)
        return answer or None

    def agrees(self, prompt: str) -> bool:
        """Whether it is wanted; not unless somebody says so."""
        return self.is_asking and click.confirm(prompt, default=False)
