"""What a customer who was called back hears, from the answer until they talk.

First who calls, and the question that no machine answers; then the music of the queue, as any
caller who waits; or a last word, and the line ends.
"""

from __future__ import annotations

from callcore.domain.policies import QueuePolicy
from callcore.domain.speech import phrases
from callcore.domain.speech.utterances import Utterance
from callcore.flows import attempt_telling
from callcore.flows.answer_checking import AnswerCheck, CheckEnd
from callcore.flows.callback_call import CallbackCall
from callcore.flows.guarding import guard_in_music
from callcore.flows.messages import GuardDue, HeldTooLong, LinkBack, Message, PromptsTimedOut
from callcore.flows.prompting import Prompting
from callcore.flows.standing import Standing
from callcore.flows.timers import Timers

LONGEST_FAREWELL_SECONDS = 15.0
"""After so long a last word counts as heard."""

OVER_CAUSE = "NORMAL_CLEARING"


class CustomerReception:
    """Of the customer of ``call``, whose promise stands in ``queue`` as ``standing``."""

    def __init__(
        self, call: CallbackCall, queue: QueuePolicy, standing: Standing, timers: Timers
    ) -> None:
        self._call = call
        self._queue = queue
        self._standing = standing
        self._timers = timers
        self._check: AnswerCheck | None = None
        self._farewell: Prompting | None = None
        self._is_told = False
        """Who calls."""

    def receive(self) -> CheckEnd | None:
        """The customer has answered: asks what is to be asked; ``THERE`` at once if nothing is."""
        policy = self._call.kept_by.check
        if policy is None:
            attempt_telling.answered(self._call, self._queue, self._call.line, is_confirmed=False)
            return CheckEnd.THERE
        self._is_told = True
        first = (phrases.CALLBACK_CALLING,)
        self._check = AnswerCheck(self._call, policy, first, self._timers)
        return None

    def hear(self, message: Message) -> CheckEnd | None:
        """What the customer has said with a message of the call's mailbox, if anything.

        Raises ``WentToFallbackError``.
        """
        call = self._call
        if call.is_answered and self._check is not None:
            return self._asked(self._check, message)
        if call.is_leaving and self._farewell is not None:
            if self._farewell.is_over_with(message):
                self.end(OVER_CAUSE)
        elif call.is_ready:
            match message:
                case GuardDue():
                    guard_in_music(call, self._timers)
                case LinkBack(is_silent=is_silent):
                    guard_in_music(call, self._timers)
                    if is_silent:
                        call.play_music(self._queue.music)
                case _:
                    pass
        return None

    @property
    def is_asking(self) -> bool:
        """True while the customer is being asked whether anybody is there."""
        return self._check is not None

    def settle(self) -> None:
        """The customer is there, to be joined to an agent, by whichever process: what an adopter
        needs is kept on the leg. On the line the wait begins now.
        """
        came_at = str(self._call.site.clock.now())
        kept = {**self._standing.kept(), "came_at": came_at}
        self._call.remember(customer_ready="true", waits_in=self._queue.name, **kept)
        self._timers.set(self._queue.maximum_wait_seconds, HeldTooLong())

    def hold(self) -> None:
        """Plays the queue's music to a customer for whom nobody has picked up yet; once.

        One who was not asked anything hears who calls, over the music.
        """
        call = self._call
        if not call.is_ready or call.has_music:
            return
        call.play_music(self._queue.music)
        if not self._is_told:
            self._is_told = True
            call.announce((phrases.CALLBACK_CALLING,))
        guard_in_music(call, self._timers)

    def resume(self) -> CheckEnd | None:
        """Goes on with a line that came to be in another visit, or another process."""
        if self._call.is_answered:
            return self.receive()
        if self._call.is_ready:
            self.settle()
        elif self._call.is_leaving:
            self.end(OVER_CAUSE)
        return None

    def say_farewell(self, words: Utterance) -> None:
        """Tells the customer a last thing; the line ends when it has been heard."""
        self.stop()
        self._call.leave_line()
        self._farewell = Prompting(self._call, words, self._timers)
        self._timers.set(LONGEST_FAREWELL_SECONDS, PromptsTimedOut())
        if self._farewell.is_over:
            self.end(OVER_CAUSE)

    def end(self, cause: str) -> None:
        """Ends the line, if there is one."""
        self.stop()
        self._call.break_off(cause)

    def stop(self) -> None:
        """Nothing more is said, and waited for: the line has ended, or is about to."""
        if self._check is not None:
            self._check.stop()
        self._check = self._farewell = None
        for kind in (GuardDue, HeldTooLong, PromptsTimedOut):
            self._timers.cancel(kind)

    def _asked(self, check: AnswerCheck, message: Message) -> CheckEnd | None:
        end = check.hear(message)
        if end is not None:
            check.stop()
            attempt_telling.answered(
                self._call,
                self._queue,
                self._call.line,
                is_confirmed=end is CheckEnd.THERE,
            )
        return end
