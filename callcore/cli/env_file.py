"""The option of commands that need passwords, where systemd has not read them."""

from __future__ import annotations

import os
from pathlib import Path

import click

from callcore.cli.statuses import USAGE_FAULT, fail


def _take(_: click.Context, __: click.Parameter, file: Path | None) -> None:
    """What the environment has already, it keeps."""
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
    type=click.Path(path_type=Path, dir_okay=False),
    expose_value=False,
    callback=_take,
    help="A file of lines NAME=value, such as CALLCORE_NODE_FS1_PASSWORD=..., for what is not in "
    "the environment.",
)
