"""How callbacks are offered, promised and kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from callcore.domain.hours import OpeningHours
from callcore.domain.ids import HookName
from callcore.domain.outcomes import AttemptOutcome
from callcore.domain.policies.limits import KEYS, PolicyError
from callcore.domain.speech import phrases
from callcore.domain.speech.utterances import PressKey, Utterance

MOST_ATTEMPTS = 20
LONGEST_PROMISE_SECONDS = 7 * 86_400.0
MOST_OPEN = 10_000


class CallFirst(StrEnum):
    """Whose phone rings first when a promise is kept."""

    AGENT = "agent"
    """The agent hears who it is, then the customer is dialled."""
    CUSTOMER = "customer"
    """The customer is dialled when an agent is about to be free; an agent who is free before the
    customer answers is kept for them, and rung when they have."""


class NoticeKind(StrEnum):
    """What a customer may be told outside of calls: by a text message, a push, an e-mail."""

    PROMISED = "promised"
    """"We will call you in about N minutes"."""
    CALLING = "calling"
    """The phone is about to ring."""
    UNREACHED = "unreached"
    """We called and will call again."""
    OVER = "over"
    """The promise came to nothing; the reason is told with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackOfferPolicy:
    """When callers who wait are offered a callback; the place is kept whatever they answer."""

    key: str | None = None
    """Asks for a callback when pressed at any time while waiting; ``None``: no key does."""
    after_wait_seconds: float | None = None
    """Offered when the wait has lasted so long."""
    above_estimate_seconds: float | None = None
    """Offered when the mean wait still to come is longer."""
    repeat_after_seconds: float | None = None
    """Offered again so long after the last time; ``None``: once."""
    prompts: Utterance = (phrases.CALLBACK_OFFER,)
    """callcore's own offer is followed by the request to press ``accept_key``."""
    accept_key: str = "1"
    """Accepts an offer that is heard."""
    timeout_seconds: float = 5.0
    """How long the caller may think once the prompts have been heard."""

    def __post_init__(self) -> None:
        for setting in ("after_wait_seconds", "above_estimate_seconds", "repeat_after_seconds"):
            value = getattr(self, setting)
            if value is not None and value <= 0:
                raise PolicyError(setting, "must be greater than 0")
        if self.timeout_seconds <= 0:
            raise PolicyError("timeout_seconds", "must be greater than 0")
        for setting in ("key", "accept_key"):
            _check_key(setting, getattr(self, setting))
        if self.prompts == (phrases.CALLBACK_OFFER,):
            object.__setattr__(self, "prompts", (*self.prompts, PressKey(self.accept_key)))


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCheckPolicy:
    """What a person who picks up a callback is asked to press, which no machine does."""

    prompts: Utterance = (phrases.CALLBACK_CHECK,)
    """callcore's own names the keys 1, 2 and 3."""
    key: str = "1"
    """The customer is there."""
    later_key: str | None = "2"
    """It is a bad moment: another attempt follows."""
    decline_key: str | None = "3"
    """The callback is no longer wanted."""
    timeout_seconds: float = 5.0
    """After the prompts."""
    tries: int = 2

    def __post_init__(self) -> None:
        taken: set[str] = set()
        for setting in ("key", "later_key", "decline_key"):
            key = getattr(self, setting)
            _check_key(setting, key)
            if key in taken:
                raise PolicyError(setting, "must not be one of the other keys")
            if key is not None:
                taken.add(key)
        if self.timeout_seconds <= 0:
            raise PolicyError("timeout_seconds", "must be greater than 0")
        if not 1 <= self.tries <= 5:  # noqa: PLR2004 - told by the message
            raise PolicyError("tries", "must be 1 to 5")


