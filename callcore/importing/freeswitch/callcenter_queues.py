"""mod_callcenter's queues as callcore's."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from callcore.domain.policies import Strategy
from callcore.domain.policies.queue import MOST_RINGING_AT_ONCE
from callcore.importing import messages, sounds
from callcore.importing.draft import Block
from callcore.importing.freeswitch import words
from callcore.importing.freeswitch.callcenter_file import Described
from callcore.importing.freeswitch.callcenter_tiers import Tiers
from callcore.importing.freeswitch.variables import Variables
from callcore.importing.notes import Notes
from callcore.importing.places import Source
from callcore.importing.recordings import Recordings

_STRATEGIES = {
    "longest-idle-agent": Strategy.LONGEST_IDLE,
    "round-robin": Strategy.ROUND_ROBIN,
    "top-down": Strategy.TOP_DOWN,
    "agent-with-least-talk-time": Strategy.LEAST_TALK_TIME,
    "agent-with-fewest-calls": Strategy.FEWEST_CALLS,
    "sequentially-by-agent-order": Strategy.SEQUENTIAL,
    "random": Strategy.RANDOM,
    "ring-all": Strategy.RING_ALL,
    "ring-progressively": Strategy.RING_PROGRESSIVELY,
}
_LONGEST_WAIT_SECONDS = 86_400
_USUAL_RESUME_SECONDS = 60
_USUAL_STEP_SECONDS = 10
_UNREGISTERED_SECONDS = 5
_DEFAULT = "mod_callcenter's default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """What a queue must know of the agents who serve it."""

    levels: frozenset[int]
    """As they are there."""
    ringing: Sequence[tuple[Source, int | None]]
    """How long each phone rings there, with what says it; ``None`` if its contact does not."""
    breaks_after_misses: bool


class Queues:
    """Translates one queue after another."""

    def __init__(
        self,
        *,
        notes: Notes,
        variables: Variables,
        recordings: Recordings,
        ringing: tuple[int, Source | None],
    ) -> None:
        self._notes = notes
        self._variables = variables
        self._recordings = recordings
        self._ringing = ringing
        self._tiers = Tiers(notes)

    def translate(self, given: Described, block: Block, serving: Serving) -> None:
        """Fills a queue's block."""
        left = dict(given.parameters)
        self._set_waiting(block, left, serving)
        self._set_strategy(block, left)
        self._tiers.translate(block, left, serving.levels)
        self._set_sounds(block, left)
        self._set_agents_work(block, left, serving)
        self._set_recording(block, left)
        self._tell_of_rest(left)

    def _set_waiting(self, block: Block, left: dict[str, Source], serving: Serving) -> None:
        longest = self._seconds(left, "max-wait-time", 0)
        source = left.pop("max-wait-time", None)
        if longest:
            block.set("maximum_wait_seconds", longest, source)
        else:
            remark = "without a limit there, a day here"
            block.set("maximum_wait_seconds", _LONGEST_WAIT_SECONDS, source, remark)
        grace = self._seconds(left, "max-wait-time-with-no-agent", 0)
        source = left.pop("max-wait-time-with-no-agent", None)
        later = left.pop("max-wait-time-with-no-agent-time-reached", None)
        if grace:
            block.set("no_agents_grace_seconds", grace, source)
            if later is not None:
                self._notes.not_carried(
                    later, "callers who join without agents wait as long as the others"
                )
        elif later is not None:
            self._notes.nothing_lost(later, "no effect without max-wait-time-with-no-agent")
        if not grace and not serving.levels:
            remark = "nobody serves it in this file: callers wait as long as they may"
            block.set("no_agents_grace_seconds", longest or _LONGEST_WAIT_SECONDS, source, remark)
        self._set_resuming(block, left)

    def _set_resuming(self, block: Block, left: dict[str, Source]) -> None:
        within = self._seconds(left, "discard-abandoned-after", _USUAL_RESUME_SECONDS)
        window = left.pop("discard-abandoned-after", None)
        allowed = left.pop("abandoned-resume-allowed", None)
        if allowed is not None and words.is_true(allowed.value or "") and within:
            block.set("resume_within_seconds", within, allowed, also=[window])
            return
        for source in (allowed, window):
            if source is not None:
                self._notes.nothing_lost(source, "callers who hung up do not have their place back")

    def _set_strategy(self, block: Block, left: dict[str, Source]) -> None:
        source = left.pop("strategy", None)
        word = "longest-idle-agent" if source is None else (source.value or "").lower()
        strategy = _STRATEGIES.get(word, Strategy.SEQUENTIAL)
        if source is not None and word not in _STRATEGIES:
            self._notes.changed(
                source, "an unknown strategy is by level and position in mod_callcenter: sequential"
            )
        block.set("strategy", strategy.value, source, _DEFAULT if source is None else "")
        step = self._seconds(left, "ring-progressively-delay", 0) or _USUAL_STEP_SECONDS
        source = left.pop("ring-progressively-delay", None)
        if strategy is Strategy.RING_PROGRESSIVELY:
            remark = "" if source is not None else _DEFAULT
            block.set("ring_more_after_seconds", step, source, remark)
        elif source is not None:
            self._notes.nothing_lost(source, "no effect without strategy ring-progressively")
        if strategy in (Strategy.RING_ALL, Strategy.RING_PROGRESSIVELY):
            block.set("ring_at_most", MOST_RINGING_AT_ONCE, remark="without a limit there")

    def _set_sounds(self, block: Block, left: dict[str, Source]) -> None:
        source = left.pop("moh-sound", None)
        text = "" if source is None else source.value or ""
        if source is None or not text.strip():
            block.set("music", sounds.SILENCE, source, "mod_callcenter plays nothing")
        elif unknown := self._variables.unknown_in(text):
            reason, helps = self._variables.remedy(unknown)
            self._notes.not_carried(source, f"{reason}: {sounds.USUAL_MUSIC} is played", helps)
        elif sounds.is_music(text):
            block.set("music", text, source)
        else:
            self._notes.not_carried(
                source,
                f"callcore plays a file, local_stream:// or tone_stream://: {sounds.USUAL_MUSIC}",
                "make a local_stream of it and write music",
            )
        block.set("announce_position", False, remark="mod_callcenter has none")  # noqa: FBT003
        self._set_messages(block, left)

    def _set_messages(self, block: Block, left: dict[str, Source]) -> None:
        seconds = self._seconds(left, "announce-frequency", 0)
        sound, often = left.pop("announce-sound", None), left.pop("announce-frequency", None)
        file = "" if sound is None else (sound.value or "").strip()
        if sound is None or often is None or not file or not seconds:
            for source in (sound, often):
                if source is not None:
                    self._notes.nothing_lost(
                        source, "no effect: announce-sound and announce-frequency go together"
                    )
            return
        if unknown := self._variables.unknown_in(file):
            self._notes.not_carried(sound, *self._variables.remedy(unknown))
            prompts = []
        else:
            prompts = messages.prompts([file], sound, self._notes)
        if not prompts:
            self._notes.nothing_lost(often, "no message is left")
        elif not messages.is_heard(block, seconds, often, self._notes):
            self._notes.nothing_lost(sound, "no message is left")
        else:
            told = block.block("messages", sound)
            told.set("first_after_seconds", seconds, often)
            interval = messages.fitting_interval(seconds, often, self._notes)
            told.set("interval_seconds", interval, often)
            told.set("each", messages.each(prompts))

    def _set_agents_work(self, block: Block, left: dict[str, Source], serving: Serving) -> None:
        self._set_ringing(block, serving)
        block.set("wrap_up_seconds", 0, remark=f"{_DEFAULT} of agents")
        delays = block.block("retry_after")
        for word in ("no_answer", "busy", "refused"):
            delays.set(word, 0, remark=f"{_DEFAULT} of agents")
        delays.set("unregistered", _UNREGISTERED_SECONDS, remark="fixed in mod_callcenter")
        self._set_break(left, serving)

    def _set_ringing(self, block: Block, serving: Serving) -> None:
        """As long as most phones of the queue ring there, the longest of what is most."""
        usual, says = self._ringing
        counted = Counter(rings or usual for _, rings in serving.ringing)
        seconds = max(counted, key=lambda rings: (counted[rings], rings), default=usual)
        if seconds != usual:
            says = next(says_so for says_so, rings in serving.ringing if rings == seconds)
        block.set("ring_timeout_seconds", seconds, says, "" if says is not None else _DEFAULT)
        for says_so, rings in serving.ringing:
            if (rings or usual) != seconds:
                self._notes.changed(
                    says_so,
                    f"all phones of a queue ring equally long: {seconds} seconds, this one there "
                    f"{rings or usual}",
                )

    def _set_break(self, left: dict[str, Source], serving: Serving) -> None:
        status = left.pop("agent-no-answer-status", None)
        if status is None:
            return
        if not serving.breaks_after_misses:
            self._notes.nothing_lost(status, "no effect without max-no-answer of an agent")
        elif (status.value or "").lower() == "on break":
            self._notes.nothing_lost(status, "break_after_misses of agents leads to a break")
        else:
            self._notes.not_carried(status, "break_after_misses of agents leads to a break")

    def _set_recording(self, block: Block, left: dict[str, Source]) -> None:
        source = left.pop("record-template", None)
        if source is None or not (source.value or "").strip():
            if source is not None:
                self._notes.nothing_lost(source, "without a name nothing is recorded")
            return
        literal = (source.value or "").partition("$")[0]
        directory = literal.rpartition("/")[0] or None
        self._recordings.record(block, source, directory)
        self._notes.changed(
            source, "callcore names the files itself, and keeps the names with the call's record"
        )

    def _tell_of_rest(self, left: dict[str, Source]) -> None:
        for name, source in left.items():
            is_true = words.is_true(source.value or "")
            match name:
                case "time-base-score" if (source.value or "").lower() == "system":
                    self._notes.not_carried(
                        source,
                        "callers are counted from joining the queue, not from the call's start",
                        "write priority of the number that has a menu before the queue",
                    )
                case "time-base-score":
                    self._notes.nothing_lost(source, "callcore counts from joining the queue")
                case "skip-agents-with-external-calls" if is_true:
                    self._notes.nothing_lost(
                        source, "callcore asks no agent whose phone is on another call"
                    )
                case "skip-agents-with-external-calls":
                    self._notes.not_carried(
                        source, "callcore asks no agent whose phone is on another call"
                    )
                case _:
                    alike = difflib.get_close_matches(name, KNOWN, n=1)
                    guess = f"; did you mean {alike[0]!r}?" if alike else ""
                    self._notes.not_carried(source, f"unknown to mod_callcenter{guess}")

    def _seconds(self, given: Mapping[str, Source], name: str, usual: int) -> int:
        source = given.get(name)
        if source is None:
            return usual
        seconds = words.seconds(source.value or "")
        if seconds is None:
            self._notes.changed(
                source, f"not a number from 0 to 86400: mod_callcenter takes {usual}"
            )
        return usual if seconds is None else seconds


KNOWN = (
    "strategy",
    "moh-sound",
    "announce-sound",
    "announce-frequency",
    "record-template",
    "time-base-score",
    "ring-progressively-delay",
    "tier-rules-apply",
    "tier-rule-wait-second",
    "tier-rule-wait-multiply-level",
    "tier-rule-no-agent-no-wait",
    "discard-abandoned-after",
    "abandoned-resume-allowed",
    "max-wait-time",
    "max-wait-time-with-no-agent",
    "max-wait-time-with-no-agent-time-reached",
    "agent-no-answer-status",
    "skip-agents-with-external-calls",
)
