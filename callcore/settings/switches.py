"""The parts of the file about what the switches have and do for us."""

from __future__ import annotations

from typing import Any

from callcore.settings.scalars import DiallingCode, GuardSeconds, Language, TrunkPrefix
from callcore.settings.section import UNGIVEN, Section
from callcore.settings.switch_words import (
    CallbackContact,
    DialplanWord,
    PeerContact,
    SwitchDirectory,
)


class SoundsSection(Section):
    """Recorded prompts on the switch."""

    directory: SwitchDirectory | None = UNGIVEN
    language: Language = UNGIVEN


class RecordingsSection(Section):
    """Where conversations are recorded on the switch."""

    directory: SwitchDirectory | None = None


class FallbackSection(Section):
    """Where FreeSWITCH sends callers when no callcore is left."""

    extension: DialplanWord = UNGIVEN
    context: DialplanWord = UNGIVEN
    arriving_after_seconds: GuardSeconds = UNGIVEN
    waiting_after_seconds: GuardSeconds = UNGIVEN


class HomeSection(Section):
    """How numbers of the own country are written."""

    country_code: DiallingCode
    trunk_prefix: TrunkPrefix | None = UNGIVEN


class DialplanSection(Section):
    """Which parts of the dialplan are there for us."""

    outbound_context: DialplanWord = UNGIVEN
    voicemail_extension: DialplanWord = UNGIVEN
    callback_contact: CallbackContact | None = UNGIVEN
    registrar_contact: PeerContact | None = UNGIVEN
    home: Any = None
    """So is this."""
    callable_numbers: Any = None
    """A section that is read by itself."""