@dataclass(frozen=True, slots=True, kw_only=True)
class AbandonedPolicy:
    """Callers who hang up while waiting are called back without being asked."""

    after_seconds: float = 30.0
    """Who waited less is not."""
    delay_seconds: float = 60.0
    """Time to ring in again by themselves."""

    def __post_init__(self) -> None:
        for setting in ("after_seconds", "delay_seconds"):
            if getattr(self, setting) < 0:
                raise PolicyError(setting, "must not be negative")


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchLostPolicy:
    """Callers who are cut off while waiting because their switch dies are called back."""

    delay_seconds: float = 60.0
    """Time to ring in again by themselves: whoever does has the place."""

    def __post_init__(self) -> None:
        if self.delay_seconds < 0:
            raise PolicyError("delay_seconds", "must not be negative")


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackPolicy:
    """How a queue offers callbacks and keeps those promised."""

    call_first: CallFirst = CallFirst.AGENT
    offer: CallbackOfferPolicy | None = None
    """To those who wait; ``None``: only where ``overflow`` or a menu says so."""
    confirms_number: bool = True
    """The number is read back, and callers may enter another."""
    promised_prompts: Utterance = (phrases.CALLBACK_PROMISED,)
    tells_estimate: bool = True
    """With the wait that is left, if it is known, when it is promised."""
    maximum_open: int = 1000
    """How many promises may wait here at once."""
    ring_seconds: float = 30.0
    """How long the customer's phone rings."""
    attempts: int = 2
    """How often a customer who cannot be reached is called."""
    retry_after_seconds: float = 300.0
    retry_after: Mapping[AttemptOutcome, float] = field(default_factory=dict)
    """In place of that, by what came of the attempt."""
    expires_after_seconds: float = 14_400.0
    """Counted from the promise."""
    hours: OpeningHours | None = None
    """When customers are called; ``None``: in the hours of the queue."""
    check: AnswerCheckPolicy | None = None
    """``None``: whoever answers is put through, as with ``call_first: agent`` a person listens."""
    machine_key: str | None = None
    """Pressed by the agent who hears a machine: the call ends, and the customer is called again."""
    longest_hold_seconds: float = 20.0
    """With ``call_first: customer``: how long on average customers may hold for an agent."""
    abandoned: AbandonedPolicy | None = None
    """``None``: who hangs up while waiting is not called back."""
    switch_lost: SwitchLostPolicy | None = None
    """``None``: who waits on a switch that dies is not called back."""
    notices: Mapping[NoticeKind, HookName] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for setting in ("ring_seconds", "retry_after_seconds", "expires_after_seconds"):
            if getattr(self, setting) <= 0:
                raise PolicyError(setting, "must be greater than 0")
        for outcome, seconds in self.retry_after.items():
            if seconds <= 0:
                raise PolicyError(f"retry_after.{outcome}", "must be greater than 0")
        if self.longest_hold_seconds < 0:
            raise PolicyError("longest_hold_seconds", "must not be negative")
        if self.expires_after_seconds > LONGEST_PROMISE_SECONDS:
            raise PolicyError(
                "expires_after_seconds", f"must be at most {LONGEST_PROMISE_SECONDS:g}"
            )
        if not 1 <= self.attempts <= MOST_ATTEMPTS:
            raise PolicyError("attempts", f"must be 1 to {MOST_ATTEMPTS}")
        if not 1 <= self.maximum_open <= MOST_OPEN:
            raise PolicyError("maximum_open", f"must be 1 to {MOST_OPEN}")
        _check_key("machine_key", self.machine_key)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallableNumbers:
    """Which numbers may be called back, by how they begin once normalised (``+48``, ``0``).

    The longest beginning that fits decides; of the same length, refusing. With nothing allowed by
    name everything is that is not refused.
    """

    allowed: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    least_digits: int = 3
    """Shorter ones are no number."""
    do_not_call: tuple[str, ...] = ()
    """Names of caller lists."""

    def __post_init__(self) -> None:
        if not 1 <= self.least_digits <= 15:  # noqa: PLR2004 - told by the message
            raise PolicyError("least_digits", "must be 1 to 15")


def _check_key(setting: str, key: str | None) -> None:
    if key is not None and key not in KEYS:
        raise PolicyError(setting, "must be one key: 0 to 9, * or #")
