"""What callers hear in one go must not be more than a switch plays in one go."""

from __future__ import annotations

from collections.abc import Mapping

from callcore.domain.lookups import MOST_RECORDINGS
from callcore.domain.speech.utterances import Utterance
from callcore.settings.faults import Path
from callcore.settings.reading import Reading


def check(reading: Reading, path: Path, first: Mapping[str, Utterance], then: Utterance) -> None:
    """Reports each of the settings in the section at ``path`` that is heard right before ``then``,
    the prompts, if both together are too many. Each is one recording, whatever the language.
    """
    for name, prompts in first.items():
        count = len(prompts) + len(then)
        if count > MOST_RECORDINGS:
            reading.report_value(
                (*path, name),
                f"is heard with the prompts, {count} recordings in one go: "
                f"must be at most {MOST_RECORDINGS}",
            )
