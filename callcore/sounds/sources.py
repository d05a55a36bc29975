"""Where the sound of a prompt may come from, the best first.

The operator's recording of that name, then a recorded set that has the same text, then a voice
that reads the text. Without any of them the caller hears a tone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from callcore.domain.ids import Language
from callcore.sounds.recorded_sets import InstalledSet
from callcore.sounds.voices import Voice
from callcore.sounds.wanted import Wanted


class Source(StrEnum):
    """Where a sound comes from, the best first."""

    OWN = "own"
    """A file that the operator put among the made ones."""
    RECORDING = "recording"
    RECORDED = "recorded"
    GENERATED = "generated"

    @property
    def rank(self) -> int:
        """0 for the best."""
        return list(Source).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class FromFile:
    """A sound file to convert."""

    source: Source
    path: Path
    set_name: str | None = None
    """Of the recorded set it belongs to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FromText:
    """A text to read out."""

    text: str
    voice: Voice
    source: Source = Source.GENERATED


Candidate = FromFile | FromText


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What is at hand for one language."""

    language: Language
    recordings: tuple[Path, ...] = ()
    """Directories of the operator's; the first that has a file of the name is taken."""
    recorded: InstalledSet | None = None
    voice: Voice | None = None
    """``None``: there is no program that speaks, or none is wanted."""
    left_out: frozenset[Source] = frozenset()
    """What was made of these before is not kept either."""


def candidates(wanted: Wanted, sources: Sources, own: Collection[Path] = ()) -> Iterator[Candidate]:
    """Everything a prompt could be made of, the best first.

    ``own`` are the operator's files that stand among the made ones for some sampling rates, and
    speak for the others too.
    """
    yield from (FromFile(source=Source.OWN, path=path) for path in own)
    for directory in sources.recordings:
        for below in (directory / sources.language, directory):
            path = below / f"{wanted.key}.wav"
            if path.is_file():
                yield FromFile(source=Source.RECORDING, path=path)
    recorded = sources.recorded
    if recorded is not None and not wanted.is_operators_text:
        found = recorded.file(wanted.key)
        if found is not None:
            yield FromFile(source=Source.RECORDED, path=found, set_name=recorded.of.package)
    if sources.voice is not None and wanted.text is not None:
        yield FromText(text=wanted.text, voice=sources.voice)
