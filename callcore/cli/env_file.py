"""The option of commands that need passwords, where systemd has not read them."""

from __future__ import annotations

import os
from pathlib import Path

import click

from callcore.cli.statuses import USAGE_FAULT, fail


def beside(config: Path) -> Path | None:
    """The file of environment that goes with a settings file, by its name; ``None`` if there is
    none, or it is not for us to read: then systemd has read it.
    """
    file = config.with_suffix(".env")
    try:
        file.open("rb").close()
    except OSError:
        return None
    return file


def _take(ctx: click.Context, _: click.Parameter, file: Path | None) -> None:
    """What the environment has already, it keeps."""
    config: Path | None = ctx.params.get("config")
    if file is None and config is not None:
        file = beside(config)
    if file is None:
        return
    from callcore.settings import (  # noqa: PLC0415 - spared by --help
        EnvironmentFileError,
        environment_file,
    )

    try:
        found = environment_file.read(file)
    except EnvironmentFileError as error:
        fail(str(error), USAGE_FAULT)
    for name, value in found.items():
        os.environ.setdefault(name, value)


ENV_FILE = click.option(
    "--env-file",
    type=click.Path(path_type=Path, dir_okay=False, readable=False),
    expose_value=False,
    callback=_take,
    help="A file of lines NAME=value, such as CALLCORE_NODE_FS1_PASSWORD=..., for what is not in "
    "the environment; by default the one beside the settings, callcore.env beside callcore.yaml.",
)
"""Stands below ``--config``, whose value it asks for."""
