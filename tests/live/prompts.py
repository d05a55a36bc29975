"""Recorded prompts that the tests can tell apart: tones under the names of the keys."""

from __future__ import annotations

import struct
import wave
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from callcore.domain.ids import Language
from callcore.domain.speech import grammar
from tests.live import ulaw
from tests.live.esl import Esl, Event

CATALOGUE_SECONDS = 0.2


def record(
    directory: Path, name: str, *, seconds: float, hertz: int = 440, language: str = "en"
) -> str:
    """Writes a prompt of a tone, of which the switch reads the file; the file's path."""
    path = directory / language / f"{name}.wav"
    write(path, hertz, seconds)
    return str(path)


def write(file: Path, hertz: float, seconds: float, *, times: int = 1) -> None:
    """Writes a tone, several times over."""
    file.parent.mkdir(parents=True, exist_ok=True)
    samples = ulaw.tone(hertz, seconds)
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(ulaw.RATE)
        sound.writeframes(struct.pack(f"<{len(samples)}h", *samples) * times)


class Prompts:
    """The sounds of one site, in the folders that ``callcore sounds build`` makes."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    @property
    def settings(self) -> dict[str, Any]:
        """The part of the settings file that names them."""
        return {"directory": str(self.directory)}

    def record(
        self, *keys: str, seconds: float = CATALOGUE_SECONDS, hertz: int = 440, language: str = "en"
    ) -> str:
        """Writes prompts of one tone; what the switch is asked to play for them."""
        for key in keys:
            path = self.directory / language / f"{key}.wav"
            write(path.parent / str(ulaw.RATE) / path.name, hertz, seconds)
        return self.played(*keys, language=language)

    def record_catalogue(self, *languages: str) -> None:
        """Writes everything callcore says in these languages."""
        for language in languages:
            self.record(*grammar.prompts(Language(language)), language=language)

    def played(self, *keys: str, language: str = "en") -> str:
        """What the switch is asked to play, and tells."""
        return sequence(str(self.directory / language / f"{key}.wav") for key in keys)

    def said(
        self, watched: Esl, uuid: str, *keys: str, language: str = "en", seconds: float = 10
    ) -> Event:
        """Waits until exactly these prompts begin to be heard in one go."""
        path = self.played(*keys, language=language)
        return watched.wait_event(
            "PLAYBACK_START",
            seconds,
            lambda event: event["Unique-ID"] == uuid and event["Playback-File-Path"] == path,
        )

    def said_last(self, watched: Esl, uuid: str, key: str, *, language: str = "en") -> Event:
        """Waits until something begins to be heard that ends with this prompt."""
        path = self.played(key, language=language)
        return watched.wait_event(
            "PLAYBACK_START",
            10,
            lambda event: event["Unique-ID"] == uuid and event["Playback-File-Path"].endswith(path),
        )

    def heard(
        self, watched: Esl, uuid: str, *keys: str, language: str = "en", seconds: float = 10
    ) -> float:
        """Waits until exactly these prompts have been heard; for how long."""
        began = self.said(watched, uuid, *keys, language=language, seconds=seconds)
        path = began["Playback-File-Path"]
        ended = watched.wait_event(
            "PLAYBACK_STOP",
            seconds,
            lambda event: event["Unique-ID"] == uuid and event["Playback-File-Path"] == path,
        )
        return (int(ended["Event-Date-Timestamp"]) - int(began["Event-Date-Timestamp"])) / 1e6


def sequence(paths: Iterable[str]) -> str:
    """Files one after another, as the switch is asked for them."""
    found = list(paths)
    return found[0] if len(found) == 1 else "file_string://" + "!".join(found)
