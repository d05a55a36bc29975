"""FreeSWITCH's events in the words of ``ports.switch_events``.

Subscribed to, and why:

- ``CHANNEL_PARK``: a caller arrived, an agent picked up, a leg was set free.
- ``CHANNEL_PROGRESS``, ``CHANNEL_PROGRESS_MEDIA``: an agent's phone rings.
- ``CHANNEL_ANSWER``: when the line was answered.
- ``CHANNEL_BRIDGE``, ``CHANNEL_UNBRIDGE``: talk begins and ends.
- ``CHANNEL_HANGUP``: the leg is over; it comes 20 ms before the twice as large
  ``CHANNEL_HANGUP_COMPLETE`` and carries the same cause.
- ``CHANNEL_HOLD``, ``CHANNEL_UNHOLD``: the agent's phone holds the caller.
- ``DTMF``: a key.
- ``PLAYBACK_START``, ``PLAYBACK_STOP``: a prompt began and ended.
- ``CHANNEL_EXECUTE_COMPLETE``: the only sign of a missing sound file. It is large and frequent, so
  filters keep back those with the usual answers (``USUAL_RESPONSES``).
- ``RECORD_START``, ``RECORD_STOP``: a recording exists, is complete.
- ``CHANNEL_CREATE``, ``CUSTOM``: what phones do, see ``phone_translation``; and the only sign that
  one of several sound files is missing, see ``sound_translation``.
- ``BACKGROUND_JOB``: an originate failed without ever making a channel.
- ``HEARTBEAT``: the link lives.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from callcore.adapters.freeswitch import headers, phone_translation, sound_translation
from callcore.adapters.freeswitch.cleaning import (
    NAME_LIMIT,
    NUMBER_LIMIT,
    PATH_LIMIT,
    cleaned,
)
from callcore.adapters.freeswitch.event_headers import EventHeaders
from callcore.adapters.freeswitch.headers import IncompleteEventError, leg_id_of
from callcore.adapters.freeswitch.switch_time import SwitchTime
from callcore.adapters.freeswitch.transfer_history import transfers_of
from callcore.domain.ids import LegId, Micros, NodeName
from callcore.ports import switch_events

BACKGROUND_JOB = "BACKGROUND_JOB"
HEARTBEAT = "HEARTBEAT"

USUAL_RESPONSES = ("_none_", "FILE PLAYED", "PLAYBACK ERROR")
"""``Application-Response`` of applications that did their work or were interrupted."""

MISSING_RESPONSE = "FILE NOT FOUND"
PLAYBACK_APPLICATION = "playback"
ENDLESS_LOOPS = "-1"

UNKNOWN_CAUSE = "UNSPECIFIED"

_CAUSE = re.compile(r"[A-Z][A-Z0-9_]{1,63}")
_DIGIT = re.compile(r"[0-9*#A-D]")


class _Told(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An event on its way to be translated."""

    headers: EventHeaders
    node: NodeName
    at: Micros
    leg_id: LegId


def event_of(
    told: EventHeaders, node: NodeName, received_at: Micros, time: SwitchTime | None = None
) -> switch_events.LegEvent | switch_events.PhoneEvent | switch_events.SoundMissing | None:
    """What an event says, or ``None`` if it says nothing callcore needs.

    Raises ``IncompleteEventError`` and ``headers.UnreadableEventError``.
    """
    name = told.name
    if name in phone_translation.SUBSCRIBED:
        at = happened_at(told, received_at, time)
        if name == phone_translation.CUSTOM and told.subclass == sound_translation.PASSED_OVER:
            return sound_translation.event_of(told, node, at)
        return phone_translation.event_of(name, told.body, node, at)
    translate = _TRANSLATIONS.get(name)
    if translate is None:
        return None
    return translate(
        _Told(
            headers=told,
            node=node,
            at=happened_at(told, received_at, time),
            leg_id=leg_id_of(told.leg_id),
        )
    )


def happened_at(told: EventHeaders, received_at: Micros, time: SwitchTime | None = None) -> Micros:
    """When the switch says it happened, by our clock if ``time`` knows how the two differ; when we
    heard of it if it does not say.
    """
    if told.instant is None:
        return received_at
    return Micros(told.instant) if time is None else time.ours(told.instant, received_at)


def hangup_cause(text: str) -> str:
    """A hangup cause, or ``UNSPECIFIED`` when the text is none."""
    return text if _CAUSE.fullmatch(text) else UNKNOWN_CAUSE


def _path(value: str) -> str:
    return cleaned(value, PATH_LIMIT)


def _parked(told: _Told) -> switch_events.LegEvent:
    return switch_events.LegParked(
        node=told.node,
        at=told.at,
        leg_id=told.leg_id,
        is_inbound=told.headers.direction == "inbound",
        is_line_answered=told.headers.answer_state == "answered",
        caller_number=cleaned(told.headers.caller_number, NUMBER_LIMIT),
        caller_name=cleaned(told.headers.caller_name, NAME_LIMIT),
        dialled_number=cleaned(told.headers.dialled_number, NUMBER_LIMIT),
        variables=headers.variables_of(told.headers.body),
    )


