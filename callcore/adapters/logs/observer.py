"""Facts and news of the links as log lines: the event is the fact's name in snake case."""

from __future__ import annotations

import dataclasses
import re
from datetime import UTC, datetime, timedelta
from functools import singledispatch

from callcore.adapters.logs.repeats import Repeats
from callcore.adapters.logs.setup import Level, Log
from callcore.domain import events
from callcore.domain.ids import Micros
from callcore.domain.outcomes import AskingEnd, RefusalReason

LEVELS: dict[type[events.Fact], Level] = {
    events.PromptMissing: Level.WARNING,
    events.SoundNotFound: Level.WARNING,
    # Every caller is told something every half minute.
    events.PositionAnnounced: Level.DEBUG,
    events.EstimateAnnounced: Level.DEBUG,
    events.MessageAnnounced: Level.DEBUG,
    events.EstimateLived: Level.DEBUG,
    events.SelfHealed: Level.WARNING,
    events.LinkLost: Level.DEBUG,  # the link's own line has the reason too
    events.NodeLost: Level.ERROR,
    events.NodeDrained: Level.WARNING,
    events.DrainBegan: Level.WARNING,
    events.StoreFailed: Level.WARNING,
    events.LeaseLapsed: Level.WARNING,
    events.OverloadBegan: Level.WARNING,
    events.OverloadEnded: Level.WARNING,
    events.LoadLooked: Level.DEBUG,
    events.QueueLooked: Level.DEBUG,
    events.ClockStepped: Level.WARNING,
    events.FlowFailed: Level.ERROR,
    events.AgentMissedTooMany: Level.WARNING,
    events.BreakOverrun: Level.WARNING,
    events.AgentLockedOut: Level.WARNING,
    events.ConfigurationRefused: Level.ERROR,
    events.OfferRinging: Level.DEBUG,
    events.Decided: Level.DEBUG,
}
"""Facts that are not plain news (``INFO``), whatever they say."""

EXPECTED_REFUSALS = frozenset({RefusalReason.CLOSED, RefusalReason.CLOSES_TOO_SOON})
"""That a closed queue refuses callers is its purpose; other refusals want somebody's eye."""

UNMET_WISHES = frozenset({AskingEnd.TOO_MANY, AskingEnd.NOT_KEPT_HERE, AskingEnd.FLOOR_UNAVAILABLE})
"""Why somebody who may be called back is not: that is for the site to mend."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class LogObserver:
    """Writes facts to the log. Of the same fault of a store only the first is a warning for a
    while; those after it are details, and the next warning says how many there were.
    """

    def __init__(self, log: Log, repeats: Repeats | None = None) -> None:
        self._log = log
        self._repeats = Repeats() if repeats is None else repeats
        self._shapes: dict[type[events.Fact], tuple[str, tuple[str, ...]]] = {}

    def observe(self, fact: events.Fact) -> None:
        """Writes the fact if its level is high enough."""
        level, untold_count = level_of(fact), 0
        if isinstance(fact, events.StoreFailed):
            since_told = self._repeats.since_told((fact.store, fact.reason))
            level = Level.DEBUG if since_told is None else level
            untold_count = since_told or 0
        if level < self._log.level:
            return
        kind = type(fact)
        shape = self._shapes.get(kind)
        if shape is None:
            shape = self._shapes[kind] = _shape(kind)
        event, names = shape
        values = {name: _in_order(getattr(fact, name)) for name in names}
        if untold_count:
            values["times_before"] = untold_count
        values["at"] = _iso(fact.at)
        self._log.write(level, event, values)


class LinkLog:
    """Hears one node's link and writes what somebody must look at."""

    def __init__(self, log: Log, node: str, repeats: Repeats | None = None) -> None:
        self._log = log
        self._node = node
        self._repeats = Repeats() if repeats is None else repeats

    def event_received(self, name: str, lag_seconds: float) -> None:
        """Not logged: there are thousands, and metrics count them."""

    def command_answered(self, name: str, seconds: float, ok: bool) -> None:  # noqa: FBT001  # a callback of plain values
        """Not logged: metrics count it, and a refusal comes on its own."""

    def command_refused(self, name: str, reply: str) -> None:
        """A posted command was answered with an error that nobody waits for; the same of a
        thousand legs is told once.
        """
        since_told = self._repeats.since_told((name, reply))
        level = Level.DEBUG if since_told is None else Level.WARNING
        more = {"times_before": since_told} if since_told else {}
        self._write(level, "command_refused", command=name, reply=reply, **more)

    def frame_skipped(self, reason: str) -> None:
        """A frame or event was left out."""
        self._write(Level.WARNING, "frame_skipped", reason=reason)

    def listener_failed(self, name: str, fault: Exception) -> None:
        """Whoever was told an event raised: a defect."""
        values = {"node": self._node, "switch_event": name}
        self._log.write(Level.ERROR, "listener_failed", values, exception=fault)

    def link_restored(self, core_uuid: str, is_restarted: bool) -> None:  # noqa: FBT001  # a callback of plain values
        """Not logged: the fact ``link_restored`` is."""

    def link_lost(self, reason: str) -> None:
        """Not logged: the fact ``link_lost`` is."""

    def _write(self, level: Level, event: str, **values: object) -> None:
        self._log.write(level, event, {"node": self._node, **values})


