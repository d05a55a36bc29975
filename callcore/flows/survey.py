"""A survey: what a caller who has talked is asked before the line ends.

What is answered is kept at once, in the notes of the call and on the leg, so that neither a caller
who hangs up in the middle nor the death of this process takes it away.
"""

from __future__ import annotations

from collections.abc import Sequence

from callcore.domain import surveys
from callcore.domain.events import SurveyAnswered, SurveyEnded
from callcore.domain.ids import SurveyName
from callcore.domain.policies import SurveyPolicy, SurveyQuestion
from callcore.domain.records import OfferRecord
from callcore.domain.speech import phrases
from callcore.domain.surveys import Given
from callcore.domain.treatments import Goodbye
from callcore.flows import treating
from callcore.flows.call import Call
from callcore.flows.key_asking import asked_key
from callcore.flows.messages import KeyTimedOut, WentToFallback
from callcore.flows.prompting import WentToFallbackError, say
from callcore.flows.timers import Timers

OVER_CAUSE = "NORMAL_CLEARING"

PAUSE_SECONDS = 0.3
"""After a key, before the next question."""


def hold(call: Call, name: SurveyName) -> None:
    """Asks a caller who was led to a survey about the last talk, and hangs up.

    One who has not talked is just taken leave of, and so is one whose survey is no more. Raises
    ``CallerHungUpError`` and ``WentToFallbackError``.
    """
    policy, about = call.site.policy.surveys.get(name), call.ledger.offers.last_talk()
    if policy is not None and about is not None:
        SurveyTaking(call, policy, about).take()
        return
    call.ledger.walked()
    has_sounds = call.site.policy.sounds.directory is not None
    prompts = (phrases.GOODBYE,) if has_sounds else ()
    treating.send_off(call, Goodbye(prompts=prompts, cause=OVER_CAUSE))


def follow_up(call: Call, name: SurveyName | None, given: Sequence[Given] = ()) -> None:
    """Asks a caller whom the agent has left, and hangs up; at once if there is no such survey.

    Those ``given`` were answered to another process. Raises ``CallerHungUpError``.
    """
    policy = None if name is None else call.site.policy.surveys.get(name)
    if policy is None:
        call.part()
        return
    try:
        SurveyTaking(call, policy, call.ledger.offers.last_talk()).take(given)
    except WentToFallbackError:
        call.ledger.fault("the dead man's switch sent the caller to the fallback")


class SurveyTaking:
    """One survey of ``call`` about a talk; ``None`` if nothing tells of it any more."""

    def __init__(self, call: Call, policy: SurveyPolicy, about: OfferRecord | None) -> None:
        self._call = call
        self._policy = policy
        self._about = about
        self._timers = Timers(call.mailbox)
        self._given: list[Given] = []
        self._attempts_count = 0
        self._has_pressed = False

    def take(self, given: Sequence[Given] = ()) -> None:
        """Asks what was not asked before, thanks, hangs up.

        Raises ``CallerHungUpError`` and ``WentToFallbackError``.
        """
        call = self._call
        self._begin(given)
        try:
            if not given:
                self._has_pressed = bool(say(call, self._policy.introduction, is_skippable=True))
            while (question := surveys.next_question(self._policy, self._given)) is not None:
                self._note(question, self._answer_to(question))
            say(call, self._policy.thanks)
        except WentToFallbackError:
            call.remember(survey="", survey_answers="")  # nobody is to go on with it
            raise
        finally:
            self._timers.stop()
            if not call.is_handed_over:
                self._publish_end()
        call.hang_up(OVER_CAUSE)

    def _begin(self, given: Sequence[Given]) -> None:
        call, about = self._call, self._about
        call.is_surveyed = True
        for one in given:
            call.ledger.survey_answered(
                self._policy.name, one.question, one.answer, one.at, about=about
            )
        if given:
            call.stop_playing()  # the question that the other process was asking
        self._given = list(given)
        kept = {} if about is None else _kept(about)
        call.remember(
            parked="true",
            survey=self._policy.name,
            survey_answers=surveys.kept(given),
            waits_in="",
            menu="",
            queue="",
            **kept,
        )

    def _answer_to(self, question: SurveyQuestion) -> str:
        """A key that the question takes; empty if none was pressed in all tries."""
        utterance = question.prompts
        for _ in range(question.tries):
            self._pause_after_key()
            key = asked_key(
                self._call,
                utterance,
                self._timers,
                timeout_seconds=question.timeout_seconds,
                attempt=self._next_attempt(),
            )
            self._has_pressed = bool(key)
            if key in question.keys:
                return key
            utterance = (*self._policy.invalid, *question.prompts) if key else question.prompts
        return ""

    def _pause_after_key(self) -> None:
        """A key that is held down, or bounces, is no answer to what has not been heard."""
        if not self._has_pressed:
            return
        attempt = self._next_attempt()
        self._timers.set(PAUSE_SECONDS, KeyTimedOut(attempt=attempt))
        while (message := self._call.take()) != KeyTimedOut(attempt=attempt):
            if isinstance(message, WentToFallback):
                raise WentToFallbackError

    def _next_attempt(self) -> int:
        self._attempts_count += 1
        return self._attempts_count

    def _note(self, question: SurveyQuestion, answer: str) -> None:
        call, about, now = self._call, self._about, self._call.site.clock.now()
        call.ledger.survey_answered(self._policy.name, question.name, answer, now, about=about)
        self._given.append(Given(question=question.name, answer=answer, at=now))
        call.remember(survey_answers=surveys.kept(self._given))
        call.site.facts.publish(
            SurveyAnswered(
                at=now,
                call_id=call.caller.call_id,
                survey=self._policy.name,
                question=question.name,
                answer=answer,
                queue=None if about is None else about.queue,
                agent_id=None if about is None else about.agent_id,
            )
        )

    def _publish_end(self) -> None:
        call, about = self._call, self._about
        call.site.facts.publish(
            SurveyEnded(
                at=call.site.clock.now(),
                call_id=call.caller.call_id,
                survey=self._policy.name,
                queue=None if about is None else about.queue,
                agent_id=None if about is None else about.agent_id,
                answered_count=sum(bool(one.answer) for one in self._given),
                questions_count=len(self._policy.questions),
            )
        )


def _kept(about: OfferRecord) -> dict[str, str]:
    """What an adopter needs of the talk if the floor does not know of it."""
    return {
        "talks_in": about.queue,
        "offer": about.offer_id,
        "agent": about.agent_id,
        "agent_leg": about.leg_id,
        "bridged_at": str(about.bridged_at or ""),
        "talk_ended_at": str(about.unbridged_at or ""),
    }
