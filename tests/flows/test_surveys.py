"""Surveys after the talk: who is asked, what is answered, and what may go wrong meanwhile."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from callcore.domain import surveys
from callcore.domain.agents import AgentState
from callcore.domain.events import CallArrived, SurveyAnswered, SurveyEnded, TalkEnded
from callcore.domain.ids import CallId, Language, LegId, SurveyName
from callcore.domain.outcomes import CallOutcome, HungUpBy
from callcore.domain.policies import (
    DialplanPolicy,
    NumberRoute,
    QueueSurveyPolicy,
    SitePolicy,
    SurveyPolicy,
    SurveyQuestion,
    SurveyWhen,
)
from callcore.domain.records import CallRecord
from tests.fakes.clock import settle
from tests.fakes.switch import Phone
from tests.fakes.switch_core import FakeLeg
from tests.flows.callbacks import ON_HOOK, PROMPTS, CallbackFloor
from tests.flows.callbacks import policy as with_callbacks
from tests.flows.feature_codes import by_phone, key, stand, standing
from tests.flows.floor import ANN, CLEO, ROOMY, SALES, SUPPORT, TestFloor
from tests.flows.stories import done_to, line_of, queue_of, record_of, rung, who_talks_with

CSAT = SurveyName("csat")
SURVEY = SurveyPolicy(
    name=CSAT,
    questions=(
        SurveyQuestion(name="satisfaction", prompts=("survey/satisfaction",)),
        SurveyQuestion(name="resolved", prompts=("survey/resolved",), keys=frozenset("12")),
        SurveyQuestion(
            name="recommend", prompts=("survey/recommend",), keys=frozenset("0123456789")
        ),
    ),
)
HEARD = 2.1
"""How long one utterance of the fake is heard, with what goes around it."""
QUICK = Phone(answers_after_seconds=0.1)


def surveyed(
    policy: SitePolicy = ROOMY, *, survey: SurveyPolicy = SURVEY, **how: Any
) -> SitePolicy:
    """The site with a survey after the talks of support, and at the number 8009."""
    policy = queue_of(policy=policy, survey=QueueSurveyPolicy(name=CSAT, **how))
    return replace(
        policy,
        surveys={CSAT: survey},
        numbers={**policy.numbers, "8009": NumberRoute(survey=CSAT)},
    )


def talking(floor: TestFloor, seconds: float = 5.0) -> LegId:
    """A caller who talks with Ann."""
    floor.log_in(ANN, phone=QUICK)
    caller = floor.call_in()
    floor.clock.advance(seconds)
    assert who_talks_with(floor, caller) == ANN
    return caller


def agents_leg(floor: TestFloor, caller: LegId) -> LegId:
    """Whom the caller talks with."""
    partner = line_of(floor, caller).bridged_to
    assert partner is not None
    return partner


def left(floor: TestFloor, seconds: float = 5.0) -> LegId:
    """A caller whom Ann has just left."""
    caller = talking(floor, seconds)
    floor.switch.end(agents_leg(floor, caller))
    settle()
    return caller


def sounds(leg: FakeLeg) -> list[str]:
    """What was said on a leg, without its place."""
    return [
        "+".join(path.rpartition("/")[2].removesuffix(".wav") for path in paths)
        for paths in leg.announced
    ]


def answer(floor: TestFloor, caller: LegId, keys: str) -> None:
    """The caller presses a key at each question, while it is heard, and hears the next begin."""
    for one in keys:
        floor.clock.advance(0.5)
        floor.switch.press(caller, one)
        floor.clock.advance(0.4)


def given(record: CallRecord) -> list[tuple[str, str]]:
    """Questions and answers of a record."""
    return [(one.question, one.answer) for one in record.survey_answers]


def over(floor: TestFloor, caller: LegId, within_seconds: float = 60) -> CallRecord:
    """The caller's line has ended; the record."""
    floor.clock.advance(within_seconds)
    assert caller not in floor.switch.legs_by_id
    assert floor.worker.calls_count == 0
    assert floor.complaints == []
    return record_of(floor, caller)


@pytest.fixture
def floor() -> TestFloor:
    return TestFloor(surveyed())


