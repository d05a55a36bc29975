"""What callers hear between the music: recordings of other systems as callcore's messages."""

from __future__ import annotations

from collections.abc import Sequence

from callcore.domain.ids import QueueName
from callcore.domain.policies import QueuePolicy
from callcore.domain.policies.announcement import MINIMUM_INTERVAL_SECONDS, MOST_MESSAGES
from callcore.importing import sounds
from callcore.importing.draft import Block
from callcore.importing.notes import Notes
from callcore.importing.places import Source

_LONGEST_SECONDS = 86_400
_USUAL_LONGEST_WAIT = QueuePolicy(name=QueueName("usual")).maximum_wait_seconds


def prompts(files: Sequence[str], source: Source, notes: Notes) -> list[str]:
    """The prompts that the recordings of a parameter become, with what has to be done for them."""
    found = []
    for file in files[:MOST_MESSAGES]:
        prompt = sounds.prompt_of(file)
        of_file = source.part(source.parameter, file)
        if prompt is None:
            notes.not_carried(
                of_file,
                "not the name of a prompt: lower-case letters, digits, '-', '_' and '/'",
                "put the recording below sounds.directory and write messages",
            )
            continue
        notes.assumed(f"the recording is below sounds.directory, as LANGUAGE/{prompt}.wav", of_file)
        found.append(prompt)
    for file in files[MOST_MESSAGES:]:
        of_file = source.part(source.parameter, file)
        notes.not_carried(of_file, f"callcore has {MOST_MESSAGES} messages at most")
    return found


def fitting_interval(seconds: int, source: Source, notes: Notes) -> int:
    """A time between two announcements as callcore takes it."""
    fitting = min(max(seconds, int(MINIMUM_INTERVAL_SECONDS)), _LONGEST_SECONDS)
    if fitting != seconds:
        notes.changed(source, f"every {fitting} seconds")
    return fitting


def is_heard(block: Block, first: int, source: Source, notes: Notes) -> bool:
    """True if a queue's callers are still there when the first of them is due."""
    longest = block.value("maximum_wait_seconds") or _USUAL_LONGEST_WAIT
    is_in_time = isinstance(longest, int | float) and first < longest
    if not is_in_time:
        notes.not_carried(source, f"callers leave before: maximum_wait_seconds is {longest:g}")
    return is_in_time


def each(prompts_of_each: Sequence[str]) -> list[Block]:
    """The list of messages, one prompt each."""
    messages = []
    for prompt in prompts_of_each:
        message = Block()
        message.set("prompts", (prompt,))
        messages.append(message)
    return messages
