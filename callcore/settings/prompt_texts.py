"""The operator's own prompts: what each says, by language."""

from __future__ import annotations

from pydantic import TypeAdapter

from callcore.domain import ids
from callcore.settings.faults import Path
from callcore.settings.reading import Reading
from callcore.settings.scalars import Language, Prompt, Speech

_PROMPT: TypeAdapter[str] = TypeAdapter(Prompt)
_LANGUAGE: TypeAdapter[str] = TypeAdapter(Language)
_SPEECH: TypeAdapter[str] = TypeAdapter(Speech)


def prompt_texts(reading: Reading, path: Path, value: object) -> dict[str, dict[ids.Language, str]]:
    """The texts that have no fault."""
    texts: dict[str, dict[ids.Language, str]] = {}
    for prompt, spoken in reading.entries(path, value).items():
        reading.checked_key(_PROMPT, (*path, prompt))
        texts[prompt] = {}
        for word, text in reading.entries((*path, prompt), spoken).items():
            language = reading.checked_key(_LANGUAGE, (*path, prompt, word))
            speech = reading.checked(_SPEECH, (*path, prompt, word), text)
            if language is not None and speech is not None:
                texts[prompt][ids.Language(language)] = speech
        if not texts[prompt] and not reading.has_faults_at((*path, prompt)):
            reading.report_key((*path, prompt), "has no text: give one by language")
    return texts