class TestAsked:
    """The whole of it."""

    def test_the_caller_is_asked_when_the_agent_has_hung_up(self, floor: TestFloor) -> None:
        """Introduction, each question, thanks, the end; kept with the call and the agent."""
        caller = left(floor)
        leg = line_of(floor, caller)
        assert leg.guarded == (30, "callcore_fallback", "public")
        floor.clock.advance(HEARD)
        answer(floor, caller, "519")
        floor.clock.advance(HEARD)
        assert floor.switch.causes[caller] == "NORMAL_CLEARING"
        assert sounds(leg) == ["introduction", "satisfaction", "resolved", "recommend", "thanks"]
        record = floor.record()
        assert given(record) == [("satisfaction", "5"), ("resolved", "1"), ("recommend", "9")]
        talk = record.offers[0].offer_id
        assert {
            (one.survey, one.queue, one.agent_id, one.offer_id) for one in record.survey_answers
        } == {(CSAT, SUPPORT, ANN, talk)}
        assert record.outcome is CallOutcome.SERVED
        assert record.hung_up_by is HungUpBy.AGENT

    def test_the_talk_is_as_long_as_it_was(self, floor: TestFloor) -> None:
        """And the agent is free before the survey is over."""
        caller = left(floor)
        floor.clock.advance(HEARD)
        assert floor.agent(ANN).state is AgentState.WRAPPING_UP
        floor.clock.advance(10)
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        assert caller in floor.switch.legs_by_id
        record = over(floor, caller)
        assert record.talk_seconds < 5
        assert record.ended_at - (record.unbridged_at or 0) > 10e6
        assert [fact.hung_up_by for fact in floor.told(TalkEnded)] == [HungUpBy.AGENT]

    def test_facts_are_told_as_they_happen(self, floor: TestFloor) -> None:
        """One for each answer, and one when it is over."""
        caller = left(floor)
        floor.clock.advance(HEARD)
        answer(floor, caller, "4")
        told = floor.told(SurveyAnswered)
        assert [(one.question, one.answer, one.queue, one.agent_id) for one in told] == [
            ("satisfaction", "4", SUPPORT, ANN)
        ]
        assert floor.told(SurveyEnded) == []
        floor.switch.end(caller)
        settle()
        (ended,) = floor.told(SurveyEnded)
        assert (ended.answered_count, ended.questions_count, ended.agent_id) == (1, 3, ANN)

    def test_a_key_cuts_the_introduction_and_answers_nothing(self, floor: TestFloor) -> None:
        """The first question has not been heard yet."""
        caller = left(floor)
        answer(floor, caller, "5")
        assert sounds(line_of(floor, caller)) == ["introduction", "satisfaction"]
        assert floor.told(SurveyAnswered) == []

    def test_keys_of_the_talk_answer_nothing(self, floor: TestFloor) -> None:
        """A caller who pressed something while talking."""
        caller = talking(floor)
        floor.switch.press(caller, "5")
        floor.clock.advance(0.1)
        floor.switch.end(agents_leg(floor, caller))
        floor.clock.advance(1)
        assert sounds(line_of(floor, caller)) == ["introduction"]
        assert floor.told(SurveyAnswered) == []

    def test_a_key_held_down_answers_one_question(self, floor: TestFloor) -> None:
        """What comes right after a key is not an answer to what has not been heard."""
        caller = left(floor)
        floor.clock.advance(HEARD)
        floor.switch.press(caller, "11")
        floor.clock.advance(0.5)
        assert given_so_far(floor, caller) == [("satisfaction", "1")]
        assert sounds(line_of(floor, caller))[-1] == "resolved"

    def test_the_time_of_one_question_is_not_that_of_the_next(self, floor: TestFloor) -> None:
        """Answered late: the next one may be heard to its end."""
        caller = left(floor)
        floor.clock.advance(2 * HEARD + 4)
        answer(floor, caller, "5")
        floor.clock.advance(1)
        assert sounds(line_of(floor, caller)) == ["introduction", "satisfaction", "resolved"]

    def test_a_wrong_key_is_told_and_asked_again(self, floor: TestFloor) -> None:
        """So often as the question says; then it has no answer."""
        caller = left(floor)
        floor.clock.advance(HEARD)
        answer(floor, caller, "9")
        assert sounds(line_of(floor, caller))[-1] == "invalid+satisfaction"
        answer(floor, caller, "0")
        assert sounds(line_of(floor, caller))[-1] == "resolved"
        answer(floor, caller, "1")
        floor.switch.end(caller)
        settle()
        assert given(floor.record()) == [("satisfaction", ""), ("resolved", "1")]

    def test_silence_is_asked_again_and_then_no_answer(self, floor: TestFloor) -> None:
        """Two questions in a row without an answer: nobody listens; thanks, and the end."""
        caller = left(floor)
        leg = line_of(floor, caller)
        record = over(floor, caller)
        assert sounds(leg) == [
            "introduction",
            *["satisfaction"] * 2,
            *["resolved"] * 2,
            "thanks",
        ]
        assert given(record) == [("satisfaction", ""), ("resolved", "")]
        assert record.hung_up_by is HungUpBy.AGENT

    def test_one_question_without_an_answer_does_not_end_it(self, floor: TestFloor) -> None:
        """The next one may be easier."""
        caller = left(floor)
        floor.clock.advance(HEARD + 2 * (HEARD + 5))
        answer(floor, caller, "2")
        assert sounds(line_of(floor, caller))[-1] == "recommend"

    def test_the_callers_language_is_spoken(self) -> None:
        """As in the queue."""
        policy = surveyed()
        polish = replace(policy.numbers["8001"], language=Language("pl"))
        floor = TestFloor(replace(policy, numbers={**policy.numbers, "8001": polish}))
        caller = left(floor)
        floor.clock.advance(0.1)
        assert line_of(floor, caller).announced == [("/sounds/pl/survey/introduction.wav",)]

    def test_the_callers_hang_up_in_it_changes_nothing_of_the_talk(self, floor: TestFloor) -> None:
        """The answers so far are kept; the agent had ended the talk."""
        caller = left(floor)
        floor.clock.advance(HEARD)
        answer(floor, caller, "3")
        floor.switch.end(caller)
        settle()
        record = floor.record()
        assert given(record) == [("satisfaction", "3")]
        assert (record.outcome, record.hung_up_by) == (CallOutcome.SERVED, HungUpBy.AGENT)

    def test_an_answer_is_kept_in_the_same_instant(self, floor: TestFloor) -> None:
        """A caller who presses and hangs up has answered."""
        caller = left(floor)
        floor.clock.advance(HEARD)
        floor.switch.press(caller, "4")
        floor.clock.advance(0.03)
        floor.switch.end(caller)
        settle()
        assert given(floor.record()) == [("satisfaction", "4")]

    def test_a_missing_sound_is_a_tone(self, floor: TestFloor) -> None:
        """The question can be answered all the same."""
        floor.switch.missing_sounds.add("/sounds/en/survey/satisfaction.wav")
        caller = left(floor)
        floor.clock.advance(HEARD)
        answer(floor, caller, "5")
        assert given_so_far(floor, caller) == [("satisfaction", "5")]


