"""Surveys, and which of them a queue's callers are asked."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import TypeAdapter

from callcore.domain.ids import SurveyName
from callcore.domain.policies import (
    SATISFACTION,
    QueueSurveyPolicy,
    SurveyPolicy,
    SurveyQuestion,
    SurveyWhen,
)
from callcore.settings import heard_together
from callcore.settings.faults import Path
from callcore.settings.names import Named, Names
from callcore.settings.reading import Reading
from callcore.settings.scalars import Decimal, Key, Name, Prompts, Text, Whole
from callcore.settings.section import UNGIVEN, Section, one_of

_NAME: TypeAdapter[str] = TypeAdapter(Name)


class SurveySection(Section):
    """What is heard before, asked, and heard after."""

    introduction: Prompts = UNGIVEN
    questions: Any = None
    invalid: Prompts = UNGIVEN
    thanks: Prompts = UNGIVEN


class SurveyQuestionSection(Section):
    """One question."""

    name: Name
    prompts: Prompts
    keys: Text = UNGIVEN
    timeout_seconds: Decimal = UNGIVEN
    tries: Whole = UNGIVEN


class QueueSurveySection(Section):
    """Which survey, and after which talks."""

    name: Name
    when: Annotated[SurveyWhen, one_of(SurveyWhen)] = UNGIVEN
    share: Decimal = UNGIVEN
    key: Key | None = UNGIVEN


class Surveys:
    """Reads one after another, and the survey of one queue after another."""

    def __init__(self, reading: Reading, names: Names) -> None:
        self._reading = reading
        self._names = names

    def survey(self, path: Path, name: str, value: object) -> SurveyPolicy | None:
        """The survey, or ``None`` if it has faults; without questions it has a usual one."""
        values = self._reading.faultless_settings(SurveySection, path, value)
        for prompts in ("introduction", "invalid", "thanks"):
            if prompts in values:
                values[prompts] = tuple(values[prompts])
        values["questions"] = self._questions((*path, "questions"), values.get("questions"))
        made = self._reading.policy(
            SurveyPolicy, path, {**values, "name": name}, questions=(SATISFACTION,)
        )
        if made is not None:
            longest = max((one.prompts for one in made.questions), key=len)
            heard_together.check(self._reading, path, {"invalid": made.invalid}, longest)
        return made

    def of_queue(self, path: Path, value: object) -> QueueSurveyPolicy | None:
        """What a queue says: a mapping, or just the survey's name."""
        if value is None:
            return None
        if not isinstance(value, dict):
            name = self._reading.checked(_NAME, path, value)
            self._names.check(Named.SURVEY, path, name)
            return QueueSurveyPolicy(name=SurveyName(name or ""))
        values = self._reading.faultless_settings(QueueSurveySection, path, value)
        self._names.check(Named.SURVEY, (*path, "name"), values.get("name"))
        if values.get("when") is SurveyWhen.ASKED:
            if "share" in values:
                self._reading.report_key(
                    (*path, "share"), "has no effect without when: agent_hangs_up"
                )
            if value.get("key") is None:
                self._reading.report_value(
                    (*path, "when"), "has no effect without key: no agent could ask for it"
                )
        return self._reading.policy(QueueSurveyPolicy, path, values, name="")

    def _questions(self, path: Path, value: object) -> tuple[SurveyQuestion, ...]:
        if value is None:
            return (SATISFACTION,)
        questions: list[SurveyQuestion] = []
        for position, item in enumerate(self._reading.items(path, value)):
            made = self._question((*path, position), item)
            if made is not None and made.name in [one.name for one in questions]:
                self._reading.report_value(
                    (*path, position, "name"), f"{made.name} is the name of a question before"
                )
            elif made is not None:
                questions.append(made)
        is_faulty = self._reading.has_faults_at(path)
        return tuple(questions) if questions or not is_faulty else (SATISFACTION,)

    def _question(self, path: Path, value: object) -> SurveyQuestion | None:
        values = self._reading.faultless_settings(SurveyQuestionSection, path, value)
        if "prompts" in values:
            values["prompts"] = tuple(values["prompts"])
        if "keys" in values:
            values["keys"] = frozenset(values["keys"])
        return self._reading.policy(
            SurveyQuestion, path, values, name="", prompts=SATISFACTION.prompts
        )
