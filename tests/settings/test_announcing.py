"""What waiting callers hear arrives as it was written; what nobody could hear is told."""

import pytest

from callcore.domain import policies
from callcore.domain.ids import QueueName, SurveyName
from tests.settings.texts import in_queue

SUPPORT = QueueName("support")
OFFICE = "hours: {office: {timezone: UTC, week: {monday: [08:00-16:00]}}}\n"


@pytest.fixture
def queue(load):
    """The queue with these settings."""

    def read(settings: str) -> policies.QueuePolicy:
        found: policies.QueuePolicy = load(OFFICE + in_queue(settings)).policy.queues[SUPPORT]
        return found

    return read


def test_everything_heard_is_read(queue):
    """Each announcement with its own times."""
    found = queue("""
      greeting: [waiting/call-recorded, shop/news], announcement_gap_seconds: 0,
      announce_position: {first_after_seconds: 0, interval_seconds: 5, position_limit: 99},
      announce_estimate: {first_after_seconds: 1, interval_seconds: 30, upper_quantile: 0.9,
                          longest_minutes: 45},
      messages: {order: by_weight, first_after_seconds: 2, interval_seconds: 45, each: [
        {prompts: [waiting/all-busy]},
        {prompts: [shop/a, shop/b], weight: 2.5, hours: office,
         valid_from: 2026-12-01T00:00:00+01:00, valid_until: "2199-12-24 00:00Z"}]}""")
    assert found.greeting == ("waiting/call-recorded", "shop/news")
    assert found.announcement_gap_seconds == 0
    assert found.announce_position == policies.PositionPolicy(
        first_after_seconds=0, interval_seconds=5, position_limit=99
    )
    assert found.announce_estimate == policies.EstimatePolicy(
        first_after_seconds=1, interval_seconds=30, upper_quantile=0.9, longest_minutes=45
    )
    messages = found.messages
    assert messages is not None
    assert messages.order is policies.MessageOrder.BY_WEIGHT
    assert (messages.first_after_seconds, messages.interval_seconds) == (2, 45)
    first, second = messages.each
    assert first == policies.MessagePolicy(prompts=("waiting/all-busy",))
    assert (second.prompts, second.weight) == (("shop/a", "shop/b"), 2.5)
    assert second.hours is not None
    assert second.hours.name == "office"
    assert second.valid_from == 1_796_079_600_000_000
    assert second.valid_until == 7_257_427_200_000_000