def given_so_far(floor: TestFloor, caller: LegId) -> list[tuple[str, str]]:
    """What the leg remembers."""
    kept = line_of(floor, caller).variables.get("callcore_survey_answers", "")
    return [(one.question, one.answer) for one in surveys.found(kept)]


class TestNotAsked:
    """Talks that no survey follows end as ever."""

    def test_a_caller_who_hangs_up_first_is_not_asked(self, floor: TestFloor) -> None:
        """The line is gone."""
        caller = talking(floor)
        floor.switch.end(caller)
        settle()
        assert (floor.record().hung_up_by, floor.told(SurveyEnded)) == (HungUpBy.CALLER, [])

    def test_both_at_once(self, floor: TestFloor) -> None:
        """The agent was first; the caller hears no question."""
        caller = talking(floor)
        floor.switch.end(agents_leg(floor, caller))
        floor.switch.end(caller)
        settle()
        assert floor.record().hung_up_by is HungUpBy.AGENT
        assert given(floor.record()) == []
        assert floor.worker.calls_count == 0

    def test_without_a_survey_the_switch_is_asked_for_nothing(self) -> None:
        """The leg ends with the agent's."""
        floor = TestFloor()
        caller = left(floor)
        assert "keep_after_talk" not in done_to(floor, caller)
        assert floor.record().hung_up_by is HungUpBy.AGENT

    def test_the_share_is_decided_before_the_leg_is_kept(self) -> None:
        """Callers outside it do not even wait for our hang-up."""
        floor = TestFloor(surveyed(share=0.5))
        floor.log_in(ANN, phone=QUICK)
        asked = set()
        for _ in range(12):
            caller = floor.call_in()
            floor.clock.advance(2)
            floor.switch.end(agents_leg(floor, caller))
            settle()
            is_asked = caller in floor.switch.legs_by_id
            assert is_asked is ("keep_after_talk" in done_to(floor, caller))
            asked.add(is_asked)
            if is_asked:
                floor.switch.end(caller)
            floor.clock.advance(11)
        assert asked == {True, False}

    def test_an_agent_who_was_cut_off_is_no_agent_who_hung_up(self, floor: TestFloor) -> None:
        """The caller is hung up at once, as the switch would have."""
        caller = talking(floor)
        floor.switch.end(agents_leg(floor, caller), "MEDIA_TIMEOUT")
        floor.clock.advance(0.05)
        assert floor.switch.causes[caller] == "NORMAL_CLEARING"
        assert floor.told(SurveyEnded) == []
        assert floor.record().hung_up_by is HungUpBy.AGENT

    def test_a_caller_on_hold_ends_with_the_agent(self, floor: TestFloor) -> None:
        """The switch says so."""
        caller = talking(floor)
        agent = agents_leg(floor, caller)
        floor.switch.hold(agent)
        floor.switch.end(agent)
        settle()
        assert floor.record().caller_leg_id == caller

    def test_a_survey_taken_out_while_they_talk_is_not_held(self, floor: TestFloor) -> None:
        """The caller is hung up at once."""
        caller = talking(floor)
        floor.reload(
            replace(queue_of(policy=floor.policy, survey=None), surveys={}, numbers=ROOMY.numbers)
        )
        floor.switch.end(agents_leg(floor, caller))
        floor.clock.advance(0.05)
        assert floor.switch.causes[caller] == "NORMAL_CLEARING"

    def test_the_survey_of_the_moment_is_held(self) -> None:
        """One that came by a reload, before the talk."""
        floor = TestFloor(ROOMY)
        floor.log_in(ANN, phone=Phone(answers_after_seconds=5))
        caller = floor.call_in()
        floor.clock.advance(1)
        floor.reload(surveyed())
        floor.clock.advance(10)
        floor.switch.end(agents_leg(floor, caller))
        floor.clock.advance(0.1)
        assert sounds(line_of(floor, caller)) == ["introduction"]


