"""How agents work: defaults for all of them, back-off by outcome, breaks, whispers."""

import pytest

from callcore.domain import policies
from callcore.domain.agents import BreakCode
from callcore.domain.ids import AgentId, Language, QueueName
from callcore.domain.outcomes import MISSES, OfferLostReason

SUPPORT = QueueName("support")
REASONS = "no_answer or busy or refused or unregistered or unreachable or not_confirmed"


def with_agents(agents: str, more: str = "") -> str:
    return f"queues: {{support: {{}}}}\nagents:\n{agents}\n{more}"


ANNA = "  anna: {name: A, contact: user/1, queues: [support]"
BERT = "  bert: {name: B, contact: sofia/gateway/g/2, queues: [support]"


def test_agents_have_what_the_defaults_say_and_they_do_not(load):
    """A setting of their own wins, if only to say that there is none; back-off goes by reason."""
    agents = load(
        with_agents(
            f"{ANNA}}}\n"
            f"{BERT}, confirm_key: null, language: null, logged_in_at_start: false,\n"
            "    wrap_up_seconds: null, break_after_misses: 5, retry_after: {busy: 1, refused: 2}}",
            "agent_defaults: {confirm_key: '5', confirm_seconds: 7, logged_in_at_start: true,\n"
            "  language: ru,\n"
            "  wrap_up_seconds: 33, break_after_misses: 3, retry_after: {busy: 9, no_answer: 8}}",
        )
    ).policy.agents
    assert agents[AgentId("anna")] == policies.AgentPolicy(
        agent_id=AgentId("anna"),
        name="A",
        contact="user/1",
        queues=(SUPPORT,),
        confirm_key="5",
        confirm_seconds=7,
        logged_in_at_start=True,
        language=Language("ru"),
        wrap_up_seconds=33,
        break_after_misses=3,
        retry_after={OfferLostReason.BUSY: 9, OfferLostReason.NO_ANSWER: 8},
    )
    assert agents[AgentId("bert")] == policies.AgentPolicy(
        agent_id=AgentId("bert"),
        name="B",
        contact="sofia/gateway/g/2",
        queues=(SUPPORT,),
        confirm_seconds=7,
        break_after_misses=5,
        retry_after={
            OfferLostReason.BUSY: 1,
            OfferLostReason.REFUSED: 2,
            OfferLostReason.NO_ANSWER: 8,
        },
    )


def test_without_defaults_agents_are_as_the_policy_says(load):
    """So a file of before means what it meant."""
    agents = load(with_agents(f"{ANNA}}}")).policy.agents
    assert agents[AgentId("anna")] == policies.AgentPolicy(
        agent_id=AgentId("anna"), name="A", contact="user/1", queues=(SUPPORT,)
    )


@pytest.mark.parametrize("part", ["agents.anna", "agent_defaults"])
@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (
            "connection: always",
            ["connection: expected called or standing, found 'always'"],
        ),
        (
            "language: xx",
            ["language: expected a language callcore speaks, en or pl or ru, found 'xx'"],
        ),
        ("confirm_key: '12'", ["confirm_key: expected one key: 0 to 9, * or #, found '12'"]),
        (
            "confirm_key: '1', confirm_seconds: 0",
            ["confirm_seconds: must be greater than 0, found 0"],
        ),
        (
            "must_be_registered: no",
            ["must_be_registered: expected true or false, found 'no'"],
        ),
        (
            "wrap_up_seconds: -1, break_after_misses: 0",
            [
                "wrap_up_seconds: must not be negative, found -1",
                "break_after_misses: must be at least 1, found 0",
            ],
        ),
        (
            "retry_after: {busy: -1, bussy: 3, caller_gone: 1, refused: soon}",
            [
                "retry_after.busy: must not be negative, found -1",
                f"retry_after.bussy: expected {REASONS}, found 'bussy'; did you mean 'busy'?",
                f"retry_after.caller_gone: expected {REASONS}, found 'caller_gone'",
                "retry_after.refused: expected a number such as 15 or 2.5, found 'soon'",
            ],
        ),
        ("retry_after: 5", ["retry_after: expected a mapping, found '5'"]),
        (
            "wrap_up: 3",
            ["wrap_up: unknown key; did you mean 'wrap_up_seconds'?"],
        ),
        (
            "pin: 1234",
            [
                "pin: a PIN does not belong in this file: put the line that `callcore agent pin` "
                "writes into the one that pins.file names"
            ],
        ),
    ],
)
def test_faults_of_how_agents_work(faults, part, settings, expected):
    """The same words for one agent and for all; a PIN is never repeated."""
    own, of_all = (f", {settings}", "") if part.startswith("agents") else ("", settings)
    text = with_agents(f"{ANNA}{own}}}", f"agent_defaults: {{{of_all}}}")
    assert [line.split(": ", 1)[1] for line in faults(text)] == [
        f"{part}.{fault}" for fault in expected
    ]


