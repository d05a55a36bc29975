"""The notes of a call, of which its record is made at the end."""

from __future__ import annotations

from dataclasses import replace

from callcore.domain import visits
from callcore.domain.ids import Language, Micros, SurveyName
from callcore.domain.ids import seconds_between as between
from callcore.domain.ledger.callbacks import CallbackNotes
from callcore.domain.ledger.caller import Caller
from callcore.domain.ledger.decisions import DecisionNotes
from callcore.domain.ledger.notes import CallNotes
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


class CallLedger:
    """Notes of one call: of its visits, decisions, offers and callbacks, and of all the rest."""

    def __init__(self, caller: Caller, site: str, *, is_adopted: bool = False) -> None:
        self.caller = caller
        self.line_answered_at: Micros | None = None
        self.ordered_end = ""
        """The cause with which we have told the switch to end the line; empty if we have not."""
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

    @classmethod
    def taken_up(cls, notes: CallNotes, caller: Caller, site: str) -> CallLedger:
        """The ledger of a call that another process followed, which left these notes of it."""
        ledger = cls(caller, site, is_adopted=True)
        ledger.line_answered_at = notes.line_answered_at
        ledger.ordered_end = notes.ordered_end
        ledger.visits.take_up(notes)
        ledger.decisions.take_up(notes.decisions)
        ledger.offers.take_up(notes)
        ledger.callbacks.take_up(notes)
        ledger._digits += notes.digits
        ledger._recordings |= {one.path: one for one in notes.recordings}
        ledger._faults += notes.faults
        ledger._survey_answers += notes.survey_answers
        ledger._language, ledger._account = notes.language, notes.account
        ledger._has_walked, ledger._is_promised = notes.has_walked, notes.is_promised
        return ledger

    def notes(self) -> CallNotes:
        """All that has been noted so far, for another process to go on from."""
        return CallNotes(
            caller=self.caller,
            line_answered_at=self.line_answered_at,
            visits=self.visits.noted(),
            told_at=self.visits.told_at,
            decisions=self.decisions.noted(),
            offers=self.offers.noted(),
            held_since=self.offers.held_since,
            is_within_service_level=self.offers.is_within_service_level,
            callback_origin=self.callbacks.origin,
            callback_askings=self.callbacks.askings,
            callback_attempts=self.callbacks.attempts,
            callback_attempt=self.callbacks.going_on,
            digits=tuple(self._digits),
            recordings=tuple(self._recordings.values()),
            faults=tuple(self._faults),
            survey_answers=tuple(self._survey_answers),
            language=self._language,
            account=self._account,
            ordered_end=self.ordered_end,
            has_walked=self._has_walked,
            is_promised=self._is_promised,
        )

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
        """The caller answered a question (or did not: empty) ``about`` the talk of an offer.

        One that is noted already, with this instant, stays as it is.
        """
        for noted in self._survey_answers:
            if (noted.survey, noted.question, noted.at) == (survey, question, at):
                return noted
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