class TestAgentAsks:
    """The agent wants it, whatever the share."""

    @pytest.fixture
    def floor(self) -> TestFloor:
        return TestFloor(surveyed(when=SurveyWhen.ASKED, key="9"))

    def test_the_key_twice_ends_the_talk_with_the_survey(self, floor: TestFloor) -> None:
        """The agent's phone is hung up, and the caller asked."""
        caller = talking(floor)
        agent = agents_leg(floor, caller)
        key(floor, agent, "99")
        floor.clock.advance(0.1)
        assert agent not in floor.switch.legs_by_id
        assert sounds(line_of(floor, caller)) == ["introduction"]
        assert floor.agent(ANN).state is AgentState.WRAPPING_UP
        assert over(floor, caller).hung_up_by is HungUpBy.AGENT

    def test_the_key_once_is_nothing(self, floor: TestFloor) -> None:
        """Nor is it with another between, or pressed by the caller."""
        caller = talking(floor)
        agent = agents_leg(floor, caller)
        key(floor, agent, "9")
        floor.clock.advance(2)
        key(floor, agent, "919")
        key(floor, caller, "99")
        floor.clock.advance(1)
        assert agents_leg(floor, caller) == agent

    def test_hanging_up_asks_for_nothing(self, floor: TestFloor) -> None:
        """The caller's line ends with the agent's."""
        left(floor)
        assert floor.record().hung_up_by is HungUpBy.AGENT

    def test_a_transfer_to_its_number_asks(self, floor: TestFloor) -> None:
        """About the talk with the agent who sent the caller there."""
        caller = talking(floor)
        floor.switch.blind_transfer(agents_leg(floor, caller))
        floor.switch.park_again(caller, "8009", queue="")
        settle()
        floor.clock.advance(HEARD)
        answer(floor, caller, "5")
        floor.switch.end(caller)
        settle()
        record = floor.record()
        assert [(one.answer, one.agent_id) for one in record.survey_answers] == [("5", ANN)]
        assert record.hung_up_by is HungUpBy.AGENT

    def test_who_dials_its_number_has_not_talked(self, floor: TestFloor) -> None:
        """A goodbye, and the end."""
        caller = floor.call_in("8009")
        leg = line_of(floor, caller)
        record = over(floor, caller, 3)
        assert sounds(leg) == ["goodbye"]
        assert (record.outcome, given(record)) == (CallOutcome.EXITED, [])


