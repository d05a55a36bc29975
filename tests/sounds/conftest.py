"""Sounds of a few prompts, made by programs that only pretend to speak."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from callcore.domain.ids import Language
from callcore.sounds.building import Build, Outcome
from callcore.sounds.recorded_sets import InstalledSet, Licence, RecordedSet
from callcore.sounds.sources import Sources
from callcore.sounds.standing import Standing, of_language
from callcore.sounds.tree import Tree
from callcore.sounds.voices import VOICES
from callcore.sounds.wanted import Wanted
from tests.sounds.pretending import PretendedPrograms, tone

ENGLISH = Language("en")

WANTED = (
    Wanted(key="greeting/welcome", text="Welcome."),
    Wanted(key="number/1", text="one"),
    Wanted(key="wait/longer", text="longer than"),
)


class Workshop:
    """One directory of sounds, and everything that can be made there."""

    def __init__(self, directory: Path) -> None:
        self.tree = Tree(directory / "sounds")
        self.programs = PretendedPrograms()
        self.recordings = directory / "recordings"
        self.recordings.mkdir()
        self.set_directory = directory / "set"
        self.set_directory.mkdir()
        self.recorded = InstalledSet(
            of=RecordedSet(
                package="asterisk-core-sounds-en-wav",
                directory=self.set_directory,
                files={"number/1": "digits/1", "greeting/welcome": "hello"},
                licence=Licence(name="", address="", title="", credits=(), source=""),
            )
        )

    def sources(self, **changes: Any) -> Sources:
        base = Sources(
            language=ENGLISH,
            recordings=(self.recordings,),
            recorded=self.recorded,
            voice=VOICES[ENGLISH],
        )
        return dataclasses.replace(base, **changes)

    def build(
        self, wanted: tuple[Wanted, ...] = WANTED, *, anew: bool = False, **changes: Any
    ) -> dict[str, Outcome]:
        """What became of each prompt."""
        build = Build(
            tree=self.tree,
            sources=self.sources(**changes),
            programs=self.programs,
            wanted=wanted,
            makes_anew=anew,
        )
        return {outcome.key: outcome for outcome in build.run()}

    def standing(self) -> dict[str, Standing]:
        """What is there of each prompt."""
        there = of_language(self.tree, ENGLISH, WANTED)
        return {one.key: one for one in there}

    def sound(self, key: str, rate: int = 8000) -> Path:
        return self.tree.sound(ENGLISH, key, rate)

    def record(self, name: str, content: bytes = b"") -> Path:
        """A recording of the operator's."""
        return self._put(self.recordings / f"{name}.wav", content or tone(name))

    def add_to_set(self, name: str) -> Path:
        """A recording of the recorded set."""
        return self._put(self.set_directory / f"{name}.wav", tone(name))

    def put_own(self, path: Path, content: bytes = b"") -> Path:
        """A file of the operator's among the made ones."""
        return self._put(path, content or tone(str(path)))

    def _put(self, path: Path, content: bytes) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)
