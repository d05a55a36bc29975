"""``callcore sounds``: makes the sound files that callers hear, and shows what is there."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import click

from callcore.cli import sounds_tables
from callcore.cli.groups import Group
from callcore.cli.operating import show
from callcore.cli.sounds_site import SoundsSite, site_of, sounds_options
from callcore.cli.statuses import FAILED, fail
from callcore.domain.ids import Language
from callcore.sounds import recorded_sets, standing, unclaimed
from callcore.sounds.building import Build, build_all
from callcore.sounds.installed_programs import InstalledPrograms
from callcore.sounds.making import ProgramError
from callcore.sounds.recorded_sets import RECORDED_SETS
from callcore.sounds.sources import Source, Sources
from callcore.sounds.tree import TreeError
from callcore.sounds.voices import VOICES
from callcore.sounds.wanted import Wanted

_Told = TypeVar("_Told")


@click.group(cls=Group)
def sounds() -> None:
    """Makes the sound files that callers hear, and shows what is there."""


@sounds.command()
@sounds_options
@click.option(
    "--recordings",
    "recordings",
    multiple=True,
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Recordings of your own, DIR/LANGUAGE/KEY.wav or DIR/KEY.wav; they come first.",
)
@click.option(
    "--without",
    "without",
    multiple=True,
    type=click.Choice([Source.RECORDED.value, Source.GENERATED.value]),
    help="Leaves out the recorded sets, or what espeak-ng generates; what was made of it before "
    "is replaced or removed.",
)
@click.option(
    "--anew", is_flag=True, help="Makes what is up to date again too: after a new espeak-ng."
)
def build(
    config: Path | None,
    into: Path | None,
    languages: tuple[str, ...],
    recordings: tuple[Path, ...],
    without: tuple[str, ...],
    *,
    anew: bool,
) -> None:
    """Makes what is missing or out of date, at 8 and 16 kHz, and tells what is lacking.

    Of each prompt the first there is: a file of yours that stands in the directory already (it is
    never changed), a recording of --recordings, a recorded set of Debian's that says the same,
    espeak-ng reading the text. What has none is heard as a tone. Ends with 1 if something is
    missing or could not be used.
    """
    site = site_of(config, into, languages)
    programs = InstalledPrograms()
    left_out = frozenset(map(Source, without))
    wanted = {language: site.wanted(language) for language in site.languages}
    with click.progressbar(
        length=sum(map(len, wanted.values())), file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as bar:
        builds = [
            Build(
                tree=site.tree,
                sources=_sources(language, recordings, left_out, programs),
                programs=programs,
                wanted=wanted[language],
                makes_anew=anew,
                note=lambda _: bar.update(1),
            )
            for language in site.languages
        ]
        outcomes = _or_fail(lambda: build_all(builds, site.tree))
    faults = [fault for ones in outcomes.values() for one in ones for fault in one.faults]
    faults += _unclaimed(wanted, recordings)
    for fault in faults:
        click.echo(f"warning: {fault}", err=True)
    show(sounds_tables.of_outcomes(outcomes))
    told = [
        *sounds_tables.licences_told(outcomes, site.tree),
        *sounds_tables.missing_told(outcomes),
        *_sets_not_installed(site, left_out),
        *site.directory_told(),
    ]
    for line in told:
        click.echo(line)
    if faults or any(one.source is None for ones in outcomes.values() for one in ones):
        sys.exit(FAILED)


@sounds.command("list")
@sounds_options
@click.option("--missing", is_flag=True, help="Only prompts that have no sound.")
@click.option("--json", "in_json", is_flag=True, help="Answer in JSON.")
def list_sounds(
    config: Path | None,
    into: Path | None,
    languages: tuple[str, ...],
    *,
    missing: bool,
    in_json: bool,
) -> None:
    """Shows every prompt, where its sound comes from, and what it says.

    Makes nothing. Ends with 1 if a prompt has no sound.
    """
    site = site_of(config, into, languages)
    there = _or_fail(
        lambda: {
            language: standing.of_language(site.tree, language, site.wanted(language))
            for language in site.languages
        }
    )
    is_whole = all(one.source is not None for ones in there.values() for one in ones)
    if in_json:
        answer = [
            {"language": language, **dataclasses.asdict(one)}
            for language, ones in there.items()
            for one in ones
            if not (missing and one.source)
        ]
        click.echo(json.dumps({"sounds": answer}, indent=2))
    elif missing and is_whole:
        click.echo("every prompt has a sound")
    else:
        show(sounds_tables.of_standing(there, missing=missing))
    if not is_whole:
        sys.exit(FAILED)


def _sources(
    language: Language,
    recordings: tuple[Path, ...],
    without: frozenset[Source],
    programs: InstalledPrograms,
) -> Sources:
    has_voice = programs.can_speak and Source.GENERATED not in without
    has_recorded = Source.RECORDED not in without
    return Sources(
        language=language,
        recordings=recordings,
        recorded=recorded_sets.installed(language) if has_recorded else None,
        voice=VOICES[language] if has_voice else None,
        left_out=without,
    )


def _unclaimed(
    wanted: Mapping[Language, tuple[Wanted, ...]], recordings: tuple[Path, ...]
) -> list[str]:
    keys = {language: {one.key for one in ones} for language, ones in wanted.items()}
    return [fault for directory in recordings for fault in unclaimed.faults(directory, keys)]


def _sets_not_installed(site: SoundsSite, without: frozenset[Source]) -> list[str]:
    if Source.RECORDED in without:
        return []
    return [
        f"{language}: recorded phrases: apt-get install {RECORDED_SETS[language].package}"
        for language in site.languages
        if language in RECORDED_SETS and recorded_sets.installed(language) is None
    ]


def _or_fail(run: Callable[[], _Told]) -> _Told:
    try:
        return run()
    except (TreeError, ProgramError) as error:
        fail(str(error), FAILED)
