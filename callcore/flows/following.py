"""A call is followed to its end, wherever its script leads, and its record closed once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from callcore.domain.events import CallEnded
from callcore.domain.ids import Micros, seconds_between
from callcore.domain.outcomes import HungUpBy, RecordSource
from callcore.flows import survey
from callcore.flows.call import OUTLIVES_TALK_SECONDS, SWITCH_GONE, Call, CallOverError
from callcore.flows.crew import Crew
from callcore.flows.journey import Journey
from callcore.flows.line_freeing import let_promises_begin
from callcore.flows.messages import LinkBack, OutlivedTalk
from callcore.flows.site import Site
from callcore.flows.waiting_call import NO_TALK
from callcore.ports.switch_events import LegParked


class Following:
    """Runs a call's script to the call's end."""

    def __init__(self, site: Site, crew: Crew) -> None:
        self._site = site
        self._crew = crew

    def to_its_end(self, call: Call, journey: Journey, script: Callable[[], None]) -> None:
        """Runs ``script``, then what the caller does until the line ends; closes the record.

        Of a call that is handed over there is none here.
        """
        cause = ""
        ended_at: Micros | None = None
        try:
            script()
            while True:
                arrival = self._until_parked_again(call)
                journey.begin(arrival, self._site.clock.now())
        except CallOverError as over:
            cause, ended_at = over.cause, over.at
        except Exception as error:
            if not call.is_handed_over:
                self._give_up(call, error)
            raise
        finally:
            if not call.is_handed_over:
                self._close(call, ended_at or self._site.clock.now(), cause)

    def _until_parked_again(self, call: Call) -> LegParked:
        """Follows a caller who is no longer ours to serve until the dialplan, or an agent's blind
        transfer, hands the same caller to us again.

        One whom the agent has left with the switch is asked what is to be asked, and hung up.
        """
        timer = call.mailbox.post_after(OUTLIVES_TALK_SECONDS, OutlivedTalk())
        while True:
            message = call.take()
            match message:
                case OutlivedTalk() if call.talk_ended_at is not None:
                    call.remember(**NO_TALK)
                    call.forget_after_talk()
                    call.survey_due = None
                case LegParked() if message.leg_id == call.leg_id and message.is_after_talk:
                    timer.cancel()
                    name, call.survey_due = call.survey_due, None
                    survey.follow_up(call, name)
                case LinkBack():
                    call.hang_up_again()
                case LegParked() if (
                    message.leg_id == call.leg_id and call.hung_up_by is not HungUpBy.CALLCORE
                ):
                    timer.cancel()
                    call.forget_after_talk()
                    call.survey_due = None
                    call.is_surveyed = False
                    call.hung_up_by = HungUpBy.UNKNOWN
                    call.talk_ended_at = None
                    return message
                case _:
                    pass

    def _give_up(self, call: Call, error: Exception) -> None:
        """A fault of ours must not keep a caller for ever: the dialplan takes over."""
        call.ledger.fault(f"{type(error).__name__}: {error}")
        fallback = self._site.policy.fallback
        call.hand_to_dialplan(fallback.extension, fallback.context)

    def _close(self, call: Call, ended_at: Micros, cause: str) -> None:
        self._crew.switchboard.unfollow(call.caller.call_id)
        self._crew.ledgers.pop(call.caller.call_id, None)
        call.decline_unread()
        record = call.ledger.close(ended_at, call.hung_up_by, cause)
        if cause == SWITCH_GONE or not self._site.tenure.may_command(call.caller.node):
            # Nobody has heard the end, or somebody else may have followed the call to it while this
            # process slept: the record of whoever did is the better one.
            record = replace(record, source=RecordSource.FLOOR)
        self._crew.keeping.keep(record)
        let_promises_begin(self._crew.switchboard, record, call.promising)
        self._site.facts.publish(
            CallEnded(
                at=self._site.clock.now(),
                call_id=call.caller.call_id,
                outcome=record.outcome,
                hung_up_by=record.hung_up_by,
                hangup_cause=cause,
                lasted_seconds=seconds_between(call.caller.arrived_at, ended_at),
                is_callback=record.is_callback,
                faults=record.faults,
            )
        )
