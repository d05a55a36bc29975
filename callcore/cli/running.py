"""The command that starts callcore: one process, or several that share the calls."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from callcore.cli.env_file import ENV_FILE
from callcore.cli.statuses import FAILED, USAGE_FAULT, fail
from callcore.cli.uncollected import uncollected
from callcore.settings import (
    PasswordError,
    Settings,
    SettingsError,
    demo,
    load,
)
from callcore.settings.scalars import MOST_WORKERS

HIGHEST_PORT = 65535

CONFIG = click.option(
    "--config",
    "config",
    type=click.Path(path_type=Path, dir_okay=False, readable=False),
    help="The settings file; callcore.example.yaml explains every key.",
)


@click.command()
@CONFIG
@ENV_FILE
@click.option(
    "--data-directory",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(".callcore"),
    show_default=True,
    help="Where the demonstration keeps its servers' data (without --config).",
)
@click.option(
    "--http-port",
    type=click.IntRange(0, HIGHEST_PORT),
    help="The port of metrics and health, in place of the settings'; 0 takes a free one.",
)
@click.option("--http-offset", type=int, hidden=True)
@click.option(
    "--workers",
    type=click.IntRange(1, MOST_WORKERS),
    help="How many processes share the calls, in place of the settings'.",
)
@click.option(
    "--instance",
    metavar="NAME",
    help="The one worker of this name; with --workers, what their names begin with.",
)
@click.option(
    "--view/--no-view",
    default=None,
    help="The live view, of a single worker; by default where there is a terminal.",
)
def run(
    *,
    config: Path | None,
    data_directory: Path,
    http_port: int | None,
    http_offset: int | None,
    workers: int | None,
    instance: str | None,
    view: bool | None,
) -> None:
    """Starts callcore; without --config, a demonstration on a simulated switch."""
    with uncollected():
        from callcore.bootstrap import (  # noqa: PLC0415 - 0.5 s of imports other commands spare
            instances,
            settings_file,
            start,
            supervised,
        )

    told = supervised.taken_from(os.environ)
    settings = _demonstration(data_directory) if config is None else loaded(config)
    offset = _offset(instance, http_port) if http_offset is None else http_offset
    settings = settings_file.with_http_port(settings, http_port, offset)
    if instance is not None and not instances.is_name(instance):
        fail(f"--instance {instance!r}: a name has {instances.NAMES}", USAGE_FAULT)
    is_watched = sys.stdout.isatty() if view is None else view
    try:
        if workers is not None or (instance is None and settings.workers > 1):
            names = instances.names(instance, workers or settings.workers)
            _check_ports(settings.http_port, len(names))
            if is_watched:
                click.echo("no live view of several workers: the log tells of all", err=True)
            words = _words(config, data_directory, http_port)
            status = start.supervise(
                settings,
                [
                    (name, (*words, f"--instance={name}", f"--http-offset={place}"))
                    for place, name in enumerate(names)
                ],
            )
            sys.exit(status)
        if instance is not None and told is None:
            _check_shared(settings)
        file = None
        if config is not None:
            file = settings_file.ConfigFile(path=config, http_port=http_port, http_offset=offset)
        status = start.run(
            settings,
            is_watched=is_watched,
            config=file,
            instance=instances.instance(instance, told),
        )
    except start.START_FAULTS as fault:
        fail(str(fault), FAILED)
    sys.exit(status)


def loaded(config: Path) -> Settings:
    """The settings of a file; their faults end the command."""
    try:
        return load(config, os.environ)
    except SettingsError as error:
        fail(str(error), USAGE_FAULT)


def _demonstration(data_directory: Path) -> Settings:
    try:
        return demo(data_directory.absolute(), os.environ)
    except PasswordError as error:
        fail(str(error), USAGE_FAULT)


def _offset(instance: str | None, http_port: int | None) -> int:
    """Workers whose names are numbers need not be told their ports one by one."""
    if instance is None or http_port is not None or not instance.isdecimal():
        return 0
    return max(int(instance) - 1, 0)


def _check_ports(first: int, count: int) -> None:
    if first and first + count - 1 > HIGHEST_PORT:
        fail(f"{count} workers need as many ports for HTTP, from {first} on", USAGE_FAULT)


def _check_shared(settings: Settings) -> None:
    """A worker that nobody supervises shares servers that are there without it."""
    parts = {
        "redis.url": settings.redis_url,
        "postgres.url": settings.postgres_url,
        "nodes": settings.nodes,
    }
    missing = [name for name, value in parts.items() if not value]
    if missing:
        fail(
            f"--instance runs one of several workers that share everything: set "
            f"{' and '.join(missing)}, or let --workers N start what is missing for all of them",
            USAGE_FAULT,
        )


def _words(config: Path | None, data_directory: Path, http_port: int | None) -> tuple[str, ...]:
    """What a worker of ours is started with."""
    where = f"--data-directory={data_directory}" if config is None else f"--config={config}"
    port = () if http_port is None else (f"--http-port={http_port}",)
    return (where, "--no-view", *port)