class TestTransfers:
    """A transfer goes before the survey."""

    def test_a_caller_sent_to_another_queue_waits_there(self, floor: TestFloor) -> None:
        """Sales has no survey: the talk there ends with the line."""
        caller = talking(floor)
        floor.switch.blind_transfer(agents_leg(floor, caller))
        floor.switch.park_again(caller, "8002", queue="")
        settle()
        assert floor.position(caller, SALES) == 1
        assert line_of(floor, caller).kept_seconds is None
        floor.log_in(CLEO, phone=QUICK)
        floor.clock.advance(5)
        floor.switch.end(agents_leg(floor, caller))
        settle()
        assert caller not in floor.switch.legs_by_id
        assert given(floor.record()) == []

    def test_a_caller_sent_to_a_phone_ends_with_that_talk(self, floor: TestFloor) -> None:
        """The switch is not to keep a leg that is in other hands."""
        caller = talking(floor)
        floor.switch.blind_transfer(agents_leg(floor, caller))
        settle()
        assert line_of(floor, caller).kept_seconds is not None
        floor.clock.advance(1.5)
        assert line_of(floor, caller).kept_seconds is None
        floor.switch.end(caller)
        settle()
        assert floor.record().hung_up_by is HungUpBy.CALLER

    def test_a_leg_kept_after_a_talk_with_a_stranger_is_hung_up(self, floor: TestFloor) -> None:
        """Should the switch have kept it all the same."""
        caller = talking(floor)
        floor.switch.blind_transfer(agents_leg(floor, caller))
        floor.clock.advance(5)
        floor.switch._keep(line_of(floor, caller), 10)
        floor.clock.advance(0.05)
        assert floor.switch.causes[caller] == "NORMAL_CLEARING"
        assert floor.told(SurveyEnded) == []

    def test_the_second_talk_is_asked_about(self, floor: TestFloor) -> None:
        """A caller who is sent back to support talks with two agents."""
        caller = talking(floor)
        floor.switch.blind_transfer(agents_leg(floor, caller))
        floor.switch.park_again(caller, "8001", queue="")
        settle()
        floor.log_in(CLEO, phone=QUICK)
        floor.clock.advance(15)
        floor.switch.end(agents_leg(floor, caller))
        floor.clock.advance(HEARD)
        answer(floor, caller, "5")
        floor.switch.end(caller)
        settle()
        (kept,) = floor.record().survey_answers
        assert kept.agent_id == floor.record().agent_id
        assert kept.offer_id == floor.record().offers[-1].offer_id
        assert len(rung(floor)) == 2


class TestStandingLine:
    """Agents who stay connected."""

    @pytest.fixture
    def floor(self) -> TestFloor:
        site = standing(queue_of(policy=by_phone(), wrap_up_seconds=0))
        return TestFloor(surveyed(site, key="9"))

    @pytest.mark.parametrize("keys", ["**", "99"])
    def test_the_agent_ends_the_talk_and_the_caller_is_asked(
        self, floor: TestFloor, keys: str
    ) -> None:
        """The line stays, for the next caller at once."""
        ann = stand(floor)
        caller = floor.call_in()
        floor.clock.advance(3)
        assert agents_leg(floor, caller) == ann
        key(floor, ann, keys)
        floor.clock.advance(0.1)
        assert sounds(line_of(floor, caller)) == ["introduction"]
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        second = floor.call_in()
        floor.clock.advance(3)
        assert agents_leg(floor, second) == ann
        floor.switch.end(second)
        assert over(floor, caller).hung_up_by is HungUpBy.AGENT

    def test_without_one_the_caller_is_hung_up(self, floor: TestFloor) -> None:
        """As ever."""
        floor.reload(surveyed(floor.policy, when=SurveyWhen.ASKED))
        ann = stand(floor)
        caller = floor.call_in()
        floor.clock.advance(3)
        key(floor, ann, "**")
        floor.clock.advance(0.1)
        assert caller not in floor.switch.legs_by_id


