"""What an utterance sounds like: the catalogues' texts, in the order in which they are played."""

from __future__ import annotations

from functools import cache
from importlib import resources

import yaml

from callcore.domain.ids import Language
from callcore.domain.speech import grammar
from callcore.domain.speech.utterances import Spoken

EN, PL, RU = Language("en"), Language("pl"), Language("ru")


@cache
def source(language: Language) -> str:
    """A catalogue as it is written."""
    catalogues = resources.files("callcore.sounds") / "catalogues"
    return (catalogues / f"{language}.yaml").read_text(encoding="utf-8")


@cache
def texts(language: Language) -> dict[str, str]:
    """A catalogue."""
    read: dict[str, str] = yaml.safe_load(source(language))
    return read


def heard(language: Language, *utterance: Spoken) -> str:
    """What the caller hears."""
    return " ".join(texts(language)[key] for key in grammar.prompt_keys(utterance, language))
