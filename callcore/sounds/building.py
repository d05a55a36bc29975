"""Makes the sounds of one language: what is missing or out of date, and nothing else.

Files that callcore did not make are the operator's and stay as they are. What was made of a better
source than is at hand now stays too: an operator's recording, given once, is not replaced by a
voice the next time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from callcore.domain.ids import Language
from callcore.sounds import licences, shaping, tree
from callcore.sounds.making import Programs, UnusableSoundError
from callcore.sounds.manifest import Entry, MadeSounds
from callcore.sounds.recorded_sets import RECORDED_SETS
from callcore.sounds.sources import Candidate, FromFile, FromText, Source, Sources, candidates
from callcore.sounds.tree import Tree, TreeError, is_wav
from callcore.sounds.wanted import Wanted, is_key

_RECIPE = 1
"""Raised when sounds are shaped in another way, so that all are made again."""


class Lack(StrEnum):
    """Why a prompt has no sound."""

    NO_TEXT = "no_text"
    """Nobody has told what it says, and there is no recording."""
    NO_VOICE = "no_voice"
    """It has a text, but no program is there to read it out."""
    LEFT_OUT = "left_out"
    """It has a text, and is not to be generated."""
    UNUSABLE = "unusable"
    """Nothing of what there is could be made a sound of."""
    NO_KEY = "no_key"
    """Its name is none that a file can have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one prompt."""

    key: str
    source: Source | None = None
    """Of the sound that is there now; ``None``: there is none."""
    was_made: bool = False
    """True if it was made just now."""
    lack: Lack | None = None
    faults: tuple[str, ...] = ()
    """What could not be used, a line each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """What to make, of what, and where."""

    tree: Tree
    sources: Sources
    programs: Programs
    wanted: tuple[Wanted, ...]
    makes_anew: bool = False
    """True if what is up to date is made again too."""
    note: Callable[[Outcome], None] = field(default=lambda _: None)

    @property
    def language(self) -> Language:
        """The one whose sounds are made."""
        return self.sources.language

    def run(self) -> tuple[Outcome, ...]:
        """Makes the sounds, one prompt after another.

        Raises ``TreeError`` if the directory cannot be written, and ``ProgramError`` if a program
        is missing; what is made by then stays.
        """
        made = MadeSounds(self.tree, self.language)
        outcomes = []
        for wanted in self.wanted:
            outcome = self._one(wanted, made)
            outcomes.append(outcome)
            self.note(outcome)
        return tuple(outcomes)

    def _one(self, wanted: Wanted, made: MadeSounds) -> Outcome:
        key = wanted.key
        if not is_key(key):
            return Outcome(key=key, lack=Lack.NO_KEY)
        own = own_files(self.tree, self.language, key, made)
        faults = [
            f"{path}: is no wav file and is not heard: replace or remove it" for path in own.no_wavs
        ]
        if own.are_all:
            if key in made.entries:
                made.drop(key)  # FreeSWITCH would take it before the plain one
            return Outcome(key=key, source=Source.OWN, faults=tuple(faults))
        for candidate in self._candidates(wanted, own, made):
            if candidate is None:
                return _standing(wanted, made, faults)
            try:
                return self._make(wanted, candidate, own, made, faults)
            except UnusableSoundError as error:
                of = wanted.key if isinstance(candidate, FromText) else candidate.path
                faults.append(f"{of}: {error}")
        return self._without(wanted, own, made, faults)

    def _candidates(
        self, wanted: Wanted, own: OwnFiles, made: MadeSounds
    ) -> Iterator[Candidate | None]:
        """Of what to make it, the best first; ``None`` stands for what was made before."""
        before = self._source_before(wanted.key, own, made)
        for candidate in candidates(wanted, self.sources, own.by_rate.values()):
            if before is not None and before.rank < candidate.source.rank:
                yield None
            yield candidate
        if before is not None:
            yield None

    def _source_before(self, key: str, own: OwnFiles, made: MadeSounds) -> Source | None:
        """Of what the sound was made that stands there whole, and may stay."""
        entry, standing = made.entries.get(key), made.standing(key)
        if entry is None or entry.source in self.sources.left_out | {Source.OWN}:
            return None
        is_whole = all(standing.get(rate, False) for rate in shaping.RATES)
        return entry.source if is_whole and not own.by_rate else None

    def _make(
        self,
        wanted: Wanted,
        candidate: Candidate,
        own: OwnFiles,
        made: MadeSounds,
        faults: list[str],
    ) -> Outcome:
        content = tree.content_of(candidate.path) if isinstance(candidate, FromFile) else b""
        recipe = _recipe(wanted, candidate, content)
        rates = [rate for rate in shaping.RATES if rate not in own.by_rate]
        source = Source.OWN if own.by_rate else candidate.source
        entry, standing = made.entries.get(wanted.key), made.standing(wanted.key)
        is_up_to_date = (
            entry is not None
            and entry.recipe == recipe
            and all(standing.get(rate, False) for rate in rates)
        )
        if is_up_to_date and not self.makes_anew:
            return Outcome(key=wanted.key, source=source, faults=tuple(faults))
        if isinstance(candidate, FromText):
            content = self.programs.speak(candidate.text, candidate.voice)
        by_rate = {rate: self.programs.samples(content, rate) for rate in shaping.RATES}
        files = shaping.shaped(by_rate, after_seconds=wanted.pause_seconds)
        made.put(
            wanted.key,
            _entry(wanted, candidate, recipe),
            {rate: files[rate] for rate in rates},
        )
        return Outcome(key=wanted.key, source=source, was_made=True, faults=tuple(faults))

    def _without(
        self, wanted: Wanted, own: OwnFiles, made: MadeSounds, faults: list[str]
    ) -> Outcome:
        """Nothing can be made, and what was made before may not stay."""
        if wanted.key in made.entries:
            made.drop(wanted.key)
        if own.by_rate:
            return Outcome(key=wanted.key, source=Source.OWN, faults=tuple(faults))
        lack = Lack.UNUSABLE if faults else self._lack(wanted)
        return Outcome(key=wanted.key, lack=lack, faults=tuple(faults))

    def _lack(self, wanted: Wanted) -> Lack:
        if wanted.text is None:
            return Lack.NO_TEXT
        return Lack.LEFT_OUT if Source.GENERATED in self.sources.left_out else Lack.NO_VOICE


