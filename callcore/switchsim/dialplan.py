"""The dialplan of the simulated switch: the same in effect as the one callcore ships.

A dialled number becomes ``callcore_queue``; a dead man's switch sends the caller to the fallback
unless somebody takes the call within seconds; then the leg parks. Numbers that the dialplan has no
queue for park too, and feature codes: callcore looks them up. Outside numbers are answered by
somebody who talks for a minute; voicemail takes a message of ten seconds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Applications = Sequence[tuple[str, str]]

_ARRIVAL = (
    ("sched_cancel", ""),
    ("unset", "callcore_queue"),
    ("set", "callcore_parked=true"),
)
_FALLBACK = (
    ("sched_cancel", ""),
    ("answer", ""),
    ("playback", "tone_stream://%(500,100,800)"),
    ("hangup", "NORMAL_TEMPORARY_FAILURE"),
)
_OUTBOUND_CONTEXT = "callcore_outbound"
_OUTSIDE_TALK = (
    ("sched_cancel", ""),
    ("answer", ""),
    ("playback", "silence_stream://60000"),
    ("hangup", "NORMAL_CLEARING"),
)
_VOICEMAIL = "callcore_voicemail"
_NUMBER = re.compile(r"\+?[0-9]{3,15}")
_FEATURE_CODE = re.compile(r"\*[0-9]{2,4}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialplan:
    """Extensions by dialled number.

    ``queues`` maps numbers to queues; ``extensions`` adds others by their applications, none of
    them meaning no route. Every context but that of outside numbers holds the same extensions;
    ``context`` is where callers arrive and where the fallback is looked for.
    """

    queues: Mapping[str, str] = field(default_factory=dict)
    extensions: Mapping[str, Applications] = field(default_factory=dict)
    context: str = "public"
    fallback: str = "callcore_fallback"
    guard_seconds: int = 5

    def applications(self, number: str, context: str | None = None, box: str = "") -> Applications:
        """What a leg does that dials ``number``; nothing if that has no route.

        ``box`` is where a message is left, if the leg has one.
        """
        if context == _OUTBOUND_CONTEXT:
            return _OUTSIDE_TALK if _NUMBER.fullmatch(number) else ()
        if number in self.extensions:
            return self.extensions[number]
        if number == self.fallback:
            return _FALLBACK
        if number == _VOICEMAIL and box:
            return _message_for(box)
        queue = self.queues.get(number)
        if queue is None and not (_NUMBER.fullmatch(number) or _FEATURE_CODE.fullmatch(number)):
            return (("hangup", "UNALLOCATED_NUMBER"),)
        guard = f"+{self.guard_seconds} {self.fallback} XML {self.context}"
        return (
            *_ARRIVAL,
            *((("set", f"callcore_queue={queue}"),) if queue is not None else ()),
            ("sched_transfer", guard),
            ("park", ""),
        )


def _message_for(box: str) -> Applications:
    return (
        ("sched_cancel", ""),
        ("answer", ""),
        ("playback", "tone_stream://%(400,0,1000)"),
        ("record", f"/recordings/voicemail/{box}/${{uuid}}.wav 10"),
        ("hangup", "NORMAL_CLEARING"),
    )