class TestCallback:
    """Customers who were called back."""

    def test_a_customer_is_asked_too(self) -> None:
        """On the line that we have made."""
        site = replace(
            surveyed(with_callbacks()),
            dialplan=DialplanPolicy(callback_contact="sofia/gateway/carrier/{number}"),
        )
        floor = CallbackFloor(site)
        floor.promised()
        floor.customer(Phone(answers_after_seconds=1))
        floor.log_in(ANN, phone=QUICK)
        floor.clock.advance(10)
        leg = floor.customers_leg()
        assert leg.bridged_to is not None
        floor.switch.end(leg.bridged_to)
        floor.clock.advance(HEARD)
        answer(floor, leg.leg_id, "512")
        floor.clock.advance(PROMPTS + ON_HOOK)
        assert [one for _, one in given(floor.callback_record())] == ["5", "1", "2"]


class TestLinkAndProcess:
    """What fails while a survey is held."""

    def test_a_link_that_is_down_when_the_agent_hangs_up(self, floor: TestFloor) -> None:
        """The survey begins when it is back."""
        caller = talking(floor)
        agent = agents_leg(floor, caller)
        floor.switch.lose_link()
        floor.switch.end(agent)
        floor.clock.advance(3)
        floor.switch.restore_link()
        floor.clock.advance(0.1)
        assert sounds(line_of(floor, caller)) == ["introduction"]
        floor.clock.advance(20)
        assert caller in floor.switch.legs_by_id
        assert over(floor, caller).hung_up_by is HungUpBy.AGENT

    def test_a_link_that_stays_down(self, floor: TestFloor) -> None:
        """Nobody waits in silence: the switch itself ends the line."""
        caller = talking(floor)
        floor.switch.lose_link()
        floor.switch.end(agents_leg(floor, caller))
        floor.clock.advance(10.1)
        assert caller not in floor.switch.legs_by_id
        floor.switch.restore_link()
        floor.clock.advance(5)
        assert record_of(floor, caller).outcome is CallOutcome.SERVED
        assert floor.worker.calls_count == 0

    def test_every_process_is_dead_when_the_agent_hangs_up(self, floor: TestFloor) -> None:
        """The same."""
        caller = talking(floor)
        floor.kill_worker()
        floor.switch.end(agents_leg(floor, caller))
        floor.clock.advance(10.1)
        assert caller not in floor.switch.legs_by_id

    def test_a_link_that_is_lost_in_it(self, floor: TestFloor) -> None:
        """It goes on where it was."""
        caller = left(floor)
        floor.clock.advance(HEARD)
        answer(floor, caller, "5")
        floor.switch.lose_link()
        floor.clock.advance(4)
        floor.switch.restore_link()
        floor.clock.advance(0.5)
        record = over(floor, caller)
        assert given(record)[0] == ("satisfaction", "5")
        assert record.hung_up_by is HungUpBy.AGENT

    def test_a_caller_whom_the_dead_mans_switch_took_may_come_back(self, floor: TestFloor) -> None:
        """From the fallback a dialplan may lead to a queue again, also one that says little."""
        caller = left(floor)
        floor.clock.advance(HEARD)
        floor.switch.lose_link()
        floor.clock.advance(125)
        floor.switch.restore_link()
        settle()
        assert caller in floor.switch.legs_by_id
        floor.switch.park_again(caller, "8001", queue="")
        settle()
        assert floor.position(caller) == 1
        floor.switch.end(caller)
        settle()
        assert floor.record().hung_up_by is HungUpBy.CALLER

    def test_nobody_goes_on_with_a_survey_that_the_fallback_took(self, floor: TestFloor) -> None:
        """Be it asked after the talk or by its number: the leg says nothing of it any more."""
        caller = talking(floor)
        floor.switch.blind_transfer(agents_leg(floor, caller))
        floor.switch.park_again(caller, "8009", queue="")
        floor.clock.advance(HEARD)
        answer(floor, caller, "5")
        floor.switch.lose_link()
        floor.clock.advance(125)
        floor.switch.restore_link()
        settle()
        kept = line_of(floor, caller).variables
        assert not {"callcore_survey", "callcore_survey_answers"} & kept.keys()

    def test_an_adopter_goes_on_with_the_next_question(self, floor: TestFloor) -> None:
        """The answers before are in its record, about the same talk."""
        caller = left(floor)
        floor.clock.advance(HEARD)
        answer(floor, caller, "51")
        before = floor.switch.legs_by_id[caller].variables["callcore_survey_answers"]
        floor.restart()
        floor.clock.advance(0.2)
        assert sounds(line_of(floor, caller))[-1] == "recommend"
        assert line_of(floor, caller).variables["callcore_survey_answers"] == before
        answer(floor, caller, "7")
        record = over(floor, caller)
        assert given(record) == [("satisfaction", "5"), ("resolved", "1"), ("recommend", "7")]
        assert {(one.agent_id, one.queue) for one in record.survey_answers} == {(ANN, SUPPORT)}
        assert record.is_adopted
        assert record.outcome is CallOutcome.SERVED
        assert record.hung_up_by is HungUpBy.AGENT
        assert record.talk_seconds == pytest.approx(4.9, abs=0.2)
        assert len(floor.told(SurveyAnswered)) == 3
        assert (floor.told(SurveyEnded)[-1].answered_count) == 3

    def test_an_adopter_without_a_floor_knows_it_from_the_leg(self, floor: TestFloor) -> None:
        """Redis has lost everything meanwhile."""
        caller = left(floor)
        floor.clock.advance(HEARD)
        answer(floor, caller, "5")
        floor.kill_worker()
        floor.store.lose_data()
        floor.restart()
        answer(floor, caller, "2")
        record = over(floor, caller)
        assert given(record)[:2] == [("satisfaction", "5"), ("resolved", "2")]
        assert {one.agent_id for one in record.survey_answers} == {ANN}
        assert record.agent_id == ANN
        assert record.talk_seconds == pytest.approx(4.9, abs=0.2)

    def test_an_adopter_whose_settings_have_no_such_survey_hangs_up(self, floor: TestFloor) -> None:
        """What was answered is gone with the question; nobody waits in silence."""
        caller = left(floor)
        floor.clock.advance(HEARD)
        floor.policy = queue_of(policy=ROOMY, survey=None)
        floor.restart()
        assert over(floor, caller, 1).outcome is CallOutcome.SERVED

    def test_left_between_two_processes(self, floor: TestFloor) -> None:
        """The agent hung up while nobody was there: the next process asks."""
        caller = talking(floor)
        floor.kill_worker()
        floor.switch.end(agents_leg(floor, caller))
        floor.restart()
        floor.clock.advance(0.2)
        assert sounds(line_of(floor, caller)) == ["introduction"]
        assert floor.agent(ANN).state is AgentState.WRAPPING_UP
        record = over(floor, caller)
        assert record.agent_id == ANN
        assert floor.agent(ANN).state is AgentState.AVAILABLE

    def test_left_before_the_new_process_has_looked(self, floor: TestFloor) -> None:
        """Told of a leg that nobody follows: no new caller."""
        caller = talking(floor)
        floor.kill_worker()
        floor.worker = floor.start_worker()
        floor.switch.end(agents_leg(floor, caller))
        floor.clock.advance(0.2)
        assert sounds(line_of(floor, caller)) == ["introduction"]
        record = over(floor, caller)
        assert record.agent_id == ANN
        assert record.is_adopted

    def test_told_and_found_at_once_is_asked_once(
        self, floor: TestFloor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The switch tells of the leg while the new process looks at all of them, and Redis takes
        its time to hear that the talk is over.
        """
        caller = talking(floor)
        floor.kill_worker()
        floor.switch.end(agents_leg(floor, caller))
        end_talk = floor.store.roster.end_talk

        def later(*args: Any, **kwargs: Any) -> Any:
            floor.clock.sleep(0.01)
            return end_talk(*args, **kwargs)

        monkeypatch.setattr(floor.store.roster, "end_talk", later)
        floor.worker = floor.start_worker()
        floor.switch.restore_link()
        floor.switch._park(line_of(floor, caller))
        over(floor, caller)
        assert len([one for one in floor.told(CallArrived) if one.is_adopted]) == 1

    @pytest.mark.parametrize("is_floor_lost", [False, True])
    def test_a_customer_is_adopted_in_a_survey(self, is_floor_lost: bool) -> None:
        """On a line we have made."""
        floor = CallbackFloor(surveyed(with_callbacks()))
        floor.promised()
        floor.customer(Phone(answers_after_seconds=1))
        floor.log_in(ANN, phone=QUICK)
        floor.clock.advance(10)
        leg = floor.customers_leg()
        assert leg.bridged_to is not None
        floor.switch.end(leg.bridged_to)
        floor.clock.advance(HEARD)
        answer(floor, leg.leg_id, "5")
        floor.kill_worker()
        if is_floor_lost:
            floor.store.lose_data()
        floor.restart_at_once()
        answer(floor, leg.leg_id, "12")
        floor.clock.advance(30)
        assert [one for _, one in given(floor.callback_record())] == ["5", "1", "2"]


class TestEveryInstant:
    """Nobody is left, whenever it happens."""

    def test_a_hang_up_at_every_instant(self) -> None:
        """One record, the agent free, nothing left; the answers given are there."""
        for step in range(0, 12_000, 73):
            floor = TestFloor(surveyed())
            caller = left(floor, 1.0)
            pressed = 0
            for at in range(0, step, 700):
                floor.clock.advance(min(700, step - at) * 0.001)
                if caller in floor.switch.legs_by_id:
                    floor.switch.press(caller, "1")
                    pressed += 1
            floor.switch.end(caller)
            floor.clock.advance(30)
            record = floor.record()
            assert record.hung_up_by is HungUpBy.AGENT, step
            assert len(record.survey_answers) <= pressed, step
            answered = [(one.question, one.answer) for one in floor.told(SurveyAnswered)]
            assert given(record) == answered, step
            assert floor.agent(ANN).state is AgentState.AVAILABLE, step
            assert floor.worker.calls_count == 0, step
            assert floor.switch.legs_by_id == {}, step

    def test_a_kill_at_every_instant(self) -> None:
        """Another process goes on: each question is answered once."""
        for step in range(0, 6000, 110):
            floor = TestFloor(surveyed())
            caller = left(floor, 1.0)
            for at in range(0, step, 700):
                floor.clock.advance(min(700, step - at) * 0.001)
                if caller in floor.switch.legs_by_id:
                    floor.switch.press(caller, "1")
            floor.restart()
            floor.clock.advance(60)
            (record,) = floor.records()
            names = [one.question for one in record.survey_answers]
            assert len(set(names)) == len(names), step
            assert record.outcome is CallOutcome.SERVED, step
            assert record.agent_id == ANN, step
            assert floor.agent(ANN).state is AgentState.AVAILABLE, step
            assert floor.switch.legs_by_id == {}, step
            assert floor.worker.calls_count == 0, step

    def test_a_kill_around_the_agents_hang_up(self) -> None:
        """Whatever the process had said of it when it died."""
        for step in range(0, 200, 4):
            floor = TestFloor(surveyed())
            caller = talking(floor, 1.0)
            agent = agents_leg(floor, caller)
            if step % 8:
                floor.switch.end(agent)
            floor.clock.advance(step * 0.001)
            floor.kill_worker()
            floor.switch.end(agent)
            floor.restart()
            floor.clock.advance(60)
            record = record_of(floor, caller)
            assert record.outcome is CallOutcome.SERVED, step
            assert len(record.survey_answers) == 2, step
            assert CallId(caller) == record.call_id, step
            assert floor.agent(ANN).state is AgentState.AVAILABLE, step
            assert floor.switch.legs_by_id == {}, step
