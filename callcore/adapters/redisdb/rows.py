"""What Redis holds, as values: the hashes of calls, closures, rates, dropped places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

import msgspec

from callcore.adapters.redisdb import lost_offers
from callcore.adapters.redisdb.encodable import encodable
from callcore.adapters.redisdb.faults import UnexpectedAnswerError
from callcore.domain import estimates
from callcore.domain.admission import Closure, DroppedPlace
from callcore.domain.callbacks import Callback
from callcore.domain.estimates import Rates
from callcore.domain.ids import AgentId, CallId, LegId, Micros, NodeName, OfferId, QueueName
from callcore.domain.outcomes import AttemptOutcome, CallbackOrigin, LeaveReason
from callcore.domain.records import CallbackAttempt
from callcore.ports.config_versions import AnnouncedVersion
from callcore.ports.stores import (
    FloorCall,
    FloorCallState,
    FloorDemand,
    FloorPromise,
    Joining,
    Reservation,
)

_skills_decoder = msgspec.json.Decoder(tuple[str, ...])
_offers_decoder = msgspec.json.Decoder(tuple[tuple[OfferId, AgentId, LegId], ...])
_attempts_decoder = msgspec.json.Decoder(tuple[CallbackAttempt, ...])
_closure_decoder = msgspec.json.Decoder(Closure)
_announced_decoder = msgspec.json.Decoder(AnnouncedVersion)

_IN_LINE: Final = frozenset({FloorCallState.WAITING.value, FloorCallState.OFFERED.value})


def call_fields(joining: Joining) -> list[str | int]:
    """The fields of a call that do not change until it joins again: name, value, ..."""
    return [
        *place_fields(joining),
        *("node", joining.node),
        *("leg_id", joining.leg_id),
        *("arrived_at", joining.arrived_at),
        *("caller_number", encodable(joining.caller_number)),
        *("caller_name", encodable(joining.caller_name)),
        *("dialled_number", encodable(joining.dialled_number)),
        *(() if joining.callback is None else callback_fields(joining.callback)),
    ]


def callback_fields(callback: Callback) -> list[str | int]:
    """The fields of a call that only a promised callback has: name, value, ..."""
    return [
        *("callback_of", callback.of_call),
        *("callback_origin", callback.origin),
        *("callback_node", callback.node),
        *("attempts", json_text([_encodable_attempt(one) for one in callback.attempts])),
        # For the version before, should one go back to it.
        *("attempts_count", callback.attempts_count),
        *("not_before", callback.not_before),
        *("customer_on_line", int(callback.is_on_line)),
    ]


def place_fields(joining: Joining) -> list[str | int]:
    """The fields of a call that belong to its place: name, value, ..."""
    return [
        *("queue", joining.queue),
        *("priority", joining.priority),
        *("own_priority", joining.own_priority),
        *("skills", json_text([encodable(rule) for rule in joining.skills])),
        *("first_joined_at", joining.first_joined_at),
        *("joined_at", joining.joined_at),
        *("language", encodable(joining.language)),
        *("account", encodable(joining.account)),
        *("sticky_agent", joining.sticky_agent or ""),
    ]


def call(call_id: CallId, row: Mapping[str, str]) -> FloorCall:
    """A call. Raises ``UnexpectedAnswerError`` if the hash is not one of ours."""
    with ours(f"the hash of call {call_id}"):
        queue = QueueName(row["queue"])
        return FloorCall(
            call_id=call_id,
            leg_id=LegId(row["leg_id"]),
            node=NodeName(row["node"]),
            queue=queue,
            state=FloorCallState(row["state"]),
            score=float(row["score"]),
            priority=int(row["priority"]),
            arrived_at=Micros(int(row["arrived_at"])),
            first_joined_at=Micros(int(row["first_joined_at"])),
            own_priority=int(row["own_priority"]),
            skills=_skills_decoder.decode(row["skills"]),
            joined_at=Micros(int(row["joined_at"])),
            offers=_offers(call_id, queue, row.get("offers", "[]")),
            offer_id=OfferId(row["offer_id"]) if "offer_id" in row else None,
            agent_id=AgentId(row["agent_id"]) if "agent_id" in row else None,
            agent_leg_id=LegId(row["agent_leg_id"]) if "agent_leg_id" in row else None,
            bridged_at=Micros(int(row["bridged_at"])) if "bridged_at" in row else None,
            ended_at=Micros(int(row["ended_at"])) if "ended_at" in row else None,
            left_for=LeaveReason(row["left_for"]) if "left_for" in row else None,
            callback=_callback(row) if "callback_of" in row else None,
            caller_number=row["caller_number"],
            caller_name=row["caller_name"],
            dialled_number=row["dialled_number"],
            language=row.get("language", ""),
            account=row.get("account", ""),
            announcements_count=int(row.get("announcements_count", "0")),
            lost_offers=lost_offers.found(row.get("lost_offers", "")),
        )


DEMAND_FIELDS: Final = (
    *("state", "node", "queue", "score", "priority", "own_priority", "skills", "first_joined_at"),
    *("joined_at", "caller_number", "sticky_agent", "last_offered", "offers", "callback_of"),
    *("is_deferred", "not_before", "callback_node", "customer_on_line"),
)
"""What of a call's hash decides to whom the caller may be offered."""


