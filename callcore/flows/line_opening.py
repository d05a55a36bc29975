"""What a caller hears who waits, and when the caller's line is answered."""

from __future__ import annotations

from collections.abc import Callable

from callcore.domain.ids import seconds_between
from callcore.domain.policies import AnswerWhen, QueuePolicy, UnansweredHears
from callcore.flows.call import Call
from callcore.flows.messages import UnansweredTooLong
from callcore.flows.timers import Timers


class LineOpening:
    """The line of one caller in one queue."""

    def __init__(
        self, call: Call, queue: QueuePolicy, timers: Timers, greet: Callable[[], None]
    ) -> None:
        self._call = call
        self._queue = queue
        self._timers = timers
        self._greet = greet
        self._is_to_be_answered = queue.answer is AnswerWhen.AT_JOIN
        self._is_music_due = False
        self._is_open = False

    @property
    def can_be_heard(self) -> bool:
        """True if what is played reaches the caller."""
        return (
            self._is_to_be_answered
            or self._call.is_line_answered
            or self._queue.unanswered.hears is UnansweredHears.EARLY_MEDIA
        )

    def open(self) -> None:
        """Answers the line, or lets the caller hear that the call goes on unanswered."""
        call = self._call
        self._is_open = True
        if self._is_to_be_answered:
            call.answer()
        elif self._queue.unanswered.hears is UnansweredHears.EARLY_MEDIA:
            call.pre_answer()
        else:
            call.ring()

    def play(self) -> None:
        """Begins the music and greets the caller, if that can be heard; it is due as soon as it
        can, if not.

        Posted in this order the greeting comes first: the music is not heard before it, and goes on
        after it without a gap, whatever becomes of us.
        """
        self._is_music_due = not self.can_be_heard
        if self.can_be_heard:
            self._call.play_music(self._queue.music)
            self._greet()

    def fell_silent(self) -> None:
        """Nothing is played any more: an agent to whom the caller was joined is gone again."""
        self._is_music_due = True

    def play_if_due(self) -> None:
        """Begins the music for one whose line was answered, or silenced, for an agent who is gone
        again.
        """
        is_due = self._is_music_due or not self._call.has_music
        if self._is_open and is_due and self.can_be_heard:
            self.play()

    def limit(self) -> None:
        """Sets the end of waiting unanswered, counted from the caller's arrival."""
        call = self._call
        if not self._is_to_be_answered and not call.is_line_answered:
            waited = seconds_between(call.caller.arrived_at, call.site.clock.now())
            seconds = self._queue.unanswered.limit_seconds - waited
            self._timers.set(seconds, UnansweredTooLong())

    def answer(self) -> None:
        """Answers the line before an agent has picked up."""
        if self._call.is_line_answered:
            return
        was_heard = self.can_be_heard
        self._is_to_be_answered = True
        self._call.answer()
        if not was_heard:
            self.play()
