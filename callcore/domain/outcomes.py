"""Closed sets of reasons, and what FreeSWITCH's hangup causes mean for an offer.

The same words stand in code, Lua, SQL, metrics and docs.
"""

from __future__ import annotations

from enum import StrEnum


class LeaveReason(StrEnum):
    """Why a caller left a queue."""

    PICKED_UP = "picked_up"
    ABANDONED = "abandoned"
    EXIT_KEY = "exit_key"
    MAXIMUM_WAIT = "maximum_wait"
    FALLBACK = "fallback"
    SWITCH_LOST = "switch_lost"
    CALLER_UNREACHABLE = "caller_unreachable"
    QUEUE_FULL = "queue_full"
    CLOSED = "closed"
    NO_AGENTS = "no_agents"
    ESTIMATE_TOO_LONG = "estimate_too_long"
    WITHDRAWN = "withdrawn"
    MOVED = "moved"
    UNANSWERED_TOO_LONG = "unanswered_too_long"
    CALLBACK_FAILED = "callback_failed"
    """The customer was called as often as the queue says, and not reached."""
    CALLBACK_EXPIRED = "callback_expired"
    """The promise could not be kept in time."""
    CALLBACK_ASKED = "callback_asked"
    """Asked to be called back while waiting: the promise has the place."""
    CALLBACK_DECLINED = "callback_declined"
    """The customer said at the call that it is no longer wanted."""
    RANG_IN = "rang_in"
    """The customer of a promise called again and has its place."""
    NUMBER_REFUSED = "number_refused"
    """When the customer was to be called the rules no longer allowed it: do-not-call, prefixes."""


class RefusalReason(StrEnum):
    """Why a caller was not admitted to a queue."""

    UNKNOWN_QUEUE = "unknown_queue"
    QUEUE_FULL = "queue_full"
    FLOOR_UNAVAILABLE = "floor_unavailable"
    CLOSED = "closed"
    CLOSES_TOO_SOON = "closes_too_soon"
    NO_AGENTS = "no_agents"
    ESTIMATE_TOO_LONG = "estimate_too_long"
    OVERLOADED = "overloaded"
    """The worker has more to do than it can: callers who wait already come first."""


class OfferLostReason(StrEnum):
    """Why an offer did not end in a conversation."""

    NO_ANSWER = "no_answer"
    BUSY = "busy"
    REFUSED = "refused"
    UNREGISTERED = "unregistered"
    UNREACHABLE = "unreachable"
    NOT_CONFIRMED = "not_confirmed"
    """Whoever or whatever picked up did not press the key that says it is the agent."""
    CALLER_GONE = "caller_gone"
    AGENT_GONE = "agent_gone"
    BRIDGE_FAILED = "bridge_failed"
    SWITCH_LOST = "switch_lost"
    RECLAIMED = "reclaimed"
    PICKED_UP_ELSEWHERE = "picked_up_elsewhere"
    """Another agent was quicker, of several who were rung at once."""
    CALLER_UNREACHED = "caller_unreached"
    """The customer to be called back did not answer, was busy, or hung up before they talked."""


class CallOutcome(StrEnum):
    """How the whole call ended, from the caller's point of view."""

    SERVED = "served"
    ABANDONED = "abandoned"
    SHORT_ABANDONED = "short_abandoned"
    REFUSED = "refused"
    EXITED = "exited"
    OVERFLOWED = "overflowed"
    LOST = "lost"
    CALLBACK_PROMISED = "callback_promised"
    """The promise is a call of its own, with a record of its own."""
    CALLBACK_FAILED = "callback_failed"
    """A promised callback that came to nothing: not reached, or not in time."""
    CALLBACK_RANG_IN = "callback_rang_in"
    """A promised callback whose customer called again: the call that has the place tells the rest.
    """


class AttemptOutcome(StrEnum):
    """What came of one call to a customer who was promised it."""

    TALKED = "talked"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    """No such number, no way to it, or the phone is away."""
    HUNG_UP = "hung_up"
    """Answered, and gone before they talked."""
    SILENT = "silent"
    """Answered and pressed nothing when asked to: nobody there, or a machine."""
    MACHINE = "machine"
    """The agent heard an answering machine."""
    LATER = "later"
    """A bad moment: the customer asked to be called later."""
    DECLINED = "declined"
    """No longer wanted."""


class CallbackOrigin(StrEnum):
    """How a promise came to be."""

    OVERFLOW = "overflow"
    """Offered to a caller who was not served: the treatment of a queue or of a menu."""
    WAITING = "waiting"
    """Offered to, or asked for by, a caller who waited."""
    REQUEST = "request"
    """Asked for by another system: a web form, an operator."""
    ABANDONED = "abandoned"
    """The caller hung up while waiting."""
    SWITCH_LOST = "switch_lost"
    """The caller waited on a switch that died."""