def _ringing(told: _Told) -> switch_events.LegEvent | None:
    # A caller who is given ringback or early media makes progress too, but no phone rings.
    if told.headers.direction != "outbound":
        return None
    return switch_events.LegRinging(node=told.node, at=told.at, leg_id=told.leg_id)


def _answered(told: _Told) -> switch_events.LegEvent:
    return switch_events.LegAnswered(node=told.node, at=told.at, leg_id=told.leg_id)


def _bridged(told: _Told) -> switch_events.LegEvent:
    return switch_events.LegBridged(
        node=told.node,
        at=told.at,
        leg_id=leg_id_of(told.headers.bridge_a),
        other_leg_id=leg_id_of(told.headers.bridge_b),
    )


def _unbridged(told: _Told) -> switch_events.LegEvent:
    return switch_events.LegUnbridged(node=told.node, at=told.at, leg_id=told.leg_id)


def _held(told: _Told) -> switch_events.LegEvent:
    return switch_events.LegHeld(node=told.node, at=told.at, leg_id=told.leg_id)


def _unheld(told: _Told) -> switch_events.LegEvent:
    return switch_events.LegUnheld(node=told.node, at=told.at, leg_id=told.leg_id)


def _digit_pressed(told: _Told) -> switch_events.LegEvent:
    digit = told.headers.digit.upper()
    if not _DIGIT.fullmatch(digit):
        raise IncompleteEventError(f"no digit but {digit[:8]!r}")
    return switch_events.DigitPressed(node=told.node, at=told.at, leg_id=told.leg_id, digit=digit)


def _playback_started(told: _Told) -> switch_events.LegEvent:
    return switch_events.PlaybackStarted(
        node=told.node, at=told.at, leg_id=told.leg_id, path=_path(told.headers.playback_path)
    )


def _playback_stopped(told: _Told) -> switch_events.LegEvent | None:
    # A looped file is played again at once: the end of a round is not the end.
    is_round = told.headers.playback_status == "done" and told.headers.total_loops == ENDLESS_LOOPS
    if is_round:
        return None
    return switch_events.PlaybackEnded(
        node=told.node,
        at=told.at,
        leg_id=told.leg_id,
        path=_path(told.headers.playback_path),
        is_missing=False,
    )


def _executed(told: _Told) -> switch_events.LegEvent | None:
    # The response stays on the channel and is repeated by ``park``: look at the application too.
    is_missing = (
        told.headers.application == PLAYBACK_APPLICATION
        and told.headers.application_response == MISSING_RESPONSE
    )
    if not is_missing:
        return None
    return switch_events.PlaybackEnded(
        node=told.node,
        at=told.at,
        leg_id=told.leg_id,
        path=_path(told.headers.application_data),
        is_missing=True,
    )


def _recording_started(told: _Told) -> switch_events.LegEvent:
    return switch_events.RecordingStarted(
        node=told.node, at=told.at, leg_id=told.leg_id, path=_path(told.headers.recording_path)
    )


def _recording_stopped(told: _Told) -> switch_events.LegEvent:
    return switch_events.RecordingStopped(
        node=told.node, at=told.at, leg_id=told.leg_id, path=_path(told.headers.recording_path)
    )


def _ended(told: _Told) -> switch_events.LegEvent:
    return switch_events.LegEnded(
        node=told.node,
        at=told.at,
        leg_id=told.leg_id,
        cause=hangup_cause(told.headers.hangup_cause),
        transfers=tuple(transfers_of(told.headers.transfers, _behind(told))),
    )


def _behind(told: _Told) -> int:
    """How much the switch's clock is behind ours, as far as the event tells; microseconds."""
    return 0 if told.headers.instant is None else told.at - told.headers.instant


_TRANSLATIONS: dict[str, Callable[[_Told], switch_events.LegEvent | None]] = {
    "CHANNEL_PARK": _parked,
    "CHANNEL_PROGRESS": _ringing,
    "CHANNEL_PROGRESS_MEDIA": _ringing,
    "CHANNEL_ANSWER": _answered,
    "CHANNEL_BRIDGE": _bridged,
    "CHANNEL_UNBRIDGE": _unbridged,
    "CHANNEL_HANGUP": _ended,
    "CHANNEL_HOLD": _held,
    "CHANNEL_UNHOLD": _unheld,
    "DTMF": _digit_pressed,
    "PLAYBACK_START": _playback_started,
    "PLAYBACK_STOP": _playback_stopped,
    "CHANNEL_EXECUTE_COMPLETE": _executed,
    "RECORD_START": _recording_started,
    "RECORD_STOP": _recording_stopped,
}

SUBSCRIBED = (*_TRANSLATIONS, BACKGROUND_JOB, HEARTBEAT, *phone_translation.SUBSCRIBED)
"""Every event name the link asks for; ``CUSTOM`` comes last."""

KNOWN = frozenset(SUBSCRIBED)

SUBSCRIPTION = (*SUBSCRIBED, *phone_translation.REGISTRATIONS, sound_translation.PASSED_OVER)
"""The words it asks with: after ``CUSTOM`` come kinds of it, and nothing else can."""
