"""``callcore reload`` and ``callcore config``: the settings of a running callcore."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

import click
from rich.text import Text

from callcore.adapters.control.client import RefusedError
from callcore.adapters.control.failures import CONFIG_REFUSED
from callcore.adapters.terminal.words import printable
from callcore.cli import instants
from callcore.cli.operating import Operator, operating
from callcore.cli.statuses import USAGE_FAULT
from callcore.domain.ids import Micros
from callcore.domain.policy_changes import PolicyChange
from callcore.ports.operations import ConfigView


@click.command()
@operating
def reload(operator: Operator) -> None:
    """Has callcore read its settings file again, while calls go on.

    A file with faults is refused whole, with all of them, as check-config tells them; the
    settings of before go on.
    """
    try:
        answer = operator.callcore.reload()
    except RefusedError as refusal:
        if refusal.word != CONFIG_REFUSED:
            raise
        operator.fail(refusal.word, str(refusal), USAGE_FAULT, is_of_lines=True)
    done = "is in force" if answer.is_changed else "was in force already"
    first = f"version {answer.version} {done}"
    operator.answer(answer, _text(first, *_told(answer.changes, answer.warnings)))


@click.command()
@operating
def config(operator: Operator) -> None:
    """Shows which version of its settings callcore runs, and since when."""
    view = operator.callcore.configuration()
    operator.answer(view, _text(*_of_view(view, Micros(time.time_ns() // 1000))))


def _of_view(view: ConfigView, now: Micros) -> Iterator[str]:
    since = instants.shown(view.loaded_at, now)
    yield f"version {view.version} since {since}, by {view.loaded_by}"
    if view.site_version not in (None, view.version):
        yield f"the site runs version {view.site_version}: the log says why it is not followed"
    if view.retired_queues:
        yield f"taken out and served out: {', '.join(view.retired_queues)}"
    yield from _told(view.changes, view.warnings)


def _told(changes: Iterable[PolicyChange], warnings: Iterable[str]) -> Iterator[str]:
    yield from (str(change) for change in changes)
    yield from (f"warning: {warning}" for warning in warnings)


def _text(*lines: str) -> Text:
    return Text("\n".join(map(printable, lines)))
