"""Menus out of which no way leads anywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from callcore.domain.ids import MenuName
from callcore.domain.policies import Menu, MenuPolicy, ways_on
from callcore.domain.treatments import Goodbye, Said, ToMenu, Treatment, destination
from callcore.settings.faults import Path

_FAULT = (
    "a dead end: whatever they press or answer, callers are hung up without a word or led round "
    "menus for ever; let one way lead to a queue, an extension, a number, a voicemail box, a "
    "callback or a survey, or give a goodbye prompts"
)


def dead_ends(menus: Mapping[MenuName, Menu]) -> Iterator[tuple[Path, str]]:
    """Each menu from which callers come to nobody and to nothing that is said to them in the end,
    and what is wrong.
    """
    leading = {name for name, menu in menus.items() if _ends_well(menu)}
    is_growing = True
    while is_growing:
        found = {
            name
            for name, menu in menus.items()
            if name not in leading and not leading.isdisjoint(_menus_after(menu))
        }
        leading |= found
        is_growing = bool(found)
    for name in menus:
        if name not in leading:
            yield ("menus", name), _FAULT


def _ends_well(menu: Menu) -> bool:
    """By one of its own ways, without another menu."""
    has_extensions = isinstance(menu, MenuPolicy) and menu.extensions is not None
    return has_extensions or any(_is_good_end(way.choice.to) for way in ways_on(menu))


def _is_good_end(treatment: Treatment) -> bool:
    match destination(treatment):
        case Goodbye(prompts=prompts):
            return bool(prompts) or isinstance(treatment, Said)
        case ToMenu():
            return False
        case _:
            return True


def _menus_after(menu: Menu) -> Iterator[MenuName]:
    for way in ways_on(menu):
        to = destination(way.choice.to)
        if isinstance(to, ToMenu):
            yield to.menu
