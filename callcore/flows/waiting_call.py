"""A caller waits in a queue: music, announcements, offers, until an agent talks or the caller
leaves.
"""

from __future__ import annotations

from callcore.domain.ids import Micros, seconds_between
from callcore.domain.outcomes import AskingEnd, LeaveReason
from callcore.domain.policies import QueuePolicy, UnansweredThen
from callcore.flows import abandoned_calls
from callcore.flows.announcing import Announcing
from callcore.flows.call import Call, CallerHungUpError
from callcore.flows.callback_in_line import CallbackInLine
from callcore.flows.crew import Crew
from callcore.flows.guarding import guard_in_music
from callcore.flows.line_opening import LineOpening
from callcore.flows.messages import (
    Admitted,
    AnnouncementReady,
    GuardDue,
    LinkBack,
    MaximumWaitReached,
    MayStay,
    Message,
    MustLeave,
    NoAgentsTooLong,
    StaffingChanged,
    UnansweredTooLong,
    WentToFallback,
)
from callcore.flows.offering import Offering
from callcore.flows.place_leaving import LeftQueueError
from callcore.flows.place_taking import Taken
from callcore.flows.promising import Promises
from callcore.flows.waiting import MOST_FAILED_BRIDGES, Waiting
from callcore.ports.switch_events import DigitPressed, LegParked, PlaybackEnded
from callcore.runtime.parts import Asking

NO_TALK = {
    "talks_in": "",
    "offer": "",
    "agent": "",
    "agent_leg": "",
    "bridged_at": "",
    "talk_ended_at": "",
    "survey": "",
    "survey_answers": "",
}
"""What the leg remembers of a talk and of the survey after it, taken away."""

LOOK_AGAIN_SECONDS = 1.0
"""An agent who is picking up is let finish; the offer ends within seconds either way."""

OVERTAKEN_BY_A_RING = frozenset({LeaveReason.QUEUE_FULL, LeaveReason.ESTIMATE_TOO_LONG})
"""Reasons to leave that do not hold for a caller for whom a phone already rings."""


