"""The line of somebody who dialled us: prompts are heard, keys are pressed.

Keys are kept in this process's memory until they are asked for, and nowhere else: they may be a
PIN. Without a link nothing is heard and no key arrives; what was being asked is asked again when
the link is back.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from callcore.domain.feature_prompts import Saying
from callcore.domain.ids import AgentId, CallId, LegId, NodeName
from callcore.flows.messages import (
    DialogueTimedOut,
    KeyTimedOut,
    LinkBack,
    Message,
    PromptsTimedOut,
    WentToFallback,
)
from callcore.flows.site import Site
from callcore.flows.speaking import Speech, Voice
from callcore.flows.timers import Timers
from callcore.ports.switch_events import DigitPressed, LegEnded
from callcore.ports.telephony import Switch, SwitchUnavailableError
from callcore.runtime.mailbox import Mailbox

LONGEST_PROMPTS_SECONDS = 15.0
"""After so long prompts count as heard: the switch may not have told of their end."""

END = "#"
AGAIN = "*"


class LineOverError(Exception):
    """The line has ended, or is in other hands. Unwinds whatever its script is at."""


class DialogueOverError(Exception):
    """It has taken too long."""


class StartAgainError(Exception):
    """``*`` was pressed: from the beginning."""


class DialledLine:
    """One line, whose script is the only reader of ``mailbox``."""

    def __init__(
        self, site: Site, leg_id: LegId, node: NodeName, mailbox: Mailbox[Message]
    ) -> None:
        self.site = site
        self.leg_id = leg_id
        self.node = node
        self.mailbox = mailbox
        self.timers = Timers(mailbox)
        self.listener: AgentId | None = None
        """Who is known to be on the line, and is spoken to in their language."""
        self._voice = Voice(site, CallId(leg_id), lambda: self.node)
        self._keys: deque[str] = deque()

    @property
    def switch(self) -> Switch:
        """The node the line lives on."""
        return self.site.switches[self.node]

    @property
    def is_handed_over(self) -> bool:
        """True once another worker follows the line."""
        return self.mailbox.is_closed

    def open(self, longest_seconds: float) -> None:
        """Answers the line, for a dialogue that is to be over in that time."""
        self.timers.set(longest_seconds, DialogueTimedOut())
        self.order(lambda: self.switch.hide_keys(self.leg_id))
        self.order(lambda: self.switch.answer(self.leg_id))
        self.guard()

    def guard(self) -> None:
        """Winds the dead man's switch up."""
        fallback = self.site.policy.fallback
        self.order(
            lambda: self.switch.guard(
                self.leg_id, fallback.waiting_after_seconds, fallback.extension, fallback.context
            )
        )

    def remember(self, **variables: str) -> None:
        """Keeps what another process needs to know of the line."""
        named = {f"callcore_{name}": value for name, value in variables.items()}
        self.order(lambda: self.switch.remember(self.leg_id, named))

    def hang_up(self) -> None:
        """Ends the line."""
        self.order(lambda: self.switch.hang_up(self.leg_id, "NORMAL_CLEARING"))

    def order(self, command: Callable[[], None]) -> None:
        """Has the switch do something; nothing while there is no link to it.

        Raises ``HandedOver``.
        """
        self.mailbox.check()
        if self.switch.is_connected:
            try:
                command()
            except SwitchUnavailableError:
                return  # it went down just now, of which the link itself tells

    def take(self) -> Message:
        """The next message. Raises ``LineOverError``, ``DialogueOverError`` and ``HandedOver``."""
        message = self.mailbox.take()
        match message:
            case LegEnded() if message.leg_id == self.leg_id:
                raise LineOverError(message.cause)
            case WentToFallback():
                raise LineOverError("the dead man's switch sent it to the fallback")
            case DialogueTimedOut():
                raise DialogueOverError
            case DigitPressed() if message.leg_id == self.leg_id:
                self._keys.append(message.digit)
            case _:
                pass
        return message

    def forget_keys(self) -> None:
        """What was pressed and not asked for is not an answer to what comes next."""
        self._keys.clear()

    def say(self, saying: Saying) -> None:
        """Lets it be heard to its end, whatever is pressed."""
        self._play(saying, is_over_with_key=False)

    def ask(self, saying: Saying) -> None:
        """Lets it be heard, until a key is pressed; not at all if one was already."""
        self.guard()
        self._play(saying, is_over_with_key=True)

    def key(self, seconds: float) -> str:
        """The next key; empty if none is pressed in time."""
        self.timers.set(seconds, KeyTimedOut(attempt=0))
        while not self._keys:
            if isinstance(self.take(), KeyTimedOut):
                return ""
        self.timers.cancel(KeyTimedOut)
        return self._keys.popleft()

    def digits(self, question: Saying, *, most: int, seconds: float) -> str:
        """The digits pressed until ``#``, ``most`` of them, or nothing for ``seconds``; perhaps
        none. Raises ``StartAgainError``.

        A ``#`` before them ends what was long enough without it, and answers nothing.
        """
        self.ask(question)
        found = ""
        while len(found) < most:
            key = self.key(seconds)
            if key == AGAIN:
                raise StartAgainError
            if key == "" or (key == END and found):
                break
            found += key if key.isdigit() else ""
        return found

    def _play(self, saying: Saying, *, is_over_with_key: bool) -> None:
        if not (is_over_with_key and any(map(_is_answer, self._keys))):
            self.timers.set(LONGEST_PROMPTS_SECONDS, PromptsTimedOut())
            self._hear(self._begin(saying), is_over_with_key=is_over_with_key)
        self.timers.cancel(PromptsTimedOut)

    def _begin(self, saying: Saying) -> Speech:
        agent = None if self.listener is None else self.site.policy.agents.get(self.listener)
        return Speech(
            self._voice,
            saying.words,
            self._voice.language(None if agent is None else agent.language),
            leg_id=self.leg_id,
            play=lambda sounds: self.order(lambda: self.switch.announce(self.leg_id, sounds)),
            tone=saying.tone,
        )

    def _hear(self, speech: Speech, *, is_over_with_key: bool) -> None:
        while not speech.is_over:
            message = self.take()
            match message:
                case PromptsTimedOut():
                    return
                case LinkBack():
                    self.guard()
                    if message.is_silent:
                        speech.repeat()
                case DigitPressed(leg_id=pressed_on, digit=digit) if (
                    is_over_with_key and pressed_on == self.leg_id and _is_answer(digit)
                ):
                    self.order(lambda: self.switch.stop_playing(self.leg_id))
                    return
                case _:
                    speech.hear(message)


def _is_answer(key: str) -> bool:
    return key != END
