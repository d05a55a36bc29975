"""What the commands of operators have in common: whom they ask, how they answer."""

from __future__ import annotations

import functools
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn, TypeVar

import click
import msgspec
from rich.console import Console, RenderableType

from callcore.adapters.control import client
from callcore.adapters.control.client import ControlClient, ControlError, NotRunningError
from callcore.adapters.control.failures import Failure
from callcore.adapters.control.place import socket_paths
from callcore.adapters.terminal.words import printable
from callcore.cli.statuses import FAILED, NOT_RUNNING, USAGE_FAULT, fail

USUAL_SETTINGS = Path("callcore.yaml")
USUAL_DATA = Path(".callcore")
SERVICE_SETTINGS = Path("/etc/callcore/callcore.yaml")
"""Of the callcore that systemd runs."""

AnswerT = TypeVar("AnswerT")

_START_IT = "start it, or say whose data with --config or --data-directory"


class Operator:
    """One command of an operator: asks callcore and answers on the terminal."""

    def __init__(self, directory: Path, *, in_json: bool) -> None:
        self.directory = directory
        """Where the callcore that is asked keeps its data."""
        self.callcore = self._answering()
        self.in_json = in_json

    def ask_anew(self, ask: Callable[[ControlClient], AnswerT]) -> Callable[[], AnswerT]:
        """Asks whichever worker answers by then: the one of before may have ended."""
        return lambda: ask(self._answering())

    def _answering(self) -> ControlClient:
        return ControlClient(client.answering(socket_paths(self.directory)))

    def answer(self, value: object, drawing: RenderableType) -> None:
        """Shows ``drawing``, or with ``--json`` the value it was drawn from."""
        if self.in_json:
            click.echo(_json(value, indent=2))
        else:
            show(drawing)

    def fail(
        self, word: str, message: str, status: int = FAILED, *, is_of_lines: bool = False
    ) -> NoReturn:
        """Ends the command with a line, or several, or with ``--json`` an object, on standard
        error.
        """
        if self.in_json:
            fail(_json(Failure(error=word, message=message)), status)
        lines = message.splitlines() if is_of_lines else [message]
        fail("\n".join(map(printable, lines)), status)


def operating(run: Callable[..., None]) -> Callable[..., None]:
    """Makes a command one of an operator: with the options to find callcore, and an ``Operator`` as
    first argument.
    """

    @click.option(
        "--config",
        "config",
        type=click.Path(path_type=Path, dir_okay=False, readable=False),
        help=f"The settings file of the callcore to ask; by default {USUAL_SETTINGS}, or the data "
        f"of a demonstration in {USUAL_DATA}, whichever is here, else {SERVICE_SETTINGS}.",
    )
    @click.option(
        "--data-directory",
        "directory",
        type=click.Path(path_type=Path, file_okay=False),
        help="Where the callcore to ask keeps its data, in place of the settings'.",
    )
    @click.option(
        "--json", "in_json", is_flag=True, help="Answer in JSON; instants are epoch microseconds."
    )
    @functools.wraps(run)
    def wrapped(
        config: Path | None, directory: Path | None, *, in_json: bool, **arguments: object
    ) -> None:
        if config is not None and directory is not None:
            raise click.UsageError("--config and --data-directory are two answers to one question")
        try:
            where = located(config, directory)
        except UnlocatedError as error:
            fail(str(error), USAGE_FAULT)
        operator = Operator(where, in_json=in_json)
        try:
            run(operator, **arguments)
        except NotRunningError as error:
            operator.fail(error.word, f"{error}: {_START_IT}", NOT_RUNNING)
        except ControlError as error:
            operator.fail(error.word, str(error))

    return wrapped


class UnlocatedError(Exception):
    """The settings file does not say where callcore's data are; the message is of several lines."""


def located(config: Path | None, directory: Path | None) -> Path:
    """Where the callcore that is meant keeps its data. Raises ``UnlocatedError``."""
    return (directory or _configured(config)).absolute()


def _configured(config: Path | None) -> Path:
    config = config or usual_settings()
    if config is None:
        return USUAL_DATA
    from callcore.settings.faults import SettingsError  # noqa: PLC0415 - only where there is a file
    from callcore.settings.locating import data_directory  # noqa: PLC0415 - as above

    try:
        return data_directory(config)
    except SettingsError as error:
        raise UnlocatedError(str(error)) from error


def usual_settings() -> Path | None:
    """The settings file that is meant where none is named; ``None`` for a demonstration."""
    if USUAL_SETTINGS.exists():
        return USUAL_SETTINGS
    return None if USUAL_DATA.exists() or not _is_there(SERVICE_SETTINGS) else SERVICE_SETTINGS


def _is_there(config: Path) -> bool:
    """Also if its directory is closed to this user: reading it then tells so."""
    try:
        return config.exists()
    except PermissionError:
        return True


def _json(value: object, indent: int | None = None) -> str:
    """In ASCII: what callers sent may command a terminal beyond it."""
    return json.dumps(msgspec.to_builtins(value), indent=indent)


def show(drawing: RenderableType) -> None:
    """Draws on standard output.

    A terminal that knows few characters gets question marks for the others.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    console = Console(file=sys.stdout, highlight=False, markup=False, emoji=False)
    with console.capture() as drawn:
        console.print(drawing)
    # Cells are filled up with spaces, which nobody wants to copy.
    click.echo("\n".join(line.rstrip() for line in drawn.get().splitlines()))
