"""The notes of a call, of which its record is made at the end."""

from __future__ import annotations

from dataclasses import dataclass, replace

from callcore.domain import visits
from callcore.domain.ids import CallId, Language, LegId, Micros, NodeName, SurveyName
from callcore.domain.ids import seconds_between as between
from callcore.domain.ledger.callbacks import CallbackNotes
from callcore.domain.ledger.decisions import DecisionNotes
from callcore.domain.ledger.offers import OfferNotes
from callcore.domain.ledger.visits import VisitNotes
from callcore.domain.outcomes import CallOutcome, HungUpBy
from callcore.domain.records import (
    CallRecord,
    CallStory,
    DigitPress,
    OfferRecord,
    Recording,
    SurveyAnswer,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who called, when and how, as known from the arrival."""

    call_id: CallId
    leg_id: LegId
    node: NodeName
    number: str
    name: str
    dialled_number: str
    arrived_at: Micros
    is_callback: bool = False
    """True for one who is called back; the call arrived when it was promised."""
    callback_of: CallId | None = None
    """The call in which it was promised; ``None`` if it was asked for without a call."""


class CallLedger:
    """Notes of one call: of its visits, decisions, offers and callbacks, and of all the rest."""

    def __init__(self, caller: Caller, site: str, *, is_adopted: bool = False) -> None:
        self.caller = caller
        self.line_answered_at: Micros | None = None
        self._site = site
        self.is_adopted = is_adopted
        self.visits = VisitNotes()
        self.decisions = DecisionNotes()
        self.offers = OfferNotes()
        self.callbacks = CallbackNotes()
        self._digits: list[DigitPress] = []
        self._recordings: dict[str, Recording] = {}
        self._faults: list[str] = []
        self._survey_answers: list[SurveyAnswer] = []
        self._language = ""
        self._account = ""
        self._has_walked = False
        self._is_promised = False

    @property
    def story(self) -> CallStory:
        """What can be told of the call so far."""
        return CallStory(
            decisions=self.decisions.noted(),
            language=self._language,
            account=self._account,
            survey_answers=tuple(self._survey_answers),
            callback_of=self.caller.callback_of or None,
            callback_origin=self.callbacks.origin,
            callback_attempts=self.callbacks.attempts,
            callback_askings=self.callbacks.askings,
        )

    def walked(self) -> None:
        """The caller was led into a menu: one who joins no queue after it has left by choice."""
        self._has_walked = True

    def promised(self) -> None:
        """The caller was promised a callback."""
        self._is_promised = True

    def pressed(self, digit: str, at: Micros) -> None:
        """The caller pressed a key."""
        self._digits.append(DigitPress(at=at, digit=digit))

    @property
    def pressed_count(self) -> int:
        """How many keys have been noted."""
        return len(self._digits)

    def forget_pressed(self, kept_count: int) -> None:
        """Those after the first ``kept_count`` keys are to be in no record."""
        del self._digits[kept_count:]

    def spoken_in(self, language: Language) -> None:
        """From now on the caller is spoken to in this language."""
        self._language = language

    def known_as(self, account: str) -> None:
        """A list or a lookup knows the caller by this."""
        self._account = account

    def survey_answered(
        self,
        survey: SurveyName,
        question: str,
        answer: str,
        at: Micros,
        *,
        about: OfferRecord | None,
    ) -> SurveyAnswer:
        """The caller answered a question (or did not: empty) ``about`` the talk of an offer."""
        kept = SurveyAnswer(
            at=at,
            survey=survey,
            question=question,
            answer=answer,
            queue=about.queue if about else None,
            agent_id=about.agent_id if about else None,
            offer_id=about.offer_id if about else None,
        )
        self._survey_answers.append(kept)
        return kept

    def recording_started(self, path: str, at: Micros) -> None:
        """A recording began."""
        self._recordings[path] = Recording(path=path, started_at=at)

    def recording_stopped(self, path: str, at: Micros) -> None:
        """A recording is complete; one whose beginning was not seen begins and ends at once."""
        begun = self._recordings.get(path, Recording(path=path, started_at=at))
        self._recordings[path] = replace(begun, stopped_at=at)

    def fault(self, what: str) -> None:
        """Something on our side went wrong."""
        self._faults.append(what)

    def outcome(self) -> CallOutcome:
        """How the call ended, from what has been noted."""
        if self._is_promised:
            return CallOutcome.CALLBACK_PROMISED
        visited = self.visits.noted()
        if not visited and self._has_walked:
            return CallOutcome.EXITED
        return visits.outcome(visited)

    def close(self, at: Micros, hung_up_by: HungUpBy, hangup_cause: str) -> CallRecord:
        """The record of the call, which ended at ``at``."""
        visited, talks = self.visits.noted(), self.offers.talks()
        first, last = (talks[0], talks[-1]) if talks else (None, None)
        self.callbacks.line_ended(hangup_cause, has_talked=bool(talks))
        return CallRecord(
            call_id=self.caller.call_id,
            site=self._site,
            node=self.caller.node,
            caller_leg_id=self.caller.leg_id,
            caller_number=self.caller.number,
            caller_name=self.caller.name,
            dialled_number=self.caller.dialled_number,
            arrived_at=self.caller.arrived_at,
            line_answered_at=self.line_answered_at,
            picked_up_at=first.picked_up_at if first else None,
            bridged_at=first.bridged_at if first else None,
            unbridged_at=last.unbridged_at if last else None,
            ended_at=at,
            outcome=self.outcome(),
            hung_up_by=hung_up_by,
            hangup_cause=hangup_cause,
            queue=visited[-1].queue if visited else None,
            agent_id=last.agent_id if last else None,
            wait_seconds=visits.wait_seconds(visited, self.caller.arrived_at),
            talk_seconds=sum(_talk_seconds(offer) for offer in talks),
            hold_seconds=sum(offer.hold_seconds for offer in talks),
            is_within_service_level=self.offers.is_within_service_level,
            is_adopted=self.is_adopted,
            is_callback=self.caller.is_callback,
            callback_of=self.caller.callback_of or None,
            callback_origin=self.callbacks.origin,
            callback_attempts=self.callbacks.attempts,
            callback_askings=self.callbacks.askings,
            visits=visited,
            offers=self.offers.noted(),
            decisions=self.decisions.noted(),
            survey_answers=tuple(self._survey_answers),
            language=self._language,
            account=self._account,
            digits=tuple(self._digits),
            recordings=tuple(
                replace(one, stopped_at=one.stopped_at or at) for one in self._recordings.values()
            ),
            faults=tuple(self._faults),
        )


def _talk_seconds(offer: OfferRecord) -> float:
    if offer.bridged_at is None or offer.unbridged_at is None:
        return 0.0
    return between(offer.bridged_at, offer.unbridged_at)
