"""What becomes of callers whom a queue or a menu sends on."""

from __future__ import annotations

from typing import Any

from callcore.domain.ids import MenuName, QueueName, SurveyName
from callcore.domain.treatments import (
    Goodbye,
    Said,
    ToExtension,
    ToMenu,
    ToNumber,
    ToQueue,
    ToSurvey,
    ToVoicemail,
    Treatment,
)
from callcore.settings.callback_offers import CallbackOffers
from callcore.settings.faults import Path
from callcore.settings.names import Named, Names
from callcore.settings.reading import Reading
from callcore.settings.scalars import DialledNumber, Name, Prompts, Switch
from callcore.settings.section import UNGIVEN, Section
from callcore.settings.switch_words import Cause, DialplanWord, VoicemailBox

_GOODBYE = ("prompts", "cause")
_DESTINATIONS = ("queue", "menu", "extension", "number", "voicemail", "callback", "survey")
_BELONGS_TO = {"keeps_join_time": "queue", "context": "extension", "skippable": "say"}


class TreatmentSection(Section):
    """One destination with its options, or a goodbye; either after what is said on the way."""

    say: Prompts = UNGIVEN
    skippable: Switch = UNGIVEN
    queue: Name = UNGIVEN
    keeps_join_time: Switch = UNGIVEN
    menu: Name = UNGIVEN
    extension: DialplanWord = UNGIVEN
    context: DialplanWord | None = UNGIVEN
    number: DialledNumber = UNGIVEN
    voicemail: VoicemailBox = UNGIVEN
    callback: Any = None
    """A section that is read by itself."""
    survey: Name = UNGIVEN
    prompts: Prompts = UNGIVEN
    cause: Cause = UNGIVEN


class Treatments:
    """Reads one treatment after another."""

    def __init__(self, reading: Reading, names: Names) -> None:
        self._reading = reading
        self._names = names
        self._offers = CallbackOffers(reading, names, self.treatment)

    def treatment(self, path: Path, value: object) -> Treatment | None:
        """The treatment, or ``None`` if it has faults."""
        return self.of(path, value, self._reading.faultless_settings(TreatmentSection, path, value))

    def of(self, path: Path, value: object, values: dict[str, Any]) -> Treatment | None:
        """The same of a mapping whose settings were read, as ``values``, with others of its own."""
        if not isinstance(value, dict):
            return None
        self._check_names(path, values)
        if not self._is_one(path, value):
            return None
        then = self._then(path, values)
        if "say" not in values or then is None:
            return then
        if not values["say"]:
            self._reading.report_value((*path, "say"), "must name at least one prompt")
        is_skippable = values.get("skippable", True)
        return Said(prompts=tuple(values["say"]), then=then, is_skippable=is_skippable)

    def _then(self, path: Path, values: dict[str, Any]) -> Treatment | None:
        if "prompts" in values or "cause" in values:
            return self._goodbye(path, values)
        if "callback" in values:
            return self._offers.offer((*path, "callback"), values["callback"])
        return _destination(values)

    def _check_names(self, path: Path, values: dict[str, Any]) -> None:
        for named in (Named.QUEUE, Named.MENU, Named.SURVEY):
            self._names.check(named, (*path, named), values.get(named))

    def _is_one(self, path: Path, value: dict[str, Any]) -> bool:
        found = [key for key in _DESTINATIONS if key in value]
        found += ["prompts"] if value.keys() & set(_GOODBYE) else []
        if len(found) != 1:
            self._reading.report_value(
                path,
                f"expected one of {', '.join(_DESTINATIONS)}, or prompts and cause, "
                f"found {' and '.join(found) or 'none'}",
            )
            return False
        for option, destination in _BELONGS_TO.items():
            if option in value and destination not in value:
                self._reading.report_key((*path, option), f"goes with {destination} only")
        return True

    def _goodbye(self, path: Path, values: dict[str, Any]) -> Goodbye:
        if "cause" not in values and not values["prompts"]:
            self._reading.report_value((*path, "prompts"), "must not be empty without a cause")
        prompts = tuple(values.get("prompts", ()))
        return Goodbye(prompts=prompts, **_picked(values, "cause"))


def _destination(values: dict[str, Any]) -> Treatment | None:
    treatment: Treatment | None = None
    match values:
        case {"queue": queue}:
            treatment = ToQueue(queue=QueueName(queue), **_picked(values, "keeps_join_time"))
        case {"menu": menu}:
            treatment = ToMenu(menu=MenuName(menu))
        case {"extension": extension}:
            treatment = ToExtension(extension=extension, **_picked(values, "context"))
        case {"number": number}:
            treatment = ToNumber(number=number)
        case {"voicemail": box}:
            treatment = ToVoicemail(box=box)
        case {"survey": survey}:
            treatment = ToSurvey(survey=SurveyName(survey))
    return treatment


def _picked(values: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: values[name] for name in names if name in values}
