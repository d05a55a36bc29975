"""A call centre whose waiting callers may ask for a callback, or are offered one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from callcore.domain.callbacks import CALLBACKS
from callcore.domain.events import CallbackAsked
from callcore.domain.ids import AgentId, CallId, LegId
from callcore.domain.outcomes import AskingEnd
from callcore.domain.policies import CallableNumbers, CallbackOfferPolicy, SitePolicy
from callcore.domain.speech import phrases
from callcore.domain.speech.utterances import Digits, Spoken
from callcore.ports.stores import FloorCall, FloorCallState
from tests.fakes.switch import SILENT
from tests.fakes.switch_sounds import PROMPT_SECONDS
from tests.flows.announcing import MUSIC, heard, sounds
from tests.flows.callbacks import KEPT_BY, NUMBER, CallbackFloor, policy
from tests.flows.stories import come, line_of, pick_up, who_talks_with

KEY = "2"
"""Asks for a callback at any time."""
OTHER = "600700800"
PREMIUM = "+48700123456"
OFFERED, GOODBYE = ("shop/offer",), ("shop/promised",)
BY_KEY = CallbackOfferPolicy(key=KEY, prompts=OFFERED, timeout_seconds=5)
AFTER_20 = replace(BY_KEY, after_wait_seconds=20)
CONFIRM = (phrases.CALLBACK_YOUR_NUMBER, Digits(NUMBER), phrases.CALLBACK_CONFIRM)
ENTER = (phrases.CALLBACK_ENTER_NUMBER,)
STILL = phrases.CALLBACK_STILL_WAITING
AT_ONCE = 0.05


def site(
    offer: CallbackOfferPolicy | None = BY_KEY,
    *,
    callback: dict[str, Any] | None = None,
    numbers: CallableNumbers | None = None,
    **settings: Any,
) -> SitePolicy:
    """The site with that offer in its support queue, which keeps its callers for long."""
    kept_by = replace(
        KEPT_BY,
        **{
            "offer": offer,
            "confirms_number": True,
            "promised_prompts": GOODBYE,
            **(callback or {}),
        },
    )
    made = policy(callback=kept_by, **{"maximum_wait_seconds": 600, **settings})
    if numbers is None:
        return made
    return replace(made, dialplan=replace(made.dialplan, callable_numbers=numbers))


class LineFloor(CallbackFloor):
    """The call centre, and what its waiting callers do and hear."""

    __test__ = False

    def press(self, caller: LegId, keys: str) -> None:
        """Keys, 200 ms apart."""
        for key in keys:
            self.switch.press(caller, key)
            self.clock.advance(0.2)

    def keep_silent(self, seconds: float = PROMPT_SECONDS + 5.1) -> None:
        """The caller hears a question to its end, and all the time there is for an answer."""
        self.clock.advance(seconds)

    def heard(self, caller: LegId) -> list[tuple[str, ...]]:
        """What was said over the music."""
        return heard(self, caller)

    def last_heard(self, caller: LegId, *words: Spoken) -> bool:
        """Is that the last that was said?"""
        return self.heard(caller)[-1:] == [sounds(*words)]

    def ends(self) -> list[AskingEnd]:
        """How the dialogues ended, as told."""
        return [fact.end for fact in self.told(CallbackAsked)]

    def has_music(self, caller: LegId) -> bool:
        """Does the caller hear the music once nothing is said any more?"""
        self.clock.advance(PROMPT_SECONDS + 0.1)
        leg = line_of(self, caller)
        return (leg.music, leg.announcing) == (MUSIC, None)

    def place(self, caller: LegId) -> FloorCall:
        """The caller's place as the floor has it."""
        call = self.store.waiting_room.call(CallId(caller))
        assert call is not None
        return call

    def waits(self, caller: LegId) -> bool:
        """Is the caller in line, hearing the music, with nothing promised?"""
        state = self.place(caller).state
        return (
            state is FloorCallState.WAITING
            and self.store.waiting_room.calls(CALLBACKS) == []
            and self.has_music(caller)
        )

    def talk(self, agent_id: AgentId) -> LegId:
        """An agent comes and talks with a caller of their own."""
        self.switch.phones[self.policy.agents[agent_id].contact] = SILENT
        come(self, agent_id)
        caller = self.call_in(number="+48200999")
        pick_up(self, agent_id)
        self.clock.advance(0.2)
        assert who_talks_with(self, caller) == agent_id
        return caller
