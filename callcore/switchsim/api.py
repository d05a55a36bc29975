"""The table of API commands, and running one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callcore.switchsim import api_listings, api_media, api_switch, api_uuid, originating

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from callcore.switchsim.core import Core

    ApiFunction = Callable[[Core, str], str]

COMMANDS: Mapping[str, ApiFunction] = {
    **api_uuid.COMMANDS,
    **api_media.COMMANDS,
    **api_switch.COMMANDS,
    **api_listings.COMMANDS,
    "originate": originating.originate,
}


def run(switch: Core, command: str) -> str:
    """What ``command`` prints; an unknown one is said to be unknown."""
    name, _, arguments = command.strip(" ").partition(" ")
    function = COMMANDS.get(name)
    if function is None:
        return f"-ERR {name} Command not found!\n"
    return function(switch, arguments.strip(" "))
