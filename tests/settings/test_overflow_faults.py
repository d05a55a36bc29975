"""What cannot be done with callers a queue does not keep is told with a remedy."""

import pytest

from tests.settings.texts import ONE_OF_TREATMENTS, in_queue


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (
            "overflow: {closes_too_soon: {queue: sales}}",
            "overflow.closes_too_soon: has no effect without hours",
        ),
        (
            "overflow: {no_agents: {queue: sales}}",
            "overflow.no_agents: has no effect without "
            "admits_without_agents: false or no_agents_grace_seconds",
        ),
        (
            "overflow: {estimate_too_long: {queue: sales}}",
            "overflow.estimate_too_long: has no effect without maximum_estimate_seconds",
        ),
        (
            "exit_key: null, overflow: {exit_key: {queue: sales}}",
            "overflow.exit_key: has no effect without exit_key",
        ),
        (
            "answer: at_pick_up, overflow: {unanswered_too_long: {queue: sales}}",
            "overflow.unanswered_too_long: has no effect without answer: at_pick_up and "
            "unanswered with then: overflow",
        ),
        (
            "overflow: {que_full: {queue: sales}}",
            "overflow.que_full: expected queue_full or closed or "
            "closes_too_soon or no_agents or maximum_wait or estimate_too_long or exit_key or "
            "withdrawn or unanswered_too_long, found 'que_full'; did you mean 'queue_full'?",
        ),
        ("overflow: [sales]", "overflow: expected a mapping, found a list"),
        ("overflow: {closed: sales}", "overflow.closed: expected a mapping, found 'sales'"),
        ("overflow: {closed: }", "overflow.closed: expected a mapping, found nothing"),
        ("overflow: {closed: {}}", f"overflow.closed: {ONE_OF_TREATMENTS} none"),
        (
            "overflow: {closed: {queue: sales, voicemail: '7'}}",
            f"overflow.closed: {ONE_OF_TREATMENTS} queue and voicemail",
        ),
        (
            "overflow: {closed: {number: '7', cause: NO_ANSWER}}",
            f"overflow.closed: {ONE_OF_TREATMENTS} number and prompts",
        ),
        (
            "overflow: {closed: {queue: sale}}",
            "overflow.closed.queue: unknown queue 'sale'; did you mean 'sales'?",
        ),
        ("overflow: {closed: {menu: main}}", "overflow.closed.menu: unknown menu 'main'"),
        (
            "overflow: {closed: {queue: sales, context: x}}",
            "overflow.closed.context: goes with extension only",
        ),
        (
            "overflow: {closed: {prompts: []}}",
            "overflow.closed.prompts: must not be empty without a cause",
        ),
        (
            "overflow: {closed: {prompts: [/etc/passwd]}}",
            "overflow.closed.prompts[0]: expected a "
            "recording such as menus/main, without directory, language and ending, found "
            "'/etc/passwd'",
        ),
        (
            "overflow: {closed: {prompts: closed}}",
            "overflow.closed.prompts: expected a list, found 'closed'",
        ),
        (
            "overflow: {closed: {cause: NORMAL_CLEARNIG}}",
            "overflow.closed.cause: expected a hangup "
            "cause of FreeSWITCH such as NORMAL_CLEARING, found 'NORMAL_CLEARNIG'; did you mean "
            "'NORMAL_CLEARING'?",
        ),
        (
            "overflow: {closed: {extension: '5 XML'}}",
            "overflow.closed.extension: expected a word of "
            "letters, digits and '_+*#.-', found '5 XML'",
        ),
        (
            "overflow: {closed: {number: '7;x'}}",
            "overflow.closed.number: expected a dialled number of digits, '*' and '#', found '7;x'",
        ),
        (
            "overflow: {closed: {voicemail: '${x}'}}",
            "overflow.closed.voicemail: expected a box of letters, digits and '_.+-', found '${x}'",
        ),
        (
            "overflow: {closed: {queue: support}}",
            "overflow: callers could be sent round in a circle: queue support -> queue support",
        ),
    ],
)
def test_fault_of_an_overflow_is_told(faults, settings, expected):
    """The reason, what cannot be done for it, and what could."""
    [line] = faults(in_queue(settings))
    assert line.split(": ", 1)[1] == f"queues.support.{expected}"
