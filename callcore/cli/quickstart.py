"""``callcore quickstart``: from nothing to settings that callcore runs with."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from callcore.cli import quickstart_files
from callcore.cli.quickstart_asking import Given, Interview
from callcore.cli.statuses import FAILED, fail

_FILE = click.Path(path_type=Path, dir_okay=False)
_TO_READ = click.Path(path_type=Path, dir_okay=False, exists=True)


_SWITCH_OPTIONS = (
    click.option("--host", help="Of FreeSWITCH's event socket; `none` simulates a switch."),
    click.option("--port", help="Of the event socket."),
    click.option(
        "--password-file",
        type=_TO_READ,
        help="Holds the event socket's password; without it, and where nobody is asked, "
        "CALLCORE_NODE_FS1_PASSWORD of the environment.",
    ),
    click.option("--domain", help="With which phones register; by default the switch's."),
)


def _server_options(server: str) -> tuple[Callable[..., Any], ...]:
    return (
        click.option(f"--{server}-url", help="Without it callcore starts a server of its own."),
        click.option(
            f"--{server}-password-file",
            type=_TO_READ,
            help=f"Holds its password; or CALLCORE_{server.upper()}_PASSWORD of the environment.",
        ),
    )


def _servers(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options about what callcore needs beside it."""
    options = (*_SWITCH_OPTIONS, *_server_options("redis"), *_server_options("postgres"))
    for option in reversed(options):
        command = option(command)
    return command


@click.command(short_help="Tries a switch, and writes settings to begin with.")
@_servers
@click.option("--queue", help="The first queue's name.")
@click.option("--number", help="What callers dial to come to it.")
@click.option("--agent", help="The first agent's id, which is the user of the phone.")
@click.option("--agent-name", help="The first agent's name.")
@click.option("--data-directory", help="Where callcore keeps its data.")
@click.option(
    "--output",
    type=_FILE,
    default=Path("callcore.yaml"),
    show_default=True,
    help="The settings file; the passwords and the dialplan are written beside it.",
)
@click.option("--overwrite", is_flag=True, help="Replaces files that are there, without asking.")
@click.option("--unchecked", is_flag=True, help="Writes even if a server does not answer.")
@click.option("--yes", "-y", "is_silent", is_flag=True, help="Asks nothing and takes defaults.")
def quickstart(
    *,
    output: Path,
    overwrite: bool,
    is_silent: bool,
    **options: Any,  # noqa: ANN401 - as click has checked them, by the names of ``Given``
) -> None:
    """Asks for a switch, a queue and an agent, tries every server, and writes the settings.

    Nothing is written before the last answer, and no file is overwritten unless you say so.
    """
    try:
        _begin(Given(**options, output=output), overwrite=overwrite, is_silent=is_silent)
    except click.Abort:
        if sys.stdin.isatty():
            click.echo(err=True)  # below the question that stays open
            fail("nothing is written", FAILED)
        fail(
            "nobody is there to answer: give --yes, and options for what is not as by default; "
            "nothing is written",
            FAILED,
        )


def _begin(given: Given, *, overwrite: bool, is_silent: bool) -> None:
    output = given.output
    interview = Interview(given, is_asking=not is_silent, environ=os.environ)
    if not is_silent:
        click.echo("Ctrl-C leaves everything as it is; Enter takes what stands in brackets.\n")
    plan = quickstart_files.Plan(
        first=interview.answers(),
        passwords=interview.passwords,
        output=output,
        has_our_dialplan=interview.has_our_dialplan,
    )
    fault = plan.fault()
    if fault is not None:
        fail(f"{fault}; nothing is written", FAILED)
    taken = plan.in_the_way()
    if taken and not overwrite:
        named = " and ".join(map(str, taken))
        if not interview.questions.agrees(f"\n{named}: there already. Overwrite?"):
            fail(
                f"{named}: there already, and left as it is; nothing is written "
                "(--output names another place, --overwrite replaces)",
                FAILED,
            )
    try:
        plan.write()
    except OSError as error:
        fail(f"{error.filename or output}: {error.strerror}; nothing is written", FAILED)
    click.echo("\n" + "\n".join(plan.told()))
