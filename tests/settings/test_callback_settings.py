"""How a queue offers and keeps callbacks: read as written, and what is wrong is told."""

import pytest

from callcore.domain.hours import OpeningHours
from callcore.domain.ids import HookName, QueueName
from callcore.domain.outcomes import AttemptOutcome
from callcore.domain.policies import (
    AbandonedPolicy,
    AnswerCheckPolicy,
    CallbackOfferPolicy,
    CallbackPolicy,
    CallFirst,
    NoticeKind,
)
from callcore.domain.speech import phrases
from callcore.domain.speech.utterances import PressKey
from callcore.settings import Settings

AROUND = """
dialplan: {callback_contact: 'sofia/gateway/x/{number}', callable_numbers: {allowed: [+48, 2]}}
hours: {evening: {timezone: UTC, week: {monday: [18:00-20:00]}}}
hooks: {sms: {url: "https://sms.example"}, mail: {url: "https://mail.example"}}
"""
SUPPORT, SMS = QueueName("support"), HookName("sms")


def in_callback(settings: str, more: str = "") -> str:
    return f"{AROUND}queues: {{support: {{callback: {{{settings}}}, {more}}}}}"


def callback_of(loaded: Settings) -> CallbackPolicy:
    callback = loaded.policy.queues[SUPPORT].callback
    assert callback is not None
    return callback


def test_callbacks_are_read_whole(load):
    """Every setting arrives."""
    text = in_callback(
        "call_first: customer, offer: {key: '2', after_wait_seconds: 120,"
        " above_estimate_seconds: 300, repeat_after_seconds: 180, prompts: [p/1], accept_key: '5',"
        " timeout_seconds: 2.5}, confirms_number: false, promised_prompts: [p/2],"
        " tells_estimate: false, maximum_open: 5, ring_seconds: 20, attempts: 4,"
        " retry_after_seconds: 200, retry_after: {busy: 60, machine: 900, later: 1800},"
        " expires_after_seconds: 7200, hours: evening, check: {key: '4', later_key: '5',"
        " decline_key: , prompts: [p/3], timeout_seconds: 3, tries: 1}, machine_key: '7',"
        " longest_hold_seconds: 0, abandoned: {after_seconds: 10, delay_seconds: 0},"
        " notices: {promised: sms, calling: sms, unreached: sms, over: mail}"
    )
    callback = callback_of(load(text))
    assert isinstance(callback.hours, OpeningHours)
    assert callback == CallbackPolicy(
        call_first=CallFirst.CUSTOMER,
        offer=CallbackOfferPolicy(
            key="2",
            after_wait_seconds=120,
            above_estimate_seconds=300,
            repeat_after_seconds=180,
            prompts=("p/1",),
            accept_key="5",
            timeout_seconds=2.5,
        ),
        confirms_number=False,
        promised_prompts=("p/2",),
        tells_estimate=False,
        maximum_open=5,
        ring_seconds=20,
        attempts=4,
        retry_after_seconds=200,
        retry_after={
            AttemptOutcome.BUSY: 60,
            AttemptOutcome.MACHINE: 900,
            AttemptOutcome.LATER: 1800,
        },
        expires_after_seconds=7200,
        hours=callback.hours,
        check=AnswerCheckPolicy(
            key="4",
            later_key="5",
            decline_key=None,
            prompts=("p/3",),
            timeout_seconds=3,
            tries=1,
        ),
        machine_key="7",
        longest_hold_seconds=0,
        abandoned=AbandonedPolicy(after_seconds=10, delay_seconds=0),
        notices={
            NoticeKind.PROMISED: SMS,
            NoticeKind.CALLING: SMS,
            NoticeKind.UNREACHED: SMS,
            NoticeKind.OVER: HookName("mail"),
        },
    )
    assert callback.hours.name == "evening"


