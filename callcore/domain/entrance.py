"""Where a caller who arrives is led first, and what number, caller list and dialplan add."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from callcore.domain import brought, phone_numbers, skills
from callcore.domain.ids import MenuName, QueueName
from callcore.domain.policies import HIGHEST_PRIORITY, CallerList, SitePolicy
from callcore.domain.treatments import ToMenu, ToQueue, ToSurvey
from callcore.domain.wishes import Wishes


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """The first step of a call."""

    to: ToQueue | ToMenu | ToSurvey | None
    """``None`` if there is no such queue, menu or number."""
    wishes: Wishes
    asked_for: str
    """The queue, menu or number, for the record."""
    faults: tuple[str, ...] = ()
    """What the dialplan said and could not be used."""


def entrance(
    policy: SitePolicy,
    variables: Mapping[str, str],
    dialled_number: str,
    caller_number: str,
) -> Entrance:
    """The first step of a caller who was parked with these ``callcore_`` variables.

    ``callcore_queue`` or ``callcore_menu`` name where to; else the number dialled has a route
    (``callcore_number`` where it differs). ``callcore_own_priority``, ``callcore_skills``,
    ``callcore_language``, ``callcore_music`` and ``callcore_account``, set by the dialplan or kept
    of the way before a transfer, stand in place of what number and list would give.
    """
    number = variables.get("callcore_number") or dialled_number
    route = policy.numbers.get(number)
    to: ToQueue | ToMenu | ToSurvey | None = None
    asked_for = number
    if named := variables.get("callcore_queue"):
        asked_for = named
        if named in policy.queues:
            to = ToQueue(queue=QueueName(named))
    elif named := variables.get("callcore_menu"):
        asked_for = named
        if named in policy.menus:
            to = ToMenu(menu=MenuName(named))
    elif route is not None and route.queue is not None:
        to = ToQueue(queue=route.queue)
    elif route is not None and route.menu is not None:
        to = ToMenu(menu=route.menu)
    elif route is not None and route.survey is not None:
        to = ToSurvey(survey=route.survey)
    wishes = Wishes()
    if route is not None:
        wishes = wishes.plus(
            route.priority, route.skills, language=route.language, music=route.music
        )
    caller_list = list_of(policy.caller_lists, caller_number)
    if caller_list is not None:
        wishes = wishes.plus(
            caller_list.priority,
            caller_list.skills,
            language=caller_list.language,
            music=caller_list.music,
            account=caller_list.account,
        )
    wishes, faults = _with_variables(wishes, variables)
    wishes, more_faults = brought.brought(wishes, variables)
    return Entrance(to=to, wishes=wishes, asked_for=asked_for, faults=faults + more_faults)


def list_of(lists: tuple[CallerList, ...], caller_number: str) -> CallerList | None:
    """The first list the caller is on."""
    number = phone_numbers.normalised(caller_number)
    if not number:
        return None
    return next((one for one in lists if number in one.numbers), None)


def _with_variables(wishes: Wishes, variables: Mapping[str, str]) -> tuple[Wishes, tuple[str, ...]]:
    faults = []
    own_priority, rules = wishes.own_priority, wishes.skills
    if text := variables.get("callcore_own_priority"):
        priority = _whole(text)
        if priority is None or abs(priority) > HIGHEST_PRIORITY:
            faults.append(
                f"callcore_own_priority is {text[:32]!r}: "
                f"expected -{HIGHEST_PRIORITY} to {HIGHEST_PRIORITY}"
            )
        else:
            own_priority = priority
    if text := variables.get("callcore_skills"):
        try:
            rules = (skills.parse(text),)
        except skills.SkillRuleError as error:
            faults.append(f"callcore_skills is {text[:64]!r}: {error}")
    return replace(wishes, own_priority=own_priority, skills=rules), tuple(faults)


def _whole(text: str) -> int | None:
    digits = text.removeprefix("-")
    return int(text) if digits.isdecimal() and digits.isascii() and len(digits) <= 4 else None  # noqa: PLR2004  as many as the limits have