@singledispatch
def level_of(fact: events.Fact) -> Level:
    """How much the fact matters to those who read the log."""
    return LEVELS.get(type(fact), Level.INFO)


@level_of.register
def _of_refusal(fact: events.CallRefused) -> Level:
    if fact.reason is RefusalReason.OVERLOADED:
        return Level.DEBUG  # there are many, and its beginning and its end are told
    return Level.INFO if fact.reason in EXPECTED_REFUSALS else Level.WARNING


@level_of.register
def _of_door(fact: events.QueueDoorChanged) -> Level:
    is_expected = fact.is_open or fact.by == events.BY_HOURS
    return Level.INFO if is_expected else Level.WARNING


@level_of.register
def _of_configuration(fact: events.ConfigurationApplied) -> Level:
    return Level.WARNING if fact.warnings else Level.INFO


@level_of.register
def _of_records(fact: events.RecordsHeld) -> Level:
    return Level.WARNING if fact.in_memory_count or fact.spooled_bytes else Level.INFO


@level_of.register
def _of_drift(fact: events.ConfigurationDiffers) -> Level:
    return Level.WARNING if fact.is_different else Level.INFO


@level_of.register
def _of_end(fact: events.CallEnded) -> Level:
    return Level.WARNING if fact.faults else Level.INFO


@level_of.register
def _of_lookup(fact: events.LookupMade) -> Level:
    return Level.INFO if fact.failure is None else Level.WARNING


@level_of.register
def _of_wish(fact: events.CallbackAsked) -> Level:
    return Level.WARNING if fact.end in UNMET_WISHES else Level.INFO


@level_of.register
def _of_notice(fact: events.NoticeTold) -> Level:
    return Level.INFO if fact.failure is None else Level.WARNING


@level_of.register
def _of_colleague(fact: events.ColleagueGone) -> Level:
    return Level.INFO if fact.had_left else Level.WARNING


@level_of.register
def _of_priority(fact: events.PriorityChanged) -> Level:
    return Level.DEBUG if fact.by == events.BY_AGEING else Level.INFO


def event_name(kind: type[events.Fact]) -> str:
    """The class's name in snake case."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()


def _shape(kind: type[events.Fact]) -> tuple[str, tuple[str, ...]]:
    names = tuple(field.name for field in dataclasses.fields(kind) if field.name != "at")
    return event_name(kind), names


def _in_order(value: object) -> object:
    """A set of words the same way each time."""
    return sorted(value) if isinstance(value, frozenset) else value


def _iso(at: Micros) -> str:
    return (_EPOCH + timedelta(microseconds=at)).isoformat().replace("+00:00", "Z")