def test_settings_of_an_agent_without_effect(faults, load):
    """Of an agent they are told; of all agents they are not, for another may need them."""
    text = with_agents(f"{ANNA}, confirm_seconds: 5}}\n{BERT}, must_be_registered: false}}")
    assert faults(text) == [
        "callcore.yaml:3:55: agents.anna.confirm_seconds: has no effect without confirm_key",
        "callcore.yaml:4:66: agents.bert.must_be_registered: has no effect: only a phone whose "
        "contact is user/... registers here",
    ]
    load(
        with_agents(
            f"{ANNA}}}\n{BERT}}}", "agent_defaults: {confirm_seconds: 5, must_be_registered: false}"
        )
    )


def test_queues_say_what_agents_hear_and_how_long_they_are_left_alone(load):
    """For every outcome that counts as a miss."""
    every = ", ".join(f"{reason}: {number}" for number, reason in enumerate(sorted(MISSES)))
    queue = load(
        "queues: {support: {whisper: [whisper/support, beep], longest_wrap_up_seconds: 99, "
        f"retry_after_miss_seconds: 7, retry_after: {{{every}}}}}}}"
    ).policy.queues[SUPPORT]
    assert queue.whisper == ("whisper/support", "beep")
    assert queue.longest_wrap_up_seconds == 99
    assert queue.retry_after_miss_seconds == 7
    assert queue.retry_after == {
        reason: float(number) for number, reason in enumerate(sorted(MISSES))
    }


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        (
            "whisper: [Hello.wav]",
            "whisper[0]: expected a recording such as menus/main, without directory, language and "
            "ending, found 'Hello.wav'",
        ),
        ("whisper: beep", "whisper: expected a list, found 'beep'"),
        (
            "longest_wrap_up_seconds: 9",
            "longest_wrap_up_seconds: must not be below wrap_up_seconds, 10, found 9",
        ),
        (
            "longest_wrap_up_seconds: 29, wrap_up_seconds: 30",
            "longest_wrap_up_seconds: must not be below wrap_up_seconds, 30, found 29",
        ),
        (
            "retry_after: {won: 1}",
            f"retry_after.won: expected {REASONS}, found 'won'",
        ),
    ],
)
def test_faults_of_what_queues_do_with_agents(faults, settings, fault):
    """Each with its place."""
    found = faults(f"queues: {{support: {{{settings}}}}}")
    assert [line.split(": ", 1)[1] for line in found] == [f"queues.support.{fault}"]


def test_long_wrap_ups_of_before_are_no_fault(load):
    """Where nothing is said of extending them, they are not extended."""
    assert load("queues: {support: {wrap_up_seconds: 900}}").policy.queues[SUPPORT]


def test_breaks_keep_their_order(load):
    """The first is the usual one; all a break needs is its code."""
    text = "queues: {support: {}}\nbreaks: {short: , lunch: {name: Obiad, maximum_seconds: 2700}}"
    breaks = load(text).policy.breaks
    assert list(breaks.values()) == [
        policies.BreakPolicy(code=BreakCode("short")),
        policies.BreakPolicy(code=BreakCode("lunch"), name="Obiad", maximum_seconds=2700),
    ]
    assert list(breaks) == ["short", "lunch"]


@pytest.mark.parametrize(
    ("breaks", "expected"),
    [
        (
            "missed_calls: ",
            [
                "missed_calls: missed_calls is the break that callcore gives for missed calls "
                "(break_after_misses): call this one otherwise"
            ],
        ),
        (
            "Lunch: ",
            ["Lunch: expected 1 to 48 lower-case letters, digits, '-' or '_', found 'Lunch'"],
        ),
        (
            "a: {key: '1'}, b: {key: '1'}, c: {key: '12'}",
            [
                "b.key: '1' is the key of break 'a'",
                "c.key: expected one key: 0 to 9, * or #, found '12'",
            ],
        ),
        ("a: {maximum_seconds: 0}", ["a.maximum_seconds: must be greater than 0, found 0"]),
        (
            "a: {maximum: 5}",
            ["a.maximum: unknown key; did you mean 'maximum_seconds'?"],
        ),
    ],
)
def test_faults_of_breaks(faults, breaks, expected):
    """A code is one of a kind, and so is a key."""
    found = faults(
        f"queues: {{support: {{}}}}\nfeature_codes: {{break: '*82'}}\nbreaks: {{{breaks}}}"
    )
    assert [line.split(": ", 1)[1] for line in found] == [f"breaks.{fault}" for fault in expected]
