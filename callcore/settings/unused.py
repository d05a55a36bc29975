"""Parts of the file that nothing leads to: no fault, for the dialplan may, or somebody tomorrow."""

from __future__ import annotations

from collections.abc import Iterator

from callcore.domain.ids import HookName
from callcore.domain.policies import LookupMenu, QueuePolicy, SitePolicy
from callcore.domain.treatments import Said, ToCallback, ToSurvey, Treatment
from callcore.settings import ways
from callcore.settings.faults import Path
from callcore.settings.ways import Place

_UNREACHED = (
    "no number, queue or menu leads here: nobody hears it, unless the dialplan names it in "
    "callcore_menu"
)


def unused(site: SitePolicy) -> Iterator[tuple[Path, str]]:
    """Each menu, lookup and survey that no caller comes to by this file, and each hook that is told
    nothing; and what to think of.
    """
    for place in _unreached_menus(site):
        yield place, _UNREACHED
    asked = {menu.lookup for menu in site.menus.values() if isinstance(menu, LookupMenu)}
    for lookup in site.lookups:
        if lookup not in asked:
            yield ("lookups", lookup), "no menu asks it"
    told = {hook for queue in site.queues.values() for hook in _hooks(queue)}
    for hook in site.hooks:
        if hook not in told:
            yield ("hooks", hook), "nothing is told to it: name it in callback.notices of a queue"
    surveys = set(_surveys(site))
    for survey in site.surveys:
        if survey not in surveys:
            yield ("surveys", survey), "no queue, number or menu leads to it"


def _unreached_menus(site: SitePolicy) -> Iterator[Place]:
    """Those that nothing leads to, and of menus that lead to each other only, the first."""
    on = ways.between(site)
    queues: list[Place] = [("queues", name) for name in site.queues]
    starts = [*queues, *(way.to for way in ways.of_numbers(site))]
    reached = {*starts, *ways.reached(site, starts)}
    menus: list[Place] = [("menus", name) for name in site.menus]
    unreached = [place for place in menus if place not in reached]
    led_to = {way.to for place in unreached for way in on[place] if way.to != place}
    for place in sorted(unreached, key=lambda place: place in led_to):
        if place not in reached:
            yield place
            reached |= {place, *ways.reached(site, [place])}


def _hooks(queue: QueuePolicy) -> Iterator[HookName]:
    if queue.callback is not None:
        yield from queue.callback.notices.values()


def _surveys(site: SitePolicy) -> Iterator[str]:
    for route in site.numbers.values():
        if route.survey is not None:
            yield route.survey
    for queue in site.queues.values():
        if queue.survey is not None:
            yield queue.survey.name
        for treatment in queue.overflow.values():
            yield from _surveys_of(treatment)
    for menu in site.menus.values():
        for way in ways.out_of(menu):
            yield from _surveys_of(way.choice.to)


def _surveys_of(treatment: Treatment) -> Iterator[str]:
    match treatment:
        case ToSurvey(survey=survey):
            yield survey
        case ToCallback(otherwise=then) | Said(then=then):
            yield from _surveys_of(then)
        case _:
            return
