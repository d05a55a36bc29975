"""Agents in Redis, as values: their hashes, and what scripts say and are told of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import msgspec

from callcore.adapters.redisdb.encodable import encodable
from callcore.adapters.redisdb.rows import json_text, ours
from callcore.domain.agents import (
    ANY_BREAK,
    AgentReason,
    AgentState,
    BreakCode,
    HoldReason,
    Why,
    Wish,
)
from callcore.domain.ids import (
    MICROS_PER_SECOND,
    AgentId,
    CallId,
    LegId,
    Micros,
    OfferId,
    QueueName,
)
from callcore.ports.stores import Doing, FloorAgent, Freed, Kept, OfferAnswer, Post, StandingLeg

_posts_decoder = msgspec.json.Decoder(tuple[Post, ...])
_chosen_decoder = msgspec.json.Decoder(tuple[QueueName, ...])
_standing_decoder = msgspec.json.Decoder(StandingLeg)

_NOT_KNOWN = "-"
_FREED_WORDS = 7


def posts_text(posts: Sequence[Post]) -> str:
    """An agent's posts as the hash holds them; the first of each queue, in the order given."""
    first: dict[QueueName, Post] = {}
    for post in posts:
        first.setdefault(post.queue, post)
    return json_text([*first.values()])


def posts_of(text: str) -> tuple[Post, ...]:
    """The posts in an agent's hash; none if there is no agent."""
    return _posts_decoder.decode(text) if text else ()


class _Wished(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A wish as the agent's hash holds it; ``most`` is in microseconds."""

    state: AgentState
    reason: AgentReason
    actor: str
    note: str = ""
    break_code: BreakCode | None = None
    most: int | None = None


_wished_decoder = msgspec.json.Decoder(_Wished)


def agent(agent_id: AgentId, row: Mapping[str, str], lease_until: float | None) -> FloorAgent:
    """An agent. Raises ``UnexpectedAnswerError`` if the hash is not one of ours."""
    with ours(f"the hash of agent {agent_id}"):
        return FloorAgent(
            agent_id=agent_id,
            state=AgentState(row["state"]),
            since=Micros(int(row["since"])),
            queues=tuple(post.queue for post in posts_of(row["posts"])),
            call_id=CallId(row["call_id"]) if "call_id" in row else None,
            offer_id=OfferId(row["offer_id"]) if "offer_id" in row else None,
            queue=QueueName(row["queue"]) if "queue" in row else None,
            leg_id=LegId(row["leg_id"]) if "leg_id" in row else None,
            lease_until=Micros(int(lease_until)) if lease_until is not None else None,
            miss_count=int(row["miss_count"]),
            reason=row.get("reason", ""),
            actor=row.get("actor", ""),
            break_code=_break_code(row),
            is_overrun="is_overrun" in row,
            was_extended="was_extended" in row,
            wish=_wish(row["wish"]) if "wish" in row else None,
            holds=holds_of(row.get("holds", "")),
            outside=frozenset(row.get("outside", "").split()),
            chosen_queues=_chosen_decoder.decode(row.get("chosen", "[]")),
            standing_leg=(
                _standing_decoder.decode(row["standing_leg"]) if "standing_leg" in row else None
            ),
            reserved_at=_reserved_at(row),
            answer_seconds=(
                int(row["answer_micros"]) / MICROS_PER_SECOND if "answer_micros" in row else None
            ),
            served_priority=int(row.get("served_priority", 0)),
        )


def _reserved_at(row: Mapping[str, str]) -> Micros | None:
    """The instant of the offer by which the agent is held."""
    offered_at = row.get(f"offered_at:{row.get('queue')}")
    return None if offered_at is None else Micros(int(offered_at))


def _break_code(row: Mapping[str, str]) -> BreakCode | None:
    if row["state"] != AgentState.ON_BREAK:
        return None
    # Breaks that began before there were codes have none.
    return BreakCode(row.get("break_code", ANY_BREAK))


def _wish(text: str) -> Wish:
    wished = _wished_decoder.decode(text)
    return Wish(state=wished.state, break_code=wished.break_code)


def wish_text(wish: Wish, why: Why, most: int | None = None) -> str:
    """A wish as the agent's hash holds it; a break lasts at most ``most`` microseconds."""
    return json_text(
        _Wished(
            state=wish.state,
            break_code=wish.break_code,
            reason=why.reason,
            actor=encodable(why.actor),
            note=encodable(why.note),
            most=most,
        )
    )


def why_args(why: Why | None) -> tuple[str, str, str]:
    """Reason, actor and note as the scripts take them; no reason if ``None``."""
    if why is None:
        return "", "", ""
    return why.reason, encodable(why.actor), encodable(why.note)


def holds_text(holds: frozenset[HoldReason]) -> str:
    """Why an agent is not asked, as the hash holds it."""
    return " ".join(sorted(holds))


def holds_of(text: str) -> frozenset[HoldReason]:
    """Why an agent is not asked. Raises ``ValueError``."""
    return frozenset(HoldReason(word) for word in text.split())


def shards_text(shards: Collection[str]) -> str:
    """Shards by name, as the hash holds them."""
    return " ".join(sorted(shards))


def chosen_text(chosen: Sequence[QueueName]) -> str:
    """The queues an agent chose, as the hash holds them; empty if there are none."""
    return json_text(chosen) if chosen else ""


def standing_text(leg: StandingLeg | None) -> str:
    """The line on which an agent stays connected, as the hash holds it; empty if there is none."""
    return "" if leg is None else json_text(leg)


def freed(answer: OfferAnswer, words: str) -> Freed:
    """What became of an agent by the words of a script. Raises ``UnexpectedAnswerError``."""
    parts = words.split(" ")
    # An answer remembered from before there were so many: long over, and followed by nobody here.
    if answer is OfferAnswer.STALE or len(parts) < _FREED_WORDS:
        return Freed(answer=OfferAnswer.STALE)
    with ours(f"the answer {words!r}"):
        state, is_wish, was_extended, kept, answered, priority, break_code = parts
        return Freed(
            answer=answer,
            state=AgentState(state),
            break_code=BreakCode(break_code) if break_code else None,
            is_wish=is_wish == "1",
            was_extended=was_extended == "1",
            kept=_kept(kept, answered, priority),
        )


def _kept(kept: str, answered: str, priority: str) -> Kept | None:
    if kept == _NOT_KNOWN:
        return None
    seconds = int(kept) / MICROS_PER_SECOND
    if answered == _NOT_KNOWN:
        return Kept(seconds=seconds)
    return Kept(
        seconds=seconds,
        answer_seconds=int(answered) / MICROS_PER_SECOND,
        priority=int(priority),
    )


def doing(agent_id: AgentId, state: str | None, holds: str | None, posts: str | None) -> Doing:
    """What an agent does; one who is unknown is logged out. Raises ``UnexpectedAnswerError``."""
    with ours(f"the hash of agent {agent_id}"):
        if state != AgentState.AVAILABLE:
            return Doing(state=AgentState.LOGGED_OUT if state is None else AgentState(state))
        return Doing(
            state=AgentState.AVAILABLE,
            holds=holds_of(holds or ""),
            queues=tuple(post.queue for post in posts_of(posts or "[]")),
        )