def demand(call_id: CallId, values: Sequence[str | None]) -> FloorDemand | None:
    """What decides to whom a caller may be offered, by the values of ``DEMAND_FIELDS``; ``None`` of
    one without a place in line. Raises ``UnexpectedAnswerError`` if the hash is not one of ours.
    """
    row = {
        name: value for name, value in zip(DEMAND_FIELDS, values, strict=True) if value is not None
    }
    if row.get("state") not in _IN_LINE:
        return None
    with ours(f"the hash of call {call_id}"):
        return FloorDemand(
            call_id=call_id,
            node=NodeName(row["node"]),
            queue=QueueName(row["queue"]),
            score=float(row["score"]),
            priority=int(row["priority"]),
            own_priority=int(row["own_priority"]),
            skills=_skills_decoder.decode(row["skills"]),
            first_joined_at=Micros(int(row["first_joined_at"])),
            joined_at=Micros(int(row["joined_at"])),
            caller_number=row["caller_number"],
            sticky_agent=AgentId(row["sticky_agent"]) if row.get("sticky_agent") else None,
            last_offered=AgentId(row["last_offered"]) if "last_offered" in row else None,
            offered_to=frozenset(
                agent_id for _, agent_id, _ in _offers_decoder.decode(row.get("offers", "[]"))
            ),
            promise=_promise(row) if "callback_of" in row else None,
        )


def _promise(row: Mapping[str, str]) -> FloorPromise:
    return FloorPromise(
        node=NodeName(row["callback_node"]),
        not_before=Micros(int(row["not_before"])),
        is_deferred="is_deferred" in row,
        is_on_line=row.get("customer_on_line") == "1",
    )


def _callback(row: Mapping[str, str]) -> Callback:
    return Callback(
        of_call=CallId(row["callback_of"]),
        origin=CallbackOrigin(row.get("callback_origin", CallbackOrigin.OVERFLOW)),
        node=NodeName(row["callback_node"]),
        attempts=_attempts(row),
        not_before=Micros(int(row["not_before"])),
        is_on_line=row.get("customer_on_line") == "1",
    )


def _attempts(row: Mapping[str, str]) -> tuple[CallbackAttempt, ...]:
    """Of the version before only the number is known; it counts on."""
    if "attempts" in row:
        return _attempts_decoder.decode(row["attempts"])
    untold = CallbackAttempt(at=Micros(int(row["arrived_at"])), outcome=AttemptOutcome.NO_ANSWER)
    return (untold,) * int(row["attempts_count"])


def _encodable_attempt(attempt: CallbackAttempt) -> CallbackAttempt:
    return replace(attempt, hangup_cause=encodable(attempt.hangup_cause))


def _offers(call_id: CallId, queue: QueueName, text: str) -> tuple[Reservation, ...]:
    return tuple(
        Reservation(
            offer_id=offer_id,
            call_id=call_id,
            agent_id=agent_id,
            queue=queue,
            leg_id=leg_id,
            lease_seconds=0.0,
        )
        for offer_id, agent_id, leg_id in _offers_decoder.decode(text)
    )


def closure_text(closure: Closure) -> str:
    """A closure as the hash of closures holds it."""
    by, reason = encodable(closure.by), encodable(closure.reason)
    return json_text(replace(closure, by=by, reason=reason))


def closure(queue: QueueName, text: str) -> Closure:
    """A closure. Raises ``UnexpectedAnswerError`` if the text is not one of ours."""
    with ours(f"the closure of queue {queue}"):
        return _closure_decoder.decode(text)


def announced_text(announced: AnnouncedVersion) -> str:
    """The version of a site's configuration as its key holds it."""
    return json_text(replace(announced, by=encodable(announced.by)))


def announced(text: str) -> AnnouncedVersion:
    """The version. Raises ``UnexpectedAnswerError`` if the text is not one of ours."""
    with ours("the version of the configuration"):
        return _announced_decoder.decode(text)


def rates(queue: QueueName, sums: Sequence[str]) -> Rates:
    """What a queue has learnt, by names and sums in turn.

    Raises ``UnexpectedAnswerError`` if they are not ours.
    """
    names, numbers = sums[::2], sums[1::2]
    with ours(f"what queue {queue} has learnt"):
        return estimates.rates(dict(zip(names, map(float, numbers), strict=True)))


def dropped_place(queue: QueueName, text: str) -> DroppedPlace:
    """A dropped place. Raises ``UnexpectedAnswerError`` if the text is not one of ours."""
    with ours(f"a dropped place in queue {queue}"):
        first_joined_at, own_priority = text.split(" ")
        return DroppedPlace(
            first_joined_at=Micros(int(first_joined_at)), own_priority=int(own_priority)
        )


def json_text(value: object) -> str:
    """The value as Redis holds it."""
    return msgspec.json.encode(value).decode()


@contextmanager
def ours(what: str) -> Iterator[None]:
    """Raises ``UnexpectedAnswerError`` where ``what`` turns out not to be one of ours."""
    try:
        yield
    except (KeyError, ValueError, TypeError, msgspec.DecodeError) as error:
        raise UnexpectedAnswerError(f"{what} is not one of ours") from error
