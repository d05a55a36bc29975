"""The command line."""

from __future__ import annotations

import click

from callcore import __version__
from callcore.cli.agents import agent
from callcore.cli.callbacks import callback
from callcore.cli.calls import call
from callcore.cli.daemon import check_config, migrate, read_settings, simulate_switch
from callcore.cli.explaining import explain
from callcore.cli.forgetting import forget
from callcore.cli.importing import import_settings
from callcore.cli.nodes import node
from callcore.cli.queues import queue
from callcore.cli.quickstart import quickstart
from callcore.cli.records import records
from callcore.cli.reloading import config, reload
from callcore.cli.running import run
from callcore.cli.sounds_commands import sounds
from callcore.cli.unpacking import unpack

__all__ = ["callcore"]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def callcore() -> None:
    """Runs call centres on FreeSWITCH."""


for command in (
    run,
    quickstart,
    check_config,
    migrate,
    read_settings,
    simulate_switch,
    queue,
    call,
    callback,
    agent,
    node,
    explain,
    forget,
    reload,
    config,
    import_settings,
    records,
    sounds,
    unpack,
):
    callcore.add_command(command)