class WaitingCall(Waiting):
    """One visit of a caller on the line to one queue."""

    def __init__(
        self, call: Call, queue: QueuePolicy, taken: Taken, crew: Crew, promises: Promises
    ) -> None:
        super().__init__(call, queue, taken, crew)
        self._promises = promises
        joined_at = self._standing.place.joined_at
        self._announcing = Announcing(
            call,
            queue,
            joined_at,
            crew.changes,
            self._timers,
            Asking(self._may_tell),
            self._leaving.told,
        )
        self._line = LineOpening(call, queue, self._timers, self._announcing.greet)
        self._callback = CallbackInLine(
            call,
            queue,
            self._standing.place,
            self._timers,
            promises,
            Asking(self._may_offer_callback),
        )
        self._must_leave: MustLeave | None = None

    @property
    def may_be_offered(self) -> bool:
        """True if an agent's phone can be rung for the caller now."""
        return self._call.switch.is_connected

    def _begin(self, *, is_adopted: bool) -> None:
        if not is_adopted:
            self._call.mailbox.post(Admitted())
        waited = seconds_between(self._standing.place.joined_at, self._call.site.clock.now())
        self._timers.set(self._queue.maximum_wait_seconds - waited, MaximumWaitReached())
        self._timers.set(0, GuardDue())
        self._announcing.begin(is_adopted=is_adopted)
        self._callback.begin(is_adopted=is_adopted)
        self._standing.plan()
        self._line.limit()
        self._plan_relaxation()
        self._watch_staffing()

    def _until_won(self) -> Offering:
        """However the visit ends, a dialogue that goes on has its end with it."""
        try:
            won = super()._until_won()
        except CallerHungUpError:
            self._callback.cut(AskingEnd.HUNG_UP)
            raise
        except Exception:
            self._callback.cut(AskingEnd.BROKEN_OFF)
            raise
        self._callback.cut(AskingEnd.PICKED_UP)
        return won

    def _call_back(self, hung_up_at: Micros, *, is_switch_lost: bool) -> bool:
        place = self._standing.place
        if is_switch_lost:
            return abandoned_calls.call_back_cut_off(self._call, self._queue, place, self._promises)
        return abandoned_calls.call_back(self._call, self._queue, place, self._promises, hung_up_at)

    def _welcome(self) -> None:
        """Opens the line and begins the music: only now, when the caller has a place.

        What the next process needs to adopt the call is kept on the leg.
        """
        call = self._call
        self._line.open()
        self._line.play()
        call.remember(
            call=call.caller.call_id,
            queue="",
            menu="",
            offers_callback="",
            waits_in=self._queue.name,
            arrived_at=str(call.caller.arrived_at),
            **self._standing.kept(),
            **NO_TALK,
        )

    def _look_at_leaving(self) -> None:
        if self._offerings.failed_bridges_count >= MOST_FAILED_BRIDGES:
            raise LeftQueueError(LeaveReason.CALLER_UNREACHABLE)
        if self._must_leave is not None and not self._is_engaged:
            raise LeftQueueError(self._must_leave.reason, self._must_leave.limit)
        if not self._offerings.is_picked_up:
            self._line.play_if_due()  # an agent was lost after the line was answered

    def _hear(self, message: Message) -> None:
        match message:
            case Admitted():
                self._welcome()
            case AnnouncementReady():
                self._announcing.ready(message)
            case GuardDue():
                guard_in_music(self._call, self._timers)
            case MaximumWaitReached() | UnansweredTooLong() | NoAgentsTooLong() | MustLeave():
                self._consider_leaving(message)
            case MayStay():
                self._must_leave = None
            case DigitPressed() if message.leg_id == self._call.leg_id:
                self._press(message)
            case LinkBack():
                self._resume(message)
                self._callback.overhear(message)
            case WentToFallback():
                raise LeftQueueError(LeaveReason.FALLBACK)
            case _:
                self._overhear(message)
                super()._hear(message)
                if self._offerings.is_picked_up:
                    self._callback.cut(AskingEnd.PICKED_UP)
                self._callback.overhear(message)

    def _overhear(self, message: Message) -> None:
        """Takes note of what others hear too."""
        match message:
            case PlaybackEnded():
                self._announcing.heard()
            case LegParked() if message.leg_id == self._call.leg_id:
                self._fell_silent()
            case StaffingChanged():
                self._watch_staffing()
            case _:
                pass

    def _fell_silent(self) -> None:
        """The caller was parked: by now, or before the music was ordered, where the arrival was
        found before it was told.
        """
        if not self._call.is_music_to_come:
            self._line.fell_silent()

    @property
    def _is_engaged(self) -> bool:
        """True while phones ring for the caller, or the caller is asked for a callback."""
        return bool(self._offerings) or self._callback.is_open

    def _may_tell(self) -> bool:
        """False while an agent is about to talk, while the caller would not hear it, and while a
        callback is talked about.
        """
        return (
            not self._offerings.is_picked_up
            and self._line.can_be_heard
            and self._call.switch.is_connected
            and not self._callback.is_heard
        )

    def _may_offer_callback(self) -> bool:
        """False while there is something better, or another thing to hear; keys are needed too."""
        call = self._call
        return (
            not self._offerings
            and call.is_line_answered
            and not call.is_speaking
            and call.switch.is_connected
        )

    def _watch_staffing(self) -> None:
        """Begins or ends the time in which somebody must come back."""
        grace = self._queue.no_agents_grace_seconds
        if self.staffed or grace is None:
            self._timers.cancel(NoAgentsTooLong)
        elif not self._timers.is_set(NoAgentsTooLong):
            self._timers.set(grace, NoAgentsTooLong())

    def _consider_leaving(
        self, message: MaximumWaitReached | UnansweredTooLong | NoAgentsTooLong | MustLeave
    ) -> None:
        """Leaves now, or once it is certain that no agent is about to talk."""
        match message:
            case UnansweredTooLong() if self._queue.unanswered.then is UnansweredThen.ANSWER:
                self._line.answer()
            case MustLeave() if self._is_engaged:
                if not self._offerings or message.reason not in OVERTAKEN_BY_A_RING:
                    self._must_leave = message
            case MustLeave():
                raise LeftQueueError(message.reason, message.limit)
            case _ if self._offerings.is_picked_up or self._callback.is_open:
                self._timers.set(LOOK_AGAIN_SECONDS, message)
            case MaximumWaitReached():
                raise LeftQueueError(LeaveReason.MAXIMUM_WAIT)
            case UnansweredTooLong():
                self._leave_unanswered()
            case NoAgentsTooLong():
                raise LeftQueueError(LeaveReason.NO_AGENTS)

    def _leave_unanswered(self) -> None:
        if not self._call.is_line_answered:
            raise LeftQueueError(LeaveReason.UNANSWERED_TOO_LONG)

    def _press(self, pressed: DigitPressed) -> None:
        """Keys are for the dialogue about a callback where it knows them, else for the way out."""
        if self._offerings.is_picked_up:
            return
        if pressed.digit == self._queue.exit_key and not self._callback.is_answer(pressed.digit):
            self._callback.cut(AskingEnd.DECLINED)
            raise LeftQueueError(LeaveReason.EXIT_KEY)
        self._callback.press(pressed)

    def _resume(self, link: LinkBack) -> None:
        """Says again what may have been lost with the link; while an agent is being joined music
        is not begun: it would be played into the talk (``CallersLine.hush``).
        """
        self._announcing.link_is_back()
        guard_in_music(self._call, self._timers)
        self._line.open()
        if link.is_silent and self._offerings.is_picked_up:
            self._line.fell_silent()
        elif link.is_silent:
            self._line.play()
