"""The recorded sets of Debian, and which of their files says what a prompt says.

A file stands for a prompt only if its text, as the package's documentation has it, is the
catalogue's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from callcore.domain.ids import Language
from callcore.sounds.recorded_english import ENGLISH
from callcore.sounds.recorded_russian import RUSSIAN


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """On which terms others made something, and who they are."""

    name: str
    address: str
    title: str
    credits: tuple[str, ...]
    """Lines, as the package's copyright file has them."""
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedSet:
    """One set of recordings."""

    package: str
    """Debian's."""
    directory: Path
    """Where it is installed. Not the link of the language's name, which may lead to another set
    with another licence."""
    files: Mapping[str, str]
    """By prompt: the file, without its ending."""
    licence: Licence


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledSet:
    """A recorded set that is there."""

    of: RecordedSet

    def file(self, key: str) -> Path | None:
        """The recording that says what a prompt says, if there is one."""
        name = self.of.files.get(key)
        path = None if name is None else self.of.directory / f"{name}.wav"
        return path if path is not None and path.is_file() else None


_SOUNDS = Path("/usr/share/asterisk/sounds")
_SOURCE = "http://downloads.asterisk.org/pub/telephony/asterisk/"

RECORDED_SETS: Mapping[Language, RecordedSet] = MappingProxyType(
    {
        Language("en"): RecordedSet(
            package="asterisk-core-sounds-en-wav",
            directory=_SOUNDS / "en_US_f_Allison",
            files=ENGLISH,
            licence=Licence(
                name="CC-BY-SA-3.0",
                address="https://creativecommons.org/licenses/by-sa/3.0/",
                title="Core Asterisk Sounds in English (asterisk-core-sounds)",
                credits=(
                    "Copyright: 2003-2010, Allison Smith",
                    "Recorded by: Allison Smith (http://www.theivrvoice.com)",
                    "Financial Contributions by: Digium, Inc. (http://www.digium.com)",
                ),
                source=_SOURCE,
            ),
        ),
        Language("ru"): RecordedSet(
            package="asterisk-core-sounds-ru-wav",
            directory=_SOUNDS / "ru_RU_f_IvrvoiceRU",
            files=RUSSIAN,
            licence=Licence(
                name="CC-BY-3.0",
                address="https://creativecommons.org/licenses/by/3.0/",
                title="Core Asterisk Sounds in Russian (asterisk-core-sounds)",
                credits=(
                    "Copyright: 2010, Maxim",
                    "Provided by: Maxim Topal",
                    "http://www.ivrvoice.ru",
                ),
                source=_SOURCE,
            ),
        ),
    }
)


def installed(language: Language) -> InstalledSet | None:
    """The recorded set of a language, if it is installed."""
    recorded = RECORDED_SETS.get(language)
    if recorded is None or not recorded.directory.is_dir():
        return None
    return InstalledSet(of=recorded)
