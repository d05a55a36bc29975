"""What the leg of a caller in a menu keeps for a process that adopts the call.

Which menu, and what the caller had on the way in: the adopter leads the caller through that menu
from its beginning, and what it gives must not be given twice. Of use to adopters only: who comes
again by a transfer enters as the dialplan says.
"""

from __future__ import annotations

from collections.abc import Mapping

from callcore.domain.ids import MenuName
from callcore.flows.call import Call

NAMING = ("callcore_menu", "callcore_walks_in")
"""The variables that name a menu: the dialplan's and ours."""

_SAID_SINCE = ("callcore_menu", "callcore_queue", "callcore_waits_in")


def kept(call: Call, menu: MenuName) -> dict[str, str]:
    """The variables of a caller who comes to the menu now, without the ``callcore_`` before them;
    what the dialplan said of where to go has been done.
    """
    wishes, first_joined_at = call.wishes, call.first_joined_at
    return {
        "walks_in": menu,
        "menu": "",
        "queue": "",
        "waits_in": "",
        "arrived_at": str(call.caller.arrived_at),
        "joined_at": "" if first_joined_at is None else str(first_joined_at),
        "wished_priority": str(wishes.own_priority),
        "wished_skills": wishes.skills_text(),
    }


def menu_of(variables: Mapping[str, str]) -> MenuName | None:
    """The menu that the caller is in; ``None`` if in none, or sent elsewhere since."""
    menu = variables.get("callcore_walks_in")
    return MenuName(menu) if menu and not any(map(variables.get, _SAID_SINCE)) else None