class AskingEnd(StrEnum):
    """What came of the wish, or of the offer, to be called back."""

    PROMISED = "promised"
    ALREADY_PROMISED = "already_promised"
    """The number has a promise in the queue, which keeps its older place."""
    DECLINED = "declined"
    """Another key than the one asked for, or the key for going on."""
    SILENT = "silent"
    """No key in all the time."""
    HUNG_UP = "hung_up"
    """In the middle of the dialogue; the promise was not made."""
    PICKED_UP = "picked_up"
    """An agent was quicker."""
    WITHHELD = "withheld"
    """There is no number, and none was entered."""
    NUMBER_IMPOSSIBLE = "number_impossible"
    """What was shown or entered is no number."""
    NUMBER_NOT_ALLOWED = "number_not_allowed"
    """By the prefixes: premium, foreign."""
    DO_NOT_CALL = "do_not_call"
    TOO_MANY = "too_many"
    """As many promises wait in the queue as may."""
    NOT_KEPT_HERE = "not_kept_here"
    """The queue keeps no callbacks, or nothing is dialled at this site."""
    FLOOR_UNAVAILABLE = "floor_unavailable"
    BROKEN_OFF = "broken_off"
    """Taken out of the queue in the middle of the dialogue: moved, withdrawn, in other hands."""


OF_THE_NUMBER = frozenset(
    {
        AskingEnd.WITHHELD,
        AskingEnd.NUMBER_IMPOSSIBLE,
        AskingEnd.NUMBER_NOT_ALLOWED,
        AskingEnd.DO_NOT_CALL,
    }
)
"""Ends of wishes for which another number is to be given."""


class HungUpBy(StrEnum):
    """Who ended the call."""

    CALLER = "caller"
    AGENT = "agent"
    CALLCORE = "callcore"
    SWITCH = "switch"
    UNKNOWN = "unknown"


class RecordSource(StrEnum):
    """From what a call's record was made."""

    FOLLOWED = "followed"
    """By the process that followed the call to its end."""
    FLOOR = "floor"
    """From what the floor held of a call whose end no process heard."""
    SWITCH = "switch"
    """From FreeSWITCH's own record of the caller's leg, because nothing else was left."""


ABANDONS = frozenset({LeaveReason.ABANDONED, LeaveReason.EXIT_KEY})
"""Reasons of callers who left by their own will: hung up or pressed the exit key."""

MISSES = frozenset(
    {
        OfferLostReason.NO_ANSWER,
        OfferLostReason.BUSY,
        OfferLostReason.REFUSED,
        OfferLostReason.UNREGISTERED,
        OfferLostReason.UNREACHABLE,
        OfferLostReason.NOT_CONFIRMED,
    }
)
"""Reasons that count as a miss of the agent; the others are nobody's fault."""

MISSES_BY_WILL = MISSES - {OfferLostReason.UNREGISTERED, OfferLostReason.UNREACHABLE}
"""Misses of which so many in a row are followed by a break. A phone or a line that is away is not
the agent's doing, and would send everybody on a break at once.
"""

ENDS_OF_PROMISES = frozenset(
    {
        LeaveReason.CALLBACK_FAILED,
        LeaveReason.CALLBACK_EXPIRED,
        LeaveReason.CALLBACK_DECLINED,
        LeaveReason.NUMBER_REFUSED,
        LeaveReason.RANG_IN,
    }
)
"""For which promised callbacks leave a queue, and callers on the line never do."""

_LOST_BY_CAUSE = {
    "NO_ANSWER": OfferLostReason.NO_ANSWER,
    "NO_USER_RESPONSE": OfferLostReason.NO_ANSWER,
    "ORIGINATOR_CANCEL": OfferLostReason.NO_ANSWER,
    "ALLOTTED_TIMEOUT": OfferLostReason.NO_ANSWER,
    "PROGRESS_TIMEOUT": OfferLostReason.NO_ANSWER,
    "USER_BUSY": OfferLostReason.BUSY,
    "CALL_REJECTED": OfferLostReason.REFUSED,
    "USER_CHALLENGE": OfferLostReason.REFUSED,
    "SUBSCRIBER_ABSENT": OfferLostReason.UNREGISTERED,
    "USER_NOT_REGISTERED": OfferLostReason.UNREGISTERED,
    "SYSTEM_SHUTDOWN": OfferLostReason.SWITCH_LOST,
    "SWITCH_RESTARTED": OfferLostReason.SWITCH_LOST,
    "SWITCH_LOST": OfferLostReason.SWITCH_LOST,
}


def offer_lost_by(hangup_cause: str) -> OfferLostReason:
    """The reason an agent's leg that ended before pick-up with ``hangup_cause`` was lost.

    Causes are FreeSWITCH's words (``switch_types.h``, after ITU-T Q.850). A cause without an
    entry means that the phone could not be reached.
    """
    return _LOST_BY_CAUSE.get(hangup_cause, OfferLostReason.UNREACHABLE)


def is_short(waited_seconds: float, short_abandon_seconds: float) -> bool:
    """True if an abandonment after ``waited_seconds`` is too early to count against us."""
    return waited_seconds < short_abandon_seconds
