"""Caller and agent talk, until one of them hangs up or is taken elsewhere."""

from __future__ import annotations

from callcore.domain.events import TalkEnded
from callcore.domain.ids import Micros, seconds_between
from callcore.domain.outcomes import HungUpBy
from callcore.domain.policies import QueuePolicy, SitePolicy
from callcore.flows import restoring
from callcore.flows.after_talk import AfterTalk
from callcore.flows.agent_freeing import AgentFreeing
from callcore.flows.call import SWITCH_CAUSES, Call, CallerHungUpError
from callcore.flows.floor_changes import FloorChanges
from callcore.flows.messages import FloorEmptied, Message, TalkEndAsked
from callcore.ports.stores import Reservation
from callcore.ports.switch_events import (
    DigitPressed,
    LegBridged,
    LegEnded,
    LegHeld,
    LegParked,
    LegUnbridged,
    LegUnheld,
)


def recording_path(site: SitePolicy, queue: QueuePolicy, talk: Reservation) -> str | None:
    """Where the switch records a talk; ``None`` if it does not. The same to whoever adopts it."""
    directory = site.recordings_directory
    if not queue.record or directory is None:
        return None
    return f"{directory}/{talk.call_id}_{talk.offer_id}.wav"


class Conversation:
    """One conversation of ``call`` with the agent of ``reservation``."""

    def __init__(
        self,
        call: Call,
        queue: QueuePolicy,
        reservation: Reservation,
        freeing: AgentFreeing,
        changes: FloorChanges,
    ) -> None:
        self._call = call
        self._queue = queue
        self._reservation = reservation
        self._freeing = freeing
        self._changes = changes
        self._after = AfterTalk(call, queue)

    def follow(self, bridged_at: Micros, *, is_adopted: bool = False) -> None:
        """Follows the conversation to its end; the agent wraps up then, unless another worker
        follows it further.

        One that is adopted is recorded already, if at all.

        Returns when the caller is still on the line (the agent hung up or sent the caller on).
        Raises ``CallerHungUpError`` when the caller is not.
        """
        self._call.unguard()
        self._after.prepare()
        path = recording_path(self._call.site.policy, self._queue, self._reservation)
        if path is not None and not is_adopted:
            self._call.start_recording(path)
        ended_at, cause, hung_up_by = self._call.site.clock.now(), "", HungUpBy.UNKNOWN
        try:
            ended_at, cause = self._until_apart(bridged_at)
            hung_up_by = HungUpBy.SWITCH if cause in SWITCH_CAUSES else HungUpBy.AGENT
            self._call.hung_up_by = hung_up_by
            self._call.talk_ended_at = ended_at
            self._after.over(cause)
            if path is not None:
                self._call.stop_recording(path)
        except CallerHungUpError as hung_up:
            ended_at, cause = hung_up.ended.at, hung_up.ended.cause
            hung_up_by = self._call.hung_up_by
            raise
        finally:
            if not self._call.is_handed_over:
                self._ended(bridged_at, ended_at, cause, hung_up_by)

    def _until_apart(self, bridged_at: Micros) -> tuple[Micros, str]:
        """When they parted, and the cause of the agent's end if that was it."""
        while True:
            message = self._call.take()
            match message:
                case LegEnded() if message.leg_id == self._reservation.leg_id:
                    return message.at, message.cause
                case LegUnbridged() if message.leg_id == self._call.leg_id:
                    return message.at, ""
                case LegParked() if message.leg_id == self._call.leg_id and message.is_after_talk:
                    self._call.mailbox.post(message)  # of use to whoever follows the caller then
                    return message.at, ""
                case TalkEndAsked() if message.leg_id == self._reservation.leg_id:
                    self._after.agent_parts()
                    return message.at, ""
                case _:
                    self._note(message, bridged_at)

    def _note(self, message: Message, bridged_at: Micros) -> None:
        """What happens while they talk."""
        reservation, ledger = self._reservation, self._call.ledger
        match message:
            case LegBridged():
                self._call.unguard()  # told again when the link is back
                self._after.prepare()
            case FloorEmptied():
                restoring.restore(self._call, self._changes, [reservation], bridged_at)
            case LegHeld() if message.leg_id == reservation.leg_id:
                ledger.offers.held(message.at)
            case LegUnheld() if message.leg_id == reservation.leg_id:
                ledger.offers.unheld(reservation.offer_id, message.at)
            case DigitPressed(digit=digit) if message.leg_id == reservation.leg_id:
                self._after.agent_pressed(digit, message.at)
            case _:
                pass

    def _ended(
        self, bridged_at: Micros, ended_at: Micros, cause: str, hung_up_by: HungUpBy
    ) -> None:
        reservation, site = self._reservation, self._call.site
        self._call.ledger.offers.unbridged(reservation.offer_id, ended_at, cause)
        self._freeing.after_talk(reservation)
        site.facts.publish(
            TalkEnded(
                at=site.clock.now(),
                call_id=reservation.call_id,
                queue=reservation.queue,
                offer_id=reservation.offer_id,
                agent_id=reservation.agent_id,
                talked_seconds=seconds_between(bridged_at, ended_at),
                hung_up_by=hung_up_by,
            )
        )
