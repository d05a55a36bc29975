"""The commands by name, and where each is: only the one that is called is imported.

Nothing is imported here either, so that ``callcore.__main__`` may look before all else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple


class Listed(NamedTuple):
    """One command."""

    home: str
    """``module:attribute``, the module below ``callcore.cli``."""
    help: str
    """What the list of commands says of it: its own first sentence."""
    is_cooperative: bool = False
    """True if it runs flows or talks with servers: gevent patches the standard library first."""
    is_hidden: bool = False
    """True if only callcore itself calls it."""


COMMANDS: Final = {
    "run": Listed(
        "running:run",
        "Starts callcore; without --config, a demonstration on a simulated switch.",
        is_cooperative=True,
    ),
    "quickstart": Listed(
        "quickstart:quickstart",
        "Tries a switch, and writes settings to begin with.",
        is_cooperative=True,
    ),
    "check-config": Listed(
        "daemon:check_config",
        "Tells every fault of a settings file, with its place, and what else should be looked at.",
    ),
    "migrate": Listed(
        "daemon:migrate",
        "Brings the Postgres schema up to this version, as `run` does by itself.",
        is_cooperative=True,
    ),
    "read-settings": Listed(
        "daemon:read_settings",
        "Writes the settings for the callcore that started this process.",
        is_hidden=True,
    ),
    "simulate-switch": Listed(
        "daemon:simulate_switch",
        "Runs a simulated FreeSWITCH with callers and agents.",
        is_cooperative=True,
        is_hidden=True,
    ),
    "status": Listed(
        "status:status",
        "Shows the whole site: queues, agents, nodes, workers, service level today.",
    ),
    "drain": Listed(
        "draining:drain", "Has callcore take no new calls, and end when its last call has ended."
    ),
    "undrain": Listed(
        "draining:undrain", "Has every worker of the site take calls again that has not ended."
    ),
    "queue": Listed("queues:queue", "Shows, closes and opens queues of a running callcore."),
    "call": Listed("calls:call", "Shows callers who wait, and decides about them."),
    "calls": Listed("calls:list_calls", "Shows every caller who waits, by queue and place."),
    "callback": Listed(
        "callbacks:callback", "Shows callbacks that are promised, requests one, takes one back."
    ),
    "agent": Listed(
        "agents:agent",
        "Shows agents, logs them in and out, begins and ends their breaks and wrap-ups.",
    ),
    "node": Listed(
        "nodes:node", "Shows the FreeSWITCH nodes, and empties one for its maintenance."
    ),
    "explain": Listed(
        "explaining:explain", "Tells why a call was offered to whom, and not to others."
    ),
    "forget": Listed(
        "forgetting:forget", "Takes the person with the phone number NUMBER out of the past."
    ),
    "reload": Listed(
        "reloading:reload", "Has callcore read its settings file again, while calls go on."
    ),
    "config": Listed(
        "reloading:config", "Shows which version of its settings callcore runs, and since when."
    ),
    "completion": Listed(
        "completing:completion", "Writes what a shell needs to complete callcore's command line."
    ),
    "import": Listed("importing:import_settings", "Translates the settings of another system."),
    "records": Listed(
        "records:records", "Takes records of calls out of Postgres.", is_cooperative=True
    ),
    "sounds": Listed(
        "sounds_commands:sounds",
        "Makes the sound files that callers hear, and shows what is there.",
    ),
    "unpack": Listed(
        "unpacking:unpack", "Writes files for FreeSWITCH, systemd, monitoring and you."
    ),
}


def is_cooperative(arguments: Sequence[str]) -> bool:
    """True if the command line calls a command that needs gevent.

    The options of ``callcore`` itself end it, so a command is the first word or there is none.
    """
    listed = COMMANDS.get(arguments[0]) if arguments else None
    return listed is not None and listed.is_cooperative