def build_all(builds: Sequence[Build], into: Tree) -> dict[Language, tuple[Outcome, ...]]:
    """Makes the sounds of several languages in one directory, and tells their licences there.

    Raises ``TreeError`` and ``ProgramError``; the licences of what is made by then are told.
    """
    with into.held():
        licences.check(into)
        try:
            outcomes = {build.language: build.run() for build in builds}
        except BaseException:
            with suppress(TreeError):
                licences.write(into)
            raise
        licences.write(into)
    return outcomes


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFiles:
    """The files of a prompt that callcore did not make, or that were changed since."""

    by_rate: dict[int, Path]
    plain: Path | None
    """The one that FreeSWITCH takes where there is none of any rate."""
    no_wavs: tuple[Path, ...]
    """Those that are no sound: of the ``by_rate``, and the one in place of the plain one."""

    @property
    def are_all(self) -> bool:
        """True if nothing is left to make."""
        return self.plain is not None or self.by_rate.keys() >= set(shaping.RATES)


def own_files(of: Tree, language: Language, key: str, made: MadeSounds) -> OwnFiles:
    """The operator's own files of a prompt."""
    standing = made.standing(key)
    paths = {rate: of.sound(language, key, rate) for rate in shaping.RATES}
    by_rate = {rate: path for rate, path in paths.items() if path.exists() and rate not in standing}
    plain = of.plain_sound(language, key)
    found = (plain, *by_rate.values()) if plain.exists() else tuple(by_rate.values())
    return OwnFiles(
        by_rate=by_rate,
        plain=plain if is_wav(plain) else None,
        no_wavs=tuple(path for path in found if not is_wav(path)),
    )


def _standing(wanted: Wanted, made: MadeSounds, faults: list[str]) -> Outcome:
    entry = made.entries[wanted.key]
    is_old = entry.source is Source.GENERATED and wanted.text not in {None, entry.text}
    told = [f"{wanted.key}: still says an older text"] if is_old else []
    return Outcome(key=wanted.key, source=entry.source, faults=(*faults, *told))


def _recipe(wanted: Wanted, candidate: Candidate, content: bytes) -> str:
    """A checksum of everything a sound depends on, but for the programs' versions."""
    parts = [str(_RECIPE), str(wanted.pause_seconds), candidate.source]
    if isinstance(candidate, FromText):
        parts += [candidate.text, repr(candidate.voice)]
    return hashlib.sha256("\0".join(parts).encode() + b"\0" + content).hexdigest()


def _entry(wanted: Wanted, candidate: Candidate, recipe: str) -> Entry:
    if isinstance(candidate, FromText):
        return Entry(
            source=candidate.source,
            made_of=candidate.voice.in_words,
            recipe=recipe,
            sha256={},
            text=wanted.text,
        )
    licences = {one.package: one.licence.name for one in RECORDED_SETS.values()}
    return Entry(
        source=candidate.source,
        made_of=str(candidate.path),
        recipe=recipe,
        sha256={},
        text=wanted.text,
        licence=None if candidate.set_name is None else licences[candidate.set_name],
        set_name=candidate.set_name,
    )
