"""app_queue's queues as callcore's."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from callcore.domain.policies import Strategy
from callcore.domain.policies.limits import HIGHEST_PRIORITY
from callcore.domain.policies.queue import MOST_RINGING_AT_ONCE
from callcore.importing import sounds
from callcore.importing.asterisk import lost_parameters, words
from callcore.importing.asterisk.announcements import Announcements
from callcore.importing.asterisk.conf import Section
from callcore.importing.asterisk.empty_queues import EmptyQueues
from callcore.importing.asterisk.periodic import Periodic
from callcore.importing.draft import Block
from callcore.importing.notes import Notes
from callcore.importing.places import Source
from callcore.importing.recordings import Recordings

_STRATEGIES = {
    "ringall": Strategy.RING_ALL,
    "leastrecent": Strategy.LONGEST_IDLE,
    "fewestcalls": Strategy.FEWEST_CALLS,
    "random": Strategy.RANDOM,
    "rrmemory": Strategy.ROUND_ROBIN,
    "roundrobin": Strategy.ROUND_ROBIN,
    "rrordered": Strategy.ROUND_ROBIN,
    "linear": Strategy.TOP_DOWN,
    "wrandom": Strategy.RANDOM,
}
_MUSIC = ("musicclass", "music", "musiconhold")
_USUAL_RINGING_SECONDS, _USUAL_RETRY_SECONDS = 15, 5
_ENDLESS_RINGING_SECONDS = 3600
_LONGEST_SECONDS = 86_400
_DEFAULT = "app_queue's default"


class Queues:
    """Translates one queue after another."""

    def __init__(self, notes: Notes, recordings: Recordings) -> None:
        self._notes = notes
        self._recordings = recordings
        self._announcements = Announcements(notes)
        self._periodic = Periodic(notes)
        self._empty_queues = EmptyQueues(notes)

    def translate(self, section: Section, block: Block, *, is_served: bool) -> str:
        """Fills a queue's block; gives app_queue's word for its strategy."""
        left = self._parameters(section)
        self._set_waiting(block, left)
        self._empty_queues.translate(block, left, is_served=is_served)
        word = self._set_strategy(block, left)
        self._set_music(block, left)
        self._announcements.translate(block, left)
        self._periodic.translate(block, left)
        self._set_agents_work(block, left)
        self._set_recording(block, left)
        for name, source in left.items():
            if name in lost_parameters.OF_QUEUES:
                lost_parameters.tell(source, lost_parameters.OF_QUEUES[name], self._notes)
            elif name not in _ELSEWHERE:
                alike = difflib.get_close_matches(name, KNOWN, n=1)
                guess = f"; did you mean {alike[0]!r}?" if alike else ""
                self._notes.not_carried(source, f"unknown to app_queue{guess}")
        return word

    def _parameters(self, section: Section) -> dict[str, Source]:
        """By lower-case name: of ``strategy`` the first, of others the last, as in app_queue."""
        given: dict[str, Source] = {}
        for source in section.settings:
            name = source.parameter.lower()
            if name == "member":
                continue
            if name == "strategy" and name in given:
                line = given[name].place.line
                self._notes.changed(source, f"app_queue takes the first, of line {line}")
                continue
            if (before := given.pop(name, None)) is not None:
                self._notes.nothing_lost(before, f"{source.place.brief} overrides it")
            given[name] = source
        return given

    def _set_waiting(self, block: Block, left: dict[str, Source]) -> None:
        weight = left.pop("weight", None)
        if weight is not None and (priority := words.leading_number(weight.value or "")):
            fitting = max(min(priority, HIGHEST_PRIORITY), -HIGHEST_PRIORITY)
            block.set("priority", fitting, weight)
            if fitting != priority:
                self._notes.changed(weight, f"{fitting} is the most callcore has")
        elif weight is not None:
            self._notes.nothing_lost(weight, "callcore's default")
        most = left.pop("maxlen", None)
        if most is not None and (count := words.leading_number(most.value or "")) > 0:
            block.set("maximum_waiting", min(count, 999_999_999), most)
        elif most is not None:
            self._notes.changed(most, "no limit there; callcore's default is 1000")
        level = left.pop("servicelevel", None)
        if level is not None and (seconds := words.leading_number(level.value or "")) > 0:
            block.set("service_level_seconds", min(seconds, _LONGEST_SECONDS), level)
        elif level is not None:
            self._notes.changed(level, "no service level there; callcore counts 20 seconds")

    def _set_strategy(self, block: Block, left: dict[str, Source]) -> str:
        source = left.pop("strategy", None)
        word = "ringall" if source is None else (source.value or "").lower()
        if source is not None and word not in _STRATEGIES:
            self._notes.changed(source, "unknown to app_queue, which takes ringall")
            word = "ringall"
        strategy = _STRATEGIES[word]
        block.set("strategy", strategy.value, source, _DEFAULT if source is None else "")
        if strategy is Strategy.RING_ALL:
            block.set("ring_at_most", MOST_RINGING_AT_ONCE, remark="without a limit there")
        if source is not None and word == "wrandom":
            self._notes.changed(source, "everybody is as likely: penalties are no weights")
        return word

    def _set_music(self, block: Block, left: dict[str, Source]) -> None:
        given = [left.pop(name) for name in tuple(left) if name in _MUSIC]
        source: Source | None = given.pop() if given else None
        for other in given:
            self._notes.nothing_lost(other, "the last of the names for it counts")
        music_class = "" if source is None else source.value or ""
        if source is None or music_class in ("", "default"):
            remark = _DEFAULT if source is None else "the class default"
            block.set("music", sounds.USUAL_MUSIC, source, remark)
        elif sounds.is_music(f"local_stream://{music_class}"):
            block.set("music", f"local_stream://{music_class}", source)
            self._notes.assumed(
                f"there is a local_stream of the name {music_class!r} with the class's files",
                source,
            )
        else:
            self._notes.not_carried(
                source, "no name for a local_stream", "make one and write music"
            )

    def _set_agents_work(self, block: Block, left: dict[str, Source]) -> None:
        source = left.pop("timeout", None)
        seconds = _USUAL_RINGING_SECONDS
        if source is not None:
            seconds = words.leading_number(source.value or "")
            seconds = _USUAL_RINGING_SECONDS if seconds < 0 else seconds
        if source is not None and not seconds:
            self._notes.changed(source, f"endless there, {_ENDLESS_RINGING_SECONDS} seconds here")
            seconds = _ENDLESS_RINGING_SECONDS
        self._set_seconds(block, "ring_timeout_seconds", seconds, source)
        announce = left.pop("announce", None)
        if announce is not None and sounds.is_prompt(announce.value or ""):
            block.set("whisper", (announce.value or "",), announce)
            self._notes.assumed(
                "the recording is below sounds.directory, in the directory of the language",
                announce,
            )
        elif announce is not None and announce.value:
            self._notes.not_carried(
                announce,
                "not the name of a prompt: lower-case letters, digits, '-', '_' and '/'",
                "put the recording below sounds.directory and write whisper",
            )
        elif announce is not None:
            self._notes.nothing_lost(announce, "nothing is said")
        source = left.pop("wrapuptime", None)
        seconds = 0 if source is None else max(words.leading_number(source.value or ""), 0)
        self._set_seconds(block, "wrap_up_seconds", seconds, source)
        source = left.pop("retry", None)
        seconds = 0 if source is None else words.leading_number(source.value or "")
        self._set_seconds(
            block,
            "retry_after_miss_seconds",
            seconds if seconds > 0 else _USUAL_RETRY_SECONDS,
            source,
        )

    def _set_seconds(self, block: Block, key: str, seconds: int, source: Source | None) -> None:
        fitting = min(seconds, _LONGEST_SECONDS)
        block.set(key, fitting, source, _DEFAULT if source is None else "")
        if source is not None and fitting != seconds:
            self._notes.changed(source, f"{fitting} seconds, a day, is the most")

    def _set_recording(self, block: Block, left: dict[str, Source]) -> None:
        source = left.pop("monitor-format", None)
        if source is not None and source.value:
            self._recordings.record(block, source, None)
            self._notes.changed(
                source, "FreeSWITCH records, in a format and under names of callcore's"
            )
        elif source is not None:
            self._notes.nothing_lost(source, "nothing is recorded")


_ELSEWHERE = ("autopause", "penaltymemberslimit", "defaultrule")
"""Translated with the members."""
KNOWN: Sequence[str] = (
    *lost_parameters.OF_QUEUES,
    *_ELSEWHERE,
    *_MUSIC,
    "weight",
    "maxlen",
    "servicelevel",
    "strategy",
    "timeout",
    "retry",
    "wrapuptime",
    "announce",
    "monitor-format",
    "joinempty",
    "leavewhenempty",
    "announce-frequency",
    "announce-position",
    "announce-position-limit",
    "announce-holdtime",
    "announce-round-seconds",
    "periodic-announce",
    "periodic-announce-frequency",
    "periodic-announce-startdelay",
    "random-periodic-announce",
    "member",
)
