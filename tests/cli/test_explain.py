"""``callcore explain``: a decision reads as it was made."""

from __future__ import annotations

import textwrap
import time
from dataclasses import replace

import pytest

from callcore.cli import words
from callcore.domain.callbacks import CallbackState
from callcore.domain.ids import AgentId, Micros, OfferId, SurveyName
from callcore.domain.outcomes import AskingEnd, AttemptOutcome, CallbackOrigin
from callcore.domain.policies import Strategy
from callcore.domain.records import CallbackAsking, CallbackAttempt, PassedOver, SurveyAnswer
from callcore.domain.routing import Judgement, Verdict
from tests.adapters.control.views import (
    ENDED,
    FIRST,
    SALES,
    SECOND,
    SUPPORT,
    agents,
    callback_view,
    decision,
    explanation,
    waiting_view,
)

AT = Micros(time.time_ns() // 1000)


@pytest.fixture
def explained(run, floor):
    """The lines about an explanation, without instants."""

    def lines(whole=None):
        floor.explanations[FIRST] = whole or explanation()
        result = run("explain", FIRST)
        assert result.exit_code == 0
        return result.stdout.splitlines()

    return lines


def passed(agent_id, verdict, detail=""):
    return PassedOver(agent_id=AgentId(agent_id), verdict=verdict, detail=detail)


def found(agent_id, verdict, detail=""):
    return Judgement(agent_id=AgentId(agent_id), verdict=verdict, detail=detail)


def section(lines, label):
    """The part of a block beside a label, as one text."""
    start = next(number for number, line in enumerate(lines) if line.startswith(f"  {label}"))
    end = next(
        (number for number in range(start + 1, len(lines)) if not lines[number].startswith("   ")),
        len(lines),
    )
    block = [lines[start].replace(label, " " * len(label), 1), *lines[start + 1 : end]]
    return textwrap.dedent("\n".join(block)).splitlines()


def test_a_caller_who_waits_is_explained(run, floor):
    """Who was asked and why, who was not and why, and what stands between now."""
    lines = run("explain", FIRST).stdout.splitlines()
    when = [
        number for number, line in enumerate(lines) if "offered to" in line or line[8:] == "  now"
    ]
    for number in when:
        lines[number] = lines[number].partition("  ")[2]
    assert (
        lines
        == textwrap.dedent("""\
        Call 3f2a9c1e-8d11-4f0c-9b7e-0123456789ab
          waits        in support, in place 1, for 2:14
          caller       +4860…34
          priority     5
          may ask      agents up to level 1

        offered to 1002
          because      the caller had just joined; whoever has been free longest is
                       asked first
          the caller   had waited 44s, with priority 5
          might ask    agents up to level 1 with english >= 50
          strategy     longest idle
          passed over  1003  not on an open level: level 2 opens after 60 s
                       1005  later in the order
          not free     talking   1001, 1008
                       on break  1006

        now
          free         1003  not on an open level: level 2 opens after 60 s
          not free     talking      1001
                       wrapping up  1002""").splitlines()
    )


def test_an_explanation_in_json_is_the_whole_of_it(run_json):
    """With every verdict and detail, for whoever wants to count."""
    answer = run_json("explain", FIRST)
    assert answer["call_id"] == FIRST
    assert answer["waiting"]["queue"] == "support"
    assert answer["decisions"][0]["passed_over"][1] == {
        "agent_id": "1005",
        "verdict": "ranked_later",
        "detail": "number 2 by longest_idle",
    }
    assert answer["judgements"][0]["detail"] == "level 2 opens after 60 s"
    assert answer["not_free"] == [["1001", "talking"], ["1002", "wrapping_up"]]


def test_what_the_caller_said_of_the_talk_is_told(explained):
    """By talk, and who the caller is; a question without an answer is there."""
    said = [
        SurveyAnswer(
            at=AT,
            survey=SurveyName("csat"),
            question=question,
            answer=key,
            queue=SUPPORT,
            agent_id=AgentId("1002"),
            offer_id=OfferId("o1"),
        )
        for question, key in (("satisfaction", "4"), ("resolved", ""))
    ]
    lines = explained(
        explanation(
            waiting=None,
            judgements=(),
            not_free=(),
            language="pl",
            account="K-\x1b[31m4711",
            survey_answers=(*said, replace(said[0], offer_id=None, agent_id=None, queue=None)),
        )
    )
    assert lines[2:4] == ["  language     pl", "  account      K-\ufffd[31m4711"]
    start = next(number for number, line in enumerate(lines) if "asked about the talk" in line)
    assert lines[start].endswith("asked about the talk: csat")
    assert lines[start + 1 : start + 4] == [
        "  talked with   1002 in support",
        "  satisfaction  4",
        "  resolved      no answer",
    ]
    assert lines[-1] == "  satisfaction  4"


def test_a_callback_is_told_with_every_call_to_the_customer(explained):
    """How it came to be, and what came of each call, between the decisions, as they came."""
    calls = (
        CallbackAttempt(at=moment(10), outcome=AttemptOutcome.BUSY, hangup_cause="USER_BUSY"),
        CallbackAttempt(at=moment(30), outcome=AttemptOutcome.TALKED, answered_at=moment(38)),
    )
    lines = explained(
        explanation(
            decisions=(decision(decided_at=moment(5)), decision(decided_at=moment(25))),
            waiting=None,
            callback_of=SECOND,
            callback_origin=CallbackOrigin.WAITING,
            callback_attempts=calls,
        )
    )
    assert lines[2:4] == [
        "  callback     promised while waiting",
        f"  promised in  call {SECOND}",
    ]
    headings = [line.partition("  ")[2] for line in lines if line[:1].isdigit()]
    assert headings == [
        "offered to 1002",
        "customer called, attempt 1: busy",
        "offered to 1002",
        "customer called, attempt 2: talked",
    ]
    assert section(lines, "cause") == ["USER_BUSY"]
    assert section(lines, "answered") == ["after 8s"]


def test_of_a_promise_it_is_told_how_far_it_is(explained):
    """Why nobody calls yet, though agents are free; and nothing once it is over."""
    promise = callback_view(
        state=CallbackState.NOT_DUE,
        due_at=moment(60),
        attempts=(CallbackAttempt(at=moment(10), outcome=AttemptOutcome.BUSY),),
    )
    (told,) = section(explained(explanation(promise=promise)), "state")
    assert told.startswith("not due until ")
    assert told.endswith(", last busy")
    assert not any(line.startswith("  state") for line in explained(explanation(promise=None)))


@pytest.mark.parametrize("origin", CallbackOrigin)
def test_a_wish_for_a_callback_is_told_with_what_came_of_it(explained, origin):
    """Granted or not; a request has no call in which it was made."""
    wishes = tuple(
        CallbackAsking(
            at=moment(number),
            queue=SUPPORT,
            origin=origin,
            end=end,
            number="" if end is AskingEnd.WITHHELD else "+4860…34",
            promise=SECOND if end is AskingEnd.PROMISED else None,
        )
        for number, end in enumerate(AskingEnd)
    )
    lines = explained(
        explanation(decisions=(), waiting=None, callback_origin=origin, callback_askings=wishes)
    )
    assert lines[2].startswith("  callback     promised ")
    assert not any(line.startswith("  promised in") for line in lines)
    headings = [line.partition(": ")[2] for line in lines if line[:1].isdigit()]
    assert headings == [end.replace("_", " ") for end in AskingEnd]
    assert section(lines, "kept by") == [f"call {SECOND}"]
    assert sum("+4860…34" in line for line in lines) == len(AskingEnd) - 1


def moment(seconds: float) -> Micros:
    return Micros(AT + round(seconds * 1_000_000))


def test_an_ended_call_is_named_by_its_whole_id(run):
    """Nothing is said of now."""
    result = run("explain", ENDED)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[:2] == [f"Call {ENDED}", "  does not wait for an agent now"]
    assert not any(line.endswith("now") for line in lines[2:])
    result = run("explain", ENDED[:8])
    assert result.exit_code == 1
    assert "the whole id of 36 characters is needed" in result.stderr


def test_an_unknown_call_is_told(run):
    """In callcore's words."""
    result = run("explain", "f" * 36)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"no call {'f' * 36} is going on or recorded\n"


def test_a_caller_nobody_was_asked_for(explained):
    """Now, or ever."""
    assert "No agent has been asked to take it." in explained(explanation(decisions=()))
    assert "No agent was asked to take it." in explained(explanation(decisions=(), waiting=None))


def test_a_callback_is_called_so(explained):
    """Nobody is on the line."""
    waiting = waiting_view(FIRST, is_callback=True)
    assert any(
        "+4860…34, to be called back" in line for line in explained(explanation(waiting=waiting))
    )


def test_a_queue_without_agents(explained):
    """Is a reason to wait."""
    waiting = waiting_view(FIRST, open_level=0)
    lines = explained(explanation(waiting=waiting, judgements=(), not_free=()))
    assert section(lines, "may ask") == ["nobody: no agent serves the queue"]
    assert lines[-1] == "  agents       none serves this queue"


def test_nobody_free_is_told(explained):
    """So that the list of the others is not mistaken for all."""
    lines = explained(explanation(judgements=()))
    assert section(lines, "free") == ["nobody"]


@pytest.mark.parametrize(
    ("position", "told"),
    [
        (1, "nothing: is asked now"),
        (None, "nothing: is asked now"),
        (3, "nothing but the callers ahead"),
    ],
)
def test_an_agent_who_may_take_the_caller_goes_to_whom_is_first(explained, position, told):
    """A free agent is no contradiction to a caller who waits further back."""
    whole = explanation(
        waiting=waiting_view(FIRST, position=position), judgements=(found("1010", Verdict.CHOSEN),)
    )
    assert section(explained(whole), "free") == [f"1010  {told}"]


def test_agents_with_one_reason_stand_together(explained):
    """Their order is kept; a rank is not a reason of its own."""
    over = (
        passed("1005", Verdict.RANKED_LATER, "number 2 by longest_idle"),
        passed("1007", Verdict.LACKS_SKILL, "english >= 50"),
        passed("1004", Verdict.RANKED_LATER, "number 3 by longest_idle"),
        passed("1008", Verdict.LACKS_SKILL, "billing"),
    )
    lines = explained(explanation(decisions=(decision(passed_over=over),), waiting=None))
    assert section(lines, "passed over") == [
        "1005, 1004  later in the order",
        "1007        lacks a skill: english >= 50",
        "1008        lacks a skill: billing",
    ]


def test_an_agent_who_became_free_takes_the_first_caller(explained):
    """The strategy had no say in it."""
    one = decision("1004", trigger="agent_free", passed_over=(), not_free={})
    lines = explained(explanation(decisions=(one,), waiting=None))
    assert " ".join(section(lines, "because")) == (
        "1004 had just become free; this caller came first of those 1004 may take"
    )
    assert not any("passed over" in line or "not free" in line for line in lines)


def test_the_only_one_who_could_be_asked(explained):
    """Then the order does not matter."""
    one = decision(trigger="relaxation", passed_over=(passed("1007", Verdict.LACKS_SKILL),))
    lines = explained(explanation(decisions=(one,), waiting=None))
    assert " ".join(section(lines, "because")) == (
        "after that wait more agents might be asked; of those free only 1002 came into question"
    )


def test_the_agent_of_the_last_talk(explained):
    """Goes before the order, and others were passed over for it."""
    over = (passed("1005", Verdict.KEPT_FOR_STICKY, "waits for 1002 until 20 s"),)
    whole = explanation(
        decisions=(decision(passed_over=over, is_sticky=True),),
        waiting=waiting_view(FIRST, sticky_agent=AgentId("1002"), offered_to=agents("1002")),
    )
    lines = explained(whole)
    assert section(lines, "talked last") == ["with 1002"]
    assert section(lines, "rings") == ["1002"]
    assert "1002 talked with the caller last" in " ".join(section(lines, "because"))
    assert section(lines, "passed over") == [
        "1005  the caller is kept for another: waits for 1002 until 20 s"
    ]


def test_phones_that_rang_at_once_are_one_decision(explained):
    """Each one's record names the others as chosen."""
    asked = ("1001", "1002", "1003")
    together = tuple(
        decision(
            one,
            strategy=Strategy.RING_ALL,
            decided_at=Micros(AT + 1000 * number),
            passed_over=(
                *(passed(other, Verdict.CHOSEN) for other in asked if other != one),
                passed("1004", Verdict.LACKS_SKILL),
            ),
            not_free={"reserved": agents(*asked[:number]), "talking": agents("1009")},
        )
        for number, one in enumerate(asked)
    )
    later = decision("1002", trigger="agent_free", decided_at=Micros(AT + 60_000_000))
    lines = explained(explanation(decisions=(*together, later), waiting=None))
    assert [line.partition("  ")[2] for line in lines if "offered to" in line] == [
        "offered to 1001, 1002, 1003",
        "offered to 1002",
    ]
    assert section(lines, "passed over") == ["1004  lacks a skill"]
    assert section(lines, "not free") == ["talking  1009"]
    assert "all are rung at once" in " ".join(section(lines, "because"))


def test_phones_that_rang_one_after_the_other_are_two_decisions(explained):
    """However quickly the first one was refused."""
    both = tuple(
        decision(one, strategy=Strategy.RING_ALL, decided_at=Micros(AT + 1000 * number))
        for number, one in enumerate(("1001", "1002"))
    )
    lines = explained(explanation(decisions=both, waiting=None))
    assert len([line for line in lines if "offered to" in line]) == 2


def test_one_who_was_to_be_rung_too_and_was_not_is_passed_over(explained):
    """Somebody else was quicker."""
    over = (passed("1001", Verdict.CHOSEN),)
    lines = explained(explanation(decisions=(decision(passed_over=over),), waiting=None))
    assert section(lines, "passed over") == ["1001  was to be asked too"]


def test_the_queue_is_named_where_there_were_several(explained):
    """A caller may have been moved."""
    both = (decision(), decision("1005", queue=SALES, decided_at=AT))
    headings = [line for line in explained(explanation(decisions=both)) if "offered to" in line]
    assert [line.split("  ", 1)[1] for line in headings] == [
        "offered to 1002  in support",
        "offered to 1005  in sales",
    ]


def test_hundreds_of_agents_are_counted(explained):
    """The first thirty of a group are named."""
    busy = tuple((AgentId(str(1000 + number)), "talking") for number in range(200))
    told = " ".join(section(explained(explanation(decisions=(), not_free=busy)), "not free"))
    assert "1029 and 170 more" in told
    assert "1030" not in told


def test_hostile_text_is_harmless(explained):
    """Skill rules and reasons are the operators', names the network's; none commands a terminal."""
    bad = "\x1b[2J\u202e\x07\nx"
    lines = explained(
        explanation(
            decisions=(
                decision(bad, trigger=bad, skill_rule=bad, not_free={bad: agents(bad)}),
                decision("1002", passed_over=(passed(bad, Verdict.LACKS_SKILL, bad),)),
            ),
            waiting=waiting_view(FIRST, caller_number=bad, skill_rule=bad, offered_to=agents(bad)),
            judgements=(found(bad, Verdict.LEVEL_CLOSED, bad),),
            not_free=((AgentId(bad), bad),),
        )
    )
    assert all(line.isprintable() for line in lines)


def test_every_strategy_and_verdict_has_words():
    """A new one is not forgotten here."""
    assert set(words.ORDERS) == set(Strategy)
    assert set(words.AGAINST) == set(Verdict)
