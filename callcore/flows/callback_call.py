"""A promised callback as a call: what is held of the promise, and the talk that it leads to.

Its line comes to be when an agent has picked up, or is about to be free. An attempt that fails is
no end of the call, which the customer may be called in again; nor is a talk with a machine.
"""

from __future__ import annotations

from dataclasses import replace

from callcore.domain import announcements, callbacks, phone_numbers
from callcore.domain.callbacks import Callback
from callcore.domain.ids import LegId
from callcore.domain.ledger import Caller
from callcore.domain.outcomes import AttemptOutcome, HungUpBy
from callcore.domain.policies import QueuePolicy
from callcore.domain.records import CallbackAttempt
from callcore.domain.speech import phrases
from callcore.domain.speech.utterances import Digits, Utterance
from callcore.flows import attempt_telling
from callcore.flows.crew import Crew
from callcore.flows.customer_call import CustomerCall
from callcore.flows.customer_line import Line
from callcore.flows.messages import LinkBack, Message
from callcore.flows.site import Site
from callcore.ports.switch_events import DigitPressed, LegEnded, LegSnapshot, LegUnbridged
from callcore.runtime.mailbox import Mailbox

_MACHINE_CAUSE = "NORMAL_CLEARING"


class CallbackCall(CustomerCall):
    """A promised callback, and the customer's line while there is one."""

    def __init__(
        self,
        site: Site,
        caller: Caller,
        mailbox: Mailbox[Message],
        crew: Crew,
        *,
        callback: Callback,
        queue: QueuePolicy,
        is_adopted: bool,
    ) -> None:
        super().__init__(site, caller, mailbox, crew, queue=queue, is_adopted=is_adopted)
        self.callback: Callback | None = callback
        self.ledger.callbacks.keeps(callback)
        self._kept = callback
        self._agents_leg: LegId | None = None
        self.is_machine = False
        """True if the agent they were joined to has heard a machine: the promise waits again."""
        self._is_deferred = None if is_adopted else False
        """As the floor was told; ``None`` if that is not known."""
        self.last_cause = ""
        """Why the last attempt failed, or what ended the promise."""

    @property
    def promise(self) -> Callback:
        """What is held of the promise, which is still to be kept."""
        if self.callback is None:
            message = f"call {self.caller.call_id} is no promise any more"
            raise RuntimeError(message)
        return self.callback

    @property
    def is_first(self) -> bool:
        """True if the customer's phone is to ring before the agent's."""
        return callbacks.calls_customer_first(self.kept_by)

    @property
    def keeps_agents(self) -> bool:
        """True while an agent found for the customer is to be kept, and the phone not to ring."""
        return self.is_first and not self.can_be_bridged

    @property
    def seconds_to_fetch(self) -> float:
        """How long the agent may have to wait for the customer."""
        return 0.0 if self.can_be_bridged else callbacks.seconds_to_reach(self.kept_by)

    @property
    def words_for_agent(self) -> Utterance:
        """Who is to be called, for an agent who has not been told by the customer's being there."""
        number = phone_numbers.normalised(self.caller.number)
        if self._line.state is not Line.NONE or not number:
            return ()
        return (phrases.WHISPER_CALLBACK, Digits(number))

    def choose_switch(self) -> None:
        """Has the agent and the customer called from a switch whose link is up, the same if it is.

        Before either is called: nothing while there is a line.
        """
        node = self._node_within_reach()
        if self._line.state is not Line.NONE or node is None or node == self.caller.node:
            return
        self._move_to(node)
        self.keep(replace(self.promise, node=node))

    def keep(self, callback: Callback) -> None:
        """Notes what has changed of the promise, on the floor too."""
        self.callback = callback
        if self.joining is not None:
            self.joining = replace(self.joining, callback=callback)
        room, call_id = self.site.waiting_room, self.caller.call_id
        self._crew.changes.make(call_id, lambda: room.keep_callback(call_id, callback))

    def note_line(self, *, is_on_line: bool) -> None:
        """Has the floor tell other workers, where there are any, whether the customer is there."""
        is_of_use = bool(self.site.tenure.colleagues) or self.promise.is_on_line
        if is_of_use and is_on_line is not self.promise.is_on_line:
            self.keep(replace(self.promise, is_on_line=is_on_line))

    def defer(self, *, is_deferred: bool) -> None:
        """Has the floor count the promise among those who wait, or not, unless it does so."""
        if is_deferred is self._is_deferred:
            return
        self._is_deferred = is_deferred
        room, call_id, queue = self.site.waiting_room, self.caller.call_id, self.queue.name
        self._crew.changes.make(
            call_id, lambda: room.defer(call_id, queue, is_deferred=is_deferred)
        )

    def floor_emptied(self) -> None:
        """The floor may have forgotten whether the promise counts."""
        self._is_deferred = None

    def fetch(self, agent_leg_id: LegId) -> None:
        """Lets an agent who has picked up hear that the customer is called; nothing if ready."""
        if self.can_be_bridged:
            return
        switch = self.switch
        self._try(lambda: switch.play_endlessly(agent_leg_id, announcements.RINGING_TONE))
        self.dial()

    def dial(self) -> None:
        """Calls the customer, unless there is a line; what comes of it is told by messages."""
        if self._line.state is Line.NONE:
            self._dial(self.promise)

    def adopt_line(self, leg: LegSnapshot) -> None:
        """Goes on with a customer whom another process has called, in place of any line."""
        if leg.node != self.caller.node:
            self._move_to(leg.node)
            self.keep(replace(self.promise, node=leg.node))
        self._take_line(leg)

    def met(self, agents_leg_id: LegId) -> None:
        """The promise is kept: from now on this is a call like any other."""
        self._kept, self.callback = self.promise, None
        self._line = self._line.at(Line.MET)
        self._agents_leg = agents_leg_id

    def talk_over(self) -> None:
        """The talk that the promise led to has ended, and its notes are complete."""
        self._agents_leg = None
        if not self.is_machine:
            talked = self._line.attempt(self.leg_id, AttemptOutcome.TALKED, "")
            self.ledger.callbacks.attempted(talked)

    def wait_again(self) -> None:
        """The promise is still to be kept: begins anew to wait, without a line."""
        self._given_up.add(self.leg_id)
        self._lose_line()
        self.is_machine = False
        self.hung_up_by = HungUpBy.UNKNOWN
        self.survey_due = None
        self.talk_ended_at = None

    def take(self) -> Message:
        """The next message, noted. Raises ``CallerHungUpError`` once they have talked."""
        message = super().take()
        match message:
            case DigitPressed(digit=digit) if self._is_in_talk_with(message.leg_id):
                if digit == self.kept_by.machine_key and not self.is_machine:
                    self._machine_heard()
            case LinkBack() if self.is_machine:
                self.part()
            case _:
                pass
        return message

    def unreached(self, attempt: CallbackAttempt) -> None:
        """Keeps the promise for later, on the floor first."""
        now = self.site.clock.now()
        self.last_cause = attempt.hangup_cause
        self.keep(self.promise.unreached(self.kept_by, attempt, now))
        self.ledger.callbacks.attempted(attempt)
        attempt_telling.unreached(
            self,
            self.queue,
            attempt,
            self.promise.attempts_count,
            is_over=self.promise.end(self.kept_by) is not None,
        )

    def _machine_heard(self) -> None:
        """Should this process die now, the next one finds that the promise waits again."""
        self.is_machine = True
        self.callback = self._kept
        attempt = self._line.attempt(self.leg_id, AttemptOutcome.MACHINE, _MACHINE_CAUSE)
        self.unreached(attempt)
        self.part()

    def _is_in_talk_with(self, leg_id: LegId) -> bool:
        return leg_id == self._agents_leg and self._line.state is Line.MET

    def _line_ended(self, ended: LegEnded) -> Message:
        if self._line.state is Line.MET and self.is_machine:
            # The agent's leg may live on; the talk is over either way.
            return LegUnbridged(node=ended.node, at=ended.at, leg_id=ended.leg_id)
        return super()._line_ended(ended)