def test_own_offer_is_followed_by_the_key(load):
    """As with offers elsewhere."""
    text = in_callback("offer: {after_wait_seconds: 60, accept_key: '3'}")
    offer = callback_of(load(text)).offer
    assert offer is not None
    assert offer.prompts == (phrases.CALLBACK_OFFER, PressKey("3"))


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("", None),
        ("call_first: agent", None),
        ("check: false", None),
        ("call_first: customer", AnswerCheckPolicy()),
        ("call_first: customer, check: ", AnswerCheckPolicy()),
        ("call_first: customer, check: false", None),
        ("check: {}", AnswerCheckPolicy()),
        ("check: {tries: 3}", AnswerCheckPolicy(tries=3)),
    ],
)
def test_a_customer_who_is_called_first_is_asked_to_press_a_key(load, settings, expected):
    """Unless the file says otherwise: a machine must not hold an agent."""
    assert callback_of(load(in_callback(settings))).check == expected


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("call_first: caller", ["call_first: expected agent or customer, found 'caller'"]),
        ("offer: 2", ["offer: expected a mapping, found '2'"]),
        ("offer: {after_wait_seconds: 0, above_estimate_seconds: -1, timeout_seconds: 0}",
         ["offer.after_wait_seconds: must be greater than 0, found 0",
          "offer.above_estimate_seconds: must be greater than 0, found -1",
          "offer.timeout_seconds: must be greater than 0, found 0"]),
        ("offer: {key: 12, accept_key: ''}",
         ["offer.key: expected one key: 0 to 9, * or #, found '12'",
          "offer.accept_key: must not be empty"]),
        ("offer: {after_wait_seconds: 60, prompts: []}",
         ["offer.prompts: must name at least one prompt"]),
        ("maximum_open: 0", ["maximum_open: must be 1 to 10000, found 0"]),
        ("maximum_open: 10001", ["maximum_open: must be 1 to 10000, found 10001"]),
        ("retry_after: {bussy: 60, talked: 60, declined: 60, busy: 0}",
         ["retry_after.bussy: expected busy or no_answer or refused or unreachable or hung_up or "
          "silent or machine or later, found 'bussy'; did you mean 'busy'?",
          "retry_after.talked: expected busy or no_answer or refused or unreachable or hung_up or "
          "silent or machine or later, found 'talked'",
          "retry_after.declined: expected busy or no_answer or refused or unreachable or hung_up "
          "or silent or machine or later, found 'declined'",
          "retry_after.busy: must be greater than 0, found 0"]),
        ("hours: evenin", ["hours: unknown hours 'evenin'; did you mean 'evening'?"]),
        ("check: true", ["check: expected false or a mapping, found 'true'"]),
        ("check: {later_key: '1', prompts: [a]}", ["check.later_key: must not be one of the other "
          "keys, found '1'"]),
        ("check: {key: '4', tries: 6, timeout_seconds: 0}",
         ["check.tries: must be 1 to 5, found 6",
          "check.timeout_seconds: must be greater than 0, found 0"]),
        ("check: {prompts: []}", ["check.prompts: must name at least one prompt"]),
        ("machine_key: 77", ["machine_key: expected one key: 0 to 9, * or #, found '77'"]),
        ("call_first: customer, longest_hold_seconds: -1",
         ["longest_hold_seconds: must not be negative, found -1"]),
        ("abandoned: {after_seconds: -1, delay_seconds: -1}",
         ["abandoned.after_seconds: must not be negative, found -1",
          "abandoned.delay_seconds: must not be negative, found -1"]),
        ("abandoned: yes", ["abandoned: expected a mapping, found 'yes'"]),
        ("notices: {promise: sms, over: sns}",
         ["notices.promise: expected promised or calling or unreached or over, found 'promise'; "
          "did you mean 'promised'?",
          "notices.over: unknown hook 'sns'; did you mean 'sms'?"]),
        ("notices: sms", ["notices: expected a mapping, found 'sms'"]),
        ("atempts: 2", ["atempts: unknown key; did you mean 'attempts'?"]),
    ],
)  # fmt: skip
def test_faults_are_told_in_their_place(faults, settings, expected):
    """Each by its setting, all at once."""
    told = [line.split(": ", 1)[1] for line in faults(in_callback(settings))]
    assert sorted(told) == sorted(f"queues.support.callback.{fault}" for fault in expected)


