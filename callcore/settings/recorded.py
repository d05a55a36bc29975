"""Whether there is a file for every prompt, where the switch's files lie on this machine too."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Collection, Iterable, Mapping

from callcore.domain import named
from callcore.domain.ids import Language
from callcore.domain.named import Field, Where
from callcore.domain.policies import MenuChoice, SitePolicy
from callcore.domain.speech import grammar
from callcore.domain.treatments import Said, ToCallback
from callcore.settings.faults import Path
from callcore.settings.reading import Reading

_RATES = ("8000", "16000", "32000", "48000")
"""Directories in which FreeSWITCH's mod_sndfile looks for what is not where it was named."""
_OWN_HOSTS = frozenset({"127.0.0.1", "::1", "localhost"})
_MOST_NAMED = 10
_SETTINGS: Mapping[Field, Path] = {
    Field(MenuChoice, "to"): (),
    Field(Said, "prompts"): ("say",),
    Field(Said, "then"): (),
    Field(ToCallback, "prompts"): ("callback", "prompts"),
    Field(ToCallback, "promised_prompts"): ("callback", "promised_prompts"),
    Field(ToCallback, "otherwise"): ("callback", "otherwise"),
}
"""Where the file has the fields that are no settings of the same name."""


def warn(
    reading: Reading,
    site: SitePolicy,
    texts: Mapping[str, Mapping[Language, str]],
    hosts: Collection[str],
) -> None:
    """Tells of the prompts without a file, in the languages that can be heard.

    Of a directory that is not on this machine nothing is known, and nothing is told; unless the
    switches, whose ``hosts`` these are, seem to be on it too.
    """
    if site.sounds.directory is None:
        return
    if not os.access(site.sounds.directory, os.R_OK | os.X_OK):
        if hosts and _OWN_HOSTS.issuperset(hosts):
            reading.warn_value(
                ("sounds", "directory"),
                f"{site.sounds.directory} is not there, or not for callcore to read, and the "
                "switch seems to be on this machine: callers hear tones; run `callcore sounds "
                "build`",
            )
        return
    prompts = named.prompts(site)
    for language in named.languages(site):
        directory = pathlib.Path(site.sounds.directory) / language
        catalogue = grammar.prompts(language)
        missing = [
            prompt for prompt in sorted({*catalogue, *prompts}) if not _has_file(directory, prompt)
        ]
        known = [one for one in missing if one in catalogue or language in texts.get(one, {})]
        _warn_of_known(reading, known, language)
        for prompt in missing:
            if prompt not in known:
                reading.warn_value(
                    _place(prompts[prompt]),
                    f"{prompt} has no file in {language} and no text: put a recording to "
                    f"{directory / prompt}.wav, or give prompts.{prompt}.{language} and run "
                    f"`callcore sounds build --language {language}`",
                )


def _warn_of_known(reading: Reading, prompts: list[str], language: Language) -> None:
    if prompts:
        reading.warn_value(
            ("sounds", "directory"),
            f"no file speaks {_listed(prompts)} in {language}: run "
            f"`callcore sounds build --language {language}`",
        )


def _place(where: Where) -> Path:
    """The setting that names a prompt."""
    path: Path = ()
    for step in where:
        path += _SETTINGS.get(step, (step.name,)) if isinstance(step, Field) else (step,)
    return path


def _listed(prompts: Iterable[str]) -> str:
    every = tuple(prompts)
    left = len(every) - _MOST_NAMED
    return ", ".join(every[:_MOST_NAMED]) + (f" and {left} more" if left > 0 else "")


def _has_file(directory: pathlib.Path, prompt: str) -> bool:
    group, _, name = f"{prompt}.wav".rpartition("/")
    places = (directory / group, *(directory / group / rate for rate in _RATES))
    return any(os.path.isfile(place / name) for place in places)  # noqa: PTH113 - refuses nothing
