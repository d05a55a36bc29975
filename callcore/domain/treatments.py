"""What becomes of a caller whom a queue does not admit or does not keep."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeAlias

from callcore.domain.ids import MenuName, QueueName, SurveyName
from callcore.domain.speech import phrases
from callcore.domain.speech.utterances import PressKey, Utterance


class OverflowReason(StrEnum):
    """Why a caller is sent on instead of served; each has a treatment of its own.

    The words are those of ``RefusalReason`` and ``LeaveReason``.
    """

    QUEUE_FULL = "queue_full"
    CLOSED = "closed"
    CLOSES_TOO_SOON = "closes_too_soon"
    NO_AGENTS = "no_agents"
    MAXIMUM_WAIT = "maximum_wait"
    ESTIMATE_TOO_LONG = "estimate_too_long"
    EXIT_KEY = "exit_key"
    WITHDRAWN = "withdrawn"
    UNANSWERED_TOO_LONG = "unanswered_too_long"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToQueue:
    """Another queue, with the wait so far counted there or not."""

    queue: QueueName
    keeps_join_time: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ToMenu:
    """A menu."""

    menu: MenuName


@dataclass(frozen=True, slots=True, kw_only=True)
class ToExtension:
    """An extension of the dialplan; without a context that of the fallback."""

    extension: str
    context: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToNumber:
    """An outside number, dialled by the dialplan's context for them."""

    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToVoicemail:
    """A voicemail box of the dialplan."""

    box: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Goodbye:
    """Prompts, or none, and a hang-up with FreeSWITCH's ``cause``.

    A caller whose line is not answered hears the prompts as early media.
    """

    prompts: Utterance = ()
    cause: str = "NORMAL_CLEARING"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToSurvey:
    """A survey about the caller's last talk; a goodbye for one who has not talked."""

    survey: SurveyName


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Prompts that are heard to their end, or until a key is pressed, and what follows.

    The key is not lost: it is the first of a menu that follows.
    """

    prompts: Utterance
    then: Treatment
    is_skippable: bool = True
    """False for what must be heard: keys change nothing and are forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToCallback:
    """The offer to be called back, on the place the caller has.

    A caller who presses ``key`` is promised it and hung up after ``promised_prompts``; one who
    presses another key or none, or whose number is not known, goes on to ``otherwise``.
    """

    queue: QueueName | None = None
    """Where the promise waits; ``None`` for the queue whose treatment it is."""
    prompts: Utterance = (phrases.CALLBACK_OFFER,)
    """callcore's own offer is followed by the request to press ``key``."""
    key: str = "1"
    promised_prompts: Utterance = (phrases.CALLBACK_PROMISED,)
    timeout_seconds: float = 5.0
    """How long the caller may think once the prompts have been heard."""
    otherwise: Treatment = field(default=Goodbye())

    def __post_init__(self) -> None:
        if self.prompts == (phrases.CALLBACK_OFFER,):
            object.__setattr__(self, "prompts", (*self.prompts, PressKey(self.key)))


Treatment: TypeAlias = (
    ToQueue | ToMenu | ToExtension | ToNumber | ToVoicemail | Goodbye | ToCallback | ToSurvey | Said
)

LEADING_OUT = (ToExtension, ToNumber, ToVoicemail, Goodbye)
"""Treatments for which nothing has to be known of the floor."""

FULL_QUEUE_CAUSE = "SWITCH_CONGESTION"


def refusal_prompt(reason: OverflowReason) -> str:
    """The prompt that tells a caller why."""
    return phrases.REFUSED + reason.value.replace("_", "-")


def default_treatment(reason: OverflowReason, *, tells_why: bool) -> Goodbye:
    """What becomes of a caller where the queue says nothing: a hang-up that a caller's switch
    understands, told why before it if ``tells_why``: a site that has no sounds cannot.
    """
    prompts = (refusal_prompt(reason),) if tells_why else ()
    if reason is OverflowReason.QUEUE_FULL:
        return Goodbye(prompts=prompts, cause=FULL_QUEUE_CAUSE)
    return Goodbye(prompts=prompts)


def in_words(treatment: Treatment) -> str:  # noqa: PLR0911 - one word for each
    """A treatment as records, metrics and logs name it: ``queue:sales``, ``extension:5000``."""
    match treatment:
        case ToQueue(queue=queue):
            return f"queue:{queue}"
        case ToMenu(menu=menu):
            return f"menu:{menu}"
        case ToExtension(extension=extension):
            return f"extension:{extension}"
        case ToNumber(number=number):
            return f"number:{number}"
        case ToVoicemail(box=box):
            return f"voicemail:{box}"
        case Goodbye():
            return "goodbye"
        case ToCallback(queue=queue):
            return f"callback:{queue or ''}"
        case ToSurvey(survey=survey):
            return f"survey:{survey}"
        case Said(then=then):
            return in_words(then)


def offered_in(treatment: Treatment, queue: QueueName) -> Treatment:
    """The treatment of that queue's callers: a callback without a queue is offered there."""
    match treatment:
        case Said(then=then):
            return replace(treatment, then=offered_in(then, queue))
        case ToCallback(queue=None):
            return replace(treatment, queue=queue)
        case _:
            return treatment


def destination(treatment: Treatment) -> Treatment:
    """What a treatment leads to when everything said on the way has been heard."""
    while isinstance(treatment, Said):
        treatment = treatment.then
    return treatment