def test_place_of_a_fault_is_that_of_the_setting(faults):
    """By line and column."""
    text = "queues:\n  support:\n    callback:\n      retry_after:\n        busy: soon\n"
    (fault,) = faults(text)
    assert fault == (
        "callcore.yaml:5:15: queues.support.callback.retry_after.busy: expected a number such as "
        "15 or 2.5, found 'soon'"
    )


NO_KEYS = "callcore's own prompt tells the keys 1, 2 and 3: give prompts that tell yours"
ASKED = (
    "has no effect without after_wait_seconds or above_estimate_seconds: who presses key has asked "
    "for it"
)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("offer: {}",
         ["offer: nobody would be offered a callback: give key, after_wait_seconds or "
          "above_estimate_seconds"]),
        ("offer: {key: '2', repeat_after_seconds: 60, prompts: [a], accept_key: '3'}",
         [f"offer.{name}: {ASKED}" for name in ("repeat_after_seconds", "prompts", "accept_key")]),
        ("longest_hold_seconds: 20",
         ["longest_hold_seconds: has no effect without call_first: customer"]),
        ("attempts: 1, retry_after: {busy: 60}",
         ["retry_after: has no effect with attempts: 1"]),
        ("expires_after_seconds: 600, retry_after_seconds: 600, retry_after: {later: 700}",
         ["retry_after_seconds: nobody would be called again: promises expire after "
          "expires_after_seconds, 600, found 600",
          "retry_after.later: nobody would be called again: promises expire after "
          "expires_after_seconds, 600, found 700"]),
        ("check: {key: '4', later_key: , decline_key: '6'}",
         [f"check.{name}: {NO_KEYS}" for name in ("key", "later_key", "decline_key")]),
    ],
)  # fmt: skip
def test_what_could_change_nothing_is_a_fault(faults, settings, expected):
    """Or what would promise something that never comes."""
    told = [line.split(": ", 1)[1] for line in faults(in_callback(settings))]
    assert sorted(told) == sorted(f"queues.support.callback.{fault}" for fault in expected)


def test_what_has_an_effect_is_none(load):
    """The other half of each of these rules."""
    for settings in (
        "offer: {key: '2', after_wait_seconds: 60, repeat_after_seconds: 60, accept_key: '2'}",
        "offer: {above_estimate_seconds: 60, prompts: [a], accept_key: '3'}",
        "call_first: customer, longest_hold_seconds: 0",
        "attempts: 1, check: {}, retry_after: {later: 1800}",
        "attempts: 1, expires_after_seconds: 200",
        "check: {key: '4', prompts: [a]}",
    ):
        load(in_callback(settings))


@pytest.mark.parametrize(
    ("settings", "more", "expected"),
    [
        ("offer: {after_wait_seconds: 600}", "maximum_wait_seconds: 600",
         ["offer.after_wait_seconds: has no effect: callers leave after maximum_wait_seconds, 600, "
          "found 600"]),
        ("offer: {key: '*', after_wait_seconds: 60, accept_key: '*'}", "exit_key: '*'",
         ["offer.key: * is the exit_key, with which callers leave the queue: give one of them "
          "another",
          "offer.accept_key: * is the exit_key, with which callers leave the queue: give one of "
          "them another"]),
        ("machine_key: '9'", "survey: {name: csat, key: '9'}",
         ["machine_key: 9 is survey.key, with which agents end a talk with the survey: give one of "
          "them another"]),
    ],
)  # fmt: skip
def test_callbacks_fit_the_rest_of_the_queue(faults, settings, more, expected):
    """Its longest wait and its keys."""
    told = [
        line.split(": ", 1)[1]
        for line in faults(in_callback(settings, more) + "\nsurveys: {csat: }")
    ]
    assert sorted(told) == sorted(f"queues.support.callback.{fault}" for fault in expected)


def test_wait_of_those_who_hang_up_is_counted_from_the_first_queue(load):
    """It may be longer than one visit."""
    load(in_callback("abandoned: {after_seconds: 700}", "maximum_wait_seconds: 600"))


def test_keys_that_are_never_pressed_together_do_not_collide(load):
    """Who presses the key has not been asked to accept anything; an unused survey has no key."""
    load(in_callback("offer: {key: '2'}", "exit_key: '1'"))
    load(in_callback("machine_key: '9'", "survey: csat") + "\nsurveys: {csat: }")
