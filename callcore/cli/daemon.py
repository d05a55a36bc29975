"""The commands beside `run` that start something of callcore, or look at its settings."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import click

from callcore.cli.env_file import ENV_FILE
from callcore.cli.operating import usual_settings
from callcore.cli.running import CONFIG, loaded
from callcore.cli.statuses import FAILED, USAGE_FAULT, fail
from callcore.settings import Fault, SettingsError, load
from callcore.settings.faults import dotted


@click.command("check-config")
@click.option(
    "--config",
    "config",
    type=click.Path(path_type=Path, dir_okay=False, readable=False),
    default=Path("callcore.yaml"),
    show_default=True,
    help="The settings file.",
)
@ENV_FILE
@click.option("--json", "in_json", is_flag=True, help="Answer in JSON, faults included.")
def check_config(config: Path, *, in_json: bool) -> None:
    """Tells every fault of a settings file, with its place, and what else should be looked at."""
    if in_json:
        _check_in_json(config)
        return
    settings = loaded(config)
    for warning in settings.warnings:
        click.echo(f"warning: {warning}", err=True)
    click.echo(
        f"{config}: in order: {len(settings.policy.queues)} queues, "
        f"{len(settings.policy.agents)} agents, {len(settings.policy.numbers)} numbers, "
        f"{len(settings.nodes) or 'no'} switches"
    )


def _check_in_json(config: Path) -> None:
    faults: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()
    try:
        warnings = load(config, os.environ).warnings
    except SettingsError as error:
        faults = error.faults
    answer = {
        "file": str(config),
        "is_in_order": not faults,
        "faults": [_in_json(fault) for fault in faults],
        "warnings": [_in_json(warning) for warning in warnings],
    }
    click.echo(json.dumps(answer, indent=2))
    if faults:
        sys.exit(USAGE_FAULT)


def _in_json(fault: Fault) -> dict[str, object]:
    return {
        "file": fault.file,
        "line": fault.place.line,
        "column": fault.place.column,
        "path": dotted(fault.path),
        "text": fault.text,
    }


@click.command()
@CONFIG
@ENV_FILE
@click.option("--json", "in_json", is_flag=True, help="Answer in JSON.")
def migrate(config: Path | None, *, in_json: bool) -> None:
    """Brings the Postgres schema up to this version, as `run` does by itself."""
    from callcore.bootstrap import start  # noqa: PLC0415 - spared by other commands
    from callcore.cli.spared_secrets import settings_of  # noqa: PLC0415 - as above

    config = config or usual_settings()
    if config is None:
        fail("migrate: which database? --config callcore.yaml", USAGE_FAULT)
    settings = settings_of(config, os.environ)
    try:
        applied, remarks = start.migrate(settings)
    except start.START_FAULTS as fault:
        fail(str(fault), FAILED)
    if in_json:
        click.echo(json.dumps({"applied": applied, "remarks": remarks}, indent=2))
        return
    click.echo("\n".join(f"applied {name}" for name in applied) or "the schema is up to date")
    for remark in remarks:
        click.echo(f"migrate: {remark}", err=True)


@click.command("read-settings", hidden=True)
@click.option("--config", "config", type=click.Path(path_type=Path), required=True)
def read_settings(config: Path) -> None:
    """Writes the settings for the callcore that started this process."""
    from callcore.bootstrap import settings_reading  # noqa: PLC0415 - spared by other commands

    settings_reading.serve(config, os.environ, sys.stdout.buffer)


@click.command("simulate-switch", hidden=True)
@click.option("--port", default=0, help="0 takes a free one.")
@click.option("--queues", required=True, help="JSON: dialled number to queue.")
@click.option("--choices", default="{}", help="JSON: dialled number to the keys of its menu.")
@click.option("--callbacks", default="{}", help="JSON: dialled number to keys that ask for one.")
@click.option("--check-keys", default="", help="What customers press who are called back.")
@click.option("--machine-key", default="", help="What agents press who hear a machine.")
@click.option("--agents", required=True, help="User ids of registered phones, with commas.")
@click.option("--context", default="public", help="The dialplan context of the fallback.")
@click.option("--seed", default=1)
@click.option("--arrivals-per-minute", default=13.5)
@click.option("--speed", default=1.0, help="2 makes everybody twice as fast.")
@click.option("--until-stdin-ends", is_flag=True, help="Ends with whoever holds the other end.")
def simulate_switch(  # noqa: PLR0913 - each is an option of the command line
    *,
    port: int,
    queues: str,
    choices: str,
    callbacks: str,
    check_keys: str,
    machine_key: str,
    agents: str,
    context: str,
    seed: int,
    arrivals_per_minute: float,
    speed: float,
    until_stdin_ends: bool,
) -> None:
    """Runs a simulated FreeSWITCH with callers and agents."""
    from callcore.bootstrap import simulation  # noqa: PLC0415 - spared by other commands

    simulation.serve(
        port=port,
        queues=json.loads(queues),
        choices=json.loads(choices),
        callbacks=json.loads(callbacks),
        check_keys=check_keys,
        machine_key=machine_key,
        agents=agents.split(","),
        context=context,
        seed=seed,
        arrivals_per_minute=arrivals_per_minute,
        speed=speed,
        until_stdin_ends=until_stdin_ends,
    )
