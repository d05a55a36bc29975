"""Whose sounds: the languages, texts and directory that options and the settings file name."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import click

from callcore.cli.operating import USUAL_DATA, USUAL_SETTINGS
from callcore.cli.spared_secrets import settings_of
from callcore.cli.statuses import FAILED, USAGE_FAULT, fail
from callcore.domain import named
from callcore.domain.ids import Language
from callcore.domain.speech import grammar
from callcore.sounds import catalogue, wanted
from callcore.sounds.tree import Tree
from callcore.sounds.wanted import Wanted

_FOLDER = "sounds"


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundsSite:
    """What is to be said, in which languages, and where its sounds are."""

    languages: tuple[Language, ...]
    tree: Tree
    texts: Mapping[str, Mapping[Language, str]] = field(default_factory=dict)
    """The operator's."""
    named: frozenset[str] = frozenset()
    """The prompts that menus, queues and surveys name."""
    has_directory: bool = False
    """True if the settings say where the sounds are on the switch."""

    def wanted(self, language: Language) -> tuple[Wanted, ...]:
        """Every prompt of a language."""
        try:
            texts = catalogue.texts(language)
        except catalogue.CatalogueError as error:
            fail(str(error), FAILED)
        return wanted.of_language(language, texts, self.texts, self.named)

    def directory_told(self) -> list[str]:
        """What is left to do so that callers hear the sounds."""
        if self.has_directory:
            return []
        where = self.tree.directory.absolute()
        return [f"so that callers hear them: sounds: {{directory: {where}}} in the settings file"]


def sounds_options(run: Callable[..., None]) -> Callable[..., None]:
    """Gives a command the options to say whose sounds."""

    @click.option(
        "--language",
        "languages",
        multiple=True,
        metavar="LANGUAGE",
        help=f"One of {_known()}; may be given several times. By default those of the settings "
        "file.",
    )
    @click.option(
        "--into",
        "into",
        type=click.Path(path_type=Path, file_okay=False),
        help="The directory of sounds; by default sounds.directory of the settings file, else "
        f"{_FOLDER} among callcore's data ({USUAL_DATA / _FOLDER}).",
    )
    @click.option(
        "--config",
        "config",
        type=click.Path(path_type=Path, dir_okay=False),
        help="The settings file, with texts of your own and the prompts of menus and queues; by "
        f"default {USUAL_SETTINGS} if there is one.",
    )
    @functools.wraps(run)
    def wrapped(**arguments: object) -> None:
        run(**arguments)

    return wrapped


def site_of(config: Path | None, into: Path | None, languages: tuple[str, ...]) -> SoundsSite:
    """Everything the options and the settings file say; ends the command if they are wrong."""
    unknown = [one for one in languages if one not in grammar.CATALOGUED]
    if unknown:
        fail(f"callcore does not speak {unknown[0]!r}: it speaks {_known()}", USAGE_FAULT)
    if config is None and USUAL_SETTINGS.exists():
        config = USUAL_SETTINGS
    given = tuple(dict.fromkeys(map(Language, languages)))
    if config is None:
        if not given:
            fail(f"which language? --language {_known()}", USAGE_FAULT)
        return SoundsSite(languages=given, tree=Tree(into or USUAL_DATA / _FOLDER))
    settings = settings_of(config, {})
    directory = settings.policy.sounds.directory
    usual = settings.data_directory / _FOLDER if directory is None else Path(directory)
    return SoundsSite(
        languages=given or named.languages(settings.policy),
        tree=Tree(into or usual),
        texts=settings.prompt_texts,
        named=frozenset(named.prompts(settings.policy)),
        has_directory=directory is not None,
    )


def _known() -> str:
    return ", ".join(sorted(grammar.CATALOGUED))