def test_what_is_not_told_is_never_announced(queue):
    """The estimate and messages, unlike the position, are wanted only if somebody says so."""
    found = queue("")
    assert found.announce_position == policies.PositionPolicy()
    assert (found.announce_estimate, found.messages, found.survey) == (None, None, None)
    found = queue("announce_position: false, announce_estimate: false, messages: , survey: ")
    assert found.announce_position is None
    assert (found.announce_estimate, found.messages, found.survey) == (None, None, None)
    assert queue("announce_estimate: {}").announce_estimate == policies.EstimatePolicy()
    assert queue("announce_estimate: ").announce_estimate is None


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("csat", policies.QueueSurveyPolicy(name=SurveyName("csat"))),
        (
            "{name: csat, share: 0.5, key: '9'}",
            policies.QueueSurveyPolicy(name=SurveyName("csat"), share=0.5, key="9"),
        ),
        (
            "{name: csat, when: asked, key: '*'}",
            policies.QueueSurveyPolicy(
                name=SurveyName("csat"), when=policies.SurveyWhen.ASKED, key="*"
            ),
        ),
    ],
)
def test_survey_of_a_queue_is_read(load, settings, expected):
    """Its name alone has the defaults."""
    text = "surveys: {csat: }\n" + in_queue(f"survey: {settings}")
    assert load(text).policy.queues[SUPPORT].survey == expected


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("greeting: [A]", ["greeting[0]: expected a recording such as menus/main, without "
                           "directory, language and ending, found 'A'"]),
        ("announcement_gap_seconds: -1",
         ["announcement_gap_seconds: must not be negative, found -1"]),
        ("announce_estimate: yes", ["announce_estimate: expected false or a mapping, found 'yes'"]),
        ("announce_position: ", ["announce_position: expected false or a mapping, found nothing"]),
        ("announce_estimate: {interval_seconds: 4.5}",
         ["announce_estimate.interval_seconds: must be at least 5, found 4.5"]),
        ("announce_estimate: {upper_quantile: 1, longest_minutes: 0}",
         ["announce_estimate.upper_quantile: must be 0.5 to 0.99, found 1",
          "announce_estimate.longest_minutes: must be 1 to 240, found 0"]),
        ("messages: {}", ["messages.each: is missing"]),
        ("messages: {each: []}", ["messages.each: must have 1 to 50 messages"]),
        ("messages: {each: [waiting/all-busy]}",
         ["messages.each[0]: expected a mapping, found 'waiting/all-busy'"]),
        ("messages: {each: [{prompts: []}], order: by_turn}",
         ["messages.order: expected in_turn or by_weight, found 'by_turn'; did you mean "
          "'in_turn'?",
          "messages.each[0].prompts: must name at least one prompt"]),
        ("messages: {each: [{prompts: [a], weight: 2}, {prompts: [b]}]}",
         ["messages.each[0].weight: has no effect without order: by_weight"]),
        ("messages: {each: [{prompts: [a], weight: 2}], order: by_wait}",
         ["messages.order: expected in_turn or by_weight, found 'by_wait'; did you mean "
          "'by_weight'?"]),
        ("messages: {order: by_weight, each: [{prompts: [a], weight: 0}]}",
         ["messages.each[0].weight: must be greater than 0, found 0"]),
        ("messages: {each: [{prompts: [a], hours: offic}]}",
         ["messages.each[0].hours: unknown hours 'offic'; did you mean 'office'?"]),
        ("messages: {each: [{prompts: [a], valid_from: 2026-12-01}]}",
         ["messages.each[0].valid_from: expected an instant with its distance from UTC, such as "
          "2026-12-24T12:00+01:00, found '2026-12-01'"]),
        ("messages: {each: [{prompts: [a], valid_from: 2026-12-01T00:00}]}",
         ["messages.each[0].valid_from: expected an instant with its distance from UTC, such as "
          "2026-12-24T12:00+01:00, found '2026-12-01T00:00'"]),
        ("messages: {each: [{prompts: [a], valid_from: 2026-02-30T00:00Z}]}",
         ["messages.each[0].valid_from: there is no instant '2026-02-30T00:00Z'"]),
        ("messages: {each: [{prompts: [a], valid_from: 2199-12-02T00:00Z, "
         "valid_until: 2199-12-02T01:00+01:00}]}",
         ["messages.each[0].valid_until: must be later than valid_from"]),
        ("survey: cast", ["survey: unknown survey 'cast'; did you mean 'csat'?"]),
        ("survey: {name: cast}", ["survey.name: unknown survey 'cast'; did you mean 'csat'?"]),
        ("survey: {share: 2, key: '10'}",
         ["survey.name: is missing", "survey.key: expected one key: 0 to 9, * or #, found '10'",
          "survey.share: must be greater than 0 and at most 1, found 2"]),
        ("survey: {name: csat, when: asked, share: 0.5}",
         ["survey.when: has no effect without key: no agent could ask for it",
          "survey.share: has no effect without when: agent_hangs_up"]),
        ("survey: [csat]", ["survey: expected text, found a list"]),
        # Nobody is left to hear it.
        ("maximum_wait_seconds: 60, announce_position: {first_after_seconds: 60}",
         ["announce_position.first_after_seconds: has no effect: it begins after 60 seconds, and "
          "callers leave after maximum_wait_seconds, 60"]),
        ("maximum_wait_seconds: 12, announce_position: false, announce_estimate: {}",
         ["announce_estimate.first_after_seconds: has no effect: it begins after 15 seconds, and "
          "callers leave after maximum_wait_seconds, 12"]),
        ("messages: {first_after_seconds: 7200, each: [{prompts: [a]}]}",
         ["messages.first_after_seconds: has no effect: it begins after 7200 seconds, and callers "
          "leave after maximum_wait_seconds, 3600"]),
        ("maximum_wait_seconds: 1h, messages: {first_after_seconds: 7200, each: [{prompts: [a]}]}",
         ["maximum_wait_seconds: expected a number such as 15 or 2.5, found '1h'"]),
    ],
)  # fmt: skip
def test_fault_of_what_is_heard_is_told(faults, settings, expected):
    """Each in its place, with what would be right."""
    text = OFFICE + "surveys: {csat: }\n" + in_queue(settings)
    told = [line.split(": ", 1)[1] for line in faults(text)]
    assert sorted(told) == sorted(f"queues.support.{fault}" for fault in expected)


def test_position_by_default_needs_no_long_wait(queue):
    """Only what somebody wrote is told to have no effect."""
    assert queue("maximum_wait_seconds: 5").maximum_wait_seconds == 5


def test_message_of_yesterday_is_a_warning(load):
    """It keeps nothing from working."""
    past = "{prompts: [a], valid_from: 2019-01-01T00:00Z, valid_until: 2020-01-01T00:00Z}"
    current = "{prompts: [b], valid_until: 2199-01-01T00:00Z}"
    loaded = load(in_queue(f"messages: {{each: [{past}, {current}]}}"))
    assert [str(one).split(": ", 1)[1] for one in loaded.warnings] == [
        "queues.support.messages.each[0].valid_until: is past: no caller hears this message any "
        "more"
    ]
