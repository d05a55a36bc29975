"""The prompts that a site's own settings name, and the languages its callers hear."""

from __future__ import annotations

from collections.abc import Iterator

from callcore.domain.ids import Language
from callcore.domain.policies import (
    LookupMenu,
    Menu,
    MenuPolicy,
    QueuePolicy,
    SitePolicy,
    SurveyPolicy,
)
from callcore.domain.speech.utterances import Utterance
from callcore.domain.treatments import Goodbye, Said, ToCallback, Treatment
from callcore.settings import ways
from callcore.settings.faults import Path


def languages(site: SitePolicy) -> frozenset[Language]:
    """Those that callers and agents hear by the settings, whatever lookups may answer."""
    chosen = (
        *(route.language for route in site.numbers.values()),
        *(of_list.language for of_list in site.caller_lists),
        *(agent.language for agent in site.agents.values()),
        *(way.choice.language for menu in site.menus.values() for way in ways.out_of(menu)),
    )
    return frozenset({site.sounds.language, *(one for one in chosen if one is not None)})


def prompts(site: SitePolicy) -> Iterator[tuple[Path, str]]:
    """Each prompt with its place, those by default included."""
    for path, utterance in _utterances(site):
        for position, spoken in enumerate(utterance):
            if isinstance(spoken, str):
                yield (*path, position), spoken


def _utterances(site: SitePolicy) -> Iterator[tuple[Path, Utterance]]:
    for queue in site.queues.values():
        yield from _of_queue(("queues", queue.name), queue)
    for menu in site.menus.values():
        yield from _of_menu(("menus", menu.name), menu)
    for lookup in site.lookups.values():
        yield ("lookups", lookup.name, "hears"), lookup.hears
    for code, one in site.breaks.items():
        if one.key is not None:
            yield ("breaks", code), (f"break/{code}",)
    for survey in site.surveys.values():
        yield from _of_survey(("surveys", survey.name), survey)


def _of_queue(path: Path, queue: QueuePolicy) -> Iterator[tuple[Path, Utterance]]:
    yield (*path, "greeting"), queue.greeting
    yield (*path, "whisper"), queue.whisper
    if queue.messages is not None:
        for position, message in enumerate(queue.messages.each):
            yield (*path, "messages", "each", position, "prompts"), message.prompts
    for reason, treatment in queue.overflow.items():
        yield from _of_treatment((*path, "overflow", reason), treatment)


def _of_menu(path: Path, menu: Menu) -> Iterator[tuple[Path, Utterance]]:
    if isinstance(menu, MenuPolicy):
        for setting in ("greeting", "prompts", "invalid", "no_input"):
            yield (*path, setting), getattr(menu, setting)
    if isinstance(menu, LookupMenu):
        yield (*path, "asks"), menu.asks
    for way in ways.out_of(menu):
        yield from _of_treatment((*path, *way.setting), way.choice.to)


def _of_survey(path: Path, survey: SurveyPolicy) -> Iterator[tuple[Path, Utterance]]:
    for setting in ("introduction", "invalid", "thanks"):
        yield (*path, setting), getattr(survey, setting)
    for position, question in enumerate(survey.questions):
        yield (*path, "questions", position, "prompts"), question.prompts


def _of_treatment(path: Path, treatment: Treatment) -> Iterator[tuple[Path, Utterance]]:
    match treatment:
        case Said(prompts=said, then=then):
            yield (*path, "say"), said
            yield from _of_treatment(path, then)
        case Goodbye(prompts=said):
            yield (*path, "prompts"), said
        case ToCallback(prompts=said, promised_prompts=promised, otherwise=otherwise):
            yield (*path, "callback", "prompts"), said
            yield (*path, "callback", "promised_prompts"), promised
            yield from _of_treatment((*path, "callback", "otherwise"), otherwise)
        case _:
            return
